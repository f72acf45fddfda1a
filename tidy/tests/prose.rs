//! The rules of everything that people read: links lead somewhere, commands exist, versions have
//! their place in the changelog, and nothing tells of the machine it was written on.

use std::path::Path;
use tidy::{files, from_root, markdown, none, root, text, text_of};

#[test]
fn every_document_that_is_promised_stands() {
    let promised = [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "LICENSE",
        "run",
        "test",
        ".ci/run",
        "docs/index.md",
        "docs/simulation.md",
        "bench/HISTORY.md",
    ];
    let missing = promised.iter().filter(|name| !root().join(name).exists());
    none(
        &missing
            .map(|name| format!("{name} is missing"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn every_link_leads_somewhere() {
    let mut faults = Vec::new();
    let mut count = 0;
    for path in files("", ".md") {
        let page = text(&path);
        for link in markdown::links(&page) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            count += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let folder = path.parent().unwrap_or(Path::new(""));
            let target = if file.is_empty() {
                path.clone()
            } else {
                folder.join(file)
            };
            let known = || markdown::anchors(&text(&target));
            if !target.exists() {
                faults.push(format!("{}: {link} leads nowhere", from_root(&path)));
            } else if !anchor.is_empty() && !known().iter().any(|known| known == anchor) {
                faults.push(format!("{}: {link}: no such heading", from_root(&path)));
            }
        }
    }
    assert!(count > 30, "only {count} links were found");
    none(&faults);
}

#[test]
fn every_file_that_a_page_names_is_there() {
    // As people write them: a crate's `src` is left out, a module is its name.
    let short = |path: &std::path::PathBuf| {
        let path = from_root(path).replace("/src/", "/");
        let module = path
            .strip_suffix("/mod.rs")
            .map(|module| format!("{module}.rs"));
        format!("/{}", module.unwrap_or(path))
    };
    let paths: Vec<String> = files("", "").iter().map(short).collect();
    let (mut faults, mut count) = (Vec::new(), 0);
    for path in files("", ".md") {
        let name = from_root(&path);
        for line in markdown::prose(&text(&path)) {
            // Every second part stands between back quotes.
            for span in line.split('`').skip(1).step_by(2) {
                let file = [".rs", ".md", ".toml", ".py"]
                    .iter()
                    .any(|end| span.ends_with(end));
                // Other pages name folders of a user's, too.
                let ours = !name.starts_with("docs/");
                let folder = ours && span.ends_with('/') && span.len() > 2;
                let odd = |c: char| !c.is_ascii_alphanumeric() && !"/._-".contains(c);
                if !(file || folder) || span.contains(odd) || span == "ringback.toml" {
                    continue;
                }
                count += 1;
                let inner = format!("/{span}");
                let inner = inner.replace("/src/", "/");
                let known =
                    |path: &String| path.ends_with(&inner) || (folder && path.contains(&inner));
                if !paths.iter().any(known) {
                    faults.push(format!("{name}: there is no {span}"));
                }
            }
        }
    }
    assert!(count > 60, "only {count} names of files were found");
    none(&faults);
}

#[test]
fn every_page_of_the_documentation_is_reached_from_its_index() {
    let index = text_of("docs/index.md");
    let links = markdown::links(&index);
    let mut faults = Vec::new();
    for path in files("docs", ".md") {
        let name = from_root(&path);
        let name = name.trim_start_matches("docs/");
        if name != "index.md" && !links.iter().any(|link| link == name) {
            faults.push(format!("docs/index.md has no link to {name}"));
        }
    }
    none(&faults);
}

#[test]
fn every_command_on_a_page_exists() {
    let cli = text_of("shell/server/src/cli.rs");
    let mut faults = Vec::new();
    let mut count = 0;
    for path in files("", ".md") {
        if from_root(&path).starts_with("docs/simulation") {
            continue;
        }
        for line in markdown::code(&text(&path), "sh") {
            count += 1;
            if let Some(fault) = missing(line.trim(), &cli) {
                faults.push(format!("{}: {line}: {fault}", from_root(&path)));
            }
        }
    }
    assert!(count > 15, "only {count} lines of commands were found");
    none(&faults);
}

/// What a line of a shell names that isn't there.
fn missing(line: &str, cli: &str) -> Option<String> {
    let words: Vec<&str> = line
        .split_whitespace()
        .take_while(|word| *word != "#")
        .collect();
    let settings = words
        .iter()
        .take_while(|word| word.contains('=') && !word.contains('/'));
    let words = &words[settings.count()..];
    let (first, rest) = words.split_first()?;
    let bare = |word: &&&str| !word.starts_with('-');
    match *first {
        "ringback" | "target/debug/ringback" | "target/release/ringback" => {
            let command = rest.first().filter(bare)?;
            let quoted = format!("\"{command}\"");
            let word = |word: &str| word[..1].to_uppercase() + &word[1..];
            let variant: String = command
                .split('-')
                .filter(|w| !w.is_empty())
                .map(word)
                .collect();
            let known = cli.contains(&quoted) || tidy::source::holds_word(cli, &variant);
            (!known).then(|| format!("ringback has no command {command}"))
        }
        "cargo" => {
            let at = words
                .iter()
                .position(|word| *word == "-p" || *word == "--package")?;
            let name = words.get(at + 1)?;
            let wanted = format!("name = \"{name}\"");
            let known = files("", "Cargo.toml")
                .iter()
                .any(|path| text(path).contains(&wanted));
            (!known).then(|| format!("there is no crate {name}"))
        }
        program if program.starts_with("./") || program.contains('/') => {
            let file = program.trim_start_matches("./");
            let there = file.starts_with("target/") || root().join(file).exists();
            (!there).then(|| format!("there is no {file}"))
        }
        _ => None,
    }
}

#[test]
fn the_changelog_has_the_shape_operators_know() {
    let log = text_of("CHANGELOG.md");
    let version = text_of("Cargo.toml")
        .lines()
        .find_map(|line| line.strip_prefix("version = \"").map(str::to_owned))
        .map(|rest| rest.trim_end_matches('"').to_owned())
        .expect("the workspace has a version");
    assert!(
        log.starts_with("# Changelog\n"),
        "it begins with `# Changelog`"
    );
    let mut faults = Vec::new();
    let mut versions = Vec::new();
    for line in log.lines() {
        if let Some(kind) = line.strip_prefix("### ") {
            let known = [
                "Added",
                "Changed",
                "Deprecated",
                "Removed",
                "Fixed",
                "Security",
                "Missing",
            ];
            if !known.contains(&kind) {
                faults.push(format!("{line}: one of {known:?}"));
            }
        } else if let Some(title) = line.strip_prefix("## ") {
            let number = title.split_whitespace().next().unwrap_or_default();
            let parts: Vec<_> = number.split('.').collect();
            let well = parts.len() == 3 && parts.iter().all(|part| part.parse::<u32>().is_ok());
            if !well && title != "Unreleased" {
                faults.push(format!("{line}: `## x.y.z (date)` or `## Unreleased`"));
            }
            versions.push(number.to_owned());
        }
    }
    assert!(versions.contains(&version), "{version} has no section");
    none(&faults);
}

#[test]
fn the_readme_can_be_read_in_one_sitting() {
    let lines = text_of("README.md").lines().count();
    assert!((60..200).contains(&lines), "{lines} lines");
}

#[test]
fn nothing_tells_of_the_machine_it_was_written_on() {
    // Spelled in two halves, so that this file doesn't hold them.
    let words = [
        ("/wo", "rk/"),
        ("/ho", "me/"),
        ("far", "m"),
        ("brief", "ing"),
    ];
    let words: Vec<String> = words.iter().map(|(a, b)| format!("{a}{b}")).collect();
    let mut faults = Vec::new();
    let mut count = 0;
    for path in files("", "") {
        let name = from_root(&path);
        let page = text(&path).to_lowercase();
        let quoted = ["Cargo.lock", "package-lock.json"]
            .iter()
            .any(|lock| name.ends_with(lock));
        // In a linked work tree `.git` is a file that says where the repository lies.
        // Chemists are named in three languages.
        let spoken = name.starts_with("amd/texts/");
        let data = quoted || spoken || name.starts_with("reference/");
        if page.is_empty() || data || name == ".git" {
            continue;
        }
        count += 1;
        for (number, line) in page.lines().enumerate() {
            for word in words.iter().filter(|word| line.contains(word.as_str())) {
                faults.push(format!("{name}:{}: {word}", number + 1));
            }
        }
    }
    assert!(count > 300, "only {count} files were read");
    none(&faults);
}

#[test]
fn the_virtual_phones_are_told_as_they_are() {
    let phones = text_of("sim/src/character.rs");
    let mut faults = Vec::new();
    let mut count = 0;
    for name in ["docs/start.md", "docs/simulation.md"] {
        for row in text_of(name)
            .lines()
            .filter(|line| line.starts_with("| `+120255501"))
        {
            count += 1;
            let mut cells = row.split('|').map(str::trim);
            let number = cells.nth(1).unwrap_or_default().replace('`', "");
            let summary = cells.next().unwrap_or_default();
            if !phones.contains(&format!("(\"{number}\"")) {
                faults.push(format!("{name}: there is no {number}"));
            }
            if !phones.contains(&format!("\"{summary}\"")) {
                faults.push(format!("{name}: {number} isn't like that: {summary}"));
            }
        }
    }
    assert_eq!(count, 18, "each page tells of nine phones");
    none(&faults);
}
