//! `<Client>`: a client of the SDK to ring.

use crate::noun::Parameter;
use crate::value::{Method, ProgressEvent};
use crate::warning::Code;

element! {
    /// The identity of a client, as an element.
    pub struct Identity = "Identity" of identity: String;
    -> content {
        /// The identity.
        identity: String,
    }
}

element! {
    /// A client of the SDK to ring.
    pub struct Client = "Client" of name: String;
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
    /// Where a notification of the client is told.
    client_notification_url: Option<String> = None, "clientNotificationUrl", Code::Schema;
    /// How that is requested.
    client_notification_method: Method = Method::Post, "clientNotificationMethod", Code::Schema;
    -> content {
        /// The identity as bare text.
        name: String,
        /// The identity as an element, beside which there may be parameters.
        identity: Option<Identity> => identity(Identity),
        /// Values handed to the client.
        parameters: Vec<Parameter> => parameter(Parameter),
    }
}

impl Client {
    /// The identity, whichever way it is written.
    #[must_use]
    pub fn whose(&self) -> &str {
        self.identity
            .as_ref()
            .map_or(&self.name, |identity| &identity.identity)
    }
}
