//! The store of a simulated world: rows in memory, and who owns which number.

use call::Row;
use model::{
    Account, AccountSid, Application, ApplicationSid, CallRow, CallSid, MessageHooks, Method,
    NotificationRow, Number, NumberSid, OutgoingCallerId, RecordingRow, RecordingSid, Time,
    WaitingCall, WebEventRow, limit,
};
use std::collections::BTreeMap;

/// Everything that was ever written.
#[derive(Debug, Clone)]
pub struct Shelf {
    /// The one account.
    pub account: Account,
    /// Owned numbers by E.164.
    pub numbers: BTreeMap<String, Number>,
    /// Applications by identifier.
    pub applications: BTreeMap<ApplicationSid, Application>,
    /// Verified numbers by E.164.
    pub caller_ids: BTreeMap<String, OutgoingCallerId>,
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
            applications: BTreeMap::new(),
            caller_ids: BTreeMap::new(),
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
            application: None,
            caller_id_lookup: false,
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

    /// Lets the account show a number that isn't its own.
    pub fn verify(&mut self, now: Time, phone_number: &str) {
        let sid = NumberSid(self.caller_ids.len() as u128 + 1_000);
        let verified = OutgoingCallerId {
            sid,
            account: self.account.sid,
            phone_number: phone_number.to_owned(),
            friendly_name: phone_number.to_owned(),
            date_created: now,
            date_updated: now,
        };
        self.caller_ids.insert(phone_number.to_owned(), verified);
    }

    /// Gives the account an application.
    pub fn apply(
        &mut self,
        now: Time,
        sid: ApplicationSid,
        voice_url: Option<String>,
    ) -> &mut Application {
        let application = Application {
            sid,
            account: self.account.sid,
            friendly_name: sid.to_string(),
            voice_url,
            voice_method: Method::Post,
            voice_fallback_url: None,
            voice_fallback_method: Method::Post,
            status_callback: None,
            status_callback_method: Method::Post,
            caller_id_lookup: false,
            messages: MessageHooks::default(),
            date_created: now,
            date_updated: now,
        };
        self.applications.entry(sid).or_insert(application)
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
            Row::CallerId(row) => {
                self.caller_ids.insert(row.phone_number.clone(), *row);
            }
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
