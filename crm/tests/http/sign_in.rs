//! Signing in, and who may ask.

use super::world::{Person, World};
use axum::body::Body;
use axum::http::Request;
use crm::limit;
use serde_json::{Value, json};
use std::time::Duration;

fn sign_in(email: &str, password: &str) -> Request<Body> {
    let body = json!({"email": email, "password": password}).to_string();
    Request::post("/auth/sign-in")
        .body(Body::from(body))
        .unwrap()
}

/// The same, as the proxy passes it on.
fn from(address: &str, mut request: Request<Body>) -> Request<Body> {
    let address = address.parse().unwrap();
    request.headers_mut().insert("x-forwarded-for", address);
    request
}

fn with(token: &Value, world: &World) -> Person {
    Person {
        token: token.as_str().unwrap().to_owned(),
        ..world.ana.clone()
    }
}

#[tokio::test]
async fn who_knows_the_password_gets_a_token() {
    let world = World::bare().await;
    let answer = world
        .ask(sign_in(" ANA@acme.example", crm::sample::PASSWORD))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "no-store");
    let session = answer.json();
    assert_eq!(session["user"]["email"], "ana@acme.example");
    assert_eq!(session["user"]["locale"], "pt-BR");
    assert_eq!(session["organization"]["name"], "Acme Telecom");
    assert_eq!(session["organization"]["role"], "owner");
    let ana = with(&session["token"], &world);
    let me = world.get(&ana, "/api/me").await.json();
    assert_eq!(me["user"], session["user"]);
    assert_eq!(me["organizations"], session["organizations"]);
    // It ends when it says so.
    assert!(session["expiresAt"].as_str().unwrap().ends_with('Z'));
    world.clock.advance(limit::TOKEN_LIFE);
    assert_eq!(
        world.get(&ana, "/api/me").await.refusal(),
        (401, "unauthorized".into())
    );
}

#[tokio::test]
async fn a_wrong_address_and_a_wrong_password_are_told_alike() {
    let world = World::bare().await;
    let one = world.ask(sign_in("ana@acme.example", "wrong")).await;
    let other = world.ask(sign_in("nobody@acme.example", "wrong")).await;
    assert_eq!(one.refusal(), (401, "wrong-credentials".into()));
    assert_eq!(one.bytes, other.bytes);
    let long = world
        .ask(sign_in("ana@acme.example", &"x".repeat(300)))
        .await;
    assert_eq!(long.bytes, one.bytes);
}

#[tokio::test]
async fn attempts_are_bounded_and_come_back_with_time() {
    let world = World::bare().await;
    let right = crm::sample::PASSWORD;
    let here = |email: &str, password: &str| from("192.0.2.1", sign_in(email, password));
    for _ in 0..limit::SIGN_IN_BURST {
        let answer = world.ask(here("ana@acme.example", "wrong")).await;
        assert_eq!(answer.status, 401);
    }
    // Now the right one doesn't help either, in whatever letters the address is written.
    let answer = world.ask(here("Ana@Acme.Example", right)).await;
    assert_eq!(answer.refusal(), (429, "too-many-attempts".into()));
    assert_eq!(answer.header("retry-after"), "30");
    let other = world.ask(here("bruno@acme.example", right)).await;
    assert_eq!(other.status, 200, "others are not kept out");
    // Nor is the owner, elsewhere; what a guesser writes before the proxy's word is nothing.
    let elsewhere = sign_in("ana@acme.example", right);
    assert_eq!(world.ask(from("192.0.2.2", elsewhere)).await.status, 200);
    let feigned = sign_in("ana@acme.example", right);
    let answer = world.ask(from("192.0.2.2, 192.0.2.1", feigned)).await;
    assert_eq!(answer.status, 429);
    world.clock.advance(Duration::from_secs(30));
    let answer = world.ask(here("ana@acme.example", right)).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_user_of_two_organizations_changes_between_them_and_to_no_third() {
    let world = World::bare().await;
    let session = world
        .ask(sign_in("diego@acme.example", crm::sample::PASSWORD))
        .await
        .json();
    assert_eq!(session["organizations"].as_array().unwrap().len(), 2);
    let diego = with(&session["token"], &world);
    let to = |id: &Value| json!({"organizationId": id});
    let borealis = &session["organizations"][1];
    assert_eq!(borealis["name"], "Borealis Energia");
    let answer = world
        .post(&diego, "/auth/organization", to(&borealis["id"]))
        .await;
    assert_eq!(answer.json()["organization"]["role"], "agent");
    let there = with(&answer.json()["token"], &world);
    let me = world.get(&there, "/api/me").await.json();
    assert_eq!(me["organization"], *borealis);
    let answer = world
        .post(&world.ana, "/auth/organization", to(&borealis["id"]))
        .await;
    assert_eq!(answer.status, 404);
    let body = json!({"email": "ana@acme.example", "password": crm::sample::PASSWORD,
        "organizationId": borealis["id"]});
    let request = Request::post("/auth/sign-in").body(Body::from(body.to_string()));
    assert_eq!(world.ask(request.unwrap()).await.status, 401);
}

#[tokio::test]
async fn without_a_token_of_ours_nothing_is_told() {
    let world = World::new().await;
    let paths = [
        ("GET", "/api/me"),
        ("GET", "/api/calls"),
        ("GET", "/api/calls/x/recording"),
        ("GET", "/api/events"),
        ("GET", "/api/contacts"),
        ("GET", "/api/users"),
        ("GET", "/api/integration"),
        ("POST", "/api/integration/test"),
        ("POST", "/auth/organization"),
        ("POST", "/twilio-call"),
    ];
    let forged = format!("{}x", world.ana.token);
    for (method, path) in paths {
        for header in [
            "",
            "Bearer",
            "Basic eDp5",
            "Bearer x.y.z",
            &format!("Bearer {forged}"),
        ] {
            let request = Request::builder().method(method).uri(path);
            let request = request
                .header("authorization", header)
                .body(Body::from("{}"));
            let answer = world.ask(request.unwrap()).await;
            assert_eq!(
                answer.refusal(),
                (401, "unauthorized".into()),
                "{path} {header}"
            );
        }
    }
}

#[tokio::test]
async fn who_left_the_organization_sees_nothing_at_once() {
    let world = World::new().await;
    assert_eq!(world.get(&world.bruno, "/api/calls").await.status, 200);
    let (acme, bruno) = (world.bruno.organization, world.bruno.user);
    world.admin.remove_member(acme, bruno).await.unwrap();
    assert_eq!(world.get(&world.bruno, "/api/calls").await.status, 401);
    let answer = world.click(&world.bruno, "+5511999990001").await.0;
    assert_eq!(answer.refusal(), (404, "user-not-found".into()));
    assert_eq!(answer.json()["error"], "User not found");
    assert!(world.platform.placed().is_empty());
}

#[tokio::test]
async fn a_language_is_set_and_only_one_of_ours() {
    let world = World::bare().await;
    let change = |locale: &str| {
        world
            .bruno
            .request("PATCH", "/api/me", Some(json!({"locale": locale})))
    };
    let answer = world.ask(change("pt-BR")).await;
    assert_eq!(answer.json()["user"]["locale"], "pt-BR");
    assert_eq!(
        world.ask(change("xx")).await.refusal(),
        (400, "invalid-locale".into())
    );
    assert_eq!(
        world.get(&world.bruno, "/api/me").await.json()["user"]["locale"],
        "pt-BR"
    );
}
