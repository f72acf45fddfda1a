//! The border to whoever speaks: what is asked of an engine, and how one that is a program is run.

use model::media::Prosody;
use model::{ErrorCode, Gender, limit};
use std::fmt;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

pub use model::Voice;

/// Who shall speak, in an engine's eyes.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The language, as in `pt-BR`.
    pub language: &'a str,
    /// A man or a woman.
    pub gender: Gender,
    /// This engine's own name for a voice, if one is asked for.
    pub voice: Option<&'a str>,
}

/// A sentence or a part of one, to be spoken in one breath.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Utterance {
    /// The words. Digits to be spelled, dates and their like are in words already.
    pub text: String,
    /// Rate and pitch. Loudness is made behind the engine, for all of them alike.
    pub prosody: Prosody,
}

/// A WAV file, or why there is none.
pub type Spoken<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, SpeechError>> + Send + 'a>>;

/// A provider of speech.
///
/// An engine is told who speaks, what, and how, in words of no engine; how much of it it can do
/// is its own affair. Where text is cut, the pauses between the pieces, the loudness and the
/// memory of what was spoken are the same for all and none of its business.
pub trait Engine: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// Every voice it has.
    fn voices(&self) -> Vec<Voice>;

    /// The voice that comes nearest to what is asked for; `None` if it lacks the language.
    fn choose(&self, wish: &Wish<'_>) -> Option<Voice>;

    /// Speaks one utterance.
    fn speak<'a>(&'a self, voice: &'a Voice, utterance: &'a Utterance) -> Spoken<'a>;
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
