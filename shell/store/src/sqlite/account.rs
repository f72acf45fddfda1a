//! Accounts; their tokens are sealed.

use super::column::{micros, parsed, time, unreadable};
use crate::{StoreError, Vault};
use model::{Account, AccountSid};
use rusqlite::{Connection, params};

pub fn save(connection: &Connection, vault: &Vault, row: &Account) -> Result<(), StoreError> {
    let sid = row.sid.to_string();
    let sealed = vault
        .seal(&sid, &row.auth_token)
        .map_err(|error| StoreError::Unavailable(error.to_string()))?;
    connection
        .prepare_cached(
            "INSERT INTO account VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (sid) DO UPDATE SET
             auth_token = ?2, friendly_name = ?3, date_updated = ?5",
        )?
        .execute(params![
            sid,
            sealed,
            row.friendly_name,
            micros(row.date_created),
            micros(row.date_updated),
        ])?;
    Ok(())
}

pub fn all(connection: &Connection, vault: &Vault) -> Result<Vec<Account>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM account ORDER BY date_created, sid")?;
    let rows = statement.query_map([], |row| {
        let sid: AccountSid = parsed(row, "sid")?;
        let sealed: Vec<u8> = row.get("auth_token")?;
        let auth_token = vault
            .open_sealed(&sid.to_string(), &sealed)
            .map_err(|_| unreadable("auth_token"))?;
        Ok(Account {
            sid,
            auth_token,
            friendly_name: row.get("friendly_name")?,
            date_created: time(row, "date_created")?,
            date_updated: time(row, "date_updated")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
