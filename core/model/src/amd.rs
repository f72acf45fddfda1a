//! What the detector of answering machines is told, and what it says: words between call control
//! and the sound engine.

use crate::{AnsweredBy, limit};

/// What one detection goes by. An absent tunable was not set by the caller: the detector may use
/// more evidence in its place. One that is present binds by its documented rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// A machine's greeting is waited out (`DetectMessageEnd`).
    pub to_the_end: bool,
    /// After so long the verdict is `unknown` (milliseconds).
    pub timeout_ms: Option<u32>,
    /// Speech shorter than this is a person's, longer a machine's (milliseconds).
    pub speech_ms: Option<u32>,
    /// Speech is over after so much silence (milliseconds).
    pub speech_end_ms: Option<u32>,
    /// After so much silence at the beginning the verdict is `unknown` (milliseconds).
    pub silence_ms: Option<u32>,
}

impl Settings {
    /// When detection gives up.
    pub fn timeout_ms(&self) -> u32 {
        self.timeout_ms
            .unwrap_or(limit::DETECTION_SECS_DEFAULT * 1_000)
    }

    /// The border between a person's and a machine's speech.
    pub fn speech_ms(&self) -> u32 {
        self.speech_ms.unwrap_or(limit::DETECTION_SPEECH_MS_DEFAULT)
    }

    /// The silence that ends speech.
    pub fn speech_end_ms(&self) -> u32 {
        self.speech_end_ms
            .unwrap_or(limit::DETECTION_SPEECH_END_MS_DEFAULT)
    }

    /// The silence at the beginning that nobody breaks.
    pub fn silence_ms(&self) -> u32 {
        self.silence_ms
            .unwrap_or(limit::DETECTION_SILENCE_MS_DEFAULT)
    }
}

/// A verdict, and when it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Who picked up.
    pub verdict: AnsweredBy,
    /// From the first frame to the end of the one that decided (milliseconds).
    pub at_ms: u32,
}
