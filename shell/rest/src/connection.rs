//! How a connection is served: bounds on what a client may send and how long it may take.

use hyper::server::conn::http1::Builder;
use hyper_util::rt::TokioTimer;
use model::limit;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// HTTP/1.1 with a deadline for headers and a bound on their size. Serve a connection with
/// `connection().serve_connection(TokioIo::new(Lenient::new(stream)), service_fn(|request| …))`.
pub fn connection() -> Builder {
    let mut builder = Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(limit::API_HEADER_MS))
        .max_buf_size(limit::API_HEADERS_BYTES_MAX)
        .half_close(false)
        .keep_alive(true);
    builder
}

/// Cuts the connection that a request came on, for one whose client takes nothing any more. Whoever
/// owns the socket puts it into the request's extensions and waits for it.
#[derive(Debug, Clone, Default)]
pub struct Cut(Arc<Notify>);

impl Cut {
    /// The connection is to be closed at once.
    pub fn now(&self) {
        self.0.notify_one();
    }

    /// Until it is to be closed.
    pub async fn asked(&self) {
        self.0.notified().await;
    }
}
