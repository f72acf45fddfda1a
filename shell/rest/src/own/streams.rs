//! `…/Calls/{sid}/Stream` and `…/Events/Stream`: what happens, as it happens.

use crate::auth;
use crate::fault::Fault;
use crate::live::{After, Change, End, Family, LAST, Lack, Refused, Rung, Said, Stream, Wish};
use crate::resource::Resource;
use crate::v2010::call_row;
use crate::{Ask, Body, Reply, Rest, render};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use model::{CallRow, CallSid, ErrorCode, NotificationRow, Time, limit};
use std::sync::Arc;
use store::{NotificationFilter, PageAsk, Start};

pub const ROUTES: &[Resource] = &[
    Resource::json("/ringback/v1/Accounts/AC/Calls/CA/Stream")
        .get(|rest, ask| Box::pin(call(rest, ask))),
    Resource::json("/ringback/v1/Accounts/AC/Events/Stream")
        .get(|rest, ask| Box::pin(account(rest, ask))),
];

/// `GET …/Events/Stream`: all of an account, from now on.
async fn account(rest: &Rest, ask: &Ask) -> Reply {
    let wish = Wish {
        account: ask.account.sid,
        call: None,
        after: after(ask),
        lives: false,
    };
    begin(rest, ask, wish).await?.map_err(Fault::from)
}

/// `GET …/Calls/{sid}/Stream`: one call and those it dialled, from its beginning to its end.
async fn call(rest: &Rest, ask: &Ask) -> Reply {
    let row = call_row(rest, ask).await?;
    if row.status.is_final() && ask.last_event_id.as_deref() == Some(LAST) {
        // A browser comes back after every end, until it is told that there is nothing.
        return Ok(render::empty(StatusCode::NO_CONTENT));
    }
    let mut wish = Wish {
        account: ask.account.sid,
        call: Some(row.sid),
        after: after(ask),
        lives: false,
    };
    match begin(rest, ask, wish).await? {
        Err(Refused::Unknown) if row.status.is_final() => return kept(rest, ask, &row).await,
        Err(Refused::Unknown) => {}
        other => return other.map_err(Fault::from),
    }
    // It waits for its turn, and nothing was heard of it since the start; or it has ended since
    // its row was read, which the row says then.
    wish.lives = true;
    let stream = begin(rest, ask, wish).await?;
    let row = call_row(rest, ask).await?;
    if row.status.is_final() {
        return kept(rest, ask, &row).await;
    }
    stream.map_err(Fault::from)
}

fn after(ask: &Ask) -> After {
    match ask.last_event_id.as_deref() {
        None | Some("") => After::Nothing,
        Some(id) => id.parse().map_or(After::Unknown, After::Event),
    }
}

async fn begin(
    rest: &Rest,
    ask: &Ask,
    wish: Wish,
) -> Result<Result<Response<Body>, Refused>, Fault> {
    let live = &rest.parts().live;
    let opened = match live.open(wish).await {
        Ok(opened) => opened,
        Err(refused) => return Ok(Err(refused)),
    };
    let directory = Arc::clone(&rest.parts().directory);
    let (authorization, account) = (ask.authorization.clone(), wish.account);
    let allowed = move || auth::stays(&directory, authorization.as_ref(), account);
    let cut = ask.cut.clone();
    let stream = Stream {
        opened,
        pace: live.pace(),
        allowed: Box::new(allowed),
        cut: Box::new(move || {
            if let Some(cut) = &cut {
                cut.now();
            }
        }),
    };
    Ok(Ok(response(stream.body())))
}

/// What is kept of a call that has ended. Its events are numbered `s1`, `s2`, …: nothing is added
/// any more, so that who comes back goes on where it was.
async fn kept(rest: &Rest, ask: &Ask, row: &CallRow) -> Reply {
    let (account, call) = (row.account, row.sid);
    let (rungs, notifications) = rest
        .read(move |store| {
            let filter = NotificationFilter {
                call: Some(call),
                ..NotificationFilter::default()
            };
            let page = PageAsk {
                start: Start::Top,
                size: limit::PAGE_SIZE_MAX,
            };
            let notifications = store.notifications(account, &filter, &page)?;
            Ok((store.story(call)?, notifications.rows))
        })
        .await?;
    let heard = ask.last_event_id.as_deref().unwrap_or_default();
    let heard_count = heard
        .strip_prefix('s')
        .and_then(|n| n.parse::<usize>().ok());
    let mut text = String::new();
    if heard_count.is_none() && !heard.is_empty() {
        Lack::UnknownId.write(&mut text, None);
    }
    let all = story(row, &rungs, notifications);
    for (index, (family, said)) in all.iter().enumerate() {
        if index >= heard_count.unwrap_or(0) {
            let id = format!("s{}", index + 1);
            said.write(&mut text, Some(&id), account, Some(*family));
        }
    }
    End::Ended.write(&mut text);
    Ok(response(Body::whole(text)))
}

/// All that is known of an ended call, in order, its last status at the end.
fn story(
    row: &CallRow,
    rungs: &[(CallSid, String)],
    notifications: Vec<NotificationRow>,
) -> Vec<(Family, Said)> {
    let family = |call: CallSid| Family {
        call,
        parent: if call == row.sid {
            row.parent
        } else {
            Some(row.sid)
        },
    };
    let mut all: Vec<(Time, Family, Said)> = rungs
        .iter()
        .filter_map(|(call, kept)| Rung::from_row(*call, kept))
        .map(|rung| (rung.at, family(rung.call), Said::Rung(rung)))
        .collect();
    // The newest stand first in the store.
    all.extend(notifications.into_iter().rev().map(|row| {
        let said = Said::Notification(Box::new(row.clone()));
        (row.date, family(row.call), said)
    }));
    all.sort_by_key(|(at, ..)| *at);
    let last = Said::Change(Box::new(Change::of(row)));
    all.into_iter()
        .map(|(_, family, said)| (family, said))
        .chain([(family(row.sid), last)])
        .collect()
}

/// Nobody may keep a stream, and a proxy that collects answers would make it stand still.
fn response(body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/event-stream");
    headers.insert(CONTENT_TYPE, kind);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let name = HeaderName::from_static("x-accel-buffering");
    headers.insert(name, HeaderValue::from_static("no"));
    response
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Fault {
        match refused {
            Refused::TooMany => Fault::new(
                ErrorCode::TOO_MANY_REQUESTS,
                "Too many streams are open: close one first",
            ),
            Refused::Unknown => Fault::of(ErrorCode::NOT_FOUND),
            Refused::Stopped => Fault::of(ErrorCode::UNAVAILABLE),
        }
    }
}
