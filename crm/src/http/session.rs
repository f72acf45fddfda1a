//! Who is asking: the token of a request, and what its user may see.

use super::Refusal;
use crate::app::App;
use crate::id::{OrganizationId, UserId};
use crate::store::Tenant;
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

/// A token that is ours and hasn't ended. Whether its user is still there isn't looked up.
#[derive(Debug, Clone, Copy)]
pub struct Token {
    /// Whose it is.
    pub user: UserId,
    /// For which organization they act.
    pub organization: OrganizationId,
    /// When it ends, in seconds since 1970.
    pub until: u64,
}

/// A member of an organization, by what is in the database now.
#[derive(Debug)]
pub struct SignedIn {
    /// The rows of the organization, as this user.
    pub tenant: Tenant,
    /// The token.
    pub token: Token,
}

impl FromRequestParts<App> for Token {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Token, Refusal> {
        let token = bearer(parts).ok_or_else(Refusal::unauthorized)?;
        let claims = app.tokens.check(token, app.clock.unix_seconds());
        let claims = claims.ok_or_else(Refusal::unauthorized)?;
        let user = claims.sub.parse().map_err(|_| Refusal::unauthorized())?;
        let organization = claims.org.parse().map_err(|_| Refusal::unauthorized())?;
        Ok(Token {
            user,
            organization,
            until: claims.exp,
        })
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<SignedIn, Refusal> {
        let token = Token::from_request_parts(parts, app).await?;
        let tenant = app.store.tenant(token.user, token.organization).await?;
        let tenant = tenant.ok_or_else(Refusal::unauthorized)?;
        Ok(SignedIn { tenant, token })
    }
}

fn bearer(parts: &Parts) -> Option<&str> {
    let header = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
