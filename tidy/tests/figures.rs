//! The README's figures, made of the newest lines of bench/HISTORY.md: nobody copies a number.

use std::collections::BTreeMap;
use std::fmt::Write;
use tidy::{held, text_of};

#[test]
fn the_figures_of_the_readme_are_the_newest_of_the_history() {
    let history = text_of("bench/HISTORY.md");
    let newest = newest(&history);
    if newest.is_empty() {
        let made = "Nothing has been measured yet: `bench/run --keep`.\n";
        return held::section("README.md", "figures", made);
    }
    let mut page = String::from("| Figure | Command | Aim | Measured |\n|---|---|---|---|\n");
    for ((name, ..), line) in &newest {
        if let Some((figure, aim, measured)) = row(name, line) {
            let _ = writeln!(
                page,
                "| {figure} | `bench/run {name}` | {aim} | {measured} |"
            );
        }
    }
    held::section("README.md", "figures", &page);
}

/// The last line of each figure, by its name, its rate and its document.
fn newest(history: &str) -> BTreeMap<(&str, u32, &str), &str> {
    let mut newest = BTreeMap::new();
    for line in history.lines().filter_map(|line| line.strip_prefix("- ")) {
        if let Some((name, figures)) = line.split_once(": ") {
            let rate = field(figures, "rate").and_then(|rate| rate.parse().ok());
            let document = text(figures, "document").unwrap_or_default();
            // Where the highest rate was clean, the lower ones say nothing more.
            if name == "signalling" {
                newest.retain(|(other, lower, _), _| *other != name || *lower > rate.unwrap_or(0));
            }
            // What is now measured for each document was once measured for one.
            newest.remove(&(name, 0, ""));
            newest.insert((name, rate.unwrap_or(0), document), figures);
        }
    }
    newest
}

/// What a figure is, what was aimed at, and what was measured.
fn row(name: &str, line: &str) -> Option<(String, &'static str, String)> {
    let get = |key| field(line, key).unwrap_or("?");
    let printed = text(line, "printed").unwrap_or_default();
    Some(match name {
        "simulated" => {
            let figure = "calls through the whole control plane, simulated, one core";
            (figure.to_owned(), "–", part(printed, "calls/s"))
        }
        "menu" => {
            let figure = "a ten-minute menu, sound as events";
            (figure.to_owned(), "under 50 ms", part(printed, "median"))
        }
        "endpoint" => {
            let figure = "the SIP endpoint alone, both sides on one core";
            (figure.to_owned(), "6,000 calls/s", part(printed, "calls/s"))
        }
        "twiml" => {
            let figure = "typical TwiML documents parsed to typed trees, one core";
            let typed = part(printed, "documents/s");
            let measured = format!("{typed}; the reader alone {}", part(printed, "trees/s"));
            (figure.to_owned(), "100,000/s", measured)
        }
        "detection" => {
            let figure = "a leg that speaks, and one that is listened to for who picked up: 20 ms \
                          of each, on one core";
            let of = |name: &str| {
                let mut lines = printed.split(" / ");
                let line = lines.find_map(|line| line.strip_prefix(name)).unwrap_or("");
                line.split_whitespace().next().unwrap_or("?").to_owned()
            };
            let measured = format!("{} µs and {} µs", of("alone "), of("alone, listened to "));
            (figure.to_owned(), "20 µs more", measured)
        }
        "callbacks" => {
            let figure = "callbacks made durable, and delivered from the store; what one dead \
                          customer among 1,000 costs the others";
            let measured = format!(
                "{} and {}; p99 {}",
                after(printed, "durable: "),
                after(printed, "delivered from the store: "),
                after(printed, "a dead one among 1000 changes p99 by "),
            );
            let aim = "5,000/s and 2,000/s; p99 under 10 % more";
            (figure.to_owned(), aim, measured)
        }
        "signalling" => {
            let figure = format!(
                "{} calls/s without sound, each with webhook and row",
                get("rate")
            );
            let measured = format!(
                "{} failed of {}; {} % of a core",
                get("failed"),
                calls(line),
                get("core_percent")
            );
            (figure, "800 calls/s clean", measured)
        }
        "media" => {
            let figure = format!(
                "{} calls/s of a 4.3 s prompt, each with webhook and row",
                get("rate")
            );
            let measured = format!(
                "{} failed of {}; {} at once, each {} % of a core and {} KB; \
                 late {} and lost {} of {} \
                 packets heard",
                get("failed"),
                calls(line),
                get("calls_at_once"),
                get("core_percent_per_call"),
                get("kb_per_call"),
                get("late"),
                get("lost"),
                get("packets")
            );
            (
                figure,
                "120 at 0.12 % and 150 KB, 180 clean, under 1 % late",
                measured,
            )
        }
        "first-sound" if line.contains("over_bare") => {
            let figure = format!(
                "a call's beginning with a cached {}, above a bare client's: answer to webhook, \
                 document to sound",
                text(line, "document").unwrap_or_default()
            );
            let measured = format!(
                "p99 {} ms and {} ms (median {} ms and {} ms, of {} calls)",
                get("webhook_p99_over_bare_ms"),
                get("sound_p99_over_bare_ms"),
                get("webhook_p50_ms"),
                get("sound_p50_ms"),
                get("calls")
            );
            (figure, "p99 1 ms and 25 ms", measured)
        }
        "first-sound" => {
            let measured = format!(
                "median {} ms, p95 {} ms",
                get("first_sound_p50_ms"),
                get("first_sound_p95_ms")
            );
            (
                "from the document to its first sound".to_owned(),
                "p95 within 60 ms",
                measured,
            )
        }
        "crm" => {
            let measured = format!(
                "p95 {} ms and {} ms (median {} ms and {} ms); {} wrong of {}, {} at once",
                get("ringing_p95_ms"),
                get("shown_p95_ms"),
                get("ringing_p50_ms"),
                get("shown_p50_ms"),
                get("wrong"),
                get("calls"),
                get("at_once")
            );
            (
                "the CRM: click to the agent's phone ringing, callback to the screen; logs of \
                 calls at once that differ from the platform's rows"
                    .to_owned(),
                "p95 150 ms and 100 ms; 0 of 500",
                measured,
            )
        }
        "post" => {
            let figure = "calls created, 64 connections, each on the disk before its answer";
            (figure.to_owned(), "3,000/s", answered(line))
        }
        "get" => {
            let figure = "a call fetched, 64 connections";
            (figure.to_owned(), "20,000/s", answered(line))
        }
        "prism" => {
            let figure = "calls created at the mock Prism under the same load, none kept";
            (figure.to_owned(), "–", answered(line))
        }
        "ten-million" => {
            let measured = format!(
                "pages p99 {} ms at worst; a new call {} ×; {} MB; start {} ms",
                get("worst_page_p99_ms"),
                get("create_ratio"),
                get("anonymous_mb"),
                get("start_ms")
            );
            (
                "ten million calls stored: pages of every filter, half a million rows deep"
                    .to_owned(),
                "pages p99 10 ms; a new call 1.2 × an empty store's; 300 MB; start 200 ms",
                measured,
            )
        }
        _ => return None,
    })
}

/// How many a second, and how long each took.
fn answered(line: &str) -> String {
    let get = |key| field(line, key).unwrap_or("?");
    let (rate, p50, p99) = (get("per_second"), get("p50_ms"), get("p99_ms"));
    format!("{rate}/s, median {p50} ms, p99 {p99} ms")
}

/// Calls that ended either way.
fn calls(line: &str) -> u64 {
    let count = |key| {
        field(line, key)
            .and_then(|count| count.parse().ok())
            .unwrap_or(0)
    };
    count("good") + count("failed")
}

/// The number of a key; the first, if an inner part has the same.
fn field<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let rest = line.split_once(&format!("\"{key}\": "))?.1;
    let end = rest.find([',', '}']).unwrap_or(rest.len());
    Some(rest[..end].trim())
}

/// The text of a key.
fn text<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.split_once(&format!("\"{key}\": \""))?
        .1
        .split('"')
        .next()
}

/// The piece of a program's words that holds this one.
fn part(printed: &str, word: &str) -> String {
    let lines = printed.split(" / ").flat_map(|line| line.split(": "));
    let mut pieces = lines.flat_map(|piece| piece.split(", "));
    pieces
        .find(|piece| piece.contains(word))
        .unwrap_or_default()
        .trim()
        .to_owned()
}

/// What is printed behind this word, up to the next figure.
fn after<'a>(printed: &'a str, word: &str) -> &'a str {
    let rest = printed.split_once(word).map_or("", |(_, rest)| rest);
    let end = rest.find([',', '/', '(']).unwrap_or(rest.len());
    // A rate has a stroke of its own.
    let end = if rest[end..].starts_with("/s") {
        end + 2
    } else {
        end
    };
    rest[..end].trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_line_of_a_rate_counts_and_is_read() {
        let history = "- media: {\"rate\": 120, \"good\": 9, \"failed\": 1, \
                       \"probe\": {\"failed\": 0}}\n\
                       - media: {\"rate\": 120, \"good\": 10, \"failed\": 0}\n\
                       - endpoint: {\"printed\": \"5 calls in 1 s / 7000 calls/s on one core\"}\n";
        let newest = newest(history);
        assert_eq!(newest.len(), 2);
        assert_eq!(calls(newest[&("media", 120, "")]), 10);
        assert_eq!(field("{\"a\": 1, \"b\": {\"a\": 2}}", "a"), Some("1"));
        let (_, _, measured) = row("endpoint", newest[&("endpoint", 0, "")]).expect("a row");
        assert_eq!(measured, "7000 calls/s on one core");
        let post =
            "{\"connections\": 64, \"per_second\": 5462, \"p50_ms\": 9.16, \"p99_ms\": 27.8}";
        let (_, _, measured) = row("post", post).expect("a row");
        assert_eq!(measured, "5462/s, median 9.16 ms, p99 27.8 ms");
        let menu =
            "{\"printed\": \"10 minutes of menu: 5 steps: median 2.90 ms, slowest 4 ms of 9\"}";
        assert_eq!(row("menu", menu).expect("a row").2, "median 2.90 ms");
        let crm = r#"{"ringing_p50_ms": 1.5, "ringing_p95_ms": 2.5, "shown_p50_ms": 3.5,
            "shown_p95_ms": 4.5, "calls": 500, "at_once": 499, "wrong": 0}"#;
        let (_, _, measured) = row("crm", crm).expect("a row");
        assert_eq!(
            measured,
            "p95 2.5 ms and 4.5 ms (median 1.5 ms and 3.5 ms); 0 wrong of 500, 499 at once"
        );
        let listened =
            "{\"printed\": \"4 legs / alone   0.75  7.7 / alone, listened to   1.40 14.1\"}";
        let (_, _, measured) = row("detection", listened).expect("a row");
        assert_eq!(measured, "0.75 µs and 1.40 µs");
    }
}
