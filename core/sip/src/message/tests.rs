//! Messages built, written and read again, and the bounds of what is read.

use super::*;
use header::{Transport, Via};
use model::{Chance, limit};

fn word(chance: &mut Chance) -> String {
    let length = 1 + chance.below(12);
    (0..length)
        .map(|_| *chance.pick(b"abcXYZ019-.!%*_+`'~").unwrap() as char)
        .collect()
}

fn text(chance: &mut Chance) -> String {
    let length = chance.below(20);
    let odd = [
        'a', 'Z', '0', ' ', '"', '\\', '<', '>', ';', ',', ':', '@', '%', '\t', '\u{e9}',
    ];
    let text: String = (0..length).map(|_| *chance.pick(&odd).unwrap()).collect();
    scan::trim(&text).to_owned()
}

fn host(chance: &mut Chance) -> Host {
    match chance.below(3) {
        0 => Host::V4((chance.next_u64() as u32).into()),
        1 => Host::V6(chance.next_u128().into()),
        _ => Host::Name(format!("h{}.example", chance.below(1000))),
    }
}

fn params(chance: &mut Chance) -> Params {
    let mut params = Params::new();
    for _ in 0..chance.below(4) {
        let name = word(chance);
        match chance.below(3) {
            0 => params.set_flag(&name),
            1 => params.set(&name, &escape::encode_param(&text(chance))),
            _ => params.set(&name, &word(chance)),
        }
    }
    params
}

fn uri(chance: &mut Chance) -> Uri {
    if chance.percent(10) {
        return Uri::Tel(TelUri {
            number: "+1202".into(),
            params: params(chance),
        });
    }
    let port = chance.percent(50).then(|| chance.next_u64() as u16);
    let mut uri = Uri::sip(&text(chance), host(chance), port);
    if let Some(sip) = uri.as_sip_mut() {
        sip.secure = chance.percent(20);
        sip.params = params(chance);
    }
    uri
}

fn name_addr(chance: &mut Chance) -> NameAddr {
    let mut address = NameAddr::new(uri(chance));
    if chance.percent(50) {
        address.display = Some(text(chance));
    }
    address.params = params(chance);
    if chance.percent(50) {
        let value = text(chance);
        address.params.set_quoted("note", &value);
    }
    address
}

fn method(chance: &mut Chance) -> Method {
    Method::parse(&word(chance)).expect("words are tokens")
}

fn message(chance: &mut Chance) -> Message {
    let mut headers = Headers::new();
    for _ in 0..=chance.below(3) {
        let transport = chance
            .pick(&[Transport::Udp, Transport::Tcp, Transport::Wss])
            .cloned();
        let branch = format!("z9hG4bK{}", word(chance));
        let via = Via::new(
            transport.expect("there are three"),
            host(chance),
            Some(5060),
            &branch,
        );
        headers.push_front(HeaderName::Via, via);
    }
    let method = method(chance);
    headers.push(HeaderName::From, name_addr(chance));
    headers.push(HeaderName::To, name_addr(chance));
    headers.push(HeaderName::CallId, word(chance));
    headers.push(
        HeaderName::CSeq,
        format!("{} {method}", chance.below(1 << 31)),
    );
    for _ in 0..chance.below(3) {
        headers.push(HeaderName::Contact, name_addr(chance));
        headers.push(HeaderName::Subject, text(chance));
        headers
            .push_named(&format!("X-{}", word(chance)), &text(chance))
            .expect("one line");
    }
    let body: Vec<u8> = (0..chance.below(300))
        .map(|_| chance.next_u64() as u8)
        .collect();
    if chance.percent(50) {
        return Message::Request(Request {
            method,
            uri: uri(chance),
            headers,
            body,
        });
    }
    let code = Code::new(100 + chance.below(600) as u16).expect("in range");
    let phrase = Some(text(chance)).filter(|phrase| phrase != code.phrase());
    let reason = if chance.percent(50) { phrase } else { None };
    Message::Response(Response {
        code,
        reason,
        headers,
        body,
    })
}

#[test]
fn what_is_written_is_read_back() {
    let mut chance = Chance::new(3261);
    for round in 0..3_000 {
        let sent = message(&mut chance);
        let bytes = sent.to_bytes();
        let read = parse(&bytes);
        let shown = String::from_utf8_lossy(&bytes);
        assert_eq!(read.as_ref(), Ok(&sent), "round {round}: {shown}");
        let mut long = bytes.clone();
        long.extend_from_slice(b"more than belongs to it");
        assert_eq!(
            parse(&long).as_ref(),
            Ok(&sent),
            "bytes behind the body are dropped"
        );
    }
}

#[test]
fn typed_values_come_back_as_they_were() {
    let mut chance = Chance::new(7);
    for _ in 0..3_000 {
        let address = name_addr(&mut chance);
        assert_eq!(
            address.to_string().parse().as_ref(),
            Ok(&address),
            "{address}"
        );
        let uri = uri(&mut chance);
        assert_eq!(Uri::parse(&uri.to_string()).as_ref(), Ok(&uri), "{uri}");
        assert!(uri.matches(&uri));
    }
}

fn options(extra: &str) -> String {
    format!(
        "OPTIONS sip:b@h SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\nFrom: <sip:a@h>;tag=1\n\
         To: sip:b@h\nCall-ID: c\nCSeq: 1 OPTIONS\n{extra}"
    )
}

fn fault(text: &str) -> Option<Fault> {
    parse(text.as_bytes()).err().map(|error| error.fault)
}

#[test]
fn line_feeds_alone_and_a_missing_last_line_do() {
    for tail in ["\n", "", "\r\n", "X: y", "X: y\r\n\r\nbody"] {
        assert_eq!(fault(&options(tail)), None, "{tail:?}");
    }
    assert_eq!(fault(&format!("\r\n\r\n{}", options("\n"))), None);
}

#[test]
fn noise_is_refused() {
    let vast = options(&"x".repeat(limit::SIP_MESSAGE_BYTES_MAX));
    let big = options(&format!("X: {}\n\n", "x".repeat(limit::SIP_HEAD_BYTES_MAX)));
    let many = options(&"X: y\n".repeat(limit::SIP_HEADERS_MAX));
    for (text, expected) in [
        ("", Fault::Empty),
        ("\r\n\r\n", Fault::Empty),
        ("\0", Fault::StartLine),
        ("GET / HTTP/1.1\r\n\r\n", Fault::StartLine),
        ("SIP/2.0\r\n\r\n", Fault::StartLine),
        ("SIP/2.0 99 Low\r\n\r\n", Fault::StatusCode),
        ("SIP/3.0 200 OK\r\n\r\n", Fault::Version),
        (&vast, Fault::TooLarge),
        (&big, Fault::HeadTooLarge),
        (&many, Fault::TooManyHeaders),
        (&options("no colon here\n\n"), Fault::HeaderLine),
        (&options(": no name\n\n"), Fault::HeaderLine),
        (&options("Content-Length: 1\n\n"), Fault::ContentLength),
        (&options("Content-Length: 0x0\n\n"), Fault::ContentLength),
    ] {
        assert_eq!(
            fault(text),
            Some(expected),
            "{:?}",
            &text[..text.len().min(80)]
        );
    }
    assert_eq!(
        fault(&options("Content-Length: 0\nl: 0\n\n")),
        None,
        "twice the same is no lie"
    );
}

#[test]
fn a_stray_carriage_return_is_not_passed_on() {
    let text = options("X-A: a\rEvil: b\r\n\n");
    let message = parse(text.as_bytes()).expect("understood");
    assert_eq!(message.headers().value_named("X-A"), Some("a Evil: b"));
    assert_eq!(message.headers().value_named("Evil"), None);
}

#[test]
fn only_blanks_and_tabs_are_trimmed_from_a_value() {
    let text = options("X-A: \t\u{c}a\u{b}\u{a0} \t\nX-B:\nX-C:  \n\n");
    let message = parse(text.as_bytes()).expect("understood");
    assert_eq!(
        message.headers().value_named("X-A"),
        Some("\u{c}a\u{b}\u{a0}")
    );
    assert_eq!(message.headers().value_named("X-B"), Some(""));
    assert_eq!(message.headers().value_named("X-C"), Some(""));
}

#[test]
fn a_broken_contact_refuses_a_request_but_loses_no_answer() {
    let broken = "Contact: sip:a@b?x=y\n\n";
    let contact = Fault::Header(HeaderError::Malformed(
        HeaderName::Contact,
        "angle brackets around this URI",
    ));
    assert_eq!(fault(&options(broken)), Some(contact));
    let answer = options(broken).replace("OPTIONS sip:b@h SIP/2.0", "SIP/2.0 200 OK");
    let answer = parse(answer.as_bytes()).expect("understood");
    assert!(answer.headers().contact().is_err());
}

/// The questions of RFC 5118 about IPv6 addresses.
#[test]
fn ipv6_addresses_stand_in_brackets() {
    let ask = |from: &str, to: &str| fault(&options("\n").replace(from, to));
    assert_eq!(ask("sip:b@h SIP", "sip:b@[2001:db8::10] SIP"), None);
    assert!(
        ask("sip:b@h SIP", "sip:b@2001:db8::10 SIP").is_some(),
        "§4.2"
    );
    assert_eq!(
        ask("sip:b@h SIP", "sip:[2001:db8::10:5070] SIP"),
        None,
        "§4.3: no port in it"
    );
    assert_eq!(
        ask("UDP h;", "UDP [2001:db8::9:1];received=[2001:db8::9:255];"),
        None,
        "§4.5"
    );
    assert_eq!(
        ask("UDP h;", "UDP [2001:db8::9:1];received=2001:db8::9:255;"),
        None,
        "§4.5"
    );
    assert_eq!(
        ask("UDP h;", "UDP [::ffff:192.0.2.10]:19823;"),
        None,
        "§4.10"
    );
    for received in ["[2001:db8::9:255]", "2001:db8::9:255"] {
        let via: Via = format!("SIP/2.0/UDP h;received={received}")
            .parse()
            .unwrap();
        assert_eq!(via.received(), "2001:db8::9:255".parse().ok());
    }
}

#[test]
fn an_answer_takes_over_what_it_must() {
    let text = options("Via: SIP/2.0/TCP second\nTimestamp: 54\nRecord-Route: <sip:p;lr>\n\n");
    let Ok(Message::Request(request)) = parse(text.as_bytes()) else {
        panic!()
    };
    let mut trying = Response::to(&request, Code::TRYING);
    trying.set_to_tag("t1");
    trying.set_to_tag("t2");
    let written = String::from_utf8(trying.to_bytes()).unwrap();
    assert_eq!(
        written,
        "SIP/2.0 100 Trying\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\n\
         Via: SIP/2.0/TCP second\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>;tag=t1\r\n\
         Call-ID: c\r\nCSeq: 1 OPTIONS\r\nTimestamp: 54\r\nContent-Length: 0\r\n\r\n"
    );
    assert!(
        !Response::to(&request, Code::OK)
            .headers
            .has(HeaderName::Timestamp)
    );
}

#[test]
fn a_phrase_cannot_end_its_line() {
    let Ok(Message::Request(request)) = parse(options("\n").as_bytes()) else {
        panic!()
    };
    let mut response = Response::to(&request, Code::BUSY_HERE);
    response.reason = Some("Busy\r\nEvil: yes".into());
    let read = parse(&response.to_bytes()).expect("still one message");
    assert_eq!(read.headers().value_named("Evil"), None);
}
