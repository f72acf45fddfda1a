//! `<WhatsApp>`: a WhatsApp number to ring.

use crate::value::{Method, ProgressEvent};
use crate::warning::Code;

element! {
    /// A WhatsApp number to ring.
    pub struct WhatsApp = "WhatsApp" of number: String;
    /// The document the called side hears before it is joined.
    url: Option<String> = None, "url", Code::Schema;
    /// How that document is requested.
    method: Method = Method::Post, "method", Code::Schema;
    /// Where the steps of the call are told.
    status_callback: Option<String> = None, "statusCallback", Code::Schema;
    /// How the status callback is requested.
    status_callback_method: Method = Method::Post, "statusCallbackMethod", Code::Schema;
    /// The steps of the call that are told.
    status_callback_event: Vec<ProgressEvent> = vec![ProgressEvent::Completed],
        "statusCallbackEvent", Code::Schema;
    -> content {
        /// The number.
        number: String,
    }
}
