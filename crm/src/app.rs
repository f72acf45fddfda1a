//! What everything that is asked shares.

use crate::clock::Clock;
use crate::hub::Hub;
use crate::id::UserId;
use crate::limit;
use crate::password::Passwords;
use crate::placing::Placing;
use crate::platform::{Access, Platform};
use crate::rate::Rate;
use crate::seal::MasterKey;
use crate::sign_ins::SignIns;
use crate::store::{CallKey, Integration, Store};
use crate::token::TokenKey;
use ringback::signature::{BadPublicUrl, Validator};
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How the program is set up.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Where the platform reaches us: scheme and host, and perhaps a path.
    pub public_url: String,
    /// Where the platform is for whoever doesn't say otherwise.
    pub platform: Option<String>,
    /// Whether nobody may say otherwise.
    pub only_this_platform: bool,
    /// What tells the time.
    pub clock: Clock,
    /// The proxies before it, whose word on who asks is believed.
    pub proxies: Vec<IpAddr>,
}

/// The program, shared by all that runs in it.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// What is shared.
pub struct Shared {
    /// The rows.
    pub store: Store,
    /// Who listens.
    pub hub: Hub,
    /// The voice platform.
    pub platform: Platform,
    /// What tells the time.
    pub clock: Clock,
    /// What signs tokens.
    pub tokens: TokenKey,
    /// What checks passwords.
    pub passwords: Passwords,
    /// Who tries to sign in.
    pub sign_ins: SignIns,
    /// Who asks for calls.
    pub calls: Rate<UserId>,
    /// Calls that are being asked for.
    pub placing: Placing,
    /// Room for recordings that are passed on.
    pub recordings: Arc<Semaphore>,
    /// Whether every organization's platform is the usual one.
    pub only_this_platform: bool,
    /// The proxies before it.
    pub proxies: Vec<IpAddr>,
    public_url: String,
}

impl Deref for App {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    /// The program over this store.
    ///
    /// # Errors
    /// When the public address is none.
    pub fn new(store: Store, key: &MasterKey, setup: Setup) -> Result<App, BadPublicUrl> {
        let public_url = setup.public_url.trim_end_matches('/').to_owned();
        Validator::new("x").public_url(&public_url)?;
        let clock = setup.clock;
        Ok(App(Arc::new(Shared {
            hub: Hub::new(store.clone()),
            platform: Platform::new(setup.platform),
            tokens: TokenKey::new(key.derive("token")),
            passwords: Passwords::default(),
            sign_ins: SignIns::new(clock.clone()),
            calls: Rate::new(limit::CALL_BURST, limit::CALL_EVERY, clock.clone()),
            placing: Placing::default(),
            recordings: Arc::new(Semaphore::new(limit::RECORDINGS)),
            only_this_platform: setup.only_this_platform,
            proxies: setup.proxies.iter().map(IpAddr::to_canonical).collect(),
            public_url,
            clock,
            store,
        })))
    }

    /// An address of ours that the platform asks.
    #[must_use]
    pub fn webhook(&self, name: &str, key: &CallKey) -> String {
        format!(
            "{}/twilio-webhook/{name}?key={}",
            self.public_url,
            key.as_str()
        )
    }

    /// What checks that a webhook comes from whoever has this token.
    #[must_use]
    pub fn validator(&self, token: &str) -> Validator {
        let validator = Validator::new(token).public_url(&self.public_url);
        validator.expect("it was checked when the program began")
    }

    /// As whom, and where, an organization's platform is asked.
    #[must_use]
    pub fn access(&self, integration: &Integration) -> Access {
        let own = integration.base_url.clone();
        Access {
            account_sid: integration.account_sid.clone(),
            auth_token: integration.auth_token.clone(),
            base_url: own.filter(|_| !self.only_this_platform),
        }
    }
}
