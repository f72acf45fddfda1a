//! The call log: pages of it, one call, its notes, and how a call is hung up.

use super::Refusal;
use super::asked::{id, rows, text, word};
use super::body::Asked;
use super::session::SignedIn;
use crate::app::App;
use crate::call_log::{Direction, Outcome, Stage};
use crate::compare;
use crate::limit;
use crate::moment::Moment;
use crate::placing::said;
use crate::store::{Call, CallFilter, CallPage};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use ringback::CallEnd;
use serde::Deserialize;

/// Which calls are wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wanted {
    direction: Option<String>,
    outcome: Option<String>,
    stage: Option<String>,
    live: Option<String>,
    contact_id: Option<String>,
    user_id: Option<String>,
    search: Option<String>,
    from: Option<String>,
    to: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

/// `GET /api/calls`.
pub async fn list(
    signed_in: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<Json<CallPage>, Refusal> {
    let rows = rows(wanted.limit.as_deref())?;
    let cursor = word(wanted.cursor.as_deref(), "cursor", |text| text.parse().ok())?;
    let filter = filter(&wanted)?;
    Ok(Json(signed_in.tenant.calls(&filter, rows, cursor).await?))
}

fn filter(wanted: &Wanted) -> Result<CallFilter, Refusal> {
    let live = word(wanted.live.as_deref(), "live", |text| text.parse().ok())?;
    let search = wanted.search.as_deref().unwrap_or_default();
    let search = text(search, "What is searched for", limit::SEARCH_CHARS)?;
    Ok(CallFilter {
        direction: word(wanted.direction.as_deref(), "direction", Direction::parse)?,
        outcome: word(wanted.outcome.as_deref(), "outcome", Outcome::parse)?,
        stage: word(wanted.stage.as_deref(), "stage", Stage::parse)?,
        live: live.unwrap_or(false),
        contact: word(wanted.contact_id.as_deref(), "contactId", |text| {
            text.parse().ok()
        })?,
        user: word(wanted.user_id.as_deref(), "userId", |text| {
            text.parse().ok()
        })?,
        search: Some(search).filter(|search| !search.is_empty()),
        from: word(wanted.from.as_deref(), "from", Moment::parse)?,
        to: word(wanted.to.as_deref(), "to", Moment::parse)?,
    })
}

/// `GET /api/calls/ID`.
pub async fn one(signed_in: SignedIn, Path(call): Path<String>) -> Result<Json<Call>, Refusal> {
    let call = signed_in.tenant.call(id(&call)?).await?;
    Ok(Json(call.ok_or_else(none)?))
}

/// What of a call can be changed.
#[derive(Deserialize)]
pub struct Change {
    notes: Option<String>,
}

/// `PATCH /api/calls/ID`.
pub async fn change(
    signed_in: SignedIn,
    Path(call): Path<String>,
    Asked(change): Asked<Change>,
) -> Result<Json<Call>, Refusal> {
    let (tenant, call) = (&signed_in.tenant, id(&call)?);
    let call = match change.notes {
        Some(notes) => {
            let notes = text(&notes, "A note", limit::NOTES_CHARS)?;
            tenant.set_notes(call, &notes).await?
        }
        None => tenant.call(call).await?,
    };
    Ok(Json(call.ok_or_else(none)?))
}

/// `POST /api/calls/ID/hang-up`: ends both legs. What comes of it is told by callbacks.
pub async fn hang_up(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(call): Path<String>,
) -> Result<(StatusCode, Json<Call>), Refusal> {
    let (tenant, log) = (&signed_in.tenant, id(&call)?);
    if let Some(outlook) = app.placing.running(log) {
        // It is just being asked for: in a moment there is something to hang up.
        outlook.wait().await;
    }
    let call = tenant.call(log).await?.ok_or_else(none)?;
    if !call.is_live() {
        return Err(Refusal::new(
            StatusCode::CONFLICT,
            "ended",
            "The call is over.",
        ));
    }
    let sid = call.log.kept().first.call_sid.clone();
    let sid = sid.ok_or_else(|| {
        let sentence = "The platform hasn't said yet whether it has the call.";
        Refusal::new(StatusCode::CONFLICT, "asking", sentence)
    })?;
    let integration = tenant.integration().await?;
    let integration =
        integration.ok_or_else(|| Refusal::bad("not-configured", "Twilio not configured"))?;
    let access = app.access(&integration);
    let client = app.platform.client(&access).map_err(|error| away(&error))?;
    let ended = client
        .calls()
        .update(&sid)
        .status(CallEnd::Completed)
        .send()
        .await;
    match ended {
        Ok(_) => Ok((StatusCode::ACCEPTED, Json(call))),
        // It has ended, or was never there: the log is about to hear so.
        Err(error) if matches!(error.status(), Some(400 | 404)) => {
            compare::one(&app, tenant, &access, &call).await;
            let call = tenant.call(log).await?.ok_or_else(none)?;
            Ok((StatusCode::ACCEPTED, Json(call)))
        }
        Err(error) => Err(away(&error)),
    }
}

fn none() -> Refusal {
    Refusal::not_found("There is no such call.")
}

fn away(error: &ringback::Error) -> Refusal {
    tracing::warn!("a call can't be hung up: {error}");
    let sentence = format!("The call can't be hung up: {}", said(error).message);
    Refusal::new(StatusCode::BAD_GATEWAY, "platform-away", sentence)
}
