//! What every request and response has: credentials, headers, bounds, HEAD and OPTIONS.

use crate::world::*;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::AUTHORIZATION;
use hyper::{Method, Request};
use model::*;
use store::Write;

#[tokio::test]
async fn only_the_right_credentials_are_let_in() {
    let world = World::new();
    let sid = ACCOUNT.to_string();
    let wrong = [
        String::new(),
        "Basic".to_owned(),
        "Basic ????".to_owned(),
        credentials(&sid, "wrong"),
        credentials(&sid, &TOKEN[..31]),
        credentials(&sid, &format!("{TOKEN}0")),
        credentials(&sid, ""),
        credentials("AC00000000000000000000000000000000", TOKEN),
        credentials("bob", TOKEN),
        credentials(&sid, TOKEN).replace("Basic", "Bearer"),
    ];
    for header in wrong {
        for path in [world.path("/Calls.json"), "/2010-04-01/Nothing".to_owned()] {
            let request = Request::get(&path).header(AUTHORIZATION, &header);
            let request = request.body(Full::<Bytes>::default()).unwrap();
            let answer = world.send(request).await;
            let wanted = (20_003, "Authenticate".to_owned());
            assert_eq!((answer.status, answer.fault()), (401, wanted), "{header}");
            assert_eq!(
                answer.header("www-authenticate"),
                "Basic realm=\"Twilio API\""
            );
        }
    }
    let small = credentials(&sid, TOKEN).replace("Basic", "basic");
    let request = Request::get(world.path("/Calls.json")).header(AUTHORIZATION, small);
    let answer = world
        .send(request.body(Full::<Bytes>::default()).unwrap())
        .await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn every_response_has_the_same_headers() {
    let world = World::new();
    let good = world.get(&world.path("/Calls.json")).await;
    let bad = world.get("/elsewhere").await;
    assert_eq!((good.status, bad.status), (200, 404));
    for answer in [&good, &bad] {
        let id = answer.header("twilio-request-id");
        assert!(id.starts_with("RQ") && id.len() == 34, "{id}");
        let took: f64 = answer.header("twilio-request-duration").parse().unwrap();
        assert!(took < 10.0);
        assert_eq!(answer.header("twilio-concurrent-requests"), "1");
        assert_eq!(answer.header("x-home-region"), "us1");
        assert_eq!(answer.header("x-api-domain"), "127.0.0.1:8080");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("content-type"), "application/json");
    }
    assert_ne!(
        good.header("twilio-request-id"),
        bad.header("twilio-request-id")
    );
}

#[tokio::test]
async fn a_body_may_have_64_kilobytes() {
    let world = World::new();
    let path = world.path("/Calls.json");
    let fits = "x".repeat(limit::API_BODY_BYTES_MAX - 5);
    assert_eq!(
        world.post(&path, &[("Junk", &fits)]).await.json()["code"],
        21201
    );
    let large = "x".repeat(limit::API_BODY_BYTES_MAX);
    let answer = world.post(&path, &[("Junk", &large)]).await;
    assert_eq!(
        (answer.status, answer.json()["code"].as_u64()),
        (413, Some(20413))
    );
}

#[tokio::test]
async fn a_preflight_needs_no_credentials_and_head_has_no_body() {
    let world = World::new();
    let request = Request::options(world.path("/Calls.json")).body(Full::<Bytes>::default());
    let answer = world.send(request.unwrap()).await;
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    assert_eq!(
        answer.header("access-control-allow-methods"),
        "GET, POST, DELETE, OPTIONS"
    );
    world.keep(Write::Call(Box::new(completed(1, 0))));
    let path = world.path(&format!("/Calls/{}.json", CallSid(1)));
    let whole = world.get(&path).await;
    let head = world.ask(Method::HEAD, &path, &[]).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), whole.body.len().to_string());
}

/// What is answered to these bytes on a connection of their own.
async fn converse(world: &World, request: &str) -> String {
    use hyper::service::service_fn;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (mut near, far) = tokio::io::duplex(64 * 1_024);
    let rest = world.rest.clone();
    let service = service_fn(move |request| {
        let rest = rest.clone();
        async move { Ok::<_, std::convert::Infallible>(rest.answer(request).await) }
    });
    let stream = hyper_util::rt::TokioIo::new(rest::Lenient::new(far));
    let served = rest::connection().serve_connection(stream, service);
    let written = near.write_all(request.as_bytes()).await;
    written.expect("the other end is there");
    let mut answer = String::new();
    let (served, read) = tokio::join!(served, near.read_to_string(&mut answer));
    assert!(served.is_ok() && read.is_ok(), "{answer}");
    answer
}

#[tokio::test]
async fn an_operator_may_stand_bare_in_the_query() {
    let world = World::new();
    world.keep(Write::Call(Box::new(completed(1, 0))));
    let head = format!(
        "Host: x\r\nAuthorization: {}\r\nConnection: close\r\n\r\n",
        credentials(&ACCOUNT.to_string(), TOKEN)
    );
    for (query, found) in [
        ("StartTime>=2010-08-31&StartTime<=2010-09-01", true),
        ("StartTime>=2010-09-01", false),
        ("StartTime<=2010-08-31", false),
    ] {
        let path = world.path(&format!("/Calls.json?{query}"));
        let answer = converse(&world, &format!("GET {path} HTTP/1.1\r\n{head}")).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
        assert_eq!(answer.contains(&CallSid(1).to_string()), found, "{query}");
        let echoed = query.replace('>', "%3E").replace('<', "%3C");
        assert!(answer.contains(&format!("?{echoed}&PageSize")), "{answer}");
    }
}

#[tokio::test]
async fn odd_forms_are_read_as_far_as_they_can_be() {
    let world = World::new();
    let path = world.path("/Calls.json");
    let good = "To=%2B14158675309&From=%2B14158675308&Twiml=%3CResponse/%3E";
    for (body, kind, code) in [
        // Another kind of body lacks everything that is required, and is told what.
        ("{\"To\":\"+14158675309\"}", "application/json", 21_201),
        ("", "application/x-www-form-urlencoded", 21_201),
        (
            "to=%2B14158675309",
            "application/x-www-form-urlencoded",
            21_201,
        ),
        ("To=%2B14158675309&From=%zz%f", "text/plain", 21_205),
        ("To=%2B14158675309&From=%FF%FE&Url=http://a", "", 21_212),
        (&format!("{good}&Url=http://a/%00"), "", 20_001),
        (&format!("{good}&%00=1"), "", 20_001),
        (&format!("{good}&Record=yes"), "", 20_001),
    ] {
        let request = Request::post(&path)
            .header(AUTHORIZATION, credentials(&ACCOUNT.to_string(), TOKEN))
            .header("content-type", kind);
        let body = Full::from(body.to_owned());
        let answer = world.send(request.body(body).unwrap()).await;
        assert_eq!((answer.status, answer.fault().0), (400, code), "{kind}");
    }
    // Of several values the first counts, booleans are written as Python writes them, and what is
    // unknown doesn't matter.
    let body = format!("{good}&To=x&Record=True&Colour=red&Timeout=%20%2030");
    let request = Request::post(&path)
        .header(AUTHORIZATION, credentials(&ACCOUNT.to_string(), TOKEN))
        .body(Full::from(body));
    assert_eq!(world.send(request.unwrap()).await.status, 201);
    let placed = world.placed();
    assert_eq!(placed.to.number(), Some("+14158675309"));
    assert_eq!((placed.record.is_some(), placed.ring_secs), (true, 30));
}
