//! User name and password of an address, shown to the application that asks for them: Basic
//! (RFC 7617) or Digest (RFC 7616), whichever it wants.
//!
//! Unconfirmed: whether the first request carries them already. Over TLS it does, as Basic, so
//! that applications work which only look and never ask. Over plain HTTP it does not: everyone on
//! the way could read the password, which an application with Digest never wants shown; there
//! they are shown once the application asks (401). What it asked for is remembered, so that the
//! next request is accepted at once.

use super::pool::Exchange;
use super::url::Url;
use base64::Engine;
use hyper::header::{self, HeaderMap, HeaderValue};
use model::limit;
use sip::digest::{Challenge, Secret, Subject};
use sip::message::Method;
use sip::message::header::Authentication;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What applications have asked for, by their place and the user.
#[derive(Debug, Default)]
pub(super) struct Authorizations {
    asked: Mutex<BTreeMap<Place, Wanted>>,
}

/// Scheme, host, port, user.
type Place = (bool, String, u16, String);

#[derive(Debug, Clone)]
enum Wanted {
    Basic,
    /// A challenge, and how often it was answered.
    Digest(Challenge, u32),
}

impl Authorizations {
    /// Shows what the application is known to want.
    pub fn show(&self, exchange: &mut Exchange) {
        let Some((name, password)) = exchange.url.user.clone() else {
            return;
        };
        let place = place(&exchange.url, &name);
        let wanted = match self.asked().get_mut(&place) {
            Some(Wanted::Digest(challenge, count)) => {
                *count += 1;
                Some(Wanted::Digest(challenge.clone(), *count))
            }
            Some(Wanted::Basic) => Some(Wanted::Basic),
            None => exchange.url.tls.then_some(Wanted::Basic),
        };
        let credentials = match wanted {
            None => return,
            Some(Wanted::Basic) => basic(&name, &password),
            Some(Wanted::Digest(challenge, count)) => {
                digest(&challenge, &name, &password, exchange, count)
            }
        };
        // Only control characters can't be written, and no application can have meant them.
        if let Ok(mut value) = HeaderValue::from_bytes(credentials.as_bytes()) {
            value.set_sensitive(true);
            exchange.headers.insert(header::AUTHORIZATION, value);
        }
    }

    /// Whether a 401 asks for something that wasn't shown: then it is remembered, and the request
    /// is worth sending once more.
    pub fn asks(&self, exchange: &Exchange, answer: &HeaderMap) -> bool {
        let Some((name, _)) = &exchange.url.user else {
            return false;
        };
        let place = place(&exchange.url, name);
        let offered: Vec<Authentication> = answer
            .get_all(header::WWW_AUTHENTICATE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .filter_map(|line| Authentication::list(line).ok())
            .flatten()
            .collect();
        let shown = exchange.headers.get(header::AUTHORIZATION);
        let basic_shown = shown.is_some_and(|shown| shown.as_bytes().starts_with(b"Basic "));
        let is_basic = |one: &Authentication| one.scheme.eq_ignore_ascii_case("Basic");
        let basic_wanted = offered.is_empty() || offered.iter().any(is_basic);
        let wanted = match Challenge::strongest(&offered) {
            Some(challenge) => {
                // The same nonce again, and not for its age: the password is wrong.
                let known = self.asked().get(&place).is_some_and(|wanted| {
                    matches!(wanted, Wanted::Digest(known, _) if known.nonce == challenge.nonce)
                });
                if known && shown.is_some() && !challenge.stale {
                    return false;
                }
                Wanted::Digest(challenge, 0)
            }
            // Basic, or whatever it does not say.
            None if basic_wanted && !basic_shown => Wanted::Basic,
            None => return false,
        };
        let mut asked = self.asked();
        if asked.len() >= limit::AUTHORIZATIONS_MAX && !asked.contains_key(&place) {
            asked.pop_first();
        }
        asked.insert(place, wanted);
        true
    }

    fn asked(&self) -> MutexGuard<'_, BTreeMap<Place, Wanted>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place(url: &Url, name: &str) -> Place {
    (
        url.tls,
        url.host.clone(),
        url.port_or_default(),
        name.to_owned(),
    )
}

fn basic(name: &str, password: &str) -> String {
    let credentials = format!("{name}:{password}");
    let encoded = base64::engine::general_purpose::STANDARD.encode(credentials);
    format!("Basic {encoded}")
}

fn digest(
    challenge: &Challenge,
    name: &str,
    password: &str,
    exchange: &Exchange,
    count: u32,
) -> String {
    let subject = Subject {
        method: &Method::Other(exchange.method.as_str().to_owned()),
        uri: &exchange.url.path,
        body: &exchange.body,
    };
    let mut bytes = [0; 16];
    // Without randomness of the system the password is only less protected from a server that
    // chooses its nonces; the answer is right all the same.
    let _ = getrandom::fill(&mut bytes);
    let cnonce = format!("{:032x}", u128::from_be_bytes(bytes));
    let secret = Secret::Password(password);
    challenge
        .answer(name, secret, subject, &cnonce, count)
        .to_string()
}
