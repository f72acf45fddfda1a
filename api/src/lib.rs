//! The public contract as types: resources, forms, webhook parameters.
//!
//! Every body the server sends is one of these types written by serde, and a client reads it back
//! through the same type. Fields stand in the contract's order; what has no value is `null`,
//! never left out.

mod account;
mod application;
mod body;
mod call;
mod date;
mod error;
mod event;
mod incoming_phone_number;
mod key;
mod notification;
mod outgoing_caller_id;
mod page;
mod recording;
pub mod signature;
mod stream;
mod version;
mod webhook;
mod word;

pub use account::{Account, AccountUris};
pub use application::Application;
pub use body::Body;
pub use call::{Call, CallUris};
pub use date::{read_date, write_date};
pub use error::ErrorBody;
pub use event::{CallEvent, EventRequest, EventResponse};
pub use incoming_phone_number::{Capabilities, IncomingPhoneNumber};
pub use key::{AuthToken, Key, NewKey, SecondaryAuthToken};
pub use notification::{Notification, NotificationInstance};
pub use outgoing_caller_id::{OutgoingCallerId, ValidationRequest};
pub use page::{Envelope, PageUris};
pub use recording::{CallRecording, Recording, RecordingUris};
pub use stream::{CallChange, Gap, LadderLine, StreamEnd};
pub use version::{Version, VersionUris};
pub use webhook::{
    Webhook, WebhookHeader, WebhookInstance, WebhookMessage, WebhookSignature, WebhookTiming,
};
pub use word::{
    AccountStatus, AccountType, AnsweredBy, CallDirection, CallEnd, CallProgress, CallStatus,
    EmergencyStatus, LogLevel, MachineDetection, Method, PauseBehavior, ReceiveMode,
    RecordingChannels, RecordingEvent, RecordingSource, RecordingStatus, RecordingTrack, Trim,
};

/// The version in every path and in `api_version`.
pub const API_VERSION: &str = "2010-04-01";

/// Where an error number is explained.
pub fn more_info(code: u32) -> String {
    format!("https://www.twilio.com/docs/errors/{code}")
}
