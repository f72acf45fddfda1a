//! TLS towards applications: whose certificates are believed, and by whom.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConfig, Resumption};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::sync::Arc;

/// Whose certificates are believed.
#[derive(Debug, Clone, Default)]
pub enum Trust {
    /// The machine's list, or Mozilla's where the machine has none.
    #[default]
    Machine,
    /// These alone.
    Only(RootCertStore),
}

/// How a TLS connection is made. Connections made in different ways aren't alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Manner {
    /// Whether the host is named in the handshake.
    pub server_name: bool,
    /// Whether the certificate must hold.
    pub verify: bool,
}

/// The settings for each manner.
pub(super) struct Tls {
    verified: [Arc<ClientConfig>; 2],
    unverified: [Arc<ClientConfig>; 2],
}

impl Tls {
    pub fn new(trust: Trust) -> Tls {
        let roots = match trust {
            Trust::Machine => machine_roots(),
            Trust::Only(roots) => roots,
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut verified = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .expect("ring speaks the versions that rustls holds safe")
            .with_root_certificates(roots)
            .with_no_client_auth();
        verified.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let mut unverified = verified.clone();
        unverified
            .dangerous()
            .set_certificate_verifier(Arc::new(AnyCertificate(provider)));
        // A session begun without looking must never be taken up where one looks.
        unverified.resumption = Resumption::default();
        Tls {
            verified: with_and_without_name(verified),
            unverified: with_and_without_name(unverified),
        }
    }

    pub fn config(&self, manner: Manner) -> Arc<ClientConfig> {
        let configs = if manner.verify {
            &self.verified
        } else {
            &self.unverified
        };
        configs[usize::from(manner.server_name)].clone()
    }
}

/// Not naming the host, and naming it.
fn with_and_without_name(named: ClientConfig) -> [Arc<ClientConfig>; 2] {
    let mut nameless = named.clone();
    nameless.enable_sni = false;
    [Arc::new(nameless), Arc::new(named)]
}

fn machine_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

/// Believes every certificate, for accounts that ask for it: self-signed, expired, of another
/// name. Signatures aren't looked at either: with any certificate believed they prove nothing,
/// and old forms of certificates would fail there.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
