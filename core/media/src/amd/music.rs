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
/// With less than this share when it is known, a voice came before it.
const ALL_SHARE: f32 = 0.3;
/// Less than this may be one drawn-out vowel (1.5 s).
const LEAST_FRAMES: u32 = 75;

/// Follows the partials of one sound.
pub(super) struct Music {
    /// The latest frames' strongest partials.
    partials: [[f32; 2]; STILL],
    loudest_dbm0: f32,
    share: f32,
    /// Frames looked at.
    looked_at: u32,
    /// The same since music played last, and those of them that stood still.
    since: u32,
    still: u32,
    plays: bool,
    /// Somebody spoke before the music.
    voice: bool,
}

impl Music {
    pub(super) fn new() -> Self {
        Music {
            partials: [[0.0; 2]; STILL],
            loudest_dbm0: SILENT_DBM0,
            share: 0.0,
            looked_at: 0,
            since: 0,
            still: 0,
            plays: false,
            voice: false,
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
            self.since += 1;
            self.still += u32::from(still);
        }
        self.partials.copy_within(1.., 0);
        self.partials[STILL - 1] = [peaks.hz, peaks.other_hz];
        let plays = self.share >= MUSIC_SHARE && self.looked_at >= LEAST_FRAMES;
        if plays && !self.plays {
            self.voice |= (self.still as f32) < self.since as f32 * ALL_SHARE;
        }
        if plays {
            (self.since, self.still) = (0, 0);
        }
        self.plays = plays;
        is_loud && plays
    }

    /// Whether all that was heard is music, rather than that somebody spoke before.
    pub(super) fn is_all(&self) -> bool {
        !self.voice
    }

    /// Whether it may be music: so much of the latest stands still, whether it was enough or not.
    pub(super) fn may_play(&self) -> bool {
        self.share >= MUSIC_SHARE
    }

    fn is_still(&self, hz: f32) -> bool {
        let drift = DRIFT_HZ + hz * DRIFT_SHARE;
        let has = |partials: &[f32; 2]| partials.iter().any(|own| (own - hz).abs() <= drift);
        hz > 0.0 && self.partials.iter().all(has)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether it is music by now, after so many frames whose strongest pitch is this.
    fn is_music(music: &mut Music, frames: usize, hz: impl Fn(usize) -> f32) -> bool {
        let peaks = |n| Peaks {
            hz: hz(n),
            other_hz: 2_000.0,
            share: 0.4,
            other_share: 0.2,
        };
        (0..frames).fold(false, |_, n| music.hear(Some(peaks(n)), -20.0, false))
    }

    #[test]
    fn notes_are_music_and_what_glides_is_a_voice() {
        let note = |n: usize| [440.0, 494.0, 392.0, 523.0][n / 15 % 4];
        let glide = |n: usize| 300.0 + (n % 40) as f32 * 7.0;
        let mut music = Music::new();
        assert!(!is_music(&mut music, 60, note));
        assert!(is_music(&mut music, 60, note) && music.is_all());
        assert!(!is_music(&mut music, 100, glide));
        let mut voice = Music::new();
        assert!(!is_music(&mut voice, 400, glide));
        assert!(is_music(&mut voice, 60, note) && !voice.is_all());
    }

    #[test]
    fn one_drawn_out_vowel_is_no_music() {
        assert!(!is_music(&mut Music::new(), 70, |_| 600.0));
    }
}
