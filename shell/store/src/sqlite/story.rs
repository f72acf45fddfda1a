//! The ladders of ended calls: text as the exchange wrote it, one rung per line.

use super::call;
use super::call_column::blob;
use crate::StoreError;
use model::CallSid;
use rusqlite::{Connection, OpenFlags, params};
use std::path::Path;

pub fn save(connection: &Connection, call: CallSid, rungs: &[String]) -> Result<(), StoreError> {
    // A call that was deleted meanwhile has no ladder either.
    if let Some(id) = call::id_of(connection, call)? {
        connection
            .prepare_cached("INSERT OR REPLACE INTO call_story (call, rungs) VALUES (?1, ?2)")?
            .execute(params![id, rungs.join("\n")])?;
    }
    Ok(())
}

/// The rungs of a call and of the calls it dialled, from the data folder of a process that may be
/// running. Empty if the call is unknown or has not ended.
pub fn read(folder: &Path, call: CallSid) -> Result<Vec<(CallSid, String)>, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(folder.join("ringback.db"), flags)?;
    super::configure(&connection)?;
    rungs(&connection, call)
}

/// The same, from a connection that is open.
pub fn rungs(connection: &Connection, call: CallSid) -> Result<Vec<(CallSid, String)>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT call_row.sid, call_story.rungs FROM call_row
         JOIN call_story ON call_story.call = call_row.id
         WHERE call_row.id = ?1 OR call_row.parent = ?2 ORDER BY call_row.id",
    )?;
    let id = call::id_of(connection, call)?;
    let found = statement.query_map(params![id, blob(call.0)], |row| {
        let sid = CallSid(u128::from_be_bytes(row.get(0)?));
        Ok((sid, row.get::<_, String>(1)?))
    })?;
    let mut rungs = Vec::new();
    for story in found {
        let (call, text) = story?;
        rungs.extend(text.lines().map(|rung| (call, rung.to_owned())));
    }
    Ok(rungs)
}
