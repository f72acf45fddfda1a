//! `/Accounts`: the one that asks, and those it has made.

use crate::fault::Fault;
use crate::page::{self, Paging};
use crate::resource::Resource;
use crate::{Ask, Reply, Rest, check, path};
use call::Command;
use call::command::{EndAs, Update};
use model::{Account, AccountSid, AccountStatus, CallStatus, ErrorCode, Time, limit};
use std::sync::Arc;
use store::{Key, Write};

const FILTERS: [&str; 2] = ["FriendlyName", "Status"];

pub const ROUTES: &[Resource] = &[
    Resource::list("/Accounts")
        .guarded()
        .get(|rest, ask| Box::pin(std::future::ready(list(rest, ask))))
        .post(|rest, ask| Box::pin(create(rest, ask))),
    Resource::one("/Accounts/AC")
        .guarded()
        .get(|_, ask| Box::pin(std::future::ready(fetch(ask))))
        .post(|rest, ask| Box::pin(update(rest, ask))),
];

/// `GET /Accounts`: the one that asks and those it has made, newest first.
fn list(rest: &Rest, ask: &Ask) -> Reply {
    let paging = Paging::read(ask, AccountSid::PREFIX, &FILTERS)?;
    let name = ask.query.given("FriendlyName");
    let status = check::word(&ask.query, "Status", AccountStatus::parse)?;
    let mut rows = family(rest, ask.account.sid);
    rows.retain(|row| name.is_none_or(|name| name == row.friendly_name));
    rows.retain(|row| status.is_none_or(|status| status == row.status));
    rows.sort_by_key(|row| std::cmp::Reverse(key(row)));
    let found = page::cut(rows, &paging.ask(), |row| key(row));
    let names = ("accounts", "Account");
    ask.page(&paging.envelope(names, &found, |row| Some(key(row)), |row| show(row)))
}

fn key(row: &Account) -> Key {
    Key {
        date: row.date_created,
        sid: row.sid.0,
    }
}

/// An account and those it has made.
fn family(rest: &Rest, sid: AccountSid) -> Vec<Arc<Account>> {
    let mut rows = rest.parts().directory.accounts();
    rows.retain(|row| row.sid == sid || row.owner == Some(sid));
    rows
}

/// `POST /Accounts`: a subaccount, with the settings of the account that makes it.
async fn create(rest: &Rest, ask: &Ask) -> Reply {
    let owner = &ask.account;
    if owner.owner.is_some() {
        return Err(Fault::of(ErrorCode::SUBACCOUNT_BELOW_SUBACCOUNT));
    }
    if family(rest, owner.sid).len() > limit::SUBACCOUNTS_MAX {
        return Err(Fault::of(ErrorCode::SUBACCOUNTS_FULL));
    }
    let now = rest.now();
    let name = friendly_name(ask)?.unwrap_or_else(|| default_name(now));
    let token = store::draw_token().map_err(|_| Fault::of(ErrorCode::UNAVAILABLE))?;
    let account = Account {
        owner: Some(owner.sid),
        kind: owner.kind,
        calls_per_second: owner.calls_per_second,
        requests_at_once: owner.requests_at_once,
        retention_days: owner.retention_days,
        public_media: owner.public_media,
        verify_certificates: owner.verify_certificates,
        ..Account::new(rest.draw(AccountSid::draw), token, name, now)
    };
    save(rest, &account).await?;
    ask.created("Account", &show(&account))
}

/// `GET /Accounts/{sid}`.
fn fetch(ask: &Ask) -> Reply {
    ask.found("Account", &show(&ask.account))
}

/// `POST /Accounts/{sid}`: another name, or another status.
///
/// What a status does: a suspended account's requests and new calls are refused in both
/// directions, its calls that still wait for their turn are canceled, and those that are under way
/// may end by themselves, for whoever talks has done no wrong. A closed one's live calls are hung
/// up, and it stays closed. Its numbers stay its own and are turned away, until its parent takes
/// them over or gives them up.
async fn update(rest: &Rest, ask: &Ask) -> Reply {
    let mut account = (*ask.account).clone();
    if let Some(name) = friendly_name(ask)? {
        account.friendly_name = name;
    }
    let before = account.status;
    if let Some(word) = ask.form.given("Status") {
        let word = word.trim();
        let status = AccountStatus::parse(word);
        account.status = status.ok_or_else(|| Fault::of(ErrorCode::ACCOUNT_STATUS))?;
    }
    if account.status != before {
        if account.owner.is_none() {
            return Err(Fault::of(ErrorCode::PARENT_STATUS));
        }
        // One that could suspend itself could not undo it.
        if ask.asker.account.sid == account.sid {
            return Err(Fault::of(ErrorCode::ACCESS_DENIED));
        }
        if before == AccountStatus::Closed {
            return Err(Fault::of(ErrorCode::ACCOUNT_CLOSED));
        }
    }
    account.date_updated = rest.now();
    save(rest, &account).await?;
    if account.status != before {
        end_calls(rest, &account).await?;
    }
    ask.found("Account", &show(&account))
}

/// Ends what an account's new status ends. The status is durable by now, so nothing comes after.
async fn end_calls(rest: &Rest, account: &Account) -> Result<(), Fault> {
    let (sid, closed) = match account.status {
        AccountStatus::Active => return Ok(()),
        AccountStatus::Suspended => (account.sid, false),
        AccountStatus::Closed => (account.sid, true),
    };
    let live = rest.read(|store| store.unfinished_calls()).await?;
    let concerned = live.into_iter().filter(|row| row.account == sid);
    for row in concerned.filter(|row| closed || row.status == CallStatus::Queued) {
        let end = if closed {
            EndAs::Completed
        } else {
            EndAs::Canceled
        };
        let update = Update {
            status: Some(end),
            ..Update::default()
        };
        // One that has just ended by itself is refused, and that is as well.
        let _ = rest
            .parts()
            .desk
            .ask(|ask| Command::Update {
                ask,
                account: sid,
                call: row.sid,
                update,
            })
            .await;
    }
    Ok(())
}

fn friendly_name(ask: &Ask) -> Result<Option<String>, Fault> {
    match ask.form.given("FriendlyName") {
        Some(name) if name.chars().count() > limit::FRIENDLY_NAME_CHARS_MAX => Err(
            Fault::parameter("FriendlyName must be 64 characters or less"),
        ),
        name => Ok(name.map(str::to_owned)),
    }
}

/// `SubAccount Created at 2010-08-31 08:36 pm`.
fn default_name(now: Time) -> String {
    let (year, month, day, hour, minute, _) = now.civil();
    let half = if hour < 12 { "am" } else { "pm" };
    let hour = (hour + 11) % 12 + 1;
    format!("SubAccount Created at {year:04}-{month:02}-{day:02} {hour:02}:{minute:02} {half}")
}

async fn save(rest: &Rest, account: &Account) -> Result<(), Fault> {
    rest.write(vec![Write::Account(Box::new(account.clone()))])
        .await
}

fn show(account: &Account) -> api::Account {
    let path = path::account(account.sid);
    api::Account {
        auth_token: account.auth_token.clone(),
        date_created: account.date_created.rfc2822(),
        date_updated: account.date_updated.rfc2822(),
        friendly_name: account.friendly_name.clone(),
        owner_account_sid: account.owner.unwrap_or(account.sid).to_string(),
        sid: account.sid.to_string(),
        status: account.status.as_str().to_owned(),
        subresource_uris: api::AccountUris::below(&path),
        kind: account.kind.as_str().to_owned(),
        uri: format!("{path}.json"),
    }
}
