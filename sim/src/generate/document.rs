//! Random documents: every verb built so far, nested as the language allows, and much that isn't.

use super::{FILES, OWNED, PAGES, PHONES, keys, pick};
use model::Chance;
use std::fmt::Write;

/// A body with its content type: mostly a document, sometimes nonsense.
pub(super) fn random(chance: &mut Chance) -> (Option<String>, String) {
    let xml = Some("text/xml".to_owned());
    match chance.below(20) {
        0 => (xml, "<Response><Say>never closed".to_owned()),
        1 => (xml, String::new()),
        2 => (
            Some("text/plain".to_owned()),
            "Some plain words to be spoken.".to_owned(),
        ),
        3 => (Some("audio/wav".to_owned()), "RIFF".to_owned()),
        4 => (Some("application/pdf".to_owned()), "%PDF".to_owned()),
        _ => (xml, response(chance)),
    }
}

fn response(chance: &mut Chance) -> String {
    let mut text = String::from("<Response>");
    for _ in 0..chance.below(4) {
        verb(chance, &mut text);
    }
    if chance.percent(70) {
        waiting_verb(chance, &mut text);
    }
    text.push_str("</Response>");
    text
}

fn verb(chance: &mut Chance, text: &mut String) {
    match chance.below(10) {
        0..3 => say(chance, text),
        3 => play(chance, text),
        4 => {
            let _ = write!(text, r#"<Pause length="{}"/>"#, 1 + chance.below(8));
        }
        5 if chance.percent(30) => {
            let reason = pick(chance, &["busy", "rejected"]);
            let _ = write!(text, r#"<Reject reason="{reason}"/>"#);
        }
        6 if chance.percent(20) => text.push_str("<Hangup/>"),
        7 if chance.percent(30) => text.push_str(r#"<Sing loud="yes"/>"#),
        8 if chance.percent(30) => text.push_str("<Enqueue>line</Enqueue>"),
        8 if chance.percent(30) => text.push_str("<Leave/>"),
        9 if chance.percent(30) => text.push_str("<Echo/>"),
        _ => waiting_verb(chance, text),
    }
}

fn waiting_verb(chance: &mut Chance, text: &mut String) {
    match chance.below(11) {
        10 => refer(chance, text),
        0..3 => gather(chance, text),
        3 | 4 => record(chance, text),
        5 => {
            let method = pick(chance, &["GET", "POST"]);
            let page = pick(chance, &PAGES);
            let _ = write!(text, r#"<Redirect method="{method}">{page}</Redirect>"#);
        }
        _ => dial(chance, text),
    }
}

fn say(chance: &mut Chance, text: &mut String) {
    let words = pick(
        chance,
        &[
            "Hello.",
            "Please hold the line while we look for somebody.",
            "",
            r#"One<break time="500ms"/>two."#,
        ],
    );
    let times = if chance.percent(5) {
        0
    } else {
        1 + chance.below(2)
    };
    let _ = write!(text, r#"<Say loop="{times}">{words}</Say>"#);
}

fn play(chance: &mut Chance, text: &mut String) {
    if chance.percent(30) {
        let _ = write!(text, r#"<Play digits="{}"/>"#, keys(chance));
    } else {
        let _ = write!(text, "<Play>{}</Play>", pick(chance, &FILES));
    }
}

/// ` name="value"`, in some documents.
fn perhaps(chance: &mut Chance, text: &mut String, name: &str, value: &str) {
    if chance.percent(40) {
        let _ = write!(text, r#" {name}="{value}""#);
    }
}

fn action(chance: &mut Chance, text: &mut String) {
    let page = pick(chance, &PAGES);
    perhaps(chance, text, "action", page);
}

fn gather(chance: &mut Chance, text: &mut String) {
    text.push_str("<Gather");
    action(chance, text);
    let (digits, timeout) = (1 + chance.below(4), 1 + chance.below(6));
    perhaps(chance, text, "numDigits", &digits.to_string());
    perhaps(chance, text, "timeout", &timeout.to_string());
    perhaps(chance, text, "actionOnEmptyResult", "true");
    perhaps(chance, text, "finishOnKey", "*");
    perhaps(chance, text, "bargeIn", "false");
    let input = pick(chance, &["dtmf speech", "speech", "dtmf"]);
    perhaps(chance, text, "input", input);
    perhaps(chance, text, "method", "GET");
    text.push('>');
    for _ in 0..chance.below(3) {
        match chance.below(3) {
            0 => text.push_str("<Pause/>"),
            1 => play(chance, text),
            _ => say(chance, text),
        }
    }
    text.push_str("</Gather>");
}

fn recording(chance: &mut Chance, text: &mut String) {
    perhaps(chance, text, "recordingStatusCallback", "/recorded");
    perhaps(
        chance,
        text,
        "recordingStatusCallbackEvent",
        "in-progress completed absent",
    );
    perhaps(chance, text, "trim", "trim-silence");
}

fn record(chance: &mut Chance, text: &mut String) {
    text.push_str("<Record");
    action(chance, text);
    recording(chance, text);
    let (length, timeout) = (1 + chance.below(20), chance.below(5));
    perhaps(chance, text, "maxLength", &length.to_string());
    perhaps(chance, text, "timeout", &timeout.to_string());
    perhaps(chance, text, "playBeep", "false");
    perhaps(chance, text, "transcribeCallback", "/recorded");
    perhaps(chance, text, "finishOnKey", "#");
    text.push_str("/>");
}

fn refer(chance: &mut Chance, text: &mut String) {
    text.push_str("<Refer");
    action(chance, text);
    let target = pick(
        chance,
        &["sip:carol@x.example?X-Order=17", "sip:x.example", "carol"],
    );
    let _ = write!(text, "><Sip>{target}</Sip></Refer>");
}

fn dial(chance: &mut Chance, text: &mut String) {
    text.push_str("<Dial");
    action(chance, text);
    let refer = pick(chance, &PAGES);
    perhaps(chance, text, "referUrl", refer);
    let (timeout, limit) = (5 + chance.below(20), 1 + chance.below(40));
    perhaps(chance, text, "timeout", &timeout.to_string());
    perhaps(chance, text, "timeLimit", &limit.to_string());
    perhaps(chance, text, "hangupOnStar", "true");
    perhaps(chance, text, "answerOnBridge", "true");
    perhaps(chance, text, "sequential", "true");
    let kind = pick(
        chance,
        &[
            "record-from-answer",
            "record-from-ringing",
            "record-from-answer-dual",
            "record-from-ringing-dual",
            "true",
        ],
    );
    perhaps(chance, text, "record", kind);
    recording(chance, text);
    text.push('>');
    if chance.percent(20) {
        text.push_str(pick(chance, &PHONES));
    } else {
        for _ in 0..chance.below(4) {
            noun(chance, text);
        }
        // Few of them: numbers of ours that dial each other multiply.
        if chance.percent(20) {
            let _ = write!(text, "<Number>{}</Number>", pick(chance, &OWNED));
        }
    }
    text.push_str("</Dial>");
}

fn noun(chance: &mut Chance, text: &mut String) {
    match chance.below(10) {
        0 if chance.percent(50) => text.push_str("<Sip>sip:desk@localhost</Sip>"),
        0 => {
            // Places that are nowhere, silent, and there.
            text.push_str("<Sip username=\"shop\"><Uri>sip:desk@localhost</Uri>");
            for _ in 0..chance.below(3) {
                let phone = pick(chance, &PHONES);
                let _ = write!(text, "<Uri weight=\"1\">sip:{phone}@192.0.2.1</Uri>");
            }
            text.push_str("</Sip>");
        }
        1 => text.push_str("<Client>jenny</Client>"),
        2 => text.push_str("<Number>not a number</Number>"),
        _ => {
            text.push_str("<Number");
            let page = pick(chance, &PAGES);
            perhaps(chance, text, "url", page);
            perhaps(chance, text, "statusCallback", "/child");
            let events = "initiated ringing answered completed";
            perhaps(chance, text, "statusCallbackEvent", events);
            if chance.percent(15) {
                let _ = write!(text, r#" sendDigits="{}""#, keys(chance));
            }
            if chance.percent(25) {
                let mode = pick(chance, &["Enable", "DetectMessageEnd"]);
                let secs = 3 + chance.below(9);
                let _ = write!(
                    text,
                    r#" machineDetection="{mode}" machineDetectionTimeout="{secs}""#
                );
                perhaps(chance, text, "amdStatusCallback", "/detected");
            }
            let _ = write!(text, ">{}</Number>", pick(chance, &PHONES));
        }
    }
}
