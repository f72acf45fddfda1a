//! The log and contacts: pages, filters, notes, hanging up.

use super::world::World;
use crm::limit;
use serde_json::{Value, json};

const TO: &str = "+5511999990001";

async fn ended(world: &World, to: &str, status: &str) -> String {
    let (log, sid, key) = world.call(&world.ana, to).await;
    world
        .status(&key, &[("CallSid", &sid), ("CallStatus", status)])
        .await;
    world.clock.advance(limit::CALL_EVERY);
    log
}

fn ids(page: &Value) -> Vec<&str> {
    let calls = page["calls"].as_array().unwrap();
    calls
        .iter()
        .map(|call| call["id"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn pages_and_filters() {
    let world = World::new().await;
    let busy = ended(&world, TO, "busy").await;
    let missed = ended(&world, "+12025550103", "no-answer").await;
    let (live, _, _) = world.call(&world.bruno, "+5511999990002").await;
    let get = async |query: &str| world.get(&world.ana, &format!("/api/calls{query}")).await;
    let all = get("").await.json();
    assert_eq!(ids(&all), [&*live, &*missed, &*busy]);
    assert_eq!(all["next"], json!(null));
    let first = get("?limit=2").await.json();
    assert_eq!(ids(&first), [&*live, &*missed]);
    let cursor = first["next"].as_str().unwrap();
    let second = get(&format!("?limit=2&cursor={cursor}")).await.json();
    assert_eq!(
        (ids(&second), &second["next"]),
        (vec![&*busy], &json!(null))
    );
    let user = world.bruno.user;
    let cases = [
        ("?live=true".to_owned(), vec![&*live]),
        ("?outcome=agent-busy".to_owned(), vec![&*busy]),
        ("?stage=ended".to_owned(), vec![&*missed, &*busy]),
        ("?direction=inbound".to_owned(), vec![]),
        (format!("?userId={user}"), vec![&*live]),
        ("?search=amorim".to_owned(), vec![&*missed]),
        ("?search=S%C3%83O%20joao".to_owned(), vec![&*busy]),
        ("?search=99999-0002".to_owned(), vec![&*live]),
        ("?to=2020-01-01T00:00:00Z".to_owned(), vec![]),
        ("?outcome=".to_owned(), vec![&*live, &*missed, &*busy]),
    ];
    for (query, wanted) in cases {
        assert_eq!(ids(&get(&query).await.json()), wanted, "{query}");
    }
    for query in [
        "?outcome=x",
        "?cursor=x",
        "?live=maybe",
        "?from=x",
        "?contactId=x",
    ] {
        assert_eq!(
            get(query).await.refusal(),
            (400, "invalid-query".into()),
            "{query}"
        );
    }
    for query in ["?limit=0", "?limit=201", "?limit=x"] {
        assert_eq!(
            get(query).await.refusal(),
            (400, "invalid-limit".into()),
            "{query}"
        );
    }
    assert_eq!(
        ids(&world.get(&world.carla, "/api/calls").await.json()),
        [""; 0]
    );
}

#[tokio::test]
async fn notes_are_kept_bounded_and_nobody_elses() {
    let world = World::new().await;
    let log = ended(&world, TO, "busy").await;
    let path = format!("/api/calls/{log}");
    let patch = async |person: &super::world::Person, notes: &str| {
        let body = Some(json!({"notes": notes}));
        world.ask(person.request("PATCH", &path, body)).await
    };
    let answer = patch(&world.bruno, " Liga amanhã. ").await;
    assert_eq!(answer.json()["notes"], "Liga amanhã.");
    let long = "x".repeat(limit::NOTES_CHARS + 1);
    assert_eq!(
        patch(&world.ana, &long).await.refusal(),
        (400, "too-long".into())
    );
    assert_eq!(patch(&world.carla, "ours").await.status, 404);
    assert_eq!(world.get(&world.carla, &path).await.status, 404);
    assert_eq!(world.get(&world.ana, "/api/calls/x").await.status, 404);
    assert_eq!(world.log(&world.ana, &log).await["notes"], "Liga amanhã.");
}

#[tokio::test]
async fn a_call_is_hung_up_while_it_lasts() {
    let world = World::new().await;
    let (log, sid, key) = world.call(&world.ana, TO).await;
    let path = format!("/api/calls/{log}/hang-up");
    let answer = world.ask(world.ana.request("POST", &path, None)).await;
    assert_eq!((answer.status, &answer.json()["id"]), (202, &json!(log)));
    let asked = world.platform.asked().pop().unwrap();
    assert!(
        asked.path.ends_with(&format!("/Calls/{sid}.json")),
        "{}",
        asked.path
    );
    assert_eq!(asked.form.first("Status"), Some("completed"));
    let theirs = world.ask(world.carla.request("POST", &path, None)).await;
    assert_eq!(theirs.status, 404);
    world
        .status(&key, &[("CallSid", &sid), ("CallStatus", "canceled")])
        .await;
    let answer = world.ask(world.ana.request("POST", &path, None)).await;
    assert_eq!(answer.refusal(), (409, "ended".into()));
    assert_eq!(world.log(&world.ana, &log).await["outcome"], "canceled");
}

#[tokio::test]
async fn contacts_are_made_found_and_changed() {
    let world = World::bare().await;
    let body = json!({"name": "  Caetano Lópes ", "phone": "+55 (71) 98888-0001", "company": ""});
    let answer = world.post(&world.carla, "/api/contacts", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let made = answer.json();
    assert_eq!(
        (&made["name"], &made["phone"]),
        (&json!("Caetano Lópes"), &json!("+5571988880001"))
    );
    assert_eq!(
        (&made["company"], &made["opportunities"]),
        (&json!(null), &json!([]))
    );
    let path = format!("/api/contacts/{}", made["id"].as_str().unwrap());
    let patch = async |body: Value| {
        world
            .ask(world.carla.request("PATCH", &path, Some(body)))
            .await
    };
    let changed = patch(json!({"company": "Bossa", "email": "c@bossa.example"}))
        .await
        .json();
    assert_eq!(
        (&changed["name"], &changed["company"]),
        (&made["name"], &json!("Bossa"))
    );
    let changed = patch(json!({"company": null})).await.json();
    assert_eq!(
        (&changed["company"], &changed["email"]),
        (&json!(null), &json!("c@bossa.example"))
    );
    assert_eq!(
        patch(json!({"name": " "})).await.refusal(),
        (400, "name-required".into())
    );
    assert_eq!(
        patch(json!({"phone": "1"})).await.refusal(),
        (400, "invalid-number".into())
    );
    let found = world
        .get(&world.carla, "/api/contacts?search=lopes")
        .await
        .json();
    assert_eq!(found["contacts"], json!([changed]));
    assert_eq!(world.get(&world.carla, &path).await.json(), changed);
    assert_eq!(
        world.get(&world.ana, &path).await.refusal(),
        (404, "contact-not-found".into())
    );
    let none = world
        .post(
            &world.carla,
            "/api/contacts",
            json!({"phone": "+5571988880001"}),
        )
        .await;
    assert_eq!(none.refusal(), (400, "name-required".into()));
    let none = world
        .post(&world.carla, "/api/contacts", json!({"name": "X"}))
        .await;
    assert_eq!(none.refusal(), (400, "invalid-number".into()));
    let page = world
        .get(&world.carla, "/api/contacts?limit=3")
        .await
        .json();
    let cursor = page["next"].as_str().unwrap();
    let rest = world
        .get(&world.carla, &format!("/api/contacts?cursor={cursor}"))
        .await
        .json();
    assert_eq!(
        (rest["contacts"].as_array().unwrap().len(), &rest["next"]),
        (1, &json!(null))
    );
    let users = world.get(&world.carla, "/api/users").await.json();
    let names: Vec<_> = users["users"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["name"])
        .collect();
    assert_eq!(names, ["Carla Nogueira", "Diego Prado"]);
}
