//! An application: a named set of webhook addresses.

use crate::{Method, read_date};
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// `/Applications/{sid}.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(
    missing_docs,
    reason = "fields about messages only exist so that clients find them"
)]
pub struct Application {
    /// Whose it is.
    pub account_sid: String,
    /// `2010-04-01`.
    pub api_version: String,
    /// RFC 2822.
    pub date_created: String,
    /// RFC 2822.
    pub date_updated: String,
    /// What the customer calls it.
    pub friendly_name: String,
    pub message_status_callback: Option<String>,
    /// `AP…`.
    pub sid: String,
    pub sms_fallback_method: String,
    pub sms_fallback_url: Option<String>,
    pub sms_method: String,
    pub sms_status_callback: Option<String>,
    pub sms_url: Option<String>,
    /// Told when a call it handled has ended.
    pub status_callback: Option<String>,
    /// How `status_callback` is told.
    pub status_callback_method: String,
    /// Its own path.
    pub uri: String,
    /// Whether callers' names are looked up.
    pub voice_caller_id_lookup: bool,
    /// How `voice_fallback_url` is asked.
    pub voice_fallback_method: String,
    /// Asked when `voice_url` fails.
    pub voice_fallback_url: Option<String>,
    /// How `voice_url` is asked.
    pub voice_method: String,
    /// Asked for a document when a call reaches it.
    pub voice_url: Option<String>,
    pub public_application_connect_enabled: bool,
}

/// The same as types; what is no such thing is `None`.
impl Application {
    /// When it was made.
    pub fn date_created(&self) -> Option<SystemTime> {
        read_date(&self.date_created)
    }

    /// When it last changed.
    pub fn date_updated(&self) -> Option<SystemTime> {
        read_date(&self.date_updated)
    }

    /// How `voice_url` is asked.
    pub fn voice_method(&self) -> Method {
        self.voice_method.as_str().into()
    }
}
