//! API keys; of their secrets only a hash is kept.

use super::column::{micros, parsed, time};
use crate::StoreError;
use model::{ApiKey, KeySid};
use rusqlite::{Connection, Error, Row, params};

pub fn save(connection: &Connection, row: &ApiKey) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO api_key VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (sid) DO UPDATE SET friendly_name = ?3, secret_hash = ?4, main = ?5,
             date_updated = ?7",
        )?
        .execute(params![
            row.sid.to_string(),
            row.account.to_string(),
            row.friendly_name,
            row.secret_hash,
            row.main,
            micros(row.date_created),
            micros(row.date_updated),
        ])?;
    Ok(())
}

pub fn delete(connection: &Connection, sid: KeySid) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM api_key WHERE sid = ?1")?
        .execute([sid.to_string()])?;
    Ok(())
}

pub fn all(connection: &Connection) -> Result<Vec<ApiKey>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM api_key ORDER BY date_created, sid")?;
    Ok(statement.query_map([], read)?.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> Result<ApiKey, Error> {
    Ok(ApiKey {
        sid: parsed(row, "sid")?,
        account: parsed(row, "account")?,
        friendly_name: row.get("friendly_name")?,
        secret_hash: row.get("secret_hash")?,
        main: row.get("main")?,
        date_created: time(row, "date_created")?,
        date_updated: time(row, "date_updated")?,
    })
}
