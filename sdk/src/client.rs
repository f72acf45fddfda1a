//! A client, and what it leads to.

use crate::connection::Connection;
use crate::credentials::Credentials;
use crate::media::Inflow;
use crate::mode::{Async, Mode};
use crate::path::Path;
use crate::request::Request;
use crate::resource::*;
use crate::{Config, Error};
use api::{Body, Envelope};
use std::fmt;
use std::sync::Arc;

/// A client whose operations are awaited, within a Tokio runtime. Cloning it is cheap, and clones
/// share its connections.
pub type Client = ClientOf<Async>;

/// A client: [`Client`], whose operations are awaited, or
/// [`blocking::Client`](crate::blocking::Client).
pub struct ClientOf<M: Mode> {
    connection: Arc<Connection>,
    engine: M::Engine,
    account: Arc<str>,
}

impl Client {
    /// A client of an account, at the original's hosts.
    pub fn new(
        account_sid: impl Into<String>,
        auth_token: impl Into<String>,
    ) -> Result<Client, Error> {
        let credentials = Credentials::token(account_sid, auth_token);
        Client::with(Config::default().credentials(credentials))
    }

    /// A client as the environment has it: [`Config::from_env`].
    pub fn from_env() -> Result<Client, Error> {
        Client::with(Config::from_env()?)
    }

    /// A client that is set up like this.
    pub fn with(config: Config) -> Result<Client, Error> {
        let (connection, account) = config.connect()?;
        Ok(ClientOf::over(connection, account, ()))
    }
}

impl<M: Mode> ClientOf<M> {
    /// The way to the API.
    pub(crate) fn connection(&self) -> Arc<Connection> {
        Arc::clone(&self.connection)
    }

    pub(crate) fn over(connection: Connection, account: String, engine: M::Engine) -> Self {
        ClientOf {
            connection: Arc::new(connection),
            engine,
            account: account.into(),
        }
    }

    /// The account whose things are asked for.
    pub fn account_sid(&self) -> &str {
        &self.account
    }

    /// The same client, asking for the things of another account: a subaccount.
    #[must_use = "the client itself stays with its account"]
    pub fn for_account(&self, account_sid: impl Into<String>) -> Self {
        ClientOf {
            account: account_sid.into().into(),
            ..self.clone()
        }
    }

    /// The account that asks, and those it has made.
    pub fn accounts(&self) -> Accounts<M> {
        Accounts::at(self, Path::root().below("Accounts"))
    }

    /// Named sets of addresses.
    pub fn applications(&self) -> Applications<M> {
        Applications::at(self, self.own("Applications"))
    }

    /// The account's tokens.
    pub fn auth_tokens(&self) -> AuthTokens<M> {
        AuthTokens::at(self, Path::accounts_v1().below("AuthTokens"))
    }

    /// Calls.
    pub fn calls(&self) -> Calls<M> {
        Calls::at(self, self.own("Calls"))
    }

    /// What belongs to one call.
    pub fn call(&self, sid: impl AsRef<str>) -> OneCall<M> {
        OneCall::at(self, self.own("Calls").below(sid.as_ref()))
    }

    /// The numbers the account owns.
    pub fn incoming_phone_numbers(&self) -> IncomingPhoneNumbers<M> {
        IncomingPhoneNumbers::at(self, self.own("IncomingPhoneNumbers"))
    }

    /// API keys.
    pub fn keys(&self) -> Keys<M> {
        Keys::at(self, self.own("Keys"))
    }

    /// What went wrong in calls.
    pub fn notifications(&self) -> Notifications<M> {
        Notifications::at(self, self.own("Notifications"))
    }

    /// Numbers of others that the account may show.
    pub fn outgoing_caller_ids(&self) -> OutgoingCallerIds<M> {
        OutgoingCallerIds::at(self, self.own("OutgoingCallerIds"))
    }

    /// Recordings of all calls.
    pub fn recordings(&self) -> Recordings<M> {
        Recordings::at(self, self.own("Recordings"))
    }

    /// API keys by their other name.
    pub fn signing_keys(&self) -> SigningKeys<M> {
        SigningKeys::at(self, self.own("SigningKeys"))
    }

    /// The API itself: what answers is one, and lets these credentials in.
    pub fn version(&self) -> FetchVersion<M> {
        FetchVersion::at(self, Path::root())
    }

    /// Requests to the customer's application as they went over the wire. Only a Ringback has
    /// them.
    pub fn webhooks(&self) -> Webhooks<M> {
        Webhooks::at(self, Path::own(&self.account).below("Webhooks"))
    }

    fn own(&self, name: &str) -> Path {
        Path::of_account(&self.account).below(name)
    }

    pub(crate) fn ask<T: Body + Send + 'static>(&self, request: Request) -> M::Answer<T> {
        let connection = Arc::clone(&self.connection);
        M::carry(&self.engine, async move { connection.ask(&request).await })
    }

    pub(crate) fn page<T: Body + Send + 'static>(
        &self,
        request: Request,
    ) -> M::Answer<Envelope<T>> {
        let connection = Arc::clone(&self.connection);
        let work = async move { connection.ask_page(&request).await };
        M::carry(&self.engine, work)
    }

    /// Carries out what takes several requests, or more than one step.
    pub(crate) fn carry<T, F>(&self, work: impl FnOnce(Arc<Connection>) -> F) -> M::Answer<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        M::carry(&self.engine, work(Arc::clone(&self.connection)))
    }

    pub(crate) fn media(&self, request: Request) -> M::Answer<M::Media> {
        let engine = self.engine.clone();
        self.carry(|connection| async move {
            let response = connection.open(&request).await?;
            let inflow = Inflow::new(response, connection.try_timeout);
            Ok(M::media(engine, inflow))
        })
    }
}

impl<M: Mode> Clone for ClientOf<M> {
    fn clone(&self) -> Self {
        ClientOf {
            connection: Arc::clone(&self.connection),
            engine: self.engine.clone(),
            account: Arc::clone(&self.account),
        }
    }
}

/// Without the secret.
impl<M: Mode> fmt::Debug for ClientOf<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("account", &self.account)
            .field("bases", &self.connection.bases)
            .finish_non_exhaustive()
    }
}
