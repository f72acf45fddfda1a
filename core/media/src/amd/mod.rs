//! Human or machine? Listens to whoever picked up, 20 ms at a time, until it can tell.
//!
//! [`Detector`] is the border: frames in, at most one [`Found`] out. `activity` tells speech from
//! silence, `judge` goes by what was heard.

mod activity;
pub mod classic;
mod judge;

pub use model::amd::{Found, Settings};

use crate::sound::resample::Halver;
use crate::sound::{FRAME_MS, FRAME_SAMPLES, Frame, SILENT_FRAME};
use activity::Activity;
use judge::Judge;

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
    judge: Judge,
    heard: Heard,
    at_ms: u32,
    found: Option<Found>,
}

impl Detector {
    /// One that has heard nothing.
    pub fn new(settings: Settings) -> Self {
        Detector {
            halver: Halver::new(),
            activity: Activity::new(),
            judge: Judge::new(settings),
            heard: Heard::Silence,
            at_ms: 0,
            found: None,
        }
    }

    /// Hears 20 ms, at 8000 or 16 000 samples a second; `None` is a frame that didn't come, as in
    /// a far end's pauses of transmission. Tells the verdict once, with the frame that decides;
    /// what comes after it is not listened to.
    pub fn hear(&mut self, samples: Option<&[i16]>) -> Option<Found> {
        if self.found.is_some() {
            return None;
        }
        self.at_ms += FRAME_MS;
        self.heard = match samples {
            Some(samples) => {
                let frame = self.frame(samples);
                self.activity.hear(&frame)
            }
            None => self.activity.miss(),
        };
        self.found = self.judge.weigh(self.heard).map(|verdict| Found {
            verdict,
            at_ms: self.at_ms,
        });
        self.found
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

#[cfg(test)]
mod tests;
