//! The same answer in every form: what stands in XML and in a table is held to what stands in
//! JSON, key by key.

use crate::world::*;
use hyper::Method;
use model::*;
use roxmltree::{Document, Node};
use serde_json::Value;
use store::Write;

/// `DateCreated` for `date_created`.
fn element(key: &str) -> String {
    let mut name = String::new();
    for word in key.split('_') {
        name.push_str(&word[..1].to_uppercase());
        name.push_str(&word[1..]);
    }
    name
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Holds an element against a JSON object: the same fields in the same order, the same values;
/// paths lead on to XML.
fn same(node: Node<'_, '_>, json: &Value, place: &str) {
    let object = json.as_object().unwrap_or_else(|| panic!("{place}"));
    let mut have: Vec<_> = node
        .children()
        .map(|child| child.tag_name().name())
        .collect();
    let mut want: Vec<_> = object.keys().map(|key| element(key)).collect();
    // Our reader of JSON doesn't keep the order.
    have.sort_unstable();
    want.sort_unstable();
    assert_eq!(have, want, "elements of {place}");
    for child in node.children() {
        let name = child.tag_name().name();
        let (key, value) = object
            .iter()
            .find(|(key, _)| element(key) == name)
            .expect("it was found above");
        let place = format!("{place}.{key}");
        if value.is_object() {
            same(child, value, &place);
            continue;
        }
        let is_link = key == "uri" || node.tag_name().name() == "SubresourceUris";
        let value = text(value);
        if ["secret", "auth_token"].contains(&key.as_str()) {
            // Drawn by the system, and another one in each world.
            assert_eq!(child.text().map(str::len), Some(value.len()), "{place}");
            continue;
        }
        let value = match value.strip_suffix(".json") {
            Some(stem) if is_link => stem,
            _ => &value,
        };
        assert_eq!(child.text().unwrap_or_default(), value, "{place}");
    }
}

fn root<'a>(document: &'a Document<'_>) -> Node<'a, 'a> {
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "TwilioResponse");
    assert_eq!(root.children().count(), 1, "one thing stands in an answer");
    root.first_child().expect("it has one")
}

/// Holds an answer in XML against the same in JSON.
pub fn same_in_xml(xml: &Answer, json: &Value, list: Option<&str>, place: &str) {
    assert_eq!(xml.header("content-type"), "application/xml", "{place}");
    let text = str::from_utf8(&xml.body).expect("text");
    assert!(
        text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"),
        "{text}"
    );
    let document = Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let node = root(&document);
    let Some(key) = list else {
        return same(node, json, place);
    };
    assert_eq!(node.tag_name().name(), element(key));
    let rows = json[key].as_array().expect("rows");
    let (first, count) = (node.first_child(), node.children().count());
    assert_eq!(count, rows.len(), "rows of {place}");
    for (child, row) in node.children().zip(rows) {
        assert_eq!(Some(child.tag_name()), first.map(|first| first.tag_name()));
        same(child, row, place);
    }
    for (attribute, key) in [
        ("page", "page"),
        ("pagesize", "page_size"),
        ("start", "start"),
        ("end", "end"),
        ("uri", "uri"),
        ("firstpageuri", "first_page_uri"),
        ("nextpageuri", "next_page_uri"),
        ("previouspageuri", "previous_page_uri"),
    ] {
        let have = node.attribute(attribute).expect(attribute);
        // Pages of XML lead to pages of XML.
        let have = match have.split_once('?') {
            Some((path, query)) => format!("{}.json?{query}", path.trim_end_matches(".xml")),
            None => have.to_owned(),
        };
        assert_eq!(have, self::text(&json[key]), "{attribute} of {place}");
    }
}

/// Holds a table against the same list in JSON.
pub fn same_in_table(table: &Answer, json: &Value, key: &str, place: &str) {
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    let mut reader = csv::Reader::from_reader(&table.body[..]);
    let columns = reader.headers().expect("columns").clone();
    let rows = json[key].as_array().expect("rows");
    let records: Vec<_> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(records.len(), rows.len(), "rows of {place}");
    for (record, row) in records.iter().zip(rows) {
        let mut want: Vec<_> = row.as_object().expect("a row").keys().collect();
        want.retain(|key| *key != "subresource_uris");
        let mut have: Vec<_> = columns.iter().collect();
        have.sort_unstable();
        assert_eq!(have, want, "columns of {place}");
        for (column, cell) in columns.iter().zip(record) {
            assert_eq!(cell, text(&row[column]), "{place}.{column}");
        }
    }
}

/// The list's own name in a page, if this is one.
pub fn list_key(json: &Value) -> Option<&str> {
    let known = [
        "end",
        "first_page_uri",
        "next_page_uri",
        "page",
        "page_size",
        "previous_page_uri",
        "start",
        "uri",
    ];
    let object = json.as_object()?;
    object.get("page_size")?;
    let mut rest = object.keys().filter(|key| !known.contains(&key.as_str()));
    let key = rest.next();
    assert_eq!(
        rest.next(),
        None,
        "official clients want one key besides these"
    );
    key.map(String::as_str)
}

#[tokio::test]
async fn a_failure_is_told_in_the_form_that_was_asked_for() {
    let world = World::new();
    let nothing = CallSid(9);
    let json = [("accept", "application/json")];
    for (below, headers, kind) in [
        (
            format!("/Calls/{nothing}.json"),
            &[][..],
            "application/json",
        ),
        (format!("/Calls/{nothing}.xml"), &[], "application/xml"),
        (format!("/Calls/{nothing}.xml"), &json, "application/xml"),
        (format!("/Calls/{nothing}"), &[], "application/xml"),
        (format!("/Calls/{nothing}"), &json, "application/json"),
        (format!("/Calls/{nothing}.csv"), &[], "application/json"),
        (
            format!("/Recordings/{}.wav", RecordingSid(9)),
            &[],
            "application/xml",
        ),
    ] {
        let path = world.path(&below);
        let answer = world.ask_with(Method::GET, &path, &[], headers).await;
        assert_eq!(answer.status, 404, "{below}");
        assert_eq!(answer.header("content-type"), kind, "{below}");
        let message = format!("The requested resource {path} was not found");
        assert_eq!(answer.fault(), (20_404, message));
        if kind == "application/xml" {
            let text = str::from_utf8(&answer.body).unwrap();
            let document = Document::parse(text).unwrap();
            let fault = root(&document);
            assert_eq!(fault.tag_name().name(), "RestException");
            let names = fault.children().map(|child| child.tag_name().name());
            assert_eq!(
                names.collect::<Vec<_>>(),
                ["Code", "Message", "MoreInfo", "Status"]
            );
        }
    }
}

#[tokio::test]
async fn without_a_suffix_it_is_xml_unless_json_is_named() {
    let world = World::new();
    world.keep(Write::Call(Box::new(completed(1, 0))));
    let path = world.path(&format!("/Calls/{}", CallSid(1)));
    for (accept, kind) in [
        ("*/*", "application/xml"),
        ("text/html, application/xml;q=0.9", "application/xml"),
        ("application/json", "application/json"),
        ("application/json, text/plain, */*", "application/json"),
    ] {
        let headers = [("accept", accept)];
        let answer = world.ask_with(Method::GET, &path, &[], &headers).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, kind));
    }
    let version = world.get("/2010-04-01.json").await.json();
    assert_eq!(version["name"], "2010-04-01");
    let accounts = version["subresource_uris"]["accounts"]
        .as_str()
        .expect("a path");
    assert_eq!(world.get(accounts).await.status, 200);
    let xml = world.get("/2010-04-01").await;
    same_in_xml(&xml, &version, None, "version");
}

#[tokio::test]
async fn what_xml_and_tables_must_not_have_is_kept_out_of_them() {
    let world = World::new();
    world.keep(Write::Call(Box::new(CallRow {
        from: Address::Name("A&B <\"C\">,\n'D'".into()),
        caller_name: Some("\u{b}Ann\u{1f}".into()),
        ..completed(1, 0)
    })));
    let json = world.get(&world.path("/Calls.json")).await.json();
    let table = world.get(&world.path("/Calls.csv")).await;
    same_in_table(&table, &json, "calls", "calls");
    let xml = world.get(&world.path("/Calls.xml")).await;
    let document = Document::parse(str::from_utf8(&xml.body).unwrap()).unwrap();
    let find = |name| {
        document
            .descendants()
            .find(|node| node.has_tag_name(name))
            .unwrap()
    };
    assert_eq!(find("From").text(), Some("A&B <\"C\">,\n'D'"));
    assert_eq!(find("CallerName").text(), Some("Ann"));
}

#[tokio::test]
async fn a_table_of_nothing_has_its_columns() {
    let world = World::new();
    let table = world.get(&world.path("/Calls.csv")).await;
    assert_eq!(
        str::from_utf8(&table.body).unwrap(),
        "sid,date_created,date_updated,parent_call_sid,account_sid,to,to_formatted,from,\
         from_formatted,phone_number_sid,status,start_time,end_time,duration,price,price_unit,\
         direction,answered_by,api_version,forwarded_from,group_sid,caller_name,queue_time,\
         trunk_sid,uri\n"
    );
    let one = world
        .get(&world.path(&format!("/Calls/{}.csv", CallSid(1))))
        .await;
    assert_eq!(one.status, 404, "only lists are tables");
}
