//! `GET /api/calls/ID/recording`: the sound, passed on from the platform to whoever is signed in.
//!
//! The organization's credentials stay here; the browser gets bytes. They are passed on piece by
//! piece, at the reader's pace.

use super::Refusal;
use super::asked::id;
use super::session::SignedIn;
use crate::app::App;
use crate::placing::said;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use ringback::resource::SoundForm;
use ringback::{Error, Media};
use serde::Deserialize;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// Whether it is to be saved.
#[derive(Debug, Deserialize)]
pub struct Wish {
    download: Option<String>,
}

/// The sound of a call.
pub async fn sound(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(call): Path<String>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let tenant = &signed_in.tenant;
    let none = || Refusal::not_found("There is no recording of this call.");
    let call = tenant.call(id(&call)?).await?.ok_or_else(none)?;
    let recording = call.log.kept().recording.clone().ok_or_else(none)?;
    let integration = tenant.integration().await?.ok_or_else(none)?;
    let place = std::sync::Arc::clone(&app.recordings).try_acquire_owned();
    let place = place.map_err(|_| {
        let sentence = "Too many recordings are being listened to.";
        Refusal::too_many("too-many-recordings", sentence, Duration::from_secs(2))
    })?;
    let client = app.platform.client(&app.access(&integration));
    let client = client.map_err(|error| away(&error))?;
    // By its name, not by the address that a callback told: nobody leads us anywhere.
    let mut media = client
        .recordings()
        .media(&recording.sid)
        .form(SoundForm::Mp3)
        .requested_channels(2);
    if let Some(range) = headers.get(header::RANGE).and_then(|it| it.to_str().ok()) {
        media = media.range(range);
    }
    let media = match media.send().await {
        Ok(media) => media,
        Err(error) if error.is_not_found() => return Err(none()),
        Err(error) if error.status() == Some(416) => return Ok(unsatisfiable()),
        Err(error) => return Err(away(&error)),
    };
    let name = wish.download.as_deref() == Some("1");
    let name = name.then(|| format!("attachment; filename=\"{}.mp3\"", recording.sid));
    Ok(passed_on(media, name, place))
}

fn passed_on(media: Media, name: Option<String>, place: OwnedSemaphorePermit) -> Response {
    let part = media.content_range().map(str::to_owned);
    let status = match part {
        Some(_) => StatusCode::PARTIAL_CONTENT,
        None => StatusCode::OK,
    };
    let length = media.content_length().map(|length| length.to_string());
    let known = [
        (header::CONTENT_TYPE, Some("audio/mpeg".to_owned())),
        (header::ACCEPT_RANGES, Some("bytes".to_owned())),
        (header::CONTENT_RANGE, part),
        (header::CONTENT_LENGTH, length),
        (header::CONTENT_DISPOSITION, name),
        // It never changes, and belongs to whoever is signed in.
        (
            header::CACHE_CONTROL,
            Some("private, max-age=3600".to_owned()),
        ),
        (header::VARY, Some("authorization".to_owned())),
    ];
    let pieces = stream::try_unfold((media, place), |(mut media, place)| async move {
        let piece = media.chunk().await.map_err(std::io::Error::other)?;
        Ok::<_, std::io::Error>(piece.map(|piece| (piece, (media, place))))
    });
    let mut response = (status, Body::from_stream(pieces)).into_response();
    for (header, value) in known {
        let value = value.and_then(|value| HeaderValue::from_str(&value).ok());
        if let Some(value) = value {
            response.headers_mut().insert(header, value);
        }
    }
    response
}

fn unsatisfiable() -> Response {
    let sentence = "The recording isn't as long.";
    Refusal::new(StatusCode::RANGE_NOT_SATISFIABLE, "range", sentence).into_response()
}

/// The platform has it and doesn't give it.
fn away(error: &Error) -> Refusal {
    tracing::warn!("a recording can't be had: {error}");
    let sentence = format!("The recording can't be had: {}", said(error).message);
    Refusal::new(StatusCode::BAD_GATEWAY, "recording-away", sentence)
}
