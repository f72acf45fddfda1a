//! What happens at a moment of a scenario: what a person does, what the API is asked.
//!
//! `api calls TO from FROM` takes, in any order: `url PATH`, `twiml "…"`, `get`, `fallback PATH`,
//! `status PATH`, `events "initiated ringing answered completed"`, `timeout SECONDS`,
//! `limit SECONDS`, `digits KEYS`, `record mono|dual`, `recorded PATH`, `shown CALLERID`; and
//! `detects start|end` (who picks up: as soon as it is known, or after a machine's greeting) with
//! `detects-for SECONDS`, `speech MS`, `speech-end MS`, `silence MS`, `detected PATH` (the call
//! doesn't wait, and this address is told), `if-machine continue|hangup`.
//! `api updates CA1` takes `url PATH`, `twiml "…"`, `fallback PATH`, `told PATH` (who is told of
//! the end from now on), `status completed|canceled`, `limit SECONDS`;
//! `api deletes CA1` takes nothing. `api records CA1` takes `channels mono|dual`, `track WORD`,
//! `trim yes` and `recorded PATH`; `api recording CA1 CURRENT|RE1` takes `paused skip|silence`,
//! `in-progress` or `stopped`.

use crate::customer::HOST;
use crate::scenario::{first, quoted};
use call::command::{EndAs, RecordCall, RecordingCallback, RecordingChange, Source};
use call::{NewCall, Update};
use model::callback::CallEvents;
use model::detection::{Detection, Told};
use model::recording::{PauseBehavior, RecordingTrack};
use model::{AccountSid, Address, Method, StatusCallback, limit};
use std::ops::RangeInclusive;

/// One thing that is made to happen.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// The API places a call.
    Create(Box<NewCall>),
    /// The API changes the call of this number in the ladder.
    Update(usize, Update),
    /// The API keeps the sound of the call of this number.
    Record(usize, RecordCall),
    /// The API changes a recording of this call: the one of this number, or the one that runs.
    ChangeRecording(usize, Option<usize>, RecordingChange),
    /// A person calls.
    Call(String, String),
    /// A person presses keys.
    Press(String, String),
    /// A person speaks.
    Say(String, String),
    /// A person hangs up.
    HangUp(String),
    /// A person puts the other on hold (true), or takes them off it.
    Hold(String, bool),
    /// A person asks for the other to be sent to this address.
    Refer(String, String),
    /// The API asks whether the call of this number may be deleted.
    Delete(usize),
    /// A phone dies without a word.
    Vanish(String),
    /// The wire loses the next packets.
    Lose(u32),
    /// There are no ports left.
    RunOut,
}

/// The absolute address of a page.
pub fn url(path: &str) -> String {
    if path.starts_with('/') {
        format!("{HOST}{path}")
    } else {
        path.to_owned()
    }
}

/// Reads what follows `at TIME`.
pub fn parse(text: &str) -> Result<Order, String> {
    let (who, rest) = first(text);
    let (does, rest) = first(rest);
    let name = who.to_owned();
    Ok(match (who, does) {
        ("api", "calls") => Order::Create(Box::new(create(rest)?)),
        ("api", "updates") => {
            let (call, rest) = first(rest);
            Order::Update(number_of(call)?, update(rest)?)
        }
        ("api", "records") => {
            let (call, rest) = first(rest);
            Order::Record(number_of(call)?, record_now(rest)?)
        }
        ("api", "recording") => {
            let (call, rest) = first(rest);
            let (recording, rest) = first(rest);
            let recording = match recording {
                "CURRENT" => None,
                name => Some(number(name, "RE")?),
            };
            Order::ChangeRecording(number_of(call)?, recording, change(rest)?)
        }
        ("api", "deletes") => Order::Delete(number_of(rest)?),
        ("wire", "loses") => Order::Lose(
            rest.parse()
                .map_err(|_| format!("how many packets? {rest:?}"))?,
        ),
        ("ports", "run-out") => Order::RunOut,
        (_, "calls") => Order::Call(name, rest.to_owned()),
        (_, "presses") => Order::Press(name, rest.to_owned()),
        (_, "says") => Order::Say(name, quoted(rest)?.0),
        (_, "holds") => Order::Hold(name, true),
        (_, "resumes") => Order::Hold(name, false),
        (_, "refers") => Order::Refer(name, rest.to_owned()),
        (_, "hangs-up") => Order::HangUp(name),
        (_, "vanishes") => Order::Vanish(name),
        _ => return Err(format!("nobody can do this: {text:?}")),
    })
}

/// The number of a call by its name in the ladder.
fn number_of(call: &str) -> Result<usize, String> {
    number(call, "CA")
}

fn number(name: &str, prefix: &str) -> Result<usize, String> {
    let number = name.strip_prefix(prefix).and_then(|n| n.parse().ok());
    number
        .filter(|n| *n > 0)
        .ok_or_else(|| format!("not a name of this ladder: {name}"))
}

fn record_now(text: &str) -> Result<RecordCall, String> {
    let mut record = record("mono", None);
    let mut rest = text;
    while !rest.is_empty() {
        let (word, after) = first(rest);
        let (value, after) = quoted(after)?;
        rest = after;
        match word {
            "channels" => record.dual = value == "dual",
            "track" => {
                let track = RecordingTrack::parse(&value);
                record.track = track.ok_or_else(|| format!("track {value:?}?"))?;
            }
            "trim" => record.trim = value == "yes",
            "recorded" => record.callback = Some(told(url(&value))),
            other => return Err(format!("a recording can't have {other:?}")),
        }
    }
    Ok(record)
}

fn change(text: &str) -> Result<RecordingChange, String> {
    let (status, rest) = first(text);
    Ok(match status {
        "paused" => RecordingChange::Pause(
            PauseBehavior::parse(rest).ok_or_else(|| format!("skip or silence? {rest:?}"))?,
        ),
        "in-progress" => RecordingChange::Resume,
        "stopped" => RecordingChange::Stop,
        other => return Err(format!("a recording can't be {other:?}")),
    })
}

fn seconds(text: &str) -> Result<u32, String> {
    text.parse()
        .map_err(|_| format!("not a number of seconds: {text:?}"))
}

fn create(text: &str) -> Result<NewCall, String> {
    let (to, mut rest) = first(text);
    let mut call = NewCall {
        account: AccountSid(1),
        number: None,
        application: None,
        to: Address::parse(to),
        from: Address::parse("+12025550190"),
        caller_id: None,
        source: Source::Twiml("<Response/>".to_owned()),
        fallback: None,
        status_callback: None,
        send_digits: None,
        ring_secs: limit::RING_SECS_DEFAULT,
        time_limit_secs: limit::CALL_SECS_DEFAULT,
        record: None,
        credentials: None,
        reason: None,
        detection: None,
        delay_secs: 0,
    };
    let mut events = CallEvents::COMPLETED;
    let mut method = Method::Post;
    while !rest.is_empty() {
        let (word, after) = first(rest);
        if word == "get" {
            method = Method::Get;
            rest = after;
            continue;
        }
        let (value, after) = quoted(after)?;
        rest = after;
        match word {
            "from" => call.from = Address::parse(&value),
            "shown" => call.caller_id = Some(value),
            "url" => {
                call.source = Source::Url {
                    url: url(&value),
                    method,
                }
            }
            "twiml" => call.source = Source::Twiml(value.replace('\'', "\"")),
            "fallback" => call.fallback = Some((url(&value), Method::Post)),
            "status" => {
                let (url, method) = (url(&value), Method::Post);
                call.status_callback = Some(StatusCallback {
                    url,
                    method,
                    events,
                });
            }
            "events" => {
                events = CallEvents::parse(&value).ok_or_else(|| format!("events {value:?}?"))?;
            }
            "timeout" => call.ring_secs = seconds(&value)?,
            "limit" => call.time_limit_secs = seconds(&value)?,
            "digits" => call.send_digits = Some(value),
            "detects" | "detects-for" | "speech" | "speech-end" | "silence" | "detected"
            | "if-machine" => {
                let detection = call.detection.get_or_insert_default();
                detect(detection, word, &value)?;
            }
            "record" => call.record = Some(record(&value, None)),
            "recorded" => {
                let dual = call.record.as_ref().is_some_and(|record| record.dual);
                let dual = if dual { "dual" } else { "mono" };
                call.record = Some(record(dual, Some(url(&value))));
            }
            other => return Err(format!("a call can't have {other:?}")),
        }
    }
    if let Source::Url { method: asked, .. } = &mut call.source {
        *asked = method;
    }
    if let Some(callback) = &mut call.status_callback {
        callback.events = events;
    }
    Ok(call)
}

fn detect(detection: &mut Detection, word: &str, value: &str) -> Result<(), String> {
    let number = |range: RangeInclusive<u32>| {
        let number = value.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("{word} goes from {range:?}, not {value:?}"))
    };
    match (word, value) {
        ("detects", "start" | "end") => detection.to_the_end = value == "end",
        ("detects-for", _) => {
            let range = limit::DETECTION_SECS_MIN..=limit::DETECTION_SECS_MAX;
            detection.timeout_secs = number(range)?;
        }
        ("speech", _) => {
            let range = limit::DETECTION_SPEECH_MS_MIN..=limit::DETECTION_SPEECH_MS_MAX;
            detection.speech_ms = number(range)?;
        }
        ("speech-end", _) => {
            let range = limit::DETECTION_SPEECH_END_MS_MIN..=limit::DETECTION_SPEECH_END_MS_MAX;
            detection.speech_end_ms = number(range)?;
        }
        ("silence", _) => {
            let range = limit::DETECTION_SILENCE_MS_MIN..=limit::DETECTION_SILENCE_MS_MAX;
            detection.silence_ms = number(range)?;
        }
        ("detected", path) => detection.told = Told::Callback(Some((url(path), Method::Post))),
        ("if-machine", "continue" | "hangup") => {
            detection.hang_up_on_machine = value == "hangup";
        }
        _ => return Err(format!("{word} can't be {value:?}")),
    }
    Ok(())
}

fn record(channels: &str, url: Option<String>) -> RecordCall {
    RecordCall {
        dual: channels == "dual",
        track: RecordingTrack::Both,
        trim: false,
        callback: url.map(told),
    }
}

fn told(url: String) -> RecordingCallback {
    RecordingCallback {
        url,
        method: Method::Post,
        in_progress: true,
        completed: true,
        absent: true,
    }
}

fn update(text: &str) -> Result<Update, String> {
    let mut update = Update {
        source: None,
        fallback: None,
        status_callback: None,
        status: None,
        time_limit_secs: None,
    };
    let mut rest = text;
    while !rest.is_empty() {
        let (word, after) = first(rest);
        let (value, after) = quoted(after)?;
        rest = after;
        match word {
            "url" => {
                update.source = Some(Source::Url {
                    url: url(&value),
                    method: Method::Post,
                })
            }
            "twiml" => update.source = Some(Source::Twiml(value.replace('\'', "\""))),
            "fallback" => update.fallback = Some((url(&value), Method::Post)),
            "told" => {
                update.status_callback = Some(StatusCallback {
                    url: url(&value),
                    method: Method::Post,
                    events: CallEvents::COMPLETED,
                });
            }
            "status" if value == "completed" => update.status = Some(EndAs::Completed),
            "status" if value == "canceled" => update.status = Some(EndAs::Canceled),
            "limit" => update.time_limit_secs = Some(seconds(&value)?),
            other => return Err(format!("a call can't be changed by {other:?} {value:?}")),
        }
    }
    Ok(update)
}
