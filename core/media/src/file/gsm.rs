//! GSM 06.10 full rate (ETSI EN 300 961), the decoding half: 33 octets are 20 ms. WAV files pack
//! two frames into 65 octets and turn the bits around.
//!
//! Own code, as with G.711: the standard is a page of tables and eight short steps in 16-bit
//! arithmetic that is exact to the bit, and the libraries that decode it are C.

use crate::sound::FRAME_SAMPLES;

/// Octets of a frame by itself.
pub const FRAME_OCTETS: usize = 33;
/// Octets of the two frames that a WAV file packs together.
pub const PAIR_OCTETS: usize = 65;

/// Subframes of a frame, and their samples.
const SUBFRAMES: usize = 4;
const SUBFRAME_SAMPLES: usize = FRAME_SAMPLES / SUBFRAMES;
/// The farthest the long-term prediction looks back (§3.1.14).
const LAG_MAX: usize = 120;
const LAG_MIN: usize = 40;

/// Bits of each log-area ratio (table 1.1).
const LAR_BITS: [u32; 8] = [6, 6, 5, 5, 4, 4, 3, 3];
/// Tables 4.1 and 4.2: `B`, `MIC` and `INVA` of each log-area ratio.
const LAR_OFFSET: [i16; 8] = [0, 0, 2_048, -2_560, 94, -1_792, -341, -1_144];
const LAR_LEAST: [i16; 8] = [-32, -32, -16, -16, -8, -8, -4, -4];
const LAR_INVERSE: [i16; 8] = [
    13_107, 13_107, 13_107, 13_107, 19_223, 17_476, 31_454, 29_708,
];
/// Table 4.3b: gain of the long-term prediction.
const GAIN: [i16; 4] = [3_277, 11_469, 21_299, 32_767];
/// Table 4.6: the normalized mantissa.
const MANTISSA: [i16; 8] = [
    18_431, 20_479, 22_527, 24_575, 26_623, 28_671, 30_719, 32_767,
];

/// Samples of a frame, and how the last frame's ratio and this one's are mixed for them.
type Step = (std::ops::Range<usize>, fn(i16, i16) -> i16);

/// What one frame says.
struct Parameters {
    ratios: [i16; 8],
    subframes: [Subframe; SUBFRAMES],
}

#[derive(Clone, Copy, Default)]
struct Subframe {
    lag: usize,
    gain: usize,
    grid: usize,
    /// The block's greatest value, coded.
    most: i16,
    pulses: [i16; 13],
}

/// What a frame needs of the frames before it.
#[derive(Clone, Debug)]
pub struct Decoder {
    /// The residual of the last 15 ms, newest last.
    past: [i16; LAG_MAX],
    lag: usize,
    ratios: [i16; 8],
    filter: [i16; 9],
    emphasis: i16,
}

impl Decoder {
    /// Before the first frame.
    pub fn new() -> Self {
        Decoder {
            past: [0; LAG_MAX],
            lag: LAG_MIN,
            ratios: [0; 8],
            filter: [0; 9],
            emphasis: 0,
        }
    }

    /// Decodes a frame: a mark of four bits, then the parameters, highest bit first.
    pub fn frame(&mut self, octets: &[u8; FRAME_OCTETS], out: &mut Vec<i16>) {
        let mut at = 4;
        let parameters = parse(|count| {
            let value = (at..at + count).fold(0, |value, bit| {
                value << 1 | i16::from(octets[bit as usize / 8] >> (7 - bit % 8) & 1)
            });
            at += count;
            value
        });
        self.decode(&parameters, out);
    }

    /// Decodes the two frames of a WAV file's block: no mark, lowest bit first.
    pub fn pair(&mut self, octets: &[u8; PAIR_OCTETS], out: &mut Vec<i16>) {
        let mut at = 0;
        for _ in 0..2 {
            let parameters = parse(|count| {
                let value = (0..count).fold(0, |value, n| {
                    let bit = at + n;
                    value | i16::from(octets[bit as usize / 8] >> (bit % 8) & 1) << n
                });
                at += count;
                value
            });
            self.decode(&parameters, out);
        }
    }

    fn decode(&mut self, parameters: &Parameters, out: &mut Vec<i16>) {
        let mut residual = [0; FRAME_SAMPLES];
        for (n, subframe) in parameters.subframes.iter().enumerate() {
            let piece = self.predict(subframe);
            residual[n * SUBFRAME_SAMPLES..][..SUBFRAME_SAMPLES].copy_from_slice(&piece);
        }
        self.synthesize(&decode_ratios(&parameters.ratios), &mut residual);
        for sample in residual {
            // De-emphasis, doubling, and the three bits nobody coded (§4.3.5 to §4.3.7).
            self.emphasis = sample.saturating_add(multiply(self.emphasis, 28_180));
            out.push(self.emphasis.saturating_add(self.emphasis) & !7);
        }
    }

    /// The residual of a subframe: its pulses on what the past predicts (§4.3.2).
    fn predict(&mut self, subframe: &Subframe) -> [i16; SUBFRAME_SAMPLES] {
        if (LAG_MIN..=LAG_MAX).contains(&subframe.lag) {
            self.lag = subframe.lag;
        }
        let mut pieces = decode_pulses(subframe);
        let gain = GAIN[subframe.gain];
        for (n, sample) in pieces.iter_mut().enumerate() {
            // No lag is shorter than a subframe, so all of it lies in the past.
            let earlier = self.past[LAG_MAX + n - self.lag];
            *sample = sample.saturating_add(multiply(gain, earlier));
        }
        self.past.copy_within(SUBFRAME_SAMPLES.., 0);
        self.past[LAG_MAX - SUBFRAME_SAMPLES..].copy_from_slice(&pieces);
        pieces
    }

    /// The lattice filter, with ratios that pass from the last frame's to this one's (§4.3.3,
    /// §4.3.4).
    fn synthesize(&mut self, ratios: &[i16; 8], samples: &mut [i16; FRAME_SAMPLES]) {
        let before = self.ratios;
        let steps: [Step; 4] = [
            (0..13, |was, is| {
                (was >> 2).saturating_add(is >> 2).saturating_add(was >> 1)
            }),
            (13..27, |was, is| (was >> 1).saturating_add(is >> 1)),
            (27..40, |was, is| {
                (was >> 2).saturating_add(is >> 2).saturating_add(is >> 1)
            }),
            (40..FRAME_SAMPLES, |_, is| is),
        ];
        for (range, mix) in steps {
            let reflections: [i16; 8] =
                std::array::from_fn(|n| reflection(mix(before[n], ratios[n])));
            for sample in &mut samples[range] {
                for n in (0..8).rev() {
                    *sample = sample.saturating_sub(multiply(reflections[n], self.filter[n]));
                    self.filter[n + 1] =
                        self.filter[n].saturating_add(multiply(reflections[n], *sample));
                }
                self.filter[0] = *sample;
            }
        }
        self.ratios = *ratios;
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Decoder::new()
    }
}

/// Takes a frame's fields in the order of table 1.1.
fn parse(mut take: impl FnMut(u32) -> i16) -> Parameters {
    let ratios = LAR_BITS.map(&mut take);
    let subframes = std::array::from_fn(|_| {
        let (lag, gain, grid) = (take(7), take(2), take(2));
        Subframe {
            lag: lag as usize,
            gain: gain as usize,
            grid: grid as usize,
            most: take(6),
            pulses: std::array::from_fn(|_| take(3)),
        }
    });
    Parameters { ratios, subframes }
}

/// Log-area ratios from their codes (§4.2.8).
fn decode_ratios(codes: &[i16; 8]) -> [i16; 8] {
    std::array::from_fn(|n| {
        let code = (codes[n] + LAR_LEAST[n]) << 10;
        let value = multiply(LAR_INVERSE[n], code.saturating_sub(LAR_OFFSET[n] << 1));
        value.saturating_add(value)
    })
}

/// A reflection coefficient from a log-area ratio (§4.2.9.2).
fn reflection(ratio: i16) -> i16 {
    let size = ratio.saturating_abs();
    let value = match size {
        ..11_059 => size << 1,
        11_059..20_070 => size + 11_059,
        _ => (size >> 2).saturating_add(26_112),
    };
    if ratio < 0 { -value } else { value }
}

/// The pulses of a subframe, each on its place in the grid (§4.2.15 to §4.2.17).
fn decode_pulses(subframe: &Subframe) -> [i16; SUBFRAME_SAMPLES] {
    let mut exponent = if subframe.most > 15 {
        (subframe.most >> 3) - 1
    } else {
        0
    };
    let mut mantissa = subframe.most - (exponent << 3);
    if mantissa == 0 {
        (exponent, mantissa) = (-4, 7);
    } else {
        while mantissa <= 7 {
            mantissa = mantissa << 1 | 1;
            exponent -= 1;
        }
        mantissa -= 8;
    }
    let factor = MANTISSA[(mantissa & 7) as usize];
    let shift = 6 - exponent;
    let half = if shift > 0 { 1 << (shift - 1) } else { 0 };
    let mut out = [0; SUBFRAME_SAMPLES];
    for (n, &code) in subframe.pulses.iter().enumerate() {
        let value = multiply(factor, ((code << 1) - 7) << 12);
        out[subframe.grid + 3 * n] = value.saturating_add(half) >> shift;
    }
    out
}

/// The rounded product of two fractions (`mult_r`, §4.1).
fn multiply(a: i16, b: i16) -> i16 {
    let product = (i32::from(a) * i32::from(b) + 16_384) >> 15;
    product.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

#[cfg(test)]
mod tests;
