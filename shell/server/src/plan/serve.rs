//! The plan of `ringback serve`: what the configuration file says.

use super::{Plan, PlannedAccount, PlannedNumber, PlannedTest};
use crate::certificate::Certificate;
use crate::config::{Config, TrunkConfig, TrunkTransport};
use crate::start::StartError;
use model::signal::Credentials;
use sip::message::Host;
use sip::{Phone, Transport, TrunkSource};
use std::net::{IpAddr, Ipv4Addr, ToSocketAddrs};
use store::Durability;
use switch::{Carrier, Trunk};

/// A trunk is registered for an hour and refreshed in time.
const REGISTER_SECS: u32 = 3_600;
/// A trunk is asked every half minute whether it is alive.
const WATCH_SECS: u32 = 30;

impl Plan {
    /// The plan a configuration leads to. Host names of trunks are resolved here, once, to know
    /// whose calls come from where.
    pub fn serve(
        config: &Config,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Plan, StartError> {
        let fault = |error: crate::config::ConfigError| StartError::new(error.to_string());
        let (sid, token) = config.account.credentials(environment).map_err(fault)?;
        let sip = config.sip.udp.iter().chain(&config.sip.tcp);
        let sip_address = sip
            .clone()
            .next()
            .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |a| a.ip());
        let public_address = config.sip.public_address;
        let media_address = public_address.unwrap_or(sip_address);
        let mut trunks = Vec::new();
        let mut sources = Vec::new();
        for trunk in &config.trunks {
            trunks.push(outbound(trunk)?);
            sources.push(source(trunk)?);
        }
        let carrier = config.trunks.iter().find(|trunk| trunk.outbound);
        Ok(Plan {
            http: config.http.listen,
            tls: tls(config)?,
            public_url: config.http.public_url.clone(),
            sip_udp: config.sip.udp.clone(),
            sip_tcp: config.sip.tcp.clone(),
            public_address,
            data: config.data.clone(),
            durability: Durability::Full,
            account: PlannedAccount {
                sid: Some(sid),
                name: config.account.name.clone(),
                token: Some(token),
                test: config
                    .account
                    .test()
                    .map_err(fault)?
                    .map_or(PlannedTest::None, PlannedTest::Given),
                settings: config.account.settings(),
            },
            subaccounts: config.subaccount_settings().map_err(fault)?,
            main_keys: Some(config.main_keys().map_err(fault)?),
            numbers: config
                .numbers
                .iter()
                .map(|number| PlannedNumber {
                    number: number.number.clone(),
                    name: number.name.clone(),
                    voice_url: number.voice_url.clone(),
                })
                .collect(),
            phones: config
                .phones
                .iter()
                .map(|phone| {
                    let password = phone.password.reveal().to_owned();
                    (phone.user.clone(), Phone { password })
                })
                .collect(),
            realm: config
                .sip
                .domain
                .clone()
                .unwrap_or_else(|| "ringback".to_owned()),
            challenge_sha256: config.sip.challenge_sha256,
            carrier: carrier.map_or(Carrier::None, |trunk| Carrier::Trunk(trunk.name.clone())),
            trunks,
            sources,
            media_address,
            media_bind: sip_address,
            media_ports: config.media.port_first..=config.media.port_last,
            media_threads: config.media.threads,
            gate: config.webhooks.gate(),
            caller_names: config
                .caller_names
                .iter()
                .map(|caller| (caller.number.clone(), caller.name.clone()))
                .collect(),
            rates: config
                .rates
                .iter()
                .map(|rate| rate.rate())
                .collect::<Result<_, _>>()
                .map_err(fault)?,
            voices: config.voices(),
            strict: true,
            calls_max: Some(config.limits.calls),
            calls_per_second: Some(config.limits.calls_per_second),
            terminal: false,
            intercept: None,
        })
    }
}

fn outbound(trunk: &TrunkConfig) -> Result<Trunk, StartError> {
    let (host, port) = host_and_port(&trunk.host);
    let parsed = Host::parse(host);
    let host = parsed.map_err(|_| StartError::new(format!("trunk host {:?}?", trunk.host)))?;
    let credentials = trunk.username.as_ref().map(|username| Credentials {
        username: username.clone(),
        password: trunk
            .password
            .as_ref()
            .map_or("", |secret| secret.reveal())
            .to_owned(),
    });
    Ok(Trunk {
        name: trunk.name.clone(),
        host,
        port,
        transport: match trunk.transport {
            TrunkTransport::Udp => Transport::Udp,
            TrunkTransport::Tcp => Transport::Tcp,
        },
        credentials,
        register_secs: trunk.register.then_some(REGISTER_SECS),
        watch_secs: trunk.options.then_some(WATCH_SECS),
    })
}

/// The addresses a trunk's calls come from: the ones named, or the host's own.
fn source(trunk: &TrunkConfig) -> Result<TrunkSource, StartError> {
    let mut sources: Vec<_> = trunk
        .calls_from
        .iter()
        .map(|address| (*address, None))
        .collect();
    if sources.is_empty() {
        let (host, port) = host_and_port(&trunk.host);
        let found = (host, port.unwrap_or(5_060)).to_socket_addrs();
        let found = found.map_err(|error| {
            StartError::new(format!(
                "trunk {}: {host} can't be resolved: {error}",
                trunk.name
            ))
        })?;
        // Several trunks may share an address, as tests on one machine do: then the port tells.
        sources.extend(found.map(|address| {
            (
                address.ip(),
                address.ip().is_loopback().then_some(address.port()),
            )
        }));
    }
    Ok(TrunkSource {
        name: trunk.name.clone(),
        sources,
    })
}

/// `host:port`, `[v6]:port`, or a host alone.
fn host_and_port(text: &str) -> (&str, Option<u16>) {
    let split = text.rsplit_once(':').and_then(|(host, port)| {
        let whole = !host.contains(':') || host.ends_with(']');
        whole.then_some(())?;
        Some((host, port.parse().ok()?))
    });
    let (host, port) = split.map_or((text, None), |(host, port)| (host, Some(port)));
    (host, port)
}

fn tls(config: &Config) -> Result<Option<Certificate>, StartError> {
    let (Some(certificate), Some(key)) = (&config.http.certificate, &config.http.key) else {
        return Ok(None);
    };
    let loaded = Certificate::load(certificate, key);
    loaded
        .map(Some)
        .map_err(|error| StartError::new(error.to_string()))
}
