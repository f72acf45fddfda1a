//! Whom a `<Dial>` rings, read from its nouns, and whom they see calling.

use crate::notice::{self, Fault};
use crate::parameters;
use crate::relative;
use crate::script::Line;
use crate::turn::Turn;
use crate::verb::unbuilt;
use crate::webhook;
use model::callback::CallEvents;
use model::signal::Credentials;
use model::{Address, ErrorCode, Method, StatusCallback, address, limit};
use twiml::noun::{Number, Sip};
use twiml::verb::Dial;
use twiml::{Noun, ProgressEvent};

/// One end to be rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// Who.
    pub to: Address,
    /// The customer's headers.
    pub headers: Vec<(String, String)>,
    /// For a far end that asks who we are.
    pub credentials: Option<Credentials>,
    /// Keys sent after the answer.
    pub send_digits: Option<String>,
    /// Run on it before it is joined.
    pub whisper: Option<(String, Method)>,
    /// Who is told of its progress.
    pub status_callback: Option<StatusCallback>,
}

/// What the nouns of a `<Dial>` come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Targets {
    /// Who can be rung.
    pub all: Vec<Target>,
    /// True if a noun was refused that ought to be rung: the dial has failed, not been skipped.
    pub refused: bool,
}

/// Reads the nouns; what can't be rung is written down.
pub(crate) fn read(
    dial: &Dial,
    page: Option<&str>,
    line: &Line<'_>,
    turn: &mut Turn<'_>,
) -> Targets {
    let mut targets = Targets::default();
    if dial.nouns.len() > limit::DIAL_NOUNS_MAX {
        let text = format!(
            "Dial: only the first {} nouns are rung",
            limit::DIAL_NOUNS_MAX
        );
        let code = ErrorCode(twiml::Code::TooManyNouns.number());
        notice::warning(line.row, &Fault::new(code, text), None, turn);
    }
    for noun in dial.nouns.iter().take(limit::DIAL_NOUNS_MAX) {
        let read = match noun {
            Noun::Number(noun) => number(noun, (page, line), turn),
            Noun::Sip(noun) => sip(noun, (page, line), turn),
            other => {
                let what = format!("<{}> in <Dial>", other.name());
                let fault = unbuilt::missing(&what, "it is not rung");
                notice::error(line.row, &fault, None, turn);
                continue;
            }
        };
        match read {
            Ok(target) => targets.all.push(target),
            Err(fault) => {
                targets.refused = true;
                notice::error(line.row, &fault, None, turn);
            }
        }
    }
    targets
}

type Place<'a, 'b> = (Option<&'a str>, &'a Line<'b>);

fn number(noun: &Number, at: Place<'_, '_>, turn: &mut Turn<'_>) -> Result<Target, Fault> {
    let Some(number) = dialable(&noun.number) else {
        let text = format!("Dial: '{}' is no telephone number", noun.number);
        return Err(Fault::new(ErrorCode::DIAL_NUMBER, text));
    };
    if noun.machine_detection.is_some() {
        let fault = unbuilt::missing("machineDetection in <Number>", "it is rung without");
        notice::error(at.1.row, &fault, None, turn);
    }
    let method = webhook::method(noun.status_callback_method);
    let told = (
        noun.status_callback.as_deref(),
        method,
        &noun.status_callback_event[..],
    );
    Ok(Target {
        to: Address::Number(number),
        headers: Vec::new(),
        credentials: None,
        send_digits: noun.send_digits.clone(),
        whisper: whisper(noun.url.as_deref(), webhook::method(noun.method), at, turn),
        status_callback: status_callback(told, at, turn),
    })
}

fn sip(noun: &Sip, at: Place<'_, '_>, turn: &mut Turn<'_>) -> Result<Target, Fault> {
    let (uri, header_part) = noun.address_and_headers();
    let Address::Sip(uri) = Address::parse(uri) else {
        let text = format!("Dial: '{uri}' is no SIP address");
        return Err(Fault::new(ErrorCode::SIP_URI, text));
    };
    let mut headers = parameters::custom_headers(header_part);
    for header in noun.headers.iter().flat_map(|headers| &headers.headers) {
        if let (Some(name), Some(value)) = (&header.name, &header.value) {
            headers.extend(parameters::allowed(name, value));
        }
    }
    let first = noun.uris.first();
    let username = noun.username.clone().or_else(|| first?.username.clone());
    let password = noun.password.clone().or_else(|| first?.password.clone());
    let credentials = username.map(|username| Credentials {
        username,
        password: password.unwrap_or_default(),
    });
    let method = webhook::method(noun.status_callback_method);
    let told = (
        noun.status_callback.as_deref(),
        method,
        &noun.status_callback_event[..],
    );
    Ok(Target {
        to: Address::Sip(uri),
        headers,
        credentials,
        send_digits: None,
        whisper: whisper(noun.url.as_deref(), webhook::method(noun.method), at, turn),
        status_callback: status_callback(told, at, turn),
    })
}

/// A telephone number as people write it: with its country code, or the North American way.
pub(crate) fn dialable(text: &str) -> Option<String> {
    let text = text.trim();
    address::e164(text).or_else(|| {
        let plain = |c: &char| !" -.()".contains(*c);
        let digits: String = text.chars().filter(plain).collect();
        match digits.len() {
            10 if !digits.starts_with(['0', '1']) => address::e164(&format!("+1{digits}")),
            11 if digits.starts_with('1') => address::e164(&format!("+{digits}")),
            _ => None,
        }
    })
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

/// Whom the called side sees, as far as can be told without asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CallerId {
    /// This one.
    Shown(Address),
    /// This number, if it is ours.
    IfOurs(String),
    /// None that may be shown: a warning, and the caller instead.
    Refused,
}

/// Reads `callerId`.
pub(crate) fn caller_id(dial: &Dial, targets: &[Target], line: &Line<'_>, any: bool) -> CallerId {
    let row = line.row;
    let Some(text) = dial.caller_id.as_deref().map(str::trim) else {
        return CallerId::Shown(row.from.clone());
    };
    let all_sip = targets
        .iter()
        .all(|target| matches!(target.to, Address::Sip(_)));
    let word = |c: char| c.is_ascii_alphanumeric() || "+-_.".contains(c);
    match dialable(text) {
        Some(number) => {
            let shown = Address::Number(number.clone());
            if any || shown == row.to || shown == row.from {
                CallerId::Shown(shown)
            } else {
                CallerId::IfOurs(number)
            }
        }
        None if Address::parse(text) == row.to || Address::parse(text) == row.from => {
            CallerId::Shown(Address::parse(text))
        }
        None if all_sip && text.chars().all(word) => CallerId::Shown(Address::parse(text)),
        None => CallerId::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_dialled_as_people_write_them() {
        for (text, number) in [
            ("+55 11 98765-4321", Some("+5511987654321")),
            ("(415) 867-5310", Some("+14158675310")),
            ("1-415-867-5310", Some("+14158675310")),
            ("911", None),
            ("bob", None),
            ("", None),
        ] {
            assert_eq!(dialable(text).as_deref(), number, "{text}");
        }
    }
}
