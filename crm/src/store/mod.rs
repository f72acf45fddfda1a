//! The data of every organization, in one SQLite file or in PostgreSQL.
//!
//! A [`Store`] hands out [`Tenant`]s, and only a tenant reaches rows: those of its organization.
//! Every statement of a tenant names its organization. In PostgreSQL that is the second lock; the
//! first is row-level security, which the service's role can't go round: `policies.sql` in
//! `migrations/postgres` says who may do what. The statements are the same for both databases;
//! `sql` has the little that differs.

mod admin;
mod call;
mod call_begin;
mod call_hear;
mod call_list;
mod contact;
mod error;
mod integration;
mod key;
mod migrate;
mod others;
pub mod pass;
mod past;
mod people;
mod postgres;
mod postgres_tls;
mod sql;
mod sqlite;
mod tenant;

pub use admin::{Admin, NewUser};
pub use call::{Call, CallContact, CallOpportunity, CallUser};
pub use call_begin::{Begun, InboundCall, NewCall};
pub use call_hear::Heard;
pub use call_list::{BadCursor, CallCursor, CallFilter, CallPage, Changes};
pub use contact::{Contact, ContactPage, ContactWrite, Opportunity};
pub use error::StoreError;
pub use integration::{Integration, IntegrationWrite};
pub use key::CallKey;
pub use past::PastCall;
pub use people::{Credentials, Organization, Person, Role, User};
pub use tenant::Tenant;

use crate::id::{CallLogId, OrganizationId, UserId};
use crate::moment::Moment;
use crate::seal::MasterKey;
use pass::{PassKey, Whose};
use sql::{Tx, Wanted, params};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::broadcast;

/// News that may wait for a listener; one that falls further behind asks what it missed.
const NEWS: usize = 1_024;

/// The data of every organization. Clones are the same store.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    key: MasterKey,
    news: broadcast::Sender<Changed>,
    /// The last count of changes that was told, for each organization.
    told: Mutex<HashMap<OrganizationId, i64>>,
}

enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(Box<postgres::Postgres>),
}

/// A log of an organization has changed; [`Tenant::changes_since`] tells which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// Whose.
    pub organization: OrganizationId,
    /// The organization's count of changes after it.
    pub revision: i64,
}

/// Where a callback's key leads.
#[derive(Debug, Clone)]
pub struct Keyed {
    /// The organization; its token is to be checked before anything else is done.
    pub tenant: Tenant,
    /// The call, unless the key is the one for calls that come in.
    pub call: Option<CallLogId>,
}

/// Whether this names a server of PostgreSQL; else it is the path of a SQLite file.
pub fn is_postgres(database: &str) -> bool {
    database.starts_with("postgres://") || database.starts_with("postgresql://")
}

impl Store {
    /// Opens `postgres://…`, or the SQLite file at a path (`sqlite:` before it is left out).
    ///
    /// A SQLite file is made if it isn't there, and brought up to date. PostgreSQL has to be
    /// ready ([`Admin::migrate`]): this fails where the schema isn't of this version, where the
    /// key isn't the one it was migrated with, and where the role could read other
    /// organizations' rows.
    pub async fn open(database: &str, key: &MasterKey) -> Result<Store, StoreError> {
        let engine = if is_postgres(database) {
            let passes = PassKey::from_master(key);
            let engine = postgres::Postgres::open(database, passes).await?;
            Engine::Postgres(Box::new(engine))
        } else {
            let engine = sqlite::Sqlite::open(database).await?;
            migrate::sqlite(&engine, key).await?;
            Engine::Sqlite(engine)
        };
        let inner = Arc::new(Inner {
            engine,
            key: key.clone(),
            news: broadcast::channel(NEWS).0,
            told: Mutex::default(),
        });
        if matches!(inner.engine, Engine::Postgres(_)) {
            tokio::spawn(others::watch(Arc::downgrade(&inner)));
        }
        Ok(Store { inner })
    }

    /// Hears of every change from now on, of all organizations. A listener that is too slow
    /// loses news and is told so; what it missed is in [`Tenant::changes_since`].
    pub fn listen(&self) -> broadcast::Receiver<Changed> {
        self.inner.news.subscribe()
    }

    /// Who signs in with this address, with the hash of the password to check.
    pub async fn sign_in(&self, email: &str) -> Result<Option<Credentials>, StoreError> {
        let mut tx = self.begin(Wanted::Read, Whose::Nobody).await?;
        let found = people::credentials(&mut tx, email).await?;
        tx.commit().await?;
        Ok(found)
    }

    /// The organizations of a user, by name.
    pub async fn organizations_of(&self, user: UserId) -> Result<Vec<Organization>, StoreError> {
        let mut tx = self.begin(Wanted::Read, Whose::User(user, None)).await?;
        let found = people::organizations(&mut tx, user).await?;
        tx.commit().await?;
        Ok(found)
    }

    /// A user's way to an organization's rows; none where the user isn't a member.
    pub async fn tenant(
        &self,
        user: UserId,
        organization: OrganizationId,
    ) -> Result<Option<Tenant>, StoreError> {
        let whose = Whose::User(user, Some(organization));
        let mut tx = self.begin(Wanted::Read, whose).await?;
        let role = people::role(&mut tx, user, organization).await?;
        tx.commit().await?;
        Ok(role.map(|role| Tenant::of_user(self.clone(), organization, user, role)))
    }

    /// Where a callback's key leads; none for a key that nobody drew.
    pub async fn by_call_key(&self, key: &CallKey) -> Result<Option<Keyed>, StoreError> {
        let mut tx = self.begin(Wanted::Read, Whose::Nobody).await?;
        let sql = if tx.is_postgres() {
            "SELECT organization_id, call_log_id FROM crm_private.by_call_key($1)"
        } else {
            "SELECT organization_id, call_log_id FROM call_keys WHERE key_hash = $1"
        };
        let row = tx.row(sql, params![key.hash()]).await?;
        tx.commit().await?;
        let Some(mut row) = row else {
            return Ok(None);
        };
        Ok(Some(Keyed {
            tenant: Tenant::of_service(self.clone(), row.take()?),
            call: row.take()?,
        }))
    }

    /// Throws away the keys of calls that were drawn before; says how many. An organization's own
    /// key, by which calls come in, stays.
    pub async fn forget_call_keys(&self, before: Moment) -> Result<u64, StoreError> {
        let mut tx = self.begin(Wanted::Told, Whose::Nobody).await?;
        let gone = if tx.is_postgres() {
            let sql = "SELECT crm_private.forget_call_keys($1)";
            let row = tx.row(sql, params![before]).await?;
            row.map_or(Ok(0), |mut row| row.take::<i64>())?
                .unsigned_abs()
        } else {
            let sql = "DELETE FROM call_keys WHERE call_log_id IS NOT NULL AND created_at < $1";
            tx.change(sql, params![before]).await?
        };
        tx.commit().await?;
        Ok(gone)
    }

    /// An organization's rows, for what the service does by itself.
    pub(crate) fn service(&self, organization: OrganizationId) -> Tenant {
        Tenant::of_service(self.clone(), organization)
    }

    /// Every organization, for what the service does by itself: after a restart it asks the
    /// platform what became of the calls that aren't ended ([`Tenant::unfinished`]).
    pub async fn tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        let mut tx = self.begin(Wanted::Read, Whose::Nobody).await?;
        let sql = if tx.is_postgres() {
            "SELECT id FROM crm_private.every_organization() AS id"
        } else {
            "SELECT id FROM organizations"
        };
        let rows = tx.rows(sql, params![]).await?;
        tx.commit().await?;
        let tenant = |mut row: sql::Row| Ok(Tenant::of_service(self.clone(), row.take()?));
        rows.into_iter().map(tenant).collect()
    }

    async fn begin(&self, wanted: Wanted, whose: Whose) -> Result<Tx, StoreError> {
        match &self.inner.engine {
            Engine::Sqlite(engine) => Ok(Tx::Sqlite(engine.begin(wanted).await?)),
            Engine::Postgres(engine) => Ok(Tx::Postgres(engine.begin(wanted, whose).await?)),
        }
    }

    fn tell(&self, organization: OrganizationId, revision: i64) {
        self.inner.tell(organization, revision);
    }
}

impl Inner {
    /// Tells of a change, unless a later one was told already.
    fn tell(&self, organization: OrganizationId, revision: i64) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let last = told.entry(organization).or_default();
        if *last < revision {
            *last = revision;
            // Nobody listens: nobody has to be told.
            let _ = self.news.send(Changed {
                organization,
                revision,
            });
        }
    }
}
