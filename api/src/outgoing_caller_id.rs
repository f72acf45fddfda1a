//! A number of somebody else's that an account may show, and the request for it.

use crate::read_date;
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// `/OutgoingCallerIds/{sid}.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
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

/// The same as types; what is no such thing is `None`.
impl OutgoingCallerId {
    /// When it was made.
    pub fn date_created(&self) -> Option<SystemTime> {
        read_date(&self.date_created)
    }

    /// When it last changed.
    pub fn date_updated(&self) -> Option<SystemTime> {
        read_date(&self.date_updated)
    }
}
