//! A call.

use serde::{Deserialize, Serialize};

/// `/Calls/{sid}.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// `CA…`.
    pub sid: String,
    /// RFC 2822.
    pub date_created: Option<String>,
    /// RFC 2822.
    pub date_updated: Option<String>,
    /// The call whose `<Dial>` placed this one.
    pub parent_call_sid: Option<String>,
    /// Whose it is.
    pub account_sid: String,
    /// Called party.
    pub to: String,
    /// Called party as people write it.
    pub to_formatted: String,
    /// Calling party.
    pub from: String,
    /// Calling party as people write it.
    pub from_formatted: String,
    /// The owned number it came in on or went out from.
    pub phone_number_sid: Option<String>,
    /// `queued`, `ringing`, `in-progress`, `completed`, `busy`, `failed`, `no-answer`, `canceled`.
    pub status: String,
    /// When it left the queue or was answered.
    pub start_time: Option<String>,
    /// When it ended.
    pub end_time: Option<String>,
    /// Seconds from answer to end, as text.
    pub duration: Option<String>,
    /// What it cost, as text and negative; null until it is rated.
    pub price: Option<String>,
    /// The currency of `price`.
    pub price_unit: String,
    /// `inbound`, `outbound-api`, `outbound-dial`.
    pub direction: String,
    /// Who picked up, when that was looked into.
    pub answered_by: Option<String>,
    /// `2010-04-01`.
    pub api_version: String,
    /// Whom the caller meant, if the call was forwarded.
    pub forwarded_from: Option<String>,
    /// Group of calls; unused.
    pub group_sid: Option<String>,
    /// The caller's name.
    pub caller_name: Option<String>,
    /// Milliseconds it was expected to wait for its turn, as text.
    pub queue_time: String,
    /// The trunk that carried it.
    pub trunk_sid: Option<String>,
    /// Its own path.
    pub uri: String,
    /// What belongs to it.
    pub subresource_uris: CallUris,
}

/// Where to find what belongs to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(
    missing_docs,
    reason = "each field is named after the list its path leads to"
)]
pub struct CallUris {
    pub notifications: String,
    pub recordings: String,
    pub payments: String,
    pub events: String,
    pub siprec: String,
    pub streams: String,
    pub transcriptions: String,
    pub user_defined_message_subscriptions: String,
    pub user_defined_messages: String,
}

impl CallUris {
    /// The paths below a call's own (without its suffix).
    pub fn below(call: &str) -> CallUris {
        let list = |name: &str| format!("{call}/{name}.json");
        CallUris {
            notifications: list("Notifications"),
            recordings: list("Recordings"),
            payments: list("Payments"),
            events: list("Events"),
            siprec: list("Siprec"),
            streams: list("Streams"),
            transcriptions: list("Transcriptions"),
            user_defined_message_subscriptions: list("UserDefinedMessageSubscriptions"),
            user_defined_messages: list("UserDefinedMessages"),
        }
    }
}
