//! The shape of the network, and how its weights lie in a row: as in `network.bin`, of which
//! `core/media/src/amd/network.rs` makes the network that listens.

use crate::chance::Chance;
use crate::disguise::normal;
pub use media::amd::FEATURES;
use std::path::Path;

/// Gated units. To grow another shape, change these four here and in `network.rs`.
pub const UNITS: usize = 160;
/// What is seen of the frames; like the units, a multiple of 16.
pub const SEEN: usize = 80;
/// Frames it sees at once.
pub const AT_ONCE: usize = 4;
/// Frames from one step to the next; what comes between is seen with the next step.
pub const STRIDE: usize = 2;
/// Numbers it sees at once.
pub const INPUTS: usize = FEATURES * AT_ONCE;
/// Each unit has one gate that keeps, one that recalls, and what is fresh.
pub const GATES: usize = UNITS * 3;

/// Where each part of the weights begins; the first is what is seen, at 0.
pub const SEEN_BIAS: usize = INPUTS * SEEN;
/// From what is seen into the gates.
pub const INTO: usize = SEEN_BIAS + SEEN;
/// What the gates begin with.
pub const GATE_BIAS: usize = INTO + SEEN * GATES;
/// From the units back into the gates.
pub const BACK: usize = GATE_BIAS + GATES;
/// From the units to what it says.
pub const OUT: usize = BACK + UNITS * GATES;
/// What it says of nothing.
pub const OUT_BIAS: usize = OUT + UNITS;
/// All weights.
pub const COUNT: usize = OUT_BIAS + 1;

/// A weight is written as 16 bits, in units of one 2048th.
const UNIT: f32 = 2_048.0;

/// Weights of a network that has learned nothing.
pub fn fresh(chance: &mut Chance) -> Vec<f32> {
    let mut weights = vec![0.0; COUNT];
    let mut spread = |from: usize, to: usize, rows: usize, share: f32| {
        for weight in &mut weights[from..to] {
            *weight = normal(chance) * share / (rows as f32).sqrt();
        }
    };
    spread(0, SEEN_BIAS, INPUTS, 1.0);
    spread(INTO, GATE_BIAS, SEEN, 1.0);
    spread(BACK, OUT, UNITS, 0.7);
    spread(OUT, OUT_BIAS, UNITS, 0.3);
    // At first the units keep what they hold.
    weights[GATE_BIAS..GATE_BIAS + UNITS].fill(1.0);
    weights
}

/// The octets of a file of weights.
pub fn written(weights: &[f32]) -> Vec<u8> {
    let rounded = weights.iter().map(|weight| (weight * UNIT).round() as i16);
    rounded.flat_map(i16::to_le_bytes).collect()
}

/// The weights of a file; `None` if it is of a network of another shape.
pub fn read(path: &Path) -> Result<Option<Vec<f32>>, String> {
    let octets = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let (pairs, rest) = octets.as_chunks::<2>();
    let weights = pairs
        .iter()
        .map(|&pair| f32::from(i16::from_le_bytes(pair)) / UNIT);
    Ok((pairs.len() == COUNT && rest.is_empty()).then(|| weights.collect()))
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// The weights in the tree.
    pub fn of_the_tree() -> Vec<f32> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/media/src/amd/network.bin");
        read(&file)
            .expect("the file is there")
            .expect("UNITS is not what network.bin was grown with")
    }

    #[test]
    fn what_was_written_is_read() {
        let weights = of_the_tree();
        let file = std::env::temp_dir().join(format!("amd-grow-{}.bin", std::process::id()));
        std::fs::write(&file, written(&weights)).expect("a folder for files");
        let again = read(&file).expect("it was written");
        std::fs::remove_file(&file).expect("it was written");
        assert_eq!(again, Some(weights));
    }

    #[test]
    fn what_is_too_large_is_written_as_the_largest() {
        let octets = written(&[99.0, -99.0, 0.000_3]);
        let numbers: Vec<i16> = octets
            .as_chunks::<2>()
            .0
            .iter()
            .map(|&pair| i16::from_le_bytes(pair))
            .collect();
        assert_eq!(numbers, [i16::MAX, i16::MIN, 1]);
    }
}
