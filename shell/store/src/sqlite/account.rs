//! Accounts; their tokens are sealed.

use super::column::{micros, parsed, parsed_of, time, unreadable, word};
use crate::{SecretError, StoreError, Vault};
use model::{Account, AccountKind, AccountSid, AccountStatus, TestCredentials};
use rusqlite::{Connection, Error, OpenFlags, Row, params};
use std::path::Path;

pub fn save(connection: &Connection, vault: &Vault, row: &Account) -> Result<(), StoreError> {
    let sid = row.sid.to_string();
    let seal = |secret: &String| {
        let sealed = vault.seal(&sid, secret);
        sealed.map_err(|error| StoreError::Unavailable(error.to_string()))
    };
    let token = seal(&row.auth_token)?;
    let secondary = row.secondary_token.as_ref().map(seal).transpose()?;
    let test_token = row
        .test
        .as_ref()
        .map(|test| seal(&test.token))
        .transpose()?;
    connection
        .prepare_cached(
            "INSERT INTO account (sid, auth_token, friendly_name, date_created, date_updated,
             owner, secondary_token, test_sid, test_token, status, kind, calls_per_second,
             requests_at_once, retention_days, public_media, verify_certificates)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
             ON CONFLICT (sid) DO UPDATE SET auth_token = ?2, friendly_name = ?3,
             date_updated = ?5, secondary_token = ?7, test_sid = ?8, test_token = ?9,
             status = ?10, kind = ?11, calls_per_second = ?12, requests_at_once = ?13,
             retention_days = ?14, public_media = ?15, verify_certificates = ?16",
        )?
        .execute(params![
            sid,
            token,
            row.friendly_name,
            micros(row.date_created),
            micros(row.date_updated),
            row.owner.map(|owner| owner.to_string()),
            secondary,
            row.test.as_ref().map(|test| test.sid.to_string()),
            test_token,
            row.status.as_str(),
            row.kind.as_str(),
            row.calls_per_second,
            row.requests_at_once,
            row.retention_days,
            row.public_media,
            row.verify_certificates,
        ])?;
    Ok(())
}

pub fn all(connection: &Connection, vault: &Vault) -> Result<Vec<Account>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM account ORDER BY date_created, sid")?;
    let rows = statement.query_map([], |row| read(row, vault))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>, vault: &Vault) -> Result<Account, Error> {
    let sid: AccountSid = parsed(row, "sid")?;
    let open = |column: &str| {
        let sealed: Option<Vec<u8>> = row.get(column)?;
        sealed
            .map(|sealed| vault.open_sealed(&sid.to_string(), &sealed))
            .transpose()
            .map_err(|_| unreadable(column))
    };
    let test = parsed_of(row, "test_sid")?.zip(open("test_token")?);
    Ok(Account {
        sid,
        owner: parsed_of(row, "owner")?,
        auth_token: open("auth_token")?.ok_or_else(|| unreadable("auth_token"))?,
        secondary_token: open("secondary_token")?,
        test: test.map(|(sid, token)| TestCredentials { sid, token }),
        status: word(row, "status", AccountStatus::parse)?,
        kind: word(row, "kind", AccountKind::parse)?,
        friendly_name: row.get("friendly_name")?,
        calls_per_second: row.get("calls_per_second")?,
        requests_at_once: row.get("requests_at_once")?,
        retention_days: row.get("retention_days")?,
        public_media: row.get("public_media")?,
        verify_certificates: row.get("verify_certificates")?,
        date_created: time(row, "date_created")?,
        date_updated: time(row, "date_updated")?,
    })
}

/// The account that a data folder belongs to, from the folder of a process that may be running.
/// `None` where there is none yet; the folder is left as it is.
pub fn read_owner(folder: &Path) -> Result<Option<Account>, StoreError> {
    let (database, key) = (folder.join("ringback.db"), folder.join("secret.key"));
    if !database.exists() || !key.exists() {
        return Ok(None);
    }
    let unavailable = |error: SecretError| StoreError::Unavailable(error.to_string());
    let vault = Vault::open(&key).map_err(unavailable)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags)?;
    super::configure(&connection)?;
    let accounts = all(&connection, &vault)?;
    Ok(accounts.into_iter().find(|account| account.owner.is_none()))
}
