//! The value of WWW-Authenticate, Proxy-Authenticate, Authorization, Proxy-Authorization and
//! Authentication-Info: a scheme and comma-separated parameters (RFC 3261 §20.7, §20.44).

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::message::Malformed;
use crate::message::scan::{find_outside, is_token, quote, quoted_end, trim, unquote};
use model::limit;

/// `Digest realm="…", nonce="…"`: a challenge or credentials of any scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authentication {
    /// The scheme, as `Digest`; empty in Authentication-Info.
    pub scheme: String,
    /// The parameters in order: name and value as on the wire, quotes kept.
    params: Vec<(String, String)>,
}

impl Authentication {
    /// A value of this scheme without parameters.
    pub fn new(scheme: &str) -> Authentication {
        Authentication {
            scheme: scheme.to_owned(),
            params: Vec::new(),
        }
    }

    /// Whether the scheme is Digest.
    pub fn is_digest(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("Digest")
    }

    /// The value of a parameter without quotes and escapes.
    pub fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        let found = self
            .params
            .iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| unquote(value))
    }

    /// The parameters in order: name, and value as on the wire.
    pub fn params(&self) -> impl Iterator<Item = (&str, &str)> {
        self.params
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Adds a parameter whose value stands bare: algorithm, nc, qop in an answer.
    pub fn with(mut self, name: &str, value: &str) -> Authentication {
        self.params.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a parameter whose value stands in quotes.
    pub fn with_quoted(mut self, name: &str, value: &str) -> Authentication {
        self.params.push((name.to_owned(), quote(value)));
        self
    }

    /// Reads all values of one line. SIP wants a line for each, but two challenges after one name
    /// are seen in the field, as HTTP allows them (RFC 9110 §11.6.1).
    pub fn list(text: &str) -> Result<Vec<Authentication>, Malformed> {
        let mut values: Vec<Authentication> = Vec::new();
        let mut rest = trim(text);
        while !rest.is_empty() {
            let end = find_outside(rest, b',', false).unwrap_or(rest.len());
            let mut one = trim(&rest[..end]);
            rest = trim(rest.get(end + 1..).unwrap_or_default());
            if one.is_empty() {
                continue;
            }
            let (scheme, params) = scheme_of(one);
            match scheme {
                Some(scheme) if is_token(scheme) => values.push(Authentication::new(scheme)),
                Some(_) => return Err(Malformed("an authentication scheme")),
                // Authentication-Info names no scheme.
                None if values.is_empty() => values.push(Authentication::new("")),
                None => {}
            }
            one = trim(params);
            let last = values
                .last_mut()
                .filter(|last| last.params.len() < limit::SIP_PARAMS_MAX);
            let last = last.ok_or(Malformed("fewer parameters"))?;
            if !one.is_empty() {
                last.params.push(param(one)?);
            }
        }
        Ok(values)
    }
}

/// Takes the scheme off an element that begins with one: a word with no `=` behind it.
fn scheme_of(one: &str) -> (Option<&str>, &str) {
    let end = one.find([' ', '\t', '=']).unwrap_or(one.len());
    let (word, rest) = one.split_at(end);
    if trim(rest).starts_with('=') {
        (None, one)
    } else {
        (Some(word), rest)
    }
}

fn param(one: &str) -> Result<(String, String), Malformed> {
    let (name, value) = one.split_once('=').ok_or(Malformed("name=value"))?;
    let (name, value) = (trim(name), trim(value));
    let quoted = value.starts_with('"');
    if !is_token(name)
        || (quoted && quoted_end(value)? != value.len())
        || (!quoted && value.contains('"'))
    {
        return Err(Malformed("an authentication parameter"));
    }
    Ok((name.to_owned(), value.to_owned()))
}

/// Exactly one value.
impl FromStr for Authentication {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Authentication, Malformed> {
        let mut values = Authentication::list(text)?.into_iter();
        match (values.next(), values.next()) {
            (Some(value), None) => Ok(value),
            _ => Err(Malformed("one authentication scheme")),
        }
    }
}

impl fmt::Display for Authentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.scheme)?;
        let mut separator = if self.scheme.is_empty() { "" } else { " " };
        for (name, value) in &self.params {
            write!(f, "{separator}{name}={value}")?;
            separator = ", ";
        }
        Ok(())
    }
}
