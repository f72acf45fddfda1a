//! The client of the voice API for Rust.

pub mod blocking;
mod client;
mod config;
mod connection;
mod credentials;
mod error;
mod media;
mod mode;
mod operation;
mod page;
mod path;
mod request;
pub mod resource;
mod retry;
mod tls;
mod value;

pub use api::{
    Account, AccountStatus, AccountType, AnsweredBy, Application, AuthToken, Call, CallDirection,
    CallEnd, CallEvent, CallProgress, CallRecording, CallStatus, Capabilities, EmergencyStatus,
    IncomingPhoneNumber, Key, LogLevel, MachineDetection, Method, NewKey, Notification,
    NotificationInstance, OutgoingCallerId, PauseBehavior, ReceiveMode, Recording,
    RecordingChannels, RecordingEvent, RecordingSource, RecordingStatus, RecordingTrack,
    SecondaryAuthToken, Trim, ValidationRequest, Version,
};
pub use client::{Client, ClientOf};
pub use config::Config;
pub use credentials::Credentials;
pub use error::{AnswerError, ApiError, Error, Phase, TransportError};
pub use media::Media;
pub use mode::{Answer, Async, Mode};
pub use page::{Page, Stream};
pub use retry::Retries;
pub use value::{Millis, Secs, When};
