//! The scenarios, and the documents in them.

use sim::customer::Answer;
use sim::order::Order;
use sim::play::play;
use sim::scenario::{Scenario, split};
use tidy::{files, from_root, text};

/// A scenario file, read.
pub(crate) struct Story {
    pub(crate) name: String,
    pub(crate) scenario: Scenario,
}

/// Where in a scenario a document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Page(usize),
    Order(usize),
}

/// All of them.
pub(crate) fn stories() -> Vec<Story> {
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
pub(crate) fn documents(scenario: &Scenario) -> Vec<(Place, String)> {
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

/// The document that an order to the API brings.
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
pub(crate) fn with(scenario: &Scenario, place: Place, document: &str) -> Scenario {
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
pub(crate) fn ladder(scenario: &Scenario) -> String {
    let ladder = play(scenario);
    let lines = ladder.lines().map(|line| match line.find(" 200 <") {
        Some(at) if line.contains("→ switch") => &line[..at],
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}
