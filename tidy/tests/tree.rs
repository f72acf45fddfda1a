//! The rules of this tree: arrows between crates, what the core may use, how files look.

use tidy::source::{all_code, arrows, code_lines, dependencies, functions};
use tidy::{files, from_root, none, root, text, text_of};

const CRATES: [&str; 24] = [
    "model",
    "numbering",
    "sip",
    "media",
    "twiml",
    "call",
    "switch",
    "outbox",
    "store",
    "linger",
    "rest",
    "server",
    "cli",
    "intercept",
    "api",
    "ringback",
    "loopback",
    "sim",
    "mp3",
    "crm",
    "amd",
    "tidy",
    "replay",
    "bench",
];

/// Which crate may use which of ours. A new arrow is an edit here and in ARCHITECTURE.md.
const ARROWS: [(&str, &[&str]); 22] = [
    ("core/model", &[]),
    ("core/numbering", &[]),
    ("core/sip", &["model"]),
    ("core/media", &["model"]),
    ("core/twiml", &[]),
    ("core/call", &["model", "numbering", "twiml"]),
    ("core/switch", &["call", "model", "sip"]),
    ("core/outbox", &["model"]),
    ("shell/store", &["model"]),
    ("shell/linger", &["model"]),
    (
        "shell/rest",
        &["api", "call", "model", "numbering", "store"],
    ),
    (
        "shell/server",
        &[
            "api",
            "call",
            "cli",
            "intercept",
            "linger",
            "media",
            "model",
            "numbering",
            "outbox",
            "rest",
            "sim",
            "sip",
            "store",
            "switch",
        ],
    ),
    ("shell/cli", &["api", "ringback"]),
    ("shell/intercept", &["linger", "model"]),
    ("api", &[]),
    ("sdk", &["api", "twiml"]),
    ("sdk/loopback", &[]),
    ("sim", &["call", "media", "model", "sip", "switch"]),
    ("mp3", &[]),
    ("crm", &["ringback"]),
    ("amd", &["media", "model"]),
    ("tidy", &[]),
];

/// Foreign crates the pure core uses: none of them touches the world.
const CORE_FOREIGN: [&str; 7] = [
    "hmac",
    "md-5",
    "sha2",
    "roxmltree",
    "nanomp3",
    "earshot",
    "phonenumber",
];

#[test]
fn crates_use_only_what_stands_below_them() {
    let mut faults = Vec::new();
    for (folder, allowed) in ARROWS {
        let found = arrows(&text_of(&format!("{folder}/Cargo.toml")), &CRATES);
        for arrow in &found {
            if !allowed.contains(&arrow.as_str()) {
                faults.push(format!("{folder} may not use {arrow}"));
            }
        }
        for arrow in allowed {
            if !found.iter().any(|name| name == arrow) {
                faults.push(format!("{folder} doesn't use {arrow}: take the arrow away"));
            }
        }
    }
    none(&faults);
}

#[test]
fn the_core_uses_nothing_that_touches_the_world() {
    let mut faults = Vec::new();
    let mut used = Vec::new();
    for path in files("core", "Cargo.toml") {
        for name in dependencies(&text(&path)) {
            if CRATES.contains(&name.as_str()) {
                continue;
            }
            if !CORE_FOREIGN.contains(&name.as_str()) {
                faults.push(format!("{}: {name}", from_root(&path)));
            }
            used.push(name);
        }
    }
    for name in CORE_FOREIGN {
        if !used.iter().any(|used| used == name) {
            faults.push(format!(
                "{name} is allowed and not used: take it off the list"
            ));
        }
    }
    none(&faults);
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
            // An address can't be broken in two.
            if line.chars().count() > 100 && !line.contains("://") {
                faults.push(format!("{name}:{}: over 100 columns", number + 1));
            }
        }
    }
    none(&faults);
}

#[test]
fn every_function_can_be_seen_at_once() {
    let mut faults = Vec::new();
    let mut count = 0;
    for (path, text) in all_code(&["core", "shell", "sim", "mp3", "api", "fuzz", "tidy"]) {
        // What only measures or shows tells its story from top to bottom.
        if path.contains("/examples/") {
            continue;
        }
        for (name, lines) in functions(&text) {
            count += 1;
            if lines > 100 {
                faults.push(format!("{path}: {name} has {lines} lines, 100 at most"));
            }
        }
    }
    assert!(count > 1_000, "only {count} functions were found");
    none(&faults);
}

#[test]
fn names_are_of_the_field_and_nothing_is_left_half_done() {
    // Spelled in two halves, so that this file doesn't hold them.
    let whole = |(a, b): &(&str, &str)| format!("{a}{b}");
    let vague: Vec<String> = [
        ("Mana", "ger"),
        ("Hand", "ler"),
        ("Ser", "vice"),
        ("Uti", "l"),
        ("Com", "mon"),
        ("Hel", "per"),
    ]
    .iter()
    .map(whole)
    .collect();
    let undone: Vec<String> = [
        ("FIX", "ME"),
        ("TO", "DO"),
        ("todo", "!("),
        ("unimplement", "ed!("),
        ("#[ign", "ore"),
        ("allow(dead", "_code"),
    ]
    .iter()
    .map(whole)
    .collect();
    let mut faults = Vec::new();
    for path in files("", ".rs") {
        for (number, line) in text(&path).lines().enumerate() {
            let place = || format!("{}:{}", from_root(&path), number + 1);
            for word in undone.iter().filter(|word| line.contains(word.as_str())) {
                faults.push(format!("{}: {word}", place()));
            }
            for word in &vague {
                if let Some(name) = declared(line)
                    && (name.ends_with(word) || name.eq_ignore_ascii_case(word))
                {
                    faults.push(format!("{}: {name}", place()));
                }
            }
        }
    }
    none(&faults);
}

/// The type or module that a line declares.
fn declared(line: &str) -> Option<&str> {
    let line = line
        .trim()
        .trim_start_matches("pub(crate) ")
        .trim_start_matches("pub ");
    let rest = ["struct ", "enum ", "trait ", "mod "]
        .into_iter()
        .find_map(|word| line.strip_prefix(word))?;
    rest.split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
}

#[test]
fn every_crate_keeps_the_workspace_lints() {
    let mut faults = Vec::new();
    for path in files("", "Cargo.toml") {
        let (name, manifest) = (from_root(&path), text(&path));
        let member = manifest.contains("[package]") && name != "fuzz/Cargo.toml";
        if member && !manifest.contains("[lints]\nworkspace = true") {
            faults.push(format!("{name} doesn't keep the workspace's lints"));
        }
    }
    none(&faults);
}

#[test]
fn every_verb_that_runs_has_its_four_places() {
    let mut faults = Vec::new();
    let mut verbs = 0;
    let folder = root().join("core/call/src/verb");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .expect("call has its verbs")
        .flatten()
        .map(|entry| {
            entry
                .file_name()
                .to_string_lossy()
                .trim_end_matches(".rs")
                .to_owned()
        })
        .filter(|name| !["mod", "tests", "unbuilt"].contains(&name.as_str()))
        .collect();
    names.push("hangup".to_owned());
    for verb in names {
        verbs += 1;
        for place in [
            format!("core/twiml/src/verb/{verb}.rs"),
            format!("docs/twiml/{verb}.md"),
            format!("sim/scenarios/{verb}"),
        ] {
            if !root().join(&place).exists() {
                faults.push(format!("{verb} has no {place}"));
            }
        }
    }
    assert!(verbs >= 9, "only {verbs} verbs were found");
    none(&faults);
}
