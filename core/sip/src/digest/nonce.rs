//! Nonces without memory: a nonce carries its birth and a keyed hash of it, so that any process
//! with the secret can tell its age and that it was not made up. What must be remembered to stop
//! replays, the use counts, is bounded.

use std::collections::BTreeMap;

use model::{Span, Time, limit};
use sha2::{Digest as _, Sha256};

use super::{hex, same};

/// Mints and judges nonces.
#[derive(Clone)]
pub struct Nonces {
    secret: [u8; 32],
    life: Span,
}

/// What a nonce is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NonceState {
    /// Ours, and young enough.
    Fresh,
    /// Ours, but too old: challenge again with `stale=true`.
    Stale,
    /// Not ours.
    Forged,
}

impl Nonces {
    /// Nonces made with a secret from the shell, living so long.
    pub fn new(secret: [u8; 32], life: Span) -> Nonces {
        Nonces { secret, life }
    }

    /// A nonce for this realm. `salt` is chance that tells apart nonces of one moment.
    pub fn mint(&self, now: Time, realm: &str, salt: u64) -> String {
        let birth = format!("{:016x}{salt:016x}", now.0);
        let seal = self.seal(&birth, realm);
        birth + &seal
    }

    /// Judges a nonce that came back.
    pub fn judge(&self, now: Time, realm: &str, nonce: &str) -> NonceState {
        let Some((birth, seal)) = nonce.split_at_checked(BIRTH_CHARS) else {
            return NonceState::Forged;
        };
        if !same(seal.as_bytes(), self.seal(birth, realm).as_bytes()) {
            return NonceState::Forged;
        }
        match born(nonce) {
            Some(born) if now.since(born) <= self.life => NonceState::Fresh,
            _ => NonceState::Stale,
        }
    }

    /// HMAC-SHA256 (RFC 2104) over birth and realm, cut to 128 bits.
    fn seal(&self, birth: &str, realm: &str) -> String {
        let pad = |with: u8| {
            let mut block = [with; 64];
            for (byte, key) in block.iter_mut().zip(self.secret) {
                *byte ^= key;
            }
            block
        };
        let mut inner = Sha256::new();
        inner.update(pad(0x36));
        inner.update(birth);
        inner.update(realm);
        let mut outer = Sha256::new();
        outer.update(pad(0x5c));
        outer.update(inner.finalize());
        hex(&outer.finalize()[..16])
    }
}

/// The secret is not for logs.
impl std::fmt::Debug for Nonces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Nonces")
            .field("life", &self.life)
            .finish_non_exhaustive()
    }
}

/// Time and salt, sixteen digits each.
const BIRTH_CHARS: usize = 32;

fn born(nonce: &str) -> Option<Time> {
    u64::from_str_radix(nonce.get(..16)?, 16).ok().map(Time)
}

/// The highest use count seen of each living nonce: a count that does not rise is a replay
/// (RFC 7616 §3.4).
#[derive(Debug, Clone, Default)]
pub struct NonceCounts {
    /// By nonce, which begins with its birth: the oldest come first.
    seen: BTreeMap<String, u32>,
    /// Nonces up to this one have been forgotten and count as used up.
    forgotten: String,
}

impl NonceCounts {
    /// No nonce used yet.
    pub fn new() -> NonceCounts {
        NonceCounts::default()
    }

    /// Notes one use of a nonce that was judged fresh, and says whether it is no replay. Refused
    /// uses deserve a new challenge with `stale=true`.
    pub fn accept(&mut self, nonce: &str, nc: u32) -> bool {
        if nc == 0 || nonce <= self.forgotten.as_str() {
            return false;
        }
        match self.seen.get_mut(nonce) {
            Some(last) if nc <= *last => false,
            Some(last) => {
                *last = nc;
                true
            }
            None => {
                self.seen.insert(nonce.to_owned(), nc);
                if self.seen.len() > limit::SIP_NONCES_MAX {
                    self.forget_oldest();
                }
                true
            }
        }
    }

    /// Forgets nonces too old to be judged fresh.
    pub fn expire(&mut self, now: Time, life: Span) {
        let alive = |nonce: &String| born(nonce).is_some_and(|born| now.since(born) <= life);
        while self
            .seen
            .first_key_value()
            .is_some_and(|(nonce, _)| !alive(nonce))
        {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((nonce, _)) = self.seen.pop_first() {
            self.forgotten = nonce;
        }
    }
}
