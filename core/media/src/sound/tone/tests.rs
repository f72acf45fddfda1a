//! Frequencies, levels and cadences as they come out.

use super::*;
use crate::sound::country::Country;
use crate::sound::goertzel::Goertzel;
use crate::sound::level_dbm0;
use crate::sound::listen::dominant_hz;

const RING_TONES: &str = "at au bg br be ch cl cn cz de dk ee es fi fr gr hu il in it lt jp mx my \
                          nl no nz ph pl pt ru se sg th uk us us-old tw ve za";

fn play(tone: Tone, length_ms: usize) -> Vec<i16> {
    let mut sound = vec![0; length_ms * SAMPLES_PER_MS];
    let count = ToneGenerator::new(tone).fill(&mut sound);
    sound.truncate(count);
    sound
}

fn country(code: &str) -> Country {
    Country::from_code(code).expect("a country of the table")
}

#[test]
fn all_ring_tones_of_the_attribute_are_known() {
    for code in RING_TONES.split(' ') {
        assert_eq!(country(code).code(), code);
    }
    assert_eq!(Country::all().count(), RING_TONES.split(' ').count());
    assert!(Country::from_code("xx").is_none());
    assert_eq!(Country::us().code(), "us");
}

/// Walks each cadence: what should sound does, with its own frequencies, and pauses are silent.
#[test]
fn every_step_of_every_cadence_sounds_as_written() {
    for country in Country::all() {
        for tone in [
            Tone::Ringback(country),
            Tone::Busy(country),
            Tone::Congestion(country),
        ] {
            let mut generator = ToneGenerator::new(tone);
            for step in tone.steps().iter().chain(tone.steps()) {
                let mut piece = vec![0; step.length_ms as usize * SAMPLES_PER_MS];
                assert_eq!(generator.fill(&mut piece), piece.len());
                let level = level_dbm0(&piece);
                if step.hz[0] == 0 {
                    assert_eq!(level, crate::sound::SILENT_DBM0, "{tone:?}");
                    continue;
                }
                assert!((-21.0..-9.0).contains(&level), "{tone:?}: {level} dBm0");
                let samples: Vec<f32> = piece.iter().map(|&s| f32::from(s)).collect();
                let total: f32 = samples.iter().map(|s| s * s).sum();
                let tones = step.hz.iter().filter(|&&hz| hz > 0);
                let share: f32 = tones
                    .map(|&hz| Goertzel::new(f32::from(hz)).energy(&samples))
                    .sum::<f32>()
                    / total;
                let least = if step.swell_hz > 0 { 0.6 } else { 0.85 };
                assert!(share > least, "{tone:?} {step:?}: {share}");
            }
            assert!(!generator.is_over());
        }
    }
}

#[test]
fn north_american_ringback_is_two_seconds_of_six() {
    let sound = play(Tone::Ringback(country("us")), 8_000);
    assert!(
        (level_dbm0(&sound[..16_000]) + 10.0).abs() < 0.2,
        "two tones of -13 make -10"
    );
    assert!(sound[16_000..48_000].iter().all(|&sample| sample == 0));
    assert!(level_dbm0(&sound[48_000..]) > -11.0);
}

#[test]
fn beeps_and_fax_tones_have_their_frequency_and_length() {
    for (tone, hz, length_ms) in [
        (Tone::Beep, 1_000.0, 200),
        (Tone::RecordBeep, 1_400.0, 500),
        (Tone::FaxAnswer, 2_100.0, 3_000),
        (
            Tone::Sine {
                hz: 600.0,
                length_ms: 123,
                level_dbm0: -20.0,
            },
            600.0,
            123,
        ),
    ] {
        let sound = play(tone, 10_000);
        assert_eq!(sound.len(), length_ms * SAMPLES_PER_MS, "{tone:?}");
        let (heard_hz, share) = dominant_hz(&sound).expect("it sounds");
        assert_eq!(heard_hz, hz);
        assert!(share > 0.95);
    }
    let calling = play(Tone::FaxCalling, 4_000);
    assert_eq!(
        dominant_hz(&calling[..4_000]).map(|(hz, _)| hz),
        Some(1_100.0)
    );
    assert!(calling[4_000..28_000].iter().all(|&sample| sample == 0));
    assert!(calling[28_100] != 0);
}

#[test]
fn an_endless_sine_ends_never_and_rewinds_to_its_start() {
    let tone = Tone::Sine {
        hz: 700.0,
        length_ms: 0,
        level_dbm0: -10.0,
    };
    let mut generator = ToneGenerator::new(tone);
    let mut first = [0; 160];
    generator.fill(&mut first);
    let mut frame = [0; 160];
    for _ in 0..10_000 {
        assert_eq!(generator.fill(&mut frame), 160);
    }
    assert!(!generator.is_over());
    generator.rewind();
    generator.fill(&mut frame);
    assert_eq!(frame, first);
}
