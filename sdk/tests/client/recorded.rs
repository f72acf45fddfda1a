//! Every example of an answer in the API's description, read through the types.

use crate::client;
use api::{Body, Envelope};
use loopback::{Reply, Server};
use ringback::*;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// What is shown again of what was read, as far as the example has it.
type Read = fn(Value) -> serde_json::Result<Value>;

fn one<T: Body + Serialize>(body: Value) -> serde_json::Result<Value> {
    serde_json::to_value(T::of(body)?)
}

fn list<T: Body + Serialize>(body: Value) -> serde_json::Result<Value> {
    serde_json::to_value(serde_json::from_value::<Envelope<T>>(body)?)
}

fn reader(operation: &str) -> Read {
    match operation {
        "ListAccount" => list::<Account>,
        "ListApplication" => list::<Application>,
        "ListCall" => list::<Call>,
        "ListCallEvent" => list::<CallEvent>,
        "ListCallRecording" => list::<CallRecording>,
        "ListCallNotification" | "ListNotification" => list::<Notification>,
        "ListIncomingPhoneNumber" => list::<IncomingPhoneNumber>,
        "ListKey" | "ListSigningKey" => list::<Key>,
        "ListOutgoingCallerId" => list::<OutgoingCallerId>,
        "ListRecording" => list::<Recording>,
        "CreateSecondaryAuthToken" => one::<SecondaryAuthToken>,
        "UpdateAuthTokenPromotion" => one::<AuthToken>,
        "CreateNewKey" | "CreateNewSigningKey" => one::<NewKey>,
        "CreateValidationRequest" => one::<ValidationRequest>,
        "FetchCallNotification" | "FetchNotification" => one::<NotificationInstance>,
        other => match other.trim_start_matches(char::is_uppercase) {
            name if name.ends_with("CallRecording") => one::<CallRecording>,
            name if name.ends_with("Account") => one::<Account>,
            name if name.ends_with("Application") => one::<Application>,
            name if name.ends_with("Call") => one::<Call>,
            name if name.ends_with("IncomingPhoneNumber") => one::<IncomingPhoneNumber>,
            name if name.ends_with("Key") => one::<Key>,
            name if name.ends_with("OutgoingCallerId") => one::<OutgoingCallerId>,
            name if name.ends_with("Recording") => one::<Recording>,
            _ => panic!("nothing reads {other}"),
        },
    }
}

fn bodies() -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bodies");
    let mut bodies = BTreeMap::new();
    for file in std::fs::read_dir(folder).expect("the folder") {
        let path = file.expect("a file").path();
        if path.extension().is_some_and(|it| it == "json") {
            let text = std::fs::read_to_string(&path).expect("a text");
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            bodies.insert(name, serde_json::from_str(&text).expect("JSON"));
        }
    }
    bodies
}

/// Whatever the example says must have been read: it is shown again.
fn compare(example: &Value, shown: &Value, place: &str, faults: &mut Vec<String>) {
    match (example, shown) {
        (Value::Null, _) => {}
        (Value::Object(fields), Value::Object(shown)) => {
            // The number of a page's last row is counted, and one example counts two rows as one.
            let told = |name: &str| !(name == "end" && fields.contains_key("page_size"));
            let said = fields.iter().filter(|(_, value)| !value.is_null());
            for (name, value) in said.filter(|(name, _)| told(name)) {
                let place = format!("{place}.{name}");
                match shown.get(name) {
                    Some(shown) => compare(value, shown, &place, faults),
                    None => faults.push(format!("{place} is not read")),
                }
            }
        }
        (Value::Array(values), Value::Array(shown)) if values.len() == shown.len() => {
            for (value, shown) in values.iter().zip(shown) {
                compare(value, shown, place, faults);
            }
        }
        (example, shown) if example == shown => {}
        (example, shown) => faults.push(format!("{place}: {example} is read as {shown}")),
    }
}

#[test]
fn every_example_is_read_and_nothing_of_it_is_lost() {
    let mut faults = Vec::new();
    let mut count = 0;
    for (operation, statuses) in bodies() {
        let read = reader(&operation);
        for (status, examples) in statuses.as_object().unwrap() {
            for (name, example) in examples.as_object().unwrap() {
                count += 1;
                let place = format!("{operation} {status} {name}");
                match read(example.clone()) {
                    Ok(shown) => compare(example, &shown, &place, &mut faults),
                    Err(error) => faults.push(format!("{place}: {error}")),
                }
            }
        }
    }
    assert!(count >= 60, "{count}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn the_recorded_pages_follow_each_other() {
    let bodies = bodies();
    let pages = &bodies["ListCall"]["200"];
    let [first, second] = ["readFullPage1", "readFullPage2"].map(|name| pages[name].clone());
    let next = first["next_page_uri"].as_str().unwrap().to_owned();
    let rows = [&first, &second].map(|page| page["calls"].as_array().unwrap().len());
    let replies = [first, second].map(|page| Reply::json(200, page.to_string()));
    let server = Server::script(replies.to_vec());
    // The second page names a third, which isn't recorded.
    let mut stream = client(&server).calls().list().stream();
    let mut calls = Vec::new();
    while calls.len() < rows[0] + rows[1] {
        calls.push(stream.try_next().await.unwrap().unwrap());
    }
    assert_eq!(server.asked()[1].path, next);
    assert!(
        calls
            .iter()
            .all(|call| call.status().is_known() && call.direction().is_known())
    );
    assert!(calls.iter().all(|call| call.date_created().is_some()));
}
