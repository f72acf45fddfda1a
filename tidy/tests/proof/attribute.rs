//! Every attribute that runs is proved by a scenario.

use crate::RECOGNISER;
use crate::control::{children, sample, verdict};
use crate::story::{Place, Story, documents, ladder, stories, with};
use sim::scenario::Scenario;
use std::collections::BTreeMap;
use std::fmt::Write;
use tidy::{held, none};
use twiml::schema::{Shape, shapes};

const PRONUNCIATION: &str = "the engines read a word in their own way: the text is spoken";

/// What is read and checked and changes nothing, and why.
const NO_EFFECT: &[(&str, &str, &str)] = &[
    ("Gather", "speechTimeout", RECOGNISER),
    ("Gather", "maxSpeechTime", RECOGNISER),
    ("Gather", "language", RECOGNISER),
    ("Gather", "hints", RECOGNISER),
    ("Gather", "speechModel", RECOGNISER),
    ("Gather", "profanityFilter", RECOGNISER),
    ("Gather", "partialResultCallback", RECOGNISER),
    ("Gather", "partialResultCallbackMethod", RECOGNISER),
    (
        "Gather",
        "enhanced",
        "deprecated: it chose a variant of one speech model",
    ),
    (
        "Gather",
        "debug",
        "everything is in the call's notifications and events anyway",
    ),
    (
        "Record",
        "recordingConfigurationId",
        "there are no configurations of recordings to name",
    ),
    (
        "Dial",
        "recordingConfigurationId",
        "there are no configurations of recordings to name",
    ),
    (
        "Dial",
        "events",
        "the events of a call are told to its status callback",
    ),
    (
        "Dial",
        "passports",
        "no carrier here takes signed identities yet",
    ),
    ("phoneme", "alphabet", PRONUNCIATION),
    ("phoneme", "ph", PRONUNCIATION),
    ("w", "role", PRONUNCIATION),
    ("Parameter", "", "it has no meaning in a Hangup or a Reject"),
    (
        "Parameter",
        "name",
        "it has no meaning in a Hangup or a Reject",
    ),
    (
        "Parameter",
        "value",
        "it has no meaning in a Hangup or a Reject",
    ),
];

/// What runs and has no scenario yet. This list only shrinks: an entry that is proved fails.
const GAPS: &[(&str, &str)] = &[];

/// An element of the language by its name; a Sip in a Refer is another than that in a Dial.
fn key(node: roxmltree::Node<'_, '_>) -> String {
    let name = node.tag_name().name();
    let parent = node.parent_element().map(|parent| parent.tag_name().name());
    if (name, parent) == ("Sip", Some("Refer")) {
        "Sip in Refer".to_owned()
    } else {
        name.to_owned()
    }
}

/// One use of an attribute, or of an element where the attribute has no name.
struct Use {
    story: usize,
    place: Place,
    /// Where in the document it stands.
    bytes: std::ops::Range<usize>,
}

/// Every use, by element and attribute.
fn uses(documents: &[Vec<(Place, String)>]) -> BTreeMap<(String, String), Vec<Use>> {
    let mut uses: BTreeMap<_, Vec<Use>> = BTreeMap::new();
    for (story, documents) in documents.iter().enumerate() {
        for (place, document) in documents {
            let tree = roxmltree::Document::parse(document).expect("we wrote it");
            for node in tree.descendants().filter(roxmltree::Node::is_element) {
                let mut add = |name: &str, bytes: std::ops::Range<usize>| {
                    let (place, key) = (*place, (key(node), name.to_owned()));
                    uses.entry(key).or_default().push(Use {
                        story,
                        place,
                        bytes,
                    });
                };
                add("", node.range());
                for attribute in node.attributes() {
                    let prefix = attribute.namespace().map_or("", |_| "xml:");
                    add(&format!("{prefix}{}", attribute.name()), attribute.range());
                }
            }
        }
    }
    uses
}

/// What a scenario proves of something in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// It is said in the notifications that it isn't carried out, and nothing else.
    Refusal,
    /// Something else happens.
    Effect,
}

/// Plays the scenario with the document as it is, and without this piece of it; `None` if
/// everything happens as before.
fn proof(
    scenario: &Scenario,
    place: Place,
    document: &str,
    bytes: &std::ops::Range<usize>,
) -> Option<Proof> {
    let without = format!(
        "{}{}",
        document[..bytes.start].trim_end(),
        &document[bytes.end..]
    );
    let with_it = ladder(&with(scenario, place, document));
    let without = ladder(&with(scenario, place, &without));
    if with_it == without {
        return None;
    }
    let refusal = |line: &&str| line.contains("Error 12400");
    let rest = |ladder: &str| -> Vec<String> {
        let lines = ladder.lines().filter(|line| !refusal(line));
        lines.map(str::to_owned).collect()
    };
    if rest(&with_it) == rest(&without) {
        Some(Proof::Refusal)
    } else {
        Some(Proof::Effect)
    }
}

/// How many uses of one attribute are tried before it counts as proved by none.
const TRIES: usize = 40;

/// The best proof of an attribute among its uses, and which scenario gives it.
fn best<'a>(
    element: &str,
    uses: &[Use],
    stories: &'a [Story],
    documents: &[Vec<(Place, String)>],
) -> Option<(Proof, &'a str)> {
    let folder = element.split(' ').next().unwrap_or(element).to_lowercase();
    let rank = |it: &&Use| {
        let story = &stories[it.story];
        let at_home = story.name.starts_with(&format!("{folder}/"));
        // A story about something else proves less than one about the verb.
        (
            story.scenario.engines,
            !at_home,
            story.name.len(),
            story.name.clone(),
        )
    };
    let mut sorted: Vec<&Use> = uses.iter().collect();
    sorted.sort_by_cached_key(rank);
    let mut refused = None;
    for it in sorted.into_iter().take(TRIES) {
        let story = &stories[it.story];
        let document = documents[it.story]
            .iter()
            .find(|(place, _)| *place == it.place);
        let (_, document) = document.expect("the use was found there");
        match proof(&story.scenario, it.place, document, &it.bytes) {
            Some(Proof::Effect) => return Some((Proof::Effect, &story.name)),
            Some(refusal) => refused = refused.or(Some((refusal, story.name.as_str()))),
            None => {}
        }
    }
    refused
}

/// The elements whose attributes have to be proved: verbs and nouns that run, and what stands in
/// them.
fn built() -> Vec<(String, Shape)> {
    let all = shapes();
    let shape = |name: &str| {
        let shape = all.iter().find(|shape| shape.name == name);
        shape.cloned().unwrap_or_else(|| panic!("no {name}"))
    };
    let mut built: Vec<(String, Shape)> = Vec::new();
    let mut add = |key: &str, shape: Shape| {
        if !built.iter().any(|(known, _)| known == key) {
            built.push((key.to_owned(), shape));
        }
    };
    for name in children("Response") {
        if verdict(&sample(name)) != "yes" {
            continue;
        }
        add(name, shape(name));
        let dial = name == "Dial";
        for inner in children(name) {
            let runs = !dial || verdict(&format!("<Dial>{}</Dial>", sample(inner))) == "yes";
            match (name, runs) {
                ("Gather", _) | (_, false) => {}
                ("Refer", _) => {
                    let sip = all.iter().rfind(|shape| shape.name == "Sip");
                    add("Sip in Refer", sip.expect("a Sip in Refer").clone());
                }
                _ => {
                    add(inner, shape(inner));
                    for inmost in children(inner) {
                        add(inmost, shape(inmost));
                        for last in children(inmost) {
                            add(last, shape(last));
                        }
                    }
                }
            }
        }
    }
    built
}

#[test]
fn every_attribute_that_runs_is_proved_by_a_scenario() {
    let stories = stories();
    let documents: Vec<_> = stories
        .iter()
        .map(|story| documents(&story.scenario))
        .collect();
    let uses = uses(&documents);
    let built = built();
    let mut page = String::from("| Element | Attribute | Proved by |\n|---|---|---|\n");
    let (mut faults, mut proved) = (Vec::new(), 0);
    for (element, shape) in &built {
        let names = shape.attributes.iter().map(|attribute| attribute.name);
        for name in [""].into_iter().chain(names) {
            let none = Vec::new();
            let uses = uses
                .get(&(element.clone(), name.to_owned()))
                .unwrap_or(&none);
            let best = best(element, uses, &stories, &documents);
            let reason = NO_EFFECT
                .iter()
                .find(|(of, it, _)| (*of, *it) == (element, name));
            let gap = GAPS.contains(&(element, name));
            let shown = format!("<{element}> {name}");
            let cell = match (best, reason) {
                (Some((Proof::Effect, story)), None) => {
                    proved += 1;
                    format!("`{story}`")
                }
                (Some((Proof::Refusal, story)), None) => {
                    proved += 1;
                    format!("`{story}`: says 12400, not carried out")
                }
                (Some((_, story)), Some(_)) => {
                    faults.push(format!("{shown}: {story} proves it; take it off NO_EFFECT"));
                    continue;
                }
                (None, Some((_, _, reason))) => {
                    format!("no effect: {reason}")
                }
                (None, None) if gap => "no scenario yet".to_owned(),
                (None, None) => {
                    let tried = uses.len();
                    faults.push(format!("{shown}: no scenario proves it ({tried} use it)"));
                    continue;
                }
            };
            if gap && cell != "no scenario yet" {
                faults.push(format!("{shown}: {cell}; take it off GAPS"));
            }
            let name = if name.is_empty() {
                "–".to_owned()
            } else {
                format!("`{name}`")
            };
            let _ = writeln!(page, "| `<{element}>` | {name} | {cell} |");
        }
    }
    for (element, name) in NO_EFFECT.iter().map(|(element, name, _)| (element, name)) {
        let known = built.iter().find(|(known, _)| known == element);
        let known = known.is_some_and(|(_, shape)| {
            shape
                .attributes
                .iter()
                .any(|attribute| attribute.name == *name)
                || name.is_empty()
        });
        if !known {
            faults.push(format!(
                "NO_EFFECT names <{element}> {name}, which doesn't run"
            ));
        }
    }
    none(&faults);
    assert!(proved > 50, "only {proved} attributes are proved");
    held::section("docs/compatibility.md", "proof", &page);
}
