//! The listener: so many connections, each with its deadlines, and an end that lets running
//! requests finish.

use super::{Peer, leftover};
use crate::limit;
use axum::{Extension, Router, middleware};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, Sleep};

/// Serves until `end` comes, and then lets what runs finish for a while.
pub async fn serve(listener: TcpListener, app: Router, end: impl Future<Output = ()>) {
    let room = Arc::new(Semaphore::new(limit::CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let app = app.layer(middleware::from_fn(leftover::read_out));
    tokio::pin!(end);
    loop {
        let place = Arc::clone(&room).acquire_owned();
        let accepted = async {
            // Without a place the next one waits in the system's queue.
            let place = place.await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut end => break,
        };
        let (stream, at) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // No file descriptors, mostly: some come back when connections end.
                tracing::warn!("no connection was taken: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // Events are small and wait for nobody.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(app.clone().layer(Extension(Peer(at.ip()))));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limit::HEADER_TIMEOUT)
            .serve_connection(TokioIo::new(Patient::new(stream)), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // That a client went away is its own affair.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(limit::DRAIN, graceful.shutdown()).await;
}

/// A connection that is given up when its other end takes nothing for too long.
struct Patient {
    stream: TcpStream,
    stuck: Pin<Box<Sleep>>,
    is_stuck: bool,
}

impl Patient {
    fn new(stream: TcpStream) -> Patient {
        Patient {
            stream,
            stuck: Box::pin(tokio::time::sleep(Duration::ZERO)),
            is_stuck: false,
        }
    }

    /// What a write came to, or that patience has ended.
    fn watched<T>(
        &mut self,
        context: &mut Context<'_>,
        write: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if write.is_ready() {
            self.is_stuck = false;
            return write;
        }
        if !self.is_stuck {
            self.is_stuck = true;
            self.stuck.as_mut().reset(Instant::now() + limit::STUCK);
        }
        ready!(self.stuck.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watched(context, write)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.watched(context, write)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::{Body, Bytes};
    use axum::routing::get;
    use std::convert::Infallible;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::{mpsc, oneshot};

    struct Endless(mpsc::Sender<()>);

    impl Drop for Endless {
        fn drop(&mut self) {
            let _ = self.0.try_send(());
        }
    }

    /// A body that never ends, and tells when it is dropped.
    fn endless(dropped: mpsc::Sender<()>) -> Body {
        let pieces = futures_util::stream::unfold(Endless(dropped), |state| async move {
            Some((Ok::<_, Infallible>(Bytes::from_static(&[0; 4_096])), state))
        });
        Body::from_stream(pieces)
    }

    #[tokio::test]
    async fn a_running_request_ends_before_the_program_does() {
        let (begun, mut has_begun) = mpsc::channel(1);
        let (go_on, wait) = oneshot::channel::<()>();
        let wait = Arc::new(tokio::sync::Mutex::new(Some(wait)));
        let slow = get(move || async move {
            begun.send(()).await.unwrap();
            wait.lock().await.take().unwrap().await.unwrap();
            "done"
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (end, ended) = oneshot::channel::<()>();
        let app = Router::new().route("/slow", slow);
        let server = tokio::spawn(serve(listener, app, async { ended.await.unwrap() }));
        let mut client = TcpStream::connect(at).await.unwrap();
        client
            .write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .unwrap();
        has_begun.recv().await.unwrap();
        end.send(()).unwrap();
        // The door is shut before the request is over.
        while TcpStream::connect(at).await.is_ok() {
            tokio::task::yield_now().await;
        }
        go_on.send(()).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("done"), "{answer}");
        server.await.unwrap();
    }

    #[tokio::test]
    async fn who_takes_nothing_is_cut_off() {
        let (dropped, mut is_dropped) = mpsc::channel(1);
        let app = Router::new().route("/", get(move || async move { endless(dropped) }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let server = tokio::spawn(serve(listener, app, std::future::pending()));
        let mut client = TcpStream::connect(at).await.unwrap();
        client
            .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .unwrap();
        let mut first = [0; 1];
        client.read_exact(&mut first).await.unwrap();
        // From here on time stands still but for what waits for it.
        tokio::time::pause();
        is_dropped.recv().await.unwrap();
        server.abort();
    }
}
