//! Where the log goes and what it holds: text for people, JSON lines for machines.

use std::fmt;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Why the log could not be set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogError {
    /// The level isn't one.
    Level(String),
    /// It is set up already.
    Twice,
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LogError::Level(level) => write!(
                f,
                "the log level {level:?} can't be read: use error, warn, info, debug or trace, \
                 or a filter like info,server::webhook=debug"
            ),
            LogError::Twice => f.write_str("the log is set up already"),
        }
    }
}

impl std::error::Error for LogError {}

/// Sends the log of the whole process to standard error; `RUST_LOG` goes before `level`.
pub fn start(level: &str, format: LogFormat) -> Result<(), LogError> {
    let filter = match std::env::var("RUST_LOG") {
        Ok(filter) if !filter.is_empty() => read_filter(&filter)?,
        _ => read_filter(level)?,
    };
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    match format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    }
    .map_err(|_| LogError::Twice)
}

/// Reads a level or a filter; a word that is no level is refused rather than taken for a target.
pub fn read_filter(text: &str) -> Result<EnvFilter, LogError> {
    let error = || LogError::Level(text.to_owned());
    let bare_word_is_level = text.split(',').all(|part| {
        part.contains('=')
            || matches!(
                part.trim(),
                "error" | "warn" | "info" | "debug" | "trace" | "off"
            )
    });
    if !bare_word_is_level {
        return Err(error());
    }
    EnvFilter::try_new(text).map_err(|_| error())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_is_none_is_refused() {
        assert!(read_filter("info").is_ok());
        assert!(read_filter("warn,server::webhook=trace").is_ok());
        for bad in ["loud", "", "server=loud"] {
            assert!(read_filter(bad).is_err(), "{bad}");
        }
    }
}
