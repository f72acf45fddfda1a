//! The SIP sockets: datagrams and streams in, bytes out; what they mean is `core/sip`'s matter.
//!
//! A thread per UDP socket, a task per connection. Connections that come in are named from 1
//! upwards; those the endpoint asks for bring their own names.

mod stream;

use crate::metrics::Metrics;
use model::limit;
use sip::{Flow, Transport};
use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// What comes in by the SIP sockets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SipIn {
    /// A datagram.
    Datagram {
        /// Between whom.
        flow: Flow,
        /// The message.
        bytes: Vec<u8>,
    },
    /// Bytes of a connection.
    Stream {
        /// Which.
        flow: Flow,
        /// The bytes, wherever they were cut.
        bytes: Vec<u8>,
    },
    /// A connection is open: one that came in, or one that was asked for.
    Opened {
        /// Which.
        flow: Flow,
    },
    /// A connection is closed, or could not be opened.
    Closed {
        /// Which.
        connection: u64,
    },
}

/// Takes what comes in; false if it has no room, so that the message is dropped and comes again.
pub type SipSink = Arc<dyn Fn(SipIn) -> bool + Send + Sync>;

/// Why a socket could not be opened.
#[derive(Debug)]
pub struct BindError {
    /// `UDP` or `TCP`.
    pub kind: &'static str,
    /// Where.
    pub address: SocketAddr,
    /// Why not.
    pub error: io::Error,
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BindError {
            kind,
            address,
            error,
        } = self;
        match error.kind() {
            io::ErrorKind::AddrInUse => write!(
                f,
                "{kind} {address} is in use by another program: stop it or choose another address"
            ),
            io::ErrorKind::AddrNotAvailable => {
                write!(f, "{address} is not an address of this machine ({kind})")
            }
            io::ErrorKind::PermissionDenied => {
                write!(f, "{kind} {address} may not be used by this user")
            }
            _ => write!(f, "{kind} {address} can't be opened: {error}"),
        }
    }
}

impl std::error::Error for BindError {}

/// All SIP sockets. Clones are the same sockets.
#[derive(Clone)]
pub struct SipSockets(Arc<Shared>);

struct Shared {
    udp: Vec<(SocketAddr, UdpSocket)>,
    tcp: Vec<SocketAddr>,
    streams: Mutex<Streams>,
    next_connection: AtomicU64,
    stopped: AtomicBool,
    sink: SipSink,
    metrics: Metrics,
    runtime: tokio::runtime::Handle,
}

#[derive(Default)]
struct Streams {
    open: HashMap<u64, mpsc::Sender<Vec<u8>>>,
    by_source: HashMap<IpAddr, usize>,
}

impl SipSockets {
    /// Opens the sockets and begins to listen. Must be called within the runtime.
    pub async fn open(
        udp: &[SocketAddr],
        tcp: &[SocketAddr],
        sink: SipSink,
        metrics: Metrics,
    ) -> Result<SipSockets, BindError> {
        let mut datagrams = Vec::new();
        for &address in udp {
            let refuse = |error| BindError {
                kind: "UDP",
                address,
                error,
            };
            let socket = open_udp(address).map_err(refuse)?;
            datagrams.push((socket.local_addr().map_err(refuse)?, socket));
        }
        let mut listeners = Vec::new();
        for &address in tcp {
            let refuse = |error| BindError {
                kind: "TCP",
                address,
                error,
            };
            let listener = TcpListener::bind(address).await.map_err(refuse)?;
            listeners.push((listener.local_addr().map_err(refuse)?, listener));
        }
        let sockets = SipSockets(Arc::new(Shared {
            udp: datagrams,
            tcp: listeners.iter().map(|(local, _)| *local).collect(),
            streams: Mutex::default(),
            next_connection: AtomicU64::new(1),
            stopped: AtomicBool::new(false),
            sink,
            metrics,
            runtime: tokio::runtime::Handle::current(),
        }));
        for at in 0..sockets.0.udp.len() {
            let (local, socket) = &sockets.0.udp[at];
            let refuse = |error| BindError {
                kind: "UDP",
                address: *local,
                error,
            };
            let (socket, local) = (socket.try_clone().map_err(refuse)?, *local);
            let listening = sockets.clone();
            std::thread::Builder::new()
                .name("sip-udp".to_owned())
                .spawn(move || listening.listen_udp(&socket, local))
                .map_err(refuse)?;
        }
        for (local, listener) in listeners {
            tokio::spawn(stream::listen(sockets.clone(), listener, local));
        }
        Ok(sockets)
    }

    /// The addresses datagrams come in by.
    pub fn udp(&self) -> Vec<SocketAddr> {
        self.0.udp.iter().map(|(local, _)| *local).collect()
    }

    /// The addresses connections come in by.
    pub fn tcp(&self) -> Vec<SocketAddr> {
        self.0.tcp.clone()
    }

    /// Sends a message. One that can't leave is lost, as the network would lose it; a connection
    /// that takes nothing is closed.
    pub fn send(&self, flow: Flow, bytes: Vec<u8>) {
        if flow.connection == 0 {
            let same_family = |local: &SocketAddr| local.is_ipv4() == flow.remote.is_ipv4();
            let mut sockets = self.0.udp.iter();
            let exact = sockets.clone().find(|(local, _)| *local == flow.local);
            let socket = exact.or_else(|| sockets.find(|(local, _)| same_family(local)));
            let sent = socket.map(|(_, socket)| socket.send_to(&bytes, flow.remote));
            if !matches!(sent, Some(Ok(_))) {
                self.drop_for("unsendable");
            }
            return;
        }
        let mut streams = self.streams();
        let full = streams
            .open
            .get(&flow.connection)
            .is_some_and(|queue| queue.try_send(bytes).is_err());
        if full {
            streams.open.remove(&flow.connection);
            drop(streams);
            self.drop_for("backlog");
        }
    }

    /// Opens a connection; `Opened` or `Closed` follows.
    pub fn connect(&self, connection: u64, transport: Transport, remote: SocketAddr) {
        let sockets = self.clone();
        self.0.runtime.spawn(async move {
            if transport != Transport::Tcp {
                tracing::info!(?transport, %remote, "SIP connections of this kind aren't made");
                sockets.tell(SipIn::Closed { connection });
                return;
            }
            let patience = Duration::from_millis(limit::WEBHOOK_CONNECT_MS);
            match tokio::time::timeout(patience, TcpStream::connect(remote)).await {
                Ok(Ok(stream)) => stream::carry(sockets, stream, connection, remote, false).await,
                _ => sockets.tell(SipIn::Closed { connection }),
            }
        });
    }

    /// Closes a connection, once what was sent before has left.
    pub fn close(&self, connection: u64) {
        self.streams().open.remove(&connection);
    }

    /// Closes everything.
    pub fn stop(&self) {
        self.0.stopped.store(true, Ordering::Relaxed);
        self.streams().open.clear();
        for (local, socket) in &self.0.udp {
            // An empty datagram to ourselves wakes the listening thread.
            let mut own = *local;
            if own.ip().is_unspecified() {
                own.set_ip(if own.is_ipv4() {
                    IpAddr::from([127, 0, 0, 1])
                } else {
                    IpAddr::from(std::net::Ipv6Addr::LOCALHOST)
                });
            }
            let _ = socket.send_to(&[], own);
        }
    }

    fn listen_udp(&self, socket: &UdpSocket, local: SocketAddr) {
        let mut buffer = vec![0; limit::SIP_MESSAGE_BYTES_MAX];
        let mut flood = Flood::new(Instant::now());
        while !self.0.stopped.load(Ordering::Relaxed) {
            // Errors here are ICMP news about earlier datagrams: those are retransmitted anyway.
            let Ok((length, remote)) = socket.recv_from(&mut buffer) else {
                continue;
            };
            if length == 0 {
                continue;
            }
            if !flood.allows(remote.ip(), Instant::now()) {
                self.drop_for("flood");
                continue;
            }
            let flow = Flow::datagrams(Transport::Udp, local, remote);
            self.tell(SipIn::Datagram {
                flow,
                bytes: buffer[..length].to_vec(),
            });
        }
    }

    fn tell(&self, news: SipIn) {
        if !(self.0.sink)(news) {
            self.drop_for("queue");
        }
    }

    fn drop_for(&self, reason: &str) {
        self.0
            .metrics
            .sip_dropped
            .with_label_values(&[reason])
            .inc();
    }

    fn streams(&self) -> MutexGuard<'_, Streams> {
        self.0
            .streams
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn open_udp(address: SocketAddr) -> io::Result<UdpSocket> {
    use socket2::{Domain, Protocol, Socket, Type};
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // The kernel gives what it allows (net.core.rmem_max); less only means less patience.
    let _ = socket.set_recv_buffer_size(limit::SIP_SOCKET_BUFFER_BYTES);
    let _ = socket.set_send_buffer_size(limit::SIP_SOCKET_BUFFER_BYTES);
    socket.bind(&address.into())?;
    Ok(socket.into())
}

/// Counts datagrams per source and second.
struct Flood {
    since: Instant,
    counts: HashMap<IpAddr, u32>,
}

/// Sources counted at once; more are counted together, as one.
const SOURCES_MAX: usize = 10_000;

impl Flood {
    fn new(now: Instant) -> Flood {
        Flood {
            since: now,
            counts: HashMap::new(),
        }
    }

    fn allows(&mut self, source: IpAddr, now: Instant) -> bool {
        if now.duration_since(self.since) >= Duration::from_secs(1) {
            self.since = now;
            self.counts.clear();
        }
        let full = self.counts.len() >= SOURCES_MAX && !self.counts.contains_key(&source);
        let source = if full {
            IpAddr::from([0, 0, 0, 0])
        } else {
            source
        };
        let count = self.counts.entry(source).or_default();
        *count += 1;
        *count <= limit::SIP_DATAGRAMS_PER_SOURCE_SECOND
    }
}

#[cfg(test)]
mod tests;
