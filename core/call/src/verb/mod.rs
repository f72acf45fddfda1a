//! The verbs: one machine each, with the names they have in `twiml`.

pub(crate) mod dial;
pub(crate) mod echo;
pub(crate) mod gather;
pub(crate) mod pause;
pub(crate) mod play;
pub(crate) mod record;
pub(crate) mod redirect;
pub(crate) mod refer;
pub(crate) mod reject;
pub(crate) mod say;
pub(crate) mod unbuilt;

use crate::barred;
use crate::effect::LookupId;
use crate::family::News;
use crate::notice::Fault;
use crate::recording::Finished;
use crate::script::{Line, Scope};
use crate::timer::Timer;
use crate::turn::Turn;
use model::media::PlayId;
use model::{ErrorCode, Method, WebhookKind};
use twiml::Verb;

/// What a verb wants next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// To hear more.
    Wait,
    /// The verb after it.
    Next,
    /// Another document.
    Go(Goto),
    /// Another document, if it can be had: until then the verb goes on, and hears what came of it.
    Ask(Goto),
    /// The fallback: the document asks for what can't be.
    Fail(Fault),
    /// The end of the call.
    HangUp,
}

/// A document to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Goto {
    /// What it is for.
    pub kind: WebhookKind,
    /// Absolute or relative; `None` or empty is the current document again.
    pub url: Option<String>,
    /// How to ask.
    pub method: Method,
    /// What the verb has to tell.
    pub parameters: Vec<(String, String)>,
    /// The fault when there is no document that a relative address could start from.
    pub inline_code: ErrorCode,
}

impl Goto {
    /// To this address, with nothing to tell.
    pub fn to(url: Option<String>, method: Method) -> Goto {
        Goto {
            kind: WebhookKind::Document,
            url,
            method,
            parameters: Vec::new(),
            inline_code: ErrorCode::URL_FORMAT,
        }
    }

    /// What it is for where it is asked: a whisper's pages are whispers, and its verbs' actions
    /// are actions.
    pub fn kind_where(&self, whispers: bool) -> WebhookKind {
        match self.kind {
            WebhookKind::Document if whispers => WebhookKind::Whisper,
            kind => kind,
        }
    }
}

/// What a verb can hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A prompt is over; the fault if it could not be had.
    Played(PlayId, Option<Fault>),
    /// The far end pressed a key.
    Digit(char),
    /// A timer of the verb's has run out.
    TimedOut(Timer),
    /// A recording is finished.
    Recorded(Finished),
    /// The store answered whether a number is ours.
    Found(LookupId, bool),
    /// A dialled call has news.
    News(News),
    /// The far end has answered our REFER.
    ReferAnswered(u16),
    /// The far end tells how our REFER goes: the response it names, and whether that is the last.
    ReferReported(Option<u16>, bool),
    /// The far end asks for whom it is joined to to be sent elsewhere: where to, and whether a
    /// call of theirs is to be replaced by that.
    Referred(String, bool),
    /// The document that was asked for by the way has come and runs, or could not be had.
    SentOn(bool),
    /// The call is answered.
    Answered,
    /// The call's leg is over.
    Ended,
}

impl Heard {
    /// True if this is the end of that prompt.
    pub fn is_end_of(&self, play: PlayId) -> bool {
        matches!(self, Heard::Played(over, _) if *over == play)
    }
}

/// What every verb that takes time is.
pub(crate) trait Machine {
    /// Something happened.
    fn hear(&mut self, heard: Heard, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Step;
    /// The call goes elsewhere: give back timers and sound.
    fn stop(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>);
}

/// The verb that runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Running {
    /// `<Say>`.
    Say(say::Speaking),
    /// `<Play>`.
    Play(play::Playing),
    /// `<Pause>`.
    Pause(pause::Pausing),
    /// `<Gather>`.
    Gather(gather::Gathering),
    /// `<Record>`.
    Record(record::Recording),
    /// `<Refer>`.
    Refer(refer::Referring),
    /// `<Echo>`.
    Echo(echo::Echoing),
    /// `<Dial>`.
    Dial(Box<dial::Dialling>),
}

impl Running {
    /// The machine that it is.
    pub fn machine(&mut self) -> &mut dyn Machine {
        match self {
            Running::Say(machine) => machine,
            Running::Play(machine) => machine,
            Running::Pause(machine) => machine,
            Running::Gather(machine) => machine,
            Running::Record(machine) => machine,
            Running::Refer(machine) => machine,
            Running::Echo(machine) => machine,
            Running::Dial(machine) => &mut **machine,
        }
    }
}

/// True for a verb that answers a call which isn't answered yet.
pub(crate) fn answers(verb: &Verb) -> bool {
    match verb {
        Verb::Reject(_) | Verb::Pause(_) | Verb::Redirect(_) => false,
        Verb::Dial(dial) => !dial.answer_on_bridge,
        _ => true,
    }
}

/// Begins a verb of the document at `page`.
pub(crate) fn begin(
    verb: Verb,
    (page, scope): (Option<&str>, Scope),
    line: &mut Line<'_>,
    turn: &mut Turn<'_>,
) -> (Option<Running>, Step) {
    if barred::is_barred(&verb, scope) {
        return (None, barred::pass_over(&verb, line, turn));
    }
    let waits = |running| (Some(running), Step::Wait);
    match verb {
        Verb::Say(say) => match say::begin(&say, line, turn) {
            Some(speaking) => waits(Running::Say(speaking)),
            None => (None, Step::Next),
        },
        Verb::Play(play) => match play::begin(&play, page, line, turn) {
            Some(playing) => waits(Running::Play(playing)),
            None => (None, Step::Next),
        },
        Verb::Pause(pause) => waits(Running::Pause(pause::begin(&pause, line, turn))),
        Verb::Gather(gather) => waits(Running::Gather(gather::begin(gather, page, line, turn))),
        Verb::Record(record) => waits(Running::Record(record::begin(record, page, line, turn))),
        Verb::Dial(dial) => dial::begin(dial, page, line, turn),
        Verb::Refer(refer) => refer::begin(refer, line, turn),
        Verb::Echo(_) => waits(Running::Echo(echo::begin(line, turn))),
        Verb::Redirect(redirect) => (None, redirect::begin(redirect)),
        // After the answer there is nothing left to reject: it ends the call.
        Verb::Hangup(_) | Verb::Reject(_) => (None, Step::HangUp),
        other => (None, unbuilt::pass_over(&other, line, turn)),
    }
}
