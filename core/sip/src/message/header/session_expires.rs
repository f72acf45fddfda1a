//! Session-Expires: how long a session lives unrefreshed, and who refreshes (RFC 4028 §4).

use std::fmt;
use std::str::FromStr;

use super::seconds;
use crate::message::{Malformed, Params};

/// `1800;refresher=uac`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionExpires {
    /// The interval in seconds.
    pub interval_s: u32,
    /// Who refreshes, if named.
    pub refresher: Option<Refresher>,
}

/// The side that refreshes a session, as seen in the transaction that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresher {
    /// The side that sent the request.
    Uac,
    /// The side that answered it.
    Uas,
}

impl FromStr for SessionExpires {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<SessionExpires, Malformed> {
        let (number, params) = text.split_at(text.find(';').unwrap_or(text.len()));
        let interval_s = seconds(number).ok_or(Malformed("a number of seconds"))?;
        let params = Params::parse(params)?;
        let refresher = match params.value("refresher") {
            Some(side) if side.eq_ignore_ascii_case("uac") => Some(Refresher::Uac),
            Some(side) if side.eq_ignore_ascii_case("uas") => Some(Refresher::Uas),
            _ => None,
        };
        Ok(SessionExpires {
            interval_s,
            refresher,
        })
    }
}

impl fmt::Display for SessionExpires {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.interval_s.fmt(f)?;
        f.write_str(match self.refresher {
            Some(Refresher::Uac) => ";refresher=uac",
            Some(Refresher::Uas) => ";refresher=uas",
            None => "",
        })
    }
}
