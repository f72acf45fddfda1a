//! How well gaps are hidden, and what an idle line sounds like.

use super::*;
use crate::sound::sine::Sine;
use crate::sound::speech_stand_in::speak;
use crate::sound::{SILENT_FRAME, level_dbm0};

fn sine_frames(hz: f32, count: usize) -> Vec<Frame> {
    let mut sine = Sine::new(hz, -10.0);
    (0..count)
        .map(|_| std::array::from_fn(|_| saturate(sine.step())))
        .collect()
}

#[test]
fn one_lost_frame_of_a_steady_tone_is_hardly_heard() {
    for hz in [100.0, 160.0, 400.0, 500.0, 1_000.0] {
        let frames = sine_frames(hz, 10);
        let mut concealer = Concealer::new();
        for frame in &frames[..8] {
            concealer.good(&mut frame.clone());
        }
        let mut made_up = SILENT_FRAME;
        concealer.lost(&mut made_up);
        // The first 10 ms are not faded yet and must be the tone itself.
        let (mut signal, mut wrong) = (0.0f32, 0.0f32);
        for (&is, &should) in made_up[..HOLD].iter().zip(&frames[8]) {
            signal += f32::from(should).powi(2);
            wrong += (f32::from(is) - f32::from(should)).powi(2);
        }
        let snr = 10.0 * (signal / wrong.max(1.0)).log10();
        assert!(snr > 15.0, "{hz} Hz: {snr} dB");
    }
}

#[test]
fn there_is_no_click_where_real_sound_comes_back() {
    let frames = sine_frames(300.0, 12);
    let steepest = |frame: &[i16]| {
        frame
            .windows(2)
            .map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs())
            .max()
    };
    let usual = steepest(&frames[5]).expect("a frame has samples");
    let mut concealer = Concealer::new();
    let mut heard = Vec::new();
    for (n, frame) in frames.iter().enumerate() {
        let mut out = *frame;
        if n == 8 {
            concealer.lost(&mut out)
        } else {
            concealer.good(&mut out)
        }
        heard.extend_from_slice(&out);
    }
    let worst = steepest(&heard).expect("there is sound");
    assert!(worst < usual * 2, "steps of {worst}, {usual} usually");
}

#[test]
fn a_long_gap_fades_within_sixty_milliseconds_to_the_floor() {
    let mut concealer = Concealer::new();
    for frame in speak("a voice that breaks off", 2)
        .as_chunks::<FRAME_SAMPLES>()
        .0
    {
        concealer.good(&mut frame.clone());
    }
    let mut levels = Vec::new();
    for _ in 0..50 {
        let mut frame = SILENT_FRAME;
        concealer.lost(&mut frame);
        levels.push(level_dbm0(&frame));
    }
    assert!(levels[0] > -35.0, "{levels:?}");
    assert!(levels[1] < levels[0] + 3.0);
    assert!(
        levels[3..]
            .iter()
            .all(|&level| level < NOISE_DBM0_MAX + 2.0),
        "{levels:?}"
    );
}

#[test]
fn a_gap_before_any_sound_is_silent() {
    let mut concealer = Concealer::new();
    let mut frame = [99; FRAME_SAMPLES];
    concealer.lost(&mut frame);
    assert!(level_dbm0(&frame) < -80.0);
}

#[test]
fn sound_without_gaps_is_not_touched() {
    let mut concealer = Concealer::new();
    for frame in sine_frames(440.0, 20) {
        let mut out = frame;
        concealer.good(&mut out);
        assert_eq!(out, frame);
    }
}

#[test]
fn comfort_noise_has_its_level_and_no_pitch() {
    for level in [-60.0, -50.0, -30.0] {
        let mut noise = ComfortNoise::new(1);
        let mut sound = Vec::new();
        for _ in 0..100 {
            let mut frame = SILENT_FRAME;
            noise.frame(level, &mut frame);
            sound.extend_from_slice(&frame);
        }
        assert!(
            (level_dbm0(&sound) - level).abs() < 1.0,
            "{level}: {}",
            level_dbm0(&sound)
        );
        let (_, share) = crate::sound::listen::dominant_hz(&sound).expect("there is noise");
        assert!(share < 0.02);
    }
}
