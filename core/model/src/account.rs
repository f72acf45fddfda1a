//! Who may ask, and for what: accounts, their settings and their API keys.

use crate::{AccountSid, KeySid, Time, limit};

/// An account and what it may do.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Its identifier.
    pub sid: AccountSid,
    /// The account it was made by; `None` for one that stands by itself.
    pub owner: Option<AccountSid>,
    /// The secret that signs webhooks and opens the API: 32 hexadecimal digits.
    pub auth_token: String,
    /// A second one that opens the API as well, so that a token can be changed without a gap:
    /// it signs nothing until it is promoted.
    pub secondary_token: Option<String>,
    /// Credentials for trying things out, under which nothing happens.
    pub test: Option<TestCredentials>,
    /// Whether it is in use.
    pub status: AccountStatus,
    /// Whether it is paid for.
    pub kind: AccountKind,
    /// What the customer calls it.
    pub friendly_name: String,
    /// New calls a second that leave through the API; the others wait in order.
    pub calls_per_second: u32,
    /// Requests of the API that may run at the same time; more are answered 429.
    pub requests_at_once: u32,
    /// Days that calls are kept after their end.
    pub retention_days: u32,
    /// Whether the sound of a recording can be fetched by whoever knows its address.
    pub public_media: bool,
    /// Whether the certificates of the applications it asks must hold.
    pub verify_certificates: bool,
    /// When it was made.
    pub date_created: Time,
    /// When it was last changed.
    pub date_updated: Time,
}

impl Account {
    /// An active account that stands by itself, with every setting as it is when nobody says
    /// otherwise.
    pub fn new(
        sid: AccountSid,
        auth_token: impl Into<String>,
        friendly_name: impl Into<String>,
        now: Time,
    ) -> Account {
        Account {
            sid,
            owner: None,
            auth_token: auth_token.into(),
            secondary_token: None,
            test: None,
            status: AccountStatus::Active,
            kind: AccountKind::Full,
            friendly_name: friendly_name.into(),
            calls_per_second: limit::CALLS_PER_SECOND_DEFAULT,
            requests_at_once: limit::REQUESTS_AT_ONCE_DEFAULT,
            retention_days: limit::RETENTION_DAYS_DEFAULT,
            public_media: false,
            verify_certificates: true,
            date_created: now,
            date_updated: now,
        }
    }

    /// Whether it may place and take calls.
    pub fn is_active(&self) -> bool {
        self.status == AccountStatus::Active
    }
}

impl std::fmt::Debug for Account {
    /// Leaves the tokens out, so that no log can hold them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("sid", &self.sid)
            .field("status", &self.status)
            .field("friendly_name", &self.friendly_name)
            .finish_non_exhaustive()
    }
}

/// An account's second face, under which requests are checked and answered but nothing happens.
#[derive(Clone, PartialEq, Eq)]
pub struct TestCredentials {
    /// Looks like an account's own.
    pub sid: AccountSid,
    /// Looks like an account's own, and signs nothing.
    pub token: String,
}

impl std::fmt::Debug for TestCredentials {
    /// Leaves the token out, so that no log can hold it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestCredentials")
            .field("sid", &self.sid)
            .finish_non_exhaustive()
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// As the API and the store write it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// Reads what `as_str` writes.
            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

words! {
    /// Whether an account is in use.
    AccountStatus {
        /// It is.
        Active = "active",
        /// Not for now: its calls are refused in both directions, and its requests too.
        Suspended = "suspended",
        /// Never again.
        Closed = "closed",
    }
}

words! {
    /// Whether an account is paid for.
    AccountKind {
        /// It is.
        Full = "Full",
        /// Not yet.
        Trial = "Trial",
    }
}

/// A name and a secret that open the API in an account's name, and can be taken back alone.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its identifier, and the user name.
    pub sid: KeySid,
    /// Whose it is.
    pub account: AccountSid,
    /// What the customer calls it.
    pub friendly_name: String,
    /// SHA-256 of the secret. One round is enough: the secret is 32 characters that a machine
    /// drew, 190 bits, and slow hashes protect only what people choose.
    pub secret_hash: [u8; 32],
    /// Whether it may do all that the account's own token may; others are kept away from
    /// accounts and keys.
    pub main: bool,
    /// When it was made.
    pub date_created: Time,
    /// When it was last changed.
    pub date_updated: Time,
}

impl std::fmt::Debug for ApiKey {
    /// Leaves the hash out: nobody needs it in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiKey")
            .field("sid", &self.sid)
            .field("account", &self.account)
            .field("main", &self.main)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_in_what_debug_shows() {
        let mut account = Account::new(AccountSid(1), "tok-one", "Mine", Time::from_secs(1));
        account.secondary_token = Some("tok-two".into());
        account.test = Some(TestCredentials {
            sid: AccountSid(2),
            token: "tok-three".into(),
        });
        let key = ApiKey {
            sid: KeySid(3),
            account: AccountSid(1),
            friendly_name: "Key".into(),
            secret_hash: [0xab; 32],
            main: false,
            date_created: Time::from_secs(1),
            date_updated: Time::from_secs(1),
        };
        let shown = format!("{account:?} {:?} {key:?}", account.test);
        assert!(shown.contains("Mine"));
        assert!(!shown.contains("tok-") && !shown.contains("171"), "{shown}");
    }

    #[test]
    fn words_read_as_they_are_written() {
        for status in [
            AccountStatus::Active,
            AccountStatus::Suspended,
            AccountStatus::Closed,
        ] {
            assert_eq!(AccountStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(AccountStatus::parse("Active"), None);
        assert_eq!(AccountKind::parse("Trial"), Some(AccountKind::Trial));
    }
}
