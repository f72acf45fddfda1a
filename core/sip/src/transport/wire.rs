//! The way out: the queue of what leaves, and the connections it leaves by.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

use super::{Flow, Hop, Transport};
use crate::config::Listener;
use crate::message::Host;
use crate::output::{Output, Trace};
use crate::stream::Framer;
use model::{LegId, limit};

/// Our own connections are named from here upwards, the shell's below.
const OURS: u64 = 1 << 63;

/// Everything that leaves the endpoint goes through here.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) out: VecDeque<Output>,
    pub(crate) listeners: Vec<Listener>,
    pub(crate) trace: bool,
    connections: BTreeMap<u64, Connection>,
    remotes: BTreeMap<(Transport, SocketAddr), u64>,
    next_connection: u64,
}

#[derive(Debug)]
struct Connection {
    flow: Flow,
    framer: Framer,
    /// Messages that wait for the connection to open; `None` once it is.
    waiting: Option<Vec<Vec<u8>>>,
}

impl Wire {
    /// A way out from these listeners.
    pub(crate) fn new(listeners: Vec<Listener>, trace: bool) -> Wire {
        Wire {
            out: VecDeque::new(),
            listeners,
            trace,
            connections: BTreeMap::new(),
            remotes: BTreeMap::new(),
            next_connection: OURS,
        }
    }

    /// Sends a message; one for a closed connection is dropped, as a lost datagram would be.
    pub(crate) fn send(&mut self, flow: Flow, bytes: Vec<u8>, leg: Option<LegId>) {
        if self.trace {
            self.note(true, flow, leg, &bytes);
        }
        if flow.connection == 0 {
            self.out.push_back(Output::Send { flow, bytes });
            return;
        }
        let known = self.connections.contains_key(&flow.connection);
        let flow = if known { flow } else { self.reopen(flow) };
        if let Some(connection) = self.connections.get_mut(&flow.connection) {
            match &mut connection.waiting {
                Some(waiting) if waiting.len() < limit::SIP_CONNECTION_QUEUE_MAX => {
                    waiting.push(bytes);
                }
                Some(_) => {}
                None => self.out.push_back(Output::Send { flow, bytes }),
            }
        }
    }

    /// A response whose connection is gone goes by a new one to where the request came from
    /// (RFC 3261 §18.2.2); only plain TCP can be opened backwards.
    fn reopen(&mut self, flow: Flow) -> Flow {
        if flow.transport != Transport::Tcp {
            return flow;
        }
        let hop = Hop {
            transport: flow.transport,
            address: flow.remote,
        };
        self.flow_to(hop, None).unwrap_or(flow)
    }

    /// Puts a rung of the ladder out, if ladders are wanted.
    pub(crate) fn note(&mut self, sent: bool, flow: Flow, leg: Option<LegId>, bytes: &[u8]) {
        if self.trace {
            let line = Trace::line(bytes);
            self.out.push_back(Output::Traced(Trace {
                leg,
                sent,
                flow,
                line,
                call_id: Trace::call_id(bytes),
            }));
        }
    }

    /// The rung that was put out last before this leg had a name is this leg's.
    pub(crate) fn claim(&mut self, leg: LegId) {
        let rungs = self.out.iter_mut().rev().filter_map(|output| match output {
            Output::Traced(trace) if !trace.sent => Some(trace),
            _ => None,
        });
        if let Some(rung) = rungs.into_iter().next() {
            rung.leg.get_or_insert(leg);
        }
    }

    /// The way to a hop: datagrams from the listener of its transport and family, or the
    /// connection there, opened if need be. `None` if nothing of ours speaks this transport.
    pub(crate) fn flow_to(&mut self, hop: Hop, host: Option<&str>) -> Option<Flow> {
        let fits = |one: &&Listener| {
            one.transport == hop.transport && one.local.is_ipv4() == hop.address.is_ipv4()
        };
        let listener = self.listeners.iter().find(fits);
        if !hop.transport.is_reliable() {
            let local = listener?.local;
            return Some(Flow::datagrams(hop.transport, local, hop.address));
        }
        if let Some(connection) = self.remotes.get(&(hop.transport, hop.address)) {
            return self.connections.get(connection).map(|open| open.flow);
        }
        if matches!(hop.transport, Transport::Ws | Transport::Wss) {
            // A browser opens its WebSocket itself; we can't open one towards it.
            return None;
        }
        let local = listener.map_or_else(
            || SocketAddr::new(unspecified(hop.address), 0),
            |one| one.local,
        );
        let connection = self.next_connection;
        self.next_connection += 1;
        let flow = Flow {
            transport: hop.transport,
            local,
            remote: hop.address,
            connection,
        };
        self.insert(flow, Some(Vec::new()));
        self.out.push_back(Output::Connect {
            connection,
            transport: hop.transport,
            remote: hop.address,
            host: host.map(str::to_owned),
        });
        Some(flow)
    }

    /// A connection is open: what waited for it leaves.
    pub(crate) fn opened(&mut self, flow: Flow) {
        let full = self.connections.len() >= limit::SIP_CONNECTIONS_MAX;
        match self.connections.get_mut(&flow.connection) {
            Some(connection) => {
                let waiting = connection.waiting.take().unwrap_or_default();
                let flow = connection.flow;
                self.out.extend(
                    waiting
                        .into_iter()
                        .map(|bytes| Output::Send { flow, bytes }),
                );
            }
            None if full => {
                self.out.push_back(Output::Close {
                    connection: flow.connection,
                });
            }
            None => self.insert(flow, None),
        }
    }

    /// A connection is gone.
    pub(crate) fn closed(&mut self, connection: u64) {
        if let Some(gone) = self.connections.remove(&connection) {
            let key = (gone.flow.transport, gone.flow.remote);
            if self.remotes.get(&key) == Some(&connection) {
                self.remotes.remove(&key);
            }
        }
    }

    /// Closes a connection from our side.
    pub(crate) fn close(&mut self, connection: u64) {
        if self.connections.contains_key(&connection) {
            self.closed(connection);
            self.out.push_back(Output::Close { connection });
        }
    }

    /// Takes notice of a connection that nobody has announced.
    pub(crate) fn notice(&mut self, flow: Flow) {
        if flow.connection != 0 && !self.connections.contains_key(&flow.connection) {
            self.opened(flow);
        }
    }

    /// Where messages of a connection are put together; `None` if it is not known.
    pub(crate) fn framer(&mut self, flow: &Flow) -> Option<&mut Framer> {
        self.notice(*flow);
        let connection = self.connections.get_mut(&flow.connection)?;
        Some(&mut connection.framer)
    }

    /// The same of a connection that is known.
    pub(crate) fn framer_of(&mut self, connection: u64) -> Option<&mut Framer> {
        let connection = self.connections.get_mut(&connection)?;
        Some(&mut connection.framer)
    }

    /// Whether this connection is open or being opened.
    pub(crate) fn is_known(&self, connection: u64) -> bool {
        self.connections.contains_key(&connection)
    }

    /// The host and port that stand in Via and Contact of what leaves by this way.
    pub(crate) fn sent_by(&self, flow: &Flow) -> (Host, u16) {
        let same = |one: &&Listener| one.transport == flow.transport;
        let exact = |one: &&Listener| same(one) && one.local == flow.local;
        let listener = self.listeners.iter().find(exact);
        match listener.or_else(|| self.listeners.iter().find(same)) {
            Some(listener) => (listener.host.clone(), listener.port),
            None => (flow.local.ip().into(), flow.local.port()),
        }
    }

    fn insert(&mut self, flow: Flow, waiting: Option<Vec<Vec<u8>>>) {
        self.remotes
            .insert((flow.transport, flow.remote), flow.connection);
        let framer = Framer::new();
        self.connections.insert(
            flow.connection,
            Connection {
                flow,
                framer,
                waiting,
            },
        );
    }
}

fn unspecified(like: SocketAddr) -> std::net::IpAddr {
    match like {
        SocketAddr::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
    }
}
