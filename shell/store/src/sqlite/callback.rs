//! The outbox: callbacks that were promised and are not known to be delivered.

use super::column::{form, method, micros, pairs, parsed, time, unreadable};
use crate::StoreError;
use model::{Callback, CallbackId};
use rusqlite::{Connection, Error, Row, params};

pub fn save(connection: &Connection, row: &Callback) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO callback
             (id, account, call, method, url, parameters, host, made)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            row.id.0.to_be_bytes(),
            row.account.to_string(),
            row.call.to_string(),
            row.method.as_str(),
            row.url,
            form(&row.parameters),
            row.host(),
            micros(row.made),
        ])?;
    Ok(())
}

pub fn delete(connection: &Connection, id: CallbackId) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM callback WHERE id = ?1")?
        .execute([id.0.to_be_bytes()])?;
    Ok(())
}

/// The oldest of a host.
pub fn pending(
    connection: &Connection,
    host: &str,
    most: usize,
) -> Result<Vec<Callback>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT * FROM callback WHERE host = ?1 ORDER BY place LIMIT ?2")?;
    let rows = statement.query_map(params![host, bound(most)], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Hosts behind this name, in the order of their names, and how many each has.
pub fn hosts(
    connection: &Connection,
    after: Option<&str>,
    most: usize,
) -> Result<Vec<(String, u64)>, StoreError> {
    // A host's name is never less than no text at all, and then it isn't left out.
    let (beyond, after) = after.map_or((">=", ""), |after| (">", after));
    let mut statement = connection.prepare_cached(&format!(
        "SELECT host, count(*) FROM callback WHERE host {beyond} ?1
         GROUP BY host ORDER BY host LIMIT ?2"
    ))?;
    let rows = statement.query_map(params![after, bound(most)], |row| {
        Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn bound(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
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
        made: time(row, "made")?,
    })
}
