//! Which part of a list is asked for: filters and keyset paging.
//!
//! A page begins behind a key, not after a count, so it stays where it was while rows arrive on
//! top of it and while rows before it are deleted.

use model::call::NotificationLevel;
use model::{Address, CallRow, CallSid, CallStatus, Time, WebEventRow, WebhookKind, WebhookRow};

/// A half-open span of time: `from` belongs to it, `to` does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeRange {
    /// Not earlier than this.
    pub from: Option<Time>,
    /// Earlier than this.
    pub to: Option<Time>,
}

/// Which calls. Absent fields match every call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallFilter {
    /// Called party.
    pub to: Option<Address>,
    /// Calling party.
    pub from: Option<Address>,
    /// Children of this call.
    pub parent: Option<CallSid>,
    /// In this state.
    pub status: Option<CallStatus>,
    /// Started within.
    pub start_time: TimeRange,
    /// Ended within.
    pub end_time: TimeRange,
}

/// In which order calls are listed, always the latest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOrder {
    /// By when they were made.
    Created,
    /// By when they started.
    Started,
    /// By when they ended.
    Ended,
}

impl CallFilter {
    /// The order of this list. A list of calls that started or ended within a time is in the
    /// order of that time: calls leave the queue in the order they were made and mostly end so
    /// too, and a page then costs the same in a busy day as in a quiet one.
    pub fn order(&self) -> CallOrder {
        if self.start_time != TimeRange::default() {
            CallOrder::Started
        } else if self.end_time != TimeRange::default() {
            CallOrder::Ended
        } else {
            CallOrder::Created
        }
    }

    /// The place of a call in this list.
    pub fn place(&self, row: &CallRow) -> Key {
        let date = match self.order() {
            CallOrder::Created => None,
            CallOrder::Started => row.start_time,
            CallOrder::Ended => row.end_time,
        };
        Key {
            date: date.unwrap_or(row.date_created),
            sid: row.sid.0,
        }
    }
}

/// Which recordings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordingFilter {
    /// Of this call.
    pub call: Option<CallSid>,
    /// Made within.
    pub date_created: TimeRange,
    /// Deleted ones too.
    pub deleted: bool,
}

/// Which notifications.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NotificationFilter {
    /// Of this call.
    pub call: Option<CallSid>,
    /// Of this gravity.
    pub level: Option<NotificationLevel>,
    /// Written within.
    pub date: TimeRange,
}

/// Which numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NumberFilter {
    /// A number, or a part of one: digits, and `*` for any one digit.
    pub phone_number: Option<String>,
    /// Exactly this name.
    pub friendly_name: Option<String>,
}

/// Which verified numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallerIdFilter {
    /// Exactly this number.
    pub phone_number: Option<String>,
    /// Exactly this name.
    pub friendly_name: Option<String>,
}

/// A row's place in a list that is ordered by date and identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// When the row was made, or the time the list is ordered by.
    pub date: Time,
    /// Its identifier without the two letters.
    pub sid: u128,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Start {
    /// With the first row.
    #[default]
    Top,
    /// After so many rows; drifts while rows arrive.
    Skip(u64),
    /// With the row after this one (the next page).
    After(Key),
    /// So that the row before this one is its last (the previous page).
    Before(Key),
}

/// A page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageAsk {
    /// Rows at most.
    pub size: u32,
    /// Where it begins.
    pub start: Start,
}

/// An entry of the journal of requests to customers' applications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journaled {
    /// Its number; a later entry has a higher one.
    pub id: u64,
    /// What was asked and answered.
    pub event: WebEventRow,
}

impl Journaled {
    /// Its place in the journal.
    pub fn place(&self) -> Key {
        Key {
            date: self.event.date,
            sid: u128::from(self.id),
        }
    }
}

/// Which requests on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WebhookFilter {
    /// About this call.
    pub call: Option<CallSid>,
    /// Whose address has this text in it, whatever the case.
    pub url: Option<String>,
    /// For this.
    pub kind: Option<WebhookKind>,
    /// Answered with a status from the first to the second.
    pub status: Option<(u16, u16)>,
    /// Of the question with this idempotency token.
    pub token: Option<String>,
    /// Only those that failed.
    pub failed: bool,
    /// Begun within.
    pub date: TimeRange,
}

/// A request on the wire and its place in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookPlaced {
    /// Its number; a later one of the same account has a higher one.
    pub id: u64,
    /// What was sent and what came back.
    pub row: WebhookRow,
}

impl WebhookPlaced {
    /// Its place in the journal.
    pub fn place(&self) -> Key {
        Key {
            date: self.row.date,
            sid: u128::from(self.id),
        }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows in the list's order.
    pub rows: Vec<T>,
    /// Whether there is another row in the direction that was read.
    pub more: bool,
}
