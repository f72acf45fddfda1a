//! What is older than its account keeps it: found in small portions, and taken away by the same
//! writes that a request of the API would make.

use super::call_column::{ENDED, account_id, first_at, status_code};
use super::column::{micros, parsed};
use super::{web_event, webhook};
use crate::{StoreError, Write};
use model::{AccountSid, CallSid, Time};
use rusqlite::{Connection, params};

/// Writes that take away ended calls from before a moment, with what goes with them, and
/// notifications from before it: oldest first, about `most` rows. A call that has left many
/// requests in the journal counts for all of them.
pub fn expired(
    connection: &Connection,
    account: AccountSid,
    before: Time,
    most: u32,
) -> Result<Vec<Write>, StoreError> {
    let mut writes = Vec::new();
    let mut left = u64::from(most);
    for (id, sid) in calls(connection, account, before, most)? {
        let weight = 1 + web_event::count(connection, id)? + webhook::count(connection, id)?;
        if weight > left && !writes.is_empty() {
            return Ok(writes);
        }
        left = left.saturating_sub(weight);
        writes.push(Write::DeleteCall(sid));
    }
    let mut statement = connection.prepare_cached(
        "SELECT sid FROM notification WHERE account = ?1 AND date < ?2 ORDER BY date LIMIT ?3",
    )?;
    let left = i64::try_from(left).unwrap_or(i64::MAX);
    let values = params![account.to_string(), micros(before), left];
    for sid in statement.query_map(values, |row| parsed(row, "sid"))? {
        writes.push(Write::DeleteNotification(sid?));
    }
    Ok(writes)
}

/// Ended calls, oldest first. They end after they are made, so only those made before the moment
/// are looked at.
fn calls(
    connection: &Connection,
    account: AccountSid,
    before: Time,
    most: u32,
) -> Result<Vec<(i64, CallSid)>, StoreError> {
    let Some(account) = account_id(connection, account)? else {
        return Ok(Vec::new());
    };
    let parts = ENDED.map(|status| {
        let code = status_code(status);
        format!(
            "SELECT id FROM call_row INDEXED BY call_ended_in_order
             WHERE account = ?1 AND status = {code} AND status >= 4 AND id < ?2 AND end_time < ?3"
        )
    });
    let sql = format!(
        "SELECT id, (SELECT sid FROM call_row WHERE call_row.id = old.id) FROM
         ({} ORDER BY id LIMIT ?4) AS old",
        parts.join(" UNION ALL ")
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let values = params![account, first_at(before), micros(before), most];
    let found = statement.query_map(values, |row| {
        Ok((row.get(0)?, CallSid(u128::from_be_bytes(row.get(1)?))))
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}
