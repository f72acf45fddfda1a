//! CSeq: the place of a request in its dialog (RFC 3261 §20.16).

use std::fmt;
use std::str::FromStr;

use crate::message::scan::{number, trim};
use crate::message::{Malformed, Method};

/// `314159 INVITE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CSeq {
    /// The number, below 2³¹.
    pub number: u32,
    /// The method of the request.
    pub method: Method,
}

impl FromStr for CSeq {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<CSeq, Malformed> {
        let text = trim(text);
        let blank = text
            .find([' ', '\t'])
            .ok_or(Malformed("a number and a method"))?;
        let (digits, method) = text.split_at(blank);
        // The grammar has no bound, the text has: below 2^31 (RFC 3261 §8.1.1.5).
        let number = number(digits)
            .filter(|number| *number < 1 << 31)
            .ok_or(Malformed("a sequence number below 2^31"))?;
        let method = Method::parse(trim(method)).ok_or(Malformed("a method"))?;
        Ok(CSeq { number, method })
    }
}

impl fmt::Display for CSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.method)
    }
}
