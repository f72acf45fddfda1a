//! API keys, and the tokens of an account.

use serde::{Deserialize, Serialize};

/// `/Accounts/{sid}/Keys/{sid}.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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
