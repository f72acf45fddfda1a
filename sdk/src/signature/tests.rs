//! The vectors of the reference, and each way in which a request can come in.

use super::*;

const FIRST: &str = "https://example.com/myapp.php?foo=1&bar=2";
const FIRST_BODY: &[u8] = b"CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234\
    &From=%2B14158675310&To=%2B18005551212";
const FIRST_SIGNATURE: &str = "L/OH5YylLD5NRKLltdqwSvS0BnU=";
const JSON: &[u8] = br#"{"property": "value", "boolean": true}"#;

fn seen<'a>(target: &'a str, headers: &[(&'a str, &'a str)], body: &'a [u8]) -> Seen<'a> {
    let method = if body.is_empty() { "GET" } else { "POST" };
    Seen {
        method,
        target,
        headers: headers.to_vec(),
        body,
    }
}

fn form<'a>(host: &'a str, signature: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("host", host),
        (
            "Content-Type",
            "application/x-www-form-urlencoded; charset=UTF-8",
        ),
        ("X-Twilio-Signature", signature),
    ]
}

#[test]
fn every_vector_of_the_reference() {
    let validator = Validator::new("12345").tls();
    for (host, signature) in [
        ("example.com", FIRST_SIGNATURE),
        ("mycompany.com", "GvWf1cFY/Q7PnoempGyD5oXAezc="),
    ] {
        let request = seen("/myapp.php?foo=1&bar=2", &form(host, signature), FIRST_BODY);
        let parameters = validator.check(&request).expect(host);
        assert_eq!(parameters.first("Digits"), Some("1234"));
        assert_eq!(parameters.first("bar"), Some("2"));
    }
    let headers = [
        ("Host", "example.com"),
        ("x-twilio-signature", "l4p70D+Tnu7jPwxulcoV6sn4aPM="),
    ];
    let get = seen("/wait?CallSid=CA1&QueuePosition=2", &headers, b"");
    assert!(validator.check(&get).is_ok());
    let hash = body_hash(JSON);
    let target = format!("/myapp.php?foo=1&bar=2&bodySHA256={hash}");
    let headers = [
        ("Host", "example.com"),
        ("Content-Type", "application/json"),
        ("X-Twilio-Signature", "m9bxEECYY1ydgNmUJAKll14L7Qs="),
    ];
    assert!(validator.check(&seen(&target, &headers, JSON)).is_ok());
    let other = br#"{"property":"value","boolean":true}"#;
    let refused = validator.check(&seen(&target, &headers, other));
    assert_eq!(refused, Err(Refused::BodyChanged));
    let bare = validator.check(&seen("/myapp.php?foo=1&bar=2", &headers, JSON));
    assert_eq!(bare, Err(Refused::BodyNotCovered));
    let body = b"CallSid=CA1&StatusCallbackEvent=b&StatusCallbackEvent=a&StatusCallbackEvent=a";
    let headers = form("example.com", "sP1YRtxMznRlAG7UT+8hBWk8xUU=");
    assert!(validator.check(&seen("/e", &headers, body)).is_ok());
}

#[test]
fn each_of_several_tokens_may_have_signed() {
    let request = form("example.com", FIRST_SIGNATURE);
    let request = seen("/myapp.php?foo=1&bar=2", &request, FIRST_BODY);
    let rotating = Validator::of(["new", "12345"]).tls();
    assert!(rotating.check(&request).is_ok());
    let rotated = Validator::of(["new"]).tls();
    assert_eq!(
        rotated.check(&request),
        Err(Refused::WrongSignature {
            address: "https://example.com/myapp.php".to_owned(),
            parameters: 5,
        })
    );
    // An empty token signs nothing.
    let by_nobody = sign("", "http://x/", &[]);
    let headers = [("host", "x"), ("x-twilio-signature", by_nobody.as_str())];
    assert!(Validator::new("").check(&seen("/", &headers, b"")).is_err());
    assert!(!format!("{rotating:?}").contains("12345"));
}

#[test]
fn a_proxy_is_believed_only_where_it_is_trusted() {
    let mut headers = form("10.0.0.7:3000", FIRST_SIGNATURE);
    headers.push(("X-Forwarded-Proto", "https,http"));
    headers.push(("X-Forwarded-Host", "example.com, inner"));
    headers.push(("X-Forwarded-Port", "443"));
    let request = seen("/myapp.php?foo=1&bar=2", &headers, FIRST_BODY);
    assert!(Validator::new("12345").check(&request).is_err());
    assert!(
        Validator::new("12345")
            .trusted_proxy()
            .check(&request)
            .is_ok()
    );
    let mut headers = form("10.0.0.7:3000", FIRST_SIGNATURE);
    headers.push((
        "Forwarded",
        "for=192.0.2.1;proto=https;host=\"example.com\", for=10.0.0.1",
    ));
    let request = seen("/myapp.php?foo=1&bar=2", &headers, FIRST_BODY);
    assert!(
        Validator::new("12345")
            .trusted_proxy()
            .check(&request)
            .is_ok()
    );
    let signature = sign("12345", "https://example.com/app/voice", &[]);
    let headers = [
        ("host", "example.com"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-prefix", "/app/"),
        ("x-twilio-signature", signature.as_str()),
    ];
    let request = seen("/voice", &headers, b"");
    assert!(
        Validator::new("12345")
            .trusted_proxy()
            .check(&request)
            .is_ok()
    );
}

#[test]
fn a_public_address_needs_nothing_from_the_request() {
    let public = Validator::new("12345")
        .public_url("https://example.com/")
        .unwrap();
    let headers = form("localhost:8080", FIRST_SIGNATURE);
    let request = seen("/myapp.php?foo=1&bar=2", &headers, FIRST_BODY);
    assert!(public.check(&request).is_ok());
    // What a proxy takes away from the path is put back.
    let signature = sign("12345", "https://example.com/app/voice", &[]);
    let headers = [("x-twilio-signature", signature.as_str())];
    let below = Validator::new("12345")
        .public_url("https://example.com/app")
        .unwrap();
    assert!(below.check(&seen("/voice", &headers, b"")).is_ok());
    for bad in [
        "example.com",
        "ftp://example.com",
        "https://",
        "https://x?a=1",
        "https://u@x",
    ] {
        let told = Validator::new("12345").public_url(bad).unwrap_err();
        assert!(told.to_string().contains(bad), "{told}");
    }
}

#[test]
fn with_and_without_a_port() {
    let validator = Validator::new("12345").tls();
    // Over TLS the port isn't signed, wherever the application listens.
    let headers = form("example.com:8443", FIRST_SIGNATURE);
    assert!(
        validator
            .check(&seen("/myapp.php?foo=1&bar=2", &headers, FIRST_BODY))
            .is_ok()
    );
    let with_port = sign("12345", "https://example.com:443/a", &[]);
    let headers = [
        ("host", "example.com"),
        ("x-twilio-signature", with_port.as_str()),
    ];
    assert!(validator.check(&seen("/a", &headers, b"")).is_ok());
    let plain = Validator::new("12345");
    let with_port = sign("12345", "http://[::1]:8080/a", &[]);
    let headers = [
        ("host", "[::1]:8080"),
        ("x-twilio-signature", with_port.as_str()),
    ];
    assert!(plain.check(&seen("/a", &headers, b"")).is_ok());
    assert!(
        plain
            .check_form("http://user:pw@[::1]:8080/a#rc=2", &[], &with_port)
            .is_ok()
    );
}

#[test]
fn a_handshake_is_signed_as_a_socket() {
    for address in [
        "wss://example.com/media?x=1",
        "https://example.com/media?x=1",
    ] {
        let signature = sign("12345", address, &[]);
        let headers = [
            ("host", "example.com"),
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("x-twilio-signature", signature.as_str()),
        ];
        let request = seen("/media?x=1", &headers, b"");
        let public = Validator::new("12345")
            .public_url("https://example.com")
            .unwrap();
        assert!(public.check(&request).is_ok(), "{address}");
        let other = Validator::new("54321")
            .public_url("https://example.com")
            .unwrap();
        assert!(other.check(&request).is_err());
    }
    // A bare host, with its slash and without it.
    let signature = sign("12345", "wss://example.com", &[]);
    let headers = [
        ("upgrade", "WebSocket"),
        ("x-twilio-signature", signature.as_str()),
    ];
    let public = Validator::new("12345")
        .public_url("https://example.com")
        .unwrap();
    assert!(public.check(&seen("/", &headers, b"")).is_ok());
}

#[test]
fn what_is_missing_is_named_and_nothing_secret_is_told() {
    let validator = Validator::new("12345");
    let told = validator
        .check(&seen("/a", &[("host", "x")], b""))
        .unwrap_err();
    assert_eq!(told, Refused::NoSignature);
    let headers = [("x-twilio-signature", "AAAA")];
    assert_eq!(
        validator.check(&seen("/a", &headers, b"")),
        Err(Refused::NoHost)
    );
    let headers = [("host", "x"), ("x-twilio-signature", "AAAA")];
    let told = validator
        .check(&seen("/a?pin=99", &headers, b""))
        .unwrap_err()
        .to_string();
    for secret in ["12345", "AAAA", "99"] {
        assert!(!told.contains(secret), "{told}");
    }
    assert!(told.contains("http://x/a "), "{told}");
    let headers = [
        ("x-twilio-signature", FIRST_SIGNATURE),
        ("host", "example.com"),
    ];
    let tampered = seen("/myapp.php?foo=1&bar=3", &headers, b"");
    assert!(validator.check(&tampered).is_err());
    assert!(validator.check_body(FIRST, JSON, FIRST_SIGNATURE).is_err());
    let whole = seen(FIRST, &headers, b"");
    assert!(validator.check(&whole).is_err(), "the form is missing");
    let get = "https://example.com/wait?CallSid=CA1&QueuePosition=2";
    let headers = [("x-twilio-signature", "l4p70D+Tnu7jPwxulcoV6sn4aPM=")];
    assert!(
        validator.check(&seen(get, &headers, b"")).is_ok(),
        "a whole address"
    );
}
