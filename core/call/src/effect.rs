//! What call control can ask of the world. Effects are carried out in their order.

use model::media::MediaCommand;
use model::signal::SignalCommand;
use model::{
    AccountSid, ApplicationSid, CallRow, CallSid, Callback, ErrorCode, FetchId, LegId,
    NotificationRow, OutgoingCallerId, RecordingRow, WaitingCall, WebEventRow, WebRequest,
};

/// Names one asker of the API; the reply carries it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AskId(pub u64);

/// Names one question to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LookupId(pub u64);

/// Something the world must now do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Write this row; what stands behind it in the list waits until it is durable where it
    /// makes a promise (`Reply`, `Notify`).
    Save(Row),
    /// Answer the API.
    Reply {
        /// Who asked.
        ask: AskId,
        /// What was asked for as it is now, or why not.
        result: Result<Granted, Refusal>,
    },
    /// Tell the customer: written first, then sent, in this order within one call, each without
    /// waiting for the answer to the one before.
    Notify(Callback),
    /// Ask the customer for a document.
    Fetch {
        /// The question's name; `Event::Fetched` carries it back.
        fetch: FetchId,
        /// The question.
        request: WebRequest,
    },
    /// Ask the store; `Event::Found` carries the name back.
    Lookup {
        /// The question's name.
        lookup: LookupId,
        /// The question.
        question: Question,
    },
    /// Say this to the leg's carrier.
    Signal {
        /// Which leg.
        leg: LegId,
        /// What.
        command: SignalCommand,
    },
    /// Say this to the sound engine.
    Media {
        /// Which leg.
        leg: LegId,
        /// What.
        command: MediaCommand,
    },
    /// The call has ended and everything about it has been said: cookies and caches may go.
    Gone(CallSid),
}

/// A row to be written. A later row with the same identifier replaces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// A call.
    Call(Box<CallRow>),
    /// A recording.
    Recording(Box<RecordingRow>),
    /// A warning or an error.
    Notification(Box<NotificationRow>),
    /// A number that an account may show from now on.
    CallerId(Box<OutgoingCallerId>),
    /// A request to the customer and its answer.
    WebEvent(Box<WebEventRow>),
    /// A call that waits for its turn, to be kept until it leaves: after a restart it comes back
    /// as `Event::Waiting`.
    Waiting(Box<WaitingCall>),
    /// The call at this place of the queue waits no longer.
    Left(u64),
}

/// A question to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Is this E.164 number ours?
    Number(String),
    /// May this account show this E.164 number: does it own it, or has it verified it?
    CallerId(AccountSid, String),
    /// What does this application run?
    Application(AccountSid, ApplicationSid),
    /// Which account do calls without an owned number belong to (a phone that dials out)?
    Account,
}

/// What the API is answered when it isn't refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Granted {
    /// A call as it is now.
    Call(Box<CallRow>),
    /// A recording as it is now.
    Recording {
        /// Its row.
        row: Box<RecordingRow>,
        /// It was begun by this very request.
        begun: bool,
    },
}

impl Granted {
    /// The call it is about.
    pub fn call(&self) -> CallSid {
        match self {
            Granted::Call(row) => row.sid,
            Granted::Recording { row, .. } => row.call,
        }
    }
}

/// Why the API's request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The catalogue's number.
    pub code: ErrorCode,
    /// One sentence.
    pub text: String,
}

impl Refusal {
    /// A refusal in the catalogue's own words.
    pub fn of(code: ErrorCode) -> Refusal {
        Refusal {
            code,
            text: code.text().to_owned(),
        }
    }

    /// A recording can't be begun or changed, because call or recording is not in progress. It
    /// shares its number with the redirect of such a call, and has a sentence of its own.
    pub fn not_eligible() -> Refusal {
        Refusal {
            code: ErrorCode::CALL_STATE,
            text: "Requested resource is not eligible for recording".to_owned(),
        }
    }
}
