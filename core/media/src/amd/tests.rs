//! The border and the documented rules, with sound made on the spot.

use super::*;
use crate::sound::speech_stand_in::speak;
use model::AnsweredBy;

fn silence(ms: usize) -> Vec<i16> {
    vec![0; ms * 8]
}

/// So much talk without a pause that would end it.
fn talk(ms: usize) -> Vec<i16> {
    let mut sound = speak(
        "this is somebody who talks and talks without taking a breath",
        7,
    );
    while sound.len() < ms * 8 {
        let again = sound.clone();
        sound.extend(again);
    }
    sound.truncate(ms * 8);
    sound
}

/// What is found in a sound that silence follows for ever.
fn found(settings: Settings, sound: &[Vec<i16>]) -> Found {
    let mut detector = Detector::new(settings);
    let sound = sound.concat();
    for frame in sound.chunks(FRAME_SAMPLES) {
        if let Some(found) = detector.hear(Some(frame)) {
            return found;
        }
    }
    loop {
        if let Some(found) = detector.hear(None) {
            return found;
        }
    }
}

/// All four tunables as the documentation has them, and set.
fn documented() -> Settings {
    let unset = Settings::default();
    Settings {
        to_the_end: false,
        timeout_ms: Some(unset.timeout_ms()),
        speech_ms: Some(unset.speech_ms()),
        speech_end_ms: Some(unset.speech_end_ms()),
        silence_ms: Some(unset.silence_ms()),
    }
}

fn near(found: Found, verdict: AnsweredBy, at_ms: u32) {
    assert_eq!(found.verdict, verdict, "at {}", found.at_ms);
    let off = found.at_ms.abs_diff(at_ms);
    assert!(
        off <= 250,
        "{} at {}, not near {at_ms}",
        verdict,
        found.at_ms
    );
}

#[test]
fn silence_at_the_beginning_is_nobody_known() {
    near(found(documented(), &[]), AnsweredBy::Unknown, 5_000);
    let short = Settings {
        silence_ms: Some(2_000),
        ..documented()
    };
    near(found(short, &[]), AnsweredBy::Unknown, 2_000);
    near(
        found(short, &[silence(1_800), talk(600)]),
        AnsweredBy::Human,
        3_600,
    );
}

#[test]
fn short_speech_and_then_silence_is_a_person() {
    near(
        found(documented(), &[silence(500), talk(800)]),
        AnsweredBy::Human,
        2_500,
    );
    let patient = Settings {
        speech_end_ms: Some(3_000),
        ..documented()
    };
    near(
        found(patient, &[talk(800), silence(2_000), talk(300)]),
        AnsweredBy::MachineStart,
        2_800 + 80,
    );
}

#[test]
fn longer_speech_is_a_machine() {
    near(
        found(documented(), &[talk(10_000)]),
        AnsweredBy::MachineStart,
        2_400,
    );
    let long = Settings {
        speech_ms: Some(6_000),
        ..documented()
    };
    near(found(long, &[talk(5_800)]), AnsweredBy::Human, 7_000);
    near(
        found(long, &[talk(10_000)]),
        AnsweredBy::MachineStart,
        6_000,
    );
}

#[test]
fn a_greeting_is_waited_out() {
    let to_the_end = Settings {
        to_the_end: true,
        ..documented()
    };
    let heard = [talk(4_000), silence(900), talk(1_000)];
    near(
        found(to_the_end, &heard),
        AnsweredBy::MachineEndSilence,
        7_100,
    );
}

#[test]
fn it_gives_up_in_time_whatever_is_heard() {
    let hurried = Settings {
        to_the_end: true,
        timeout_ms: Some(3_000),
        ..documented()
    };
    near(found(hurried, &[talk(10_000)]), AnsweredBy::Unknown, 3_000);
}

#[test]
fn both_rates_are_heard_alike_and_the_verdict_comes_once() {
    let sound = [silence(400), talk(900), silence(2_000)].concat();
    let mut doubler = crate::sound::resample::Doubler::new();
    let wide: Vec<i16> = sound.iter().flat_map(|&s| doubler.step(s)).collect();
    let (mut one, mut other) = (Detector::new(documented()), Detector::new(documented()));
    let narrow = sound.chunks(FRAME_SAMPLES);
    for (narrow, wide) in narrow.zip(wide.chunks(WIDE_SAMPLES)) {
        one.hear(Some(narrow));
        other.hear(Some(wide));
    }
    let (one_found, other_found) = (one.found().unwrap(), other.found().unwrap());
    near(one_found, other_found.verdict, other_found.at_ms);
    assert_eq!(one.hear(None), None);
    assert_eq!(one.found(), Some(one_found));
}

#[test]
fn frames_of_any_length_are_taken() {
    let mut detector = Detector::new(Settings::default());
    for length in [0, 1, 159, 161, 319, 321, 5_000] {
        detector.hear(Some(&vec![1_000; length]));
    }
    assert_eq!(detector.at_ms(), 7 * FRAME_MS);
}
