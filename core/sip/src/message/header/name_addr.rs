//! A party with an optional display name and parameters: From, To, Contact, Route, Refer-To and
//! their like (RFC 3261 §20.10, §25.1 `name-addr` and `addr-spec`).

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::message::scan::{quote, quoted_end, trim, unquote};
use crate::message::{Malformed, Params, Uri, params};

/// `"Display" <uri>;params`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameAddr {
    /// The display name without quotes and escapes; `None` if there is none.
    pub display: Option<String>,
    /// The address.
    pub uri: Uri,
    /// The parameters behind the address: `tag`, `expires`, `q` …
    pub params: Params,
}

impl NameAddr {
    /// An address alone.
    pub fn new(uri: Uri) -> NameAddr {
        NameAddr {
            display: None,
            uri,
            params: Params::new(),
        }
    }

    /// An address with a display name.
    pub fn named(display: &str, uri: Uri) -> NameAddr {
        NameAddr {
            display: Some(display.to_owned()),
            ..NameAddr::new(uri)
        }
    }

    /// The `tag` parameter of From and To.
    pub fn tag(&self) -> Option<&str> {
        self.params.value("tag")
    }

    /// The same address with this tag.
    pub fn with_tag(mut self, tag: &str) -> NameAddr {
        self.params.set("tag", tag);
        self
    }
}

/// The pieces of a `name-addr` or `addr-spec`.
struct Parts<'a> {
    display: Option<Cow<'a, str>>,
    uri: &'a str,
    params: &'a str,
}

fn split(text: &str) -> Result<Parts<'_>, Malformed> {
    let text = trim(text);
    let (display, rest) = if text.starts_with('"') {
        let (quoted, rest) = text.split_at(quoted_end(text)?);
        let rest = trim(rest);
        if !rest.starts_with('<') {
            return Err(Malformed(
                "an address in angle brackets behind the display name",
            ));
        }
        (Some(unquote(quoted)), rest)
    } else if let Some(open) = text.find('<') {
        // The name should be tokens; `Bell, Alexander <…>` without quotes is understood all the
        // same (RFC 4475 §3.1.2.15 allows it).
        let name = trim(&text[..open]);
        if name.contains('"') {
            return Err(Malformed("balanced quotes in the display name"));
        }
        (
            (!name.is_empty()).then_some(Cow::Borrowed(name)),
            &text[open..],
        )
    } else {
        return split_bare(text);
    };
    let close = rest.find('>').ok_or(Malformed("a closing angle bracket"))?;
    Ok(Parts {
        display,
        uri: trim(&rest[1..close]),
        params: &rest[close + 1..],
    })
}

/// Without brackets every parameter belongs to the header, and a URI with comma or question mark
/// is forbidden (RFC 3261 §20): it must be refused, not guessed at (RFC 4475 §3.1.2.13).
fn split_bare(text: &str) -> Result<Parts<'_>, Malformed> {
    let (uri, params) = text.split_at(text.find(';').unwrap_or(text.len()));
    if uri.contains('?') || uri.contains(',') {
        return Err(Malformed("angle brackets around this URI"));
    }
    Ok(Parts {
        display: None,
        uri: trim(uri),
        params,
    })
}

/// Whether the text is an address, found out without building one.
pub(in crate::message) fn check(text: &str) -> Result<(), Malformed> {
    let parts = split(text)?;
    Uri::check(parts.uri)?;
    params::scan(parts.params, |_, _| {})
}

impl FromStr for NameAddr {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<NameAddr, Malformed> {
        let parts = split(text)?;
        Ok(NameAddr {
            display: parts.display.map(Cow::into_owned),
            uri: Uri::parse(parts.uri)?,
            params: Params::parse(parts.params)?,
        })
    }
}

impl fmt::Display for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(display) = &self.display {
            write!(f, "{} ", quote(display))?;
        }
        write!(f, "<{}>{}", self.uri, self.params)
    }
}
