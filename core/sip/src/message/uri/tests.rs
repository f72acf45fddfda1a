//! URIs read, written and compared.

use super::*;

fn uri(text: &str) -> Uri {
    Uri::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn reads_every_part() {
    let Uri::Sip(sip) = uri("sips:al%20ice:se%40cret@[2001:db8::1]:5061;lr;transport=tcp?a=b")
    else {
        panic!("not SIP");
    };
    assert!(sip.secure && sip.is_loose());
    assert_eq!(sip.user_text().as_deref(), Some("al ice"));
    assert_eq!(sip.password.as_deref(), Some("se%40cret"));
    assert_eq!(sip.host.ip(), "2001:db8::1".parse().ok());
    assert_eq!((sip.port, sip.transport()), (Some(5061), Some("tcp")));
    assert_eq!(sip.headers, "a=b");
}

#[test]
fn writes_what_it_read() {
    for text in [
        "sip:alice@atlanta.com",
        "sip:1.2.3.4",
        "sip:+12025550101@10.0.0.1:5070;user=phone;x",
        "sip:user;par=u%40example.net@example.com",
        "sips:[::1]:5061?Subject=x",
        "tel:+1-202-555-0101;phone-context=example.com",
        "urn:service:sos",
    ] {
        assert_eq!(uri(text).to_string(), text);
        assert_eq!(Uri::check(text), Ok(()));
    }
}

#[test]
fn refuses_what_is_no_uri() {
    for text in [
        "",
        "sip",
        "sip:",
        "sip:@host",
        "sip:a@",
        "sip:a@b:port",
        "sip:a@b:70000",
        "sip:a b@c",
        "sip:a@[::1",
        "sip:a@[zz]",
        "<sip:a@b>",
        "sip:a@b;;c",
        "sip:a@b;=c",
        "1x:y",
        "tel:",
        "tel:abc xyz",
        "sip:a@b@c",
        "sip:a@b\u{e9}",
    ] {
        assert!(Uri::parse(text).is_err(), "{text}");
        assert!(Uri::check(text).is_err(), "{text}");
    }
}

/// The pairs of RFC 3261 §19.1.4.
#[test]
fn compares_by_the_book() {
    for (a, b) in [
        (
            "sip:%61lice@atlanta.com;transport=TCP",
            "sip:alice@AtLanTa.CoM;Transport=tcp",
        ),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"),
        (
            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        ),
        (
            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        ),
        ("tel:+1-202-555-0101", "tel:+1(202)5550101"),
    ] {
        assert!(
            uri(a).matches(&uri(b)) && uri(b).matches(&uri(a)),
            "{a} {b}"
        );
    }
    for (a, b) in [
        (
            "SIP:ALICE@AtLanTa.CoM;Transport=udp",
            "sip:alice@AtLanTa.CoM;Transport=UDP",
        ),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
        (
            "sip:bob@biloxi.com",
            "sip:bob@biloxi.com:6000;transport=tcp",
        ),
        (
            "sip:carol@chicago.com",
            "sip:carol@chicago.com?Subject=next%20meeting",
        ),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
        (
            "sip:carol@chicago.com;security=on",
            "sip:carol@chicago.com;security=off",
        ),
        ("sip:a@b", "sips:a@b"),
        ("sip:a@b", "tel:+1"),
    ] {
        assert!(
            !uri(a).matches(&uri(b)) && !uri(b).matches(&uri(a)),
            "{a} {b}"
        );
    }
}

#[test]
fn escapes_a_user_it_is_given() {
    let built = Uri::sip("al ice@home", Host::Name("x.org".into()), Some(5070));
    assert_eq!(built.to_string(), "sip:al%20ice%40home@x.org:5070");
    assert_eq!(built.user().as_deref(), Some("al ice@home"));
}
