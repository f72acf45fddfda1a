//! Louder, softer, and fading from one to the other so that nothing clicks.

use super::{FRAME_SAMPLES, Frame};

/// Full strength in the fixed-point scale of gains.
const UNITY: i32 = 1 << 12;

/// The loudest gain: +20 dB, past which telephone noise drowns the voice.
const GAIN_MAX: i32 = UNITY * 10;

/// A gain that moves to a new value within one frame.
#[derive(Clone, Copy, Debug)]
pub struct Gain {
    now: i32,
    wanted: i32,
}

impl Gain {
    /// Sound as it is.
    pub fn unity() -> Self {
        Gain {
            now: UNITY,
            wanted: UNITY,
        }
    }

    /// A gain in decibels, at most +20.
    pub fn from_db(db: f32) -> Self {
        let gain = scale(db);
        Gain {
            now: gain,
            wanted: gain,
        }
    }

    /// Moves to a gain in decibels during the next frame; `f32::NEG_INFINITY` mutes.
    pub fn change_to_db(&mut self, db: f32) {
        self.wanted = scale(db);
    }

    /// Changes a frame.
    pub fn apply(&mut self, frame: &mut Frame) {
        if self.now == UNITY && self.wanted == UNITY {
            return;
        }
        let step = self.wanted - self.now;
        for (n, sample) in frame.iter_mut().enumerate() {
            let gain = self.now + step * (n as i32 + 1) / FRAME_SAMPLES as i32;
            let value = (i32::from(*sample) * gain) >> 12;
            *sample = value.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16;
        }
        self.now = self.wanted;
    }
}

fn scale(db: f32) -> i32 {
    ((10f32.powf(db / 20.0) * UNITY as f32) as i32).clamp(0, GAIN_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::level_dbm0;

    #[test]
    fn decibels_are_decibels() {
        for db in [-20.0, -6.0, 0.0, 6.0, 20.0] {
            let mut frame = [1_000; FRAME_SAMPLES];
            let before = level_dbm0(&frame);
            Gain::from_db(db).apply(&mut frame);
            let change = level_dbm0(&frame) - before;
            assert!((change - db).abs() < 0.1, "{db} dB did {change}");
        }
    }

    #[test]
    fn a_change_is_a_ramp_and_then_stays() {
        let mut gain = Gain::unity();
        gain.change_to_db(f32::NEG_INFINITY);
        let mut frame = [16_000; FRAME_SAMPLES];
        gain.apply(&mut frame);
        assert!(
            frame
                .windows(2)
                .all(|pair| pair[0] >= pair[1] && pair[0] - pair[1] <= 105)
        );
        assert_eq!(frame[FRAME_SAMPLES - 1], 0);
        let mut next = [16_000; FRAME_SAMPLES];
        gain.apply(&mut next);
        assert_eq!(next, [0; FRAME_SAMPLES]);
    }

    #[test]
    fn the_loudest_is_clipped_not_wrapped() {
        let mut frame = [i16::MIN; FRAME_SAMPLES];
        Gain::from_db(90.0).apply(&mut frame);
        assert_eq!(frame, [i16::MIN; FRAME_SAMPLES]);
    }
}
