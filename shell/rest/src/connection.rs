//! How a connection is served: bounds on what a client may send and how long it may take.

use hyper::server::conn::http1::Builder;
use hyper_util::rt::TokioTimer;
use model::limit;
use std::time::Duration;

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
