//! The signature of a webhook, by which an application knows who asks.
//!
//! One definition: the server signs with it, and a customer's program verifies with it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write;

/// The header that carries the signature.
pub const SIGNATURE_HEADER: &str = "X-Twilio-Signature";

/// The parameter of the query that carries the hash of a body that isn't a form.
pub const BODY_HASH_PARAMETER: &str = "bodySHA256";

/// The text under a signature: the address as requested (without fragment and user), then the
/// form's parameters without anything between them, sorted by name; a repeated name stands with
/// each distinct value, sorted.
#[must_use]
pub fn signed_text(url: &str, form: &[(String, String)]) -> String {
    let mut sorted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in form {
        sorted.entry(name).or_default().insert(value);
    }
    let mut text = url.to_owned();
    for (name, values) in sorted {
        for value in values {
            text.push_str(name);
            text.push_str(value);
        }
    }
    text
}

/// The signature of a text: HMAC-SHA1 with the account's auth token, in base64.
#[must_use]
pub fn sign_text(token: &str, text: &str) -> String {
    STANDARD.encode(keyed(token, text).finalize().into_bytes())
}

/// `X-Twilio-Signature` of a request.
#[must_use]
pub fn sign(token: &str, url: &str, form: &[(String, String)]) -> String {
    sign_text(token, &signed_text(url, form))
}

/// Whether this is the signature of the text. How long it takes tells nothing of where the two
/// differ.
#[must_use]
pub fn is_signed(token: &str, text: &str, signature: &str) -> bool {
    STANDARD
        .decode(signature.trim())
        .is_ok_and(|bytes| keyed(token, text).verify_slice(&bytes).is_ok())
}

fn keyed(token: &str, text: &str) -> Hmac<Sha1> {
    let mut mac =
        Hmac::<Sha1>::new_from_slice(token.as_bytes()).expect("HMAC takes keys of every length");
    mac.update(text.as_bytes());
    mac
}

/// `bodySHA256` for a body that isn't a form: it goes into the query, and the address alone is
/// signed.
#[must_use]
pub fn body_hash(body: &[u8]) -> String {
    Sha256::digest(body)
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect()
    }

    #[test]
    fn every_vector_of_the_reference() {
        let call = form(&[
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675310"),
            ("Digits", "1234"),
            ("From", "+14158675310"),
            ("To", "+18005551212"),
        ]);
        let first = "https://example.com/myapp.php?foo=1&bar=2";
        assert_eq!(sign("12345", first, &call), "L/OH5YylLD5NRKLltdqwSvS0BnU=");
        let second = "https://mycompany.com/myapp.php?foo=1&bar=2";
        assert_eq!(sign("12345", second, &call), "GvWf1cFY/Q7PnoempGyD5oXAezc=");
        let third = "https://example.com/wait?CallSid=CA1&QueuePosition=2";
        assert_eq!(sign("12345", third, &[]), "l4p70D+Tnu7jPwxulcoV6sn4aPM=");
        let hash = body_hash(br#"{"property": "value", "boolean": true}"#);
        assert_eq!(
            hash,
            "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
        );
        let fourth = format!("{first}&bodySHA256={hash}");
        assert_eq!(sign("12345", &fourth, &[]), "m9bxEECYY1ydgNmUJAKll14L7Qs=");
        let events = form(&[
            ("CallSid", "CA1"),
            ("StatusCallbackEvent", "b"),
            ("StatusCallbackEvent", "a"),
            ("StatusCallbackEvent", "a"),
        ]);
        assert_eq!(
            sign("12345", "https://example.com/e", &events),
            "sP1YRtxMznRlAG7UT+8hBWk8xUU="
        );
    }

    #[test]
    fn another_token_or_order_of_names_shows() {
        let one = form(&[("A", "1"), ("a", "2")]);
        let two = form(&[("a", "2"), ("A", "1")]);
        let url = "http://x.example/";
        assert_eq!(sign("t", url, &one), sign("t", url, &two));
        assert_ne!(sign("t", url, &one), sign("u", url, &one));
    }

    #[test]
    fn a_signature_is_known_by_its_bytes() {
        let text = "https://example.com/wait?CallSid=CA1&QueuePosition=2";
        assert!(is_signed("12345", text, "l4p70D+Tnu7jPwxulcoV6sn4aPM="));
        assert!(is_signed("12345", text, " l4p70D+Tnu7jPwxulcoV6sn4aPM="));
        for wrong in [
            "",
            "=",
            "l4p70D+Tnu7jPwxulcoV6sn4aPM",
            "l4p70D+Tnu7jPwxulcoV6sn4aPQ=",
        ] {
            assert!(!is_signed("12345", text, wrong), "{wrong}");
        }
        assert!(!is_signed("12346", text, "l4p70D+Tnu7jPwxulcoV6sn4aPM="));
    }
}
