//! What the API answered, as it is shown.

use crate::fault::Fault;
use ringback::{Error, Phase};
use serde_json::Value;

/// An error of the API as one sentence, with its code and where that is explained. A server that
/// isn't there is told with what to do about it.
pub fn fault(url: &str, error: Error) -> Fault {
    let unsure = if error.maybe_done() {
        "; it may have been done all the same: look before you repeat it"
    } else {
        ""
    };
    match &error {
        Error::Input(_) => error.into(),
        Error::Api(api) => {
            let code = api.code.map_or(format!("HTTP {}", api.status), |code| {
                format!("error {code}")
            });
            let more = api
                .more_info
                .as_ref()
                .map_or_else(String::new, |more| format!(", {more}"));
            let message = api.message.trim_end_matches('.');
            Fault::Failed(format!("{message} ({code}{more}){unsure}"))
        }
        Error::Transport(transport) => Fault::Failed(match transport.phase {
            Phase::Connect | Phase::Resolve => format!(
                "no server answers at {url}: start one with `ringback dev`, or name another with \
                 --server or RINGBACK_URL"
            ),
            _ => error.to_string(),
        }),
        _ => Fault::Failed(error.to_string()),
    }
}

/// JSON as people and programs read it.
pub fn json(value: &impl serde::Serialize) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    text + "\n"
}

/// A date of the API, shorter: `2026-11-27 12:20:00`.
pub fn date(text: Option<&str>) -> String {
    // Fri, 27 Nov 2026 12:20:00 +0000
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let Some(text) = text else {
        return String::new();
    };
    let parts: Vec<&str> = text.split(' ').collect();
    let [_, day, month, year, time, _] = parts.as_slice() else {
        return text.to_owned();
    };
    match MONTHS.find(month) {
        Some(place) => format!("{year}-{:02}-{day} {time}", place / 3 + 1),
        None => text.to_owned(),
    }
}

/// What was deleted.
pub fn deleted(json_wanted: bool, sid: &str) -> String {
    if json_wanted {
        json(&Value::from_iter([
            ("sid", Value::from(sid)),
            ("deleted", true.into()),
        ]))
    } else {
        format!("{sid} is deleted.\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_shortened() {
        assert_eq!(
            date(Some("Fri, 27 Nov 2026 12:20:00 +0000")),
            "2026-11-27 12:20:00"
        );
        assert_eq!(date(Some("now")), "now");
        assert_eq!(date(None), "");
    }
}
