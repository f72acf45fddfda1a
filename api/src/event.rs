//! What was asked of the customer's application about a call.

use serde::{Deserialize, Serialize};

/// One request and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallEvent {
    /// What was asked.
    pub request: EventRequest,
    /// What was answered.
    pub response: EventResponse,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventRequest {
    /// `GET` or `POST`.
    pub method: String,
    /// Where.
    pub url: String,
    /// Parameters by name, in small letters with underscores.
    pub parameters: serde_json::Map<String, serde_json::Value>,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
