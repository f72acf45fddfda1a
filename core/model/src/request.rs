//! A web request to a customer's application, and what came of it.

use crate::{AccountSid, CallSid, ErrorCode, WebhookKind};

/// HTTP methods a webhook can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Method {
    /// Parameters go into the query.
    Get,
    /// Parameters go into a form body.
    #[default]
    Post,
}

impl Method {
    /// `GET` or `POST`.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }

    /// Reads `GET` or `POST` in any case.
    pub fn parse(text: &str) -> Option<Method> {
        if text.eq_ignore_ascii_case("GET") {
            Some(Method::Get)
        } else if text.eq_ignore_ascii_case("POST") {
            Some(Method::Post)
        } else {
            None
        }
    }
}

/// Names one question to a customer's application; the answer carries it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FetchId(pub u64);

/// A request for a document, to be signed and sent by the shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebRequest {
    /// Whose token signs it.
    pub account: AccountSid,
    /// The call it is about; its cookies are kept by this name.
    pub call: CallSid,
    /// What it is for.
    pub kind: WebhookKind,
    /// How to ask.
    pub method: Method,
    /// Absolute address, connection overrides in the fragment included.
    pub url: String,
    /// Parameters in the order they are sent; names may repeat.
    pub parameters: Vec<(String, String)>,
}

/// What came of a request for a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebReply {
    /// The application answered with 2xx.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The `Content-Type` header as it came.
        content_type: Option<String>,
        /// At most `limit::DOCUMENT_BYTES_MAX` + 1 bytes, so that too much can be told.
        body: Vec<u8>,
        /// Where the document was found after redirects; relative addresses start here.
        url: String,
    },
    /// No usable answer.
    Failed {
        /// Which fault it was: 11200, 11205, 11210, 11215, 11220, …
        code: ErrorCode,
        /// The HTTP status, where there was one.
        status: Option<u16>,
        /// One sentence for the customer.
        text: String,
    },
}
