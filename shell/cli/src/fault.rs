//! Why a command failed: one sentence, and the exit code that goes with it.

use ringback::Error;
use std::fmt;
use std::process::ExitCode;

/// Why a command did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// What was asked for makes no sense: exit code 2.
    Input(String),
    /// It was tried and failed: exit code 1.
    Failed(String),
}

impl Fault {
    /// The exit code.
    pub fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Fault::Input(_) => 2,
            Fault::Failed(_) => 1,
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Input(text) | Fault::Failed(text) => f.write_str(text),
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        match error {
            Error::Input(text) => Fault::Input(text),
            error => Fault::Failed(error.to_string()),
        }
    }
}
