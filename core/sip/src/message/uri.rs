//! Where a request goes and who a party is: SIP, SIPS and tel URIs (RFC 3261 §19.1, RFC 3966);
//! any other scheme is kept as text. All text is held as it stands on the wire, escapes included.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use super::escape::{decode, encode_user};
use super::params::{self, Params};
use super::{Malformed, scan};

/// A URI of any scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uri {
    /// `sip:` or `sips:`.
    Sip(SipUri),
    /// `tel:`.
    Tel(TelUri),
    /// Another scheme, as it came: `urn:service:sos`.
    Other(String),
}

/// A `sip:` or `sips:` URI. `==` compares the parts as written; [`SipUri::matches`] compares by
/// RFC 3261 §19.1.4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SipUri {
    /// Whether the scheme is `sips`.
    pub secure: bool,
    /// The part before `@` without password, escapes kept; see [`SipUri::user_text`].
    pub user: Option<String>,
    /// The password behind the user, escapes kept.
    pub password: Option<String>,
    /// The host.
    pub host: Host,
    /// The port, if named.
    pub port: Option<u16>,
    /// The parameters in order.
    pub params: Params,
    /// The text behind `?`, escapes kept; empty if there is none.
    pub headers: String,
}

/// A `tel:` URI (RFC 3966).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TelUri {
    /// The number as written: `+1-202-555-0101`.
    pub number: String,
    /// The parameters, as `phone-context`.
    pub params: Params,
}

/// The host of a URI or Via.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address, written in brackets.
    V6(Ipv6Addr),
    /// A domain name as written.
    Name(String),
}

impl Uri {
    /// Reads a URI without angle brackets.
    pub fn parse(text: &str) -> Result<Uri, Malformed> {
        let (scheme, rest) = text.split_once(':').ok_or(Malformed("a URI scheme"))?;
        if scheme.eq_ignore_ascii_case("sip") || scheme.eq_ignore_ascii_case("sips") {
            return SipUri::parse_rest(scheme.len() == 4, rest).map(Uri::Sip);
        }
        if scheme.eq_ignore_ascii_case("tel") {
            let end = rest.find(';').unwrap_or(rest.len());
            let number = &rest[..end];
            if number.is_empty() || !number.bytes().all(is_number_byte) {
                return Err(Malformed("a telephone number"));
            }
            let params = Params::parse(&rest[end..])?;
            return Ok(Uri::Tel(TelUri {
                number: number.to_owned(),
                params,
            }));
        }
        check_other(scheme, rest)?;
        Ok(Uri::Other(text.to_owned()))
    }

    /// Whether the text is a URI, found out without building one.
    pub fn check(text: &str) -> Result<(), Malformed> {
        let (scheme, rest) = text.split_once(':').ok_or(Malformed("a URI scheme"))?;
        if scheme.eq_ignore_ascii_case("sip") || scheme.eq_ignore_ascii_case("sips") {
            let parts = split(rest)?;
            check_host(parts.host)?;
            return params::scan(parts.params, |_, _| {});
        }
        if scheme.eq_ignore_ascii_case("tel") {
            return Uri::parse(text).map(|_| ());
        }
        check_other(scheme, rest)
    }

    /// A `sip:` URI of a user at a host; the user is escaped where needed.
    pub fn sip(user: &str, host: Host, port: Option<u16>) -> Uri {
        Uri::Sip(SipUri {
            user: (!user.is_empty()).then(|| encode_user(user)),
            ..SipUri::host(host, port)
        })
    }

    /// The SIP or SIPS URI, if it is one.
    pub fn as_sip(&self) -> Option<&SipUri> {
        match self {
            Uri::Sip(sip) => Some(sip),
            _ => None,
        }
    }

    /// The SIP or SIPS URI for changing, if it is one.
    pub fn as_sip_mut(&mut self) -> Option<&mut SipUri> {
        match self {
            Uri::Sip(sip) => Some(sip),
            _ => None,
        }
    }

    /// The user part or telephone number, escapes resolved.
    pub fn user(&self) -> Option<Cow<'_, str>> {
        match self {
            Uri::Sip(sip) => sip.user_text(),
            Uri::Tel(tel) => Some(Cow::Borrowed(&tel.number)),
            Uri::Other(_) => None,
        }
    }

    /// The scheme in lower case for the known ones, as written for others.
    pub fn scheme(&self) -> &str {
        match self {
            Uri::Sip(sip) if sip.secure => "sips",
            Uri::Sip(_) => "sip",
            Uri::Tel(_) => "tel",
            Uri::Other(text) => text.split(':').next().unwrap_or_default(),
        }
    }

    /// The parameters of a SIP or tel URI.
    pub fn params(&self) -> Option<&Params> {
        match self {
            Uri::Sip(sip) => Some(&sip.params),
            Uri::Tel(tel) => Some(&tel.params),
            Uri::Other(_) => None,
        }
    }

    /// Whether both name the same resource (RFC 3261 §19.1.4, RFC 3966 §5).
    pub fn matches(&self, other: &Uri) -> bool {
        match (self, other) {
            (Uri::Sip(a), Uri::Sip(b)) => a.matches(b),
            (Uri::Tel(a), Uri::Tel(b)) => {
                let digits = |tel: &TelUri| -> String {
                    let dialled = tel.number.chars().filter(|c| !"-.()".contains(*c));
                    dialled.map(|c| c.to_ascii_lowercase()).collect()
                };
                digits(a) == digits(b) && a.params == b.params
            }
            (Uri::Other(a), Uri::Other(b)) => a == b,
            _ => false,
        }
    }
}

impl SipUri {
    /// A `sip:` URI of a host alone.
    pub fn host(host: Host, port: Option<u16>) -> SipUri {
        SipUri {
            secure: false,
            user: None,
            password: None,
            host,
            port,
            params: Params::new(),
            headers: String::new(),
        }
    }

    fn parse_rest(secure: bool, rest: &str) -> Result<SipUri, Malformed> {
        let parts = split(rest)?;
        Ok(SipUri {
            secure,
            user: parts.user.map(str::to_owned),
            password: parts.password.map(str::to_owned),
            host: Host::parse(parts.host)?,
            port: parts.port,
            params: Params::parse(parts.params)?,
            headers: parts.headers.to_owned(),
        })
    }

    /// The user with escapes resolved.
    pub fn user_text(&self) -> Option<Cow<'_, str>> {
        self.user.as_deref().map(decode)
    }

    /// The `transport` parameter.
    pub fn transport(&self) -> Option<&str> {
        self.params.value("transport")
    }

    /// Whether the `lr` parameter marks a loose router (RFC 3261 §16.12.1.1).
    pub fn is_loose(&self) -> bool {
        self.params.has("lr")
    }

    /// Whether both name the same resource by the rules of RFC 3261 §19.1.4.
    pub fn matches(&self, other: &SipUri) -> bool {
        // user, ttl, method, maddr and transport never match their own absence.
        const TELLING: [&str; 5] = ["user", "ttl", "method", "maddr", "transport"];
        let same_value = |a: Option<&str>, b: Option<&str>| match (a, b) {
            (Some(a), Some(b)) => decode(a).eq_ignore_ascii_case(&decode(b)),
            (a, b) => a.is_none() && b.is_none(),
        };
        let same_text = |a: &Option<String>, b: &Option<String>| match (a, b) {
            (Some(a), Some(b)) => decode(a) == decode(b),
            (a, b) => a.is_none() && b.is_none(),
        };
        self.secure == other.secure
            && same_text(&self.user, &other.user)
            && same_text(&self.password, &other.password)
            && self.host.matches(&other.host)
            && self.port == other.port
            && TELLING
                .iter()
                .all(|name| self.params.has(name) == other.params.has(name))
            && self.params.iter().all(|(name, value)| {
                !other.params.has(name) || same_value(value, other.params.value(name))
            })
            && self.same_headers(other)
    }

    fn same_headers(&self, other: &SipUri) -> bool {
        let sorted = |headers: &str| {
            let mut all: Vec<(String, String)> = headers
                .split('&')
                .filter(|one| !one.is_empty())
                .map(|one| one.split_once('=').unwrap_or((one, "")))
                .map(|(name, value)| {
                    (
                        decode(name).to_ascii_lowercase(),
                        decode(value).into_owned(),
                    )
                })
                .collect();
            all.sort();
            all
        };
        self.headers == other.headers || sorted(&self.headers) == sorted(&other.headers)
    }
}

impl Host {
    /// Reads a host: name, IPv4 address, or IPv6 address in brackets.
    pub fn parse(text: &str) -> Result<Host, Malformed> {
        if let Some(inner) = text.strip_prefix('[') {
            let inner = inner
                .strip_suffix(']')
                .ok_or(Malformed("a closing bracket"))?;
            let address = inner.parse().map_err(|_| Malformed("an IPv6 address"))?;
            return Ok(Host::V6(address));
        }
        check_name(text)?;
        // Only an address begins and ends with a digit and has dots: spare names the attempt.
        if text.as_bytes()[0].is_ascii_digit()
            && let Ok(address) = text.parse()
        {
            return Ok(Host::V4(address));
        }
        Ok(Host::Name(text.to_owned()))
    }

    /// The address, if the host is one.
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Host::V4(address) => Some(IpAddr::V4(*address)),
            Host::V6(address) => Some(IpAddr::V6(*address)),
            Host::Name(_) => None,
        }
    }

    /// Whether both are the same host; names compare without case.
    pub fn matches(&self, other: &Host) -> bool {
        match (self, other) {
            (Host::Name(a), Host::Name(b)) => a.eq_ignore_ascii_case(b),
            (a, b) => a == b,
        }
    }
}

impl From<IpAddr> for Host {
    fn from(address: IpAddr) -> Host {
        match address {
            IpAddr::V4(address) => Host::V4(address),
            IpAddr::V6(address) => Host::V6(address),
        }
    }
}

/// The pieces of a SIP URI behind its scheme.
struct Parts<'a> {
    user: Option<&'a str>,
    password: Option<&'a str>,
    host: &'a str,
    port: Option<u16>,
    params: &'a str,
    headers: &'a str,
}

fn split(rest: &str) -> Result<Parts<'_>, Malformed> {
    if rest
        .bytes()
        .any(|b| b <= b' ' || b == 0x7f || b == b'<' || b == b'>' || b == b'"')
    {
        return Err(Malformed("a URI without blanks, quotes and angle brackets"));
    }
    // Semicolons and question marks may stand in the user part, so the `@` comes first.
    let (user, password, rest) = match rest.split_once('@') {
        Some((userinfo, rest)) => {
            let (user, password) = match userinfo.split_once(':') {
                Some((user, password)) => (user, Some(password)),
                None => (userinfo, None),
            };
            if user.is_empty() {
                return Err(Malformed("a user before @"));
            }
            (Some(user), password, rest)
        }
        None => (None, None, rest),
    };
    let (rest, headers) = match rest.split_once('?') {
        Some((rest, headers)) if !headers.is_empty() => (rest, headers),
        Some((rest, _)) => (rest, ""),
        None => (rest, ""),
    };
    let (host_port, params) = rest.split_at(rest.find(';').unwrap_or(rest.len()));
    let (host, port) = split_port(host_port)?;
    Ok(Parts {
        user,
        password,
        host,
        port,
        params,
        headers,
    })
}

/// Takes `host:port` apart; blanks around the colon are tolerated.
pub(crate) fn split_port(text: &str) -> Result<(&str, Option<u16>), Malformed> {
    let host_end = match text.starts_with('[') {
        true => text.find(']').ok_or(Malformed("a closing bracket"))? + 1,
        false => text.find(':').unwrap_or(text.len()),
    };
    let (host, rest) = text.split_at(host_end);
    let port = match scan::trim(rest).strip_prefix(':') {
        Some(digits) => {
            let port = scan::number(digits).ok_or(Malformed("a port number"))?;
            Some(port)
        }
        None if scan::trim(rest).is_empty() => None,
        None => return Err(Malformed("a colon behind the host")),
    };
    Ok((scan::trim(host), port))
}

/// Whether the text is a host, found out without building one.
pub(crate) fn check_host(text: &str) -> Result<(), Malformed> {
    match text.starts_with('[') {
        true => Host::parse(text).map(|_| ()),
        false => check_name(text),
    }
}

fn check_name(text: &str) -> Result<(), Malformed> {
    // The underscore is no host name character, yet it is seen in the field.
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-' || b == b'_';
    match !text.is_empty() && text.bytes().all(fits) {
        true => Ok(()),
        false => Err(Malformed("a host name or address")),
    }
}

fn check_other(scheme: &str, rest: &str) -> Result<(), Malformed> {
    let good = |b: u8| b.is_ascii_alphanumeric() || b"+-.".contains(&b);
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.bytes().all(good) {
        return Err(Malformed("a URI scheme"));
    }
    let fits = |b: u8| b > b' ' && b != 0x7f && b != b'<' && b != b'>' && b != b'"';
    if rest.is_empty() || !rest.bytes().all(fits) {
        return Err(Malformed("a URI behind its scheme"));
    }
    Ok(())
}

fn is_number_byte(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || b"+-.()*#%".contains(&byte)
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Uri::Sip(sip) => sip.fmt(f),
            Uri::Tel(tel) => write!(f, "tel:{}{}", tel.number, tel.params),
            Uri::Other(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for SipUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.secure { "sips:" } else { "sip:" })?;
        if let Some(user) = &self.user {
            f.write_str(user)?;
            if let Some(password) = &self.password {
                write!(f, ":{password}")?;
            }
            f.write_str("@")?;
        }
        self.host.fmt(f)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        self.params.fmt(f)?;
        if !self.headers.is_empty() {
            write!(f, "?{}", self.headers)?;
        }
        Ok(())
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::V4(address) => address.fmt(f),
            Host::V6(address) => write!(f, "[{address}]"),
            Host::Name(name) => f.write_str(name),
        }
    }
}

impl FromStr for Uri {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Uri, Malformed> {
        Uri::parse(text)
    }
}

impl FromStr for Host {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Host, Malformed> {
        Host::parse(text)
    }
}

#[cfg(test)]
mod tests;
