//! Seals secrets at rest with a key that lies beside the database in a file of its own, so that
//! a copy of the database alone opens nothing.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

const KEY_BYTES: usize = 32;

/// Why a secret can't be sealed or opened.
#[derive(Debug)]
pub enum SecretError {
    /// The key file can't be read or made.
    Io(io::Error),
    /// The key file is not 32 bytes long.
    KeyFile,
    /// The secret was sealed with another key, or changed since.
    WrongKey,
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretError::Io(error) => write!(f, "the key file can't be used: {error}"),
            SecretError::KeyFile => f.write_str("the key file is damaged: 32 bytes are wanted"),
            SecretError::WrongKey => f.write_str("the key file does not belong to this database"),
        }
    }
}

impl std::error::Error for SecretError {}

/// Seals and opens secrets.
pub struct Vault {
    key: LessSafeKey,
    random: SystemRandom,
}

impl Vault {
    /// Reads the key file, or makes one that only its owner can read.
    pub fn open(path: &Path) -> Result<Vault, SecretError> {
        let random = SystemRandom::new();
        let key = match fs::read(path) {
            Ok(key) => key,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut key = [0; KEY_BYTES];
                random.fill(&mut key).map_err(|_| no_chance())?;
                write_private(path, &key).map_err(SecretError::Io)?;
                key.to_vec()
            }
            Err(error) => return Err(SecretError::Io(error)),
        };
        let key = UnboundKey::new(&AES_256_GCM, &key).map_err(|_| SecretError::KeyFile)?;
        Ok(Vault {
            key: LessSafeKey::new(key),
            random,
        })
    }

    /// Seals a secret for one owner; it can't be opened in another's name.
    pub fn seal(&self, owner: &str, secret: &str) -> Result<Vec<u8>, SecretError> {
        // A fresh random nonce each time. 96 bits don't meet twice within 2^32 secrets of one
        // key: at a thousand waiting calls a second that is seven weeks without a pause.
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce).map_err(|_| no_chance())?;
        let mut sealed = secret.as_bytes().to_vec();
        let aad = Aad::from(owner.as_bytes());
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed)
            .map_err(|_| SecretError::WrongKey)?;
        Ok([&nonce[..], &sealed[..]].concat())
    }

    /// Opens what was sealed for this owner.
    pub fn open_sealed(&self, owner: &str, sealed: &[u8]) -> Result<String, SecretError> {
        let (nonce, sealed) = sealed
            .split_at_checked(NONCE_LEN)
            .ok_or(SecretError::WrongKey)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SecretError::WrongKey)?;
        let mut bytes = sealed.to_vec();
        let secret = self
            .key
            .open_in_place(nonce, Aad::from(owner.as_bytes()), &mut bytes)
            .map_err(|_| SecretError::WrongKey)?;
        String::from_utf8(secret.to_vec()).map_err(|_| SecretError::WrongKey)
    }
}

/// A new auth token: 32 hexadecimal digits.
pub fn draw_token() -> Result<String, SecretError> {
    let mut bytes = [0; 16];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| no_chance())?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A new secret of an API key: 32 letters and digits, 190 bits.
pub fn draw_key_secret() -> Result<String, SecretError> {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let random = SystemRandom::new();
    let mut secret = String::with_capacity(32);
    while secret.len() < 32 {
        let mut bytes = [0; 64];
        random.fill(&mut bytes).map_err(|_| no_chance())?;
        // Six bits each; the two values beyond the letters are left out, so that all are as likely.
        let letters = bytes
            .iter()
            .filter_map(|byte| LETTERS.get(usize::from(byte & 63)));
        secret.extend(
            letters
                .map(|letter| char::from(*letter))
                .take(32 - secret.len()),
        );
    }
    Ok(secret)
}

/// What is kept of an API key's secret: SHA-256, one round. A slow hash is for what people
/// choose; nobody guesses 190 bits that the system drew, and a request must not wait for it.
pub fn hash_secret(secret: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, secret.as_bytes()).as_ref());
    hash
}

fn no_chance() -> SecretError {
    SecretError::Io(io::Error::other(
        "the operating system gives no random bytes",
    ))
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    // A key that is lost takes every token with it: it must outlive a power cut.
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_with_its_key_and_in_its_owners_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let vault = Vault::open(&path).unwrap();
        let sealed = vault.seal("AC1", "the token").unwrap();
        assert!(!sealed.windows(5).any(|piece| piece == b"token"));
        assert_ne!(sealed, vault.seal("AC1", "the token").unwrap());

        let again = Vault::open(&path).unwrap();
        assert_eq!(again.open_sealed("AC1", &sealed).unwrap(), "the token");
        assert!(matches!(
            again.open_sealed("AC2", &sealed),
            Err(SecretError::WrongKey)
        ));
        let other = Vault::open(&folder.path().join("other.key")).unwrap();
        assert!(matches!(
            other.open_sealed("AC1", &sealed),
            Err(SecretError::WrongKey)
        ));
        assert!(matches!(
            again.open_sealed("AC1", b"short"),
            Err(SecretError::WrongKey)
        ));
    }

    #[test]
    fn drawn_secrets_differ_and_have_their_form() {
        let (token, secret) = (draw_token().unwrap(), draw_key_secret().unwrap());
        assert!(token.len() == 32 && token.bytes().all(|b| b.is_ascii_hexdigit()));
        assert!(secret.len() == 32 && secret.bytes().all(|b| b.is_ascii_alphanumeric()));
        assert_ne!(token, draw_token().unwrap());
        assert_ne!(secret, draw_key_secret().unwrap());
        // FIPS 180-4, example of one block.
        let hash = hash_secret("abc");
        assert_eq!(hash[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert_eq!(hash[28..], [0xf2, 0x00, 0x15, 0xad]);
    }

    #[cfg(unix)]
    #[test]
    fn the_key_file_is_its_owners_alone_and_a_damaged_one_is_told() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        Vault::open(&path).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        fs::write(&path, b"short").unwrap();
        assert!(matches!(Vault::open(&path), Err(SecretError::KeyFile)));
    }
}
