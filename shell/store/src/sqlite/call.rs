//! Calls, live and ended; step 0002 of the schema says how they lie.

use super::call_column::{
    account_id, address, blob, blob_of, direction, direction_code, make_account, place_of,
    read_address, sid, sid_of, status, status_code,
};
use super::column::{micros, micros_of, time, time_of, unreadable, word_of};
use crate::StoreError;
use model::callback::CallEvents;
use model::{
    AccountSid, AnsweredBy, CallRow, CallSid, Currency, Method, Price, StatusCallback, Time, limit,
};
use rusqlite::{Connection, Error, OptionalExtension, Row, params};

/// What [`read`] reads, in this order.
macro_rules! columns {
    () => {
        "id, sid, (SELECT sid FROM call_account WHERE call_account.id = account), parent, number,
         called, caller, status, direction, date_updated, start_time, answer_time, end_time,
         duration_secs, forwarded_from, caller_name, sip_response_code, sip_call_id,
         status_callback, status_callback_method, status_callback_events, queue_time_ms,
         answered_by, price, price_unit"
    };
}

/// A row's id from its identifier: those alive first, there are few of them.
const FIND: &str = "SELECT id FROM call_row WHERE sid = ?1 AND status < 4
    UNION ALL SELECT id FROM call_row WHERE sid = ?1 AND status >= 4 LIMIT 1";

/// Keeps a call. Parties, parent and direction never change. States and starting times lie in
/// indexes, so a row that keeps them keeps those alone.
pub fn save(connection: &Connection, row: &CallRow) -> Result<(), StoreError> {
    match current(connection, row)? {
        None => insert(connection, row),
        Some(found) if found.moved(row) => {
            connection
                .prepare_cached(
                    "UPDATE call_row SET status = ?2, start_time = ?3, end_time = ?4
                     WHERE id = ?1",
                )?
                .execute(params![
                    found.id,
                    status_code(row.status),
                    micros_of(row.start_time),
                    micros_of(row.end_time),
                ])?;
            update(connection, found.id, row)
        }
        Some(found) => update(connection, found.id, row),
    }
}

/// What of a kept row lies in indexes and can change.
struct Kept {
    id: i64,
    status: i64,
    start_time: Option<i64>,
    end_time: Option<i64>,
}

impl Kept {
    fn moved(&self, row: &CallRow) -> bool {
        self.status != status_code(row.status)
            || self.start_time != micros_of(row.start_time)
            || self.end_time != micros_of(row.end_time)
    }
}

/// The row of this call, if there is one. It is looked for where a new one would be, which is at
/// hand; the index of all that have ended is asked only for a call that is said to have ended.
fn current(connection: &Connection, row: &CallRow) -> Result<Option<Kept>, StoreError> {
    let by_id = |id: i64| -> Result<Option<([u8; 16], Kept)>, Error> {
        connection
            .prepare_cached("SELECT sid, status, start_time, end_time FROM call_row WHERE id = ?1")?
            .query_row([id], |found| {
                let kept = Kept {
                    id,
                    status: found.get(1)?,
                    start_time: found.get(2)?,
                    end_time: found.get(3)?,
                };
                Ok((found.get(0)?, kept))
            })
            .optional()
    };
    if let Some((sid, kept)) = by_id(place_of(row.date_created, row.sid))?
        && sid == blob(row.sid.0)
    {
        return Ok(Some(kept));
    }
    let alive: Option<i64> = connection
        .prepare_cached("SELECT id FROM call_row WHERE sid = ?1 AND status < 4")?
        .query_row([blob(row.sid.0)], |found| found.get(0))
        .optional()?;
    let id = match alive {
        None if row.status.is_final() => id_of(connection, row.sid)?,
        alive => alive,
    };
    let found = id.map(by_id).transpose()?.flatten();
    Ok(found.map(|(_, kept)| kept))
}

/// The id of a call's row.
pub fn id_of(connection: &Connection, sid: CallSid) -> Result<Option<i64>, StoreError> {
    Ok(connection
        .prepare_cached(FIND)?
        .query_row([blob(sid.0)], |found| found.get(0))
        .optional()?)
}

/// Appends a row.
pub fn insert(connection: &Connection, row: &CallRow) -> Result<(), StoreError> {
    let account = match account_id(connection, row.account)? {
        Some(account) => account,
        None => make_account(connection, row.account)?,
    };
    let mut taken = connection.prepare_cached("SELECT 1 FROM call_row WHERE id = ?1")?;
    let mut id = place_of(row.date_created, row.sid);
    while taken.exists([id])? {
        id += 1;
    }
    let callback = row.status_callback.as_ref();
    connection
        .prepare_cached(
            "INSERT INTO call_row (id, sid, account, parent, number, called, caller, status,
             direction, date_updated, start_time, answer_time, end_time, duration_secs,
             forwarded_from, caller_name, sip_response_code, sip_call_id, status_callback,
             status_callback_method, status_callback_events, queue_time_ms, answered_by, price,
             price_unit) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,
             ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25)",
        )?
        .execute(params![
            id,
            blob(row.sid.0),
            account,
            blob_of(row.parent.map(|sid| sid.0)),
            blob_of(row.number.map(|sid| sid.0)),
            address(&row.to),
            address(&row.from),
            status_code(row.status),
            direction_code(row.direction),
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

fn update(connection: &Connection, id: i64, row: &CallRow) -> Result<(), StoreError> {
    let callback = row.status_callback.as_ref();
    connection
        .prepare_cached(
            "UPDATE call_row SET number = ?2, date_updated = ?3, answer_time = ?4,
             duration_secs = ?5, forwarded_from = ?6, caller_name = ?7, sip_response_code = ?8,
             sip_call_id = ?9, status_callback = ?10, status_callback_method = ?11,
             status_callback_events = ?12, queue_time_ms = ?13, answered_by = ?14, price = ?15,
             price_unit = ?16 WHERE id = ?1",
        )?
        .execute(params![
            id,
            blob_of(row.number.map(|sid| sid.0)),
            micros(row.date_updated),
            micros_of(row.answer_time),
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

/// Takes a row away, and its ladder.
pub fn delete(connection: &Connection, id: i64) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM call_row WHERE id = ?1",
        "DELETE FROM call_story WHERE call = ?1",
    ] {
        connection.prepare_cached(sql)?.execute([id])?;
    }
    Ok(())
}

pub fn one(
    connection: &Connection,
    account: AccountSid,
    sid: CallSid,
) -> Result<Option<CallRow>, StoreError> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM call_row WHERE sid = ?1 AND status < 4 UNION ALL SELECT ",
        columns!(),
        " FROM call_row WHERE sid = ?1 AND status >= 4"
    ))?;
    let found = statement.query_row([blob(sid.0)], read).optional()?;
    Ok(found.filter(|row| row.account == account))
}

/// A row by its id, where it is still there.
pub fn by_id(connection: &Connection, id: i64) -> Result<Option<CallRow>, StoreError> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM call_row WHERE id = ?1"
    ))?;
    Ok(statement.query_row([id], read).optional()?)
}

/// A call that has not ended, whosever it is.
pub fn live(connection: &Connection, sid: CallSid) -> Result<Option<CallRow>, StoreError> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM call_row WHERE sid = ?1 AND status < 4"
    ))?;
    Ok(statement.query_row([blob(sid.0)], read).optional()?)
}

pub fn unfinished(connection: &Connection) -> Result<Vec<CallRow>, StoreError> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM call_row INDEXED BY call_live WHERE status < 4
         AND sid NOT IN (SELECT call FROM waiting) ORDER BY id LIMIT ?1"
    ))?;
    let rows = statement.query_map([limit::STORE_ROWS_MAX as i64], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> Result<CallRow, Error> {
    Ok(CallRow {
        date_created: Time(row.get::<_, i64>(0)?.max(0) as u64 >> super::call_column::TIE_BITS),
        sid: CallSid(sid(row, 1)?),
        account: AccountSid(sid(row, 2)?),
        parent: sid_of(row, 3)?.map(CallSid),
        number: sid_of(row, 4)?.map(model::NumberSid),
        to: read_address(row, 5)?,
        from: read_address(row, 6)?,
        status: status(row, 7)?,
        direction: direction(row, 8)?,
        date_updated: time(row, 9)?,
        start_time: time_of(row, 10)?,
        answer_time: time_of(row, 11)?,
        end_time: time_of(row, 12)?,
        duration_secs: row.get(13)?,
        forwarded_from: row.get(14)?,
        caller_name: row.get(15)?,
        sip_response_code: row.get(16)?,
        sip_call_id: row.get(17)?,
        status_callback: status_callback(row)?,
        queue_time_ms: row.get(21)?,
        answered_by: word_of(row, 22, AnsweredBy::parse)?,
        price: price(row)?,
    })
}

fn price(row: &Row<'_>) -> Result<Option<Price>, Error> {
    let Some(amount) = row.get(23)? else {
        return Ok(None);
    };
    let currency: String = row.get(24)?;
    let currency = Currency::parse(&currency).ok_or_else(|| unreadable("price_unit"))?;
    Ok(Some(Price { amount, currency }))
}

fn status_callback(row: &Row<'_>) -> Result<Option<StatusCallback>, Error> {
    let Some(url) = row.get(18)? else {
        return Ok(None);
    };
    let method: String = row.get(19)?;
    let events: String = row.get(20)?;
    Ok(Some(StatusCallback {
        url,
        method: Method::parse(&method).ok_or_else(|| unreadable("status_callback_method"))?,
        events: CallEvents::parse(&events).ok_or_else(|| unreadable("status_callback_events"))?,
    }))
}
