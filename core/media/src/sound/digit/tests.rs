//! Keys of every kind must be heard; nothing else may be.

use super::*;
use crate::codec::g711;
use crate::sound::dial::{Dialer, DigitString, Rhythm};
use crate::sound::saturate;
use crate::sound::sine::Sine;

const ALL_KEYS: &str = "0123456789ABCD*#";

fn hear(sound: &[i16]) -> Vec<DigitEvent> {
    let mut detector = DigitDetector::new();
    let mut padded = sound.to_vec();
    padded.resize(
        sound.len().next_multiple_of(FRAME_SAMPLES) + 4 * FRAME_SAMPLES,
        0,
    );
    let frames = padded.as_chunks::<FRAME_SAMPLES>().0.iter();
    frames
        .flat_map(|frame| detector.hear(frame))
        .flatten()
        .collect()
}

fn keys(sound: &[i16]) -> String {
    let pressed = hear(sound).into_iter().filter_map(|event| match event {
        DigitEvent::Began { digit } => Some(digit),
        DigitEvent::Ended { .. } => None,
    });
    pressed.collect()
}

fn dialled(text: &str, rhythm: Rhythm) -> Vec<i16> {
    let digits = DigitString::parse(text).expect("keys only");
    let mut sound = vec![0; digits.length_ms(rhythm) as usize * SAMPLES_PER_MS];
    Dialer::with_rhythm(digits, rhythm).fill(&mut sound);
    sound
}

/// Two tones of any frequency, level and length, after some silence.
fn pair(tones: [(f32, f32); 2], lead_in: usize, length_ms: usize) -> Vec<i16> {
    let mut sines = tones.map(|(hz, level)| Sine::new(hz, level));
    let mut sound = vec![0; lead_in];
    let tones = (0..length_ms * SAMPLES_PER_MS)
        .map(|_| saturate(sines.iter_mut().map(Sine::step).sum::<f32>()));
    sound.extend(tones);
    sound
}

fn add_noise(sound: &mut [i16], peak: f32) {
    let mut state = 9u32;
    for sample in sound {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (state >> 8) as f32 / (1 << 23) as f32 - 1.0;
        *sample = saturate(f32::from(*sample) + noise * peak);
    }
}

#[test]
fn all_keys_at_every_level_through_either_law() {
    for level_dbm0 in [-3.0, -9.0, -15.0, -20.0, -25.0, -29.0] {
        for law in 0..3 {
            let rhythm = Rhythm {
                on_ms: 60,
                off_ms: 60,
                level_dbm0,
            };
            let mut sound = dialled(ALL_KEYS, rhythm);
            for sample in &mut sound {
                *sample = match law {
                    0 => g711::from_mu(g711::to_mu(*sample)),
                    1 => g711::from_a(g711::to_a(*sample)),
                    _ => *sample,
                };
            }
            assert_eq!(keys(&sound), ALL_KEYS, "{level_dbm0} dBm0, law {law}");
        }
    }
}

#[test]
fn forty_milliseconds_suffice_wherever_they_fall() {
    for lead_in in (0..160).step_by(7) {
        let rhythm = Rhythm {
            on_ms: 40,
            off_ms: 40,
            level_dbm0: -12.0,
        };
        let mut sound = vec![0; lead_in];
        sound.extend(dialled("1199#7DD", rhythm));
        assert_eq!(keys(&sound), "1199#7DD", "after {lead_in} samples");
    }
}

#[test]
fn twenty_three_milliseconds_are_no_key() {
    for lead_in in (0..160).step_by(7) {
        let sound = pair([(770.0, -8.0), (1_336.0, -8.0)], lead_in, 23);
        assert_eq!(keys(&sound), "", "after {lead_in} samples");
    }
}

#[test]
fn a_break_of_ten_milliseconds_doesnt_split_a_key() {
    let mut sound = pair([(770.0, -10.0), (1_336.0, -10.0)], 33, 120);
    sound[500..580].fill(0);
    assert_eq!(keys(&sound), "5");
}

#[test]
fn durations_are_right_to_fifteen_milliseconds() {
    for length_ms in [50, 80, 100, 250, 1_000, 5_000] {
        for lead_in in [0, 50, 111] {
            let events = hear(&pair([(941.0, -10.0), (1_477.0, -8.0)], lead_in, length_ms));
            let [
                DigitEvent::Began { digit: '#' },
                DigitEvent::Ended {
                    digit: '#',
                    duration_ms,
                },
            ] = events[..]
            else {
                panic!("{events:?}");
            };
            let wrong = (i64::from(duration_ms) - length_ms as i64).abs();
            assert!(wrong <= 15, "{length_ms} ms was heard as {duration_ms}");
        }
    }
}

#[test]
fn frequencies_may_be_off_by_one_and_a_half_percent() {
    for (low, high) in [
        (697.0, 1_209.0),
        (770.0, 1_477.0),
        (852.0, 1_336.0),
        (941.0, 1_633.0),
    ] {
        for (low_off, high_off) in [
            (0.985, 0.985),
            (1.015, 1.015),
            (0.985, 1.015),
            (1.015, 0.985),
        ] {
            let sound = pair([(low * low_off, -10.0), (high * high_off, -10.0)], 40, 60);
            assert_eq!(keys(&sound).len(), 1, "{low} {low_off}, {high} {high_off}");
        }
        let wrong = pair([(low, -10.0), (high * 1.05, -10.0)], 40, 200);
        assert_eq!(keys(&wrong), "", "{high} Hz 5 % too high");
    }
}

#[test]
fn twist_within_bounds_is_heard_and_beyond_is_not() {
    for (low, high, heard) in [
        (-10.0, -6.0, true),
        (-10.0, -18.0, true),
        (-10.0, -14.0, true),
        (-20.0, -8.0, false),
        (-8.0, -22.0, false),
    ] {
        let sound = pair([(852.0, low), (1_209.0, high)], 17, 80);
        assert_eq!(keys(&sound) == "7", heard, "low {low}, high {high}");
    }
}

#[test]
fn noise_fifteen_decibels_below_doesnt_matter() {
    let mut sound = dialled(
        ALL_KEYS,
        Rhythm {
            on_ms: 70,
            off_ms: 70,
            level_dbm0: -12.0,
        },
    );
    // Uniform noise of this peak is at -25 dBm0.
    add_noise(&mut sound, 1_570.0);
    assert_eq!(keys(&sound), ALL_KEYS);
}

#[test]
fn noise_alone_is_no_key() {
    let mut sound = vec![0; 8_000 * 60];
    add_noise(&mut sound, 9_000.0);
    assert_eq!(keys(&sound), "");
}

#[test]
fn single_tones_network_tones_and_chords_are_no_keys() {
    for hz in (300..3_400).step_by(23) {
        let sound = pair([(hz as f32, -6.0), (hz as f32, -96.0)], 0, 300);
        assert_eq!(keys(&sound), "", "{hz} Hz");
    }
    for (low, high) in [
        (440.0, 480.0),
        (480.0, 620.0),
        (350.0, 440.0),
        (400.0, 450.0),
    ] {
        assert_eq!(keys(&pair([(low, -10.0), (high, -10.0)], 0, 500)), "");
    }
    // Chords: two tones of a key with a third note as strong.
    for third in [440.0, 554.0, 1_047.0, 1_760.0, 2_093.0] {
        let mut sound = pair([(697.0, -12.0), (1_209.0, -12.0)], 0, 400);
        for (sample, other) in sound
            .iter_mut()
            .zip(pair([(third, -12.0), (3.0, -96.0)], 0, 400))
        {
            *sample = sample.saturating_add(other);
        }
        assert_eq!(keys(&sound), "", "with {third} Hz");
    }
}

#[test]
fn harmonics_and_sweeps_as_in_song_are_no_keys() {
    // Two singers, each with overtones falling by 6 dB, gliding through all pairs of a key.
    for start in 0..12 {
        let mut phases = [0.0f32; 2];
        let sound: Vec<i16> = (0..8_000 * 6)
            .map(|n| {
                let at = n as f32 / 48_000.0;
                let hz = [
                    340.0 + 160.0 * (at * 7.0 + start as f32).sin().abs(),
                    600.0 + 250.0 * (at * 5.0 + start as f32 * 0.7).sin().abs(),
                ];
                let mut sum = 0.0;
                for (phase, hz) in phases.iter_mut().zip(hz) {
                    *phase = (*phase + hz / 8_000.0).fract();
                    for overtone in 1..=5 {
                        let turn = *phase * std::f32::consts::TAU * overtone as f32;
                        sum += turn.sin() / overtone as f32;
                    }
                }
                saturate(sum * 3_000.0)
            })
            .collect();
        assert_eq!(keys(&sound), "", "song {start}");
    }
}

#[test]
fn a_key_that_follows_without_a_pause_ends_the_first() {
    let mut sound = pair([(697.0, -10.0), (1_209.0, -10.0)], 0, 100);
    sound.extend(pair([(941.0, -10.0), (1_336.0, -10.0)], 0, 100));
    let events = hear(&sound);
    assert!(
        matches!(
            events[..],
            [
                DigitEvent::Began { digit: '1' },
                DigitEvent::Ended { digit: '1', .. },
                DigitEvent::Began { digit: '0' },
                DigitEvent::Ended { digit: '0', .. },
            ]
        ),
        "{events:?}"
    );
}
