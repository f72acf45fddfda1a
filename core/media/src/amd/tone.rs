//! Tones: beeps, those of a fax, those of the network. A tone is one sine or two, steady in pitch
//! and level for longer than a vowel or a note is.

use super::music::Music;
use super::spectrum::{HALF, Peaks, Power, SAMPLES, Spectrum};
use crate::sound::{FRAME_MS, FRAME_SAMPLES, Frame, SILENT_DBM0, level_dbm0};

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
/// A beep's end is told at the last frame that isn't later behind it than this (milliseconds): 150
/// less what codecs delay, and what a soft end hides. A second half that begins before joins it.
const TELL_MS: u32 = 144;
/// Frames of a tone's second half that may not look like it yet: the window still holds quiet.
const AGAIN_FRAMES: u32 = 2;
/// Frames in which a tone may fall until it is quiet.
const FALLING_FRAMES: u32 = 2;

/// Samples of a hole, and the share of the mean power that it holds at most.
const HOLE: usize = 40;
const HOLE_SHARE: f32 = 0.45;

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
    /// It swells and falls within each frame: two sines that are too close to be told apart.
    pub beats: bool,
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
    /// Music plays, and its strongest pitch; whether all before was music, too.
    Plays(f32, bool),
    /// It has stopped or falls, and what comes behind it is being heard.
    Stopped(Tone),
    /// One is over, and quiet followed: as a beep is.
    Over(Tone),
}

/// The pitch of a sine, and of the other if there are two.
type Sines = (f32, Option<f32>);

/// A tone while it lasts.
#[derive(Debug, Clone, Copy)]
struct Run {
    hz: f32,
    other_hz: Option<f32>,
    level: f32,
    /// The levels of its first frame and of the one before, which may hold a part of it.
    began: [f32; 2],
    /// Frames that fit.
    frames: u32,
    /// Those of them that hold a hole.
    hollow: u32,
    /// Frames since it began.
    age: u32,
    /// Frames that didn't fit, in a row; one is forgiven, as a lost packet makes one.
    odd: u32,
    /// How much of the latest frame it filled, by its energy.
    filled: f32,
    /// Frames at its end that were made up in place of lost ones, so that it may be over before.
    made_up: u32,
    /// Time since its end, once quiet was heard (milliseconds).
    quiet_ms: u32,
    /// Frames that aren't quiet behind it, in a row: a second half, or something else.
    again: u32,
    /// Another tone came directly before it: a tune, or a network's information.
    follows: bool,
}

/// Follows the tones of one sound.
pub(super) struct Tones {
    spectrum: Spectrum,
    music: Music,
    latest: [f32; SAMPLES],
    power: Power,
    run: Option<Run>,
    /// The level of the frame before.
    before: f32,
    /// Whether the present frame holds a hole.
    hollow: bool,
    /// Whether it was made up.
    made_up: bool,
    /// The latest pitch, and for how many frames it has been about the same.
    drone: (f32, u32),
}

impl Tones {
    pub(super) fn new() -> Self {
        Tones {
            spectrum: Spectrum::new(),
            music: Music::new(),
            latest: [0.0; SAMPLES],
            power: [0.0; HALF],
            run: None,
            before: SILENT_DBM0,
            hollow: false,
            made_up: false,
            drone: (0.0, 0),
        }
    }

    /// Whether what is heard may turn out to be music.
    pub(super) fn may_play(&self) -> bool {
        self.music.may_play()
    }

    /// The power of the latest 32 ms by frequency.
    pub(super) fn power(&self) -> &Power {
        &self.power
    }

    /// Hears one frame, which may be made up in place of a lost one.
    pub(super) fn hear(&mut self, frame: &Frame, made_up: bool) -> News {
        self.made_up = made_up;
        self.latest.copy_within(FRAME_SAMPLES.., 0);
        let fresh = &mut self.latest[SAMPLES - FRAME_SAMPLES..];
        for (slot, &sample) in fresh.iter_mut().zip(frame) {
            *slot = f32::from(sample);
        }
        let level = level_dbm0(frame);
        self.power = self.spectrum.power(&self.latest);
        let peaks = (level >= SOFTEST_DBM0).then(|| Spectrum::peaks(&self.power));
        let sine = peaks.as_ref().and_then(sines);
        let plays = self.music.hear(peaks, level, sine.is_some());
        let drones = self.drones(sine);
        self.hollow = sine.is_some() && is_hollow(frame);
        let news = self.follow(sine, level);
        self.before = level;
        match (news, drones, peaks) {
            (News::None | News::Perhaps, Some(hz), _) => News::Drones(hz),
            (News::None | News::Perhaps, None, Some(peaks)) if plays => {
                let is_all = self.music.is_all();
                News::Plays(peaks.hz, is_all)
            }
            _ => news,
        }
    }

    /// The pitch that stands still, whatever the level does.
    fn drones(&mut self, sine: Option<Sines>) -> Option<f32> {
        let (hz, frames) = self.drone;
        self.drone = match sine {
            Some((now, _)) if (now - hz).abs() <= hz * DRONE_SHARE => (now, frames + 1),
            Some((now, _)) => (now, 1),
            None => (hz, frames.saturating_sub(2)),
        };
        (self.drone.1 >= LEAST_FRAMES && sine.is_some()).then_some(self.drone.0)
    }

    fn follow(&mut self, sine: Option<Sines>, level: f32) -> News {
        if let Some(run) = &mut self.run {
            run.age += 1;
        }
        match (self.run, sine) {
            (None, None) => News::None,
            (None, Some(sine)) => self.begin(sine, level, false),
            (Some(run), Some(sine)) if run.is(sine, level) => self.go_on(run, sine, level),
            (Some(run), sine) => self.break_off(run, sine, level),
        }
    }

    fn begin(&mut self, sine: Sines, level: f32, follows: bool) -> News {
        self.run = Some(Run {
            hz: sine.0,
            other_hz: sine.1,
            level,
            began: [level, self.before],
            frames: 1,
            hollow: 0,
            age: 1,
            odd: 0,
            filled: 1.0,
            made_up: u32::from(self.made_up),
            quiet_ms: 0,
            again: 0,
            follows,
        });
        News::Perhaps
    }

    fn go_on(&mut self, mut run: Run, sine: Sines, level: f32) -> News {
        run.frames += 1 + run.odd;
        run.hollow += u32::from(self.hollow);
        run.odd = 0;
        run.quiet_ms = 0;
        run.again = 0;
        run.filled = run.share(level);
        run.made_up = self.made_up_after(run);
        // The first frame may hold a part of it only, and the window two.
        if run.frames <= 3 {
            (run.hz, run.other_hz) = sine;
        }
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

    fn break_off(&mut self, run: Run, sine: Option<Sines>, level: f32) -> News {
        let is_tone = run.frames >= LEAST_FRAMES;
        if is_tone && (run.quiet_ms > 0 || level < run.level - FALL_DB) {
            return self.wait(run, sine, level);
        }
        let most = if level < run.level { FALLING_FRAMES } else { 1 };
        if run.odd < most && run.frames >= 2 {
            self.run = Some(Run {
                odd: run.odd + 1,
                filled: run.share(level),
                made_up: self.made_up_after(run),
                ..run
            });
            return if is_tone && level < run.level {
                News::Stopped(run.tone())
            } else {
                News::Perhaps
            };
        }
        self.end(run, sine, level)
    }

    /// How many made-up frames a tone ends with, once the present one belongs to it.
    fn made_up_after(&self, run: Run) -> u32 {
        if self.made_up { run.made_up + 1 } else { 0 }
    }

    /// A tone has stopped, or did before; the frame is quiet, or the first of something.
    fn wait(&mut self, mut run: Run, sine: Option<Sines>, level: f32) -> News {
        run.quiet_ms += if run.quiet_ms == 0 {
            // It ended within this frame or the one before, or else in those that were made up:
            // better by a packet too soon than too late.
            let filled = run.share(level) + if run.made_up > 0 { 1.0 } else { run.filled };
            let heard_ms = ((2.0 - filled) * FRAME_MS as f32).round().max(1.0) as u32;
            heard_ms + run.made_up * FRAME_MS
        } else {
            FRAME_MS
        };
        let is_quiet = level < run.level - FALL_DB;
        run.again = if is_quiet { 0 } else { run.again + 1 };
        if run.again > AGAIN_FRAMES {
            return self.end(run, sine, level);
        }
        if run.quiet_ms + FRAME_MS <= TELL_MS || !is_quiet {
            self.run = Some(run);
            return News::Stopped(run.tone());
        }
        self.run = None;
        if run.follows {
            News::None
        } else {
            News::Over(run.tone())
        }
    }

    /// Something else is heard now.
    fn end(&mut self, run: Run, sine: Option<Sines>, level: f32) -> News {
        self.run = None;
        let Some(sine) = sine else {
            return News::None;
        };
        // One that only swells is no other; nor is one of whose two sines a packet took one.
        let other = run.frames >= LEAST_FRAMES && !run.shares_pitch(sine);
        self.begin(sine, level, other || run.follows)
    }
}

impl Run {
    /// Whether a frame belongs to it.
    fn is(&self, sine: Sines, level: f32) -> bool {
        let is_level = (level - self.level).abs() <= SWAY_DB || self.frames == 1;
        is_level && self.has_pitch(sine)
    }

    fn has_pitch(&self, (hz, other_hz): Sines) -> bool {
        match (self.other_hz, other_hz) {
            // Of two alike, now the one is stronger, now the other.
            (Some(own), Some(other)) => {
                (same(self.hz, hz) && same(own, other)) || (same(self.hz, other) && same(own, hz))
            }
            (None, None) => same(self.hz, hz),
            _ => false,
        }
    }

    fn shares_pitch(&self, (hz, other_hz): Sines) -> bool {
        let own = [Some(self.hz), self.other_hz];
        let theirs = [Some(hz), other_hz];
        let is_theirs = |own: &f32| theirs.iter().flatten().any(|hz| same(*own, *hz));
        own.iter().flatten().any(is_theirs)
    }

    /// The share of a frame of this level that it fills, if all of it is its own.
    fn share(&self, level: f32) -> f32 {
        10f32.powf((level - self.level) / 10.0).min(1.0)
    }

    fn tone(&self) -> Tone {
        Tone {
            hz: self.hz,
            other_hz: self.other_hz,
            length_ms: self.length_ms(),
            beats: self.hollow * 2 >= self.frames,
        }
    }

    /// From its beginning to its end, or to now.
    fn length_ms(&self) -> u32 {
        let [first, before] = self.began.map(|level| self.share(level));
        // What is as loud before it was something else.
        let before = if before < 0.9 { before } else { 0.0 };
        let frames = self.age as f32 - 1.0 + first + before;
        ((frames * FRAME_MS as f32).round() as u32).saturating_sub(self.quiet_ms)
    }
}

/// Whether a frame has a hole of 5 ms, as where two sines cancel each other.
fn is_hollow(frame: &Frame) -> bool {
    let power = |piece: &[i16]| piece.iter().map(|&s| f32::from(s).powi(2)).sum::<f32>();
    let pieces = frame.chunks_exact(HOLE);
    let hole = pieces.map(power).fold(f32::MAX, f32::min);
    hole * (FRAME_SAMPLES / HOLE) as f32 <= power(frame) * HOLE_SHARE
}

/// Whether two pitches are one.
fn same(a: f32, b: f32) -> bool {
    (a - b).abs() <= (a * DRIFT_SHARE).max(DRIFT_HZ)
}

/// The one sine or the two that are nearly all of a sound.
fn sines(peaks: &Peaks) -> Option<Sines> {
    if peaks.hz < LOWEST_HZ {
        return None;
    }
    if peaks.share >= ONE_SHARE {
        return Some((peaks.hz, None));
    }
    let both = peaks.share + peaks.other_share >= TWO_SHARE && peaks.other_share >= WEAKER_SHARE;
    (both && peaks.other_hz >= LOWEST_HZ).then_some((peaks.hz, Some(peaks.other_hz)))
}
