//! Who asks: Basic authentication with an account's identifier and one of its tokens, with an API
//! key, or with test credentials.
//!
//! Everything is found in memory, and no slow hash stands in the way: tokens have 128 bits and
//! keys 190, which nobody guesses; slow hashes protect what people choose.

mod brake;
mod gate;
mod scope;

pub use brake::Brake;
pub use gate::{Gate, Pass};
pub use scope::scope;

use crate::fault::Fault;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use model::{Account, AccountSid, ErrorCode, KeySid, Time};
use std::net::IpAddr;
use std::sync::Arc;
use store::{Directory, hash_secret};

/// Where a request comes from; whoever owns the socket puts it into the request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// Who asks, and by what right.
#[derive(Debug, Clone)]
pub struct Asker {
    pub account: Arc<Account>,
    pub right: Right,
}

/// By what right somebody asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// The account's own token, or a main key: everything.
    Owner,
    /// A standard key: everything but accounts and keys.
    Key,
    /// Test credentials: nothing happens.
    Test,
    /// Nobody in particular, who knows where public sound lies.
    Listener,
}

/// The account whose credentials these are. Every failure looks the same from outside.
pub fn admit(
    directory: &Directory,
    brake: &Brake,
    headers: &HeaderMap,
    address: IpAddr,
    now: Time,
) -> Result<Asker, Fault> {
    let refused = || Fault::of(ErrorCode::AUTHENTICATE);
    let (name, secret) = credentials(headers).ok_or_else(refused)?;
    if brake.holds(address, &name, now) {
        // Clients know 429 as "later"; a 401 would make them give good credentials up.
        return Err(Fault::of(ErrorCode::TOO_MANY_REQUESTS));
    }
    recognised(directory, &name, &secret).ok_or_else(|| {
        brake.wrong(address, &name, &secret, now);
        refused()
    })
}

/// Who the request comes from: what a proxy on this machine says, for it stands before all
/// clients, else the far end itself. What others say of themselves is not believed.
pub fn address(peer: Option<&Peer>, headers: &HeaderMap) -> IpAddr {
    let Some(Peer(peer)) = peer else {
        return IpAddr::from([127, 0, 0, 1]);
    };
    let peer = peer.to_canonical();
    if !peer.is_loopback() {
        return peer;
    }
    // The last address is the one our proxy has seen; those before it came from outside.
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
    let forwarded = forwarded.and_then(|value| value.to_str().ok());
    let last = forwarded.and_then(|list| list.rsplit(',').next());
    last.and_then(|address| address.trim().parse::<IpAddr>().ok())
        .map_or(peer, |address| address.to_canonical())
}

/// Whether the request brings credentials of any kind.
pub fn brings_some(headers: &HeaderMap) -> bool {
    headers.contains_key(AUTHORIZATION)
}

/// Whether credentials that were let in some time ago are still good for what an account has.
pub fn stays(
    directory: &Directory,
    authorization: Option<&HeaderValue>,
    account: AccountSid,
) -> bool {
    let given = authorization.and_then(read);
    let Some(asker) = given.and_then(|(name, secret)| recognised(directory, &name, &secret)) else {
        return false;
    };
    let own = asker.account.sid == account;
    let made =
        || directory.account(account).and_then(|meant| meant.owner) == Some(asker.account.sid);
    asker.account.is_active() && (own || made())
}

fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    read(headers.get(AUTHORIZATION)?)
}

fn read(header: &HeaderValue) -> Option<(String, String)> {
    let header = header.to_str().ok()?;
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, secret) = decoded.split_once(':')?;
    Some((name.to_owned(), secret.to_owned()))
}

fn recognised(directory: &Directory, name: &str, secret: &str) -> Option<Asker> {
    if let Ok(sid) = name.parse::<KeySid>() {
        let key = directory.key(sid)?;
        let account = directory.account(key.account)?;
        let right = if key.main { Right::Owner } else { Right::Key };
        return same(&hash_secret(secret), &key.secret_hash).then_some(Asker { account, right });
    }
    let sid: AccountSid = name.parse().ok()?;
    let given = secret.as_bytes();
    if let Some(account) = directory.account(sid) {
        // Both are compared, whichever fits.
        let first = same(given, account.auth_token.as_bytes());
        let second = account.secondary_token.as_ref();
        let second = second.is_some_and(|token| same(given, token.as_bytes()));
        let right = Right::Owner;
        return (first | second).then_some(Asker { account, right });
    }
    let account = directory.account_on_test(sid)?;
    let fits = account
        .test
        .as_ref()
        .is_some_and(|test| same(given, test.token.as_bytes()));
    let right = Right::Test;
    fits.then_some(Asker { account, right })
}

/// Compares in a time that depends on the lengths only, so that a token can't be guessed letter
/// by letter.
fn same(given: &[u8], wanted: &[u8]) -> bool {
    let mut difference = u8::from(given.len() != wanted.len());
    for (index, byte) in wanted.iter().enumerate() {
        difference |= byte ^ given.get(index).copied().unwrap_or(!byte);
    }
    std::hint::black_box(difference) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_text_is_the_same() {
        assert!(same(b"abc", b"abc"));
        for other in [&b"abd"[..], b"ab", b"abcd", b"", b"ABC"] {
            assert!(!same(other, b"abc"));
        }
    }

    #[test]
    fn only_a_proxy_on_this_machine_is_believed() {
        let mut headers = HeaderMap::new();
        let said = HeaderValue::from_static("203.0.113.1, 198.51.100.2");
        headers.insert("x-forwarded-for", said);
        let of = |peer: &str| address(Some(&Peer(peer.parse().unwrap())), &headers).to_string();
        assert_eq!(of("127.0.0.1"), "198.51.100.2");
        assert_eq!(of("::1"), "198.51.100.2");
        assert_eq!(of("192.0.2.9"), "192.0.2.9");
        assert_eq!(of("::ffff:192.0.2.9"), "192.0.2.9");
        let nothing = HeaderMap::new();
        let peer = Peer(IpAddr::from([127, 0, 0, 1]));
        assert_eq!(address(Some(&peer), &nothing), peer.0);
    }
}
