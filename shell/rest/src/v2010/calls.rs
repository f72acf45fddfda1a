//! `/Calls`: list, fetch and delete; creating and changing have files of their own.

use super::{call_create, call_update, rehearsal};
use crate::fault::Fault;
use crate::page::Paging;
use crate::resource::Resource;
use crate::{Ask, Reply, Rest, address, check, date, path};
use call::Command;
use model::{CallRow, CallSid, CallStatus, Currency, ErrorCode};
use store::{CallFilter, Write};

const FILTERS: [&str; 6] = [
    "To",
    "From",
    "ParentCallSid",
    "Status",
    "StartTime",
    "EndTime",
];

pub const ROUTES: &[Resource] = &[
    Resource::list("/Accounts/AC/Calls")
        .get(|rest, ask| Box::pin(list(rest, ask)))
        .post(|rest, ask| Box::pin(call_create::create(rest, ask)))
        .rehearse(|rest, ask| Box::pin(rehearsal::call(rest, ask))),
    Resource::one("/Accounts/AC/Calls/CA")
        .get(|rest, ask| Box::pin(fetch(rest, ask)))
        .post(|rest, ask| Box::pin(call_update::update(rest, ask)))
        .delete(|rest, ask| Box::pin(delete(rest, ask))),
];

/// `GET /Calls`.
async fn list(rest: &Rest, ask: &Ask) -> Reply {
    let paging = Paging::read(ask, CallSid::PREFIX, &FILTERS)?;
    let filter = CallFilter {
        to: ask.query.given("To").map(address::filter),
        from: ask.query.given("From").map(address::filter),
        parent: check::word(&ask.query, "ParentCallSid", |text| text.parse().ok())?,
        status: check::word(&ask.query, "Status", state)?,
        start_time: date::range(&ask.query, "StartTime")?,
        end_time: date::range(&ask.query, "EndTime")?,
    };
    let (account, page) = (ask.account.sid, paging.ask());
    let asked = filter.clone();
    let found = rest
        .read(move |store| store.calls(account, &asked, &page))
        .await?;
    let place = |row: &CallRow| Some(filter.place(row));
    ask.page(&paging.envelope(("calls", "Call"), &found, place, show))
}

/// A state that a call can be seen in.
fn state(text: &str) -> Option<CallStatus> {
    CallStatus::parse(text).filter(|status| *status != CallStatus::Initiated)
}

/// `GET /Calls/{sid}`.
async fn fetch(rest: &Rest, ask: &Ask) -> Reply {
    ask.found("Call", &show(&row(rest, ask).await?))
}

/// `DELETE /Calls/{sid}`: an ended call and its events; recordings and notifications stay.
async fn delete(rest: &Rest, ask: &Ask) -> Reply {
    let row = row(rest, ask).await?;
    let call = row.sid;
    if !row.status.is_final() {
        return Err(Fault::of(ErrorCode::CALL_NOT_COMPLETE));
    }
    // The row can be final while call control still has something to say about the call, and
    // would write it anew. Only "not complete" is an objection.
    let answer = rest
        .parts()
        .desk
        .ask(|ask| Command::Forget { ask, call })
        .await;
    match answer {
        None => return Err(Fault::of(ErrorCode::UNAVAILABLE)),
        Some(Err(refusal)) if refusal.code == ErrorCode::CALL_NOT_COMPLETE => {
            return Err(refusal.into());
        }
        Some(_) => {}
    }
    rest.write(vec![Write::DeleteCall(call)]).await?;
    ask.gone()
}

/// The stored row of the call in the path.
///
/// An application is asked for its document as soon as a call comes in, and may ask for that call
/// while it answers, before the row is durable. So a call is unknown only once everything that
/// was on its way into the store has arrived there: a miss waits for one commit, a hit for none.
pub async fn row(rest: &Rest, ask: &Ask) -> Result<CallRow, Fault> {
    let (account, call) = (ask.account.sid, ask.path.sid()?);
    let find = || rest.find(|store| store.call(account, call));
    let mut found = find()?;
    if found.is_none() && rest.parts().writer.waiting() > 0 {
        rest.write(Vec::new()).await?;
        found = find()?;
    }
    found.ok_or_else(|| Fault::not_found(ask.path.whole()))
}

/// A call as the contract has it.
pub fn show(row: &CallRow) -> api::Call {
    let path = format!("{}/Calls/{}", path::account(row.account), row.sid);
    api::Call {
        sid: row.sid.to_string(),
        date_created: Some(row.date_created.rfc2822()),
        date_updated: Some(row.date_updated.rfc2822()),
        parent_call_sid: row.parent.map(|sid| sid.to_string()),
        account_sid: row.account.to_string(),
        to: row.to.to_string(),
        to_formatted: address::formatted(&row.to),
        from: row.from.to_string(),
        from_formatted: address::formatted(&row.from),
        phone_number_sid: row.number.map(|sid| sid.to_string()),
        status: row.status.as_str().to_owned(),
        start_time: row.start_time.map(|time| time.rfc2822()),
        end_time: row.end_time.map(|time| time.rfc2822()),
        duration: row.duration_secs.map(|secs| secs.to_string()),
        price: row.price.map(|price| price.to_string()),
        price_unit: row
            .price
            .map_or(Currency::USD, |price| price.currency)
            .to_string(),
        direction: row.direction.as_str().to_owned(),
        answered_by: row.answered_by.map(|verdict| verdict.to_string()),
        api_version: api::API_VERSION.to_owned(),
        forwarded_from: row.forwarded_from.clone(),
        group_sid: None,
        caller_name: row.caller_name.clone(),
        queue_time: row.queue_time_ms.to_string(),
        trunk_sid: None,
        uri: format!("{path}.json"),
        subresource_uris: api::CallUris::below(&path),
    }
}
