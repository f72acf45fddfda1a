//! The certificate of the API: read from its files, and read again when they change.
//!
//! Certificates live for weeks, calls and connections go on meanwhile: a new one is taken up for
//! the next handshakes without a restart. The files are looked at every few seconds rather than
//! watched by the system: that works on every kind of file system, and through the symbolic links
//! by which certificate tools swap whole folders.

use model::limit;
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use tracing::{info, warn};

/// Why a certificate can't be used: one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateError(String);

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CertificateError {}

/// A certificate that follows its files. Clones share it.
#[derive(Clone)]
pub struct Certificate {
    files: Arc<Files>,
    served: Arc<Served>,
    server: Arc<ServerConfig>,
    /// How the files were when they were read first.
    stamp: Stamp,
}

struct Files {
    chain: PathBuf,
    key: PathBuf,
}

/// What tells that a file is another one: when it was written, and how long it is.
type Stamp = [Option<(SystemTime, u64)>; 2];

struct Served {
    key: RwLock<Arc<CertifiedKey>>,
}

impl fmt::Debug for Served {
    /// Leaves the key out, so that no log can hold it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Served")
    }
}

impl ResolvesServerCert for Served {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let key = self.key.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&key))
    }
}

impl Certificate {
    /// Reads the files.
    pub fn load(chain: &Path, key: &Path) -> Result<Certificate, CertificateError> {
        let files = Files {
            chain: chain.to_owned(),
            key: key.to_owned(),
        };
        // Looked at before it is read: what changes in between is read once more.
        let stamp = files.stamp();
        let served = Arc::new(Served {
            key: RwLock::new(Arc::new(files.read()?)),
        });
        let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| CertificateError(format!("TLS can't be used: {error}")))?;
        let resolver = Arc::clone(&served) as Arc<dyn ResolvesServerCert>;
        let server = builder.with_no_client_auth().with_cert_resolver(resolver);
        Ok(Certificate {
            files: Arc::new(files),
            served,
            server: Arc::new(server),
            stamp,
        })
    }

    /// What a listener needs.
    pub fn server(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.server)
    }

    /// Looks at the files again and again until `stop` is true. Each change is one line in the
    /// log: taken up, or why not; what can't be used leaves the old one in place.
    pub async fn follow(self, every: Duration, mut stop: watch::Receiver<bool>) {
        let mut seen = self.stamp;
        loop {
            tokio::select! {
                () = tokio::time::sleep(every) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            let now = self.files.stamp();
            if now != seen {
                seen = now;
                self.renew();
            }
        }
    }

    /// How often the files are looked at.
    pub fn pace() -> Duration {
        Duration::from_secs(limit::CERTIFICATE_LOOK_SECS)
    }

    /// Reads the files anew. Chain and key are two files, and between their two changes they
    /// don't belong together: that is told, and the second change mends it.
    fn renew(&self) {
        match self.files.read() {
            Ok(key) => {
                let mut served = self
                    .served
                    .key
                    .write()
                    .unwrap_or_else(PoisonError::into_inner);
                *served = Arc::new(key);
                info!(file = %self.files.chain.display(), "a new certificate is in use");
            }
            Err(error) => warn!(%error, "the new certificate can't be used; the old one stays"),
        }
    }
}

impl Files {
    fn read(&self) -> Result<CertifiedKey, CertificateError> {
        let fault = |path: &Path, error: &dyn fmt::Display| {
            CertificateError(format!("{} can't be used: {error}", path.display()))
        };
        let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(&self.chain)
            .map_err(|error| fault(&self.chain, &error))?
            .collect();
        let chain = chain.map_err(|error| fault(&self.chain, &error))?;
        let key = PrivateKeyDer::from_pem_file(&self.key);
        let key = key.map_err(|error| fault(&self.key, &error))?;
        // Also says whether the two belong together.
        CertifiedKey::from_der(chain, key, &default_provider())
            .map_err(|error| fault(&self.chain, &error))
    }

    fn stamp(&self) -> Stamp {
        [&self.chain, &self.key].map(|path| {
            let file = std::fs::metadata(path).ok()?;
            Some((file.modified().ok()?, file.len()))
        })
    }
}

#[cfg(test)]
mod tests;
