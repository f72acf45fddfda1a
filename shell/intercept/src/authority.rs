//! The local authority: a key that never leaves its file, and a certificate that names the only
//! hosts it can speak for.
//!
//! Apps are told to trust it, so it is made as harmless as X.509 allows: name constraints permit
//! the API's hosts and exclude every IP address (RFC 5280 §4.2.1.10), a path length of zero lets
//! it make no other authority, and its purpose is that of servers alone.

use crate::InterceptError;
use crate::host;
use model::limit;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, PublicKeyData,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use x509_parser::extensions::GeneralName;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The files' names in its folder.
const CERTIFICATE_FILE: &str = "ca.pem";
const KEY_FILE: &str = "ca.key";

/// An authority that is ready to sign.
pub struct Authority {
    certificate: CertificateDer<'static>,
    path: PathBuf,
    issuer: Issuer<'static, KeyPair>,
    ends: SystemTime,
    origin: Origin,
}

/// Where an authority has come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It was there.
    Kept,
    /// There was none.
    First,
    /// The one that was there is of no use any more, for this reason: whoever trusts it has to
    /// trust this one.
    Replaced(&'static str),
}

/// A certificate for one host, with its key.
pub struct Leaf {
    /// The certificate.
    pub certificate: CertificateDer<'static>,
    /// Its key, made for it alone.
    pub key: PrivateKeyDer<'static>,
    /// When it ends.
    pub ends: SystemTime,
}

impl fmt::Debug for Authority {
    /// Leaves the key out, so that no log can hold it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority")
            .field("path", &self.path)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

impl Authority {
    /// The authority of this folder: the one that lies there, or a new one.
    pub fn open(folder: &Path, now: SystemTime) -> Result<Authority, InterceptError> {
        fs::create_dir_all(folder).map_err(|error| unusable(folder, &error))?;
        let (key_path, path) = (folder.join(KEY_FILE), folder.join(CERTIFICATE_FILE));
        let key = match fs::File::open(&key_path) {
            Ok(file) => Some(read_key(&key_path, file)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(unusable(&key_path, &error)),
        };
        let certificate = match fs::File::open(&path) {
            Ok(file) => Some(read_certificate(&path, file)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(unusable(&path, &error)),
        };
        let (Some(key), Some(certificate)) = (key, certificate) else {
            return Authority::make(folder, now, Origin::First);
        };
        match fitness(&certificate, &key, now) {
            Ok(ends) => {
                let issuer = Issuer::from_ca_cert_der(&certificate, key)
                    .map_err(|error| unusable(&path, &error))?;
                Ok(Authority {
                    certificate,
                    path,
                    issuer,
                    ends,
                    origin: Origin::Kept,
                })
            }
            Err(reason) => Authority::make(folder, now, Origin::Replaced(reason)),
        }
    }

    fn make(folder: &Path, now: SystemTime, origin: Origin) -> Result<Authority, InterceptError> {
        let fault = |error: rcgen::Error| {
            InterceptError::new(format!("a local authority can't be made: {error}"))
        };
        let key = KeyPair::generate().map_err(fault)?;
        let (params, ends) = authority_params(&key, now);
        let certificate = params.self_signed(&key).map_err(fault)?;
        // The key first: should the machine stop in between, the two don't belong together, and
        // the next start makes both anew.
        replace(
            &folder.join(KEY_FILE),
            key.serialize_pem().as_bytes(),
            0o600,
        )?;
        let path = folder.join(CERTIFICATE_FILE);
        replace(&path, certificate.pem().as_bytes(), 0o644)?;
        Ok(Authority {
            certificate: certificate.into(),
            path,
            issuer: Issuer::new(params, key),
            ends,
            origin,
        })
    }

    /// Where its certificate lies, for those who shall trust it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its certificate.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// Whether it was there, and why not.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// A certificate for a host. It is trusted only within the names that the authority's own
    /// certificate permits, whatever is signed here.
    pub fn sign(&self, host: &str, now: SystemTime) -> Result<Leaf, InterceptError> {
        let fault = |error: rcgen::Error| {
            InterceptError::new(format!("no certificate can be made for {host}: {error}"))
        };
        let key = KeyPair::generate().map_err(fault)?;
        let mut params = CertificateParams::new(vec![host.to_owned()]).map_err(fault)?;
        let ends = (now + days(limit::INTERCEPT_LEAF_DAYS)).min(self.ends);
        limit_to(&mut params, now, ends);
        params.distinguished_name = DistinguishedName::new();
        // Its upper bound (RFC 5280, appendix A); clients read the alternative name.
        if host.len() <= 64 {
            params.distinguished_name.push(DnType::CommonName, host);
        }
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &self.issuer).map_err(fault)?;
        Ok(Leaf {
            certificate: certificate.into(),
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            ends,
        })
    }
}

fn authority_params(key: &KeyPair, now: SystemTime) -> (CertificateParams, SystemTime) {
    let mut params = CertificateParams::default();
    let ends = now + days(limit::INTERCEPT_AUTHORITY_DAYS);
    limit_to(&mut params, now, ends);
    // Two that lie in one list of a machine are told apart by their names.
    let digits: String = params
        .key_identifier(key)
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(
        DnType::CommonName,
        format!("Ringback local authority {digits}"),
    );
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let every =
        |address: IpAddr| GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, 0));
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: host::permitted()
            .into_iter()
            .map(GeneralSubtree::DnsName)
            .collect(),
        // A name of a kind that isn't listed would be permitted.
        excluded_subtrees: vec![
            every(Ipv4Addr::UNSPECIFIED.into()),
            every(Ipv6Addr::UNSPECIFIED.into()),
        ],
    });
    (params, ends)
}

/// When a certificate that was read ends; or why it is of no use.
fn fitness(
    certificate: &CertificateDer<'_>,
    key: &KeyPair,
    now: SystemTime,
) -> Result<SystemTime, &'static str> {
    let (_, read) = x509_parser::parse_x509_certificate(certificate)
        .map_err(|_| "its certificate could not be read")?;
    if read.public_key().raw != key.subject_public_key_info().as_slice() {
        return Err("its key and its certificate did not belong together");
    }
    let constraints = read.name_constraints().ok().flatten();
    let permitted = constraints.and_then(|found| found.value.permitted_subtrees.as_ref());
    let names = permitted.into_iter().flatten().map(|tree| match tree.base {
        GeneralName::DNSName(name) => name.to_owned(),
        _ => String::new(),
    });
    if names.collect::<Vec<_>>() != host::permitted() {
        return Err("the hosts of the API have changed");
    }
    let ends = u64::try_from(read.validity().not_after.timestamp()).unwrap_or(0);
    let ends = UNIX_EPOCH + Duration::from_secs(ends);
    if ends < now + days(limit::INTERCEPT_AUTHORITY_RENEW_DAYS) {
        return Err("it was about to end");
    }
    Ok(ends)
}

fn read_key(path: &Path, file: fs::File) -> Result<KeyPair, InterceptError> {
    let mode = file
        .metadata()
        .map_err(|error| unusable(path, &error))?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        return Err(InterceptError::new(format!(
            "{} is open to other users (mode {:04o}): whoever has read it can pose as the API to \
             apps that trust it; remove it, and the next start makes a new authority",
            path.display(),
            mode & 0o7777
        )));
    }
    KeyPair::from_pem(&read_text(path, file)?).map_err(|error| broken(path, "key", &error))
}

fn read_certificate(
    path: &Path,
    file: fs::File,
) -> Result<CertificateDer<'static>, InterceptError> {
    let text = read_text(path, file)?;
    CertificateDer::from_pem_slice(text.as_bytes())
        .map_err(|error| broken(path, "certificate", &error))
}

fn read_text(path: &Path, file: fs::File) -> Result<String, InterceptError> {
    let mut text = String::new();
    file.take(limit::INTERCEPT_FILE_BYTES_MAX)
        .read_to_string(&mut text)
        .map_err(|error| unusable(path, &error))?;
    Ok(text)
}

/// Writes a file whole or not at all: a reader finds the old one or the new one. It never has
/// another mode than this, not even for a moment.
pub(crate) fn replace(path: &Path, bytes: &[u8], mode: u32) -> Result<(), InterceptError> {
    let fresh = path.with_extension("new");
    let write = || {
        match fs::remove_file(&fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&fresh, path)
    };
    write().map_err(|error| {
        InterceptError::new(format!("{} can't be written: {error}", path.display()))
    })
}

fn unusable(path: &Path, error: &dyn fmt::Display) -> InterceptError {
    InterceptError::new(format!("{} can't be used: {error}", path.display()))
}

fn broken(path: &Path, what: &str, error: &dyn fmt::Display) -> InterceptError {
    InterceptError::new(format!(
        "{} holds no {what} ({error}): remove it, and the next start makes a new authority",
        path.display()
    ))
}

fn days(count: u64) -> Duration {
    DAY * u32::try_from(count).unwrap_or(u32::MAX)
}

/// Writes when a certificate begins and ends, to the second. It begins a day ago: containers and
/// virtual machines have clocks of their own.
fn limit_to(params: &mut CertificateParams, now: SystemTime, ends: SystemTime) {
    let stamp = |time: SystemTime| {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(since.as_secs())
    };
    params.not_before = stamp(now - DAY);
    params.not_after = stamp(ends);
}

#[cfg(test)]
mod tests;
