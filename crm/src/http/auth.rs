//! Signing in, and who one is then.

use super::Refusal;
use super::asked::{id, text};
use super::body::Asked;
use super::session::SignedIn;
use crate::app::App;
use crate::id::OrganizationId;
use crate::limit;
use crate::moment::Moment;
use crate::rate::Origin;
use crate::store::{Organization, User};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::{Duration, UNIX_EPOCH};

/// What is asked to sign in.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignIn {
    email: String,
    password: String,
    organization_id: Option<String>,
}

/// `POST /auth/sign-in`.
pub async fn sign_in(
    State(app): State<App>,
    origin: Origin,
    Asked(asked): Asked<SignIn>,
) -> Result<Json<Value>, Refusal> {
    let email = text(&asked.email, "The address", limit::EMAIL_BYTES)?.to_lowercase();
    if asked.password.len() > limit::PASSWORD_BYTES {
        return Err(wrong());
    }
    let who = (email, origin);
    let tried = app.sign_ins.take(&who);
    tried.map_err(|wait| {
        let sentence = "Too many attempts. Please wait.";
        Refusal::too_many("too-many-attempts", sentence, wait)
    })?;
    let known = app.store.sign_in(&who.0).await?;
    let kept = known.as_ref().map(|known| known.password_hash.clone());
    let fits = app.passwords.check(asked.password, kept).await;
    let fits = fits.map_err(|_| {
        // Their attempt wasn't looked at.
        app.sign_ins.give_back(&who);
        let sentence = "Too many people sign in at once. Please wait.";
        Refusal::too_many("too-many-attempts", sentence, Duration::from_secs(2))
    })?;
    let user = known.filter(|_| fits).ok_or_else(wrong)?.user;
    app.sign_ins.succeeded(who);
    let organizations = app.store.organizations_of(user.id).await?;
    let wanted = asked.organization_id.as_deref().map(id).transpose()?;
    let organization = match wanted {
        Some(wanted) => organizations.iter().find(|known| known.id == wanted),
        None => organizations.first(),
    };
    // A person without an organization has nothing to see here.
    let organization = organization.ok_or_else(wrong)?.clone();
    Ok(Json(session(&app, &user, &organization, &organizations)))
}

/// Which organization is wanted.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wanted {
    organization_id: String,
}

/// `POST /auth/organization`: the same user for another of their organizations.
pub async fn organization(
    State(app): State<App>,
    signed_in: SignedIn,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Value>, Refusal> {
    let wanted: OrganizationId = id(&wanted.organization_id)?;
    let user = me_of(&signed_in).await?;
    let organizations = app.store.organizations_of(user.id).await?;
    let organization = organizations.iter().find(|known| known.id == wanted);
    let none = || Refusal::not_found("You belong to no such organization.");
    let organization = organization.ok_or_else(none)?.clone();
    Ok(Json(session(&app, &user, &organization, &organizations)))
}

/// `GET /api/me`.
pub async fn me(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Value>, Refusal> {
    shown(&app, &signed_in).await
}

/// What of oneself can be changed.
#[derive(Deserialize)]
pub struct Me {
    locale: Option<String>,
}

/// `PATCH /api/me`.
pub async fn change_me(
    State(app): State<App>,
    signed_in: SignedIn,
    Asked(me): Asked<Me>,
) -> Result<Json<Value>, Refusal> {
    if let Some(locale) = me.locale {
        if !matches!(locale.as_str(), "pt-BR" | "en") {
            return Err(Refusal::bad("invalid-locale", "A locale is pt-BR or en."));
        }
        signed_in.tenant.set_locale(&locale).await?;
    }
    shown(&app, &signed_in).await
}

async fn shown(app: &App, signed_in: &SignedIn) -> Result<Json<Value>, Refusal> {
    let user = me_of(signed_in).await?;
    let organizations = app.store.organizations_of(user.id).await?;
    let organization = signed_in.token.organization;
    let organization = organizations.iter().find(|known| known.id == organization);
    let organization = organization.ok_or_else(Refusal::unauthorized)?;
    Ok(Json(json!({
        "user": user, "organization": organization, "organizations": organizations,
    })))
}

async fn me_of(signed_in: &SignedIn) -> Result<User, Refusal> {
    let user = signed_in.tenant.me().await?;
    user.ok_or_else(Refusal::unauthorized)
}

fn session(
    app: &App,
    user: &User,
    organization: &Organization,
    organizations: &[Organization],
) -> Value {
    let until = app.clock.unix_seconds() + limit::TOKEN_LIFE.as_secs();
    let token = app
        .tokens
        .sign(&user.id.to_string(), &organization.id.to_string(), until);
    let expires = Moment::from(UNIX_EPOCH + Duration::from_secs(until));
    json!({
        "token": token, "expiresAt": expires,
        "user": user, "organization": organization, "organizations": organizations,
    })
}

/// The same for a wrong address and a wrong password.
fn wrong() -> Refusal {
    let sentence = "The address or the password is wrong.";
    Refusal::new(StatusCode::UNAUTHORIZED, "wrong-credentials", sentence)
}
