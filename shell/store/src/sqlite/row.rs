//! The two questions that every small table is asked: one row of an account's, and all of them.

use crate::StoreError;
use model::AccountSid;
use rusqlite::{Connection, Error, OptionalExtension, Row};
use std::fmt::Display;

/// The row that `SELECT … WHERE sid = ?1 AND account = ?2` finds.
pub fn one<T>(
    connection: &Connection,
    sql: &str,
    (account, sid): (AccountSid, impl Display),
    read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
) -> Result<Option<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row([sid.to_string(), account.to_string()], read);
    Ok(found.optional()?)
}

/// Every row that a query without parameters finds.
pub fn all<T>(
    connection: &Connection,
    sql: &str,
    read: impl FnMut(&Row<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_map([], read)?.collect::<Result<_, _>>()?)
}
