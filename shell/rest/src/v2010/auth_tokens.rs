//! `/v1/AuthTokens`: the second token, by which an account changes its token without a gap.
//!
//! The second one opens the API from the moment it is made; the first one signs webhooks until
//! the second is promoted, and opens nothing from then on.

use crate::fault::Fault;
use crate::resource::Resource;
use crate::{Ask, Reply, Rest};
use model::{Account, ErrorCode};
use store::Write;

pub const ROUTES: &[Resource] = &[
    Resource::json("/v1/AuthTokens/Secondary")
        .guarded()
        .post(|rest, ask| Box::pin(create(rest, ask)))
        .delete(|rest, ask| Box::pin(delete(rest, ask))),
    Resource::json("/v1/AuthTokens/Promote")
        .guarded()
        .post(|rest, ask| Box::pin(promote(rest, ask))),
];

/// `POST /v1/AuthTokens/Secondary`: one that is there already is replaced.
async fn create(rest: &Rest, ask: &Ask) -> Reply {
    let token = store::draw_token().map_err(|_| Fault::of(ErrorCode::UNAVAILABLE))?;
    let mut account = (*ask.account).clone();
    account.secondary_token = Some(token.clone());
    save(rest, &mut account).await?;
    let shown = api::SecondaryAuthToken {
        account_sid: account.sid.to_string(),
        date_created: account.date_updated.iso8601(),
        date_updated: account.date_updated.iso8601(),
        secondary_auth_token: token,
        url: url(rest, ask),
    };
    ask.created("AuthToken", &shown)
}

/// `DELETE /v1/AuthTokens/Secondary`.
async fn delete(rest: &Rest, ask: &Ask) -> Reply {
    let mut account = (*ask.account).clone();
    let token = account.secondary_token.take();
    token.ok_or_else(|| Fault::not_found(ask.path.whole()))?;
    save(rest, &mut account).await?;
    ask.gone()
}

/// `POST /v1/AuthTokens/Promote`.
async fn promote(rest: &Rest, ask: &Ask) -> Reply {
    let mut account = (*ask.account).clone();
    let token = account.secondary_token.take();
    account.auth_token = token.ok_or_else(|| Fault::not_found(ask.path.whole()))?;
    save(rest, &mut account).await?;
    let shown = api::AuthToken {
        account_sid: account.sid.to_string(),
        auth_token: account.auth_token.clone(),
        date_created: account.date_updated.iso8601(),
        date_updated: account.date_updated.iso8601(),
        url: url(rest, ask),
    };
    ask.found("AuthToken", &shown)
}

async fn save(rest: &Rest, account: &mut Account) -> Result<(), Fault> {
    account.date_updated = rest.now();
    rest.write(vec![Write::Account(Box::new(account.clone()))])
        .await
}

fn url(rest: &Rest, ask: &Ask) -> String {
    format!("{}{}", rest.parts().base_url, ask.path.whole())
}
