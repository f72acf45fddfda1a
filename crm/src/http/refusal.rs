//! A refusal: a sentence for people, and a word for programs.

use crate::store::StoreError;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::time::Duration;

/// Why not.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    sentence: String,
    retry_after: Option<Duration>,
    /// What else is told, by its name.
    more: Option<(&'static str, Value)>,
}

impl Refusal {
    /// Refuses with this.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, sentence: impl Into<String>) -> Refusal {
        Refusal {
            status,
            code,
            sentence: sentence.into(),
            retry_after: None,
            more: None,
        }
    }

    /// 400: what was asked for makes no sense.
    #[must_use]
    pub fn bad(code: &'static str, sentence: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, code, sentence)
    }

    /// 401: nobody is signed in.
    #[must_use]
    pub fn unauthorized() -> Refusal {
        Refusal::new(StatusCode::UNAUTHORIZED, "unauthorized", "Unauthorized")
    }

    /// 404: it isn't there, or not for this organization.
    #[must_use]
    pub fn not_found(sentence: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, "not-found", sentence)
    }

    /// 429: too much at once.
    #[must_use]
    pub fn too_many(code: &'static str, sentence: impl Into<String>, wait: Duration) -> Refusal {
        let mut refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, code, sentence);
        refusal.retry_after = Some(wait);
        refusal
    }

    /// 500: something of ours, or of the machine's. The reason goes to the log, not to the asker.
    #[must_use]
    pub fn internal(reason: &dyn std::fmt::Display) -> Refusal {
        tracing::error!("a request failed: {reason}");
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Refusal::new(status, "internal", "Internal server error")
    }

    /// With one more thing that is told.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Value) -> Refusal {
        self.more = Some((name, value));
        self
    }

    /// The word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        match error {
            StoreError::NotAllowed => {
                let sentence = "Only an owner or an admin may do that.";
                Refusal::new(StatusCode::FORBIDDEN, "not-allowed", sentence)
            }
            other => Refusal::internal(&other),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut body = json!({"error": self.sentence, "code": self.code});
        if let Some((name, value)) = self.more {
            body[name] = value;
        }
        let mut response = (self.status, Json(body)).into_response();
        if let Some(wait) = self.retry_after {
            // RFC 9110 §10.2.3: whole seconds, and never too early.
            let seconds = wait.as_millis().div_ceil(1_000).max(1);
            let seconds = HeaderValue::from_str(&seconds.to_string());
            let seconds = seconds.expect("digits are a header");
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_whole_seconds_and_never_too_early() {
        let wait = |millis| {
            let wait = Duration::from_millis(millis);
            let answer = Refusal::too_many("x", "Later.", wait).into_response();
            answer.headers()["retry-after"].to_str().unwrap().to_owned()
        };
        assert_eq!((wait(1_001).as_str(), wait(0).as_str()), ("2", "1"));
    }
}
