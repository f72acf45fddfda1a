//! A SIP message: a request or a response, its headers in order and its body.
//!
//! Reading is one pass over one copy of the head; the headers that every message needs are
//! checked then, all others are read when somebody asks. Writing computes Content-Length.

pub mod body;
mod code;
mod error;
pub mod escape;
pub mod header;
mod headers;
mod method;
mod name;
mod params;
mod parse;
pub mod scan;
mod uri;
mod write;

pub use code::Code;
pub use error::{Fault, HeaderError, Malformed, ParseError};
pub use headers::Headers;
pub use method::Method;
pub use name::HeaderName;
pub use params::Params;
pub use parse::parse;
pub(crate) use parse::{Reader, head_end};
pub use uri::{Host, SipUri, TelUri, Uri};

use header::NameAddr;

/// A whole SIP message.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Something is asked.
    Request(Request),
    /// Something is answered.
    Response(Response),
}

/// A request: method and Request-URI, headers, body.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What is asked.
    pub method: Method,
    /// Of whom it is asked.
    pub uri: Uri,
    /// The headers in order.
    pub headers: Headers,
    /// The body; its type is in `Content-Type`.
    pub body: Vec<u8>,
}

/// A response: status code and phrase, headers, body.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// The status code.
    pub code: Code,
    /// The phrase, where it is not the usual one of the code.
    pub reason: Option<String>,
    /// The headers in order.
    pub headers: Headers,
    /// The body; its type is in `Content-Type`.
    pub body: Vec<u8>,
}

impl Message {
    /// Reads one message; see [`parse`].
    pub fn parse(bytes: &[u8]) -> Result<Message, ParseError> {
        parse(bytes)
    }

    /// The headers.
    pub fn headers(&self) -> &Headers {
        match self {
            Message::Request(request) => &request.headers,
            Message::Response(response) => &response.headers,
        }
    }

    /// The headers, for changing.
    pub fn headers_mut(&mut self) -> &mut Headers {
        match self {
            Message::Request(request) => &mut request.headers,
            Message::Response(response) => &mut response.headers,
        }
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        match self {
            Message::Request(request) => &request.body,
            Message::Response(response) => &response.body,
        }
    }
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: Method, uri: Uri) -> Request {
        Request {
            method,
            uri,
            headers: Headers::roomy(),
            body: Vec::new(),
        }
    }

    /// Sets body and Content-Type.
    pub fn set_body(&mut self, content_type: &str, body: impl Into<Vec<u8>>) {
        self.headers.set(HeaderName::ContentType, content_type);
        self.body = body.into();
    }
}

impl Response {
    /// The headers an answer takes over from its request (RFC 3261 §8.2.6.2).
    pub const ECHOED: [HeaderName; 5] = [
        HeaderName::Via,
        HeaderName::From,
        HeaderName::To,
        HeaderName::CallId,
        HeaderName::CSeq,
    ];

    /// A response without headers and body.
    pub fn new(code: Code) -> Response {
        Response {
            code,
            reason: None,
            headers: Headers::roomy(),
            body: Vec::new(),
        }
    }

    /// The answer to a request: Via, From, To, Call-ID and CSeq taken over (RFC 3261 §8.2.6.2),
    /// and Timestamp into a 100 (§8.2.6.1). The To tag is the caller's to set.
    pub fn to(request: &Request, code: Code) -> Response {
        let mut response = Response::new(code);
        for name in Response::ECHOED {
            response.headers.copy(&request.headers, name);
        }
        if code == Code::TRYING {
            response
                .headers
                .copy(&request.headers, HeaderName::Timestamp);
        }
        response
    }

    /// Puts a tag on To unless it has one or the To cannot be read (RFC 3261 §8.2.6.2).
    pub fn set_to_tag(&mut self, tag: &str) {
        if let Ok(to) = self.headers.one::<NameAddr>(HeaderName::To)
            && to.tag().is_none()
            && let Some(value) = self.headers.value(HeaderName::To)
        {
            // An address without brackets may not get parameters (RFC 3261 §20.10).
            let tagged = match value.contains('<') {
                true => format!("{value};tag={tag}"),
                false => NameAddr {
                    params: to.params.with("tag", tag),
                    ..to
                }
                .to_string(),
            };
            self.headers.set(HeaderName::To, tagged);
        }
    }

    /// Sets body and Content-Type.
    pub fn set_body(&mut self, content_type: &str, body: impl Into<Vec<u8>>) {
        self.headers.set(HeaderName::ContentType, content_type);
        self.body = body.into();
    }

    /// The phrase of the status line.
    pub fn phrase(&self) -> &str {
        self.reason.as_deref().unwrap_or(self.code.phrase())
    }
}

impl From<Request> for Message {
    fn from(request: Request) -> Message {
        Message::Request(request)
    }
}

impl From<Response> for Message {
    fn from(response: Response) -> Message {
        Message::Response(response)
    }
}

#[cfg(test)]
mod tests;
