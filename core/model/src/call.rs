//! A call's record as rows: the call itself and its notifications.

use crate::{
    AccountSid, Address, AnsweredBy, CallSid, CallStatus, Direction, Method, NotificationSid,
    NumberSid, Price, StatusCallback, Time,
};

/// A call, as its row and as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRow {
    /// Its identifier.
    pub sid: CallSid,
    /// Whose it is.
    pub account: AccountSid,
    /// The call whose `<Dial>` placed this one.
    pub parent: Option<CallSid>,
    /// The owned number it came in on, or went out from.
    pub number: Option<NumberSid>,
    /// Who is called.
    pub to: Address,
    /// Who calls.
    pub from: Address,
    /// How far it has come, computed from its leg. Never `Initiated`, which only callbacks show.
    pub status: CallStatus,
    /// Which way it goes.
    pub direction: Direction,
    /// When it was accepted.
    pub date_created: Time,
    /// When its row last changed.
    pub date_updated: Time,
    /// When it left the queue (outbound) or was answered (inbound).
    pub start_time: Option<Time>,
    /// When it was answered; the duration counts from here.
    pub answer_time: Option<Time>,
    /// When it ended.
    pub end_time: Option<Time>,
    /// Whole seconds from answer to end; `Some(0)` if it ended unanswered.
    pub duration_secs: Option<u32>,
    /// Whom the caller meant, if the call was forwarded (Diversion header).
    pub forwarded_from: Option<String>,
    /// The caller's name, as the carrier gave it.
    pub caller_name: Option<String>,
    /// The final SIP response of an outbound leg.
    pub sip_response_code: Option<u16>,
    /// The SIP Call-ID of its leg.
    pub sip_call_id: Option<String>,
    /// Who is told of its progress. Kept with the row, so that a call cut by a crash still ends
    /// with its terminal callback.
    pub status_callback: Option<StatusCallback>,
    /// How long it was expected to wait for its turn when it was made (milliseconds).
    pub queue_time_ms: u32,
    /// Who picked up, when that was looked into.
    pub answered_by: Option<AnsweredBy>,
    /// What it cost, once it is rated.
    pub price: Option<Price>,
}

impl CallRow {
    /// A call that begins: nobody is named in it yet, and nothing has happened.
    pub fn new(sid: CallSid, account: AccountSid, direction: Direction, now: Time) -> CallRow {
        CallRow {
            sid,
            account,
            parent: None,
            number: None,
            to: Address::Name(String::new()),
            from: Address::Name(String::new()),
            status: match direction {
                Direction::Inbound => CallStatus::Ringing,
                _ => CallStatus::Queued,
            },
            direction,
            date_created: now,
            date_updated: now,
            start_time: None,
            answer_time: None,
            end_time: None,
            duration_secs: None,
            forwarded_from: None,
            caller_name: None,
            sip_response_code: None,
            sip_call_id: None,
            status_callback: None,
            queue_time_ms: 0,
            answered_by: None,
            price: None,
        }
    }

    /// Seconds from answer to end, as the API counts them.
    pub fn duration_between(answer: Option<Time>, end: Time) -> u32 {
        answer.map_or(0, |answer| {
            end.since(answer).secs().min(u64::from(u32::MAX)) as u32
        })
    }
}

/// How grave a notification is; the API writes the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotificationLevel {
    /// `0`: something the customer asked for did not happen.
    Error,
    /// `1`: something was ignored or replaced by a default.
    Warning,
}

/// Something went wrong with what the customer's application said or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationRow {
    /// Its identifier.
    pub sid: NotificationSid,
    /// Whose it is.
    pub account: AccountSid,
    /// The call it happened on.
    pub call: CallSid,
    /// Error or warning.
    pub level: NotificationLevel,
    /// The catalogue's number.
    pub code: u32,
    /// One sentence that says what and where.
    pub text: String,
    /// What was being asked when it happened.
    pub request_method: Option<Method>,
    /// Where it was being asked.
    pub request_url: Option<String>,
    /// When it happened.
    pub date: Time,
}
