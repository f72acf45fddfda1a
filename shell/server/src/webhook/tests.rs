//! The client against servers of our own on loopback: good ones, slow ones, broken ones.

mod authorizing;
mod journaling;
mod keeping;
mod multiplexing;
mod reaching;
mod redirecting;
mod trusting;

use super::*;
use api::signature;
use model::AccountSid;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::net::SocketAddr;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// A request as the server saw it.
#[derive(Debug, Clone)]
struct Seen {
    head: String,
    body: String,
}

impl Seen {
    fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<Seen> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4_096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let seen = Seen {
                head: head.to_owned(),
                body: body.to_owned(),
            };
            let length: usize = seen
                .header("content-length")
                .map_or(0, |n| n.parse().unwrap());
            if seen.body.len() >= length {
                return Some(seen);
            }
        }
        let read = stream.read(&mut chunk).await.ok()?;
        if read == 0 {
            return None;
        }
        bytes.extend_from_slice(&chunk[..read]);
    }
}

fn ok(headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn status(status: &str, headers: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\n\r\n")
}

/// A server that answers the n-th request with what `answer` makes of it; an empty answer
/// closes the connection without a word.
async fn server(
    answer: impl Fn(usize, &Seen) -> String + Send + Sync + 'static,
) -> (SocketAddr, mpsc::UnboundedReceiver<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (news, seen) = mpsc::unbounded_channel();
    let answer = Arc::new(answer);
    let count = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, answer.clone(), count.clone(), news.clone()));
        }
    });
    (address, seen)
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    answer: Arc<impl Fn(usize, &Seen) -> String>,
    count: Arc<std::sync::atomic::AtomicUsize>,
    news: mpsc::UnboundedSender<Seen>,
) {
    while let Some(request) = read_request(&mut stream).await {
        let n = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let text = answer(n, &request);
        news.send(request).unwrap();
        if text.is_empty() {
            return;
        }
        stream.write_all(text.as_bytes()).await.unwrap();
    }
}

/// The account in whose name everything is asked.
fn account() -> Account {
    Account::new(AccountSid(1), "12345", "", Time(0))
}

fn client() -> WebClient {
    WebClient::new(Trust::Only(rustls::RootCertStore::empty()), Gate::open())
}

fn request(method: Method, url: String) -> WebRequest {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    WebRequest {
        account: AccountSid(1),
        call: CallSid(2),
        kind: WebhookKind::Document,
        method,
        url,
        parameters: vec![
            pair("CallSid", "CA1"),
            pair("From", "+1 2"),
            pair("Event", "a"),
        ],
    }
}

fn failure(fetched: &Fetched) -> (ErrorCode, Option<u16>) {
    match &fetched.reply {
        WebReply::Failed { code, status, .. } => (*code, *status),
        WebReply::Answered { .. } => panic!("it was answered"),
    }
}

fn document(fetched: &Fetched) -> (String, String) {
    match &fetched.reply {
        WebReply::Answered { body, url, .. } => {
            (String::from_utf8_lossy(body).into_owned(), url.clone())
        }
        WebReply::Failed { code, text, .. } => panic!("{code} {text}"),
    }
}

#[tokio::test]
async fn a_post_carries_a_signed_form_and_what_applications_look_for() {
    let (at, mut seen) = server(|_, _| ok("Content-Type: text/xml\r\n", "<Response/>")).await;
    let url = format!("http://me:pass%3A1@{at}/voice?lang=pt#rc=0");
    let fetched = client()
        .fetch(&request(Method::Post, url), &account())
        .await;
    assert_eq!(document(&fetched).0, "<Response/>");
    let seen = seen.recv().await.unwrap();
    assert_eq!(seen.line(), "POST /voice?lang=pt HTTP/1.1");
    assert_eq!(seen.body, "CallSid=CA1&From=%2B1+2&Event=a");
    let header = |name| seen.header(name).unwrap_or_default();
    let pairs = request(Method::Post, String::new()).parameters;
    let signature = signature::sign("12345", &format!("http://{at}/voice?lang=pt"), &pairs);
    assert_eq!(header("x-twilio-signature"), signature);
    assert_eq!(header("user-agent"), "TwilioProxy/1.1");
    assert_eq!(header("accept"), "*/*");
    assert_eq!(
        header("content-type"),
        "application/x-www-form-urlencoded; charset=UTF-8"
    );
    assert_eq!(header("host"), at.to_string());
    // It has not asked for the password.
    assert_eq!(header("authorization"), "");
    assert_eq!(header("i-twilio-idempotency-token").len(), 36);
}

#[tokio::test]
async fn a_get_carries_its_parameters_in_the_signed_address() {
    let (at, mut seen) = server(|_, _| ok("", "x")).await;
    let url = format!("http://{at}/voice?a=b");
    let fetched = client()
        .fetch(&request(Method::Get, url.clone()), &account())
        .await;
    // Relative addresses start from the address without the parameters.
    assert_eq!(document(&fetched).1, url);
    let seen = seen.recv().await.unwrap();
    let query = "/voice?a=b&CallSid=CA1&From=%2B1%202&Event=a";
    assert_eq!(seen.line(), format!("GET {query} HTTP/1.1"));
    let signature = signature::sign("12345", &format!("http://{at}{query}"), &[]);
    assert_eq!(seen.header("x-twilio-signature"), Some(signature.as_str()));
    assert_eq!(seen.header("content-type"), None);
}

#[tokio::test]
async fn redirects_lose_the_form_or_repeat_it() {
    let (at, mut seen) = server(|n, _| match n {
        0 => status("302 Found", "Location: /two\r\n"),
        1 => ok("", "found"),
        2 => status("307 Temporary Redirect", "Location: three\r\n"),
        _ => ok("", "repeated"),
    })
    .await;
    let client = client();
    let fetched = client
        .fetch(
            &request(Method::Post, format!("http://{at}/one")),
            &account(),
        )
        .await;
    assert_eq!(
        document(&fetched),
        ("found".to_owned(), format!("http://{at}/two"))
    );
    seen.recv().await.unwrap();
    let second = seen.recv().await.unwrap();
    assert_eq!(
        (second.line(), second.body.as_str()),
        ("GET /two HTTP/1.1", "")
    );
    let resigned = signature::sign("12345", &format!("http://{at}/two"), &[]);
    assert_eq!(second.header("x-twilio-signature"), Some(resigned.as_str()));

    let fetched = client
        .fetch(
            &request(Method::Post, format!("http://{at}/a/b")),
            &account(),
        )
        .await;
    assert_eq!(document(&fetched).1, format!("http://{at}/a/three"));
    seen.recv().await.unwrap();
    let repeated = seen.recv().await.unwrap();
    assert_eq!(repeated.line(), "POST /a/three HTTP/1.1");
    assert_eq!(repeated.body, "CallSid=CA1&From=%2B1+2&Event=a");
}

#[tokio::test]
async fn a_loop_of_redirects_ends() {
    let (at, mut seen) = server(|_, _| status("301 Moved", "Location: /again\r\n")).await;
    let fetched = client()
        .fetch(&request(Method::Post, format!("http://{at}/")), &account())
        .await;
    assert_eq!(failure(&fetched), (ErrorCode::REDIRECTS, None));
    let mut count = 0;
    while seen.try_recv().is_ok() {
        count += 1;
    }
    assert_eq!(count, limit::REDIRECTS_MAX + 1);
}

#[tokio::test]
async fn statuses_are_told_and_tried_again_only_on_request() {
    let (at, mut seen) = server(|n, _| match n {
        0 | 1 | 3 => status("503 Busy", ""),
        _ => ok("", "well"),
    })
    .await;
    let client = client();
    let fetched = client
        .fetch(&request(Method::Post, format!("http://{at}/")), &account())
        .await;
    assert_eq!(failure(&fetched), (ErrorCode::HTTP_FAILURE, Some(503)));
    let url = format!("http://{at}/#rp=5xx&rc=2");
    assert_eq!(
        document(&client.fetch(&request(Method::Post, url), &account()).await).0,
        "well"
    );
    let mut tokens = Vec::new();
    while let Ok(seen) = seen.try_recv() {
        tokens.push(
            seen.header("i-twilio-idempotency-token")
                .unwrap()
                .to_owned(),
        );
    }
    assert_eq!(tokens.len(), 3);
    assert_ne!(tokens[0], tokens[1]);
    assert_eq!(tokens[1], tokens[2], "a retry carries the same token");
}

#[tokio::test]
async fn what_hangs_is_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    // The kernel takes the connection in, and nobody ever reads from it.
    let client = client();
    let code = async |fragment: &str| {
        let url = format!("http://{at}/#{fragment}");
        failure(&client.fetch(&request(Method::Post, url), &account()).await).0
    };
    assert_eq!(code("rt=100").await, ErrorCode::TOTAL_TIMEOUT);
    assert_eq!(code("tt=100").await, ErrorCode::TOTAL_TIMEOUT);
    assert_eq!(
        code("rt=100&rp=rt&rc=5&tt=250").await,
        ErrorCode::TOTAL_TIMEOUT
    );
    assert_eq!(code("rp=sometimes").await, ErrorCode::RETRY_POLICY);
}

#[tokio::test]
async fn an_answer_that_dribbles_is_cut_at_the_total() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_request(&mut stream).await.unwrap();
        let endless = b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n<Resp";
        stream.write_all(endless).await.unwrap();
        // Held open until the client gives up.
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    });
    let url = format!("http://{at}/#tt=150");
    let fetched = client().fetch(&request(Method::Get, url), &account()).await;
    assert_eq!(failure(&fetched), (ErrorCode::TOTAL_TIMEOUT, None));
}

#[tokio::test]
async fn each_way_to_fail_has_its_number() {
    let client = client();
    let code =
        async |url: String| failure(&client.fetch(&request(Method::Post, url), &account()).await).0;
    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    assert_eq!(
        code(format!("http://{closed}/")).await,
        ErrorCode::CONNECT_REFUSED
    );
    assert_eq!(
        code("http://no-such-host.invalid/".into()).await,
        ErrorCode::BAD_HOST
    );
    assert_eq!(code("gopher://x/".into()).await, ErrorCode::URL_FORMAT);
    let (garbage, _seen) = server(|_, _| "SSH-2.0-OpenSSH\r\n\r\n".to_owned()).await;
    assert_eq!(
        code(format!("http://{garbage}/")).await,
        ErrorCode::PROTOCOL_VIOLATION
    );
    let (resets, _seen) = server(|_, _| String::new()).await;
    assert_eq!(
        code(format!("http://{resets}/")).await,
        ErrorCode::CONNECTION_FAILURE
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plain = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let refusal = b"HTTP/1.1 400 Bad Request\r\n\r\n";
            stream.write_all(refusal).await.unwrap();
        }
    });
    assert_eq!(
        code(format!("https://{plain}/#rc=0")).await,
        ErrorCode::TLS_HANDSHAKE
    );
}

#[tokio::test]
async fn too_much_is_cut_one_byte_past_the_bound() {
    let (at, _seen) = server(|_, _| ok("", &"x".repeat(300_000))).await;
    let fetched = client()
        .fetch(&request(Method::Post, format!("http://{at}/")), &account())
        .await;
    assert_eq!(document(&fetched).0.len(), limit::DOCUMENT_BYTES_MAX + 1);
}

#[tokio::test]
async fn cookies_live_as_long_as_their_call() {
    let (at, mut seen) = server(|_, _| ok("Set-Cookie: s=1; Path=/\r\n", "x")).await;
    let client = client();
    let url = format!("http://{at}/");
    let mut next = async |request: &WebRequest| {
        client.fetch(request, &account()).await;
        seen.recv()
            .await
            .unwrap()
            .header("cookie")
            .map(str::to_owned)
    };
    let one = request(Method::Post, url.clone());
    let other = WebRequest {
        call: CallSid(99),
        ..one.clone()
    };
    assert_eq!(next(&one).await, None);
    assert_eq!(next(&one).await.as_deref(), Some("s=1"));
    assert_eq!(next(&other).await, None);
    client.forget(one.call);
    assert_eq!(next(&one).await, None);
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_meanwhile_is_no_fault() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let (news, mut seen) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let request = read_request(&mut stream).await.unwrap();
            stream.write_all(ok("", "x").as_bytes()).await.unwrap();
            // One answer for each connection, although keep-alive was promised.
            drop(stream);
            news.send(request).unwrap();
        }
    });
    let client = client();
    for _ in 0..5 {
        let fetched = client
            .fetch(&request(Method::Post, format!("http://{at}/")), &account())
            .await;
        assert_eq!(document(&fetched).0, "x");
        seen.recv().await.unwrap();
    }
}

#[tokio::test]
async fn a_callback_keeps_its_token_and_is_told_by_its_status() {
    let (at, mut seen) = server(|n, _| match n {
        0 => status("204 No Content", ""),
        _ => status("404 Not Found", ""),
    })
    .await;
    let asked = request(Method::Post, format!("http://{at}/cb"));
    let callback = Callback {
        id: CallbackId(0x1234_5678_9abc_def0_1234_5678_9abc_def0),
        account: asked.account,
        call: asked.call,
        method: asked.method,
        url: asked.url,
        parameters: asked.parameters,
        made: Time(0),
    };
    let client = client();
    assert_eq!(
        client
            .deliver(&callback, &account(), Time(0))
            .await
            .outcome
            .map(|a| a.status),
        Ok(204)
    );
    let refused = client
        .deliver(&callback, &account(), Time(0))
        .await
        .outcome
        .unwrap_err();
    assert_eq!(
        (refused.code, refused.answer.map(|a| a.status)),
        (ErrorCode::CALLBACK_FAILED, Some(404))
    );
    let token = |seen: Seen| {
        seen.header("i-twilio-idempotency-token")
            .unwrap()
            .to_owned()
    };
    let first = token(seen.recv().await.unwrap());
    assert_eq!(first, token(seen.recv().await.unwrap()));
    assert_eq!(first, "12345678-9abc-4ef0-9234-56789abcdef0");
}

/// What takes TLS in with a certificate for these names, and the roots that trust it.
fn tls_door(
    names: &[&str],
    expired: bool,
    alpn: &[&[u8]],
) -> (tokio_rustls::TlsAcceptor, rustls::RootCertStore) {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let mut parameters = rcgen::CertificateParams::new(names).unwrap();
    if expired {
        parameters.not_after = rcgen::date_time_ymd(2001, 1, 1);
        parameters.not_before = rcgen::date_time_ymd(2000, 1, 1);
    }
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = parameters.self_signed(&key).unwrap();
    let der: CertificateDer<'static> = certificate.der().clone();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(der.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![der], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    (tokio_rustls::TlsAcceptor::from(Arc::new(config)), roots)
}

/// A TLS server with a certificate for these names, and the roots that trust it.
async fn tls_server(
    names: &[&str],
    expired: bool,
    alpn: &[&[u8]],
) -> (SocketAddr, rustls::RootCertStore) {
    let (acceptor, roots) = tls_door(names, expired, alpn);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(answer_tls(acceptor, stream));
        }
    });
    (at, roots)
}

async fn answer_tls(acceptor: tokio_rustls::TlsAcceptor, stream: TcpStream) {
    let Ok(mut stream) = acceptor.accept(stream).await else {
        return;
    };
    while read_request(&mut stream).await.is_some() {
        stream.write_all(ok("", "safe").as_bytes()).await.unwrap();
        let _ = stream.flush().await;
    }
}

#[tokio::test]
async fn certificates_are_judged_and_the_signed_address_has_no_port() {
    let code = async |names: &[&str], expired: bool, trusted: bool| {
        let (at, roots) = tls_server(names, expired, &[]).await;
        let trust = if trusted {
            roots
        } else {
            rustls::RootCertStore::empty()
        };
        let client = WebClient::new(Trust::Only(trust), Gate::open());
        let url = format!("https://localhost:{}/#tt=5000", at.port());
        match client
            .fetch(&request(Method::Post, url), &account())
            .await
            .reply
        {
            WebReply::Answered { body, .. } => Ok(body),
            WebReply::Failed { code, .. } => Err(code),
        }
    };
    assert_eq!(
        code(&["localhost"], false, true).await,
        Ok(b"safe".to_vec())
    );
    assert_eq!(
        code(&["localhost"], false, false).await,
        Err(ErrorCode::CERTIFICATE_UNTRUSTED)
    );
    assert_eq!(
        code(&["other.example"], false, true).await,
        Err(ErrorCode::CERTIFICATE_NAME)
    );
    assert_eq!(
        code(&["localhost"], true, true).await,
        Err(ErrorCode::CERTIFICATE_EXPIRED)
    );
}

#[tokio::test]
async fn a_crowd_at_one_host_keeps_to_its_bound() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let roots = rustls::RootCertStore::empty();
    let reach = Reach::new(Gate::open(), Names::Machine(Lookups::default()));
    let client = WebClient::bounded(Trust::Only(roots), reach, 3);
    let mut hanging = tokio::task::JoinSet::new();
    let mut held = Vec::new();
    for _ in 0..3 {
        let (client, request) = (
            client.clone(),
            request(Method::Post, format!("http://{at}/")),
        );
        hanging.spawn(async move { client.fetch(&request, &account()).await });
        held.push(listener.accept().await.unwrap());
    }
    let next = request(Method::Post, format!("http://{at}/#tt=100"));
    let fetched = client.fetch(&next, &account()).await;
    assert_eq!(failure(&fetched).0, ErrorCode::TOTAL_TIMEOUT);
    let WebReply::Failed { text, .. } = fetched.reply else {
        panic!("it failed")
    };
    assert!(text.contains("wait for this host"), "{text}");
    hanging.abort_all();
    while hanging.join_next().await.is_some() {}
    // The places of those who gave up are free again.
    let fetched = client.fetch(&next, &account()).await;
    let WebReply::Failed { text, .. } = fetched.reply else {
        panic!("nobody answers")
    };
    assert!(!text.contains("wait for this host"), "{text}");
}
