//! Who may ask from another site: whoever has a token. There are no cookies, so a foreign page has
//! nothing of its visitor's to ask with.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// What a foreign page may send and read.
const HEADERS: [(&str, &str); 5] = [
    ("access-control-allow-origin", "*"),
    ("access-control-allow-methods", "POST, OPTIONS"),
    (
        "access-control-allow-headers",
        "authorization, x-client-info, apikey, content-type, idempotency-key",
    ),
    ("access-control-expose-headers", "retry-after"),
    ("access-control-max-age", "600"),
];

/// Lets a route be asked from any site.
pub async fn any_site(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        let name = HeaderName::from_static(name);
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// `OPTIONS`: a browser asks whether it may ask.
pub async fn preflight() -> Response {
    StatusCode::NO_CONTENT.into_response()
}
