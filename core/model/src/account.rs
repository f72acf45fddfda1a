//! The customer's account.

use crate::{AccountSid, Time};

/// An account and what it may do.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Its identifier.
    pub sid: AccountSid,
    /// The secret that signs webhooks and opens the API: 32 hexadecimal digits.
    pub auth_token: String,
    /// What the customer calls it.
    pub friendly_name: String,
    /// When it was made.
    pub date_created: Time,
    /// When it was last changed.
    pub date_updated: Time,
}

impl std::fmt::Debug for Account {
    /// Leaves the token out, so that no log can hold it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("sid", &self.sid)
            .field("friendly_name", &self.friendly_name)
            .finish_non_exhaustive()
    }
}
