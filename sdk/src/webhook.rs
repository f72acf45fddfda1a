//! What the platform sends to an application, as types.
//!
//! [`Parameters`] are the pairs of a request in their order; each kind of request is a struct that
//! reads itself from them. Words that a later version may bring are kept as they came, so a new
//! status never breaks an application.
//!
//! ```
//! use ringback::webhook::{DialResult, DialStatus, Parameters};
//!
//! let form = "CallSid=CA1&AccountSid=AC1&From=%2B15550100&To=%2B15550101&CallStatus=in-progress\
//!     &Direction=inbound&DialCallStatus=busy&DialCallSid=CA2";
//! let result: DialResult = Parameters::parse(form).read().unwrap();
//! assert_eq!(result.dial_call_status, DialStatus::Busy);
//! assert_eq!(result.call.from, "+15550100");
//! ```

mod action;
mod call;
mod callback;
mod parameters;
mod word;

pub use action::{
    DialResult, EnqueueResult, GatherResult, PartialResult, PayResult, QueueWait, RecordResult,
    ReferResult, RelayResult,
};
pub use call::{Geography, Places, VoiceRequest};
pub use callback::{
    AmdEvent, CallStatusEvent, ConferenceEvent, RecordingStatusEvent, StreamEvent,
    TranscriptionEvent, TranscriptionResult, VerificationEvent,
};
pub use parameters::{BadParameter, FromParameter, FromParameters, Parameters};
pub use word::{
    AnsweredBy, CallDirection, CallStatus, ConferenceEventKind, DialStatus, PayOutcome,
    QueueResult, RecordingSource, RecordingStatus, RecordingTrack, RelayStatus, StreamEventKind,
    TranscriptionEventKind, TranscriptionStatus, VerificationStatus,
};
