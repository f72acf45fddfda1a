//! A number of somebody else's that an account may show, and the request for it.

use serde::{Deserialize, Serialize};

/// `/OutgoingCallerIds/{sid}.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutgoingCallerId {
    /// `PN…`.
    pub sid: String,
    /// RFC 2822.
    pub date_created: String,
    /// RFC 2822.
    pub date_updated: String,
    /// What the customer calls it.
    pub friendly_name: String,
    /// Who may show it.
    pub account_sid: String,
    /// E.164.
    pub phone_number: String,
    /// Its own path.
    pub uri: String,
}

/// What asking for a number is answered with: the call that asks for consent, and the code that
/// has to be typed on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidationRequest {
    /// Who asks.
    pub account_sid: String,
    /// The call.
    pub call_sid: String,
    /// What the number will be called.
    pub friendly_name: String,
    /// E.164.
    pub phone_number: String,
    /// Six digits.
    pub validation_code: String,
}
