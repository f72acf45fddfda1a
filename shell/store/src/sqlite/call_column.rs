//! How a call's values lie in its row: as few bytes as they need.

use super::column::unreadable;
use crate::StoreError;
use model::{AccountSid, Address, CallSid, CallStatus, Direction, Time};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Error, OptionalExtension, Row};

/// Bits of an id below the microseconds: they tell calls of one microsecond apart, and leave room
/// for the times of the next two centuries.
pub const TIE_BITS: u32 = 10;
const TIES: u64 = (1 << TIE_BITS) - 1;
/// The last microsecond an id can hold, in the year 2255.
const LATEST: u64 = (1 << (63 - TIE_BITS)) - 1;

/// Where a call's row lies if the place is free; the next free place otherwise.
pub fn place_of(date_created: Time, sid: CallSid) -> i64 {
    let tie = sid.0 as u64 & TIES;
    i64::try_from((date_created.0.min(LATEST) << TIE_BITS) | tie).unwrap_or(i64::MAX)
}

/// The first id of a moment: all calls made before it lie below.
pub fn first_at(time: Time) -> i64 {
    i64::try_from(time.0.min(LATEST) << TIE_BITS).unwrap_or(i64::MAX)
}

/// An identifier without its letters.
pub fn blob(sid: u128) -> [u8; 16] {
    sid.to_be_bytes()
}

/// An identifier that may be absent.
pub fn blob_of(sid: Option<u128>) -> Option<[u8; 16]> {
    sid.map(blob)
}

/// Reads an identifier.
pub fn sid(row: &Row<'_>, column: usize) -> Result<u128, Error> {
    Ok(u128::from_be_bytes(row.get(column)?))
}

/// Reads an identifier that may be absent.
pub fn sid_of(row: &Row<'_>, column: usize) -> Result<Option<u128>, Error> {
    Ok(row.get::<_, Option<_>>(column)?.map(u128::from_be_bytes))
}

/// An E.164 number as the integer of its digits, anything else as its text.
pub fn address(address: &Address) -> Value {
    let digits = address.number().and_then(|number| number.strip_prefix('+'));
    let whole = digits
        .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0'))
        .and_then(|digits| digits.parse().ok());
    whole.map_or_else(|| Value::Text(address.to_string()), Value::Integer)
}

/// Reads a party of a call.
pub fn read_address(row: &Row<'_>, column: usize) -> Result<Address, Error> {
    match row.get_ref(column)? {
        ValueRef::Integer(digits) => Ok(Address::Number(format!("+{digits}"))),
        value => {
            let text = value.as_str().map_err(|_| unreadable("called or caller"))?;
            Ok(Address::parse(text))
        }
    }
}

/// States that a call leaves again.
pub const LIVE: [CallStatus; 4] = [
    CallStatus::Queued,
    CallStatus::Initiated,
    CallStatus::Ringing,
    CallStatus::InProgress,
];
/// States that a call never leaves.
pub const ENDED: [CallStatus; 5] = [
    CallStatus::Completed,
    CallStatus::Busy,
    CallStatus::NoAnswer,
    CallStatus::Failed,
    CallStatus::Canceled,
];

/// A state's number; the schema tells live from ended by `status < 4`.
pub fn status_code(status: CallStatus) -> i64 {
    match status {
        CallStatus::Queued => 0,
        CallStatus::Initiated => 1,
        CallStatus::Ringing => 2,
        CallStatus::InProgress => 3,
        CallStatus::Completed => 4,
        CallStatus::Busy => 5,
        CallStatus::NoAnswer => 6,
        CallStatus::Failed => 7,
        CallStatus::Canceled => 8,
    }
}

/// Reads a state.
pub fn status(row: &Row<'_>, column: usize) -> Result<CallStatus, Error> {
    let code: i64 = row.get(column)?;
    let mut all = LIVE.into_iter().chain(ENDED);
    all.find(|status| status_code(*status) == code)
        .ok_or_else(|| unreadable("status"))
}

/// A direction's number.
pub fn direction_code(direction: Direction) -> i64 {
    match direction {
        Direction::Inbound => 0,
        Direction::OutboundApi => 1,
        Direction::OutboundDial => 2,
    }
}

/// Reads a direction.
pub fn direction(row: &Row<'_>, column: usize) -> Result<Direction, Error> {
    match row.get(column)? {
        0 => Ok(Direction::Inbound),
        1 => Ok(Direction::OutboundApi),
        2 => Ok(Direction::OutboundDial),
        _ => Err(unreadable("direction")),
    }
}

/// The number an account has in the call table, once it has had a call.
pub fn account_id(connection: &Connection, account: AccountSid) -> Result<Option<i64>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT id FROM call_account WHERE sid = ?1")?
        .query_row([blob(account.0)], |row| row.get(0))
        .optional()?)
}

/// Gives an account its number.
pub fn make_account(connection: &Connection, account: AccountSid) -> Result<i64, StoreError> {
    connection
        .prepare_cached("INSERT INTO call_account (sid) VALUES (?1)")?
        .execute([blob(account.0)])?;
    Ok(connection.last_insert_rowid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_call_lies_behind_an_earlier_one_and_times_read_back() {
        let now = Time(1_800_000_000_000_001);
        let (one, two) = (
            place_of(now, CallSid(u128::MAX)),
            place_of(Time(now.0 + 1), CallSid(0)),
        );
        assert!(one < two);
        assert_eq!(one as u64 >> TIE_BITS, now.0);
        assert!(first_at(now) <= one && one < first_at(Time(now.0 + 1)));
        assert!(place_of(Time(u64::MAX), CallSid(u128::MAX)) > two);
    }

    #[test]
    fn only_a_plain_number_becomes_an_integer() {
        let value = |text: &str| address(&Address::parse(text));
        assert_eq!(value("+12025550101"), Value::Integer(12_025_550_101));
        for text in ["12025550101", "client:1", "sip:+1202@x", "ACME", ""] {
            assert_eq!(value(text), Value::Text(text.into()));
        }
        let odd = Address::Number("+0123".into());
        assert_eq!(address(&odd), Value::Text("+0123".into()));
    }
}
