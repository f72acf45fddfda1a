//! The configuration file of `ringback serve`: read whole, unknown keys refused.
//!
//! `ringback init` writes `EXAMPLE`, `ringback check` explains what a file leads to. Passwords
//! and tokens are never printed.

mod check;
mod example;
mod read;

pub use check::{Finding, explain};
pub use example::{EXAMPLE, fresh_example};
pub use read::Network;

use crate::log::LogFormat;
use model::{Gender, VoiceLine, VoiceWish, Voices};
use serde::Deserialize;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// Why a configuration can't be used: one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(pub String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

/// Text that must not be printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The secret itself, for whoever must send it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// The whole file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The account that the API and webhooks belong to.
    pub account: AccountConfig,
    /// Settings of accounts it has made through the API.
    #[serde(default, rename = "subaccount")]
    pub subaccounts: Vec<SubaccountConfig>,
    /// API keys that may do all that the account's token may; `ringback key` makes one.
    #[serde(default, rename = "main_key")]
    pub main_keys: Vec<MainKeyConfig>,
    /// The HTTP API.
    #[serde(default)]
    pub http: HttpConfig,
    /// SIP.
    #[serde(default)]
    pub sip: SipConfig,
    /// Sound.
    #[serde(default)]
    pub media: MediaPorts,
    /// Where rows and recordings lie.
    #[serde(default = "data_folder")]
    pub data: PathBuf,
    /// Which addresses webhooks, callbacks and sound files may be asked at. Public ones may, others
    /// may not; see [above](#where-webhooks-may-go).
    #[serde(default)]
    pub webhooks: WebhookConfig,
    /// The log.
    #[serde(default)]
    pub log: LogConfig,
    /// Numbers the account owns.
    #[serde(default, rename = "number")]
    pub numbers: Vec<NumberConfig>,
    /// Phones that may register.
    #[serde(default, rename = "phone")]
    pub phones: Vec<PhoneConfig>,
    /// Carriers.
    #[serde(default, rename = "trunk")]
    pub trunks: Vec<TrunkConfig>,
    /// Names of callers, for numbers and applications whose `VoiceCallerIdLookup` is on.
    #[serde(default, rename = "caller_name")]
    pub caller_names: Vec<CallerNameConfig>,
    /// What calls cost. The longest prefix counts; without a line nothing has a price.
    #[serde(default, rename = "rate")]
    pub rates: Vec<RateConfig>,
    /// What `<Say>` speaks with where it names nobody.
    #[serde(default)]
    pub speech: SpeechConfig,
    /// Whose voice a name means; goes before the table that is built in.
    #[serde(default, rename = "voice")]
    pub voices: Vec<VoiceConfig>,
    /// Bounds that may be lowered.
    #[serde(default)]
    pub limits: Limits,
}

/// Who the account is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountConfig {
    /// `AC` and 32 hexadecimal digits; the environment's `TWILIO_ACCOUNT_SID` goes before it.
    pub sid: Option<String>,
    /// The auth token itself. One of `token`, `token_file` and `token_env` is needed, unless the
    /// environment has `TWILIO_AUTH_TOKEN`.
    pub token: Option<Secret>,
    /// A file that holds the auth token.
    pub token_file: Option<PathBuf>,
    /// The environment variable that holds the auth token.
    pub token_env: Option<String>,
    /// What the account is called.
    #[serde(default = "account_name")]
    pub name: String,
    /// A second identifier, under which requests are checked and nothing happens; together with
    /// `test_token`.
    pub test_sid: Option<String>,
    /// The token that belongs to `test_sid`.
    pub test_token: Option<Secret>,
    /// Calls a second that leave through the API, 1 to 1000; the others wait in order.
    #[serde(default = "calls_per_second")]
    pub calls_per_second: u32,
    /// Requests of the API that may run at the same time; more are answered 429.
    #[serde(default = "requests_at_once")]
    pub requests_at_once: u32,
    /// Days that calls are kept after their end.
    #[serde(default = "retention_days")]
    pub retention_days: u32,
    /// Whether the sound of a recording is there for whoever knows its address.
    #[serde(default)]
    pub public_media: bool,
    /// Whether the certificates of applications must hold: not expired, for their host, of an
    /// authority this machine trusts.
    #[serde(default = "yes")]
    pub verify_certificates: bool,
}

/// Settings of an account that was made through the API. What is left out stays as it is: at
/// first, as the account has it that made it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubaccountConfig {
    /// `AC` and 32 hexadecimal digits, as the API has named it.
    pub sid: String,
    /// Calls a second that leave through the API, 1 to 1000.
    pub calls_per_second: Option<u32>,
    /// Requests of the API that may run at the same time.
    pub requests_at_once: Option<u32>,
    /// Days that calls are kept after their end.
    pub retention_days: Option<u32>,
    /// Whether the sound of a recording is there for whoever knows its address.
    pub public_media: Option<bool>,
    /// Whether the certificates of applications must hold.
    pub verify_certificates: Option<bool>,
}

/// An API key that may do all that the account's token may. One that is taken out of the file is
/// gone at the next start.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MainKeyConfig {
    /// `SK` and 32 hexadecimal digits: the user name.
    pub sid: String,
    /// SHA-256 of its secret, in hexadecimal digits; the secret itself stands nowhere.
    pub secret_hash: Secret,
    /// What it is called.
    #[serde(default)]
    pub name: String,
}

/// Where the API listens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpConfig {
    /// Address and port.
    pub listen: SocketAddr,
    /// The certificate chain, PEM; needed off loopback, together with `key`.
    pub certificate: Option<PathBuf>,
    /// Its key, PEM.
    pub key: Option<PathBuf>,
    /// The address that clients see, for links in answers and webhooks; the one listened on if
    /// there is none.
    pub public_url: Option<String>,
}

/// Where SIP listens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SipConfig {
    /// Addresses for datagrams. `0.0.0.0` is every address; then set `public_address` as well.
    pub udp: Vec<SocketAddr>,
    /// Addresses for connections.
    pub tcp: Vec<SocketAddr>,
    /// The address far ends reach this machine by, if it isn't the one listened on.
    pub public_address: Option<IpAddr>,
    /// The realm phones are challenged in, and a name of this machine in `sip:NAME@DOMAIN`.
    pub domain: Option<String>,
    /// Whether phones are asked for a SHA-256 digest first; older ones give up on it.
    pub challenge_sha256: bool,
}

/// Ports for sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MediaPorts {
    /// The first port. Each leg takes two.
    pub port_first: u16,
    /// The last port.
    pub port_last: u16,
    /// How many sound threads; one per core if it isn't said.
    pub threads: Option<usize>,
}

/// Where customers may make us connect to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookConfig {
    /// Addresses that may be asked although they aren't public, as `10.1.2.3` or `10.1.0.0/16`.
    pub allow: Vec<Network>,
    /// Addresses that may not be asked although they are public, or are allowed above.
    pub forbid: Vec<Network>,
}

/// What is logged.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// `error`, `warn`, `info`, `debug`, `trace`, or a filter.
    pub level: String,
    /// `text` or `json`.
    pub format: LogFormat,
}

/// A number, made at the first start; later the API owns it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberConfig {
    /// The number in E.164: `+` and 7 to 15 digits.
    pub number: String,
    /// What it is called.
    pub name: Option<String>,
    /// Asked for a document when somebody calls.
    pub voice_url: Option<String>,
}

/// The name of a caller.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallerNameConfig {
    /// The caller's number in E.164.
    pub number: String,
    /// What applications are told.
    pub name: String,
}

/// What calls to numbers of one prefix cost.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateConfig {
    /// How the called number begins; empty for every call.
    pub prefix: String,
    /// The price of one minute.
    pub per_minute: f64,
    /// Whether a minute that has begun costs as much as a whole one.
    #[serde(default = "yes")]
    pub whole_minutes: bool,
    /// Three letters.
    #[serde(default = "dollars")]
    pub currency: String,
    /// `inbound` or `outbound`; both if it isn't said.
    pub direction: Option<RatedDirection>,
    /// For calls of this account alone.
    pub account: Option<String>,
}

/// Which calls a rate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RatedDirection {
    /// Those that come in.
    Inbound,
    /// Those that go out, dialled ones included.
    Outbound,
}

impl RateConfig {
    /// As call control takes it.
    pub fn rate(&self) -> Result<call::Rate, ConfigError> {
        let fault = |what: &str| ConfigError(format!("rate {:?}: {what}", self.prefix));
        let amount = self.per_minute * model::Price::UNIT as f64;
        if !(0.0..=1e12).contains(&amount) {
            return Err(fault("per_minute is not a price"));
        }
        let currency = model::Currency::parse(&self.currency);
        let account = self.account.as_ref().map(|sid| sid.parse()).transpose();
        Ok(call::Rate {
            account: account.map_err(|_| fault("account is no AC and 32 digits"))?,
            prefix: self.prefix.clone(),
            inbound: self.direction.map(|it| it == RatedDirection::Inbound),
            per_minute: amount.round() as i64,
            whole_minutes: self.whole_minutes,
            currency: currency.ok_or_else(|| fault("currency is not three letters"))?,
        })
    }
}

/// A phone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneConfig {
    /// The name it registers and is dialled by: letters, digits and `-_.+`.
    pub user: String,
    /// Its password.
    pub password: Secret,
}

/// What carries a trunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrunkTransport {
    /// Datagrams.
    #[default]
    Udp,
    /// Connections.
    Tcp,
}

/// A carrier.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrunkConfig {
    /// What it is called in the log.
    pub name: String,
    /// Where its proxy is: `host` or `host:port`.
    pub host: String,
    /// `udp` or `tcp`.
    #[serde(default)]
    pub transport: TrunkTransport,
    /// User name for a carrier that asks who we are.
    pub username: Option<String>,
    /// Password for a carrier that asks who we are.
    pub password: Option<Secret>,
    /// Whether we register there, for an hour at a time.
    #[serde(default)]
    pub register: bool,
    /// Whether numbers that are called go there; the first such trunk carries them all.
    #[serde(default = "yes")]
    pub outbound: bool,
    /// Whether we ask it by OPTIONS, now and then, if it is alive.
    #[serde(default = "yes")]
    pub options: bool,
    /// The addresses its calls come from; what the host resolves to at start if there are none.
    #[serde(default)]
    pub calls_from: Vec<IpAddr>,
}

/// What `<Say>` speaks with where it names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SpeechConfig {
    /// The voice, by any name that `<Say>` may use.
    pub voice: String,
    /// The language, where neither the verb nor the voice has one.
    pub language: String,
}

/// Whose voice a name means.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoiceConfig {
    /// The name that applications use, as in `Polly.Camila`.
    pub name: String,
    /// The engine that speaks; the first that has the language if it isn't said.
    pub engine: Option<String>,
    /// What that engine calls the voice.
    pub voice: Option<String>,
    /// The language it speaks whatever the verb says; that of the verb if it isn't said.
    pub language: Option<String>,
    /// `man` or `woman`, for an engine that is to choose by itself.
    #[serde(default)]
    pub gender: VoiceGender,
}

/// Whose a voice sounds like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VoiceGender {
    /// A man's.
    Man,
    /// A woman's.
    #[default]
    Woman,
}

/// Bounds that may be lowered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Live calls; beyond it those that come in are refused with 503, and those that the API
    /// creates wait.
    pub calls: usize,
    /// New calls a second that come in by SIP; more are refused with 503.
    pub calls_per_second: u32,
}

impl Config {
    /// Reads and checks a file.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError(format!("{} can't be read: {error}", path.display())))?;
        Config::parse(&text)
            .map_err(|ConfigError(error)| ConfigError(format!("{}: {error}", path.display())))
    }

    /// Whose voice each name means: the table that is built in, with the lines of the file.
    pub fn voices(&self) -> Voices {
        let mut voices = Voices::default();
        for line in &self.voices {
            voices.set(VoiceLine {
                name: line.name.clone(),
                language: line.language.clone(),
                wish: VoiceWish {
                    gender: match line.gender {
                        VoiceGender::Man => Gender::Man,
                        VoiceGender::Woman => Gender::Woman,
                    },
                    engine: line.engine.clone(),
                    voice: line.voice.clone(),
                },
            });
        }
        let SpeechConfig { voice, language } = &self.speech;
        voices.set_default(voice, language);
        voices
    }

    /// Reads and checks the text of a file.
    pub fn parse(text: &str) -> Result<Config, ConfigError> {
        let config: Config = toml::from_str(text).map_err(|error| read::sentence(text, &error))?;
        check::faults(&config)?;
        Ok(config)
    }
}

impl Default for HttpConfig {
    fn default() -> Self {
        HttpConfig {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            certificate: None,
            key: None,
            public_url: None,
        }
    }
}

impl Default for SipConfig {
    fn default() -> Self {
        let here = SocketAddr::from(([127, 0, 0, 1], 5060));
        SipConfig {
            udp: vec![here],
            tcp: vec![here],
            public_address: None,
            domain: None,
            challenge_sha256: false,
        }
    }
}

impl Default for MediaPorts {
    fn default() -> Self {
        MediaPorts {
            port_first: 20_000,
            port_last: 59_999,
            threads: None,
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        LogConfig {
            level: "info".to_owned(),
            format: LogFormat::Text,
        }
    }
}

impl Default for SpeechConfig {
    fn default() -> Self {
        SpeechConfig {
            voice: "man".to_owned(),
            language: "en-US".to_owned(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            calls: model::limit::CALLS_MAX,
            calls_per_second: 1_000,
        }
    }
}

fn data_folder() -> PathBuf {
    PathBuf::from("ringback-data")
}

fn account_name() -> String {
    "My account".to_owned()
}

fn calls_per_second() -> u32 {
    model::limit::CALLS_PER_SECOND_DEFAULT
}

fn requests_at_once() -> u32 {
    model::limit::REQUESTS_AT_ONCE_DEFAULT
}

fn retention_days() -> u32 {
    model::limit::RETENTION_DAYS_DEFAULT
}

fn dollars() -> String {
    model::Currency::USD.to_string()
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests;
