//! Who asks: Basic authentication with Account SID and auth token.

use crate::fault::Fault;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{AUTHORIZATION, HeaderMap};
use model::{Account, AccountSid, ErrorCode};
use store::Directory;

/// The account whose credentials these are. Every failure looks the same from outside.
pub fn admit(directory: &Directory, headers: &HeaderMap) -> Result<Account, Fault> {
    admitted(directory, headers).ok_or_else(|| Fault::of(ErrorCode::AUTHENTICATE))
}

fn admitted(directory: &Directory, headers: &HeaderMap) -> Option<Account> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (sid, token) = decoded.split_once(':')?;
    let account = directory.account(sid.parse::<AccountSid>().ok()?)?;
    same(token.as_bytes(), account.auth_token.as_bytes()).then(|| (*account).clone())
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
    use super::same;

    #[test]
    fn only_the_same_text_is_the_same() {
        assert!(same(b"abc", b"abc"));
        for other in [&b"abd"[..], b"ab", b"abcd", b"", b"ABC"] {
            assert!(!same(other, b"abc"));
        }
    }
}
