//! Sound as this house knows it: linear samples, one channel, 8000 a second, in frames of 20 ms.
//! Everything that listens, speaks or converts works on these frames and never allocates for one.

pub mod comfort;
pub mod country;
pub mod dial;
pub mod digit;
pub mod gain;
pub mod goertzel;
pub mod listen;
pub mod mix;
pub mod resample;
pub mod silence;
pub mod sine;
pub mod speech_stand_in;
pub mod spoken;
pub mod tone;

/// Samples a second of every frame inside the engine.
pub const RATE_HZ: u32 = 8_000;

/// Samples in one frame.
pub const FRAME_SAMPLES: usize = 160;

/// Length of one frame.
pub const FRAME_MS: u32 = 20;

/// Samples in one millisecond.
pub const SAMPLES_PER_MS: usize = FRAME_SAMPLES / FRAME_MS as usize;

/// Twenty milliseconds of sound.
pub type Frame = [i16; FRAME_SAMPLES];

/// A frame in which nothing is heard.
pub const SILENT_FRAME: Frame = [0; FRAME_SAMPLES];

/// The level reported for absolute silence.
pub const SILENT_DBM0: f32 = -96.0;

/// Root mean square of a sound at 0 dBm0: a full-scale sine is +3.14 dBm0 (ITU-T G.711 §5).
pub const RMS_AT_0_DBM0: f32 = 16_141.0;

/// The level of a piece of sound.
pub fn level_dbm0(samples: &[i16]) -> f32 {
    if samples.is_empty() {
        return SILENT_DBM0;
    }
    let power = energy(samples) as f32 / samples.len() as f32;
    if power < 1e-3 {
        return SILENT_DBM0;
    }
    10.0 * (power / (RMS_AT_0_DBM0 * RMS_AT_0_DBM0)).log10()
}

/// The sum of the squares of a piece of sound.
pub fn energy(samples: &[i16]) -> u64 {
    samples
        .iter()
        .map(|&sample| u64::from(i32::from(sample).unsigned_abs()).pow(2))
        .sum()
}

/// The peak of a sine that has this level.
pub fn sine_peak(level_dbm0: f32) -> f32 {
    RMS_AT_0_DBM0 * std::f32::consts::SQRT_2 * 10f32.powf(level_dbm0 / 20.0)
}

/// Rounds to a sample, and stays at the rail where a sum would wrap.
pub fn saturate(value: f32) -> i16 {
    value.round().clamp(-32_768.0, 32_767.0) as i16
}

/// How long a piece of sound lasts.
pub fn length_ms(samples: usize) -> u64 {
    samples as u64 * 1000 / u64::from(RATE_HZ)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_has_the_level_it_was_made_for() {
        for wanted in [-40.0, -20.0, -10.0, 0.0, 3.0] {
            let peak = sine_peak(wanted);
            let sine: Vec<i16> = (0..8000)
                .map(|n| saturate(peak * (n as f32 * 0.1 * std::f32::consts::TAU).sin()))
                .collect();
            let level = level_dbm0(&sine);
            assert!((level - wanted).abs() < 0.1, "{wanted} came out as {level}");
        }
    }

    #[test]
    fn nothing_is_silent() {
        assert_eq!(level_dbm0(&SILENT_FRAME), SILENT_DBM0);
        assert_eq!(level_dbm0(&[]), SILENT_DBM0);
        assert!(level_dbm0(&[i16::MIN; 160]) > 6.0);
    }

    #[test]
    fn a_frame_is_twenty_milliseconds() {
        assert_eq!(length_ms(FRAME_SAMPLES), u64::from(FRAME_MS));
        assert_eq!(SAMPLES_PER_MS, 8);
    }
}
