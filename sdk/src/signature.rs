//! Who sent this webhook: the check of `X-Twilio-Signature`.
//!
//! A [`Validator`] holds the account's auth tokens and knows under which address the application
//! is reached from outside. The best way to say that is [`Validator::public_url`]: what is
//! signed is the address as it was configured, and behind a proxy nothing in the request need
//! tell it.
//!
//! ```
//! use ringback::signature::{Seen, Validator};
//!
//! let validator = Validator::new("12345").public_url("https://example.com").unwrap();
//! let request = Seen {
//!     method: "GET",
//!     target: "/wait?CallSid=CA1&QueuePosition=2",
//!     headers: vec![("X-Twilio-Signature", "l4p70D+Tnu7jPwxulcoV6sn4aPM=")],
//!     body: b"",
//! };
//! let parameters = validator.check(&request).unwrap();
//! assert_eq!(parameters.first("QueuePosition"), Some("2"));
//! ```

pub use api::signature::{
    BODY_HASH_PARAMETER, SIGNATURE_HEADER, body_hash, is_signed, sign, sign_text, signed_text,
};

use crate::webhook::Parameters;
use std::fmt;
use std::sync::Arc;

/// What a body may have at most, unless [`Validator::body_limit`] says otherwise: a hundred
/// parameters of a few hundred bytes, and the longest passports, fit eight times.
pub const BODY_BYTES: usize = 256 * 1024;

/// The content type of a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// A request as the application saw it.
#[derive(Debug, Clone)]
pub struct Seen<'a> {
    /// The method.
    pub method: &'a str,
    /// Path and query exactly as they stand in the request line; a whole address is fine too.
    pub target: &'a str,
    /// The headers, names in any case.
    pub headers: Vec<(&'a str, &'a str)>,
    /// The body as it came, before anything parsed it.
    pub body: &'a [u8],
}

impl<'a> Seen<'a> {
    /// The first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    fn is_form(&self) -> bool {
        let kind = self.header("content-type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case(FORM)
    }

    /// Whether it asks for a WebSocket (RFC 6455 §4.1).
    fn is_handshake(&self) -> bool {
        self.header("upgrade")
            .is_some_and(|to| to.eq_ignore_ascii_case("websocket"))
    }
}

/// From where the address that was signed is known.
#[derive(Debug, Clone)]
enum Place {
    /// The request says it: plain HTTP, or TLS, straight to the application.
    Direct { tls: bool },
    /// A proxy in front of the application says it in headers.
    Proxy,
    /// The configuration says it: scheme, host and perhaps the path a proxy takes away.
    Public(String),
}

/// Checks signatures for one account.
#[derive(Clone)]
pub struct Validator {
    tokens: Arc<[String]>,
    place: Place,
    body_limit: usize,
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validator")
            .field("tokens", &self.tokens.len())
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl Validator {
    /// Checks with this auth token: the primary one of the account that owns the call, also where
    /// the call was made with an API key.
    #[must_use]
    pub fn new(token: impl Into<String>) -> Validator {
        Validator::of([token.into()])
    }

    /// Checks with several auth tokens, any of which may have signed: while a token is being
    /// rotated, the old and the new one.
    #[must_use]
    pub fn of<T: Into<String>>(tokens: impl IntoIterator<Item = T>) -> Validator {
        let tokens = tokens.into_iter().map(Into::into);
        Validator {
            // An empty token would let anybody sign.
            tokens: tokens.filter(|token| !token.is_empty()).collect(),
            place: Place::Direct { tls: false },
            body_limit: BODY_BYTES,
        }
    }

    /// The application is reached at this address: scheme and host, a port if there is one, and
    /// the path that a proxy takes away before the application sees it.
    ///
    /// # Errors
    /// When it is no address of `http` or `https`, or has a query or a fragment.
    pub fn public_url(mut self, url: &str) -> Result<Validator, BadPublicUrl> {
        let bad = || BadPublicUrl(url.to_owned());
        let (scheme, rest) = url.trim().split_once("://").ok_or_else(bad)?;
        let scheme = scheme.to_ascii_lowercase();
        let place = rest.trim_end_matches('/');
        let unfit = place.is_empty() || place.starts_with('/') || place.contains(['?', '#', '@']);
        if !matches!(scheme.as_str(), "http" | "https") || unfit {
            return Err(bad());
        }
        self.place = Place::Public(format!("{scheme}://{place}"));
        Ok(self)
    }

    /// A proxy that the operator runs stands in front, and its `Forwarded` or `X-Forwarded-Proto`,
    /// `-Host`, `-Port` and `-Prefix` are to be believed. Say so only where no request reaches the
    /// application past the proxy.
    #[must_use]
    pub fn trusted_proxy(mut self) -> Validator {
        self.place = Place::Proxy;
        self
    }

    /// The application speaks TLS itself.
    #[must_use]
    pub fn tls(mut self) -> Validator {
        self.place = Place::Direct { tls: true };
        self
    }

    /// What a body may have at most where the extractors read it.
    #[must_use]
    pub fn with_body_limit(mut self, bytes: usize) -> Validator {
        self.body_limit = bytes;
        self
    }

    /// What a body may have at most.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        self.body_limit
    }

    /// Checks a whole request: a form, a body of another kind with its `bodySHA256`, a GET with its
    /// parameters in the query, or the handshake of a WebSocket. Gives the parameters.
    ///
    /// # Errors
    /// When it isn't proven that the account's owner sent this.
    pub fn check(&self, request: &Seen<'_>) -> Result<Parameters, Refused> {
        let signature = request
            .header(SIGNATURE_HEADER)
            .ok_or(Refused::NoSignature)?;
        let address = self.address(request)?;
        let addresses = if request.is_handshake() {
            let of_socket = address.replacen("http", "ws", 1);
            vec![of_socket, address]
        } else {
            vec![address]
        };
        let query = query_of(&addresses[0]);
        let (form, query) = (pairs(request.body), pairs(query.as_bytes()));
        if request.is_form() {
            self.signed(&addresses, &form, signature)?;
            return Ok(Parameters::new([form, query].concat()));
        }
        covered(request.body, &query)?;
        self.signed(&addresses, &[], signature)?;
        Ok(Parameters::new(query))
    }

    /// Checks the parameters of a form, for this address as it was configured. For a GET there are
    /// none: its parameters stand in the address.
    ///
    /// # Errors
    /// When the signature is another.
    pub fn check_form(
        &self,
        url: &str,
        form: &[(String, String)],
        signature: &str,
    ) -> Result<(), Refused> {
        self.signed(&[url.to_owned()], form, signature)
    }

    /// Checks a body that isn't a form, for this address with `bodySHA256` in its query.
    ///
    /// # Errors
    /// When the body is another than what was hashed, or the signature is another.
    pub fn check_body(&self, url: &str, body: &[u8], signature: &str) -> Result<(), Refused> {
        covered(body, &pairs(query_of(url).as_bytes()))?;
        self.signed(&[url.to_owned()], &[], signature)
    }

    fn signed(
        &self,
        addresses: &[String],
        form: &[(String, String)],
        signature: &str,
    ) -> Result<(), Refused> {
        let mut fits = false;
        for address in addresses {
            for spelling in spellings(address) {
                let text = signed_text(&spelling, form);
                for token in self.tokens.iter() {
                    fits |= is_signed(token, &text, signature);
                }
            }
        }
        if fits {
            return Ok(());
        }
        let address = addresses.first().map_or("", String::as_str);
        let address = address.split(['?', '#']).next().unwrap_or_default();
        Err(Refused::WrongSignature {
            address: address.to_owned(),
            parameters: form.len(),
        })
    }

    /// The address that was asked, as far as the request and the configuration tell.
    fn address(&self, request: &Seen<'_>) -> Result<String, Refused> {
        let (own_scheme, own_host, path) = taken_apart(request.target);
        let host = || request.header("host").or(own_host).ok_or(Refused::NoHost);
        let direct = |tls| if tls { "https" } else { "http" };
        let origin = match &self.place {
            Place::Public(origin) => origin.clone(),
            Place::Direct { tls } => {
                let scheme = own_scheme.unwrap_or(direct(*tls));
                format!("{scheme}://{}", host()?)
            }
            Place::Proxy => {
                let told = Forwarded::read(request);
                let scheme = told.proto.or(own_scheme).unwrap_or("http");
                let host = told.host.map_or_else(host, Ok)?;
                let has_port = host.rsplit(':').next().is_some_and(is_port) && !host.ends_with(']');
                let port = told.port.filter(|port| is_port(port) && !has_port);
                let port = port.map_or(String::new(), |port| format!(":{port}"));
                format!("{scheme}://{host}{port}{}", told.prefix)
            }
        };
        Ok(format!("{origin}{path}"))
    }
}

/// What a proxy tells of the request it took: of several, the first took it from the sender.
struct Forwarded<'a> {
    proto: Option<&'a str>,
    host: Option<&'a str>,
    port: Option<&'a str>,
    prefix: &'a str,
}

impl<'a> Forwarded<'a> {
    fn read(request: &Seen<'a>) -> Forwarded<'a> {
        let first = |name: &str| {
            let value = request.header(name)?.split(',').next()?.trim();
            (!value.is_empty()).then_some(value)
        };
        // RFC 7239 §4.
        let element = first("forwarded").unwrap_or_default();
        let part = |name: &str| {
            let mut parts = element.split(';').filter_map(|part| part.split_once('='));
            let (_, value) = parts.find(|(known, _)| known.trim().eq_ignore_ascii_case(name))?;
            Some(value.trim().trim_matches('"'))
        };
        Forwarded {
            proto: part("proto").or_else(|| first("x-forwarded-proto")),
            host: part("host").or_else(|| first("x-forwarded-host")),
            port: first("x-forwarded-port"),
            prefix: first("x-forwarded-prefix").map_or("", |prefix| prefix.trim_end_matches('/')),
        }
    }
}

/// A body that no form covers must be the one whose hash is signed.
fn covered(body: &[u8], query: &[(String, String)]) -> Result<(), Refused> {
    let hash = query.iter().find(|(name, _)| name == BODY_HASH_PARAMETER);
    match hash {
        Some((_, hash)) if hash.eq_ignore_ascii_case(&body_hash(body)) => Ok(()),
        Some(_) => Err(Refused::BodyChanged),
        None if body.is_empty() => Ok(()),
        None => Err(Refused::BodyNotCovered),
    }
}

/// The spellings of an address that the original's validators take for one: with the port and
/// without it, and a bare host with its slash and without it. User and fragment are never signed.
fn spellings(address: &str) -> Vec<String> {
    let address = address.split('#').next().unwrap_or_default();
    let Some((scheme, rest)) = address.split_once("://") else {
        return vec![address.to_owned()];
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if is_port(port) => (host, Some(port)),
        _ => (authority, None),
    };
    let usual = if matches!(scheme, "https" | "wss") {
        "443"
    } else {
        "80"
    };
    let mut places = vec![authority.to_owned()];
    places.push(match port {
        Some(_) => host.to_owned(),
        None => format!("{host}:{usual}"),
    });
    let mut paths = vec![path.to_owned()];
    match path.strip_prefix('/') {
        Some(rest) if rest.is_empty() || rest.starts_with('?') => paths.push(rest.to_owned()),
        None => paths.push(format!("/{path}")),
        Some(_) => {}
    }
    let each = |place: &String| {
        let whole = |path: &String| format!("{scheme}://{place}{path}");
        paths.iter().map(whole).collect::<Vec<_>>()
    };
    places.iter().flat_map(each).collect()
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok()
}

/// Scheme and host where the target has them, then path and query.
fn taken_apart(target: &str) -> (Option<&str>, Option<&str>, &str) {
    match target.split_once("://") {
        Some((scheme, rest)) if !scheme.contains(['/', '?']) => {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            (Some(scheme), Some(&rest[..end]), &rest[end..])
        }
        _ => (None, None, target),
    }
}

fn query_of(address: &str) -> &str {
    let address = address.split('#').next().unwrap_or_default();
    address.split_once('?').map_or("", |(_, query)| query)
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

/// No address under which an application can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadPublicUrl(String);

impl fmt::Display for BadPublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "'{}' is no public address: it needs http or https, a host, and no query",
            self.0
        )
    }
}

impl std::error::Error for BadPublicUrl {}

/// Why a request isn't believed. No text of it holds a token, a signature or a parameter's value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// There is no `X-Twilio-Signature`.
    NoSignature,
    /// Nothing tells which host was asked.
    NoHost,
    /// There is a body that is no form, and no `bodySHA256` that would cover it.
    BodyNotCovered,
    /// The body isn't the one whose `bodySHA256` was signed.
    BodyChanged,
    /// The signature doesn't belong to this request.
    WrongSignature {
        /// The address it was checked for, without its query.
        address: String,
        /// How many parameters of a form it was checked with.
        parameters: usize,
    },
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::NoSignature => write!(f, "there is no {SIGNATURE_HEADER}"),
            Refused::NoHost => write!(f, "nothing tells which host was asked"),
            Refused::BodyNotCovered => write!(
                f,
                "the body is no form, and the query has no {BODY_HASH_PARAMETER} to cover it"
            ),
            Refused::BodyChanged => write!(
                f,
                "the body isn't the one whose {BODY_HASH_PARAMETER} was signed"
            ),
            Refused::WrongSignature {
                address,
                parameters,
            } => write!(
                f,
                "{SIGNATURE_HEADER} doesn't fit {address} with a form of {parameters} parameters; \
                 `ringback explain-signature` tells what differs"
            ),
        }
    }
}

impl std::error::Error for Refused {}

#[cfg(test)]
#[path = "signature/tests.rs"]
mod tests;
