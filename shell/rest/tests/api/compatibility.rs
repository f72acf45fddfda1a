//! What the documentation says of the API, held to what the API does: each operation of the
//! contract is asked for, and each parameter is left out once to see whether anybody notices.

use crate::contract::{check, fill};
use crate::forms::{list_key, same_in_table, same_in_xml};
use crate::not_done::{NOT_DONE, words};
use crate::world::*;
use ::call::Command;
use hyper::Method;
use model::recording::RecordingStatus;
use model::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use store::Write;
use tidy::held;

const PAGE: &str = "docs/compatibility.md";
const SUBACCOUNT: AccountSid = AccountSid(2);
const NUMBER: &str = "+12025550190";
/// Somebody whose call is being forwarded.
const FORWARDED: &str = "+12025550166";

fn contract() -> Value {
    let text = include_str!("../../../../reference/contract.json");
    serde_json::from_str(text).expect("a contract")
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The path of an operation, its names filled with what the world holds.
fn path(operation: &Value, number: &str) -> String {
    let mut resource = String::new();
    let mut filled = String::new();
    let path = text(operation, "path").trim_end_matches(".json");
    for part in path.trim_start_matches('/').split('/') {
        // Calls and recordings of the world: ended, talked on, talked on and not recorded.
        let number_of = match text(operation, "operation") {
            "UpdateCall" | "UpdateCallRecording" => 2,
            "CreateCallRecording" => 3,
            _ => 1,
        };
        let part = match (part, resource.as_str()) {
            ("{AccountSid}", _) | ("{Sid}", "Accounts") => ACCOUNT.to_string(),
            ("{CallSid}" | "{Sid}", "Calls") => CallSid(number_of).to_string(),
            ("{Sid}", "Recordings") => RecordingSid(number_of).to_string(),
            ("{Sid}", "Notifications") => NotificationSid(1).to_string(),
            ("{Sid}", "IncomingPhoneNumbers") => number.to_owned(),
            ("{Sid}", "Applications") => ApplicationSid(1).to_string(),
            ("{Sid}", "OutgoingCallerIds") => NumberSid(1).to_string(),
            ("{Sid}", "Keys" | "SigningKeys") => KeySid(1).to_string(),
            (name, _) if name.starts_with('{') => format!("XX{:032x}", 1),
            (name, _) => {
                name.clone_into(&mut resource);
                name.to_owned()
            }
        };
        let _ = write!(filled, "/{part}");
    }
    filled + ".json"
}

async fn world(strict: bool) -> (World, String) {
    let world = fill(World::with(Terms {
        strict,
        ..Terms::default()
    }));
    let running = RecordingRow {
        status: RecordingStatus::InProgress,
        duration_secs: None,
        ..recorded(&world, 2, 2, 1)
    };
    world.keep(Write::Recording(Box::new(running)));
    let talked = CallRow {
        status: CallStatus::InProgress,
        ..queued(3, 0)
    };
    world.keep(Write::Call(Box::new(talked)));
    let key = ApiKey {
        sid: KeySid(1),
        account: ACCOUNT,
        friendly_name: "Key".into(),
        secret_hash: [0; 32],
        main: false,
        date_created: NOW,
        date_updated: NOW,
    };
    world.write(store::Write::Key(Box::new(key))).await;
    let subaccount = Account {
        owner: Some(ACCOUNT),
        ..Account::new(SUBACCOUNT, TOKEN, "Theirs", NOW)
    };
    world
        .write(store::Write::Account(Box::new(subaccount)))
        .await;
    let path = world.path("/IncomingPhoneNumbers.json");
    let number = world.post(&path, &[("PhoneNumber", NUMBER)]).await;
    let sid = text(&number.json(), "sid").to_owned();
    (world, sid)
}

fn form(operation: &str) -> Vec<(&'static str, &'static str)> {
    match operation {
        "CreateCall" => vec![
            ("To", "+14158675309"),
            ("From", NUMBER),
            ("Twiml", "<Response/>"),
        ],
        "UpdateCall" => vec![("Status", "completed")],
        "UpdateCallRecording" => vec![("Status", "paused")],
        "CreateValidationRequest" => vec![("PhoneNumber", "+12025550191")],
        "CreateIncomingPhoneNumber" => vec![("PhoneNumber", "+12025550191")],
        _ => vec![("FriendlyName", "Desk")],
    }
}

/// Whether the API serves an operation; if it does, in the form the contract has.
async fn serves(operation: &Value) -> bool {
    let (world, number) = world(false).await;
    let name = text(operation, "operation");
    let method = text(operation, "method");
    let asked = Method::from_bytes(method.as_bytes()).expect("a method");
    let form = if asked == Method::POST {
        form(name)
    } else {
        Vec::new()
    };
    let answer = world.ask(asked, &path(operation, &number), &form).await;
    if [404, 405].contains(&answer.status) {
        return false;
    }
    let schema = &operation["responses"][answer.status.to_string()];
    assert!(
        answer.status < 300 && !schema.is_null() || answer.status == 204,
        "{name}: {}",
        answer.status
    );
    let status = answer.status;
    if status == 204 {
        return true;
    }
    let json = answer.json();
    check(&json, schema, name);
    in_other_forms(operation, status, &json).await;
    true
}

/// Asks for the same once more in each other form, each time of a world where nobody has asked
/// yet, and holds the answers to each other.
async fn in_other_forms(operation: &Value, status: u16, json: &Value) {
    let name = text(operation, "operation");
    let method = Method::from_bytes(text(operation, "method").as_bytes()).expect("a method");
    let key = list_key(json);
    for suffix in ["", ".xml", ".csv"] {
        let (world, number) = world(false).await;
        let form = if method == Method::POST {
            form(name)
        } else {
            Vec::new()
        };
        let path = path(operation, &number);
        let path = format!("{}{suffix}", path.trim_end_matches(".json"));
        let answer = world.ask(method.clone(), &path, &form).await;
        let place = format!("{name}{suffix}");
        match (suffix, key) {
            (".csv", Some(key)) if method == Method::GET => {
                assert_eq!(answer.status, status, "{place}");
                same_in_table(&answer, json, key, &place);
            }
            (".csv", _) => assert_eq!(answer.status, 404, "{place}"),
            // Without a suffix a recording is its sound.
            ("", _) if answer.header("content-type").starts_with("audio/") => {}
            _ => {
                assert_eq!(answer.status, status, "{place}");
                same_in_xml(&answer, json, key, &place);
            }
        }
    }
}

/// Whether an operation of another API is served, on the same host; its answer is held to the
/// contract.
async fn serves_elsewhere(operation: &Value) -> bool {
    let world = World::new();
    // There must be a second token to be promoted or deleted.
    world.post("/v1/AuthTokens/Secondary", &[]).await;
    let method = text(operation, "method").as_bytes();
    let method = Method::from_bytes(method).expect("a method");
    let answer = world.ask(method, text(operation, "path"), &[]).await;
    if [404, 405].contains(&answer.status) {
        return false;
    }
    let schema = &operation["responses"][answer.status.to_string()];
    if answer.status != 204 {
        check(&answer.json(), schema, text(operation, "operation"));
    }
    true
}

#[tokio::test]
async fn operations_are_told_as_they_are_served() {
    let contract = contract();
    let operations = contract["voice_api_v2010"].as_array().expect("operations");
    // Resource to what is served and what is not.
    let mut resources: BTreeMap<String, (Vec<String>, Vec<String>)> = BTreeMap::new();
    let mut served = 0;
    for operation in operations {
        let name = text(operation, "operation").to_owned();
        let below =
            text(operation, "path").trim_start_matches("/2010-04-01/Accounts/{AccountSid}/");
        let resource = match below.split(['/', '.', '{']).next() {
            Some("") | None => "Accounts",
            Some(resource) => resource,
        };
        let (ours, missing) = resources.entry(resource.to_owned()).or_default();
        if serves(operation).await {
            served += 1;
            ours.push(name);
        } else {
            missing.push(name);
        }
    }
    let mut page = format!(
        "{served} of {} operations of the 2010 API are served.\n\n\
         | Resource | Served | Missing |\n|---|---|---|\n",
        operations.len()
    );
    for (resource, (ours, missing)) in &resources {
        let _ = writeln!(page, "| {resource} | {} | {} |", list(ours), list(missing));
    }
    page.push_str("\n| Other API | Operations | Served |\n|---|---|---|\n");
    for (name, operations) in contract.as_object().expect("families") {
        if name != "voice_api_v2010" {
            let operations = operations.as_array().expect("operations");
            let mut ours = Vec::new();
            for operation in operations {
                if serves_elsewhere(operation).await {
                    ours.push(text(operation, "operation").to_owned());
                }
            }
            let count = operations.len();
            let _ = writeln!(page, "| `{name}` | {count} | {} |", list(&ours));
        }
    }
    assert!(served >= 20, "only {served} operations are served");
    held::section(PAGE, "operations", &page);
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        "–".to_owned()
    } else {
        names.join(", ")
    }
}

/// A value that is right for a parameter, and not what it is by itself.
fn value(name: &str, schema: &Value) -> String {
    let paused = schema["enum"]
        .as_array()
        .is_some_and(|all| all.contains(&"paused".into()));
    let fixed = match name {
        "Status" if paused => "paused",
        "PauseBehavior" => "skip",
        "To" => "sip:desk@192.0.2.7",
        "From" => NUMBER,
        "PhoneNumber" => "+12025550191",
        "Twiml" => "<Response/>",
        "StatusCallbackEvent" => "ringing",
        "RecordingStatusCallbackEvent" => "absent",
        "RecordingChannels" => "dual",
        "RecordingTrack" => "inbound",
        "SendDigits" => "1",
        "Status" if schema["enum"].to_string().contains("suspended") => "suspended",
        "Status" => "completed",
        "AreaCode" => "415",
        "CallerId" => "+12025550177",
        "MachineDetection" => "DetectMessageEnd",
        "MachineDetectionSpeechThreshold" => "2000",
        "MachineDetectionSpeechEndThreshold" => "700",
        "MachineDetectionSilenceTimeout" => "3000",
        "AsyncAmd" => "true",
        "CallToken" => return token(),
        "Extension" => "1",
        "AccountSid" => return SUBACCOUNT.to_string(),
        _ if name.ends_with("Method") => "GET",
        _ if name.ends_with("Url") || name.ends_with("Callback") => "https://app.example/x",
        _ => match (schema["type"].as_str(), schema["pattern"].as_str()) {
            (Some("integer"), _) => "7",
            (Some("boolean"), _) => "true",
            (_, Some(pattern)) => return format!("{}{:032x}", &pattern[1..3], 1),
            _ => "text",
        },
    };
    fixed.to_owned()
}

/// What a webhook of a call from `FORWARDED` would have carried.
fn token() -> String {
    let key = ::call::TokenKey([0; 32]);
    ::call::token::issue(key, ACCOUNT, CallSid(1), FORWARDED, NOW)
}

/// What comes of a request: the status, and what was asked of call control or answered.
async fn outcome(operation: &Value, form: &[(String, String)], strict: bool) -> (u16, String) {
    let (world, number) = world(strict).await;
    let form: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let answer = world.post(&path(operation, &number), &form).await;
    let asked = world.asked.lock().expect("no panic with it");
    let told = match asked.last() {
        Some(Command::Create { call, .. }) => format!("{call:?}"),
        Some(Command::Update { update, .. }) => format!("{update:?}"),
        Some(Command::Record { record, .. }) => format!("{record:?}"),
        Some(Command::ChangeRecording { change, .. }) => format!("{change:?}"),
        _ => String::from_utf8_lossy(&answer.body).into_owned(),
    };
    // Warnings are notifications: what is not done but said counts as noticed.
    (answer.status, told)
}

/// Leaves a parameter out of several full requests and sees whether that changes anything.
async fn verdict(operation: &Value, name: &str) -> &'static str {
    let properties = operation["body"]["properties"]
        .as_object()
        .expect("parameters");
    // A trunk means something for numbers only, a token where callers are checked.
    let strict = name == "CallToken";
    let special = |other: &str| match (name, other) {
        ("Byoc", "To") => Some("+14158675309".to_owned()),
        ("CallToken", "From" | "CallerId") => Some(FORWARDED.to_owned()),
        _ => None,
    };
    let full: Vec<(String, String)> = properties
        .iter()
        .map(|(name, schema)| {
            let value = match (name.as_str(), text(operation, "operation")) {
                // Calls are trimmed by themselves, recordings begun later are not.
                ("Trim", "CreateCall") => "do-not-trim".to_owned(),
                ("Trim", _) => "trim-silence".to_owned(),
                _ => special(name).unwrap_or_else(|| value(name, schema)),
            };
            (name.clone(), value)
        })
        .collect();
    // What is asked for in more than one way is asked for in each.
    let absent: [&[&str]; 5] = [
        &["ApplicationSid", "AreaCode", "Status", "AccountSid"],
        &["ApplicationSid", "Url", "AreaCode", "Status", "AccountSid"],
        &["Url", "Twiml", "PhoneNumber"],
        &["Url", "Twiml", "ApplicationSid", "PhoneNumber"],
        // Keys that are sent make the detection of machines ignored.
        &["ApplicationSid", "SendDigits", "PhoneNumber"],
    ];
    let mut refused = false;
    for absent in absent.iter().filter(|absent| !absent.contains(&name)) {
        let with: Vec<_> = full
            .iter()
            .filter(|(name, _)| !absent.contains(&name.as_str()))
            .cloned()
            .collect();
        let without: Vec<_> = with
            .iter()
            .filter(|(other, _)| other != name)
            .cloned()
            .collect();
        let (with, without) = (
            outcome(operation, &with, strict).await,
            outcome(operation, &without, strict).await,
        );
        if with != without {
            if with.0 < 300 {
                return "used";
            }
            refused = true;
        }
    }
    if refused { "refused" } else { "ignored" }
}

/// A value of a filter that no row of the world has, or that is wrong: whoever looks at it answers
/// otherwise than without it.
fn odd_value(name: &str) -> String {
    let odd = match name {
        "To" | "From" | "PhoneNumber" => "%2B12025550999",
        "Status" => "busy",
        "Log" => "0",
        "PageSize" => "1001",
        _ if name.ends_with('>') => "2099-01-01",
        _ if name.contains("Date") || name.contains("Time") => "1999-01-01",
        "ParentCallSid" => return format!("CA{:032x}", 9),
        "CallSid" => return format!("CA{:032x}", 9),
        _ => "perhaps",
    };
    odd.to_owned()
}

/// What a query parameter makes of a request: `used` if the answer is another, apart from the
/// addresses in it, which repeat every filter. Nothing of the world is changed by it.
async fn query_verdict(world: &World, path: &str, name: &str) -> &'static str {
    let mut answers = Vec::new();
    for value in [String::new(), odd_value(name)] {
        let name = name.replace('<', "%3C").replace('>', "%3E");
        let answer = world.get(&format!("{path}?{name}={value}")).await;
        let mut body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if let Some(body) = body.as_object_mut() {
            body.retain(|key, _| !key.ends_with("uri"));
        }
        answers.push((answer.status, body));
    }
    if answers[0] == answers[1] {
        "ignored"
    } else {
        "used"
    }
}

/// Every parameter of an operation with what becomes of it, if the operation is served; the world
/// is one where nothing else is asked.
async fn verdicts(operation: &Value, world: &World, number: &str) -> Vec<(String, &'static str)> {
    let path = path(operation, number);
    let posts = text(operation, "method") == "POST";
    let mut all = Vec::new();
    let probe = match text(operation, "method") {
        "GET" => world.get(&path).await,
        // Without a form nothing is made.
        "POST" => world.post(&path, &[]).await,
        // Deleting has no parameters.
        _ => return all,
    };
    if [404, 405].contains(&probe.status) {
        return all;
    }
    if posts {
        let names = operation["body"]["properties"].as_object();
        for name in names.into_iter().flat_map(|names| names.keys()) {
            all.push((name.clone(), verdict(operation, name).await));
        }
        return all;
    }
    for parameter in operation["parameters"].as_array().expect("parameters") {
        if text(parameter, "in") == "query" {
            let name = text(parameter, "name");
            all.push((name.to_owned(), query_verdict(world, &path, name).await));
        }
    }
    all
}

#[tokio::test]
async fn parameters_are_told_as_they_are_read() {
    let contract = contract();
    let operations = contract["voice_api_v2010"].as_array().expect("operations");
    let mut page = String::from("| Request | Used | Refused | Ignored |\n|---|---|---|---|\n");
    let mut not_done = Vec::new();
    let mut known = Vec::new();
    let (world, number) = world(false).await;
    for operation in operations {
        let name = text(operation, "operation");
        let mut all: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (parameter, verdict) in verdicts(operation, &world, &number).await {
            let told = words(name, &parameter);
            assert!(
                verdict != "ignored" || told.is_some(),
                "{name} ignores {parameter}, and not_done.rs has no word for it"
            );
            if let Some(told) = told {
                not_done.push((name, parameter.clone(), told));
            }
            known.push((name, parameter.clone()));
            let shown = format!("`{parameter}`");
            all.entry(verdict).or_default().push(shown);
        }
        if all.is_empty() {
            continue;
        }
        let cell = |verdict: &str| list(all.get(verdict).map_or(&[], Vec::as_slice));
        assert!(all.contains_key("used"), "{name}: {all:?}");
        let _ = writeln!(
            page,
            "| {name} | {} | {} | {} |",
            cell("used"),
            cell("refused"),
            cell("ignored")
        );
    }
    for (operations, parameters, _) in NOT_DONE {
        for operation in *operations {
            for parameter in *parameters {
                let stands = known.contains(&(operation, (*parameter).to_owned()));
                assert!(stands, "{operation} has no {parameter}");
            }
        }
    }
    held::section(PAGE, "parameters", &page);
    let mut page = String::from("| Not done | Parameters |\n|---|---|\n");
    for (operations, _, told) in NOT_DONE {
        let operation = operations[0];
        let of = |(name, parameter, words): &(&str, String, &str)| {
            (*name == operation && words == told).then(|| format!("`{parameter}`"))
        };
        let names: Vec<_> = not_done.iter().filter_map(of).collect();
        let of = operations.join(", ");
        let _ = writeln!(page, "| {told} | {} of {of} |", list(&names));
    }
    held::section(PAGE, "not done", &page);
}
