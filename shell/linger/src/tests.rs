//! A server that refuses whatever has a long body, and clients that send one.

use super::*;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the server reads of a body.
const TAKEN: usize = 1_024;

async fn answer(request: Request<Watched<Incoming>>) -> Response<Full<Bytes>> {
    let refused = |status: u16| {
        let mut response = Response::new(Full::new(Bytes::from_static(b"no")));
        *response.status_mut() = status.try_into().unwrap();
        response
    };
    if request.uri().path() == "/private" {
        return refused(401);
    }
    match Limited::new(request.into_body(), TAKEN).collect().await {
        Ok(_) => Response::new(Full::new(Bytes::from_static(b"yes"))),
        Err(_) => refused(413),
    }
}

/// Serves one connection to its end.
fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S) -> JoinHandle<()> {
    let (stream, tail) = pair(stream);
    let service = service_fn(move |request| {
        let (request, tail) = (tail.watch(request), tail.clone());
        async move {
            let mut response = answer(request).await;
            tail.mark(&mut response);
            Ok::<_, Infallible>(response)
        }
    });
    tokio::spawn(async move {
        let serving = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        let _ = serving.await;
    })
}

fn head(path: &str, length: usize) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n")
}

/// Clients that read nothing before all is sent, in pieces of this size.
async fn all_read_the_refusal(path: &str, length: usize, piece: usize, status: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    for turn in 0..200 {
        let mut client = TcpStream::connect(at).await.unwrap();
        let served = serve(listener.accept().await.unwrap().0);
        client
            .write_all(head(path, length).as_bytes())
            .await
            .unwrap();
        let body = vec![b'9'; piece];
        for _ in 0..length / piece {
            client.write_all(&body).await.unwrap();
            // The server has its turn, and closes as soon as it may.
            tokio::task::yield_now().await;
        }
        let mut said = String::new();
        let read = client.read_to_string(&mut said).await;
        assert!(
            read.is_ok() && said.contains(status),
            "{turn}: {read:?} {said}"
        );
        assert!(said.contains("connection: close\r\n"), "{said}");
        drop(client);
        served.await.unwrap();
    }
}

#[tokio::test]
async fn who_sends_three_megabytes_reads_413_each_time() {
    all_read_the_refusal("/", 3_000_000, 30_000, "HTTP/1.1 413 ").await;
}

#[tokio::test]
async fn who_may_not_ask_reads_401_whatever_it_sends() {
    all_read_the_refusal("/private", 3_000_000, 30_000, "HTTP/1.1 401 ").await;
    all_read_the_refusal("/private", 500, 100, "HTTP/1.1 401 ").await;
}

/// One that the tests' clock is moved for.
async fn refused() -> (DuplexStream, JoinHandle<()>) {
    let (mut client, far) = duplex(4_096);
    let served = serve(far);
    client
        .write_all(head("/private", 1 << 30).as_bytes())
        .await
        .unwrap();
    let mut said = [0; 13];
    client.read_exact(&mut said).await.unwrap();
    assert_eq!(&said, b"HTTP/1.1 401 ");
    (client, served)
}

#[tokio::test(start_paused = true)]
async fn it_reads_so_much_and_for_so_long_and_no_more() {
    let (mut client, served) = refused().await;
    let mut sent = 0;
    while client.write_all(&[b'9'; 4_096]).await.is_ok() {
        sent += 4_096;
    }
    let more = sent - limit::API_REST_BYTES_MAX;
    assert!(more < 32 * 1_024, "{sent}");
    served.await.unwrap();
    let begun = tokio::time::Instant::now();
    let (_client, served) = refused().await;
    served.await.unwrap();
    let took = begun.elapsed().as_millis() as u64;
    assert!(
        (limit::API_BODY_MS..limit::API_BODY_MS + 100).contains(&took),
        "{took}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_connection_whose_requests_were_read_goes_on_and_ends_at_once() {
    let (mut client, far) = duplex(4_096);
    let served = serve(far);
    let begun = tokio::time::Instant::now();
    for last in [false, false, true] {
        let close = if last { "Connection: close\r\n" } else { "" };
        let chunked = "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        for rest in ["\r\n", "Content-Length: 3\r\n\r\nabc", chunked] {
            let close = if rest == chunked { close } else { "" };
            let asked = format!("POST / HTTP/1.1\r\nHost: x\r\n{close}{rest}");
            client.write_all(asked.as_bytes()).await.unwrap();
            let mut said = Vec::new();
            while !said.ends_with(b"\r\n\r\nyes") {
                said.push(client.read_u8().await.unwrap());
            }
            assert!(said.starts_with(b"HTTP/1.1 200 "));
        }
    }
    // The client has not closed its half, and isn't waited for.
    served.await.unwrap();
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_half_of_a_tunnel_is_closed_at_once() {
    let (mut client, far) = duplex(4_096);
    let (mut stream, tail) = pair(far);
    let request = Request::connect("example.com:443").body(Full::<Bytes>::default());
    drop(tail.watch(request.unwrap()));
    client.write_all(b"hello").await.unwrap();
    let mut said = [0; 2];
    stream.read_exact(&mut said).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut rest = [0; 3];
    stream.read_exact(&mut rest).await.unwrap();
    assert_eq!(&rest, b"llo");
}
