//! The ladders of ended calls: text as the exchange wrote it, one rung per line.

use super::column::parsed;
use crate::StoreError;
use model::CallSid;
use rusqlite::{Connection, OpenFlags, params};
use std::path::Path;

pub fn save(connection: &Connection, call: CallSid, rungs: &[String]) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO story (call, rungs) VALUES (?1, ?2)")?
        .execute(params![call.to_string(), rungs.join("\n")])?;
    Ok(())
}

pub fn delete(connection: &Connection, call: CallSid) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM story WHERE call = ?1")?
        .execute([call.to_string()])?;
    Ok(())
}

/// The rungs of a call and of the calls it dialled, from the data folder of a process that may be
/// running. Empty if the call is unknown or has not ended.
pub fn read(folder: &Path, call: CallSid) -> Result<Vec<(CallSid, String)>, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(folder.join("ringback.db"), flags)?;
    super::configure(&connection)?;
    let mut statement = connection.prepare(
        "SELECT story.call, story.rungs FROM story JOIN call ON call.sid = story.call
         WHERE call.sid = ?1 OR call.parent = ?1",
    )?;
    let found = statement.query_map([call.to_string()], |row| {
        Ok((
            parsed::<CallSid>(row, "call")?,
            row.get::<_, String>("rungs")?,
        ))
    })?;
    let mut rungs = Vec::new();
    for story in found {
        let (call, text) = story?;
        rungs.extend(text.lines().map(|rung| (call, rung.to_owned())));
    }
    Ok(rungs)
}
