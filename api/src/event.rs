//! What was asked of the customer's application about a call.

use crate::{Method, read_date};
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};

/// One request and its answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallEvent {
    /// What was asked.
    pub request: EventRequest,
    /// What was answered.
    pub response: EventResponse,
}

/// What was asked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventRequest {
    /// `GET` or `POST`.
    pub method: String,
    /// Where.
    pub url: String,
    /// Parameters by name, in small letters with underscores.
    pub parameters: serde_json::Map<String, serde_json::Value>,
}

/// What was answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventResponse {
    /// The HTTP status, if there was an answer.
    pub response_code: Option<u16>,
    /// Milliseconds until it came.
    pub request_duration: u64,
    /// Its content type.
    pub content_type: Option<String>,
    /// Its beginning.
    pub response_body: Option<String>,
    /// RFC 2822.
    pub date_created: String,
}

/// The same as types; what is no such thing is `None`.
impl EventRequest {
    /// How it was asked.
    pub fn method(&self) -> Method {
        self.method.as_str().into()
    }
}

/// The same as types; what is no such thing is `None`.
impl EventResponse {
    /// When it was answered.
    pub fn date_created(&self) -> Option<SystemTime> {
        read_date(&self.date_created)
    }

    /// How long the answer took.
    pub fn request_duration(&self) -> Duration {
        Duration::from_millis(self.request_duration)
    }
}
