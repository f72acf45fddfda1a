//! How somebody talks: each frame in a few numbers, and what the network makes of all so far. The
//! numbers are relative to the voice, so that neither its level nor soft noise behind it counts.

use super::network::Network;
use super::spectrum::{HALF, Power};
use crate::sound::RATE_HZ;

/// Bands of the spectrum.
const BANDS: usize = 20;
/// Numbers that describe a frame: its bands, whether there is a voice, and whether it speaks to us.
pub const FEATURES: usize = BANDS + 2;
/// They.
pub type Features = [f32; FEATURES];

/// The lowest and the highest pitch that is looked at.
const LOW_HZ: f32 = 90.0;
const HIGH_HZ: f32 = 3_800.0;

/// What is softer than the loudest by more than this is not heard (dB).
const RANGE_DB: f32 = 40.0;
/// The loudest band is forgotten by this in a frame: 1 dB in a second.
const FORGOTTEN_DB: f32 = 0.02;
/// The loudest band of a voice isn't softer than this: 50 dB below a full sine.
const LEAST_DB: f32 = 76.0;

/// Follows the talk.
pub(super) struct Talk {
    /// For each place of the spectrum the band below, and its share of the power; the rest is the
    /// next one's.
    places: [(u8, f32); HALF],
    loudest_db: f32,
    features: Features,
    /// From the first speech on.
    network: Option<Network>,
}

impl Talk {
    pub(super) fn new() -> Self {
        Talk {
            places: places(),
            loudest_db: LEAST_DB,
            features: [0.0; FEATURES],
            network: None,
        }
    }

    /// What was said so far is forgotten: it was no speech.
    pub(super) fn restart(&mut self) {
        self.network = None;
    }

    /// Hears a frame by its spectrum; none is one that didn't come. Once somebody has spoken it
    /// tells by how much a person is likelier than a machine (a natural logarithm).
    pub(super) fn hear(&mut self, power: Option<&Power>, voice: f32, speaks: bool) -> Option<f32> {
        self.describe(power, voice, speaks);
        if speaks && self.network.is_none() {
            self.network = Some(Network::new());
        }
        let network = self.network.as_mut()?;
        Some(network.hear(&self.features))
    }

    fn describe(&mut self, power: Option<&Power>, voice: f32, speaks: bool) {
        let mut bands = [0.0f32; BANDS + 2];
        if let Some(power) = power {
            for (power, &(band, share)) in power.iter().zip(&self.places) {
                bands[usize::from(band)] += power * share;
                bands[usize::from(band) + 1] += power * (1.0 - share);
            }
        }
        let mut most = 0.0f32;
        for (feature, band) in self.features.iter_mut().zip(&bands[1..=BANDS]) {
            *feature = 10.0 * (band + 1.0).log10();
            most = most.max(*feature);
        }
        self.loudest_db = (self.loudest_db - FORGOTTEN_DB).max(LEAST_DB);
        if speaks {
            self.loudest_db = self.loudest_db.max(most);
        }
        for feature in &mut self.features[..BANDS] {
            let below = (*feature - self.loudest_db).clamp(-RANGE_DB, 6.0);
            *feature = below / (RANGE_DB / 2.0) + 1.0;
        }
        self.features[BANDS] = voice;
        self.features[BANDS + 1] = f32::from(u8::from(speaks));
    }

    pub(super) fn features(&self) -> &Features {
        &self.features
    }
}

/// Bands are as wide as an ear's (mel) and overlap by half.
fn places() -> [(u8, f32); HALF] {
    let mel = |hz: f32| (1.0 + hz / 700.0).ln();
    let (low, high) = (mel(LOW_HZ), mel(HIGH_HZ));
    std::array::from_fn(|place| {
        let hz = place as f32 * RATE_HZ as f32 / (HALF * 2) as f32;
        let at = (mel(hz) - low) / (high - low) * (BANDS + 1) as f32;
        let at = at.clamp(0.0, BANDS as f32 + 0.999);
        (at as u8, 1.0 - at.fract())
    })
}

#[cfg(test)]
mod tests {
    use super::super::spectrum::{SAMPLES, Spectrum};
    use super::*;
    use crate::sound::speech_stand_in::speak;

    /// What 32 ms of a sound are told as, when its talk is heard from the beginning.
    fn told(sound: &[i16]) -> Features {
        let (spectrum, mut talk) = (Spectrum::new(), Talk::new());
        for piece in sound.windows(SAMPLES).step_by(160) {
            let samples = std::array::from_fn(|n| f32::from(piece[n]));
            talk.hear(Some(&spectrum.power(&samples)), 1.0, true);
        }
        *talk.features()
    }

    #[test]
    fn a_softer_voice_and_one_in_soft_noise_are_told_alike() {
        let loud = speak("somebody says hello to whoever calls", 7);
        let quarter: Vec<i16> = loud.iter().map(|sample| sample / 4).collect();
        let noisy: Vec<i16> = loud
            .iter()
            .enumerate()
            .map(|(n, sample)| sample.saturating_add((n * 7_919 % 9) as i16 - 4))
            .collect();
        let first = told(&loud);
        assert!(first[..BANDS].iter().any(|&band| band > 0.5), "{first:?}");
        for other in [told(&quarter), told(&noisy)] {
            for (one, other) in first.iter().zip(&other) {
                assert!((one - other).abs() < 0.12, "{first:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_laws_silence_and_a_frame_that_did_not_come_are_silence() {
        let silence = told(&[0; 2_000]);
        assert!(
            silence[..BANDS].iter().all(|&band| band == -1.0),
            "{silence:?}"
        );
        assert_eq!(told(&[8; 2_000]), silence);
        let mut talk = Talk::new();
        assert_eq!(talk.hear(None, 0.0, false), None);
        assert!(talk.features()[..BANDS].iter().all(|&band| band == -1.0));
    }

    #[test]
    fn it_speaks_up_with_the_first_speech_and_starts_anew() {
        let mut talk = Talk::new();
        let power = [1.0e9; HALF];
        assert_eq!(talk.hear(Some(&power), 0.2, false), None);
        let first = talk.hear(Some(&power), 0.9, true);
        assert!(first.is_some());
        assert!(talk.hear(Some(&power), 0.2, false).is_some());
        talk.restart();
        assert_eq!(talk.hear(Some(&power), 0.2, false), None);
        assert_eq!(talk.hear(Some(&power), 0.9, true), first);
    }
}
