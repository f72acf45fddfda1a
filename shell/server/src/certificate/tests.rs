//! A certificate that changes under a listener.

use super::*;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Writes a new certificate for `localhost` and its key.
fn write(folder: &Path) -> CertificateDer<'static> {
    let key = rcgen::KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned()];
    let certificate = rcgen::CertificateParams::new(names).unwrap();
    let certificate = certificate.self_signed(&key).unwrap();
    std::fs::write(folder.join("chain.pem"), certificate.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    certificate.der().clone()
}

fn load(folder: &Path) -> Result<Certificate, CertificateError> {
    Certificate::load(&folder.join("chain.pem"), &folder.join("key.pem"))
}

/// Whether a client that trusts this one certificate gets through a handshake.
async fn trusts(trusted: &CertificateDer<'static>, at: SocketAddr) -> bool {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let client = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(at).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let connector = TlsConnector::from(Arc::new(client));
    connector.connect(name, stream).await.is_ok()
}

async fn listen(certificate: &Certificate) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let acceptor = TlsAcceptor::from(certificate.server());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move { acceptor.accept(stream).await.is_ok() });
        }
    });
    at
}

#[tokio::test]
async fn a_new_certificate_is_taken_up_and_a_bad_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let first = write(folder.path());
    let certificate = load(folder.path()).unwrap();
    let at = listen(&certificate).await;
    assert!(trusts(&first, at).await);

    let second = write(folder.path());
    certificate.renew();
    assert!(trusts(&second, at).await && !trusts(&first, at).await);

    // Garbage, a key of another certificate, nothing at all: the one in use stays.
    std::fs::write(folder.path().join("chain.pem"), "garbage").unwrap();
    certificate.renew();
    assert!(trusts(&second, at).await);
    write(folder.path());
    let key = rcgen::KeyPair::generate().unwrap();
    std::fs::write(folder.path().join("key.pem"), key.serialize_pem()).unwrap();
    certificate.renew();
    assert!(trusts(&second, at).await);
    std::fs::remove_file(folder.path().join("chain.pem")).unwrap();
    certificate.renew();
    assert!(trusts(&second, at).await);
}

#[tokio::test]
async fn a_change_of_the_files_is_seen_without_being_told() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let certificate = load(folder.path()).unwrap();
    let at = listen(&certificate).await;
    let (stop, stopping) = watch::channel(false);
    let following = certificate.follow(Duration::from_millis(1), stopping);
    let following = tokio::spawn(following);
    let second = write(folder.path());
    // Each handshake is an event of its own; the change is seen between two of them.
    while !trusts(&second, at).await {
        tokio::task::yield_now().await;
    }
    stop.send(true).unwrap();
    following.await.unwrap();
}

#[test]
fn what_cannot_be_used_is_told_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let error = load(folder.path()).err().unwrap().to_string();
    assert!(
        error.contains("chain.pem") && !error.contains('\n'),
        "{error}"
    );
    write(folder.path());
    let key = rcgen::KeyPair::generate().unwrap();
    std::fs::write(folder.path().join("key.pem"), key.serialize_pem()).unwrap();
    assert!(load(folder.path()).is_err());
}
