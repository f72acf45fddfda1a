//! What a customer can read of what went wrong on a call.

use crate::effect::Row;
use crate::turn::Turn;
use model::call::NotificationLevel;
use model::web_event::without_password;
use model::{CallRow, ErrorCode, Method, NotificationRow, NotificationSid};

/// A fault with its number and one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The catalogue's number.
    pub code: ErrorCode,
    /// What was wrong and where.
    pub text: String,
}

impl Fault {
    /// A fault in these words.
    pub fn new(code: ErrorCode, text: impl Into<String>) -> Fault {
        Fault {
            code,
            text: text.into(),
        }
    }
}

/// Where a fault was met.
pub(crate) type Place<'a> = Option<(Method, &'a str)>;

/// Writes an error down.
pub(crate) fn error(row: &CallRow, fault: &Fault, place: Place<'_>, turn: &mut Turn<'_>) {
    write(row, NotificationLevel::Error, fault, place, turn);
}

/// Writes a warning down.
pub(crate) fn warning(row: &CallRow, fault: &Fault, place: Place<'_>, turn: &mut Turn<'_>) {
    write(row, NotificationLevel::Warning, fault, place, turn);
}

fn write(
    row: &CallRow,
    level: NotificationLevel,
    fault: &Fault,
    place: Place<'_>,
    turn: &mut Turn<'_>,
) {
    if !turn.desk.may_note(row.sid) {
        return;
    }
    let notification = NotificationRow {
        sid: NotificationSid::draw(&mut turn.desk.chance),
        account: row.account,
        call: row.sid,
        level,
        code: fault.code.0,
        text: fault.text.clone(),
        request_method: place.map(|(method, _)| method),
        request_url: place.map(|(_, url)| without_password(url)),
        date: turn.now,
    };
    turn.save(Row::Notification(Box::new(notification)));
}
