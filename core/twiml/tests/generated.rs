//! Documents made from the table of the language itself: every attribute is read, every wrong
//! value is warned of and leaves the default, and what is written is read back the same.

mod around;

use around::{document_around, escaped, is_mark};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use twiml::schema::{Attribute, Kind, Shape, shapes};
use twiml::{Code, parse, write, write_pretty};

/// A small generator of chance with a fixed beginning, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % below
    }
    fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.roll(among.len())]
    }
}

/// A few letters of every alphabet, quotation marks and layout among them.
fn any_text(dice: &mut Dice) -> String {
    const RANGES: [(u32, u32); 7] = [
        (0x20, 0x7e),
        (0x20, 0x7e),
        (0xa0, 0x24f),
        (0x3b1, 0x3c9),
        (0x4e00, 0x4e40),
        (0xe000, 0xfffd),
        (0x1_f600, 0x1_f640),
    ];
    let mut text = String::from("x");
    for _ in 0..dice.roll(12) {
        let (low, high) = dice.pick(&RANGES);
        let span = usize::try_from(high - low).expect("fits") + 1;
        let code = low + u32::try_from(dice.roll(span)).expect("fits");
        let layout = dice.roll(12) == 0;
        text.extend(if layout {
            Some(dice.pick(&['\t', '\n', '\r']))
        } else {
            char::from_u32(code)
        });
    }
    text
}

/// A value the attribute may have.
fn valid(element: &str, attribute: &Attribute, dice: &mut Dice) -> String {
    let texts = [
        "a & b",
        "https://example.com/x?a=1&b=\"2\"",
        "<é> 'q'",
        "tab\there",
        "+1555",
    ];
    match (attribute.name, attribute.kind) {
        ("digits" | "sendDigits", _) => dice.pick(&["1", "w2#*", "WWAD9"]).to_owned(),
        ("language", Kind::Text) => dice.pick(&["en-GB", "arb", "cmn-Hans-CN"]).to_owned(),
        ("speechModel", _) => dice.pick(&["phone_call", "deepgram_nova-3"]).to_owned(),
        ("time", _) => dice.pick(&["2s", "300ms", "0.5s"]).to_owned(),
        ("participantLabel", _) => "agent one".to_owned(),
        ("finishOnKey", _) if element == "Gather" => dice.pick(&["", "*", "5"]).to_owned(),
        (_, Kind::Keys) => dice.pick(&["", "*", "123#"]).to_owned(),
        (_, Kind::Flag) => dice.pick(&["true", "false"]).to_owned(),
        (_, Kind::Count) => {
            let (low, high) = attribute.range.unwrap_or((0, 2000));
            let span = usize::try_from(high - low).expect("fits") + 1;
            (low + u32::try_from(dice.roll(span)).expect("fits")).to_string()
        }
        (_, Kind::Counts) => dice.pick(&["1", "1 2 3"]).to_owned(),
        (_, Kind::CountOrAuto) => dice.pick(&["auto", "3"]).to_owned(),
        (_, Kind::Word(words)) => dice.pick(words).to_owned(),
        (_, Kind::List(words)) => {
            let first = dice.roll(words.len());
            words[first..].join(" ")
        }
        (_, Kind::Text) if dice.roll(2) == 0 => any_text(dice),
        (_, Kind::Text) => dice.pick(&texts).to_owned(),
    }
}

/// A value the attribute may not have, if there is such a value.
fn invalid(attribute: &Attribute) -> Option<String> {
    match (attribute.name, attribute.kind, attribute.range) {
        ("digits" | "sendDigits", ..) => Some("1x".to_owned()),
        ("time", ..) => Some("soon".to_owned()),
        (_, Kind::Count, Some((_, high))) => Some((u64::from(high) + 1).to_string()),
        (_, Kind::Text, _) => None,
        _ => Some("zzz".to_owned()),
    }
}

/// The shape of a child; a Sip in a Refer is another than that in a Dial.
fn child<'a>(all: &'a [Shape], parent: &str, name: &str) -> &'a Shape {
    let mut named = all.iter().filter(|shape| shape.name == name);
    let shape = if parent == "Refer" {
        named.next_back()
    } else {
        named.next()
    };
    shape.unwrap_or_else(|| panic!("{name} in {parent} has no shape"))
}

/// What was generated: an element by its name and whether it has attributes at all (a Sip in a
/// Refer has none), and one of its attributes.
type Seen = BTreeSet<(&'static str, bool, &'static str)>;

fn generate(
    all: &[Shape],
    shape: &Shape,
    depth: usize,
    dice: &mut Dice,
    (out, seen): (&mut String, &mut Seen),
) {
    let plain = shape.attributes.is_empty();
    seen.insert((shape.name, plain, ""));
    let _ = write!(out, "<{}", shape.name);
    for attribute in shape.attributes {
        if dice.roll(3) == 0 {
            seen.insert((shape.name, plain, attribute.name));
            let value = valid(shape.name, attribute, dice);
            let _ = write!(out, " {}=\"{}\"", attribute.name, escaped(&value));
        }
    }
    out.push('>');
    // Where elements stand beside text in the table, a Dial takes one kind and speech takes both.
    let mixed = shape.name == "Say" || is_mark(shape.name);
    let children = if depth > 5 || shape.children.is_empty() {
        0
    } else {
        dice.roll(4)
    };
    if shape.text && (mixed || children == 0) {
        if dice.roll(3) == 0 {
            out.push_str(&escaped(&any_text(dice)));
        } else {
            out.push_str(dice.pick(&["some words", "one &amp; two", "sip:a@example.com"]));
        }
    }
    for _ in 0..children {
        let name = dice.pick(&shape.children);
        let inner = child(all, shape.name, name);
        generate(all, inner, depth + 1, dice, (&mut *out, &mut *seen));
        if mixed {
            out.push_str(dice.pick(&[" and ", "", "\n  more"]));
        }
    }
    let _ = write!(out, "</{}>", shape.name);
}

#[test]
fn what_is_written_is_read_back_the_same() {
    let all = shapes();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut verbs, mut seen) = (0, Seen::new());
    for round in 0..6000 {
        let mut text = String::from("<Response>");
        for _ in 0..=dice.roll(3) {
            let name = dice.pick(&all[0].children);
            let verb = child(&all, "Response", name);
            generate(&all, verb, 1, &mut dice, (&mut text, &mut seen));
        }
        text.push_str("</Response>");
        let (document, warnings) = parse(&text).unwrap_or_else(|e| panic!("{round} {e}: {text}"));
        let unknown = warnings.iter().find(|warning| {
            warning.message.contains("no attribute") || warning.message.contains("cannot be '")
        });
        assert!(unknown.is_none(), "{unknown:?}: {text}");
        verbs += document.verbs.len();
        for written in [write(&document), write_pretty(&document)] {
            let (again, _) = parse(&written).unwrap_or_else(|e| panic!("{e}: {written}"));
            assert_eq!(again, document, "{text}\n{written}");
        }
    }
    assert!(verbs > 9000, "{verbs} verbs");
    for shape in all.iter().filter(|shape| shape.name != "Response") {
        let names = shape.attributes.iter().map(|attribute| attribute.name);
        for name in names.chain([""]) {
            let generated = seen.contains(&(shape.name, shape.attributes.is_empty(), name));
            assert!(generated, "no {} with {name:?} was generated", shape.name);
        }
    }
}

/// Warnings about this attribute alone.
fn about(text: &str, attribute: &str) -> (twiml::Document, Vec<twiml::Warning>) {
    let (document, warnings) = parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let about = warnings
        .into_iter()
        .filter(|warning| warning.attribute.as_deref() == Some(attribute));
    (document, about.collect())
}

#[test]
fn every_attribute_of_the_table_is_read_and_checked() {
    let all = shapes();
    let mut dice = Dice(42);
    let (mut read, mut refused) = (0, 0);
    for shape in &all {
        for attribute in shape.attributes {
            let name = attribute.name;
            let plain = document_around(&all, shape, "")
                .unwrap_or_else(|| panic!("{} stands nowhere", shape.name));
            let (without, _) = about(&plain, name);
            let mut told_apart = false;
            for _ in 0..12 {
                let value = escaped(&valid(shape.name, attribute, &mut dice));
                let text = document_around(&all, shape, &format!(" {name}=\"{value}\""))
                    .expect("it stood somewhere before");
                let (with, warnings) = about(&text, name);
                assert!(warnings.is_empty(), "{warnings:?}: {text}");
                told_apart |= with != without;
            }
            let only_default = matches!(attribute.kind, Kind::Word(words) if words.len() == 1);
            assert!(
                told_apart || only_default,
                "{}: {name} changes nothing",
                shape.name
            );
            read += 1;
            if let Some(value) = invalid(attribute) {
                let text = document_around(&all, shape, &format!(" {name}=\"{value}\""))
                    .expect("it stood somewhere before");
                let (with, warnings) = about(&text, name);
                assert_eq!(warnings.len(), 1, "{text}");
                assert_eq!(with, without, "the default is used: {text}");
                refused += 1;
            }
            let wrong_case = name.to_ascii_uppercase();
            if wrong_case == name || name.contains(':') {
                continue;
            }
            let text = document_around(&all, shape, &format!(" {wrong_case}=\"1\""))
                .expect("it stood somewhere before");
            let (_, warnings) = about(&text, &wrong_case);
            let codes: Vec<Code> = warnings.iter().map(|warning| warning.code).collect();
            assert_eq!(codes, [Code::Schema], "{text}");
        }
    }
    assert!(
        read > 250 && refused > 120,
        "{read} read, {refused} refused"
    );
}

#[test]
fn every_child_outside_the_table_is_warned_of() {
    let all = shapes();
    let mut names: Vec<&str> = all.iter().map(|shape| shape.name).collect();
    names.dedup();
    for parent in all
        .iter()
        .filter(|shape| shape.name != "Response" && !is_mark(shape.name))
    {
        for name in &names {
            let body = format!("<{name}>sip:a@b</{name}>");
            let Some(around) = document_around(&all, parent, "") else {
                panic!("{} stands nowhere", parent.name);
            };
            let close = format!("</{}>", parent.name);
            let text = around.replacen(&close, &format!("{body}{close}"), 1);
            let (_, warnings) = parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
            let told = warnings.iter().any(|warning| {
                warning.element == *name && warning.message.contains("may not stand in")
            });
            assert_eq!(
                told,
                !parent.children.contains(name),
                "{text}: {warnings:?}"
            );
        }
    }
}
