//! What the documentation says of TwiML, held to what call control does with it: which verbs and
//! nouns it carries out, and that the tables of attributes are those of the language.

mod control;

use control::{children, run, sample, verdict};
use std::collections::BTreeSet;
use std::fmt::Write;
use tidy::{files, from_root, held, markdown, none, text};
use twiml::schema::{Shape, shapes};

#[test]
fn verbs_and_nouns_are_told_as_they_run() {
    let mut page = String::from("| Verb | Runs |\n|---|---|\n");
    let mut running = 0;
    for name in children("Response") {
        let verdict = verdict(&sample(name));
        running += usize::from(verdict == "yes");
        let _ = writeln!(page, "| `<{name}>` | {verdict} |");
    }
    page.push_str("\n| Noun of `<Dial>` | Runs |\n|---|---|\n");
    for name in children("Dial") {
        let verdict = verdict(&format!("<Dial>{}</Dial>", sample(name)));
        let _ = writeln!(page, "| `<{name}>` | {verdict} |");
    }
    page.push_str("\n| Nested in `<Gather>` | Runs |\n|---|---|\n");
    for name in children("Gather") {
        let empty = run("<Gather/>").effects;
        let with = run(&format!("<Gather>{}</Gather>", sample(name)));
        let heard = with.unbuilt.is_none() && with.effects != empty;
        let _ = writeln!(
            page,
            "| `<{name}>` | {} |",
            if heard { "yes" } else { "no" }
        );
    }
    assert!(running >= 9, "only {running} verbs run");
    held::section("docs/compatibility.md", "language", &page);
}

#[test]
fn what_does_not_run_is_refused_in_words() {
    // Outside a queue there is nothing to leave: it is no fault, and does nothing.
    let silent = ["Leave"];
    let mut faults = Vec::new();
    let verbs = children("Response").into_iter();
    let verbs = verbs.map(|name| (name, sample(name)));
    let nouns = children("Dial").into_iter();
    let nouns = nouns.map(|name| (name, format!("<Dial>{}</Dial>", sample(name))));
    for (name, body) in verbs.chain(nouns) {
        let verdict = verdict(&body);
        if verdict == "accepted, has no effect yet" && !silent.contains(&name) {
            faults.push(format!("{name} does nothing and says nothing: {body}"));
        }
    }
    for container in ["Connect", "Start", "Stop"] {
        for noun in children(container) {
            let body = format!("<{container}><{noun}/></{container}>");
            if run(&body).unbuilt.is_none() {
                faults.push(format!("nothing is said of {body}"));
            }
        }
    }
    none(&faults);
}

#[test]
fn every_verb_that_runs_has_a_page_and_no_other_has_one() {
    let mut faults = Vec::new();
    let paged: BTreeSet<String> = files("docs/twiml", ".md")
        .iter()
        .map(|path| {
            from_root(path)
                .replace("docs/twiml/", "")
                .replace(".md", "")
        })
        .collect();
    let verbs = children("Response")
        .into_iter()
        .map(|name| (name, sample(name)));
    let nouns = children("Dial").into_iter();
    let nouns = nouns.map(|name| (name, format!("<Dial>{}</Dial>", sample(name))));
    let mut running = BTreeSet::new();
    for (name, body) in verbs.chain(nouns) {
        if verdict(&body) == "yes" {
            running.insert(name.to_lowercase());
        }
    }
    for name in running.difference(&paged) {
        faults.push(format!("{name} runs and has no page"));
    }
    for name in paged.difference(&running) {
        faults.push(format!(
            "docs/twiml/{name}.md is of something that doesn't run"
        ));
    }
    none(&faults);
}

#[test]
fn the_tables_of_attributes_are_those_of_the_language() {
    let shapes = shapes();
    let mut faults = Vec::new();
    let mut count = 0;
    for path in files("docs/twiml", ".md") {
        let (page, name) = (text(&path), from_root(&path));
        let title = page
            .lines()
            .next()
            .unwrap_or_default()
            .trim_start_matches("# ");
        // The first of a name is the one in a Dial.
        let Some(Shape { attributes, .. }) = shapes.iter().find(|shape| shape.name == title) else {
            faults.push(format!("{name}: the language has no {title}"));
            continue;
        };
        let told = markdown::first_column(&page, "Attribute");
        let known: Vec<&str> = attributes.iter().map(|attribute| attribute.name).collect();
        count += known.len();
        for attribute in known
            .iter()
            .filter(|known| !told.iter().any(|told| told == *known))
        {
            faults.push(format!("{name}: {attribute} is not told of"));
        }
        for attribute in told.iter().filter(|told| !known.contains(&told.as_str())) {
            faults.push(format!("{name}: there is no {attribute}"));
        }
    }
    assert!(count > 50, "only {count} attributes were found");
    none(&faults);
}
