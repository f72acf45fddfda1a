//! How the loss of a slice changes with each weight: back through its steps, from the last to the
//! first.

use crate::hear::{SIDE_BY_SIDE, Slice, part, three, three_mut};
use crate::product::{add_product, rows_of, turned};
use crate::shape::{
    BACK, COUNT, GATE_BIAS, GATES, INPUTS, INTO, OUT, OUT_BIAS, SEEN, SEEN_BIAS, UNITS,
};

/// What goes back from a step to the one before, and what it is reckoned with.
struct Backwards {
    /// The slope by each unit.
    units: [[f32; UNITS]; SIDE_BY_SIDE],
    /// By what came into the gates, and by what came back into them.
    gates: [[f32; GATES]; SIDE_BY_SIDE],
    back: [[f32; GATES]; SIDE_BY_SIDE],
    /// By what was seen.
    seen: [[f32; SEEN]; SIDE_BY_SIDE],
    /// The weights of these, turned.
    from_back: Vec<f32>,
    from_into: Vec<f32>,
}

impl Slice {
    /// The slope of the loss by each weight, of what was heard and judged.
    pub fn learn(&mut self, weights: &[f32]) {
        let mut now = Backwards {
            units: [[0.0; UNITS]; SIDE_BY_SIDE],
            gates: [[0.0; GATES]; SIDE_BY_SIDE],
            back: [[0.0; GATES]; SIDE_BY_SIDE],
            seen: [[0.0; SEEN]; SIDE_BY_SIDE],
            from_back: across(&weights[BACK..OUT], GATES),
            from_into: across(&weights[INTO..GATE_BIAS], GATES),
        };
        self.slope.clear();
        self.slope.resize(COUNT, 0.0);
        for step in (0..self.steps).rev() {
            self.learn_units(weights, step * SIDE_BY_SIDE, &mut now);
            self.learn_seen(step * SIDE_BY_SIDE, &mut now);
        }
    }

    /// From what was said to the gates, and to the units before.
    fn learn_units(&mut self, weights: &[f32], from: usize, now: &mut Backwards) {
        let out: [f32; UNITS] = part(weights, OUT);
        let mut slope: [f32; UNITS] = part(&self.slope, OUT);
        for place in 0..SIDE_BY_SIDE {
            let row = from + place;
            let fault = self.faults[row];
            self.slope[OUT_BIAS] += fault;
            let (keep_steep, recall_steep, fresh_steep) = three(&self.steep[row]);
            let (keep, recall, recalled) = three(&self.open[row]);
            let (before, after) = (&self.units[row], &self.units[row + SIDE_BY_SIDE]);
            let (fresh, units) = (&self.fresh[row], &mut now.units[place]);
            let (keep_gate, recall_gate, fresh_gate) = three_mut(&mut now.gates[place]);
            let (keep_back, recall_back, fresh_back) = three_mut(&mut now.back[place]);
            for n in 0..UNITS {
                slope[n] += fault * after[n];
                let unit = units[n] + fault * out[n];
                fresh_gate[n] = unit * (1.0 - keep[n]) * fresh_steep[n];
                keep_gate[n] = unit * (before[n] - fresh[n]) * keep_steep[n];
                recall_gate[n] = fresh_gate[n] * recalled[n] * recall_steep[n];
                keep_back[n] = keep_gate[n];
                recall_back[n] = recall_gate[n];
                fresh_back[n] = fresh_gate[n] * recall[n];
                units[n] = unit * keep[n];
            }
        }
        self.slope[OUT..OUT_BIAS].copy_from_slice(&slope);
        add_product::<GATES>(
            self.kept[from..from + SIDE_BY_SIDE].as_flattened(),
            turned(UNITS),
            now.back.as_flattened(),
            &mut self.slope[BACK..OUT],
        );
        let mut recalled = [[0.0; UNITS]; SIDE_BY_SIDE];
        add_product::<UNITS>(
            now.back.as_flattened(),
            rows_of(GATES),
            &now.from_back,
            recalled.as_flattened_mut(),
        );
        let rows = now.units.iter_mut().zip(&recalled).zip(&self.counts_units);
        for ((units, recalled), counts) in rows {
            for n in 0..UNITS {
                units[n] += recalled[n] * counts[n];
            }
        }
    }

    /// From the gates to what was seen, and to the features.
    fn learn_seen(&mut self, from: usize, now: &mut Backwards) {
        let rows = from..from + SIDE_BY_SIDE;
        let seen = &self.seen[rows.clone()];
        add_rows(&now.gates, &mut self.slope[GATE_BIAS..BACK]);
        add_product::<GATES>(
            seen.as_flattened(),
            turned(SEEN),
            now.gates.as_flattened(),
            &mut self.slope[INTO..GATE_BIAS],
        );
        now.seen = [[0.0; SEEN]; SIDE_BY_SIDE];
        add_product::<SEEN>(
            now.gates.as_flattened(),
            rows_of(GATES),
            &now.from_into,
            now.seen.as_flattened_mut(),
        );
        for ((slope, seen), counts) in now.seen.iter_mut().zip(seen).zip(&self.counts_seen) {
            for n in 0..SEEN {
                slope[n] *= if seen[n] != 0.0 { counts[n] } else { 0.0 };
            }
        }
        add_rows(&now.seen, &mut self.slope[SEEN_BIAS..INTO]);
        add_product::<SEEN>(
            self.inputs[rows].as_flattened().as_flattened(),
            turned(INPUTS),
            now.seen.as_flattened(),
            &mut self.slope[..SEEN_BIAS],
        );
    }
}

/// Adds up rows.
fn add_rows<const N: usize>(rows: &[[f32; N]], sum: &mut [f32]) {
    for row in rows {
        for (sum, value) in sum.iter_mut().zip(row) {
            *sum += value;
        }
    }
}

/// A matrix whose columns are another's rows of such a length.
fn across(matrix: &[f32], length: usize) -> Vec<f32> {
    let columns = 0..length;
    columns
        .flat_map(|column| matrix.iter().skip(column).step_by(length).copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;
    use crate::disguise::normal;
    use crate::dump::Case;
    use crate::shape::{FEATURES, STRIDE, fresh};

    fn made_up(chance: &mut Chance, lengths: &[usize]) -> Vec<Case> {
        let case = |&length: &usize| Case {
            human: chance.hits(0.5),
            frames: (0..length)
                .map(|_| std::array::from_fn::<_, FEATURES, _>(|_| chance.within(-1.0, 1.0)))
                .collect(),
        };
        lengths.iter().map(case).collect()
    }

    /// A few cases heard in a fixed disguise, units left out.
    fn loss(slice: &mut Slice, cases: &[Case], weights: &[f32]) -> f64 {
        slice.take_disguised(cases, &[0, 1, 2], "differences", 0.2);
        slice.hear(weights);
        slice.judge(true).sum
    }

    #[test]
    fn the_slope_is_what_a_small_step_changes() {
        let mut chance = Chance::new("slope");
        let cases = made_up(&mut chance, &[7, 3, 8].map(|steps| steps * STRIDE));
        let weights = fresh(&mut chance);
        let mut slice = Slice::new(8 * STRIDE);
        loss(&mut slice, &cases, &weights);
        slice.learn(&weights);
        let slope = slice.slope.clone();
        let ends = [0, SEEN_BIAS, INTO, GATE_BIAS, BACK, OUT, OUT_BIAS, COUNT];
        for part in ends.windows(2) {
            for _ in 0..6 {
                // A step of that part of the weights in any direction.
                let size = 0.03 / ((part[1] - part[0]) as f32).sqrt();
                let mut step = vec![0.0; COUNT];
                step[part[0]..part[1]].fill_with(|| normal(&mut chance) * size);
                let mut after = |sign: f32| {
                    let there = weights.iter().zip(&step);
                    let there: Vec<f32> = there.map(|(at, step)| at + sign * step).collect();
                    loss(&mut slice, &cases, &there)
                };
                let changed = (after(1.0) - after(-1.0)) / 2.0;
                let told = slope.iter().zip(&step);
                let told: f64 = told.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
                let near = 0.02 * changed.abs() + 1e-4;
                assert!((changed - told).abs() < near, "{part:?}: {changed} {told}");
            }
        }
    }
}
