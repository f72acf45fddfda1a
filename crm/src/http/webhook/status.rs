//! `/twilio-webhook/status`: what became of a leg.

use super::{Signed, Wrong};
use crate::app::App;
use crate::call_log::{CallError, Event, LegNews, Status};
use crate::id::CallLogId;
use crate::moment::Moment;
use axum::extract::State;
use axum::http::StatusCode;
use ringback::webhook::CallStatusEvent;

/// Hears of a leg. Callbacks may come twice and in any order: the log sorts that out.
pub async fn leg(State(app): State<App>, signed: Signed) -> Result<StatusCode, Wrong> {
    let event: CallStatusEvent = signed.read()?;
    let Some(status) = Status::parse(event.call.call_status.as_str()) else {
        tracing::info!(
            "a status that isn't known: {}",
            event.call.call_status.as_str()
        );
        return Ok(StatusCode::NO_CONTENT);
    };
    let told = event.timestamp.as_deref().and_then(Moment::parse_mail);
    let code = event.call.error_code.filter(|code| *code != 0);
    let message = event.error_message;
    let error = (code.is_some() || message.is_some()).then(|| CallError {
        code,
        message: message.unwrap_or_default(),
    });
    let parent = event.call.parent_call_sid;
    let first = parent.as_deref().unwrap_or(&event.call.call_sid);
    let log = log_of(&signed, first).await?;
    let news = LegNews {
        call_sid: event.call.call_sid.clone(),
        parent_call_sid: parent.clone(),
        status,
        sequence: event.sequence_number,
        at: told.unwrap_or_else(|| app.clock.moment()),
        answered_at: None,
        seconds: event.call_duration,
        error,
    };
    if let Some(log) = log {
        signed.tenant.hear(log, &Event::Leg(news)).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The log that a webhook is about: its key's, or the one whose first leg this is.
pub async fn log_of(signed: &Signed, first: &str) -> Result<Option<CallLogId>, Wrong> {
    if signed.call.is_some() {
        return Ok(signed.call);
    }
    let call = signed.tenant.call_by_sid(first).await;
    let call = call?;
    if call.is_none() {
        tracing::info!("{first}: a call that is in no log");
    }
    Ok(call.map(|call| call.id))
}
