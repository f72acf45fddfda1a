//! A step down the slope (Adam, whose weights decay beside it), how long it is, and the mean of the
//! weights that were passed.

/// How much of what was stays, of the slope and of its square.
const SLOPE_STAYS: f32 = 0.9;
const SQUARE_STAYS: f32 = 0.999;
const LEAST: f32 = 1e-8;
/// A slope that is longer is shortened to this.
const LONGEST: f64 = 1.0;
/// What a weight loses with a step, by its pace.
const DECAY: f32 = 1e-3;
/// How much of the mean stays.
const MEAN_STAYS: f32 = 0.995;
/// The pace that a leg begins and ends with.
const FIRST_PACE: f32 = 1e-4;
const LAST_PACE: f32 = 1e-5;
/// Steps until its full pace, and which part of them at most.
const WARM_STEPS: usize = 200;
const WARM_PART: usize = 5;

/// One that goes down.
pub struct Adam {
    /// Where it stands.
    pub weights: Vec<f32>,
    /// The mean of where it stood, the latest most.
    pub mean: Vec<f32>,
    slope: Vec<f32>,
    square: Vec<f32>,
    pace: f32,
    step: usize,
    steps: usize,
}

impl Adam {
    /// One that stands there and will make so many steps.
    pub fn new(weights: Vec<f32>, pace: f32, steps: usize) -> Self {
        Adam {
            mean: weights.clone(),
            slope: vec![0.0; weights.len()],
            square: vec![0.0; weights.len()],
            weights,
            pace,
            step: 0,
            steps,
        }
    }

    /// Makes a step.
    pub fn step(&mut self, slope: &[f32]) {
        let squares = slope.iter().map(|&value| f64::from(value).powi(2));
        let length = squares.sum::<f64>().sqrt();
        let share = (LONGEST / length.max(LONGEST)) as f32;
        let pace = self.pace();
        self.step += 1;
        // At first both remember less than they will.
        let slope_known = 1.0 - SLOPE_STAYS.powi(self.step as i32);
        let square_known = 1.0 - SQUARE_STAYS.powi(self.step as i32);
        let held = self.slope.iter_mut().zip(&mut self.square);
        let placed = self.weights.iter_mut().zip(&mut self.mean);
        for (((held, square), (weight, mean)), now) in held.zip(placed).zip(slope) {
            let now = now * share;
            *held = SLOPE_STAYS * *held + (1.0 - SLOPE_STAYS) * now;
            *square = SQUARE_STAYS * *square + (1.0 - SQUARE_STAYS) * now * now;
            let down = *held / slope_known / ((*square / square_known).sqrt() + LEAST);
            *weight -= pace * (down + DECAY * *weight);
            *mean = MEAN_STAYS * *mean + (1.0 - MEAN_STAYS) * *weight;
        }
    }

    /// How long the next step is: at first more and more, then half a wave down.
    fn pace(&self) -> f32 {
        let warm = WARM_STEPS.min(self.steps / WARM_PART);
        if self.step < warm {
            let share = self.step as f32 / warm as f32;
            FIRST_PACE + (self.pace - FIRST_PACE) * share
        } else {
            let share = (self.step - warm) as f32 / (self.steps - warm).max(1) as f32;
            let wave = 0.5 + 0.5 * (std::f32::consts::PI * share).cos();
            LAST_PACE + (self.pace - LAST_PACE) * wave
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_the_lowest_place() {
        let lowest = [0.3, -0.2, 0.1];
        let mut adam = Adam::new(vec![0.0; 3], 0.01, 3_000);
        for _ in 0..3_000 {
            let away = adam.weights.iter().zip(&lowest);
            let slope: Vec<f32> = away.map(|(at, low)| at - low).collect();
            adam.step(&slope);
        }
        for (place, low) in adam.mean.iter().zip(&lowest) {
            assert!((place - low).abs() < 2e-3, "{:?}", adam.mean);
        }
    }

    #[test]
    fn the_pace_rises_and_falls() {
        let mut adam = Adam::new(vec![0.0], 3e-3, 1_000);
        let mut paces = Vec::new();
        for step in [0, 100, 200, 600, 1_000] {
            adam.step = step;
            paces.push(adam.pace());
        }
        let expected = [1e-4, 1.55e-3, 3e-3, 1.505e-3, 1e-5];
        for (pace, expected) in paces.iter().zip(expected) {
            assert!((pace - expected).abs() < 1e-7, "{paces:?}");
        }
    }
}
