//! How calls come to be: by the API, by a `<Dial>`, by a caller.

use super::{Call, Plan};
use crate::command::Source;
use crate::family::Child;
use crate::leg::{Leg, Outbound};
use crate::parameters::{self, Visit};
use crate::queue::Waiting;
use crate::script::{Scope, Script, Start};
use crate::turn::Turn;
use model::signal::Offered;
use model::{Address, CallRow, Direction, LegId, Method, limit};
use std::collections::VecDeque;

impl Call {
    /// A call that the API has asked for, and whose turn has come.
    pub fn created(waiting: Waiting, turn: &mut Turn<'_>) -> Call {
        let mut row = row_of(&waiting);
        row.date_updated = turn.now;
        let (sid, new) = (waiting.sid, waiting.call);
        let (to, headers) = without_headers(&new.to);
        let shown = new.caller_id.as_deref().map(Address::parse);
        let mut visit = Visit::default();
        visit.application = new.application;
        let outbound = Outbound {
            to,
            from: shown.unwrap_or(new.from),
            headers: ours(&row, new.reason, headers),
            headers_there: Vec::new(),
            credentials: new.credentials,
            ring_secs: new.ring_secs.min(limit::RING_SECS_MAX),
            max_forwards: visit.max_forwards,
            own_hops: visit.own_hops,
            further: VecDeque::new(),
            // The API has checked whom the far end may see.
            presentable: true,
        };
        let mut script = Script::new(Scope::Call, new.fallback);
        if let Source::Verification(verification) = &new.source {
            script.verify((**verification).clone());
        }
        let sends = sends_keys(new.send_digits.as_ref());
        let plan = Plan {
            keys: new.send_digits,
            start: Some(Start::Source(new.source)),
            record: new.record,
            detection: new.detection.filter(|_| !sends),
            delay_secs: new.delay_secs,
            time_limit_secs: new.time_limit_secs.min(limit::CALL_SECS_MAX),
        };
        let leg = Leg::outbound(turn.draw_leg(sid), sid, outbound);
        Call::new(row, leg, script, visit, plan)
    }

    /// A call that a `<Dial>` asks for.
    pub fn dialled(child: Child, turn: &mut Turn<'_>) -> Call {
        let Child {
            sid,
            parent,
            outbound,
            ..
        } = child;
        let row = CallRow {
            parent: Some(parent),
            number: child.number,
            to: outbound.to.clone(),
            from: outbound.from.clone(),
            status_callback: child.status_callback,
            ..CallRow::new(sid, child.account, Direction::OutboundDial, turn.now)
        };
        let headers = ours(&row, child.reason, outbound.headers.clone());
        let outbound = Outbound {
            headers,
            ..outbound
        };
        let start = child.whisper.map_or(Start::Nothing, |(url, method)| {
            Start::Source(Source::Url { url, method })
        });
        let sends = sends_keys(child.send_digits.as_ref());
        let plan = Plan {
            keys: child.send_digits,
            start: Some(start),
            record: None,
            detection: child.detection.filter(|_| !sends),
            delay_secs: 0,
            time_limit_secs: limit::CALL_SECS_MAX,
        };
        let visit = Visit::on_the_way(outbound.max_forwards, outbound.own_hops);
        let leg = Leg::outbound(turn.draw_leg(sid), sid, outbound);
        let script = Script::new(Scope::Whisper, None);
        let mut call = Call::new(row, leg, script, visit, plan);
        call.parent = Some(parent);
        call
    }

    /// A call that came in and belongs to somebody.
    pub fn arrived(
        (leg, row): (LegId, CallRow),
        offered: &Offered,
        fallback: Option<(String, Method)>,
    ) -> Call {
        let plan = Plan {
            keys: None,
            start: None,
            record: None,
            detection: None,
            delay_secs: 0,
            time_limit_secs: limit::CALL_SECS_DEFAULT,
        };
        let leg = Leg::inbound(leg, row.sid, offered);
        let script = Script::new(Scope::Call, fallback);
        Call::new(row, leg, script, Visit::of(offered), plan)
    }
}

/// Keys that are sent after the answer leave no time to listen for who gave it, and a menu that
/// wants them is neither a person nor a mailbox. Unconfirmed: that this holds for a noun's
/// `sendDigits` as it does for the API's.
fn sends_keys(keys: Option<&String>) -> bool {
    keys.is_some_and(|keys| !keys.is_empty())
}

/// The row of a call that waits for its turn.
pub(crate) fn row_of(waiting: &Waiting) -> CallRow {
    let new = &waiting.call;
    let direction = Direction::OutboundApi;
    CallRow {
        date_updated: waiting.updated,
        number: new.number,
        to: without_headers(&new.to).0,
        from: new.from.clone(),
        status_callback: new.status_callback.clone(),
        queue_time_ms: waiting.queue_time_ms,
        ..CallRow::new(waiting.sid, new.account, direction, waiting.created)
    }
}

fn without_headers(to: &Address) -> (Address, Vec<(String, String)>) {
    match to {
        Address::Sip(uri) => {
            let (uri, part) = parameters::split_headers(uri);
            (
                Address::Sip(uri.to_owned()),
                parameters::custom_headers(part),
            )
        }
        other => (other.clone(), Vec::new()),
    }
}

/// The headers that name a call to the far end, before the customer's own.
fn ours(
    row: &CallRow,
    reason: Option<String>,
    customers: Vec<(String, String)>,
) -> Vec<(String, String)> {
    let mut headers = vec![
        ("X-Twilio-AccountSid".to_owned(), row.account.to_string()),
        ("X-Twilio-CallSid".to_owned(), row.sid.to_string()),
    ];
    // Why a call is placed is its subject (RFC 3261 §20.36), which phones show while they ring.
    // The original shows it through carriers' branding, which has no header of its own.
    headers.extend(reason.map(|reason| ("Subject".to_owned(), reason)));
    headers.extend(customers);
    headers
}
