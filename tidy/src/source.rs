//! What can be read from Rust sources and manifests without a compiler.

use crate::{files, from_root, text};

/// Lines before the first test module: what the length bound counts.
pub fn code_lines(text: &str) -> usize {
    code(text).lines().count()
}

/// The text before the first test module that stands in the file itself.
pub fn code(text: &str) -> &str {
    let inline = |(at, mark): &(usize, &str)| {
        let after = text[at + mark.len()..].trim_start();
        let module = after.lines().next().unwrap_or_default();
        module.starts_with("mod ") && module.ends_with('{')
    };
    let first = text.match_indices("#[cfg(test)]").find(inline);
    first.map_or(text, |(at, _)| &text[..at])
}

/// The crates of this workspace that a manifest's `[dependencies]` name.
pub fn arrows(manifest: &str, ours: &[&str]) -> Vec<String> {
    let mut arrows = dependencies(manifest);
    arrows.retain(|name| ours.contains(&name.as_str()));
    arrows.sort();
    arrows
}

/// Every crate that a manifest's `[dependencies]` name.
pub fn dependencies(manifest: &str) -> Vec<String> {
    let mut inside = false;
    let mut names = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.trim() == "[dependencies]";
        } else if inside
            && !line.starts_with('#')
            && let Some((name, _)) = line.split_once('=')
        {
            names.push(name.trim().to_owned());
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Whether the word stands in the text by itself, not as a part of a longer name.
pub fn holds_word(text: &str, word: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        !part(before.chars().next_back()) && !part(after.chars().next())
    })
}

/// The code of every crate, tests left out: path from the root and text.
pub fn all_code(folders: &[&str]) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for folder in folders {
        for path in files(folder, ".rs") {
            let name = from_root(&path);
            if !name.contains("/tests/") && !name.ends_with("/tests.rs") {
                all.push((name, code(&text(&path)).to_owned()));
            }
        }
    }
    all
}

/// The functions of formatted code, each with its length: from its `fn` to the brace below it.
pub fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let bare = line.trim_start();
        let words = bare.split_whitespace();
        let mut words = words.skip_while(|word| word.starts_with("pub") || *word == "async");
        if words.next() != Some("fn") {
            continue;
        }
        let name = words.next().unwrap_or_default();
        let name = name.split(['(', '<']).next().unwrap_or_default();
        let end = line[..line.len() - bare.len()].to_owned() + "}";
        if let Some(length) = lines[at..].iter().position(|line| *line == end) {
            found.push((name.to_owned(), length + 1));
        }
    }
    found
}

/// A constant of a table of bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constant {
    /// The heading above it.
    pub group: String,
    /// Its doc comment as one line.
    pub doc: String,
    /// Its name.
    pub name: String,
    /// Its value as written.
    pub value: String,
}

/// The public constants of a file: `/// doc`, `pub const NAME: type = value;`, under `// Group.`.
pub fn constants(text: &str) -> Vec<Constant> {
    let (mut group, mut doc) = (String::new(), Vec::new());
    let mut found = Vec::new();
    for line in code(text).lines() {
        if let Some(line) = line.strip_prefix("/// ") {
            doc.push(line.trim());
        } else if let Some(heading) = line.strip_prefix("// ") {
            group = heading.trim_end_matches('.').to_owned();
        } else if let Some(rest) = line.strip_prefix("pub const ")
            && let Some((name, rest)) = rest.split_once(':')
            && let Some((_, value)) = rest.split_once('=')
        {
            found.push(Constant {
                group: group.clone(),
                doc: std::mem::take(&mut doc).join(" "),
                name: name.to_owned(),
                value: value.trim().trim_end_matches(';').to_owned(),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_and_tests_are_no_code() {
        assert!(holds_word("a limit::B_MAX;", "B_MAX"));
        assert!(!holds_word("a limit::AB_MAX; B_MAXIMUM", "B_MAX"));
        let file = "#[cfg(test)]\nmod tests;\nb\n#[cfg(test)]\nmod inline {\n}\n";
        assert_eq!(code(file), "#[cfg(test)]\nmod tests;\nb\n");
        assert_eq!(code_lines(file), 3);
        let file = "impl A {\n    pub async fn b<T>() {\n        c();\n    }\n}\nfn d() {\n}\n";
        assert_eq!(functions(file), [("b".to_owned(), 3), ("d".to_owned(), 2)]);
    }

    #[test]
    fn a_manifest_and_a_table_are_read() {
        let manifest = "[package]\nname = \"x\"\n[dependencies]\n# MIT = good\nmodel = 1\n\
                        serde = 1\n[dev-dependencies]\nsim = 1\n";
        assert_eq!(dependencies(manifest), ["model", "serde"]);
        assert_eq!(arrows(manifest, &["model", "sim"]), ["model"]);
        let table = "// Calls.\n\n/// One\n/// two.\npub const A: u8 = 1;\n";
        let constant = &constants(table)[0];
        assert_eq!(
            (constant.group.as_str(), constant.doc.as_str()),
            ("Calls", "One two.")
        );
        assert_eq!(
            (constant.name.as_str(), constant.value.as_str()),
            ("A", "1")
        );
    }
}
