//! Every element and attribute of the reference has its method, under the name that the table of
//! the language gives it. `tests/setters.rs` holds a call of each. This test writes it anew from
//! the reference with `UPDATE_EXPECT=1`, and fails where it isn't what the reference asks for.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use twiml::schema::{Attribute, Kind, Shape, shapes};

/// The type of an element in the reference: where it stands, and how one is made.
fn made(name: &str) -> (String, String) {
    let with_text = [
        "Application",
        "ApplicationSid",
        "Autopilot",
        "Client",
        "Conference",
        "Enqueue",
        "Identity",
        "Number",
        "Play",
        "Queue",
        "Redirect",
        "ReferSip",
        "Room",
        "Say",
        "Sim",
        "Sip",
        "SipUri",
        "Sms",
        "Task",
        "WhatsApp",
    ];
    match name.strip_prefix("Ssml") {
        Some("Break") => ("Break".to_owned(), "new()".to_owned()),
        Some(mark) => (mark.to_owned(), "new(\"x\")".to_owned()),
        None if with_text.contains(&name) => (name.to_owned(), "new(\"x\")".to_owned()),
        None => (name.to_owned(), "new()".to_owned()),
    }
}

/// The name of an element in documents, from its name in the reference.
fn written(name: &str) -> String {
    match name {
        "VoiceResponse" => "Response".to_owned(),
        "ReferSip" => "Sip".to_owned(),
        "SipUri" => "Uri".to_owned(),
        "SsmlSayAs" => "say-as".to_owned(),
        other => match other.strip_prefix("Ssml") {
            Some(mark) => mark.to_lowercase(),
            None => other.to_owned(),
        },
    }
}

/// Values, as Rust: at least one isn't the default.
fn given(attribute: &Attribute) -> Vec<String> {
    let ty = attribute
        .ty
        .trim_start_matches("Option<")
        .trim_start_matches("Vec<");
    let ty = ty.trim_end_matches('>').trim();
    let of = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    match attribute.kind {
        Kind::Flag => of(&["true", "false"]),
        Kind::Count | Kind::CountOrAuto => of(&["17", "18"]),
        Kind::Counts => of(&["[1, 2]"]),
        Kind::Keys => of(&["Keys::star()"]),
        Kind::Text => of(&["\"1\""]),
        Kind::Word(words) | Kind::List(words) => {
            let ends = [words[0], words[words.len() - 1]];
            ends.iter()
                .map(|word| format!("word::<{ty}>({word:?})"))
                .collect()
        }
    }
}

#[test]
fn every_attribute_of_the_reference_has_its_setter() {
    let reference: Value = serde_json::from_str(include_str!("../../reference/twiml_schema.json"))
        .expect("the reference is JSON");
    let attributes = reference["attributes"].as_object().expect("attributes");
    let children = reference["children"].as_object().expect("children");
    let table: BTreeMap<(&str, bool), Shape> = shapes()
        .into_iter()
        .map(|shape| ((shape.name, shape.attributes.is_empty()), shape))
        .collect();
    let mut text = String::from(HEAD);
    let mut count = 0;
    for name in children.keys().filter(|name| *name != "VoiceResponse") {
        let (ty, new) = made(name);
        let _ = writeln!(text, "    {ty}::{new} => {{");
        let element = written(name);
        for attribute in attributes
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let attribute = attribute[0].as_str().expect("a name");
            let known = table.get(&(element.as_str(), false)).and_then(|shape| {
                let spelled = |one: &&Attribute| {
                    one.name
                        .replace([':', '-'], "")
                        .eq_ignore_ascii_case(&attribute.replace([':', '-'], ""))
                };
                shape.attributes.iter().find(spelled)
            });
            let known = known.unwrap_or_else(|| panic!("{name} has no {attribute}"));
            for given in given(known) {
                let set = format!("        {}({given})", known.field);
                let name = format!("{:?};", known.name);
                let gap = if set.len() + name.len() < 100 {
                    " "
                } else {
                    "\n            "
                };
                let _ = writeln!(text, "{set}{gap}{name}");
            }
            count += 1;
        }
        text.push_str("    }\n");
    }
    text.push_str("}\n");
    assert!(count > 230, "{count} attributes");
    let place = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/setters.rs");
    let stands = std::fs::read_to_string(place).unwrap_or_default();
    if std::env::var_os("UPDATE_EXPECT").is_some() && stands != text {
        std::fs::write(place, &text).expect("written");
    } else {
        assert!(
            stands == text,
            "tests/setters.rs isn't what the reference asks for"
        );
    }
}

const HEAD: &str = r#"//! A call of every method that sets an attribute of the reference, written by
//! `tests/every_setter.rs`.

use ringback::twiml::ssml::*;
use ringback::twiml::*;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::str::FromStr;

fn word<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("a word of the list")
}

macro_rules! setters {
    ($($made:expr => {
        $($setter:ident($given:expr) $name:literal;)*
    })*) => {
        #[test]
        fn each_changes_its_element() {
            let mut changed: BTreeMap<(&str, &str), bool> = BTreeMap::new();
            $(
                let plain = format!("{:?}", $made);
                $({
                    let set = format!("{:?}", $made.$setter($given));
                    *changed.entry((stringify!($made), $name)).or_default() |= set != plain;
                })*
                let _ = plain;
            )*
            // What has one word can only be that word.
            changed.remove(&("Pay::new()", "input"));
            let same: Vec<_> = changed.iter().filter(|(_, changed)| !**changed).collect();
            assert!(same.is_empty(), "{same:?}");
            assert!(changed.len() > 230, "{}", changed.len());
        }
    };
}

setters! {
"#;
