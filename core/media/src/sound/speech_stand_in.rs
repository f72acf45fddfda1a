//! A stand-in for speech: sound with the rhythm, pitch and timbre of somebody talking, always the
//! same for the same words and voice. Simulated callers say "hello" with it.

use super::{RATE_HZ, SAMPLES_PER_MS, level_dbm0, saturate};

/// Characters spoken in a second.
const CHARS_PER_S: u64 = 14;

/// The shortest word takes this long.
const SHORTEST_MS: u64 = 300;

/// Average length of a syllable, in characters.
const CHARS_PER_SYLLABLE: u64 = 3;

/// Level of a syllable (active speech is about -20 dBm0 on a line).
const LEVEL_DBM0: f32 = -18.0;

/// The first three formants of five vowels, in hertz.
const VOWELS: [[f32; 3]; 5] = [
    [730.0, 1_090.0, 2_440.0],
    [530.0, 1_840.0, 2_480.0],
    [300.0, 2_250.0, 2_950.0],
    [570.0, 840.0, 2_410.0],
    [320.0, 870.0, 2_240.0],
];

/// Strength and width of each formant.
const FORMANT_GAIN: [f32; 3] = [1.0, 0.6, 0.3];
const FORMANT_WIDTH_HZ: [f32; 3] = [90.0, 130.0, 180.0];

/// How long a text takes to speak.
pub fn speech_length_ms(text: &str) -> u64 {
    (text.chars().count() as u64 * 1_000 / CHARS_PER_S).max(SHORTEST_MS)
}

/// Speaks a text; the seed makes the voice.
pub fn speak(text: &str, voice_seed: u64) -> Vec<i16> {
    let length = speech_length_ms(text) as usize * SAMPLES_PER_MS;
    let syllables = (text.chars().count() as u64 / CHARS_PER_SYLLABLE).max(1) as usize;
    let pitch_hz = 90.0 + (mix(voice_seed) % 130) as f32;
    let mut state = voice_seed;
    text.bytes()
        .for_each(|byte| state = mix(state ^ u64::from(byte)));
    let mut sound = Vec::with_capacity(length);
    for n in 0..syllables {
        state = mix(state.wrapping_add(n as u64));
        let end = length * (n + 1) / syllables;
        let fall = 1.1 - 0.2 * n as f32 / syllables as f32;
        syllable(&mut sound, end, pitch_hz * fall, state);
    }
    sound
}

/// Appends one syllable: a puff of noise, then a vowel that swells and falls.
fn syllable(sound: &mut Vec<i16>, end: usize, pitch_hz: f32, state: u64) {
    let length = end - sound.len();
    let vowel = VOWELS[(state >> 8) as usize % VOWELS.len()];
    let glide = 0.92 + (state >> 16 & 15) as f32 / 100.0;
    let mut formants: [Resonance; 3] =
        std::array::from_fn(|k| Resonance::new(vowel[k] * glide, FORMANT_WIDTH_HZ[k]));
    let mut raw = Vec::with_capacity(length);
    let (mut phase, mut noise) = (0.0f32, state as u32 | 1);
    for n in 0..length {
        let at = n as f32 / length as f32;
        // Pitch rises and falls within a syllable, which also keeps harmonics from standing still.
        let hz = pitch_hz * (1.0 + 0.12 * (at * std::f32::consts::PI).sin() - 0.04 * at);
        phase += hz / RATE_HZ as f32;
        let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
        phase -= phase.floor();
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let hiss = (noise >> 8) as f32 / (1 << 24) as f32 - 0.5;
        let breath = if at < 0.2 { 0.12 } else { 0.015 };
        let source = pulse + hiss * breath;
        let voiced = formants.iter_mut().zip(FORMANT_GAIN);
        let value: f32 = voiced
            .map(|(formant, gain)| formant.step(source) * gain)
            .sum();
        let swell = (at * std::f32::consts::PI).sin().max(0.0).powf(0.4);
        raw.push(value * swell);
    }
    let peak = raw
        .iter()
        .fold(1e-9f32, |peak, value| peak.max(value.abs()));
    let draft: Vec<i16> = raw
        .iter()
        .map(|value| saturate(value / peak * 16_000.0))
        .collect();
    let gain = 10f32.powf((LEVEL_DBM0 - level_dbm0(&draft)) / 20.0);
    sound.extend(
        raw.iter()
            .map(|value| saturate(value / peak * 16_000.0 * gain)),
    );
}

/// A two-pole resonance.
struct Resonance {
    feedback: [f32; 2],
    gain: f32,
    past: [f32; 2],
}

impl Resonance {
    fn new(hz: f32, width_hz: f32) -> Self {
        let radius = (-std::f32::consts::PI * width_hz / RATE_HZ as f32).exp();
        let angle = std::f32::consts::TAU * hz / RATE_HZ as f32;
        let feedback = [2.0 * radius * angle.cos(), -radius * radius];
        Resonance {
            feedback,
            gain: angle.sin(),
            past: [0.0; 2],
        }
    }

    fn step(&mut self, input: f32) -> f32 {
        let output =
            self.gain * input + self.feedback[0] * self.past[0] + self.feedback[1] * self.past[1];
        self.past = [output, self.past[0]];
        output
    }
}

/// Scrambles a number (the finalizer of SplitMix64).
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::digit::DigitDetector;
    use crate::sound::silence::VoiceActivity;
    use crate::sound::{FRAME_SAMPLES, Frame};

    const TEXTS: [&str; 4] = [
        "hello",
        "Please leave a message after the tone, and press the hash key when you are done.",
        "One two three four five six seven eight nine zero, star, hash!",
        "Your call is important to us. Please stay on the line; somebody will be with you shortly.",
    ];

    fn frames(sound: &[i16]) -> impl Iterator<Item = &Frame> {
        sound.as_chunks::<FRAME_SAMPLES>().0.iter()
    }

    #[test]
    fn it_lasts_as_long_as_told_and_never_changes() {
        for text in TEXTS {
            let sound = speak(text, 7);
            assert_eq!(
                sound.len(),
                speech_length_ms(text) as usize * SAMPLES_PER_MS
            );
            assert_eq!(sound, speak(text, 7));
            assert_ne!(sound, speak(text, 8));
        }
        assert_eq!(speech_length_ms(""), 300);
        assert_eq!(speech_length_ms(&"x".repeat(140)), 10_000);
    }

    #[test]
    fn it_is_voice_nearly_all_the_time() {
        for seed in 0..20 {
            let sound = speak(TEXTS[1], seed);
            let mut voice = VoiceActivity::new();
            let heard = frames(&sound)
                .filter(|frame| voice.hear(frame).voice)
                .count();
            assert!(
                heard * 10 >= sound.len() / FRAME_SAMPLES * 9,
                "seed {seed}: {heard}"
            );
        }
    }

    #[test]
    fn no_key_is_heard_in_it() {
        for seed in 0..100 {
            for text in TEXTS {
                let mut detector = DigitDetector::new();
                for frame in frames(&speak(text, seed)) {
                    assert_eq!(detector.hear(frame), [None; 2], "{text:?} by {seed}");
                }
            }
        }
    }
}
