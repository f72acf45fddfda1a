//! A number the account owns.

use crate::{EmergencyStatus, Method, ReceiveMode, read_date};
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// `/IncomingPhoneNumbers/{sid}.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(
    missing_docs,
    reason = "fields that only exist so that clients find them"
)]
pub struct IncomingPhoneNumber {
    /// Whose it is.
    pub account_sid: String,
    pub address_sid: Option<String>,
    pub address_requirements: String,
    /// `2010-04-01`.
    pub api_version: String,
    pub beta: bool,
    /// What it can do.
    pub capabilities: Capabilities,
    /// RFC 2822.
    pub date_created: String,
    /// RFC 2822.
    pub date_updated: String,
    /// What the customer calls it.
    pub friendly_name: String,
    pub identity_sid: Option<String>,
    /// E.164.
    pub phone_number: String,
    pub origin: String,
    /// `PN…`.
    pub sid: String,
    pub sms_application_sid: String,
    pub sms_fallback_method: String,
    pub sms_fallback_url: String,
    pub sms_method: String,
    pub sms_url: String,
    /// Told when a call to it has ended.
    pub status_callback: String,
    /// How `status_callback` is told.
    pub status_callback_method: String,
    pub trunk_sid: Option<String>,
    /// Its own path.
    pub uri: String,
    pub voice_receive_mode: String,
    pub voice_application_sid: Option<String>,
    pub voice_caller_id_lookup: bool,
    /// How `voice_fallback_url` is asked.
    pub voice_fallback_method: String,
    /// Asked when `voice_url` fails.
    pub voice_fallback_url: Option<String>,
    /// How `voice_url` is asked.
    pub voice_method: String,
    /// Asked for a document when somebody calls.
    pub voice_url: Option<String>,
    pub emergency_status: String,
    pub emergency_address_sid: Option<String>,
    pub emergency_address_status: String,
    pub bundle_sid: Option<String>,
    /// `in-use`.
    pub status: String,
    #[serde(rename = "type")]
    pub kind: String,
}

/// What a number can do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Capabilities {
    pub mms: bool,
    pub sms: bool,
    pub voice: bool,
    pub fax: bool,
}

/// The same as types; what is no such thing is `None`.
impl IncomingPhoneNumber {
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

    /// What calls to it are.
    pub fn voice_receive_mode(&self) -> ReceiveMode {
        self.voice_receive_mode.as_str().into()
    }

    /// Whether emergency calls are enabled.
    pub fn emergency_status(&self) -> EmergencyStatus {
        self.emergency_status.as_str().into()
    }
}
