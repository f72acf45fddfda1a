//! The page that tells how good the detector is.

use crate::case::Class;
use crate::line::{Coded, Pauses};
use crate::real::PEOPLE;
use crate::score::{Score, said};
use media::amd::classic::Outcome;
use model::AnsweredBy;
use std::fmt::Write;

/// Where the generated part of the page begins and ends.
pub const BEGIN: &str = "<!-- begin table (made by `tools/amd`, which writes it anew) -->";
/// See [`BEGIN`].
pub const END: &str = "<!-- end table -->";

/// A share as it is written.
fn percent(good: usize, all: usize) -> String {
    if all == 0 {
        return "–".to_owned();
    }
    format!("{:.1} %", 100.0 * good as f64 / all as f64)
}

/// What so many of a hundred are below.
fn quantile(values: &[i64], share: f64) -> i64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let place = ((sorted.len() as f64 * share).ceil() as usize).max(1) - 1;
    sorted.get(place).copied().unwrap_or(0)
}

fn seconds(ms: i64) -> String {
    format!("{:.2} s", ms as f64 / 1_000.0)
}

/// Persons and machines: the ones told apart.
fn told_apart<'a>(scores: &[&'a Score]) -> Vec<&'a Score> {
    let both = |score: &&&Score| matches!(score.class, Class::Human | Class::Machine);
    scores.iter().filter(both).copied().collect()
}

/// Judged cases as tables.
pub fn tables(scores: &[Score]) -> String {
    let all: Vec<&Score> = scores.iter().collect();
    let real = all.iter().filter(|score| score.real).count();
    let mut out = String::new();
    let _ = writeln!(
        out,
        "Judged: {} cases, of which {real} hold the voices of real people and {} are synthetic.\n",
        all.len(),
        all.len() - real
    );
    out += &aims(&all);
    out += &classes(&all);
    out += &groups("Kind", &all, |score| {
        format!("{}: {}", score.class.name(), score.style)
    });
    out += &groups("Language", &told_apart(&all), |score| {
        score.language.clone()
    });
    out += &groups("Codec", &told_apart(&all), |score| order(score.coded));
    out += &groups("Packets", &told_apart(&all), |score| {
        if score.lossy { "3 % lost" } else { "none lost" }.to_owned()
    });
    out += &groups("Pauses", &told_apart(&all), |score| {
        match score.pauses {
            Pauses::Sent => "sent like the rest",
            Pauses::Comfort => "comfort noise",
            Pauses::Nothing => "nothing is sent",
        }
        .to_owned()
    });
    out += &groups("Voices", &told_apart(&all), |score| {
        if score.real {
            "real people"
        } else {
            "synthetic"
        }
        .to_owned()
    });
    out + &people(&all)
}

fn order(coded: Coded) -> String {
    coded.name().to_owned()
}

fn aims(all: &[&Score]) -> String {
    let both = told_apart(all);
    let right = both.iter().filter(|score| score.right()).count();
    let classic = both.iter().filter(|score| score.classic_right()).count();
    let human = |score: &&&Score| score.class == Class::Human;
    let latency: Vec<i64> = all
        .iter()
        .filter(human)
        .filter(|score| score.right())
        .filter_map(|score| score.latency_ms().map(i64::from))
        .collect();
    let classic_latency: Vec<i64> = all
        .iter()
        .filter(human)
        .filter(|score| score.classic_right())
        .filter_map(|score| Some(i64::from(score.classic.1) - i64::from(score.speech_at_ms?)))
        .collect();
    let beeps = all
        .iter()
        .filter(|score| score.beep_end_ms.is_some())
        .count();
    let errors: Vec<i64> = all
        .iter()
        .filter_map(|score| score.beep_error_ms())
        .collect();
    let near = errors.iter().filter(|error| error.abs() <= 150).count();
    let absolute: Vec<i64> = errors.iter().map(|error| error.abs()).collect();
    let false_beeps = all.iter().filter(|score| {
        score.whole.verdict == AnsweredBy::MachineEndBeep && score.beep_end_ms.is_none()
    });
    let fax = all.iter().filter(|score| score.class == Class::Fax);
    let fax_human = fax
        .clone()
        .filter(|score| said(score.quick.verdict) == Class::Human)
        .count();
    let fax_classic = fax
        .filter(|score| score.classic.0 == Outcome::Human)
        .count();
    format!(
        "| What | Aim | Ringback | Classic rules |\n|---|---|---|---|\n\
         | a person told from a machine ({} cases) | 97 % | {} | {} |\n\
         | verdict on a person, behind the first sound of speech: median | 2.00 s | {} | {} |\n\
         | the same, 95 of 100 | 3.50 s | {} | {} |\n\
         | beep end told within 150 ms ({beeps} beeps) | 95 % | {} | – |\n\
         | beeps found at all | – | {} | – |\n\
         | error of a found beep's end: median, 95 of 100 | – | {} ms, {} ms | – |\n\
         | beeps told where there was none | – | {} | – |\n\
         | faxes called a person | 0 | {fax_human} | {fax_classic} |\n\n",
        both.len(),
        percent(right, both.len()),
        percent(classic, both.len()),
        seconds(quantile(&latency, 0.5)),
        seconds(quantile(&classic_latency, 0.5)),
        seconds(quantile(&latency, 0.95)),
        seconds(quantile(&classic_latency, 0.95)),
        percent(near, beeps),
        percent(errors.len(), beeps),
        quantile(&absolute, 0.5),
        quantile(&absolute, 0.95),
        false_beeps.count(),
    )
}

fn classes(all: &[&Score]) -> String {
    let mut out = "| Picked up | Cases | said human | said machine | said fax | said unknown | \
                   Precision | Recall | Classic precision | Classic recall |\n\
                   |---|---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for class in Class::ALL {
        let here: Vec<&&Score> = all.iter().filter(|score| score.class == class).collect();
        let count = |other| {
            here.iter()
                .filter(|s| said(s.quick.verdict) == other)
                .count()
        };
        let named = all
            .iter()
            .filter(|score| said(score.quick.verdict) == class)
            .count();
        let outcome = match class {
            Class::Human => Some(Outcome::Human),
            Class::Machine => Some(Outcome::Machine),
            Class::Fax | Class::Nobody => None,
        };
        let classic = |scores: &[&Score]| {
            scores
                .iter()
                .filter(|score| Some(score.classic.0) == outcome)
                .count()
        };
        let (classic_good, classic_named) = (
            here.iter().filter(|s| Some(s.classic.0) == outcome).count(),
            classic(all),
        );
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            class.name(),
            here.len(),
            count(Class::Human),
            count(Class::Machine),
            count(Class::Fax),
            count(Class::Nobody),
            percent(count(class), named),
            percent(count(class), here.len()),
            percent(classic_good, classic_named),
            if outcome.is_some() {
                percent(classic_good, here.len())
            } else {
                "–".to_owned()
            },
        );
    }
    out + "\n"
}

fn groups(title: &str, all: &[&Score], key: impl Fn(&Score) -> String) -> String {
    let mut keys: Vec<String> = all.iter().map(|score| key(score)).collect();
    keys.sort();
    keys.dedup();
    let mut out = format!(
        "| {title} | Cases | Right | Human: precision, recall | Machine: precision, recall | \
         Latency of a person: median, 95 of 100 | Classic: right |\n|---|---|---|---|---|---|---|\n"
    );
    for name in keys {
        let here: Vec<&&Score> = all.iter().filter(|score| key(score) == name).collect();
        let right = here.iter().filter(|score| score.right()).count();
        let classic = here.iter().filter(|score| score.classic_right()).count();
        let rates = |class: Class| {
            let good = here
                .iter()
                .filter(|s| s.class == class && s.right())
                .count();
            let named = here
                .iter()
                .filter(|s| said(s.quick.verdict) == class)
                .count();
            let true_ = here.iter().filter(|s| s.class == class).count();
            format!("{}, {}", percent(good, named), percent(good, true_))
        };
        let latency: Vec<i64> = here
            .iter()
            .filter(|score| score.class == Class::Human && score.right())
            .filter_map(|score| score.latency_ms().map(i64::from))
            .collect();
        let times = if latency.is_empty() {
            "–".to_owned()
        } else {
            let (half, most) = (quantile(&latency, 0.5), quantile(&latency, 0.95));
            format!("{}, {}", seconds(half), seconds(most))
        };
        let _ = writeln!(
            out,
            "| {name} | {} | {} | {} | {} | {times} | {} |",
            here.len(),
            percent(right, here.len()),
            rates(Class::Human),
            rates(Class::Machine),
            percent(classic, here.len()),
        );
    }
    out + "\n"
}

fn people(all: &[&Score]) -> String {
    let mut out = "| Real people | Language | Package | Licence | Cases | Right |\n\
                   |---|---|---|---|---|---|\n"
        .to_owned();
    for person in &PEOPLE {
        let mark = format!("{} of {}", person.name, person.package);
        let here: Vec<&&Score> = all.iter().filter(|s| s.real && s.note == mark).collect();
        let right = here.iter().filter(|score| score.right()).count();
        let _ = writeln!(
            out,
            "| {} | {} | `{}` | {} | {} | {} |",
            person.name,
            person.language,
            person.package,
            person.licence,
            here.len(),
            percent(right, here.len()),
        );
    }
    out
}
