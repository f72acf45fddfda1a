//! Is somebody speaking? The level of a frame against a floor that follows the line's own noise,
//! with a hangover so that the pauses between words don't count as silence at once.

use super::{FRAME_MS, Frame, level_dbm0};

/// Quieter than this is never a voice: the idle noise of a bad line (ITU-T G.711 idles at -66).
const QUIETEST_VOICE_DBM0: f32 = -48.0;

/// Louder than this is always sound, whatever the floor has come to believe.
const SURE_SOUND_DBM0: f32 = -30.0;

/// By how much a voice stands out of the noise.
const MARGIN_DB: f32 = 9.0;

/// A pause shorter than this is part of speech.
const HANGOVER_MS: u32 = 200;

/// A single loud frame is a click; this many in a row are sound.
const ONSET_FRAMES: u32 = 2;

/// How fast the floor rises in noise, and falls in quiet.
const RISE_DB_PER_FRAME: f32 = 0.08;
const FALL_SHARE: f32 = 0.3;

/// What one frame was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Activity {
    /// Somebody speaks, or just did.
    pub voice: bool,
    /// The frame's own level.
    pub level_dbm0: f32,
    /// The noise of the line, as far as known.
    pub floor_dbm0: f32,
}

/// Follows one sound.
#[derive(Clone, Debug)]
pub struct VoiceActivity {
    floor_dbm0: f32,
    loud_frames: u32,
    hangover_ms: u32,
}

impl VoiceActivity {
    /// One that knows nothing of the line yet.
    pub fn new() -> Self {
        VoiceActivity {
            floor_dbm0: -60.0,
            loud_frames: 0,
            hangover_ms: 0,
        }
    }

    /// Hears one frame.
    pub fn hear(&mut self, frame: &Frame) -> Activity {
        let level = level_dbm0(frame);
        let threshold = (self.floor_dbm0 + MARGIN_DB).clamp(QUIETEST_VOICE_DBM0, SURE_SOUND_DBM0);
        if level > threshold {
            self.loud_frames += 1;
        } else {
            self.loud_frames = 0;
            self.hangover_ms = self.hangover_ms.saturating_sub(FRAME_MS);
        }
        if self.loud_frames >= ONSET_FRAMES {
            self.hangover_ms = HANGOVER_MS;
        }
        if level < self.floor_dbm0 {
            self.floor_dbm0 += (level.max(-75.0) - self.floor_dbm0) * FALL_SHARE;
        } else {
            self.floor_dbm0 = (self.floor_dbm0 + RISE_DB_PER_FRAME).min(level);
        }
        let voice = self.hangover_ms > 0;
        Activity {
            voice,
            level_dbm0: level,
            floor_dbm0: self.floor_dbm0,
        }
    }
}

impl Default for VoiceActivity {
    fn default() -> Self {
        VoiceActivity::new()
    }
}

#[cfg(test)]
mod tests;
