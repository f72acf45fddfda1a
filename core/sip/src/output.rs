//! What the endpoint wants done or known, drained by `Endpoint::poll` in order.

use std::net::SocketAddr;

use crate::message::header::Transport as ViaTransport;
use crate::transport::{Flow, Transport};
use model::LegId;
use model::signal::SignalEvent;

/// One thing the world must do, or may want to know.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Send these bytes: a datagram, or one message into a connection.
    Send {
        /// From where to where.
        flow: Flow,
        /// The message.
        bytes: Vec<u8>,
    },
    /// Open a connection; answer with `stream_opened` or `stream_closed` under this name.
    Connect {
        /// The name the endpoint gave the connection; never one of the shell's.
        connection: u64,
        /// What kind.
        transport: Transport,
        /// Where to.
        remote: SocketAddr,
        /// The name the far end must prove (TLS), if a name was resolved.
        host: Option<String>,
    },
    /// Close a connection.
    Close {
        /// Which.
        connection: u64,
    },
    /// Find the addresses of a host; answer with `resolved`.
    Resolve {
        /// The question's name.
        query: u64,
        /// The host.
        host: String,
        /// The SRV name to ask first, as `_sip._udp.example.com`; `None` if a port was named.
        service: Option<String>,
        /// The port for plain addresses.
        port: u16,
    },
    /// Something happened to a leg.
    Leg {
        /// Which.
        leg: LegId,
        /// What.
        event: SignalEvent,
    },
    /// A phone registered, or refreshed its registration.
    Registered {
        /// Who.
        user: String,
    },
    /// The last contact of a phone is gone.
    Unregistered {
        /// Who.
        user: String,
    },
    /// A registration of ours at a carrier succeeded.
    RegisteredAt {
        /// Which.
        name: String,
        /// For how long.
        expires_s: u32,
    },
    /// A registration of ours at a carrier failed; it is tried again.
    RefusedAt {
        /// Which.
        name: String,
        /// The final response; 408 for silence, 503 when it could not leave.
        code: u16,
        /// Its phrase.
        reason: String,
    },
    /// A watched trunk answers.
    TrunkUp {
        /// Which.
        name: String,
    },
    /// A watched trunk does not answer, or answers that it cannot serve.
    TrunkDown {
        /// Which.
        name: String,
        /// Why, for people.
        reason: String,
    },
    /// A message passed; only if the configuration asks for it.
    Traced(Trace),
}

/// One rung of the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The leg it belongs to, if any.
    pub leg: Option<LegId>,
    /// True for what we sent.
    pub sent: bool,
    /// Between whom.
    pub flow: Flow,
    /// `INVITE sip:+12025550101@10.0.0.1`, `200 OK INVITE`.
    pub line: String,
    /// The Call-ID, for a message whose leg is gone or doesn't exist yet; empty if it has none.
    pub call_id: String,
}

impl Trace {
    /// The Call-ID of a message, wherever its headers have it.
    pub(crate) fn call_id(bytes: &[u8]) -> String {
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4_096)]).into_owned();
        let found = head.lines().skip(1).find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let name = name.trim();
            let ours = name.eq_ignore_ascii_case("Call-ID") || name.eq_ignore_ascii_case("i");
            ours.then(|| value.trim().to_owned())
        });
        found.unwrap_or_default()
    }

    /// The rung a message makes: its request line without version, or status, phrase and method.
    /// A REFER shows where to, a report what it reports.
    pub(crate) fn line(bytes: &[u8]) -> String {
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(2_048)]).into_owned();
        let first = head.lines().next().unwrap_or_default();
        match first.strip_prefix("SIP/2.0 ") {
            Some(status) => {
                let cseq = header(&head, "CSeq");
                let method = cseq.and_then(|cseq| cseq.split_whitespace().nth(1));
                format!("{status} {}", method.unwrap_or_default())
            }
            None => {
                let line = first.trim_end_matches(" SIP/2.0");
                let more = match line.split(' ').next() {
                    Some("REFER") => header(&head, "Refer-To"),
                    Some("NOTIFY") => head.split_once("\r\n\r\n").and_then(|(_, body)| {
                        let status = body.lines().next()?;
                        status.strip_prefix("SIP/2.0 ")
                    }),
                    _ => None,
                };
                more.map_or_else(|| line.to_owned(), |more| format!("{line} {more}"))
            }
        }
    }
}

/// The value of a header that is written in full.
fn header<'a>(head: &'a str, wanted: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim()
            .eq_ignore_ascii_case(wanted)
            .then(|| value.trim())
    })
}

impl From<Transport> for ViaTransport {
    fn from(transport: Transport) -> ViaTransport {
        match transport {
            Transport::Udp | Transport::Memory => ViaTransport::Udp,
            Transport::Tcp => ViaTransport::Tcp,
            Transport::Tls => ViaTransport::Tls,
            Transport::Ws => ViaTransport::Ws,
            Transport::Wss => ViaTransport::Wss,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Trace;

    #[test]
    fn a_rung_names_method_and_status() {
        assert_eq!(
            Trace::line(b"INVITE sip:a@b SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\n"),
            "INVITE sip:a@b"
        );
        assert_eq!(
            Trace::line(b"SIP/2.0 200 OK\r\nVia: x\r\nCSeq: 1 INVITE\r\n\r\n"),
            "200 OK INVITE"
        );
        let refer = b"REFER sip:a@b SIP/2.0\r\nRefer-To: <sip:c@d>\r\nCSeq: 2 REFER\r\n\r\n";
        assert_eq!(Trace::line(refer), "REFER sip:a@b <sip:c@d>");
        let notify = b"NOTIFY sip:a@b SIP/2.0\r\nCSeq: 2 NOTIFY\r\n\r\nSIP/2.0 200 OK\r\n";
        assert_eq!(Trace::line(notify), "NOTIFY sip:a@b 200 OK");
        assert_eq!(
            Trace::call_id(b"SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\ni: a@b\r\n\r\n"),
            "a@b"
        );
    }
}
