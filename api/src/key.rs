//! API keys, and the tokens of an account.

use crate::read_date;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::SystemTime;

/// `/Accounts/{sid}/Keys/{sid}.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Key {
    /// `SK…`.
    pub sid: String,
    /// What the customer calls it.
    pub friendly_name: String,
    /// RFC 2822.
    pub date_created: String,
    /// RFC 2822.
    pub date_updated: String,
}

/// A key that was made just now.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewKey {
    /// `SK…`.
    pub sid: String,
    /// What the customer calls it.
    pub friendly_name: String,
    /// RFC 2822.
    pub date_created: String,
    /// RFC 2822.
    pub date_updated: String,
    /// Shown this once.
    pub secret: String,
}

/// `POST /v1/AuthTokens/Secondary`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SecondaryAuthToken {
    /// `AC…`.
    pub account_sid: String,
    /// ISO 8601.
    pub date_created: String,
    /// ISO 8601.
    pub date_updated: String,
    /// The second token.
    pub secondary_auth_token: String,
    /// Where it was made.
    pub url: String,
}

/// `POST /v1/AuthTokens/Promote`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuthToken {
    /// `AC…`.
    pub account_sid: String,
    /// The token, which was the second one.
    pub auth_token: String,
    /// ISO 8601.
    pub date_created: String,
    /// ISO 8601.
    pub date_updated: String,
    /// Where it was promoted.
    pub url: String,
}

/// The same as types; what is no such thing is `None`.
impl Key {
    /// When it was made.
    pub fn date_created(&self) -> Option<SystemTime> {
        read_date(&self.date_created)
    }

    /// When it last changed.
    pub fn date_updated(&self) -> Option<SystemTime> {
        read_date(&self.date_updated)
    }
}

/// Without its secret.
impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewKey")
            .field("sid", &self.sid)
            .field("friendly_name", &self.friendly_name)
            .finish_non_exhaustive()
    }
}

/// Without the token.
impl fmt::Debug for SecondaryAuthToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecondaryAuthToken")
            .field("account_sid", &self.account_sid)
            .finish_non_exhaustive()
    }
}

/// Without the token.
impl fmt::Debug for AuthToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthToken")
            .field("account_sid", &self.account_sid)
            .finish_non_exhaustive()
    }
}
