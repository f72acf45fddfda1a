//! Where a request goes: from a URI or a configured next hop to addresses (RFC 3263, reduced:
//! no NAPTR; SRV and addresses are looked up by the shell).

use std::net::SocketAddr;

use super::{Flow, Transport};
use crate::config::Next;
use crate::dialog::transport_of;
use crate::message::{Host, Uri};

/// What is known of a next hop.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Located {
    /// It is this way.
    Flow(Flow),
    /// It is this address.
    Address(Transport, SocketAddr),
    /// It is a name that has to be looked up.
    Name {
        host: String,
        /// The SRV name to ask first.
        service: Option<String>,
        port: u16,
        transport: Transport,
    },
    /// A registered phone, by user name.
    Phone(String),
    /// Nothing we could send to.
    Nowhere,
}

/// Finds the next hop of a request to this target.
pub(crate) fn locate(next: &Next, target: &Uri) -> Located {
    match next {
        Next::At(hop) => Located::Address(hop.transport, hop.address),
        Next::Flow(flow) => Located::Flow(*flow),
        Next::Phone(user) => Located::Phone(user.clone()),
        Next::Host {
            host,
            port,
            transport,
        } => locate_host(host, *port, *transport),
        Next::Target => {
            let Some(sip) = target.as_sip() else {
                return Located::Nowhere;
            };
            let Some(transport) = transport_of(sip) else {
                return Located::Nowhere;
            };
            let maddr = sip.params.value("maddr").and_then(|text| text.parse().ok());
            locate_host(maddr.as_ref().unwrap_or(&sip.host), sip.port, transport)
        }
    }
}

fn locate_host(host: &Host, port: Option<u16>, transport: Transport) -> Located {
    let usual = transport.default_port();
    match (host.ip(), host) {
        (Some(ip), _) => Located::Address(transport, SocketAddr::new(ip, port.unwrap_or(usual))),
        (None, Host::Name(name)) => {
            let prefix = match transport {
                Transport::Udp | Transport::Memory => Some("_sip._udp"),
                Transport::Tcp => Some("_sip._tcp"),
                Transport::Tls => Some("_sips._tcp"),
                Transport::Ws | Transport::Wss => None,
            };
            // A named port means that no service is looked up (RFC 3263 §4.2).
            let service = prefix.filter(|_| port.is_none());
            Located::Name {
                host: name.clone(),
                service: service.map(|prefix| format!("{prefix}.{name}")),
                port: port.unwrap_or(usual),
                transport,
            }
        }
        (None, _) => Located::Nowhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_leads_to_an_address_or_a_question() {
        let find = |uri: &str| locate(&Next::Target, &Uri::parse(uri).unwrap());
        let address = |text: &str| text.parse().unwrap();
        assert_eq!(
            find("sip:a@192.0.2.1"),
            Located::Address(Transport::Udp, address("192.0.2.1:5060"))
        );
        assert_eq!(
            find("sips:a@192.0.2.1"),
            Located::Address(Transport::Tls, address("192.0.2.1:5061"))
        );
        assert_eq!(
            find("sip:a@x.example;maddr=192.0.2.9;transport=tcp"),
            Located::Address(Transport::Tcp, address("192.0.2.9:5060"))
        );
        assert_eq!(
            find("sip:a@x.example"),
            Located::Name {
                host: "x.example".into(),
                service: Some("_sip._udp.x.example".into()),
                port: 5060,
                transport: Transport::Udp,
            }
        );
        assert!(matches!(
            find("sip:a@x.example:5070"),
            Located::Name {
                service: None,
                port: 5070,
                ..
            }
        ));
        assert_eq!(find("tel:+12025550101"), Located::Nowhere);
        assert_eq!(find("sip:a@x.example;transport=sctp"), Located::Nowhere);
    }
}
