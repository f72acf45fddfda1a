//! The store of a simulated world: rows in memory, and who owns which number.

use call::Row;
use model::{
    Account, AccountSid, CallRow, CallSid, Method, NotificationRow, Number, NumberSid,
    RecordingRow, RecordingSid, Time, WaitingCall, WebEventRow, limit,
};
use std::collections::BTreeMap;

/// Everything that was ever written.
#[derive(Debug, Clone)]
pub struct Shelf {
    /// The one account.
    pub account: Account,
    /// Owned numbers by E.164.
    pub numbers: BTreeMap<String, Number>,
    /// Calls as last written.
    pub calls: BTreeMap<CallSid, CallRow>,
    /// Recordings as last written.
    pub recordings: BTreeMap<RecordingSid, RecordingRow>,
    /// Notifications in order.
    pub notifications: Vec<NotificationRow>,
    /// Calls that wait for their turn, by their places.
    pub waiting: BTreeMap<u64, WaitingCall>,
    /// Requests and answers in order.
    pub events: Vec<WebEventRow>,
}

impl Shelf {
    /// An empty store with one account.
    pub fn new(now: Time) -> Shelf {
        let token = "0123456789abcdef0123456789abcdef";
        let account = Account {
            // What scenarios and random worlds have unless they say otherwise: nobody waits.
            calls_per_second: limit::CALLS_PER_SECOND_MAX,
            ..Account::new(AccountSid(1), token, "Simulation", now)
        };
        Shelf {
            account,
            numbers: BTreeMap::new(),
            calls: BTreeMap::new(),
            recordings: BTreeMap::new(),
            notifications: Vec::new(),
            waiting: BTreeMap::new(),
            events: Vec::new(),
        }
    }

    /// Gives the account a number.
    pub fn own(&mut self, now: Time, phone_number: &str, voice_url: Option<String>) -> &mut Number {
        let sid = NumberSid(self.numbers.len() as u128 + 1);
        let number = Number {
            sid,
            account: self.account.sid,
            phone_number: phone_number.to_owned(),
            friendly_name: phone_number.to_owned(),
            voice_url,
            voice_method: Method::Post,
            voice_fallback_url: None,
            voice_fallback_method: Method::Post,
            status_callback: None,
            status_callback_method: Method::Post,
            date_created: now,
            date_updated: now,
        };
        self.numbers
            .entry(phone_number.to_owned())
            .or_insert(number)
    }

    /// Writes a row.
    pub fn save(&mut self, row: Row) {
        match row {
            Row::Call(row) => {
                self.calls.insert(row.sid, *row);
            }
            Row::Recording(row) => {
                self.recordings.insert(row.sid, *row);
            }
            Row::Notification(row) => self.notifications.push(*row),
            Row::WebEvent(row) => self.events.push(*row),
            Row::Waiting(row) => {
                self.waiting.insert(row.place, *row);
            }
            Row::Left(place) => {
                self.waiting.remove(&place);
            }
        }
    }
}
