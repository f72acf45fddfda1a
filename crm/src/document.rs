//! What the platform is told to do: the TwiML of a click-to-call and of a call that comes in.
//!
//! Documents are built, never written: what may not stand somewhere doesn't compile, and whatever
//! comes from outside is escaped.

use crate::limit;
use ringback::twiml::{Dial, DialRecord, Number, ProgressEvent, Response, Say};

/// What the agent hears before the contact's phone rings.
pub const ANNOUNCEMENT: &str = "Conectando você ao contato. Aguarde.";
/// What the agent hears if there was no talk.
pub const NOT_COMPLETED: &str = "A chamada não foi completada.";
/// What the agent hears if nothing says whom to call.
pub const NO_NUMBER: &str = "Erro: número de destino não informado.";
/// What a caller hears if nobody takes the call.
pub const NOBODY_FREE: &str =
    "No momento ninguém pode atender a sua ligação. Por favor, tente novamente mais tarde.";

/// The language of the sentences.
const LANGUAGE: &str = "pt-BR";

/// The addresses that a dial leads to.
#[derive(Debug, Clone)]
pub struct Followed {
    /// Asked when the dialled call is over.
    pub dial_complete: String,
    /// Told of the dialled leg.
    pub status: String,
    /// Told of the recording.
    pub recording: String,
}

/// Announces the contact to the agent, who has just answered, and dials them.
#[must_use]
pub fn connect(number: &str, shown: &str, followed: &Followed) -> Response {
    Response::new()
        .say(sentence(ANNOUNCEMENT))
        .dial(dial(number, followed).caller_id(shown))
}

/// Rings the agent for a caller. The agent's phone shows who calls.
#[must_use]
pub fn answer(agent: &str, followed: &Followed) -> Response {
    Response::new().dial(dial(agent, followed))
}

/// Nothing says whom to call.
#[must_use]
pub fn no_number() -> Response {
    Response::new().say(sentence(NO_NUMBER)).hangup(())
}

/// The end of a dial: a sentence unless there was a talk.
#[must_use]
pub fn dialled(talked: bool, inbound: bool) -> Response {
    let response = Response::new();
    let response = match (talked, inbound) {
        (true, _) => response,
        (false, false) => response.say(sentence(NOT_COMPLETED)),
        (false, true) => response.say(sentence(NOBODY_FREE)),
    };
    response.hangup(())
}

fn dial(number: &str, followed: &Followed) -> Dial {
    let steps = [
        ProgressEvent::Initiated,
        ProgressEvent::Ringing,
        ProgressEvent::Answered,
        ProgressEvent::Completed,
    ];
    let number = Number::new(number)
        .status_callback(followed.status.as_str())
        .status_callback_event(steps);
    let ring = u32::try_from(limit::RING.as_secs()).unwrap_or(30);
    Dial::new()
        .timeout(ring)
        .action(followed.dial_complete.as_str())
        .record(DialRecord::FromAnswerDual)
        .recording_status_callback(followed.recording.as_str())
        .number(number)
}

fn sentence(text: &str) -> Say {
    Say::text(text).language(LANGUAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed() -> Followed {
        let at = |name: &str| format!("https://crm.example/twilio-webhook/{name}?key=k&x=1");
        Followed {
            dial_complete: at("dial-complete"),
            status: at("status"),
            recording: at("recording"),
        }
    }

    /// The document as text, after the platform's own reader has found nothing wrong in it.
    fn text(document: &Response) -> String {
        assert_eq!(document.warnings(), []);
        document.to_string()
    }

    #[test]
    fn the_agent_is_told_and_the_contact_is_dialled() {
        let text = text(&connect("+5511999990001", "+12025550190", &followed()));
        let all = [
            "<Response><Say language=\"pt-BR\">Conectando você ao contato. Aguarde.</Say><Dial ",
            "callerId=\"+12025550190\"",
            "record=\"record-from-answer-dual\"",
            "action=\"https://crm.example/twilio-webhook/dial-complete?key=k&amp;x=1\"",
            "recordingStatusCallback=\"https://crm.example/twilio-webhook/recording?key=k&amp;x=1\"",
            "statusCallback=\"https://crm.example/twilio-webhook/status?key=k&amp;x=1\"",
            "statusCallbackEvent=\"initiated ringing answered completed\"",
            // What follows a dial with an action is never run; the sentence comes from there.
            ">+5511999990001</Number></Dial></Response>",
        ];
        for part in all {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
        assert!(!text.contains("hangupOnStar"), "a star is the contact's");
        // Thirty seconds are what a dial has by itself; the builder leaves them out.
        let (read, _) = ringback::twiml::parse(&text).unwrap();
        assert!(format!("{read:?}").contains("timeout: 30"), "{read:?}");
    }

    #[test]
    fn a_caller_rings_the_agent_and_is_shown() {
        let text = text(&answer("+12025550101", &followed()));
        assert!(!text.contains("callerId"), "the caller's own is shown");
        assert!(text.contains(">+12025550101</Number></Dial></Response>"));
    }

    #[test]
    fn the_end_says_something_only_if_there_was_no_talk() {
        let hangup = "<Response><Hangup/></Response>";
        assert!(text(&dialled(true, false)).ends_with(hangup));
        assert!(text(&dialled(true, true)).ends_with(hangup));
        assert!(text(&dialled(false, false)).contains(NOT_COMPLETED));
        assert!(text(&dialled(false, true)).contains(NOBODY_FREE));
        assert!(text(&no_number()).contains(
            "<Say language=\"pt-BR\">Erro: número de destino não informado.</Say><Hangup/>"
        ));
    }

    #[test]
    fn what_comes_from_outside_is_escaped() {
        let text = text(&connect("+1\"><Hangup/>", "+12025550190", &followed()));
        assert!(text.contains(">+1\"&gt;&lt;Hangup/&gt;</Number>"), "{text}");
    }
}
