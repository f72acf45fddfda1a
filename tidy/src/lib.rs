//! Reads the tree for the tests that keep its rules; the rules themselves are in `tests/`.

pub mod held;
pub mod markdown;
pub mod source;

use std::fs;
use std::path::{Path, PathBuf};

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Folders that hold nothing we wrote.
const FOREIGN: [&str; 6] = [
    "target",
    "node_modules",
    "ringback-data",
    "corpus",
    "artifacts",
    "__pycache__",
];

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
            let ours = !name.starts_with('.') || name == ".ci";
            if ours && !FOREIGN.contains(&name.as_ref()) {
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

/// The file's text; empty if it isn't text.
pub fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// The text of a file that must be there, named from the root.
pub fn text_of(path: &str) -> String {
    let text = text(&root().join(path));
    assert!(!text.is_empty(), "{path} is missing or empty");
    text
}

/// Fails with every fault at once, so that one run shows all of them.
pub fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
