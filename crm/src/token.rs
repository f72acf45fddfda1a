//! What a browser shows with each request: a JSON Web Token (RFC 7519), signed by HMAC-SHA256.
//!
//! One algorithm and one key, so nothing in a token decides how it is read: the header has to be
//! ours to the letter. The library for it brings a dozen algorithms along with their arithmetic;
//! these are forty lines above the same HMAC.

use crate::limit;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::hmac;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Base64 of `{"alg":"HS256","typ":"JWT"}`.
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

/// Who made the tokens, so that another program's of the same key aren't ours.
const ISSUER: &str = "ringback-crm";

/// What signs tokens and checks them.
#[derive(Clone)]
pub struct TokenKey(hmac::Key);

/// Without the key.
impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey")
    }
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    /// The user.
    pub sub: String,
    /// The organization they act for.
    pub org: String,
    /// When it ends, in seconds since 1970.
    pub exp: u64,
}

impl TokenKey {
    /// This key.
    #[must_use]
    pub fn new(key: [u8; 32]) -> TokenKey {
        TokenKey(hmac::Key::new(hmac::HMAC_SHA256, &key))
    }

    /// A token for this user and organization until then.
    #[must_use]
    pub fn sign(&self, user: &str, organization: &str, until: u64) -> String {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: user.to_owned(),
            org: organization.to_owned(),
            exp: until,
        };
        let claims = serde_json::to_vec(&claims).expect("texts and a number are JSON");
        let signed = format!("{HEADER}.{}", BASE64.encode(claims));
        let signature = BASE64.encode(hmac::sign(&self.0, signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    /// What a token says, if it is ours and hasn't ended.
    #[must_use]
    pub fn check(&self, token: &str, now: u64) -> Option<Claims> {
        if token.len() > limit::TOKEN_BYTES {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = BASE64.decode(signature).ok()?;
        hmac::verify(&self.0, signed.as_bytes(), &signature).ok()?;
        let (header, claims) = signed.split_once('.')?;
        if header != HEADER {
            return None;
        }
        let claims: Claims = serde_json::from_slice(&BASE64.decode(claims).ok()?).ok()?;
        (claims.iss == ISSUER && claims.exp > now).then_some(claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> TokenKey {
        TokenKey::new([7; 32])
    }

    #[test]
    fn what_is_signed_is_read_until_it_ends() {
        let token = key().sign("u1", "o1", 1_000);
        let claims = key().check(&token, 999).unwrap();
        assert_eq!((claims.sub.as_str(), claims.org.as_str()), ("u1", "o1"));
        assert_eq!(key().check(&token, 1_000), None);
    }

    #[test]
    fn another_key_or_another_letter_opens_nothing() {
        let token = key().sign("u1", "o1", 1_000);
        assert_eq!(TokenKey::new([8; 32]).check(&token, 0), None);
        for at in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            // The last letter of Base64 may hold bits that mean nothing; its reader refuses those.
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            if forged != token {
                assert_eq!(key().check(&forged, 0), None, "letter {at}");
            }
        }
    }

    #[test]
    fn a_token_does_not_say_how_it_is_checked() {
        let claims = r#"{"iss":"ringback-crm","sub":"u1","org":"o1","exp":9999}"#;
        let header = |text: &str| BASE64.encode(text);
        for head in [r#"{"alg":"none"}"#, r#"{"typ":"JWT","alg":"HS256"}"#] {
            let signed = format!("{}.{}", header(head), header(claims));
            let signature = BASE64.encode(hmac::sign(&key().0, signed.as_bytes()));
            assert_eq!(key().check(&format!("{signed}.{signature}"), 0), None);
            assert_eq!(key().check(&format!("{signed}."), 0), None);
        }
        assert_eq!(header(r#"{"alg":"HS256","typ":"JWT"}"#), HEADER);
    }

    #[test]
    fn another_issuer_and_rubbish_are_refused() {
        let claims = BASE64.encode(r#"{"iss":"else","sub":"u1","org":"o1","exp":9999}"#);
        let signed = format!("{HEADER}.{claims}");
        let signature = BASE64.encode(hmac::sign(&key().0, signed.as_bytes()));
        assert_eq!(key().check(&format!("{signed}.{signature}"), 0), None);
        let long = "a".repeat(5_000);
        for token in ["", ".", "..", "a.b", "a.b.c", long.as_str()] {
            assert_eq!(key().check(token, 0), None);
        }
    }
}
