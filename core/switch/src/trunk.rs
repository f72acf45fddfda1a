//! Which carrier takes a leg, and what it needs to know: URI, next hop, headers, credentials.

use model::signal::{Credentials, Invite, Route};
use model::{Address, ErrorCode, Time, limit};
use sip::message::header::NameAddr;
use sip::message::{Host, Uri};
use sip::{Endpoint, Hop, Next, Placement, Registration, Transport, Watch};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Where the virtual phones are reached, in memory. RFC 5737 keeps this block off every wire.
pub const PHONES: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 5060);
/// Where we reach ourselves, in memory, when one of our numbers is called from here.
pub const OWN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)), 5060);
/// The name under which the virtual phones call in.
pub(crate) const PHONES_NAME: &str = "phones";

/// Who carries calls to numbers that aren't ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carrier {
    /// The virtual phones.
    Phones,
    /// The trunk of this name.
    Trunk(String),
    /// Nobody: such calls fail with 503.
    None,
}

/// A carrier's SIP trunk.
#[derive(Debug, Clone, PartialEq)]
pub struct Trunk {
    /// Its name.
    pub name: String,
    /// The carrier's host, in the request line and in To.
    pub host: Host,
    /// Its port, if not the usual one.
    pub port: Option<u16>,
    /// What carries the messages.
    pub transport: Transport,
    /// For a carrier that asks who we are.
    pub credentials: Option<Credentials>,
    /// Register there, for so many seconds.
    pub register_secs: Option<u32>,
    /// Ask it with OPTIONS every so many seconds.
    pub watch_secs: Option<u32>,
}

/// Why no carrier takes a leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The SIP response that would say so.
    pub code: u16,
    /// A phrase.
    pub reason: String,
    /// What the customer is told besides.
    pub error: Option<ErrorCode>,
}

/// The carriers of this exchange.
#[derive(Debug, Clone)]
pub(crate) struct Trunks {
    carrier: Carrier,
    trunks: Vec<Trunk>,
    /// The hosts that are ourselves: a SIP address there is a phone registered here.
    hosts: Vec<(Host, u16)>,
    /// The name of ourselves that phones register under.
    realm: String,
    domain: Host,
}

impl Trunks {
    pub(crate) fn new(carrier: Carrier, trunks: Vec<Trunk>, sip: &sip::Config) -> Trunks {
        let hosts: Vec<_> = sip
            .listeners
            .iter()
            .map(|l| (l.host.clone(), l.port))
            .collect();
        let domain = hosts
            .first()
            .map_or_else(|| OWN.ip().into(), |(host, _)| host.clone());
        Trunks {
            carrier,
            trunks,
            hosts,
            realm: sip.realm.clone(),
            domain,
        }
    }

    /// Registers at the carriers that want it, and begins to watch those that are watched.
    pub(crate) fn start(&self, now: Time, sip: &mut Endpoint) {
        for trunk in &self.trunks {
            let registrar = Uri::sip("", trunk.host.clone(), trunk.port);
            if let Some(expires_s) = trunk.register_secs {
                let user = trunk
                    .credentials
                    .as_ref()
                    .map_or("", |c| c.username.as_str());
                sip.register_at(
                    now,
                    Registration {
                        name: trunk.name.clone(),
                        registrar: registrar.clone(),
                        address: Uri::sip(user, trunk.host.clone(), None),
                        next: trunk.next(),
                        credentials: trunk.credentials.clone(),
                        expires_s,
                    },
                );
            }
            if let Some(interval_s) = trunk.watch_secs {
                let next = trunk.next();
                sip.watch(
                    now,
                    Watch {
                        name: trunk.name.clone(),
                        target: registrar,
                        next,
                        interval_s,
                    },
                );
            }
        }
    }

    /// Makes of call control's wish what the endpoint needs to place the leg.
    pub(crate) fn place(&self, invite: Invite, sip: &Endpoint) -> Result<Placement, Refused> {
        match invite.route {
            Route::Own => {
                let host: Host = OWN.ip().into();
                Ok(self.number(invite, host, None, memory(OWN), None))
            }
            Route::Carrier => self.place_at_carrier(invite),
            Route::Sip => self.place_at_address(invite, sip),
        }
    }

    fn place_at_carrier(&self, invite: Invite) -> Result<Placement, Refused> {
        match &self.carrier {
            Carrier::Phones => {
                Ok(self.number(invite, PHONES.ip().into(), None, memory(PHONES), None))
            }
            Carrier::Trunk(name) => {
                let trunk = self.trunks.iter().find(|trunk| trunk.name == *name);
                let trunk = trunk.ok_or_else(|| refused(503, "No Such Trunk"))?;
                let credentials = trunk.credentials.clone();
                Ok(self.number(
                    invite,
                    trunk.host.clone(),
                    trunk.port,
                    trunk.next(),
                    credentials,
                ))
            }
            Carrier::None => Err(refused(503, "No Carrier")),
        }
    }

    fn number(
        &self,
        invite: Invite,
        host: Host,
        port: Option<u16>,
        next: Next,
        credentials: Option<Credentials>,
    ) -> Placement {
        let user = match &invite.to {
            Address::Number(number) | Address::Name(number) => number.clone(),
            other => other.to_string(),
        };
        let target = Uri::sip(&user, host, port);
        let to = NameAddr::new(target.clone());
        self.placement(invite, target, next, to, credentials)
    }

    /// A SIP address: a phone registered here if the host is ours, else wherever it leads.
    fn place_at_address(&self, invite: Invite, sip: &Endpoint) -> Result<Placement, Refused> {
        let written = invite.to.to_string();
        let address = written
            .split_once('?')
            .map_or(written.as_str(), |(address, _)| address);
        let Ok(target) = Uri::parse(address) else {
            return Err(refused(484, "Address Incomplete"));
        };
        let Some(parts) = target.as_sip() else {
            return Err(refused(416, "Unsupported URI Scheme"));
        };
        let user = target
            .user()
            .map(|user| user.into_owned())
            .unwrap_or_default();
        let here = self.is_here(&parts.host, parts.port);
        let next = if here && sip.bindings(&user).is_empty() {
            return Err(Refused {
                error: Some(ErrorCode::SIP_NOT_REGISTERED),
                ..refused(480, "Not Registered")
            });
        } else if here {
            Next::Phone(user)
        } else if self.carrier == Carrier::Phones && parts.host.ip() == Some(PHONES.ip()) {
            // The virtual phones have SIP addresses, too.
            memory(PHONES)
        } else {
            Next::Target
        };
        let to = NameAddr::new(target.clone());
        Ok(self.placement(invite, target, next, to, None))
    }

    /// Whether this host is ourselves. `sip:bob@localhost` and the domain of registered phones
    /// count, so that a phone's address can be written the way people write it.
    fn is_here(&self, host: &Host, port: Option<u16>) -> bool {
        let name = host.to_string();
        let local = ["localhost", "ringback", &self.realm]
            .iter()
            .any(|own| name.eq_ignore_ascii_case(own));
        local
            || self
                .hosts
                .iter()
                .any(|(own, own_port)| own.matches(host) && port.unwrap_or(5_060) == *own_port)
    }

    fn placement(
        &self,
        invite: Invite,
        target: Uri,
        next: Next,
        to: NameAddr,
        credentials: Option<Credentials>,
    ) -> Placement {
        let from = match &invite.from {
            Address::Sip(uri) => Uri::parse(uri).ok(),
            Address::Number(user) | Address::Client(user) | Address::Sim(user) => {
                Some(Uri::sip(user, self.domain.clone(), None))
            }
            Address::Name(name) => {
                Some(Uri::sip(&name.replace(' ', "_"), self.domain.clone(), None))
            }
        };
        let from = from.unwrap_or_else(|| Uri::sip("anonymous", self.domain.clone(), None));
        Placement {
            target,
            next,
            from: NameAddr::new(from),
            to,
            headers: invite.headers,
            sdp: invite.sdp,
            credentials: invite.credentials.or(credentials),
            max_forwards: invite.max_forwards,
            unheard_secs: invite.unheard_secs,
            // A bound behind call control's own, which gives up first.
            ring_secs_max: limit::RING_SECS_MAX + 30,
        }
    }
}

impl Trunk {
    fn next(&self) -> Next {
        Next::Host {
            host: self.host.clone(),
            port: self.port,
            transport: self.transport,
        }
    }
}

fn memory(address: SocketAddr) -> Next {
    Next::At(Hop {
        transport: Transport::Memory,
        address,
    })
}

fn refused(code: u16, reason: &str) -> Refused {
    Refused {
        code,
        reason: reason.to_owned(),
        error: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_ours_by_its_address_and_by_the_domain_of_phones() {
        let listener = sip::Listener::at(Transport::Udp, SocketAddr::from(([10, 0, 0, 1], 5060)));
        let config = sip::Config {
            listeners: vec![listener],
            realm: "voice.example.com".to_owned(),
            ..sip::Config::default()
        };
        let trunks = Trunks::new(Carrier::None, Vec::new(), &config);
        for (host, port, ours) in [
            ("10.0.0.1", None, true),
            ("10.0.0.1", Some(5_070), false),
            ("Voice.Example.com", None, true),
            ("localhost", None, true),
            ("example.com", None, false),
        ] {
            let parsed = Host::parse(host).unwrap();
            assert_eq!(trunks.is_here(&parsed, port), ours, "{host}");
        }
    }
}
