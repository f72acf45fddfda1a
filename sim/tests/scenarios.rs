//! Every scenario file: played twice it tells the same story, and the one its file has.

use sim::files::find;
use sim::play::{play, rewritten};
use sim::scenario::{Scenario, split};
use std::path::{Path, PathBuf};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut files = Vec::new();
    find(&folder, &mut files).expect("the folder of scenarios can be read");
    files.sort();
    files
}

#[test]
fn every_scenario_tells_its_golden_ladder_twice() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1");
    let files = files();
    assert!(
        files.len() >= 100,
        "only {} scenarios were found",
        files.len()
    );
    let mut faults = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let (story, expected) = split(&text);
        let scenario = match Scenario::parse(story) {
            Ok(scenario) => scenario,
            Err(fault) => {
                faults.push(format!("{}: {fault}", file.display()));
                continue;
            }
        };
        let (first, second) = (play(&scenario), play(&scenario));
        assert_eq!(
            first,
            second,
            "{} is told differently the second time",
            file.display()
        );
        if first != expected && update {
            std::fs::write(file, rewritten(&text, &first)).unwrap();
        } else if first != expected {
            let differs = first.lines().zip(expected.lines()).find(|(a, b)| a != b);
            faults.push(format!("{}: {differs:?}", file.display()));
        }
    }
    assert!(
        faults.is_empty(),
        "{} differ:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[test]
fn every_scenario_comes_to_rest_under_the_judge() {
    for file in files() {
        let text = std::fs::read_to_string(&file).unwrap();
        let scenario = Scenario::parse(split(&text).0).unwrap();
        if let Err(complaint) = sim::play::judge(&scenario) {
            panic!("{}: {complaint}", file.display());
        }
    }
}

#[test]
fn every_scenario_begins_with_a_sentence_on_what_it_shows() {
    for file in files() {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(
            text.starts_with("# "),
            "{} begins without a comment",
            file.display()
        );
        assert!(
            text.lines().all(|line| line.trim_end() == line),
            "{}",
            file.display()
        );
    }
}
