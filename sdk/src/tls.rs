//! Whom to trust.

use crate::Error;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;

/// The machine's own list (`SSL_CERT_FILE` and `SSL_CERT_DIR` go before it), Mozilla's where the
/// machine has none; and what the customer trusts besides. Where the API itself is had without
/// TLS, only a recording may lead elsewhere, and the machine's list isn't read for that.
pub(crate) fn config(needed: bool, own: Vec<Vec<u8>>) -> Result<ClientConfig, Error> {
    let wrong = |error: rustls::Error| Error::input(format!("no TLS: {error}"));
    let mut roots = RootCertStore::empty();
    if needed {
        let found = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(found.certs);
    }
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    for der in own {
        let added = roots.add(CertificateDer::from(der));
        added.map_err(|error| Error::input(format!("a root certificate is none: {error}")))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(wrong)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}
