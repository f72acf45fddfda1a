//! The client INVITE transaction: RFC 3261 figure 5 with RFC 6026.
//!
//! ```text
//! Calling ─1xx→ Proceeding ─2xx→ Accepted ─Timer M→ ∎
//!    │              └──3xx–6xx→ Completed ─Timer D→ ∎
//!    └─Timer B, transport error→ ∎
//! ```
//!
//! One that is given up before its final response (by its user, or by Timer B) has no user from
//! then on, is repeated no more, and lives on in Calling or Proceeding: the far end may have heard
//! of it all the same, and what it says late is answered instead of dropped.

use super::timer::{Armed, Owner, Timer};
use super::{Heard, Turn, User};
use crate::message::{HeaderName, Method, Request, Response};
use crate::transport::Flow;
use model::Span;

/// Where the transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Calling,
    Proceeding,
    Completed,
    Accepted,
    Terminated,
}

/// One INVITE of ours.
#[derive(Debug)]
pub(crate) struct ClientInvite {
    pub(super) user: User,
    pub(super) state: State,
    pub(super) flow: Flow,
    pub(super) nonce: u32,
    pub(super) armed: Armed<2>,
    interval: Span,
    /// A re-INVITE: no person is asked, so its answer is not waited for longer than any other's,
    /// provisional responses or not.
    is_within: bool,
    /// Nobody waits for its answer any more.
    given_up: bool,
    /// Its CANCEL has left.
    canceled: bool,
    /// The INVITE while it is repeated, then the ACK of a refusal.
    sent: Box<[u8]>,
    /// The ACK to be, with the To of the INVITE; also what a CANCEL is made from.
    template: Option<Box<Request>>,
    /// The ACKs of the 2xx, by To tag, to be repeated whenever a 2xx is.
    acks: Vec<(Box<str>, Flow, Box<[u8]>)>,
}

impl ClientInvite {
    /// Sends the INVITE.
    pub(super) fn start(
        turn: &mut Turn<'_>,
        id: u64,
        user: User,
        flow: Flow,
        nonce: u32,
        request: &Request,
    ) -> ClientInvite {
        let bytes = request.to_bytes();
        let mut transaction = ClientInvite {
            user,
            state: State::Calling,
            flow,
            nonce,
            armed: Armed::default(),
            interval: turn.values.t1,
            is_within: request.headers.to().is_ok_and(|to| to.tag().is_some()),
            given_up: false,
            canceled: false,
            sent: bytes.as_slice().into(),
            template: Some(Box::new(template(request))),
            acks: Vec::new(),
        };
        let owner = Owner::Client(id);
        if !flow.transport.is_reliable() {
            let at = turn.now + transaction.interval;
            turn.timers.set(&mut transaction.armed, owner, Timer::A, at);
        } else {
            transaction.sent = Box::default();
        }
        let end = turn.now + turn.values.patience();
        turn.timers
            .set(&mut transaction.armed, owner, Timer::B, end);
        turn.send(flow, bytes, user);
        transaction
    }

    /// Takes in a response.
    pub(super) fn hear(&mut self, turn: &mut Turn<'_>, id: u64, response: Response, flow: Flow) {
        let code = response.code;
        match self.state {
            State::Calling | State::Proceeding if code.is_provisional() => {
                let first = self.state == State::Calling;
                self.state = State::Proceeding;
                self.sent = Box::default();
                if first {
                    turn.timers.stop_all(&mut self.armed, Owner::Client(id));
                }
                // Who rings late has 64·T1 to answer the CANCEL (RFC 3261 §9.1), and no longer
                // for ringing again.
                if self.is_within || (self.given_up && first) {
                    let end = turn.now + turn.values.patience();
                    turn.timers
                        .set(&mut self.armed, Owner::Client(id), Timer::B, end);
                }
                self.pass(turn, id, response, flow);
            }
            State::Calling | State::Proceeding if code.is_success() => {
                turn.timers.stop_all(&mut self.armed, Owner::Client(id));
                self.state = State::Accepted;
                self.sent = Box::default();
                self.template = None;
                let end = turn.now + turn.values.patience();
                turn.timers
                    .set(&mut self.armed, Owner::Client(id), Timer::M, end);
                self.pass(turn, id, response, flow);
            }
            State::Calling | State::Proceeding => {
                turn.timers.stop_all(&mut self.armed, Owner::Client(id));
                self.acknowledge(turn, &response);
                self.complete(turn, id);
                self.pass(turn, id, response, flow);
            }
            State::Completed if code.number() >= 300 && !self.sent.is_empty() => {
                turn.send(self.flow, self.sent.to_vec(), self.user);
            }
            State::Accepted if code.is_success() => self.hear_again(turn, id, response, flow),
            State::Completed | State::Accepted | State::Terminated => {}
        }
    }

    /// A timer of this transaction fired.
    pub(super) fn fire(&mut self, turn: &mut Turn<'_>, id: u64, timer: Timer) {
        turn.timers.stop(&mut self.armed, Owner::Client(id), timer);
        match (timer, self.state) {
            (Timer::A, State::Calling) => {
                turn.send(self.flow, self.sent.to_vec(), self.user);
                self.interval = Span(self.interval.0 * 2);
                let at = turn.now + self.interval;
                turn.timers
                    .set(&mut self.armed, Owner::Client(id), Timer::A, at);
            }
            (Timer::B, State::Calling | State::Proceeding) if self.given_up => {
                self.state = State::Terminated;
            }
            (Timer::B, State::Calling | State::Proceeding) => {
                turn.heard.push_back(Heard::TimedOut {
                    user: self.user,
                    client: id,
                });
                if self.is_within {
                    self.state = State::Terminated;
                } else {
                    self.give_up(turn, id);
                }
            }
            (Timer::D, State::Completed) | (Timer::M, State::Accepted) => {
                self.state = State::Terminated;
            }
            _ => {}
        }
    }

    /// Nobody waits for the final response any more. The INVITE may have come through all the
    /// same: it is kept for 64·T1 after Timer B, or after now if that has been stopped, so that a
    /// phone which rings or answers late is told (RFC 3261 §9.1, §13.2.2.4).
    pub(super) fn give_up(&mut self, turn: &mut Turn<'_>, id: u64) {
        if self.given_up || !self.is_pending() {
            return;
        }
        self.given_up = true;
        self.user = User::Nobody;
        self.sent = Box::default();
        let owner = Owner::Client(id);
        let end = self.armed.at(Timer::B).unwrap_or(turn.now);
        turn.timers.stop_all(&mut self.armed, owner);
        let end = end + turn.values.patience();
        turn.timers.set(&mut self.armed, owner, Timer::B, end);
    }

    /// Whether it lives only for what may come late.
    pub(super) fn is_late(&self) -> bool {
        self.given_up && self.is_pending()
    }

    /// The way to the far end is gone (RFC 3261 §17.1.4). What comes late may come by another.
    pub(super) fn break_off(&mut self, turn: &mut Turn<'_>, id: u64) {
        if self.state == State::Calling && !self.given_up {
            self.state = State::Terminated;
            turn.heard.push_back(Heard::Broken {
                user: self.user,
                client: id,
            });
        }
    }

    /// Whether no final response has come yet.
    fn is_pending(&self) -> bool {
        matches!(self.state, State::Calling | State::Proceeding)
    }

    /// The CANCEL of this INVITE (RFC 3261 §9.1): same branch, Route and CSeq number. Only once
    /// a provisional response has come, and only one.
    pub(super) fn cancel(&mut self) -> Option<Request> {
        if self.state != State::Proceeding || self.canceled {
            return None;
        }
        self.canceled = true;
        let mut request = Request::clone(self.template.as_deref()?);
        request.method = Method::Cancel;
        let number = request.headers.cseq().ok()?.number;
        request
            .headers
            .set(HeaderName::CSeq, format_args!("{number} CANCEL"));
        Some(request)
    }

    /// Keeps the ACK of the 2xx with this To tag, for when that 2xx comes again.
    pub(super) fn keep_ack(&mut self, tag: &str, flow: Flow, bytes: &[u8]) {
        if self.state == State::Accepted && self.acks.len() < FORKS_MAX {
            self.acks.push((tag.into(), flow, bytes.into()));
        }
    }

    /// A 2xx once more: acknowledged here if it has been before, else another fork's.
    fn hear_again(&mut self, turn: &mut Turn<'_>, id: u64, response: Response, flow: Flow) {
        let to = response.headers.to().ok();
        let tag = to.as_ref().and_then(|to| to.tag()).unwrap_or_default();
        match self.acks.iter().find(|(known, ..)| **known == *tag) {
            Some((_, ack_flow, bytes)) => turn.send(*ack_flow, bytes.to_vec(), self.user),
            None => self.pass(turn, id, response, flow),
        }
    }

    /// RFC 3261 §17.1.1.3: the ACK of a refusal is the transaction's own business.
    fn acknowledge(&mut self, turn: &mut Turn<'_>, response: &Response) {
        let Some(mut ack) = self.template.take() else {
            return;
        };
        if let Some(to) = response.headers.value(HeaderName::To) {
            ack.headers.set(HeaderName::To, to);
        }
        let bytes = ack.to_bytes();
        self.sent = bytes.as_slice().into();
        turn.send(self.flow, bytes, self.user);
    }

    fn complete(&mut self, turn: &mut Turn<'_>, id: u64) {
        if self.flow.transport.is_reliable() {
            self.state = State::Terminated;
            return;
        }
        self.state = State::Completed;
        let end = turn.now + turn.values.patience();
        turn.timers
            .set(&mut self.armed, Owner::Client(id), Timer::D, end);
    }

    fn pass(&self, turn: &mut Turn<'_>, id: u64, response: Response, flow: Flow) {
        turn.heard.push_back(Heard::Response {
            user: self.user,
            client: id,
            response,
            flow,
        });
    }
}

/// Answers of so many forks are acknowledged again; further ones are told to go at once each time.
const FORKS_MAX: usize = 8;

/// What an ACK takes over from its INVITE: Request-URI, Via, Route, From, Call-ID, CSeq number.
fn template(invite: &Request) -> Request {
    let mut ack = Request::new(Method::Ack, invite.uri.clone());
    if let Some(via) = invite.headers.elements(HeaderName::Via).next() {
        ack.headers.push(HeaderName::Via, via);
    }
    ack.headers.push(HeaderName::MaxForwards, 70);
    for name in [
        HeaderName::Route,
        HeaderName::From,
        HeaderName::To,
        HeaderName::CallId,
    ] {
        ack.headers.copy(&invite.headers, name);
    }
    let number = invite.headers.cseq().map_or(0, |cseq| cseq.number);
    ack.headers
        .push(HeaderName::CSeq, format_args!("{number} ACK"));
    ack
}
