//! The command's help and what it says, held to files. `UPDATE_EXPECT=1` writes them anew; read
//! the difference.
#![expect(
    clippy::unwrap_used,
    reason = "a test's own files are there or the test fails"
)]

use clap::{Args, Command, Parser};
use cli::explain_signature::{ExplainSignature, HELP};
use std::ffi::OsString;
use std::path::PathBuf;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    asked: ExplainSignature,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/explain_signature")
}

fn held(name: &str, text: &str) {
    let file = folder().join(name);
    // No test reads another's: they run side by side, and this one may be empty for a moment.
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&file, text).unwrap();
    }
    let stands = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(stands, text, "{name}");
}

/// What the command says, and its exit code.
fn say(words: &[&str]) -> (u8, String) {
    let file = |word: &&str| match word.strip_prefix('@') {
        Some(name) => folder().join(name).display().to_string(),
        None => (*word).to_owned(),
    };
    let words = std::iter::once("ringback".to_owned()).chain(words.iter().map(file));
    let line = Line::try_parse_from(words).unwrap();
    let environment = |name: &str| match name {
        "TWILIO_AUTH_TOKEN" => Some(OsString::from("12345")),
        "OTHER_TOKEN" => Some(OsString::from("54321")),
        _ => None,
    };
    let place = format!("{}/", folder().display());
    match line.asked.run(&environment) {
        Ok(explanation) => (explanation.code(), explanation.to_string()),
        Err(fault) => (2, format!("ringback: {fault}\n").replace(&place, "")),
    }
}

#[test]
fn the_help() {
    let command = Command::new("ringback explain-signature").after_help(HELP);
    let mut command = ExplainSignature::augment_args(command);
    held("help.txt", &command.render_help().to_string());
}

#[test]
fn what_it_says() {
    for (name, code, words) in [
        ("holds.txt", 0, &["@holds.http"][..]),
        (
            "proxy.txt",
            1,
            &[
                "@proxy.http",
                "--url",
                "https://example.com/myapp.php?foo=1&bar=2",
            ],
        ),
        ("curl.txt", 1, &["@curl.sh"]),
        ("har.txt", 1, &["@json.har"]),
        (
            "rotated.txt",
            1,
            &[
                "@holds.http",
                "--token-env",
                "OTHER_TOKEN",
                "--token-env",
                "TWILIO_AUTH_TOKEN",
            ],
        ),
        (
            "wrong.txt",
            1,
            &["@proxy.http", "--token-env", "OTHER_TOKEN"],
        ),
        (
            "computed.txt",
            0,
            &["@holds.http", "--computed", "7fNPeNJw743o4w4nyZb6i1KILQ8="],
        ),
    ] {
        let (exit, text) = say(words);
        assert_eq!(exit, code, "{name}: {text}");
        held(name, &text);
    }
}

#[test]
fn bad_input_is_one_sentence_and_exit_code_2() {
    let mut all = String::new();
    for words in [
        &["@nowhere.http"][..],
        &["@json.har", "--entry", "7"],
        &["@holds.http", "--token-env", "NO_SUCH"],
        &["@holds.http", "--token-file", "@nowhere.token"],
        &["@holds.http", "--url", "example.com"],
        &["@letter.txt"],
    ] {
        let (exit, text) = say(words);
        assert_eq!(exit, 2, "{words:?}: {text}");
        assert_eq!(text.lines().count(), 1, "{text}");
        all += &text;
    }
    held("bad.txt", &all);
}
