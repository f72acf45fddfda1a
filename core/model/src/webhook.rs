//! The journal of the wire: one row for each request that went to a customer's application, with
//! what was sent, what was signed, what came back, and how long each phase took.
//!
//! A question (`WebEventRow`) leads to one row or to several: each retry and each redirect has its
//! own. What is in a row may be shown: secrets are masked before it is made.

use crate::{AccountSid, CallSid, Method, Span, Time, WebhookSid};

/// What a request was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum WebhookKind {
    /// A document: the first of a call, or where `<Redirect>` leads.
    #[default]
    Document,
    /// What a verb tells when it is over.
    Action,
    /// What is heard before two people are joined.
    Whisper,
    /// Another document, because one could not be had.
    Fallback,
    /// Where a transfer that a far end asks for is decided.
    Refer,
    /// A call's progress.
    StatusCallback,
    /// A recording's progress.
    RecordingCallback,
    /// Who answered.
    DetectionCallback,
    /// Any other news.
    Callback,
}

impl WebhookKind {
    /// All of them.
    pub const ALL: [WebhookKind; 9] = [
        WebhookKind::Document,
        WebhookKind::Action,
        WebhookKind::Whisper,
        WebhookKind::Fallback,
        WebhookKind::Refer,
        WebhookKind::StatusCallback,
        WebhookKind::RecordingCallback,
        WebhookKind::DetectionCallback,
        WebhookKind::Callback,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            WebhookKind::Document => "document",
            WebhookKind::Action => "action",
            WebhookKind::Whisper => "whisper",
            WebhookKind::Fallback => "fallback",
            WebhookKind::Refer => "refer",
            WebhookKind::StatusCallback => "status-callback",
            WebhookKind::RecordingCallback => "recording-callback",
            WebhookKind::DetectionCallback => "amd-callback",
            WebhookKind::Callback => "callback",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<WebhookKind> {
        WebhookKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }

    /// What a callback is for: its parameters say it, also after a restart.
    pub fn of_callback(parameters: &[(String, String)]) -> WebhookKind {
        let has = |wanted: &str| parameters.iter().any(|(name, _)| name == wanted);
        if has("CallbackSource") {
            WebhookKind::StatusCallback
        } else if has("RecordingStatus") {
            WebhookKind::RecordingCallback
        } else if has("MachineDetectionDuration") {
            WebhookKind::DetectionCallback
        } else {
            WebhookKind::Callback
        }
    }
}

/// How long each phase took; `None` for a phase there was none of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WebhookTiming {
    /// From the promise of a callback to its attempt.
    pub queued: Option<Span>,
    /// Until it was its turn with this host.
    pub waited: Option<Span>,
    /// Finding the host's addresses. None on a connection that was kept.
    pub lookup: Option<Span>,
    /// Until TCP was connected. None on a connection that was kept.
    pub connect: Option<Span>,
    /// Until TLS was agreed.
    pub tls: Option<Span>,
    /// From the first byte sent to the head of the answer.
    pub first_byte: Option<Span>,
    /// All of it but `queued`.
    pub whole: Span,
}

/// What was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The string, as it may be shown.
    pub text: String,
    /// SHA-256 of the very string that was signed, where a part of it is masked or cut: it can
    /// still be told from another.
    pub hash: Option<[u8; 32]>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookAnswer {
    /// The HTTP status.
    pub status: u16,
    /// In the order they came.
    pub headers: Vec<(String, String)>,
    /// Its beginning.
    pub body: String,
    /// Whether there was more.
    pub cut: bool,
}

/// What can be sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Original {
    /// What is shown is what was sent.
    Shown,
    /// Something is masked; the address and the form, sealed at rest.
    Sealed {
        /// The address, user and password included.
        url: String,
        /// The form.
        body: String,
    },
    /// Nothing: it held digits of a card, which are kept nowhere, or was too long to be kept.
    Gone,
}

/// One request to a customer's application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRow {
    /// Its identifier.
    pub sid: WebhookSid,
    /// Whose token signed it.
    pub account: AccountSid,
    /// The call it was about.
    pub call: CallSid,
    /// What it was for.
    pub kind: WebhookKind,
    /// When it began.
    pub date: Time,
    /// The idempotency token: the same on every retry and redirect of one question.
    pub token: String,
    /// Which try of the question it belongs to, from 1.
    pub attempt: u32,
    /// How many redirects led here within the try.
    pub redirects: u32,
    /// The request that it repeats, if somebody asked for that.
    pub replay_of: Option<WebhookSid>,
    /// No request was made: the answer was kept from an earlier one, and fresh.
    pub kept: bool,
    /// How it was asked.
    pub method: Method,
    /// Where it was asked.
    pub url: String,
    /// As sent, in order.
    pub headers: Vec<(String, String)>,
    /// The form.
    pub body: String,
    /// Whether it was longer.
    pub cut: bool,
    /// What was signed, if it came to that.
    pub signed: Option<Signed>,
    /// What came back, if anything did.
    pub answer: Option<WebhookAnswer>,
    /// How long it took.
    pub timing: WebhookTiming,
    /// The catalogue's number, if it failed.
    pub error: Option<u32>,
    /// One sentence on why.
    pub error_text: Option<String>,
    /// What a replay sends.
    pub original: Original,
}

/// A request to be sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookReplay {
    /// What it repeats.
    pub of: WebhookSid,
    /// The call that was about. Nothing of it is touched: neither its cookies nor its state.
    pub call: CallSid,
    /// What that was for.
    pub kind: WebhookKind,
    /// How to ask.
    pub method: Method,
    /// Where.
    pub url: String,
    /// The form.
    pub parameters: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_read_back_and_callbacks_say_what_they_are() {
        for kind in WebhookKind::ALL {
            assert_eq!(WebhookKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(WebhookKind::parse("documents"), None);
        let of = |name: &str| WebhookKind::of_callback(&[(name.to_owned(), String::new())]);
        assert_eq!(of("CallbackSource"), WebhookKind::StatusCallback);
        assert_eq!(of("RecordingStatus"), WebhookKind::RecordingCallback);
        assert_eq!(
            of("MachineDetectionDuration"),
            WebhookKind::DetectionCallback
        );
        assert_eq!(of("AccountSid"), WebhookKind::Callback);
    }
}
