//! `<Refer>`: asks the far end to call somebody else, and waits for what comes of it.
//!
//! ```text
//! REFER ─2xx▶ reports ─last▶ action          REFER ─else▶ action: failed
//! ```
//! The far end that hangs up before its last report has given up: the action is requested all
//! the same, its answer ignored.

use super::{Goto, Heard, Machine, Running, Step};
use crate::notice::{self, Fault};
use crate::script::Line;
use crate::timer::Timer;
use crate::turn::Turn;
use crate::webhook;
use model::{Address, CallStatus, Cause, ErrorCode, Method, Span, WebhookKind, limit};
use twiml::verb::Refer;

/// A transfer that the far end has been asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Referring {
    action: Option<(String, Method)>,
    /// What the far end answered.
    response: Option<u16>,
    /// What it reported last.
    reported: Option<u16>,
    /// That was its last report.
    over: bool,
}

/// Begins to ask.
pub(crate) fn begin(
    refer: Refer,
    line: &mut Line<'_>,
    turn: &mut Turn<'_>,
) -> (Option<Running>, Step) {
    if !line.leg.is_sip() {
        let text = "Refer: this call ends in a number of our own, where nothing is sent by SIP";
        return (None, Step::Fail(Fault::new(ErrorCode::REFER_NOT_SIP, text)));
    }
    let method = webhook::method(refer.method);
    let referring = Referring {
        action: refer.action.map(|url| (url, method)),
        response: None,
        reported: None,
        over: false,
    };
    let target = refer.sip.map(|sip| sip.uri).unwrap_or_default();
    let Some(to) = address(&target) else {
        let text = format!("Refer: '{target}' is no SIP address");
        let fault = Fault::new(ErrorCode::SIP_URI, text);
        notice::error(line.row, &fault, None, turn);
        return (None, referring.done(CallStatus::Failed));
    };
    line.leg.refer(to, turn);
    let patience = Span::from_secs(limit::REFER_SECS_MAX);
    turn.set(line.row.sid, Timer::Verb, patience);
    (Some(Running::Refer(referring)), Step::Wait)
}

/// The SIP address of a noun, headers included, if it is one of allowed length.
fn address(target: &str) -> Option<String> {
    let target = target.trim();
    let (bare, headers) = target.split_once('?').unwrap_or((target, ""));
    let fits = bare.len() <= twiml::limit::SIP_URI_BYTES
        && headers.len() <= twiml::limit::SIP_HEADER_BYTES;
    (fits && matches!(Address::parse(bare), Address::Sip(_))).then(|| target.to_owned())
}

impl Referring {
    /// The end, told to the customer as this status.
    fn done(&self, status: CallStatus) -> Step {
        let Some((url, method)) = self.action.clone() else {
            return Step::Next;
        };
        let mut parameters = Vec::new();
        let mut add = |name: &str, value: String| parameters.push((name.to_owned(), value));
        add("ReferCallStatus", status.to_string());
        if let Some(code) = self.response {
            add("ReferSipResponseCode", code.to_string());
        }
        if let Some(code) = self.reported {
            add("NotifySipResponseCode", code.to_string());
        }
        Step::Go(Goto {
            kind: WebhookKind::Action,
            url: Some(url),
            method,
            parameters,
            inline_code: ErrorCode::RELATIVE_URL,
        })
    }

    /// The end, if both that the far end wants to do it and how it went are known.
    fn done_if(&self) -> Step {
        let refused = self.response.is_some_and(|code| code >= 300);
        match (self.over, self.response) {
            // It has done it, whatever it answers: its 202 may be lost.
            (true, Some(_)) => self.done(self.outcome()),
            (false, Some(_)) if refused => self.done(CallStatus::Failed),
            _ => Step::Wait,
        }
    }

    /// How the far end's new call went, told by its last report. Unconfirmed: what a far end that
    /// ends its reports without a final one (or never does) comes to. Nobody can say that somebody
    /// answered there, so it is no-answer.
    fn outcome(&self) -> CallStatus {
        match self.reported {
            Some(200..=299) if self.over => CallStatus::InProgress,
            Some(code @ 300..) if self.over => Cause::of_response(code).status(),
            _ => CallStatus::NoAnswer,
        }
    }
}

impl Machine for Referring {
    fn hear(&mut self, heard: Heard, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Step {
        let step = match heard {
            Heard::ReferAnswered(code) => {
                self.response = Some(code);
                self.done_if()
            }
            Heard::ReferReported(code, last) => {
                self.reported = code.or(self.reported);
                self.over = last;
                self.done_if()
            }
            Heard::TimedOut(Timer::Verb) => self.done(self.outcome()),
            Heard::Ended => self.done(CallStatus::Canceled),
            _ => Step::Wait,
        };
        if step != Step::Wait {
            self.stop(line, turn);
        }
        step
    }

    /// Whatever the far end still reports, nobody waits for it.
    fn stop(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) {
        turn.stop(line.row.sid, Timer::Verb);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_sip_address_of_allowed_length() {
        let with = |headers: usize| format!("sip:bob@x.example?X-a={}", "b".repeat(headers));
        assert_eq!(address(" sip:bob@x "), Some("sip:bob@x".to_owned()));
        assert_eq!(address(&with(50)), Some(with(50)));
        assert_eq!(address(&with(2_000)), None);
        for wrong in ["", "bob", "+12025550101", "client:bob"] {
            assert_eq!(address(wrong), None, "{wrong}");
        }
    }
}
