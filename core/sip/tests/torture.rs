//! RFC 4475: what must be understood is understood, what must be refused is refused, and what was
//! refused can still be answered.

#[path = "torture/corpus.rs"]
mod corpus;

use corpus::CORPUS;
use sip::message::header::{Contacts, Transport};
use sip::message::{
    Code, Fault, HeaderError, HeaderName, Host, Message, Method, Request, Response, Uri, body,
    parse,
};

fn bytes(name: &str) -> &'static [u8] {
    CORPUS
        .iter()
        .find(|(known, _)| *known == name)
        .expect(name)
        .1
}

fn request(name: &str) -> Request {
    match parse(bytes(name)) {
        Ok(Message::Request(request)) => request,
        other => panic!("{name}: {other:?}"),
    }
}

fn response(name: &str) -> Response {
    match parse(bytes(name)) {
        Ok(Message::Response(response)) => response,
        other => panic!("{name}: {other:?}"),
    }
}

/// Every message with the fault it is refused for, `None` if it is taken. Those of §3.1.2 that
/// are taken are the ones the RFC lets a liberal element take: blanks in the request line
/// (lwsstart, trws) or address (badaspec), an unquoted display name (baddn), a Date nobody reads
/// (baddate).
const VERDICTS: &[(&str, Option<Fault>)] = &[
    (
        "badinv01",
        Some(malformed(HeaderName::Via, "a parameter name")),
    ),
    ("clerr", Some(Fault::ContentLength)),
    ("ncl", Some(Fault::ContentLength)),
    (
        "scalar02",
        Some(malformed(HeaderName::CSeq, "a sequence number below 2^31")),
    ),
    (
        "scalarlg",
        Some(malformed(HeaderName::CSeq, "a sequence number below 2^31")),
    ),
    (
        "quotbal",
        Some(malformed(HeaderName::To, "a closing quote")),
    ),
    ("ltgtruri", Some(Fault::RequestUri("a URI scheme"))),
    ("lwsruri", Some(Fault::RequestUri("no blanks"))),
    ("escruri", Some(Fault::RequestUri("no embedded headers"))),
    (
        "regbadct",
        Some(malformed(
            HeaderName::Contact,
            "angle brackets around this URI",
        )),
    ),
    ("badvers", Some(Fault::Version)),
    ("mismatch01", Some(Fault::MethodMismatch)),
    ("mismatch02", Some(Fault::MethodMismatch)),
    ("bigcode", Some(Fault::StatusCode)),
    (
        "insuf",
        Some(Fault::Header(HeaderError::Missing(HeaderName::From))),
    ),
    (
        "multi01",
        Some(Fault::Header(HeaderError::Repeated(HeaderName::From))),
    ),
    ("mcl01", Some(Fault::ContentLength)),
];

const fn malformed(name: HeaderName, what: &'static str) -> Fault {
    Fault::Header(HeaderError::Malformed(name, what))
}

#[test]
fn every_message_meets_its_verdict() {
    assert_eq!(CORPUS.len(), 49);
    for (name, bytes) in CORPUS {
        let expected = VERDICTS
            .iter()
            .find(|(known, _)| known == name)
            .and_then(|(_, v)| *v);
        let fault = parse(bytes).err().map(|error| error.fault);
        assert_eq!(fault, expected, "{name}");
    }
}

#[test]
fn a_refused_request_can_be_answered_and_a_refused_response_is_not() {
    for (name, verdict) in VERDICTS {
        let Some(fault) = verdict else { continue };
        let error = parse(bytes(name)).expect_err(name);
        let answer = error.response();
        if matches!(*name, "scalarlg" | "bigcode" | "badinv01") {
            // Two responses, and a request whose Via cannot be read.
            assert_eq!(answer, None, "{name}");
            continue;
        }
        let answer = answer.unwrap_or_else(|| panic!("{name}"));
        let code = if *fault == Fault::Version { 505 } else { 400 };
        assert_eq!(answer.code.number(), code, "{name}");
        for header in Response::ECHOED {
            let copied: Vec<&str> = answer.headers.values(header).collect();
            assert_eq!(
                copied,
                error.headers.values(header).collect::<Vec<_>>(),
                "{name}"
            );
        }
        assert!(!answer.to_bytes().is_empty());
    }
}

#[test]
fn wsinv_is_read_through_all_its_blanks() {
    let invite = request("wsinv");
    let headers = &invite.headers;
    assert!(invite.uri.params().unwrap().has("unknownparam"));
    assert_eq!(headers.to().unwrap().tag(), Some("1918181833n"));
    let from = headers.from_().unwrap();
    assert_eq!(
        (from.display.as_deref(), from.tag()),
        (Some("J Rosenberg \\\""), Some("98asjd8"))
    );
    assert_eq!(headers.max_forwards(), Some(68));
    assert_eq!(headers.cseq().unwrap().to_string(), "9 INVITE");
    assert_eq!(headers.value(HeaderName::Subject), Some(""));
    let continued = Some("newfangled value continued newfangled value");
    assert_eq!(headers.value_named("newfangledheader"), continued);
    assert_eq!(
        headers.value_named("UnknownHeaderWithUnusualValue"),
        Some(";;,,;;,;")
    );
    let vias: Vec<String> = headers
        .vias()
        .unwrap()
        .iter()
        .map(|via| via.to_string())
        .collect();
    assert_eq!(
        vias,
        [
            "SIP/2.0/UDP 192.0.2.2;branch=390skdjuw",
            "SIP/2.0/TCP spindle.example.com;branch=z9hG4bK9ikj8",
            "SIP/2.0/UDP 192.168.255.111;branch=z9hG4bK30239",
        ]
    );
    let contact = headers.contact().unwrap();
    assert_eq!(contact.display.as_deref(), Some("Quoted string \"\""));
    assert_eq!(contact.params.value("newparam"), Some("newvalue"));
    assert!(contact.params.has("secondparam"));
    assert_eq!(contact.q_thousandths(), 330);
    let route = &headers.routes().unwrap()[0];
    assert!(route.uri.as_sip().unwrap().is_loose());
    assert_eq!(invite.body.len(), 150);
}

#[test]
fn intmeth_uses_every_character_there_is() {
    let odd = request("intmeth");
    let name = "!interesting-Method0123456789_*+`.%indeed'~";
    assert_eq!(odd.method, Method::Other(name.into()));
    let uri = odd.uri.as_sip().unwrap();
    let user = "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*";
    assert_eq!(uri.user.as_deref(), Some(user));
    assert_eq!(
        uri.password.as_deref(),
        Some("&it+has=1,weird!*pas$wo~d_too.(doesn't-it)")
    );
    assert_eq!(uri.host, Host::Name("example.com".into()));
    let to = odd.headers.to().unwrap();
    assert_eq!(to.display.as_deref(), Some("BEL:\u{7} NUL:\0 DEL:\u{7f}"));
    assert_eq!(to.uri.user().as_deref(), Some(user));
    let from = odd.headers.from_().unwrap();
    assert_eq!(
        from.display.as_deref(),
        Some("token1~` token2'+_ token3*%!.-")
    );
    let russian = from.params.unquoted("fromParam''~+*_!.-%");
    assert_eq!(
        russian.as_deref(),
        Some("\u{440}\u{430}\u{431}\u{43e}\u{442}\u{430}\u{44e}\u{449}\u{438}\u{439}")
    );
    assert_eq!(from.tag(), Some("_token~1'+`*%!-."));
    let chinese = odd.headers.value_named("extensionHeader-!.%*+_`'~");
    assert_eq!(chinese, Some("\u{feff}\u{5927}\u{505c}\u{96fb}"));
    assert_eq!(
        odd.headers.via_top().unwrap().branch(),
        Some("z9hG4bK-.!%66*_+`'~")
    );
}

#[test]
fn escapes_are_read_where_they_mean_something_and_kept_elsewhere() {
    let invite = request("esc01");
    assert_eq!(invite.uri.user().as_deref(), Some("sips:user@example.com"));
    assert_eq!(
        invite.uri.as_sip().unwrap().host,
        Host::Name("example.net".into())
    );
    let user = Uri::parse("sip:user@example.com").unwrap();
    assert!(invite.headers.to().unwrap().uri.matches(&user));
    let from = invite.headers.from_().unwrap();
    assert_eq!(from.uri.user().as_deref(), Some("I have spaces"));

    let register = request("escnull");
    let Contacts::List(contacts) = register.headers.contacts().unwrap() else {
        panic!()
    };
    assert_eq!(contacts[0].uri.user().as_deref(), Some("\0"));
    assert_eq!(contacts[1].uri.user().as_deref(), Some("\0\0"));
    assert!(!contacts[0].uri.matches(&contacts[1].uri));

    let other = request("esc02");
    assert_eq!(other.method, Method::Other("RE%47IST%45R".into()));
    assert_eq!(
        other.headers.to().unwrap().display.as_deref(),
        Some("%Z%45")
    );
    let Contacts::List(contacts) = other.headers.contacts().unwrap() else {
        panic!()
    };
    assert_eq!(contacts.len(), 2, "C%6Fntact is another header");
    assert!(other.headers.value_named("C%6Fntact").is_some());
}

#[test]
fn odd_but_valid_requests_keep_their_meaning() {
    let display = request("lwsdisp").headers.from_().unwrap().display;
    assert_eq!(display.as_deref(), Some("caller"));

    let long = request("longreq");
    assert_eq!(long.headers.vias().unwrap().len(), 34);
    assert!(long.headers.from_().unwrap().tag().unwrap().len() > 300);
    assert_eq!(long.body.len(), 150);

    let register = request("dblreq");
    assert_eq!(
        (register.method, register.body.len()),
        (Method::Register, 0)
    );

    let user = request("semiuri").uri.user().unwrap().into_owned();
    assert_eq!(user, "user;par=u@example.net");

    let carried: Vec<Transport> = request("transports")
        .headers
        .vias()
        .unwrap()
        .into_iter()
        .map(|v| v.transport)
        .collect();
    let other = |name: &str| Transport::Other(name.into());
    let expected = [
        Transport::Udp,
        other("SCTP"),
        Transport::Tls,
        other("UNKNOWN"),
        Transport::Tcp,
    ];
    assert_eq!(carried, expected);
}

#[test]
fn mpart01_has_two_parts_and_one_is_binary() {
    let message = request("mpart01");
    let content_type = message.headers.content_type().unwrap().unwrap();
    let parts = body::parts(&content_type, &message.body);
    assert_eq!(parts.len(), 2);
    assert_eq!(parts[0].content, b"Hello");
    assert!(
        parts[1]
            .media_type
            .as_ref()
            .unwrap()
            .is("application/octet-stream")
    );
    assert!(parts[1].content.starts_with(&[0x30, 0x82]));
    assert!(parts[1].content.ends_with(b"\r\n\r\n\x00\xff"));
}

#[test]
fn phrases_may_be_anything_or_nothing() {
    assert!(
        response("unreason")
            .phrase()
            .starts_with("= 2**3 * 5**2 \u{43d}\u{43e} ")
    );
    let trying = response("noreason");
    assert_eq!((trying.code, trying.phrase()), (Code::TRYING, ""));
    assert_eq!(response("bcast").headers.vias().unwrap().len(), 2);
}

#[test]
fn liberal_readings_come_to_the_sense_that_was_meant() {
    assert_eq!(request("lwsstart").uri.to_string(), "sip:user@example.com");
    assert_eq!(request("trws").uri.user().as_deref(), Some("remote-target"));
    let to = request("badaspec").headers.to().unwrap();
    assert_eq!(
        to.to_string(),
        "\"Watson, Thomas\" <sip:t.watson@example.org>"
    );
    let from = request("baddn").headers.from_().unwrap();
    assert_eq!(
        (from.display.as_deref(), from.tag()),
        (Some("Bell, Alexander"), Some("43"))
    );
    assert!(request("baddate").headers.has(HeaderName::Date));
    let error = parse(bytes("scalar02")).unwrap_err();
    assert_eq!(error.headers.max_forwards(), None, "300 is no hop count");
    assert_eq!(error.headers.expires_s(), Some(u32::MAX));
    assert_eq!(error.headers.contact().unwrap().expires_s(), Some(u32::MAX));
}

#[test]
fn what_the_layers_above_decide_is_there_to_be_seen() {
    let branch = request("badbranch").headers.via_top().unwrap();
    assert!(
        !branch.has_magic_cookie(),
        "a bare cookie names no transaction"
    );
    assert!(
        request("esc01")
            .headers
            .via_top()
            .unwrap()
            .has_magic_cookie()
    );
    assert_eq!(request("unkscm").uri.scheme(), "nobodyKnowsThisScheme");
    assert_eq!(
        request("novelsc").uri.to_string(),
        "soap.beep://192.0.2.103:3002"
    );
    assert_eq!(
        request("unksm2").headers.to().unwrap().uri.to_string(),
        "isbn:2983792873"
    );
    assert!(request("bext01").headers.requires("NothingSupportsThis"));
    let kind = request("invut").headers.content_type().unwrap().unwrap();
    assert!(kind.is("application/unknownformat") && !kind.is("application/sdp"));
    let credentials = request("regaut01")
        .headers
        .authentications(HeaderName::Authorization);
    assert_eq!(credentials[0].scheme, "NoOneKnowsThisScheme");
    assert_eq!(request("zeromf").headers.max_forwards(), Some(0));
    let contact = request("cparam01").headers.contact().unwrap();
    assert!(contact.params.has("unknownparam") && contact.uri.params().unwrap().is_empty());
    let contact = request("cparam02").headers.contact().unwrap();
    assert!(contact.params.is_empty() && contact.uri.params().unwrap().has("unknownparam"));
    let contact = request("regescrt").headers.contact().unwrap();
    assert_eq!(
        contact.uri.as_sip().unwrap().headers,
        "Route=%3Csip:sip.example.com%3E"
    );
    assert!(
        !request("sdp01")
            .headers
            .names(HeaderName::Accept, "application/sdp")
    );
    let old = request("inv2543");
    assert_eq!(old.headers.via_top().unwrap().branch(), None);
    assert_eq!(old.headers.from_().unwrap().tag(), None);
    assert!(
        old.body.ends_with(b"RTP/AVP 0\r\n"),
        "no Content-Length: the rest is the body"
    );
}
