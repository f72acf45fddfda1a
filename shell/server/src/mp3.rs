//! Makes MP3 of a recording by running `ringback-mp3`, a program of its own (its encoder is
//! LGPL and not linked here).

use model::limit;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::Command;
use tokio::sync::Semaphore;

/// The program's name.
pub const PROGRAM: &str = "ringback-mp3";

/// Why there is no MP3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mp3Error {
    /// The program is neither beside ours nor on the PATH.
    Missing,
    /// It was not done in time.
    Timeout,
    /// It refused, or could not be run.
    Failed(String),
}

impl fmt::Display for Mp3Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mp3Error::Missing => write!(
                f,
                "the program {PROGRAM} is missing: build it with `cargo build -p mp3` and put it \
                 beside ringback or on the PATH"
            ),
            Mp3Error::Timeout => f.write_str("making the MP3 took too long"),
            Mp3Error::Failed(text) => write!(f, "the MP3 could not be made: {text}"),
        }
    }
}

impl std::error::Error for Mp3Error {}

/// Runs the program, a few at a time. Clones share the bound.
#[derive(Debug, Clone)]
pub struct Mp3 {
    program: Option<PathBuf>,
    turns: Arc<Semaphore>,
}

impl Mp3 {
    /// Looks for the program beside our own, then on the PATH.
    pub fn find() -> Mp3 {
        let own = std::env::current_exe().ok();
        let beside = own
            .as_deref()
            .and_then(Path::parent)
            .map(|folder| folder.join(PROGRAM));
        let program = beside
            .filter(|path| path.is_file())
            .or_else(|| on_path(PROGRAM));
        Mp3::with(program)
    }

    /// Uses this program.
    pub fn with(program: Option<PathBuf>) -> Mp3 {
        Mp3 {
            program,
            turns: Arc::new(Semaphore::new(limit::MP3_PROGRAMS_MAX)),
        }
    }

    /// Whether MP3 can be made.
    pub fn is_there(&self) -> bool {
        self.program.is_some()
    }

    /// Turns the WAV file into an MP3 file, which appears under its name only when it is whole.
    pub async fn convert(&self, wav: &Path, mp3: &Path) -> Result<(), Mp3Error> {
        let program = self.program.as_ref().ok_or(Mp3Error::Missing)?;
        let failed = |error: &dyn fmt::Display| Mp3Error::Failed(error.to_string());
        let _turn = self.turns.acquire().await.map_err(|error| failed(&error))?;
        let passing = mp3.with_extension(format!("making-{}", std::process::id()));
        let outcome = run(program, wav, &passing).await;
        let named =
            outcome.and_then(|()| std::fs::rename(&passing, mp3).map_err(|error| failed(&error)));
        if named.is_err() {
            // It may not have been made at all.
            let _ = std::fs::remove_file(&passing);
        }
        named
    }
}

async fn run(program: &Path, wav: &Path, mp3: &Path) -> Result<(), Mp3Error> {
    let failed = |error: std::io::Error| Mp3Error::Failed(error.to_string());
    let child = Command::new(program)
        .stdin(File::open(wav).map_err(failed)?)
        .stdout(File::create(mp3).map_err(failed)?)
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let patience = Duration::from_secs(limit::MP3_SECS_MAX);
    let output = tokio::time::timeout(patience, child.wait_with_output())
        .await
        .map_err(|_| Mp3Error::Timeout)?
        .map_err(failed)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Mp3Error::Failed(if said.is_empty() {
        output.status.to_string()
    } else {
        said
    }))
}

/// The first program of this name on the PATH.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_missing_program_is_named() {
        let error = Mp3::with(None)
            .convert(Path::new("a"), Path::new("b"))
            .await
            .unwrap_err();
        assert!(error.to_string().contains("ringback-mp3"));
    }

    #[tokio::test]
    async fn a_file_appears_only_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (wav, mp3) = (folder.path().join("a.wav"), folder.path().join("a.mp3"));
        std::fs::write(&wav, b"sound").unwrap();
        let good = Mp3::with(on_path("cat"));
        good.convert(&wav, &mp3).await.unwrap();
        assert_eq!(std::fs::read(&mp3).unwrap(), b"sound");
        std::fs::remove_file(&mp3).unwrap();
        let bad = Mp3::with(on_path("false"));
        assert!(matches!(
            bad.convert(&wav, &mp3).await,
            Err(Mp3Error::Failed(_))
        ));
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1, "nothing but the WAV is left");
    }
}
