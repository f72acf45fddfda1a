//! `/twilio-webhook/twiml`: the agent has answered; what is done next?

use super::{Signed, Wrong};
use crate::app::App;
use crate::call_log::{Event, LegNews, Status};
use crate::document::{self, Followed};
use crate::phone::PhoneNumber;
use crate::store::CallKey;
use axum::extract::State;
use ringback::axum::Twiml;
use ringback::webhook::VoiceRequest;

/// Announces the contact and dials them.
pub async fn connect(State(app): State<App>, signed: Signed) -> Result<Twiml, Wrong> {
    let request: VoiceRequest = signed.read()?;
    if let Some(call) = signed.call {
        // That it is asked means that somebody has answered, whether or not it was told already.
        let status = Status::InProgress;
        let news = LegNews::first(&request.call_sid, status, app.clock.moment());
        signed.tenant.hear(call, &Event::Leg(news)).await?;
    }
    let to = signed.parameters.first("to").and_then(PhoneNumber::parse);
    let shown = signed.integration.phone_number.as_str();
    Ok(Twiml(match to {
        Some(to) => document::connect(to.as_str(), shown, &followed(&app, &signed.key)),
        None => document::no_number(),
    }))
}

/// Where a dial leads, for whoever's key this is.
pub fn followed(app: &App, key: &CallKey) -> Followed {
    Followed {
        dial_complete: app.webhook("dial-complete", key),
        status: app.webhook("status", key),
        recording: app.webhook("recording", key),
    }
}
