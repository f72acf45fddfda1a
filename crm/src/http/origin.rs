//! From where something is asked.

use crate::app::App;
use crate::rate::Origin;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Who opened the connection, as the listener knows.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// From where a request comes: from whoever opened the connection; where that is a proxy of ours,
/// from whom it says.
impl FromRequestParts<App> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Origin, Infallible> {
        // Only what doesn't come over the listener has no peer.
        let nobody = Peer(Ipv4Addr::UNSPECIFIED.into());
        let peer = parts.extensions.get().copied().unwrap_or(nobody);
        Ok(Origin::from(believed(peer.0, &app.proxies, &parts.headers)))
    }
}

/// The last one in `X-Forwarded-For` that isn't a proxy of ours: what stands before it, whoever
/// asks can have written.
fn believed(peer: IpAddr, proxies: &[IpAddr], headers: &HeaderMap) -> IpAddr {
    let mut at = peer.to_canonical();
    let told = headers.get_all("x-forwarded-for");
    let told: Vec<&str> = told
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let mut told = told.iter().rev().flat_map(|value| value.rsplit(','));
    while proxies.contains(&at) {
        match told.next().and_then(address) {
            Some(before) => at = before,
            None => break,
        }
    }
    at
}

/// An address as proxies write it: with a port or without.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse();
    let address = address.or_else(|_| text.parse().map(|at: SocketAddr| at.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, told: &[&'static str]) -> String {
        let proxies = ["127.0.0.1", "10.0.0.7"].map(|text| text.parse().unwrap());
        let mut headers = HeaderMap::new();
        for value in told {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        believed(peer.parse().unwrap(), &proxies, &headers).to_string()
    }

    #[test]
    fn only_our_proxies_are_believed_and_only_what_they_wrote() {
        assert_eq!(from("192.0.2.1", &["192.0.2.9"]), "192.0.2.1");
        assert_eq!(from("127.0.0.1", &["192.0.2.9"]), "192.0.2.9");
        assert_eq!(from("::ffff:127.0.0.1", &["192.0.2.9"]), "192.0.2.9");
        assert_eq!(from("127.0.0.1", &["1.1.1.1, 192.0.2.9"]), "192.0.2.9");
        assert_eq!(
            from("127.0.0.1", &["1.1.1.1", "192.0.2.9,10.0.0.7"]),
            "192.0.2.9"
        );
        // Nothing that can be read: the proxy itself.
        assert_eq!(from("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(from("127.0.0.1", &["1.1.1.1, unknown"]), "127.0.0.1");
    }

    #[test]
    fn addresses_are_read_with_a_port_and_without() {
        for (text, wanted) in [
            (" 192.0.2.9 ", "192.0.2.9"),
            ("192.0.2.9:4711", "192.0.2.9"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
        ] {
            assert_eq!(address(text).unwrap().to_string(), wanted, "{text}");
        }
        assert_eq!((address("unknown"), address("")), (None, None));
    }
}
