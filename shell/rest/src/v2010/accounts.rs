//! `/Accounts`: the one that asks.

use crate::page::Paging;
use crate::resource::Resource;
use crate::{Ask, Reply, path};
use model::{Account, AccountSid};
use store::Page;

const FILTERS: [&str; 2] = ["FriendlyName", "Status"];

pub const ROUTES: &[Resource] = &[
    Resource::list("/Accounts").get(|_, ask| Box::pin(std::future::ready(list(ask)))),
    Resource::one("/Accounts/AC").get(|_, ask| Box::pin(std::future::ready(fetch(ask)))),
];

/// `GET /Accounts`: there are no subaccounts yet, so a list of one.
fn list(ask: &Ask) -> Reply {
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
    ask.page(&paging.envelope(("accounts", "Account"), &page, |_| None, show))
}

/// `GET /Accounts/{sid}`.
fn fetch(ask: &Ask) -> Reply {
    ask.found("Account", &show(&ask.account))
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
