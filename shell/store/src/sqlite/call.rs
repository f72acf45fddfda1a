//! Calls, live and ended.

use super::column::{
    micros, micros_of, parsed, parsed_of, time, time_of, unreadable, word, word_of,
};
use super::select::Select;
use crate::{CallFilter, Page, PageAsk, StoreError};
use model::callback::CallEvents;
use model::{
    AccountSid, Address, AnsweredBy, CallRow, CallSid, CallStatus, Currency, Direction, Method,
    Price, StatusCallback, limit,
};
use rusqlite::{Connection, Error, OptionalExtension, Row, params};

/// Columns that carry an index are written once and left alone afterwards (`end_time` excepted),
/// so that a change of status costs one page.
pub fn save(connection: &Connection, row: &CallRow) -> Result<(), StoreError> {
    let callback = row.status_callback.as_ref();
    connection
        .prepare_cached(
            "INSERT INTO call (sid, account, parent, number, called, caller, status, direction,
             date_created, date_updated, start_time, answer_time, end_time, duration_secs,
             forwarded_from, caller_name, sip_response_code, sip_call_id, status_callback,
             status_callback_method, status_callback_events, queue_time_ms, answered_by, price,
             price_unit) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,
             ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25) ON CONFLICT (sid) DO UPDATE SET number = ?4,
             status = ?7, date_updated = ?10, start_time = ?11, answer_time = ?12, end_time = ?13,
             duration_secs = ?14, forwarded_from = ?15, caller_name = ?16,
             sip_response_code = ?17, sip_call_id = ?18, status_callback = ?19,
             status_callback_method = ?20, status_callback_events = ?21, queue_time_ms = ?22,
             answered_by = ?23, price = ?24, price_unit = ?25",
        )?
        .execute(params![
            row.sid.to_string(),
            row.account.to_string(),
            row.parent.map(|sid| sid.to_string()),
            row.number.map(|sid| sid.to_string()),
            row.to.to_string(),
            row.from.to_string(),
            row.status.as_str(),
            row.direction.as_str(),
            micros(row.date_created),
            micros(row.date_updated),
            micros_of(row.start_time),
            micros_of(row.answer_time),
            micros_of(row.end_time),
            row.duration_secs,
            row.forwarded_from,
            row.caller_name,
            row.sip_response_code,
            row.sip_call_id,
            callback.map(|callback| callback.url.as_str()),
            callback.map(|callback| callback.method.as_str()),
            callback.map(|callback| callback.events.names()),
            row.queue_time_ms,
            row.answered_by.map(AnsweredBy::as_str),
            row.price.map(|price| price.amount),
            row.price.as_ref().map(|price| price.currency.as_str()),
        ])?;
    Ok(())
}

pub fn delete(connection: &Connection, sid: CallSid) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM call WHERE sid = ?1")?
        .execute([sid.to_string()])?;
    Ok(())
}

pub fn one(
    connection: &Connection,
    account: AccountSid,
    sid: CallSid,
) -> Result<Option<CallRow>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM call WHERE sid = ?1 AND account = ?2")?;
    Ok(statement
        .query_row([sid.to_string(), account.to_string()], read)
        .optional()?)
}

pub fn list(
    connection: &Connection,
    account: AccountSid,
    filter: &CallFilter,
    page: &PageAsk,
) -> Result<Page<CallRow>, StoreError> {
    let mut select = Select::new("SELECT * FROM call", "date_created", CallSid::PREFIX);
    select.only("account = ?", account.to_string());
    select.only_if("called = ?", filter.to.as_ref().map(Address::to_string));
    select.only_if("caller = ?", filter.from.as_ref().map(Address::to_string));
    select.only_if("parent = ?", filter.parent.map(|sid| sid.to_string()));
    select.only_if(
        "status = ?",
        filter.status.map(|status| status.as_str().to_owned()),
    );
    select.within("start_time", filter.start_time);
    select.within("end_time", filter.end_time);
    select.page(connection, page, read)
}

pub fn unfinished(connection: &Connection) -> Result<Vec<CallRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT * FROM call WHERE end_time IS NULL ORDER BY date_created, sid LIMIT ?1",
    )?;
    let rows = statement.query_map([limit::STORE_ROWS_MAX as i64], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> Result<CallRow, Error> {
    Ok(CallRow {
        sid: parsed(row, "sid")?,
        account: parsed(row, "account")?,
        parent: parsed_of(row, "parent")?,
        number: parsed_of(row, "number")?,
        to: word(row, "called", |text| Some(Address::parse(text)))?,
        from: word(row, "caller", |text| Some(Address::parse(text)))?,
        status: word(row, "status", CallStatus::parse)?,
        direction: word(row, "direction", Direction::parse)?,
        date_created: time(row, "date_created")?,
        date_updated: time(row, "date_updated")?,
        start_time: time_of(row, "start_time")?,
        answer_time: time_of(row, "answer_time")?,
        end_time: time_of(row, "end_time")?,
        duration_secs: row.get("duration_secs")?,
        forwarded_from: row.get("forwarded_from")?,
        caller_name: row.get("caller_name")?,
        sip_response_code: row.get("sip_response_code")?,
        sip_call_id: row.get("sip_call_id")?,
        status_callback: status_callback(row)?,
        queue_time_ms: row.get("queue_time_ms")?,
        answered_by: word_of(row, "answered_by", AnsweredBy::parse)?,
        price: price(row)?,
    })
}

fn price(row: &Row<'_>) -> Result<Option<Price>, Error> {
    let Some(amount) = row.get("price")? else {
        return Ok(None);
    };
    let currency = word(row, "price_unit", Currency::parse)?;
    Ok(Some(Price { amount, currency }))
}

fn status_callback(row: &Row<'_>) -> Result<Option<StatusCallback>, Error> {
    let Some(url) = row.get("status_callback")? else {
        return Ok(None);
    };
    let method: String = row.get("status_callback_method")?;
    let events: String = row.get("status_callback_events")?;
    Ok(Some(StatusCallback {
        url,
        method: Method::parse(&method).ok_or_else(|| unreadable("status_callback_method"))?,
        events: CallEvents::parse(&events).ok_or_else(|| unreadable("status_callback_events"))?,
    }))
}
