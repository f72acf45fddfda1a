//! Adding sound: two legs, or everyone in a room but oneself, without wrapping round.

use super::{FRAME_SAMPLES, Frame};

/// Adds one frame to another; what would wrap stays at the rail.
pub fn add(to: &mut Frame, from: &Frame) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to = to.saturating_add(from);
    }
}

/// The sum of all who speak in a room, from which each takes their own voice out again (n-1).
#[derive(Clone, Debug)]
pub struct Mix {
    sum: [i32; FRAME_SAMPLES],
}

impl Mix {
    /// An empty sum.
    pub fn new() -> Self {
        Mix {
            sum: [0; FRAME_SAMPLES],
        }
    }

    /// Starts the next frame.
    pub fn clear(&mut self) {
        self.sum = [0; FRAME_SAMPLES];
    }

    /// Adds one voice.
    pub fn add(&mut self, frame: &Frame) {
        for (sum, &sample) in self.sum.iter_mut().zip(frame) {
            *sum += i32::from(sample);
        }
    }

    /// Takes one voice out again.
    pub fn subtract(&mut self, frame: &Frame) {
        for (sum, &sample) in self.sum.iter_mut().zip(frame) {
            *sum -= i32::from(sample);
        }
    }

    /// What someone hears who doesn't speak.
    pub fn all(&self, out: &mut Frame) {
        for (out, &sum) in out.iter_mut().zip(&self.sum) {
            *out = clip(sum);
        }
    }

    /// What a speaker hears: everyone but this voice, which must have been added.
    pub fn all_but(&self, own: &Frame, out: &mut Frame) {
        for ((out, &sum), &own) in out.iter_mut().zip(&self.sum).zip(own) {
            *out = clip(sum - i32::from(own));
        }
    }
}

impl Default for Mix {
    fn default() -> Self {
        Mix::new()
    }
}

fn clip(sum: i32) -> i16 {
    sum.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hears_everyone_but_oneself() {
        let voices: Vec<Frame> = (1..=5i16).map(|n| [n * 1_000; FRAME_SAMPLES]).collect();
        let mut mix = Mix::new();
        voices.iter().for_each(|voice| mix.add(voice));
        let mut heard = [0; FRAME_SAMPLES];
        for (n, voice) in voices.iter().enumerate() {
            mix.all_but(voice, &mut heard);
            assert!(
                heard
                    .iter()
                    .all(|&sample| sample == 15_000 - (n as i16 + 1) * 1_000)
            );
        }
        mix.all(&mut heard);
        assert_eq!(heard[7], 15_000);
        mix.subtract(&voices[4]);
        mix.all(&mut heard);
        assert_eq!(heard[7], 10_000);
    }

    #[test]
    fn sums_stay_at_the_rail_and_come_back_from_it() {
        let loud = [30_000; FRAME_SAMPLES];
        let mut mix = Mix::new();
        (0..3).for_each(|_| mix.add(&loud));
        let mut heard = [0; FRAME_SAMPLES];
        mix.all(&mut heard);
        assert_eq!(heard[0], i16::MAX);
        mix.clear();
        mix.add(&loud);
        mix.add(&loud);
        mix.all_but(&loud, &mut heard);
        assert_eq!(heard, loud, "clipping happens after a voice was taken out");
        let mut two = [-30_000; FRAME_SAMPLES];
        add(&mut two, &[-30_000; FRAME_SAMPLES]);
        assert_eq!(two[0], i16::MIN);
    }
}
