//! `POST /twilio-call`: every answer it has.

use super::platform::{Mood, basic};
use super::world::{ACCOUNT, PUBLIC, World};
use axum::body::Body;
use axum::http::Request;
use crm::limit;
use serde_json::json;

const TO: &str = "+5511999990001";

#[tokio::test]
async fn a_click_asks_the_platform_for_the_agent_first() {
    let world = World::new().await;
    let (answer, log) = world.click(&world.ana, TO).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let body = answer.json();
    assert_eq!(
        (&body["success"], &body["status"]),
        (&json!(true), &json!("queued"))
    );
    let [placed] = &world.platform.placed()[..] else {
        panic!("one call is placed");
    };
    assert_eq!(
        placed.path,
        format!("/2010-04-01/Accounts/{ACCOUNT}/Calls.json")
    );
    assert_eq!(placed.authorization, basic("right"));
    let said = |name: &str| placed.form.first(name).unwrap().to_owned();
    assert_eq!(said("To"), "+12025550101");
    assert_eq!(said("From"), "+12025550190");
    let key = said("StatusCallback");
    let key = key
        .strip_prefix(&format!("{PUBLIC}/twilio-webhook/status?key="))
        .unwrap();
    assert!(key.len() >= 32, "{key}");
    let url = format!("{PUBLIC}/twilio-webhook/twiml?key={key}&to=%2B5511999990001");
    assert_eq!(said("Url"), url);
    let events = placed.form.all("StatusCallbackEvent");
    assert_eq!(events, ["initiated", "ringing", "answered", "completed"]);
    assert_eq!(
        placed.form.first("Record"),
        None,
        "the dial is recorded, and once"
    );
    let call = world.log(&world.ana, &log).await;
    assert_eq!(call["callSid"], body["callSid"]);
    assert_eq!(
        (&call["stage"], &call["toNumber"]),
        (&json!("agent-calling"), &json!(TO))
    );
    // A number alone finds its contact.
    assert_eq!(call["contact"]["name"], "Ana Souza");
    assert_eq!(call["user"]["name"], "Ana Ribeiro");
}

#[tokio::test]
async fn a_double_click_makes_one_call() {
    let world = World::new().await;
    world.platform.mood(Mood::Waiting);
    let clicks = async { tokio::join!(world.click(&world.ana, TO), world.click(&world.ana, TO)) };
    let release = async {
        world.platform.was_asked.notified().await;
        world.platform.go_on.notify_one();
    };
    let (((one, first), (other, second)), ()) = tokio::join!(clicks, release);
    assert_eq!((one.status, other.status), (200, 200));
    assert_eq!(first, second);
    // Whoever came second heard the SID as well.
    assert_eq!(one.json(), other.json());
    assert!(one.json()["callSid"].is_string());
    let (third, same) = world.click(&world.ana, "+55 (11) 99999-0001").await;
    assert_eq!((third.status, same), (200, first));
    assert_eq!(world.platform.placed().len(), 1);
}

#[tokio::test]
async fn who_goes_away_while_the_platform_thinks_leaves_a_right_log() {
    let world = World::new().await;
    world.platform.mood(Mood::Waiting);
    {
        let click = world.click(&world.ana, TO);
        tokio::pin!(click);
        tokio::select! {
            _ = &mut click => panic!("the platform hasn't answered"),
            () = world.platform.was_asked.notified() => {}
        }
    }
    world.platform.go_on.notify_one();
    // The same wish waits for the same answer.
    let (answer, _) = world.click(&world.ana, TO).await;
    assert!(answer.json()["callSid"].is_string(), "{}", answer.text());
    assert_eq!(world.platform.placed().len(), 1);
}

#[tokio::test]
async fn another_number_waits_until_the_call_is_over() {
    let world = World::new().await;
    let (log, sid, key) = world.call(&world.ana, TO).await;
    let (busy, other) = world.click(&world.ana, "+5511999990002").await;
    assert_eq!(busy.refusal(), (409, "line-busy".into()));
    assert_eq!(other, log);
    assert_eq!(
        world.click(&world.bruno, "+5511999990002").await.0.status,
        200
    );
    world
        .status(&key, &[("CallSid", &sid), ("CallStatus", "busy")])
        .await;
    assert_eq!(
        world.click(&world.ana, "+5511999990002").await.0.status,
        200
    );
}

#[tokio::test]
async fn a_key_makes_a_repeated_request_the_same_call() {
    let world = World::new().await;
    let request = || {
        let mut request = world
            .ana
            .request("POST", "/twilio-call", Some(json!({"to": TO})));
        let key = "5f0c3a52-1f6e-4b60-9d0a-5f6e4b609d0a".parse().unwrap();
        request.headers_mut().insert("idempotency-key", key);
        request
    };
    let first = world.ask(request()).await.json();
    let log = first["callLogId"].as_str().unwrap();
    let sid = first["callSid"].as_str().unwrap();
    let placed = world.platform.placed().pop().unwrap();
    let key = placed
        .form
        .first("StatusCallback")
        .unwrap()
        .split_once("key=")
        .unwrap()
        .1
        .to_owned();
    world
        .status(&key, &[("CallSid", sid), ("CallStatus", "no-answer")])
        .await;
    // Even after its end.
    let again = world.ask(request()).await.json();
    assert_eq!(
        (&again["callLogId"], &again["status"]),
        (&json!(log), &json!("no-answer"))
    );
    assert_eq!(world.platform.placed().len(), 1);
    let mut long = request();
    let key = "x"
        .repeat(limit::IDEMPOTENCY_KEY_BYTES + 1)
        .parse()
        .unwrap();
    long.headers_mut().insert("idempotency-key", key);
    assert_eq!(
        world.ask(long).await.refusal(),
        (400, "invalid-idempotency-key".into())
    );
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_before_anything_is_placed() {
    let world = World::new().await;
    let ask = |body: serde_json::Value| world.post(&world.ana, "/twilio-call", body);
    for body in [
        json!({}),
        json!({"to": ""}),
        json!({"to": null}),
        json!({"to": "  "}),
    ] {
        let answer = ask(body).await;
        assert_eq!(answer.refusal(), (400, "number-required".into()));
        assert_eq!(answer.json()["error"], "Phone number required");
    }
    for to in [
        "11999990001",
        "+0123456789",
        "+55119",
        "+1202555019x",
        "sip:a@b.example",
    ] {
        let answer = ask(json!({"to": to})).await;
        assert_eq!(answer.refusal(), (400, "invalid-number".into()), "{to}");
    }
    let none = "00000000-0000-4000-8000-000000000000";
    let answer = ask(json!({"to": TO, "contactId": none})).await;
    assert_eq!(answer.refusal(), (404, "contact-not-found".into()));
    let answer = ask(json!({"to": TO, "contactId": "x"})).await;
    assert_eq!(answer.refusal(), (404, "contact-not-found".into()));
    let answer = ask(json!({"to": TO, "opportunityId": none})).await;
    assert_eq!(answer.refusal(), (404, "opportunity-not-found".into()));
    let request = world.ana.request("POST", "/twilio-call", None);
    assert_eq!(
        world.ask(request).await.refusal(),
        (400, "invalid-body".into())
    );
    let answer = ask(json!({"to": 5})).await;
    assert_eq!(answer.refusal(), (400, "invalid-body".into()));
    let long = ask(json!({"to": "1".repeat(limit::BODY_BYTES)})).await;
    assert_eq!(long.refusal(), (413, "too-large".into()));
}

#[tokio::test]
async fn a_contact_of_another_organization_is_not_there() {
    let world = World::new().await;
    let theirs = world.get(&world.carla, "/api/contacts").await.json();
    let id = &theirs["contacts"][0]["id"];
    let answer = world
        .post(
            &world.ana,
            "/twilio-call",
            json!({"to": TO, "contactId": id}),
        )
        .await;
    assert_eq!(answer.refusal(), (404, "contact-not-found".into()));
}

#[tokio::test]
async fn without_an_integration_it_says_so() {
    let world = World::new().await;
    let (answer, _) = world.click(&world.carla, TO).await;
    assert_eq!(answer.refusal(), (400, "not-configured".into()));
    assert_eq!(answer.json()["error"], "Twilio not configured");
}

#[tokio::test]
async fn a_refusal_of_the_platform_is_told_and_logged() {
    let world = World::new().await;
    let message = "The 'To' number is not valid";
    world.platform.mood(Mood::Refusing(400, 21211, message));
    let (answer, _) = world.click(&world.ana, TO).await;
    assert_eq!(answer.refusal(), (500, "call-refused".into()));
    let body = answer.json();
    assert_eq!(body["error"], "Failed to initiate call");
    let more = "https://www.twilio.com/docs/errors/21211";
    let details = json!({"code": 21211, "message": message, "moreInfo": more});
    assert_eq!(body["details"], details);
    let calls = world.get(&world.ana, "/api/calls").await.json();
    let call = &calls["calls"][0];
    assert_eq!(
        (&call["status"], &call["outcome"]),
        (&json!("failed"), &json!("failed"))
    );
    assert_eq!(call["error"], json!({"code": 21211, "message": message}));
    // The line is free again.
    world.platform.mood(Mood::Willing);
    assert_eq!(world.click(&world.ana, TO).await.0.status, 200);
}

#[tokio::test]
async fn a_platform_that_is_not_there_is_told_the_same_way() {
    let world = World::new().await;
    let mut write = world.integration("right");
    write.base_url = Some("http://127.0.0.1:1".to_owned());
    let tenant = world.tenant(&world.ana).await;
    tenant.set_integration(&write).await.unwrap();
    let (answer, _) = world.click(&world.ana, TO).await;
    assert_eq!(answer.refusal(), (500, "call-refused".into()));
    assert_eq!(answer.json()["details"]["code"], json!(null));
    let calls = world.get(&world.ana, "/api/calls").await.json();
    assert_eq!(calls["calls"][0]["outcome"], "failed");
}

#[tokio::test]
async fn an_answer_that_is_lost_leaves_the_call_to_its_callbacks() {
    let world = World::new().await;
    world.platform.mood(Mood::Silent);
    let (answer, log) = world.click(&world.ana, TO).await;
    assert_eq!(answer.refusal(), (500, "call-uncertain".into()));
    let call = world.log(&world.ana, &log).await;
    assert_eq!(
        (&call["stage"], &call["callSid"]),
        (&json!("asking"), &json!(null))
    );
    // A second click is the same call, not another one.
    let (again, same) = world.click(&world.ana, TO).await;
    assert_eq!((again.status, same), (200, log.clone()));
    let placed = world.platform.placed();
    assert_eq!(placed.len(), 1);
    let key = placed[0]
        .form
        .first("StatusCallback")
        .unwrap()
        .split_once("key=")
        .unwrap()
        .1
        .to_owned();
    world
        .status(&key, &[("CallSid", "CA7"), ("CallStatus", "ringing")])
        .await;
    let call = world.log(&world.ana, &log).await;
    assert_eq!(
        (&call["stage"], &call["callSid"]),
        (&json!("agent-ringing"), &json!("CA7"))
    );
}

#[tokio::test]
async fn a_user_asks_for_so_many_calls_and_then_waits() {
    let world = World::new().await;
    for _ in 0..limit::CALL_BURST {
        let (log, sid, key) = world.call(&world.ana, TO).await;
        // A second click takes nothing from the rate.
        assert_eq!(world.click(&world.ana, TO).await.1, log);
        world
            .status(&key, &[("CallSid", &sid), ("CallStatus", "busy")])
            .await;
    }
    let (answer, _) = world.click(&world.ana, TO).await;
    assert_eq!(answer.refusal(), (429, "too-many-calls".into()));
    assert_eq!(answer.header("retry-after"), "6");
    assert_eq!(
        answer.header("access-control-expose-headers"),
        "retry-after"
    );
    assert_eq!(
        world.click(&world.bruno, TO).await.0.status,
        200,
        "each has their own"
    );
    world.clock.advance(limit::CALL_EVERY);
    assert_eq!(world.click(&world.ana, TO).await.0.status, 200);
    // While it lasts, a second click is still answered.
    assert_eq!(world.click(&world.ana, TO).await.0.status, 200);
}

#[tokio::test]
async fn a_browser_on_another_site_may_ask() {
    let world = World::new().await;
    let request = Request::options("/twilio-call")
        .header("origin", "https://other.example")
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "authorization, content-type",
        );
    let answer = world.ask(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert!(
        answer
            .header("access-control-allow-methods")
            .contains("POST")
    );
    for name in [
        "authorization",
        "x-client-info",
        "apikey",
        "content-type",
        "idempotency-key",
    ] {
        assert!(
            answer.header("access-control-allow-headers").contains(name),
            "{name}"
        );
    }
    // Refusals can be read there too, and nothing else is open.
    let request = Request::post("/twilio-call")
        .body(Body::from("{}"))
        .unwrap();
    let answer = world.ask(request).await;
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (401, "*")
    );
    let answer = world.get(&world.ana, "/api/me").await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
}
