//! What went wrong with a customer's application.

use super::column::{micros, parsed, time, word_of};
use super::row;
use super::select::Select;
use crate::{NotificationFilter, Page, PageAsk, StoreError};
use model::call::NotificationLevel;
use model::{AccountSid, Method, NotificationRow, NotificationSid};
use rusqlite::{Connection, Error, Row, params};

pub fn save(connection: &Connection, row: &NotificationRow) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO notification VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            row.sid.to_string(),
            row.account.to_string(),
            row.call.to_string(),
            i64::from(row.level == NotificationLevel::Warning),
            row.code,
            row.text,
            row.request_method.map(Method::as_str),
            row.request_url,
            micros(row.date),
        ])?;
    Ok(())
}

pub fn delete(connection: &Connection, sid: NotificationSid) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM notification WHERE sid = ?1")?
        .execute([sid.to_string()])?;
    Ok(())
}

pub fn one(
    connection: &Connection,
    account: AccountSid,
    sid: NotificationSid,
) -> Result<Option<NotificationRow>, StoreError> {
    row::one(
        connection,
        "SELECT * FROM notification WHERE sid = ?1 AND account = ?2",
        (account, sid),
        read,
    )
}

pub fn list(
    connection: &Connection,
    account: AccountSid,
    filter: &NotificationFilter,
    page: &PageAsk,
) -> Result<Page<NotificationRow>, StoreError> {
    let mut select = Select::new(
        "SELECT * FROM notification",
        "date",
        NotificationSid::PREFIX,
    );
    select.only("account = ?", account.to_string());
    select.only_if("call = ?", filter.call.map(|sid| sid.to_string()));
    let warning = filter
        .level
        .map(|level| level == NotificationLevel::Warning);
    select.only_if("level = ?", warning.map(i64::from));
    select.within("date", filter.date);
    select.page(connection, page, read)
}

fn read(row: &Row<'_>) -> Result<NotificationRow, Error> {
    let warning: bool = row.get("level")?;
    let level = if warning {
        NotificationLevel::Warning
    } else {
        NotificationLevel::Error
    };
    Ok(NotificationRow {
        sid: parsed(row, "sid")?,
        account: parsed(row, "account")?,
        call: parsed(row, "call")?,
        level,
        code: row.get("code")?,
        text: row.get("text")?,
        request_method: word_of(row, "request_method", Method::parse)?,
        request_url: row.get("request_url")?,
        date: time(row, "date")?,
    })
}
