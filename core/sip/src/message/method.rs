//! What a request asks for: the method names of RFC 3261 and its extensions.

use std::fmt;

/// The method of a request; names are case-sensitive (RFC 3261 §7.1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Opens or changes a session (RFC 3261 §13).
    Invite,
    /// Confirms a final answer to INVITE (RFC 3261 §13.2.2.4).
    Ack,
    /// Ends a session (RFC 3261 §15).
    Bye,
    /// Gives up a pending INVITE (RFC 3261 §9).
    Cancel,
    /// Asks what the far end can do (RFC 3261 §11).
    Options,
    /// Binds an address to a contact (RFC 3261 §10).
    Register,
    /// Confirms a reliable provisional answer (RFC 3262).
    Prack,
    /// Changes a session without touching the dialog (RFC 3311).
    Update,
    /// Carries application data inside a dialog (RFC 6086).
    Info,
    /// Asks the far end to call somebody else (RFC 3515).
    Refer,
    /// Reports an event (RFC 6665).
    Notify,
    /// Asks for reports (RFC 6665).
    Subscribe,
    /// Carries an instant message (RFC 3428).
    Message,
    /// Uploads event state (RFC 3903).
    Publish,
    /// Any other method, kept by name.
    Other(String),
}

impl Method {
    /// The method with this name; `None` if the text is no token.
    pub fn parse(text: &str) -> Option<Method> {
        Some(match text {
            "INVITE" => Method::Invite,
            "ACK" => Method::Ack,
            "BYE" => Method::Bye,
            "CANCEL" => Method::Cancel,
            "OPTIONS" => Method::Options,
            "REGISTER" => Method::Register,
            "PRACK" => Method::Prack,
            "UPDATE" => Method::Update,
            "INFO" => Method::Info,
            "REFER" => Method::Refer,
            "NOTIFY" => Method::Notify,
            "SUBSCRIBE" => Method::Subscribe,
            "MESSAGE" => Method::Message,
            "PUBLISH" => Method::Publish,
            other if super::scan::is_token(other) => Method::Other(other.to_owned()),
            _ => return None,
        })
    }

    /// The name as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Method::Invite => "INVITE",
            Method::Ack => "ACK",
            Method::Bye => "BYE",
            Method::Cancel => "CANCEL",
            Method::Options => "OPTIONS",
            Method::Register => "REGISTER",
            Method::Prack => "PRACK",
            Method::Update => "UPDATE",
            Method::Info => "INFO",
            Method::Refer => "REFER",
            Method::Notify => "NOTIFY",
            Method::Subscribe => "SUBSCRIBE",
            Method::Message => "MESSAGE",
            Method::Publish => "PUBLISH",
            Method::Other(name) => name,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
