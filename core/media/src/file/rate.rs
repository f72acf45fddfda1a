//! A file from any sample rate to 8000, piece by piece: a windowed sinc looked up in a fine table.
//! Off the media path, so exactness goes before speed; `rubato` would do it too, but brings a
//! dozen crates and a procedural macro for these sixty lines.

use std::sync::LazyLock;

use crate::sound::resample::kaiser;
use crate::sound::{RATE_HZ, saturate};

/// Zero crossings of the sinc on either side.
const CROSSINGS: usize = 24;

/// Entries of the table per crossing; linear interpolation between them errs by less than -90 dB.
const FINENESS: usize = 256;

/// Share of the band kept: the rest is for the filter to fall in.
const KEPT: f64 = 0.94;

/// A constant that is computed once: it takes longer than most prompts' conversion.
static TABLE: LazyLock<Vec<f32>> = LazyLock::new(table);

/// How many samples come out.
fn converted_length(samples: usize, rate_hz: u32) -> usize {
    (samples as u64 * u64::from(RATE_HZ)).div_ceil(u64::from(rate_hz.max(1))) as usize
}

/// Converts sound that comes in pieces.
pub struct Converter {
    rate_hz: u32,
    table: &'static [f32],
    /// Input that is still needed, and the place of its first sample.
    held: Vec<i16>,
    held_from: usize,
    made: usize,
}

impl Converter {
    /// From this rate to [`RATE_HZ`].
    pub fn new(rate_hz: u32) -> Converter {
        Converter {
            rate_hz,
            table: &TABLE,
            held: Vec::new(),
            held_from: 0,
            made: 0,
        }
    }

    /// Appends what these samples complete: all but the last few milliseconds.
    pub fn push(&mut self, samples: &[i16], out: &mut Vec<i16>) {
        if self.rate_hz == RATE_HZ {
            out.extend_from_slice(samples);
            return;
        }
        self.held.extend_from_slice(samples);
        let came = self.held_from + self.held.len();
        while self.window().1 <= came {
            let sample = self.sample();
            out.push(sample);
        }
        let spent = self.window().0.min(came) - self.held_from;
        self.held.drain(..spent);
        self.held_from += spent;
    }

    /// Appends what is left, as if silence followed.
    pub fn finish(&mut self, out: &mut Vec<i16>) {
        let came = self.held_from + self.held.len();
        let all = converted_length(came, self.rate_hz);
        while self.rate_hz != RATE_HZ && self.made < all {
            let sample = self.sample();
            out.push(sample);
        }
    }

    /// Input samples for one output sample.
    fn step(&self) -> f64 {
        f64::from(self.rate_hz) / f64::from(RATE_HZ)
    }

    /// Crossings per input sample: fewer when going down, so that what would fold back is cut.
    fn density(&self) -> f64 {
        KEPT / self.step().max(1.0)
    }

    /// The places of the input that the next sample is made of.
    fn window(&self) -> (usize, usize) {
        let middle = self.made as f64 * self.step();
        let reach = CROSSINGS as f64 / self.density();
        let first = (middle - reach).ceil().max(0.0) as usize;
        (first, (middle + reach).floor() as usize + 1)
    }

    fn sample(&mut self) -> i16 {
        let came = self.held_from + self.held.len();
        let (first, last) = self.window();
        let last = last.min(came);
        let first = first.min(last);
        let (middle, density) = (self.made as f64 * self.step(), self.density());
        self.made += 1;
        let mut sum = 0.0f32;
        let window = &self.held[first - self.held_from..last - self.held_from];
        for (at, &sample) in window.iter().enumerate() {
            let distance = ((first + at) as f64 - middle).abs() * density;
            sum += f32::from(sample) * look_up(self.table, distance as f32);
        }
        saturate(sum * density as f32)
    }
}

fn table() -> Vec<f32> {
    (0..=CROSSINGS * FINENESS)
        .map(|n| {
            let distance = n as f64 / FINENESS as f64;
            let angle = distance * std::f64::consts::PI;
            let sinc = if n == 0 { 1.0 } else { angle.sin() / angle };
            (sinc * kaiser(distance / CROSSINGS as f64)) as f32
        })
        .collect()
}

fn look_up(table: &[f32], distance: f32) -> f32 {
    let place = distance * FINENESS as f32;
    let index = place as usize;
    match table.get(index..index + 2) {
        Some(pair) => pair[0] + (pair[1] - pair[0]) * (place - index as f32),
        None => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(samples: &[i16], rate_hz: u32) -> Vec<i16> {
        let (mut whole, mut out) = (Converter::new(rate_hz), Vec::new());
        whole.push(samples, &mut out);
        whole.finish(&mut out);
        // In pieces it is the same.
        let (mut pieces, mut again) = (Converter::new(rate_hz), Vec::new());
        for piece in samples.chunks(777) {
            pieces.push(piece, &mut again);
        }
        pieces.finish(&mut again);
        assert_eq!(out, again);
        out
    }

    fn sine(hz: f64, rate_hz: u32, count: usize) -> Vec<i16> {
        (0..count)
            .map(|n| {
                let angle = std::f64::consts::TAU * hz * n as f64 / f64::from(rate_hz);
                (10_000.0 * angle.sin()).round() as i16
            })
            .collect()
    }

    #[test]
    fn what_is_heard_stays_in_place_and_in_tune() {
        for rate_hz in [
            6_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000,
        ] {
            let out = convert(&sine(1_000.0, rate_hz, rate_hz as usize), rate_hz);
            assert_eq!(out.len(), 8_000, "{rate_hz}");
            let ideal = sine(1_000.0, 8_000, 8_000);
            let (mut signal, mut noise) = (0.0, 0.0);
            for (&is, &should) in out.iter().zip(&ideal).skip(200).take(7_600) {
                signal += f64::from(should).powi(2);
                noise += (f64::from(is) - f64::from(should)).powi(2);
            }
            let snr = 10.0 * (signal / noise).log10();
            assert!(snr > 60.0, "{rate_hz}: {snr} dB");
        }
    }

    #[test]
    fn what_would_fold_back_is_cut() {
        for (hz, rate_hz) in [(4_500.0, 44_100), (7_000.0, 16_000), (15_000.0, 48_000)] {
            let out = convert(&sine(hz, rate_hz, rate_hz as usize / 2), rate_hz);
            let loudest = out[200..3_800].iter().map(|s| s.unsigned_abs()).max();
            assert!(loudest < Some(30), "{hz} at {rate_hz}: {loudest:?}");
        }
    }

    #[test]
    fn nothing_becomes_nothing() {
        assert!(convert(&[], 44_100).is_empty());
        assert_eq!(convert(&[5], 192_000).len(), 1);
    }
}
