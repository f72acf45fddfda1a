//! `/Accounts`: the one that asks.

use crate::page::Paging;
use crate::{Ask, Reply, body, path};
use hyper::StatusCode;
use model::{Account, AccountSid};
use store::Page;

const FILTERS: [&str; 2] = ["FriendlyName", "Status"];

/// `GET /Accounts.json`: there are no subaccounts yet, so a list of one.
pub fn list(ask: &Ask) -> Reply {
    let paging = Paging::read(ask, AccountSid::PREFIX, &FILTERS)?;
    let name = ask.query.given("FriendlyName");
    let status = ask.query.given("Status");
    let matches = name.is_none_or(|name| name == ask.account.friendly_name)
        && status.is_none_or(|status| status == "active");
    let top = paging.ask().start == store::Start::Top;
    let rows = if matches && top {
        vec![ask.account.clone()]
    } else {
        Vec::new()
    };
    let page = Page { rows, more: false };
    Ok(body::json(
        StatusCode::OK,
        &paging.envelope("accounts", &page, |_| None, show),
    ))
}

/// `GET /Accounts/{sid}.json`.
pub fn fetch(ask: &Ask) -> Reply {
    Ok(body::json(StatusCode::OK, &show(&ask.account)))
}

fn show(account: &Account) -> api::Account {
    let path = path::account(account.sid);
    api::Account {
        auth_token: account.auth_token.clone(),
        date_created: account.date_created.rfc2822(),
        date_updated: account.date_updated.rfc2822(),
        friendly_name: account.friendly_name.clone(),
        owner_account_sid: account.sid.to_string(),
        sid: account.sid.to_string(),
        status: "active".to_owned(),
        subresource_uris: api::AccountUris::below(&path),
        kind: "Full".to_owned(),
        uri: format!("{path}.json"),
    }
}
