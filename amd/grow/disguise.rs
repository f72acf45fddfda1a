//! The same by another microphone, in another noise, with a few bands missing: so that nothing is
//! learned that only these voices and lines have.

use crate::chance::Chance;
use crate::shape::FEATURES;
use media::amd::Features;

/// Features that are bands of the spectrum; the others stay as they are.
pub const BANDS: usize = FEATURES - 2;
/// What a band is without sound, and what is taken for sound.
const NOTHING: f32 = -1.0;
const SOUND: f32 = -0.999;
/// The loudest that a band gets.
const LOUDEST: f32 = 1.3;
/// How often there is noise.
const NOISY: f32 = 0.3;
/// Bands that are missing together, and what they hold; the more places beyond the bands, the more
/// often none is missing.
const MISSING: usize = 3;
const MISSING_HOLD: f32 = -0.5;
const PLACES: usize = BANDS + 30;

/// What one case is disguised with.
pub struct Disguise {
    tilt: [f32; BANDS],
    /// The noise's level, if there is noise.
    floor: Option<f32>,
    /// The first band that is missing, if it is one.
    low: usize,
}

impl Disguise {
    /// One by chance.
    pub fn new(chance: &mut Chance) -> Self {
        let (slope, level) = (normal(chance) * 0.15, normal(chance) * 0.1);
        let place = |band: usize| band as f32 * 2.0 / (BANDS - 1) as f32 - 1.0;
        Disguise {
            tilt: std::array::from_fn(|band| slope * place(band) + level),
            floor: chance.hits(NOISY).then(|| chance.within(-1.0, -0.4)),
            low: (chance.draw() % PLACES as u64) as usize,
        }
    }

    /// The frame in disguise.
    pub fn of(&self, frame: &Features, chance: &mut Chance) -> Features {
        let mut changed = *frame;
        for (value, tilt) in changed.iter_mut().zip(&self.tilt) {
            if *value > SOUND {
                *value = (*value + tilt).clamp(NOTHING, LOUDEST);
            }
        }
        if let Some(floor) = self.floor {
            for value in &mut changed[..BANDS] {
                *value = value.max(floor + 0.05 * nearly_normal(chance));
            }
        }
        let end = BANDS.min(self.low + MISSING);
        changed[BANDS.min(self.low)..end].fill(MISSING_HOLD);
        changed
    }
}

/// Normally distributed (Box and Muller).
pub fn normal(chance: &mut Chance) -> f32 {
    let (one, other) = (1.0 - chance.share(), chance.share());
    (-2.0 * one.ln()).sqrt() * (std::f32::consts::TAU * other).cos()
}

/// The sum of the four quarters of one number, each evenly distributed: enough for noise.
fn nearly_normal(chance: &mut Chance) -> f32 {
    let draw = chance.draw();
    let quarters = [0, 16, 32, 48].map(|bits| (draw >> bits) as u16);
    let sum: u32 = quarters.into_iter().map(u32::from).sum();
    (sum as f32 / 65_536.0 - 2.0) * 3f32.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_spread_as_it_says() {
        let mut chance = Chance::new("spread");
        for draw in [normal, nearly_normal] {
            let all: Vec<f32> = (0..20_000).map(|_| draw(&mut chance)).collect();
            let mean = all.iter().sum::<f32>() / 20_000.0;
            let spread = all.iter().map(|value| value * value).sum::<f32>() / 20_000.0;
            assert!(mean.abs() < 0.03, "{mean}");
            assert!((spread - 1.0).abs() < 0.05, "{spread}");
        }
    }

    #[test]
    fn a_disguise_leaves_what_is_no_band_and_keeps_its_bounds() {
        let mut frame = [0.4; FEATURES];
        frame[0] = -1.0;
        frame[FEATURES - 1] = 1.0;
        let (mut noisy, mut missing) = (0, 0);
        for n in 0..300 {
            let mut chance = Chance::new(&format!("case {n}"));
            let disguise = Disguise::new(&mut chance);
            let changed = disguise.of(&frame, &mut chance);
            assert_eq!(changed[BANDS..], frame[BANDS..]);
            assert!(changed.iter().all(|value| (-1.0..=1.3).contains(value)));
            missing += usize::from(changed.contains(&MISSING_HOLD));
            noisy += usize::from(changed[0] != -1.0 && disguise.low != 0);
        }
        assert!((90..150).contains(&missing), "{missing} of 300");
        assert!((60..120).contains(&noisy), "{noisy} of 300");
    }
}
