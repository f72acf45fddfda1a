//! What is asked of answering machine detection.

use crate::{Method, limit};

/// Who picks up shall be found out, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detection {
    /// A machine's greeting is waited out (`DetectMessageEnd`).
    pub to_the_end: bool,
    /// After so long the verdict is `unknown` (seconds).
    pub timeout_secs: u32,
    /// Speech shorter than this is a person's, longer a machine's (milliseconds).
    pub speech_ms: u32,
    /// Speech is over after so much silence (milliseconds).
    pub speech_end_ms: u32,
    /// After so much silence at the beginning the verdict is `unknown` (milliseconds).
    pub silence_ms: u32,
    /// Who waits for the verdict.
    pub told: Told,
    /// A machine is hung up on: the older `IfMachine=Hangup`.
    pub hang_up_on_machine: bool,
}

/// Who waits for a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The document: it is asked for once the verdict is known, and told of it.
    Document,
    /// Nobody: the document begins at the answer, and this address is told, if there is one.
    Callback(Option<(String, Method)>),
}

impl Default for Detection {
    fn default() -> Self {
        Detection {
            to_the_end: false,
            timeout_secs: limit::DETECTION_SECS_DEFAULT,
            speech_ms: limit::DETECTION_SPEECH_MS_DEFAULT,
            speech_end_ms: limit::DETECTION_SPEECH_END_MS_DEFAULT,
            silence_ms: limit::DETECTION_SILENCE_MS_DEFAULT,
            told: Told::Document,
            hang_up_on_machine: false,
        }
    }
}
