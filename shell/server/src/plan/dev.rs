//! The plan of `ringback dev`: everything on loopback, the virtual phones as carrier.

use super::{Plan, PlannedAccount, PlannedIntercept, PlannedNumber, PlannedSettings, PlannedTest};
use crate::start::StartError;
use crate::webhook::Gate;
use model::{AccountSid, Voices, limit};
use sip::TrunkSource;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use store::Durability;
use switch::Carrier;

/// The number that `dev` owns from its first start.
pub const NUMBER: &str = "+12025550190";

/// What the command line says.
#[derive(Debug, Clone)]
pub struct DevFlags {
    /// `--http`.
    pub http: SocketAddr,
    /// `--sip`.
    pub sip: SocketAddr,
    /// `--media-ports`.
    pub media_ports: RangeInclusive<u16>,
    /// `--data`.
    pub data: PathBuf,
    /// `--strict`.
    pub strict: bool,
    /// `--quiet`: no ladder.
    pub quiet: bool,
    /// `--intercept` and `--intercept-pass`.
    pub intercept: Option<PlannedIntercept>,
    /// `TWILIO_ACCOUNT_SID`, if it is set.
    pub account_sid: Option<String>,
    /// `TWILIO_AUTH_TOKEN`, if it is set.
    pub auth_token: Option<String>,
}

impl Plan {
    /// The plan of `ringback dev`.
    pub fn dev(flags: DevFlags) -> Result<Plan, StartError> {
        let account_sid = flags.account_sid.as_deref().map(account_sid).transpose()?;
        let loopback = [
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::LOCALHOST),
        ];
        let sources = loopback.into_iter().chain([flags.sip.ip()]);
        Ok(Plan {
            http: flags.http,
            tls: None,
            public_url: None,
            sip_udp: vec![flags.sip],
            sip_tcp: vec![flags.sip],
            public_address: None,
            data: flags.data,
            durability: Durability::Normal,
            account: PlannedAccount {
                sid: account_sid,
                name: "Ringback".to_owned(),
                token: flags.auth_token,
                test: PlannedTest::Drawn,
                settings: PlannedSettings {
                    // Nobody who tries things out wants to wait for a carrier's rate.
                    calls_per_second: Some(limit::CALLS_PER_SECOND_MAX),
                    ..PlannedSettings::default()
                },
            },
            subaccounts: Vec::new(),
            main_keys: None,
            numbers: vec![PlannedNumber {
                number: NUMBER.to_owned(),
                ..PlannedNumber::default()
            }],
            phones: BTreeMap::new(),
            realm: "ringback".to_owned(),
            challenge_sha256: false,
            carrier: Carrier::Phones,
            trunks: Vec::new(),
            sources: vec![TrunkSource {
                name: "loopback".to_owned(),
                sources: sources.map(|address| (address, None)).collect(),
            }],
            media_address: flags.sip.ip(),
            media_bind: flags.sip.ip(),
            media_ports: flags.media_ports,
            media_threads: None,
            calls_max: None,
            calls_per_second: None,
            gate: Gate::open(),
            caller_names: BTreeMap::new(),
            rates: Vec::new(),
            voices: Voices::default(),
            strict: flags.strict,
            terminal: !flags.quiet,
            intercept: flags.intercept,
        })
    }
}

/// An Account SID from the environment or a file.
pub(crate) fn account_sid(text: &str) -> Result<AccountSid, StartError> {
    text.parse().map_err(|_| {
        StartError::new(format!(
            "{text:?} is no Account SID: AC and 32 hexadecimal digits are wanted"
        ))
    })
}
