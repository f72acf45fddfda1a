//! The nouns of the platform and the words its planes speak to each other.
//!
//! Three planes share these words and nothing else: signalling (`sip`), sound (`media`) and call
//! control (`call`). A *leg* is one connection to one far end; a *call* is a leg with the
//! document it runs and the record it leaves. Everything here is plain data.

pub mod account;
pub mod address;
pub mod amd;
pub mod answered_by;
pub mod application;
pub mod call;
pub mod callback;
pub mod chance;
pub mod detection;
pub mod error_code;
pub mod limit;
pub mod mask;
pub mod media;
pub mod new_call;
pub mod number;
pub mod outgoing_caller_id;
pub mod price;
pub mod recording;
pub mod request;
pub mod sid;
pub mod signal;
pub mod status;
pub mod time;
pub mod voice;
pub mod web_event;
pub mod webhook;

pub use account::{Account, AccountKind, AccountStatus, ApiKey, TestCredentials};
pub use address::Address;
pub use answered_by::AnsweredBy;
pub use application::{Application, MessageHooks};
pub use call::{CallRow, NotificationRow};
pub use callback::{Callback, CallbackId, StatusCallback};
pub use chance::Chance;
pub use detection::Detection;
pub use error_code::ErrorCode;
pub use new_call::{NewCall, WaitingCall};
pub use number::Number;
pub use outgoing_caller_id::OutgoingCallerId;
pub use price::{Currency, Price};
pub use recording::RecordingRow;
pub use request::{FetchId, Method, WebReply, WebRequest};
pub use sid::{
    AccountSid, ApplicationSid, CallSid, KeySid, NotificationSid, NumberSid, RecordingSid,
    RequestSid, WebhookSid,
};
pub use status::{CallStatus, Cause, Direction};
pub use time::{Span, Time};
pub use voice::{Gender, Voice, VoiceLine, VoiceWish, Voices};
pub use web_event::{WebAnswer, WebEventRow};
pub use webhook::{
    Original, Signed, WebhookAnswer, WebhookKind, WebhookReplay, WebhookRow, WebhookTiming,
};

/// Names one leg on all three planes for as long as the process lives; never used twice.
///
/// Call control numbers the legs it places from 1 upwards; signalling numbers the legs that are
/// offered to it from `LegId::FIRST_OFFERED` upwards, so neither has to ask the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegId(pub u64);

impl LegId {
    /// The first identifier signalling gives to a leg that a far end offers.
    pub const FIRST_OFFERED: LegId = LegId(1 << 63);
}

impl std::fmt::Display for LegId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if *self >= Self::FIRST_OFFERED {
            write!(f, "in{}", self.0 - Self::FIRST_OFFERED.0)
        } else {
            write!(f, "out{}", self.0)
        }
    }
}
