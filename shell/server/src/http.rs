//! The HTTP listener: accepts connections, with TLS or without, and hands requests to the API,
//! to `/health` and to `/metrics`.

use crate::certificate::Certificate;
use crate::metrics::Metrics;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use linger::Watched;
use model::limit;
use rest::{Body, Cut, Lenient, Rest};
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tracing::debug;

/// What requests are answered from.
#[derive(Clone)]
pub struct Site {
    /// The API.
    pub rest: Rest,
    /// The figures of `/metrics`.
    pub metrics: Metrics,
    /// Whether calls can be placed: `/health`.
    pub ready: watch::Receiver<bool>,
}

/// Serves until `stop` is true, then lets open requests end for a moment.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Certificate>,
    site: Site,
    mut stop: watch::Receiver<bool>,
) {
    let acceptor = tls
        .as_ref()
        .map(|certificate| TlsAcceptor::from(certificate.server()));
    if let Some(certificate) = tls {
        tokio::spawn(certificate.follow(Certificate::pace(), stop.clone()));
    }
    let places = Arc::new(Semaphore::new(limit::HTTP_CONNECTIONS_MAX));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        // Out of file descriptors, or gone already: the next one may be better.
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(Duration::from_millis(limit::ACCEPT_PAUSE_MS)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            continue;
        };
        let (site, acceptor, stop) = (site.clone(), acceptor.clone(), stop.clone());
        tokio::spawn(async move {
            let _place = place;
            // Small answers must not wait for more.
            let _ = stream.set_nodelay(true);
            accept(stream, peer, acceptor, site, stop).await;
        });
    }
    drop(listener);
    let all = limit::HTTP_CONNECTIONS_MAX as u32;
    let patience = Duration::from_millis(limit::STOP_MS);
    // Whoever hasn't ended by then is cut off.
    let _ = tokio::time::timeout(patience, places.acquire_many(all)).await;
}

async fn accept(
    stream: TcpStream,
    peer: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    site: Site,
    stop: watch::Receiver<bool>,
) {
    match acceptor {
        None => converse(stream, peer, site, stop).await,
        Some(acceptor) => {
            let patience = Duration::from_millis(limit::API_HEADER_MS);
            match tokio::time::timeout(patience, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => converse(stream, peer, site, stop).await,
                Ok(Err(error)) => debug!(%error, "TLS handshake failed"),
                Err(_) => debug!("TLS handshake took too long"),
            }
        }
    }
}

/// Serves one connection, in plain text or with its TLS ended, until it ends or `stop` is true.
pub(crate) async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    site: Site,
    mut stop: watch::Receiver<bool>,
) {
    let cut = Cut::default();
    let asked = cut.clone();
    let (stream, tail) = linger::pair(stream);
    let service = service_fn(move |mut request: Request<Incoming>| {
        let (site, tail) = (site.clone(), tail.clone());
        request.extensions_mut().insert(cut.clone());
        async move {
            let mut response = site.answer(tail.watch(request), peer.ip()).await;
            tail.mark(&mut response);
            Ok::<_, Infallible>(response)
        }
    });
    let stream = TokioIo::new(Lenient::new(stream));
    let connection = rest::connection().serve_connection(stream, service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        _ = async { stop.wait_for(|stop| *stop).await.map(|_| ()) } => None,
        () = asked.asked() => return debug!("HTTP connection cut: its client takes nothing"),
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        debug!(%error, "HTTP connection ended");
    }
}

impl Site {
    async fn answer(
        &self,
        mut request: Request<Watched<Incoming>>,
        peer: IpAddr,
    ) -> Response<Body> {
        let path = request.uri().path();
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        match path {
            "/health" if reads => {
                if *self.ready.borrow() {
                    text(StatusCode::OK, "ok\n".to_owned())
                } else {
                    text(StatusCode::SERVICE_UNAVAILABLE, "starting\n".to_owned())
                }
            }
            // Figures tell of customers' traffic: they are for this machine's own collector.
            "/metrics" if reads && peer.to_canonical().is_loopback() => {
                self.metrics.streams.set(self.rest.streams() as i64);
                text(StatusCode::OK, self.metrics.render())
            }
            _ => {
                request.extensions_mut().insert(rest::Peer(peer));
                self.rest.answer(request).await
            }
        }
    }
}

fn text(status: StatusCode, text: String) -> Response<Body> {
    let mut response = Response::new(Body::whole(text));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}
