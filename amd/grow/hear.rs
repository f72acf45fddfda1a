//! What the network says of a few cases side by side, step by step, and what has to be kept of it
//! to learn from: the sums of `core/media/src/amd/network.rs`.

use crate::chance::Chance;
use crate::disguise::Disguise;
use crate::dump::Case;
use crate::product::{add_product, dot, rows_of};
use crate::shape::{
    AT_ONCE, BACK, COUNT, FEATURES, GATE_BIAS, GATES, INPUTS, INTO, OUT, OUT_BIAS, SEEN, SEEN_BIAS,
    STRIDE, UNITS,
};
use media::amd::Features;

/// Cases side by side in a slice. What is learned depends on it in the last digits, as it is the
/// order of sums; on the number of cores it doesn't.
pub const SIDE_BY_SIDE: usize = 24;

/// So many labels are taken to be wrong, half of them either way: a network that is sure of
/// everything carries less far.
const SMOOTHED: f32 = 0.04;

/// A few cases, and what the network makes of them. Every list has the cases of the first step,
/// then those of the second; a step hears [`STRIDE`] frames.
pub struct Slice {
    /// Steps of a case.
    pub steps: usize,
    /// The cases: whether they are human, and how many of the steps are theirs.
    pub cases: Vec<(bool, usize)>,
    /// The latest frame of a step, and those before.
    pub inputs: Vec<[Features; AT_ONCE]>,
    /// What is seen of them.
    pub seen: Vec<[f32; SEEN]>,
    /// How steep the gates are where they stand: what keeps, what recalls, what is fresh.
    pub steep: Vec<[f32; GATES]>,
    /// How far the gates that keep and that recall are open, and what would be recalled.
    pub open: Vec<[f32; GATES]>,
    /// What is fresh.
    pub fresh: Vec<[f32; UNITS]>,
    /// The units before the first step, then after each.
    pub units: Vec<[f32; UNITS]>,
    /// The units before each step without those that are left out.
    pub kept: Vec<[f32; UNITS]>,
    /// What is said.
    pub said: Vec<f32>,
    /// What is left out of a case (0) or counts for it as well (above 1).
    pub counts_seen: [[f32; SEEN]; SIDE_BY_SIDE],
    /// The same of its units.
    pub counts_units: [[f32; UNITS]; SIDE_BY_SIDE],
    /// How far what is said is wrong, as the slope of the loss.
    pub faults: Vec<f32>,
    /// The slope of the loss by each weight.
    pub slope: Vec<f32>,
}

/// A loss, and how much was weighed for it.
#[derive(Clone, Copy, Default, Debug)]
pub struct Loss {
    /// The sum.
    pub sum: f64,
    /// The sum of the weights.
    pub weight: f64,
}

impl Loss {
    /// By weight.
    pub fn mean(self) -> f64 {
        self.sum / self.weight
    }
}

impl std::iter::Sum for Loss {
    fn sum<I: Iterator<Item = Loss>>(all: I) -> Loss {
        all.fold(Loss::default(), |loss, other| Loss {
            sum: loss.sum + other.sum,
            weight: loss.weight + other.weight,
        })
    }
}

impl Slice {
    /// One without cases, whose cases will have up to so many frames.
    pub fn new(frames: usize) -> Self {
        let steps = frames / STRIDE;
        let rows = steps * SIDE_BY_SIDE;
        Slice {
            steps,
            cases: Vec::with_capacity(SIDE_BY_SIDE),
            inputs: vec![[[0.0; FEATURES]; AT_ONCE]; rows],
            seen: vec![[0.0; SEEN]; rows],
            steep: vec![[0.0; GATES]; rows],
            open: vec![[0.0; GATES]; rows],
            fresh: vec![[0.0; UNITS]; rows],
            units: vec![[0.0; UNITS]; rows + SIDE_BY_SIDE],
            kept: vec![[0.0; UNITS]; rows],
            said: vec![0.0; rows],
            counts_seen: [[1.0; SEEN]; SIDE_BY_SIDE],
            counts_units: [[1.0; UNITS]; SIDE_BY_SIDE],
            faults: vec![0.0; rows],
            slope: vec![0.0; COUNT],
        }
    }

    /// Takes other cases, as they are.
    pub fn take<'a>(&mut self, cases: impl Iterator<Item = &'a Case>) {
        self.clear();
        for case in cases {
            self.put(case, |frame| *frame);
        }
    }

    /// Takes other cases, each in a disguise, and of each leaves out such a share of what is seen
    /// and of the units. Chance goes by the name of the round and the case's number.
    pub fn take_disguised(&mut self, all: &[Case], some: &[usize], round: &str, left_out: f32) {
        self.clear();
        for (place, &number) in some.iter().enumerate() {
            let mut chance = Chance::new(&format!("{round} {number}"));
            let disguise = Disguise::new(&mut chance);
            let mut count = |value: &mut f32| {
                let stays = !chance.hits(left_out);
                *value = if stays { 1.0 / (1.0 - left_out) } else { 0.0 };
            };
            self.counts_seen[place].iter_mut().for_each(&mut count);
            self.counts_units[place].iter_mut().for_each(&mut count);
            self.put(&all[number], |frame| disguise.of(frame, &mut chance));
        }
    }

    fn clear(&mut self) {
        self.cases.clear();
        self.counts_seen.as_flattened_mut().fill(1.0);
        self.counts_units.as_flattened_mut().fill(1.0);
    }

    fn put(&mut self, case: &Case, mut disguise: impl FnMut(&Features) -> Features) {
        let place = self.cases.len();
        let length = (case.frames.len() / STRIDE).min(self.steps);
        self.cases.push((case.human, length));
        let mut before = [[-1.0; FEATURES]; AT_ONCE];
        for (n, frames) in case.frames.chunks_exact(STRIDE).take(length).enumerate() {
            for frame in frames {
                before.rotate_right(1);
                before[0] = disguise(frame);
            }
            self.inputs[n * SIDE_BY_SIDE + place] = before;
        }
        // Nothing is asked of the steps behind its last.
        for n in length..self.steps {
            self.inputs[n * SIDE_BY_SIDE + place] = before;
        }
    }

    /// Hears the cases.
    pub fn hear(&mut self, weights: &[f32]) {
        self.units[..SIDE_BY_SIDE].fill([0.0; UNITS]);
        for step in 0..self.steps {
            self.hear_step(weights, step * SIDE_BY_SIDE);
        }
    }

    fn hear_step(&mut self, weights: &[f32], from: usize) {
        let rows = from..from + SIDE_BY_SIDE;
        let inputs = &self.inputs[rows.clone()];
        let seen = &mut self.seen[rows.clone()];
        seen.fill(part(weights, SEEN_BIAS));
        add_product::<SEEN>(
            inputs.as_flattened().as_flattened(),
            rows_of(INPUTS),
            &weights[..SEEN_BIAS],
            seen.as_flattened_mut(),
        );
        for (seen, counts) in seen.iter_mut().zip(&self.counts_seen) {
            for (value, count) in seen.iter_mut().zip(counts) {
                *value = value.max(0.0) * count;
            }
        }
        let steep = &mut self.steep[rows.clone()];
        steep.fill(part(weights, GATE_BIAS));
        add_product::<GATES>(
            seen.as_flattened(),
            rows_of(SEEN),
            &weights[INTO..GATE_BIAS],
            steep.as_flattened_mut(),
        );
        let (before, after) = self.units.split_at_mut(rows.end);
        let before = &before[from..];
        let kept = &mut self.kept[rows.clone()];
        for ((kept, before), counts) in kept.iter_mut().zip(before).zip(&self.counts_units) {
            for n in 0..UNITS {
                kept[n] = before[n] * counts[n];
            }
        }
        let open = &mut self.open[rows.clone()];
        open.fill([0.0; GATES]);
        add_product::<GATES>(
            kept.as_flattened(),
            rows_of(UNITS),
            &weights[BACK..OUT],
            open.as_flattened_mut(),
        );
        let out = part(weights, OUT);
        for place in 0..SIDE_BY_SIDE {
            let row = from + place;
            let fresh = &mut self.fresh[row];
            let units = &mut after[place];
            step(
                &mut steep[place],
                &mut open[place],
                fresh,
                &before[place],
                units,
            );
            self.said[row] = dot(units, &out) + weights[OUT_BIAS];
        }
    }

    /// How wrong what was said is; smoothed labels are for learning. Wrong where it is quiet counts
    /// thrice: that is where a verdict falls.
    pub fn judge(&mut self, smoothed: bool) -> Loss {
        let mut loss = Loss::default();
        self.faults.fill(0.0);
        for (place, &(human, length)) in self.cases.iter().enumerate() {
            let mut person = f32::from(human);
            if smoothed {
                person = person * (1.0 - SMOOTHED) + SMOOTHED / 2.0;
            }
            for step in 0..length {
                let row = step * SIDE_BY_SIDE + place;
                let (said, weight) = (self.said[row], 1.5 - self.inputs[row][0][FEATURES - 1]);
                let wrong = said.max(0.0) + (-said.abs()).exp().ln_1p() - person * said;
                loss.sum += f64::from(weight * wrong);
                loss.weight += f64::from(weight);
                self.faults[row] = weight * (1.0 / (1.0 + (-said).exp()) - person);
            }
        }
        loss
    }
}

/// One case's units go one step. `steep` holds what comes into the gates, `open` what comes
/// back from the units; both are exchanged for what learning needs.
fn step(
    steep: &mut [f32; GATES],
    open: &mut [f32; GATES],
    fresh: &mut [f32; UNITS],
    before: &[f32; UNITS],
    units: &mut [f32; UNITS],
) {
    let (keeps, recalls, new) = three_mut(steep);
    let (keeps_back, recalls_back, new_back) = three_mut(open);
    for n in 0..UNITS {
        // A gate is half of a squash of half of what comes, and a half.
        let (keep, keep_steep) = squash(0.5 * (keeps[n] + keeps_back[n]));
        let (recall, recall_steep) = squash(0.5 * (recalls[n] + recalls_back[n]));
        let (keep, recall) = (0.5 + 0.5 * keep, 0.5 + 0.5 * recall);
        let (value, value_steep) = squash(new[n] + recall * new_back[n]);
        units[n] = keep * before[n] + (1.0 - keep) * value;
        fresh[n] = value;
        (keeps[n], recalls[n], new[n]) = (0.25 * keep_steep, 0.25 * recall_steep, value_steep);
        (keeps_back[n], recalls_back[n]) = (keep, recall);
    }
}

/// Near to the hyperbolic tangent (its Padé approximant), and how steep it is there.
#[inline(always)]
fn squash(value: f32) -> (f32, f32) {
    let value = value.clamp(-3.0, 3.0);
    let square = value * value;
    let below = 1.0 / (27.0 + 9.0 * square);
    let steep = 3.0 * (9.0 - square) * below;
    (value * (27.0 + square) * below, steep * steep)
}

/// A part of the weights that is one row.
pub fn part<const N: usize>(weights: &[f32], from: usize) -> [f32; N] {
    std::array::from_fn(|n| weights[from + n])
}

/// The three parts of a row of gates.
pub fn three(row: &[f32; GATES]) -> (&[f32; UNITS], &[f32; UNITS], &[f32; UNITS]) {
    let (parts, _) = row.as_chunks::<UNITS>();
    (&parts[0], &parts[1], &parts[2])
}

/// The same, to be written.
pub fn three_mut(
    row: &mut [f32; GATES],
) -> (&mut [f32; UNITS], &mut [f32; UNITS], &mut [f32; UNITS]) {
    let (parts, _) = row.as_chunks_mut::<UNITS>();
    let [one, two, three] = parts else {
        unreachable!("a row of gates has three parts");
    };
    (one, two, three)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dump::FRAMES;
    use crate::listener::Network;
    use crate::shape;

    #[test]
    fn it_says_what_the_network_says_that_listens() {
        let weights = shape::tests::of_the_tree();
        let mut chance = Chance::new("features");
        let case = Case {
            human: true,
            frames: (0..FRAMES)
                .map(|_| std::array::from_fn(|_| chance.within(-1.0, 1.3)))
                .collect(),
        };
        let mut slice = Slice::new(FRAMES);
        slice.take([&case, &case].into_iter());
        slice.hear(&weights);
        let mut network = Network::new();
        for (n, frame) in case.frames.iter().enumerate() {
            let heard = network.hear(frame);
            // Between steps it says what it said.
            if (n + 1).is_multiple_of(STRIDE) {
                let said = slice.said[n / STRIDE * SIDE_BY_SIDE + 1];
                assert!((said - heard).abs() < 1e-3, "{n}: {said} {heard}");
            }
        }
    }

    #[test]
    fn what_is_wrong_where_it_is_quiet_counts_thrice() {
        let (mut quiet, mut loud) = ([0.0; FEATURES], [0.0; FEATURES]);
        (quiet[FEATURES - 1], loud[FEATURES - 1]) = (0.0, 1.0);
        let mut slice = Slice::new(4 * STRIDE);
        let case = |human, steps: Vec<Features>| Case {
            human,
            frames: steps.into_iter().flat_map(|step| [step; STRIDE]).collect(),
        };
        let cases = [case(true, vec![loud, quiet]), case(false, vec![loud])];
        slice.take(cases.iter());
        (slice.said[0], slice.said[SIDE_BY_SIDE], slice.said[1]) = (1.0, -1.0, -1.0);
        let loss = slice.judge(false);
        // The logarithm of 1 + e to the 1, to the -1.
        let (wrong, right) = (1.313_26, 0.313_26);
        assert_eq!(loss.weight, 0.5 + 1.5 + 0.5);
        assert!((loss.sum - (0.5 * right + 1.5 * wrong + 0.5 * right)).abs() < 1e-4);
    }
}
