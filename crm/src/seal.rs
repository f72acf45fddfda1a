//! The service's one key, and what is made of it: credentials sealed at rest, the key of the
//! passes that PostgreSQL checks, the key that signs tokens.
//!
//! The key is no part of the database: whoever has a copy of that alone opens nothing.

use crate::id::OrganizationId;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Bytes of the key.
const KEY_BYTES: usize = 32;

/// Why there is no key, or why something can't be opened with it.
#[derive(Debug)]
pub enum SealError {
    /// The key file can't be read or made.
    Io(io::Error),
    /// The key isn't 64 hexadecimal digits.
    NoKey,
    /// It was sealed with another key, for another organization, or changed since.
    WrongKey,
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SealError::Io(error) => write!(f, "the key file can't be used: {error}"),
            SealError::NoKey => f.write_str("the key is damaged: 64 hexadecimal digits are wanted"),
            SealError::WrongKey => f.write_str("the key doesn't belong to this database"),
        }
    }
}

impl std::error::Error for SealError {}

/// The service's one key.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey([u8; KEY_BYTES]);

impl MasterKey {
    /// A new one.
    pub fn draw() -> MasterKey {
        MasterKey(random())
    }

    /// Reads a key of 64 hexadecimal digits, as `CRM_KEY` and the key file hold it.
    pub fn from_hex(text: &str) -> Result<MasterKey, SealError> {
        let text = text.trim().as_bytes();
        let mut key = [0; KEY_BYTES];
        if text.len() != 2 * KEY_BYTES {
            return Err(SealError::NoKey);
        }
        for (byte, digits) in key.iter_mut().zip(text.chunks(2)) {
            let digit = |digit: u8| char::from(digit).to_digit(16).ok_or(SealError::NoKey);
            *byte = (digit(digits[0])? * 16 + digit(digits[1])?) as u8;
        }
        Ok(MasterKey(key))
    }

    /// Reads the key file, or makes one that only its owner can read.
    pub fn from_file(path: &Path) -> Result<MasterKey, SealError> {
        let read = || fs::read_to_string(path);
        match read() {
            Ok(text) => return MasterKey::from_hex(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(SealError::Io(error)),
        }
        let key = MasterKey::draw();
        match write_private(path, &hex(&key.0)) {
            Ok(()) => Ok(key),
            // Another process was quicker: that one's key counts.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                MasterKey::from_hex(&read().map_err(SealError::Io)?)
            }
            Err(error) => Err(SealError::Io(error)),
        }
    }

    /// A key of its own for each use, so that no use tells anything of another's.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let tag = hmac::sign(&key, purpose.as_bytes());
        let mut derived = [0; 32];
        derived.copy_from_slice(tag.as_ref());
        derived
    }

    /// Seals a secret of an organization; nobody else's row can hold it.
    pub fn seal(&self, organization: OrganizationId, name: &str, secret: &str) -> Vec<u8> {
        // A fresh random nonce each time: 96 bits don't meet twice in any number of settings.
        let nonce: [u8; NONCE_LEN] = random();
        let mut sealed = secret.as_bytes().to_vec();
        let aad = Aad::from(format!("{organization}/{name}"));
        self.sealing()
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed)
            .expect("a short text can be sealed");
        [&nonce[..], &sealed[..]].concat()
    }

    /// Opens what was sealed for this organization under this name.
    pub fn open(
        &self,
        organization: OrganizationId,
        name: &str,
        sealed: &[u8],
    ) -> Result<String, SealError> {
        let wrong = |_| SealError::WrongKey;
        let (nonce, sealed) = sealed
            .split_at_checked(NONCE_LEN)
            .ok_or(SealError::WrongKey)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(wrong)?;
        let aad = Aad::from(format!("{organization}/{name}"));
        let mut bytes = sealed.to_vec();
        let sealing = self.sealing();
        let secret = sealing
            .open_in_place(nonce, aad, &mut bytes)
            .map_err(wrong)?;
        String::from_utf8(secret.to_vec()).map_err(|_| SealError::WrongKey)
    }

    fn sealing(&self) -> LessSafeKey {
        let key = UnboundKey::new(&AES_256_GCM, &self.derive("seal"));
        LessSafeKey::new(key.expect("32 bytes are a key of AES-256"))
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// Bytes that nobody can guess.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the system has chance to give");
    bytes
}

/// Bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Writes the whole file at once under its name: no other process reads half a key.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension(format!("{}.draft", hex(&random::<4>())));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    // A link fails where the name is taken, unlike a rename.
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    linked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_for_its_owner() {
        let (key, owner) = (MasterKey::draw(), OrganizationId::draw());
        let sealed = key.seal(owner, "token", "secret");
        assert_eq!(key.open(owner, "token", &sealed).unwrap(), "secret");
        assert_ne!(sealed, key.seal(owner, "token", "secret"));
        assert!(key.open(OrganizationId::draw(), "token", &sealed).is_err());
        assert!(key.open(owner, "key", &sealed).is_err());
        assert!(MasterKey::draw().open(owner, "token", &sealed).is_err());
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(key.open(owner, "token", &changed).is_err(), "{place}");
        }
        assert!(key.open(owner, "token", &sealed[..5]).is_err());
    }

    #[test]
    fn the_key_file_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/crm.key");
        let key = MasterKey::from_file(&path).unwrap();
        assert!(MasterKey::from_file(&path).unwrap() == key);
        assert!(MasterKey::from_hex(&fs::read_to_string(&path).unwrap()).unwrap() == key);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let names = fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(names, 1, "a draft was left");
        fs::write(&path, "12").unwrap();
        assert!(matches!(MasterKey::from_file(&path), Err(SealError::NoKey)));
        assert_eq!(format!("{key:?}"), "MasterKey(…)");
    }

    #[test]
    fn each_use_has_a_key_of_its_own() {
        let key = MasterKey::draw();
        assert_eq!(key.derive("seal"), key.derive("seal"));
        assert_ne!(key.derive("seal"), key.derive("pass"));
    }
}
