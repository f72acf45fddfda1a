//! Who hears what: from messages, timers and answers to the leg, registration or watch they mean.

use std::net::SocketAddr;

use crate::Endpoint;
use crate::agent::ping::Watched;
use crate::agent::register::Carrier;
use crate::agent::uac::Calling;
use crate::agent::{Leg, Line, State, admit};
use crate::config::{Placement, Registration, Watch};
use crate::message::{Code, Message, Method, ParseError, Request, Response};
use crate::output::Output;
use crate::stack::leg_of_tag;
use crate::stream::Frame;
use crate::transaction::timer::{Armed, Owner, Timer};
use crate::transaction::{Heard, User};
use crate::transport::locate::{Located, locate};
use crate::transport::{Flow, Hop, Transport};
use model::signal::SignalEvent;
use model::{ErrorCode, LegId, limit};

/// A name that is being looked up.
#[derive(Debug)]
pub(crate) struct Query {
    user: User,
    transport: Transport,
    host: String,
}

impl Endpoint {
    /// Takes in one message.
    pub(crate) fn hear(&mut self, flow: Flow, message: Message, bytes: &[u8]) {
        match message {
            Message::Request(request) => {
                if self.stack.wire.trace {
                    let leg = self.leg_of(&request);
                    self.stack.wire.note(false, flow, leg, bytes);
                }
                let (transactions, mut turn) = self.stack.split();
                transactions.hear_request(&mut turn, request, flow);
            }
            Message::Response(response) => {
                let Some((id, user)) = self.stack.transactions.user_of(&response) else {
                    return;
                };
                if self.stack.wire.trace {
                    let leg = match user {
                        User::Leg(leg) => Some(leg),
                        _ => None,
                    };
                    self.stack.wire.note(false, flow, leg, bytes);
                }
                let (transactions, mut turn) = self.stack.split();
                transactions.hear_response(&mut turn, id, response, flow);
            }
        }
    }

    /// Hands what the transactions passed up to whom it means.
    pub(crate) fn finish(&mut self) {
        while let Some(heard) = self.stack.heard.pop_front() {
            match heard {
                Heard::Request { key, request, flow } => self.take_request(key, request, flow),
                Heard::Ack { request } => {
                    if let Some(id) = self.leg_of(&request)
                        && let Some(leg) = self.legs.get_mut(&id)
                    {
                        leg.acknowledged(&mut self.stack, &request);
                        self.sweep(id);
                    }
                }
                Heard::Response {
                    user,
                    client,
                    response,
                    flow,
                } => self.take_response(user, client, &response, flow),
                Heard::TimedOut { user, client } => {
                    self.take_failure(user, client, Code::REQUEST_TIMEOUT);
                }
                Heard::Broken { user, client } => {
                    self.take_failure(user, client, Code::SERVICE_UNAVAILABLE);
                }
            }
        }
    }

    /// The leg whose dialog a request names in its To tag.
    fn leg_of(&self, request: &Request) -> Option<LegId> {
        let to = request.headers.to().ok()?;
        let tag = to.tag()?;
        let id = leg_of_tag(tag)?;
        let leg = self.legs.get(&id)?;
        let same = leg.line.tag == tag && request.headers.call_id() == Ok(&*leg.line.call_id);
        same.then_some(id)
    }

    fn take_request(&mut self, key: u64, request: Request, flow: Flow) {
        if request.method == Method::Cancel {
            return self.take_cancel(key, request);
        }
        if !admit::inspect(&mut self.stack, key, &request) {
            return;
        }
        if let Some(id) = self.leg_of(&request) {
            if let Some(leg) = self.legs.get_mut(&id) {
                leg.request(&mut self.stack, key, request);
                self.sweep(id);
            }
            return;
        }
        let tagged = request.headers.to().is_ok_and(|to| to.tag().is_some());
        let stack = &mut self.stack;
        match request.method {
            _ if tagged => stack.refuse(key, &request, Code::CALL_DOES_NOT_EXIST),
            Method::Invite => {
                let id = LegId(self.next_offered);
                let legs = self.legs.len();
                if let Some(leg) = admit::invite(stack, id, legs, key, &request, flow) {
                    stack.wire.claim(id);
                    self.next_offered += 1;
                    self.legs.insert(id, Box::new(leg));
                }
            }
            Method::Register => self.registrar.hear(stack, key, &request, flow),
            _ => admit::answer_other(stack, key, &request),
        }
    }

    /// RFC 3261 §9.2: a CANCEL means the INVITE with its branch, whatever its tags.
    fn take_cancel(&mut self, key: u64, request: Request) {
        let stack = &mut self.stack;
        let invite = stack.transactions.invite_of(&request);
        let Some(invite) = invite else {
            return stack.refuse(key, &request, Code::CALL_DOES_NOT_EXIST);
        };
        match stack.transactions.user_of_server(invite) {
            User::Leg(id) if self.legs.contains_key(&id) => {
                if let Some(leg) = self.legs.get_mut(&id) {
                    leg.request(&mut self.stack, key, request);
                    self.sweep(id);
                }
            }
            // The INVITE has had its final response: the CANCEL has no effect on it.
            _ => stack.refuse(key, &request, Code::OK),
        }
    }

    fn take_response(&mut self, user: User, client: u64, response: &Response, flow: Flow) {
        let stack = &mut self.stack;
        match user {
            User::Leg(id) => match self.legs.get_mut(&id) {
                Some(leg) => {
                    leg.hear(stack, client, response);
                    self.sweep(id);
                }
                None => stack.hear_late(client, response, flow),
            },
            User::Registration(id) => {
                if let Some(carrier) = self.carriers.get_mut(&id) {
                    carrier.hear(stack, client, response);
                    if carrier.is_over() {
                        self.carriers.remove(&id);
                    }
                }
            }
            User::Watch(id) => {
                if let Some(watched) = self.watches.get_mut(&id) {
                    watched.hear(stack, client, response);
                }
            }
            User::Nobody => stack.hear_late(client, response, flow),
        }
    }

    fn take_failure(&mut self, user: User, client: u64, code: Code) {
        let stack = &mut self.stack;
        match user {
            User::Leg(id) => {
                if let Some(leg) = self.legs.get_mut(&id) {
                    leg.fail(stack, client, code);
                    self.sweep(id);
                }
            }
            User::Registration(id) => {
                if let Some(carrier) = self.carriers.get_mut(&id) {
                    carrier.fail(stack, client, code);
                    if carrier.is_over() {
                        self.carriers.remove(&id);
                    }
                }
            }
            User::Watch(id) => {
                if let Some(watched) = self.watches.get_mut(&id) {
                    watched.fail(stack, client, code);
                }
            }
            User::Nobody => {}
        }
    }

    /// A timer fired.
    pub(crate) fn fire(&mut self, owner: Owner, timer: Timer) {
        match owner {
            Owner::Client(_) | Owner::Server(_) => {
                let (transactions, mut turn) = self.stack.split();
                transactions.fire(&mut turn, owner, timer);
            }
            Owner::Leg(id) => {
                if let Some(leg) = self.legs.get_mut(&id) {
                    leg.fire(&mut self.stack, timer);
                    self.sweep(id);
                }
            }
            Owner::Registration(id) => self.go(User::Registration(id)),
            Owner::Watch(id) => self.go(User::Watch(id)),
            Owner::Registrar => self.registrar.fire(&mut self.stack),
        }
    }

    /// Forgets a leg that is over.
    pub(crate) fn sweep(&mut self, id: LegId) {
        if self.legs.get(&id).is_some_and(|leg| leg.is_over()) {
            if let Some(mut leg) = self.legs.remove(&id) {
                leg.line.disarm_all(&mut self.stack);
            }
            self.queries.retain(|_, query| query.user != User::Leg(id));
        }
    }

    pub(crate) fn place_leg(&mut self, id: LegId, mut placement: Placement) {
        if self.legs.contains_key(&id) {
            return;
        }
        let call_id = self.stack.call_id();
        let busy = self.legs.len() >= self.stack.config.legs_max;
        let mut located = locate(&placement.next, &placement.target);
        if let Located::Phone(user) = &located {
            located = match self.registrar.reach(user) {
                Some((contact, flow)) => {
                    placement.target = contact;
                    Located::Flow(flow)
                }
                None => Located::Nowhere,
            };
        }
        if busy || located == Located::Nowhere {
            // 480 for a phone that is not there, 503 for what is our own want.
            let phone = matches!(placement.next, crate::config::Next::Phone(_)) && !busy;
            let code = match phone {
                true => Code::TEMPORARILY_UNAVAILABLE,
                false => Code::SERVICE_UNAVAILABLE,
            };
            let event = SignalEvent::Failed {
                code: code.number(),
                reason: code.phrase().to_owned(),
                headers: Vec::new(),
                sip_call_id: call_id,
                error: phone.then_some(ErrorCode::SIP_NOT_REGISTERED),
            };
            return self.stack.tell(id, event);
        }
        let line = Line {
            id,
            tag: self.stack.tag(id),
            call_id,
            armed: Armed::default(),
            credentials: placement.credentials.clone(),
            sdp: String::new(),
        };
        let calling = Calling::new(&line, placement);
        let state = State::Calling(Box::new(calling));
        self.legs.insert(id, Box::new(Leg { line, state }));
        self.set_out(User::Leg(id), located);
    }

    pub(crate) fn add_carrier(&mut self, registration: Registration) {
        self.remove_carrier(&registration.name.clone());
        if self.carriers.len() >= limit::SIP_TRUNKS_MAX {
            return;
        }
        let id = self.next_errand;
        self.next_errand += 1;
        let carrier = Carrier::new(&mut self.stack, id, registration);
        self.carriers.insert(id, carrier);
        self.go(User::Registration(id));
    }

    pub(crate) fn remove_carrier(&mut self, name: &str) {
        for carrier in self.carriers.values_mut() {
            if carrier.registration.name == name {
                carrier.leave(&mut self.stack);
            }
        }
        self.carriers.retain(|_, carrier| !carrier.is_over());
    }

    pub(crate) fn add_watch(&mut self, watch: Watch) {
        self.remove_watch(&watch.name.clone());
        if self.watches.len() >= limit::SIP_TRUNKS_MAX {
            return;
        }
        let id = self.next_errand;
        self.next_errand += 1;
        self.watches.insert(id, Watched::new(id, watch));
        self.go(User::Watch(id));
    }

    pub(crate) fn remove_watch(&mut self, name: &str) {
        for watched in self.watches.values_mut() {
            if watched.watch.name == name {
                watched.stop(&mut self.stack);
            }
        }
        self.watches.retain(|_, watched| watched.watch.name != name);
    }

    /// Sets a registration or a watch on its way, finding the way first.
    fn go(&mut self, user: User) {
        let located = match user {
            User::Registration(id) => self.carriers.get(&id).map(|carrier| {
                let registration = &carrier.registration;
                locate(&registration.next, &registration.registrar)
            }),
            User::Watch(id) => {
                let watched = self.watches.get(&id);
                watched.map(|watched| locate(&watched.watch.next, watched.target()))
            }
            User::Leg(_) | User::Nobody => None,
        };
        if let Some(located) = located {
            self.set_out(user, located);
        }
    }

    fn set_out(&mut self, user: User, located: Located) {
        match located {
            Located::Flow(flow) => self.start_by(user, flow),
            Located::Address(transport, address) => {
                self.start(user, transport, vec![address], None);
            }
            Located::Name {
                host,
                service,
                port,
                transport,
            } => {
                let query = self.next_query;
                self.next_query += 1;
                let asked = Query {
                    user,
                    transport,
                    host: host.clone(),
                };
                self.queries.insert(query, asked);
                self.stack.wire.out.push_back(Output::Resolve {
                    query,
                    host,
                    service,
                    port,
                });
            }
            Located::Phone(_) | Located::Nowhere => {
                self.start(user, Transport::Udp, Vec::new(), None);
            }
        }
    }

    pub(crate) fn take_addresses(&mut self, query: u64, addresses: Vec<SocketAddr>) {
        if let Some(asked) = self.queries.remove(&query) {
            self.start(asked.user, asked.transport, addresses, Some(asked.host));
        }
    }

    fn start_by(&mut self, user: User, flow: Flow) {
        let stack = &mut self.stack;
        match user {
            User::Leg(id) => {
                if let Some(leg) = self.legs.get_mut(&id) {
                    leg.start_by(stack, flow);
                }
            }
            User::Registration(id) => {
                if let Some(carrier) = self.carriers.get_mut(&id) {
                    carrier.send_by(stack, flow);
                }
            }
            User::Watch(id) => {
                if let Some(watched) = self.watches.get_mut(&id) {
                    watched.send_by(stack, flow);
                }
            }
            User::Nobody => {}
        }
    }

    fn start(
        &mut self,
        user: User,
        transport: Transport,
        addresses: Vec<SocketAddr>,
        host: Option<String>,
    ) {
        if let User::Leg(id) = user {
            if let Some(leg) = self.legs.get_mut(&id) {
                leg.start(&mut self.stack, transport, addresses, host);
            }
            return self.sweep(id);
        }
        let way = addresses.into_iter().find_map(|address| {
            let hop = Hop { transport, address };
            self.stack.wire.flow_to(hop, host.as_deref())
        });
        match (way, user) {
            (Some(flow), _) => self.start_by(user, flow),
            (None, User::Registration(id)) => {
                if let Some(carrier) = self.carriers.get_mut(&id) {
                    let code = Code::SERVICE_UNAVAILABLE;
                    carrier.failed(&mut self.stack, code, "No Address");
                }
            }
            (None, User::Watch(id)) => {
                if let Some(watched) = self.watches.get_mut(&id) {
                    watched.lost(&mut self.stack, "no address");
                }
            }
            (None, _) => {}
        }
    }

    /// Answers bytes that are a request gone wrong, where there is somebody to answer.
    pub(crate) fn refuse_malformed(&mut self, flow: Flow, error: &ParseError) {
        if let Some(response) = error.response() {
            self.stack.wire.send(flow, response.to_bytes(), None);
        }
    }

    /// The answer to a keep-alive (RFC 5626 §3.5.1, §4.4.1).
    pub(crate) fn pong(&mut self, flow: Flow) {
        if flow.transport.is_reliable() {
            let bytes = b"\r\n".to_vec();
            self.stack.wire.out.push_back(Output::Send { flow, bytes });
        }
    }

    pub(crate) fn read_stream(&mut self, flow: Flow, bytes: &[u8]) {
        match self.stack.wire.framer(&flow) {
            Some(framer) => framer.feed(bytes),
            None => return,
        }
        loop {
            let Some(framer) = self.stack.wire.framer_of(flow.connection) else {
                return;
            };
            match framer.poll() {
                Ok(Some(Frame::Message(message))) => {
                    let head = match self.stack.wire.trace {
                        true => message.to_bytes(),
                        false => Vec::new(),
                    };
                    self.hear(flow, message, &head);
                }
                Ok(Some(Frame::Refused(error))) => self.refuse_malformed(flow, &error),
                Ok(Some(Frame::Ping)) => self.pong(flow),
                Ok(Some(Frame::Pong)) => {}
                Ok(None) => return,
                Err(error) => {
                    self.refuse_malformed(flow, &error);
                    self.stack.wire.close(flow.connection);
                    return self.drop_connection(flow.connection);
                }
            }
            self.finish();
        }
    }

    pub(crate) fn drop_connection(&mut self, connection: u64) {
        self.stack.wire.closed(connection);
        let (transactions, mut turn) = self.stack.split();
        transactions.break_off(&mut turn, connection);
        self.registrar.closed(&mut self.stack, connection);
    }
}
