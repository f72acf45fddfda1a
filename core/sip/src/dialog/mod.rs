//! A dialog: identity, sequence numbers, route set and remote target (RFC 3261 §12).

pub(crate) mod offer;
pub(crate) mod reliable;
pub(crate) mod session_timer;

#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};

use crate::message::header::NameAddr;
use crate::message::{HeaderName, Headers, Method, Request, Response, SipUri, Uri};
use crate::transport::{Flow, Hop, Transport};

/// One dialog as our side sees it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dialog {
    /// Call-ID.
    pub(crate) call_id: String,
    /// Our From or To with its tag, as it stands in From of our requests.
    pub(crate) local: String,
    /// The far end's, as it stands in To of our requests.
    pub(crate) remote: String,
    /// The far end's tag; empty for a peer of RFC 2543.
    pub(crate) remote_tag: String,
    /// CSeq of our last request.
    pub(crate) local_seq: u32,
    /// CSeq of the far end's last request, once it made one.
    pub(crate) remote_seq: Option<u32>,
    /// The far end's Contact.
    pub(crate) target: Uri,
    /// The route set, our first hop first.
    pub(crate) routes: Vec<String>,
    /// The way the dialog was made by.
    pub(crate) flow: Flow,
    /// Whether requests always go by that way: connections, our own network, phones behind NAT.
    pub(crate) pinned: bool,
}

impl Dialog {
    /// The dialog that a response to our request makes (RFC 3261 §12.1.2); `None` if it makes
    /// none.
    pub(crate) fn of_response(response: &Response, flow: Flow) -> Option<Dialog> {
        let headers = &response.headers;
        let to = headers.to().ok()?;
        let mut routes = values(headers, HeaderName::RecordRoute);
        routes.reverse();
        Some(Dialog {
            call_id: headers.call_id().ok()?.to_owned(),
            local: headers.value(HeaderName::From)?.to_owned(),
            remote: headers.value(HeaderName::To)?.to_owned(),
            remote_tag: to.tag().unwrap_or_default().to_owned(),
            local_seq: headers.cseq().ok()?.number,
            remote_seq: None,
            // A Contact is a must in a 2xx; a far end that forgets it is reached at its To.
            target: headers.contact().map_or(to.uri, |contact| contact.uri),
            routes,
            flow,
            pinned: is_bound(&flow),
        })
    }

    /// The dialog that an INVITE to us makes (RFC 3261 §12.1.1), our To tag given.
    pub(crate) fn of_request(request: &Request, local: &str, flow: Flow) -> Option<Dialog> {
        let headers = &request.headers;
        let from = headers.from_().ok()?;
        Some(Dialog {
            call_id: headers.call_id().ok()?.to_owned(),
            local: local.to_owned(),
            remote: headers.value(HeaderName::From)?.to_owned(),
            remote_tag: from.tag().unwrap_or_default().to_owned(),
            local_seq: 0,
            remote_seq: Some(headers.cseq().ok()?.number),
            target: headers.contact().map_or(from.uri, |contact| contact.uri),
            routes: values(headers, HeaderName::RecordRoute),
            flow,
            pinned: is_bound(&flow),
        })
    }

    /// A request within the dialog, CSeq counted on; ACK and CANCEL take the INVITE's number.
    pub(crate) fn request(&mut self, method: Method) -> Request {
        self.local_seq += 1;
        self.numbered(method, self.local_seq)
    }

    /// The ACK of a 2xx to the INVITE of this number (RFC 3261 §13.2.2.4).
    pub(crate) fn ack(&self, number: u32) -> Request {
        self.numbered(Method::Ack, number)
    }

    /// RFC 3261 §12.2.1.1, loose and strict routing.
    fn numbered(&self, method: Method, number: u32) -> Request {
        let mut uri = self.target.clone();
        let mut routes = self.routes.clone();
        if let Some(first) = self.first_route()
            && !first.is_loose()
        {
            routes.remove(0);
            routes.push(format!("<{}>", self.target));
            uri = Uri::Sip(first);
        }
        let mut request = Request::new(method, uri);
        let headers = &mut request.headers;
        for route in &routes {
            headers.push(HeaderName::Route, route);
        }
        headers.push(HeaderName::MaxForwards, model::limit::MAX_FORWARDS);
        headers.push(HeaderName::From, &self.local);
        headers.push(HeaderName::To, &self.remote);
        headers.push(HeaderName::CallId, &self.call_id);
        let method = &request.method;
        headers.push(HeaderName::CSeq, format_args!("{number} {method}"));
        request
    }

    /// Whether a request of the far end's comes in order (RFC 3261 §12.2.2); counts it if so.
    pub(crate) fn accepts(&mut self, number: u32) -> bool {
        if self.remote_seq.is_some_and(|last| number <= last) {
            return false;
        }
        self.remote_seq = Some(number);
        true
    }

    /// Takes over the Contact of a target refresh: INVITE, UPDATE, and their 2xx (§12.2.1.2).
    pub(crate) fn refresh(&mut self, headers: &Headers) {
        if let Ok(contact) = headers.contact() {
            self.target = contact.uri;
        }
    }

    /// Where a request of ours goes; `None` for the way the dialog was made by. A name is not
    /// looked up again within a call: its peer is the one we have spoken with.
    pub(crate) fn hop(&self) -> Option<Hop> {
        if self.pinned {
            return None;
        }
        let first = self.first_route();
        let uri = first.as_ref().or(self.target.as_sip())?;
        let hop = hop_of(uri)?;
        // A private address named by a peer outside is behind its NAT.
        let outside = !is_private(self.flow.remote.ip()) && !self.flow.remote.ip().is_loopback();
        let unreachable = outside && is_private(hop.address.ip());
        (!unreachable).then_some(hop)
    }

    fn first_route(&self) -> Option<SipUri> {
        let first: NameAddr = self.routes.first()?.parse().ok()?;
        first.uri.as_sip().cloned()
    }
}

/// The hop a URI names outright: an address, with transport and port (RFC 3263 §4.1).
pub(crate) fn hop_of(uri: &SipUri) -> Option<Hop> {
    let host = match uri.params.value("maddr") {
        Some(maddr) => maddr.parse().ok()?,
        None => uri.host.clone(),
    };
    let transport = transport_of(uri)?;
    let port = uri.port.unwrap_or(transport.default_port());
    Some(Hop {
        transport,
        address: SocketAddr::new(host.ip()?, port),
    })
}

/// What carries requests to a URI (RFC 3263 §4.1); `None` for one we do not speak.
pub(crate) fn transport_of(uri: &SipUri) -> Option<Transport> {
    let named = uri.transport().map(str::to_ascii_lowercase);
    Some(match (named.as_deref(), uri.secure) {
        (None, false) | (Some("udp"), false) => Transport::Udp,
        (Some("tcp"), false) => Transport::Tcp,
        (None, true) | (Some("tls"), _) | (Some("tcp"), true) => Transport::Tls,
        (Some("ws"), false) => Transport::Ws,
        (Some("ws"), true) | (Some("wss"), _) => Transport::Wss,
        _ => return None,
    })
}

fn is_bound(flow: &Flow) -> bool {
    flow.connection != 0 || flow.transport == Transport::Memory
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.is_unspecified(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unspecified() || v6.segments()[0] >> 9 == 0x7e,
    }
}

fn values(headers: &Headers, name: HeaderName) -> Vec<String> {
    headers.elements(name).map(str::to_owned).collect()
}
