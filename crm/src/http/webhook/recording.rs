//! `/twilio-webhook/recording`: the recording of a dial is ready.

use super::{Signed, Wrong, status::log_of};
use crate::call_log::{Event, Recording};
use axum::http::StatusCode;
use ringback::RecordingStatus;
use ringback::webhook::RecordingStatusEvent;

/// Notes the recording. One that came to nothing is no recording.
pub async fn ready(signed: Signed) -> Result<StatusCode, Wrong> {
    let event: RecordingStatusEvent = signed.read()?;
    let done = event.recording_status == RecordingStatus::Completed;
    let (Some(call), Some(url), true) = (event.call_sid, event.recording_url, done) else {
        return Ok(StatusCode::NO_CONTENT);
    };
    if let Some(log) = log_of(&signed, &call).await? {
        let seconds = event.recording_duration.unwrap_or(0);
        let recording = Recording::heard(&event.recording_sid, &url, seconds);
        signed.tenant.hear(log, &Event::Recorded(recording)).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
