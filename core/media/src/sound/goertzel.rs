//! How much of one frequency is in a piece of sound (Goertzel's recursion).

use super::RATE_HZ;

/// Looks for one frequency.
#[derive(Clone, Copy, Debug)]
pub struct Goertzel {
    coefficient: f32,
}

impl Goertzel {
    /// For a frequency below 4000 Hz.
    pub fn new(hz: f32) -> Self {
        Goertzel {
            coefficient: 2.0 * (std::f32::consts::TAU * hz / RATE_HZ as f32).cos(),
        }
    }

    /// The energy this frequency has in the piece: the sum of squares its sine alone would have.
    pub fn energy(&self, samples: &[f32]) -> f32 {
        let (mut last, mut before) = (0.0f32, 0.0f32);
        for &sample in samples {
            let next = sample + self.coefficient * last - before;
            before = last;
            last = next;
        }
        let power = last * last + before * before - self.coefficient * last * before;
        power.max(0.0) * 2.0 / samples.len().max(1) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::sine::Sine;

    #[test]
    fn it_finds_its_own_frequency_and_no_other() {
        for hz in [350.0, 697.0, 1_100.0, 2_100.0, 3_300.0] {
            let mut sine = Sine::new(hz, -10.0);
            let samples: Vec<f32> = (0..800).map(|_| sine.step()).collect();
            let all: f32 = samples.iter().map(|s| s * s).sum();
            assert!((Goertzel::new(hz).energy(&samples) / all - 1.0).abs() < 0.03);
            assert!(Goertzel::new(hz + 50.0).energy(&samples) / all < 0.001);
        }
    }
}
