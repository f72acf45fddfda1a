//! We call: INVITE, early dialogs, forked answers, the CANCEL race, ACK (RFC 3261 §13.2, §9.1).

use std::collections::VecDeque;
use std::net::SocketAddr;

use super::digest::Tried;
use super::talk::Talk;
use super::{Line, SDP, State, answer_of, passed_on};
use crate::config::{Next, Placement};
use crate::dialog::Dialog;
use crate::dialog::reliable;
use crate::dialog::session_timer::Session;
use crate::message::header::RAck;
use crate::message::{Code, HeaderName, Method, Request, Response};
use crate::stack::Stack;
use crate::transaction::timer::Timer;
use crate::transport::{Flow, Hop, Transport};
use model::signal::SignalEvent;
use model::{ErrorCode, Span, limit};

/// A call of ours that has no final answer yet.
#[derive(Debug)]
pub(crate) struct Calling {
    /// The INVITE, without Via and what depends on the way.
    invite: Request,
    number: u32,
    /// The transaction, once the INVITE has left.
    client: Option<u64>,
    flow: Option<Flow>,
    /// Further addresses to try (RFC 3263 §4.3).
    further: VecDeque<SocketAddr>,
    transport: Transport,
    host: Option<String>,
    ring: Span,
    /// How long an address may say nothing at all.
    unheard: Option<Span>,
    /// It goes wherever a SIP address of the customer's leads, not to a carrier we know.
    addressed: bool,
    early: Vec<Early>,
    /// A provisional response has come, so that a CANCEL may leave.
    proceeding: bool,
    /// Given up by our side, and the code that call control hears then.
    given_up: Option<u16>,
    tried: Tried,
    min_se: u32,
}

/// An early dialog: one place where it rings.
#[derive(Debug)]
struct Early {
    dialog: Dialog,
    /// The last reliable response's number.
    rseq: Option<u32>,
    /// The answer that came early, and whether reliably.
    answer: Option<(String, bool)>,
}

/// Headers that placements may not name: they are ours to write.
const RESERVED: [HeaderName; 13] = [
    HeaderName::Via,
    HeaderName::From,
    HeaderName::To,
    HeaderName::CallId,
    HeaderName::CSeq,
    HeaderName::Contact,
    HeaderName::MaxForwards,
    HeaderName::ContentLength,
    HeaderName::ContentType,
    HeaderName::RecordRoute,
    HeaderName::SessionExpires,
    HeaderName::MinSe,
    HeaderName::Require,
];

impl Calling {
    /// A call that waits for the way to its first hop.
    pub(crate) fn new(line: &Line, placement: Placement) -> Calling {
        let mut invite = Request::new(Method::Invite, placement.target);
        let headers = &mut invite.headers;
        headers.push(HeaderName::MaxForwards, placement.max_forwards);
        headers.push(HeaderName::From, placement.from.with_tag(&line.tag));
        headers.push(HeaderName::To, placement.to);
        headers.push(HeaderName::CallId, &line.call_id);
        headers.push(HeaderName::CSeq, "1 INVITE");
        for (name, value) in &placement.headers {
            let known = crate::message::HeaderName::parse(name);
            if known.is_none_or(|known| !RESERVED.contains(&known)) {
                // A header that cannot stand on a line is left out rather than sent broken.
                let _ = headers.push_named(name, value);
            }
        }
        invite.set_body(SDP, placement.sdp);
        let unheard = placement.unheard_secs;
        Calling {
            invite,
            number: 1,
            client: None,
            flow: None,
            further: VecDeque::new(),
            transport: Transport::Udp,
            host: None,
            ring: Span::from_secs(u64::from(placement.ring_secs_max.max(1))),
            unheard: unheard.map(|secs| Span::from_secs(u64::from(secs.max(1)))),
            addressed: placement.next == Next::Target,
            early: Vec::new(),
            proceeding: false,
            given_up: None,
            tried: Tried::default(),
            min_se: 0,
        }
    }

    /// The way is known: these addresses, one after the other.
    pub(crate) fn start(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        transport: Transport,
        addresses: impl IntoIterator<Item = SocketAddr>,
        host: Option<String>,
    ) -> Option<State> {
        self.transport = transport;
        self.further = addresses.into_iter().take(ADDRESSES_MAX).collect();
        self.host = host;
        if self.further.is_empty() && self.addressed {
            let (code, error) = (Code::SERVICE_UNAVAILABLE, ErrorCode::SIP_UNRESOLVED);
            return self.fail_as(line, stack, code, Vec::new(), "Host Not Found", Some(error));
        }
        self.next_address(line, stack, Code::SERVICE_UNAVAILABLE)
    }

    /// The way is known: this one.
    pub(crate) fn start_by(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        flow: Flow,
    ) -> Option<State> {
        self.send(line, stack, flow);
        None
    }

    /// Tries the next address; without one the call has failed.
    fn next_address(&mut self, line: &mut Line, stack: &mut Stack, code: Code) -> Option<State> {
        let transport = self.fitting(stack);
        while let Some(address) = self.further.pop_front() {
            let hop = Hop { transport, address };
            if let Some(flow) = stack.wire.flow_to(hop, self.host.as_deref()) {
                self.send(line, stack, flow);
                return None;
            }
        }
        self.fail_with(line, stack, code, Vec::new(), code.phrase())
    }

    /// What carries the INVITE: a datagram that would be cut into pieces goes by TCP instead,
    /// where that is wanted (RFC 3261 §18.1.1).
    fn fitting(&self, stack: &Stack) -> Transport {
        let large = || self.invite.to_bytes().len() + ADDED_BYTES > DATAGRAM_BYTES_MAX;
        if self.transport == Transport::Udp && stack.config.large_by_tcp && large() {
            return Transport::Tcp;
        }
        self.transport
    }

    fn send(&mut self, line: &mut Line, stack: &mut Stack, flow: Flow) {
        let mut invite = self.invite.clone();
        stack.present(&mut invite.headers, &flow);
        Session::ask(&mut invite.headers, &stack.config.session, self.min_se);
        self.flow = Some(flow);
        self.proceeding = false;
        self.early.clear();
        self.client = Some(stack.request(line.user(), &mut invite, flow));
        if !line.armed.has(Timer::Ring) {
            line.arm(stack, Timer::Ring, self.unheard.unwrap_or(self.ring));
        }
    }

    /// The same INVITE once more, with the next CSeq (RFC 3261 §8.1.3.5).
    fn send_again(&mut self, line: &mut Line, stack: &mut Stack) {
        self.number += 1;
        let number = self.number;
        self.invite
            .headers
            .set(HeaderName::CSeq, format_args!("{number} INVITE"));
        if let Some(flow) = self.flow {
            self.send(line, stack, flow);
        }
    }

    /// Gives the call up. The CANCEL is held until a provisional response has come.
    pub(crate) fn release(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        code: u16,
    ) -> Option<State> {
        if self.given_up.is_some() {
            return None;
        }
        self.given_up = Some(code);
        let Some(client) = self.client else {
            // Nothing has left yet.
            return self.finish(line, stack);
        };
        line.arm(stack, Timer::Ring, stack.config.timers.patience());
        if self.proceeding {
            let (transactions, mut turn) = stack.split();
            transactions.cancel(&mut turn, client);
        }
        None
    }

    /// Takes in a response to the INVITE, or to a PRACK.
    pub(crate) fn hear(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        client: u64,
        response: &Response,
    ) -> Option<State> {
        if Some(client) != self.client {
            return None;
        }
        if self.unheard.take().is_some() && self.given_up.is_none() {
            line.arm(stack, Timer::Ring, self.ring);
        }
        match response.code {
            code if code.is_provisional() => {
                self.hear_provisional(line, stack, client, response);
                None
            }
            code if code.is_success() => self.hear_answer(line, stack, client, response),
            _ => self.hear_refusal(line, stack, response),
        }
    }

    fn hear_provisional(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        client: u64,
        response: &Response,
    ) {
        let first = !self.proceeding;
        self.proceeding = true;
        if self.given_up.is_some() {
            if first {
                // RFC 3261 §9.1: now the CANCEL that was held may leave.
                line.arm(stack, Timer::Ring, stack.config.timers.patience());
                let (transactions, mut turn) = stack.split();
                transactions.cancel(&mut turn, client);
            }
            return;
        }
        if response.code == Code::TRYING || !self.note_early(line, stack, response) {
            return;
        }
        let event = SignalEvent::Progress {
            code: response.code.number(),
            sdp: answer_of(response),
        };
        stack.tell(line.id, event);
    }

    /// Keeps the early dialog and sends the PRACK; false for a response that came before.
    fn note_early(&mut self, line: &Line, stack: &mut Stack, response: &Response) -> bool {
        let Some(flow) = self.flow else {
            return true;
        };
        let Some(dialog) = Dialog::of_response(response, flow) else {
            return true;
        };
        if dialog.remote_tag.is_empty() {
            return true;
        }
        let known = |early: &Early| early.dialog.remote_tag == dialog.remote_tag;
        let at = match self.early.iter().position(known) {
            Some(at) => at,
            None if self.early.len() >= limit::SIP_FORKS_MAX => return true,
            None => {
                self.early.push(Early {
                    dialog,
                    rseq: None,
                    answer: None,
                });
                self.early.len() - 1
            }
        };
        let early = &mut self.early[at];
        let number = response.headers.rseq();
        let reliable = response.headers.requires("100rel") && number.is_some();
        if let Some(number) = number.filter(|_| reliable) {
            if !reliable::is_next(&mut early.rseq, number) {
                return false;
            }
            let mut prack = early.dialog.request(Method::Prack);
            if let Ok(cseq) = response.headers.cseq() {
                let rack = RAck { rseq: number, cseq };
                prack.headers.push(HeaderName::RAck, rack);
            }
            let way = stack.way(&early.dialog);
            stack.request(line.user(), &mut prack, way);
        }
        if let Some(answer) = answer_of(response)
            && early.answer.as_ref().is_none_or(|known| !known.1)
        {
            early.answer = Some((answer, reliable));
        }
        true
    }

    fn hear_answer(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        client: u64,
        response: &Response,
    ) -> Option<State> {
        let flow = self.flow?;
        if self.given_up.is_some() {
            // It crossed our CANCEL (RFC 3261 §9.1): the call exists, so it is ended with BYE.
            stack.decline_answer(client, response, flow);
            return self.finish(line, stack);
        }
        let Some(mut dialog) = Dialog::of_response(response, flow) else {
            let code = Code::BAD_GATEWAY;
            return self.fail_with(line, stack, code, Vec::new(), "Answer Without Dialog");
        };
        let number = dialog.local_seq;
        let known = |early: &&mut Early| early.dialog.remote_tag == dialog.remote_tag;
        let mut early_answer = None;
        if let Some(early) = self.early.iter_mut().find(known) {
            dialog.local_seq = early.dialog.local_seq;
            dialog.remote_seq = early.dialog.remote_seq;
            early_answer = early.answer.take();
        }
        stack.acknowledge_answer(Some(line.id), &dialog, client, number);
        line.disarm(stack, Timer::Ring);
        let sdp = match (answer_of(response), early_answer) {
            (_, Some((_, true))) => None,
            (Some(sdp), _) | (None, Some((sdp, false))) => Some(sdp),
            (None, None) => {
                // An answer without a description to our offer: there is nothing to hear.
                let mut bye = dialog.request(Method::Bye);
                let way = stack.way(&dialog);
                stack.request(crate::transaction::User::Nobody, &mut bye, way);
                let code = Code::NOT_ACCEPTABLE_HERE;
                return self.fail_with(line, stack, code, Vec::new(), "Answer Without Description");
            }
        };
        let event = SignalEvent::Answered {
            sdp,
            headers: passed_on(&response.headers),
            sip_call_id: line.call_id.clone(),
        };
        stack.tell(line.id, event);
        line.sdp = String::from_utf8_lossy(&self.invite.body).into_owned();
        let session = Session::of_response(&response.headers);
        let talk = Talk::of_answer(line, stack, dialog, client, session);
        Some(State::Talk(Box::new(talk)))
    }

    fn hear_refusal(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        response: &Response,
    ) -> Option<State> {
        if self.given_up.is_some() {
            return self.finish(line, stack);
        }
        match response.code {
            Code::UNAUTHORIZED | Code::PROXY_AUTHENTICATION_REQUIRED => {
                let credentials = line.credentials.clone();
                let invite = &mut self.invite;
                if self
                    .tried
                    .answer(stack, invite, response, credentials.as_ref())
                {
                    self.send_again(line, stack);
                    return None;
                }
            }
            Code::SESSION_INTERVAL_TOO_SMALL => {
                let min_se = response.headers.min_se_s().unwrap_or(0);
                if min_se > self.min_se {
                    self.min_se = min_se;
                    self.send_again(line, stack);
                    return None;
                }
            }
            Code::SERVICE_UNAVAILABLE if !self.further.is_empty() => {
                return self.next_address(line, stack, response.code);
            }
            _ => {}
        }
        let headers = passed_on(&response.headers);
        self.fail_with(line, stack, response.code, headers, response.phrase())
    }

    /// A request of this leg got no answer, or could not leave.
    pub(crate) fn fail(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        client: u64,
        code: Code,
    ) -> Option<State> {
        if Some(client) != self.client {
            return None;
        }
        if self.given_up.is_some() {
            return self.finish(line, stack);
        }
        self.next_address(line, stack, code)
    }

    /// A timer fired: it rang too long, or nothing came of our CANCEL.
    pub(crate) fn fire(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        timer: Timer,
    ) -> Option<State> {
        if timer != Timer::Ring {
            return None;
        }
        if self.given_up.is_none() && self.unheard.is_some() {
            // Nothing has come, not even a provisional response, so no CANCEL may leave (RFC 3261
            // §9.1) before something comes late: `late.rs`.
            return self.forsake(line, stack);
        }
        if self.given_up.is_none() {
            return self.release(line, stack, Code::REQUEST_TIMEOUT.number());
        }
        self.finish(line, stack)
    }

    /// Gives an address up that says nothing, and tries the next.
    fn forsake(&mut self, line: &mut Line, stack: &mut Stack) -> Option<State> {
        if self.further.is_empty() {
            let code = Code::REQUEST_TIMEOUT;
            return self.fail_with(line, stack, code, Vec::new(), code.phrase());
        }
        if let Some(client) = self.client.take() {
            stack.give_up(client);
        }
        self.next_address(line, stack, Code::REQUEST_TIMEOUT)
    }

    /// Takes in a request of the far end's in an early dialog.
    pub(crate) fn request(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        key: u64,
        request: &Request,
    ) -> Option<State> {
        let from = request.headers.from_().ok();
        let tag = from
            .as_ref()
            .and_then(|from| from.tag())
            .unwrap_or_default();
        let early = self
            .early
            .iter_mut()
            .find(|early| early.dialog.remote_tag == tag);
        let Some(early) = early else {
            stack.refuse(key, request, Code::CALL_DOES_NOT_EXIST);
            return None;
        };
        super::within::answer_early(line, stack, &mut early.dialog, key, request);
        None
    }

    /// The end of a call that was given up.
    fn finish(&mut self, line: &mut Line, stack: &mut Stack) -> Option<State> {
        let number = self.given_up.unwrap_or(Code::REQUEST_TERMINATED.number());
        let code = Code::new(number).unwrap_or(Code::REQUEST_TERMINATED);
        self.fail_with(line, stack, code, Vec::new(), code.phrase())
    }

    fn fail_with(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        code: Code,
        headers: Vec<(String, String)>,
        reason: &str,
    ) -> Option<State> {
        self.fail_as(line, stack, code, headers, reason, None)
    }

    fn fail_as(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        code: Code,
        headers: Vec<(String, String)>,
        reason: &str,
        error: Option<ErrorCode>,
    ) -> Option<State> {
        if let Some(client) = self.client {
            stack.give_up(client);
        }
        let event = SignalEvent::Failed {
            code: code.number(),
            reason: reason.to_owned(),
            headers,
            sip_call_id: line.call_id.clone(),
            error,
        };
        stack.tell(line.id, event);
        Some(State::Ended)
    }
}

/// A request that is longer may not fit a datagram on its way (RFC 3261 §18.1.1).
const DATAGRAM_BYTES_MAX: usize = 1_300;
/// What Via, Contact, Allow and their like add to an INVITE when it leaves.
const ADDED_BYTES: usize = 350;
/// So many addresses of one name are tried.
const ADDRESSES_MAX: usize = 8;
