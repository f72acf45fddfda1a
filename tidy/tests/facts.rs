//! Pages made of the sources: bounds, error codes, keys of the configuration. And that each bound
//! and code is really used: a number nobody raises is a promise nobody keeps.

use std::fmt::Write;
use tidy::source::{Constant, all_code, constants, holds_word};
use tidy::{held, none, text_of};

const MADE: &str = "<!-- Made by `cargo test -p tidy`; UPDATE_EXPECT=1 writes it anew. -->";
const ALL: [&str; 6] = ["core", "shell", "sim", "mp3", "api", "fuzz"];

#[test]
fn limits_are_told_as_they_are() {
    let mut bounds = constants(&text_of("core/model/src/limit.rs"));
    // The language depends on nothing of ours and keeps its bounds itself.
    bounds.extend(
        constants(&text_of("core/twiml/src/limit.rs"))
            .into_iter()
            .map(|bound| Constant {
                group: "The language".to_owned(),
                ..bound
            }),
    );
    assert!(bounds.len() > 60, "only {} bounds were found", bounds.len());
    let mut page = format!(
        "# Limits\n\n{MADE}\n\nEvery queue, list and loop has a bound, so that an overload is an \
         answer and not a crash. The bounds stand in `core/model/src/limit.rs` \
         and `core/twiml/src/limit.rs`; `serve` lets you lower two of them, see \
         [serve.md](serve.md).\n"
    );
    let mut groups: Vec<&str> = Vec::new();
    for bound in &bounds {
        if !groups.contains(&bound.group.as_str()) {
            groups.push(&bound.group);
        }
    }
    for group in groups {
        let _ = write!(
            page,
            "\n## {group}\n\n| Bound | Value | Why |\n|---|---|---|\n"
        );
        for bound in bounds.iter().filter(|bound| bound.group == group) {
            let Constant {
                name, value, doc, ..
            } = bound;
            let _ = writeln!(page, "| `{name}` | {} | {} |", plain(value), cell(doc));
        }
    }
    held::page("docs/limits.md", &page);
}

/// `64 * 1_024` as a person writes it.
fn plain(value: &str) -> String {
    value.replace('_', ",").replace('*', "×")
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[test]
fn every_bound_has_a_reason_and_is_kept_somewhere() {
    let mut faults = Vec::new();
    for file in ["core/model/src/limit.rs", "core/twiml/src/limit.rs"] {
        let code = all_code(&ALL);
        for bound in constants(&text_of(file)) {
            let used =
                |(path, text): &(String, String)| path != file && holds_word(text, &bound.name);
            if !code.iter().any(used) {
                faults.push(format!("{file}: nothing keeps {}", bound.name));
            }
            if bound.doc.len() < 15 {
                faults.push(format!("{file}: {} has no reason", bound.name));
            }
        }
    }
    none(&faults);
}

/// A code of the catalogue.
struct Code {
    group: String,
    name: String,
    number: u32,
    status: u32,
    text: String,
}

fn codes() -> Vec<Code> {
    let source = text_of("core/model/src/error_code.rs");
    let table = source.split("\ncodes! {").nth(1).expect("there is a table");
    let mut group = String::new();
    let mut codes = Vec::new();
    for line in table.lines().take_while(|line| !line.starts_with('}')) {
        let line = line.trim();
        if let Some(heading) = line.strip_prefix("// ") {
            group = heading.trim_end_matches('.').to_owned();
        } else if let Some((name, rest)) = line.split_once(" = ") {
            let mut parts = rest.splitn(3, ", ");
            let mut number = || parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
            let (number, status) = (number(), number());
            let text = parts
                .next()
                .unwrap_or_default()
                .trim_matches([';', '"'])
                .to_owned();
            codes.push(Code {
                group: group.clone(),
                name: name.to_owned(),
                number,
                status,
                text,
            });
        }
    }
    codes
}

#[test]
fn every_code_is_raised_somewhere() {
    let code = all_code(&ALL);
    // Those the language tells of are passed on by their number.
    let language: Vec<u32> = twiml_codes().iter().map(|code| code.0).collect();
    let mut faults = Vec::new();
    for Code { name, number, .. } in codes() {
        if language.contains(&number) {
            continue;
        }
        let raised = format!("ErrorCode::{name}");
        let used = |(path, text): &(String, String)| {
            !path.ends_with("model/src/error_code.rs") && holds_word(text, &raised)
        };
        if !code.iter().any(used) {
            faults.push(format!("{number} {name} is never raised"));
        }
    }
    none(&faults);
}

#[test]
fn error_codes_are_told_as_they_are() {
    let codes = codes();
    assert!(codes.len() > 50, "only {} codes were found", codes.len());
    let mut page = format!(
        "# Error codes\n\n{MADE}\n\nA refused request carries one of these in its body \
         (`{{\"code\": 21201, \"message\": …, \"more_info\": …, \"status\": 400}}`). Whatever goes \
         wrong in a call is kept as a notification of the call: \
         `GET …/Calls/{{CallSid}}/Notifications.json`. The numbers are those of the original's \
         catalogue where it has one.\n"
    );
    let rest: Vec<&Code> = codes.iter().filter(|code| code.status > 0).collect();
    page.push_str("\n## Answers of the API\n\n| Code | HTTP | Meaning |\n|---|---|---|\n");
    let mut sorted = rest;
    sorted.sort_by_key(|code| code.number);
    for Code {
        number,
        status,
        text,
        ..
    } in sorted
    {
        let _ = writeln!(page, "| {number} | {status} | {} |", cell(text));
    }
    let language = twiml_codes();
    let of_calls = |code: &&Code| {
        code.status == 0 && !language.iter().any(|(number, _)| *number == code.number)
    };
    let mut groups: Vec<&str> = Vec::new();
    for code in codes.iter().filter(of_calls) {
        if !groups.contains(&code.group.as_str()) {
            groups.push(&code.group);
        }
    }
    for group in groups {
        let _ = write!(page, "\n## {group}\n\n| Code | Meaning |\n|---|---|\n");
        for code in codes
            .iter()
            .filter(of_calls)
            .filter(|code| code.group == group)
        {
            let _ = writeln!(page, "| {} | {} |", code.number, cell(&code.text));
        }
    }
    page.push_str(
        "\n## What a document is warned of\n\nA warning lets the document run: the default of the \
         attribute is used, or what can't be understood is left out. 11750 to 12102 are errors: \
         the document does not run.\n\n| Code | About |\n|---|---|\n",
    );
    for (number, about) in &language {
        let _ = writeln!(page, "| {number} | {} |", cell(about));
    }
    held::page("docs/errors.md", &page);
}

fn twiml_codes() -> Vec<(u32, String)> {
    let source = text_of("core/twiml/src/warning.rs");
    let table = source.split("\ncodes! {").nth(1).expect("there is a table");
    let mut about = String::new();
    let mut codes = Vec::new();
    for line in table.lines().take_while(|line| !line.starts_with('}')) {
        let line = line.trim();
        if let Some(doc) = line.strip_prefix("/// ") {
            doc.trim_end_matches('.').clone_into(&mut about);
        } else if let Some((_, number)) = line.split_once(" = ") {
            codes.push((
                number.trim_end_matches(',').parse().unwrap_or(0),
                about.clone(),
            ));
        }
    }
    assert!(codes.len() > 60, "only {} codes were found", codes.len());
    codes
}

/// A key of the configuration file.
struct Setting {
    name: String,
    kind: String,
    doc: String,
    default: bool,
}

#[test]
fn every_key_of_the_configuration_is_told() {
    let source = text_of("shell/server/src/config.rs");
    let example = text_of("shell/server/src/config/example.rs");
    let mut page = String::new();
    let mut count = 0;
    let mut wholes = fields(&source, "Config");
    // Keys at the top stand first in the file, as TOML wants it.
    wholes.sort_by_key(|whole| whole.kind != "PathBuf");
    for whole in wholes {
        let inner = whole.kind.trim_start_matches("Vec<").trim_end_matches('>');
        let listed = whole.kind.starts_with("Vec<");
        let settings = fields(&source, inner);
        if settings.is_empty() {
            count += 1;
            let default = shown(&example, "", &whole);
            let _ = writeln!(
                page,
                "## At the top\n\n| Key | Default | Meaning |\n|---|---|---|"
            );
            let _ = writeln!(
                page,
                "| `{}` | {default} | {} |\n",
                whole.name,
                cell(&whole.doc)
            );
            continue;
        }
        let name = whole.name.trim_end_matches('s').to_owned();
        let section = if listed {
            format!("[[{name}]]")
        } else {
            format!("[{}]", whole.name)
        };
        let doc = &whole.doc;
        let _ = writeln!(
            page,
            "## `{section}`\n\n{doc}\n\n| Key | Default | Meaning |\n|---|---|---|"
        );
        for setting in settings {
            count += 1;
            let default = shown(&example, &section, &setting);
            let _ = writeln!(
                page,
                "| `{}` | {default} | {} |",
                setting.name,
                cell(&setting.doc)
            );
        }
        page.push('\n');
    }
    assert!(count > 30, "only {count} keys were found");
    held::section("docs/serve.md", "keys", &page);
}

/// The fields of a struct that is read from the file.
fn fields(source: &str, name: &str) -> Vec<Setting> {
    let Some(body) = source.split(&format!("pub struct {name} {{\n")).nth(1) else {
        return Vec::new();
    };
    let (mut doc, mut renamed, mut default) = (Vec::new(), None, false);
    // A default of the whole struct stands above it.
    let above = source
        .split(&format!("pub struct {name} {{"))
        .next()
        .unwrap_or_default();
    let whole = above
        .trim_end()
        .lines()
        .rev()
        .take(3)
        .any(|l| l.contains("deny_unknown_fields, default"));
    let mut found = Vec::new();
    for line in body.lines().map(str::trim).take_while(|line| *line != "}") {
        if let Some(text) = line.strip_prefix("/// ") {
            doc.push(text.to_owned());
        } else if let Some(attribute) = line.strip_prefix("#[serde(") {
            default |= attribute.contains("default");
            renamed = attribute
                .split_once("rename = \"")
                .and_then(|(_, rest)| rest.split('"').next());
        } else if let Some((field, kind)) = line
            .strip_prefix("pub ")
            .and_then(|rest| rest.split_once(": "))
        {
            found.push(Setting {
                name: renamed.take().unwrap_or(field).to_owned(),
                kind: kind.trim_end_matches(',').to_owned(),
                doc: std::mem::take(&mut doc).join(" "),
                default: std::mem::take(&mut default) || whole,
            });
        }
    }
    found
}

/// What a key is by itself: none where it may be left out, else what the example says, which a
/// test of the configuration holds to the real defaults.
fn shown(example: &str, section: &str, setting: &Setting) -> String {
    if setting.kind.starts_with("Option<") {
        return "–".to_owned();
    }
    if !setting.default {
        return "must be given".to_owned();
    }
    let mut here = section.is_empty();
    for line in example.lines() {
        let line = line.trim_start_matches('#').trim();
        if line.starts_with('[') && !line.contains('=') {
            here = line == section;
        } else if here
            && let Some((key, value)) = line.split_once(" = ")
            && key == setting.name
        {
            if setting.kind.starts_with("Vec<") && section.starts_with("[[") {
                return "none".to_owned();
            }
            let value = value.split("  #").next().unwrap_or(value).trim();
            return format!("`{value}`");
        }
    }
    panic!("the example shows no {} in {section}", setting.name);
}

#[test]
fn every_metric_is_told_of() {
    let names = |text: &str| -> std::collections::BTreeSet<String> {
        let part = |c: char| c.is_ascii_lowercase() || c == '_';
        let starts = text.match_indices("ringback_");
        let word = |(at, _)| {
            text[at..]
                .split(|c| !part(c))
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        starts.map(word).collect()
    };
    let source = text_of("shell/server/src/metrics.rs");
    let known = names(tidy::source::code(&source));
    let told = names(&text_of("docs/operate.md"));
    assert!(known.len() > 15, "only {} metrics were found", known.len());
    let untold = known
        .difference(&told)
        .map(|name| format!("docs/operate.md lacks {name}"));
    let unknown = told
        .difference(&known)
        .map(|name| format!("there is no metric {name}"));
    none(&untold.chain(unknown).collect::<Vec<_>>());
}
