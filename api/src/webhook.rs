//! A request to a customer's application as it went over the wire: `/ringback/v1/…/Webhooks`,
//! a resource of our own that no contract knows.

use serde::{Deserialize, Serialize};

/// A row of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Webhook {
    /// `WH…`.
    pub sid: String,
    /// Whose token signed it.
    pub account_sid: String,
    /// The call it was about.
    pub call_sid: String,
    /// What it was for: `document`, `action`, `whisper`, `fallback`, `refer`, `status-callback`,
    /// `recording-callback`, `amd-callback` or `callback`.
    pub kind: String,
    /// When it began, ISO 8601 with milliseconds.
    pub date_created: String,
    /// `GET` or `POST`.
    pub method: String,
    /// Where it was asked; secrets are masked.
    pub url: String,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// The catalogue's number, if it failed.
    pub error_code: Option<u32>,
    /// One sentence on why.
    pub error_message: Option<String>,
    /// Microseconds it took.
    pub duration_us: u64,
    /// Which try of its question it belongs to, from 1.
    pub attempt: u32,
    /// How many redirects led here within the try.
    pub redirects: u32,
    /// The same on every retry and redirect of one question.
    pub idempotency_token: String,
    /// The request that it repeats, if somebody asked for that.
    pub replay_of: Option<String>,
    /// No request was made: the answer was kept from an earlier one, and fresh.
    pub from_cache: bool,
    /// Whether it can be sent again.
    pub replayable: bool,
    /// Its own path.
    pub uri: String,
}

/// One of them, with all that was sent and that came back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookInstance {
    /// The row.
    #[serde(flatten)]
    pub row: Webhook,
    /// What was sent.
    pub request: WebhookMessage,
    /// What was signed, if it came to that.
    pub signature: Option<WebhookSignature>,
    /// What came back, if anything did.
    pub response: Option<WebhookMessage>,
    /// How long each phase took.
    pub timing: WebhookTiming,
}

/// Headers and body of a request or an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookMessage {
    /// In order; what lets somebody in is masked.
    pub headers: Vec<WebhookHeader>,
    /// Its beginning.
    pub body: String,
    /// Whether there was more.
    pub body_truncated: bool,
}

/// A header.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookHeader {
    /// In small letters.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// What was signed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookSignature {
    /// `X-Twilio-Signature` as it was sent.
    pub value: Option<String>,
    /// The string under it.
    pub signed: String,
    /// Whether a part of that string is masked or cut: then it doesn't lead to the signature.
    pub masked: bool,
    /// SHA-256 of the very string, hexadecimal, where it is masked or cut.
    pub signed_sha256: Option<String>,
}

/// Microseconds of each phase; null for a phase there was none of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookTiming {
    /// From the promise of a callback to its attempt.
    pub queued_us: Option<u64>,
    /// Until it was its turn with this host.
    pub waited_us: Option<u64>,
    /// Finding the host's addresses.
    pub lookup_us: Option<u64>,
    /// Until TCP was connected.
    pub connect_us: Option<u64>,
    /// Until TLS was agreed.
    pub tls_us: Option<u64>,
    /// From the first byte sent to the head of the answer.
    pub first_byte_us: Option<u64>,
    /// All of it but `queued`.
    pub whole_us: u64,
}
