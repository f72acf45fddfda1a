//! What a call is to be: everything that its creator has said, checked and in range.
//!
//! Kept by the store while the call waits for its turn, run by call control once it leaves.

use crate::recording::RecordingTrack;
use crate::signal::Credentials;
use crate::{
    AccountSid, Address, ApplicationSid, CallSid, Detection, Method, NumberSid, OutgoingCallerId,
    StatusCallback,
};

/// Where a call's document comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Asked for when the call is answered.
    Url {
        /// Absolute address.
        url: String,
        /// How to ask.
        method: Method,
    },
    /// Given with the request.
    Twiml(String),
    /// None: the call asks whoever answers to agree that the account may show their number.
    Verification(Box<Verification>),
}

/// A call that asks for consent: the code is spoken, and typed by whoever agrees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// What is written down once the code was typed.
    pub caller_id: OutgoingCallerId,
    /// The code.
    pub code: String,
    /// Who is told how it went.
    pub callback: Option<(String, Method)>,
}

/// A call to be placed, checked by the API: every field is in range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCall {
    /// Whose it is.
    pub account: AccountSid,
    /// The owned number it goes out from, if `from` is one.
    pub number: Option<NumberSid>,
    /// The application that handles it.
    pub application: Option<ApplicationSid>,
    /// Who is called.
    pub to: Address,
    /// Who calls.
    pub from: Address,
    /// Who the far end sees calling, if not `from`.
    pub caller_id: Option<String>,
    /// What it runs when answered.
    pub source: Source,
    /// Asked when the document fails.
    pub fallback: Option<(String, Method)>,
    /// Who is told of its progress.
    pub status_callback: Option<StatusCallback>,
    /// Keys sent after the answer.
    pub send_digits: Option<String>,
    /// How long it rings (seconds).
    pub ring_secs: u32,
    /// How long it lasts at most (seconds).
    pub time_limit_secs: u32,
    /// Keep its sound from the answer on.
    pub record: Option<RecordCall>,
    /// For a SIP address that asks who we are.
    pub credentials: Option<Credentials>,
    /// Why it is placed, for the called phone to show.
    pub reason: Option<String>,
    /// Whether and how it is found out who picks up.
    pub detection: Option<Detection>,
    /// How long it waits before it is placed (seconds).
    pub delay_secs: u32,
}

/// What is to be kept of a call: `Record=true` and what goes with it, or a recording that is
/// begun while it lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordCall {
    /// Two channels.
    pub dual: bool,
    /// Which sound.
    pub track: RecordingTrack,
    /// Leave silence at the ends out.
    pub trim: bool,
    /// Who is told of it.
    pub callback: Option<RecordingCallback>,
}

/// Who is told of a recording, and of which events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingCallback {
    /// Where to.
    pub url: String,
    /// How.
    pub method: Method,
    /// Told when it begins.
    pub in_progress: bool,
    /// Told when it can be played.
    pub completed: bool,
    /// Told when nothing was heard.
    pub absent: bool,
}

impl RecordingCallback {
    /// Reads event names separated by spaces; the error is a name that is unknown.
    pub fn parse(url: String, method: Method, names: &str) -> Result<RecordingCallback, String> {
        let mut callback = RecordingCallback {
            url,
            method,
            in_progress: false,
            completed: false,
            absent: false,
        };
        for name in names.split_ascii_whitespace() {
            match name {
                "in-progress" => callback.in_progress = true,
                "completed" => callback.completed = true,
                "absent" => callback.absent = true,
                _ => return Err(name.to_owned()),
            }
        }
        Ok(callback)
    }

    /// The names again, separated by spaces.
    pub fn names(&self) -> String {
        let all = [
            (self.in_progress, "in-progress"),
            (self.completed, "completed"),
            (self.absent, "absent"),
        ];
        let names: Vec<_> = all
            .iter()
            .filter(|(on, _)| *on)
            .map(|(_, name)| *name)
            .collect();
        names.join(" ")
    }
}

/// A call that waits for its turn, as the store keeps it beside its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingCall {
    /// Where it stands: of one account's calls the one with the lowest place leaves first.
    pub place: u64,
    /// Its identifier.
    pub sid: CallSid,
    /// What it is to be.
    pub call: NewCall,
}
