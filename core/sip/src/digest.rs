//! Digest authentication, both sides, as pure computation (RFC 7616, RFC 2617, RFC 8760).
//!
//! As a client: choose a [`Challenge`], compute the answer with [`Challenge::answer`]. As a
//! server: mint a nonce ([`Nonces`]), send a [`Challenge`], read [`Credentials`] and
//! [`Credentials::verify`] them against the stored HA1.

use std::fmt::Write;

use md5::Md5;
use sha2::{Digest as _, Sha256};

use crate::message::Method;
use crate::message::header::Authentication;

mod nonce;

pub use nonce::{NonceCounts, NonceState, Nonces};

/// A hash and whether it is bound to the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// `MD5`, also where none is named.
    Md5,
    /// `MD5-sess`.
    Md5Sess,
    /// `SHA-256`.
    Sha256,
    /// `SHA-256-sess`.
    Sha256Sess,
}

/// What the response protects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qop {
    /// Method and URI.
    Auth,
    /// Method, URI and body.
    AuthInt,
}

impl Algorithm {
    /// The algorithm of this name, in any case.
    pub fn parse(text: &str) -> Option<Algorithm> {
        use Algorithm::{Md5, Md5Sess, Sha256, Sha256Sess};
        [Md5, Md5Sess, Sha256, Sha256Sess]
            .into_iter()
            .find(|algorithm| algorithm.as_str().eq_ignore_ascii_case(text))
    }

    /// The name.
    pub fn as_str(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Md5Sess => "MD5-sess",
            Algorithm::Sha256 => "SHA-256",
            Algorithm::Sha256Sess => "SHA-256-sess",
        }
    }

    fn is_session(self) -> bool {
        matches!(self, Algorithm::Md5Sess | Algorithm::Sha256Sess)
    }

    fn is_sha256(self) -> bool {
        matches!(self, Algorithm::Sha256 | Algorithm::Sha256Sess)
    }

    /// The hash of the parts with colons between them, in hexadecimal.
    fn hash(self, parts: &[&str]) -> String {
        self.hash_bytes(parts.join(":").as_bytes())
    }

    fn hash_bytes(self, bytes: &[u8]) -> String {
        match self.is_sha256() {
            true => hex(&Sha256::digest(bytes)),
            false => hex(&Md5::digest(bytes)),
        }
    }
}

impl Qop {
    fn as_str(self) -> &'static str {
        match self {
            Qop::Auth => "auth",
            Qop::AuthInt => "auth-int",
        }
    }

    fn parse(text: &str) -> Option<Qop> {
        [Qop::Auth, Qop::AuthInt]
            .into_iter()
            .find(|qop| qop.as_str().eq_ignore_ascii_case(text))
    }
}

/// What may be stored of a password: the hash of `user:realm:password`. It differs between MD5
/// and SHA-256, not between a hash and its session form.
pub fn ha1(algorithm: Algorithm, user: &str, realm: &str, password: &str) -> String {
    algorithm.hash(&[user, realm, password])
}

/// What a client knows of its password.
#[derive(Debug, Clone, Copy)]
pub enum Secret<'a> {
    /// The password.
    Password(&'a str),
    /// The [`ha1`] for the challenge's realm and hash.
    Ha1(&'a str),
}

/// The request that is to be authenticated.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its method.
    pub method: &'a Method,
    /// Its Request-URI as written.
    pub uri: &'a str,
    /// Its body, for `auth-int`.
    pub body: &'a [u8],
}

/// A demand for credentials: WWW-Authenticate or Proxy-Authenticate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// The realm whose users are asked for.
    pub realm: String,
    /// The number to be used.
    pub nonce: String,
    /// Text to be given back.
    pub opaque: Option<String>,
    /// The algorithm to be used.
    pub algorithm: Algorithm,
    /// The protections offered that we know; empty if the challenge has no `qop` (RFC 2069).
    pub qops: Vec<Qop>,
    /// Whether only the nonce was too old.
    pub stale: bool,
}

impl Challenge {
    /// A challenge of our own, with `qop="auth"`.
    pub fn new(realm: &str, nonce: String, algorithm: Algorithm, stale: bool) -> Challenge {
        let qops = vec![Qop::Auth];
        Challenge {
            realm: realm.to_owned(),
            nonce,
            opaque: None,
            algorithm,
            qops,
            stale,
        }
    }

    /// Reads a challenge; `None` if it is not Digest or asks for what we cannot do.
    pub fn read(value: &Authentication) -> Option<Challenge> {
        if !value.is_digest() {
            return None;
        }
        let algorithm = match value.value("algorithm") {
            Some(name) => Algorithm::parse(&name)?,
            None => Algorithm::Md5,
        };
        let qops = match value.value("qop") {
            Some(list) => {
                let known: Vec<Qop> = list
                    .split(',')
                    .filter_map(|one| Qop::parse(one.trim()))
                    .collect();
                // `qop=""` is seen in the field and means none; unknown protections cannot be met.
                if known.is_empty() && !list.trim().is_empty() {
                    return None;
                }
                known
            }
            None => Vec::new(),
        };
        Some(Challenge {
            realm: value.value("realm")?.into_owned(),
            nonce: value.value("nonce")?.into_owned(),
            opaque: value.value("opaque").map(|opaque| opaque.into_owned()),
            algorithm,
            qops,
            stale: value
                .value("stale")
                .is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        })
    }

    /// The strongest challenge that can be answered: SHA-256 before MD5, else the server's order
    /// (RFC 8760 §2.4).
    pub fn strongest(values: &[Authentication]) -> Option<Challenge> {
        Challenge::strongest_per_realm(values).into_iter().next()
    }

    /// The strongest challenge of each realm: several proxies may each want to know us
    /// (RFC 3261 §22.3). The strongest of all comes first.
    pub fn strongest_per_realm(values: &[Authentication]) -> Vec<Challenge> {
        let mut known: Vec<Challenge> = values.iter().filter_map(Challenge::read).collect();
        known.sort_by_key(|challenge| !challenge.algorithm.is_sha256());
        let mut best: Vec<Challenge> = Vec::new();
        for challenge in known {
            if best.iter().all(|chosen| chosen.realm != challenge.realm) {
                best.push(challenge);
            }
        }
        best
    }

    /// The header value.
    pub fn to_header(&self) -> Authentication {
        let mut value = Authentication::new("Digest")
            .with_quoted("realm", &self.realm)
            .with_quoted("nonce", &self.nonce);
        if let Some(opaque) = &self.opaque {
            value = value.with_quoted("opaque", opaque);
        }
        value = value.with("algorithm", self.algorithm.as_str());
        if !self.qops.is_empty() {
            let names: Vec<&str> = self.qops.iter().map(|qop| qop.as_str()).collect();
            value = value.with_quoted("qop", &names.join(","));
        }
        if self.stale {
            value.with("stale", "TRUE")
        } else {
            value
        }
    }

    /// The credentials that meet the challenge. `cnonce` is fresh chance; `nc` counts the uses of
    /// this nonce from 1.
    pub fn answer(
        &self,
        user: &str,
        secret: Secret<'_>,
        subject: Subject<'_>,
        cnonce: &str,
        nc: u32,
    ) -> Authentication {
        let ha1 = match secret {
            Secret::Password(password) => ha1(self.algorithm, user, &self.realm, password),
            Secret::Ha1(ha1) => ha1.to_owned(),
        };
        let qop = match self.qops.contains(&Qop::Auth) {
            true => Some(Qop::Auth),
            false => self.qops.first().copied(),
        };
        let credentials = Credentials {
            username: user.to_owned(),
            realm: self.realm.clone(),
            nonce: self.nonce.clone(),
            uri: subject.uri.to_owned(),
            response: String::new(),
            algorithm: self.algorithm,
            opaque: self.opaque.clone(),
            // The session forms hash the cnonce even where no qop asks for one.
            cnonce: (qop.is_some() || self.algorithm.is_session()).then(|| cnonce.to_owned()),
            qop,
            nc: qop.map(|_| nc),
        };
        let response = credentials.expected(&ha1, subject.method, subject.body);
        Credentials {
            response,
            ..credentials
        }
        .to_header()
    }
}

/// The answer to a challenge: Authorization or Proxy-Authorization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user.
    pub username: String,
    /// The realm the user belongs to.
    pub realm: String,
    /// The nonce of the challenge.
    pub nonce: String,
    /// The URI that was hashed; it should name what the Request-URI names.
    pub uri: String,
    /// The hash over all.
    pub response: String,
    /// The algorithm that was used.
    pub algorithm: Algorithm,
    /// The text of the challenge, given back.
    pub opaque: Option<String>,
    /// The client's own nonce.
    pub cnonce: Option<String>,
    /// The protection that was chosen.
    pub qop: Option<Qop>,
    /// Which use of the nonce this is.
    pub nc: Option<u32>,
}

impl Credentials {
    /// Reads credentials; `None` if they are not Digest or incomplete.
    pub fn read(value: &Authentication) -> Option<Credentials> {
        if !value.is_digest() {
            return None;
        }
        let text = |name| value.value(name).map(|found| found.into_owned());
        let qop = match value.value("qop") {
            Some(name) => Some(Qop::parse(&name)?),
            None => None,
        };
        let nc = match value.value("nc") {
            Some(digits) if digits.bytes().all(|b| b.is_ascii_hexdigit()) => {
                Some(u32::from_str_radix(&digits, 16).ok()?)
            }
            Some(_) => return None,
            None => None,
        };
        let cnonce = text("cnonce");
        if qop.is_some() && (nc.is_none() || cnonce.is_none()) {
            return None;
        }
        Some(Credentials {
            username: text("username")?,
            realm: text("realm")?,
            nonce: text("nonce")?,
            uri: text("uri")?,
            response: text("response")?,
            algorithm: match value.value("algorithm") {
                Some(name) => Algorithm::parse(&name)?,
                None => Algorithm::Md5,
            },
            opaque: text("opaque"),
            cnonce,
            qop,
            nc,
        })
    }

    /// Whether the response is right for this HA1; takes the same time whatever is wrong with it.
    /// Nonce, realm, URI and count are for the caller to check.
    pub fn verify(&self, ha1: &str, method: &Method, body: &[u8]) -> bool {
        let expected = self.expected(ha1, method, body);
        same(
            expected.as_bytes(),
            self.response.to_ascii_lowercase().as_bytes(),
        )
    }

    /// The header value.
    pub fn to_header(&self) -> Authentication {
        let mut value = Authentication::new("Digest")
            .with_quoted("username", &self.username)
            .with_quoted("realm", &self.realm)
            .with_quoted("nonce", &self.nonce)
            .with_quoted("uri", &self.uri)
            .with_quoted("response", &self.response)
            .with("algorithm", self.algorithm.as_str());
        if let Some(cnonce) = &self.cnonce {
            value = value.with_quoted("cnonce", cnonce);
        }
        if let Some(opaque) = &self.opaque {
            value = value.with_quoted("opaque", opaque);
        }
        if let Some(qop) = self.qop {
            value = value.with("qop", qop.as_str());
        }
        match self.nc {
            Some(nc) => value.with("nc", &format!("{nc:08x}")),
            None => value,
        }
    }

    /// The response that this HA1 makes (RFC 7616 §3.4.1 to §3.4.4).
    fn expected(&self, ha1: &str, method: &Method, body: &[u8]) -> String {
        let hash = |parts: &[&str]| self.algorithm.hash(parts);
        let cnonce = self.cnonce.as_deref().unwrap_or_default();
        let ha1 = match self.algorithm.is_session() {
            true => hash(&[ha1, &self.nonce, cnonce]),
            false => ha1.to_owned(),
        };
        let ha2 = match self.qop {
            Some(Qop::AuthInt) => {
                hash(&[method.as_str(), &self.uri, &self.algorithm.hash_bytes(body)])
            }
            _ => hash(&[method.as_str(), &self.uri]),
        };
        match self.qop {
            Some(qop) => {
                let nc = format!("{:08x}", self.nc.unwrap_or_default());
                hash(&[&ha1, &self.nonce, &nc, cnonce, qop.as_str(), &ha2])
            }
            None => hash(&[&ha1, &self.nonce, &ha2]),
        }
    }
}

/// Whether both are equal, found out in a time that does not depend on where they differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
    }
    text
}

#[cfg(test)]
mod tests;
