//! We are called: 100, 18x, 200 until its ACK, refusals, and CANCEL (RFC 3261 §13.3, §9.2).

use super::talk::{Talk, Unacked};
use super::{Line, SDP, State};
use crate::dialog::Dialog;
use crate::dialog::reliable::Sending;
use crate::dialog::session_timer::Session;
use crate::message::{Code, HeaderName, Method, Request, Response};
use crate::stack::Stack;
use crate::transaction::timer::Timer;
use crate::transport::Flow;
use model::signal::{SignalCommand, SignalEvent};
use model::{Span, limit};

/// A call to us that we have not answered yet.
#[derive(Debug)]
pub(crate) struct Offering {
    /// The INVITE's transaction.
    pub(crate) key: u64,
    flow: Flow,
    dialog: Dialog,
    number: u32,
    /// What every response begins with: the echoed headers, our tag, Record-Route.
    template: Response,
    /// Whether the INVITE brought an offer.
    offers: bool,
    session: Option<Session>,
    /// The last provisional response, for reminders.
    last: Vec<u8>,
    /// Provisional responses go reliably (RFC 3262).
    reliable: Option<Sending>,
    /// The answer waits for a PRACK (RFC 3262 §3).
    answer: Option<String>,
}

/// A proxy may give up a call it has heard nothing of for three minutes (RFC 3261 §13.3.1.1).
const REMIND: Span = Span::from_secs(60);

impl Offering {
    /// A call to us, told 100 already.
    pub(crate) fn new(
        line: &mut Line,
        stack: &mut Stack,
        key: u64,
        request: &Request,
        flow: Flow,
        session: Option<Session>,
    ) -> Option<Offering> {
        let mut template = Response::to(request, Code::RINGING);
        template.set_to_tag(&line.tag);
        template
            .headers
            .copy(&request.headers, HeaderName::RecordRoute);
        let server = &stack.config.user_agent;
        template.headers.push(HeaderName::Server, server);
        let local = template.headers.value(HeaderName::To)?.to_owned();
        let dialog = Dialog::of_request(request, &local, flow)?;
        let number = dialog.remote_seq.unwrap_or(0);
        let must = request.headers.requires("100rel");
        let may = stack.config.reliable && request.headers.supports("100rel");
        let reliable =
            (must || may).then(|| Sending::new(stack.chance.next_u64() as u32 >> 1, number));
        line.arm(stack, Timer::Remind, REMIND);
        // Call control bounds its own waiting; this bound stands behind it.
        let bound = Span::from_secs(u64::from(limit::RING_SECS_MAX) + 60);
        line.arm(stack, Timer::Ring, bound);
        Some(Offering {
            key,
            flow,
            dialog,
            number,
            template,
            offers: !request.body.is_empty(),
            session,
            last: Vec::new(),
            reliable,
            answer: None,
        })
    }

    /// Whether the far end's requests come by the way the INVITE came, as from behind a NAT.
    pub(crate) fn pin(&mut self) {
        self.dialog.pinned = true;
    }

    /// Carries out what call control asks.
    pub(crate) fn command(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        command: SignalCommand,
    ) -> Option<State> {
        match command {
            SignalCommand::Ring { sdp } => {
                // A description in a provisional response answers an offer; without one there
                // is nothing to answer, and ours is kept for the 200.
                let sdp = sdp.filter(|_| self.offers);
                let code = if sdp.is_some() { 183 } else { 180 };
                self.ring(line, stack, code, sdp);
                None
            }
            SignalCommand::Answer { sdp } => {
                if self.answer.is_some() {
                    return None;
                }
                match &self.reliable {
                    Some(reliable) if reliable.is_out() => {
                        self.answer = Some(sdp);
                        None
                    }
                    _ => self.accept(line, stack, sdp),
                }
            }
            SignalCommand::Refuse { code, headers } => {
                let code = Code::new(code).filter(|code| code.number() >= 300);
                let code = code.unwrap_or(Code::TEMPORARILY_UNAVAILABLE);
                self.refuse(stack, code, &headers)
            }
            SignalCommand::Release => self.refuse(stack, Code::REQUEST_TERMINATED, &[]),
            SignalCommand::Invite(_)
            | SignalCommand::Offer { .. }
            | SignalCommand::Reply { .. }
            | SignalCommand::Refer { .. }
            | SignalCommand::AnswerRefer { .. }
            | SignalCommand::Report { .. } => None,
        }
    }

    fn ring(&mut self, line: &mut Line, stack: &mut Stack, code: u16, sdp: Option<String>) {
        let mut response = self.template.clone();
        response.code = Code::new(code).unwrap_or(Code::RINGING);
        stack.present(&mut response.headers, &self.flow);
        if let Some(reliable) = &mut self.reliable {
            if reliable.is_out() {
                reliable.waiting.push_back((code, sdp));
                return;
            }
            response.headers.push(HeaderName::Require, "100rel");
            response.headers.push(HeaderName::RSeq, reliable.number());
        }
        if let Some(sdp) = sdp {
            response.set_body(SDP, sdp);
        }
        let bytes = response.to_bytes();
        if let Some(reliable) = &mut self.reliable {
            let t1 = stack.config.timers.t1;
            reliable.sent(bytes.clone(), t1);
            line.arm(stack, Timer::Reliable, t1);
            let end = stack.config.timers.patience();
            line.arm(stack, Timer::ReliableEnd, end);
        }
        stack.respond_bytes(self.key, response.code, bytes.clone());
        self.last = bytes;
    }

    fn accept(&mut self, line: &mut Line, stack: &mut Stack, sdp: String) -> Option<State> {
        let mut response = std::mem::replace(&mut self.template, Response::new(Code::OK));
        response.code = Code::OK;
        stack.present(&mut response.headers, &self.flow);
        if let Some(session) = &self.session {
            session.confirm(&mut response.headers);
        }
        line.sdp = sdp.clone();
        response.set_body(SDP, sdp);
        let bytes = response.to_bytes();
        line.disarm_all(stack);
        let flow = stack.transactions.flow_of(self.key).unwrap_or(self.flow);
        stack.respond_bytes(self.key, Code::OK, bytes.clone());
        let unacked = Unacked {
            number: self.number,
            flow,
            bytes,
            interval: stack.config.timers.t1,
            first: true,
            awaits_answer: !self.offers,
        };
        let dialog = self.dialog.clone();
        let talk = Talk::of_offer(line, stack, dialog, unacked, self.session);
        Some(State::Talk(Box::new(talk)))
    }

    fn refuse(
        &mut self,
        stack: &mut Stack,
        code: Code,
        headers: &[(String, String)],
    ) -> Option<State> {
        let mut response = self.template.clone();
        response.code = code;
        for (name, value) in headers {
            // A header that cannot stand on a line is left out rather than sent broken.
            let _ = response.headers.push_named(name, value);
        }
        stack.respond(self.key, &response);
        Some(State::Ended)
    }

    /// The caller gave up: 487 to the INVITE, whoever is told knows.
    fn give_up(&mut self, line: &Line, stack: &mut Stack) -> Option<State> {
        stack.tell(line.id, SignalEvent::Released { canceled: true });
        self.refuse(stack, Code::REQUEST_TERMINATED, &[])
    }

    /// Takes in a request that means this call: CANCEL, BYE, PRACK, UPDATE …
    pub(crate) fn request(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        key: u64,
        request: &Request,
    ) -> Option<State> {
        match request.method {
            Method::Cancel => {
                // RFC 3261 §9.2: the To tag of the CANCEL's 200 should be the INVITE's.
                let mut response = Response::to(request, Code::OK);
                response.set_to_tag(&line.tag);
                stack.respond(key, &response);
                self.give_up(line, stack)
            }
            Method::Bye => {
                // A caller may end an early dialog so (RFC 3261 §15).
                stack.refuse(key, request, Code::OK);
                self.give_up(line, stack)
            }
            Method::Prack => self.hear_prack(line, stack, key, request),
            _ => {
                super::within::answer_early(line, stack, &mut self.dialog, key, request);
                None
            }
        }
    }

    fn hear_prack(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        key: u64,
        request: &Request,
    ) -> Option<State> {
        let rack = request.headers.rack().ok();
        let confirmed = match (&mut self.reliable, &rack) {
            (Some(reliable), Some(rack)) => reliable.confirmed(rack),
            _ => false,
        };
        if let Ok(cseq) = request.headers.cseq() {
            self.dialog.accepts(cseq.number);
        }
        if !confirmed {
            stack.refuse(key, request, Code::CALL_DOES_NOT_EXIST);
            return None;
        }
        line.disarm(stack, Timer::Reliable);
        line.disarm(stack, Timer::ReliableEnd);
        // A new offer in PRACK would want an answer we cannot have yet (RFC 3262 §5).
        let code = match request.body.is_empty() {
            true => Code::OK,
            false => Code::NOT_ACCEPTABLE_HERE,
        };
        stack.refuse(key, request, code);
        let waiting = self
            .reliable
            .as_mut()
            .and_then(|one| one.waiting.pop_front());
        match (self.answer.take(), waiting) {
            (Some(sdp), _) => self.accept(line, stack, sdp),
            (None, Some((code, sdp))) => {
                self.ring(line, stack, code, sdp);
                None
            }
            (None, None) => None,
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
            Timer::Remind => {
                if !self.last.is_empty() && self.reliable.is_none() {
                    stack.respond_bytes(self.key, Code::RINGING, self.last.clone());
                }
                line.arm(stack, Timer::Remind, REMIND);
                None
            }
            Timer::Reliable => {
                let reliable = self.reliable.as_mut()?;
                let bytes = reliable.bytes()?.to_vec();
                reliable.interval = Span(reliable.interval.0 * 2);
                let interval = reliable.interval;
                stack.respond_bytes(self.key, Code::SESSION_PROGRESS, bytes);
                line.arm(stack, Timer::Reliable, interval);
                None
            }
            Timer::ReliableEnd => {
                stack.tell(line.id, SignalEvent::Released { canceled: false });
                self.refuse(stack, Code::SERVER_TIMEOUT, &[])
            }
            Timer::Ring => {
                stack.tell(line.id, SignalEvent::Released { canceled: false });
                self.refuse(stack, Code::TEMPORARILY_UNAVAILABLE, &[])
            }
            _ => None,
        }
    }
}
