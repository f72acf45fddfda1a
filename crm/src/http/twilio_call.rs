//! `POST /twilio-call`: the button.

use super::Refusal;
use super::asked::number;
use super::body::Asked;
use super::cors;
use super::session::Token;
use crate::app::App;
use crate::call_log::Status;
use crate::limit;
use crate::placing::{Order, Placed, place};
use crate::store::{Begun, Call, Integration, NewCall, Tenant};
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router, middleware};
use serde::Deserialize;
use serde_json::{Value, json};

/// The route, open to other sites: the button stands in any CRM.
pub fn routes() -> Router<App> {
    let route = post(call).options(cors::preflight);
    let open = middleware::from_fn(cors::any_site);
    Router::new().route("/twilio-call", route.layer(open))
}

/// Who is to be called, and about what.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wish {
    to: Option<String>,
    contact_id: Option<String>,
    opportunity_id: Option<String>,
}

/// Asks for a call: the agent's phone rings first.
async fn call(
    State(app): State<App>,
    token: Token,
    headers: HeaderMap,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    let tenant = app.store.tenant(token.user, token.organization).await?;
    let tenant = tenant
        .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "user-not-found", "User not found"))?;
    let integration = tenant.integration().await?;
    let integration =
        integration.ok_or_else(|| Refusal::bad("not-configured", "Twilio not configured"))?;
    let Asked(wish) = Asked::<Wish>::from_request(request, &()).await?;
    let new = new_call(&wish, &headers, &integration)?;
    let placed = {
        // Whoever clicks at the same moment waits here, and then finds this call.
        let _turn = app.placing.turn.lock().await;
        match begun(&app, &tenant, &new).await? {
            Begun::New(call, key) => {
                let access = app.access(&integration);
                let call = *call;
                Ok(place(&app, &tenant, Order { call, key, access }))
            }
            Begun::Same(call) => app.placing.running(call.id).ok_or(call),
            Begun::LineBusy(other) => return Err(line_busy(&other)),
            Begun::NoContact => return Err(none("contact-not-found", "Contact not found")),
            Begun::NoOpportunity => {
                return Err(none("opportunity-not-found", "Opportunity not found"));
            }
        }
    };
    match placed {
        Ok(outlook) => {
            let log = outlook.log;
            answer(outlook.wait().await, &log.to_string())
        }
        Err(call) => again(&call),
    }
}

fn new_call(
    wish: &Wish,
    headers: &HeaderMap,
    integration: &Integration,
) -> Result<NewCall, Refusal> {
    let to = wish.to.as_deref().map(str::trim).unwrap_or_default();
    if to.is_empty() {
        return Err(Refusal::bad("number-required", "Phone number required"));
    }
    let key = headers.get("idempotency-key");
    let key = key.map(|key| key.to_str().unwrap_or_default().trim());
    if key.is_some_and(|key| key.is_empty() || key.len() > limit::IDEMPOTENCY_KEY_BYTES) {
        let sentence = "The Idempotency-Key can't be read.";
        return Err(Refusal::bad("invalid-idempotency-key", sentence));
    }
    let given = |id: &Option<String>| id.clone().filter(|id| !id.is_empty());
    let contact = given(&wish.contact_id).map(|id| id.parse());
    let contact = contact.transpose();
    let contact = contact.map_err(|_| none("contact-not-found", "Contact not found"))?;
    let opportunity = given(&wish.opportunity_id).map(|id| id.parse());
    let opportunity = opportunity.transpose();
    let opportunity =
        opportunity.map_err(|_| none("opportunity-not-found", "Opportunity not found"))?;
    Ok(NewCall {
        to: number(to)?,
        from: integration.phone_number.clone(),
        agent: integration.agent_phone_number.clone(),
        contact,
        opportunity,
        idempotency_key: key.map(str::to_owned),
    })
}

/// Begins the call, unless the user asks for too many. What makes no new call is not counted.
async fn begun(app: &App, tenant: &Tenant, new: &NewCall) -> Result<Begun, Refusal> {
    let user = tenant.user_id().ok_or_else(Refusal::unauthorized)?;
    let too_many = app.calls.take(user).err();
    if let Some(wait) = too_many {
        let before = tenant.begun_already(new).await?;
        return before.ok_or_else(|| {
            let sentence = "Too many calls in a short time. Please wait.";
            Refusal::too_many("too-many-calls", sentence, wait)
        });
    }
    let begun = tenant.begin_call(new).await;
    if !matches!(begun, Ok(Begun::New(..))) {
        app.calls.give_back(&user);
    }
    Ok(begun?)
}

fn answer(placed: Placed, log: &str) -> Result<Json<Value>, Refusal> {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    match placed {
        Placed::Asked(call) => Ok(Json(success(&call))),
        Placed::Refused { error, more_info } => {
            let details = json!({
                "code": error.code, "message": error.message, "moreInfo": more_info,
            });
            Err(refused(details))
        }
        Placed::Unknown => {
            let sentence = "The platform did not answer; the call may be on its way";
            let refusal = Refusal::new(status, "call-uncertain", sentence);
            Err(refusal.with("callLogId", json!(log)))
        }
        Placed::Broken(reason) => Err(Refusal::internal(&reason)),
    }
}

/// The same wish again, of which nobody waits for news any more.
fn again(call: &Call) -> Result<Json<Value>, Refusal> {
    let kept = call.log.kept();
    match &kept.error {
        Some(error) if call.log.status() == Status::Failed && kept.first.call_sid.is_none() => {
            let details = json!({
                "code": error.code, "message": error.message, "moreInfo": null,
            });
            Err(refused(details))
        }
        _ => Ok(Json(success(call))),
    }
}

fn success(call: &Call) -> Value {
    json!({
        "success": true,
        "callSid": call.log.kept().first.call_sid,
        "status": call.log.status(),
        "callLogId": call.id,
    })
}

fn refused(details: Value) -> Refusal {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    let refusal = Refusal::new(status, "call-refused", "Failed to initiate call");
    refusal.with("details", details)
}

fn none(code: &'static str, sentence: &str) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, code, sentence)
}

fn line_busy(other: &Call) -> Refusal {
    let sentence = "You have another call that isn't ended.";
    let refusal = Refusal::new(StatusCode::CONFLICT, "line-busy", sentence);
    refusal.with("callLogId", json!(other.id))
}
