//! Verified numbers.

use super::column::{micros, parsed, time};
use super::row;
use super::select::Select;
use crate::{CallerIdFilter, Page, PageAsk, StoreError};
use model::{AccountSid, NumberSid, OutgoingCallerId};
use rusqlite::{Connection, Error, Row, params};

/// A number that is verified twice at once keeps the identifier that was told last.
pub fn save(connection: &Connection, row: &OutgoingCallerId) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO outgoing_caller_id VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            row.sid.to_string(),
            row.account.to_string(),
            row.phone_number,
            row.friendly_name,
            micros(row.date_created),
            micros(row.date_updated),
        ])?;
    Ok(())
}

pub fn delete(connection: &Connection, sid: NumberSid) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM outgoing_caller_id WHERE sid = ?1")?
        .execute([sid.to_string()])?;
    Ok(())
}

pub fn all(connection: &Connection) -> Result<Vec<OutgoingCallerId>, StoreError> {
    row::all(connection, "SELECT * FROM outgoing_caller_id", read)
}

pub fn one(
    connection: &Connection,
    account: AccountSid,
    sid: NumberSid,
) -> Result<Option<OutgoingCallerId>, StoreError> {
    row::one(
        connection,
        "SELECT * FROM outgoing_caller_id WHERE sid = ?1 AND account = ?2",
        (account, sid),
        read,
    )
}

pub fn list(
    connection: &Connection,
    account: AccountSid,
    filter: &CallerIdFilter,
    page: &PageAsk,
) -> Result<Page<OutgoingCallerId>, StoreError> {
    let mut select = Select::new(
        "SELECT * FROM outgoing_caller_id",
        "date_created",
        NumberSid::PREFIX,
    );
    select.only("account = ?", account.to_string());
    select.only_if("phone_number = ?", filter.phone_number.clone());
    select.only_if("friendly_name = ?", filter.friendly_name.clone());
    select.page(connection, page, read)
}

fn read(row: &Row<'_>) -> Result<OutgoingCallerId, Error> {
    Ok(OutgoingCallerId {
        sid: parsed(row, "sid")?,
        account: parsed(row, "account")?,
        phone_number: row.get("phone_number")?,
        friendly_name: row.get("friendly_name")?,
        date_created: time(row, "date_created")?,
        date_updated: time(row, "date_updated")?,
    })
}
