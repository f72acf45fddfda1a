//! Between 8000 and 16 000 samples a second on live legs: a short half-band filter, 1.4 ms late.
//! Every second weight of such a filter is nothing but the middle one, so half the work falls away.

/// Weights at odd distances from the middle (1, 3, 5, …), of a windowed sinc at a quarter of the
/// higher rate; the middle weight is a half.
const SIDE: usize = 12;

/// Samples the phase with weights keeps.
const REACH: usize = SIDE * 2;

/// The side weights in 1/32768, computed once: sinc under a Kaiser window (beta 6).
static WEIGHTS: std::sync::LazyLock<[i32; SIDE]> = std::sync::LazyLock::new(side_weights);

fn side_weights() -> [i32; SIDE] {
    let mut weights = [0.0f64; SIDE];
    for (n, weight) in weights.iter_mut().enumerate() {
        let distance = (2 * n + 1) as f64;
        let angle = distance * std::f64::consts::FRAC_PI_2;
        *weight = 0.5 * angle.sin() / angle * kaiser(distance / (2 * SIDE) as f64);
    }
    // A half-band filter passes a constant unchanged when its sides sum to a half.
    let sum: f64 = weights.iter().sum::<f64>() * 2.0;
    weights.map(|weight| (weight / sum * 0.5 * 32_768.0).round() as i32)
}

/// The Kaiser window at a distance from its middle, 0 to 1.
pub(crate) fn kaiser(distance: f64) -> f64 {
    const BETA: f64 = 6.0;
    bessel_i0(BETA * (1.0 - distance * distance).max(0.0).sqrt()) / bessel_i0(BETA)
}

fn bessel_i0(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for n in 1..30 {
        term *= (x / (2.0 * f64::from(n))).powi(2);
        sum += term;
    }
    sum
}

/// The latest samples, twice in a row so that they always lie in one piece.
#[derive(Clone, Debug)]
struct History {
    samples: [i32; REACH * 2],
    at: usize,
}

impl History {
    fn new() -> Self {
        History {
            samples: [0; REACH * 2],
            at: 0,
        }
    }

    fn push(&mut self, sample: i16) {
        self.samples[self.at] = i32::from(sample);
        self.samples[self.at + REACH] = i32::from(sample);
        self.at = (self.at + 1) % REACH;
    }

    /// Oldest first.
    fn all(&self) -> &[i32] {
        &self.samples[self.at..self.at + REACH]
    }

    /// The side weights applied to it, in 1/32768.
    fn weighed(&self, weights: &[i32; SIDE]) -> i32 {
        let all = self.all();
        let (old, new) = all.split_at(SIDE);
        let pairs = old.iter().rev().zip(new);
        pairs
            .zip(weights)
            .map(|((&old, &new), &weight)| (old + new) * weight)
            .sum()
    }
}

/// Two samples in, one out.
#[derive(Clone, Debug)]
pub struct Halver {
    weights: &'static [i32; SIDE],
    weighed: History,
    middle: History,
}

impl Halver {
    /// A filter that has heard nothing.
    pub fn new() -> Self {
        Halver {
            weights: &WEIGHTS,
            weighed: History::new(),
            middle: History::new(),
        }
    }

    /// The next sample at 8000 a second from two at 16 000.
    pub fn step(&mut self, pair: [i16; 2]) -> i16 {
        self.middle.push(pair[0]);
        self.weighed.push(pair[1]);
        let sides = self.weighed.weighed(self.weights);
        round(sides + self.middle.all()[SIDE] * 16_384)
    }
}

impl Default for Halver {
    fn default() -> Self {
        Halver::new()
    }
}

/// One sample in, two out.
#[derive(Clone, Debug)]
pub struct Doubler {
    weights: &'static [i32; SIDE],
    history: History,
}

impl Doubler {
    /// A filter that has heard nothing.
    pub fn new() -> Self {
        Doubler {
            weights: &WEIGHTS,
            history: History::new(),
        }
    }

    /// The next two samples at 16 000 a second from one at 8000.
    pub fn step(&mut self, sample: i16) -> [i16; 2] {
        self.history.push(sample);
        let sides = self.history.weighed(self.weights);
        [
            self.history.all()[SIDE - 1] as i16,
            round(sides.saturating_mul(2)),
        ]
    }
}

impl Default for Doubler {
    fn default() -> Self {
        Doubler::new()
    }
}

fn round(value: i32) -> i16 {
    (value.saturating_add(16_384) >> 15).clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hz: f64, rate_hz: f64, count: usize) -> Vec<i16> {
        (0..count)
            .map(|n| (10_000.0 * (std::f64::consts::TAU * hz * n as f64 / rate_hz).sin()) as i16)
            .collect()
    }

    fn rms(samples: &[i16]) -> f64 {
        (samples.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
    }

    fn halved(samples: &[i16]) -> Vec<i16> {
        let mut halver = Halver::new();
        samples
            .chunks_exact(2)
            .map(|pair| halver.step([pair[0], pair[1]]))
            .collect()
    }

    #[test]
    fn the_telephone_band_passes_and_what_would_fold_back_doesnt() {
        for hz in [100.0, 300.0, 1_000.0, 2_500.0, 3_400.0] {
            let out = halved(&sine(hz, 16_000.0, 16_000));
            let db = 20.0 * (rms(&out[200..]) / 7_071.0).log10();
            assert!(db.abs() < 0.6, "{hz} Hz changes by {db} dB");
        }
        for hz in [4_900.0, 5_500.0, 7_000.0] {
            let out = halved(&sine(hz, 16_000.0, 16_000));
            let db = 20.0 * (rms(&out[200..]) / 7_071.0).log10();
            assert!(db < -50.0, "{hz} Hz folds back at {db} dB");
        }
    }

    #[test]
    fn up_and_down_again_gives_the_same_sound_three_milliseconds_later() {
        let sound = sine(1_111.0, 8_000.0, 8_000);
        let (mut doubler, mut halver) = (Doubler::new(), Halver::new());
        let back: Vec<i16> = sound
            .iter()
            .map(|&s| halver.step(doubler.step(s)))
            .collect();
        let noise = (8..40)
            .map(|delay| {
                let pairs = back[400..].iter().zip(&sound[400 - delay..]);
                rms(&pairs
                    .map(|(a, b)| a.saturating_sub(*b))
                    .collect::<Vec<i16>>())
            })
            .min_by(f64::total_cmp)
            .expect("delays were tried");
        let snr = 20.0 * (rms(&sound) / noise).log10();
        assert!(snr > 40.0, "{snr} dB");
    }

    #[test]
    fn doubling_leaves_no_image() {
        let mut doubler = Doubler::new();
        let out: Vec<i16> = sine(1_000.0, 8_000.0, 8_000)
            .iter()
            .flat_map(|&s| doubler.step(s))
            .collect();
        let image = sine(7_000.0, 16_000.0, out.len());
        let dot: f64 = out
            .iter()
            .zip(&image)
            .map(|(&a, &b)| f64::from(a) * f64::from(b))
            .sum::<f64>();
        let share = dot.abs() / out.len() as f64 / (rms(&out) * rms(&image));
        assert!(share < 0.003, "{share}");
    }

    #[test]
    fn the_loudest_doesnt_wrap() {
        let mut halver = Halver::new();
        let mut doubler = Doubler::new();
        for n in 0..200 {
            let sample = if n % 7 < 3 { i16::MIN } else { i16::MAX };
            let pair = doubler.step(sample);
            halver.step(pair);
            halver.step([sample, sample]);
        }
        // Signs as the weights have them, which gives the largest sum there is.
        for n in 0..200 {
            let side = |even| {
                if (n % 24 < 12) == even {
                    i16::MIN
                } else {
                    i16::MAX
                }
            };
            let sample = side(n % 2 == 0);
            doubler.step(sample);
            halver.step([sample, sample]);
            halver.step([i16::MIN, sample]);
        }
        (0..100).for_each(|_| {
            halver.step([i16::MAX; 2]);
        });
        assert_eq!(halver.step([i16::MAX; 2]), i16::MAX);
    }
}
