//! The voice platform: one client for each organization's credentials.

use crate::limit;
use ring::digest::{Context, SHA256};
use ringback::{Client, Config, Credentials, Error, Retries};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard};

/// Whom to ask, and as whom.
#[derive(Clone, PartialEq, Eq)]
pub struct Access {
    /// The account.
    pub account_sid: String,
    /// Its token.
    pub auth_token: String,
    /// Where the platform is; `None` is where it usually is.
    pub base_url: Option<String>,
}

/// Without the token.
impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("account_sid", &self.account_sid)
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

/// Clients of the platform, each with its pool of connections.
#[derive(Debug, Default)]
pub struct Platform {
    usual: Option<String>,
    /// By a hash of all that makes them, so that a new token makes a new client.
    clients: Mutex<HashMap<Vec<u8>, Kept>>,
}

#[derive(Debug)]
struct Kept {
    client: Client,
    used: u64,
}

impl Platform {
    /// `usual` is where the platform is for whoever doesn't say otherwise; without it, at the
    /// original's hosts.
    #[must_use]
    pub fn new(usual: Option<String>) -> Platform {
        Platform {
            usual,
            clients: Mutex::default(),
        }
    }

    /// Where the platform usually is.
    #[must_use]
    pub fn usual(&self) -> Option<&str> {
        self.usual.as_deref()
    }

    /// The client for this access.
    ///
    /// # Errors
    /// When none can be made of it: the address makes no sense.
    pub fn client(&self, access: &Access) -> Result<Client, Error> {
        let base = access.base_url.as_ref().or(self.usual.as_ref());
        let mut clients = self.clients();
        let used = 1 + clients.values().map(|kept| kept.used).max().unwrap_or(0);
        let key = key(access, base);
        if let Some(kept) = clients.get_mut(&key) {
            kept.used = used;
            return Ok(kept.client.clone());
        }
        let client = made(access, base)?;
        if clients.len() >= limit::PLATFORM_CLIENTS {
            let oldest = clients.iter().min_by_key(|(_, kept)| kept.used);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                clients.remove(&oldest);
            }
        }
        let kept = client.clone();
        clients.insert(key, Kept { client: kept, used });
        Ok(client)
    }

    /// Whether a client could be made for this access.
    #[must_use]
    pub fn would_do(&self, access: &Access) -> bool {
        made(access, access.base_url.as_ref().or(self.usual.as_ref())).is_ok()
    }

    fn clients(&self) -> MutexGuard<'_, HashMap<Vec<u8>, Kept>> {
        self.clients
            .lock()
            .unwrap_or_else(|broken| broken.into_inner())
    }
}

fn made(access: &Access, base: Option<&String>) -> Result<Client, Error> {
    let credentials = Credentials::token(&access.account_sid, &access.auth_token);
    let mut config = Config::default()
        .credentials(credentials)
        .connect_timeout(limit::PLATFORM_CONNECT)
        .try_timeout(limit::PLATFORM_TRY)
        .timeout(limit::PLATFORM_WHOLE)
        .retries(Retries::at_most(2))
        .user_agent(concat!("ringback-crm/", env!("CARGO_PKG_VERSION")));
    if let Some(base) = base {
        config = config.base_url(base);
    }
    Client::with(config)
}

fn key(access: &Access, base: Option<&String>) -> Vec<u8> {
    let mut hash = Context::new(&SHA256);
    let base = base.map_or("", String::as_str);
    for part in [&access.account_sid, &access.auth_token, base] {
        hash.update(&part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finish().as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(account: usize, token: &str) -> Access {
        Access {
            account_sid: format!("AC{account:032}"),
            auth_token: token.to_owned(),
            base_url: None,
        }
    }

    #[test]
    fn one_client_for_each_access_and_not_too_many() {
        let platform = Platform::new(Some("http://127.0.0.1:1".to_owned()));
        for account in 0..limit::PLATFORM_CLIENTS + 3 {
            for _ in 0..2 {
                platform.client(&access(account, "t")).unwrap();
            }
        }
        assert_eq!(platform.clients().len(), limit::PLATFORM_CLIENTS);
        let known = |account, token| {
            let access = access(account, token);
            let key = key(&access, platform.usual.as_ref());
            platform.clients().contains_key(&key)
        };
        assert!(!known(0, "t") && known(5, "t") && !known(5, "another"));
    }

    #[test]
    fn an_address_that_makes_no_sense_and_a_token_that_stays_hidden() {
        let platform = Platform::default();
        let mut access = access(1, "hush-hush");
        assert!(platform.client(&access).is_ok());
        access.base_url = Some("ftp://x".to_owned());
        assert!(matches!(platform.client(&access), Err(Error::Input(_))));
        let printed = format!("{access:?} {platform:?}");
        assert!(!printed.contains("hush-hush"), "{printed}");
    }
}
