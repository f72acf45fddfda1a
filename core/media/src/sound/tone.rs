//! The tones of a telephone network: ringing, busy, congested, beeps and fax, by their cadence.

use super::country::Country;
use super::sine::Sine;
use super::{SAMPLES_PER_MS, saturate};

/// The level of one frequency of a network tone (ITU-T E.180 asks for -10 dBm0 at the source).
pub const TONE_LEVEL_DBM0: f32 = -13.0;

/// Most frequencies that sound at once.
const VOICES: usize = 2;

/// A part of a cadence: one or two frequencies for some time; none is a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Frequencies; 0 stands for none.
    pub hz: [u16; VOICES],
    /// One frequency that makes the others swell (amplitude modulation); 0 stands for none.
    pub swell_hz: u16,
    /// How long; 0 stands for ever.
    pub length_ms: u16,
}

/// A tone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tone {
    /// It rings at the far end; until stopped.
    Ringback(Country),
    /// The far end is busy; until stopped.
    Busy(Country),
    /// The network is; until stopped.
    Congestion(Country),
    /// Somebody came or went: 1000 Hz for 200 ms.
    Beep,
    /// Speak now: 1400 Hz for 500 ms.
    RecordBeep,
    /// A fax machine calls (CNG, ITU-T T.30 §4.2): 1100 Hz, 0.5 s of 3.5 s; until stopped.
    FaxCalling,
    /// A fax machine answers (CED, ITU-T T.30 §4.1): 2100 Hz for 3 s.
    FaxAnswer,
    /// Any sine.
    Sine {
        /// Frequency.
        hz: f32,
        /// How long; 0 stands for until stopped.
        length_ms: u32,
        /// Level.
        level_dbm0: f32,
    },
}

const fn sounding(hz: u16, length_ms: u16) -> Step {
    Step {
        hz: [hz, 0],
        swell_hz: 0,
        length_ms,
    }
}

const fn pause(length_ms: u16) -> Step {
    Step {
        hz: [0; VOICES],
        swell_hz: 0,
        length_ms,
    }
}

const BEEP: &[Step] = &[sounding(1_000, 200)];
const RECORD_BEEP: &[Step] = &[sounding(1_400, 500)];
const FAX_CALLING: &[Step] = &[sounding(1_100, 500), pause(3_000)];
const FAX_ANSWER: &[Step] = &[sounding(2_100, 3_000)];
const NOTHING: &[Step] = &[];

impl Tone {
    fn steps(self) -> &'static [Step] {
        match self {
            Tone::Ringback(country) => country.ringback(),
            Tone::Busy(country) => country.busy(),
            Tone::Congestion(country) => country.congestion(),
            Tone::Beep => BEEP,
            Tone::RecordBeep => RECORD_BEEP,
            Tone::FaxCalling => FAX_CALLING,
            Tone::FaxAnswer => FAX_ANSWER,
            Tone::Sine { .. } => NOTHING,
        }
    }

    /// Whether it goes on until it is stopped.
    pub fn repeats(self) -> bool {
        match self {
            Tone::Ringback(_) | Tone::Busy(_) | Tone::Congestion(_) | Tone::FaxCalling => true,
            Tone::Beep | Tone::RecordBeep | Tone::FaxAnswer => false,
            Tone::Sine { length_ms, .. } => length_ms == 0,
        }
    }
}

/// Makes one tone.
#[derive(Clone, Debug)]
pub struct ToneGenerator {
    tone: Tone,
    place: usize,
    /// Samples into the present step.
    at: usize,
    voices: [Option<Sine>; VOICES],
    swell: Option<Sine>,
    over: bool,
}

impl ToneGenerator {
    /// From the start of its cadence.
    pub fn new(tone: Tone) -> Self {
        let mut generator = ToneGenerator {
            tone,
            place: 0,
            at: 0,
            voices: [None; VOICES],
            swell: None,
            over: false,
        };
        generator.tune();
        generator
    }

    /// Writes what comes next and tells how much; less than the slice only at the end.
    pub fn fill(&mut self, out: &mut [i16]) -> usize {
        let mut filled = 0;
        while filled < out.len() && !self.over {
            let room = out.len() - filled;
            let count = match self.length() {
                Some(length) => room.min(length - self.at),
                None => room,
            };
            for sample in &mut out[filled..filled + count] {
                *sample = self.sample();
            }
            filled += count;
            self.at += count;
            if self.length() == Some(self.at) {
                self.next_step();
            }
        }
        filled
    }

    /// Whether it has ended, as only a tone that doesn't repeat can.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Back to the start.
    pub fn rewind(&mut self) {
        *self = ToneGenerator::new(self.tone);
    }

    /// Samples of the present step; absent for ever.
    fn length(&self) -> Option<usize> {
        let length_ms = match self.tone {
            Tone::Sine { length_ms, .. } => length_ms,
            _ => u32::from(self.tone.steps().get(self.place)?.length_ms),
        };
        (length_ms > 0).then_some(length_ms as usize * SAMPLES_PER_MS)
    }

    fn next_step(&mut self) {
        self.at = 0;
        self.place += 1;
        if self.place >= self.tone.steps().len() {
            self.place = 0;
            self.over = !self.tone.repeats();
        }
        self.tune();
    }

    fn tune(&mut self) {
        if let Tone::Sine { hz, level_dbm0, .. } = self.tone {
            self.voices[0] = Some(Sine::new(hz, level_dbm0));
            return;
        }
        let Some(step) = self.tone.steps().get(self.place) else {
            return;
        };
        let sine = |hz: u16| (hz > 0).then(|| Sine::new(f32::from(hz), TONE_LEVEL_DBM0));
        self.voices = step.hz.map(sine);
        // A swell of full depth: a sine of peak 1 added to 1, halved.
        self.swell = sine(step.swell_hz);
    }

    fn sample(&mut self) -> i16 {
        let voices = self.voices.iter_mut().flatten();
        let sum: f32 = voices.map(Sine::step).sum();
        let peak = super::sine_peak(TONE_LEVEL_DBM0);
        match &mut self.swell {
            Some(swell) => saturate(sum * (1.0 + swell.step() / peak) / 2.0),
            None => saturate(sum),
        }
    }
}

#[cfg(test)]
mod tests;
