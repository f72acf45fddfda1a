//! Reads the tree for the tests that keep its rules; the rules themselves are in `tests/`.

use std::fs;
use std::path::{Path, PathBuf};

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file below `folder` (relative to the root) that ends so, sorted, build output left out.
pub fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(&root().join(folder), ending, &mut found);
    found.sort();
    found
}

fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if path.is_dir() {
            let skipped = [
                "target",
                "node_modules",
                "ringback-data",
                "corpus",
                "artifacts",
            ];
            if !name.starts_with('.') && !skipped.contains(&name.as_ref()) {
                walk(&path, ending, found);
            }
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
}

/// The path as written from the root, with forward slashes.
pub fn from_root(path: &Path) -> String {
    let root = root();
    path.strip_prefix(&root)
        .unwrap_or(path)
        .to_string_lossy()
        .replace('\\', "/")
}

/// The file's text; empty if it can't be read.
pub fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// Lines before the first test module: what the length bound counts.
pub fn code_lines(text: &str) -> usize {
    text.lines()
        .position(|line| line.trim() == "#[cfg(test)]")
        .unwrap_or(text.lines().count())
}

/// The crates of this workspace that a manifest's `[dependencies]` name.
pub fn arrows(manifest: &str, ours: &[&str]) -> Vec<String> {
    let mut inside = false;
    let mut arrows = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.trim() == "[dependencies]";
        } else if inside && let Some((name, _)) = line.split_once('=') {
            let name = name.trim();
            if ours.contains(&name) {
                arrows.push(name.to_owned());
            }
        }
    }
    arrows.sort();
    arrows
}
