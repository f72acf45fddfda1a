//! Applications.

use super::column::{method, micros, parsed, time};
use super::row;
use super::select::Select;
use crate::{Page, PageAsk, StoreError};
use model::{AccountSid, Application, ApplicationSid, MessageHooks};
use rusqlite::{Connection, Error, Row, params};

pub fn save(connection: &Connection, row: &Application) -> Result<(), StoreError> {
    let messages = &row.messages;
    connection
        .prepare_cached(
            "INSERT INTO application VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,
             ?13, ?14, ?15, ?16, ?17, ?18, ?19) ON CONFLICT (sid) DO UPDATE SET
             friendly_name = ?3, voice_url = ?4, voice_method = ?5, voice_fallback_url = ?6,
             voice_fallback_method = ?7, status_callback = ?8, status_callback_method = ?9,
             caller_id_lookup = ?10, sms_url = ?11, sms_method = ?12, sms_fallback_url = ?13,
             sms_fallback_method = ?14, sms_status_callback = ?15, message_status_callback = ?16,
             public_connect = ?17, date_updated = ?19",
        )?
        .execute(params![
            row.sid.to_string(),
            row.account.to_string(),
            row.friendly_name,
            row.voice_url,
            row.voice_method.as_str(),
            row.voice_fallback_url,
            row.voice_fallback_method.as_str(),
            row.status_callback,
            row.status_callback_method.as_str(),
            row.caller_id_lookup,
            messages.url,
            messages.method.as_str(),
            messages.fallback_url,
            messages.fallback_method.as_str(),
            messages.sms_status_callback,
            messages.status_callback,
            messages.public_connect,
            micros(row.date_created),
            micros(row.date_updated),
        ])?;
    Ok(())
}

/// Takes an application away; the numbers it handled fall back to their own addresses.
pub fn delete(connection: &Connection, sid: ApplicationSid) -> Result<(), StoreError> {
    let sid = sid.to_string();
    connection
        .prepare_cached("DELETE FROM application WHERE sid = ?1")?
        .execute([&sid])?;
    connection
        .prepare_cached("UPDATE number SET application = NULL WHERE application = ?1")?
        .execute([&sid])?;
    Ok(())
}

pub fn all(connection: &Connection) -> Result<Vec<Application>, StoreError> {
    row::all(connection, "SELECT * FROM application", read)
}

pub fn one(
    connection: &Connection,
    account: AccountSid,
    sid: ApplicationSid,
) -> Result<Option<Application>, StoreError> {
    row::one(
        connection,
        "SELECT * FROM application WHERE sid = ?1 AND account = ?2",
        (account, sid),
        read,
    )
}

pub fn list(
    connection: &Connection,
    account: AccountSid,
    friendly_name: Option<&str>,
    page: &PageAsk,
) -> Result<Page<Application>, StoreError> {
    let mut select = Select::new(
        "SELECT * FROM application",
        "date_created",
        ApplicationSid::PREFIX,
    );
    select.only("account = ?", account.to_string());
    select.only_if("friendly_name = ?", friendly_name.map(str::to_owned));
    select.page(connection, page, read)
}

fn read(row: &Row<'_>) -> Result<Application, Error> {
    Ok(Application {
        sid: parsed(row, "sid")?,
        account: parsed(row, "account")?,
        friendly_name: row.get("friendly_name")?,
        voice_url: row.get("voice_url")?,
        voice_method: method(row, "voice_method")?,
        voice_fallback_url: row.get("voice_fallback_url")?,
        voice_fallback_method: method(row, "voice_fallback_method")?,
        status_callback: row.get("status_callback")?,
        status_callback_method: method(row, "status_callback_method")?,
        caller_id_lookup: row.get("caller_id_lookup")?,
        messages: MessageHooks {
            url: row.get("sms_url")?,
            method: method(row, "sms_method")?,
            fallback_url: row.get("sms_fallback_url")?,
            fallback_method: method(row, "sms_fallback_method")?,
            sms_status_callback: row.get("sms_status_callback")?,
            status_callback: row.get("message_status_callback")?,
            public_connect: row.get("public_connect")?,
        },
        date_created: time(row, "date_created")?,
        date_updated: time(row, "date_updated")?,
    })
}
