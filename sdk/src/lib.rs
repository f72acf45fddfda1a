//! The client of the voice API for Rust: for a server of one's own, and for the original.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), ringback::Error> {
//! # let server = loopback::Api::start();
//! # let (sid, token, url) = (loopback::ACCOUNT, "secret", server.url());
//! use ringback::{CallProgress, Client, Config, Credentials};
//!
//! // `Client::from_env()` takes all of this from the environment.
//! let config = Config::default()
//!     .credentials(Credentials::token(sid, token))
//!     .base_url(url);
//! let client = Client::with(config)?;
//!
//! let call = client
//!     .calls()
//!     .create("+14155550100", "+14155550123")
//!     .url("https://example.com/voice")
//!     .status_callback("https://example.com/status")
//!     .status_callback_event([CallProgress::Ringing, CallProgress::Completed])
//!     .timeout(20)
//!     .send()
//!     .await?;
//! println!("{} is {}", call.sid, call.status());
//! # Ok(())
//! # }
//! ```
//!
//! # What there is
//!
//! A client leads to its resources ([`calls`](ClientOf::calls),
//! [`recordings`](ClientOf::recordings),
//! [`incoming_phone_numbers`](ClientOf::incoming_phone_numbers), …), a resource to its operations
//! (`create`, `fetch`, `list`, `update`, `delete`), and an operation takes what may be said of it
//! and is sent. What can't be left out is an argument. [`blocking::Client`] has the same for
//! programs without `async`.
//!
//! What an answer holds are fields as the API writes them, and methods of the same names that
//! read them as types: `call.status` is a text, [`call.status()`](Call::status) a [`CallStatus`].
//! A word that this version doesn't know becomes `Other`, and nothing else changes.
//!
//! # Lists
//!
//! A list is sent for all of its rows, or had row by row; then a page is asked for when its first
//! row is.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), ringback::Error> {
//! # let server = loopback::Api::start();
//! # let config = ringback::Config::default().base_url(server.url())
//! #     .credentials(ringback::Credentials::token(loopback::ACCOUNT, "secret"));
//! # let client = ringback::Client::with(config)?;
//! use ringback::CallStatus;
//!
//! let latest = client.calls().list().limit(3).send().await?;
//! assert_eq!(latest.len(), 3);
//!
//! let mut busy = client
//!     .calls()
//!     .list()
//!     .status(CallStatus::Busy)
//!     .start_time_after("2026-01-01")
//!     .stream();
//! while let Some(call) = busy.try_next().await? {
//!     println!("{} {:?}", call.to, call.start_time());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//!
//! An [`Error`] has the API's code, message and explanation, or says how far a request came. What
//! may be repeated without harm is repeated, after pauses of random lengths that grow: asking and
//! deleting whatever went wrong, anything after "too many requests", and anything if no connection
//! was opened. A call that may exist although no answer was had is never placed again by itself:
//! the error says so.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), ringback::Error> {
//! # let server = loopback::Api::start();
//! # let config = ringback::Config::default().base_url(server.url())
//! #     .credentials(ringback::Credentials::token(loopback::ACCOUNT, "secret"));
//! # let client = ringback::Client::with(config)?;
//! use ringback::Error;
//!
//! let placed = client
//!     .calls()
//!     .create("nobody", "+14155550123")
//!     .twiml("<Response/>")
//!     .send()
//!     .await;
//! match placed {
//!     Ok(call) => println!("{}", call.sid),
//!     Err(error) if error.maybe_done() => println!("look for the call before trying again"),
//!     Err(Error::Api(error)) => {
//!         assert_eq!(error.code, Some(21211));
//!         println!("{}: {}", error.message, error.more_info.unwrap_or_default());
//!     }
//!     Err(error) => return Err(error),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Calls that last
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), ringback::Error> {
//! # let server = loopback::Api::start();
//! # let config = ringback::Config::default().base_url(server.url())
//! #     .credentials(ringback::Credentials::token(loopback::ACCOUNT, "secret"));
//! # let client = ringback::Client::with(config)?;
//! # let sid = loopback::CALL;
//! use ringback::{CallEnd, RecordingStatus, resource::CURRENT};
//!
//! let recordings = client.call(sid).recordings();
//! recordings.create().send().await?;
//! recordings.update(CURRENT, RecordingStatus::Paused).send().await?;
//!
//! let call = client.calls().update(sid).status(CallEnd::Completed).send().await?;
//! assert!(call.status().is_final());
//!
//! let sound = client.recordings().media("RE00000000000000000000000000000004");
//! let sound = sound.send().await?.bytes().await?;
//! assert_eq!(&sound[..4], b"RIFF");
//! # Ok(())
//! # }
//! ```
//!
//! # Where it asks
//!
//! Without a word the original's hosts, in their region and at their edge
//! ([`Config::region`], [`Config::edge`]); with [`Config::base_url`] a server of one's own.
//! [`Config::from_env`] reads `TWILIO_ACCOUNT_SID`, `TWILIO_AUTH_TOKEN` or `TWILIO_API_KEY` with
//! `TWILIO_API_SECRET`, `TWILIO_REGION`, `TWILIO_EDGE`, and `RINGBACK_URL` for the base. Proxies
//! are taken from the environment as usual. [`ClientOf::for_account`] asks for a subaccount's
//! things.
//!
//! Nothing that is printed for debugging holds a secret.

#[cfg(feature = "axum")]
pub mod axum;
pub mod blocking;
mod client;
mod config;
mod connection;
mod credentials;
mod error;
pub mod follow;
mod media;
mod mode;
mod operation;
mod page;
mod path;
mod request;
pub mod resource;
mod retry;
pub mod signature;
mod tls;
pub mod twiml;
mod value;
pub mod webhook;

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
