//! An answered call: its ACK, what either side hangs up, and what the far end asks in between.
//! Changing the descriptions is `reoffer.rs`'s part, transfers are `transfer.rs`'s.

use super::digest::Tried;
use super::ending::Ending;
use super::transfer::Transfer;
use super::{Line, State};
use crate::dialog::Dialog;
use crate::dialog::offer::Exchange;
use crate::dialog::session_timer::Session;
use crate::message::{Code, Method, Request, Response};
use crate::stack::Stack;
use crate::transaction::timer::Timer;
use crate::transport::Flow;
use model::Span;
use model::signal::{SignalCommand, SignalEvent};

/// An answered call.
#[derive(Debug)]
pub(crate) struct Talk {
    pub(super) dialog: Dialog,
    /// Whether the call is ours: who waits longer when offers meet.
    pub(super) made_call: bool,
    pub(super) exchange: Exchange,
    pub(super) session: Option<Session>,
    /// Our 2xx that has no ACK yet.
    pub(super) unacked: Option<Unacked>,
    /// An offer that waits until nothing else is open.
    pub(super) queued: Option<String>,
    /// The re-INVITE or UPDATE that is out, for a 401.
    pub(super) asked: Option<Box<Request>>,
    pub(super) tried: Tried,
    pub(super) transfer: Transfer,
    /// Hung up by our side, and waiting for the ACK before BYE may leave (RFC 3261 §15).
    released: bool,
    /// Our INVITE's transaction, by which other forks may still answer.
    invite: Option<u64>,
}

/// A 2xx of ours that is repeated until its ACK (RFC 3261 §13.3.1.4).
#[derive(Debug)]
pub(crate) struct Unacked {
    pub(crate) number: u32,
    pub(crate) flow: Flow,
    pub(crate) bytes: Vec<u8>,
    pub(crate) interval: Span,
    /// Whether it answered the first INVITE.
    pub(crate) first: bool,
    /// Whether it brought our offer, so that the ACK brings the answer.
    pub(crate) awaits_answer: bool,
}

impl Talk {
    fn new(dialog: Dialog, made_call: bool, session: Option<Session>) -> Talk {
        Talk {
            dialog,
            made_call,
            exchange: Exchange::Idle,
            session,
            unacked: None,
            queued: None,
            asked: None,
            tried: Tried::default(),
            transfer: Transfer::default(),
            released: false,
            invite: None,
        }
    }

    /// The far end answered our call; the ACK has been sent.
    pub(crate) fn of_answer(
        line: &mut Line,
        stack: &mut Stack,
        dialog: Dialog,
        invite: u64,
        session: Option<Session>,
    ) -> Talk {
        let mut talk = Talk::new(dialog, true, session);
        talk.invite = Some(invite);
        talk.keep_alive(line, stack);
        talk
    }

    /// We answered the far end's call; the 200 has been sent once.
    pub(crate) fn of_offer(
        line: &mut Line,
        stack: &mut Stack,
        dialog: Dialog,
        unacked: Unacked,
        session: Option<Session>,
    ) -> Talk {
        let mut talk = Talk::new(dialog, false, session);
        talk.await_ack(line, stack, unacked);
        talk.keep_alive(line, stack);
        talk
    }

    /// Repeats a 2xx until its ACK comes.
    pub(super) fn await_ack(&mut self, line: &mut Line, stack: &mut Stack, unacked: Unacked) {
        line.arm(stack, Timer::Answer, unacked.interval);
        line.arm(stack, Timer::AnswerEnd, stack.config.timers.patience());
        self.unacked = Some(unacked);
    }

    /// Starts the session timers anew.
    pub(super) fn keep_alive(&mut self, line: &mut Line, stack: &mut Stack) {
        line.disarm(stack, Timer::Refresh);
        line.disarm(stack, Timer::Expire);
        if let Some(session) = self.session {
            if session.ours {
                line.arm(stack, Timer::Refresh, session.refresh_after());
            }
            line.arm(stack, Timer::Expire, session.expire_after());
        }
    }

    /// Carries out what call control asks.
    pub(crate) fn command(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        command: SignalCommand,
    ) -> Option<State> {
        match command {
            SignalCommand::Release if self.unacked.is_some() => {
                self.released = true;
                self.queued = None;
                None
            }
            SignalCommand::Release => self.hang_up(line, stack),
            SignalCommand::Offer { sdp } => {
                self.queued = Some(sdp);
                self.settle(line, stack);
                None
            }
            SignalCommand::Reply { sdp } => {
                self.reply(line, stack, sdp);
                None
            }
            SignalCommand::Refer { to } => {
                self.refer(line, stack, to);
                None
            }
            SignalCommand::AnswerRefer { code } => {
                self.answer_refer(line, stack, code);
                None
            }
            SignalCommand::Report { code } => {
                self.report(line, stack, code);
                None
            }
            SignalCommand::Invite(_)
            | SignalCommand::Ring { .. }
            | SignalCommand::Answer { .. }
            | SignalCommand::Refuse { .. } => None,
        }
    }

    /// Ends the call from our side; what the far end still waits for is refused.
    pub(super) fn hang_up(&mut self, line: &mut Line, stack: &mut Stack) -> Option<State> {
        self.drop_received(stack);
        self.end_transfer(line, stack);
        line.disarm_all(stack);
        let ending = Ending::begin(line, stack, self.dialog.clone());
        Some(State::Ending(Box::new(ending)))
    }

    /// The far end is gone: call control is told, and a BYE goes out in case it is not.
    pub(super) fn give_up(&mut self, line: &mut Line, stack: &mut Stack) -> Option<State> {
        self.tell_released(line, stack);
        self.hang_up(line, stack)
    }

    fn tell_released(&self, line: &Line, stack: &mut Stack) {
        if !self.released {
            stack.tell(line.id, SignalEvent::Released { canceled: false });
        }
    }

    fn drop_received(&mut self, stack: &mut Stack) {
        if let Some(received) = self.exchange.take_received() {
            let mut response = received.template;
            response.code = Code::REQUEST_TERMINATED;
            stack.respond(received.key, &response);
        }
    }

    /// Takes in an ACK.
    pub(crate) fn acknowledged(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        ack: &Request,
    ) -> Option<State> {
        let number = ack.headers.cseq().ok()?.number;
        let unacked = self.unacked.take_if(|unacked| unacked.number == number)?;
        line.disarm(stack, Timer::Answer);
        line.disarm(stack, Timer::AnswerEnd);
        if self.released {
            return self.hang_up(line, stack);
        }
        let answer = super::description(&ack.headers, &ack.body).ok().flatten();
        let sdp = answer.filter(|_| unacked.awaits_answer);
        if unacked.first {
            stack.tell(line.id, SignalEvent::Acknowledged { sdp });
        } else if unacked.awaits_answer {
            stack.tell(line.id, SignalEvent::Reanswered { sdp });
        }
        self.settle(line, stack);
        self.refer_now(line, stack);
        None
    }

    /// Takes in a response.
    pub(crate) fn hear(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        client: u64,
        response: &Response,
    ) -> Option<State> {
        if Some(client) == self.invite {
            if response.code.is_success() {
                // Another fork answered too (RFC 3261 §13.2.2.4).
                stack.decline_answer(client, response, self.dialog.flow);
            }
            return None;
        }
        if self.hear_transfer(line, stack, client, response) {
            return None;
        }
        self.hear_offer(line, stack, client, response)
    }

    /// A request of ours got no answer, or could not leave: where it was to change the call,
    /// there is no dialog without the far end (RFC 3261 §12.2.1.2).
    pub(crate) fn fail(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        client: u64,
        code: Code,
    ) -> Option<State> {
        if self.fail_transfer(line, stack, client, code) {
            return None;
        }
        self.exchange.take_offered(client)?;
        self.give_up(line, stack)
    }

    /// Takes in a request.
    pub(crate) fn request(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        key: u64,
        request: Request,
    ) -> Option<State> {
        if request.method == Method::Cancel {
            self.cancel_received(line, stack, key, &request);
            return None;
        }
        if !super::within::in_order(stack, &mut self.dialog, key, &request) {
            return None;
        }
        match request.method {
            Method::Bye => {
                stack.refuse(key, &request, Code::OK);
                self.drop_received(stack);
                self.drop_transfer(line, stack);
                self.tell_released(line, stack);
                Some(State::Ended)
            }
            Method::Invite | Method::Update => {
                self.hear_reoffer(line, stack, key, &request);
                None
            }
            Method::Refer => {
                self.hear_refer(line, stack, key, request);
                None
            }
            Method::Notify => {
                self.hear_notify(line, stack, key, &request);
                None
            }
            _ => {
                super::within::answer(line, stack, key, &request);
                None
            }
        }
    }

    fn cancel_received(&mut self, line: &mut Line, stack: &mut Stack, key: u64, request: &Request) {
        let mut response = Response::to(request, Code::OK);
        response.set_to_tag(&line.tag);
        stack.respond(key, &response);
        let pending = stack.transactions.invite_of(request);
        let same = |exchange: &Exchange| match exchange {
            Exchange::Received(received) => Some(received.key) == pending,
            _ => false,
        };
        if same(&self.exchange) {
            line.disarm(stack, Timer::Remind);
            self.drop_received(stack);
            self.settle(line, stack);
        }
    }

    /// A timer fired.
    pub(crate) fn fire(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        timer: Timer,
    ) -> Option<State> {
        match timer {
            Timer::Answer => {
                let t2 = stack.config.timers.t2;
                let unacked = self.unacked.as_mut()?;
                stack
                    .wire
                    .send(unacked.flow, unacked.bytes.clone(), Some(line.id));
                unacked.interval = Span((unacked.interval.0 * 2).min(t2.0));
                let interval = unacked.interval;
                line.arm(stack, Timer::Answer, interval);
                None
            }
            // Our answer was never acknowledged (RFC 3261 §13.3.1.4).
            Timer::AnswerEnd => self.give_up(line, stack),
            Timer::Expire => self.give_up(line, stack),
            Timer::Refresh => {
                self.refresh(line, stack);
                None
            }
            Timer::Reoffer => {
                self.offer_again(line, stack);
                None
            }
            Timer::Remind => {
                self.reply(line, stack, None);
                None
            }
            _ => None,
        }
    }
}
