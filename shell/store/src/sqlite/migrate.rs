//! Brings the schema up to date, one numbered step at a time, each in its own transaction.

use crate::{StoreError, Vault};
use rusqlite::{Connection, OptionalExtension};

/// Each step once and for ever: a released one is never changed, a new one is added below it.
const STEPS: &[&str] = &[
    include_str!("../migrations/sqlite/0001.sql"),
    include_str!("../migrations/sqlite/0002.sql"),
    include_str!("../migrations/sqlite/0003.sql"),
    include_str!("../migrations/sqlite/0004.sql"),
    include_str!("../migrations/sqlite/0005.sql"),
    include_str!("../migrations/sqlite/0006.sql"),
    include_str!("../migrations/sqlite/0007.sql"),
    include_str!("../migrations/sqlite/0008.sql"),
    include_str!("../migrations/sqlite/0009.sql"),
];

/// Runs the steps that this database has not seen.
pub fn run(connection: &mut Connection) -> Result<(), StoreError> {
    let known = STEPS.len() as i64;
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (step, number) in STEPS.iter().zip(1..).skip(found as usize) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Tells a key file that belongs to another database before any token is lost over it.
pub fn check_key(connection: &Connection, vault: &Vault) -> Result<(), StoreError> {
    const OWNER: &str = "meta";
    const TEXT: &str = "this key belongs to this database";
    let unusable = |error: crate::SecretError| StoreError::Unavailable(error.to_string());
    let sealed: Option<Vec<u8>> = connection
        .query_row(
            "SELECT value FROM meta WHERE key = 'key_check'",
            [],
            |row| row.get(0),
        )
        .optional()?;
    match sealed {
        Some(sealed) => {
            vault.open_sealed(OWNER, &sealed).map_err(unusable)?;
        }
        None => {
            let sealed = vault.seal(OWNER, TEXT).map_err(unusable)?;
            connection.execute("INSERT INTO meta VALUES ('key_check', ?1)", [sealed])?;
        }
    }
    Ok(())
}
