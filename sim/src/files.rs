//! Scenario files on disk: finds them, plays them, reports, and rewrites what changed on purpose.

use crate::play::{Outcome, check, rewritten};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The ending of a scenario file.
const ENDING: &str = "call";

/// Plays these files, and every `*.call` under these folders; true if each ladder is as its file
/// has it. With `update` a ladder that differs is written into its file, and counts as right.
pub fn run_files(paths: &[PathBuf], update: bool, out: &mut dyn Write) -> bool {
    let mut files = Vec::new();
    let mut good = true;
    for path in paths {
        if let Err(fault) = find(path, &mut files) {
            let _ = writeln!(out, "{}: {fault}", path.display());
            good = false;
        }
    }
    files.sort();
    files.dedup();
    if files.is_empty() && good {
        let _ = writeln!(out, "no scenario files (*.{ENDING}) found");
        return false;
    }
    let mut differing = 0;
    for file in &files {
        let fine = run_file(file, update, out);
        differing += usize::from(!fine);
    }
    let _ = writeln!(out, "{} played, {differing} not as expected", files.len());
    good && differing == 0
}

/// Every scenario file under a folder, or the file itself.
pub fn find(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        std::fs::metadata(path)?;
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        let ends = path.extension().is_some_and(|ending| ending == ENDING);
        if path.is_dir() || ends {
            find(&path, files)?;
        }
    }
    Ok(())
}

fn run_file(file: &Path, update: bool, out: &mut dyn Write) -> bool {
    let name = file.display();
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(fault) => {
            let _ = writeln!(out, "{name}: {fault}");
            return false;
        }
    };
    match check(&text) {
        Err(fault) => {
            let _ = writeln!(out, "{name}: {fault}");
            false
        }
        Ok(Outcome::Same) => {
            let _ = writeln!(out, "{name}: ok");
            true
        }
        Ok(Outcome::Differs { ladder, .. }) if update => {
            match std::fs::write(file, rewritten(&text, &ladder)) {
                Ok(()) => {
                    let _ = writeln!(out, "{name}: rewritten");
                    true
                }
                Err(fault) => {
                    let _ = writeln!(out, "{name}: {fault}");
                    false
                }
            }
        }
        Ok(Outcome::Differs {
            line,
            expected,
            found,
            ..
        }) => {
            let _ = writeln!(out, "{name}: differs in line {line} of its ladder");
            let _ = writeln!(out, "  expected: {expected}");
            let _ = writeln!(out, "  happened: {found}");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_plays_rewrites_and_says_what_differs() {
        let folder = std::env::temp_dir().join(format!("ringback-sim-{}", std::process::id()));
        let file = folder.join("deep/er/one.call");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, include_str!("../scenarios/say/outbound.call")).unwrap();
        let run = |update| {
            let mut said = Vec::new();
            let good = run_files(std::slice::from_ref(&folder), update, &mut said);
            (good, String::from_utf8(said).unwrap())
        };
        let (good, said) = run(false);
        assert!(good && said.contains("one.call: ok"), "{said}");
        let other = std::fs::read_to_string(&file)
            .unwrap()
            .replace("BYE", "CYE");
        std::fs::write(&file, other).unwrap();
        let (good, said) = run(false);
        assert!(
            !good && said.contains("differs in line") && said.contains("BYE"),
            "{said}"
        );
        let (good, said) = run(true);
        assert!(good && said.contains("rewritten"), "{said}");
        assert!(run(false).0);
        std::fs::write(&file, "nonsense\n").unwrap();
        let (good, said) = run(false);
        assert!(!good && said.contains("line 1: unknown word"), "{said}");
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(!run(false).0);
    }
}
