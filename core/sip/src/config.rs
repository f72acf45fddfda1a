//! What an endpoint must be told about its world: where it listens, whom it knows, how long it
//! waits. Plain data; it may be changed while the endpoint runs.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use crate::message::Host;
use crate::transport::{Hop, Transport};
use model::Span;
use model::signal::Credentials;

/// The settings of an endpoint.
#[derive(Debug, Clone)]
pub struct Config {
    /// What stands in User-Agent and Server.
    pub user_agent: String,
    /// Where the endpoint listens, one entry per transport and local address.
    pub listeners: Vec<Listener>,
    /// Whose requests are a trunk's, told by the address they come from.
    pub trunks: Vec<TrunkSource>,
    /// The realm phones are challenged in.
    pub realm: String,
    /// The users that may register and call, and the means to check them.
    pub phones: BTreeMap<String, Phone>,
    /// Whether phones are challenged with SHA-256 before MD5 (RFC 8760 §2.3). Off by itself: phones
    /// that are in use (baresip 1.0) give up on the first challenge they can't compute.
    pub challenge_sha256: bool,
    /// Secret of the nonces; drawn by the shell from the operating system.
    pub nonce_secret: [u8; 32],
    /// Session timers (RFC 4028).
    pub session: SessionTimers,
    /// The timers of RFC 3261 §17.
    pub timers: TimerValues,
    /// Whether 100rel is offered and used where it is optional (RFC 3262).
    pub reliable: bool,
    /// Whether requests over 1,300 bytes to a UDP hop go by TCP instead (RFC 3261 §18.1.1).
    pub large_by_tcp: bool,
    /// Live legs; beyond it INVITEs get 503 with Retry-After.
    pub legs_max: usize,
    /// Whether `Output::Traced` is wanted.
    pub trace: bool,
    /// The shortest registration a phone may ask for (seconds).
    pub expires_min_s: u32,
    /// The longest registration a phone is given (seconds).
    pub expires_max_s: u32,
}

/// One place where messages come in and go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// What carries the messages.
    pub transport: Transport,
    /// The local address, as it stands in `Flow::local`.
    pub local: SocketAddr,
    /// The host others reach it by: in Via and Contact.
    pub host: Host,
    /// The port others reach it by.
    pub port: u16,
}

impl Listener {
    /// A listener that is reached by the address it is bound to.
    pub fn at(transport: Transport, local: SocketAddr) -> Listener {
        Listener {
            transport,
            local,
            host: local.ip().into(),
            port: local.port(),
        }
    }
}

/// Where a trunk's requests come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrunkSource {
    /// The trunk.
    pub name: String,
    /// Its addresses: a request from one of them is the trunk's. A port narrows it to one peer
    /// where several share an address.
    pub sources: Vec<(IpAddr, Option<u16>)>,
}

/// A user that may register and call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// What its digest answers are checked against.
    pub password: String,
}

/// How sessions are kept alive (RFC 4028).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionTimers {
    /// Session-Expires of our INVITEs (seconds); 0 leaves session timers to the far end.
    pub interval_s: u32,
    /// Our Min-SE (seconds); at least 90.
    pub min_s: u32,
}

/// The base values from which all transaction timers follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimerValues {
    /// Round-trip estimate.
    pub t1: Span,
    /// Longest interval between retransmissions.
    pub t2: Span,
    /// Longest life of a message in the network.
    pub t4: Span,
}

impl TimerValues {
    /// 64·T1: how long a transaction waits for an answer at most.
    pub fn patience(&self) -> Span {
        Span(self.t1.0 * 64)
    }
}

impl Default for TimerValues {
    fn default() -> Self {
        TimerValues {
            t1: Span::from_millis(500),
            t2: Span::from_secs(4),
            t4: Span::from_secs(5),
        }
    }
}

impl Default for SessionTimers {
    fn default() -> Self {
        SessionTimers {
            interval_s: 1_800,
            min_s: 90,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Config {
            user_agent: "Ringback".to_owned(),
            listeners: Vec::new(),
            trunks: Vec::new(),
            realm: "ringback".to_owned(),
            phones: BTreeMap::new(),
            challenge_sha256: false,
            nonce_secret: [0; 32],
            session: SessionTimers::default(),
            timers: TimerValues::default(),
            reliable: false,
            large_by_tcp: false,
            legs_max: model::limit::CALLS_MAX,
            trace: false,
            expires_min_s: 60,
            expires_max_s: 3_600,
        }
    }
}

/// A registration of ours at a carrier.
#[derive(Debug, Clone, PartialEq)]
pub struct Registration {
    /// The name it is known by here: the trunk's.
    pub name: String,
    /// The registrar, as `sip:carrier.example`.
    pub registrar: crate::message::Uri,
    /// The address to be registered: To and From.
    pub address: crate::message::Uri,
    /// Where the requests go.
    pub next: Next,
    /// For the registrar's challenge.
    pub credentials: Option<Credentials>,
    /// The lifetime that is asked for (seconds).
    pub expires_s: u32,
}

/// A trunk to be watched with OPTIONS.
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    /// The name of the trunk.
    pub name: String,
    /// The Request-URI of the OPTIONS.
    pub target: crate::message::Uri,
    /// Where the requests go.
    pub next: Next,
    /// How often it is asked (seconds).
    pub interval_s: u32,
}

/// Where a request goes next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// To this address.
    At(Hop),
    /// Down this connection or between these two addresses.
    Flow(crate::transport::Flow),
    /// To wherever this host resolves: the endpoint asks by `Output::Resolve` unless the host is
    /// an address.
    Host {
        /// The name or address.
        host: Host,
        /// The port, if one is named.
        port: Option<u16>,
        /// What carries the request.
        transport: Transport,
    },
    /// To wherever the target's URI leads (RFC 3263).
    Target,
    /// To the freshest binding of a phone that is registered here; its contact becomes the
    /// Request-URI.
    Phone(String),
}

/// A leg to be placed.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    /// The Request-URI.
    pub target: crate::message::Uri,
    /// Where the INVITE goes.
    pub next: Next,
    /// From, without a tag.
    pub from: crate::message::header::NameAddr,
    /// To, without a tag.
    pub to: crate::message::header::NameAddr,
    /// Further headers: the customer's, P-Asserted-Identity, Diversion …
    pub headers: Vec<(String, String)>,
    /// Our offer.
    pub sdp: String,
    /// For a 401 or 407.
    pub credentials: Option<Credentials>,
    /// Max-Forwards of the INVITE.
    pub max_forwards: u8,
    /// Given up with CANCEL after so many seconds without a final answer; a bound behind call
    /// control's own.
    pub ring_secs_max: u32,
    /// Given up with 408 after so many seconds in which nothing at all was heard, at each address
    /// that is tried; `None` waits for Timer B (RFC 3261 §17.1.1.2).
    pub unheard_secs: Option<u32>,
}
