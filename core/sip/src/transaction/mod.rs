//! Transactions: which request a message belongs to, repeating what may be lost, and swallowing
//! what comes twice (RFC 3261 §17).

pub(crate) mod client_invite;
pub(crate) mod client_other;
mod key;
pub(crate) mod server_invite;
pub(crate) mod server_other;
pub(crate) mod timer;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::config::TimerValues;
use crate::message::header::Via;
use crate::message::{Code, HeaderName, Host, Method, Request, Response};
use crate::transport::{Flow, Wire};
use client_invite::ClientInvite;
use client_other::ClientOther;
use model::{LegId, Time, limit};
use server_invite::ServerInvite;
use server_other::ServerOther;
use timer::{Owner, Timer, Timers};

/// Whose request it is: who hears what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum User {
    /// A leg's agent.
    Leg(LegId),
    /// A registration of ours.
    Registration(u64),
    /// A watched trunk.
    Watch(u64),
    /// Nobody waits for the outcome.
    Nobody,
}

/// What a transaction passes up.
#[derive(Debug)]
pub(crate) enum Heard {
    /// A new request.
    Request {
        key: u64,
        request: Request,
        flow: Flow,
    },
    /// An ACK that belongs to a 2xx, or to nothing.
    Ack { request: Request },
    /// A response to a request of ours.
    Response {
        user: User,
        client: u64,
        response: Response,
        flow: Flow,
    },
    /// A request of ours got no answer.
    TimedOut { user: User, client: u64 },
    /// A request of ours could not leave.
    Broken { user: User, client: u64 },
}

/// What one step of a transaction may touch.
pub(crate) struct Turn<'a> {
    pub(crate) now: Time,
    pub(crate) values: TimerValues,
    pub(crate) timers: &'a mut Timers,
    pub(crate) wire: &'a mut Wire,
    pub(crate) heard: &'a mut VecDeque<Heard>,
}

impl Turn<'_> {
    fn send(&mut self, flow: Flow, bytes: Vec<u8>, user: User) {
        let leg = match user {
            User::Leg(leg) => Some(leg),
            _ => None,
        };
        self.wire.send(flow, bytes, leg);
    }
}

#[derive(Debug)]
enum Client {
    Invite(ClientInvite),
    Other(ClientOther),
}

#[derive(Debug)]
enum Server {
    Invite(ServerInvite),
    Other(ServerOther),
}

/// All transactions of an endpoint.
#[derive(Debug)]
pub(crate) struct Transactions {
    /// By twice the number in the branch; a CANCEL, which shares its INVITE's branch, is odd.
    clients: BTreeMap<u64, Box<Client>>,
    /// INVITEs of ours that live only for what may come late; the oldest first.
    late: BTreeSet<u64>,
    servers: BTreeMap<u64, Box<Server>>,
    /// The server transaction of a request without To tag, however it came.
    merges: BTreeMap<u64, u64>,
    next: u64,
    secret: u64,
}

impl Transactions {
    /// No transactions yet; the secret keeps others from choosing keys.
    pub(crate) fn new(secret: u64) -> Transactions {
        Transactions {
            clients: BTreeMap::new(),
            late: BTreeSet::new(),
            servers: BTreeMap::new(),
            merges: BTreeMap::new(),
            next: 1,
            secret,
        }
    }

    /// Live transactions.
    pub(crate) fn len(&self) -> usize {
        self.clients.len() + self.servers.len()
    }

    /// Sends a request in a transaction of its own, with our Via in front; gives its name.
    pub(crate) fn request(
        &mut self,
        turn: &mut Turn<'_>,
        user: User,
        request: &mut Request,
        flow: Flow,
        nonce: u32,
    ) -> u64 {
        let number = self.next;
        self.next += 1;
        let id = number * 2;
        let branch = key::branch(number, nonce);
        let (host, port) = turn.wire.sent_by(&flow);
        let mut via = Via::new(flow.transport.into(), host, Some(port), &branch);
        via.ask_rport();
        request.headers.push_front(HeaderName::Via, via);
        let client = if request.method == Method::Invite {
            Client::Invite(ClientInvite::start(turn, id, user, flow, nonce, request))
        } else {
            Client::Other(ClientOther::start(turn, id, user, flow, nonce, request))
        };
        self.clients.insert(id, Box::new(client));
        id
    }

    /// Sends the CANCEL of a pending INVITE, once; not while no provisional response has come,
    /// when it must be held (RFC 3261 §9.1).
    pub(crate) fn cancel(&mut self, turn: &mut Turn<'_>, invite: u64) {
        let pending = self.clients.get_mut(&invite).map(|boxed| &mut **boxed);
        let Some(Client::Invite(pending)) = pending else {
            return;
        };
        let Some(request) = pending.cancel() else {
            return;
        };
        let (id, user) = (invite | 1, pending.user);
        // Nobody waits for the answer to the CANCEL; what counts is the INVITE's.
        let (flow, nonce) = (pending.flow, pending.nonce);
        let mut cancel = ClientOther::start(turn, id, user, flow, nonce, &request);
        cancel.user = User::Nobody;
        self.clients.insert(id, Box::new(Client::Other(cancel)));
    }

    /// Keeps the ACK of a 2xx, to be sent again whenever that 2xx comes again.
    pub(crate) fn keep_ack(&mut self, invite: u64, tag: &str, flow: Flow, bytes: &[u8]) {
        if let Some(Client::Invite(client)) =
            self.clients.get_mut(&invite).map(|boxed| &mut **boxed)
        {
            client.keep_ack(tag, flow, bytes);
        }
    }

    /// Nobody waits for the answer to this INVITE of ours any more: if it has none yet, it lives
    /// on by itself for what may come late. User `Nobody` hears it.
    pub(crate) fn give_up(&mut self, turn: &mut Turn<'_>, invite: u64) {
        let client = self.clients.get_mut(&invite).map(|boxed| &mut **boxed);
        if let Some(Client::Invite(client)) = client {
            client.give_up(turn, invite);
            self.sweep_client(turn, invite);
        }
    }

    /// Sends a response in its transaction.
    pub(crate) fn respond(&mut self, turn: &mut Turn<'_>, key: u64, code: Code, bytes: Vec<u8>) {
        match self.servers.get_mut(&key).map(|boxed| &mut **boxed) {
            Some(Server::Invite(server)) => server.respond(turn, key, code, bytes),
            Some(Server::Other(server)) => server.respond(turn, key, code, bytes),
            None => return,
        }
        self.sweep_server(turn, key);
    }

    /// Names the leg a server transaction belongs to, for the ladder.
    pub(crate) fn adopt(&mut self, key: u64, leg: LegId) {
        match self.servers.get_mut(&key).map(|boxed| &mut **boxed) {
            Some(Server::Invite(server)) => server.user = User::Leg(leg),
            Some(Server::Other(server)) => server.user = User::Leg(leg),
            None => {}
        }
    }

    /// The way responses of this transaction go.
    pub(crate) fn flow_of(&self, key: u64) -> Option<Flow> {
        match self.servers.get(&key).map(|boxed| &**boxed)? {
            Server::Invite(server) => Some(server.flow),
            Server::Other(server) => Some(server.flow),
        }
    }

    /// Whose a server transaction is.
    pub(crate) fn user_of_server(&self, key: u64) -> User {
        match self.servers.get(&key).map(|boxed| &**boxed) {
            Some(Server::Invite(server)) => server.user,
            Some(Server::Other(server)) => server.user,
            None => User::Nobody,
        }
    }

    /// The INVITE transaction a CANCEL means (RFC 3261 §9.2).
    pub(crate) fn invite_of(&self, cancel: &Request) -> Option<u64> {
        let via = cancel.headers.via_top().ok()?;
        let key = key::of_request(self.secret, cancel, &via, &Method::Invite);
        self.servers.contains_key(&key).then_some(key)
    }

    /// Takes in a request: a new one is passed up, an old one is answered as before.
    pub(crate) fn hear_request(&mut self, turn: &mut Turn<'_>, mut request: Request, flow: Flow) {
        let Ok(mut via) = request.headers.via_top() else {
            return;
        };
        let key = key::of_request(self.secret, &request, &via, &request.method);
        match self.servers.get_mut(&key).map(|boxed| &mut **boxed) {
            Some(Server::Invite(server)) if request.method == Method::Ack => {
                if server.state == server_invite::State::Accepted {
                    // A peer that gives the ACK of a 2xx the branch of its INVITE.
                    turn.heard.push_back(Heard::Ack { request });
                    return;
                }
                server.hear_ack(turn, key);
                self.sweep_server(turn, key);
                return;
            }
            Some(Server::Invite(server)) => return server.hear_again(turn),
            Some(Server::Other(server)) => return server.hear_again(turn),
            None => {}
        }
        if request.method == Method::Ack {
            turn.heard.push_back(Heard::Ack { request });
            return;
        }
        if self.len() >= limit::SIP_TRANSACTIONS_MAX {
            return;
        }
        let back = mark(&mut request, &mut via, flow);
        self.open_server(turn, key, request, flow, back);
    }

    /// Opens a transaction for a request that came by `flow` and is answered by `back`.
    fn open_server(
        &mut self,
        turn: &mut Turn<'_>,
        key: u64,
        request: Request,
        flow: Flow,
        back: Flow,
    ) {
        if request.method != Method::Invite {
            self.servers
                .insert(key, Box::new(Server::Other(ServerOther::new(back))));
        } else {
            let untagged = request.headers.to().is_ok_and(|to| to.tag().is_none());
            let merge = untagged.then(|| key::of_merge(self.secret, &request));
            let merged = merge.is_some_and(|merge| self.merges.contains_key(&merge));
            let merge = merge.filter(|_| !merged);
            if let Some(merge) = merge {
                self.merges.insert(merge, key);
            }
            let server = Server::Invite(ServerInvite::new(back, merge));
            self.servers.insert(key, Box::new(server));
            if merged {
                let mut response = Response::to(&request, Code::LOOP_DETECTED);
                response.set_to_tag("merged");
                return self.respond(turn, key, response.code, response.to_bytes());
            }
        }
        turn.heard.push_back(Heard::Request { key, request, flow });
    }

    /// Takes in a response to a request of ours; others are dropped. Gives whose it is.
    pub(crate) fn user_of(&self, response: &Response) -> Option<(u64, User)> {
        let (number, nonce) = key::of_response(response)?;
        let cseq = response.headers.value(HeaderName::CSeq)?;
        let cancel = cseq.ends_with("CANCEL");
        let id = number.checked_mul(2)? | u64::from(cancel);
        let (user, known) = match &**self.clients.get(&id)? {
            Client::Invite(client) => (client.user, client.nonce),
            Client::Other(client) => (client.user, client.nonce),
        };
        (known == nonce).then_some((id, user))
    }

    /// Takes in a response to this request of ours.
    pub(crate) fn hear_response(
        &mut self,
        turn: &mut Turn<'_>,
        id: u64,
        response: Response,
        flow: Flow,
    ) {
        match self.clients.get_mut(&id).map(|boxed| &mut **boxed) {
            Some(Client::Invite(client)) => client.hear(turn, id, response, flow),
            Some(Client::Other(client)) => client.hear(turn, id, response, flow),
            None => return,
        }
        self.sweep_client(turn, id);
    }

    /// A transaction's timer fired.
    pub(crate) fn fire(&mut self, turn: &mut Turn<'_>, owner: Owner, timer: Timer) {
        match owner {
            Owner::Client(id) => {
                match self.clients.get_mut(&id).map(|boxed| &mut **boxed) {
                    Some(Client::Invite(client)) => client.fire(turn, id, timer),
                    Some(Client::Other(client)) => client.fire(turn, id, timer),
                    None => {}
                }
                self.sweep_client(turn, id);
            }
            Owner::Server(key) => {
                match self.servers.get_mut(&key).map(|boxed| &mut **boxed) {
                    Some(Server::Invite(server)) => server.fire(turn, key, timer),
                    Some(Server::Other(server)) => server.fire(turn, key, timer),
                    None => {}
                }
                self.sweep_server(turn, key);
            }
            _ => {}
        }
    }

    /// A connection is gone: requests that wait on it have failed.
    pub(crate) fn break_off(&mut self, turn: &mut Turn<'_>, connection: u64) {
        let hit: Vec<u64> = self
            .clients
            .iter()
            .filter(|(_, client)| client.flow().connection == connection)
            .map(|(id, _)| *id)
            .collect();
        for id in hit {
            match self.clients.get_mut(&id).map(|boxed| &mut **boxed) {
                Some(Client::Invite(client)) => client.break_off(turn, id),
                Some(Client::Other(client)) => client.break_off(turn, id),
                None => {}
            }
            self.sweep_client(turn, id);
        }
    }

    fn sweep_client(&mut self, turn: &mut Turn<'_>, id: u64) {
        let (ended, late) = match self.clients.get(&id).map(|boxed| &**boxed) {
            Some(Client::Invite(client)) => {
                let ended = client.state == client_invite::State::Terminated;
                (ended, client.is_late())
            }
            Some(Client::Other(client)) => (client.state == client_other::State::Terminated, false),
            None => return,
        };
        if late {
            self.late.insert(id);
        } else {
            self.late.remove(&id);
        }
        if ended {
            self.forget_client(turn, id);
        } else if self.late.len() > limit::SIP_LATE_INVITES_MAX
            && let Some(oldest) = self.late.pop_first()
        {
            self.forget_client(turn, oldest);
        }
    }

    fn forget_client(&mut self, turn: &mut Turn<'_>, id: u64) {
        if let Some(mut client) = self.clients.remove(&id) {
            client.stop(turn.timers, id);
        }
    }

    fn sweep_server(&mut self, turn: &mut Turn<'_>, key: u64) {
        let ended = self
            .servers
            .get(&key)
            .is_some_and(|server| match &**server {
                Server::Invite(server) => server.state == server_invite::State::Terminated,
                Server::Other(server) => server.state == server_other::State::Terminated,
            });
        if !ended {
            return;
        }
        match self.servers.remove(&key).map(|boxed| *boxed) {
            Some(Server::Invite(mut server)) => {
                turn.timers.stop_all(&mut server.armed, Owner::Server(key));
                if let Some(merge) = server.merge {
                    self.merges.remove(&merge);
                }
            }
            Some(Server::Other(mut server)) => {
                turn.timers.stop_all(&mut server.armed, Owner::Server(key));
            }
            None => {}
        }
    }
}

impl Client {
    fn stop(&mut self, timers: &mut Timers, id: u64) {
        match self {
            Client::Invite(client) => timers.stop_all(&mut client.armed, Owner::Client(id)),
            Client::Other(client) => timers.stop_all(&mut client.armed, Owner::Client(id)),
        }
    }

    fn flow(&self) -> Flow {
        match self {
            Client::Invite(client) => client.flow,
            Client::Other(client) => client.flow,
        }
    }
}

/// Notes in the topmost Via where a request really came from (RFC 3261 §18.2.1, RFC 3581 §4),
/// and tells the way its responses go (RFC 3261 §18.2.2).
fn mark(request: &mut Request, via: &mut Via, flow: Flow) -> Flow {
    let source = flow.remote.ip();
    let wants_rport = via.wants_rport();
    if wants_rport {
        via.set_rport(flow.remote.port());
    }
    if wants_rport || via.host != Host::from(source) {
        via.set_received(source);
        request.headers.remove_first(HeaderName::Via);
        request.headers.push_front(HeaderName::Via, &*via);
    }
    if flow.transport.is_reliable() || wants_rport {
        return flow;
    }
    let mut back = flow;
    back.remote.set_port(via.port_or_default());
    back
}
