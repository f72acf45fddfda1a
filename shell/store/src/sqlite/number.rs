//! Numbers the accounts own.

use super::column::{method, micros, parsed, parsed_of, time};
use super::row;
use super::select::Select;
use crate::{NumberFilter, Page, PageAsk, StoreError};
use model::{AccountSid, Number, NumberSid};
use rusqlite::{Connection, Error, Row, params};

pub fn save(connection: &Connection, row: &Number) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO number VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,
             ?13, ?14)
             ON CONFLICT (sid) DO UPDATE SET account = ?2, phone_number = ?3,
             friendly_name = ?4,
             voice_url = ?5, voice_method = ?6, voice_fallback_url = ?7,
             voice_fallback_method = ?8, status_callback = ?9, status_callback_method = ?10,
             date_updated = ?12, application = ?13, caller_id_lookup = ?14",
        )?
        .execute(params![
            row.sid.to_string(),
            row.account.to_string(),
            row.phone_number,
            row.friendly_name,
            row.voice_url,
            row.voice_method.as_str(),
            row.voice_fallback_url,
            row.voice_fallback_method.as_str(),
            row.status_callback,
            row.status_callback_method.as_str(),
            micros(row.date_created),
            micros(row.date_updated),
            row.application.map(|sid| sid.to_string()),
            row.caller_id_lookup,
        ])?;
    Ok(())
}

pub fn delete(connection: &Connection, sid: NumberSid) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM number WHERE sid = ?1")?
        .execute([sid.to_string()])?;
    Ok(())
}

pub fn all(connection: &Connection) -> Result<Vec<Number>, StoreError> {
    row::all(connection, "SELECT * FROM number", read)
}

pub fn one(
    connection: &Connection,
    account: AccountSid,
    sid: NumberSid,
) -> Result<Option<Number>, StoreError> {
    row::one(
        connection,
        "SELECT * FROM number WHERE sid = ?1 AND account = ?2",
        (account, sid),
        read,
    )
}

pub fn list(
    connection: &Connection,
    account: AccountSid,
    filter: &NumberFilter,
    page: &PageAsk,
) -> Result<Page<Number>, StoreError> {
    let mut select = Select::new("SELECT * FROM number", "date_created", NumberSid::PREFIX);
    select.only("account = ?", account.to_string());
    let pattern = filter.phone_number.as_deref().map(|part| {
        let kept: String = part
            .chars()
            .filter_map(|c| match c {
                '0'..='9' | '+' => Some(c),
                '*' => Some('_'),
                _ => None,
            })
            .collect();
        format!("%{kept}%")
    });
    select.only_if("phone_number LIKE ?", pattern);
    select.only_if("friendly_name = ?", filter.friendly_name.clone());
    select.page(connection, page, read)
}

fn read(row: &Row<'_>) -> Result<Number, Error> {
    Ok(Number {
        sid: parsed(row, "sid")?,
        account: parsed(row, "account")?,
        phone_number: row.get("phone_number")?,
        friendly_name: row.get("friendly_name")?,
        application: parsed_of(row, "application")?,
        caller_id_lookup: row.get("caller_id_lookup")?,
        voice_url: row.get("voice_url")?,
        voice_method: method(row, "voice_method")?,
        voice_fallback_url: row.get("voice_fallback_url")?,
        voice_fallback_method: method(row, "voice_fallback_method")?,
        status_callback: row.get("status_callback")?,
        status_callback_method: method(row, "status_callback_method")?,
        date_created: time(row, "date_created")?,
        date_updated: time(row, "date_updated")?,
    })
}
