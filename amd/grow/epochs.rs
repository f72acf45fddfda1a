//! Rounds through all cases, until the network is grown.

use crate::adam::Adam;
use crate::chance::Chance;
use crate::dump::Case;
use crate::hear::{Loss, SIDE_BY_SIDE, Slice};
use crate::shape::{COUNT, fresh};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Cases of one step.
pub const BATCH: usize = SLICES * SIDE_BY_SIDE;
/// Slices of a batch, which as many cores hear at once.
const SLICES: usize = 4;

/// A part of the time: its epochs, the share of units that are left out meanwhile, and the pace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leg {
    /// Rounds through all cases.
    pub epochs: usize,
    /// Left out of each case, by chance.
    pub left_out: f32,
    /// The longest step.
    pub pace: f32,
}

/// Shares of the epochs, of what is left out, and the pace. Much is left out, so that nothing is
/// learned by heart, and at the end more, when the texts are well known: with less, what isn't
/// learned went the wrong way there.
const LEGS: [(f32, f32, f32); 2] = [(28.0 / 46.0, 0.12, 4e-3), (18.0 / 46.0, 0.2, 2.2e-3)];

/// So many epochs, in legs.
pub fn legs(epochs: usize) -> Vec<Leg> {
    let leg = |(share, left_out, pace): (f32, f32, f32)| Leg {
        epochs: ((epochs as f32 * share).round() as usize).max(1),
        left_out,
        pace,
    };
    LEGS.into_iter().map(leg).collect()
}

/// Grows networks.
pub struct Grower<'a> {
    /// What is learned.
    pub stuff: &'a [Case],
    /// What shows how far it carries.
    pub check: &'a [Case],
    slices: Vec<Slice>,
}

impl<'a> Grower<'a> {
    /// One whose cases have up to so many frames.
    pub fn new(stuff: &'a [Case], check: &'a [Case], frames: usize) -> Self {
        Grower {
            stuff,
            check,
            slices: (0..SLICES).map(|_| Slice::new(frames)).collect(),
        }
    }

    /// Grows a network, and tells of each round. The same seed grows the same, on machines that
    /// sum alike.
    pub fn grow(
        &mut self,
        legs: &[Leg],
        seed: &str,
        from: Option<Vec<f32>>,
        mut tell: impl FnMut(&str),
    ) -> Vec<f32> {
        let began = Instant::now();
        let mut chance = Chance::new(&format!("{seed}: order"));
        let mut weights =
            from.unwrap_or_else(|| fresh(&mut Chance::new(&format!("{seed}: weights"))));
        let mut order: Vec<usize> = (0..self.stuff.len()).collect();
        for (number, leg) in (1..).zip(legs) {
            let steps = leg.epochs * (order.len() / BATCH);
            let mut adam = Adam::new(weights, leg.pace, steps);
            for epoch in 1..=leg.epochs {
                shuffle(&mut order, &mut chance);
                let round = format!("{seed}: {number}.{epoch}");
                let wrong = self.learn(&mut adam, &order, &round, leg.left_out);
                let carried = self.unseen(&adam.mean);
                let seconds = began.elapsed().as_secs();
                tell(&format!(
                    "{number}.{epoch}: {wrong:.4} learned, {carried:.4} unseen, {seconds} s"
                ));
            }
            // The mean carries farther than any of the last weights.
            weights = adam.mean;
        }
        weights
    }

    /// One round through all cases, but for those that don't fill a batch; the mean loss.
    fn learn(&mut self, adam: &mut Adam, order: &[usize], round: &str, left_out: f32) -> f64 {
        let stuff = self.stuff;
        let batches = order.chunks_exact(BATCH);
        let (count, mut wrong) = (batches.len(), 0.0);
        for batch in batches {
            let parts: Vec<&[usize]> = batch.chunks(SIDE_BY_SIDE).collect();
            let weights = &adam.weights;
            let losses = each(&mut self.slices, |number, slice| {
                slice.take_disguised(stuff, parts[number], round, left_out);
                slice.hear(weights);
                let loss = slice.judge(true);
                slice.learn(weights);
                loss
            });
            let loss: Loss = losses.into_iter().sum();
            wrong += loss.mean() / count as f64;
            let mut slope = vec![0.0; COUNT];
            for slice in &self.slices {
                for (sum, value) in slope.iter_mut().zip(&slice.slope) {
                    *sum += value;
                }
            }
            let weight = loss.weight as f32;
            slope.iter_mut().for_each(|value| *value /= weight);
            adam.step(&slope);
        }
        wrong
    }

    /// The loss on what isn't learned.
    pub fn unseen(&mut self, weights: &[f32]) -> f64 {
        let batches = self.check.chunks(BATCH);
        let losses = batches.flat_map(|batch| {
            let parts: Vec<&[Case]> = batch.chunks(SIDE_BY_SIDE).collect();
            each(&mut self.slices[..parts.len()], |number, slice| {
                slice.take(parts[number].iter());
                slice.hear(weights);
                slice.judge(false)
            })
        });
        losses.sum::<Loss>().mean()
    }
}

/// Does the work for each slice, on as many cores as there are; what comes of it is in the order of
/// the slices, whoever was first.
fn each(slices: &mut [Slice], work: impl Fn(usize, &mut Slice) -> Loss + Sync) -> Vec<Loss> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cores = cores.min(slices.len());
    let mut losses = vec![Loss::default(); slices.len()];
    let queue = Mutex::new(slices.iter_mut().zip(&mut losses).enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some((number, (slice, loss))) = next() {
                    *loss = work(number, slice);
                }
            });
        }
    });
    losses
}

/// Puts them into any order (Fisher and Yates).
fn shuffle(order: &mut [usize], chance: &mut Chance) {
    for last in (1..order.len()).rev() {
        order.swap(last, (chance.draw() % (last as u64 + 1)) as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::{FEATURES, STRIDE};

    /// People whose sound rises, machines whose sound falls.
    fn made_up(words: &str, count: usize) -> Vec<Case> {
        let mut chance = Chance::new(words);
        let case = |n: usize| {
            let human = n.is_multiple_of(2);
            let mut frame = |k: usize| {
                let slope = if human { k as f32 } else { 4.0 - k as f32 };
                std::array::from_fn::<_, FEATURES, _>(|_| {
                    slope * 0.15 - 0.3 + chance.within(-0.1, 0.1)
                })
            };
            Case {
                human,
                frames: (0..5)
                    .flat_map(|k| std::array::from_fn::<_, STRIDE, _>(|_| frame(k)))
                    .collect(),
            }
        };
        (0..count).map(case).collect()
    }

    #[test]
    fn a_few_rounds_learn_what_can_be_told_and_the_same_seed_the_same() {
        let (stuff, check) = (made_up("stuff", BATCH * 2), made_up("check", 30));
        let mut grower = Grower::new(&stuff, &check, 5 * STRIDE);
        let before = grower.unseen(&fresh(&mut Chance::new("test: weights")));
        let leg = Leg {
            epochs: 20,
            left_out: 0.1,
            pace: 1e-2,
        };
        let mut learned = Vec::new();
        let weights = grower.grow(&[leg, leg], "test", None, |line| {
            let number = line.split([' ', ':']).find(|word| word.starts_with("0."));
            learned.push(number.and_then(|number| number.parse::<f32>().ok()));
        });
        let learned: Vec<f32> = learned.into_iter().flatten().collect();
        assert_eq!(learned.len(), 40);
        assert!(learned[0] > 0.5 && learned[39] < 0.3, "{learned:?}");
        // The mean of the weights comes behind.
        let after = grower.unseen(&weights);
        assert!(after < before * 0.7, "{before}, then {after}");
        let leg = [Leg { epochs: 1, ..leg }];
        let again: Vec<Vec<f32>> = ["a", "a", "b"]
            .map(|seed| grower.grow(&leg, seed, None, |_| ()))
            .into();
        assert_eq!(again[0], again[1]);
        assert_ne!(again[0], again[2]);
    }

    #[test]
    fn legs_share_the_epochs() {
        let epochs = |all| legs(all).iter().map(|leg| leg.epochs).collect::<Vec<_>>();
        assert_eq!(epochs(46), [28, 18]);
        assert_eq!(epochs(1), [1, 1]);
    }
}
