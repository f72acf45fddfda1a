//! Documents on disk, each with what is made of it: warnings, then the document as written back.
//! Run with `UPDATE_EXPECT=1` to write the expectations anew, and read the difference.
#![expect(
    clippy::disallowed_methods,
    reason = "a test reads its cases from disk"
)]

use std::fmt::Write as _;
use std::path::PathBuf;
use twiml::Code;

fn told(text: &str) -> String {
    let mut out = String::new();
    match twiml::parse(text) {
        Ok((document, warnings)) => {
            for warning in &warnings {
                let _ = writeln!(out, "warning {warning}");
            }
            out.push_str(&twiml::write_pretty(&document));
            for written in [twiml::write(&document), twiml::write_pretty(&document)] {
                let (again, _) = twiml::parse(&written).expect("what is written can be read");
                assert_eq!(again, document, "written and read again");
            }
        }
        Err(error) => {
            let _ = writeln!(out, "error {error}");
        }
    }
    out
}

#[test]
fn every_case_is_read_as_expected() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the cases are there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .collect();
    cases.sort();
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let told = told(&std::fs::read_to_string(&case).expect("a case"));
        let name = case
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        if name.starts_with("sdk_") {
            assert!(
                !told.starts_with("warning") && !told.starts_with("error"),
                "{name}: {told}"
            );
        }
        let golden = case.with_extension("txt");
        let same = std::fs::read_to_string(&golden).unwrap_or_default() == told;
        if update && !same {
            std::fs::write(&golden, &told).expect("written");
        } else if !same {
            wrong.push(format!("{name}:\n{told}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_is_told_by_a_case() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut told = String::new();
    for entry in std::fs::read_dir(folder).expect("the cases are there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            told.push_str(&std::fs::read_to_string(&path).expect("a case"));
        }
    }
    // What is told of a body whatever its text says is tested where bodies are read.
    let of_bodies = [Code::ContentType];
    for code in Code::ALL.iter().filter(|code| !of_bodies.contains(code)) {
        let place = |kind: &str| told.contains(&format!("{kind} {code} at "));
        assert!(place("warning") || place("error"), "no case tells {code}");
    }
}
