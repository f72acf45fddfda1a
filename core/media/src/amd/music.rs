//! Music. A note's pitch stands still while it sounds, a voice's partials glide: even a drawn-out
//! vowel wavers by more than this.

use super::spectrum::Peaks;
use crate::sound::SILENT_DBM0;

/// Frames over which the strongest partial stands still (100 ms).
const STILL: usize = 5;
/// It stays within this, and this share of it.
const DRIFT_HZ: f32 = 4.0;
const DRIFT_SHARE: f32 = 0.003;

/// Softer than this, or so much softer than the loudest, nothing is looked at.
const SOFTEST_DBM0: f32 = -44.0;
const BEHIND_DB: f32 = 14.0;
/// The loudest level is forgotten by this in a frame: 1 dB in a second.
const FORGOTTEN_DB: f32 = 0.02;

/// Frames over which the share of those that stand still is taken.
const SPAN: f32 = 50.0;
/// From this share on it is music. Speech stays below 0.1; what stands still all the time comes
/// here in 300 ms, a tune in half a second.
const MUSIC_SHARE: f32 = 0.25;

/// Follows the partials of one sound.
pub(super) struct Music {
    /// The latest frames' strongest partials.
    partials: [[f32; 2]; STILL],
    loudest_dbm0: f32,
    share: f32,
    /// Frames looked at since all began, and those of them that stood still.
    looked_at: u32,
    still: u32,
}

impl Music {
    pub(super) fn new() -> Self {
        Music {
            partials: [[0.0; 2]; STILL],
            loudest_dbm0: SILENT_DBM0,
            share: 0.0,
            looked_at: 0,
            still: 0,
        }
    }

    /// Hears one frame: its peaks, if it has any, at its level. One sine or two alone are a tone,
    /// no music. Tells whether music plays and nobody speaks over it.
    pub(super) fn hear(&mut self, peaks: Option<Peaks>, level: f32, is_tone: bool) -> bool {
        self.loudest_dbm0 = (self.loudest_dbm0 - FORGOTTEN_DB).max(level);
        let peaks = peaks.unwrap_or_default();
        let is_loud = level > SOFTEST_DBM0.max(self.loudest_dbm0 - BEHIND_DB);
        if is_loud && !is_tone {
            let still = self.is_still(peaks.hz);
            self.share += (f32::from(u8::from(still)) - self.share) / SPAN;
            self.looked_at += 1;
            self.still += u32::from(still);
        }
        self.partials.copy_within(1.., 0);
        self.partials[STILL - 1] = [peaks.hz, peaks.other_hz];
        is_loud && self.share >= MUSIC_SHARE
    }

    /// Whether all that was heard is music, rather than that somebody spoke before.
    pub(super) fn is_all(&self) -> bool {
        self.still as f32 >= self.looked_at as f32 * MUSIC_SHARE
    }

    fn is_still(&self, hz: f32) -> bool {
        let drift = DRIFT_HZ + hz * DRIFT_SHARE;
        let has = |partials: &[f32; 2]| partials.iter().any(|own| (own - hz).abs() <= drift);
        hz > 0.0 && self.partials.iter().all(has)
    }
}
