//! What can be wrong with a message: a header that is not what it should be, or bytes that are no
//! SIP message at all, with as much of them as an answer needs.

use std::fmt;

use super::{Code, HeaderName, Headers, Method, Response};

/// A text that is not what its grammar wants, with the words for what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "malformed: {}", self.0)
    }
}

impl std::error::Error for Malformed {}

/// Why a typed header could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderError {
    /// The message has no such header.
    Missing(HeaderName),
    /// The header must stand once and stands more often.
    Repeated(HeaderName),
    /// The header's value breaks its grammar.
    Malformed(HeaderName, &'static str),
}

impl HeaderError {
    /// The header that is at fault.
    pub fn name(&self) -> HeaderName {
        match *self {
            HeaderError::Missing(name)
            | HeaderError::Repeated(name)
            | HeaderError::Malformed(name, _) => name,
        }
    }
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeaderError::Missing(name) => write!(f, "missing {name}"),
            HeaderError::Repeated(name) => write!(f, "repeated {name}"),
            HeaderError::Malformed(name, what) => write!(f, "malformed {name}: {what}"),
        }
    }
}

impl std::error::Error for HeaderError {}

/// The rule that a refused message breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing but line ends: a keep-alive, no message (RFC 5626 §3.5.1).
    Empty,
    /// More bytes than a message may have.
    TooLarge,
    /// More header bytes than a message may have.
    HeadTooLarge,
    /// More headers than a message may have.
    TooManyHeaders,
    /// The first line is neither a request line nor a status line.
    StartLine,
    /// The request line names another protocol version than SIP/2.0.
    Version,
    /// The status code is outside 100 to 699.
    StatusCode,
    /// The Request-URI breaks its grammar.
    RequestUri(&'static str),
    /// A header line has no colon or no name.
    HeaderLine,
    /// Content-Length is no number, stands twice with two values, or exceeds the bytes at hand.
    ContentLength,
    /// The method in CSeq is not the method of the request.
    MethodMismatch,
    /// A header without which a message cannot be used is missing or broken.
    Header(HeaderError),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Fault::Empty => "no message, only line ends",
            Fault::TooLarge => "message too large",
            Fault::HeadTooLarge => "headers too large",
            Fault::TooManyHeaders => "too many headers",
            Fault::StartLine => "malformed start line",
            Fault::Version => "version not supported",
            Fault::StatusCode => "status code out of range",
            Fault::RequestUri(what) => return write!(f, "malformed Request-URI: {what}"),
            Fault::HeaderLine => "malformed header line",
            Fault::ContentLength => "malformed Content-Length",
            Fault::MethodMismatch => "CSeq method differs from request method",
            Fault::Header(error) => return error.fmt(f),
        };
        f.write_str(text)
    }
}

/// A refused message: the rule it breaks and what of it could be read.
#[derive(Debug, Clone, PartialEq)]
pub struct ParseError {
    /// The rule the message breaks.
    pub fault: Fault,
    /// The method, if the bytes began as a request; `None` for responses and noise.
    pub method: Option<Method>,
    /// The headers read before or despite the fault.
    pub headers: Box<Headers>,
}

impl ParseError {
    /// An error of which nothing but the fault is known.
    pub fn bare(fault: Fault) -> ParseError {
        ParseError {
            fault,
            method: None,
            headers: Box::default(),
        }
    }

    /// The status code this fault is answered with.
    pub fn code(&self) -> Code {
        match self.fault {
            Fault::Version => Code::VERSION_NOT_SUPPORTED,
            Fault::TooLarge | Fault::HeadTooLarge | Fault::TooManyHeaders => {
                Code::MESSAGE_TOO_LARGE
            }
            _ => Code::BAD_REQUEST,
        }
    }

    /// The answer to the refused request; `None` where there is nobody to answer: a broken
    /// response, a broken ACK (RFC 3261 §17: never answered), or a request without a Via.
    pub fn response(&self) -> Option<Response> {
        let method = self.method.as_ref()?;
        if *method == Method::Ack || self.headers.via_top().is_err() {
            return None;
        }
        let mut response = Response::new(self.code());
        if self.code() == Code::BAD_REQUEST {
            response.reason = Some(format!("Bad Request ({})", self.fault));
        }
        for name in Response::ECHOED {
            for value in self.headers.values(name) {
                response.headers.push(name, value);
            }
        }
        Some(response)
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(f)
    }
}

impl std::error::Error for ParseError {}
