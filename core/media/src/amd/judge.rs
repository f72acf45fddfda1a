//! From what was heard to a verdict: the documented rules.

use super::{Heard, Settings};
use crate::sound::FRAME_MS;
use model::AnsweredBy;

/// Weighs frame by frame.
pub(super) struct Judge {
    settings: Settings,
    at_ms: u32,
    /// Speech so far: from its first frame to its latest, pauses included.
    speech: Option<Speech>,
    machine: bool,
}

/// One stretch of speech.
#[derive(Clone, Copy)]
struct Speech {
    began_ms: u32,
    ended_ms: u32,
}

impl Judge {
    /// One that has weighed nothing.
    pub(super) fn new(settings: Settings) -> Self {
        Judge {
            settings,
            at_ms: 0,
            speech: None,
            machine: false,
        }
    }

    /// Adds the next frame; tells the verdict when it is known.
    pub(super) fn weigh(&mut self, heard: Heard) -> Option<AnsweredBy> {
        self.at_ms += FRAME_MS;
        if heard == Heard::Speech {
            let began_ms = self.at_ms - FRAME_MS;
            let speech = self.speech.get_or_insert(Speech {
                began_ms,
                ended_ms: began_ms,
            });
            speech.ended_ms = self.at_ms;
        }
        self.verdict()
            .or_else(|| (self.at_ms >= self.settings.timeout_ms()).then_some(AnsweredBy::Unknown))
    }

    fn verdict(&mut self) -> Option<AnsweredBy> {
        let Some(speech) = self.speech else {
            let silent = self.at_ms >= self.settings.silence_ms();
            return silent.then_some(AnsweredBy::Unknown);
        };
        let over = self.at_ms - speech.ended_ms >= self.settings.speech_end_ms();
        if !self.machine && speech.ended_ms - speech.began_ms >= self.settings.speech_ms() {
            self.machine = true;
        }
        match (self.machine, self.settings.to_the_end, over) {
            (true, false, _) => Some(AnsweredBy::MachineStart),
            (true, true, true) => Some(AnsweredBy::MachineEndSilence),
            (false, _, true) => Some(AnsweredBy::Human),
            _ => None,
        }
    }
}
