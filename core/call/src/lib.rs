//! Call control: what happens next in every call.
//!
//! Knows neither SIP nor RTP nor a clock. It is driven by `CallControl::handle(now, event, out)`
//! and answers with effects, which the caller carries out in their order. This file finds the
//! call, hands it the event and lets it settle; it knows nothing of what a call does.
#![forbid(unsafe_code)]

mod admission;
mod barred;
mod call;
mod callback;
pub mod command;
pub mod config;
mod cut;
mod detection;
pub mod effect;
pub mod event;
mod family;
mod hunt;
mod leg;
mod notice;
mod parameters;
mod questions;
mod queue;
mod rate;
mod recording;
mod relative;
mod route;
mod script;
#[cfg(test)]
mod tests;
mod timer;
pub mod token;
mod turn;
mod verb;
mod verification;
mod webhook;

pub use command::{Command, NewCall, Update};
pub use config::Config;
pub use effect::{AskId, Effect, Granted, LookupId, Refusal, Row};
pub use event::{Event, Found};
pub use rate::Rate;
pub use token::TokenKey;

use admission::Door;
use call::Call;
use model::signal::{Offered, SignalEvent};
use model::{
    AccountSid, CallRow, CallSid, CallStatus, Chance, ErrorCode, LegId, Time, WaitingCall,
};
use queue::{Queue, Waiting};
use route::{Arrival, Reception};
use std::collections::BTreeMap;
use timer::Timer;
use turn::{Desk, Turn, Work};

/// Every call of one process, and all that is known of them.
#[derive(Debug, Clone)]
pub struct CallControl {
    calls: BTreeMap<CallSid, Call>,
    arrivals: BTreeMap<CallSid, Arrival>,
    queue: Queue,
    door: Door,
    desk: Desk,
}

impl CallControl {
    /// Call control without calls.
    pub fn new(config: Config, chance: Chance) -> CallControl {
        CallControl {
            calls: BTreeMap::new(),
            arrivals: BTreeMap::new(),
            queue: Queue::default(),
            door: Door::new(config.calls_max, config.calls_per_second),
            desk: Desk::new(config, chance),
        }
    }

    /// Changes the state and appends what the world must now do.
    pub fn handle(&mut self, now: Time, event: Event, out: &mut Vec<Effect>) {
        match event {
            Event::Command(command) => self.command(now, command, out),
            Event::Signal {
                leg,
                event: SignalEvent::Offered(offered),
            } => {
                self.offered(now, leg, offered, out);
            }
            Event::Signal { leg, event } => {
                let Some(&sid) = self.desk.legs.get(&leg) else {
                    return;
                };
                if self.arrivals.contains_key(&sid) {
                    if let SignalEvent::Released { .. } = event {
                        self.forget_arrival(sid);
                    }
                    return;
                }
                self.with(now, sid, out, |call, turn| call.signal(event, turn));
            }
            Event::Media { leg, event } => {
                let Some(&sid) = self.desk.legs.get(&leg) else {
                    return;
                };
                self.with(now, sid, out, |call, turn| call.media(event, turn));
            }
            Event::Fetched { fetch, reply } => {
                let Some(sid) = self.desk.fetches.answer(fetch.0) else {
                    return;
                };
                self.with(now, sid, out, |call, turn| call.fetched(fetch, reply, turn));
            }
            Event::Found { lookup, found } => self.found(now, lookup, found, out),
            Event::RecordingCut { row, length_ms } => {
                let turn = &mut Turn {
                    now,
                    desk: &mut self.desk,
                    out,
                };
                recording::cut(*row, length_ms, turn);
            }
            Event::Cut(row) => {
                if !self.calls.contains_key(&row.sid) {
                    cut::end(
                        *row,
                        &mut Turn {
                            now,
                            desk: &mut self.desk,
                            out,
                        },
                    );
                }
            }
            Event::Waiting {
                row,
                waiting,
                calls_per_second,
            } => self.rejoin(now, &row, *waiting, calls_per_second),
        }
    }

    /// When `handle_timeout` is next wanted.
    pub fn next_timeout(&self) -> Option<Time> {
        let due = [self.desk.timers.next(), self.queue.next()];
        due.into_iter().flatten().min()
    }

    /// Lets everything happen that was waiting for this time.
    pub fn handle_timeout(&mut self, now: Time, out: &mut Vec<Effect>) {
        while let Some((sid, timer)) = self.desk.timers.expire(now) {
            if let (Some(arrival), Timer::Lookup) = (self.arrivals.get(&sid), timer) {
                let turn = &mut Turn {
                    now,
                    desk: &mut self.desk,
                    out,
                };
                arrival.refuse(503, turn);
                self.forget_arrival(sid);
            } else {
                self.with(now, sid, out, |call, turn| call.timeout(timer, turn));
            }
        }
        while let Some((place, waiting)) = self.queue.leave(now, self.door.has_room(&self.desk)) {
            self.set_out(now, waiting, Some(place), out);
        }
    }

    /// No call leaves the queue any more: the process stops, and what waits goes on in the next.
    pub fn hold(&mut self) {
        self.queue.hold();
    }

    /// Takes a call out by the ordinary end, as failed: handling an event of its met a fault of
    /// ours (the shell caught it), and the others shall live.
    pub fn abandon(&mut self, now: Time, call: CallSid, out: &mut Vec<Effect>) {
        self.with(now, call, out, |call, turn| call.abandon(turn));
    }

    /// Every live call: its name, its leg, and how far it has come.
    pub fn live(&self) -> impl Iterator<Item = (CallSid, LegId, CallStatus)> + '_ {
        self.calls
            .iter()
            .map(|(sid, call)| (*sid, call.leg(), call.status()))
    }

    /// Whose a live call is.
    pub fn account_of(&self, call: CallSid) -> Option<AccountSid> {
        Some(self.calls.get(&call)?.row.account)
    }

    /// How many calls live.
    pub fn live_count(&self) -> usize {
        self.calls.len()
    }

    /// How many calls wait for their turn.
    pub fn waiting_count(&self) -> usize {
        self.queue.len()
    }

    /// The call that a leg belongs to, while it lives.
    pub fn sid_of(&self, leg: LegId) -> Option<CallSid> {
        self.desk.legs.get(&leg).copied()
    }

    /// True if nothing at all is remembered.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
            && self.arrivals.is_empty()
            && self.queue.is_empty()
            && self.desk.timers.is_empty()
            && self.desk.legs.is_empty()
            && self.desk.fetches.is_empty()
            && self.desk.lookups.is_empty()
            && self.desk.work.is_empty()
            && self.desk.notices.is_empty()
            && self.desk.calls == 0
    }

    fn command(&mut self, now: Time, command: Command, out: &mut Vec<Effect>) {
        match command {
            Command::Create {
                ask,
                call,
                calls_per_second,
            } => self.create(now, ask, *call, calls_per_second, out),
            Command::Update {
                ask,
                account,
                call: sid,
                update,
            } => {
                if let Some(result) = self.update_waiting(now, (account, sid), &update, out) {
                    return out.push(Effect::Reply { ask, result });
                }
                self.change(now, ask, (account, sid), out, |call, turn| {
                    let result = call.update(update, turn);
                    call.settle(turn);
                    result.map(|()| Granted::Call(Box::new(call.row.clone())))
                });
            }
            Command::Record {
                ask,
                account,
                call,
                record,
            } => self.change(now, ask, (account, call), out, |call, turn| {
                call.record(record, turn)
            }),
            Command::ChangeRecording {
                ask,
                account,
                call,
                recording,
                change,
            } => self.change(now, ask, (account, call), out, |call, turn| {
                call.change_recording(recording, change, turn)
            }),
            Command::Forget { ask, call } => {
                let lives = self.calls.get(&call).is_some_and(|call| !call.is_told());
                let code = if lives || self.queue.find(call).is_some() {
                    ErrorCode::CALL_NOT_COMPLETE
                } else {
                    ErrorCode::NOT_FOUND
                };
                out.push(Effect::Reply {
                    ask,
                    result: Err(Refusal::of(code)),
                });
            }
        }
    }

    /// Lets a live call do what the API asks, answers, and lets it settle.
    fn change(
        &mut self,
        now: Time,
        ask: AskId,
        (account, sid): (AccountSid, CallSid),
        out: &mut Vec<Effect>,
        act: impl FnOnce(&mut Call, &mut Turn<'_>) -> Result<Granted, Refusal>,
    ) {
        let known = self
            .calls
            .get_mut(&sid)
            .filter(|call| call.row.account == account);
        let Some(call) = known else {
            let result = Err(Refusal::of(ErrorCode::NOT_FOUND));
            return out.push(Effect::Reply { ask, result });
        };
        let turn = &mut Turn {
            now,
            desk: &mut self.desk,
            out,
        };
        let result = act(call, turn);
        out.push(Effect::Reply { ask, result });
        self.settle(now, sid, out);
    }

    /// A call leaves at once if its account's rate allows it, else it waits. Far ends' rates are
    /// no matter here: who creates calls is held to the rate of the account alone.
    fn create(
        &mut self,
        now: Time,
        ask: AskId,
        call: NewCall,
        calls_per_second: u32,
        out: &mut Vec<Effect>,
    ) {
        let account = call.account;
        let room = self.door.has_room(&self.desk);
        let passes = self.queue.passes(now, account, calls_per_second, room);
        let waiting = Waiting {
            sid: CallSid::draw(&mut self.desk.chance),
            created: now,
            updated: now,
            queue_time_ms: if passes {
                0
            } else {
                self.queue.wait_ms(now, account)
            },
            call,
        };
        let row = Box::new(call::row_of(&waiting));
        if passes {
            out.push(Effect::Save(Row::Call(row.clone())));
            out.push(Effect::Reply {
                ask,
                result: Ok(Granted::Call(row)),
            });
            return self.set_out(now, waiting, None, out);
        }
        let (sid, call) = (waiting.sid, waiting.call.clone());
        let result = match self.queue.join(now, waiting) {
            Ok(place) => {
                out.push(Effect::Save(Row::Call(row.clone())));
                let kept = Box::new(WaitingCall { place, sid, call });
                out.push(Effect::Save(Row::Waiting(kept)));
                Ok(Granted::Call(row))
            }
            Err(queue::Full) => Err(Refusal::of(ErrorCode::TOO_MANY_REQUESTS)),
        };
        out.push(Effect::Reply { ask, result });
    }

    /// A call's turn has come.
    fn set_out(&mut self, now: Time, waiting: Waiting, place: Option<u64>, out: &mut Vec<Effect>) {
        self.desk.calls += 1;
        let turn = &mut Turn {
            now,
            desk: &mut self.desk,
            out,
        };
        let sid = waiting.sid;
        let mut call = Call::created(waiting, turn);
        match place {
            Some(place) => call.set_out(place, turn),
            None => call.place(turn),
        }
        self.calls.insert(sid, call);
        self.settle(now, sid, out);
    }

    fn rejoin(&mut self, now: Time, row: &CallRow, waiting: WaitingCall, calls_per_second: u32) {
        if self.calls.contains_key(&waiting.sid) {
            return;
        }
        let WaitingCall { place, sid, call } = waiting;
        let waiting = Waiting {
            sid,
            created: row.date_created,
            updated: row.date_updated,
            queue_time_ms: row.queue_time_ms,
            call,
        };
        self.queue.rejoin(now, place, waiting, calls_per_second);
    }

    /// The API changes a call that waits; `None` if it is not one of those. What was never on
    /// its way has nothing to be told of: a call that is withdrawn ends without a callback.
    fn update_waiting(
        &mut self,
        now: Time,
        (account, sid): (AccountSid, CallSid),
        update: &Update,
        out: &mut Vec<Effect>,
    ) -> Option<Result<Granted, Refusal>> {
        let (place, waiting) = self.queue.find(sid)?;
        if waiting.call.account != account {
            return Some(Err(Refusal::of(ErrorCode::NOT_FOUND)));
        }
        if update.source.is_some() {
            return Some(Err(Refusal::of(ErrorCode::CALL_STATE)));
        }
        if let Some(secs) = update.time_limit_secs {
            waiting.call.time_limit_secs = secs;
            waiting.updated = now;
        }
        let mut row = Box::new(call::row_of(waiting));
        if update.status.is_some() {
            self.queue.withdraw(now, sid);
            row.status = CallStatus::Canceled;
            row.end_time = Some(now);
            row.duration_secs = Some(0);
            row.date_updated = now;
            out.push(Effect::Save(Row::Call(row.clone())));
            out.push(Effect::Save(Row::Left(place)));
            out.push(Effect::Gone(sid));
        } else if update.time_limit_secs.is_some() {
            let call = waiting.call.clone();
            out.push(Effect::Save(Row::Call(row.clone())));
            let kept = Box::new(WaitingCall { place, sid, call });
            out.push(Effect::Save(Row::Waiting(kept)));
        }
        Some(Ok(Granted::Call(row)))
    }

    fn offered(&mut self, now: Time, leg: LegId, offered: Box<Offered>, out: &mut Vec<Effect>) {
        if self.desk.legs.contains_key(&leg) {
            return;
        }
        let turn = &mut Turn {
            now,
            desk: &mut self.desk,
            out,
        };
        if let Err(full) = self.door.receive(now, &offered, turn.desk.calls) {
            return route::refuse(leg, full.response(), turn);
        }
        let sid = CallSid::draw(&mut turn.desk.chance);
        turn.desk.calls += 1;
        turn.desk.legs.insert(leg, sid);
        let arrival = Arrival::new(sid, leg, offered, turn);
        self.arrivals.insert(sid, arrival);
    }

    fn found(&mut self, now: Time, lookup: LookupId, found: Found, out: &mut Vec<Effect>) {
        let Some(sid) = self.desk.lookups.answer(lookup.0) else {
            return;
        };
        let Some(arrival) = self.arrivals.get_mut(&sid) else {
            let ours = matches!(
                found,
                Found::Number(Some(_)) | Found::Suspended | Found::CallerId(true)
            );
            return self.with(now, sid, out, |call, turn| call.found(lookup, ours, turn));
        };
        let turn = &mut Turn {
            now,
            desk: &mut self.desk,
            out,
        };
        match arrival.found(lookup, found, turn) {
            Reception::Waiting => {}
            Reception::Refused => self.forget_arrival(sid),
            Reception::Call(call) => {
                self.arrivals.remove(&sid);
                self.calls.insert(sid, *call);
                self.settle(now, sid, out);
            }
        }
    }

    fn forget_arrival(&mut self, sid: CallSid) {
        if let Some(arrival) = self.arrivals.remove(&sid) {
            self.desk.forget(sid, arrival.leg);
        }
    }

    fn with(
        &mut self,
        now: Time,
        sid: CallSid,
        out: &mut Vec<Effect>,
        act: impl FnOnce(&mut Call, &mut Turn<'_>),
    ) {
        if let Some(call) = self.calls.get_mut(&sid) {
            act(
                call,
                &mut Turn {
                    now,
                    desk: &mut self.desk,
                    out,
                },
            );
            self.settle(now, sid, out);
        }
    }

    /// Lets a call settle, and then every relative it has left news for.
    fn settle(&mut self, now: Time, sid: CallSid, out: &mut Vec<Effect>) {
        self.settle_one(now, sid, out);
        while let Some(work) = self.desk.work.pop_front() {
            let turn = &mut Turn {
                now,
                desk: &mut self.desk,
                out,
            };
            let sid = match work {
                Work::Tell(sid, news) => {
                    let Some(call) = self.calls.get_mut(&sid) else {
                        continue;
                    };
                    call.news(news, turn);
                    sid
                }
                Work::Place(child) => {
                    let sid = child.sid;
                    let mut call = Call::dialled(*child, turn);
                    call.place(turn);
                    self.calls.insert(sid, call);
                    sid
                }
            };
            self.settle_one(now, sid, out);
        }
    }

    fn settle_one(&mut self, now: Time, sid: CallSid, out: &mut Vec<Effect>) {
        let Some(call) = self.calls.get_mut(&sid) else {
            return;
        };
        call.settle(&mut Turn {
            now,
            desk: &mut self.desk,
            out,
        });
        if call.is_over() {
            self.desk.forget(sid, call.leg());
            self.calls.remove(&sid);
            out.push(Effect::Gone(sid));
        }
    }
}
