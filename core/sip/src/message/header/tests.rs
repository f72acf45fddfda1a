//! Typed headers read and written; what is no such header is refused.

use super::*;
use crate::message::{HeaderError, HeaderName, Headers, Malformed, Uri};
use std::fmt::Display;
use std::str::FromStr;

fn read<T: FromStr<Err = Malformed>>(text: &str) -> T {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Reads and writes again; both texts are given where they differ.
fn written<T: FromStr<Err = Malformed> + Display>(text: &str) -> String {
    read::<T>(text).to_string()
}

fn with(name: HeaderName, values: &[&str]) -> Headers {
    let mut headers = Headers::new();
    for value in values {
        headers.push(name, value);
    }
    headers
}

#[test]
fn addresses() {
    for (text, expected) in [
        ("sip:a@b;tag=1", "<sip:a@b>;tag=1"),
        ("<sip:a@b;lr>", "<sip:a@b;lr>"),
        (
            "A Name<sip:a@b>; x = \"y;z\" ;tag=1",
            "\"A Name\" <sip:a@b>;x=\"y;z\";tag=1",
        ),
        (
            "\"<\\\"q\\\\\" <tel:+1202;phone-context=x>",
            "\"<\\\"q\\\\\" <tel:+1202;phone-context=x>",
        ),
        ("\"\" <sip:a@b>", "\"\" <sip:a@b>"),
    ] {
        assert_eq!(written::<NameAddr>(text), expected);
    }
    for text in [
        "",
        "<>",
        "<sip:a@b",
        "\"x <sip:a@b>",
        "\"x\" sip:a@b",
        "<sip:a@b>tag=1",
        "a@b",
    ] {
        assert!(text.parse::<NameAddr>().is_err(), "{text}");
    }
    let tagged = read::<NameAddr>("<sip:a@b>;tag=1").with_tag("2");
    assert_eq!(tagged.to_string(), "<sip:a@b>;tag=2");
}

#[test]
fn vias() {
    let mut via: Via = read("sip / 2.0/udp [2001:db8::1] : 5070 ;branch=z9hG4bKx;rport;ttl=16");
    assert_eq!(
        via.to_string(),
        "sip/2.0/UDP [2001:db8::1]:5070;branch=z9hG4bKx;rport;ttl=16"
    );
    assert!(via.wants_rport() && via.rport().is_none() && via.has_magic_cookie());
    via.set_rport(6000);
    via.set_received("10.0.0.1".parse().unwrap());
    assert_eq!(
        (via.rport(), via.received()),
        (Some(6000), "10.0.0.1".parse().ok())
    );
    assert!(
        via.to_string()
            .ends_with(";rport=6000;ttl=16;received=10.0.0.1")
    );
    assert_eq!((via.ttl(), via.port_or_default()), (Some(16), 5070));
    assert_eq!(
        read::<Via>("SIP/2.0/TLS h;maddr=10.1.1.1").port_or_default(),
        5061
    );
    for text in [
        "",
        "SIP/2.0/UDP",
        "SIP/2.0 h",
        "SIP/2.0/UDP h h",
        "SIP/2.0/UDP ;branch=x",
    ] {
        assert!(text.parse::<Via>().is_err(), "{text}");
    }
    assert!(!read::<Via>("SIP/2.0/UDP h;branch=z9hG4b").has_magic_cookie());
}

#[test]
fn sequence_numbers() {
    assert_eq!(written::<CSeq>("  0042   INVITE "), "42 INVITE");
    assert_eq!(written::<CSeq>("2147483647 X"), "2147483647 X");
    for text in [
        "",
        "1",
        "INVITE",
        "2147483648 INVITE",
        "-1 INVITE",
        "+1 INVITE",
        "1 IN VITE",
    ] {
        assert!(text.parse::<CSeq>().is_err(), "{text}");
    }
    let rack: RAck = read("776656 1 INVITE");
    assert_eq!((rack.rseq, rack.cseq.number), (776_656, 1));
    assert!("776656 INVITE".parse::<RAck>().is_err());
}

#[test]
fn contacts() {
    let star = with(HeaderName::Contact, &["*"]);
    assert_eq!(star.contacts(), Ok(Contacts::Any));
    let both = with(HeaderName::Contact, &["*", "<sip:a@b>"]);
    assert!(both.contacts().is_err());
    let list = with(
        HeaderName::Contact,
        &[
            "\"a,b\" <sip:a,x@b>;expires=60;q=0.7, sip:c@d",
            "<sip:e@f>;q=2",
        ],
    );
    let Ok(Contacts::List(list)) = list.contacts() else {
        panic!()
    };
    let seen: Vec<_> = list
        .iter()
        .map(|c| (c.expires_s(), c.q_thousandths()))
        .collect();
    assert_eq!(seen, [(Some(60), 700), (None, 1000), (None, 1000)]);
    assert_eq!(list[0].display.as_deref(), Some("a,b"));
    assert_eq!(
        read::<NameAddr>("<sip:a@b>;expires=soon").expires_s(),
        Some(3600)
    );
    assert_eq!(Headers::new().contacts(), Ok(Contacts::List(vec![])));
}

#[test]
fn sessions_and_events() {
    let session: SessionExpires = read("1800 ;refresher=UAC");
    assert_eq!(
        (session.interval_s, session.refresher),
        (1800, Some(Refresher::Uac))
    );
    assert_eq!(written::<SessionExpires>("90"), "90");
    assert!("x".parse::<SessionExpires>().is_err());
    assert_eq!(read::<Event>("refer;id=93809824").id(), Some("93809824"));
    let state: SubscriptionState = read("Active; expires=60");
    assert_eq!(
        (state.state.clone(), state.expires_s()),
        (Substate::Active, Some(60))
    );
    let end = SubscriptionState::terminated("noresource").to_string();
    assert_eq!(end, "terminated;reason=noresource");
    assert_eq!(
        written::<MediaType>("Application / SDP;charset=utf-8"),
        "application/sdp;charset=utf-8"
    );
    assert!("sdp".parse::<MediaType>().is_err());
}

#[test]
fn transfers() {
    let refer: ReferTo = read(
        "<sip:carol@x;method=INVITE;transport=tcp?Replaces=1%40y%3Bto-tag%3D2%3Bfrom-tag%3D3&a=b>",
    );
    let replaces = refer.replaces().expect("it is there");
    assert_eq!(replaces.to_string(), "1@y;to-tag=2;from-tag=3");
    assert_eq!(
        refer.target(),
        Uri::parse("sip:carol@x;transport=tcp").unwrap()
    );
    assert_eq!(refer.method(), "INVITE");
    assert!(read::<Replaces>("a;from-tag=1;to-tag=2;early-only").early_only);
    for text in ["a", "a;to-tag=1", ";to-tag=1;from-tag=2"] {
        assert!(text.parse::<Replaces>().is_err(), "{text}");
    }
}

#[test]
fn reasons_and_waits() {
    let headers = with(
        HeaderName::Reason,
        &["SIP;cause=200;text=\"Call completed, elsewhere\", Q.850;cause=16"],
    );
    let causes: Vec<_> = headers.reasons().map(|reason| reason.cause()).collect();
    assert_eq!(causes, [Some(200), Some(16)]);
    let made = Reason::new("Q.850", 17, "User busy").to_string();
    assert_eq!(made, "Q.850;cause=17;text=\"User busy\"");
    assert_eq!(
        read::<RetryAfter>("120 (I'm in a meeting; really)").wait_s,
        120
    );
    assert_eq!(read::<RetryAfter>("18000;duration=3600").wait_s, 18_000);
    assert!("soon".parse::<RetryAfter>().is_err());
}

#[test]
fn authentication_values() {
    let text = "Digest realm=\"a, \\\"b\\\"\", nonce=\"n\" ,qop = auth,,nc=00000001";
    let value: Authentication = read(text);
    assert_eq!(value.value("REALM").as_deref(), Some("a, \"b\""));
    assert_eq!(value.value("qop").as_deref(), Some("auth"));
    let expected = "Digest realm=\"a, \\\"b\\\"\", nonce=\"n\", qop=auth, nc=00000001";
    assert_eq!(value.to_string(), expected);
    assert_eq!(
        written::<Authentication>("nextnonce=\"x\""),
        "nextnonce=\"x\""
    );
    for text in [
        "",
        "Digest realm",
        "Digest realm=\"x",
        "Digest a=b\"c",
        "Di@gest a=b",
    ] {
        assert!(text.parse::<Authentication>().is_err(), "{text}");
    }
}

#[test]
fn words_and_single_values() {
    let mut headers = with(HeaderName::Supported, &["timer, 100rel", "", "replaces"]);
    headers.push(HeaderName::Allow, "INVITE,ACK, BYE");
    headers.push(HeaderName::MinSe, "90;x=y");
    assert!(headers.supports("100REL") && headers.supports("replaces"));
    assert!(!headers.supports("path") && !headers.requires("timer"));
    assert_eq!(headers.allows(&crate::message::Method::Bye), Some(true));
    assert_eq!(headers.allows(&crate::message::Method::Update), Some(false));
    assert_eq!(headers.min_se_s(), Some(90));
    assert_eq!(headers.cseq(), Err(HeaderError::Missing(HeaderName::CSeq)));
    let twice = with(HeaderName::CallId, &["a", "b"]);
    assert_eq!(
        twice.call_id(),
        Err(HeaderError::Repeated(HeaderName::CallId))
    );
}
