//! The rules of this tree: arrows between crates, what the core may use, how files look.

use tidy::{arrows, code_lines, files, from_root, root, text};

const CRATES: [&str; 13] = [
    "model", "sip", "media", "twiml", "call", "switch", "store", "rest", "server", "api", "sim",
    "mp3", "tidy",
];

/// Which crate may use which of ours. A new arrow is an edit here and in ARCHITECTURE.md.
const ARROWS: [(&str, &[&str]); 13] = [
    ("core/model", &[]),
    ("core/sip", &["model"]),
    ("core/media", &["model"]),
    ("core/twiml", &[]),
    ("core/call", &["model", "twiml"]),
    ("core/switch", &["call", "model", "sip"]),
    ("shell/store", &["model"]),
    ("shell/rest", &["api", "call", "model", "store"]),
    (
        "shell/server",
        &[
            "call", "media", "model", "rest", "sim", "sip", "store", "switch",
        ],
    ),
    ("api", &[]),
    ("sim", &["call", "media", "model", "sip", "switch"]),
    ("mp3", &[]),
    ("tidy", &[]),
];

/// Foreign crates the pure core may use: none of them touches the world.
const CORE_FOREIGN: [&str; 8] = [
    "md-5",
    "sha2",
    "roxmltree",
    "audio-codec",
    "audio-codec-algorithms",
    "rubato",
    "symphonia",
    "nanomp3",
];

#[test]
fn crates_use_only_what_stands_below_them() {
    for (folder, allowed) in ARROWS {
        let manifest = text(&root().join(folder).join("Cargo.toml"));
        assert!(!manifest.is_empty(), "{folder} has no manifest");
        for arrow in arrows(&manifest, &CRATES) {
            assert!(
                allowed.contains(&arrow.as_str()),
                "{folder} may not use {arrow}"
            );
        }
    }
}

#[test]
fn the_core_uses_nothing_that_touches_the_world() {
    for path in files("core", "Cargo.toml") {
        let mut inside = false;
        for line in text(&path).lines() {
            if line.starts_with('[') {
                inside = line.trim() == "[dependencies]";
            } else if inside && let Some((name, _)) = line.split_once('=') {
                let name = name.trim();
                if name.is_empty() || name.starts_with('#') || CRATES.contains(&name) {
                    continue;
                }
                assert!(CORE_FOREIGN.contains(&name), "{}: {name}", from_root(&path));
            }
        }
    }
}

#[test]
fn every_source_file_says_its_job_first_and_keeps_its_size() {
    let mut faults = Vec::new();
    for path in files("", ".rs") {
        let (name, text) = (from_root(&path), text(&path));
        if !text.starts_with("//!") {
            faults.push(format!(
                "{name}: begins without a `//!` line that says its job"
            ));
        }
        let lines = code_lines(&text);
        let bound = if name.contains("/tests") { 800 } else { 600 };
        if lines > bound {
            faults.push(format!("{name}: {lines} lines of code, {bound} at most"));
        }
        for (number, line) in text.lines().enumerate() {
            if line.chars().count() > 100 && !line.contains("http") && !line.contains('"') {
                faults.push(format!("{name}:{}: over 100 columns", number + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn names_are_of_the_field_and_nothing_is_left_half_done() {
    // Spelled in two halves, so that this file doesn't hold them.
    let words: Vec<String> = [
        ("Mana", "ger"),
        ("Hand", "ler"),
        ("Uti", "l"),
        ("FIX", "ME"),
        ("TO", "DO"),
        ("todo", "!("),
        ("unimplement", "ed!("),
        ("#[ign", "ore"),
        ("allow(dead", "_code"),
    ]
    .iter()
    .map(|(a, b)| format!("{a}{b}"))
    .collect();
    let mut faults = Vec::new();
    for path in files("", ".rs") {
        for (number, line) in text(&path).lines().enumerate() {
            for word in &words {
                let typed = line.contains(&format!("struct {word}"))
                    || line.contains(&format!("enum {word}"))
                    || line.contains(&format!("mod {}", word.to_lowercase()));
                let left = word.chars().next().is_some_and(|c| !c.is_alphabetic())
                    || word.ends_with("!(")
                    || word.to_uppercase() == *word
                    || word.starts_with("allow");
                if typed || (left && line.contains(word.as_str())) {
                    faults.push(format!("{}:{}: {word}", from_root(&path), number + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_crate_keeps_the_workspace_lints() {
    for (folder, _) in ARROWS {
        let manifest = text(&root().join(folder).join("Cargo.toml"));
        assert!(manifest.contains("[lints]\nworkspace = true"), "{folder}");
    }
}

#[test]
fn every_verb_that_runs_has_its_four_places() {
    for path in files("core/call/src/verb", ".rs") {
        let verb = path
            .file_stem()
            .map(|s| s.to_string_lossy().into_owned())
            .unwrap_or_default();
        if verb == "mod" || verb == "tests" {
            continue;
        }
        let places = [
            format!("core/twiml/src/verb/{verb}.rs"),
            format!("docs/twiml/{verb}.md"),
            format!("sim/scenarios/{verb}"),
        ];
        for place in places {
            assert!(root().join(&place).exists(), "{verb} has no {place}");
        }
    }
}

#[test]
fn every_document_that_is_promised_stands() {
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "LICENSE",
        "run",
        "test",
        ".ci/run",
    ] {
        assert!(root().join(name).exists(), "{name} is missing");
    }
}
