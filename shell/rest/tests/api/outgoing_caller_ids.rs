//! Numbers of others: asked for by a call, then listed, named, given up, shown.

use crate::world::*;
use ::call::command::Source;
use model::*;
use store::Write;

const BOB: &str = "+14158675309";

fn verified(sid: u128, phone_number: &str) -> Write {
    Write::CallerId(Box::new(OutgoingCallerId {
        sid: NumberSid(sid),
        account: ACCOUNT,
        phone_number: phone_number.into(),
        friendly_name: format!("caller {sid}"),
        date_created: NOW,
        date_updated: NOW,
    }))
}

#[tokio::test]
async fn a_number_is_asked_for_by_a_call_that_speaks_its_code() {
    let world = World::new();
    let list = world.path("/OutgoingCallerIds.json");
    let form = [
        ("PhoneNumber", BOB),
        ("CallDelay", "60"),
        ("Extension", "w12"),
        ("StatusCallback", "https://app.example/verified"),
        ("StatusCallbackMethod", "GET"),
    ];
    let answer = world.post(&list, &form).await;
    assert_eq!(answer.status, 200);
    let answer = answer.json();
    assert_eq!(answer["phone_number"], BOB);
    assert_eq!(answer["friendly_name"], "(415) 867-5309");
    let code = answer["validation_code"].as_str().expect("a code");
    assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()));
    assert!(
        answer["call_sid"]
            .as_str()
            .expect("a call")
            .starts_with("CA")
    );
    let placed = world.placed();
    assert_eq!(placed.to.to_string(), BOB);
    assert_eq!(placed.delay_secs, 60);
    assert_eq!(placed.send_digits.as_deref(), Some("w12"));
    let Source::Verification(verification) = placed.source else {
        panic!("another call: {:?}", placed.source);
    };
    assert_eq!(verification.code, code);
    let to = ("https://app.example/verified".to_owned(), Method::Get);
    assert_eq!(verification.callback, Some(to));
    // Nobody has agreed yet.
    let page = world.get(&list).await.json();
    assert_eq!(page["outgoing_caller_ids"], serde_json::json!([]));
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_refused() {
    let world = World::new();
    world.keep(verified(1, BOB));
    let numbers = world.path("/IncomingPhoneNumbers.json");
    world
        .post(&numbers, &[("PhoneNumber", "+12025550190")])
        .await;
    let list = world.path("/OutgoingCallerIds.json");
    let new = ("PhoneNumber", "+12025550177");
    let long = "n".repeat(65);
    for (form, code) in [
        (vec![], 21401),
        (vec![("PhoneNumber", "911")], 21401),
        (vec![("PhoneNumber", BOB)], 21450),
        (vec![("PhoneNumber", "+12025550190")], 21449),
        (vec![new, ("CallDelay", "61")], 21454),
        (vec![new, ("CallDelay", "-1")], 21454),
        (vec![new, ("Extension", "x")], 21206),
        (vec![new, ("StatusCallback", "x")], 21456),
        (vec![new, ("FriendlyName", &long)], 20001),
    ] {
        let answer = world.post(&list, &form).await;
        let got = (answer.status, &answer.json()["code"]);
        assert_eq!(got, (400, &code.into()), "{form:?}");
    }
}

#[tokio::test]
async fn verified_numbers_are_found_named_and_given_up() {
    let world = World::new();
    world.keep(verified(1, BOB));
    world.keep(verified(2, "+12025550177"));
    let list = world.path("/OutgoingCallerIds.json");
    for (query, count) in [
        ("", 2),
        ("?PhoneNumber=%2B14158675309", 1),
        ("?FriendlyName=caller%202", 1),
        ("?FriendlyName=nobody", 0),
    ] {
        let page = world.get(&format!("{list}{query}")).await.json();
        let found = page["outgoing_caller_ids"].as_array().map(Vec::len);
        assert_eq!(found, Some(count), "{query}");
    }
    let one = world.path(&format!("/OutgoingCallerIds/{}.json", NumberSid(1)));
    let named = world.post(&one, &[("FriendlyName", "Bob")]).await;
    assert_eq!(
        (named.status, &named.json()["friendly_name"]),
        (200, &"Bob".into())
    );
    assert_eq!(world.get(&one).await.json()["friendly_name"], "Bob");
    assert_eq!(world.delete(&one).await.status, 204);
    assert_eq!(world.get(&one).await.status, 404);
}

#[tokio::test]
async fn a_verified_number_may_be_shown() {
    let world = World::with(Terms {
        strict: true,
        ..Terms::default()
    });
    let call = [
        ("To", "+12025550101"),
        ("From", BOB),
        ("Twiml", "<Response/>"),
    ];
    let path = world.path("/Calls.json");
    assert_eq!(world.post(&path, &call).await.json()["code"], 21210);
    world.keep(verified(1, BOB));
    let placed = world.post(&path, &call).await;
    assert_eq!(placed.status, 201);
    assert_eq!(placed.json()["phone_number_sid"], NumberSid(1).to_string());
    let one = world.path(&format!("/OutgoingCallerIds/{}.json", NumberSid(1)));
    world.delete(&one).await;
    assert_eq!(world.post(&path, &call).await.json()["code"], 21210);
}
