//! A small recurrent network that says how a person who picks up talks, and how a greeting. It is
//! grown from spoken texts by `tools/amd-grow`, which writes `network.bin`; what it says of a
//! frame weighs all it has heard up to there.
//!
//! Every 40 ms: 22 features of two frames and the two before → 80 → 160 gated units → one number.
//! Its arithmetic is all sums, products and quotients, so that it says the same on every machine.

use super::talk::{FEATURES, Features};

/// Frames from one step to the next: half the steps leave room for twice the units.
const STRIDE: u32 = 2;
/// Frames it sees at once.
const FRAMES: usize = 4;
const INPUTS: usize = FEATURES * FRAMES;
const SEEN: usize = 80;
const UNITS: usize = 160;
const GATES: usize = UNITS * 3;

/// Where each part of the weights begins.
const SEEN_BIAS: usize = INPUTS * SEEN;
const INTO: usize = SEEN_BIAS + SEEN;
const GATE_BIAS: usize = INTO + SEEN * GATES;
const BACK: usize = GATE_BIAS + GATES;
const OUT: usize = BACK + UNITS * GATES;
const OUT_BIAS: usize = OUT + UNITS;
const COUNT: usize = OUT_BIAS + 1;

/// The weights: 16 bits each, in units of 1/2048.
static WEIGHTS: [f32; COUNT] = read(include_bytes!("network.bin"));

const fn read(octets: &[u8; COUNT * 2]) -> [f32; COUNT] {
    let mut weights = [0.0; COUNT];
    let mut n = 0;
    while n < COUNT {
        weights[n] = i16::from_le_bytes([octets[n * 2], octets[n * 2 + 1]]) as f32 / 2_048.0;
        n += 1;
    }
    weights
}

/// One that listens.
pub(super) struct Network {
    /// This frame and those before, the newest first.
    frames: [Features; FRAMES],
    /// Frames since the latest step.
    fresh: u32,
    units: [f32; UNITS],
    said: f32,
}

impl Network {
    /// One that has heard nothing.
    pub(super) fn new() -> Self {
        Network {
            frames: [[-1.0; FEATURES]; FRAMES],
            fresh: 0,
            units: [0.0; UNITS],
            said: 0.0,
        }
    }

    /// Hears a frame. Above zero a person is likelier than a machine, below a machine: the natural
    /// logarithm of how many times likelier.
    pub(super) fn hear(&mut self, features: &Features) -> f32 {
        self.frames.rotate_right(1);
        self.frames[0] = *features;
        self.fresh += 1;
        if self.fresh == STRIDE {
            self.fresh = 0;
            self.said = self.step();
        }
        self.said
    }

    fn step(&mut self) -> f32 {
        let mut seen = [0.0; SEEN];
        seen.copy_from_slice(&WEIGHTS[SEEN_BIAS..INTO]);
        multiply(self.frames.as_flattened(), &WEIGHTS[..SEEN_BIAS], &mut seen);
        seen.iter_mut().for_each(|value| *value = value.max(0.0));
        let mut gates = [0.0; GATES];
        gates.copy_from_slice(&WEIGHTS[GATE_BIAS..BACK]);
        multiply(&seen, &WEIGHTS[INTO..GATE_BIAS], &mut gates);
        let mut back = [0.0; GATES];
        multiply(&self.units, &WEIGHTS[BACK..OUT], &mut back);
        for n in 0..UNITS {
            let keeps = gate(gates[n] + back[n]);
            let recalls = gate(gates[UNITS + n] + back[UNITS + n]);
            let fresh = squash(gates[UNITS * 2 + n] + recalls * back[UNITS * 2 + n]);
            self.units[n] = keeps * self.units[n] + (1.0 - keeps) * fresh;
        }
        let out = self.units.iter().zip(&WEIGHTS[OUT..OUT_BIAS]);
        out.map(|(unit, weight)| unit * weight).sum::<f32>() + WEIGHTS[OUT_BIAS]
    }
}

/// Adds the product of a row and a matrix, whose rows are as long as the sum.
fn multiply<const N: usize>(row: &[f32], matrix: &[f32], sum: &mut [f32; N]) {
    for (&value, weights) in row.iter().zip(matrix.chunks_exact(N)) {
        // Half of what is seen is zero.
        if value != 0.0 {
            for (sum, weight) in sum.iter_mut().zip(weights) {
                *sum += value * weight;
            }
        }
    }
}

/// Near to the hyperbolic tangent (its Padé approximant), and exactly what the network grew with.
fn squash(value: f32) -> f32 {
    let value = value.clamp(-3.0, 3.0);
    let square = value * value;
    value * (27.0 + square) / (27.0 + 9.0 * square)
}

fn gate(value: f32) -> f32 {
    0.5 + 0.5 * squash(0.5 * value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_it_said_where_it_was_grown() {
        let mut network = Network::new();
        let said: Vec<f32> = (0..60)
            .map(|n| {
                let feature = |k: usize| ((n * 7 + k * 3) % 13) as f32 / 6.5 - 1.0;
                network.hear(&std::array::from_fn(feature))
            })
            .collect();
        // By `hear` of amd/grow/hear.rs, with these weights.
        let grown = [
            (0, 0.0),
            (1, 0.367_94),
            (9, 2.180_68),
            (29, -0.059_15),
            (59, -0.679_51),
        ];
        for (n, grown) in grown {
            assert!((said[n] - grown).abs() < 1e-3, "{n}: {} {grown}", said[n]);
        }
    }

    #[test]
    fn whatever_it_hears_it_says_a_number() {
        let mut network = Network::new();
        for value in [0.0, -1.0, 1.3, 1e9, -1e9] {
            for _ in 0..200 {
                assert!(network.hear(&[value; FEATURES]).is_finite());
            }
        }
    }
}
