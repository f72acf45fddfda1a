//! Who asks.

use crate::Error;
use crate::path::check_part;
use std::fmt;

/// What opens the API: an account's own token, or an API key.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The account whose things are asked for, unless another is named.
    pub(crate) account: String,
    pub(crate) user: String,
    pub(crate) secret: String,
}

impl Credentials {
    /// An account (`AC…`) and its token.
    pub fn token(account_sid: impl Into<String>, auth_token: impl Into<String>) -> Credentials {
        let account = account_sid.into();
        Credentials {
            user: account.clone(),
            account,
            secret: auth_token.into(),
        }
    }

    /// An account (`AC…`), a key of it (`SK…`) and the key's secret.
    pub fn key(
        account_sid: impl Into<String>,
        key_sid: impl Into<String>,
        secret: impl Into<String>,
    ) -> Credentials {
        Credentials {
            account: account_sid.into(),
            user: key_sid.into(),
            secret: secret.into(),
        }
    }

    /// What the environment holds: `TWILIO_ACCOUNT_SID` with `TWILIO_API_KEY` and
    /// `TWILIO_API_SECRET`, or with `TWILIO_AUTH_TOKEN`. A key goes before the token.
    pub fn from_env() -> Result<Credentials, Error> {
        Credentials::from_names(|name| std::env::var(name).ok())
    }

    pub(crate) fn from_names(names: impl Fn(&str) -> Option<String>) -> Result<Credentials, Error> {
        let given = |name: &str| names(name).filter(|value| !value.is_empty());
        let account = given("TWILIO_ACCOUNT_SID");
        let account = account.ok_or_else(|| Error::input("TWILIO_ACCOUNT_SID is not set"))?;
        match (given("TWILIO_API_KEY"), given("TWILIO_AUTH_TOKEN")) {
            (Some(key), _) => {
                let secret = given("TWILIO_API_SECRET").or_else(|| given("TWILIO_API_KEY_SECRET"));
                let complaint = "TWILIO_API_KEY is set, and TWILIO_API_SECRET is not";
                let secret = secret.ok_or_else(|| Error::input(complaint))?;
                Ok(Credentials::key(account, key, secret))
            }
            (None, Some(token)) => Ok(Credentials::token(account, token)),
            (None, None) => Err(Error::input(
                "neither TWILIO_AUTH_TOKEN nor TWILIO_API_KEY is set",
            )),
        }
    }

    /// Whether they can be sent as they are.
    pub(crate) fn check(&self) -> Result<(), Error> {
        check_part(&self.account).map_err(|_| Error::input("the account's SID is not one"))?;
        let well = |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_control());
        // RFC 7617 §2: a colon in the user's name would end it.
        if !well(&self.user) || self.user.contains(':') || !well(&self.secret) {
            return Err(Error::input("the credentials hold what can't be sent"));
        }
        Ok(())
    }
}

/// Without the secret.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("account", &self.account)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(pairs: &[(&str, &str)]) -> Result<Credentials, String> {
        let found = Credentials::from_names(|name| {
            let mut pairs = pairs.iter();
            pairs
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        });
        found.map_err(|error| error.to_string())
    }

    #[test]
    fn the_environment_is_read_and_what_is_missing_is_named() {
        let (account, token) = (("TWILIO_ACCOUNT_SID", "AC1"), ("TWILIO_AUTH_TOKEN", "t"));
        let (key, secret) = (("TWILIO_API_KEY", "SK1"), ("TWILIO_API_SECRET", "s"));
        assert_eq!(from(&[account, token]), Ok(Credentials::token("AC1", "t")));
        let by_key = Ok(Credentials::key("AC1", "SK1", "s"));
        assert_eq!(from(&[account, token, key, secret]), by_key);
        for (pairs, missing) in [
            (&[token][..], "TWILIO_ACCOUNT_SID"),
            (&[account], "TWILIO_AUTH_TOKEN"),
            (&[account, token, key], "TWILIO_API_SECRET"),
            (&[account, ("TWILIO_AUTH_TOKEN", "")], "TWILIO_AUTH_TOKEN"),
        ] {
            assert!(from(pairs).unwrap_err().contains(missing), "{missing}");
        }
    }

    #[test]
    fn debug_keeps_the_secret() {
        let credentials = Credentials::key("AC1", "SK1", "hush");
        assert!(!format!("{credentials:?}").contains("hush"));
        assert!(Credentials::token("AC1", "a\nb").check().is_err());
        assert!(Credentials::token("AC/1", "t").check().is_err());
        assert!(credentials.check().is_ok());
    }
}
