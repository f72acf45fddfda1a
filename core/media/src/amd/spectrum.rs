//! The spectrum of the latest 32 ms: where its peaks are, and how much of the sound they hold.
//! A Fourier transform of our own: 128 complex points take a page, the crates for it bring SIMD
//! code that costs more to build than all the rest of this one.

use crate::sound::RATE_HZ;
use std::f32::consts::{PI, TAU};

/// Samples that are looked at.
pub(super) const SAMPLES: usize = 256;
pub(super) const HALF: usize = SAMPLES / 2;

/// Power by frequency.
pub(super) type Power = [f32; HALF];

const STEPS: u32 = HALF.trailing_zeros();

/// Width of one place of the spectrum.
const HZ: f32 = RATE_HZ as f32 / SAMPLES as f32;

/// What is lower is hum and rumble, and counts for nothing (155 Hz).
const LOWEST: usize = 5;

/// A sine under the window reaches this far to both sides.
const REACH: usize = 2;

/// The peaks of one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Peaks {
    /// The strongest frequency.
    pub hz: f32,
    /// The strongest one elsewhere.
    pub other_hz: f32,
    /// The share of all energy the first holds.
    pub share: f32,
    /// And the second.
    pub other_share: f32,
}

/// Transforms.
pub(super) struct Spectrum {
    window: [f32; SAMPLES],
    turns: [(f32, f32); HALF],
}

impl Spectrum {
    pub(super) fn new() -> Self {
        Spectrum {
            window: std::array::from_fn(|n| 0.5 - 0.5 * (TAU * n as f32 / SAMPLES as f32).cos()),
            turns: std::array::from_fn(|n| {
                let angle = -PI * n as f32 / HALF as f32;
                (angle.cos(), angle.sin())
            }),
        }
    }

    /// The peaks of a spectrum.
    pub(super) fn peaks(power: &Power) -> Peaks {
        let all: f32 = power[LOWEST..].iter().sum();
        if all < 1.0 {
            return Peaks::default();
        }
        let first = strongest(power, None);
        let second = strongest(power, Some(first));
        Peaks {
            hz: frequency(power, first),
            other_hz: frequency(power, second),
            share: held(power, first) / all,
            other_share: held(power, second) / all,
        }
    }

    /// Power by frequency. The samples are taken as complex pairs, and parted afterwards.
    pub(super) fn power(&self, samples: &[f32; SAMPLES]) -> Power {
        let mut points = [(0.0f32, 0.0f32); HALF];
        for (n, point) in points.iter_mut().enumerate() {
            let from = (n as u32).reverse_bits() as usize >> (32 - STEPS);
            let (even, odd) = (from * 2, from * 2 + 1);
            *point = (
                samples[even] * self.window[even],
                samples[odd] * self.window[odd],
            );
        }
        let mut size = 2;
        while size <= HALF {
            let stride = SAMPLES / size;
            for block in points.chunks_exact_mut(size) {
                let (low, high) = block.split_at_mut(size / 2);
                for (n, (a, b)) in low.iter_mut().zip(high).enumerate() {
                    let turned = times(*b, self.turns[n * stride]);
                    *b = (a.0 - turned.0, a.1 - turned.1);
                    *a = (a.0 + turned.0, a.1 + turned.1);
                }
            }
            size *= 2;
        }
        std::array::from_fn(|k| {
            let (a, b) = (points[k], points[(HALF - k) % HALF]);
            let even = ((a.0 + b.0) / 2.0, (a.1 - b.1) / 2.0);
            let odd = ((a.1 + b.1) / 2.0, (b.0 - a.0) / 2.0);
            let turned = times(odd, self.turns[k]);
            let (re, im) = (even.0 + turned.0, even.1 + turned.1);
            re * re + im * im
        })
    }
}

fn times(a: (f32, f32), b: (f32, f32)) -> (f32, f32) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// The strongest place, or the strongest that isn't near another.
fn strongest(power: &Power, not_near: Option<usize>) -> usize {
    let mut best = LOWEST;
    let mut most = -1.0;
    for (k, &power) in power.iter().enumerate().take(HALF - REACH).skip(LOWEST) {
        let near = not_near.is_some_and(|at| k.abs_diff(at) <= REACH + 1);
        if !near && power > most {
            (best, most) = (k, power);
        }
    }
    best
}

/// The energy around a place.
fn held(power: &Power, at: usize) -> f32 {
    power[at - REACH..=at + REACH].iter().sum()
}

/// Where between the places a sine under this window stands, by its neighbours' magnitudes.
fn frequency(power: &Power, at: usize) -> f32 {
    let (before, here, after) = (power[at - 1].sqrt(), power[at].sqrt(), power[at + 1].sqrt());
    if here <= 0.0 {
        return 0.0;
    }
    let (neighbour, side) = if after > before {
        (after, 1.0)
    } else {
        (before, -1.0)
    };
    let ratio = neighbour / here;
    (at as f32 + side * (2.0 * ratio - 1.0) / (ratio + 1.0)) * HZ
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sines(hz: &[f32]) -> [f32; SAMPLES] {
        std::array::from_fn(|n| {
            let at = n as f32 / RATE_HZ as f32;
            hz.iter().map(|hz| 3_000.0 * (TAU * hz * at).sin()).sum()
        })
    }

    fn peaks(samples: &[f32; SAMPLES]) -> Peaks {
        Spectrum::peaks(&Spectrum::new().power(samples))
    }

    #[test]
    fn a_sine_is_found_to_a_hertz_or_two_and_holds_all() {
        let spectrum = Spectrum::new();
        for hz in [205.0, 350.0, 425.0, 987.6, 1_100.0, 2_100.0, 3_333.0] {
            let peaks = Spectrum::peaks(&spectrum.power(&sines(&[hz])));
            assert!((peaks.hz - hz).abs() < 2.5, "{hz}: {peaks:?}");
            assert!(peaks.share > 0.99, "{hz}: {peaks:?}");
        }
    }

    #[test]
    fn two_sines_are_two() {
        let peaks = peaks(&sines(&[480.0, 700.0]));
        let (low, high) = (peaks.hz.min(peaks.other_hz), peaks.hz.max(peaks.other_hz));
        assert!(
            (low - 480.0).abs() < 4.0 && (high - 700.0).abs() < 4.0,
            "{peaks:?}"
        );
        assert!(peaks.share + peaks.other_share > 0.98);
    }

    #[test]
    fn noise_has_no_peak_and_silence_nothing() {
        let mut state = 1u32;
        let noise = std::array::from_fn(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as f32 - 32_768.0
        });
        assert!(peaks(&noise).share < 0.3);
        assert_eq!(peaks(&[0.0; SAMPLES]), Peaks::default());
    }
}
