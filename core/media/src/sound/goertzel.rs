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

/// Looks for several frequencies in one pass: side by side they cost little more than one, as
/// none has to wait for the others' results.
#[derive(Clone, Copy, Debug)]
pub struct GoertzelBank<const N: usize> {
    coefficients: [f32; N],
}

impl<const N: usize> GoertzelBank<N> {
    /// For frequencies below 4000 Hz.
    pub fn new(hz: [f32; N]) -> Self {
        GoertzelBank {
            coefficients: hz.map(|hz| Goertzel::new(hz).coefficient),
        }
    }

    /// The energy of each, as [`Goertzel::energy`] gives it.
    pub fn energies(&self, samples: &[f32]) -> [f32; N] {
        let (mut last, mut before) = ([0.0f32; N], [0.0f32; N]);
        for &sample in samples {
            for n in 0..N {
                let next = sample + self.coefficients[n] * last[n] - before[n];
                before[n] = last[n];
                last[n] = next;
            }
        }
        std::array::from_fn(|n| {
            let (last, before) = (last[n], before[n]);
            let power = last * last + before * before - self.coefficients[n] * last * before;
            power.max(0.0) * 2.0 / samples.len().max(1) as f32
        })
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

    #[test]
    fn a_bank_finds_what_each_alone_would() {
        let mut sine = Sine::new(852.0, -10.0);
        let samples: Vec<f32> = (0..160).map(|_| sine.step()).collect();
        let bank = GoertzelBank::new([697.0, 852.0, 1_209.0]).energies(&samples);
        for (hz, energy) in [697.0, 852.0, 1_209.0].into_iter().zip(bank) {
            assert_eq!(Goertzel::new(hz).energy(&samples), energy, "{hz} Hz");
        }
    }
}
