//! `/twilio-webhook/voice`: somebody calls the organization's number.

use super::{Signed, Wrong, twiml::followed};
use crate::app::App;
use crate::document;
use crate::store::InboundCall;
use axum::extract::State;
use ringback::axum::Twiml;
use ringback::webhook::VoiceRequest;

/// Logs the call, and rings the agent. Asked twice, it is the same call.
pub async fn ring(State(app): State<App>, signed: Signed) -> Result<Twiml, Wrong> {
    let request: VoiceRequest = signed.read()?;
    let agent = signed.integration.agent_phone_number;
    let call = InboundCall {
        call_sid: request.call_sid,
        from: request.from,
        to: request.to,
        agent: agent.clone(),
    };
    let (_, key) = signed.tenant.begin_inbound(&call).await?;
    Ok(Twiml(document::answer(
        agent.as_str(),
        &followed(&app, &key),
    )))
}
