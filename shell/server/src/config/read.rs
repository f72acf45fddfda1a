//! From the file's words to values: credentials from where the file says, and faults as sentences.

use super::{AccountConfig, ConfigError};
use model::AccountSid;

impl AccountConfig {
    /// The account's identifier and token: the environment's `TWILIO_ACCOUNT_SID` and
    /// `TWILIO_AUTH_TOKEN` first, then what the file says.
    pub fn credentials(
        &self,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<(AccountSid, String), ConfigError> {
        let missing = || {
            ConfigError("account.sid is missing: AC and 32 hexadecimal digits are wanted".into())
        };
        let sid = environment("TWILIO_ACCOUNT_SID")
            .or(self.sid.clone())
            .ok_or_else(missing)?;
        let sid = sid
            .parse()
            .map_err(|error| ConfigError(format!("account.sid: {error}")))?;
        Ok((sid, self.token(environment)?))
    }

    fn token(&self, environment: impl Fn(&str) -> Option<String>) -> Result<String, ConfigError> {
        let token = if let Some(token) = environment("TWILIO_AUTH_TOKEN") {
            token
        } else if let Some(token) = &self.token {
            token.reveal().to_owned()
        } else if let Some(path) = &self.token_file {
            std::fs::read_to_string(path).map_err(|error| {
                ConfigError(format!("account.token_file {}: {error}", path.display()))
            })?
        } else if let Some(name) = &self.token_env {
            environment(name).ok_or_else(|| {
                ConfigError(format!("the environment has no {name} (account.token_env)"))
            })?
        } else {
            return Err(ConfigError(
                "the account has no token: set account.token, token_file or token_env".into(),
            ));
        };
        let token = token.trim().to_owned();
        if token.len() < TOKEN_CHARS_MIN {
            return Err(ConfigError(format!(
                "the account's token is too short: {TOKEN_CHARS_MIN} characters or more are wanted"
            )));
        }
        Ok(token)
    }
}

/// The original's tokens have 32; less than half of it can be guessed.
const TOKEN_CHARS_MIN: usize = 16;

/// A fault of the file's form as one line: where, and what.
pub(super) fn sentence(text: &str, error: &toml::de::Error) -> ConfigError {
    let line = error.span().map_or(1, |span| {
        1 + text
            .get(..span.start)
            .unwrap_or_default()
            .matches('\n')
            .count()
    });
    let what = error
        .message()
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned();
    ConfigError(format!("line {line}: {what}"))
}
