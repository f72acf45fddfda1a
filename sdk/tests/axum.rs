//! The extractors in a real application, asked over a socket.
#![expect(
    clippy::unwrap_used,
    reason = "a test's own socket works or the test fails"
)]

use axum::Router;
use axum::routing::{get, post};
use ringback::axum::{Signed, SignedBody, SignedHandshake, Twiml};
use ringback::signature::{Validator, body_hash, sign};
use ringback::twiml::Response;
use ringback::webhook::{DialResult, Parameters, VoiceRequest};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const CALL: &str = "CallSid=CA1&AccountSid=AC1&From=%2B15550100&To=%2B15550101\
                    &CallStatus=ringing&Direction=inbound";

async fn voice(Signed { parameters, all }: Signed<VoiceRequest>) -> Twiml {
    let lang = all.first("lang").unwrap_or("none");
    Twiml(Response::new().say(format!("{} & {lang}", parameters.from)))
}

async fn dialled(_: Signed<DialResult>) -> &'static str {
    "never"
}

async fn events(SignedBody { body, .. }: SignedBody) -> String {
    format!("{} bytes", body.len())
}

async fn media(SignedHandshake { query }: SignedHandshake) -> String {
    query.first("x").unwrap_or("none").to_owned()
}

async fn anything(Signed { all, .. }: Signed<Parameters>) -> String {
    all.iter()
        .map(|(name, value)| format!("{name}={value};"))
        .collect()
}

async fn start() -> SocketAddr {
    let validator = Validator::new("12345")
        .public_url("https://example.com")
        .unwrap()
        .with_body_limit(1000);
    let nested = Router::new().route("/any", get(anything));
    let app = Router::new()
        .route("/voice", post(voice))
        .route("/dialled", post(dialled))
        .route("/events", post(events))
        .route("/media", get(media))
        .nest("/app", nested)
        .with_state(validator);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    at
}

async fn ask(at: SocketAddr, line: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut text = format!("{line} HTTP/1.1\r\nHost: inner:8080\r\nConnection: close\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    text += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
    let mut stream = TcpStream::connect(at).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn pairs(form: &str) -> Vec<(String, String)> {
    let all = Parameters::parse(form);
    all.iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[tokio::test]
async fn a_signed_form_is_let_in_and_nothing_else() {
    let at = start().await;
    let address = "https://example.com/voice?lang=pt";
    let signature = sign("12345", address, &pairs(CALL));
    let form = (
        "Content-Type",
        "application/x-www-form-urlencoded; charset=UTF-8",
    );
    let headers = [form, ("X-Twilio-Signature", &signature)];
    let line = "POST /voice?lang=pt";
    let answer = ask(at, line, &headers, CALL).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("content-type: text/xml"), "{answer}");
    assert!(
        answer.ends_with("<Response><Say>+15550100 &amp; pt</Say></Response>"),
        "{answer}"
    );
    // One letter of the body changed.
    let other = CALL.replace("CA1", "CA2");
    let answer = ask(at, line, &headers, &other).await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    assert!(
        answer.contains("doesn't fit https://example.com/voice with a form of 6"),
        "{answer}"
    );
    for secret in ["12345", &signature] {
        assert!(!answer.contains(secret), "{answer}");
    }
    let answer = ask(at, line, &[form], CALL).await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    assert!(
        answer.contains("there is no X-Twilio-Signature"),
        "{answer}"
    );
    let large = "a".repeat(1001);
    let answer = ask(at, line, &headers, &large).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    // Signed, and of another kind.
    let signature = sign("12345", "https://example.com/dialled", &pairs(CALL));
    let headers = [form, ("X-Twilio-Signature", &signature)];
    let answer = ask(at, "POST /dialled", &headers, CALL).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.contains("DialCallStatus is missing"), "{answer}");
}

#[tokio::test]
async fn bodies_sockets_and_nested_routers() {
    let at = start().await;
    let body = r#"{"a": 1}"#;
    let target = format!("/events?bodySHA256={}", body_hash(body.as_bytes()));
    let signature = sign("12345", &format!("https://example.com{target}"), &[]);
    let headers = [
        ("Content-Type", "application/json"),
        ("X-Twilio-Signature", signature.as_str()),
    ];
    let line = format!("POST {target}");
    let answer = ask(at, &line, &headers, body).await;
    assert!(answer.ends_with("8 bytes"), "{answer}");
    let answer = ask(at, &line, &headers, r#"{"a": 2}"#).await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    assert!(answer.contains("the body isn't the one"), "{answer}");

    let signature = sign("12345", "wss://example.com/media?x=7", &[]);
    let headers = [
        ("Upgrade", "websocket"),
        ("X-Twilio-Signature", signature.as_str()),
    ];
    let answer = ask(at, "GET /media?x=7", &headers, "").await;
    assert!(answer.ends_with("\r\n7"), "{answer}");

    // The whole path was signed, though the nested router sees only the end of it.
    let signature = sign("12345", "https://example.com/app/any?q=1", &[]);
    let headers = [("X-Twilio-Signature", signature.as_str())];
    let answer = ask(at, "GET /app/any?q=1", &headers, "").await;
    assert!(answer.ends_with("q=1;"), "{answer}");
}
