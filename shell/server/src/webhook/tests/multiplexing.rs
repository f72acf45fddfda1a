//! HTTP/2, where the application offers it: many requests on one connection.

use super::*;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A request as the server saw it, by name rather than by byte.
#[derive(Debug)]
struct Stream {
    version: hyper::Version,
    uri: String,
    headers: HeaderMap,
    body: Bytes,
}

/// A server that speaks HTTP/2 alone, and counts its connections. It says farewell on each
/// connection after so many requests.
async fn server2(
    per_connection: usize,
) -> (
    SocketAddr,
    rustls::RootCertStore,
    Arc<AtomicUsize>,
    mpsc::UnboundedReceiver<Stream>,
) {
    let (door, roots) = tls_door(&["localhost"], false, &[b"h2"]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    let (news, seen) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let stream = door.accept(stream).await.unwrap();
            tokio::spawn(serve2(stream, per_connection, news.clone()));
        }
    });
    (at, roots, connections, seen)
}

async fn serve2(
    stream: tokio_rustls::server::TlsStream<TcpStream>,
    per_connection: usize,
    news: mpsc::UnboundedSender<Stream>,
) {
    let (done, mut answered) = mpsc::unbounded_channel();
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let (news, done) = (news.clone(), done.clone());
        async move {
            let (head, body) = request.into_parts();
            let stream = Stream {
                version: head.version,
                uri: head.uri.to_string(),
                headers: head.headers,
                body: body.collect().await.unwrap().to_bytes(),
            };
            news.send(stream).unwrap();
            done.send(()).unwrap();
            let mut response = hyper::Response::new(Full::new(Bytes::from("<Response/>")));
            let kind = hyper::header::HeaderValue::from_static("text/xml");
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
            Ok::<_, Infallible>(response)
        }
    });
    let builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let mut left = per_connection;
    loop {
        tokio::select! {
            _ = connection.as_mut() => return,
            _ = answered.recv(), if left > 0 => {
                left -= 1;
                if left == 0 {
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }
}

fn ask(at: SocketAddr) -> WebRequest {
    let url = format!("https://localhost:{}/voice?a=1", at.port());
    request(Method::Post, url)
}

#[tokio::test]
async fn requests_at_once_share_a_connection() {
    let (at, roots, connections, mut seen) = server2(usize::MAX).await;
    let client = WebClient::new(Trust::Only(roots), Gate::open());
    let fetched = client.fetch(&ask(at), &account()).await;
    assert_eq!(document(&fetched).0, "<Response/>");
    let first = seen.recv().await.unwrap();
    assert_eq!(first.version, hyper::Version::HTTP_2);
    assert_eq!(
        first.uri,
        format!("https://localhost:{}/voice?a=1", at.port())
    );
    assert_eq!(first.body, "CallSid=CA1&From=%2B1+2&Event=a");
    let pairs = request(Method::Post, String::new()).parameters;
    let signature = signature::sign("12345", "https://localhost/voice?a=1", &pairs);
    assert_eq!(first.headers["x-twilio-signature"], signature);
    let mut many = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let client = client.clone();
        many.spawn(async move { client.fetch(&ask(at), &account()).await });
    }
    while let Some(fetched) = many.join_next().await {
        assert_eq!(document(&fetched.unwrap()).0, "<Response/>");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_connection_that_says_farewell_is_no_fault() {
    let (at, roots, connections, _seen) = server2(1).await;
    let client = WebClient::new(Trust::Only(roots), Gate::open());
    for _ in 0..20 {
        let fetched = client.fetch(&ask(at), &account()).await;
        assert_eq!(document(&fetched).0, "<Response/>");
    }
    // It may have taken a request or two before its farewell was heard, but no fewer.
    assert!(connections.load(Ordering::SeqCst) >= 2);
}

#[tokio::test]
async fn a_sound_file_comes_by_it_too() {
    let (at, roots, _connections, _seen) = server2(usize::MAX).await;
    let client = WebClient::new(Trust::Only(roots), Gate::open());
    let url = format!("https://localhost:{}/a.wav", at.port());
    let MediaReply::File { mut body, .. } = client.fetch_media(&account(), &url, None).await else {
        panic!("there is a file")
    };
    assert_eq!(body.read().await.unwrap(), b"<Response/>");
}

#[tokio::test]
async fn what_is_refused_unseen_goes_out_again() {
    let (door, roots) = tls_door(&["localhost"], false, &[b"h2"]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let (news, mut answered) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        for connection in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            let stream = door.accept(stream).await.unwrap();
            let news = news.clone();
            tokio::spawn(async move {
                let mut streams = h2::server::handshake(stream).await.unwrap();
                let mut count = 0;
                while let Some(Ok((_request, mut respond))) = streams.accept().await {
                    // One answer for each connection.
                    if count == 0 {
                        let response = hyper::Response::new(());
                        let mut body = respond.send_response(response, false).unwrap();
                        body.send_data(Bytes::from("well"), true).unwrap();
                        news.send(connection).unwrap();
                    } else {
                        respond.send_reset(h2::Reason::REFUSED_STREAM);
                    }
                    count += 1;
                }
            });
        }
    });
    let client = WebClient::new(Trust::Only(roots), Gate::open());
    for connection in 0..4 {
        let fetched = client.fetch(&ask(at), &account()).await;
        assert_eq!(document(&fetched).0, "well");
        assert_eq!(answered.recv().await, Some(connection));
    }
}
