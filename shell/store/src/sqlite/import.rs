//! Brings many calls into a data folder at once: rows first, then each index in one piece.

use super::{Durability, Sqlite, call, configure, lock};
use crate::StoreError;
use model::CallRow;
use rusqlite::Connection;
use std::path::Path;

/// Rows of one transaction.
const STEP: usize = 100_000;
/// Memory for sorting, while nothing else runs (in KiB, as SQLite writes it).
const CACHE_KIB: i64 = -400_000;

/// Brings calls of the past into a data folder that no process uses, and counts them. The
/// quickest way is also the least careful: if it is cut, the folder is lost.
pub fn import_calls(
    folder: &Path,
    rows: impl IntoIterator<Item = CallRow>,
) -> Result<u64, StoreError> {
    drop(Sqlite::open(folder, Durability::Normal)?);
    let _lock = lock(folder)?;
    let mut connection = Connection::open(folder.join("ringback.db"))?;
    configure(&connection)?;
    connection.pragma_update(None, "journal_mode", "OFF")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "cache_size", CACHE_KIB)?;
    let indexes = indexes(&connection)?;
    for (name, _) in &indexes {
        connection.execute_batch(&format!("DROP INDEX {name}"))?;
    }
    let mut rows = rows.into_iter().peekable();
    let mut count = 0;
    while rows.peek().is_some() {
        let transaction = connection.transaction()?;
        for row in rows.by_ref().take(STEP) {
            call::insert(&transaction, &row)?;
            count += 1;
        }
        transaction.commit()?;
    }
    for (_, sql) in &indexes {
        connection.execute_batch(sql)?;
    }
    connection.execute_batch("PRAGMA journal_mode = WAL")?;
    Ok(count)
}

fn indexes(connection: &Connection) -> Result<Vec<(String, String)>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT name, sql FROM sqlite_schema
         WHERE type = 'index' AND tbl_name = 'call_row' AND sql IS NOT NULL",
    )?;
    let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.collect::<Result<_, _>>()?)
}
