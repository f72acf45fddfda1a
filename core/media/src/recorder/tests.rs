//! What is kept, what is cut, and why it ends.

use super::*;
use crate::sound::speech_stand_in::speak;

fn terms() -> RecorderTerms {
    RecorderTerms {
        dual: false,
        max_length_ms: 3_600_000,
        silence_timeout_ms: None,
        trim: false,
    }
}

fn say(recorder: &mut Recorder, text: &str) -> u64 {
    let speech = speak(text, 3);
    let frames = speech.as_chunks::<FRAME_SAMPLES>().0;
    frames.iter().for_each(|frame| recorder.take(frame, None));
    frames.len() as u64 * u64::from(FRAME_MS)
}

fn be_silent(recorder: &mut Recorder, length_ms: u32) {
    (0..length_ms / FRAME_MS).for_each(|_| recorder.take(&SILENT_FRAME, None));
}

/// All sound given out, and the end if it came.
fn drain(recorder: &mut Recorder) -> (Vec<i16>, Option<(RecordingEnd, u64, bool)>) {
    let mut sound = Vec::new();
    while let Some(event) = recorder.poll_event() {
        match event {
            RecorderEvent::Chunk(chunk) => {
                sound.extend_from_slice(&chunk);
                recorder.recycle(chunk);
            }
            RecorderEvent::Ended {
                why,
                keep_samples,
                heard,
            } => {
                assert_eq!(recorder.poll_event(), None, "the end comes last");
                return (sound, Some((why, keep_samples, heard)));
            }
        }
    }
    (sound, None)
}

#[test]
fn everything_is_kept_in_chunks_of_a_second() {
    let mut recorder = Recorder::new(terms());
    be_silent(&mut recorder, 2_400);
    let length_ms = 2_400 + say(&mut recorder, "hello out there");
    let mut lengths = Vec::new();
    while let Some(RecorderEvent::Chunk(chunk)) = recorder.poll_event() {
        lengths.push(chunk.len());
        recorder.recycle(chunk);
    }
    assert_eq!(lengths, [8_000; 3]);
    assert_eq!(recorder.duration_ms(), length_ms);
    recorder.stop();
    recorder.stop();
    let (rest, end) = drain(&mut recorder);
    assert_eq!(rest.len() as u64, length_ms * 8 - 24_000);
    assert_eq!(end, Some((RecordingEnd::Stopped, length_ms * 8, true)));
    recorder.take(&SILENT_FRAME, None);
    assert_eq!(drain(&mut recorder), (Vec::new(), None));
}

#[test]
fn two_channels_are_interleaved_and_one_is_mixed() {
    for dual in [true, false] {
        let mut recorder = Recorder::new(RecorderTerms { dual, ..terms() });
        recorder.take(&[100; FRAME_SAMPLES], Some(&[7; FRAME_SAMPLES]));
        recorder.take(&[200; FRAME_SAMPLES], None);
        recorder.stop();
        let (sound, end) = drain(&mut recorder);
        if dual {
            assert_eq!(sound.len(), 640);
            assert_eq!(
                (sound[0], sound[1], sound[320], sound[321]),
                (100, 7, 200, 0)
            );
        } else {
            assert_eq!(sound.len(), 320);
            assert_eq!((sound[0], sound[160]), (107, 200));
        }
        assert_eq!(end.map(|(_, keep, _)| keep), Some(320));
    }
}

#[test]
fn silence_at_both_ends_is_trimmed_and_between_is_not() {
    let mut recorder = Recorder::new(RecorderTerms {
        trim: true,
        ..terms()
    });
    be_silent(&mut recorder, 5_000);
    let first_ms = say(&mut recorder, "first sentence");
    be_silent(&mut recorder, 3_000);
    let second_ms = say(&mut recorder, "second sentence");
    be_silent(&mut recorder, 4_000);
    recorder.stop();
    let (sound, end) = drain(&mut recorder);
    let (why, keep, heard) = end.expect("it ended");
    assert!(heard && why == RecordingEnd::Stopped);
    let kept_ms = keep / SAMPLES_PER_MS as u64;
    let spoken_ms = first_ms + 3_000 + second_ms;
    let margins_ms = kept_ms - spoken_ms;
    // A margin in front, hangover and margin behind.
    assert!(
        (300..=700).contains(&margins_ms),
        "{margins_ms} ms too many"
    );
    assert!(sound.len() as u64 >= keep);
    let loud = |sample: &i16| sample.unsigned_abs() > 1_000;
    let first = sound.iter().position(loud).expect("speech was kept");
    assert!(
        (0..=2_400).contains(&first),
        "speech begins at sample {first}"
    );
}

#[test]
fn nothing_but_silence_is_trimmed_to_nothing() {
    for trim in [true, false] {
        let mut recorder = Recorder::new(RecorderTerms { trim, ..terms() });
        be_silent(&mut recorder, 3_000);
        recorder.stop();
        let (sound, end) = drain(&mut recorder);
        let kept = if trim { 0 } else { 24_000 };
        assert_eq!(sound.len(), kept);
        assert_eq!(end, Some((RecordingEnd::Stopped, kept as u64, false)));
    }
}

#[test]
fn silence_ends_it_after_the_timeout_only() {
    let terms = RecorderTerms {
        silence_timeout_ms: Some(5_000),
        ..terms()
    };
    let mut recorder = Recorder::new(terms);
    be_silent(&mut recorder, 4_900);
    let spoken_ms = say(&mut recorder, "I am here after all");
    be_silent(&mut recorder, 4_900);
    assert!(!recorder.is_over());
    be_silent(&mut recorder, 400);
    assert!(recorder.is_over());
    let (_, end) = drain(&mut recorder);
    let (why, keep, heard) = end.expect("it ended");
    assert!(heard && why == RecordingEnd::Silence);
    let after_ms = keep / 8 - 4_900 - spoken_ms;
    assert!(
        (5_000..=5_240).contains(&after_ms),
        "{after_ms} ms of silence"
    );

    let mut recorder = Recorder::new(terms);
    be_silent(&mut recorder, 5_000);
    assert_eq!(
        drain(&mut recorder).1,
        Some((RecordingEnd::Silence, 40_000, false))
    );
}

#[test]
fn the_longest_is_the_longest() {
    for trim in [false, true] {
        let mut recorder = Recorder::new(RecorderTerms {
            max_length_ms: 1_500,
            trim,
            ..terms()
        });
        for n in 0..200 {
            let frame = if n % 2 == 0 {
                [3_000; FRAME_SAMPLES]
            } else {
                [-3_000; FRAME_SAMPLES]
            };
            recorder.take(&frame, None);
        }
        let (sound, end) = drain(&mut recorder);
        assert_eq!(end, Some((RecordingEnd::MaxLength, 12_000, true)));
        assert_eq!(sound.len(), 12_000);
    }
}

#[test]
fn a_pause_is_skipped_or_recorded_as_silence() {
    for (behavior, paused_ms) in [(PauseBehavior::Skip, 0), (PauseBehavior::Silence, 2_000)] {
        let terms = RecorderTerms {
            silence_timeout_ms: Some(1_000),
            ..terms()
        };
        let mut recorder = Recorder::new(terms);
        let first_ms = say(&mut recorder, "my card number is");
        recorder.pause(behavior);
        assert!(recorder.is_paused());
        for _ in 0..100 {
            recorder.take(&[9_000; FRAME_SAMPLES], Some(&[9_000; FRAME_SAMPLES]));
        }
        assert!(!recorder.is_over(), "silence doesn't end a pause");
        recorder.resume();
        let second_ms = say(&mut recorder, "thank you");
        recorder.stop();
        let (sound, end) = drain(&mut recorder);
        let total_ms = first_ms + paused_ms + second_ms;
        assert_eq!(end, Some((RecordingEnd::Stopped, total_ms * 8, true)));
        assert!(
            sound.iter().all(|&sample| sample != 9_000),
            "the secret is not recorded"
        );
    }
}

#[test]
fn chunks_are_recycled() {
    let mut recorder = Recorder::new(terms());
    let mut places = std::collections::BTreeSet::new();
    for _ in 0..60 {
        be_silent(&mut recorder, 1_000);
        let Some(RecorderEvent::Chunk(chunk)) = recorder.poll_event() else {
            panic!("a second makes a chunk");
        };
        places.insert(chunk.as_ptr());
        recorder.recycle(chunk);
    }
    assert!(
        places.len() <= SPARE_CHUNKS + 1,
        "{} vectors were used",
        places.len()
    );
}
