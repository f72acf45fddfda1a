//! Extractors for axum: a request is checked before anything of it is looked at.
//!
//! The router's state is a [`Validator`], or gives one by `FromRef`. A request that isn't signed
//! is answered 403 with a sentence that says why.
//!
//! ```no_run
//! use axum::{Router, routing::post};
//! use ringback::axum::{Signed, Twiml};
//! use ringback::signature::Validator;
//! use ringback::twiml::Response;
//! use ringback::webhook::VoiceRequest;
//!
//! async fn voice(Signed { parameters, .. }: Signed<VoiceRequest>) -> Twiml {
//!     Twiml(Response::new().say(format!("Hello, {}", parameters.from)))
//! }
//!
//! let validator = Validator::new("token").public_url("https://example.com").unwrap();
//! let app: Router = Router::new().route("/voice", post(voice)).with_state(validator);
//! ```

use crate::signature::{Refused, Seen, Validator};
use crate::webhook::{BadParameter, FromParameters, Parameters};
use ::axum::body::{Body, Bytes};
use ::axum::extract::{FromRef, FromRequest, FromRequestParts, OriginalUri, Request};
use ::axum::http::request::Parts;
use ::axum::http::{StatusCode, header};
use ::axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// A webhook that is proved to come from the account, read as one of the kinds in
/// [`crate::webhook`].
#[derive(Debug, Clone)]
pub struct Signed<T> {
    /// What it tells.
    pub parameters: T,
    /// Every parameter of form and query, those of the customer's own included.
    pub all: Parameters,
}

/// A body of another kind than a form, covered by its `bodySHA256`.
#[derive(Debug, Clone)]
pub struct SignedBody {
    /// The bytes as they came.
    pub body: Bytes,
    /// The parameters of the query.
    pub query: Parameters,
}

/// The handshake of a WebSocket, checked before the upgrade. Stands before `WebSocketUpgrade` in
/// the list of arguments.
#[derive(Debug, Clone)]
pub struct SignedHandshake {
    /// The parameters of the query.
    pub query: Parameters,
}

impl<S, T> FromRequest<S> for Signed<T>
where
    S: Send + Sync,
    Validator: FromRef<S>,
    T: FromParameters,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        let (_, all) = checked(request, &Validator::from_ref(state)).await?;
        let parameters = all.read().map_err(Rejection::Parameter)?;
        Ok(Signed { parameters, all })
    }
}

impl<S> FromRequest<S> for SignedBody
where
    S: Send + Sync,
    Validator: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        let (body, query) = checked(request, &Validator::from_ref(state)).await?;
        Ok(SignedBody { body, query })
    }
}

impl<S> FromRequestParts<S> for SignedHandshake
where
    S: Send + Sync,
    Validator: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let query = check(&Validator::from_ref(state), parts, b"")?;
        Ok(SignedHandshake { query })
    }
}

async fn checked(
    request: Request,
    validator: &Validator,
) -> Result<(Bytes, Parameters), Rejection> {
    let (parts, body) = request.into_parts();
    let body = read(body, validator.body_limit()).await?;
    let parameters = check(validator, &parts, &body)?;
    Ok((body, parameters))
}

async fn read(body: Body, limit: usize) -> Result<Bytes, Rejection> {
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Rejection::TooLarge { limit }),
        Err(_) => Err(Rejection::Unread),
    }
}

fn check(validator: &Validator, parts: &Parts, body: &[u8]) -> Result<Parameters, Rejection> {
    // A nested router sees a shortened path; what was signed is the whole one.
    let original = parts.extensions.get::<OriginalUri>();
    let target = original
        .map_or(&parts.uri, |OriginalUri(uri)| uri)
        .to_string();
    let headers = parts.headers.iter();
    let headers = headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let seen = Seen {
        method: parts.method.as_str(),
        target: &target,
        headers: headers.collect(),
        body,
    };
    validator.check(&seen).map_err(Rejection::Refused)
}

/// Why a request wasn't let in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// It isn't proved who sent it: 403.
    Refused(Refused),
    /// Its body is too large: 413.
    TooLarge {
        /// What a body may have.
        limit: usize,
    },
    /// Its body broke off: 400.
    Unread,
    /// It is signed, and of another kind than expected: 400.
    Parameter(BadParameter),
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Rejection::Refused(why) => (StatusCode::FORBIDDEN, why.to_string()),
            Rejection::TooLarge { limit } => (
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("the body has more than {limit} bytes"),
            ),
            Rejection::Unread => (StatusCode::BAD_REQUEST, "the body broke off".to_owned()),
            Rejection::Parameter(why) => (StatusCode::BAD_REQUEST, why.to_string()),
        };
        (status, format!("{text}\n")).into_response()
    }
}

/// A document as an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Twiml(pub crate::twiml::Response);

impl IntoResponse for Twiml {
    fn into_response(self) -> Response {
        let kind = [(header::CONTENT_TYPE, "text/xml; charset=utf-8")];
        (kind, self.0.to_string()).into_response()
    }
}
