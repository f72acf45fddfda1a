//! The client transaction of every request but INVITE: RFC 3261 figure 6.
//!
//! ```text
//! Trying ─1xx→ Proceeding ─final→ Completed ─Timer K→ ∎
//!    └──────────────┴─Timer F, transport error→ ∎
//! ```

use super::timer::{Armed, Owner, Timer};
use super::{Heard, Turn, User};
use crate::message::{Request, Response};
use crate::transport::Flow;
use model::Span;

/// Where the transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Trying,
    Proceeding,
    Completed,
    Terminated,
}

/// One request of ours that is no INVITE.
#[derive(Debug)]
pub(crate) struct ClientOther {
    pub(super) user: User,
    pub(super) state: State,
    pub(super) flow: Flow,
    pub(super) nonce: u32,
    pub(super) armed: Armed<2>,
    interval: Span,
    /// The request while it is repeated.
    sent: Box<[u8]>,
}

impl ClientOther {
    /// Sends the request.
    pub(super) fn start(
        turn: &mut Turn<'_>,
        id: u64,
        user: User,
        flow: Flow,
        nonce: u32,
        request: &Request,
    ) -> ClientOther {
        let bytes = request.to_bytes();
        let mut transaction = ClientOther {
            user,
            state: State::Trying,
            flow,
            nonce,
            armed: Armed::default(),
            interval: turn.values.t1,
            sent: Box::default(),
        };
        let owner = Owner::Client(id);
        if !flow.transport.is_reliable() {
            transaction.sent = bytes.as_slice().into();
            let at = turn.now + transaction.interval;
            turn.timers.set(&mut transaction.armed, owner, Timer::E, at);
        }
        let end = turn.now + turn.values.patience();
        turn.timers
            .set(&mut transaction.armed, owner, Timer::F, end);
        turn.send(flow, bytes, user);
        transaction
    }

    /// Takes in a response.
    pub(super) fn hear(&mut self, turn: &mut Turn<'_>, id: u64, response: Response, flow: Flow) {
        if !matches!(self.state, State::Trying | State::Proceeding) {
            return;
        }
        if response.code.is_provisional() {
            self.state = State::Proceeding;
        } else {
            self.complete(turn, id);
        }
        turn.heard.push_back(Heard::Response {
            user: self.user,
            client: id,
            response,
            flow,
        });
    }

    /// A timer of this transaction fired.
    pub(super) fn fire(&mut self, turn: &mut Turn<'_>, id: u64, timer: Timer) {
        turn.timers.stop(&mut self.armed, Owner::Client(id), timer);
        match (timer, self.state) {
            (Timer::E, State::Trying | State::Proceeding) => {
                turn.send(self.flow, self.sent.to_vec(), self.user);
                let doubled = Span((self.interval.0 * 2).min(turn.values.t2.0));
                self.interval = match self.state {
                    State::Trying => doubled,
                    _ => turn.values.t2,
                };
                let at = turn.now + self.interval;
                turn.timers
                    .set(&mut self.armed, Owner::Client(id), Timer::E, at);
            }
            (Timer::F, State::Trying | State::Proceeding) => {
                turn.timers.stop_all(&mut self.armed, Owner::Client(id));
                self.state = State::Terminated;
                turn.heard.push_back(Heard::TimedOut {
                    user: self.user,
                    client: id,
                });
            }
            (Timer::K, State::Completed) => self.state = State::Terminated,
            _ => {}
        }
    }

    /// The way to the far end is gone (RFC 3261 §17.1.4).
    pub(super) fn break_off(&mut self, turn: &mut Turn<'_>, id: u64) {
        if matches!(self.state, State::Trying | State::Proceeding) {
            self.state = State::Terminated;
            turn.heard.push_back(Heard::Broken {
                user: self.user,
                client: id,
            });
        }
    }

    fn complete(&mut self, turn: &mut Turn<'_>, id: u64) {
        turn.timers.stop_all(&mut self.armed, Owner::Client(id));
        self.sent = Box::default();
        if self.flow.transport.is_reliable() {
            self.state = State::Terminated;
            return;
        }
        self.state = State::Completed;
        let end = turn.now + turn.values.t4;
        turn.timers
            .set(&mut self.armed, Owner::Client(id), Timer::K, end);
    }
}
