//! Every operation that the server serves, with every parameter of the contract, has its method.
//! What is served is told by the page that asks the server itself, so nothing has to be kept here.

use super::*;
use crate::operation::{Describe, Described, DescribedParameter};
use serde_json::Value;
use std::collections::BTreeMap;

fn described() -> Vec<Described> {
    let all = [
        CreateCall::described(),
        CreateIncomingPhoneNumber::described(),
        CreateSecondaryAuthToken::described(),
        DeleteSecondaryAuthToken::described(),
        PromoteAuthToken::described(),
        Accounts::described(),
        Applications::described(),
        CallEvents::described(),
        CallNotifications::described(),
        CallRecordings::described(),
        Calls::described(),
        IncomingPhoneNumbers::described(),
        Keys::described(),
        Notifications::described(),
        OutgoingCallerIds::described(),
        Recordings::described(),
        SigningKeys::described(),
    ];
    all.into_iter().flatten().collect()
}

/// The names of the operations that the page of compatibility says are served, by their API.
fn served() -> Vec<(String, String)> {
    let page = include_str!("../../../docs/compatibility.md");
    let table = page.split("<!-- begin operations").nth(1).expect("a table");
    let table = table.split("<!-- end operations").next().expect("its end");
    let mut served = Vec::new();
    for line in table.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let (api, names) = match cells[0].strip_prefix('`') {
            Some(name) => (name.trim_end_matches('`'), cells[2]),
            None => ("voice_api_v2010", cells[1]),
        };
        let verbs = ["Create", "Delete", "Fetch", "List", "Update"];
        let operation = |name: &&str| verbs.iter().any(|verb| name.starts_with(verb));
        for name in names.split(", ").filter(operation) {
            served.push((api.to_owned(), name.to_owned()));
        }
    }
    served
}

/// The contract's parameters of an operation: name, schema, and whether it can't be left out.
fn parameters(operation: &Value) -> BTreeMap<String, Value> {
    let mut parameters = BTreeMap::new();
    for parameter in operation["parameters"].as_array().expect("parameters") {
        if parameter["in"] == "query" {
            let name = parameter["name"].as_str().expect("a name");
            parameters.insert(name.to_owned(), parameter.clone());
        }
    }
    for (name, schema) in operation["body"]["properties"]
        .as_object()
        .into_iter()
        .flatten()
    {
        parameters.insert(name.clone(), schema.clone());
    }
    parameters
}

/// `status_callback_event` for `StatusCallbackEvent`, `start_time_after` for `StartTime>`.
fn rust_name(wire: &str) -> String {
    let (word, end) = match wire.strip_suffix('<') {
        Some(word) => (word, "_before"),
        None => match wire.strip_suffix('>') {
            Some(word) => (word, "_after"),
            None => (wire, ""),
        },
    };
    let mut name = String::new();
    for letter in word.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name + end
}

fn fits(ours: &DescribedParameter, schema: &Value) -> Result<(), String> {
    let (kind, items) = (
        schema["type"].as_str().unwrap_or_default(),
        &schema["items"],
    );
    if ours.many != (kind == "array") {
        return Err(format!("may stand several times: {}", ours.many));
    }
    // A word or a flag may be of a narrower type than the text that the contract has.
    let narrower = kind == "string" && ours.kind == "boolean" || !ours.words.is_empty();
    if !ours.many && ours.kind != kind && !narrower {
        return Err(format!("is {} and not {kind}", ours.kind));
    }
    let words = schema.get("enum").or_else(|| items.get("enum"));
    for word in words.and_then(Value::as_array).into_iter().flatten() {
        if !ours.words.iter().any(|known| word == known) {
            return Err(format!("doesn't know {word}"));
        }
    }
    Ok(())
}

#[test]
fn every_operation_and_parameter_that_is_served_has_its_method() {
    let contract = include_str!("../../../reference/contract.json");
    let contract: Value = serde_json::from_str(contract).expect("a contract");
    let ours = described();
    let mut faults = Vec::new();
    let served = served();
    assert!(served.len() >= 50, "{served:?}");
    for (api, name) in &served {
        let mut operations = contract[api].as_array().expect("operations").iter();
        let operation = operations.find(|it| it["operation"] == name.as_str());
        let operation = operation.unwrap_or_else(|| panic!("{api} has no {name}"));
        let Some(mine) = ours.iter().find(|it| it.operation == name) else {
            faults.push(format!("{name} is served, and no method sends it"));
            continue;
        };
        let verb = if mine.verb == "LIST" {
            "GET"
        } else {
            mine.verb
        };
        if operation["method"] != verb {
            faults.push(format!("{name} is no {verb}"));
        }
        let theirs = parameters(operation);
        for (wire, schema) in &theirs {
            match mine.parameters.iter().find(|it| it.wire == wire) {
                None => faults.push(format!("{name} can't be given {wire}")),
                Some(it) if it.rust != rust_name(wire) => {
                    faults.push(format!("{name}: {wire} is called {}", it.rust));
                }
                Some(it) => {
                    let fits = fits(it, schema).map_err(|why| format!("{name}: {wire} {why}"));
                    faults.extend(fits.err());
                }
            }
        }
        for it in &mine.parameters {
            if !theirs.contains_key(it.wire) {
                faults.push(format!("{name}: the contract knows no {}", it.wire));
            }
        }
    }
    for mine in &ours {
        if !served.iter().any(|(_, name)| name == mine.operation) {
            faults.push(format!("{} isn't served", mine.operation));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
