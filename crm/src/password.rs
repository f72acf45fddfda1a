//! Passwords: argon2id, a few at a time.

use crate::limit;
use crate::seal::random;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("within the bounds of argon2");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// What is kept of a password. It takes a core for some 30 ms.
#[must_use]
pub fn hash(password: &str) -> String {
    let salt = SaltString::encode_b64(&random::<16>()).expect("sixteen bytes are a salt");
    let hash = argon2().hash_password(password.as_bytes(), &salt);
    hash.expect("a password and a salt have a hash").to_string()
}

/// Whether this is the password of which that was kept.
#[must_use]
pub fn fits(password: &str, kept: &str) -> bool {
    let Ok(kept) = PasswordHash::new(kept) else {
        return false;
    };
    let checked = argon2().verify_password(password.as_bytes(), &kept);
    checked.is_ok()
}

/// Checks passwords, a few at once and the others in their turn.
#[derive(Debug, Clone)]
pub struct Passwords {
    running: Arc<Semaphore>,
    asked: Arc<Semaphore>,
}

/// Too many passwords wait to be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany;

impl Default for Passwords {
    fn default() -> Passwords {
        Passwords {
            running: Arc::new(Semaphore::new(limit::HASHING)),
            asked: Arc::new(Semaphore::new(limit::HASHING + limit::HASHING_QUEUE)),
        }
    }
}

impl Passwords {
    /// Whether this is their password. Where nobody is known by that name (`kept` is `None`), it
    /// takes as long, so that the time doesn't tell who is known.
    ///
    /// # Errors
    /// When too many wait already.
    pub async fn check(&self, password: String, kept: Option<String>) -> Result<bool, TooMany> {
        let _asked = self.asked.try_acquire().map_err(|_| TooMany)?;
        let _running = self.running.acquire().await.map_err(|_| TooMany)?;
        let checked = tokio::task::spawn_blocking(move || {
            static NOBODY: OnceLock<String> = OnceLock::new();
            let known = kept.is_some();
            let kept = kept.unwrap_or_else(|| NOBODY.get_or_init(|| hash("nobody")).clone());
            // Both are looked at, so that it takes as long.
            fits(&password, &kept) & known
        });
        Ok(checked.await.unwrap_or(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_what_was_kept_of_it() {
        let kept = hash("correct horse");
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(fits("correct horse", &kept));
        assert!(!fits("correct horse ", &kept) && !fits("", &kept));
        assert_ne!(kept, hash("correct horse"), "each has its own salt");
        assert!(!fits("correct horse", "rubbish") && !fits("", ""));
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let passwords = Passwords::default();
        assert_eq!(passwords.check("nobody".to_owned(), None).await, Ok(false));
        let kept = Some(hash("right"));
        let wrong = passwords.check("wrong".to_owned(), kept.clone()).await;
        assert_eq!(wrong, Ok(false));
        assert_eq!(passwords.check("right".to_owned(), kept).await, Ok(true));
    }

    #[tokio::test]
    async fn a_crowd_is_turned_away() {
        let passwords = Passwords::default();
        let all = u32::try_from(limit::HASHING + limit::HASHING_QUEUE).unwrap();
        let crowd = passwords.asked.try_acquire_many(all).unwrap();
        assert_eq!(passwords.check(String::new(), None).await, Err(TooMany));
        drop(crowd);
        assert_eq!(passwords.check(String::new(), None).await, Ok(false));
    }
}
