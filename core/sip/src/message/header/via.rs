//! Via: the way a request came, and so the way its answer goes (RFC 3261 §20.42, RFC 3581).

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use crate::message::scan::{is_token, number, trim};
use crate::message::uri::{check_host, split_port};
use crate::message::{Host, Malformed, Params, params};

/// One hop: `SIP/2.0/UDP host:port;branch=…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Via {
    /// Protocol name and version, nearly always `SIP/2.0`.
    pub protocol: Cow<'static, str>,
    /// What carried the request.
    pub transport: Transport,
    /// The host the sender gave itself.
    pub host: Host,
    /// The port the sender gave itself.
    pub port: Option<u16>,
    /// The parameters.
    pub params: Params,
}

/// What carries a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// A stream.
    Tcp,
    /// An encrypted stream.
    Tls,
    /// WebSocket (RFC 7118).
    Ws,
    /// WebSocket over TLS (RFC 7118).
    Wss,
    /// Any other, by name, as `SCTP`.
    Other(String),
}

impl Transport {
    /// The transport of this name, in any case.
    pub fn parse(text: &str) -> Option<Transport> {
        let known = [
            Transport::Udp,
            Transport::Tcp,
            Transport::Tls,
            Transport::Ws,
            Transport::Wss,
        ];
        match known
            .into_iter()
            .find(|one| one.as_str().eq_ignore_ascii_case(text))
        {
            Some(known) => Some(known),
            None => is_token(text).then(|| Transport::Other(text.to_owned())),
        }
    }

    /// The name in upper case as in Via.
    pub fn as_str(&self) -> &str {
        match self {
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
            Transport::Tls => "TLS",
            Transport::Ws => "WS",
            Transport::Wss => "WSS",
            Transport::Other(name) => name,
        }
    }

    /// Whether it delivers by itself, so that the transaction need not repeat anything.
    pub fn is_reliable(&self) -> bool {
        *self != Transport::Udp
    }

    /// The port where none is named (RFC 3261 §18.2.2, RFC 7118 §5.6 by way of HTTP).
    pub fn default_port(&self) -> u16 {
        match self {
            Transport::Tls => 5061,
            Transport::Ws => 80,
            Transport::Wss => 443,
            _ => 5060,
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What every branch made by RFC 3261 begins with (§8.1.1.7).
const MAGIC_COOKIE: &str = "z9hG4bK";

impl Via {
    /// A hop of our own: the branch is complete, cookie included.
    pub fn new(transport: Transport, host: Host, port: Option<u16>, branch: &str) -> Via {
        let params = Params::new().with("branch", branch);
        Via {
            protocol: Cow::Borrowed("SIP/2.0"),
            transport,
            host,
            port,
            params,
        }
    }

    /// The branch, which names the transaction.
    pub fn branch(&self) -> Option<&str> {
        self.params.value("branch")
    }

    /// Whether the branch can be relied on to be unique (RFC 3261 §17.2.3). The cookie without
    /// anything behind it names nothing (RFC 4475 §3.2.1).
    pub fn has_magic_cookie(&self) -> bool {
        self.branch().is_some_and(|branch| {
            let (cookie, rest) = branch
                .split_at_checked(MAGIC_COOKIE.len())
                .unwrap_or_default();
            cookie.eq_ignore_ascii_case(MAGIC_COOKIE) && !rest.is_empty()
        })
    }

    /// The address the request really came from.
    pub fn received(&self) -> Option<IpAddr> {
        let text = self.params.value("received")?;
        text.trim_matches(['[', ']', '"']).parse().ok()
    }

    /// Notes the address the request really came from (RFC 3261 §18.2.1).
    pub fn set_received(&mut self, address: IpAddr) {
        self.params.set("received", &address.to_string());
    }

    /// Whether the sender asked for the answer on the port it sent from (RFC 3581 §3).
    pub fn wants_rport(&self) -> bool {
        self.params.has("rport")
    }

    /// The port the request really came from.
    pub fn rport(&self) -> Option<u16> {
        number(self.params.value("rport")?)
    }

    /// Asks for the answer on the port we send from (RFC 3581 §3).
    pub fn ask_rport(&mut self) {
        self.params.set_flag("rport");
    }

    /// Notes the port the request really came from (RFC 3581 §4).
    pub fn set_rport(&mut self, port: u16) {
        self.params.set("rport", &port.to_string());
    }

    /// The multicast or other address the answer shall go to.
    pub fn maddr(&self) -> Option<Host> {
        Host::parse(self.params.value("maddr")?).ok()
    }

    /// The hops a multicast answer may take.
    pub fn ttl(&self) -> Option<u8> {
        number(self.params.value("ttl")?)
    }

    /// The port the sender gave itself, or the usual one of its transport.
    pub fn port_or_default(&self) -> u16 {
        self.port.unwrap_or(self.transport.default_port())
    }
}

/// The pieces of a Via element.
struct Parts<'a> {
    name: &'a str,
    version: &'a str,
    transport: &'a str,
    host: &'a str,
    port: Option<u16>,
    params: &'a str,
}

fn split(text: &str) -> Result<Parts<'_>, Malformed> {
    let malformed = Malformed("protocol, version and transport");
    let (name, rest) = text.split_once('/').ok_or(malformed)?;
    let (version, rest) = rest.split_once('/').ok_or(malformed)?;
    let (name, version, rest) = (trim(name), trim(version), trim(rest));
    let blank = rest
        .find([' ', '\t'])
        .ok_or(Malformed("a host behind the transport"))?;
    let (transport, rest) = rest.split_at(blank);
    if !is_token(name) || !is_token(version) || !is_token(transport) {
        return Err(malformed);
    }
    let rest = trim(rest);
    let (sent_by, params) = rest.split_at(rest.find(';').unwrap_or(rest.len()));
    let (host, port) = split_port(trim(sent_by))?;
    Ok(Parts {
        name,
        version,
        transport,
        host,
        port,
        params,
    })
}

/// Whether the text is one Via element, found out without building it.
pub(in crate::message) fn check(text: &str) -> Result<(), Malformed> {
    let parts = split(text)?;
    check_host(parts.host)?;
    params::scan(parts.params, |_, _| {})
}

impl FromStr for Via {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Via, Malformed> {
        let parts = split(text)?;
        let protocol = match (parts.name, parts.version) {
            ("SIP", "2.0") => Cow::Borrowed("SIP/2.0"),
            (name, version) => Cow::Owned(format!("{name}/{version}")),
        };
        let transport = Transport::parse(parts.transport).ok_or(Malformed("a transport"))?;
        Ok(Via {
            protocol,
            transport,
            host: Host::parse(parts.host)?,
            port: parts.port,
            params: Params::parse(parts.params)?,
        })
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} {}", self.protocol, self.transport, self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        self.params.fmt(f)
    }
}
