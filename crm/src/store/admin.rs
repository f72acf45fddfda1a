//! What the operator does: the schema, organizations, people. The service can't.

use super::error::StoreError;
use super::pass::PassKey;
use super::people::{Role, plain_email};
use super::sql::{Tx, Wanted, params};
use super::{is_postgres, migrate, postgres, sqlite};
use crate::fold::fold;
use crate::id::{OrganizationId, UserId};
use crate::moment::Moment;
use crate::seal::MasterKey;
use std::fmt;

/// The operator's way in: for PostgreSQL as the role that owns the tables. Row-level security
/// holds for it as well: it reaches organizations and people, and no organization's rows.
pub struct Admin {
    engine: Engine,
    key: MasterKey,
}

enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(Box<postgres::Owner>),
}

/// A person who is to sign in.
#[derive(Clone)]
pub struct NewUser {
    /// Their name.
    pub name: String,
    /// With what they sign in.
    pub email: String,
    /// The hash of their password.
    pub password_hash: String,
    /// Their language: `pt-BR` or `en`.
    pub locale: String,
}

impl fmt::Debug for NewUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUser")
            .field("name", &self.name)
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

impl Admin {
    /// Opens a database: for PostgreSQL in the name of the role that owns the tables, or shall.
    pub async fn open(database: &str, key: &MasterKey) -> Result<Admin, StoreError> {
        let engine = if is_postgres(database) {
            Engine::Postgres(Box::new(postgres::Owner::open(database).await?))
        } else {
            Engine::Sqlite(sqlite::Sqlite::open(database).await?)
        };
        Ok(Admin {
            engine,
            key: key.clone(),
        })
    }

    /// Brings the schema up to date, from nothing or from any earlier version, and says which
    /// steps it took. With PostgreSQL it also gives the service's role its rights, and leaves the
    /// key for its passes; each time anew, so it may be repeated, also with another role or key.
    /// SQLite has no roles.
    pub async fn migrate(&mut self, service_role: &str) -> Result<Vec<String>, StoreError> {
        match &mut self.engine {
            Engine::Sqlite(engine) => migrate::sqlite(engine, &self.key).await,
            Engine::Postgres(owner) => {
                let passes = PassKey::from_master(&self.key);
                migrate::postgres(owner.client(), service_role, &passes).await
            }
        }
    }

    /// Adds an organization.
    pub async fn add_organization(&self, name: &str) -> Result<OrganizationId, StoreError> {
        let id = OrganizationId::draw();
        let mut tx = self.begin().await?;
        let sql = "INSERT INTO organizations (id, name, created_at) VALUES ($1, $2, $3)";
        tx.change(sql, params![id, name, Moment::now()]).await?;
        let sql = "INSERT INTO organization_revisions (organization_id, revision) VALUES ($1, $2)";
        tx.change(sql, params![id, 0_i64]).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Adds a person. None where the address is somebody's already.
    pub async fn add_user(&self, new: &NewUser) -> Result<Option<UserId>, StoreError> {
        let id = UserId::draw();
        let mut tx = self.begin().await?;
        let sql = "INSERT INTO users (id, name, folded, email, password_hash, locale, created_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
        let with = params![
            id,
            &new.name,
            fold(&new.name),
            plain_email(&new.email),
            &new.password_hash,
            &new.locale,
            Moment::now(),
        ];
        let added = tx.change(sql, with).await? == 1;
        tx.commit().await?;
        Ok(added.then_some(id))
    }

    /// Makes a person a member, gives a member another role, or takes one back who had left.
    pub async fn add_member(
        &self,
        organization: OrganizationId,
        user: UserId,
        role: Role,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let sql = "INSERT INTO user_organizations (organization_id, user_id, role, created_at) \
            VALUES ($1, $2, $3, $4) ON CONFLICT (organization_id, user_id) \
            DO UPDATE SET role = excluded.role, removed_at = NULL";
        let with = params![organization, user, role.as_str(), Moment::now()];
        tx.change(sql, with).await?;
        tx.commit().await
    }

    /// Takes a member out. Their calls stay; from their next request on they see nothing.
    pub async fn remove_member(
        &self,
        organization: OrganizationId,
        user: UserId,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE user_organizations SET removed_at = $3 \
            WHERE organization_id = $1 AND user_id = $2";
        let with = params![organization, user, Moment::now()];
        tx.change(sql, with).await?;
        tx.commit().await
    }

    /// The oldest organization of this name.
    pub async fn organization_named(
        &self,
        name: &str,
    ) -> Result<Option<OrganizationId>, StoreError> {
        let mut tx = self.begin().await?;
        let sql = "SELECT id FROM organizations WHERE name = $1 ORDER BY created_at LIMIT 1";
        let row = tx.row(sql, params![name]).await?;
        tx.commit().await?;
        row.map(|mut row| row.take()).transpose()
    }

    /// How many organizations there are: none in a new database.
    pub async fn organizations(&self) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let row = tx
            .row("SELECT count(*) FROM organizations", params![])
            .await?;
        tx.commit().await?;
        let missing = || StoreError::Damaged("a count has no row".to_owned());
        let count: i64 = row.ok_or_else(missing)?.take()?;
        Ok(count.unsigned_abs())
    }

    async fn begin(&self) -> Result<Tx, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => Ok(Tx::Sqlite(engine.begin(Wanted::Durable).await?)),
            Engine::Postgres(owner) => Ok(Tx::Postgres(owner.begin().await?)),
        }
    }
}
