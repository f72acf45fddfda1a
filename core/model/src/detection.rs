//! What is asked of answering machine detection.

use crate::amd::Settings;
use crate::{Method, Span, limit};

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

impl Detection {
    /// What the detector goes by. A tunable that is what it would be anyway was not set, whether it
    /// was sent or not.
    pub fn settings(&self) -> Settings {
        let usual = Detection::default();
        let set = |value: u32, usual: u32| (value != usual).then_some(value);
        Settings {
            to_the_end: self.to_the_end,
            timeout_ms: Some(self.timeout_secs * 1_000),
            speech_ms: set(self.speech_ms, usual.speech_ms),
            speech_end_ms: set(self.speech_end_ms, usual.speech_end_ms),
            silence_ms: set(self.silence_ms, usual.silence_ms),
        }
    }

    /// How long the engine's verdict is waited for.
    pub fn patience(&self) -> Span {
        let slack = Span::from_millis(limit::DETECTION_SLACK_MS);
        Span::from_secs(u64::from(self.timeout_secs)) + slack
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_from_the_usual_counts_as_set() {
        let usual = Detection::default().settings();
        let wanted = Settings {
            timeout_ms: Some(30_000),
            ..Settings::default()
        };
        assert_eq!(usual, wanted);
        let set = Detection {
            speech_ms: 1_000,
            timeout_secs: 3,
            ..Detection::default()
        };
        assert_eq!(set.settings().speech_ms, Some(1_000));
        assert_eq!(set.settings().speech_end_ms, None);
        assert_eq!(set.patience(), Span::from_millis(4_000));
    }
}
