//! Every body against the machine-read contract: the same fields, no more and no fewer, each of
//! its type.

use crate::world::*;
use model::call::NotificationLevel;
use model::*;
use serde_json::Value;
use std::collections::BTreeSet;
use store::Write;

pub fn operation(name: &str) -> Value {
    let text = include_str!("../../../../reference/contract.json");
    let contract: Value = serde_json::from_str(text).expect("a contract");
    let operations = contract["voice_api_v2010"].as_array().expect("operations");
    let found = operations
        .iter()
        .find(|operation| operation["operation"] == name);
    found
        .unwrap_or_else(|| panic!("no operation {name}"))
        .clone()
}

/// Holds a value against its schema; `place` names it in a complaint.
pub fn check(value: &Value, schema: &Value, place: &str) {
    if value.is_null() {
        assert_eq!(schema["nullable"], true, "{place} may not be null");
        return;
    }
    match schema["type"].as_str() {
        Some("object") => {
            let object = value
                .as_object()
                .unwrap_or_else(|| panic!("{place} is no object"));
            let Some(properties) = schema["properties"].as_object() else {
                return;
            };
            let have: BTreeSet<_> = object.keys().collect();
            let want: BTreeSet<_> = properties.keys().collect();
            assert_eq!(have, want, "fields of {place}");
            for (name, schema) in properties {
                check(&object[name], schema, &format!("{place}.{name}"));
            }
        }
        Some("array") => {
            let items = value
                .as_array()
                .unwrap_or_else(|| panic!("{place} is no array"));
            assert!(
                !items.is_empty(),
                "{place} must hold something to be checked"
            );
            for item in items {
                check(item, &schema["items"], place);
            }
        }
        Some("string") => check_text(value, schema, place),
        Some("integer") => assert!(value.is_i64() || value.is_u64(), "{place}: {value}"),
        Some("boolean") => assert!(value.is_boolean(), "{place}: {value}"),
        Some(other) => panic!("{place} has type {other}, which nothing here sends: {value}"),
        None => {}
    }
}

fn check_text(value: &Value, schema: &Value, place: &str) {
    let text = value
        .as_str()
        .unwrap_or_else(|| panic!("{place} is no text: {value}"));
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{place}: {text}");
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        // `^CA[0-9a-fA-F]{32}$`; the examples have empty identifiers, too.
        let digits = text.strip_prefix(&pattern[1..3]);
        let well =
            digits.is_some_and(|d| d.len() == 32 && d.bytes().all(|b| b.is_ascii_hexdigit()));
        assert!(well || text.is_empty(), "{place}: {text}");
    }
    if schema["format"] == "date-time-rfc-2822" {
        assert_eq!((text.len(), &text[25..]), (31, " +0000"), "{place}: {text}");
    }
}

pub async fn world_with_everything() -> World {
    fill(World::new())
}

/// Puts something into every list.
pub fn fill(world: World) -> World {
    world.keep(Write::Call(Box::new(completed(1, 0))));
    world.keep(Write::Call(Box::new(queued(2, 5))));
    recorded(&world, 1, 1, 2);
    world.keep(Write::Application(Box::new(application(1))));
    world.keep(Write::CallerId(Box::new(OutgoingCallerId {
        sid: NumberSid(1),
        account: ACCOUNT,
        phone_number: "+12025550177".into(),
        friendly_name: "Ann".into(),
        date_created: NOW,
        date_updated: NOW,
    })));
    world.keep(Write::Notification(Box::new(NotificationRow {
        sid: NotificationSid(1),
        account: ACCOUNT,
        call: CallSid(1),
        level: NotificationLevel::Warning,
        code: 12_200,
        text: "Schema validation warning & more".into(),
        request_method: None,
        request_url: Some("https://example.com/".into()),
        date: NOW,
    })));
    world.keep(Write::WebEvent(Box::new(WebEventRow {
        account: ACCOUNT,
        call: CallSid(1),
        method: model::Method::Post,
        url: "https://example.com/voice".into(),
        parameters: vec![("CallSid".into(), CallSid(1).to_string())],
        response_code: Some(200),
        content_type: Some("text/xml".into()),
        response_body: Some("<Response/>".into()),
        duration_ms: 50,
        date: NOW,
    })));
    world
}

#[tokio::test]
async fn every_body_has_the_contracts_fields_and_types() {
    let world = world_with_everything().await;
    let (call, recording) = (CallSid(1), RecordingSid(1));
    let number = world
        .post(
            &world.path("/IncomingPhoneNumbers.json"),
            &[("PhoneNumber", "+12025550190")],
        )
        .await;
    check(
        &number.json(),
        &operation("CreateIncomingPhoneNumber")["responses"]["201"],
        "number",
    );
    let number = number.json()["sid"].as_str().expect("a sid").to_owned();
    for (name, path) in [
        (
            "FetchAccount",
            format!("/2010-04-01/Accounts/{ACCOUNT}.json"),
        ),
        ("ListAccount", "/2010-04-01/Accounts.json".to_owned()),
        ("FetchCall", world.path(&format!("/Calls/{call}.json"))),
        ("ListCall", world.path("/Calls.json")),
        (
            "ListCallEvent",
            world.path(&format!("/Calls/{call}/Events.json")),
        ),
        (
            "ListCallNotification",
            world.path(&format!("/Calls/{call}/Notifications.json")),
        ),
        ("ListNotification", world.path("/Notifications.json")),
        (
            "ListCallRecording",
            world.path(&format!("/Calls/{call}/Recordings.json")),
        ),
        (
            "FetchCallRecording",
            world.path(&format!("/Calls/{call}/Recordings/{recording}.json")),
        ),
        ("ListRecording", world.path("/Recordings.json")),
        (
            "FetchRecording",
            world.path(&format!("/Recordings/{recording}.json")),
        ),
        (
            "ListIncomingPhoneNumber",
            world.path("/IncomingPhoneNumbers.json"),
        ),
        (
            "FetchIncomingPhoneNumber",
            world.path(&format!("/IncomingPhoneNumbers/{number}.json")),
        ),
    ] {
        let answer = world.get(&path).await;
        assert_eq!(answer.status, 200, "{name}");
        check(&answer.json(), &operation(name)["responses"]["200"], name);
    }
    let form = [
        ("To", "+14158675309"),
        ("From", "+14158675308"),
        ("Twiml", "<Response/>"),
    ];
    let created = world.post(&world.path("/Calls.json"), &form).await;
    assert_eq!(created.status, 201);
    check(
        &created.json(),
        &operation("CreateCall")["responses"]["201"],
        "CreateCall",
    );
}

#[tokio::test]
async fn what_a_client_reads_is_what_was_written() {
    let world = world_with_everything().await;
    let bytes = world
        .get(&world.path(&format!("/Calls/{}.json", CallSid(1))))
        .await
        .body;
    let call: api::Call = serde_json::from_slice(&bytes).expect("a call");
    assert_eq!(serde_json::to_vec(&call).expect("JSON"), bytes);
    let path = world.path(&format!("/Recordings/{}.json", RecordingSid(1)));
    let bytes = world.get(&path).await.body;
    let recording: api::Recording = serde_json::from_slice(&bytes).expect("a recording");
    assert_eq!(serde_json::to_vec(&recording).expect("JSON"), bytes);
}

#[tokio::test]
async fn parameters_and_messages_of_events_and_notifications_are_readable() {
    let world = world_with_everything().await;
    let call = CallSid(1);
    let events = world
        .get(&world.path(&format!("/Calls/{call}/Events.json")))
        .await
        .json();
    assert_eq!(
        events["events"][0]["request"]["parameters"]["call_sid"],
        call.to_string()
    );
    assert_eq!(events["events"][0]["response"]["request_duration"], 50);
    let list = world.get(&world.path("/Notifications.json")).await.json();
    let row = &list["notifications"][0];
    assert_eq!(
        (row["log"].as_str(), row["error_code"].as_str()),
        (Some("1"), Some("12200"))
    );
    let text = row["message_text"].as_str().expect("text");
    assert!(
        text.contains("LogLevel=WARN&Msg=Schema+validation+warning+%26+more"),
        "{text}"
    );
    let one = world.get(row["uri"].as_str().expect("a path")).await.json();
    for (name, value) in row.as_object().expect("a row") {
        assert_eq!(&one[name], value, "{name}");
    }
    // Where the application had been asked there, the question and its answer stand with it.
    assert!(one["request_variables"].is_null() && one["response_body"].is_null());
    world.keep(Write::Notification(Box::new(NotificationRow {
        sid: NotificationSid(2),
        account: ACCOUNT,
        call,
        level: NotificationLevel::Error,
        code: 12_100,
        text: "Document parse failure".into(),
        request_method: Some(model::Method::Post),
        request_url: Some("https://example.com/voice".into()),
        date: NOW,
    })));
    let path = world.path(&format!("/Notifications/{}.json", NotificationSid(2)));
    let one = world.get(&path).await.json();
    assert_eq!(one["request_variables"], format!("CallSid={call}"));
    assert_eq!(one["response_body"], "<Response/>");
}
