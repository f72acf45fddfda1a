//! `/Keys` and `/SigningKeys`: the same API keys under two names.

use crate::fault::Fault;
use crate::page::{self, Paging};
use crate::resource::Resource;
use crate::{Ask, Reply, Rest};
use model::{ApiKey, ErrorCode, KeySid, limit};
use std::sync::Arc;
use store::{Key, Write};

pub const ROUTES: &[Resource] = &[
    Resource::list("/Accounts/AC/Keys")
        .guarded()
        .get(|rest, ask| Box::pin(std::future::ready(list(rest, ask, ("keys", "Key")))))
        .post(|rest, ask| Box::pin(create(rest, ask, "Key"))),
    Resource::one("/Accounts/AC/Keys/SK")
        .guarded()
        .get(|rest, ask| Box::pin(std::future::ready(fetch(rest, ask, "Key"))))
        .post(|rest, ask| Box::pin(update(rest, ask, "Key")))
        .delete(|rest, ask| Box::pin(delete(rest, ask))),
    Resource::list("/Accounts/AC/SigningKeys")
        .guarded()
        .get(|rest, ask| {
            let names = ("signing_keys", "SigningKey");
            Box::pin(std::future::ready(list(rest, ask, names)))
        })
        .post(|rest, ask| Box::pin(create(rest, ask, "SigningKey"))),
    Resource::one("/Accounts/AC/SigningKeys/SK")
        .guarded()
        .get(|rest, ask| Box::pin(std::future::ready(fetch(rest, ask, "SigningKey"))))
        .post(|rest, ask| Box::pin(update(rest, ask, "SigningKey")))
        .delete(|rest, ask| Box::pin(delete(rest, ask))),
];

/// `GET /Keys`, newest first.
fn list(rest: &Rest, ask: &Ask, names: (&'static str, &'static str)) -> Reply {
    let paging = Paging::read(ask, KeySid::PREFIX, &[])?;
    let rows = rest.parts().directory.keys(ask.account.sid);
    let place = |row: &Arc<ApiKey>| Key {
        date: row.date_created,
        sid: row.sid.0,
    };
    let found = page::cut(rows, &paging.ask(), place);
    ask.page(&paging.envelope(names, &found, |row| Some(place(row)), |row| show(row)))
}

/// `POST /Keys`: the answer is the only place where its secret ever stands.
async fn create(rest: &Rest, ask: &Ask, name: &str) -> Reply {
    let directory = &rest.parts().directory;
    if directory.keys(ask.account.sid).len() >= limit::KEYS_PER_ACCOUNT_MAX {
        return Err(Fault::parameter("This account has as many keys as it may"));
    }
    let friendly_name = friendly_name(ask)?.unwrap_or_default();
    let secret = store::draw_key_secret().map_err(|_| Fault::of(ErrorCode::UNAVAILABLE))?;
    let now = rest.now();
    let key = ApiKey {
        sid: rest.draw(KeySid::draw),
        account: ask.account.sid,
        friendly_name,
        secret_hash: store::hash_secret(&secret),
        // A request can't give more than the file does: see `[[main_key]]`.
        main: false,
        date_created: now,
        date_updated: now,
    };
    rest.write(vec![Write::Key(Box::new(key.clone()))]).await?;
    let shown = show(&key);
    let made = api::NewKey {
        sid: shown.sid,
        friendly_name: shown.friendly_name,
        date_created: shown.date_created,
        date_updated: shown.date_updated,
        secret,
    };
    ask.created(name, &made)
}

/// `GET /Keys/{sid}`.
fn fetch(rest: &Rest, ask: &Ask, name: &str) -> Reply {
    ask.found(name, &show(&*row(rest, ask)?))
}

/// `POST /Keys/{sid}`: another name.
async fn update(rest: &Rest, ask: &Ask, name: &str) -> Reply {
    let mut key = (*row(rest, ask)?).clone();
    if let Some(name) = friendly_name(ask)? {
        key.friendly_name = name;
    }
    key.date_updated = rest.now();
    rest.write(vec![Write::Key(Box::new(key.clone()))]).await?;
    ask.found(name, &show(&key))
}

/// `DELETE /Keys/{sid}`: it opens nothing from this moment.
async fn delete(rest: &Rest, ask: &Ask) -> Reply {
    let sid = row(rest, ask)?.sid;
    rest.write(vec![Write::DeleteKey(sid)]).await?;
    ask.gone()
}

fn row(rest: &Rest, ask: &Ask) -> Result<Arc<ApiKey>, Fault> {
    let found = rest.parts().directory.key(ask.path.sid()?);
    found
        .filter(|key| key.account == ask.account.sid)
        .ok_or_else(|| Fault::not_found(ask.path.whole()))
}

fn friendly_name(ask: &Ask) -> Result<Option<String>, Fault> {
    match ask.form.given("FriendlyName") {
        Some(name) if name.chars().count() > limit::FRIENDLY_NAME_CHARS_MAX => Err(
            Fault::parameter("FriendlyName must be 64 characters or less"),
        ),
        name => Ok(name.map(str::to_owned)),
    }
}

fn show(key: &ApiKey) -> api::Key {
    api::Key {
        sid: key.sid.to_string(),
        friendly_name: key.friendly_name.clone(),
        date_created: key.date_created.rfc2822(),
        date_updated: key.date_updated.rfc2822(),
    }
}
