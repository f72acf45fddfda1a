//! `/twilio-webhook/dial-complete`: the dialled call is over; a sentence unless there was a talk.

use super::{Signed, Wrong, status::log_of};
use crate::app::App;
use crate::call_log::{DialComplete, Direction, Event, Status};
use crate::document;
use axum::extract::State;
use ringback::CallDirection;
use ringback::axum::Twiml;
use ringback::webhook::{DialResult, DialStatus};

/// Hears how the dial went, and ends the call.
pub async fn dialled(State(app): State<App>, signed: Signed) -> Result<Twiml, Wrong> {
    let result: DialResult = signed.read()?;
    let status = match &result.dial_call_status {
        DialStatus::Answered => Some(Status::Completed),
        other => Status::parse(other.as_str()),
    };
    let mut inbound = result.call.direction == CallDirection::Inbound;
    let log = log_of(&signed, &result.call.call_sid).await?;
    if let (Some(log), Some(status)) = (log, status) {
        let event = Event::DialComplete(DialComplete {
            call_sid: result.call.call_sid,
            status,
            dialled_sid: result.dial_call_sid,
            seconds: result.dial_call_duration,
            at: app.clock.moment(),
        });
        let heard = signed.tenant.hear(log, &event).await?;
        if let Some(heard) = heard {
            inbound = heard.call.log.kept().direction == Direction::Inbound;
        }
    }
    let talked = status == Some(Status::Completed);
    Ok(Twiml(document::dialled(talked, inbound)))
}
