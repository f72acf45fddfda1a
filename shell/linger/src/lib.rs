//! Closes an HTTP connection so that a refusal is read by whoever still sends.
//!
//! A request can be answered before its body is there: it is too large, or nobody may ask. hyper
//! then closes the connection. What the client goes on sending meets a closed socket, the kernel
//! answers with a reset, and the reset takes with it what the client had not read yet: it sees a
//! broken connection in place of the reason. So the sending half is closed first, and the rest of
//! the body is read and thrown away, up to a bound, before the socket goes (RFC 9112 §9.6).
//!
//! [`pair`] makes the two ends of it: a [`Lingering`] stream below hyper, and a [`Tail`] above it
//! that knows how far the request was read.

use http::header::{CONNECTION, HeaderValue};
use http::{Method, Request, Response};
use http_body::{Body, Frame, SizeHint};
use model::limit;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// A connection's stream, and what its service tells it through.
pub fn pair<S>(stream: S) -> (Lingering<S>, Tail) {
    let tail = Tail::default();
    let stream = Lingering {
        stream,
        tail: tail.clone(),
        end: None,
    };
    (stream, tail)
}

/// How far the latest request of a connection was read. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Tail(Arc<AtomicU8>);

/// All of it was read, or there was none.
const WHOLE: u8 = 0;
/// Bytes have come, and nobody has said yet that they were the last.
const ARRIVING: u8 = 1;
/// Whoever was to read it has let it go.
const LEFT: u8 = 2;
/// The connection no longer speaks HTTP: a tunnel's halves end when its ends say so.
const TUNNEL: u8 = 3;

impl Tail {
    /// Keeps an eye on this request's body.
    pub fn watch<B: Body>(&self, request: Request<B>) -> Request<Watched<B>> {
        if request.method() == Method::CONNECT {
            self.set(TUNNEL);
        }
        request.map(|body| {
            if body.is_end_stream() {
                self.set(WHOLE);
            }
            let tail = self.clone();
            let is_whole = body.is_end_stream();
            Watched {
                body,
                tail,
                is_whole,
            }
        })
    }

    /// Says that the connection ends with this response, if part of its request was left
    /// (RFC 9112 §9.6). hyper closes it all the same, and mostly without a word: a client would
    /// keep it for its next request.
    pub fn mark<B>(&self, response: &mut Response<B>) {
        if self.state() == LEFT {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
    }

    /// One task has a connection, its stream and its service: no order is needed.
    fn state(&self) -> u8 {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, state: u8) {
        if self.state() != TUNNEL {
            self.0.store(state, Ordering::Relaxed);
        }
    }
}

/// A body that tells its connection whether it was read to its end.
#[derive(Debug)]
pub struct Watched<B> {
    body: B,
    tail: Tail,
    is_whole: bool,
}

impl<B: Body + Unpin> Body for Watched<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        // A chunked body's end is known when it is asked for more.
        if frame.is_none() || self.body.is_end_stream() {
            self.is_whole = true;
            self.tail.set(WHOLE);
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

impl<B> Drop for Watched<B> {
    fn drop(&mut self) {
        if !self.is_whole {
            self.tail.set(LEFT);
        }
    }
}

/// A stream that isn't closed before the rest of a request was read, or enough of it.
#[derive(Debug)]
pub struct Lingering<S> {
    stream: S,
    tail: Tail,
    /// Since its sending half is closed.
    end: Option<End>,
}

#[derive(Debug)]
struct End {
    /// So many bytes are still read.
    left: usize,
    /// And for so long.
    over: Pin<Box<Sleep>>,
}

impl End {
    fn new() -> End {
        End {
            left: limit::API_REST_BYTES_MAX,
            over: Box::pin(sleep(Duration::from_millis(limit::API_BODY_MS))),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Lingering<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.tail.set(ARRIVING);
        }
        polled
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lingering<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.end.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
        }
        if !matches!(this.tail.state(), ARRIVING | LEFT) {
            return Poll::Ready(Ok(()));
        }
        let end = this.end.get_or_insert_with(End::new);
        let mut scrap = [MaybeUninit::uninit(); 8 * 1_024];
        while end.left > 0 && end.over.as_mut().poll(context).is_pending() {
            let mut scrap = ReadBuf::uninit(&mut scrap);
            match ready!(Pin::new(&mut this.stream).poll_read(context, &mut scrap)) {
                Ok(()) if !scrap.filled().is_empty() => {
                    end.left = end.left.saturating_sub(scrap.filled().len());
                }
                // The client has closed its half too, or is gone.
                _ => break,
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests;
