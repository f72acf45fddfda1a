//! Something that went wrong with what the customer's application said or did.

use crate::{LogLevel, read_date};
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// A row of `/Notifications.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Notification {
    /// Whose it is.
    pub account_sid: String,
    /// `2010-04-01`.
    pub api_version: String,
    /// The call it happened on.
    pub call_sid: String,
    /// RFC 2822.
    pub date_created: String,
    /// RFC 2822.
    pub date_updated: String,
    /// The catalogue's number, as text.
    pub error_code: String,
    /// `0` error, `1` warning, as text.
    pub log: String,
    /// RFC 2822.
    pub message_date: String,
    /// What happened, as a form.
    pub message_text: String,
    /// Where the number is explained.
    pub more_info: String,
    /// How the application was being asked.
    pub request_method: Option<String>,
    /// Where it was being asked.
    pub request_url: String,
    /// `NO…`.
    pub sid: String,
    /// Its own path.
    pub uri: String,
}

/// `/Notifications/{sid}.json`: the row, and what was asked of the application and answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NotificationInstance {
    /// The row.
    #[serde(flatten)]
    pub row: Notification,
    /// The parameters of the request, as a form.
    pub request_variables: Option<String>,
    /// What the application answered.
    pub response_body: Option<String>,
    /// Not kept.
    pub response_headers: Option<String>,
}

/// The same as types; what is no such thing is `None`.
impl Notification {
    /// When it happened.
    pub fn message_date(&self) -> Option<SystemTime> {
        read_date(&self.message_date)
    }

    /// How bad it is.
    pub fn log(&self) -> LogLevel {
        self.log.as_str().into()
    }

    /// The catalogue's number.
    pub fn error_code(&self) -> Option<u32> {
        self.error_code.parse().ok()
    }
}
