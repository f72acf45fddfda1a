//! The page of a verb shows every attribute of its type, and no other.

#![expect(
    clippy::disallowed_methods,
    reason = "a test reads the pages from disk"
)]

use std::path::PathBuf;
use twiml::schema::{Shape, shapes};

const PAGES: [&str; 13] = [
    "Say", "Play", "Pause", "Gather", "Record", "Dial", "Number", "Sip", "Redirect", "Reject",
    "Hangup", "Refer", "Echo",
];

/// The rows of the page's first table, by the attribute they are about.
fn rows(page: &str) -> Vec<(&str, &str)> {
    let table = page.split("| Attribute |").nth(1).unwrap_or("");
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    rows.filter_map(|row| {
        let name = row.strip_prefix("| `")?.split('`').next()?;
        Some((name, row))
    })
    .collect()
}

#[test]
fn every_page_shows_the_attributes_of_its_type() {
    let all: Vec<Shape> = shapes();
    for name in PAGES {
        let file = format!("../../docs/twiml/{}.md", name.to_ascii_lowercase());
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(file);
        let page = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path:?}: {e}"));
        let shape = all
            .iter()
            .find(|shape| shape.name == name)
            .expect("in the table");
        let known: Vec<&str> = shape.attributes.iter().map(|known| known.name).collect();
        let rows = rows(&page);
        let mut shown: Vec<&str> = rows.iter().map(|(name, _)| *name).collect();
        shown.sort_unstable();
        let mut sorted = known.clone();
        sorted.sort_unstable();
        assert_eq!(shown, sorted, "{name}");
        for attribute in shape.attributes {
            let Some((low, high)) = attribute.range else {
                continue;
            };
            let (_, row) = rows
                .iter()
                .find(|(name, _)| *name == attribute.name)
                .expect("shown");
            assert!(row.contains(&format!("{low} to {high}")), "{name}: {row}");
        }
    }
}

#[test]
fn the_examples_of_the_pages_are_read_without_a_warning() {
    for name in PAGES {
        let file = format!("../../docs/twiml/{}.md", name.to_ascii_lowercase());
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(file);
        let page = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path:?}: {e}"));
        let examples: Vec<&str> = page.split("```xml\n").skip(1).collect();
        assert!(!examples.is_empty(), "{name} has no example");
        for example in examples {
            let text = example.split("```").next().unwrap_or("");
            let (document, warnings) = twiml::parse(text).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(warnings, [], "{name}");
            assert!(!document.verbs.is_empty(), "{name}");
        }
    }
}
