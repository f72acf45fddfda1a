//! `<Sms>`: sends a text message; kept for old documents.

use crate::value::Method;
use crate::warning::Code;

element! {
    /// Sends a text message while the call goes on.
    pub struct Sms = "Sms" of body: String;
    /// To whom; absent means the caller.
    to: Option<String> = None, "to", Code::Schema;
    /// From whom; absent means the called number.
    from: Option<String> = None, "from", Code::Schema;
    /// What is requested afterwards; absent means the next verb.
    action: Option<String> = None, "action", Code::Schema;
    /// How the action is requested.
    method: Method = Method::Post, "method", Code::SmsMethod;
    /// Where the fate of the message is told.
    status_callback: Option<String> = None, "statusCallback", Code::Schema;
    -> content {
        /// The message.
        body: String,
    }
}
