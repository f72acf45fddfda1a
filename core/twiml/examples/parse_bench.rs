//! Typical documents a second, parsed to typed trees on one core, beside bare readers of the same
//! text in the same run: `roxmltree`, whose tree `twiml` reads from, and `quick-xml`, which only
//! tells tags from text and keeps nothing. Run it with `--release`.

// An example is no part of the core: it may look at the clock.
#![allow(clippy::disallowed_types, clippy::disallowed_methods)]

use quick_xml::Reader;
use quick_xml::events::Event;
use std::hint::black_box;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// What applications answer, as the builders of the official SDKs write it.
const DOCUMENTS: [(&str, &str); 8] = [
    ("say", include_str!("documents/say.xml")),
    ("menu", include_str!("documents/menu.xml")),
    ("dial", include_str!("documents/dial.xml")),
    ("record", include_str!("documents/record.xml")),
    ("click-to-call", include_str!("documents/click_to_call.xml")),
    ("voicemail", include_str!("documents/voicemail.xml")),
    ("conference", include_str!("documents/conference.xml")),
    ("ssml", include_str!("documents/ssml.xml")),
];

/// How long each reader is measured, in turns, so that a noisy moment meets all of them.
const TURNS: usize = 20;
const TURN: Duration = Duration::from_millis(150);
/// Documents between two looks at the clock.
const ROUND: usize = 50 * DOCUMENTS.len();

/// What one reader did.
#[derive(Default)]
struct Measured {
    documents: u64,
    time: Duration,
    each_ns: Vec<u64>,
}

impl Measured {
    fn turn(&mut self, mut read: impl FnMut(&str)) {
        // The rate: nothing but the reader and the list of documents.
        let begun = on_the_core();
        while on_the_core() - begun < TURN {
            for (_, text) in DOCUMENTS.iter().cycle().take(ROUND) {
                read(black_box(text));
            }
            self.documents += ROUND as u64;
        }
        self.time += on_the_core() - begun;
        // One by one: a look at the clock costs as much as some tags, so this is a run of its own.
        for _ in 0..500 {
            for (_, text) in &DOCUMENTS {
                let begun = Instant::now();
                read(black_box(text));
                self.each_ns
                    .push(u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX));
            }
        }
    }

    fn print(&mut self, name: &str, unit: &str) -> f64 {
        let rate = self.documents as f64 / self.time.as_secs_f64();
        self.each_ns.sort_unstable();
        let at = |part: f64| {
            let last = self.each_ns.len() - 1;
            self.each_ns[(last as f64 * part).round() as usize] as f64 / 1_000.0
        };
        println!(
            "{name}: {rate:.0} {unit}/s on one core, p50 {:.2} \u{b5}s, p99 {:.2} \u{b5}s",
            at(0.5),
            at(0.99)
        );
        rate
    }
}

/// The time this program has had a core for itself: what others take of a busy machine doesn't
/// count. Where the system doesn't tell, the time since the start.
fn on_the_core() -> Duration {
    static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanos = told.and_then(|told| told.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| BEGUN.elapsed(), Duration::from_nanos)
}

fn typed(text: &str) {
    let (document, warnings) = twiml::parse(text).expect("a typical document");
    assert!(warnings.is_empty());
    black_box(document);
}

fn tree(text: &str) {
    black_box(roxmltree::Document::parse(text).expect("a typical document"));
}

fn events(text: &str) {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().expect("a typical document") {
            Event::Eof => break,
            event => {
                black_box(event);
            }
        }
    }
}

fn main() {
    let bytes: usize = DOCUMENTS.iter().map(|(_, text)| text.len()).sum();
    let mut all: [Measured; 3] = Default::default();
    for _ in 0..TURNS {
        all[0].turn(typed);
        all[1].turn(tree);
        all[2].turn(events);
    }
    let [ours, bare, thin] = &mut all;
    println!(
        "{} documents of {} bytes",
        DOCUMENTS.len(),
        bytes / DOCUMENTS.len()
    );
    let rate = ours.print("typed", "documents");
    let bare = bare.print("roxmltree alone", "trees");
    thin.print("quick-xml alone", "runs of events");
    println!("typed takes {:.1} times the bare tree", bare / rate);
    let slowest = DOCUMENTS
        .iter()
        .map(|(name, text)| (time_of(text), *name))
        .max();
    if let Some((time, name)) = slowest {
        println!(
            "slowest: {name}, {:.2} \u{b5}s",
            time.as_nanos() as f64 / 1_000.0
        );
    }
}

/// How long one document takes, over many readings.
fn time_of(text: &str) -> Duration {
    let begun = on_the_core();
    for _ in 0..20_000 {
        typed(black_box(text));
    }
    (on_the_core() - begun) / 20_000
}
