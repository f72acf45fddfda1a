//! What can happen to call control.

use crate::command::Command;
use crate::effect::LookupId;
use model::media::MediaEvent;
use model::signal::SignalEvent;
use model::{
    Account, Application, CallRow, FetchId, LegId, Number, RecordingRow, WaitingCall, WebReply,
};

/// One thing that happened; `CallControl::handle` takes them one at a time, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The API asks something.
    Command(Command),
    /// A carrier says something about a leg.
    Signal {
        /// Which leg.
        leg: LegId,
        /// What.
        event: SignalEvent,
    },
    /// The sound engine says something about a leg.
    Media {
        /// Which leg.
        leg: LegId,
        /// What.
        event: MediaEvent,
    },
    /// The customer's application answered `Effect::Fetch`, or could not.
    Fetched {
        /// Which question.
        fetch: FetchId,
        /// What came of it.
        reply: WebReply,
    },
    /// The answer to `Effect::Lookup`.
    Found {
        /// Which question.
        lookup: LookupId,
        /// The answer.
        found: Found,
    },
    /// At start: a call that was alive when the process died. It ends as `failed`, and whoever
    /// was to be told of its end is told.
    Cut(Box<CallRow>),
    /// At start, before anything new: a call that had not left when the process ended. It goes
    /// back to its place and leaves when its turn comes.
    Waiting {
        /// Its row.
        row: Box<CallRow>,
        /// Its place and what it is to be.
        waiting: Box<WaitingCall>,
        /// The rate of its account.
        calls_per_second: u32,
    },
    /// At start: a recording that was not finished when the process died. What the disk still has
    /// of it has been made playable; whoever was to be told of its end is told.
    RecordingCut {
        /// As it was last written.
        row: Box<RecordingRow>,
        /// What is left of it (milliseconds).
        length_ms: u32,
    },
}

/// What the store knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Whether a number is ours: its row, and the account that owns it.
    Number(Option<Box<Number>>),
    /// Whether the account may show the number.
    CallerId(bool),
    /// An application; `None` if it has been taken away.
    Application(Option<Box<Application>>),
    /// The number is ours, and its account may take no calls for now.
    Suspended,
    /// Whose phone this is: the account that a registered or trunk call belongs to.
    Account(Option<Account>),
}
