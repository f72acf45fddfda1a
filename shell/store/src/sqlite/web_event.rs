//! The journal: what was asked of customers' applications, and what they answered.

use super::call;
use super::call_column::{account_id, sid};
use super::column::{form, method, micros, pairs, time};
use crate::{Journaled, Page, PageAsk, Start, StoreError};
use model::{AccountSid, CallSid, WebEventRow, limit};
use rusqlite::{Connection, Error, Params, Row, params};

/// Keeps one, unless its call is gone or has left too many.
pub fn save(connection: &Connection, row: &WebEventRow) -> Result<(), StoreError> {
    let Some(id) = call::id_of(connection, row.call)? else {
        return Ok(());
    };
    let count = count(connection, id)?;
    if count >= limit::WEB_EVENTS_PER_CALL_MAX as u64 {
        return Ok(());
    }
    let Some(account) = account_id(connection, row.account)? else {
        return Ok(());
    };
    connection
        .prepare_cached(
            "INSERT INTO journal (account, call, method, url, parameters, response_code,
             content_type, response_body, duration_ms, date)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            account,
            id,
            row.method.as_str(),
            row.url,
            form(&row.parameters),
            row.response_code,
            row.content_type,
            row.response_body,
            i64::try_from(row.duration_ms).unwrap_or(i64::MAX),
            micros(row.date),
        ])?;
    Ok(())
}

/// How many a call has left.
pub fn count(connection: &Connection, call: i64) -> Result<u64, StoreError> {
    let count: i64 = connection
        .prepare_cached("SELECT count(*) FROM journal WHERE call = ?1")?
        .query_row([call], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// Takes those of a call away.
pub fn delete(connection: &Connection, call: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM journal WHERE call = ?1")?
        .execute([call])?;
    Ok(())
}

/// Those of a call, oldest first.
pub fn list(
    connection: &Connection,
    account: AccountSid,
    call: CallSid,
    page: &PageAsk,
) -> Result<Page<WebEventRow>, StoreError> {
    let skip = match page.start {
        Start::Skip(rows) => i64::try_from(rows).unwrap_or(i64::MAX),
        Start::Top | Start::After(_) | Start::Before(_) => 0,
    };
    let (account, call) = (
        account_id(connection, account)?,
        call::id_of(connection, call)?,
    );
    let bound = i64::from(page.size) + 1;
    let mut page = read_page(
        connection,
        (
            WHOLE,
            "WHERE call = ?1 AND account = ?2 ORDER BY id LIMIT ?3 OFFSET ?4",
        ),
        params![call, account, bound, skip],
        page.size,
    )?;
    let rows = page.rows.drain(..).map(|journaled| journaled.event);
    Ok(Page {
        rows: rows.collect(),
        more: page.more,
    })
}

/// Those of an account, newest first.
pub fn journal(
    connection: &Connection,
    account: AccountSid,
    page: &PageAsk,
) -> Result<Page<Journaled>, StoreError> {
    let account = account_id(connection, account)?;
    let place = |key: crate::Key| i64::try_from(key.sid).unwrap_or(i64::MAX);
    let (condition, place, skip) = match page.start {
        Start::Top => ("id <= ?2 ORDER BY id DESC", i64::MAX, 0),
        Start::Skip(rows) => {
            let rows = i64::try_from(rows).unwrap_or(i64::MAX);
            ("id <= ?2 ORDER BY id DESC", i64::MAX, rows)
        }
        Start::After(key) => ("id < ?2 ORDER BY id DESC", place(key), 0),
        Start::Before(key) => ("id > ?2 ORDER BY id", place(key), 0),
    };
    let bound = i64::from(page.size) + 1;
    let mut found = read_page(
        connection,
        (
            WHOLE,
            &format!("WHERE account = ?1 AND {condition} LIMIT ?3 OFFSET ?4"),
        ),
        params![account, place, bound, skip],
        page.size,
    )?;
    if matches!(page.start, Start::Before(_)) {
        found.rows.reverse();
    }
    Ok(found)
}

const WHOLE: &str = "SELECT id,
    (SELECT sid FROM call_account WHERE call_account.id = journal.account),
    (SELECT sid FROM call_row WHERE call_row.id = journal.call),
    method, url, parameters, response_code, content_type, response_body, duration_ms, date
    FROM journal ";

fn read_page(
    connection: &Connection,
    (columns, rest): (&str, &str),
    values: impl Params,
    size: u32,
) -> Result<Page<Journaled>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{columns}{rest}"))?;
    let found = statement.query_map(values, read)?;
    let mut rows = found.collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > size as usize;
    rows.truncate(size as usize);
    Ok(Page { rows, more })
}

fn read(row: &Row<'_>) -> Result<Journaled, Error> {
    let event = WebEventRow {
        account: AccountSid(sid(row, 1)?),
        call: CallSid(sid(row, 2)?),
        method: method(row, "method")?,
        url: row.get(4)?,
        parameters: pairs(&row.get::<_, String>(5)?),
        response_code: row.get(6)?,
        content_type: row.get(7)?,
        response_body: row.get(8)?,
        duration_ms: row.get::<_, i64>(9)?.max(0) as u64,
        date: time(row, 10)?,
    };
    Ok(Journaled {
        id: row.get::<_, i64>(0)?.max(0) as u64,
        event,
    })
}
