//! Connections to applications: made, kept while they are fresh, and bounded per host.
//!
//! The pool is ours rather than a library's because each request brings its own deadlines for
//! connecting and reading, and each phase that fails has its own number.

use super::body::{Body, Rest};
use super::fault::{self, Fault};
use super::reach::Reach;
use super::tls::{Manner, Tls};
use super::url::Url;
use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::{http1, http2};
use hyper::header::{HeaderMap, HeaderValue};
use hyper_util::rt::{TokioExecutor, TokioIo};
use model::{Span, WebhookTiming, limit};
use rustls::pki_types::ServerName;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

/// What one attempt may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub connect: Duration,
    pub read: Duration,
    /// The end of everything.
    pub deadline: Instant,
    /// The body is cut after so many bytes.
    pub body_bytes_max: usize,
    pub manner: Manner,
}

/// One request, ready to be sent.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    pub method: hyper::Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// What the signature among the headers is of.
    pub signed: Arc<str>,
}

/// When each phase of a request began and how long it took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phases {
    begun: Instant,
    pub waited: Option<Duration>,
    pub lookup: Option<Duration>,
    pub connect: Option<Duration>,
    pub tls: Option<Duration>,
    pub first_byte: Option<Duration>,
}

impl Phases {
    pub fn begin() -> Phases {
        Phases {
            begun: Instant::now(),
            waited: None,
            lookup: None,
            connect: None,
            tls: None,
            first_byte: None,
        }
    }

    /// As the journal keeps them; the whole is over now.
    pub fn timing(&self, queued: Option<Span>) -> WebhookTiming {
        let span = |phase: Duration| Span(u64::try_from(phase.as_micros()).unwrap_or(u64::MAX));
        WebhookTiming {
            queued,
            waited: self.waited.map(span),
            lookup: self.lookup.map(span),
            connect: self.connect.map(span),
            tls: self.tls.map(span),
            first_byte: self.first_byte.map(span),
            whole: span(self.begun.elapsed()),
        }
    }
}

/// An answer whose body is coming.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Body,
}

/// Documents and callbacks wait in different lines, so that a hanging callback address on the
/// same host can't keep a call from its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Lane {
    Document,
    Callback,
    Media,
    /// What somebody asks to be sent again stands behind nobody's call.
    Replay,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Origin {
    /// With TLS, in which manner.
    tls: Option<Manner>,
    host: String,
    port: u16,
}

enum Sender {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

/// A connection that carries one request at a time, and where it leads.
pub(super) struct Way {
    origin: Origin,
    sender: http1::SendRequest<Full<Bytes>>,
}

struct Idle {
    sender: http1::SendRequest<Full<Bytes>>,
    since: Instant,
}

#[derive(Default)]
struct Kept {
    idle: HashMap<Origin, Vec<Idle>>,
    shared: HashMap<Origin, http2::SendRequest<Full<Bytes>>>,
    lanes: HashMap<(Lane, String), Arc<Semaphore>>,
}

/// All connections of the process to applications.
pub(super) struct Pool {
    kept: Mutex<Kept>,
    reach: Reach,
    tls: Tls,
    /// Requests under way to one host at once.
    per_host: usize,
}

impl Pool {
    pub fn new(reach: Reach, tls: Tls, per_host: usize) -> Pool {
        Pool {
            kept: Mutex::default(),
            reach,
            tls,
            per_host,
        }
    }

    /// Sends a request and reads the head of its answer, on a kept connection if there is a
    /// fresh one.
    pub async fn exchange(
        self: &Arc<Pool>,
        lane: Lane,
        exchange: &Exchange,
        bounds: Bounds,
        phases: &mut Phases,
    ) -> Result<Answer, Fault> {
        let place = self.place(lane, &exchange.url.host, bounds).await;
        phases.waited = Some(phases.begun.elapsed());
        let place = place?;
        let origin = Origin {
            tls: exchange.url.tls.then_some(bounds.manner),
            host: exchange.url.host.clone(),
            port: exchange.url.port_or_default(),
        };
        while let Some(sender) = self.take(&origin) {
            match send(sender, exchange, bounds, phases).await {
                // The application closed an unused connection just as we took it: nothing of
                // the answer was seen, so the request goes out on a fresh one.
                Err(Failure::Stale) => {
                    self.kept().shared.remove(&origin);
                }
                Err(Failure::Fault(fault)) => return Err(fault),
                Ok(came) => return Ok(self.answer(origin, came, bounds, place)),
            }
        }
        let sender = self.connect(&origin, bounds, phases).await?;
        match send(sender, exchange, bounds, phases).await {
            Ok(came) => Ok(self.answer(origin, came, bounds, place)),
            Err(Failure::Fault(fault)) => Err(fault),
            Err(Failure::Stale) => {
                let text = "it was closed before an answer came";
                Err(Fault::Connection(text.to_owned()))
            }
        }
    }

    fn answer(
        self: &Arc<Pool>,
        origin: Origin,
        (response, sender): Came,
        bounds: Bounds,
        place: OwnedSemaphorePermit,
    ) -> Answer {
        let (head, incoming) = response.into_parts();
        let rest = Rest {
            incoming,
            pool: self.clone(),
            way: sender.map(|sender| Way { origin, sender }),
            bounds,
            room: bounds.body_bytes_max,
            place,
        };
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: Body::coming(rest),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn with this host.
    async fn place(
        &self,
        lane: Lane,
        host: &str,
        bounds: Bounds,
    ) -> Result<OwnedSemaphorePermit, Fault> {
        let turns = {
            let mut kept = self.kept();
            if kept.lanes.len() > LANES_BEFORE_SWEEP {
                kept.lanes.retain(|_, turns| Arc::strong_count(turns) > 1);
            }
            // Callbacks have had their turn in the outbox: none of them waits again.
            let most = match lane {
                Lane::Callback => limit::CALLBACKS_AT_ONCE_MAX,
                Lane::Document | Lane::Media => self.per_host,
                Lane::Replay => limit::REPLAYS_PER_HOST_MAX,
            };
            let turns = kept.lanes.entry((lane, host.to_owned()));
            turns
                .or_insert_with(|| Arc::new(Semaphore::new(most)))
                .clone()
        };
        match timeout_at(bounds.deadline, turns.acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(Fault::Crowded),
        }
    }

    fn take(&self, origin: &Origin) -> Option<Sender> {
        let mut kept = self.kept();
        if let Some(sender) = kept.shared.get(origin) {
            if !sender.is_closed() {
                return Some(Sender::Http2(sender.clone()));
            }
            kept.shared.remove(origin);
        }
        let oldest = Instant::now().checked_sub(Duration::from_millis(limit::WEBHOOK_IDLE_MS));
        kept.idle.retain(|_, idle| {
            idle.retain(|one| !one.sender.is_closed() && oldest.is_none_or(|at| one.since > at));
            !idle.is_empty()
        });
        kept.idle
            .get_mut(origin)?
            .pop()
            .map(|idle| Sender::Http1(idle.sender))
    }

    /// Takes a connection back whose answer has come whole.
    pub fn keep(&self, way: Way) {
        let mut kept = self.kept();
        let idle = kept.idle.entry(way.origin).or_default();
        if idle.len() < limit::WEBHOOK_IDLE_PER_HOST_MAX && !way.sender.is_closed() {
            idle.push(Idle {
                sender: way.sender,
                since: Instant::now(),
            });
        }
    }

    async fn connect(
        &self,
        origin: &Origin,
        bounds: Bounds,
        phases: &mut Phases,
    ) -> Result<Sender, Fault> {
        let reached = self
            .reach
            .connect(&origin.host, origin.port, bounds, phases);
        let stream = reached.await?;
        let _ = stream.set_nodelay(true);
        let Some(manner) = origin.tls else {
            return within_connect(bounds, handshake1(stream)).await?;
        };
        let bare = origin
            .host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let name = ServerName::try_from(bare).map_err(|error| Fault::Host(error.to_string()))?;
        let connector = TlsConnector::from(self.tls.config(manner));
        let begun = Instant::now();
        let agreed = within_connect(bounds, connector.connect(name, stream)).await;
        phases.tls = Some(begun.elapsed());
        let stream = agreed
            .map_err(|fault| match fault {
                Fault::ConnectTimeout => Fault::Tls("the handshake took too long".to_owned()),
                fault => fault,
            })?
            .map_err(|error| fault::of_tls(&error))?;
        if stream.get_ref().1.alpn_protocol() != Some(b"h2") {
            return within_connect(bounds, handshake1(stream)).await?;
        }
        let made = http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
        let (sender, connection) = within_connect(bounds, made)
            .await?
            .map_err(|error| fault::of_exchange(&error))?;
        tokio::spawn(connection);
        self.kept().shared.insert(origin.clone(), sender.clone());
        Ok(Sender::Http2(sender))
    }
}

/// The head of an answer, and the connection it came by if nobody else uses that.
type Came = (
    hyper::Response<hyper::body::Incoming>,
    Option<http1::SendRequest<Full<Bytes>>>,
);

async fn send(
    sender: Sender,
    exchange: &Exchange,
    bounds: Bounds,
    phases: &mut Phases,
) -> Result<Came, Failure> {
    let begun = Instant::now();
    let came = send_on(sender, exchange, bounds).await;
    phases.first_byte = came.is_ok().then(|| begun.elapsed());
    came
}

async fn send_on(sender: Sender, exchange: &Exchange, bounds: Bounds) -> Result<Came, Failure> {
    match sender {
        Sender::Http1(mut sender) => {
            within(bounds, sender.ready())
                .await?
                .map_err(|_| Failure::Stale)?;
            let request = request(exchange, false)?;
            let response = within(bounds, sender.send_request(request)).await?;
            let response = response.map_err(|error| stale_or_fault(&error))?;
            Ok((response, Some(sender)))
        }
        Sender::Http2(mut sender) => {
            within(bounds, sender.ready())
                .await?
                .map_err(|_| Failure::Stale)?;
            let request = request(exchange, true)?;
            let response = within(bounds, sender.send_request(request)).await?;
            let response = response.map_err(|error| stale_or_fault(&error))?;
            Ok((response, None))
        }
    }
}

/// Hosts with a line before those without one are forgotten.
const LANES_BEFORE_SWEEP: usize = 1_024;

enum Failure {
    /// A kept connection turned out to be closed.
    Stale,
    Fault(Fault),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Failure::Fault(fault)
    }
}

fn stale_or_fault(error: &hyper::Error) -> Failure {
    let nothing_came = error.is_canceled() || error.is_closed() || error.is_incomplete_message();
    let reset = std::error::Error::source(error)
        .and_then(|source| source.downcast_ref::<std::io::Error>())
        .is_some_and(|source| {
            matches!(
                source.kind(),
                std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::BrokenPipe
            )
        });
    if nothing_came || reset || refused_unseen(error) {
        Failure::Stale
    } else {
        Failure::Fault(fault::of_exchange(error))
    }
}

/// Whether the server says that it never looked at the request: its stream was refused, or began
/// after the server had said farewell (RFC 9113 §8.7).
fn refused_unseen(error: &hyper::Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref());
    cause.is_some_and(|cause: &h2::Error| {
        cause.is_remote()
            && match cause.reason() {
                Some(h2::Reason::REFUSED_STREAM) => true,
                Some(h2::Reason::NO_ERROR) => cause.is_go_away(),
                _ => false,
            }
    })
}

fn request(exchange: &Exchange, whole_uri: bool) -> Result<hyper::Request<Full<Bytes>>, Fault> {
    let url = &exchange.url;
    let unwritable = |_| Fault::Url(model::ErrorCode::URL_FORMAT);
    let uri: hyper::Uri = if whole_uri {
        format!("https://{}{}", url.authority(), url.path)
            .parse()
            .map_err(unwritable)?
    } else {
        url.path.parse().map_err(unwritable)?
    };
    let mut request = hyper::Request::new(Full::new(exchange.body.clone()));
    *request.method_mut() = exchange.method.clone();
    *request.uri_mut() = uri;
    *request.headers_mut() = exchange.headers.clone();
    if !whole_uri {
        let host = HeaderValue::from_str(&url.authority())
            .map_err(|_| Fault::Url(model::ErrorCode::URL_FORMAT))?;
        request.headers_mut().insert(hyper::header::HOST, host);
    }
    Ok(request)
}

async fn handshake1<S>(stream: S) -> Result<Sender, Fault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let made = http1::Builder::new()
        .max_buf_size(ANSWER_HEAD_BYTES_MAX)
        .handshake(TokioIo::new(stream))
        .await;
    let (sender, connection) = made.map_err(|error| fault::of_exchange(&error))?;
    tokio::spawn(connection);
    Ok(Sender::Http1(sender))
}

/// Status line and headers of an answer; what a hostile application can make us hold.
const ANSWER_HEAD_BYTES_MAX: usize = 64 * 1_024;

async fn within_connect<F: Future>(bounds: Bounds, future: F) -> Result<F::Output, Fault> {
    let until = (Instant::now() + bounds.connect).min(bounds.deadline);
    timeout_at(until, future)
        .await
        .map_err(|_| timed_out(bounds, Fault::ConnectTimeout))
}

pub(super) async fn within<F: Future>(bounds: Bounds, future: F) -> Result<F::Output, Fault> {
    let until = (Instant::now() + bounds.read).min(bounds.deadline);
    timeout_at(until, future)
        .await
        .map_err(|_| timed_out(bounds, Fault::ReadTimeout))
}

pub(super) fn timed_out(bounds: Bounds, phase: Fault) -> Fault {
    if Instant::now() >= bounds.deadline {
        Fault::TotalTimeout
    } else {
        phase
    }
}
