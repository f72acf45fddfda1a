//! Voices, noise, clicks and pauses.

use super::*;
use crate::sound::comfort::ComfortNoise;
use crate::sound::speech_stand_in::speak;
use crate::sound::{FRAME_SAMPLES, SILENT_FRAME};

fn noise(level_dbm0: f32) -> impl FnMut() -> Frame {
    let mut noise = ComfortNoise::new(7);
    move || {
        let mut frame = SILENT_FRAME;
        noise.frame(level_dbm0, &mut frame);
        frame
    }
}

#[test]
fn silence_and_line_noise_are_no_voice() {
    for level in [-96.0, -65.0, -55.0, -50.0] {
        let mut voice = VoiceActivity::new();
        let mut line = noise(level);
        let heard = (0..1_000).filter(|_| voice.hear(&line()).voice).count();
        assert_eq!(heard, 0, "{level} dBm0");
    }
}

#[test]
fn loud_steady_noise_becomes_the_floor() {
    let mut voice = VoiceActivity::new();
    let mut line = noise(-42.0);
    let heard: Vec<bool> = (0..1_000).map(|_| voice.hear(&line()).voice).collect();
    assert!(
        heard[750..].iter().all(|&voice| !voice),
        "after 15 s it is known"
    );
    let activity = voice.hear(&line());
    assert!((activity.floor_dbm0 + 42.0).abs() < 3.0, "{activity:?}");
    let speech = speak("now somebody speaks over that noise", 3);
    let frames = speech.as_chunks::<FRAME_SAMPLES>().0;
    let over = frames
        .iter()
        .filter(|frame| voice.hear(frame).voice)
        .count();
    assert!(over * 10 > frames.len() * 9);
}

#[test]
fn a_voice_begins_within_forty_milliseconds_and_ends_after_the_hangover() {
    let mut voice = VoiceActivity::new();
    (0..50).for_each(|_| {
        voice.hear(&SILENT_FRAME);
    });
    let speech = speak("hello", 1);
    let frames = speech.as_chunks::<FRAME_SAMPLES>().0;
    let first = frames.iter().position(|frame| voice.hear(frame).voice);
    assert!(first.is_some_and(|frame| frame <= 2), "{first:?}");
    let mut last = 0;
    frames.iter().for_each(|frame| {
        voice.hear(frame);
    });
    for n in 1..=50u32 {
        if voice.hear(&SILENT_FRAME).voice {
            last = n;
        }
    }
    assert!((8..=10).contains(&last), "{last} frames of hangover");
}

#[test]
fn a_click_is_no_voice() {
    let mut voice = VoiceActivity::new();
    for n in 0..500 {
        let mut frame = SILENT_FRAME;
        if n % 10 == 5 {
            frame[80] = 25_000;
        }
        assert!(!voice.hear(&frame).voice, "frame {n}");
    }
}

#[test]
fn long_speech_doesnt_become_its_own_floor() {
    let mut voice = VoiceActivity::new();
    let speech = speak(&"and so she went on and on without a pause ".repeat(40), 5);
    let frames = speech.as_chunks::<FRAME_SAMPLES>().0;
    let heard = frames
        .iter()
        .filter(|frame| voice.hear(frame).voice)
        .count();
    assert!(frames.len() > 5_000);
    assert!(
        heard * 20 > frames.len() * 19,
        "{heard} of {}",
        frames.len()
    );
}
