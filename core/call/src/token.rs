//! Call tokens: what a webhook of an inbound call carries, so that a call placed from it may bear
//! the first caller's number.
//!
//! A token names the call, the caller and when it expires, and is signed for the account. It
//! holds letters, digits and dashes only, so no client breaks it by encoding it once too often.

use hmac::{Hmac, KeyInit, Mac};
use model::{AccountSid, CallSid, Span, Time, limit};
use sha2::Sha256;

/// What tokens are signed with; drawn when the process starts, because a token is of no use
/// after the call it was issued for, and calls don't outlive the process.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenKey(pub [u8; 32]);

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenKey")
    }
}

/// A token for the caller of this call.
pub fn issue(key: TokenKey, account: AccountSid, call: CallSid, from: &str, now: Time) -> String {
    let expiry = now + Span::from_secs(limit::CALL_TOKEN_SECS);
    let from = from.trim_start_matches('+');
    let named = format!("{call}-{from}-{}", expiry.0 / 1_000_000);
    let seal = seal(key, account, &named).finalize().into_bytes();
    let seal: String = seal.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{named}-{seal}")
}

/// The number that a token vouches for, if it was issued for this account and can still be used.
pub fn caller(key: TokenKey, account: AccountSid, token: &str, now: Time) -> Option<String> {
    let (named, seal_text) = token.trim().rsplit_once('-')?;
    let bytes: Option<Vec<u8>> = (0..seal_text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(seal_text.get(at..at + 2)?, 16).ok())
        .collect();
    // Compared in constant time, so that a seal can't be guessed byte by byte.
    seal(key, account, named).verify_slice(&bytes?).ok()?;
    let mut parts = named.split('-').skip(1);
    let (from, expiry) = (parts.next()?, parts.next()?.parse().ok()?);
    (now < Time::from_secs(expiry)).then(|| format!("+{from}"))
}

fn seal(key: TokenKey, account: AccountSid, named: &str) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(&key.0);
    let mut mac = mac.expect("HMAC takes keys of every length");
    mac.update(account.to_string().as_bytes());
    mac.update(named.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: TokenKey = TokenKey([7; 32]);
    const ACCOUNT: AccountSid = AccountSid(0xac);
    const NOW: Time = Time::from_secs(1_700_000_000);

    #[test]
    fn a_token_vouches_for_its_caller_to_its_account_until_it_expires() {
        let token = issue(KEY, ACCOUNT, CallSid(1), "+14155550100", NOW);
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        assert!(token.chars().all(plain), "{token}");
        let vouched = |key, account, token: &str, now| caller(key, account, token, now);
        let good = Some("+14155550100".to_owned());
        assert_eq!(vouched(KEY, ACCOUNT, &token, NOW), good);
        let later = NOW + Span::from_secs(limit::CALL_TOKEN_SECS);
        assert_eq!(vouched(KEY, ACCOUNT, &token, later), None);
        assert_eq!(vouched(TokenKey([8; 32]), ACCOUNT, &token, NOW), None);
        assert_eq!(vouched(KEY, AccountSid(1), &token, NOW), None);
        let forged = token.replace("14155550100", "14155550101");
        assert_eq!(vouched(KEY, ACCOUNT, &forged, NOW), None);
        for bad in ["", "-", "a-b", "CA1-1-99999999999-zz", "é-é-é-é"] {
            assert_eq!(vouched(KEY, ACCOUNT, bad, NOW), None, "{bad}");
        }
    }
}
