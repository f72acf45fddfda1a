//! A scenario file: above the line what the world is like, below it what happened.
//!
//! | line | meaning |
//! |---|---|
//! | `wire 20ms jitter 5ms loss 10% twice 5%` | how packets travel |
//! | `sound engine` | real packets instead of sound events |
//! | `seed 7` | which story chance tells |
//! | `strict` | callers are shown only numbers that are ours, as in production |
//! | `verified +12025550155` | a number the account has verified |
//! | `rate 1` | calls a second that leave for the account; nobody waits otherwise |
//! | `phone bob +12025551001 answers 2s, says "Hi", hangs-up` | a phone and its character |
//! | `phone bob +12025551001 sends X-Account 4711` | a header it sends along |
//! | `phone desk sip:desk@192.0.2.1 busy, sends X-Desk 7` | one with a SIP address |
//! | `number +12025550190 voice /in fallback /f status /s` | an owned number |
//! | `number +12025550190 application AP1 lookup on` | one that an application handles |
//! | `application AP1 voice /in status /s` | an application, with the words of a number |
//! | `page /in after 50ms type text/xml <Response/>` | an answer of the application |
//! | `page /in fails 11200 500`, `page /in lost` | a fault of the application |
//! | `file /a.wav lasts 3s`, `file /a.wav fails 13420` | a sound file |
//! | `at 0s api calls +12025551001 from +12025550190 url /a` | an API request (see [`order`]) |
//! | `at 2s api updates CA1 status completed` | a change of a call |
//! | `at 2s api records CA1`, `at 3s api recording CA1 CURRENT stopped` | a recording by API |
//! | `at 0s bob calls +12025550190`, `at 3s bob presses 1#` | what a person does |
//! | `at 4s bob hangs-up`, `bob says "…"`, `bob vanishes`, `bob refers sip:…` |  |
//! | `at 1s wire loses 2`, `at 1s ports run-out` | what goes wrong |
//! | `shows Digits CallStatus` | parameters printed under the ladder |
//! | `until 90s` | when to stop looking |
//!
//! A line that begins with a space goes on with the line before it.
//!
//! [`order`]: crate::order

use crate::character::{Act, Answer, Character, Referral};
use crate::customer::{self, Page};
use crate::network::Wire;
use crate::order::{self, Order};
use model::{ApplicationSid, ErrorCode, Span};

/// Everything above the line.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The seed of the world.
    pub seed: u64,
    /// How packets travel.
    pub wire: Wire,
    /// How long the store takes to answer; `None`: it never does.
    pub store: Option<Span>,
    /// Calls a second that leave for the account, if it is not the usual.
    pub rate: Option<u32>,
    /// Whether callers are shown as in production.
    pub strict: bool,
    /// Numbers the account has verified.
    pub verified: Vec<String>,
    /// Whether sound is made by real engines.
    pub engines: bool,
    /// Phones: name, number, character.
    pub phones: Vec<(String, String, Character)>,
    /// Owned numbers.
    pub numbers: Vec<OwnedNumber>,
    /// Applications, with the words of a number.
    pub applications: Vec<OwnedNumber>,
    /// Answers of the application.
    pub pages: Vec<(String, Page)>,
    /// Sound files.
    pub files: Vec<(String, Result<Span, ErrorCode>)>,
    /// What happens when.
    pub orders: Vec<(Span, Order)>,
    /// Parameters printed under the ladder.
    pub shows: Vec<String>,
    /// When to stop looking.
    pub until: Span,
}

/// An owned number with its addresses.
#[derive(Debug, Clone, Default)]
pub struct OwnedNumber {
    /// E.164.
    pub number: String,
    /// Asked for a document.
    pub voice: Option<String>,
    /// Asked when that fails.
    pub fallback: Option<String>,
    /// Told of the end.
    pub status: Option<String>,
    /// Which application of the story handles its calls.
    pub application: Option<ApplicationSid>,
    /// Callers' names are looked up.
    pub lookup: bool,
}

/// A line that can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioError {
    /// Which line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub text: String,
}

impl std::fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.text)
    }
}

impl std::error::Error for ScenarioError {}

/// Splits a file at its line of dashes: the story, and the ladder that is expected.
pub fn split(text: &str) -> (&str, &str) {
    if let Some(at) = text.find("\n---\n") {
        (&text[..at + 1], &text[at + 5..])
    } else {
        (text, "")
    }
}

impl Scenario {
    /// Reads the upper half of a scenario file.
    pub fn parse(story: &str) -> Result<Scenario, ScenarioError> {
        let mut scenario = Scenario {
            seed: 1,
            wire: Wire::default(),
            store: Some(Span::ZERO),
            rate: None,
            strict: false,
            verified: Vec::new(),
            engines: false,
            phones: Vec::new(),
            numbers: Vec::new(),
            applications: Vec::new(),
            pages: Vec::new(),
            files: Vec::new(),
            orders: Vec::new(),
            shows: Vec::new(),
            until: Span::from_secs(3_600),
        };
        for (line, text) in joined(story) {
            scenario
                .line(&text)
                .map_err(|text| ScenarioError { line, text })?;
        }
        Ok(scenario)
    }

    fn line(&mut self, text: &str) -> Result<(), String> {
        let (word, rest) = first(text);
        match word {
            "seed" => self.seed = rest.parse().map_err(|_| format!("not a seed: {rest}"))?,
            "wire" => self.wire = wire(rest)?,
            "rate" => self.rate = Some(rest.parse().map_err(|_| format!("not a rate: {rest}"))?),
            "strict" => self.strict = true,
            "verified" => self.verified.push(rest.to_owned()),
            "store" if rest == "lost" => self.store = None,
            "store" => self.store = Some(span(rest)?),
            "sound" if rest == "engine" => self.engines = true,
            "phone" => self.phones.push(phone(rest)?),
            "number" => self.numbers.push(number(rest)?),
            "application" => {
                application(first(rest).0)?;
                self.applications.push(number(rest)?);
            }
            "page" => self.pages.push(page(rest)?),
            "file" => self.files.push(file(rest)?),
            "shows" => self
                .shows
                .extend(rest.split_whitespace().map(str::to_owned)),
            "until" => self.until = span(rest)?,
            "at" => {
                let (at, rest) = first(rest);
                self.orders.push((span(at)?, order::parse(rest)?));
            }
            other => return Err(format!("unknown word {other:?}")),
        }
        Ok(())
    }
}

/// Lines with their continuations, without comments, with the number of their first line.
fn joined(story: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (number, line) in story.lines().enumerate() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        match lines.last_mut() {
            Some((_, last)) if line.starts_with([' ', '\t']) => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => lines.push((number + 1, line.trim_end().to_owned())),
        }
    }
    lines
}

/// The first word and what follows it.
pub(crate) fn first(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_once(char::is_whitespace)
        .map_or((text, ""), |(word, rest)| (word, rest.trim_start()))
}

/// A length of time: `20ms`, `1.5s`, `2m`.
pub(crate) fn span(text: &str) -> Result<Span, String> {
    let fault = || format!("not a length of time: {text:?} (write 20ms, 1.5s or 2m)");
    let (number, unit) = text.split_at(text.find(char::is_alphabetic).ok_or_else(fault)?);
    let number: f64 = number.parse().map_err(|_| fault())?;
    let factor = match unit {
        "ms" => 1_000.0,
        "s" => 1_000_000.0,
        "m" => 60_000_000.0,
        _ => return Err(fault()),
    };
    Ok(Span((number * factor).round() as u64))
}

/// A text in quotation marks, or one word; and what follows it.
pub(crate) fn quoted(text: &str) -> Result<(String, &str), String> {
    let text = text.trim_start();
    let Some(rest) = text.strip_prefix('"') else {
        let (word, rest) = first(text);
        return Ok((word.to_owned(), rest));
    };
    let end = rest
        .find('"')
        .ok_or_else(|| format!("a quotation mark is missing: {text}"))?;
    Ok((rest[..end].to_owned(), rest[end + 1..].trim_start()))
}

fn wire(text: &str) -> Result<Wire, String> {
    let (delay, mut rest) = first(text);
    let mut wire = Wire {
        delay: span(delay)?,
        ..Wire::default()
    };
    while !rest.is_empty() {
        let (word, after) = first(rest);
        let (value, after) = first(after);
        let percent = || {
            value
                .trim_end_matches('%')
                .parse()
                .map_err(|_| format!("{value}?"))
        };
        match word {
            "jitter" => wire.jitter = span(value)?,
            "loss" => wire.loss_percent = percent()?,
            "twice" => wire.twice_percent = percent()?,
            other => {
                return Err(format!(
                    "a wire knows jitter, loss and twice, not {other:?}"
                ));
            }
        }
        rest = after;
    }
    Ok(wire)
}

fn phone(text: &str) -> Result<(String, String, Character), String> {
    let (name, rest) = first(text);
    let (number, rest) = first(rest);
    if rest.is_empty() {
        return Ok((name.to_owned(), number.to_owned(), Character::at(number)));
    }
    let mut character = Character::answering(rest, 1_000, Vec::new());
    for clause in clauses(rest) {
        let (word, rest) = first(&clause);
        let length = || span(rest).map(Span::millis);
        match word {
            "answers" => character.answer = Answer::After(length()?),
            "rings-after" => character.ring_after_ms = length()?,
            "rings" => character.answer = Answer::Never,
            "unheard-for" => character.unheard_ms = length()?,
            "deaf" => character.answer = Answer::Deaf,
            "busy" => character.answer = Answer::Refuse(486, 0),
            "declines" => character.answer = Answer::Refuse(603, length()?),
            "refuses" => {
                character.answer = Answer::Refuse(response(rest)?, 0);
            }
            "says" => character.acts.push(Act::Say(quoted(rest)?.0)),
            "waits" => character.acts.push(Act::Wait(length()?)),
            "until-silence" => character.acts.push(Act::UntilSilence),
            "presses" => character.acts.push(Act::Press(rest.to_owned())),
            "sends" => {
                let (name, value) = first(rest);
                // A comma would end the clause.
                let header = (name.to_owned(), value.replace("%2C", ","));
                character.headers.push(header);
            }
            "beeps" => character.acts.push(Act::Beep),
            "sounds-busy" => character.acts.push(Act::BusyTone),
            "faxes" => character.acts.push(Act::Fax),
            "holds" => character.acts.push(Act::Hold),
            "resumes" => character.acts.push(Act::Resume),
            "hangs-up" => character.acts.push(Act::HangUp),
            "refers" => character.acts.push(Act::Refer(rest.to_owned())),
            "accepts-refer" => character.referral = accepts(rest)?,
            "refer-busy" => character.referral = Referral::Accept(486, REFER_MS),
            "refuses-refer" => character.referral = Referral::Refuse(response(rest)?),
            "forgets-refer" => character.referral = Referral::Forget,
            "leaves-on-refer" => character.referral = Referral::Leave,
            "ignores-refer" => character.referral = Referral::Ignore,
            "listens" => {}
            other => return Err(format!("a phone can't {other:?}")),
        }
    }
    Ok((name.to_owned(), number.to_owned(), character))
}

fn response(text: &str) -> Result<u16, String> {
    text.parse()
        .map_err(|_| format!("not a SIP response: {text}"))
}

/// How long a transfer takes at a phone that accepts it, if nothing else is said.
const REFER_MS: u64 = 1_500;

/// `accepts-refer 200 after 3s`: what the new call comes to, and when.
fn accepts(text: &str) -> Result<Referral, String> {
    let (code, rest) = first(text);
    let after_ms = match rest.strip_prefix("after ") {
        Some(after) => span(after)?.millis(),
        None => REFER_MS,
    };
    Ok(Referral::Accept(response(code)?, after_ms))
}

/// Splits at commas outside quotation marks.
fn clauses(text: &str) -> Vec<String> {
    let mut clauses = vec![String::new()];
    let mut inside = false;
    for character in text.chars() {
        inside ^= character == '"';
        if character == ',' && !inside {
            clauses.push(String::new());
        } else if let Some(clause) = clauses.last_mut() {
            clause.push(character);
        }
    }
    clauses
        .into_iter()
        .map(|clause| clause.trim().to_owned())
        .collect()
}

fn number(text: &str) -> Result<OwnedNumber, String> {
    let (number, mut rest) = first(text);
    let mut owned = OwnedNumber {
        number: number.to_owned(),
        ..OwnedNumber::default()
    };
    while !rest.is_empty() {
        let (word, after) = first(rest);
        let (value, after) = first(after);
        let url = Some(order::url(value));
        match word {
            "voice" => owned.voice = url,
            "fallback" => owned.fallback = url,
            "status" => owned.status = url,
            "lookup" => owned.lookup = value == "on",
            "application" => {
                owned.application = Some(application(value)?);
            }
            other => {
                return Err(format!(
                    "a number has voice, fallback, status, lookup, application, not {other:?}"
                ));
            }
        }
        rest = after;
    }
    Ok(owned)
}

/// The identifier of an application by its name in the story.
pub(crate) fn application(name: &str) -> Result<ApplicationSid, String> {
    let sid = name.strip_prefix("AP").and_then(|sid| sid.parse().ok());
    sid.map(ApplicationSid)
        .ok_or_else(|| format!("an application is AP1, AP2, …, not {name:?}"))
}

fn page(text: &str) -> Result<(String, Page), String> {
    let (path, mut rest) = first(text);
    let mut after = Span::from_millis(30);
    let mut content_type = Some("text/xml".to_owned());
    loop {
        let (word, next) = first(rest);
        match word {
            "after" => {
                let (value, next) = first(next);
                after = span(value)?;
                rest = next;
            }
            "type" => {
                let (value, next) = first(next);
                content_type = (value != "none").then(|| value.to_owned());
                rest = next;
            }
            _ => break,
        }
    }
    let (word, arguments) = first(rest);
    let answer = match word {
        "lost" => customer::Answer::Lost,
        "fails" => {
            let (code, status) = first(arguments);
            let code = code
                .parse()
                .map_err(|_| format!("not an error code: {code}"))?;
            customer::Answer::Fails(ErrorCode(code), status.parse().ok())
        }
        _ => customer::Answer::Body {
            content_type,
            body: rest.as_bytes().to_vec(),
        },
    };
    Ok((path.to_owned(), Page { after, answer }))
}

fn file(text: &str) -> Result<(String, Result<Span, ErrorCode>), String> {
    let (path, rest) = first(text);
    let (word, value) = first(rest);
    let outcome = match word {
        "lasts" => Ok(span(value)?),
        "fails" => Err(ErrorCode(
            value
                .parse()
                .map_err(|_| format!("not an error code: {value}"))?,
        )),
        other => return Err(format!("a file lasts or fails, it can't {other:?}")),
    };
    Ok((order::url(path), outcome))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_kind_of_line() {
        let scenario = Scenario::parse(
            "# a comment\nseed 9\nwire 10ms jitter 2ms loss 5% twice 1%\n\
             phone bob +12025551001 rings-after 10ms, answers 1.5s, says \"a, b\",\n  presses 1\n\
             number +12025550190 voice /in status /s\npage /in after 5ms type none <Response/>\n\
             page /in fails 11200 500\nfile /a.wav lasts 3s\nshows Digits\nuntil 2m\n\
             at 1s bob calls +12025550190\n",
        )
        .unwrap();
        assert_eq!(scenario.seed, 9);
        assert_eq!(scenario.wire.loss_percent, 5);
        let (_, _, bob) = &scenario.phones[0];
        assert_eq!(bob.answer, Answer::After(1_500));
        assert_eq!(bob.acts, [Act::Say("a, b".into()), Act::Press("1".into())]);
        assert_eq!(scenario.pages.len(), 2);
        assert_eq!(scenario.until, Span::from_secs(120));
        assert_eq!(scenario.orders.len(), 1);
    }

    #[test]
    fn says_which_line_it_cannot_read() {
        let fault = |story: &str| Scenario::parse(story).unwrap_err();
        assert_eq!(fault("seed 1\nphone bob +1 dances\n").line, 2);
        assert_eq!(fault("at 5 bob calls +1\n").line, 1);
        assert_eq!(fault("bananas\n").text, "unknown word \"bananas\"");
    }
}
