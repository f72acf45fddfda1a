//! Names of places in the host's name: `api.EDGE.REGION.DOMAIN`.
//!
//! Every name leads to the same API, and paths alone say which: a client that is told an edge and
//! a region asks `api.sydney.au1.…`, and needs nothing but a DNS entry that leads here. What it
//! called us is said back to it: the name in `X-API-Domain`, the region in `X-Home-Region`.

use hyper::header::{HOST, HeaderMap};

/// A name with a region in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The whole name, without a port.
    pub name: String,
    /// Its region.
    pub region: String,
}

/// Reads the `Host` header. `None` if it names no region.
pub fn place(headers: &HeaderMap) -> Option<Place> {
    let host = headers.get(HOST)?.to_str().ok()?;
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    let mut labels = name.split('.');
    let product = labels.next()?;
    if product.is_empty() || !product.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    // `api.REGION.DOMAIN` is what clients write that know a region and no edge.
    let (first, second) = (labels.next()?, labels.next()?);
    let region = [second, first].into_iter().find(|label| is_region(label))?;
    labels.next().map(|_| Place {
        name: name.to_owned(),
        region: region.to_owned(),
    })
}

/// A country or so, and a number: `au1`.
fn is_region(label: &str) -> bool {
    let [a, b, digit] = label.as_bytes() else {
        return false;
    };
    a.is_ascii_lowercase() && b.is_ascii_lowercase() && digit.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(host: &'static str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, hyper::header::HeaderValue::from_static(host));
        place(&headers).map(|place| place.region)
    }

    #[test]
    fn a_region_is_read_where_clients_put_it() {
        assert_eq!(region("api.sydney.au1.example.com").as_deref(), Some("au1"));
        assert_eq!(
            region("api.sao-paulo.br1.example.com:8443").as_deref(),
            Some("br1")
        );
        assert_eq!(region("accounts.ie1.example.com").as_deref(), Some("ie1"));
        for host in [
            "api.example.com",
            "voice.sydney.example.com",
            "127.0.0.1:8080",
            "localhost",
            "au1",
            "api.sydney.au1",
        ] {
            assert_eq!(region(host), None, "{host}");
        }
    }
}
