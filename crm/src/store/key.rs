//! The opaque key in a callback's address: it leads to its organization, and tells nothing of it.

use crate::seal::{hex, random};
use ring::digest::{SHA256, digest};
use std::fmt;

/// Bytes of chance in a key: nobody guesses 192 bits.
const KEY_BYTES: usize = 24;

/// The key in a callback's address. Only the address holds it; the store keeps its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct CallKey(String);

impl CallKey {
    /// A new one.
    pub(crate) fn draw() -> CallKey {
        CallKey(hex(&random::<KEY_BYTES>()))
    }

    /// A key as it came in an address, whatever it is.
    pub fn from_address(text: &str) -> CallKey {
        CallKey(text.to_owned())
    }

    /// As it stands in an address; needs no escaping.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn hash(&self) -> Vec<u8> {
        // So much chance needs no salt and no slow hash.
        digest(&SHA256, self.0.as_bytes()).as_ref().to_vec()
    }
}

impl fmt::Debug for CallKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallKey(…)")
    }
}
