//! An account.

use crate::{AccountStatus, AccountType, read_date};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::SystemTime;

/// `/Accounts/{sid}.json`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Account {
    /// The secret half of the credentials.
    pub auth_token: String,
    /// RFC 2822.
    pub date_created: String,
    /// RFC 2822.
    pub date_updated: String,
    /// What the customer calls it.
    pub friendly_name: String,
    /// The parent of a subaccount; its own for a main account.
    pub owner_account_sid: String,
    /// `AC…`.
    pub sid: String,
    /// `active`, `suspended`, `closed`.
    pub status: String,
    /// What belongs to it.
    pub subresource_uris: AccountUris,
    /// `Trial` or `Full`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its own path.
    pub uri: String,
}

/// Where to find what belongs to an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(
    missing_docs,
    reason = "each field is named after the list its path leads to"
)]
pub struct AccountUris {
    pub addresses: String,
    pub applications: String,
    pub authorized_connect_apps: String,
    pub available_phone_numbers: String,
    pub balance: String,
    pub calls: String,
    pub conferences: String,
    pub connect_apps: String,
    pub incoming_phone_numbers: String,
    pub keys: String,
    pub messages: String,
    pub notifications: String,
    pub outgoing_caller_ids: String,
    pub queues: String,
    pub recordings: String,
    pub short_codes: String,
    pub signing_keys: String,
    pub sip: String,
    pub transcriptions: String,
    pub usage: String,
}

impl AccountUris {
    /// The paths below an account's own (without its suffix).
    pub fn below(account: &str) -> AccountUris {
        let list = |name: &str| format!("{account}/{name}.json");
        AccountUris {
            addresses: list("Addresses"),
            applications: list("Applications"),
            authorized_connect_apps: list("AuthorizedConnectApps"),
            available_phone_numbers: list("AvailablePhoneNumbers"),
            balance: list("Balance"),
            calls: list("Calls"),
            conferences: list("Conferences"),
            connect_apps: list("ConnectApps"),
            incoming_phone_numbers: list("IncomingPhoneNumbers"),
            keys: list("Keys"),
            messages: list("Messages"),
            notifications: list("Notifications"),
            outgoing_caller_ids: list("OutgoingCallerIds"),
            queues: list("Queues"),
            recordings: list("Recordings"),
            short_codes: list("SMS/ShortCodes"),
            signing_keys: list("SigningKeys"),
            sip: list("SIP"),
            transcriptions: list("Transcriptions"),
            usage: list("Usage"),
        }
    }
}

/// The same as types; what is no such thing is `None`.
impl Account {
    /// When it was made.
    pub fn date_created(&self) -> Option<SystemTime> {
        read_date(&self.date_created)
    }

    /// When it last changed.
    pub fn date_updated(&self) -> Option<SystemTime> {
        read_date(&self.date_updated)
    }

    /// Whether it is open.
    pub fn status(&self) -> AccountStatus {
        self.status.as_str().into()
    }

    /// Whether it is on trial.
    pub fn kind(&self) -> AccountType {
        self.kind.as_str().into()
    }
}

/// Without its token.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("sid", &self.sid)
            .field("friendly_name", &self.friendly_name)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
