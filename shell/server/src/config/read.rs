//! From the file's words to values: credentials from where the file says, and faults as sentences.

use super::{AccountConfig, Config, ConfigError, Secret, WebhookConfig};
use crate::plan::{PlannedKey, PlannedSettings};
use crate::webhook::Gate;
use ipnet::IpNet;
use model::{AccountSid, TestCredentials, limit};
use serde::Deserialize;
use std::net::IpAddr;

/// An address, or all that begin alike: `10.1.2.3`, `10.1.0.0/16`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network(pub IpNet);

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Network, String> {
        let alone = text.parse::<IpAddr>().map(IpNet::from);
        alone
            .or_else(|_| text.parse())
            .map(Network)
            .map_err(|_| format!("{text:?} is neither an address nor a network like 10.1.0.0/16"))
    }
}

impl WebhookConfig {
    /// The gate that this makes.
    pub fn gate(&self) -> Gate {
        let nets = |list: &[Network]| list.iter().map(|Network(net)| *net).collect();
        Gate::public(nets(&self.allow), nets(&self.forbid))
    }
}

impl AccountConfig {
    /// The account's identifier and token: the environment's `TWILIO_ACCOUNT_SID` and
    /// `TWILIO_AUTH_TOKEN` first, then what the file says.
    pub fn credentials(
        &self,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<(AccountSid, String), ConfigError> {
        let missing = || {
            ConfigError("account.sid is missing: AC and 32 hexadecimal digits are wanted".into())
        };
        let sid = environment("TWILIO_ACCOUNT_SID")
            .or(self.sid.clone())
            .ok_or_else(missing)?;
        let sid = sid
            .parse()
            .map_err(|error| ConfigError(format!("account.sid: {error}")))?;
        Ok((sid, self.token(environment)?))
    }

    /// Credentials for trying things out, if there are any.
    pub fn test(&self) -> Result<Option<TestCredentials>, ConfigError> {
        match (&self.test_sid, &self.test_token) {
            (None, None) => Ok(None),
            (Some(sid), Some(token)) => {
                let sid: AccountSid = sid
                    .parse()
                    .map_err(|error| ConfigError(format!("account.test_sid: {error}")))?;
                if self.sid.as_deref() == Some(&sid.to_string()) {
                    let text = "account.test_sid is account.sid: nothing would be a test";
                    return Err(ConfigError(text.into()));
                }
                let token = long_enough("account.test_token", token.reveal())?;
                Ok(Some(TestCredentials { sid, token }))
            }
            _ => Err(ConfigError(
                "account.test_sid and account.test_token belong together: set both".into(),
            )),
        }
    }

    /// What the account may do.
    pub fn settings(&self) -> PlannedSettings {
        PlannedSettings {
            calls_per_second: Some(self.calls_per_second),
            requests_at_once: Some(self.requests_at_once),
            retention_days: Some(self.retention_days),
            public_media: Some(self.public_media),
            verify_certificates: Some(self.verify_certificates),
        }
    }

    fn token(&self, environment: impl Fn(&str) -> Option<String>) -> Result<String, ConfigError> {
        let token = if let Some(token) = environment("TWILIO_AUTH_TOKEN") {
            token
        } else if let Some(token) = &self.token {
            token.reveal().to_owned()
        } else if let Some(path) = &self.token_file {
            std::fs::read_to_string(path).map_err(|error| {
                ConfigError(format!("account.token_file {}: {error}", path.display()))
            })?
        } else if let Some(name) = &self.token_env {
            environment(name).ok_or_else(|| {
                ConfigError(format!("the environment has no {name} (account.token_env)"))
            })?
        } else {
            return Err(ConfigError(
                "the account has no token: set account.token, token_file or token_env".into(),
            ));
        };
        long_enough("the account's token", &token)
    }
}

impl Config {
    /// Settings of subaccounts, by their identifiers.
    pub fn subaccount_settings(&self) -> Result<Vec<(AccountSid, PlannedSettings)>, ConfigError> {
        let read = self.subaccounts.iter().map(|subaccount| {
            let sid = subaccount
                .sid
                .parse()
                .map_err(|error| ConfigError(format!("subaccount {}: {error}", subaccount.sid)))?;
            let settings = PlannedSettings {
                calls_per_second: subaccount.calls_per_second,
                requests_at_once: subaccount.requests_at_once,
                retention_days: subaccount.retention_days,
                public_media: subaccount.public_media,
                verify_certificates: subaccount.verify_certificates,
            };
            Ok((sid, settings))
        });
        read.collect()
    }

    /// The keys that may do what the account's token may.
    pub fn main_keys(&self) -> Result<Vec<PlannedKey>, ConfigError> {
        let read = self.main_keys.iter().map(|key| {
            let name = &key.sid;
            let sid = name
                .parse()
                .map_err(|error| ConfigError(format!("main_key {name}: {error}")))?;
            let fault = || {
                ConfigError(format!(
                    "main_key {name}: secret_hash is not 64 hexadecimal digits; `ringback key` \
                     makes a key"
                ))
            };
            Ok(PlannedKey {
                sid,
                secret_hash: bytes(&key.secret_hash).ok_or_else(fault)?,
                name: key.name.clone(),
            })
        });
        read.collect()
    }

    /// Settings outside of what they can be.
    pub(super) fn check_settings(&self) -> Result<(), ConfigError> {
        self.account.test()?;
        self.main_keys()?;
        let own = [("account".to_owned(), self.account.settings())];
        let others = self.subaccount_settings()?.into_iter();
        let others = others.map(|(sid, settings)| (format!("subaccount {sid}"), settings));
        for (place, settings) in own.into_iter().chain(others) {
            let fault = |text: &str| Err(ConfigError(format!("{place}: {text}")));
            let rate = settings.calls_per_second.unwrap_or(1);
            if rate == 0 || rate > limit::CALLS_PER_SECOND_MAX {
                return fault("calls_per_second must be from 1 to 1000");
            }
            if settings.requests_at_once == Some(0) {
                return fault("requests_at_once is 0: nothing could be asked");
            }
            if settings.retention_days == Some(0) {
                return fault("retention_days is 0: calls would be gone at once");
            }
        }
        Ok(())
    }
}

fn bytes(hash: &Secret) -> Option<[u8; 32]> {
    let digits = hash.reveal().as_bytes();
    let mut bytes = [0; 32];
    if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}

fn long_enough(name: &str, token: &str) -> Result<String, ConfigError> {
    let token = token.trim().to_owned();
    if token.len() < TOKEN_CHARS_MIN {
        return Err(ConfigError(format!(
            "{name} is too short: {TOKEN_CHARS_MIN} characters or more are wanted"
        )));
    }
    Ok(token)
}

/// The original's tokens have 32; less than half of it can be guessed.
const TOKEN_CHARS_MIN: usize = 16;

/// A fault of the file's form as one line: where, and what.
pub(super) fn sentence(text: &str, error: &toml::de::Error) -> ConfigError {
    let line = error.span().map_or(1, |span| {
        1 + text
            .get(..span.start)
            .unwrap_or_default()
            .matches('\n')
            .count()
    });
    let what = error
        .message()
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned();
    ConfigError(format!("line {line}: {what}"))
}
