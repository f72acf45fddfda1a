//! Parameters behind a semicolon, of URIs and headers alike: ordered, and kept as one text so that
//! a set of them costs one allocation at most.

use std::borrow::Cow;
use std::fmt;

use super::Malformed;
use super::scan::{find_outside, is_token_byte, quote, quoted_end, trim, unquote};
use model::limit;

/// An ordered set of parameters, `;name=value;name`; names are case-insensitive.
#[derive(Debug, Clone, Default)]
pub struct Params {
    /// Every parameter with its semicolon, without blanks.
    text: String,
}

impl Params {
    /// No parameters.
    pub fn new() -> Params {
        Params::default()
    }

    /// Reads `;name=value;name`; blanks around separators are tolerated (RFC 3261 §7.3.1).
    pub fn parse(text: &str) -> Result<Params, Malformed> {
        let mut params = Params::default();
        params.text.reserve(text.len());
        scan(text, |name, value| params.append(name, value))?;
        Ok(params)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// All parameters in order: name, and value as it stands on the wire (quotes kept).
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let mut rest = self.text.as_str();
        std::iter::from_fn(move || {
            let body = rest.strip_prefix(';')?;
            let end = find_outside(body, b';', false).unwrap_or(body.len());
            rest = &body[end..];
            let one = &body[..end];
            Some(match one.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (one, None),
            })
        })
    }

    /// Whether a parameter of this name is there, with or without value.
    pub fn has(&self, name: &str) -> bool {
        self.iter()
            .any(|(found, _)| found.eq_ignore_ascii_case(name))
    }

    /// The value of a parameter as it stands on the wire; `None` if absent or without value.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .and_then(|(_, v)| v)
    }

    /// The value of a parameter without quotes and their escapes.
    pub fn unquoted(&self, name: &str) -> Option<Cow<'_, str>> {
        self.value(name).map(unquote)
    }

    /// Sets a parameter to a value that needs no quotes, in its old place or at the end.
    pub fn set(&mut self, name: &str, value: &str) {
        self.replace(name, Some(value));
    }

    /// Sets a parameter to a value in quotes.
    pub fn set_quoted(&mut self, name: &str, value: &str) {
        self.replace(name, Some(&quote(value)));
    }

    /// Sets a parameter that has no value, as `lr`.
    pub fn set_flag(&mut self, name: &str) {
        self.replace(name, None);
    }

    /// Takes a parameter out.
    pub fn remove(&mut self, name: &str) {
        if self.has(name) {
            let mut kept = Params::default();
            for (old, value) in self
                .iter()
                .filter(|(old, _)| !old.eq_ignore_ascii_case(name))
            {
                kept.append(old, value);
            }
            *self = kept;
        }
    }

    /// The same set with one more parameter: for building in one expression.
    pub fn with(mut self, name: &str, value: &str) -> Params {
        self.set(name, value);
        self
    }

    fn append(&mut self, name: &str, value: Option<&str>) {
        self.text.push(';');
        self.text.push_str(name);
        if let Some(value) = value {
            self.text.push('=');
            self.text.push_str(value);
        }
    }

    fn replace(&mut self, name: &str, value: Option<&str>) {
        if !self.has(name) {
            return self.append(name, value);
        }
        let mut next = Params::default();
        for (old, old_value) in self.iter() {
            let same = old.eq_ignore_ascii_case(name);
            next.append(old, if same { value } else { old_value });
        }
        *self = next;
    }
}

/// Walks `;name=value` pairs and calls `each`; refuses empty and misshapen parameters. One
/// semicolon too many at the very end is forgiven.
pub(crate) fn scan<'a>(
    text: &'a str,
    mut each: impl FnMut(&'a str, Option<&'a str>),
) -> Result<(), Malformed> {
    let mut rest = trim(text);
    let mut count = 0;
    while !rest.is_empty() {
        let body = rest
            .strip_prefix(';')
            .ok_or(Malformed("a semicolon before a parameter"))?;
        let body = trim(body);
        if body.is_empty() && count > 0 {
            return Ok(());
        }
        let end = find_outside(body, b';', false).unwrap_or(body.len());
        let (one, after) = body.split_at(end);
        rest = after;
        let (name, value) = match one.split_once('=') {
            Some((name, value)) => (trim(name), Some(trim(value))),
            None => (trim(one), None),
        };
        if name.is_empty() || !name.bytes().all(is_name_byte) {
            return Err(Malformed("a parameter name"));
        }
        if let Some(value) = value {
            scan_value(value)?;
        }
        count += 1;
        if count > limit::SIP_PARAMS_MAX {
            return Err(Malformed("fewer parameters"));
        }
        each(name, value);
    }
    Ok(())
}

/// A value is one quoted string, or visible characters without separators of the outer grammar.
fn scan_value(value: &str) -> Result<(), Malformed> {
    if value.starts_with('"') {
        return match quoted_end(value)? == value.len() {
            true => Ok(()),
            false => Err(Malformed("nothing after a quoted value")),
        };
    }
    let fits = value
        .bytes()
        .all(|b| b > b' ' && b != 0x7f && !b"\",;<>".contains(&b));
    if fits {
        Ok(())
    } else {
        Err(Malformed("a parameter value"))
    }
}

/// URI parameter names may hold `[ ] / : & $` besides token characters (RFC 3261 §25.1).
fn is_name_byte(byte: u8) -> bool {
    is_token_byte(byte) || b"[]/:&$()".contains(&byte) || byte >= 0x80
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Order does not matter, case of names does not matter, values are compared exactly.
impl PartialEq for Params {
    fn eq(&self, other: &Params) -> bool {
        self.text == other.text
            || (self.iter().count() == other.iter().count()
                && self
                    .iter()
                    .all(|(name, value)| other.has(name) && other.value(name) == value))
    }
}

impl Eq for Params {}
