//! The proxy over loopback: what it answers, what it tunnels, whom it refuses.

use super::*;
use crate::Authority;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::sync::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

/// An API that tells what it was asked.
#[derive(Debug, Clone, Default)]
struct Echo {
    asked: Arc<Mutex<Vec<String>>>,
}

impl Api for Echo {
    async fn serve(&self, stream: Plain, peer: SocketAddr) {
        let service = service_fn(|request: Request<Incoming>| {
            let host = request.headers().get("host");
            let host = host
                .map_or("none", |host| host.to_str().unwrap())
                .to_owned();
            let line = format!("{} {} at {host}", request.method(), request.uri().path());
            self.asked.lock().unwrap().push(line.clone());
            async move {
                let body = request.into_body().collect().await?.to_bytes();
                let text = format!("{line}: {} bytes from {}", body.len(), peer.ip());
                Ok::<_, hyper::Error>(Response::new(Full::new(Bytes::from(text))))
            }
        });
        let serving = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        let _ = serving.await;
    }
}

struct House {
    at: SocketAddr,
    api: Echo,
    root: CertificateDer<'static>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl House {
    async fn start(pass: bool) -> House {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::open(folder.path(), SystemTime::now()).unwrap();
        let root = authority.certificate().clone();
        let door = Door::open(([127, 0, 0, 1], 0).into()).await.unwrap();
        let (api, at) = (Echo::default(), door.address);
        let proxy = Proxy {
            leaves: Arc::new(Leaves::new(authority)),
            api: api.clone(),
            pass,
        };
        let (stop, stopping) = watch::channel(false);
        let serving = tokio::spawn(proxy.serve(door, stopping));
        House {
            at,
            api,
            root,
            stop,
            serving,
            _folder: folder,
        }
    }

    async fn door(&self) -> TcpStream {
        TcpStream::connect(self.at).await.unwrap()
    }

    /// Sends bytes as they are, and reads until the proxy closes.
    async fn say(&self, bytes: &[u8]) -> String {
        let mut door = self.door().await;
        door.write_all(bytes).await.unwrap();
        let mut said = Vec::new();
        let _ = door.read_to_end(&mut said).await;
        String::from_utf8_lossy(&said).into_owned()
    }

    /// Opens a tunnel; what the proxy said is asserted byte for byte.
    async fn tunnel(&self, target: &str) -> TcpStream {
        let mut door = self.door().await;
        let line = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n");
        door.write_all(line.as_bytes()).await.unwrap();
        let expected = b"HTTP/1.1 200 Connection established\r\n\r\n";
        let mut said = vec![0; expected.len()];
        door.read_exact(&mut said).await.unwrap();
        assert_eq!(
            String::from_utf8_lossy(&said),
            String::from_utf8_lossy(expected)
        );
        door
    }
}

fn connector(root: &CertificateDer<'static>, alpn: &[&str]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(root.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

fn name(host: &str) -> ServerName<'static> {
    ServerName::try_from(host.to_owned()).unwrap()
}

#[test]
fn only_this_machine_may_come_in() {
    for address in ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"] {
        assert!(admits(address.parse().unwrap()), "{address}");
    }
    for address in [
        "0.0.0.0",
        "10.0.0.1",
        "192.168.1.2",
        "172.17.0.1",
        "8.8.8.8",
        "169.254.1.1",
        "::",
        "fe80::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
    ] {
        assert!(!admits(address.parse().unwrap()), "{address}");
    }
}

#[tokio::test]
async fn a_door_that_can_not_be_opened_is_told() {
    let error = Door::open(([0, 0, 0, 0], 0).into()).await.unwrap_err();
    assert!(error.to_string().contains("127.0.0.1"), "{error}");
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = taken.local_addr().unwrap();
    let error = Door::open(at).await.unwrap_err().to_string();
    assert!(
        error.contains(&at.to_string()) && error.contains("in use"),
        "{error}"
    );
}

#[tokio::test]
async fn the_hosts_of_the_api_are_answered_for_on_one_connection() {
    let house = House::start(false).await;
    for host in ["api.twilio.com", "api.dublin.ie1.twilio.com"] {
        let door = house.tunnel(&format!("{host}:443")).await;
        let tls = connector(&house.root, &["h2", "http/1.1"]);
        let mut door = tls.connect(name(host), door).await.unwrap();
        assert_eq!(door.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        for _ in 0..2 {
            let ask = format!("POST /x HTTP/1.1\r\nHost: {host}\r\nContent-Length: 3\r\n\r\nabc");
            door.write_all(ask.as_bytes()).await.unwrap();
            let expected = format!("POST /x at {host}: 3 bytes from 127.0.0.1");
            let mut said = String::new();
            while !said.ends_with(&expected) {
                let mut piece = [0; 512];
                let read = door.read(&mut piece).await.unwrap();
                assert!(read > 0, "it ended after {said}");
                said.push_str(std::str::from_utf8(&piece[..read]).unwrap());
            }
        }
    }
    assert_eq!(house.api.asked.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn clients_of_an_older_http_get_their_tunnel_too() {
    let house = House::start(false).await;
    // Python's own client before 3.12, and Node's agent, which wants the connection closed.
    for (version, header, expected) in [
        ("1.0", "", "HTTP/1.0 200 Connection established\r\n\r\n"),
        (
            "1.1",
            "Connection: close\r\n",
            "HTTP/1.1 200 Connection established\r\nconnection: close\r\n\r\n",
        ),
    ] {
        let mut door = house.door().await;
        let line = format!("CONNECT api.twilio.com:443 HTTP/{version}\r\n{header}\r\n");
        door.write_all(line.as_bytes()).await.unwrap();
        let mut said = vec![0; expected.len()];
        door.read_exact(&mut said).await.unwrap();
        assert_eq!(String::from_utf8(said).unwrap(), expected);
        let tls = connector(&house.root, &[]);
        let mut door = tls.connect(name("api.twilio.com"), door).await.unwrap();
        let ask = "GET /o HTTP/1.1\r\nHost: api.twilio.com\r\nConnection: close\r\n\r\n";
        door.write_all(ask.as_bytes()).await.unwrap();
        let mut said = Vec::new();
        let _ = door.read_to_end(&mut said).await;
        let said = String::from_utf8(said).unwrap();
        assert!(
            said.ends_with("GET /o at api.twilio.com: 0 bytes from 127.0.0.1"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_request_that_names_the_api_whole_is_answered_too() {
    let house = House::start(false).await;
    for scheme in ["http", "https"] {
        let ask = format!(
            "GET {scheme}://api.twilio.com/a?b HTTP/1.1\r\nHost: api.twilio.com\r\n\
             Connection: close\r\n\r\n"
        );
        let said = house.say(ask.as_bytes()).await;
        assert!(said.starts_with("HTTP/1.1 200 OK\r\n"), "{said}");
        assert!(
            said.ends_with("GET /a at api.twilio.com: 0 bytes from 127.0.0.1"),
            "{said}"
        );
    }
    // Without TLS in a tunnel to port 80, as `curl --proxytunnel` sends it.
    let mut door = house.tunnel("api.twilio.com:80").await;
    let ask = "GET /t HTTP/1.1\r\nHost: api.twilio.com\r\nConnection: close\r\n\r\n";
    door.write_all(ask.as_bytes()).await.unwrap();
    let mut said = String::new();
    door.read_to_string(&mut said).await.unwrap();
    assert!(
        said.ends_with("GET /t at api.twilio.com: 0 bytes from 127.0.0.1"),
        "{said}"
    );
}

/// A TLS server that echoes, with a certificate of its own.
async fn stranger() -> (SocketAddr, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(vec!["stranger.example".to_owned()]).unwrap();
    let own = made.cert.der().clone();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.clone()], key.into())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let stream = acceptor.accept(stream).await.unwrap();
                let (mut from, mut to) = tokio::io::split(stream);
                let _ = tokio::io::copy(&mut from, &mut to).await;
            });
        }
    });
    (at, own)
}

#[tokio::test]
async fn another_host_is_tunnelled_unread_and_shows_its_own_certificate() {
    let house = House::start(false).await;
    let (at, own) = stranger().await;
    let door = house.tunnel(&at.to_string()).await;
    let tls = connector(&own, &[]);
    let mut door = tls.connect(name("stranger.example"), door).await.unwrap();
    let shown = door.get_ref().1.peer_certificates().unwrap();
    assert_eq!(shown, [own]);
    let sent: Vec<u8> = (0..200_000u32).map(|n| n.to_le_bytes()[0]).collect();
    let (mut hear, mut say) = tokio::io::split(&mut door);
    let mut heard = vec![0; sent.len()];
    let (said, read) = tokio::join!(say.write_all(&sent), hear.read_exact(&mut heard));
    said.and(read.map(|_| ())).unwrap();
    assert!(heard == sent);
    assert!(house.api.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_plain_request_to_another_host_goes_on_as_it_was_sent() {
    let house = House::start(false).await;
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = other.local_addr().unwrap();
    let asked = tokio::spawn(async move {
        let (mut stream, _) = other.accept().await.unwrap();
        let mut asked = Vec::new();
        while !asked.ends_with(b"abc\r\n0\r\n\r\n") {
            assert!(stream.read_buf(&mut asked).await.unwrap() > 0);
        }
        let answer = "HTTP/1.1 418 Short and Stout\r\nX-Kept: Yes\r\nContent-Length: 2\r\n\r\nok";
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(asked).unwrap()
    });
    let ask = format!(
        "POST http://{at}/p%20q?r=1 HTTP/1.1\r\nHost: {at}\r\nProxy-Connection: keep-alive\r\n\
         X-Odd-Case: v\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n\
         3\r\nabc\r\n0\r\n\r\n"
    );
    let said = house.say(ask.as_bytes()).await;
    assert!(
        said.starts_with("HTTP/1.1 418 Short and Stout\r\n"),
        "{said}"
    );
    assert!(
        said.contains("X-Kept: Yes\r\n") && said.ends_with("\r\n\r\nok"),
        "{said}"
    );
    let asked = asked.await.unwrap();
    assert!(asked.starts_with("POST /p%20q?r=1 HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains("X-Odd-Case: v\r\n"), "{asked}");
    assert!(
        asked.to_lowercase().contains("\r\nvia: 1.1 ringback\r\n"),
        "{asked}"
    );
    assert!(
        !asked.to_lowercase().contains("proxy-connection"),
        "{asked}"
    );
}

#[tokio::test]
async fn what_is_not_served_is_refused_in_words() {
    let house = House::start(false).await;
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dead = gone.local_addr().unwrap();
    drop(gone);
    for (ask, status, words) in [
        ("CONNECT video.twilio.com:443", 502, "--intercept-pass"),
        ("CONNECT api.twilio.com:8443", 502, "port 443"),
        ("GET http://video.twilio.com/", 502, "--intercept-pass"),
        ("GET https://example.com/", 501, "CONNECT alone"),
        ("GET /", 400, "this is the proxy"),
        (&format!("CONNECT {dead}"), 502, "can't be reached"),
        (&format!("GET http://{dead}/"), 502, "can't be reached"),
        ("CONNECT example.com", 400, "host:port"),
    ] {
        let said = house
            .say(format!("{ask} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
            .await;
        let (head, body) = said.split_once("\r\n\r\n").unwrap();
        let first = head.lines().next().unwrap();
        assert!(
            first.starts_with(&format!("HTTP/1.1 {status} ")),
            "{ask}: {said}"
        );
        // The reason carries the sentence, too: some clients show nothing else.
        assert!(
            first.contains(words) && body.contains(words),
            "{ask}: {said}"
        );
        assert!(
            body.contains(&format!("\"status\": {status}")),
            "{ask}: {said}"
        );
    }
    assert!(house.api.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_vendors_other_hosts_are_let_through_if_that_is_wanted() {
    let house = House::start(true).await;
    let judged = |host: &str| {
        let proxy = Proxy {
            leaves: Arc::new(Leaves::new(
                Authority::open(house._folder.path(), SystemTime::now()).unwrap(),
            )),
            api: house.api.clone(),
            pass: true,
        };
        proxy.judge(&host.parse().unwrap())
    };
    assert_eq!(judged("video.twilio.com:443"), Verdict::Other);
    assert_eq!(judged("api.twilio.com:443"), Verdict::Answered);
}

#[tokio::test]
async fn hostile_bytes_end_their_own_connection_alone() {
    let house = House::start(false).await;
    let long = format!("GET http://a/{} HTTP/1.1\r\n\r\n", "x".repeat(80_000));
    let many = format!("GET http://a/ HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(500));
    let mut noise = Vec::new();
    let mut state = 1u64;
    for _ in 0..4_000 {
        // A generator of Lehmer's, so that a failure is the same the next time.
        state = state * 48_271 % 0x7fff_ffff;
        noise.push(state.to_le_bytes()[1]);
    }
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"CONNECT\r\n\r\n",
        b"CONNECT  HTTP/1.1\r\n\r\n",
        b"CONNECT :443 HTTP/1.1\r\n\r\n",
        b"CONNECT [::1:443 HTTP/1.1\r\n\r\n",
        b"CONNECT api.twilio.com:99999 HTTP/1.1\r\n\r\n",
        b"CONNECT a@api.twilio.com:443 HTTP/1.1\r\nHost: \xff\r\nConnection: close\r\n\r\n",
        b"GET http:// HTTP/1.1\r\n\r\n",
        b"GET http://\xff/ HTTP/1.1\r\n\r\n",
        b"GET http://a/ HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST http://api.twilio.com/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"\0\0\0\0",
        long.as_bytes(),
        many.as_bytes(),
        &noise,
    ] {
        let mut door = house.door().await;
        let _ = door.write_all(bytes).await;
        let _ = door.shutdown().await;
        let mut said = Vec::new();
        let _ = door.read_to_end(&mut said).await;
        assert!(
            !said.starts_with(b"HTTP/1.1 2"),
            "{}",
            String::from_utf8_lossy(&said)
        );
    }
    // Garbage where a handshake should be.
    let mut door = house.tunnel("api.twilio.com:443").await;
    door.write_all(&noise).await.unwrap();
    let mut said = Vec::new();
    let _ = door.read_to_end(&mut said).await;
    let said = house
        .say(b"GET http://api.twilio.com/still HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await;
    assert!(
        said.ends_with("GET /still at api.twilio.com: 0 bytes from 127.0.0.1"),
        "{said}"
    );
}

#[tokio::test]
async fn a_stop_cuts_tunnels_and_waits_for_nobody_idle() {
    let house = House::start(false).await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut tunnel = house
        .tunnel(&silent.local_addr().unwrap().to_string())
        .await;
    let idle = house.door().await;
    house.stop.send(true).unwrap();
    let mut said = Vec::new();
    let _ = tunnel.read_to_end(&mut said).await;
    assert!(said.is_empty());
    house.serving.await.unwrap();
    drop(idle);
    assert!(TcpStream::connect(house.at).await.is_err());
}

#[tokio::test]
async fn who_still_sends_reads_the_refusal() {
    let house = House::start(false).await;
    let body = "9".repeat(3_000_000);
    let request = format!(
        "POST http://video.twilio.com/ HTTP/1.1\r\nHost: video.twilio.com\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    for _ in 0..20 {
        let said = house.say(request.as_bytes()).await;
        assert!(said.starts_with("HTTP/1.1 502 "), "{said}");
        assert!(said.contains("connection: close\r\n"), "{said}");
    }
}
