//! What the reference leaves open stands on a page, beside where it was decided.

use tidy::{none, text};

#[test]
fn what_the_reference_leaves_open_is_decided_beside_the_code_and_shown() {
    let page = tidy::text_of("docs/compatibility.md");
    let table = page.split("| Open question |").nth(1).expect("the table");
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let (mut faults, mut count) = (Vec::new(), 0);
    for row in rows {
        count += 1;
        let cells: Vec<&str> = row
            .split('|')
            .map(|cell| cell.trim().trim_matches('`'))
            .collect();
        let (code, scenario) = (cells[3], cells[4]);
        // A module is written as its name, as on every page.
        let module = code.replace(".rs", "/mod.rs");
        let says = |file: &str| text(&tidy::root().join(file)).contains("Unconfirmed:");
        if !says(code) && !says(&module) {
            faults.push(format!("{code} says nothing of what is unconfirmed: {row}"));
        }
        let scenario = format!("sim/scenarios/{scenario}.call");
        if text(&tidy::root().join(&scenario)).is_empty() {
            faults.push(format!("there is no {scenario}: {row}"));
        }
    }
    assert!(count >= 16, "only {count} questions");
    none(&faults);
}
