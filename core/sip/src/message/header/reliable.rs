//! RAck: which reliable provisional answer a PRACK confirms (RFC 3262 §7.2). RSeq is a number
//! alone and read by [`Headers::rseq`](crate::message::Headers::rseq).

use std::fmt;
use std::str::FromStr;

use super::CSeq;
use crate::message::Malformed;
use crate::message::scan::{number, trim};

/// `776656 1 INVITE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RAck {
    /// The RSeq of the confirmed answer.
    pub rseq: u32,
    /// The CSeq of the confirmed answer.
    pub cseq: CSeq,
}

impl FromStr for RAck {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<RAck, Malformed> {
        let text = trim(text);
        let blank = text
            .find([' ', '\t'])
            .ok_or(Malformed("two numbers and a method"))?;
        let (digits, cseq) = text.split_at(blank);
        let rseq = number(digits).ok_or(Malformed("a response number"))?;
        Ok(RAck {
            rseq,
            cseq: cseq.parse()?,
        })
    }
}

impl fmt::Display for RAck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.rseq, self.cseq)
    }
}
