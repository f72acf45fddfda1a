//! The vectors of the RFCs, both sides against each other, nonces and replays.

use model::{Span, Time};

use super::*;

const SESSION: [Algorithm; 4] = [
    Algorithm::Md5,
    Algorithm::Md5Sess,
    Algorithm::Sha256,
    Algorithm::Sha256Sess,
];

fn get() -> Method {
    Method::Other("GET".into())
}

fn response(value: &Authentication) -> String {
    value.value("response").unwrap().into_owned()
}

#[test]
fn vector_of_rfc_2617_3_5() {
    let challenge: Authentication = "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", \
         nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""
        .parse()
        .unwrap();
    let challenge = Challenge::read(&challenge).unwrap();
    assert_eq!(challenge.qops, [Qop::Auth, Qop::AuthInt]);
    let method = get();
    let subject = Subject {
        method: &method,
        uri: "/dir/index.html",
        body: b"",
    };
    let secret = Secret::Password("Circle Of Life");
    let answer = challenge.answer("Mufasa", secret, subject, "0a4f113b", 1);
    assert_eq!(response(&answer), "6629fae49393a05397450978507c4ef1");
    assert_eq!(
        answer.value("opaque").unwrap(),
        "5ccc069c403ebaf9f0171e9517f40e41"
    );
    assert!(
        answer.to_string().ends_with("qop=auth, nc=00000001"),
        "{answer}"
    );
}

#[test]
fn vectors_of_rfc_7616_3_9_1() {
    let method = get();
    for (algorithm, expected) in [
        (Algorithm::Md5, "8ca523f5e9506fed4657c9700eebdbec"),
        (
            Algorithm::Sha256,
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
    ] {
        let nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v".to_owned();
        let challenge = Challenge::new("http-auth@example.org", nonce, algorithm, false);
        let subject = Subject {
            method: &method,
            uri: "/dir/index.html",
            body: b"",
        };
        let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        let secret = Secret::Password("Circle of Life");
        let answer = challenge.answer("Mufasa", secret, subject, cnonce, 1);
        assert_eq!(response(&answer), expected);
    }
}

/// Without qop the response is that of RFC 2069: checked against the sum made by hand.
#[test]
fn without_qop_the_old_form_is_used() {
    let challenge: Authentication = "Digest realm=\"r\", nonce=\"n\"".parse().unwrap();
    let method = Method::Register;
    let subject = Subject {
        method: &method,
        uri: "sip:r",
        body: b"",
    };
    let challenge = Challenge::read(&challenge).unwrap();
    let answer = challenge.answer("u", Secret::Password("p"), subject, "c", 1);
    let md5 = |text: &str| hex(&Md5::digest(text.as_bytes()));
    let expected = md5(&format!("{}:n:{}", md5("u:r:p"), md5("REGISTER:sip:r")));
    assert_eq!(response(&answer), expected);
    assert!(answer.value("nc").is_none() && answer.value("cnonce").is_none());
}

#[test]
fn both_sides_agree_and_any_change_is_noticed() {
    for algorithm in SESSION {
        for qops in [vec![], vec![Qop::Auth], vec![Qop::AuthInt]] {
            let integrity = qops == [Qop::AuthInt];
            let challenge = Challenge::new("realm \"x\"", "nonce".into(), algorithm, false);
            let challenge = Challenge {
                qops,
                opaque: Some("o".into()),
                ..challenge
            };
            let read = Challenge::read(&challenge.to_header().to_string().parse().unwrap());
            assert_eq!(read.as_ref(), Some(&challenge));

            let stored = ha1(algorithm, "bob", &challenge.realm, "zanzibar");
            let method = Method::Invite;
            let subject = Subject {
                method: &method,
                uri: "sip:b@h",
                body: b"v=0",
            };
            let answer = challenge.answer("bob", Secret::Ha1(&stored), subject, "cn", 255);
            let plain = Secret::Password("zanzibar");
            assert_eq!(challenge.answer("bob", plain, subject, "cn", 255), answer);
            let sent = Credentials::read(&answer.to_string().parse().unwrap()).unwrap();

            assert!(sent.verify(&stored, &method, b"v=0"), "{answer}");
            assert!(!sent.verify(&stored, &Method::Bye, b"v=0"));
            assert_eq!(sent.verify(&stored, &method, b"v=1"), !integrity);
            let wrong = ha1(algorithm, "bob", &challenge.realm, "zanzibas");
            assert!(!sent.verify(&wrong, &method, b"v=0"));
            let moved = Credentials {
                uri: "sip:c@h".into(),
                ..sent.clone()
            };
            assert!(!moved.verify(&stored, &method, b"v=0"));
        }
    }
}

#[test]
fn the_strongest_known_challenge_is_chosen() {
    let list: Vec<Authentication> = [
        "Basic realm=\"a\"",
        "Digest realm=\"a\", nonce=\"1\", algorithm=SHA-512-256, qop=\"auth\"",
        "Digest realm=\"a\", nonce=\"2\", algorithm=MD5, qop=\"auth\"",
        "Digest realm=\"a\", nonce=\"3\", qop=\"token\", algorithm=SHA-256",
        "Digest realm=\"a\", nonce=\"4\", qop=\"auth\", algorithm=\"sha-256\", stale=TRUE",
    ]
    .map(|text| text.parse().unwrap())
    .into();
    let best = Challenge::strongest(&list).unwrap();
    assert_eq!(
        (best.nonce.as_str(), best.algorithm),
        ("4", Algorithm::Sha256)
    );
    assert!(best.stale);
    assert_eq!(Challenge::strongest(&list[..3]).unwrap().nonce, "2");
    assert_eq!(Challenge::strongest(&list[..2]), None);
    let other: Authentication = "Digest realm=\"b\", nonce=\"5\"".parse().unwrap();
    let all = Challenge::strongest_per_realm(&[list, vec![other]].concat());
    let nonces: Vec<&str> = all
        .iter()
        .map(|challenge| challenge.nonce.as_str())
        .collect();
    assert_eq!(nonces, ["4", "5"]);
}

#[test]
fn incomplete_credentials_are_none() {
    let full = "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:x\", response=\"00\", \
                qop=auth, nc=00000001, cnonce=\"c\"";
    assert!(Credentials::read(&full.parse().unwrap()).is_some());
    for gone in [
        "username=\"u\",",
        "nonce=\"n\",",
        "nc=00000001,",
        "uri=\"sip:x\",",
    ] {
        let less = full.replace(gone, "");
        assert_eq!(Credentials::read(&less.parse().unwrap()), None, "{less}");
    }
    let signed = full.replace("nc=00000001", "nc=+0000001");
    assert_eq!(Credentials::read(&signed.parse().unwrap()), None);
}

#[test]
fn nonces_tell_their_age_and_origin() {
    let life = Span(300_000_000);
    let nonces = Nonces::new([7; 32], life);
    let now = Time::from_secs(1_000_000);
    let later = Time(now.0 + life.0);
    let nonce = nonces.mint(now, "r", 1);
    assert_ne!(nonce, nonces.mint(now, "r", 2));
    assert_eq!(nonces.judge(later, "r", &nonce), NonceState::Fresh);
    assert_eq!(
        nonces.judge(Time(later.0 + 1), "r", &nonce),
        NonceState::Stale
    );
    assert_eq!(nonces.judge(now, "other", &nonce), NonceState::Forged);
    assert_eq!(
        Nonces::new([8; 32], life).judge(now, "r", &nonce),
        NonceState::Forged
    );
    let older = nonce.replacen('0', "1", 1);
    for made_up in ["", "x", &nonce[1..], &older, "\u{e9}".repeat(40).as_str()] {
        assert_eq!(nonces.judge(now, "r", made_up), NonceState::Forged);
    }
}

#[test]
fn a_count_that_does_not_rise_is_a_replay() {
    let life = Span(1_000);
    let nonces = Nonces::new([7; 32], life);
    let (old, young) = (
        nonces.mint(Time(10), "r", 1),
        nonces.mint(Time(2_000), "r", 1),
    );
    let mut counts = NonceCounts::new();
    assert!(counts.accept(&old, 1) && counts.accept(&old, 3));
    assert!(!counts.accept(&old, 3) && !counts.accept(&old, 2) && !counts.accept(&old, 0));
    assert!(counts.accept(&young, 1));
    counts.expire(Time(2_500), life);
    assert!(!counts.accept(&old, 9), "forgotten counts as used up");
    assert!(counts.accept(&young, 2));
}
