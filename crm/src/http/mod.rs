//! The interface over HTTP, as `docs/api.md` has it: one file for each of its parts.

mod asked;
mod auth;
mod body;
mod calls;
mod contacts;
mod cors;
mod integration;
mod leftover;
pub mod listen;
mod live;
mod origin;
mod page;
mod recording;
mod refusal;
mod session;
mod twilio_call;
mod webhook;

pub use origin::Peer;
pub use refusal::Refusal;

use crate::app::App;
use crate::store::CallKey;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;

/// Everything that is answered.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/auth/sign-in", post(auth::sign_in))
        .route("/auth/organization", post(auth::organization))
        .route("/api/me", get(auth::me).patch(auth::change_me))
        .merge(twilio_call::routes())
        .route("/api/calls", get(calls::list))
        .route("/api/calls/{id}", get(calls::one).patch(calls::change))
        .route("/api/calls/{id}/hang-up", post(calls::hang_up))
        .route("/api/calls/{id}/recording", get(recording::sound))
        .route("/api/events", get(live::events))
        .route("/api/contacts", get(contacts::list).post(contacts::make))
        .route(
            "/api/contacts/{id}",
            get(contacts::one).patch(contacts::change),
        )
        .route("/api/users", get(contacts::users))
        .route(
            "/api/integration",
            get(integration::show).put(integration::change),
        )
        .route("/api/integration/test", post(integration::test))
        .nest("/twilio-webhook", webhook::routes())
        .fallback(page::page)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn(safe))
        .with_state(app)
}

/// `GET /health`: whether the program and its database answer.
async fn health(State(app): State<App>) -> Response {
    // Any question will do; this one finds nothing, by an index.
    match app.store.by_call_key(&CallKey::from_address("")).await {
        Ok(_) => Json(json!({"status": "ok"})).into_response(),
        Err(error) => {
            tracing::error!("the database does not answer: {error}");
            let body = Json(json!({"status": "database-away"}));
            (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
        }
    }
}

async fn wrong_method() -> Refusal {
    let sentence = "This can't be asked of it.";
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "wrong-method", sentence)
}

/// What a browser may do with whatever we answer. Styles may stand in elements, for those of a
/// custom element do; scripts come from our own files alone.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

/// Adds the headers that keep a browser careful.
async fn safe(request: Request, next: Next) -> Response {
    let private = ["/api/", "/auth/", "/twilio-"];
    let private = private
        .iter()
        .any(|start| request.uri().path().starts_with(start));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let usual = [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), geolocation=(), microphone=(self)",
        ),
    ];
    for (name, value) in usual {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    if private {
        let kept = headers.entry("cache-control");
        kept.or_insert(HeaderValue::from_static("no-store"));
    }
    response
}
