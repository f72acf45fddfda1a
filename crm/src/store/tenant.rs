//! The only way to an organization's rows.

use super::people::{self, Organization, Person, Role, User};
use super::sql::{Tx, Wanted, params};
use super::{Store, StoreError, pass::Whose};
use crate::id::{OrganizationId, UserId};
use crate::seal::MasterKey;
use std::fmt;

/// An organization's rows, on behalf of one of its users or of the service. Clones are the same.
#[derive(Clone)]
pub struct Tenant {
    store: Store,
    organization: OrganizationId,
    user: Option<(UserId, Role)>,
}

impl Tenant {
    pub(super) fn of_user(
        store: Store,
        organization: OrganizationId,
        user: UserId,
        role: Role,
    ) -> Tenant {
        Tenant {
            store,
            organization,
            user: Some((user, role)),
        }
    }

    pub(super) fn of_service(store: Store, organization: OrganizationId) -> Tenant {
        Tenant {
            store,
            organization,
            user: None,
        }
    }

    /// Whose rows.
    pub fn organization_id(&self) -> OrganizationId {
        self.organization
    }

    /// On whose behalf; none for a callback.
    pub fn user_id(&self) -> Option<UserId> {
        self.user.map(|(user, _)| user)
    }

    /// What the user may do here; none for a callback.
    pub fn role(&self) -> Option<Role> {
        self.user.map(|(_, role)| role)
    }

    /// The user as they are shown; none for a callback.
    pub async fn me(&self) -> Result<Option<User>, StoreError> {
        let Some(user) = self.user_id() else {
            return Ok(None);
        };
        let mut tx = self.read().await?;
        let sql = "SELECT id, name, email, locale FROM users WHERE id = $1";
        let row = tx.row(sql, params![user]).await?;
        tx.commit().await?;
        row.map(people::user).transpose()
    }

    /// Sets the user's language: `pt-BR` or `en`.
    pub async fn set_locale(&self, locale: &str) -> Result<(), StoreError> {
        let Some(user) = self.user_id() else {
            return Err(StoreError::NotAllowed);
        };
        let mut tx = self.write().await?;
        let sql = "UPDATE users SET locale = $2 WHERE id = $1";
        tx.change(sql, params![user, locale]).await?;
        tx.commit().await
    }

    /// The organization, with the user's role. A callback has no role: an agent's is told.
    pub async fn organization(&self) -> Result<Option<Organization>, StoreError> {
        let mut tx = self.read().await?;
        let sql = "SELECT id, name FROM organizations WHERE id = $1";
        let row = tx.row(sql, params![self.organization]).await?;
        tx.commit().await?;
        let role = self.role().unwrap_or(Role::Agent);
        let organization = |mut row: super::sql::Row| {
            Ok(Organization {
                id: row.take()?,
                name: row.take()?,
                role,
            })
        };
        row.map(organization).transpose()
    }

    /// The people of the organization, by name.
    pub async fn people(&self) -> Result<Vec<Person>, StoreError> {
        let mut tx = self.read().await?;
        let sql = "SELECT u.id, u.name FROM user_organizations m JOIN users u ON u.id = m.user_id \
            WHERE m.organization_id = $1 AND m.removed_at IS NULL ORDER BY u.folded, u.id";
        let rows = tx.rows(sql, params![self.organization]).await?;
        tx.commit().await?;
        let person = |mut row: super::sql::Row| {
            Ok(Person {
                id: row.take()?,
                name: row.take()?,
            })
        };
        rows.into_iter().map(person).collect()
    }

    pub(super) fn key(&self) -> &MasterKey {
        &self.store.inner.key
    }

    pub(super) fn tell(&self, revision: i64) {
        self.store.tell(self.organization, revision);
    }

    pub(super) async fn read(&self) -> Result<Tx, StoreError> {
        self.begin(Wanted::Read).await
    }

    pub(super) async fn write(&self) -> Result<Tx, StoreError> {
        self.begin(Wanted::Durable).await
    }

    pub(super) async fn begin(&self, wanted: Wanted) -> Result<Tx, StoreError> {
        let whose = match self.user {
            Some((user, _)) => Whose::User(user, Some(self.organization)),
            None => Whose::Service(self.organization),
        };
        self.store.begin(wanted, whose).await
    }
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenant")
            .field("organization", &self.organization)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
