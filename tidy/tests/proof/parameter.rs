//! Every parameter that is sent is shown by a scenario.

use crate::RECOGNISER;
use crate::reference::{
    DETECTION, DIAL, FALLBACK, GATHER, RECORD, RECORDING, REFER, REFER_URL, REFERENCE, REQUEST,
    STATUS,
};
use crate::story::stories;
use sim::play::told;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use tidy::{held, none};

/// What a request is about, told by what it says.
fn kind(parameters: &[(String, String)]) -> &'static str {
    let has = |name: &str| parameters.iter().any(|(known, _)| known == name);
    match () {
        () if has("RecordingStatus") => RECORDING,
        () if has("CallbackSource") => STATUS,
        () if has("DialCallStatus") => DIAL,
        () if has("FinishedOnKey") => GATHER,
        () if has("ReferCallStatus") => REFER,
        () if has("ReferTransferTarget") => REFER_URL,
        () if has("ErrorUrl") => FALLBACK,
        () if has("RecordingUrl") => RECORD,
        () if has("AnsweredBy") && !has("ApiVersion") => DETECTION,
        () => REQUEST,
    }
}

/// Parameters that no request of a scenario carries, and why.
const NOT_SENT: &[(&str, &str, &str)] = &[
    (
        REQUEST,
        "StirVerstat",
        "no carrier here says how far it trusts a caller's number",
    ),
    (
        REQUEST,
        "StirPassportToken",
        "no carrier here says how far it trusts a caller's number",
    ),
    (
        REQUEST,
        "StirStatus",
        "no carrier here says how far it trusts a caller's number",
    ),
    (REQUEST, "SipDomain", "there are no SIP domains yet"),
    (REQUEST, "SipDomainSid", "there are no SIP domains yet"),
    (GATHER, "Confidence", RECOGNISER),
    (GATHER, "Language", RECOGNISER),
    (
        STATUS,
        "ErrorCode",
        "unconfirmed by the reference; the call's notifications have it",
    ),
    (
        STATUS,
        "ErrorMessage",
        "unconfirmed by the reference; the call's notifications have it",
    ),
    (
        RECORDING,
        "EncryptionDetails",
        "recordings are not encrypted for a customer's key",
    ),
];

/// A parameter by its name in the table; headers of SIP stand together.
fn parameter(name: &str) -> String {
    for prefix in ["SipHeader_", "DialSipHeader_"] {
        if name.starts_with(prefix) {
            return format!("{prefix}*");
        }
    }
    name.to_owned()
}

/// Parameters of what is built meanwhile. This list only shrinks: an entry that is shown fails.
const UNSHOWN: &[(&str, &str)] = &[];

#[test]
fn every_parameter_that_is_sent_is_shown_by_a_scenario() {
    let mut sent: BTreeMap<(&str, String), &str> = BTreeMap::new();
    let mut shown: BTreeMap<(&str, String), String> = BTreeMap::new();
    let stories = stories();
    for story in &stories {
        for (_, parameters) in told(&story.scenario) {
            let kind = kind(&parameters);
            for (name, _) in &parameters {
                let key = (kind, parameter(name));
                if story.scenario.shows.contains(name) {
                    shown
                        .entry(key.clone())
                        .or_insert_with(|| story.name.clone());
                }
                sent.entry(key).or_insert(&story.name);
            }
        }
    }
    let standard: BTreeSet<&str> = REFERENCE[0].1.iter().copied().collect();
    let mut page = String::from("| Told to | Parameter | Shown by |\n|---|---|---|\n");
    let mut faults = Vec::new();
    for (kind, names) in REFERENCE {
        for name in *names {
            let key = (*kind, (*name).to_owned());
            let reason = NOT_SENT.iter().find(|(of, it, _)| (of, it) == (kind, name));
            let told = format!("{name} in {kind}");
            let unshown = UNSHOWN.contains(&(kind, name));
            let cell = match (sent.get(&key), shown.get(&key), reason) {
                (_, Some(_), None) if unshown => {
                    faults.push(format!("{told}: shown; take it off UNSHOWN"));
                    continue;
                }
                (_, Some(story), None) => format!("`{story}`"),
                (_, None, None) if unshown => "no scenario yet".to_owned(),
                (Some(story), None, None) => {
                    faults.push(format!("{told}: sent in {story}, shown by none"));
                    continue;
                }
                (None, _, Some((_, _, reason))) => format!("not sent: {reason}"),
                (None, None, None) => {
                    faults.push(format!("{told}: no scenario sends it"));
                    continue;
                }
                (Some(story), _, Some(_)) => {
                    faults.push(format!("{told}: {story} sends it; take it off NOT_SENT"));
                    continue;
                }
            };
            let _ = writeln!(page, "| {kind} | `{name}` | {cell} |");
        }
    }
    for ((kind, name), story) in &sent {
        let of_kind = REFERENCE.iter().find(|(known, _)| known == kind);
        let listed = of_kind.is_some_and(|(_, names)| names.contains(&name.as_str()));
        if !listed && !standard.contains(name.as_str()) {
            faults.push(format!(
                "{name} in {kind}: {story} sends it, no table has it"
            ));
        }
    }
    none(&faults);
    held::section("docs/compatibility.md", "parameters told", &page);
}
