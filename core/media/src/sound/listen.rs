//! Who is heard? Finds out which of a few known sines is in what a leg hears: tests and simulated
//! phones each speak with a frequency of their own.

use super::goertzel::Goertzel;
use super::{FRAME_SAMPLES, Frame, RMS_AT_0_DBM0, SILENT_DBM0};

/// Listens for one frequency.
#[derive(Clone, Debug)]
pub struct ToneListener {
    tone: Goertzel,
    level_dbm0: f32,
    share: f32,
}

impl ToneListener {
    /// For a frequency below 4000 Hz; two listeners need 50 Hz between them to tell voices apart.
    pub fn new(hz: f32) -> Self {
        ToneListener {
            tone: Goertzel::new(hz),
            level_dbm0: SILENT_DBM0,
            share: 0.0,
        }
    }

    /// Hears one frame and tells whether the frequency is in it, at -45 dBm0 or louder.
    pub fn hear(&mut self, frame: &Frame) -> bool {
        let mut samples = [0.0f32; FRAME_SAMPLES];
        let mut total = 0.0f32;
        for (slot, &sample) in samples.iter_mut().zip(frame) {
            *slot = f32::from(sample);
            total += *slot * *slot;
        }
        let energy = self.tone.energy(&samples);
        let power = energy / (FRAME_SAMPLES as f32 * RMS_AT_0_DBM0 * RMS_AT_0_DBM0);
        self.level_dbm0 = (10.0 * power.max(1e-12).log10()).max(SILENT_DBM0);
        self.share = if total > 0.0 {
            (energy / total).min(1.0)
        } else {
            0.0
        };
        self.is_heard()
    }

    /// Whether it was in the latest frame.
    pub fn is_heard(&self) -> bool {
        self.level_dbm0 >= -45.0 && self.share >= 0.02
    }

    /// Its level in the latest frame.
    pub fn level_dbm0(&self) -> f32 {
        self.level_dbm0
    }

    /// Its share of all energy in the latest frame, 0 to 1.
    pub fn share(&self) -> f32 {
        self.share
    }
}

/// The strongest frequency between 200 and 3600 Hz, to 25 Hz, and its share of all energy.
pub fn dominant_hz(samples: &[i16]) -> Option<(f32, f32)> {
    let samples: Vec<f32> = samples.iter().map(|&sample| f32::from(sample)).collect();
    let total: f32 = samples.iter().map(|sample| sample * sample).sum();
    if total <= 0.0 {
        return None;
    }
    (8..=144)
        .map(|n| {
            let hz = n as f32 * 25.0;
            (hz, Goertzel::new(hz).energy(&samples) / total)
        })
        .max_by(|a, b| a.1.total_cmp(&b.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::saturate;
    use crate::sound::sine::Sine;

    fn frame_of(tones: &[(f32, f32)]) -> Frame {
        let mut sines: Vec<Sine> = tones.iter().map(|&(hz, db)| Sine::new(hz, db)).collect();
        std::array::from_fn(|_| saturate(sines.iter_mut().map(Sine::step).sum()))
    }

    #[test]
    fn it_hears_one_voice_among_others() {
        let frame = frame_of(&[(500.0, -20.0), (900.0, -15.0), (1_700.0, -12.0)]);
        for (hz, heard) in [
            (500.0, true),
            (900.0, true),
            (1_700.0, true),
            (1_200.0, false),
        ] {
            assert_eq!(ToneListener::new(hz).hear(&frame), heard, "{hz} Hz");
        }
        let mut listener = ToneListener::new(900.0);
        listener.hear(&frame);
        assert!((listener.level_dbm0() + 15.0).abs() < 1.0);
        assert!(!listener.hear(&[0; FRAME_SAMPLES]));
    }

    #[test]
    fn the_dominant_frequency_is_found() {
        let frame = frame_of(&[(1_400.0, -10.0), (600.0, -30.0)]);
        let (hz, share) = dominant_hz(&frame).expect("there is sound");
        assert_eq!(hz, 1_400.0);
        assert!(share > 0.95);
        assert_eq!(dominant_hz(&[0; 160]), None);
    }
}
