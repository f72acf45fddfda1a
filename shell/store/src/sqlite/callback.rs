//! The outbox: callbacks that were promised and are not known to be delivered.

use super::column::{form, method, pairs, parsed, unreadable};
use crate::StoreError;
use model::{Callback, CallbackId, limit};
use rusqlite::{Connection, Error, Row, params};

pub fn save(connection: &Connection, row: &Callback) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO callback (id, account, call, method, url, parameters)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            row.id.0.to_be_bytes(),
            row.account.to_string(),
            row.call.to_string(),
            row.method.as_str(),
            row.url,
            form(&row.parameters),
        ])?;
    Ok(())
}

pub fn delete(connection: &Connection, id: CallbackId) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM callback WHERE id = ?1")?
        .execute([id.0.to_be_bytes()])?;
    Ok(())
}

pub fn pending(connection: &Connection) -> Result<Vec<Callback>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM callback ORDER BY place LIMIT ?1")?;
    let rows = statement.query_map([limit::STORE_ROWS_MAX as i64], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> Result<Callback, Error> {
    let id: Vec<u8> = row.get("id")?;
    let id: [u8; 16] = id.try_into().map_err(|_| unreadable("id"))?;
    Ok(Callback {
        id: CallbackId(u128::from_be_bytes(id)),
        account: parsed(row, "account")?,
        call: parsed(row, "call")?,
        method: method(row, "method")?,
        url: row.get("url")?,
        parameters: pairs(&row.get::<_, String>("parameters")?),
    })
}
