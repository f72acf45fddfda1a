//! Whom a `<Dial>` rings, read from its nouns.

use super::sip;
use crate::leg::Elsewhere;
use crate::notice::{self, Fault};
use crate::relative;
use crate::script::Line;
use crate::turn::Turn;
use crate::verb::unbuilt;
use crate::webhook;
use model::callback::CallEvents;
use model::detection::{Detection, Told};
use model::signal::Credentials;
use model::{Address, CallRow, Direction, ErrorCode, Method, StatusCallback, address, limit};
use std::collections::VecDeque;
use twiml::noun::{Number, Sip};
use twiml::verb::Dial;
use twiml::{Answering, Noun, ProgressEvent};

/// One end to be rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// Who.
    pub to: Address,
    /// The customer's headers.
    pub headers: Vec<(String, String)>,
    /// Further headers, for the first place.
    pub headers_there: Vec<(String, String)>,
    /// For a far end that asks who we are.
    pub credentials: Option<Credentials>,
    /// Where else they may be reached.
    pub further: VecDeque<Elsewhere>,
    /// Keys sent after the answer.
    pub send_digits: Option<String>,
    /// Run on it before it is joined.
    pub whisper: Option<(String, Method)>,
    /// Who is told of its progress.
    pub status_callback: Option<StatusCallback>,
    /// Whether it is to be found out who picked up.
    pub detection: Option<Detection>,
}

/// Reads the nouns; what can't be rung is written down.
///
/// A noun of a kind that is not carried out yet counts as one that failed: where none is left, the
/// `action` hears `DialCallStatus=failed` and can do without, as it would after any other failure.
pub(crate) fn read(
    dial: &Dial,
    page: Option<&str>,
    line: &Line<'_>,
    turn: &mut Turn<'_>,
) -> Vec<Target> {
    let mut targets = Vec::new();
    let most = if dial.sequential {
        limit::DIAL_NOUNS_SEQUENTIAL_MAX
    } else {
        limit::DIAL_NOUNS_MAX
    };
    if dial.nouns.len() > most {
        let text = format!("Dial: only the first {most} nouns are rung");
        let fault = Fault::new(ErrorCode::DIAL_NOUNS, text);
        notice::warning(line.row, &fault, None, turn);
    }
    for noun in dial.nouns.iter().take(most) {
        let read = match noun {
            Noun::Number(noun) => number(noun, (page, line), turn),
            Noun::Sip(noun) => sip(noun, (page, line), turn),
            other => {
                let what = format!("<{}> in <Dial>", other.name());
                Err(unbuilt::missing(&what, "it is not rung"))
            }
        };
        match read {
            Ok(target) => targets.push(target),
            Err(fault) => notice::error(line.row, &fault, None, turn),
        }
    }
    targets
}

type Place<'a, 'b> = (Option<&'a str>, &'a Line<'b>);

/// Who is to find out who picks up, of a noun that has the attributes for it: two types with the
/// same ones.
macro_rules! detection {
    ($noun:expr, $at:expr, $turn:expr) => {
        $noun.machine_detection.map(|mode| {
            let method = webhook::method($noun.amd_status_callback_method);
            let url = $noun.amd_status_callback.as_deref();
            let url = url.and_then(|url| resolved(url, $at.0, $at.1, $turn));
            Detection {
                to_the_end: mode == Answering::DetectMessageEnd,
                timeout_secs: $noun.machine_detection_timeout,
                speech_ms: $noun.machine_detection_speech_threshold,
                speech_end_ms: $noun.machine_detection_speech_end_threshold,
                silence_ms: $noun.machine_detection_silence_timeout,
                // The two are joined meanwhile: nobody waits.
                told: Told::Callback(url.map(|url| (url, method))),
                hang_up_on_machine: false,
            }
        })
    };
}

fn number(noun: &Number, at: Place<'_, '_>, turn: &mut Turn<'_>) -> Result<Target, Fault> {
    let Some(number) = dialable(&noun.number, home(at.1.row).as_deref()) else {
        let text = format!("Dial: '{}' is no telephone number", noun.number);
        return Err(Fault::new(ErrorCode::DIAL_NUMBER, text));
    };
    if let Some(trunk) = noun.byoc.as_deref().filter(|sid| !sid.trim().is_empty()) {
        // Whoever names a trunk means that carrier, its price and its numbers: a call that leaves
        // by another would be a surprise on somebody's bill.
        let text = format!("Dial: {number} is not rung: there is no trunk '{trunk}'");
        return Err(Fault::new(ErrorCode::BYOC_ROUTE, text));
    }
    let events = &noun.status_callback_event[..];
    let method = webhook::method(noun.status_callback_method);
    let told = (noun.status_callback.as_deref(), method, events);
    let detection = detection!(noun, at, turn);
    Ok(Target {
        to: Address::Number(number),
        headers: Vec::new(),
        headers_there: Vec::new(),
        credentials: None,
        further: VecDeque::new(),
        send_digits: noun.send_digits.clone(),
        whisper: whisper(noun.url.as_deref(), webhook::method(noun.method), at, turn),
        status_callback: status_callback(told, at, turn),
        detection,
    })
}

fn sip(noun: &Sip, at: Place<'_, '_>, turn: &mut Turn<'_>) -> Result<Target, Fault> {
    let target = sip::read(noun, at.1, turn)?;
    let events = &noun.status_callback_event[..];
    let method = webhook::method(noun.status_callback_method);
    let told = (noun.status_callback.as_deref(), method, events);
    let detection = detection!(noun, at, turn);
    Ok(Target {
        whisper: whisper(noun.url.as_deref(), webhook::method(noun.method), at, turn),
        status_callback: status_callback(told, at, turn),
        detection,
        ..target
    })
}

/// The country in which numbers are written as they are there: that of our own end of the call.
pub(crate) fn home(row: &CallRow) -> Option<String> {
    let ours = match row.direction {
        Direction::Inbound => &row.to,
        Direction::OutboundApi | Direction::OutboundDial => &row.from,
    };
    numbering::country(ours.number()?)
}

/// A telephone number as people write it: with its country code, the way it is written at home, or
/// the North American way.
pub(crate) fn dialable(text: &str, home: Option<&str>) -> Option<String> {
    let text = text.trim();
    let plain = |c: &char| !" -.()/".contains(*c);
    let digits: String = text.chars().filter(plain).collect();
    let north_american = |home: &str| matches!(home, "US" | "CA");
    if let Some(number) = address::e164(text) {
        return Some(number);
    }
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let abroad = home.filter(|home| !north_american(home));
    if let Some(number) = abroad.and_then(|home| numbering::dialled(&digits, home)) {
        return Some(number);
    }
    match digits.len() {
        10 if !digits.starts_with(['0', '1']) => address::e164(&format!("+1{digits}")),
        11 if digits.starts_with('1') => address::e164(&format!("+{digits}")),
        _ => digits
            .strip_prefix("011")
            .and_then(|rest| address::e164(&format!("+{rest}"))),
    }
}

fn whisper(
    url: Option<&str>,
    method: Method,
    (page, line): Place<'_, '_>,
    turn: &mut Turn<'_>,
) -> Option<(String, Method)> {
    Some((resolved(url?, page, line, turn)?, method))
}

fn status_callback(
    (url, method, events): (Option<&str>, Method, &[ProgressEvent]),
    (page, line): Place<'_, '_>,
    turn: &mut Turn<'_>,
) -> Option<StatusCallback> {
    let url = resolved(url?, page, line, turn)?;
    let events = CallEvents {
        initiated: events.contains(&ProgressEvent::Initiated),
        ringing: events.contains(&ProgressEvent::Ringing),
        answered: events.contains(&ProgressEvent::Answered),
        completed: events.contains(&ProgressEvent::Completed),
    };
    Some(StatusCallback {
        url,
        method,
        events,
    })
}

fn resolved(url: &str, page: Option<&str>, line: &Line<'_>, turn: &mut Turn<'_>) -> Option<String> {
    let resolved = relative::resolve(page, url).filter(|_| !url.trim().is_empty());
    if resolved.is_none() {
        let text = format!("Dial: '{url}' leads nowhere from here");
        notice::error(
            line.row,
            &Fault::new(ErrorCode::RELATIVE_URL, text),
            None,
            turn,
        );
    }
    resolved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_dialled_as_people_write_them() {
        for (text, home, number) in [
            ("+55 11 98765-4321", None, Some("+5511987654321")),
            ("(415) 867-5310", None, Some("+14158675310")),
            ("1-415-867-5310", Some("US"), Some("+14158675310")),
            ("011 44 20 7946 0123", Some("US"), Some("+442079460123")),
            ("020 7946 0123", Some("GB"), Some("+442079460123")),
            ("0044 20 7946 0123", Some("DE"), Some("+442079460123")),
            ("020 7946 0123", None, None),
            ("911", Some("US"), None),
            ("bob", Some("GB"), None),
            ("", None, None),
        ] {
            assert_eq!(dialable(text, home).as_deref(), number, "{text}");
        }
    }
}
