//! Changing the descriptions of an answered call, and keeping it alive: re-INVITE and UPDATE in
//! both directions (RFC 3261 §14, RFC 3311, RFC 4028).

use super::talk::{Talk, Unacked};
use super::{ACCEPT, Line, SDP, State, answer_of, description, within};
use crate::dialog::offer::{Exchange, Offer, Received, glare_wait};
use crate::dialog::session_timer::Session;
use crate::message::{Code, HeaderName, Method, Request, Response};
use crate::stack::Stack;
use crate::transaction::timer::Timer;
use model::Span;
use model::signal::SignalEvent;

/// How long a refresh waits while an offer is open.
const POSTPONED: Span = Span::from_secs(5);

impl Talk {
    /// Sends the offer that waits, if nothing else is open.
    pub(super) fn settle(&mut self, line: &mut Line, stack: &mut Stack) {
        if self.exchange != Exchange::Idle || self.unacked.is_some() {
            return;
        }
        if let Some(sdp) = self.queued.take() {
            self.offer(line, stack, Some(sdp), false);
        }
    }

    /// Sends a re-INVITE with this description, or an UPDATE without one.
    fn offer(&mut self, line: &mut Line, stack: &mut Stack, sdp: Option<String>, refresh: bool) {
        let method = match sdp {
            Some(_) => Method::Invite,
            None => Method::Update,
        };
        let mut request = self.dialog.request(method);
        if let Some(session) = &self.session {
            session.repeat(&mut request.headers, &stack.config.session);
        }
        if let Some(sdp) = &sdp {
            request.set_body(SDP, sdp.as_str());
        }
        let client = self.send(line, stack, &request);
        self.asked = Some(Box::new(request));
        self.tried = Default::default();
        self.exchange = Exchange::Offered(Offer {
            client,
            sdp,
            refresh,
        });
    }

    /// Sends a request of this dialog, with what each of them tells of us.
    pub(super) fn send(&mut self, line: &Line, stack: &mut Stack, request: &Request) -> u64 {
        let way = stack.way(&self.dialog);
        let mut request = request.clone();
        stack.present(&mut request.headers, &way);
        stack.request(line.user(), &mut request, way)
    }

    /// Refreshes the session: by UPDATE if the far end takes it, else with the description we
    /// have (RFC 4028 §7.4).
    pub(super) fn refresh(&mut self, line: &mut Line, stack: &mut Stack) {
        if self.exchange != Exchange::Idle || self.unacked.is_some() {
            line.arm(stack, Timer::Refresh, POSTPONED);
            return;
        }
        let by_update = self.session.is_some_and(|session| session.by_update);
        let sdp = (!by_update).then(|| line.sdp.clone());
        self.offer(line, stack, sdp, true);
    }

    /// Makes an offer again that met another one.
    pub(super) fn offer_again(&mut self, line: &mut Line, stack: &mut Stack) {
        if let Some(offer) = self.exchange.take_waiting() {
            if self.unacked.is_some() {
                self.exchange = Exchange::Waiting(offer);
                let wait = glare_wait(self.made_call, &mut stack.chance);
                line.arm(stack, Timer::Reoffer, wait);
                return;
            }
            self.offer(line, stack, offer.sdp, offer.refresh);
        }
    }

    /// Takes in a response to our re-INVITE or UPDATE.
    pub(super) fn hear_offer(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        client: u64,
        response: &Response,
    ) -> Option<State> {
        if response.code.is_provisional() {
            return None;
        }
        let offer = self.exchange.take_offered(client)?;
        let asked = self.asked.take();
        match response.code {
            code if code.is_success() => self.accepted(line, stack, client, offer, response),
            Code::REQUEST_PENDING => {
                self.exchange = Exchange::Waiting(offer);
                let wait = glare_wait(self.made_call, &mut stack.chance);
                line.arm(stack, Timer::Reoffer, wait);
            }
            Code::REQUEST_TIMEOUT | Code::CALL_DOES_NOT_EXIST => {
                return self.give_up(line, stack);
            }
            Code::UNAUTHORIZED | Code::PROXY_AUTHENTICATION_REQUIRED => {
                self.prove(line, stack, offer, asked, response);
            }
            Code::SESSION_INTERVAL_TOO_SMALL => self.lengthen(line, stack, offer, response),
            _ => self.refused(line, stack, &offer, response.code),
        }
        None
    }

    fn accepted(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        client: u64,
        offer: Offer,
        response: &Response,
    ) {
        self.dialog.refresh(&response.headers);
        if offer.sdp.is_some() {
            let number = response.headers.cseq().map_or(0, |cseq| cseq.number);
            stack.acknowledge_answer(Some(line.id), &self.dialog, client, number);
        }
        if let Some(session) = Session::of_response(&response.headers) {
            self.session = Some(session);
        }
        self.keep_alive(line, stack);
        if let Some(sdp) = offer.sdp {
            line.sdp = sdp;
        }
        if !offer.refresh {
            let sdp = answer_of(response);
            stack.tell(line.id, SignalEvent::Reanswered { sdp });
        }
        self.settle(line, stack);
    }

    fn refused(&mut self, line: &mut Line, stack: &mut Stack, offer: &Offer, code: Code) {
        if !offer.refresh {
            stack.tell(line.id, SignalEvent::Reanswered { sdp: None });
        } else if let Some(session) = &mut self.session {
            if matches!(code, Code::METHOD_NOT_ALLOWED | Code::NOT_IMPLEMENTED) {
                session.by_update = false;
            }
            let again = Span(session.refresh_after().0 / 4);
            line.arm(stack, Timer::Refresh, again);
        }
        self.settle(line, stack);
    }

    fn prove(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        offer: Offer,
        asked: Option<Box<Request>>,
        response: &Response,
    ) {
        let Some(mut request) = asked else {
            return self.refused(line, stack, &offer, response.code);
        };
        let credentials = line.credentials.clone();
        let proved = self
            .tried
            .answer(stack, &mut request, response, credentials.as_ref());
        if !proved {
            return self.refused(line, stack, &offer, response.code);
        }
        self.dialog.local_seq += 1;
        let (number, method) = (self.dialog.local_seq, request.method.clone());
        request
            .headers
            .set(HeaderName::CSeq, format_args!("{number} {method}"));
        let client = self.send(line, stack, &request);
        self.asked = Some(request);
        self.exchange = Exchange::Offered(Offer { client, ..offer });
    }

    /// The far end wants a longer interval (RFC 4028 §7.4).
    fn lengthen(&mut self, line: &mut Line, stack: &mut Stack, offer: Offer, response: &Response) {
        let min_s = response.headers.min_se_s().unwrap_or(0);
        match &mut self.session {
            Some(session) if session.interval_s < min_s => {
                session.interval_s = min_s;
                self.offer(line, stack, offer.sdp, offer.refresh);
            }
            _ => self.refused(line, stack, &offer, response.code),
        }
    }

    /// Takes in a re-INVITE or UPDATE of the far end's.
    pub(super) fn hear_reoffer(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        key: u64,
        request: &Request,
    ) {
        let session = match Session::of_request(&request.headers, &stack.config.session) {
            Ok(session) => session,
            Err(_) => return refuse_interval(stack, key, request),
        };
        let sdp = match description(&request.headers, &request.body) {
            Ok(sdp) => sdp,
            Err(code) => {
                let mut response = stack.response(request, code);
                response.headers.push(HeaderName::Accept, ACCEPT);
                return stack.respond(key, &response);
            }
        };
        let is_invite = request.method == Method::Invite;
        if is_invite || sdp.is_some() {
            match self.exchange.refusal() {
                Some(Code::REQUEST_PENDING) => {
                    return stack.refuse(key, request, Code::REQUEST_PENDING);
                }
                Some(_) => return within::retry_later(stack, key, request),
                None if self.unacked.is_some() => {
                    return within::retry_later(stack, key, request);
                }
                None => {}
            }
        }
        self.dialog.refresh(&request.headers);
        if request.headers.has(HeaderName::SessionExpires) {
            self.session = session;
        }
        self.keep_alive(line, stack);
        let mut template = Response::to(request, Code::OK);
        let server = &stack.config.user_agent;
        template.headers.push(HeaderName::Server, server);
        let received = Received {
            key,
            method: request.method.clone(),
            number: request.headers.cseq().map_or(0, |cseq| cseq.number),
            template,
            offers: sdp.is_some(),
        };
        if !is_invite && sdp.is_none() {
            return self.accept(line, stack, received, None);
        }
        if is_invite {
            let trying = stack.response(request, Code::TRYING);
            stack.respond(key, &trying);
        }
        // An offer of ours that waits for its second try waits on behind theirs.
        if let Some(waiting) = self.exchange.take_waiting() {
            line.disarm(stack, Timer::Reoffer);
            match waiting.refresh {
                true => line.arm(stack, Timer::Refresh, POSTPONED),
                false => self.queued = self.queued.take().or(waiting.sdp),
            }
        }
        self.exchange = Exchange::Received(Box::new(received));
        line.arm(stack, Timer::Remind, stack.config.timers.patience());
        stack.tell(line.id, SignalEvent::Reoffered { sdp });
    }

    /// Answers the far end's re-INVITE or UPDATE; without a description it is refused.
    pub(super) fn reply(&mut self, line: &mut Line, stack: &mut Stack, sdp: Option<String>) {
        let Some(received) = self.exchange.take_received() else {
            return;
        };
        line.disarm(stack, Timer::Remind);
        match sdp {
            Some(sdp) => self.accept(line, stack, *received, Some(sdp)),
            None => {
                let mut response = received.template;
                response.code = Code::NOT_ACCEPTABLE_HERE;
                stack.respond(received.key, &response);
            }
        }
        self.settle(line, stack);
    }

    fn accept(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        received: Received,
        sdp: Option<String>,
    ) {
        let mut response = received.template;
        let flow = stack.transactions.flow_of(received.key);
        let flow = flow.unwrap_or(self.dialog.flow);
        stack.present(&mut response.headers, &flow);
        if let Some(session) = &self.session {
            session.confirm(&mut response.headers);
        }
        if let Some(sdp) = sdp {
            line.sdp = sdp.clone();
            response.set_body(SDP, sdp);
        }
        let bytes = response.to_bytes();
        if received.method == Method::Invite {
            let unacked = Unacked {
                number: received.number,
                flow,
                bytes: bytes.clone(),
                interval: stack.config.timers.t1,
                first: false,
                awaits_answer: !received.offers,
            };
            self.await_ack(line, stack, unacked);
        }
        stack.respond_bytes(received.key, Code::OK, bytes);
    }
}

/// 422: a shorter interval than we allow (RFC 4028 §6).
pub(super) fn refuse_interval(stack: &mut Stack, key: u64, request: &Request) {
    let mut response = stack.response(request, Code::SESSION_INTERVAL_TOO_SMALL);
    let min_s = stack.config.session.min_s;
    response.headers.push(HeaderName::MinSe, min_s);
    stack.respond(key, &response);
}
