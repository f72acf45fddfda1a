//! ITU-T G.722 at 64 kbit/s: two bands of ADPCM behind a quadrature mirror filter. One octet
//! stands for two samples at 16 000 a second. Names in comments are the Recommendation's blocks.

/// Half of the mirror filter, which is symmetric (table 4).
const MIRROR: [i32; 12] = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];

/// Decision levels of the lower band's 60-level quantizer (table 14).
const LOW_DECISION: [i32; 30] = [
    0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940,
    1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
];

/// Outputs of the inverse quantizers for 4 bits (adaptation) and 6 (sound), and for the higher
/// band's 2 bits (tables 15 to 20).
const LOW_4: [i32; 16] = [
    0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584,
    1200, 0,
];
const LOW_6: [i32; 64] = [
    -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232,
    -9360, -8576, -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776,
    -2400, -2032, -1688, -1360, -1040, -728, 24808, 21904, 19008, 16704, 14984, 13512, 12280,
    11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776,
    2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
];
const HIGH_2: [i32; 4] = [-7408, -1616, 7408, 1616];

/// Logarithmic scale factor multipliers, by the codes of both bands.
const LOW_STEP: [i32; 16] = [
    -60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60,
];
const HIGH_STEP: [i32; 4] = [798, -214, 798, -214];

/// Powers of two in 1/2048 (block SCALEL).
const POWER: [i32; 32] = [
    2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
    2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
];

/// Higher band's only decision level.
const HIGH_DECISION: i32 = 564;

const LOW_SCALE_MAX: i32 = 18_432;
const HIGH_SCALE_MAX: i32 = 22_528;

fn clip(value: i32) -> i32 {
    value.clamp(-32_768, 32_767)
}

/// One band's predictor and scale, the same in encoder and decoder.
#[derive(Clone, Debug)]
struct Band {
    /// Present estimate, and its part from the zeros.
    estimate: i32,
    from_zeros: i32,
    /// Reconstructed signal, and partly reconstructed signal, latest first.
    rebuilt: [i32; 2],
    partial: [i32; 2],
    poles: [i32; 2],
    zeros: [i32; 6],
    differences: [i32; 6],
    log_scale: i32,
    scale: i32,
}

impl Band {
    fn new(scale: i32) -> Self {
        Band {
            estimate: 0,
            from_zeros: 0,
            rebuilt: [0; 2],
            partial: [0; 2],
            poles: [0; 2],
            zeros: [0; 6],
            differences: [0; 6],
            log_scale: 0,
            scale,
        }
    }

    /// LOGSCL and SCALEL, or their siblings of the higher band.
    fn rescale(&mut self, step: i32, max: i32, shift: i32) {
        self.log_scale = (((self.log_scale * 127) >> 7) + step).clamp(0, max);
        let power = POWER[(self.log_scale >> 6 & 31) as usize];
        let shift = shift - (self.log_scale >> 11);
        self.scale = if shift < 0 {
            power << -shift
        } else {
            power >> shift
        } << 2;
    }

    /// Predictor adaptation and prediction for one quantized difference (block 4).
    fn adapt(&mut self, difference: i32) {
        let rebuilt = clip(self.estimate + difference);
        let partial = clip(self.from_zeros + difference);
        self.adapt_poles(partial);
        self.adapt_zeros(difference);
        self.rebuilt = [rebuilt, self.rebuilt[0]];
        self.partial = [partial, self.partial[0]];
        let pole = |n: usize| (self.poles[n] * clip(self.rebuilt[n] * 2)) >> 15;
        let from_poles = clip(pole(0) + pole(1));
        let zeros = self.zeros.iter().zip(&self.differences);
        self.from_zeros = clip(
            zeros
                .map(|(&zero, &past)| (zero * clip(past * 2)) >> 15)
                .sum(),
        );
        self.estimate = clip(from_poles + self.from_zeros);
    }

    /// UPPOL2 and UPPOL1.
    fn adapt_poles(&mut self, partial: i32) {
        let alike = |past: i32| (partial < 0) == (past < 0);
        let pull = clip(self.poles[0] << 2);
        let pull = if alike(self.partial[0]) { -pull } else { pull }.min(32_767);
        let push = if alike(self.partial[1]) { 128 } else { -128 };
        let second = (push + (pull >> 7) + ((self.poles[1] * 32_512) >> 15)).clamp(-12_288, 12_288);
        let push = if alike(self.partial[0]) { 192 } else { -192 };
        let limit = clip(15_360 - second);
        let first = clip(push + ((self.poles[0] * 32_640) >> 15)).clamp(-limit, limit);
        self.poles = [first, second];
    }

    /// UPZERO, and the delay line of differences.
    fn adapt_zeros(&mut self, difference: i32) {
        let push = if difference == 0 { 0 } else { 128 };
        for (zero, &past) in self.zeros.iter_mut().zip(&self.differences) {
            let push = if (past < 0) == (difference < 0) {
                push
            } else {
                -push
            };
            *zero = clip(push + ((*zero * 32_640) >> 15));
        }
        self.differences.copy_within(..5, 1);
        self.differences[0] = difference;
    }

    fn adapt_low(&mut self, code: usize) {
        let difference = (self.scale * LOW_4[code]) >> 15;
        self.rescale(LOW_STEP[code], LOW_SCALE_MAX, 8);
        self.adapt(difference);
    }

    fn adapt_high(&mut self, code: usize) -> i32 {
        let difference = (self.scale * HIGH_2[code]) >> 15;
        self.rescale(HIGH_STEP[code], HIGH_SCALE_MAX, 10);
        self.adapt(difference);
        difference
    }
}

/// The latest 24 samples between the two bands and the sound.
#[derive(Clone, Debug)]
struct Mirror([i32; 24]);

impl Mirror {
    fn push(&mut self, first: i32, second: i32) {
        self.0.copy_within(2.., 0);
        self.0[22] = first;
        self.0[23] = second;
    }

    /// Both halves of the filter.
    fn sums(&self) -> (i32, i32) {
        let (mut even, mut odd) = (0, 0);
        for (n, pair) in self.0.chunks_exact(2).enumerate() {
            even += pair[0] * MIRROR[n];
            odd += pair[1] * MIRROR[11 - n];
        }
        (even, odd)
    }
}

/// Two samples in, one octet out.
#[derive(Clone, Debug)]
pub struct Encoder {
    mirror: Mirror,
    low: Band,
    high: Band,
}

impl Encoder {
    /// In the state a decoder starts from.
    pub fn new() -> Self {
        Encoder {
            mirror: Mirror([0; 24]),
            low: Band::new(32),
            high: Band::new(8),
        }
    }

    /// The octet for two samples at 16 000 a second.
    pub fn encode(&mut self, pair: [i16; 2]) -> u8 {
        self.mirror.push(i32::from(pair[0]), i32::from(pair[1]));
        let (even, odd) = self.mirror.sums();
        let low = quantize_low(
            clip(((odd + even) >> 14) - self.low.estimate),
            self.low.scale,
        );
        self.low.adapt_low(low >> 2);
        let high = quantize_high(
            clip(((odd - even) >> 14) - self.high.estimate),
            self.high.scale,
        );
        self.high.adapt_high(high);
        (high << 6 | low) as u8
    }
}

impl Default for Encoder {
    fn default() -> Self {
        Encoder::new()
    }
}

/// QUANTL.
fn quantize_low(error: i32, scale: i32) -> usize {
    let size = if error < 0 { !error } else { error };
    let mut level = 1;
    while level < 30 && size >= (LOW_DECISION[level] * scale) >> 12 {
        level += 1;
    }
    match (error < 0, level) {
        (true, 1 | 2) => 64 - level,
        (true, _) => 34 - level,
        (false, _) => 62 - level,
    }
}

/// QUANTH.
fn quantize_high(error: i32, scale: i32) -> usize {
    let size = if error < 0 { !error } else { error };
    let far = size >= (HIGH_DECISION * scale) >> 12;
    match (error < 0, far) {
        (true, true) => 0,
        (true, false) => 1,
        (false, true) => 2,
        (false, false) => 3,
    }
}

/// One octet in, two samples out.
#[derive(Clone, Debug)]
pub struct Decoder {
    mirror: Mirror,
    low: Band,
    high: Band,
}

impl Decoder {
    /// In the state an encoder starts from.
    pub fn new() -> Self {
        Decoder {
            mirror: Mirror([0; 24]),
            low: Band::new(32),
            high: Band::new(8),
        }
    }

    /// Two samples at 16 000 a second.
    pub fn decode(&mut self, octet: u8) -> [i16; 2] {
        let code = usize::from(octet & 63);
        let difference = (self.low.scale * LOW_6[code]) >> 15;
        let low = (self.low.estimate + difference).clamp(-16_384, 16_383);
        self.low.adapt_low(code >> 2);
        let estimate = self.high.estimate;
        let difference = self.high.adapt_high(usize::from(octet >> 6));
        let high = (estimate + difference).clamp(-16_384, 16_383);
        self.mirror.push(low + high, low - high);
        let (even, odd) = self.mirror.sums();
        [clip(odd >> 11) as i16, clip(even >> 11) as i16]
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Decoder::new()
    }
}

#[cfg(test)]
mod tests;
