//! The table of the language held to the reference: every element, every attribute with its type,
//! every word it may be, every child. What the language knows beyond it is listed here.

mod around;

use around::{document_around, escaped, is_mark};
use serde_json::Value;
use std::collections::BTreeSet;
use twiml::parse;
use twiml::schema::{Kind, Shape, shapes};

/// Attributes that the official pages tell of and the builders don't know.
const BEYOND: [(&str, &[&str]); 7] = [
    ("Dial", &["callReason", "passports"]),
    (
        "Client",
        &["clientNotificationUrl", "clientNotificationMethod"],
    ),
    ("Stream", &["audioFormat", "sampleRate"]),
    ("Recording", &["name"]),
    (
        "Transcription",
        &[
            "enableProviderData",
            "conversationConfiguration",
            "conversationId",
        ],
    ),
    (
        "Language",
        &[
            "asrSmartFormat",
            "ttsTextNormalization",
            "ttsLanguageTextNormalization",
            "hints",
        ],
    ),
    (
        "ConversationRelay",
        &[
            "asrSmartFormat",
            "ttsTextNormalization",
            "ttsLanguageTextNormalization",
            "elevenlabsLanguageTextNormalization",
            "partialPromptOnHangup",
            "eagerEotThreshold",
            "turnDetection",
            "echoPromptFiltering",
            "includeInPrompt",
            "customerName",
            "applicationReconnect",
        ],
    ),
];

fn reference() -> Value {
    let text = include_str!("../../../reference/twiml_schema.json");
    serde_json::from_str(text).expect("the reference is JSON")
}

/// The name of an element in documents, from its name in the reference; and whether it is the one
/// that stands in a Refer.
fn element(name: &str) -> (String, bool) {
    match name {
        "VoiceResponse" => ("Response".to_owned(), false),
        "ReferSip" => ("Sip".to_owned(), true),
        "SipUri" => ("Uri".to_owned(), false),
        "SsmlSayAs" => ("say-as".to_owned(), false),
        other => match other.strip_prefix("Ssml") {
            Some(mark) => (mark.to_lowercase(), false),
            None => (other.to_owned(), false),
        },
    }
}

fn shape<'a>(all: &'a [Shape], name: &str) -> &'a Shape {
    let (name, in_refer) = element(name);
    let mut named = all.iter().filter(|shape| shape.name == name);
    let found = if in_refer {
        named.next_back()
    } else {
        named.next()
    };
    found.unwrap_or_else(|| panic!("the language has no {name}"))
}

fn words(value: &Value) -> BTreeSet<String> {
    let list = value.as_array().expect("a list");
    let word = |word: &Value| word.as_str().expect("a word").to_owned();
    list.iter().map(word).collect()
}

#[test]
fn every_element_and_child_of_the_reference_is_known_and_no_other() {
    let (reference, all) = (reference(), shapes());
    let children = reference["children"].as_object().expect("a table");
    let mut known = BTreeSet::new();
    for (name, inside) in children {
        let shape = shape(&all, name);
        known.insert(shape.name);
        let mut told: BTreeSet<&str> = shape.children.iter().copied().collect();
        if shape.name == "Stop" {
            // The official page has it, the builders don't.
            assert!(told.remove("Recording"));
        }
        let inside = words(inside);
        let wanted: BTreeSet<&str> = inside.iter().map(String::as_str).collect();
        assert_eq!(told, wanted, "children of {name}");
    }
    for shape in &all {
        assert!(
            known.contains(shape.name),
            "{} is in no reference",
            shape.name
        );
    }
    assert!(known.len() >= 58, "{} elements", known.len());
}

/// A value of this type that the reference has as legal.
fn values(
    kind: &str,
    name: &str,
    kinds: Kind,
    range: Option<(u32, u32)>,
    enums: &Value,
) -> Vec<String> {
    let list = kind.strip_suffix("[]");
    if let Some(found) = enums.get(list.unwrap_or(kind)) {
        let mut values: Vec<String> = words(found).into_iter().collect();
        if list.is_some() {
            values.push(values.join(" "));
        }
        return values;
    }
    let text = match (kind, kinds) {
        ("boolean", _) => return vec!["true".to_owned(), "false".to_owned()],
        ("number[]", _) => "1 2",
        ("number", _) => {
            return vec![
                range
                    .map_or(7, |(low, high)| low.max(7.min(high)))
                    .to_string(),
            ];
        }
        (_, Kind::Keys) => "*",
        (_, Kind::CountOrAuto) => return vec!["auto".to_owned(), "3".to_owned()],
        (_, Kind::Word(words)) => return words.iter().map(|&word| word.to_owned()).collect(),
        (_, Kind::Count) => "7",
        _ if name == "digits" || name == "sendDigits" => "1w2#",
        _ if name == "time" => "2s",
        _ if name == "speechModel" => "phone_call",
        _ => "some text",
    };
    vec![text.to_owned()]
}

/// Whether the declared type is one for what the reference says it is.
fn fits(name: &str, kind: &str, declared: Kind, enums: &Value) -> bool {
    let open = [
        "SayVoice",
        "SayLanguage",
        "GatherLanguage",
        "SsmlLangXmlLang",
    ];
    let list = kind.strip_suffix("[]");
    match declared {
        _ if open.contains(&kind) => declared == Kind::Text,
        Kind::Flag => kind == "boolean",
        Kind::Count => kind == "number" || kind == "string",
        Kind::Counts => kind == "number[]",
        Kind::CountOrAuto | Kind::Keys => kind == "string",
        // Older spellings are read beside the words of the table.
        Kind::Word(known) => match enums.get(kind) {
            Some(found) => {
                let mut found = words(found);
                found.retain(|word| {
                    !(word == "true" || word == "false") || known.contains(&&**word)
                });
                found == known.iter().map(|&word| word.to_owned()).collect()
            }
            None => kind == "string" && (known == ["GET", "POST"] || known.contains(&"Enable")),
        },
        Kind::List(known) => {
            let found = list.and_then(|list| enums.get(list)).map(words);
            found == Some(known.iter().map(|&word| word.to_owned()).collect())
        }
        // A flag in the builders, and more words than two on the official page.
        Kind::Text if name == "reportInputDuringAgentSpeech" => kind == "boolean",
        Kind::Text => kind == "string",
    }
}

#[test]
fn every_attribute_of_the_reference_is_read_with_its_type_and_every_word_of_it() {
    let (reference, all) = (reference(), shapes());
    let (enums, mut read) = (&reference["enums"], 0);
    let table = reference["attributes"].as_object().expect("a table");
    for (name, attributes) in table {
        let shape = shape(&all, name);
        for pair in attributes.as_array().expect("a list") {
            let (attribute, kind) = (
                pair[0].as_str().expect("a name"),
                pair[1].as_str().expect("a type"),
            );
            let declared = shape
                .attributes
                .iter()
                .find(|known| known.name.eq_ignore_ascii_case(attribute));
            let declared = declared.unwrap_or_else(|| panic!("{name} has no {attribute}"));
            assert!(
                fits(attribute, kind, declared.kind, enums),
                "{name} {attribute}: {kind}, {:?}",
                declared.kind
            );
            for value in values(kind, attribute, declared.kind, declared.range, enums) {
                let written = format!(" {attribute}=\"{}\"", escaped(&value));
                let text = document_around(&all, shape, &written).expect("it stands somewhere");
                let (_, warnings) = parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
                let about = warnings.iter().find(|warning| warning.attribute.is_some());
                assert_eq!(about, None, "{text}");
                read += 1;
            }
        }
    }
    assert!(read > 1_500, "only {read} values were read");
}

#[test]
fn what_the_language_knows_beyond_the_reference_is_listed() {
    let (reference, all) = (reference(), shapes());
    let none = Value::Array(Vec::new());
    for name in reference["children"].as_object().expect("a table").keys() {
        let shape = shape(&all, name);
        let told = reference["attributes"].get(name).unwrap_or(&none);
        let told: Vec<String> = told
            .as_array()
            .expect("a list")
            .iter()
            .map(|pair| pair[0].as_str().expect("a name").to_ascii_lowercase())
            .collect();
        let beyond: Vec<&str> = shape
            .attributes
            .iter()
            .map(|known| known.name)
            .filter(|known| !told.contains(&known.to_ascii_lowercase()))
            .collect();
        let listed = BEYOND.iter().find(|(element, _)| *element == shape.name);
        let listed = listed.map_or(&[][..], |(_, listed)| *listed);
        assert_eq!(beyond, listed, "{name}");
        assert!(is_mark(shape.name) || beyond.len() < 16);
    }
}
