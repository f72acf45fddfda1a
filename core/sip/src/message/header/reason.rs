//! Reason (RFC 3326) and Retry-After (RFC 3261 §20.33): why it ended, and when to try again.

use std::fmt;
use std::str::FromStr;

use super::seconds;
use crate::message::scan::{find_outside, is_token, number, trim};
use crate::message::{Malformed, Params};

/// One cause: `SIP;cause=200;text="Call completed elsewhere"` or `Q.850;cause=16`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Whose number the cause is: `SIP` or `Q.850`.
    pub protocol: String,
    /// The parameters: `cause`, `text`.
    pub params: Params,
}

impl Reason {
    /// A cause with its text.
    pub fn new(protocol: &str, cause: u16, text: &str) -> Reason {
        let mut params = Params::new().with("cause", &cause.to_string());
        if !text.is_empty() {
            params.set_quoted("text", text);
        }
        Reason {
            protocol: protocol.to_owned(),
            params,
        }
    }

    /// The number of the cause.
    pub fn cause(&self) -> Option<u16> {
        number(self.params.value("cause")?)
    }
}

impl FromStr for Reason {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Reason, Malformed> {
        let (protocol, params) = text.split_at(text.find(';').unwrap_or(text.len()));
        let protocol = trim(protocol);
        if !is_token(protocol) {
            return Err(Malformed("a protocol"));
        }
        Ok(Reason {
            protocol: protocol.to_owned(),
            params: Params::parse(params)?,
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.protocol, self.params)
    }
}

/// When to try again: `18000;duration=3600`, comments dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryAfter {
    /// Seconds to wait.
    pub wait_s: u32,
}

impl FromStr for RetryAfter {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<RetryAfter, Malformed> {
        let end = find_outside(text, b';', false).unwrap_or(text.len());
        let number = text[..end].split('(').next().unwrap_or_default();
        let wait_s = seconds(number).ok_or(Malformed("a number of seconds"))?;
        Ok(RetryAfter { wait_s })
    }
}

impl fmt::Display for RetryAfter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.wait_s.fmt(f)
    }
}
