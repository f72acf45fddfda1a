//! What was asked of a customer's application, and what it answered.

use super::column::{form, method, micros, pairs, parsed, time};
use crate::{Page, PageAsk, Start, StoreError};
use model::{AccountSid, CallSid, WebEventRow};
use rusqlite::{Connection, Error, Row, params};

pub fn save(connection: &Connection, row: &WebEventRow) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO web_event (account, call, method, url, parameters, response_code,
             content_type, response_body, duration_ms, date)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            row.account.to_string(),
            row.call.to_string(),
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

pub fn delete(connection: &Connection, call: CallSid) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM web_event WHERE call = ?1")?
        .execute([call.to_string()])?;
    Ok(())
}

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
    let mut statement = connection.prepare_cached(
        "SELECT * FROM web_event WHERE call = ?1 AND account = ?2 ORDER BY id LIMIT ?3 OFFSET ?4",
    )?;
    let bound = i64::from(page.size) + 1;
    let found = statement.query_map(
        params![call.to_string(), account.to_string(), bound, skip],
        read,
    )?;
    let mut rows = found.collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > page.size as usize;
    rows.truncate(page.size as usize);
    Ok(Page { rows, more })
}

fn read(row: &Row<'_>) -> Result<WebEventRow, Error> {
    Ok(WebEventRow {
        account: parsed(row, "account")?,
        call: parsed(row, "call")?,
        method: method(row, "method")?,
        url: row.get("url")?,
        parameters: pairs(&row.get::<_, String>("parameters")?),
        response_code: row.get("response_code")?,
        content_type: row.get("content_type")?,
        response_body: row.get("response_body")?,
        duration_ms: row.get::<_, i64>("duration_ms")?.max(0) as u64,
        date: time(row, "date")?,
    })
}
