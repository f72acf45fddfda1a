//! An application: a named set of webhook addresses that numbers and calls can share.

use crate::{AccountSid, ApplicationSid, Method, Time};

/// An application with its webhooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Its identifier.
    pub sid: ApplicationSid,
    /// Whose it is.
    pub account: AccountSid,
    /// What the customer calls it.
    pub friendly_name: String,
    /// Asked for a document when a call reaches it.
    pub voice_url: Option<String>,
    /// How `voice_url` is asked.
    pub voice_method: Method,
    /// Asked when `voice_url` fails.
    pub voice_fallback_url: Option<String>,
    /// How `voice_fallback_url` is asked.
    pub voice_fallback_method: Method,
    /// Told when a call it handled has ended.
    pub status_callback: Option<String>,
    /// How `status_callback` is told.
    pub status_callback_method: Method,
    /// Whether callers' names are looked up.
    pub caller_id_lookup: bool,
    /// What it is to do with messages.
    pub messages: MessageHooks,
    /// When it was made.
    pub date_created: Time,
    /// When it was last changed.
    pub date_updated: Time,
}

/// The half of an application that is about text messages: kept and shown, so that clients which
/// set it read it back, and never asked, because there are no messages here.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the contract names them")]
pub struct MessageHooks {
    pub url: Option<String>,
    pub method: Method,
    pub fallback_url: Option<String>,
    pub fallback_method: Method,
    pub sms_status_callback: Option<String>,
    pub status_callback: Option<String>,
    /// Whether other accounts may be asked to connect to it.
    pub public_connect: bool,
}

impl Default for MessageHooks {
    fn default() -> Self {
        MessageHooks {
            url: None,
            method: Method::Post,
            fallback_url: None,
            fallback_method: Method::Post,
            sms_status_callback: None,
            status_callback: None,
            public_connect: false,
        }
    }
}
