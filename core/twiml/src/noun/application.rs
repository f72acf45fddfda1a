//! `<Application>`: another application of the account, run as the called side.

use crate::noun::Parameter;
use crate::value::{Method, ProgressEvent};
use crate::warning::Code;

element! {
    /// The application, as an element.
    pub struct ApplicationSid = "ApplicationSid" of sid: String;
    -> content {
        /// The application's SID.
        sid: String,
    }
}

element! {
    /// Another application, run as the called side.
    pub struct Application = "Application" of name: String;
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
    /// On whose behalf it runs.
    customer_id: Option<String> = None, "customerId", Code::Schema;
    /// Whether it sees the caller's To instead of its own SID.
    copy_parent_to: bool = false, "copyParentTo", Code::Schema;
    -> content {
        /// The SID as bare text.
        name: String,
        /// The SID as an element, beside which there may be parameters.
        application_sid: Option<ApplicationSid> => application_sid(ApplicationSid),
        /// Values handed to the application.
        parameters: Vec<Parameter> => parameter(Parameter),
    }
}

impl Application {
    /// The SID, whichever way it is written.
    #[must_use]
    pub fn sid(&self) -> &str {
        self.application_sid
            .as_ref()
            .map_or(&self.name, |application| &application.sid)
    }
}
