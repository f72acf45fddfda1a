//! What the scenarios prove of TwiML and its webhooks. An attribute is proved by a scenario whose
//! story goes differently when the attribute is left out of its document; a parameter by one that
//! prints it. What runs and is proved by none fails; the page says which is proved where.

mod control;

use control::{children, sample, verdict};
use sim::customer::Answer;
use sim::order::Order;
use sim::play::{play, told};
use sim::scenario::{Scenario, split};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use tidy::{files, from_root, held, none, text};
use twiml::schema::{Shape, shapes};

const RECOGNISER: &str = "waits for a recogniser";

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

/// A scenario file, read.
struct Story {
    name: String,
    scenario: Scenario,
}

/// Where in a scenario a document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Page(usize),
    Order(usize),
}

fn stories() -> Vec<Story> {
    let read = |path: &std::path::PathBuf| {
        let name = from_root(path);
        let name = name.trim_start_matches("sim/scenarios/");
        let name = name.trim_end_matches(".call").to_owned();
        let file = text(path);
        let scenario = Scenario::parse(split(&file).0);
        let scenario = scenario.unwrap_or_else(|fault| panic!("{name}: {fault}"));
        Story { name, scenario }
    };
    let stories: Vec<Story> = files("sim/scenarios", ".call").iter().map(read).collect();
    assert!(stories.len() > 150, "only {} scenarios", stories.len());
    stories
}

/// The documents of a scenario as the language writes them: what it doesn't know is gone, and an
/// attribute that says what is the default anyway is, too.
fn documents(scenario: &Scenario) -> Vec<(Place, String)> {
    let mut found = Vec::new();
    for (at, (_, page)) in scenario.pages.iter().enumerate() {
        if let Answer::Body { content_type, body } = &page.answer
            && let Ok((document, _)) =
                twiml::from_web(content_type.as_deref(), body, sim::customer::HOST)
        {
            found.push((Place::Page(at), twiml::write(&document)));
        }
    }
    for (at, (_, order)) in scenario.orders.iter().enumerate() {
        if let Some(twiml) = inline(order)
            && let Ok((document, _)) = twiml::parse(twiml)
        {
            found.push((Place::Order(at), twiml::write(&document)));
        }
    }
    found
}

fn inline(order: &Order) -> Option<&String> {
    let source = match order {
        Order::Create(call) => &call.source,
        Order::Update(_, update) => update.source.as_ref()?,
        _ => return None,
    };
    match source {
        call::command::Source::Twiml(twiml) => Some(twiml),
        _ => None,
    }
}

/// The scenario with another document in this place.
fn with(scenario: &Scenario, place: Place, document: &str) -> Scenario {
    let mut scenario = scenario.clone();
    match place {
        Place::Page(at) => {
            scenario.pages[at].1.answer = Answer::Body {
                content_type: Some("text/xml".to_owned()),
                body: document.as_bytes().to_vec(),
            };
        }
        Place::Order(at) => {
            let source = call::command::Source::Twiml(document.to_owned());
            match &mut scenario.orders[at].1 {
                Order::Create(call) => call.source = source,
                Order::Update(_, update) => update.source = Some(source),
                other => panic!("{other:?} holds no document"),
            }
        }
    }
    scenario
}

/// What happened, without the documents themselves.
fn ladder(scenario: &Scenario) -> String {
    let ladder = play(scenario);
    let lines = ladder.lines().map(|line| match line.find(" 200 <") {
        Some(at) if line.contains("→ switch") => &line[..at],
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

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

/// What a request is about, told by what it says.
fn kind(parameters: &[(String, String)]) -> &'static str {
    let has = |name: &str| parameters.iter().any(|(known, _)| known == name);
    match () {
        () if has("RecordingStatus") => RECORDING,
        () if has("CallbackSource") => STATUS,
        () if has("DialCallStatus") => DIAL,
        () if has("FinishedOnKey") => GATHER,
        () if has("ReferCallStatus") => REFER,
        () if has("ReferTransferTarget") => REFER_URL,
        () if has("ErrorUrl") => FALLBACK,
        () if has("RecordingUrl") => RECORD,
        () if has("AnsweredBy") && !has("ApiVersion") => DETECTION,
        () => REQUEST,
    }
}

const REQUEST: &str = "every request";
const FALLBACK: &str = "the fallback's request";
const GATHER: &str = "Gather's action";
const RECORD: &str = "Record's action";
const DIAL: &str = "Dial's action";
const REFER_URL: &str = "Dial's referUrl";
const REFER: &str = "Refer's action";
const STATUS: &str = "a call's status callback";
const RECORDING: &str = "a recording's status callback";
const DETECTION: &str = "the detection's callback";

/// What the reference lists for each kind of request.
const REFERENCE: &[(&str, &[&str])] = &[
    (
        REQUEST,
        &[
            "CallSid",
            "AccountSid",
            "ApiVersion",
            "From",
            "To",
            "Caller",
            "Called",
            "Direction",
            "CallStatus",
            "ForwardedFrom",
            "CallerName",
            "ParentCallSid",
            "CallToken",
            "FromCity",
            "FromState",
            "FromZip",
            "FromCountry",
            "ToCity",
            "ToState",
            "ToZip",
            "ToCountry",
            "CallerCity",
            "CallerState",
            "CallerZip",
            "CallerCountry",
            "CalledCity",
            "CalledState",
            "CalledZip",
            "CalledCountry",
            "StirVerstat",
            "StirPassportToken",
            "StirStatus",
            "ApplicationSid",
            "AnsweredBy",
            "MachineDetectionDuration",
            "SipDomain",
            "SipDomainSid",
            "SipCallId",
            "SipSourceIp",
            "SipHeader_*",
        ],
    ),
    (FALLBACK, &["ErrorCode", "ErrorUrl"]),
    (
        GATHER,
        &[
            "Digits",
            "FinishedOnKey",
            "SpeechResult",
            "Confidence",
            "Language",
        ],
    ),
    (
        RECORD,
        &[
            "RecordingUrl",
            "RecordingSid",
            "RecordingDuration",
            "Digits",
        ],
    ),
    (
        DIAL,
        &[
            "DialCallStatus",
            "DialCallSid",
            "DialCallDuration",
            "DialBridged",
            "RecordingUrl",
            "RecordingSid",
            "RecordingDuration",
            "DialSipCallId",
            "DialSipResponseCode",
            "DialSipHeader_*",
        ],
    ),
    (REFER_URL, &["ReferTransferTarget"]),
    (
        REFER,
        &[
            "ReferCallStatus",
            "ReferSipResponseCode",
            "NotifySipResponseCode",
        ],
    ),
    (
        STATUS,
        &[
            "Timestamp",
            "CallbackSource",
            "SequenceNumber",
            "Duration",
            "CallDuration",
            "SipResponseCode",
            "RecordingUrl",
            "RecordingSid",
            "RecordingDuration",
            "AnsweredBy",
            "ErrorCode",
            "ErrorMessage",
        ],
    ),
    (
        RECORDING,
        &[
            "AccountSid",
            "CallSid",
            "RecordingSid",
            "RecordingUrl",
            "RecordingStatus",
            "RecordingDuration",
            "RecordingChannels",
            "RecordingStartTime",
            "RecordingSource",
            "RecordingTrack",
            "ErrorCode",
            "EncryptionDetails",
        ],
    ),
    (DETECTION, &["AnsweredBy", "MachineDetectionDuration"]),
];

/// Parameters that no request of a scenario carries, and why.
const NOT_SENT: &[(&str, &str, &str)] = &[
    (
        REQUEST,
        "StirVerstat",
        "no carrier here says how far it trusts a caller's number",
    ),
    (
        REQUEST,
        "StirPassportToken",
        "no carrier here says how far it trusts a caller's number",
    ),
    (
        REQUEST,
        "StirStatus",
        "no carrier here says how far it trusts a caller's number",
    ),
    (REQUEST, "SipDomain", "there are no SIP domains yet"),
    (REQUEST, "SipDomainSid", "there are no SIP domains yet"),
    (GATHER, "Confidence", RECOGNISER),
    (GATHER, "Language", RECOGNISER),
    (
        STATUS,
        "ErrorCode",
        "unconfirmed by the reference; the call's notifications have it",
    ),
    (
        STATUS,
        "ErrorMessage",
        "unconfirmed by the reference; the call's notifications have it",
    ),
    (
        RECORDING,
        "EncryptionDetails",
        "recordings are not encrypted for a customer's key",
    ),
];

/// A parameter by its name in the table; headers of SIP stand together.
fn parameter(name: &str) -> String {
    for prefix in ["SipHeader_", "DialSipHeader_"] {
        if name.starts_with(prefix) {
            return format!("{prefix}*");
        }
    }
    name.to_owned()
}

/// Parameters of what is built meanwhile. This list only shrinks: an entry that is shown fails.
const UNSHOWN: &[(&str, &str)] = &[];

#[test]
fn every_parameter_that_is_sent_is_shown_by_a_scenario() {
    let mut sent: BTreeMap<(&str, String), &str> = BTreeMap::new();
    let mut shown: BTreeMap<(&str, String), String> = BTreeMap::new();
    let stories = stories();
    for story in &stories {
        for (_, parameters) in told(&story.scenario) {
            let kind = kind(&parameters);
            for (name, _) in &parameters {
                let key = (kind, parameter(name));
                if story.scenario.shows.contains(name) {
                    shown
                        .entry(key.clone())
                        .or_insert_with(|| story.name.clone());
                }
                sent.entry(key).or_insert(&story.name);
            }
        }
    }
    let standard: BTreeSet<&str> = REFERENCE[0].1.iter().copied().collect();
    let mut page = String::from("| Told to | Parameter | Shown by |\n|---|---|---|\n");
    let mut faults = Vec::new();
    for (kind, names) in REFERENCE {
        for name in *names {
            let key = (*kind, (*name).to_owned());
            let reason = NOT_SENT.iter().find(|(of, it, _)| (of, it) == (kind, name));
            let told = format!("{name} in {kind}");
            let unshown = UNSHOWN.contains(&(kind, name));
            let cell = match (sent.get(&key), shown.get(&key), reason) {
                (_, Some(_), None) if unshown => {
                    faults.push(format!("{told}: shown; take it off UNSHOWN"));
                    continue;
                }
                (_, Some(story), None) => format!("`{story}`"),
                (_, None, None) if unshown => "no scenario yet".to_owned(),
                (Some(story), None, None) => {
                    faults.push(format!("{told}: sent in {story}, shown by none"));
                    continue;
                }
                (None, _, Some((_, _, reason))) => format!("not sent: {reason}"),
                (None, None, None) => {
                    faults.push(format!("{told}: no scenario sends it"));
                    continue;
                }
                (Some(story), _, Some(_)) => {
                    faults.push(format!("{told}: {story} sends it; take it off NOT_SENT"));
                    continue;
                }
            };
            let _ = writeln!(page, "| {kind} | `{name}` | {cell} |");
        }
    }
    for ((kind, name), story) in &sent {
        let of_kind = REFERENCE.iter().find(|(known, _)| known == kind);
        let listed = of_kind.is_some_and(|(_, names)| names.contains(&name.as_str()));
        if !listed && !standard.contains(name.as_str()) {
            faults.push(format!(
                "{name} in {kind}: {story} sends it, no table has it"
            ));
        }
    }
    none(&faults);
    held::section("docs/compatibility.md", "parameters told", &page);
}
