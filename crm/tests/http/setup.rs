//! The integration and its test; health; what every answer has.

use super::world::{ACCOUNT, World};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

fn given() -> Value {
    json!({
        "accountSid": ACCOUNT, "authToken": "right",
        "phoneNumber": "+1 202 555 0190", "agentPhoneNumber": "+12025550101",
    })
}

async fn put(world: &World, body: Value) -> super::world::Answer {
    world
        .ask(world.carla.request("PUT", "/api/integration", Some(body)))
        .await
}

#[tokio::test]
async fn it_is_set_shown_and_never_tells_its_token() {
    let world = World::bare().await;
    let none = world.get(&world.carla, "/api/integration").await.json();
    assert_eq!(
        (&none["configured"], &none["webhooks"]),
        (&json!(false), &json!(null))
    );
    let answer = put(&world, given()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let shown = answer.json();
    assert_eq!(shown["phoneNumber"], "+12025550190");
    assert_eq!(
        (&shown["authTokenSet"], &shown["baseUrl"]),
        (&json!(true), &json!(null))
    );
    let voice = shown["webhooks"]["voice"].as_str().unwrap();
    assert!(
        voice.starts_with("https://crm.example/base/twilio-webhook/voice?key="),
        "{voice}"
    );
    assert!(!answer.text().contains("right"), "{}", answer.text());
    // Without a token the one that is kept stays, and so does the key.
    let mut changed = given();
    changed["authToken"] = json!("");
    changed["agentPhoneNumber"] = json!("+12025550107");
    let again = put(&world, changed).await.json();
    assert_eq!(again["agentPhoneNumber"], "+12025550107");
    assert_eq!(again["webhooks"], shown["webhooks"]);
    let tested = world
        .ask(world.carla.request("POST", "/api/integration/test", None))
        .await
        .json();
    assert_eq!(tested["ok"], true);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let world = World::bare().await;
    let cases = [
        ("accountSid", json!("AC1"), "invalid-account-sid"),
        ("accountSid", json!(null), "invalid-account-sid"),
        ("phoneNumber", json!("12"), "invalid-number"),
        ("agentPhoneNumber", json!(null), "invalid-number"),
        ("authToken", json!(null), "token-required"),
        ("authToken", json!("with space"), "token-required"),
        ("baseUrl", json!("ftp://x"), "invalid-base-url"),
        ("baseUrl", json!("http://user:pw@host"), "invalid-base-url"),
    ];
    for (name, value, code) in cases {
        let mut body = given();
        body[name] = value;
        assert_eq!(
            put(&world, body.clone()).await.refusal(),
            (400, code.into()),
            "{body}"
        );
    }
    let none = world
        .ask(world.carla.request("POST", "/api/integration/test", None))
        .await;
    assert_eq!(none.refusal(), (400, "not-configured".into()));
}

#[tokio::test]
async fn an_agent_sees_it_and_changes_nothing() {
    let world = World::new().await;
    let request = world
        .bruno
        .request("PUT", "/api/integration", Some(given()));
    assert_eq!(
        world.ask(request).await.refusal(),
        (403, "not-allowed".into())
    );
    let request = world
        .bruno
        .request("POST", "/api/integration/test", Some(given()));
    assert_eq!(
        world.ask(request).await.refusal(),
        (403, "not-allowed".into())
    );
    assert_eq!(
        world.get(&world.bruno, "/api/integration").await.status,
        200
    );
}

#[tokio::test]
async fn a_test_says_what_is_wrong() {
    let world = World::new().await;
    let test = async |body: Option<Value>| {
        let request = world.ana.request("POST", "/api/integration/test", body);
        world.ask(request).await.json()
    };
    let kept = test(None).await;
    let account = json!({"name": "Ours", "status": "active"});
    let fine = json!({"ok": true, "account": account, "numberOwned": true, "problem": null});
    assert_eq!(kept, fine);
    let mut body = given();
    body["authToken"] = json!("wrong");
    let wrong = test(Some(body)).await;
    assert_eq!(
        (&wrong["ok"], &wrong["problem"]["code"]),
        (&json!(false), &json!(20003))
    );
    let mut body = given();
    body["phoneNumber"] = json!("+12025550111");
    let other = test(Some(body)).await;
    assert_eq!(
        (&other["ok"], &other["numberOwned"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(
        other["problem"]["message"],
        "The account doesn't own +12025550111."
    );
    let mut body = given();
    body["baseUrl"] = json!("http://127.0.0.1:1");
    let away = test(Some(body)).await;
    assert_eq!(
        (&away["ok"], &away["account"]),
        (&json!(false), &json!(null))
    );
    // Trying changes nothing.
    assert_eq!(test(None).await, fine);
}

#[tokio::test]
async fn health_and_the_headers_that_keep_a_browser_careful() {
    let world = World::new().await;
    for path in ["/health", "/", "/api/nothing"] {
        let answer = world
            .ask(Request::get(path).body(Body::empty()).unwrap())
            .await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("script-src 'self';"), "{path}: {policy}");
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
    }
    let health = world
        .ask(Request::get("/health").body(Body::empty()).unwrap())
        .await;
    assert_eq!(
        (health.status, health.json()),
        (200, json!({"status": "ok"}))
    );
    let nothing = world
        .ask(Request::get("/api/nothing").body(Body::empty()).unwrap())
        .await;
    assert_eq!(nothing.refusal(), (404, "not-found".into()));
    let page = world
        .ask(Request::get("/calls/1").body(Body::empty()).unwrap())
        .await;
    assert_eq!(
        (page.status, page.header("cache-control")),
        (200, "no-cache")
    );
}
