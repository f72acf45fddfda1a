//! Tones: beeps, those of a fax, those of the network. A tone is one sine or two, steady in pitch
//! and level for longer than a vowel or a note is.

use super::spectrum::{Peaks, SAMPLES, Spectrum};
use crate::sound::{FRAME_MS, FRAME_SAMPLES, Frame, level_dbm0};

/// One sine holds at least this share of a tone, or two together the other.
const ONE_SHARE: f32 = 0.80;
const TWO_SHARE: f32 = 0.88;
/// The weaker of two holds at least this.
const WEAKER_SHARE: f32 = 0.12;
/// Softer than this is no tone.
const SOFTEST_DBM0: f32 = -44.0;
/// Pitch that no tone is below.
const LOWEST_HZ: f32 = 330.0;
/// A tone's pitch stays within this share, or within this.
const DRIFT_SHARE: f32 = 0.012;
const DRIFT_HZ: f32 = 9.0;
/// A tone's level stays within this.
const SWAY_DB: f32 = 3.0;
/// Frames before it is a tone (80 ms).
const LEAST_FRAMES: u32 = 4;
/// So much quieter it is behind a beep than in it.
const FALL_DB: f32 = 9.0;
/// Frames of quiet that end a beep (120 ms); a beep's second half may follow before.
const QUIET_FRAMES: u32 = 6;

/// A drone's pitch stays within this from frame to frame.
const DRONE_SHARE: f32 = 0.04;

/// What was heard of a tone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tone {
    /// Its pitch; the stronger of two.
    pub hz: f32,
    /// The other, if there are two.
    pub other_hz: Option<f32>,
    /// How long it has lasted (milliseconds).
    pub length_ms: u32,
}

/// What a frame tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum News {
    /// No tone.
    None,
    /// It may become one.
    Perhaps,
    /// A tone lasts.
    Lasts(Tone),
    /// Its pitch stands still, its level doesn't: two sines that are close, or a note.
    Drones(f32),
    /// It has stopped, and what comes behind it is being heard.
    Stopped,
    /// One is over, and quiet followed: as a beep is.
    Over(Tone),
}

/// A tone while it lasts.
#[derive(Debug, Clone, Copy)]
struct Run {
    hz: f32,
    other_hz: Option<f32>,
    level: f32,
    frames: u32,
    /// Frames that didn't fit, in a row; one is forgiven, as a lost packet makes one.
    odd: u32,
    /// Frames of quiet behind it.
    quiet: u32,
    /// Another tone came directly before it: a tune, or a network's information.
    follows: bool,
}

/// Follows the tones of one sound.
pub(super) struct Tones {
    spectrum: Spectrum,
    latest: [f32; SAMPLES],
    run: Option<Run>,
    /// The latest pitch, and for how many frames it has been about the same.
    drone: (f32, u32),
}

impl Tones {
    pub(super) fn new() -> Self {
        Tones {
            spectrum: Spectrum::new(),
            latest: [0.0; SAMPLES],
            run: None,
            drone: (0.0, 0),
        }
    }

    /// Hears one frame.
    pub(super) fn hear(&mut self, frame: &Frame) -> News {
        self.latest.copy_within(FRAME_SAMPLES.., 0);
        let fresh = &mut self.latest[SAMPLES - FRAME_SAMPLES..];
        for (slot, &sample) in fresh.iter_mut().zip(frame) {
            *slot = f32::from(sample);
        }
        let level = level_dbm0(frame);
        let sine = if level < SOFTEST_DBM0 {
            None
        } else {
            sines(&self.spectrum.peaks(&self.latest))
        };
        let drones = self.drones(sine);
        let news = self.follow(sine, level);
        match (news, drones) {
            (News::None | News::Perhaps, Some(hz)) => News::Drones(hz),
            _ => news,
        }
    }

    /// The pitch that stands still, whatever the level does.
    fn drones(&mut self, sine: Option<(f32, Option<f32>)>) -> Option<f32> {
        let (hz, frames) = self.drone;
        self.drone = match sine {
            Some((now, _)) if (now - hz).abs() <= hz * DRONE_SHARE => (now, frames + 1),
            Some((now, _)) => (now, 1),
            None => (hz, frames.saturating_sub(2)),
        };
        (self.drone.1 >= LEAST_FRAMES && sine.is_some()).then_some(self.drone.0)
    }

    fn follow(&mut self, sine: Option<(f32, Option<f32>)>, level: f32) -> News {
        match (self.run, sine) {
            (None, None) => News::None,
            (None, Some(sine)) => self.begin(sine, level, false),
            (Some(run), Some(sine)) if run.is(sine, level) => self.go_on(run, level),
            (Some(run), sine) => self.break_off(run, sine, level),
        }
    }

    fn begin(&mut self, sine: (f32, Option<f32>), level: f32, follows: bool) -> News {
        self.run = Some(Run {
            hz: sine.0,
            other_hz: sine.1,
            level,
            frames: 1,
            odd: 0,
            quiet: 0,
            follows,
        });
        News::Perhaps
    }

    fn go_on(&mut self, mut run: Run, level: f32) -> News {
        run.frames += 1 + run.odd;
        run.odd = 0;
        run.quiet = 0;
        // The first frame may hold a part of it only.
        run.level = if run.frames <= 2 {
            run.level.max(level)
        } else {
            run.level * 0.8 + level * 0.2
        };
        self.run = Some(run);
        if run.frames < LEAST_FRAMES {
            News::Perhaps
        } else {
            News::Lasts(run.tone())
        }
    }

    fn break_off(&mut self, mut run: Run, sine: Option<(f32, Option<f32>)>, level: f32) -> News {
        let is_tone = run.frames >= LEAST_FRAMES;
        if level < run.level - FALL_DB && is_tone {
            run.quiet += 1;
            self.run = Some(run);
            if run.quiet < QUIET_FRAMES {
                return News::Stopped;
            }
            self.run = None;
            return if run.follows {
                News::None
            } else {
                News::Over(run.tone())
            };
        }
        if run.odd == 0 && run.quiet == 0 && run.frames >= 2 {
            run.odd = 1;
            self.run = Some(run);
            return News::Perhaps;
        }
        self.run = None;
        match sine {
            Some(sine) => self.begin(sine, level, is_tone || run.follows),
            None => News::None,
        }
    }
}

impl Run {
    /// Whether a frame belongs to it.
    fn is(&self, (hz, other_hz): (f32, Option<f32>), level: f32) -> bool {
        let same = |a: f32, b: f32| (a - b).abs() <= (a * DRIFT_SHARE).max(DRIFT_HZ);
        let pitch = match (self.other_hz, other_hz) {
            // Of two alike, now the one is stronger, now the other.
            (Some(own), Some(other)) => {
                (same(self.hz, hz) && same(own, other)) || (same(self.hz, other) && same(own, hz))
            }
            (None, None) => same(self.hz, hz),
            _ => false,
        };
        pitch && ((level - self.level).abs() <= SWAY_DB || self.frames == 1)
    }

    fn tone(&self) -> Tone {
        Tone {
            hz: self.hz,
            other_hz: self.other_hz,
            length_ms: self.frames * FRAME_MS,
        }
    }
}

/// The one sine or the two that are nearly all of a sound.
fn sines(peaks: &Peaks) -> Option<(f32, Option<f32>)> {
    if peaks.hz < LOWEST_HZ {
        return None;
    }
    if peaks.share >= ONE_SHARE {
        return Some((peaks.hz, None));
    }
    let both = peaks.share + peaks.other_share >= TWO_SHARE && peaks.other_share >= WEAKER_SHARE;
    (both && peaks.other_hz >= LOWEST_HZ).then_some((peaks.hz, Some(peaks.other_hz)))
}
