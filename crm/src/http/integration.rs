//! How the organization reaches the voice platform, and whether that works.

use super::Refusal;
use super::asked::number;
use super::body::{Asked, MaybeAsked};
use super::session::SignedIn;
use crate::app::App;
use crate::limit;
use crate::phone::PhoneNumber;
use crate::placing::said;
use crate::platform::Access;
use crate::store::{Integration, IntegrationWrite, StoreError};
use axum::Json;
use axum::extract::State;
use ringback::{Account, Error};
use serde::Deserialize;
use serde_json::{Value, json};

/// What is to be set.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Given {
    account_sid: Option<String>,
    auth_token: Option<String>,
    phone_number: Option<String>,
    agent_phone_number: Option<String>,
    base_url: Option<String>,
}

/// `GET /api/integration`.
pub async fn show(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Value>, Refusal> {
    let integration = signed_in.tenant.integration().await?;
    Ok(Json(shown(&app, integration.as_ref())))
}

/// `PUT /api/integration`.
pub async fn change(
    State(app): State<App>,
    signed_in: SignedIn,
    Asked(given): Asked<Given>,
) -> Result<Json<Value>, Refusal> {
    allowed(&signed_in)?;
    let write = read(&app, &given)?;
    let set = signed_in.tenant.set_integration(&write).await?;
    Ok(Json(shown(&app, Some(&set.ok_or_else(token_required)?))))
}

/// `POST /api/integration/test`: asks the platform, with what is given or what is kept.
pub async fn test(
    State(app): State<App>,
    signed_in: SignedIn,
    MaybeAsked(given): MaybeAsked<Given>,
) -> Result<Json<Value>, Refusal> {
    let kept = signed_in.tenant.integration().await?;
    let (access, phone_number) = match given {
        None => {
            let kept = kept.as_ref();
            let kept =
                kept.ok_or_else(|| Refusal::bad("not-configured", "Twilio not configured"))?;
            (app.access(kept), kept.phone_number.clone())
        }
        Some(given) => {
            allowed(&signed_in)?;
            let write = read(&app, &given)?;
            let kept_token = kept.map(|kept| kept.auth_token);
            let access = Access {
                account_sid: write.account_sid,
                auth_token: write.auth_token.or(kept_token).ok_or_else(token_required)?,
                base_url: write.base_url.filter(|_| !app.only_this_platform),
            };
            (access, write.phone_number)
        }
    };
    Ok(Json(match tried(&app, &access, &phone_number).await {
        Ok((account, owned)) => {
            let problem = problem(&account, owned, &phone_number);
            json!({
                "ok": problem.is_null(),
                "account": {"name": account.friendly_name, "status": account.status},
                "numberOwned": owned,
                "problem": problem,
            })
        }
        Err(error) => {
            let said = said(&error);
            json!({
                "ok": false, "account": null, "numberOwned": false,
                "problem": {"code": said.code, "message": said.message},
            })
        }
    }))
}

async fn tried(app: &App, access: &Access, number: &PhoneNumber) -> Result<(Account, bool), Error> {
    let client = app.platform.client(access)?;
    let account = client.accounts().fetch(&access.account_sid).send().await?;
    let numbers = client.incoming_phone_numbers();
    let owned = numbers
        .list()
        .phone_number(number.as_str())
        .limit(1)
        .send()
        .await?;
    Ok((account, !owned.is_empty()))
}

fn problem(account: &Account, owned: bool, number: &PhoneNumber) -> Value {
    if account.status != "active" {
        let message = format!("The account is {}.", account.status);
        return json!({"code": null, "message": message});
    }
    if !owned {
        let message = format!("The account doesn't own {number}.");
        return json!({"code": null, "message": message});
    }
    Value::Null
}

fn allowed(signed_in: &SignedIn) -> Result<(), Refusal> {
    let may = signed_in
        .tenant
        .role()
        .is_some_and(|role| role.may_configure());
    may.then_some(()).ok_or(StoreError::NotAllowed.into())
}

fn read(app: &App, given: &Given) -> Result<IntegrationWrite, Refusal> {
    let plain = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_owned();
    let account_sid = plain(&given.account_sid);
    if !is_account(&account_sid) {
        let sentence = "An Account SID is AC and 32 hexadecimal digits.";
        return Err(Refusal::bad("invalid-account-sid", sentence));
    }
    let token = Some(plain(&given.auth_token)).filter(|token| !token.is_empty());
    let unfit = |token: &String| {
        token.len() > limit::AUTH_TOKEN_BYTES || !token.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if token.as_ref().is_some_and(unfit) {
        return Err(token_required());
    }
    let base_url = Some(plain(&given.base_url)).filter(|url| !url.is_empty());
    let phone_number = number(&plain(&given.phone_number))?;
    let agent_phone_number = number(&plain(&given.agent_phone_number))?;
    if let Some(url) = &base_url {
        let known = Some(url.as_str()) == app.platform.usual();
        if app.only_this_platform && !known {
            let sentence = "The platform's address can't be changed here.";
            return Err(Refusal::bad("invalid-base-url", sentence));
        }
        // Whether it makes sense is the client's to say.
        let probe = Access {
            account_sid: account_sid.clone(),
            auth_token: "x".to_owned(),
            base_url: Some(url.clone()),
        };
        let fits = url.len() <= limit::URL_BYTES && app.platform.would_do(&probe);
        if !fits {
            let sentence = "An address begins with http:// or https://.";
            return Err(Refusal::bad("invalid-base-url", sentence));
        }
    }
    Ok(IntegrationWrite {
        account_sid,
        auth_token: token,
        phone_number,
        agent_phone_number,
        base_url,
    })
}

fn is_account(text: &str) -> bool {
    let digits = text.strip_prefix("AC").unwrap_or_default();
    digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

fn token_required() -> Refusal {
    Refusal::bad("token-required", "An auth token is wanted.")
}

fn shown(app: &App, integration: Option<&Integration>) -> Value {
    let webhooks = integration.map(|integration| {
        json!({
            "voice": app.webhook("voice", &integration.key),
            "status": app.webhook("status", &integration.key),
        })
    });
    json!({
        "configured": integration.is_some(),
        "accountSid": integration.map(|it| &it.account_sid),
        "authTokenSet": integration.is_some(),
        "phoneNumber": integration.map(|it| &it.phone_number),
        "agentPhoneNumber": integration.map(|it| &it.agent_phone_number),
        "baseUrl": integration.and_then(|it| it.base_url.as_ref()),
        "webhooks": webhooks,
    })
}
