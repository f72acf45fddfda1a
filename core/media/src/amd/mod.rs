//! Human or machine? Listens to whoever picked up, 20 ms at a time, until it can tell.
//!
//! [`Detector`] is the border: frames in, at most one [`Found`] out. `activity` tells speech from
//! what isn't, `tone` beeps and the like by `spectrum`, `music` what plays, `talk` and `network`
//! whose talk it is like, `judge` goes by what was heard; `classic` has the rules that ours are
//! compared with.

mod activity;
pub mod classic;
mod judge;
mod music;
mod network;
mod room;
mod rules;
mod spectrum;
mod talk;
mod tone;

pub use model::amd::{Found, Settings};
pub use rules::Rules;

use crate::sound::resample::Halver;
use crate::sound::{FRAME_MS, FRAME_SAMPLES, Frame, SILENT_FRAME, level_dbm0};
use activity::Activity;
use judge::Judge;
use talk::Talk;
pub use talk::{FEATURES, Features};
use tone::Tones;

/// Samples of a frame at twice the house's rate.
const WIDE_SAMPLES: usize = FRAME_SAMPLES * 2;

/// What a frame was taken for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Heard {
    /// Nobody speaks.
    Silence,
    /// Somebody speaks.
    Speech,
    /// Neither: a tone of this frequency.
    Tone(f32),
}

/// One detection.
pub struct Detector {
    halver: Halver,
    activity: Activity,
    tones: Tones,
    talk: Talk,
    judge: Judge,
    heard: Heard,
    at_ms: u32,
    found: Option<Found>,
}

impl Detector {
    /// One that has heard nothing.
    pub fn new(settings: Settings) -> Self {
        Detector::with(settings, Rules::default())
    }

    /// One that goes by other rules, where the caller set nothing.
    pub fn with(settings: Settings, rules: Rules) -> Self {
        Detector {
            halver: Halver::new(),
            activity: Activity::new(),
            tones: Tones::new(),
            talk: Talk::new(),
            judge: Judge::new(settings, rules),
            heard: Heard::Silence,
            at_ms: 0,
            found: None,
        }
    }

    /// Hears 20 ms, at 8000 or 16 000 samples a second; `None` is a frame that didn't come, as in
    /// a far end's pauses of transmission. Tells the verdict once, with the frame that decides;
    /// what comes after it is not listened to.
    pub fn hear(&mut self, samples: Option<&[i16]>) -> Option<Found> {
        self.hear_frame(samples, false)
    }

    /// Hears 20 ms that were made up in place of a lost packet: a tone in them may be over.
    pub fn hear_made_up(&mut self, samples: &[i16]) -> Option<Found> {
        self.hear_frame(Some(samples), true)
    }

    fn hear_frame(&mut self, samples: Option<&[i16]>, made_up: bool) -> Option<Found> {
        if self.found.is_some() {
            return None;
        }
        self.at_ms += FRAME_MS;
        let frame = self.frame(samples.unwrap_or_default());
        let news = self.tones.hear(&frame, made_up);
        let speaks = match samples {
            Some(wide) if wide.len() >= WIDE_SAMPLES => self.activity.hear(&frame, Some(wide)),
            Some(_) => self.activity.hear(&frame, None),
            None => {
                self.activity.miss();
                false
            }
        };
        let power = samples.map(|_| self.tones.power());
        let mut person = self.talk.hear(power, self.activity.voice(), speaks);
        // What stands still as notes do isn't talk, whoever it would be likelier to be.
        if self.tones.may_play() {
            person = None;
        }
        let level = samples.map(|_| moving_dbm0(&frame));
        let (heard, verdict) = self.judge.weigh(speaks, level, person, news);
        if self.judge.is_anew() {
            self.talk.restart();
        }
        self.heard = heard;
        self.found = verdict.map(|verdict| Found {
            verdict,
            at_ms: self.at_ms,
        });
        self.found
    }

    /// What the latest frame sounds like.
    pub fn features(&self) -> &Features {
        self.talk.features()
    }

    /// What the latest frame was taken for.
    pub fn heard(&self) -> Heard {
        self.heard
    }

    /// How much was listened to (milliseconds).
    pub fn at_ms(&self) -> u32 {
        self.at_ms
    }

    /// The verdict, once there is one.
    pub fn found(&self) -> Option<Found> {
        self.found
    }

    /// The frame at the house's rate; one that is too short ends in silence.
    fn frame(&mut self, samples: &[i16]) -> Frame {
        let mut frame = SILENT_FRAME;
        if samples.len() >= WIDE_SAMPLES {
            for (slot, pair) in frame.iter_mut().zip(samples.chunks_exact(2)) {
                *slot = self.halver.step([pair[0], pair[1]]);
            }
        } else {
            for (slot, &sample) in frame.iter_mut().zip(samples) {
                *slot = sample;
            }
        }
        frame
    }
}

/// The level of a frame without what stands still in it: A-law has no zero, so that its silence is
/// a constant, and would pass for the noise of a room.
fn moving_dbm0(frame: &Frame) -> f32 {
    let sum: i32 = frame.iter().map(|&sample| i32::from(sample)).sum();
    let mean = (sum / FRAME_SAMPLES as i32) as i16;
    level_dbm0(&frame.map(|sample| sample.saturating_sub(mean)))
}

#[cfg(test)]
mod tests;
