//! Why an operation failed, and whether it may have been done all the same.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

/// What can go wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The API said no.
    Api(Box<ApiError>),
    /// No answer was had.
    Transport(Box<TransportError>),
    /// An answer of success that can't be understood.
    Answer(Box<AnswerError>),
    /// What was asked for, or how the client was set up, makes no sense. Nothing was sent.
    Input(String),
}

/// What the API answered.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// The catalogue's number. A proxy's answer has none.
    pub code: Option<u32>,
    /// One sentence.
    pub message: String,
    /// Where the number is explained.
    pub more_info: Option<String>,
    /// What else is told of it.
    pub details: Option<serde_json::Value>,
    /// The answer's own identifier, for whom to ask.
    pub request_id: Option<String>,
    /// How long to wait before asking again, if that was told.
    pub retry_after: Option<Duration>,
    /// How often it was asked.
    pub tries: u32,
    pub(crate) maybe_done: bool,
}

/// How far a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// The host's name led nowhere.
    Resolve,
    /// No connection was opened.
    Connect,
    /// No secret was agreed upon: the certificate, mostly.
    Secure,
    /// The request may have left; its answer did not begin.
    Exchange,
    /// The answer began and did not end.
    Body,
}

/// Why no answer was had.
#[derive(Debug)]
#[non_exhaustive]
pub struct TransportError {
    /// How far it came.
    pub phase: Phase,
    /// Whether it is a time-out.
    pub timeout: bool,
    /// How often it was tried.
    pub tries: u32,
    pub(crate) maybe_done: bool,
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
}

/// An answer of success that can't be understood.
#[derive(Debug)]
#[non_exhaustive]
pub struct AnswerError {
    /// The HTTP status.
    pub status: u16,
    /// What is wrong with it.
    pub complaint: String,
    pub(crate) maybe_done: bool,
}

impl Error {
    /// Whether what was asked for may have been done although this says it failed: a request that
    /// changes something has left, and no answer says that it was refused. A call may exist then;
    /// look for it before placing it again.
    pub fn maybe_done(&self) -> bool {
        match self {
            Error::Api(error) => error.maybe_done,
            Error::Transport(error) => error.maybe_done,
            Error::Answer(error) => error.maybe_done,
            Error::Input(_) => false,
        }
    }

    /// The catalogue's number, if the API gave one.
    pub fn code(&self) -> Option<u32> {
        match self {
            Error::Api(error) => error.code,
            _ => None,
        }
    }

    /// The HTTP status, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Error::Api(error) => Some(error.status),
            Error::Answer(error) => Some(error.status),
            _ => None,
        }
    }

    /// Where the code is explained.
    pub fn more_info(&self) -> Option<&str> {
        match self {
            Error::Api(error) => error.more_info.as_deref(),
            _ => None,
        }
    }

    /// Whether what was asked for isn't there.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// Whether it took too long.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Error::Transport(error) if error.timeout)
    }

    /// How far a request came that had no answer.
    pub fn phase(&self) -> Option<Phase> {
        match self {
            Error::Transport(error) => Some(error.phase),
            _ => None,
        }
    }

    pub(crate) fn input(text: impl Into<String>) -> Error {
        Error::Input(text.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Api(error) => error.fmt(f),
            Error::Transport(error) => error.fmt(f),
            Error::Answer(error) => error.fmt(f),
            Error::Input(text) => f.write_str(text),
        }?;
        if self.maybe_done() {
            f.write_str("; it may have been done all the same")?;
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Error::Transport(error) => error.source(),
            _ => None,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match self.code {
            Some(code) => write!(f, " (error {code}, HTTP {})", self.status),
            None => write!(f, " (HTTP {})", self.status),
        }
    }
}

impl StdError for ApiError {}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Resolve => "the host's name was not found",
            Phase::Connect => "no connection was opened",
            Phase::Secure => "no secure connection was agreed upon",
            Phase::Exchange => "there was no answer",
            Phase::Body => "the answer broke off",
        })
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.phase.fmt(f)?;
        if self.timeout {
            f.write_str(" in time")?;
        }
        // The innermost reason says it; what lies between repeats the phase.
        let mut reason = self.source();
        while let Some(inner) = reason.and_then(StdError::source) {
            reason = Some(inner);
        }
        match reason {
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}

impl fmt::Display for AnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (status, complaint) = (self.status, &self.complaint);
        write!(
            f,
            "the answer can't be understood (HTTP {status}): {complaint}"
        )
    }
}

impl StdError for AnswerError {}

impl Error {
    /// After the last try: how many there were, and whether one of them may have done it.
    pub(crate) fn settle(&mut self, tries: u32, maybe_done: bool) {
        match self {
            Error::Api(error) => (error.tries, error.maybe_done) = (tries, maybe_done),
            Error::Transport(error) => (error.tries, error.maybe_done) = (tries, maybe_done),
            Error::Answer(_) | Error::Input(_) => {}
        }
    }
}
