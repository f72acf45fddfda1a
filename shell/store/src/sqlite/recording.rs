//! Recordings; their sound lies in files.

use super::column::{method, micros, parsed, time, unreadable, word};
use super::row;
use super::select::Select;
use crate::{Page, PageAsk, RecordingFilter, StoreError};
use model::new_call::RecordingCallback;
use model::recording::{RecordingSource, RecordingStatus, RecordingTrack};
use model::{AccountSid, RecordingRow, RecordingSid, Time, limit};
use rusqlite::{Connection, Error, Row, params};

/// A row that comes late does not bring a deleted recording back.
pub fn save(connection: &Connection, row: &RecordingRow) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO recording
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
             ON CONFLICT (sid) DO UPDATE SET status = ?5, channels = ?6, start_time = ?8,
             duration_secs = ?9, error_code = ?10, date_updated = ?12 WHERE status <> 'deleted'",
        )?
        .execute(params![
            row.sid.to_string(),
            row.account.to_string(),
            row.call.to_string(),
            row.source.as_str(),
            row.status.as_str(),
            row.channels,
            row.track.as_str(),
            micros(row.start_time),
            row.duration_secs,
            row.error_code,
            micros(row.date_created),
            micros(row.date_updated),
            row.callback.as_ref().map(|told| &told.url),
            row.callback.as_ref().map(|told| told.method.as_str()),
            row.callback.as_ref().map(RecordingCallback::names),
        ])?;
    Ok(())
}

/// Marks one as deleted.
pub fn delete(connection: &Connection, sid: RecordingSid, at: Time) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE recording SET status = 'deleted', date_updated = ?2 WHERE sid = ?1",
        )?
        .execute(params![sid.to_string(), micros(at)])?;
    Ok(())
}

/// Takes the row of a deleted one away.
pub fn forget(connection: &Connection, sid: RecordingSid) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM recording WHERE sid = ?1 AND status = 'deleted'")?
        .execute([sid.to_string()])?;
    Ok(())
}

/// Some that were deleted before this moment, the oldest first.
pub fn deleted(
    connection: &Connection,
    before: Time,
    most: u32,
) -> Result<Vec<RecordingSid>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT sid FROM recording WHERE status = 'deleted' AND date_updated < ?1
         ORDER BY date_updated LIMIT ?2",
    )?;
    let rows = statement.query_map(params![micros(before), most], |row| parsed(row, "sid"))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn one(
    connection: &Connection,
    account: AccountSid,
    sid: RecordingSid,
) -> Result<Option<RecordingRow>, StoreError> {
    row::one(
        connection,
        "SELECT * FROM recording WHERE sid = ?1 AND account = ?2",
        (account, sid),
        read,
    )
}

pub fn list(
    connection: &Connection,
    account: AccountSid,
    filter: &RecordingFilter,
    page: &PageAsk,
) -> Result<Page<RecordingRow>, StoreError> {
    let mut select = Select::new(
        "SELECT * FROM recording",
        "date_created",
        RecordingSid::PREFIX,
    );
    select.only("account = ?", account.to_string());
    select.only_if("call = ?", filter.call.map(|sid| sid.to_string()));
    select.within("date_created", filter.date_created);
    if !filter.deleted {
        select.only_where("status <> 'deleted'");
    }
    select.page(connection, page, read)
}

pub fn unfinished(connection: &Connection) -> Result<Vec<RecordingRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT * FROM recording WHERE status IN ('in-progress', 'paused', 'stopped', 'processing')
         ORDER BY date_created, sid LIMIT ?1",
    )?;
    let rows = statement.query_map([limit::STORE_ROWS_MAX as i64], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> Result<RecordingRow, Error> {
    Ok(RecordingRow {
        sid: parsed(row, "sid")?,
        account: parsed(row, "account")?,
        call: parsed(row, "call")?,
        source: word(row, "source", RecordingSource::parse)?,
        status: word(row, "status", RecordingStatus::parse)?,
        channels: row.get("channels")?,
        track: word(row, "track", RecordingTrack::parse)?,
        start_time: time(row, "start_time")?,
        duration_secs: row.get("duration_secs")?,
        error_code: row.get("error_code")?,
        callback: callback(row)?,
        date_created: time(row, "date_created")?,
        date_updated: time(row, "date_updated")?,
    })
}

fn callback(row: &Row<'_>) -> Result<Option<RecordingCallback>, Error> {
    let Some(url) = row.get("callback")? else {
        return Ok(None);
    };
    let names: String = row.get("callback_events")?;
    let told = RecordingCallback::parse(url, method(row, "callback_method")?, &names);
    told.map(Some).map_err(|_| unreadable("callback_events"))
}
