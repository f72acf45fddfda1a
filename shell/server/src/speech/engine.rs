//! What every speech engine can do, and how an engine that is a program is run.

use model::{ErrorCode, limit};
use std::fmt;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// A voice of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voice {
    /// What the engine calls it.
    pub name: String,
    /// Its language, as in `pt-BR`, or `pt` where it has no country.
    pub language: String,
}

/// A WAV file, or why there is none.
pub type Spoken<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, SpeechError>> + Send + 'a>>;

/// A provider of speech.
pub trait Engine: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// Every voice it has.
    fn voices(&self) -> Vec<Voice>;

    /// The voice that comes nearest to what is asked for; `None` if it lacks the language.
    fn choose(&self, language: &str, voice: Option<&str>) -> Option<Voice>;

    /// Speaks one sentence.
    fn speak<'a>(&'a self, voice: &'a Voice, text: &'a str) -> Spoken<'a>;
}

/// Why there is no speech.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpeechError {
    /// No engine has this language.
    Language(String),
    /// Too many sentences wait.
    Overloaded,
    /// The engine was not done in time.
    Timeout,
    /// The engine failed.
    Program(String),
}

impl SpeechError {
    /// The catalogue's number.
    pub fn code(&self) -> ErrorCode {
        match self {
            SpeechError::Language(_) => ErrorCode::SAY_LANGUAGE,
            _ => ErrorCode::DOCUMENT_FAULT,
        }
    }
}

impl fmt::Display for SpeechError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SpeechError::Language(language) => write!(
                f,
                "Say: no voice for {language} is installed; espeak-ng has one for most languages"
            ),
            SpeechError::Overloaded => f.write_str("Say: too many sentences wait to be spoken"),
            SpeechError::Timeout => f.write_str("Say: the speech program took too long"),
            SpeechError::Program(text) => write!(f, "Say: the speech program failed: {text}"),
        }
    }
}

impl std::error::Error for SpeechError {}

/// Runs a program without a shell, gives it `input`, and takes what it writes.
pub(super) async fn run(
    program: &Path,
    arguments: &[&str],
    input: &str,
) -> Result<Vec<u8>, SpeechError> {
    let failed = |error: std::io::Error| SpeechError::Program(error.to_string());
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let stdin = child.stdin.take();
    let talk = async {
        if let Some(mut stdin) = stdin {
            // A program that doesn't read has said so by its exit.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
        child.wait_with_output().await
    };
    let patience = Duration::from_secs(limit::SPEECH_SENTENCE_SECS_MAX);
    let output = tokio::time::timeout(patience, talk)
        .await
        .map_err(|_| SpeechError::Timeout)?
        .map_err(failed)?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(SpeechError::Program(output.status.to_string()))
    }
}
