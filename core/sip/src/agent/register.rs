//! We register at a carrier, and keep the registration alive (RFC 3261 §10.2).

use super::digest::Tried;
use crate::config::Registration;
use crate::message::header::NameAddr;
use crate::message::{Code, HeaderName, Method, Request, Response};
use crate::output::Output;
use crate::stack::Stack;
use crate::transaction::User;
use crate::transaction::timer::{Armed, Owner, Timer};
use crate::transport::Flow;
use model::Span;

/// One registration of ours.
#[derive(Debug)]
pub(crate) struct Carrier {
    pub(crate) id: u64,
    pub(crate) registration: Registration,
    call_id: String,
    tag: String,
    number: u32,
    expires_s: u32,
    flow: Option<Flow>,
    request: Option<Request>,
    client: Option<u64>,
    tried: Tried,
    failures: u32,
    armed: Armed<1>,
    /// Taken back: the next final response ends it.
    leaving: bool,
    over: bool,
}

/// The first wait after a failure; it doubles with each (RFC 5626 §4.5).
const RETRY_S: u64 = 30;
/// The longest wait after failures.
const RETRY_MAX_S: u64 = 1_800;

impl Carrier {
    /// A registration that has not been sent.
    pub(crate) fn new(stack: &mut Stack, id: u64, registration: Registration) -> Carrier {
        Carrier {
            id,
            call_id: stack.call_id(),
            tag: format!("{:016x}", stack.chance.next_u64()),
            number: 0,
            expires_s: registration.expires_s.max(60),
            registration,
            flow: None,
            request: None,
            client: None,
            tried: Tried::default(),
            failures: 0,
            armed: Armed::default(),
            leaving: false,
            over: false,
        }
    }

    /// Whether it may be forgotten.
    pub(crate) fn is_over(&self) -> bool {
        self.over
    }

    /// Sends the REGISTER by this way.
    pub(crate) fn send_by(&mut self, stack: &mut Stack, flow: Flow) {
        let mut request = Request::new(Method::Register, self.registration.registrar.clone());
        let address = NameAddr::new(self.registration.address.clone());
        let contact = match self.registration.address.user() {
            Some(user) => match stack.contact(&flow) {
                crate::message::Uri::Sip(sip) => crate::message::Uri::Sip(crate::message::SipUri {
                    user: Some(crate::message::escape::encode_user(&user)),
                    ..sip
                }),
                other => other,
            },
            None => stack.contact(&flow),
        };
        let headers = &mut request.headers;
        headers.push(HeaderName::MaxForwards, model::limit::MAX_FORWARDS);
        headers.push(HeaderName::From, address.clone().with_tag(&self.tag));
        headers.push(HeaderName::To, address);
        headers.push(HeaderName::CallId, &self.call_id);
        headers.push(HeaderName::Contact, NameAddr::new(contact));
        self.flow = Some(flow);
        self.tried = Tried::default();
        self.send(stack, request);
    }

    fn send(&mut self, stack: &mut Stack, mut request: Request) {
        let Some(flow) = self.flow else {
            return;
        };
        self.number += 1;
        let number = self.number;
        let expires_s = if self.leaving { 0 } else { self.expires_s };
        request
            .headers
            .set(HeaderName::CSeq, format_args!("{number} REGISTER"));
        request.headers.set(HeaderName::Expires, expires_s);
        let mut sent = request.clone();
        self.request = Some(request);
        let user = User::Registration(self.id);
        self.client = Some(stack.request(user, &mut sent, flow));
    }

    /// Takes in a response.
    pub(crate) fn hear(&mut self, stack: &mut Stack, client: u64, response: &Response) {
        if Some(client) != self.client || response.code.is_provisional() {
            return;
        }
        let request = self.request.take();
        self.client = None;
        match (response.code, request) {
            (code, _) if code.is_success() => self.succeeded(stack, response),
            (Code::UNAUTHORIZED | Code::PROXY_AUTHENTICATION_REQUIRED, Some(mut request)) => {
                let credentials = self.registration.credentials.clone();
                let proved = self
                    .tried
                    .answer(stack, &mut request, response, credentials.as_ref());
                if proved {
                    self.send(stack, request);
                } else {
                    self.failed(stack, response.code, response.phrase());
                }
            }
            (Code::INTERVAL_TOO_BRIEF, Some(request)) => match response.headers.min_expires_s() {
                Some(min_s) if min_s > self.expires_s && min_s <= EXPIRES_MAX_S => {
                    self.expires_s = min_s;
                    self.send(stack, request);
                }
                _ => self.failed(stack, response.code, response.phrase()),
            },
            (code, _) => self.failed(stack, code, response.phrase()),
        }
    }

    fn succeeded(&mut self, stack: &mut Stack, response: &Response) {
        if self.leaving {
            self.over = true;
            return;
        }
        self.failures = 0;
        let ours = self.flow.map(|flow| stack.wire.sent_by(&flow));
        let contacts = response.headers.all::<NameAddr>(HeaderName::Contact);
        let own = contacts.unwrap_or_default().into_iter().find(|contact| {
            let sip = contact.uri.as_sip();
            sip.zip(ours.as_ref()).is_some_and(|(sip, (host, port))| {
                sip.host.matches(host) && sip.port.unwrap_or(5060) == *port
            })
        });
        let told = own.and_then(|own| own.expires_s());
        let expires_s = told
            .or(response.headers.expires_s())
            .unwrap_or(self.expires_s);
        // Refreshed at four fifths: early enough to be tried twice before it runs out.
        let wait_s = (u64::from(expires_s) * 4 / 5).max(15);
        self.wait(stack, Span::from_secs(wait_s));
        stack.wire.out.push_back(Output::RegisteredAt {
            name: self.registration.name.clone(),
            expires_s,
        });
    }

    /// It could not be sent, or was refused: tried again later, ever more seldom.
    pub(crate) fn failed(&mut self, stack: &mut Stack, code: Code, reason: &str) {
        self.client = None;
        self.request = None;
        if self.leaving {
            self.over = true;
            return;
        }
        let doubled = RETRY_S << self.failures.min(6);
        self.failures += 1;
        let base = doubled.min(RETRY_MAX_S) * 1_000;
        let wait_ms = base / 2 + stack.chance.below(base / 2 + 1);
        self.wait(stack, Span::from_millis(wait_ms));
        stack.wire.out.push_back(Output::RefusedAt {
            name: self.registration.name.clone(),
            code: code.number(),
            reason: reason.to_owned(),
        });
    }

    /// The request got no answer, or could not leave.
    pub(crate) fn fail(&mut self, stack: &mut Stack, client: u64, code: Code) {
        if Some(client) == self.client {
            self.failed(stack, code, code.phrase());
        }
    }

    /// Takes the registration back.
    pub(crate) fn leave(&mut self, stack: &mut Stack) {
        self.leaving = true;
        self.stop(stack);
        match self.flow {
            Some(flow) => self.send_by(stack, flow),
            None => self.over = true,
        }
    }

    /// Stops its timer and forgets what is under way.
    pub(crate) fn stop(&mut self, stack: &mut Stack) {
        let owner = Owner::Registration(self.id);
        stack.timers.stop_all(&mut self.armed, owner);
        self.client = None;
    }

    fn wait(&mut self, stack: &mut Stack, after: Span) {
        let owner = Owner::Registration(self.id);
        stack.arm(&mut self.armed, owner, Timer::Due, after);
    }
}

/// A registrar that wants longer than a day is not believed.
const EXPIRES_MAX_S: u32 = 86_400;
