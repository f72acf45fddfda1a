//! Content-Type: what the body is (RFC 3261 §20.15).

use std::fmt;
use std::str::FromStr;

use crate::message::scan::{is_token, trim};
use crate::message::{Malformed, Params};

/// `application/sdp`, with parameters as `boundary`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaType {
    /// The part before the slash, lower case.
    pub kind: String,
    /// The part behind the slash, lower case.
    pub subtype: String,
    /// The parameters.
    pub params: Params,
}

impl MediaType {
    /// Whether it is this type, `application/sdp`, parameters aside.
    pub fn is(&self, name: &str) -> bool {
        name.split_once('/').is_some_and(|(kind, subtype)| {
            self.kind.eq_ignore_ascii_case(kind) && self.subtype.eq_ignore_ascii_case(subtype)
        })
    }
}

impl FromStr for MediaType {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<MediaType, Malformed> {
        let (name, params) = text.split_at(text.find(';').unwrap_or(text.len()));
        let (kind, subtype) = name.split_once('/').ok_or(Malformed("type/subtype"))?;
        let (kind, subtype) = (trim(kind), trim(subtype));
        if !is_token(kind) || !is_token(subtype) {
            return Err(Malformed("type/subtype"));
        }
        Ok(MediaType {
            kind: kind.to_ascii_lowercase(),
            subtype: subtype.to_ascii_lowercase(),
            params: Params::parse(params)?,
        })
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}{}", self.kind, self.subtype, self.params)
    }
}
