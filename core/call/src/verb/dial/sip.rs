//! What a `<Sip>` comes to: places in the order in which they are tried, headers, credentials.

use super::target::Target;
use crate::leg::Elsewhere;
use crate::notice::{self, Fault};
use crate::parameters;
use crate::script::Line;
use crate::turn::Turn;
use crate::verb::unbuilt;
use model::signal::Credentials;
use model::{Address, Chance, ErrorCode};
use std::collections::VecDeque;
use twiml::limit;
use twiml::noun::{Sip, SipUri};

/// Reads whom the noun means; what stands around them is the caller's business.
pub(super) fn read(noun: &Sip, line: &Line<'_>, turn: &mut Turn<'_>) -> Result<Target, Fault> {
    let own = credentials(&noun.username, &noun.password);
    let headers = headers_of(noun);
    let mut places = VecDeque::new();
    let mut fault = None;
    if noun.uris.is_empty() {
        match place(&noun.uri, own.clone()) {
            Ok(place) => places.push_back(place),
            Err(error) => fault = Some(error),
        }
    }
    for uri in in_order(&noun.uris, &mut turn.desk.chance) {
        let theirs = credentials(&uri.username, &uri.password).or_else(|| own.clone());
        match place(&uri.uri, theirs) {
            Ok(place) => places.push_back(place),
            // The others can be tried.
            Err(error) => {
                if let Some(before) = fault.replace(error) {
                    notice::warning(line.row, &before, None, turn);
                }
            }
        }
    }
    let Some(first) = places.pop_front() else {
        let missing = || Fault::new(ErrorCode::SIP_URI, "Dial: <Sip> has no address");
        return Err(fault.unwrap_or_else(missing));
    };
    if let Some(fault) = fault {
        notice::warning(line.row, &fault, None, turn);
    }
    Ok(Target {
        to: first.to,
        headers,
        headers_there: first.headers,
        credentials: first.credentials,
        further: places,
        send_digits: None,
        whisper: None,
        status_callback: None,
        detection: None,
    })
}

/// One place. `region` and `edge` say through which of the original's data centres a call leaves;
/// here it leaves from where we are, and they travel on as any parameter does.
fn place(text: &str, credentials: Option<Credentials>) -> Result<Elsewhere, Fault> {
    let (uri, header_part) = parameters::split_headers(text.trim());
    if !twiml::noun::is_address(uri) {
        let text = format!("Dial: '{uri}' is no SIP address of allowed length");
        return Err(Fault::new(ErrorCode::SIP_URI, text));
    }
    let is_tls = uri
        .get(..5)
        .is_some_and(|five| five.eq_ignore_ascii_case("sips:"));
    let transport = parameter(uri, "transport").map(str::to_ascii_lowercase);
    let secure = parameter(uri, "secure").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    match transport.as_deref() {
        _ if is_tls || secure => return Err(without_tls(uri)),
        Some("tls") => return Err(without_tls(uri)),
        None | Some("udp" | "tcp") => {}
        Some(other) => {
            let text = format!("Dial: '{uri}': calls don't leave by transport '{other}'");
            return Err(Fault::new(ErrorCode::SIP_URI, text));
        }
    }
    Ok(Elsewhere {
        to: Address::Sip(uri.to_owned()),
        headers: parameters::custom_headers(header_part),
        credentials,
    })
}

fn without_tls(uri: &str) -> Fault {
    unbuilt::missing(&format!("SIP over TLS ('{uri}')"), "it is not rung")
}

/// The value of a parameter of the address (RFC 3261 §19.1.1).
fn parameter<'a>(uri: &'a str, name: &str) -> Option<&'a str> {
    let host = uri.rsplit_once('@').map_or(uri, |(_, host)| host);
    let mut parameters = host.split(';').skip(1);
    parameters.find_map(|parameter| {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        key.eq_ignore_ascii_case(name).then_some(value)
    })
}

/// The headers of the elements, up to the bounds; parsing has warned of the others.
fn headers_of(noun: &Sip) -> Vec<(String, String)> {
    let mut length = noun.address_and_headers().1.len();
    let few = noun.header_elements().take(limit::SIP_HEADERS);
    let fitting = few.take_while(|(name, value)| {
        length += name.len() + value.len() + 2;
        length <= limit::SIP_HEADER_BYTES
    });
    fitting
        .filter_map(|(name, value)| parameters::allowed(name, value))
        .collect()
}

fn credentials(username: &Option<String>, password: &Option<String>) -> Option<Credentials> {
    let sent = |text: &&String| twiml::noun::is_credential(text);
    let username = username.as_ref().filter(|text| !text.is_empty())?;
    let password = password.clone().unwrap_or_default();
    (sent(&username) && sent(&&password)).then(|| Credentials {
        username: username.clone(),
        password,
    })
}

/// The order in which addresses are tried: the lowest priority first, and among equals by weight,
/// the heavier the likelier (RFC 2782, as RFC 3263 §4.3 has it for what a host resolves to).
///
/// Unconfirmed: what an address without a priority or a weight means. It comes first, and equals
/// without weights are tried as they stand in the document.
fn in_order<'a>(uris: &'a [SipUri], chance: &mut Chance) -> Vec<&'a SipUri> {
    let mut left: Vec<&SipUri> = uris.iter().take(limit::SIP_URIS).collect();
    left.sort_by_key(|uri| uri.priority.unwrap_or(0));
    let mut order = Vec::with_capacity(left.len());
    while let Some(first) = left.first() {
        let equal = left
            .iter()
            .take_while(|uri| uri.priority.unwrap_or(0) == first.priority.unwrap_or(0));
        let weights: Vec<u64> = equal.map(|uri| uri.weight.unwrap_or(0).into()).collect();
        let all: u64 = weights.iter().sum();
        let mut drawn = if all == 0 { 0 } else { chance.below(all) };
        let at = weights.iter().position(|weight| {
            let hit = drawn < *weight || all == 0;
            drawn = drawn.saturating_sub(*weight);
            hit
        });
        order.push(left.remove(at.unwrap_or(0)));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(uri: &str, priority: Option<u32>, weight: Option<u32>) -> SipUri {
        SipUri {
            priority,
            weight,
            uri: uri.to_owned(),
            ..SipUri::default()
        }
    }

    #[test]
    fn priority_comes_first_and_weight_among_equals() {
        let uris = [
            uri("c", Some(2), None),
            uri("a", Some(1), Some(3)),
            uri("b", Some(1), Some(1)),
            uri("d", Some(2), None),
        ];
        let mut first = std::collections::BTreeMap::new();
        let mut chance = Chance::new(1);
        for _ in 0..1_000 {
            let order = in_order(&uris, &mut chance);
            let names: Vec<&str> = order.iter().map(|uri| &*uri.uri).collect();
            assert_eq!(
                names[2..],
                ["c", "d"],
                "equals without weights keep their order"
            );
            *first.entry(names[0].to_owned()).or_insert(0) += 1;
        }
        assert!((700..800).contains(&first["a"]), "three of four: {first:?}");
        assert_eq!(first["a"] + first["b"], 1_000);
    }

    #[test]
    fn a_place_is_an_address_that_can_be_called() {
        let to = |text: &str| place(text, None).map(|place| place.to.to_string());
        let code = |text: &str| place(text, None).unwrap_err().code;
        assert_eq!(
            to("sip:a@b;transport=TCP?X-a=1").unwrap(),
            "sip:a@b;transport=TCP"
        );
        assert_eq!(
            to("sip:a@b;region=ie1;edge=dublin").unwrap(),
            "sip:a@b;region=ie1;edge=dublin"
        );
        for text in ["sips:a@b", "sip:a@b;transport=tls", "sip:a@b;secure=true"] {
            assert_eq!(code(text), ErrorCode::DOCUMENT_FAULT, "{text}");
        }
        for text in [
            "a@b",
            "",
            "sip:a@b;transport=sctp",
            &format!("sip:{}@b", "a".repeat(300)),
        ] {
            assert_eq!(code(text), ErrorCode::SIP_URI, "{text}");
        }
    }
}
