//! What a refusal leaves of a request's body is read and thrown away before the refusal is sent.
//!
//! The connection would be closed otherwise while the client still sends. That resets it, and most
//! clients, which read nothing before all is sent, would see a broken connection and no reason.

use crate::limit;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{CONNECTION, EXPECT, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt;
use hyper::body::{Body as _, Frame, SizeHint};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

/// Answers, and reads what is left.
pub async fn read_out(request: Request, next: Next) -> Response {
    let waits = request.headers().contains_key(EXPECT);
    let left = Left::default();
    let request = request.map(|body| {
        Body::new(Lent {
            body,
            is_begun: false,
            left: Arc::clone(&left),
        })
    });
    let mut response = next.run(request).await;
    let Some((body, is_begun)) = take(&left).take() else {
        return response;
    };
    // Whoever waits for leave to send (RFC 9110 §10.1.1) has it as soon as we read.
    let is_read = (!waits || is_begun) && throw_away(body).await;
    if !is_read {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    response
}

/// Whether it came to its end within the bounds.
async fn throw_away(mut body: Body) -> bool {
    let read = async {
        let mut length = 0;
        while let Some(frame) = body.frame().await {
            length += frame.ok()?.data_ref().map_or(0, Bytes::len);
            if length > limit::LEFTOVER_BYTES {
                return None;
            }
        }
        Some(())
    };
    matches!(
        tokio::time::timeout(limit::BODY_TIMEOUT, read).await,
        Ok(Some(()))
    )
}

/// A body that was given back, and whether anything of it had been asked for.
type Left = Arc<Mutex<Option<(Body, bool)>>>;

fn take(left: &Left) -> std::sync::MutexGuard<'_, Option<(Body, bool)>> {
    left.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A body that is given back when it is let go before its end.
struct Lent {
    body: Body,
    is_begun: bool,
    left: Left,
}

impl hyper::body::Body for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.is_begun = true;
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if !matches!(frame, Some(Ok(_))) {
            self.body = Body::empty();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if !self.body.is_end_stream() {
            let body = std::mem::take(&mut self.body);
            *take(&self.left) = Some((body, self.is_begun));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::body::whole;
    use crate::http::listen::serve;
    use axum::Router;
    use axum::routing::post;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::task::JoinHandle;

    async fn listening() -> (std::net::SocketAddr, JoinHandle<()>) {
        let take = post(async |request: Request| whole(request.into_body(), 1_000).await);
        let app = Router::new().route("/", take);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let server = tokio::spawn(serve(listener, app, std::future::pending()));
        (at, server)
    }

    fn head(path: &str, more: &str) -> String {
        format!("POST {path} HTTP/1.1\r\nhost: x\r\n{more}\r\n\r\n")
    }

    /// A head, and as much of what follows it as is asked for.
    async fn said(client: &mut TcpStream) -> String {
        let mut said = String::new();
        while !said.contains("\r\n\r\n") {
            said.push(char::from(client.read_u8().await.unwrap()));
        }
        said
    }

    #[tokio::test]
    async fn who_reads_nothing_before_all_is_sent_reads_the_refusal_each_time() {
        let (at, server) = listening().await;
        for (path, status) in [("/", "413"), ("/nowhere", "404")] {
            for _ in 0..100 {
                let mut client = TcpStream::connect(at).await.unwrap();
                let head = head(path, "content-length: 3000000");
                client.write_all(head.as_bytes()).await.unwrap();
                for _ in 0..100 {
                    client.write_all(&[b'9'; 30_000]).await.unwrap();
                    tokio::task::yield_now().await;
                }
                let said = said(&mut client).await;
                assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{said}");
                // All of it was read: the connection is good for another request.
                assert!(!said.contains("connection: close"), "{said}");
            }
        }
        server.abort();
    }

    #[tokio::test]
    async fn who_waits_for_leave_to_send_is_refused_without() {
        let (at, server) = listening().await;
        for (path, length, status) in [
            ("/nowhere", 10, "404"),
            ("/", 1_001, "413"),
            ("/", 5, "100"),
        ] {
            let mut client = TcpStream::connect(at).await.unwrap();
            let more = format!("content-length: {length}\r\nexpect: 100-continue");
            client
                .write_all(head(path, &more).as_bytes())
                .await
                .unwrap();
            let said = said(&mut client).await;
            assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{said}");
        }
        server.abort();
    }

    #[tokio::test]
    async fn what_never_ends_is_not_read_for_ever() {
        let (at, server) = listening().await;
        let mut client = TcpStream::connect(at).await.unwrap();
        let head = head("/nowhere", "content-length: 1000000000");
        client.write_all(head.as_bytes()).await.unwrap();
        let mut sent = 0;
        while sent < 1_000_000_000 && client.write_all(&[b'9'; 30_000]).await.is_ok() {
            sent += 30_000;
        }
        // What the system's own buffers hold comes on top.
        assert!(
            (limit::LEFTOVER_BYTES..100_000_000).contains(&sent),
            "{sent}"
        );
        server.abort();
    }
}
