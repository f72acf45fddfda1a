//! The application language: TwiML text to typed verbs, and back.
//!
//! [`parse`] never fails over a wrong attribute: it warns, and the default is used. Only a text
//! that is no TwiML at all is a [`ParseError`]. [`write()`] is the inverse of [`parse`].
//!
//! ```
//! use twiml::verb::{Hangup, Say};
//! use twiml::{Document, parse, write};
//!
//! let greeting = Document::of(vec![Say::text("Hello").into(), Hangup::default().into()]);
//! let (read, warnings) = parse(&write(&greeting)).expect("what is written can be read");
//! assert_eq!(read, greeting);
//! assert!(warnings.is_empty());
//! ```
#![forbid(unsafe_code)]

#[macro_use]
mod element;
mod build;
mod document;
pub mod limit;
pub mod noun;
mod parse;
pub mod schema;
pub mod ssml;
mod value;
pub mod verb;
mod warning;
mod web;
mod write;

pub use document::{Document, Nested, Verb};
pub use noun::{ConnectNoun, Noun, StartNoun, StopNoun};
pub use parse::parse;
pub use value::{
    Answering, Jitter, Keys, Loop, Method, ProgressEvent, RecordingEvent, RecordingTrack, Setting,
    SpeechTimeout, StreamTrack, Trim, UnknownWord,
};
pub use warning::{Code, ParseError, Warning};
pub use web::from_web;
pub use write::{write, write_pretty};
