//! The listener: who may come in, and what is done for each request.

use crate::forward::forward;
use crate::host::{self, Verdict, judge};
use crate::leaves::Leaves;
use crate::tunnel::carry;
use crate::{Api, InterceptError, Plain};
use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper::ext::ReasonPhrase;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::http::uri::Authority as Target;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::Upgraded;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use linger::Watched;
use model::limit;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::io::duplex;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tracing::{debug, warn};

type Body = UnsyncBoxBody<Bytes, hyper::Error>;

/// The body of what a client asks.
type Asked = Watched<Incoming>;

const HTTP: u16 = 80;
const HTTPS: u16 = 443;

/// Whether a client at this address may use the proxy: it must sit on this machine.
pub fn admits(peer: IpAddr) -> bool {
    peer.to_canonical().is_loopback()
}

/// The port, taken and not yet served.
#[derive(Debug)]
pub struct Door {
    listener: TcpListener,
    /// Where it is.
    pub address: SocketAddr,
}

impl Door {
    /// Takes the port.
    pub async fn open(at: SocketAddr) -> Result<Door, InterceptError> {
        if !admits(at.ip()) {
            return Err(InterceptError::new(format!(
                "the proxy is for apps on this machine and can't listen on {at}: choose a port \
                 of 127.0.0.1"
            )));
        }
        let fault = |error| InterceptError::new(format!("the proxy can't listen on {at}: {error}"));
        let listener = TcpListener::bind(at).await.map_err(fault)?;
        let address = listener.local_addr().map_err(fault)?;
        Ok(Door { listener, address })
    }
}

/// The proxy. Clones share it.
#[derive(Debug, Clone)]
pub struct Proxy<A> {
    /// What ends TLS for the API's hosts.
    pub leaves: Arc<Leaves>,
    /// Who serves the API.
    pub api: A,
    /// Whether the vendor's other hosts are let through.
    pub pass: bool,
}

/// One client's connection.
#[derive(Debug, Clone)]
struct Client {
    peer: SocketAddr,
    /// Held for as long as anything of it goes on.
    place: Arc<OwnedSemaphorePermit>,
    stop: watch::Receiver<bool>,
}

impl<A: Api> Proxy<A> {
    /// Serves until `stop` is true. Tunnels are cut then; the API ends its own requests in order.
    pub async fn serve(self, door: Door, mut stop: watch::Receiver<bool>) {
        let places = Arc::new(Semaphore::new(limit::INTERCEPT_CONNECTIONS_MAX));
        loop {
            let accepted = tokio::select! {
                accepted = door.listener.accept() => accepted,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            // Out of file descriptors, or gone already: the next one may be better.
            let Ok((stream, peer)) = accepted else {
                tokio::time::sleep(Duration::from_millis(limit::ACCEPT_PAUSE_MS)).await;
                continue;
            };
            if !admits(peer.ip()) {
                warn!(%peer, "a client that isn't on this machine was refused by the proxy");
                continue;
            }
            let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                warn!(%peer, "the proxy has as many connections as it may have");
                continue;
            };
            let client = Client {
                peer,
                place: Arc::new(place),
                stop: stop.clone(),
            };
            // Small pieces must not wait for more.
            let _ = stream.set_nodelay(true);
            tokio::spawn(self.clone().converse(stream, client));
        }
        drop(door);
        let all = limit::INTERCEPT_CONNECTIONS_MAX as u32;
        let patience = Duration::from_millis(limit::STOP_MS);
        // Whoever hasn't ended by then is cut off.
        let _ = timeout(patience, places.acquire_many(all)).await;
    }

    async fn converse(self, stream: TcpStream, client: Client) {
        let mut stop = client.stop.clone();
        let (stream, tail) = linger::pair(stream);
        let service = service_fn(move |request| {
            let (proxy, client, tail) = (self.clone(), client.clone(), tail.clone());
            async move {
                let mut response = proxy.answer(tail.watch(request), client).await;
                tail.mark(&mut response);
                Ok::<_, Infallible>(response)
            }
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(Duration::from_millis(limit::INTERCEPT_HEADER_MS))
            .max_buf_size(limit::INTERCEPT_HEADERS_BYTES_MAX)
            .preserve_header_case(true)
            // An answer to CONNECT has no header at all: the PHP library knows it by its bytes.
            .auto_date_header(false)
            .half_close(false);
        let connection = http
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => Some(ended),
            _ = async { stop.wait_for(|stop| *stop).await.map(|_| ()) } => None,
        };
        let ended = match ended {
            Some(ended) => ended,
            None => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            debug!(%error, "a connection to the proxy ended");
        }
    }

    async fn answer(&self, request: Request<Asked>, client: Client) -> Response<Body> {
        if request.method() == Method::CONNECT {
            return self.connect(request, client).await;
        }
        let uri = request.uri();
        let (Some(scheme), Some(target)) = (uri.scheme_str(), uri.authority().cloned()) else {
            return refused(
                StatusCode::BAD_REQUEST,
                "this is the proxy of ringback dev: name it in HTTPS_PROXY, and ask for the API's \
                 own hosts",
            );
        };
        let stream = match (self.judge(&target), scheme) {
            (Verdict::Unserved, _) => return unserved(&target),
            // Also with `https`: what some clients send that know no CONNECT. Nothing is read
            // that wasn't sent in plain text.
            (Verdict::Answered, _) => self.pipe(&client),
            (Verdict::Other, "http") => match reach(&target, HTTP).await {
                Ok(stream) => Box::new(stream),
                Err(refusal) => return refusal,
            },
            (Verdict::Other, _) => {
                return refused(
                    StatusCode::NOT_IMPLEMENTED,
                    "for https this proxy takes CONNECT alone: it reads nothing of other hosts",
                );
            }
        };
        match forward(request, stream).await {
            Ok(response) => response.map(BodyExt::boxed_unsync),
            Err(error) => {
                debug!(%error, host = target.host(), "a request could not be sent on");
                let text = format!("{} did not answer: {error}", target.host());
                refused(StatusCode::BAD_GATEWAY, &text)
            }
        }
    }

    fn judge(&self, target: &Target) -> Verdict {
        match judge(target.host()) {
            Verdict::Unserved if self.pass => Verdict::Other,
            verdict => verdict,
        }
    }

    /// A connection to the API that needs no socket.
    fn pipe(&self, client: &Client) -> Plain {
        let (near, far) = duplex(limit::INTERCEPT_BUFFER_BYTES);
        let (api, client) = (self.api.clone(), client.clone());
        tokio::spawn(async move {
            api.serve(Box::new(far), client.peer).await;
            drop(client.place);
        });
        Box::new(near)
    }

    async fn connect(&self, request: Request<Asked>, client: Client) -> Response<Body> {
        let target = request.uri().authority().cloned();
        // RFC 9110 §9.3.6: it names host and port, and nothing else.
        let named = target
            .filter(|target| !target.as_str().contains('@'))
            .and_then(|target| target.port_u16().map(|port| (target, port)));
        let Some((target, port)) = named else {
            return refused(StatusCode::BAD_REQUEST, "CONNECT wants host:port");
        };
        match self.judge(&target) {
            Verdict::Unserved => unserved(&target),
            Verdict::Answered => self.end(request, &target, port, client),
            Verdict::Other => match reach(&target, port).await {
                Ok(there) => {
                    upgraded(request, client, async move |here, mut client| {
                        tokio::select! {
                            () = carry(TokioIo::new(here), there) => {}
                            _ = client.stop.wait_for(|stop| *stop) => {}
                        }
                    });
                    established()
                }
                Err(refusal) => refusal,
            },
        }
    }

    /// The API's own host: its TLS ends here.
    fn end(
        &self,
        request: Request<Asked>,
        target: &Target,
        port: u16,
        client: Client,
    ) -> Response<Body> {
        let api = self.api.clone();
        let acceptor = match port {
            HTTP => None,
            HTTPS => match self.leaves.server(target.host(), SystemTime::now()) {
                Ok(server) => Some(TlsAcceptor::from(server)),
                Err(error) => {
                    warn!(%error, "the proxy has no certificate for a host of the API");
                    return refused(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string());
                }
            },
            _ => {
                let text = format!("{target} is not served by ringback: the API has port 443");
                return refused(StatusCode::BAD_GATEWAY, &text);
            }
        };
        let name = host::canonical(target.host());
        upgraded(request, client, async move |here, client| {
            let stream = TokioIo::new(here);
            let Some(acceptor) = acceptor else {
                return api.serve(Box::new(stream), client.peer).await;
            };
            let patience = Duration::from_millis(limit::INTERCEPT_HEADER_MS);
            match timeout(patience, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => api.serve(Box::new(stream), client.peer).await,
                // The usual reason is the one that a developer looks for.
                Ok(Err(error)) => warn!(
                    %error,
                    host = name,
                    "a client broke off the handshake: does it trust the local authority?"
                ),
                Err(_) => debug!(host = name, "a handshake took too long"),
            }
        });
        established()
    }
}

/// Does this with the connection once its client has had the answer to CONNECT.
fn upgraded<F: Future<Output = ()> + Send + 'static>(
    request: Request<Asked>,
    client: Client,
    work: impl FnOnce(Upgraded, Client) -> F + Send + 'static,
) {
    tokio::spawn(async move {
        let place = Arc::clone(&client.place);
        match hyper::upgrade::on(request).await {
            Ok(stream) => work(stream, client).await,
            Err(error) => debug!(%error, "a client left before its tunnel was open"),
        }
        drop(place);
    });
}

/// A connection to another host.
async fn reach(target: &Target, otherwise: u16) -> Result<TcpStream, Response<Body>> {
    let host = target.host();
    let port = target.port_u16().unwrap_or(otherwise);
    // An IPv6 address stands between brackets in a target, and without them in a socket's.
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let patience = Duration::from_millis(limit::INTERCEPT_CONNECT_MS);
    match timeout(patience, TcpStream::connect((name, port))).await {
        Ok(Ok(stream)) => {
            let _ = stream.set_nodelay(true);
            Ok(stream)
        }
        Ok(Err(error)) => {
            let text = format!("{host}:{port} can't be reached: {error}");
            Err(refused(StatusCode::BAD_GATEWAY, &text))
        }
        Err(_) => {
            let text = format!("{host}:{port} can't be reached: no answer in time");
            Err(refused(StatusCode::GATEWAY_TIMEOUT, &text))
        }
    }
}

/// A host of the vendor's that isn't served: an honest answer rather than real credentials sent to
/// the internet by an app that was thought to run at home.
fn unserved(target: &Target) -> Response<Body> {
    let host = target.host();
    warn!(
        host,
        "not served, and not let through: see --intercept-pass"
    );
    let text = format!("{host} is not served by ringback; --intercept-pass lets it through");
    refused(StatusCode::BAD_GATEWAY, &text)
}

/// The answer to CONNECT that opens the tunnel: this line alone, because the PHP library takes
/// anything else for the answer itself.
fn established() -> Response<Body> {
    let nothing = Empty::new().map_err(|never: Infallible| match never {});
    let mut response = Response::new(nothing.boxed_unsync());
    let reason = ReasonPhrase::from_static(b"Connection established");
    response.extensions_mut().insert(reason);
    response
}

/// A refusal in the form of the API's own, because to a client it is the API's answer: most show
/// the body, Python shows the reason.
fn refused(status: StatusCode, text: &str) -> Response<Body> {
    let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
    let body = format!(
        "{{\"code\": {code}, \"message\": \"{quoted}\", \"status\": {code}}}\n",
        code = status.as_u16()
    );
    let body = Full::new(Bytes::from(body)).map_err(|never: Infallible| match never {});
    let mut response = Response::new(body.boxed_unsync());
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    if let Ok(reason) = ReasonPhrase::try_from(text.as_bytes().to_vec()) {
        response.extensions_mut().insert(reason);
    }
    response
}

#[cfg(test)]
mod tests;
