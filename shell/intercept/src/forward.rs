//! One request that names its host whole (RFC 9112 §3.2.2), sent on over a connection of its own.

use crate::Plain;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{
    CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue, TE, TRAILER, UPGRADE, VIA,
};
use hyper::{Request, Response, Uri, Version};
use hyper_util::rt::TokioIo;
use linger::Watched;

/// What the next one is told of us (RFC 9110 §7.6.3).
const PSEUDONYM: HeaderValue = HeaderValue::from_static("1.1 ringback");

/// Sends a request on, and brings the answer's head; the bodies stream.
pub async fn forward(
    mut request: Request<Watched<Incoming>>,
    stream: Plain,
) -> hyper::Result<Response<Incoming>> {
    origin_form(&mut request);
    pass_on(request.headers_mut());
    let (mut sender, connection) = http1::Builder::new()
        .preserve_header_case(true)
        .handshake(TokioIo::new(stream))
        .await?;
    // It ends with the answer's body, or when nobody waits for that any more.
    tokio::spawn(connection);
    let mut response = sender.send_request(request).await?;
    pass_on(response.headers_mut());
    *response.version_mut() = Version::HTTP_11;
    Ok(response)
}

/// The target as a server itself is asked for it (RFC 9112 §3.2.1); the host it named goes before
/// a `Host` of another name (§3.2.2).
fn origin_form<B>(request: &mut Request<B>) {
    let uri = request.uri();
    let host = uri.authority().map(|authority| {
        // No user name and no password: they aren't for the server's eyes here.
        let host = authority.as_str();
        host.rsplit_once('@')
            .map_or(host, |(_, host)| host)
            .to_owned()
    });
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let path = if path.is_empty() { "/" } else { path };
    let origin = path.parse().unwrap_or_else(|_| Uri::from_static("/"));
    *request.uri_mut() = origin;
    *request.version_mut() = Version::HTTP_11;
    if let Some(host) = host.and_then(|host| HeaderValue::from_str(&host).ok()) {
        request.headers_mut().insert(HOST, host);
    }
}

/// Takes away what was meant for us (RFC 9110 §7.6.1), and says that we stood in between. How long
/// a body is, hyper says by itself.
fn pass_on(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    let always = [
        CONNECTION,
        TE,
        TRAILER,
        UPGRADE,
        HeaderName::from_static("keep-alive"),
        HeaderName::from_static("proxy-connection"),
        HeaderName::from_static("proxy-authorization"),
        HeaderName::from_static("proxy-authenticate"),
        HeaderName::from_static("transfer-encoding"),
    ];
    for name in named.into_iter().chain(always) {
        // A client that calls these private to the connection means no good.
        if name != HOST {
            headers.remove(name);
        }
    }
    headers.append(VIA, PSEUDONYM);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_becomes_a_path_and_the_host_is_kept() {
        for (uri, path, host) in [
            (
                "http://api.twilio.com/a?b=c%20d",
                "/a?b=c%20d",
                "api.twilio.com",
            ),
            ("http://example.com:8080", "/", "example.com:8080"),
            ("http://u:p@example.com/x", "/x", "example.com"),
            ("http://[::1]:9/?q", "/?q", "[::1]:9"),
        ] {
            let request = Request::builder().uri(uri).header("Host", "other");
            let mut request = request.body(()).unwrap();
            origin_form(&mut request);
            assert_eq!(request.uri().to_string(), path, "{uri}");
            assert_eq!(request.headers()["host"], host, "{uri}");
        }
    }

    #[test]
    fn what_was_meant_for_the_proxy_stays_with_it() {
        let request = Request::builder()
            .header("Connection", "close, X-Mine")
            .header("Connection", "Host")
            .header("Proxy-Authorization", "Basic secret")
            .header("Proxy-Connection", "keep-alive")
            .header("Transfer-Encoding", "chunked")
            .header("X-Mine", "1")
            .header("X-Theirs", "2")
            .header("Host", "example.com")
            .header("Via", "1.0 other")
            .body(());
        let mut headers = request.unwrap().headers().clone();
        pass_on(&mut headers);
        let mut names: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["host", "via", "x-theirs"]);
        let via: Vec<_> = headers.get_all("via").iter().collect();
        assert_eq!(via, ["1.0 other", "1.1 ringback"]);
    }
}
