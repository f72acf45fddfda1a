//! A proxy for clients on this machine: apps that speak to the API's own hosts reach this one, and
//! need no change at all.
//!
//! It answers `CONNECT` for the API's hosts: it ends TLS with a certificate of a local authority,
//! and hands the plain stream to whoever serves the API, who sees the request as it was sent, its
//! `Host` included. Every other host is tunnelled unread. It knows nothing of calls.

mod authority;
mod forward;
mod host;
mod leaves;
mod proxy;
mod trust;
mod tunnel;

pub use authority::{Authority, Leaf, Origin};
pub use host::{Verdict, judge, permitted};
pub use leaves::Leaves;
pub use proxy::{Door, Proxy, admits};
pub use trust::{Base, Trust};

use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use tokio::io::{AsyncRead, AsyncWrite};

/// Why the proxy can't be started: one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterceptError(String);

impl InterceptError {
    fn new(text: impl Into<String>) -> InterceptError {
        InterceptError(text.into())
    }
}

impl fmt::Display for InterceptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InterceptError {}

/// A connection whose TLS has been ended, or that never had any.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Such a connection, of any kind.
pub type Plain = Box<dyn Stream>;

/// Whoever serves the API.
pub trait Api: Clone + Send + Sync + 'static {
    /// Serves one connection, HTTP/1.1 in plain text, until it ends.
    fn serve(&self, stream: Plain, peer: SocketAddr) -> impl Future<Output = ()> + Send;
}
