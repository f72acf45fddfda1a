//! A number the account owns, and what a call to it runs.

use crate::{AccountSid, ApplicationSid, Method, NumberSid, Time};

/// An owned number with its webhooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Its identifier.
    pub sid: NumberSid,
    /// Whose it is.
    pub account: AccountSid,
    /// The number itself, E.164.
    pub phone_number: String,
    /// What the customer calls it.
    pub friendly_name: String,
    /// Handles calls to it instead of the addresses below.
    pub application: Option<ApplicationSid>,
    /// Whether callers' names are looked up.
    pub caller_id_lookup: bool,
    /// Asked for a document when somebody calls.
    pub voice_url: Option<String>,
    /// How `voice_url` is asked.
    pub voice_method: Method,
    /// Asked when `voice_url` fails.
    pub voice_fallback_url: Option<String>,
    /// How `voice_fallback_url` is asked.
    pub voice_fallback_method: Method,
    /// Told when a call to this number has ended.
    pub status_callback: Option<String>,
    /// How `status_callback` is told.
    pub status_callback_method: Method,
    /// When it was bought or made.
    pub date_created: Time,
    /// When it was last changed.
    pub date_updated: Time,
}
