//! What the API may ask of call control.

use crate::effect::AskId;
use model::recording::PauseBehavior;
use model::{AccountSid, CallSid, Method, RecordingSid, StatusCallback};

// The store keeps what waits, so these nouns are the model's; here they are found as before.
pub use model::new_call::{NewCall, RecordCall, RecordingCallback, Source};

/// A request to change something, asked by the API. Each is answered by one `Effect::Reply`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Place a call, at once or when its turn comes. Answered with its row (`queued`) once it is
    /// durable.
    Create {
        /// Who asks.
        ask: AskId,
        /// The call.
        call: Box<NewCall>,
        /// So many calls created by the API may leave each second for this account; the others
        /// wait in the order in which they came.
        calls_per_second: u32,
    },
    /// Change a live call. Answered with its row.
    Update {
        /// Who asks.
        ask: AskId,
        /// Whose call.
        account: AccountSid,
        /// Which call.
        call: CallSid,
        /// The change.
        update: Update,
    },
    /// Keep a call's sound from now on. Answered with the recording, a running one if the API has
    /// begun one already.
    Record {
        /// Who asks.
        ask: AskId,
        /// Whose call.
        account: AccountSid,
        /// Which call.
        call: CallSid,
        /// What to keep.
        record: RecordCall,
    },
    /// Change a recording that runs. Answered with its row.
    ChangeRecording {
        /// Who asks.
        ask: AskId,
        /// Whose call.
        account: AccountSid,
        /// Which call.
        call: CallSid,
        /// Which recording; `None`: the only one that runs.
        recording: Option<RecordingSid>,
        /// The change.
        change: RecordingChange,
    },
    /// May this call be deleted, and if it isn't known here, that is no objection.
    /// Answered with `CALL_NOT_COMPLETE` while the call lives.
    Forget {
        /// Who asks.
        ask: AskId,
        /// Which call.
        call: CallSid,
    },
}

/// A change of a recording that runs. What is so already is granted: two clients that ask for
/// the same have both got it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingChange {
    /// `Status=paused`.
    Pause(PauseBehavior),
    /// `Status=in-progress`.
    Resume,
    /// `Status=stopped`.
    Stop,
}

/// A change of a live call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// Run another document from now on (`Url`, `Twiml`).
    pub source: Option<Source>,
    /// Another fallback; honoured only together with `source`.
    pub fallback: Option<(String, Method)>,
    /// Another status callback; honoured only together with `source`.
    pub status_callback: Option<StatusCallback>,
    /// `completed`: end it in any state. `canceled`: end it unless it was answered.
    pub status: Option<EndAs>,
    /// Seconds it may last from its answer.
    pub time_limit_secs: Option<u32>,
}

/// How `Status` asks a call to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndAs {
    /// `Status=completed`.
    Completed,
    /// `Status=canceled`.
    Canceled,
}
