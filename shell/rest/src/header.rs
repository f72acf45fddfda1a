//! Headers that every response carries, and the few of a request that matter.

use crate::host::Place;
use crate::{Body, Parts};
use hyper::Response;
use hyper::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use model::RequestSid;
use std::time::Duration;

type Header = (HeaderName, HeaderValue);

const fn fixed(name: &'static str, value: &'static str) -> Header {
    (
        HeaderName::from_static(name),
        HeaderValue::from_static(value),
    )
}

static FIXED: [Header; 8] = [
    fixed("x-home-region", "us1"),
    fixed("x-powered-by", "AT-5000"),
    fixed("x-shenanigans", "none"),
    fixed("access-control-allow-origin", "*"),
    fixed(
        "access-control-allow-headers",
        "Accept, Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, \
         If-Unmodified-Since",
    ),
    fixed("access-control-allow-methods", "GET, POST, DELETE, OPTIONS"),
    fixed("access-control-expose-headers", "ETag"),
    fixed("access-control-allow-credentials", "true"),
];

/// Adds what every response carries.
pub fn add(
    response: &mut Response<Body>,
    parts: &Parts,
    id: RequestSid,
    took: Duration,
    running: u32,
    place: Option<&Place>,
) {
    let headers = response.headers_mut();
    headers.reserve(FIXED.len() + 8);
    headers.extend(FIXED.iter().cloned());
    let (scheme, host) = parts.base_url.split_once("://").unwrap_or(("http", ""));
    let mut own = vec![
        ("twilio-request-id", id.to_string()),
        (
            "twilio-request-duration",
            format!("{:.3}", took.as_secs_f64()),
        ),
        ("twilio-concurrent-requests", running.to_string()),
    ];
    match place {
        None => own.push(("x-api-domain", host.to_owned())),
        Some(place) => own.extend([
            ("x-api-domain", place.name.clone()),
            ("x-home-region", place.region.clone()),
        ]),
    }
    if scheme == "https" {
        own.push(("strict-transport-security", "max-age=31536000".to_owned()));
    }
    for (name, value) in own {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

/// Whether the client asks for JSON by name.
pub fn accepts_json(headers: &HeaderMap) -> bool {
    let accepts = headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    accepts.contains("application/json")
}

/// A header as it came.
pub fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}
