//! Does somebody speak in this frame?

use super::Heard;
use crate::sound::Frame;
use crate::sound::silence::VoiceActivity;

/// By how much a voice stands out of the noise.
const MARGIN_DB: f32 = 6.0;

/// Follows the far end's sound.
pub(super) struct Activity {
    level: VoiceActivity,
}

impl Activity {
    /// One that knows nothing of the line.
    pub(super) fn new() -> Self {
        Activity {
            level: VoiceActivity::new(),
        }
    }

    /// Hears one frame.
    pub(super) fn hear(&mut self, frame: &Frame) -> Heard {
        let heard = self.level.hear(frame);
        // Its hangover is for whoever must not cut words; here a pause counts from its beginning.
        if heard.voice && heard.level_dbm0 > heard.floor_dbm0 + MARGIN_DB {
            Heard::Speech
        } else {
            Heard::Silence
        }
    }

    /// A frame that didn't come.
    pub(super) fn miss(&mut self) -> Heard {
        Heard::Silence
    }
}
