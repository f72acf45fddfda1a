//! The log of one call as a pure machine: what the platform tells goes in, in whatever order and
//! however often; how far the call has come stands in it.
//!
//! Each thing that is kept only ever grows: a status by its rank, a moment towards the earliest
//! that was told, a length towards the longest. So the order in which callbacks arrive makes no
//! difference, nor does a callback that comes twice, and nothing moves back. Stage and outcome are
//! computed from that, never set.
//!
//! A call has two legs. The *first* is the one that was asked for, or came in; its status is the
//! status of the call. The *second* is dialled by the first's document. Going out, the first is
//! the agent's; coming in, it is the caller's.

use crate::moment::Moment;
use std::fmt;

mod word;
pub use word::{Direction, Outcome, Stage, Status};

/// What the platform told of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// How far a leg has come: a status callback, a question for a document, an answer of the API.
    Leg(LegNews),
    /// What became of the dialled leg, told with the question for what comes next.
    DialComplete(DialComplete),
    /// The recording that counts is ready.
    Recorded(Recording),
    /// The platform refused to place the call, or never heard of it.
    Refused(Refusal),
}

impl Event {
    /// Whether nothing that comes later would say it again: that a leg has ended, how the dial
    /// went, where the sound is.
    pub fn is_last_word(&self) -> bool {
        match self {
            Event::Leg(news) => news.status.is_end(),
            Event::DialComplete(_) | Event::Recorded(_) | Event::Refused(_) => true,
        }
    }
}

/// How far a leg has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegNews {
    /// The leg (`CallSid`).
    pub call_sid: String,
    /// The leg whose document dialled it (`ParentCallSid`): with it, this is the second leg.
    pub parent_call_sid: Option<String>,
    /// How far it has come (`CallStatus`).
    pub status: Status,
    /// Its place among the leg's steps (`SequenceNumber`).
    pub sequence: Option<u32>,
    /// When it came so far: `Timestamp` where there is one, else when it was heard.
    pub at: Moment,
    /// When it was answered, where that is told besides (an ended call that was asked after).
    pub answered_at: Option<Moment>,
    /// How long it lasted (`CallDuration`), told at its end.
    pub seconds: Option<u32>,
    /// Why it failed, where that is told.
    pub error: Option<CallError>,
}

impl LegNews {
    /// News of the first leg with nothing but what each has.
    pub fn first(call_sid: &str, status: Status, at: Moment) -> LegNews {
        LegNews {
            call_sid: call_sid.to_owned(),
            parent_call_sid: None,
            status,
            sequence: None,
            at,
            answered_at: None,
            seconds: None,
            error: None,
        }
    }

    /// News of the second leg with nothing but what each has.
    pub fn second(parent: &str, call_sid: &str, status: Status, at: Moment) -> LegNews {
        LegNews {
            parent_call_sid: Some(parent.to_owned()),
            ..LegNews::first(call_sid, status, at)
        }
    }
}

/// What became of the dialled leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialComplete {
    /// The leg whose document dialled (`CallSid`).
    pub call_sid: String,
    /// How the dialled leg ended (`DialCallStatus`; `answered` is `completed`).
    pub status: Status,
    /// The dialled leg (`DialCallSid`); a number that can't be dialled has none.
    pub dialled_sid: Option<String>,
    /// How long it lasted (`DialCallDuration`).
    pub seconds: Option<u32>,
    /// When it was heard.
    pub at: Moment,
}

/// The sound of a call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recording {
    /// How long it lasts.
    pub seconds: u32,
    /// Its SID.
    pub sid: String,
    /// Where the platform has it, with `.mp3`.
    pub url: String,
}

impl Recording {
    /// A recording as its callback tells of it, where the address has no extension yet.
    pub fn heard(sid: &str, url: &str, seconds: u32) -> Recording {
        let url = url.strip_suffix(".mp3").unwrap_or(url);
        Recording {
            sid: sid.to_owned(),
            url: format!("{url}.mp3"),
            seconds,
        }
    }
}

/// Why a call was not placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What the platform said.
    pub error: CallError,
    /// When.
    pub at: Moment,
}

/// What went wrong, as the platform says it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallError {
    /// The platform's number of it, where it has one.
    pub code: Option<u32>,
    /// In words.
    pub message: String,
}

/// One of a call's two legs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Leg {
    /// Its SID, once known.
    pub call_sid: Option<String>,
    /// How far it has come; none before anything was heard of it.
    pub status: Option<Status>,
    /// The place of its end among its steps, where that was told.
    pub sequence: Option<u32>,
    /// When it was answered.
    pub answered_at: Option<Moment>,
    /// When it ended.
    pub ended_at: Option<Moment>,
    /// How long it lasted.
    pub seconds: Option<u32>,
}

impl Leg {
    fn reach(&mut self, status: Status, sequence: Option<u32>, at: Option<Moment>) {
        // Of two ends the one with a place in the order is the leg's own word; what the dial says
        // of it is told by another. Before the end, rank says it all.
        let sequence = sequence.filter(|_| status.is_end());
        let new = (status.rank(), sequence, status);
        let old = self.status.map(|old| (old.rank(), self.sequence, old));
        if old.is_none_or(|old| old < new) {
            self.status = Some(status);
            self.sequence = sequence;
        }
        if status == Status::InProgress {
            earliest(&mut self.answered_at, at);
        }
        if status.is_end() {
            earliest(&mut self.ended_at, at);
        }
    }

    fn lasted(&mut self, seconds: Option<u32>) {
        self.seconds = self.seconds.max(seconds);
    }

    /// Whether somebody picked up.
    pub fn was_answered(&self) -> bool {
        self.answered_at.is_some()
            || matches!(self.status, Some(Status::InProgress | Status::Completed))
    }

    fn is_over(&self) -> bool {
        self.status.is_some_and(Status::is_end)
    }

    /// When it was answered: as was told, or as its end and its length say.
    fn answer(&self) -> Option<Moment> {
        self.answered_at.or_else(|| {
            let (end, seconds) = (self.ended_at?, self.seconds?);
            (self.status == Some(Status::Completed)).then(|| end.seconds_earlier(seconds))
        })
    }

    /// How long it lasted: as was told, or as the two moments say.
    fn length(&self) -> Option<u32> {
        let end = self.ended_at.filter(|_| self.is_over())?;
        let told = self.seconds;
        told.or_else(|| Some(self.answered_at.map_or(0, |from| end.seconds_since(from))))
    }
}

fn earliest(kept: &mut Option<Moment>, told: Option<Moment>) {
    *kept = match (*kept, told) {
        (Some(kept), Some(told)) => Some(kept.min(told)),
        (kept, told) => kept.or(told),
    };
}

/// Everything a log knows: what a store keeps of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Who called whom.
    pub direction: Direction,
    /// When it was asked for, or came in.
    pub started_at: Moment,
    /// The leg that was asked for, or came in.
    pub first: Leg,
    /// The leg that was dialled.
    pub second: Leg,
    /// Its sound.
    pub recording: Option<Recording>,
    /// What went wrong.
    pub error: Option<CallError>,
}

/// The log of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallLog(Kept);

impl CallLog {
    /// A call about to be asked for.
    pub fn outbound(started_at: Moment) -> CallLog {
        CallLog::begin(Direction::Outbound, started_at)
    }

    /// A call that came in.
    pub fn inbound(call_sid: &str, started_at: Moment) -> CallLog {
        let mut log = CallLog::begin(Direction::Inbound, started_at);
        log.0.first.call_sid = Some(call_sid.to_owned());
        log.0.first.status = Some(Status::Ringing);
        log
    }

    fn begin(direction: Direction, started_at: Moment) -> CallLog {
        let first = Leg {
            status: Some(Status::Initiated),
            ..Leg::default()
        };
        CallLog(Kept {
            direction,
            started_at,
            first,
            second: Leg::default(),
            recording: None,
            error: None,
        })
    }

    /// A log as a store kept it.
    pub fn from_kept(kept: Kept) -> CallLog {
        CallLog(kept)
    }

    /// What is known, for a store to keep. There is no way to set it but to hear an event.
    pub fn kept(&self) -> &Kept {
        &self.0
    }

    /// Hears an event; says whether anything changed. An event of another call changes nothing.
    pub fn hear(&mut self, event: &Event) -> bool {
        let before = self.0.clone();
        match event {
            Event::Leg(news) => self.hear_leg(news),
            Event::DialComplete(dial) => self.hear_dial(dial),
            // Where there are several, the longest holds most of the conversation.
            Event::Recorded(recording) => {
                self.0.recording = self.0.recording.take().max(Some(recording.clone()));
            }
            Event::Refused(refusal) => {
                self.0.first.reach(Status::Failed, None, Some(refusal.at));
                self.fail(Some(&refusal.error));
            }
        }
        self.0 != before
    }

    fn hear_leg(&mut self, news: &LegNews) {
        let (first, second) = match &news.parent_call_sid {
            Some(parent) => (parent, Some(&news.call_sid)),
            None => (&news.call_sid, None),
        };
        if !self.belongs(first, second) {
            return;
        }
        let leg = match second {
            Some(_) => {
                self.first_has_dialled();
                &mut self.0.second
            }
            None => &mut self.0.first,
        };
        leg.reach(news.status, news.sequence, Some(news.at));
        earliest(&mut leg.answered_at, news.answered_at);
        leg.lasted(news.seconds);
        self.fail(news.error.as_ref());
    }

    fn hear_dial(&mut self, dial: &DialComplete) {
        if !self.belongs(&dial.call_sid, dial.dialled_sid.as_ref()) {
            return;
        }
        self.first_has_dialled();
        let second = &mut self.0.second;
        second.reach(dial.status, None, Some(dial.at));
        second.lasted(dial.seconds);
    }

    /// Whether these are the call's legs. A leg that isn't known yet becomes known: the answer of
    /// the API may come after the first callback, or be lost.
    fn belongs(&mut self, first: &str, second: Option<&String>) -> bool {
        let other = |kept: &Option<String>, told: &str| kept.as_ref().is_some_and(|k| k != told);
        if other(&self.0.first.call_sid, first)
            || second.is_some_and(|second| other(&self.0.second.call_sid, second))
        {
            return false;
        }
        self.0.first.call_sid = Some(first.to_owned());
        if let Some(second) = second {
            self.0.second.call_sid = Some(second.clone());
        }
        true
    }

    /// A document runs, so the agent has answered, whether or not that was told already. A call
    /// that comes in may ring on while the agent is dialled.
    fn first_has_dialled(&mut self) {
        if self.0.direction == Direction::Outbound {
            self.0.first.reach(Status::InProgress, None, None);
        }
    }

    fn fail(&mut self, error: Option<&CallError>) {
        self.0.error = self.0.error.take().max(error.cloned());
    }

    /// The status of the call that was asked for, or came in.
    pub fn status(&self) -> Status {
        self.0.first.status.unwrap_or(Status::Initiated)
    }

    /// The agent's leg.
    pub fn agent(&self) -> &Leg {
        match self.0.direction {
            Direction::Outbound => &self.0.first,
            Direction::Inbound => &self.0.second,
        }
    }

    /// The other's leg: the contact's, or the caller's.
    pub fn other(&self) -> &Leg {
        match self.0.direction {
            Direction::Outbound => &self.0.second,
            Direction::Inbound => &self.0.first,
        }
    }

    /// How far the conversation has come.
    pub fn stage(&self) -> Stage {
        let (first, second) = (&self.0.first, &self.0.second);
        if first.is_over() {
            return Stage::Ended;
        }
        if second.was_answered() {
            return Stage::Live;
        }
        let (calling, ringing) = match self.0.direction {
            Direction::Outbound => (Stage::ContactCalling, Stage::ContactRinging),
            Direction::Inbound => (Stage::AgentCalling, Stage::AgentRinging),
        };
        match (second.status, self.0.direction) {
            (Some(Status::Initiated | Status::Queued), _) => calling,
            // Over without an answer, and the first leg hears so: as far as it came.
            (Some(_), _) => ringing,
            (None, Direction::Inbound) => calling,
            (None, Direction::Outbound) => match first.status {
                Some(Status::Ringing) => Stage::AgentRinging,
                Some(Status::InProgress) => Stage::AgentConnected,
                Some(Status::Initiated) | None if first.call_sid.is_none() => Stage::Asking,
                _ => Stage::AgentCalling,
            },
        }
    }

    /// What came of it, once it is over.
    pub fn outcome(&self) -> Option<Outcome> {
        let (first, second) = (&self.0.first, &self.0.second);
        if !first.is_over() {
            return None;
        }
        if second.was_answered() {
            return Some(Outcome::Talked);
        }
        let dialled = match (second.status, self.0.direction) {
            (Some(Status::Busy), Direction::Outbound) => Some(Outcome::ContactBusy),
            (Some(Status::NoAnswer), Direction::Outbound) => Some(Outcome::ContactNoAnswer),
            (Some(Status::Failed), Direction::Outbound) => Some(Outcome::ContactFailed),
            (Some(Status::Busy), Direction::Inbound) => Some(Outcome::AgentBusy),
            (Some(Status::NoAnswer), Direction::Inbound) => Some(Outcome::AgentNoAnswer),
            (Some(Status::Failed), Direction::Inbound) => Some(Outcome::AgentFailed),
            _ => None,
        };
        let asked = || match (self.status(), self.0.direction) {
            // Without a SID the platform never had the call.
            (Status::Failed, _) if first.call_sid.is_none() => Outcome::Failed,
            (Status::Failed, Direction::Inbound) => Outcome::Failed,
            (Status::Failed, Direction::Outbound) => Outcome::AgentFailed,
            (Status::Busy, _) => Outcome::AgentBusy,
            (Status::NoAnswer, Direction::Outbound) => Outcome::AgentNoAnswer,
            _ => Outcome::Canceled,
        };
        Some(dialled.unwrap_or_else(asked))
    }

    /// When the first leg was answered. The platform tells whole seconds and this machine counts
    /// finer: nothing is shown from before the call was asked for.
    pub fn answered_at(&self) -> Option<Moment> {
        let answer = self.0.first.answer()?;
        Some(answer.max(self.0.started_at))
    }

    /// When both began to talk.
    pub fn connected_at(&self) -> Option<Moment> {
        let answer = self.0.second.answer()?;
        Some(answer.max(self.answered_at().unwrap_or(self.0.started_at)))
    }

    /// When it was over.
    pub fn ended_at(&self) -> Option<Moment> {
        let end = self.0.first.ended_at?;
        let begun = self.connected_at().or(self.answered_at());
        Some(end.max(begun.unwrap_or(self.0.started_at)))
    }

    /// How long the first leg lasted, once it is over.
    pub fn duration_seconds(&self) -> Option<u32> {
        self.0.first.length()
    }

    /// How long both talked, once that is over.
    pub fn talk_seconds(&self) -> Option<u32> {
        let length = self.0.second.length()?;
        self.0.second.was_answered().then_some(length)
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "{code}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

#[cfg(test)]
mod tests;
