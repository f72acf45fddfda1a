//! The user agent's face: one agent per leg, from its INVITE to its last BYE.
//!
//! ```text
//! Calling ─2xx→ Talk ─BYE→ Ending → ∎        (uac.rs, talk.rs)
//! Offering ─Answer→ Talk                     (uas.rs)
//! ```

pub(crate) mod admit;
pub(crate) mod digest;
pub(crate) mod ending;
pub(crate) mod late;
pub(crate) mod ping;
pub(crate) mod register;
pub(crate) mod registrar;
pub(crate) mod reoffer;
pub(crate) mod talk;
pub(crate) mod transfer;
pub(crate) mod uac;
pub(crate) mod uas;
pub(crate) mod within;

use crate::dialog::Dialog;
use crate::message::header::{MediaType, NameAddr};
use crate::message::{Code, HeaderName, Headers, Request, Response};
use crate::stack::Stack;
use crate::transaction::User;
use crate::transaction::timer::{Armed, Owner, Timer};
use crate::transport::{Flow, Hop, Transport};
use ending::Ending;
use model::LegId;
use model::signal::{Credentials, SignalCommand};
use std::net::SocketAddr;
use talk::Talk;
use uac::Calling;
use uas::Offering;

/// One leg.
#[derive(Debug)]
pub(crate) struct Leg {
    pub(crate) line: Line,
    pub(crate) state: State,
}

/// What a leg keeps from its beginning to its end.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) id: LegId,
    /// Our tag.
    pub(crate) tag: String,
    pub(crate) call_id: String,
    pub(crate) armed: Armed<8>,
    /// For a far end that asks who we are.
    pub(crate) credentials: Option<Credentials>,
    /// Our last session description.
    pub(crate) sdp: String,
}

/// How far a leg has come.
#[derive(Debug)]
pub(crate) enum State {
    Calling(Box<Calling>),
    Offering(Box<Offering>),
    Talk(Box<Talk>),
    Ending(Box<Ending>),
    Ended,
}

impl Line {
    /// Whose timers the leg's are.
    pub(crate) fn owner(&self) -> Owner {
        Owner::Leg(self.id)
    }

    /// Whose requests the leg's are.
    pub(crate) fn user(&self) -> User {
        User::Leg(self.id)
    }

    pub(crate) fn arm(&mut self, stack: &mut Stack, timer: Timer, after: model::Span) {
        let owner = self.owner();
        stack.arm(&mut self.armed, owner, timer, after);
    }

    pub(crate) fn disarm(&mut self, stack: &mut Stack, timer: Timer) {
        let owner = self.owner();
        stack.timers.stop(&mut self.armed, owner, timer);
    }

    pub(crate) fn disarm_all(&mut self, stack: &mut Stack) {
        let owner = self.owner();
        stack.timers.stop_all(&mut self.armed, owner);
    }
}

impl Leg {
    /// The way of its INVITE is known: these addresses.
    pub(crate) fn start(
        &mut self,
        stack: &mut Stack,
        transport: Transport,
        addresses: Vec<SocketAddr>,
        host: Option<String>,
    ) {
        if let State::Calling(calling) = &mut self.state {
            let next = calling.start(&mut self.line, stack, transport, addresses, host);
            self.enter(stack, next);
        }
    }

    /// The way of its INVITE is known: this one.
    pub(crate) fn start_by(&mut self, stack: &mut Stack, flow: Flow) {
        if let State::Calling(calling) = &mut self.state {
            let next = calling.start_by(&mut self.line, stack, flow);
            self.enter(stack, next);
        }
    }

    /// Carries out what call control asks.
    pub(crate) fn command(&mut self, stack: &mut Stack, command: SignalCommand) {
        let line = &mut self.line;
        let next = match &mut self.state {
            State::Calling(calling) => match command {
                SignalCommand::Release => calling.release(line, stack, 487),
                _ => None,
            },
            State::Offering(offering) => offering.command(line, stack, command),
            State::Talk(talk) => talk.command(line, stack, command),
            State::Ending(_) | State::Ended => None,
        };
        self.enter(stack, next);
    }

    /// Takes in a response to a request of this leg.
    pub(crate) fn hear(&mut self, stack: &mut Stack, client: u64, response: &Response) {
        let line = &mut self.line;
        let next = match &mut self.state {
            State::Calling(calling) => calling.hear(line, stack, client, response),
            State::Talk(talk) => talk.hear(line, stack, client, response),
            State::Ending(ending) => ending.hear(line, stack, client, response),
            State::Offering(_) | State::Ended => None,
        };
        self.enter(stack, next);
    }

    /// A request of this leg got no answer (408), or could not leave (503).
    pub(crate) fn fail(&mut self, stack: &mut Stack, client: u64, code: Code) {
        let line = &mut self.line;
        let next = match &mut self.state {
            State::Calling(calling) => calling.fail(line, stack, client, code),
            State::Talk(talk) => talk.fail(line, stack, client, code),
            State::Ending(ending) => ending.fail(client),
            State::Offering(_) | State::Ended => None,
        };
        self.enter(stack, next);
    }

    /// Takes in a request within this leg's dialog, or one that means its INVITE.
    pub(crate) fn request(&mut self, stack: &mut Stack, key: u64, request: Request) {
        stack.transactions.adopt(key, self.line.id);
        let line = &mut self.line;
        let next = match &mut self.state {
            State::Calling(calling) => calling.request(line, stack, key, &request),
            State::Offering(offering) => offering.request(line, stack, key, &request),
            State::Talk(talk) => talk.request(line, stack, key, request),
            State::Ending(ending) => ending.request(stack, key, &request),
            State::Ended => {
                stack.refuse(key, &request, Code::CALL_DOES_NOT_EXIST);
                None
            }
        };
        self.enter(stack, next);
    }

    /// Takes in an ACK of this leg's dialog.
    pub(crate) fn acknowledged(&mut self, stack: &mut Stack, ack: &Request) {
        let next = match &mut self.state {
            State::Talk(talk) => talk.acknowledged(&mut self.line, stack, ack),
            _ => None,
        };
        self.enter(stack, next);
    }

    /// A timer of this leg fired.
    pub(crate) fn fire(&mut self, stack: &mut Stack, timer: Timer) {
        self.line.disarm(stack, timer);
        let line = &mut self.line;
        let next = match &mut self.state {
            State::Calling(calling) => calling.fire(line, stack, timer),
            State::Offering(offering) => offering.fire(line, stack, timer),
            State::Talk(talk) => talk.fire(line, stack, timer),
            State::Ending(_) | State::Ended => None,
        };
        self.enter(stack, next);
    }

    fn enter(&mut self, stack: &mut Stack, next: Option<State>) {
        let Some(next) = next else {
            return;
        };
        if matches!(next, State::Ending(_) | State::Ended) {
            self.line.disarm_all(stack);
        }
        self.state = next;
    }

    /// Whether nothing is left to be done.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.state, State::Ended)
    }
}

/// What we take (RFC 3261 §20.5).
pub(crate) const ALLOW: &str =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY, REGISTER";
/// The bodies we take.
pub(crate) const ACCEPT: &str = "application/sdp, application/dtmf-relay, application/dtmf";
/// The media type of session descriptions.
pub(crate) const SDP: &str = "application/sdp";

impl Stack {
    /// The way of a dialog's requests: its route or target if that is an address, else the way
    /// it was made by, opened anew if that has closed.
    pub(crate) fn way(&mut self, dialog: &Dialog) -> Flow {
        let hop = dialog.hop().or_else(|| {
            let flow = dialog.flow;
            let gone = flow.connection != 0 && !self.wire.is_known(flow.connection);
            gone.then_some(Hop {
                transport: flow.transport,
                address: flow.remote,
            })
        });
        let found = hop.and_then(|hop| self.wire.flow_to(hop, None));
        found.unwrap_or(dialog.flow)
    }

    /// Sends the ACK of a 2xx; the transaction repeats it whenever the 2xx comes again.
    pub(crate) fn acknowledge_answer(
        &mut self,
        leg: Option<LegId>,
        dialog: &Dialog,
        client: u64,
        number: u32,
    ) {
        let flow = self.way(dialog);
        let bytes = self.acknowledge(leg, dialog.ack(number), flow);
        self.transactions
            .keep_ack(client, &dialog.remote_tag, flow, &bytes);
    }

    /// Answers a request with a bare response.
    pub(crate) fn refuse(&mut self, key: u64, request: &Request, code: Code) {
        let response = self.response(request, code);
        self.respond(key, &response);
    }

    /// A response to a request: its To tag kept or made, and our name on it.
    pub(crate) fn response(&mut self, request: &Request, code: Code) -> Response {
        let mut response = Response::to(request, code);
        if code != Code::TRYING && request.headers.to().is_ok_and(|to| to.tag().is_none()) {
            let tag = format!("{:016x}", self.chance.next_u64());
            response.set_to_tag(&tag);
        }
        let server = &self.config.user_agent;
        response.headers.push(HeaderName::Server, server);
        if code == Code::METHOD_NOT_ALLOWED {
            response.headers.push(HeaderName::Allow, ALLOW);
        }
        response
    }

    /// The option tags we name in Supported.
    pub(crate) fn supported(&self) -> &'static str {
        if self.config.reliable {
            "timer, 100rel"
        } else {
            "timer"
        }
    }

    /// Adds what every session-making message of ours tells: Contact, Allow, Supported.
    pub(crate) fn present(&self, headers: &mut Headers, flow: &Flow) {
        let contact = NameAddr::new(self.contact(flow));
        headers.set(HeaderName::Contact, contact);
        headers.set(HeaderName::Allow, ALLOW);
        headers.set(HeaderName::Supported, self.supported());
    }
}

/// The session description in a body: `Err` if the body is something else.
pub(crate) fn description(headers: &Headers, body: &[u8]) -> Result<Option<String>, Code> {
    if body.is_empty() {
        return Ok(None);
    }
    let kind: Option<MediaType> = headers.content_type().ok().flatten();
    let Some(kind) = kind else {
        return Err(Code::UNSUPPORTED_MEDIA_TYPE);
    };
    let text = |bytes: &[u8]| Some(String::from_utf8_lossy(bytes).into_owned());
    if kind.is(SDP) {
        return Ok(text(body));
    }
    if kind.kind == "multipart" {
        return match crate::message::body::find(&kind, body, SDP) {
            Some(part) => Ok(text(part)),
            None => Err(Code::UNSUPPORTED_MEDIA_TYPE),
        };
    }
    Err(Code::UNSUPPORTED_MEDIA_TYPE)
}

/// The description in a response, where anything else counts as none.
pub(crate) fn answer_of(response: &Response) -> Option<String> {
    description(&response.headers, &response.body)
        .ok()
        .flatten()
}

/// The headers that are passed on to call control: `X-…` and User-to-User.
pub(crate) fn passed_on(headers: &Headers) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| {
            let custom = name
                .get(..2)
                .is_some_and(|two| two.eq_ignore_ascii_case("x-"));
            custom || name.eq_ignore_ascii_case("User-to-User")
        })
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
