//! The server transaction of every request but INVITE: RFC 3261 figure 8.
//!
//! ```text
//! Trying ─1xx→ Proceeding ─final→ Completed ─Timer J→ ∎
//! ```

use super::timer::{Armed, Owner, Timer};
use super::{Turn, User};
use crate::message::Code;
use crate::transport::Flow;

/// Where the transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Trying,
    Proceeding,
    Completed,
    Terminated,
}

/// One request of the far end's that is no INVITE.
#[derive(Debug)]
pub(crate) struct ServerOther {
    pub(super) user: User,
    pub(super) state: State,
    pub(super) flow: Flow,
    pub(super) armed: Armed<1>,
    /// The last response.
    last: Box<[u8]>,
}

impl ServerOther {
    /// A new request has come.
    pub(super) fn new(flow: Flow) -> ServerOther {
        ServerOther {
            user: User::Nobody,
            state: State::Trying,
            flow,
            armed: Armed::default(),
            last: Box::default(),
        }
    }

    /// Sends a response.
    pub(super) fn respond(&mut self, turn: &mut Turn<'_>, key: u64, code: Code, bytes: Vec<u8>) {
        if !matches!(self.state, State::Trying | State::Proceeding) {
            return;
        }
        if code.is_provisional() {
            self.state = State::Proceeding;
            self.last = bytes.as_slice().into();
        } else if self.flow.transport.is_reliable() {
            self.state = State::Terminated;
        } else {
            self.state = State::Completed;
            self.last = bytes.as_slice().into();
            let end = turn.now + turn.values.patience();
            turn.timers
                .set(&mut self.armed, Owner::Server(key), Timer::J, end);
        }
        turn.send(self.flow, bytes, self.user);
    }

    /// The request came once more.
    pub(super) fn hear_again(&mut self, turn: &mut Turn<'_>) {
        if !self.last.is_empty() {
            turn.send(self.flow, self.last.to_vec(), self.user);
        }
    }

    /// A timer of this transaction fired.
    pub(super) fn fire(&mut self, turn: &mut Turn<'_>, key: u64, timer: Timer) {
        turn.timers.stop(&mut self.armed, Owner::Server(key), timer);
        if timer == Timer::J {
            self.state = State::Terminated;
        }
    }
}
