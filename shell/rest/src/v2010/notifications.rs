//! `/Notifications`, of the account or of one call: what went wrong.

use super::calls;
use crate::fault::Fault;
use crate::page::Paging;
use crate::resource::Resource;
use crate::{Ask, Reply, Rest, check, date, path};
use model::call::NotificationLevel;
use model::{CallSid, Method, NotificationRow, NotificationSid, WebEventRow, limit};
use store::{Key, NotificationFilter, PageAsk, Start};

pub const ROUTES: &[Resource] = &[
    Resource::list("/Accounts/AC/Notifications").get(|rest, ask| Box::pin(list(rest, ask))),
    Resource::one("/Accounts/AC/Notifications/NO").get(|rest, ask| Box::pin(fetch(rest, ask))),
    Resource::list("/Accounts/AC/Calls/CA/Notifications")
        .get(|rest, ask| Box::pin(list(rest, ask))),
    Resource::one("/Accounts/AC/Calls/CA/Notifications/NO")
        .get(|rest, ask| Box::pin(fetch(rest, ask))),
];

/// `GET …/Notifications`, newest first.
async fn list(rest: &Rest, ask: &Ask) -> Reply {
    let call = ask.path.sid::<CallSid>().ok();
    if call.is_some() {
        calls::row(rest, ask).await?;
    }
    let filter = NotificationFilter {
        call,
        level: check::word(&ask.query, "Log", |text| match text {
            "0" => Some(NotificationLevel::Error),
            "1" => Some(NotificationLevel::Warning),
            _ => None,
        })?,
        date: date::range(&ask.query, "MessageDate")?,
    };
    let paging = Paging::read(ask, NotificationSid::PREFIX, &["Log", "MessageDate"])?;
    let (account, page) = (ask.account.sid, paging.ask());
    let found = rest
        .read(move |store| store.notifications(account, &filter, &page))
        .await?;
    let place = |row: &NotificationRow| {
        Some(Key {
            date: row.date,
            sid: row.sid.0,
        })
    };
    ask.page(&paging.envelope(("notifications", "Notification"), &found, place, show))
}

/// `GET …/Notifications/{sid}`.
async fn fetch(rest: &Rest, ask: &Ask) -> Reply {
    let (account, call) = (ask.account.sid, ask.path.sid::<CallSid>().ok());
    let sid: NotificationSid = ask.path.sid()?;
    let found = rest.find(|store| store.notification(account, sid))?;
    let found = found.filter(|row| call.is_none_or(|call| row.call == call));
    let row = found.ok_or_else(|| Fault::not_found(ask.path.whole()))?;
    let event = asked_then(rest, &row).await?;
    let variables = event.as_ref().map(|event| {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(&event.parameters).finish()
    });
    let instance = api::NotificationInstance {
        row: show(&row),
        request_variables: variables,
        response_body: event.and_then(|event| event.response_body),
        response_headers: None,
    };
    ask.found("Notification", &instance)
}

/// The last request to the address that a notification is about, made before it was written.
async fn asked_then(rest: &Rest, row: &NotificationRow) -> Result<Option<WebEventRow>, Fault> {
    let Some(url) = row.request_url.clone() else {
        return Ok(None);
    };
    let (account, call, date) = (row.account, row.call, row.date);
    let page = PageAsk {
        start: Start::Top,
        size: limit::PAGE_SIZE_MAX,
    };
    let events = rest
        .read(move |store| store.web_events(account, call, &page))
        .await?;
    let mut before = events.rows.into_iter().rev();
    Ok(before.find(|event| event.url == url && event.date <= date))
}

/// A notification as the contract has it.
pub fn show(row: &NotificationRow) -> api::Notification {
    let (log, level) = match row.level {
        NotificationLevel::Error => ("0", "ERROR"),
        NotificationLevel::Warning => ("1", "WARN"),
    };
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.append_pair("LogLevel", level);
    text.append_pair("Msg", &row.text);
    text.append_pair("ErrorCode", &row.code.to_string());
    if let Some(url) = &row.request_url {
        text.append_pair("url", url);
    }
    let account = path::account(row.account);
    api::Notification {
        account_sid: row.account.to_string(),
        api_version: api::API_VERSION.to_owned(),
        call_sid: row.call.to_string(),
        date_created: row.date.rfc2822(),
        date_updated: row.date.rfc2822(),
        error_code: row.code.to_string(),
        log: log.to_owned(),
        message_date: row.date.rfc2822(),
        message_text: text.finish(),
        more_info: api::more_info(row.code),
        request_method: row
            .request_method
            .map(|method: Method| method.as_str().to_owned()),
        request_url: row.request_url.clone().unwrap_or_default(),
        sid: row.sid.to_string(),
        uri: format!(
            "{account}/Calls/{}/Notifications/{}.json",
            row.call, row.sid
        ),
    }
}
