//! What is heard when packets are missing: the last pitch period again, fading out over 60 ms (in
//! the manner of ITU-T G.711 Appendix I), and then the noise of the line so that it isn't dead.

use super::silence::VoiceActivity;
use super::{FRAME_SAMPLES, Frame, SAMPLES_PER_MS, saturate, sine_peak};

/// Pitch between 66 and 200 Hz.
const PERIOD_MIN: usize = 40;
const PERIOD_MAX: usize = 120;

/// Sound compared to find the pitch.
const TEMPLATE: usize = 160;

/// Sound remembered: a template, and the farthest period before it.
const HISTORY: usize = TEMPLATE + PERIOD_MAX * 2;

/// The repeated sound stays as it is for 10 ms, is gone after 60.
const HOLD: usize = 10 * SAMPLES_PER_MS;
const GONE: usize = 60 * SAMPLES_PER_MS;

/// Length of the passage from repeated to real sound.
const PASSAGE: usize = 4 * SAMPLES_PER_MS;

/// Comfort noise is never louder than this, whatever the line's noise was.
const NOISE_DBM0_MAX: f32 = -50.0;

/// Noise of a given level: what an idle line sounds like.
#[derive(Clone, Debug)]
pub struct ComfortNoise {
    state: u32,
    last: f32,
}

impl ComfortNoise {
    /// The same seed gives the same noise.
    pub fn new(seed: u32) -> Self {
        ComfortNoise {
            state: seed | 1,
            last: 0.0,
        }
    }

    /// The next sample of noise, whose level is 0 dBm0 when multiplied by a sine's peak there.
    fn step(&mut self) -> f32 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 17;
        self.state ^= self.state << 5;
        let white = self.state as f32 / u32::MAX as f32 * 2.0 - 1.0;
        // Softer towards the high end, like a line; the factor makes up for what that takes away.
        self.last = self.last * 0.5 + white * 0.5;
        self.last * 2.12
    }

    /// One frame of noise.
    pub fn frame(&mut self, level_dbm0: f32, out: &mut Frame) {
        let peak = sine_peak(level_dbm0);
        out.iter_mut()
            .for_each(|sample| *sample = saturate(self.step() * peak));
    }
}

/// Fills the gaps in what one leg says.
#[derive(Clone, Debug)]
pub struct Concealer {
    history: [f32; HISTORY],
    period: [f32; PERIOD_MAX],
    period_length: usize,
    /// Samples made up since the last real one.
    made_up: usize,
    voice: VoiceActivity,
    floor_dbm0: f32,
    noise: ComfortNoise,
}

impl Concealer {
    /// One that has heard nothing: a gap is silence.
    pub fn new() -> Self {
        Concealer {
            history: [0.0; HISTORY],
            period: [0.0; PERIOD_MAX],
            period_length: PERIOD_MIN,
            made_up: 0,
            voice: VoiceActivity::new(),
            floor_dbm0: super::SILENT_DBM0,
            noise: ComfortNoise::new(0x5EED),
        }
    }

    /// Takes a real frame; its first 4 ms are changed if the one before was missing.
    pub fn good(&mut self, frame: &mut Frame) {
        self.floor_dbm0 = self.voice.hear(frame).floor_dbm0;
        if self.made_up > 0 {
            for (n, sample) in frame[..PASSAGE].iter_mut().enumerate() {
                let share = (n + 1) as f32 / PASSAGE as f32;
                let invented = self.invent();
                *sample = saturate(f32::from(*sample) * share + invented * (1.0 - share));
            }
            self.made_up = 0;
        }
        self.remember(frame);
    }

    /// Makes a frame up for one that is missing.
    pub fn lost(&mut self, frame: &mut Frame) {
        if self.made_up == 0 {
            self.find_period();
        }
        for sample in frame.iter_mut() {
            *sample = saturate(self.invent());
        }
        self.remember(frame);
    }

    fn invent(&mut self) -> f32 {
        let at = self.made_up;
        self.made_up = (self.made_up + 1).min(GONE + PERIOD_MAX);
        let voice = match at {
            _ if at < HOLD => 1.0,
            _ if at < GONE => (GONE - at) as f32 / (GONE - HOLD) as f32,
            _ => 0.0,
        };
        let noise = self.noise.step() * sine_peak(self.floor_dbm0.min(NOISE_DBM0_MAX));
        self.period[at % self.period_length] * voice + noise * (1.0 - voice)
    }

    fn remember(&mut self, frame: &Frame) {
        self.history.copy_within(FRAME_SAMPLES.., 0);
        for (slot, &sample) in self.history[HISTORY - FRAME_SAMPLES..]
            .iter_mut()
            .zip(frame)
        {
            *slot = f32::from(sample);
        }
    }

    /// Finds the distance at which the latest sound repeats itself best, and keeps one period.
    fn find_period(&mut self) {
        let template = &self.history[HISTORY - TEMPLATE..];
        let mut best = (PERIOD_MIN, f32::MIN);
        for lag in PERIOD_MIN..=PERIOD_MAX {
            let earlier = &self.history[HISTORY - TEMPLATE - lag..HISTORY - lag];
            let (mut dot, mut power) = (0.0f32, 1.0f32);
            for (&new, &old) in template.iter().zip(earlier) {
                dot += new * old;
                power += old * old;
            }
            let likeness = dot / power.sqrt();
            if likeness > best.1 {
                best = (lag, likeness);
            }
        }
        let length = best.0;
        let start = HISTORY - length;
        self.period[..length].copy_from_slice(&self.history[start..]);
        // The end passes over into what came before the start, so that the repeat has no seam.
        let seam = length / 4;
        for n in 0..seam {
            let share = (n + 1) as f32 / (seam + 1) as f32;
            let at = length - seam + n;
            let before_start = self.history[start - seam + n];
            self.period[at] = self.period[at] * (1.0 - share) + before_start * share;
        }
        self.period_length = length;
    }
}

impl Default for Concealer {
    fn default() -> Self {
        Concealer::new()
    }
}

#[cfg(test)]
mod tests;
