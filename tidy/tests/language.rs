//! What the documentation says of TwiML, held to what call control does with it: which verbs and
//! nouns it carries out, and that the tables of attributes are those of the language.

use call::{AskId, CallControl, Command, Config, Effect, Event, Found, NewCall, Row};
use model::media::{MediaCommand, MediaEvent};
use model::signal::{SignalCommand, SignalEvent};
use model::{AccountSid, Address, Chance, ErrorCode, Time};
use std::collections::{BTreeSet, VecDeque};
use std::fmt::Write;
use tidy::{files, from_root, held, markdown, none, text};
use twiml::schema::{Shape, shapes};

/// What call control did with a document on an answered call.
struct Run {
    effects: Vec<Effect>,
    /// The text of the notification that says something wasn't carried out.
    unbuilt: Option<String>,
}

/// Places a call that is answered at once and runs this document.
fn run(body: &str) -> Run {
    let mut control = CallControl::new(Config::default(), Chance::new(1));
    let now = Time::from_secs(1_700_000_000);
    let mut waiting = VecDeque::from([Event::Command(Command::Create {
        ask: AskId(1),
        call: Box::new(call_with(format!("<Response>{body}</Response>"))),
        calls_per_second: 1,
    })]);
    let mut effects = Vec::new();
    for _ in 0..1_000 {
        let Some(event) = waiting.pop_front() else {
            break;
        };
        let mut out = Vec::new();
        control.handle(now, event, &mut out);
        waiting.extend(out.iter().filter_map(answer));
        effects.extend(out);
    }
    let unbuilt = effects.iter().find_map(|effect| match effect {
        Effect::Save(Row::Notification(row)) if row.code == ErrorCode::DOCUMENT_FAULT.0 => {
            Some(row.text.clone())
        }
        _ => None,
    });
    Run { effects, unbuilt }
}

fn call_with(twiml: String) -> NewCall {
    NewCall {
        account: AccountSid(1),
        number: None,
        application: None,
        to: Address::Number("+12025550101".into()),
        from: Address::Number("+12025550190".into()),
        caller_id: None,
        source: call::command::Source::Twiml(twiml),
        fallback: None,
        status_callback: None,
        send_digits: None,
        ring_secs: 60,
        time_limit_secs: 3_600,
        record: None,
        credentials: None,
        reason: None,
        detection: None,
        delay_secs: 0,
    }
}

/// The world's answer to an effect: legs open, everybody answers, no number is ours.
fn answer(effect: &Effect) -> Option<Event> {
    match effect {
        Effect::Media {
            leg,
            command: MediaCommand::Open(_),
        } => Some(Event::Media {
            leg: *leg,
            event: MediaEvent::Opened { sdp: "v=0".into() },
        }),
        Effect::Signal {
            leg,
            command: SignalCommand::Invite(_),
        } => Some(Event::Signal {
            leg: *leg,
            event: SignalEvent::Answered {
                sdp: Some("v=0".into()),
                headers: Vec::new(),
                sip_call_id: "id".into(),
            },
        }),
        Effect::Lookup { lookup, .. } => Some(Event::Found {
            lookup: *lookup,
            found: Found::Number(None),
        }),
        _ => None,
    }
}

/// What may stand in an element.
fn children(name: &str) -> Vec<&'static str> {
    let found = shapes().into_iter().find(|shape| shape.name == name);
    found.map_or(Vec::new(), |shape| shape.children)
}

/// The smallest honest use of an element.
fn sample(name: &str) -> String {
    let text = match name {
        "Say" => "Hello",
        "Play" => "http://app.example/a.wav",
        "Redirect" => "http://app.example/next",
        "Number" | "WhatsApp" => "+12025550101",
        "Sip" => "sip:desk@192.0.2.7",
        "Client" | "Conference" | "Queue" | "Enqueue" => "alice",
        "Sim" => "DE00000000000000000000000000000001",
        "Application" => "AP00000000000000000000000000000001",
        "Dial" => "+12025550101",
        "Sms" => "Hello",
        "Gather" => "<Say>Press a key</Say>",
        "Connect" | "Start" | "Stop" => "<Stream url=\"wss://app.example/\"/>",
        "Refer" => "<Sip>sip:desk@192.0.2.7</Sip>",
        _ => "",
    };
    format!("<{name}>{text}</{name}>")
}

/// What becomes of an element, as a cell of the table.
fn verdict(body: &str) -> &'static str {
    let after = "<Say>What comes next</Say>";
    let run = self::run(&format!("{body}{after}"));
    if run.unbuilt.is_some() {
        "parsed, not carried out: 12400"
    } else if run.effects == self::run(after).effects {
        "accepted, has no effect yet"
    } else {
        "yes"
    }
}

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
