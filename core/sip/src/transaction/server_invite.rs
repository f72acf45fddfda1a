//! The server INVITE transaction: RFC 3261 figure 7 with RFC 6026.
//!
//! ```text
//! Proceeding ─2xx→ Accepted ─Timer L→ ∎
//!      └──3xx–6xx→ Completed ─ACK→ Confirmed ─Timer I→ ∎
//!                      └─Timer H→ ∎
//! ```

use super::timer::{Armed, Owner, Timer};
use super::{Turn, User};
use crate::message::Code;
use crate::transport::Flow;
use model::Span;

/// Where the transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Proceeding,
    Completed,
    Confirmed,
    Accepted,
    Terminated,
}

/// One INVITE of the far end's.
#[derive(Debug)]
pub(crate) struct ServerInvite {
    pub(super) user: User,
    pub(super) state: State,
    pub(super) flow: Flow,
    /// The key under which a second way of the same request is told (RFC 3261 §8.2.2.2).
    pub(super) merge: Option<u64>,
    pub(super) armed: Armed<2>,
    interval: Span,
    /// The last response.
    last: Box<[u8]>,
}

impl ServerInvite {
    /// A new INVITE has come.
    pub(super) fn new(flow: Flow, merge: Option<u64>) -> ServerInvite {
        ServerInvite {
            user: User::Nobody,
            state: State::Proceeding,
            flow,
            merge,
            armed: Armed::default(),
            interval: Span::ZERO,
            last: Box::default(),
        }
    }

    /// Sends a response. A 2xx is sent once: repeating it is its sender's business (RFC 6026).
    pub(super) fn respond(&mut self, turn: &mut Turn<'_>, key: u64, code: Code, bytes: Vec<u8>) {
        match self.state {
            State::Proceeding if code.is_provisional() => {
                self.last = bytes.as_slice().into();
            }
            State::Proceeding if code.is_success() => {
                self.state = State::Accepted;
                self.last = Box::default();
                let end = turn.now + turn.values.patience();
                turn.timers
                    .set(&mut self.armed, Owner::Server(key), Timer::L, end);
            }
            State::Proceeding => {
                self.state = State::Completed;
                self.last = bytes.as_slice().into();
                let owner = Owner::Server(key);
                if !self.flow.transport.is_reliable() {
                    self.interval = turn.values.t1;
                    let at = turn.now + self.interval;
                    turn.timers.set(&mut self.armed, owner, Timer::G, at);
                }
                let end = turn.now + turn.values.patience();
                turn.timers.set(&mut self.armed, owner, Timer::H, end);
            }
            State::Accepted if code.is_success() => {}
            _ => return,
        }
        turn.send(self.flow, bytes, self.user);
    }

    /// The INVITE came once more.
    pub(super) fn hear_again(&mut self, turn: &mut Turn<'_>) {
        if matches!(self.state, State::Proceeding | State::Completed) && !self.last.is_empty() {
            turn.send(self.flow, self.last.to_vec(), self.user);
        }
    }

    /// The ACK of a refusal came.
    pub(super) fn hear_ack(&mut self, turn: &mut Turn<'_>, key: u64) {
        if self.state != State::Completed {
            return;
        }
        turn.timers.stop_all(&mut self.armed, Owner::Server(key));
        self.last = Box::default();
        if self.flow.transport.is_reliable() {
            self.state = State::Terminated;
            return;
        }
        self.state = State::Confirmed;
        let end = turn.now + turn.values.t4;
        turn.timers
            .set(&mut self.armed, Owner::Server(key), Timer::I, end);
    }

    /// A timer of this transaction fired.
    pub(super) fn fire(&mut self, turn: &mut Turn<'_>, key: u64, timer: Timer) {
        turn.timers.stop(&mut self.armed, Owner::Server(key), timer);
        match (timer, self.state) {
            (Timer::G, State::Completed) => {
                turn.send(self.flow, self.last.to_vec(), self.user);
                self.interval = Span((self.interval.0 * 2).min(turn.values.t2.0));
                let at = turn.now + self.interval;
                turn.timers
                    .set(&mut self.armed, Owner::Server(key), Timer::G, at);
            }
            (Timer::H, State::Completed) => {
                turn.timers.stop_all(&mut self.armed, Owner::Server(key));
                self.state = State::Terminated;
            }
            (Timer::I, State::Confirmed) | (Timer::L, State::Accepted) => {
                self.state = State::Terminated;
            }
            _ => {}
        }
    }
}
