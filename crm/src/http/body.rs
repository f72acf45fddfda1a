//! The body of a request: bounded in size and time, and JSON.

use super::Refusal;
use crate::limit;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

/// JSON of this shape.
#[derive(Debug)]
pub struct Asked<T>(pub T);

impl<S, T> FromRequest<S> for Asked<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let body = whole(request.into_body(), limit::BODY_BYTES).await?;
        read(&body).map(Asked)
    }
}

/// JSON of this shape, or nothing at all.
#[derive(Debug)]
pub struct MaybeAsked<T>(pub Option<T>);

impl<S, T> FromRequest<S> for MaybeAsked<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let body = whole(request.into_body(), limit::BODY_BYTES).await?;
        if body.trim_ascii().is_empty() {
            return Ok(MaybeAsked(None));
        }
        read(&body).map(|asked| MaybeAsked(Some(asked)))
    }
}

/// All of a body.
///
/// # Errors
/// When it is too large, takes too long, or breaks off.
pub async fn whole(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    let too_large = || {
        Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            format!("The body has more than {limit} bytes."),
        )
    };
    // Before anything of it is asked for: whoever waits for leave to send (RFC 9110 §10.1.1) is
    // told so, and sends nothing.
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large());
    }
    let read = tokio::time::timeout(limit::BODY_TIMEOUT, Limited::new(body, limit).collect());
    match read.await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Refusal::bad("invalid-body", "The body broke off.")),
        Err(_) => Err(Refusal::new(
            StatusCode::REQUEST_TIMEOUT,
            "too-slow",
            "The body did not come in time.",
        )),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| {
        let sentence = format!("The body can't be read: {error}.");
        Refusal::bad("invalid-body", sentence)
    })
}
