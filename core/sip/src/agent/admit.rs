//! Requests outside of any call: which INVITEs are let in and as whose, and what all else gets
//! (RFC 3261 §8.2).

use super::digest::{Shown, challenge, check};
use super::uas::Offering;
use super::{ACCEPT, Leg, Line, State, description, passed_on, reoffer, within};
use crate::dialog::session_timer::Session;
use crate::message::header::NameAddr;
use crate::message::{Code, HeaderName, Method, Request, Uri};
use crate::stack::Stack;
use crate::transaction::timer::Armed;
use crate::transport::{Flow, Transport};
use model::address::e164;
use model::signal::{Offered, Origin, SignalEvent};
use model::{Address, LegId, limit};

/// The extensions a far end may require of us.
const KNOWN: [&str; 2] = ["100rel", "timer"];

/// Refuses what no request may ask for: unknown extensions (420), unknown schemes (416).
/// True if the request may go on.
pub(crate) fn inspect(stack: &mut Stack, key: u64, request: &Request) -> bool {
    if request.method != Method::Cancel {
        let unknown: Vec<&str> = request
            .headers
            .elements(HeaderName::Require)
            .filter(|tag| !KNOWN.iter().any(|known| known.eq_ignore_ascii_case(tag)))
            .collect();
        if !unknown.is_empty() {
            let mut response = stack.response(request, Code::BAD_EXTENSION);
            let list = unknown.join(", ");
            response.headers.push(HeaderName::Unsupported, list);
            stack.respond(key, &response);
            return false;
        }
    }
    if matches!(request.uri, Uri::Other(_)) {
        stack.refuse(key, request, Code::UNSUPPORTED_URI_SCHEME);
        return false;
    }
    true
}

/// Answers a request that belongs to no call and is neither INVITE nor REGISTER.
pub(crate) fn answer_other(stack: &mut Stack, key: u64, request: &Request) {
    match &request.method {
        Method::Options => within::answer_options(stack, key, request),
        Method::Refer => super::transfer::answer_refer(stack, key, request),
        Method::Notify => super::transfer::answer_notify(stack, key, request),
        Method::Bye | Method::Cancel | Method::Prack | Method::Update | Method::Info => {
            stack.refuse(key, request, Code::CALL_DOES_NOT_EXIST);
        }
        method => {
            let code = within::refusal_of(method);
            stack.refuse(key, request, code);
        }
    }
}

/// Lets an INVITE in as a new leg, or refuses it.
pub(crate) fn invite(
    stack: &mut Stack,
    id: LegId,
    legs: usize,
    key: u64,
    request: &Request,
    flow: Flow,
) -> Option<Leg> {
    if request.headers.max_forwards() == Some(0) {
        stack.refuse(key, request, Code::TOO_MANY_HOPS);
        return None;
    }
    if legs >= stack.config.legs_max {
        let mut response = stack.response(request, Code::SERVICE_UNAVAILABLE);
        response.headers.push(HeaderName::RetryAfter, RETRY_AFTER_S);
        stack.respond(key, &response);
        return None;
    }
    let origin = origin(stack, key, request, &flow)?;
    let sdp = match description(&request.headers, &request.body) {
        Ok(sdp) => sdp,
        Err(code) => {
            let mut response = stack.response(request, code);
            response.headers.push(HeaderName::Accept, ACCEPT);
            stack.respond(key, &response);
            return None;
        }
    };
    let Ok(session) = Session::of_request(&request.headers, &stack.config.session) else {
        reoffer::refuse_interval(stack, key, request);
        return None;
    };
    stack.transactions.adopt(key, id);
    let trying = stack.response(request, Code::TRYING);
    stack.respond(key, &trying);
    let mut line = Line {
        id,
        tag: stack.tag(id),
        call_id: request.headers.call_id().unwrap_or_default().to_owned(),
        armed: Armed::default(),
        credentials: None,
        sdp: String::new(),
    };
    let offering = Offering::new(&mut line, stack, key, request, flow, session);
    let Some(mut offering) = offering else {
        line.disarm_all(stack);
        stack.refuse(key, request, Code::BAD_REQUEST);
        return None;
    };
    if matches!(origin, Origin::Phone(_)) {
        offering.pin();
    }
    let offered = offered(request, &flow, origin, sdp);
    stack.tell(id, SignalEvent::Offered(Box::new(offered)));
    Some(Leg {
        line,
        state: State::Offering(Box::new(offering)),
    })
}

/// A caller refused for want of room may try again after so long.
const RETRY_AFTER_S: u32 = 5;

/// Whose call it is; refuses or challenges it if that is not clear.
fn origin(stack: &mut Stack, key: u64, request: &Request, flow: &Flow) -> Option<Origin> {
    let remote = flow.remote;
    let from_here = |(address, port): &(std::net::IpAddr, Option<u16>)| {
        *address == remote.ip() && port.is_none_or(|port| port == remote.port())
    };
    let trunks = &stack.config.trunks;
    if let Some(trunk) = trunks.iter().find(|one| one.sources.iter().any(from_here)) {
        return Some(Origin::Trunk(trunk.name.clone()));
    }
    if flow.transport == Transport::Memory {
        return Some(Origin::Own);
    }
    let from = request.headers.from_().ok();
    let user = from.as_ref().and_then(|from| from.uri.user());
    let known = user.is_some_and(|user| stack.config.phones.contains_key(user.as_ref()));
    match check(stack, request, HeaderName::ProxyAuthorization) {
        Shown::User(user) => Some(Origin::Phone(user)),
        Shown::Nobody { stale } if known || stale => {
            let code = Code::PROXY_AUTHENTICATION_REQUIRED;
            let mut response = stack.response(request, code);
            challenge(stack, &mut response, stale);
            stack.respond(key, &response);
            None
        }
        Shown::Nobody { .. } | Shown::Impostor => {
            stack.refuse(key, request, Code::FORBIDDEN);
            None
        }
    }
}

fn offered(request: &Request, flow: &Flow, origin: Origin, sdp: Option<String>) -> Offered {
    let headers = &request.headers;
    let trusted = !matches!(origin, Origin::Phone(_));
    let asserted = headers.asserted_identity().filter(|_| trusted);
    let from = asserted.or_else(|| headers.from_().ok());
    let diversion: Option<NameAddr> = headers.first(HeaderName::Diversion).ok();
    let max_forwards = headers.max_forwards().unwrap_or(limit::MAX_FORWARDS);
    Offered {
        to: address_of(&request.uri),
        from: from
            .as_ref()
            .map_or(Address::Name(String::new()), |from| address_of(&from.uri)),
        caller_name: from.and_then(|from| from.display),
        forwarded_from: diversion.map(|one| address_of(&one.uri).to_string()),
        sdp,
        sip_call_id: headers.call_id().unwrap_or_default().to_owned(),
        source: flow.remote.to_string(),
        origin,
        headers: passed_on(headers),
        max_forwards,
    }
}

/// The number a URI holds, else the URI without its parameters.
fn address_of(uri: &Uri) -> Address {
    let user = uri.user();
    let number = user.as_deref().and_then(|user| {
        // `;phone-context` and its like may stand in the user part.
        let digits = user.split(';').next().unwrap_or_default();
        e164(digits).or_else(|| {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| e164(&format!("+{digits}"))).flatten()
        })
    });
    if let Some(number) = number {
        return Address::Number(number);
    }
    match uri.as_sip() {
        Some(sip) => {
            let mut bare = sip.clone();
            bare.params = Default::default();
            bare.password = None;
            bare.headers.clear();
            Address::Sip(bare.to_string())
        }
        None => Address::Name(uri.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_number_if_it_can_be() {
        let cases = [
            ("sip:+12025550101@a.example;user=phone", "+12025550101"),
            ("sip:12025550101@a.example", "+12025550101"),
            ("tel:+1-202-555-0101", "+12025550101"),
            ("sip:+12025550101;npdi@a.example", "+12025550101"),
            ("sip:alice@a.example;transport=tcp", "sip:alice@a.example"),
            ("sip:100@a.example", "sip:100@a.example"),
            ("sip:a.example", "sip:a.example"),
        ];
        for (uri, expected) in cases {
            let uri = Uri::parse(uri).unwrap();
            assert_eq!(address_of(&uri).to_string(), expected);
        }
    }
}
