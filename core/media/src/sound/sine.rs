//! A sine wave by turning a pointer: one complex multiplication a sample, no table.

use super::{RATE_HZ, sine_peak};

/// A sine of fixed frequency and level.
#[derive(Clone, Copy, Debug)]
pub struct Sine {
    real: f64,
    imaginary: f64,
    turn_real: f64,
    turn_imaginary: f64,
}

impl Sine {
    /// A sine that starts at zero and rises.
    pub fn new(hz: f32, level_dbm0: f32) -> Self {
        let angle = std::f64::consts::TAU * f64::from(hz) / f64::from(RATE_HZ);
        Sine {
            real: f64::from(sine_peak(level_dbm0)),
            imaginary: 0.0,
            turn_real: angle.cos(),
            turn_imaginary: angle.sin(),
        }
    }

    /// The next sample, not yet rounded, so that several can be added.
    pub fn step(&mut self) -> f32 {
        let value = self.imaginary as f32;
        let real = self.real * self.turn_real - self.imaginary * self.turn_imaginary;
        self.imaginary = self.real * self.turn_imaginary + self.imaginary * self.turn_real;
        self.real = real;
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{level_dbm0, saturate};

    #[test]
    fn an_hour_of_sine_keeps_its_level() {
        let mut sine = Sine::new(440.0, -10.0);
        for _ in 0..8000 * 3600 {
            sine.step();
        }
        let samples: Vec<i16> = (0..8000).map(|_| saturate(sine.step())).collect();
        assert!((level_dbm0(&samples) + 10.0).abs() < 0.05);
    }
}
