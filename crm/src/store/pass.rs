//! The pass by which PostgreSQL knows whose transaction it is.
//!
//! Row-level security reads a setting, and whoever can write SQL can write settings. So the
//! setting is a pass that only the service can make: it names a user and an organization, and
//! carries an HMAC under a key that the database keeps where the service's role can't read it.
//! It counts on one connection alone: one that leaked opens nothing on another.

use crate::id::{OrganizationId, UserId};
use crate::seal::{MasterKey, hex};
use ring::hmac;

/// On whose behalf a transaction runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Nobody's: only the narrow functions answer.
    Nobody,
    /// A user's, in an organization or before one is chosen.
    User(UserId, Option<OrganizationId>),
    /// The service's own, in an organization: a callback, or what is done after a restart.
    Service(OrganizationId),
}

/// The key that passes are made with.
#[derive(Clone)]
pub struct PassKey([u8; 32]);

/// Bytes that SHA-256 takes at a time (FIPS 180-4 §1).
const BLOCK: usize = 64;

impl PassKey {
    /// The key of a service.
    pub fn from_master(key: &MasterKey) -> PassKey {
        PassKey(key.derive("pass"))
    }

    /// A pass for one connection, which the server knows by the number of its process.
    pub fn pass(&self, whose: Whose, backend: i32) -> String {
        let (user, organization) = match whose {
            Whose::Nobody => return String::new(),
            Whose::User(user, organization) => (Some(user), organization),
            Whose::Service(organization) => (None, Some(organization)),
        };
        let part = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        let named = format!(
            "{}.{}",
            part(user.map(UserId::uuid)),
            part(organization.map(OrganizationId::uuid))
        );
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let tag = hmac::sign(&key, format!("{named}.{backend}").as_bytes());
        format!("{named}.{}", hex(tag.as_ref()))
    }

    /// The two blocks that an HMAC begins its two hashes with (RFC 2104 §2): with them, the
    /// database needs nothing but its own `sha256()` to check a pass.
    pub(crate) fn pads(&self) -> (Vec<u8>, Vec<u8>) {
        let pad = |with: u8| {
            let mut block = vec![with; BLOCK];
            for (byte, key) in block.iter_mut().zip(self.0) {
                *byte ^= key;
            }
            block
        };
        (pad(0x36), pad(0x5c))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::digest::{SHA256, digest};

    #[test]
    fn the_database_can_check_a_pass_with_its_pads() {
        let key = PassKey::from_master(&MasterKey::draw());
        let (user, organization) = (UserId::draw(), OrganizationId::draw());
        let pass = key.pass(Whose::User(user, Some(organization)), 4711);
        let (named, tag) = pass.rsplit_once('.').unwrap();
        assert_eq!(named, format!("{user}.{organization}"));
        let (inner, outer) = key.pads();
        let hash = |parts: [&[u8]; 2]| digest(&SHA256, &parts.concat()).as_ref().to_vec();
        let message = format!("{named}.4711");
        let checked = hash([&outer, &hash([&inner, message.as_bytes()])]);
        assert_eq!(tag, hex(&checked));
    }

    #[test]
    fn a_pass_counts_for_one_connection_and_one_name() {
        let key = PassKey::from_master(&MasterKey::draw());
        let (user, organization) = (UserId::draw(), OrganizationId::draw());
        let tag = |whose, backend| {
            let pass = key.pass(whose, backend);
            pass.rsplit_once('.').map(|(_, tag)| tag.to_owned())
        };
        let ours = tag(Whose::User(user, Some(organization)), 1);
        assert_ne!(ours, tag(Whose::User(user, Some(organization)), 2));
        assert_ne!(ours, tag(Whose::User(user, None), 1));
        assert_ne!(ours, tag(Whose::Service(organization), 1));
        assert_eq!(key.pass(Whose::Nobody, 1), "");
    }
}
