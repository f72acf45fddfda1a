//! Why a request is not granted, and how that is told.

use crate::body::Body;
use crate::path::Format;
use crate::render;
use crate::resource::Resource;
use call::Refusal;
use hyper::header::{ALLOW, HeaderValue, WWW_AUTHENTICATE};
use hyper::{Response, StatusCode};
use model::ErrorCode;
use store::StoreError;

/// A refusal with its number and sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    code: ErrorCode,
    message: String,
    /// What could have been done instead: the header `Allow`.
    allow: Option<String>,
}

impl Fault {
    /// In the catalogue's own words.
    pub fn of(code: ErrorCode) -> Fault {
        Fault::new(code, code.text())
    }

    /// In these words.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Fault {
        Fault {
            code,
            message: message.into(),
            allow: None,
        }
    }

    /// A parameter that can't be understood.
    pub fn parameter(message: impl Into<String>) -> Fault {
        Fault::new(ErrorCode::INVALID_PARAMETER, message)
    }

    /// Nothing here; names the path as it was asked for.
    pub fn not_found(path: &str) -> Fault {
        let message = format!("The requested resource {path} was not found");
        Fault::new(ErrorCode::NOT_FOUND, message)
    }

    /// A method that the resource doesn't have.
    pub fn not_allowed(resource: &Resource) -> Fault {
        Fault {
            allow: Some(resource.allow()),
            ..Fault::of(ErrorCode::METHOD_NOT_ALLOWED)
        }
    }

    /// The refusal as a response.
    pub fn response(&self, format: Format) -> Response<Body> {
        let status = self.code.http_status();
        let error = api::ErrorBody {
            code: self.code.0,
            message: self.message.clone(),
            more_info: api::more_info(self.code.0),
            status,
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = render::one(format, status, "RestException", &error);
        if self.code == ErrorCode::AUTHENTICATE {
            let realm = HeaderValue::from_static("Basic realm=\"Twilio API\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, realm);
        }
        let allow = self.allow.as_deref().map(HeaderValue::from_str);
        if let Some(Ok(allow)) = allow {
            response.headers_mut().insert(ALLOW, allow);
        }
        response
    }
}

impl From<StoreError> for Fault {
    /// What is wrong with the disk is in our log, not in the customer's answer.
    fn from(_: StoreError) -> Fault {
        Fault::of(ErrorCode::UNAVAILABLE)
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Fault {
        Fault::new(refusal.code, refusal.text)
    }
}
