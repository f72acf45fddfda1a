//! Everything a node must know before it starts, wherever it was written: `dev`'s flags or
//! `serve`'s file.

mod dev;
mod serve;

pub use dev::DevFlags;

use crate::certificate::Certificate;
use crate::sip_socket::SipSockets;
use crate::start::{self, StartError};
use crate::webhook::Gate;
use model::{Account, AccountSid, KeySid, TestCredentials, Voices};
use sip::{Listener, Phone, Transport, TrunkSource};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use store::Durability;
use switch::{Carrier, Trunk};

/// What a node is made of.
#[derive(Clone)]
pub struct Plan {
    /// Where the API listens.
    pub http: SocketAddr,
    /// With which certificate, if any.
    pub tls: Option<Certificate>,
    /// How clients reach the API, if not by the address it listens on.
    pub public_url: Option<String>,
    /// Where SIP listens for datagrams.
    pub sip_udp: Vec<SocketAddr>,
    /// Where SIP listens for connections.
    pub sip_tcp: Vec<SocketAddr>,
    /// The address far ends reach us by, for SIP and sound, if not the one SIP listens on.
    pub public_address: Option<IpAddr>,
    /// The data folder.
    pub data: PathBuf,
    /// What a commit survives.
    pub durability: Durability,
    /// The account that stands by itself.
    pub account: PlannedAccount,
    /// Settings of accounts it has made.
    pub subaccounts: Vec<(AccountSid, PlannedSettings)>,
    /// API keys that may do what its token may; `None` leaves those alone that are there.
    pub main_keys: Option<Vec<PlannedKey>>,
    /// Numbers the account owns from the start.
    pub numbers: Vec<PlannedNumber>,
    /// Phones that may register: user and password.
    pub phones: BTreeMap<String, Phone>,
    /// The realm phones are challenged in.
    pub realm: String,
    /// Whether they are asked for SHA-256 before MD5.
    pub challenge_sha256: bool,
    /// Who carries calls to numbers that aren't ours.
    pub carrier: Carrier,
    /// The trunks.
    pub trunks: Vec<Trunk>,
    /// Whose calls come from which address.
    pub sources: Vec<TrunkSource>,
    /// What the descriptions of our sound say.
    pub media_address: IpAddr,
    /// What the sound's sockets are bound to.
    pub media_bind: IpAddr,
    /// Ports for sound.
    pub media_ports: RangeInclusive<u16>,
    /// How many sound threads; one per core if it isn't said.
    pub media_threads: Option<usize>,
    /// Live calls, if fewer than the platform's own bound.
    pub calls_max: Option<usize>,
    /// New calls a second, if they are bounded.
    pub calls_per_second: Option<u32>,
    /// Which addresses may be asked in a customer's name.
    pub gate: Gate,
    /// Names of callers by number.
    pub caller_names: BTreeMap<String, String>,
    /// What calls cost.
    pub rates: Vec<call::Rate>,
    /// Whose voice a name means.
    pub voices: Voices,
    /// Only owned numbers may be shown as `From`.
    pub strict: bool,
    /// Show the ladder in the terminal.
    pub terminal: bool,
    /// The proxy that answers for the original's hosts, if there is one.
    pub intercept: Option<PlannedIntercept>,
}

/// A proxy for apps on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedIntercept {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Whether it lets the original's other hosts through.
    pub pass: bool,
}

/// An account as it shall be.
#[derive(Clone, Default)]
pub struct PlannedAccount {
    /// Its identifier, if it is named.
    pub sid: Option<AccountSid>,
    /// What it is called when it is made.
    pub name: String,
    /// Its token, if it is given.
    pub token: Option<String>,
    /// Credentials for trying things out.
    pub test: PlannedTest,
    /// What it may do.
    pub settings: PlannedSettings,
}

/// Where an account's test credentials come from.
#[derive(Clone, Default)]
pub enum PlannedTest {
    /// There are none.
    #[default]
    None,
    /// The ones that are there, or new ones.
    Drawn,
    /// These.
    Given(TestCredentials),
}

/// What an account may do; what isn't said stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PlannedSettings {
    /// New calls a second that leave through the API.
    pub calls_per_second: Option<u32>,
    /// Requests of the API that may run at the same time.
    pub requests_at_once: Option<u32>,
    /// Days that calls are kept after their end.
    pub retention_days: Option<u32>,
    /// Whether sound is there for whoever knows its address.
    pub public_media: Option<bool>,
    /// Whether certificates of the applications it asks must hold.
    pub verify_certificates: Option<bool>,
}

/// An API key that may do what the account's token may.
#[derive(Clone)]
pub struct PlannedKey {
    /// Its identifier.
    pub sid: KeySid,
    /// SHA-256 of its secret.
    pub secret_hash: [u8; 32],
    /// What it is called.
    pub name: String,
}

impl PlannedSettings {
    /// Lets an account have them.
    pub fn settle(&self, account: &mut Account) {
        let PlannedSettings {
            calls_per_second,
            requests_at_once,
            retention_days,
            public_media,
            verify_certificates,
        } = *self;
        account.calls_per_second = calls_per_second.unwrap_or(account.calls_per_second);
        account.requests_at_once = requests_at_once.unwrap_or(account.requests_at_once);
        account.retention_days = retention_days.unwrap_or(account.retention_days);
        account.public_media = public_media.unwrap_or(account.public_media);
        account.verify_certificates = verify_certificates.unwrap_or(account.verify_certificates);
    }
}

/// A number to be owned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlannedNumber {
    /// E.164.
    pub number: String,
    /// What it is called, if not by itself.
    pub name: Option<String>,
    /// Asked when somebody calls.
    pub voice_url: Option<String>,
}

impl Plan {
    /// Whether the virtual phones are the carrier.
    pub fn has_phones(&self) -> bool {
        self.carrier == Carrier::Phones
    }

    /// How clients reach the API, without a slash at the end.
    pub fn base_url(&self, bound: SocketAddr) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let url = self
            .public_url
            .clone()
            .unwrap_or_else(|| format!("{scheme}://{bound}"));
        url.trim_end_matches('/').to_owned()
    }

    /// The exchange's settings, once the sockets know their ports.
    pub fn switch(
        &self,
        sockets: &SipSockets,
        base_url: &str,
        token_key: call::TokenKey,
    ) -> Result<switch::Config, StartError> {
        let mut listeners = Vec::new();
        for (transport, locals) in [
            (Transport::Udp, sockets.udp()),
            (Transport::Tcp, sockets.tcp()),
        ] {
            for local in locals {
                let mut listener = Listener::at(transport, local);
                if let Some(address) = self.public_address {
                    listener.host = address.into();
                }
                listeners.push(listener);
            }
        }
        Ok(switch::Config {
            call: call::Config {
                api_base: base_url.to_owned(),
                any_caller_id: !self.strict,
                calls_max: self.calls_max.unwrap_or(model::limit::CALLS_MAX),
                calls_per_second: self.calls_per_second,
                token_key,
                caller_names: self.caller_names.clone(),
                rates: self.rates.clone(),
                voices: self.voices.clone(),
                ..call::Config::default()
            },
            sip: sip::Config {
                listeners,
                trunks: self.sources.clone(),
                realm: self.realm.clone(),
                challenge_sha256: self.challenge_sha256,
                phones: self.phones.clone(),
                nonce_secret: start::random()?,
                legs_max: self.calls_max.unwrap_or(model::limit::CALLS_MAX),
                ..sip::Config::default()
            },
            carrier: self.carrier.clone(),
            trunks: self.trunks.clone(),
            ladder: true,
        })
    }
}
