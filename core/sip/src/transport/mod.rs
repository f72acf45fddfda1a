//! Which connection carries what: flows, hops, and the queue of what leaves the endpoint.

pub(crate) mod locate;
mod wire;

pub(crate) use wire::Wire;

use std::net::SocketAddr;

/// What carries messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// A stream.
    Tcp,
    /// An encrypted stream.
    Tls,
    /// WebSocket: the shell hands over whole messages (RFC 7118).
    Ws,
    /// WebSocket over TLS.
    Wss,
    /// Our own network within the process: behaves as UDP, and what comes in over it is ours.
    Memory,
}

impl Transport {
    /// Whether it delivers by itself, so that transactions repeat nothing.
    pub fn is_reliable(self) -> bool {
        !matches!(self, Transport::Udp | Transport::Memory)
    }

    /// The port where none is named (RFC 3261 §18.2.2, RFC 7118 §5.6).
    pub fn default_port(self) -> u16 {
        match self {
            Transport::Tls => 5061,
            Transport::Ws => 80,
            Transport::Wss => 443,
            _ => 5060,
        }
    }

    /// The value of a URI's `transport` parameter; `None` where it is the usual one.
    pub fn uri_param(self) -> Option<&'static str> {
        match self {
            Transport::Udp | Transport::Memory => None,
            Transport::Tcp => Some("tcp"),
            Transport::Tls => Some("tls"),
            Transport::Ws | Transport::Wss => Some("ws"),
        }
    }
}

/// The way between us and one peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flow {
    /// What carries it.
    pub transport: Transport,
    /// Our address.
    pub local: SocketAddr,
    /// The peer's address.
    pub remote: SocketAddr,
    /// The connection's name; 0 for datagrams.
    pub connection: u64,
}

impl Flow {
    /// The way of datagrams between two addresses.
    pub fn datagrams(transport: Transport, local: SocketAddr, remote: SocketAddr) -> Flow {
        Flow {
            transport,
            local,
            remote,
            connection: 0,
        }
    }

    /// The same way seen from the other end.
    pub fn reversed(self) -> Flow {
        Flow {
            local: self.remote,
            remote: self.local,
            ..self
        }
    }
}

/// The next hop of a request: where, and by what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hop {
    /// What carries it.
    pub transport: Transport,
    /// Where to.
    pub address: SocketAddr,
}
