//! Who signs in, and where they belong.

use super::error::StoreError;
use super::sql::{Row, Tx, params};
use crate::id::{OrganizationId, UserId};
use serde::Serialize;
use std::fmt;

/// What a user may do in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything.
    Owner,
    /// Everything, the integration's credentials among it.
    Admin,
    /// Calls, contacts, notes.
    Agent,
}

impl Role {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Admin => "admin",
            Role::Agent => "agent",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Role> {
        [Role::Owner, Role::Admin, Role::Agent]
            .into_iter()
            .find(|role| role.as_str() == text)
    }

    /// Whether the integration is theirs to set.
    pub fn may_configure(self) -> bool {
        self != Role::Agent
    }
}

/// A user as they see themselves. Serializes as the interface's `user`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct User {
    /// Whom.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// With what they sign in.
    pub email: String,
    /// Their language: `pt-BR` or `en`.
    pub locale: String,
}

/// A user as their colleagues see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Whom.
    pub id: UserId,
    /// Their name.
    pub name: String,
}

/// An organization of a user. Serializes as the interface's `organization`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Organization {
    /// Which.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// What the user may do in it.
    pub role: Role,
}

/// Who wants to sign in, and what their password has to match.
#[derive(Clone)]
pub struct Credentials {
    /// The user.
    pub user: User,
    /// The hash that was kept of the password, as it was given to the store.
    pub password_hash: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// An address as it is kept and looked for.
pub(crate) fn plain_email(email: &str) -> String {
    email.trim().to_lowercase()
}

pub(super) fn user(mut row: Row) -> Result<User, StoreError> {
    Ok(User {
        id: row.take()?,
        name: row.take()?,
        email: row.take()?,
        locale: row.take()?,
    })
}

pub(super) async fn credentials(
    tx: &mut Tx,
    email: &str,
) -> Result<Option<Credentials>, StoreError> {
    let sql = if tx.is_postgres() {
        "SELECT password_hash, id, name, email, locale FROM crm_private.sign_in($1)"
    } else {
        "SELECT password_hash, id, name, email, locale FROM users WHERE email = $1"
    };
    let Some(mut row) = tx.row(sql, params![plain_email(email)]).await? else {
        return Ok(None);
    };
    Ok(Some(Credentials {
        password_hash: row.take()?,
        user: user(row)?,
    }))
}

pub(super) async fn organizations(
    tx: &mut Tx,
    user: UserId,
) -> Result<Vec<Organization>, StoreError> {
    let sql = "SELECT o.id, o.name, m.role FROM user_organizations m \
        JOIN organizations o ON o.id = m.organization_id \
        WHERE m.user_id = $1 AND m.removed_at IS NULL ORDER BY o.name, o.id";
    let organization = |mut row: Row| {
        Ok(Organization {
            id: row.take()?,
            name: row.take()?,
            role: row.word(Role::parse)?,
        })
    };
    let rows = tx.rows(sql, params![user]).await?;
    rows.into_iter().map(organization).collect()
}

pub(super) async fn role(
    tx: &mut Tx,
    user: UserId,
    organization: OrganizationId,
) -> Result<Option<Role>, StoreError> {
    let sql = "SELECT role FROM user_organizations \
        WHERE user_id = $1 AND organization_id = $2 AND removed_at IS NULL";
    let row = tx.row(sql, params![user, organization]).await?;
    row.map(|mut row| row.word(Role::parse)).transpose()
}
