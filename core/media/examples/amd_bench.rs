//! What answering-machine detection costs a call: microseconds per 20 ms, best of five.
//! `cargo run --release -p media --example amd_bench`

#![expect(
    clippy::disallowed_types,
    reason = "measuring takes a clock, which the core has not"
)]

use std::hint::black_box;
use std::time::Instant;

use media::amd::{Detector, Settings};
use media::sound::speech_stand_in::speak;
use media::sound::tone::{Tone, ToneGenerator};
use media::sound::{FRAME_SAMPLES, SILENT_FRAME};

/// Frames of one run: 100 s, so that the detector must not come to its end before.
const FRAMES: usize = 5_000;

fn main() {
    let speech = speak(
        &"the quick brown fox jumps over the lazy dog ".repeat(60),
        7,
    );
    let mut tone = vec![0; FRAME_SAMPLES * 1_000];
    ToneGenerator::new(Tone::Busy(media::sound::country::Country::us())).fill(&mut tone);
    let silence = SILENT_FRAME.to_vec();
    for (name, sound) in [("speech", speech), ("tones", tone), ("silence", silence)] {
        let best = (0..5).map(|_| run(&sound)).fold(f64::MAX, f64::min);
        // Of a core, for a call that is being listened to.
        println!("{name} {best:.2} us/frame, {:.3} % of a core", best / 200.0);
    }
}

fn run(sound: &[i16]) -> f64 {
    let never = Some(u32::MAX);
    let settings = Settings {
        to_the_end: true,
        timeout_ms: never,
        speech_ms: never,
        speech_end_ms: never,
        silence_ms: never,
    };
    let mut detector = Detector::new(settings);
    let frames: Vec<&[i16]> = sound.chunks_exact(FRAME_SAMPLES).collect();
    let start = Instant::now();
    for n in 0..FRAMES {
        if black_box(detector.hear(Some(frames[n % frames.len()]))).is_some() {
            detector = Detector::new(settings);
        }
    }
    start.elapsed().as_secs_f64() * 1e6 / FRAMES as f64
}
