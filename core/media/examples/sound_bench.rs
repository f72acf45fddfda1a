//! What one frame costs in each piece of the sound path: microseconds per 20 ms, best of five.
//! `cargo run --release -p media --example sound_bench`

#![expect(
    clippy::disallowed_types,
    reason = "measuring takes a clock, which the core has not"
)]

use std::hint::black_box;
use std::time::Instant;

use media::codec::{Codec, Decoder, Encoder};
use media::player::{Player, Source};
use media::recorder::{Recorder, RecorderEvent, RecorderTerms};
use media::sound::comfort::Concealer;
use media::sound::country::Country;
use media::sound::digit::DigitDetector;
use media::sound::gain::Gain;
use media::sound::mix::Mix;
use media::sound::silence::VoiceActivity;
use media::sound::speech_stand_in::speak;
use media::sound::tone::Tone;
use media::sound::{FRAME_SAMPLES, Frame};

const FRAMES: usize = 20_000;

fn measure(name: &str, mut work: impl FnMut(usize)) {
    let best = (0..5)
        .map(|_| {
            let start = Instant::now();
            (0..FRAMES).for_each(&mut work);
            start.elapsed().as_secs_f64() * 1e6 / FRAMES as f64
        })
        .fold(f64::MAX, f64::min);
    println!("{name:32} {best:8.3} us/frame");
}

fn main() {
    let speech = speak(
        &"the quick brown fox jumps over the lazy dog ".repeat(10),
        1,
    );
    let frames: Vec<Frame> = speech.as_chunks::<FRAME_SAMPLES>().0.to_vec();
    let frame = |n: usize| &frames[n % frames.len()];
    for codec in Codec::ALL {
        let (mut encoder, mut packet) = (Encoder::new(codec, 20), Vec::with_capacity(160));
        measure(&format!("{} encode", codec.name()), |n| {
            packet.clear();
            encoder.push(frame(n));
            black_box(encoder.pop(&mut packet));
        });
        let (mut decoder, mut out) = (Decoder::new(codec), [0; FRAME_SAMPLES]);
        measure(&format!("{} decode", codec.name()), |_| {
            black_box(decoder.decode(black_box(&packet), &mut out));
        });
    }
    let mut detector = DigitDetector::new();
    measure("digit detection", |n| {
        black_box(detector.hear(frame(n)));
    });
    let mut voice = VoiceActivity::new();
    measure("voice activity", |n| {
        black_box(voice.hear(frame(n)));
    });
    let mut concealer = Concealer::new();
    measure("concealment, nothing lost", |n| {
        concealer.good(&mut frame(n).clone())
    });
    measure("concealment, every 20th lost", |n| {
        let mut out = *frame(n);
        if n % 20 == 0 {
            concealer.lost(&mut out)
        } else {
            concealer.good(&mut out)
        }
        black_box(out);
    });
    let mut gain = Gain::from_db(-3.0);
    measure("gain", |n| {
        let mut out = *frame(n);
        gain.apply(&mut out);
        black_box(out);
    });
    let (mut mix, mut out) = (Mix::new(), [0; FRAME_SAMPLES]);
    measure("room of ten, all speaking", |n| {
        mix.clear();
        (0..10).for_each(|k| mix.add(frame(n + k)));
        (0..10).for_each(|k| mix.all_but(frame(n + k), &mut out));
        black_box(out);
    });
    let mut player = Player::new();
    player
        .play(1, Source::Tone(Tone::Ringback(Country::us())), 1)
        .expect("an empty queue");
    measure("player, ringback", |_| {
        black_box(player.next_frame(&mut out));
    });
    player.stop_all();
    player
        .play(2, Source::Samples(speech.clone().into()), 0)
        .expect("an empty queue");
    measure("player, samples", |_| {
        black_box(player.next_frame(&mut out));
    });
    let terms = RecorderTerms {
        dual: true,
        max_length_ms: u64::MAX,
        silence_timeout_ms: Some(5_000),
        trim: true,
    };
    let mut recorder = Recorder::new(terms);
    measure("recorder, dual and trimmed", |n| {
        recorder.take(frame(n), Some(frame(n + 7)));
        while let Some(event) = recorder.poll_event() {
            if let RecorderEvent::Chunk(chunk) = event {
                recorder.recycle(chunk);
            }
        }
    });
}
