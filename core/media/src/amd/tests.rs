//! The border and the documented rules, with sound made on the spot.

use super::*;
use crate::sound::comfort::Concealer;
use crate::sound::country::Country;
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

/// Sines together, at a level that a codec would carry.
fn tone(hz: &[f32], ms: usize) -> Vec<i16> {
    let sample = |n: usize| {
        let sine = |hz: &f32| (n as f32 / 8_000.0 * hz * std::f32::consts::TAU).sin();
        (4_000.0 * hz.iter().map(sine).sum::<f32>()) as i16
    };
    (0..ms * 8).map(sample).collect()
}

/// A country's tone, for so long.
fn network(tone: crate::sound::tone::Tone, ms: usize) -> Vec<i16> {
    let mut sound = silence(ms);
    crate::sound::tone::ToneGenerator::new(tone).fill(&mut sound);
    sound
}

/// Music as queues have it: plucked strings, three at a time.
fn music(ms: usize, peak: f32) -> Vec<i16> {
    const BEAT: usize = 420 * 8;
    const TUNE: [[f32; 3]; 4] = [
        [220.0, 554.4, 659.3],
        [196.0, 493.9, 587.3],
        [174.6, 440.0, 523.3],
        [164.8, 415.3, 493.9],
    ];
    let note = |hz: f32, at: f32| {
        let sine = |k: f32| (at * hz * k * std::f32::consts::TAU).sin() / k;
        (sine(1.0) + 0.6 * sine(2.0) + 0.4 * sine(3.0)) * (-at * 4.0).exp()
    };
    let sample = |n: usize| {
        let at = (n % BEAT) as f32 / 8_000.0;
        let chord = TUNE[n / BEAT % 4].iter();
        (peak / 4.0 * chord.map(|hz| note(*hz, at)).sum::<f32>()) as i16
    };
    (0..ms * 8).map(sample).collect()
}

/// What is found, to the end, when a machine says something and then these are heard.
fn behind_a_greeting(heard: &[Vec<i16>]) -> Found {
    let to_the_end = Settings {
        to_the_end: true,
        ..Settings::default()
    };
    let greeting = [talk(4_000), silence(700)].concat();
    found(to_the_end, &[&[greeting], heard].concat())
}

/// A beep is told behind its end, not too late and not before a second half could have come.
fn beeps(heard: &[Vec<i16>]) {
    let ms: usize = heard.iter().map(|piece| piece.len() / 8).sum();
    let found = behind_a_greeting(heard);
    let end_ms = 4_700 + ms as u32;
    assert_eq!(
        found.verdict,
        AnsweredBy::MachineEndBeep,
        "at {}",
        found.at_ms
    );
    let late_ms = i64::from(found.at_ms) - i64::from(end_ms);
    assert!((120..=150).contains(&late_ms), "{late_ms} ms late");
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
    // A machine is known by then, the end of its message isn't.
    let known = Settings {
        timeout_ms: Some(9_000),
        ..hurried
    };
    near(found(known, &[talk(20_000)]), AnsweredBy::Unknown, 9_000);
    let start = Settings {
        to_the_end: false,
        ..known
    };
    let known = found(start, &[talk(20_000)]).verdict;
    assert_eq!(known, AnsweredBy::MachineStart);
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

#[test]
fn the_end_of_a_beep_is_told_in_time_wherever_in_a_frame_it_is() {
    (0..20).for_each(|n| beeps(&[tone(&[1_000.0], 400 + n)]));
    (0..20).for_each(|n| beeps(&[tone(&[2_750.0], 135 + n)]));
}

#[test]
fn a_beep_whose_end_is_lost_is_told_in_time_wherever_it_ended() {
    for lost in 1..=2 {
        for n in 0..20 {
            let late_ms = late_with_the_end_lost(480 + n, lost);
            assert!((80..=150).contains(&late_ms), "{lost}, {n}: {late_ms} ms");
        }
    }
}

/// How late the end of a beep is told whose last frames are lost, as many as these from the one
/// that holds its end on.
fn late_with_the_end_lost(beep_ms: usize, lost: usize) -> i64 {
    let greeting = [talk(4_000), silence(700)].concat();
    let sound = [greeting, tone(&[1_000.0], beep_ms), silence(600)].concat();
    let end_ms = 4_700 + beep_ms;
    let first_lost = (end_ms - 1) / 20;
    let mut detector = Detector::new(Settings {
        to_the_end: true,
        ..Settings::default()
    });
    let mut concealer = Concealer::new();
    for (n, piece) in sound.chunks_exact(FRAME_SAMPLES).enumerate() {
        let mut frame: Frame = SILENT_FRAME;
        frame.copy_from_slice(piece);
        let found = if (first_lost..first_lost + lost).contains(&n) {
            concealer.lost(&mut frame);
            detector.hear_made_up(&frame)
        } else {
            concealer.good(&mut frame);
            detector.hear(Some(&frame))
        };
        if let Some(found) = found {
            assert_eq!(found.verdict, AnsweredBy::MachineEndBeep);
            return i64::from(found.at_ms) - end_ms as i64;
        }
    }
    panic!("no beep was found");
}

#[test]
fn beeps_have_any_usual_pitch_and_may_have_two() {
    for hz in [335.0, 425.0, 440.0, 850.0, 1_400.0, 2_000.0, 2_780.0] {
        beeps(&[tone(&[hz], 650)]);
    }
    beeps(&[tone(&[2_184.0, 2_927.0], 500)]);
    beeps(&[tone(&[505.0, 636.0], 700)]);
    beeps(&[tone(&[479.0, 590.0], 400)]);
}

#[test]
fn a_second_half_that_follows_soon_joins_the_first() {
    for gap in [60, 75, 90, 105, 120] {
        beeps(&[tone(&[1_209.0], 180), silence(gap), tone(&[1_209.0], 300)]);
    }
    let other = [tone(&[900.0], 300), silence(80), tone(&[1_300.0], 300)];
    let found = behind_a_greeting(&other);
    assert_eq!(found.verdict, AnsweredBy::MachineEndSilence);
}

#[test]
fn a_beep_that_swells_is_one() {
    let mut swelling = tone(&[1_998.0], 460);
    for (n, sample) in swelling.iter_mut().enumerate() {
        let gain = 10f32.powf((n as f32 / 8.0 / 160.0 - 1.0).min(0.0) * 30.0 / 20.0);
        *sample = (f32::from(*sample) * gain) as i16;
    }
    beeps(&[swelling]);
}

#[test]
fn a_click_behind_a_beep_changes_nothing() {
    let mut click = silence(10);
    click[20..40].fill(9_000);
    click[40..60].fill(-9_000);
    let heard = [tone(&[1_000.0], 500), silence(50), click, silence(400)];
    let found = behind_a_greeting(&heard);
    assert_eq!(found.verdict, AnsweredBy::MachineEndBeep);
    near(found, AnsweredBy::MachineEndBeep, 4_700 + 500 + 135);
}

#[test]
fn the_networks_tones_behind_a_greeting_are_no_beep() {
    use crate::sound::tone::Tone;
    for country in Country::all() {
        // Three sines, which aren't followed.
        if country.code() == "us-old" {
            continue;
        }
        for tone in [Tone::Busy(country), Tone::Congestion(country)] {
            let found = behind_a_greeting(&[network(tone, 8_000)]);
            assert_eq!(
                found.verdict,
                AnsweredBy::MachineEndOther,
                "{tone:?} at {}",
                found.at_ms
            );
        }
    }
}

#[test]
fn the_networks_tones_alone_are_nobody() {
    use crate::sound::tone::Tone;
    let to_the_end = Settings {
        to_the_end: true,
        ..Settings::default()
    };
    let mut wrong = Vec::new();
    // Two sines 55 Hz apart growl, and are still taken for a voice.
    for country in Country::all().filter(|country| country.code() != "ph") {
        for tone in [
            Tone::Busy(country),
            Tone::Congestion(country),
            Tone::Ringback(country),
        ] {
            for settings in [to_the_end, Settings::default()] {
                let found = found(settings, &[silence(310), network(tone, 31_000)]);
                if found.verdict != AnsweredBy::Unknown {
                    wrong.push(format!("{tone:?}: {} at {}", found.verdict, found.at_ms));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn music_alone_is_nobody() {
    let to_the_end = Settings {
        to_the_end: true,
        ..Settings::default()
    };
    for settings in [to_the_end, Settings::default(), documented()] {
        let found = found(settings, &[silence(400), music(31_000, 8_000.0)]);
        assert_eq!(found.verdict, AnsweredBy::Unknown, "at {}", found.at_ms);
    }
}

#[test]
fn a_greeting_over_music_or_with_music_behind_it_is_a_machine() {
    let mut over = music(9_000, 2_500.0);
    for (sample, voice) in over.iter_mut().skip(8_000).zip(talk(7_000)) {
        *sample = sample.saturating_add(voice);
    }
    let behind = [talk(2_200), silence(300), music(9_000, 8_000.0)].concat();
    for sound in [over, behind] {
        let found = found(Settings::default(), &[silence(400), sound]);
        assert_eq!(
            found.verdict,
            AnsweredBy::MachineStart,
            "at {}",
            found.at_ms
        );
    }
}

#[test]
fn a_message_ends_in_music_or_in_ringing() {
    let found = behind_a_greeting(&[music(12_000, 8_000.0)]);
    // Half a second of it is still taken for a voice.
    near(found, AnsweredBy::MachineEndOther, 4_700 + 500 + 3_000);
    let ringing = crate::sound::tone::Tone::Ringback(Country::us());
    let found = behind_a_greeting(&[network(ringing, 9_000)]);
    near(found, AnsweredBy::MachineEndOther, 4_700 + 2_000 + 135);
    let ringing = Country::from_code("uk");
    let ringing = crate::sound::tone::Tone::Ringback(ringing.unwrap());
    let found = behind_a_greeting(&[network(ringing, 9_000)]);
    near(found, AnsweredBy::MachineEndOther, 4_700 + 400 + 135);
    // A beep may beat as well.
    beeps(&[tone(&[390.0, 449.0], 700)]);
}

#[test]
fn a_law_has_no_noise_in_its_silence() {
    assert_eq!(moving_dbm0(&[8; FRAME_SAMPLES]), moving_dbm0(&SILENT_FRAME));
    let hiss = std::array::from_fn(|n| if n % 2 == 0 { 24 } else { -8 });
    assert!(moving_dbm0(&hiss) > -66.0);
}
