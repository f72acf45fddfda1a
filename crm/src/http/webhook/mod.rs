//! What the platform asks and tells. The signature is verified first.

mod dial_complete;
mod recording;
mod status;
mod twiml;
mod voice;

use super::Refusal;
use super::body::whole;
use crate::app::App;
use crate::id::CallLogId;
use crate::limit;
use crate::store::{CallKey, Integration, StoreError, Tenant};
use axum::Router;
use axum::extract::{FromRequest, OriginalUri, Request};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use ringback::signature::Seen;
use ringback::webhook::{BadParameter, FromParameters, Parameters};

/// The webhooks' paths.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/twiml", get(twiml::connect).post(twiml::connect))
        .route("/dial-complete", post(dial_complete::dialled))
        .route("/status", post(status::leg))
        .route("/recording", post(recording::ready))
        .route("/voice", get(voice::ring).post(voice::ring))
        .fallback(nothing)
}

/// A webhook that is proved to come from the platform, for an organization.
pub struct Signed {
    /// Whose it is.
    pub tenant: Tenant,
    /// The call that its key was made for; none for the key of the organization's number.
    pub call: Option<CallLogId>,
    /// How the organization reaches the platform.
    pub integration: Integration,
    /// The key in its address.
    pub key: CallKey,
    /// What it tells.
    pub parameters: Parameters,
}

impl FromRequest<App> for Signed {
    type Rejection = Wrong;

    async fn from_request(request: Request, app: &App) -> Result<Signed, Wrong> {
        let (parts, body) = request.into_parts();
        // The router has taken the path apart; what was signed is all of it.
        let uri = parts.extensions.get::<OriginalUri>();
        let uri = uri.map_or(&parts.uri, |OriginalUri(uri)| uri);
        let key = key(uri).ok_or(Wrong::Forbidden)?;
        let body = whole(body, limit::WEBHOOK_BYTES).await?;
        let keyed = app.store.by_call_key(&key).await?;
        let keyed = keyed.ok_or(Wrong::Forbidden)?;
        let integration = keyed.tenant.integration().await?;
        let integration = integration.ok_or(Wrong::Forbidden)?;
        let headers = parts.headers.iter();
        let headers = headers.filter_map(|(name, value)| {
            let value = value.to_str().ok()?;
            Some((name.as_str(), value))
        });
        let target = uri.to_string();
        let seen = Seen {
            method: parts.method.as_str(),
            target: &target,
            headers: headers.collect(),
            body: &body,
        };
        let checked = app.validator(&integration.auth_token).check(&seen);
        let parameters = checked.map_err(|why| {
            let organization = keyed.tenant.organization_id();
            tracing::warn!("a webhook of {organization} was refused: {why}");
            Wrong::Forbidden
        })?;
        Ok(Signed {
            tenant: keyed.tenant,
            call: keyed.call,
            integration,
            key,
            parameters,
        })
    }
}

impl Signed {
    /// What it tells, as one kind of webhook.
    ///
    /// # Errors
    /// When it is another.
    pub fn read<T: FromParameters>(&self) -> Result<T, Wrong> {
        self.parameters.read().map_err(|why| {
            tracing::warn!("a webhook can't be read: {why}");
            Wrong::Unread(why)
        })
    }
}

/// The key in the query.
fn key(uri: &Uri) -> Option<CallKey> {
    let query = Parameters::parse(uri.query()?);
    let key = query.first("key")?;
    let fits = !key.is_empty() && key.len() <= limit::WEBHOOK_KEY_BYTES;
    fits.then(|| CallKey::from_address(key))
}

/// Why a webhook isn't heard.
#[derive(Debug)]
pub enum Wrong {
    /// It isn't proved to come from the platform. The same for an unknown key and a wrong
    /// signature: nobody learns which keys there are.
    Forbidden,
    /// It is signed, and of another kind than expected.
    Unread(BadParameter),
    /// It is too large, or the store failed; the platform asks its fallback then, or notes it.
    Refused(Refusal),
}

impl From<Refusal> for Wrong {
    fn from(refusal: Refusal) -> Wrong {
        Wrong::Refused(refusal)
    }
}

impl From<StoreError> for Wrong {
    fn from(error: StoreError) -> Wrong {
        Wrong::Refused(error.into())
    }
}

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        match self {
            Wrong::Forbidden => (StatusCode::FORBIDDEN, "Forbidden\n").into_response(),
            Wrong::Unread(why) => (StatusCode::BAD_REQUEST, format!("{why}\n")).into_response(),
            Wrong::Refused(refusal) => refusal.into_response(),
        }
    }
}

async fn nothing() -> Refusal {
    Refusal::not_found("There is no such webhook.")
}
