//! `<Dial>`: rings somebody and joins them to the caller.

use crate::limit;
use crate::noun::Noun;
use crate::value::{Method, RecordingEvent, RecordingTrack, Trim, words};
use crate::warning::Code;

words! {
    /// What of the dialled call is recorded.
    pub enum DialRecord {
        DoNotRecord = "do-not-record" | "false",
        FromAnswer = "record-from-answer" | "true",
        FromRinging = "record-from-ringing",
        FromAnswerDual = "record-from-answer-dual",
        FromRingingDual = "record-from-ringing-dual",
    }
}
words! {
    /// Further events of a dialled call.
    pub enum DialEvent { CallProgress = "call-progress-event", }
}
words! {
    /// The country whose ringing the caller hears.
    pub enum RingTone {
        At = "at", Au = "au", Bg = "bg", Br = "br", Be = "be", Ch = "ch", Cl = "cl", Cn = "cn",
        Cz = "cz", De = "de", Dk = "dk", Ee = "ee", Es = "es", Fi = "fi", Fr = "fr", Gr = "gr",
        Hu = "hu", Il = "il", In = "in", It = "it", Lt = "lt", Jp = "jp", Mx = "mx", My = "my",
        Nl = "nl", No = "no", Nz = "nz", Ph = "ph", Pl = "pl", Pt = "pt", Ru = "ru", Se = "se",
        Sg = "sg", Th = "th", Uk = "uk", Us = "us", UsOld = "us-old", Tw = "tw", Ve = "ve",
        Za = "za",
    }
}

impl RingTone {
    /// The ringing of the country with these two letters (ISO 3166), if it is known. Canada and
    /// whoever else shares its numbering plan ring as the United States do.
    #[must_use]
    pub fn of_country(letters: &str) -> Option<RingTone> {
        let lower = letters.to_ascii_lowercase();
        let word = match lower.as_str() {
            "gb" | "gg" | "im" | "je" => "uk",
            "ca" | "pr" => "us",
            other => other,
        };
        <RingTone as crate::value::Word>::from_word(word)
    }
}

element! {
    /// Rings the nouns and joins the first that answers to the caller.
    pub struct Dial = "Dial", nesting Code::DialNesting;
    /// What is requested when the dialled call is over; absent means the next verb.
    action: Option<String> = None, "action", Code::Schema;
    /// How the action is requested.
    method: Method = Method::Post, "method", Code::DialMethod;
    /// Seconds it may ring.
    timeout: u32 = 30, "timeout", Code::DialTimeout, in 5..=600;
    /// Seconds the joined call may last.
    time_limit: u32 = 14400, "timeLimit", Code::DialTimeLimit, in 1..=86400;
    /// Whom the called side sees; absent means the caller.
    caller_id: Option<String> = None, "callerId", Code::DialCallerId,
        if |id| id.as_ref().is_some_and(|id| !id.trim().is_empty());
    /// Whether the caller can end the dialled call with a star.
    hangup_on_star: bool = false, "hangupOnStar", Code::DialHangupOnStar;
    /// Whether the caller is answered only when the called side answers.
    answer_on_bridge: bool = false, "answerOnBridge", Code::DialAnswerOnBridge;
    /// The ringing the caller hears; absent means that of the called side.
    ring_tone: Option<RingTone> = None, "ringTone", Code::DialRingTone;
    /// What is recorded.
    record: DialRecord = DialRecord::DoNotRecord, "record", Code::DialRecord;
    /// Where the recording is told of when it is ready.
    recording_status_callback: Option<String> = None, "recordingStatusCallback", Code::Schema;
    /// How the recording status callback is requested.
    recording_status_callback_method: Method = Method::Post,
        "recordingStatusCallbackMethod", Code::DialMethod;
    /// The steps of the recording of which the customer is told.
    recording_status_callback_event: Vec<RecordingEvent> = vec![RecordingEvent::Completed],
        "recordingStatusCallbackEvent", Code::RecordingEvent;
    /// Which side is recorded, seen from the caller's call.
    recording_track: RecordingTrack = RecordingTrack::Both, "recordingTrack", Code::Schema;
    /// A recording configuration of the account.
    recording_configuration_id: Option<String> = None, "recordingConfigurationId", Code::Schema;
    /// Whether silence at both ends of the recording is cut away.
    trim: Trim = Trim::DoNotTrim, "trim", Code::Schema;
    /// Whether the nouns ring one after another.
    sequential: bool = false, "sequential", Code::DialSequential;
    /// What is requested when the called side sends a REFER.
    refer_url: Option<String> = None, "referUrl", Code::Schema;
    /// How the refer URL is requested.
    refer_method: Method = Method::Post, "referMethod", Code::DialMethod;
    /// Further events of the call.
    events: Option<DialEvent> = None, "events", Code::Schema;
    /// Why is called, for networks that show it.
    call_reason: Option<String> = None, "callReason", Code::Schema,
        if |reason| reason.as_ref().is_some_and(|reason| reason.chars().count() <= 50);
    /// Signed caller identities to pass on.
    passports: Option<String> = None, "passports", Code::Schema;
    -> content {
        /// Who is rung; bare text stands for one number.
        nouns: Vec<Noun>,
    }
    settle |dial, node, reader| {
        let refused = keep_compatible(dial);
        if let Some((code, message)) = refused {
            reader.warn(code, node, None, message.to_owned());
        }
        if dial.nouns.is_empty() && !node.children().any(|child| child.is_element()) {
            let message = "names nobody to be rung".to_owned();
            reader.warn(Code::NumberFormat, node, None, message);
        }
        let bare = !crate::parse::text(node).is_empty();
        if bare && node.children().any(|child| child.is_element()) {
            let message = "has both nouns and bare text; the text is ignored".to_owned();
            reader.warn(Code::DialNesting, node, None, message);
        }
    };
}

/// Drops the nouns that cannot be rung together with the first one.
fn keep_compatible(dial: &mut Dial) -> Option<(Code, &'static str)> {
    let alone = |noun: &Noun| {
        matches!(
            noun,
            Noun::Conference(_) | Noun::Queue(_) | Noun::Application(_)
        )
    };
    let has_conference = dial
        .nouns
        .iter()
        .any(|noun| matches!(noun, Noun::Conference(_)));
    if dial.nouns.len() > 1 && dial.nouns.iter().any(alone) {
        if dial.nouns.first().is_some_and(alone) {
            dial.nouns.truncate(1);
        } else {
            dial.nouns.retain(|noun| !alone(noun));
        }
        let code = if has_conference {
            Code::ConferenceMixed
        } else {
            Code::DialNesting
        };
        return Some((
            code,
            "has nouns that cannot be dialled together; the first kind is kept",
        ));
    }
    if !dial.sequential && dial.nouns.len() > limit::DIAL_NOUNS {
        dial.nouns.truncate(limit::DIAL_NOUNS);
        return Some((Code::TooManyNouns, "has more nouns than can ring at once"));
    }
    None
}
