//! TLS: whom the client trusts, and what it says of whom it doesn't.

use crate::config;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use ringback::{Call, Client, Error, Phase};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const CALL: &str = r#"{"sid":"CA1","status":"queued"}"#;

/// A server with a certificate of its own making; it counts who came.
struct Secured {
    url: String,
    certificate: Vec<u8>,
    came: Arc<AtomicUsize>,
}

impl Secured {
    fn start() -> Secured {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let certificate = cert.der().to_vec();
        let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .expect("a key that fits");
        let server = Arc::new(server);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let came = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&came);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::SeqCst);
                let server = Arc::clone(&server);
                // A client that doesn't trust us breaks off.
                std::thread::spawn(move || answer(server, connection));
            }
        });
        Secured {
            url: format!("https://localhost:{port}"),
            certificate,
            came,
        }
    }
}

fn answer(server: Arc<ServerConfig>, connection: TcpStream) -> std::io::Result<()> {
    let secured = ServerConnection::new(server).map_err(std::io::Error::other)?;
    let mut stream = StreamOwned::new(secured, connection);
    let mut asked: Vec<u8> = Vec::new();
    let mut piece = [0; 4_096];
    while !asked.windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read(&mut piece)? {
            0 => return Ok(()),
            length => asked.extend(&piece[..length]),
        }
    }
    let length = CALL.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{CALL}"
    )?;
    stream.conn.send_close_notify();
    stream.flush()
}

async fn fetch(client: &Client) -> Result<Call, Error> {
    client.calls().fetch("CA1").send().await
}

#[tokio::test]
async fn a_certificate_of_ones_own_is_trusted_once_it_is_named() {
    let server = Secured::start();
    let trusting = config(&server.url).root_certificate(server.certificate.clone());
    let client = Client::with(trusting).expect("a client");
    assert_eq!(fetch(&client).await.expect("a call").sid, "CA1");
}

#[tokio::test]
async fn who_is_not_trusted_is_asked_nothing_and_not_again() {
    let server = Secured::start();
    let client = Client::with(config(&server.url)).expect("a client");
    let fetched = fetch(&client).await.unwrap_err();
    assert_eq!(fetched.phase(), Some(Phase::Secure), "{fetched:?}");
    let placing = client.calls().create("+1", "+2").twiml("<Response/>");
    let placed = placing.send().await.unwrap_err();
    assert_eq!(placed.phase(), Some(Phase::Secure), "{placed:?}");
    assert!(!placed.maybe_done() && !placed.is_timeout());
    // A certificate doesn't become better by being looked at again.
    assert_eq!(server.came.load(Ordering::SeqCst), 2);

    // A certificate that is trusted is still no other host's.
    let elsewhere = server.url.replace("localhost", "127.0.0.1");
    let trusting = config(elsewhere).root_certificate(server.certificate.clone());
    let client = Client::with(trusting).expect("a client");
    let error = fetch(&client).await.unwrap_err();
    assert_eq!(error.phase(), Some(Phase::Secure), "{error:?}");
}

#[test]
fn a_root_that_is_none_is_said_at_once() {
    let wrong = config("https://localhost").root_certificate(b"no certificate".to_vec());
    let error = Client::with(wrong).unwrap_err();
    assert!(matches!(error, Error::Input(_)), "{error:?}");
}
