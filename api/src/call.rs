//! A call.

use crate::{AnsweredBy, CallDirection, CallStatus, read_date};
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};

/// `/Calls/{sid}.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
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

/// The same as types; what is no such thing is `None`.
impl Call {
    /// How far it has come.
    pub fn status(&self) -> CallStatus {
        self.status.as_str().into()
    }

    /// Who called whom.
    pub fn direction(&self) -> CallDirection {
        self.direction.as_str().into()
    }

    /// Who picked up, when that was looked into.
    pub fn answered_by(&self) -> Option<AnsweredBy> {
        self.answered_by.as_deref().map(AnsweredBy::from)
    }

    /// When it was accepted.
    pub fn date_created(&self) -> Option<SystemTime> {
        read_date(self.date_created.as_deref()?)
    }

    /// When it last changed.
    pub fn date_updated(&self) -> Option<SystemTime> {
        read_date(self.date_updated.as_deref()?)
    }

    /// When it left the queue or was answered.
    pub fn start_time(&self) -> Option<SystemTime> {
        read_date(self.start_time.as_deref()?)
    }

    /// When it ended.
    pub fn end_time(&self) -> Option<SystemTime> {
        read_date(self.end_time.as_deref()?)
    }

    /// From answer to end.
    pub fn duration(&self) -> Option<Duration> {
        let secs = self.duration.as_deref()?.parse().ok()?;
        Some(Duration::from_secs(secs))
    }

    /// How long it was expected to wait for its turn.
    pub fn queue_time(&self) -> Option<Duration> {
        self.queue_time.parse().ok().map(Duration::from_millis)
    }
}
