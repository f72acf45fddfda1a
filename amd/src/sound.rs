//! Sound that isn't speech: noises, music, beeps and the tones of the network; and how pieces are
//! put together. 16 000 samples a second.

use crate::chance::Chance;
use media::sound::country::Country;
use media::sound::sine_peak;
use media::sound::tone::{Tone, ToneGenerator};

/// Samples in a millisecond.
pub const PER_MS: usize = 16;

/// How many samples a time has.
pub fn samples(ms: u32) -> usize {
    ms as usize * PER_MS
}

/// How long a number of samples lasts.
pub fn length_ms(samples: usize) -> u32 {
    (samples / PER_MS) as u32
}

/// The level of what isn't silence in it, in dBm0.
pub fn level(sound: &[f32]) -> f32 {
    let pieces = sound
        .chunks(samples(20))
        .map(|piece| piece.iter().map(|s| s * s).sum::<f32>() / piece.len() as f32);
    let mut powers: Vec<f32> = pieces.collect();
    powers.sort_by(f32::total_cmp);
    let loud = &powers[powers.len() / 2..];
    let mean = loud.iter().sum::<f32>() / loud.len().max(1) as f32;
    10.0 * (mean.max(1e-3) / media::sound::RMS_AT_0_DBM0.powi(2)).log10()
}

/// Brings a sound to a level.
pub fn levelled(sound: &[f32], dbm0: f32) -> Vec<f32> {
    let gain = 10f32.powf((dbm0 - level(sound)) / 20.0);
    sound.iter().map(|s| s * gain).collect()
}

/// The same faster or slower, as of a smaller or a larger speaker.
pub fn bent(sound: &[f32], by: f32) -> Vec<f32> {
    let length = (sound.len() as f32 / by) as usize;
    let at = |n: usize| sound.get(n).copied().unwrap_or(0.0);
    (0..length)
        .map(|n| {
            let place = n as f32 * by;
            let (from, share) = (place as usize, place.fract());
            at(from) * (1.0 - share) + at(from + 1) * share
        })
        .collect()
}

/// The same through another microphone: two taps tilt its spectrum.
pub fn coloured(sound: &[f32], taps: [f32; 2]) -> Vec<f32> {
    let at = |n: usize, back: usize| n.checked_sub(back).map_or(0.0, |n| sound[n]);
    (0..sound.len())
        .map(|n| sound[n] + taps[0] * at(n, 1) + taps[1] * at(n, 3))
        .collect()
}

/// Adds a sound from a place on; what reaches past the end is left out.
pub fn add(to: &mut [f32], at: usize, sound: &[f32]) {
    let rest = to.get_mut(at..).unwrap_or_default();
    rest.iter_mut().zip(sound).for_each(|(to, s)| *to += s);
}

/// A kind of noise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noise {
    /// A line that hisses.
    Hiss,
    /// A car: low, and swelling slowly.
    Car,
    /// A fan: a hum that beats.
    Fan,
    /// Wind: it comes in gusts.
    Wind,
    /// A room with a hum in it.
    Room,
    /// A street: what passes comes and goes.
    Street,
}

/// Noise of a kind, at a level.
pub fn noise(kind: Noise, length: usize, dbm0: f32, chance: &mut Chance) -> Vec<f32> {
    let (mut slow, mut slower) = (0.0f32, 0.0f32);
    let turn = chance.within(0.1, 0.5);
    let phase = chance.within(0.0, 6.0);
    let mut state = chance.draw() as u32 | 1;
    let raw: Vec<f32> = (0..length)
        .map(|n| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            let white = state as f32 / u32::MAX as f32 * 2.0 - 1.0;
            let at = n as f32 / 16_000.0;
            slow += (white - slow) * 0.15;
            slower += (white - slower) * 0.03;
            let swell = 1.0 + 0.5 * (at * turn * std::f32::consts::TAU + phase).sin();
            match kind {
                Noise::Hiss => white * 0.5 + slow,
                Noise::Car => slower * 3.0 * (0.8 + 0.2 * swell) + slow * 0.2,
                Noise::Fan => {
                    let hum = (at * 120.0 * std::f32::consts::TAU).sin()
                        + 0.6 * (at * 121.5 * std::f32::consts::TAU).sin();
                    slow * 0.7 + white * 0.2 + 0.06 * hum
                }
                Noise::Wind => {
                    let gust = (at * turn * 2.3 * std::f32::consts::TAU).sin() * swell;
                    slower * (1.2 + gust).max(0.1).powi(2) + slow * 0.3
                }
                Noise::Room => {
                    slow + 0.08 * (at * 100.0 * std::f32::consts::TAU).sin()
                        + 0.05 * (at * 200.0 * std::f32::consts::TAU).sin()
                }
                Noise::Street => (slower * 2.0 + slow) * swell * swell,
            }
        })
        .collect();
    levelled(&raw, dbm0)
}

/// Made-up music: chords of plucked strings, a bass and a beat.
pub fn made_music(length: usize, chance: &mut Chance) -> Vec<f32> {
    let mut music = vec![0.0f32; length];
    let beat = samples(chance.within(280.0, 620.0) as u32);
    let root = chance.within(110.0, 220.0);
    let steps = [0, 3, 5, 7, 10, 12, 15];
    for n in 0..length / beat + 1 {
        for voice in 0..3 {
            if voice > 0 && chance.hits(0.3) {
                continue;
            }
            let step = *chance.of(&steps) + if voice == 0 { -12 } else { 12 * (voice - 1) };
            let hz = root * 2f32.powf(step as f32 / 12.0) * 2.0;
            let fall = chance.within(2.0, 7.0);
            let note: Vec<f32> = (0..beat * 2)
                .map(|n| {
                    let at = n as f32 / 16_000.0;
                    let sine = |k: f32| (at * hz * k * std::f32::consts::TAU).sin() / k;
                    (sine(1.0) + 0.6 * sine(2.0) + 0.4 * sine(3.0)) * (-at * fall).exp()
                })
                .collect();
            add(&mut music, n * beat, &note);
        }
    }
    music
}

/// A beep as answering machines have them, with what it is.
pub fn beep(chance: &mut Chance) -> (Vec<f32>, String) {
    let hz = chance.within(380.0, 2_200.0).round();
    let level = chance.within(-26.0, -6.0);
    let length = chance.within(130.0, 1_300.0) as u32;
    let kind = chance.share();
    if kind < 0.07 {
        let length = length.clamp(130, 300);
        let mut two = sine(&[hz], samples(length), level);
        two.extend(vec![0.0; samples(chance.within(60.0, 180.0) as u32)]);
        two.extend(sine(&[hz], samples(length), level));
        (two, format!("2 × {hz} Hz"))
    } else if kind < 0.17 {
        let other = (hz * chance.within(1.15, 1.5)).round();
        (
            sine(&[hz, other], samples(length), level),
            format!("{hz}+{other} Hz"),
        )
    } else {
        (sine(&[hz], samples(length), level), format!("{hz} Hz"))
    }
}

/// Sines with soft ends.
pub fn sine(hz: &[f32], length: usize, dbm0: f32) -> Vec<f32> {
    let peak = sine_peak(dbm0) / (hz.len() as f32).sqrt();
    let soft = samples(4).min(length / 2);
    (0..length)
        .map(|n| {
            let at = n as f32 / 16_000.0;
            let sum: f32 = hz
                .iter()
                .map(|hz| (at * hz * std::f32::consts::TAU).sin())
                .sum();
            let edge = n.min(length - 1 - n).min(soft) as f32 / soft.max(1) as f32;
            sum * peak * edge
        })
        .collect()
}

/// A tone of the network or of a fax, for so long.
pub fn network(tone: Tone, length: usize) -> Vec<f32> {
    let mut narrow = vec![0i16; length / 2];
    ToneGenerator::new(tone).fill(&mut narrow);
    let mut doubler = media::sound::resample::Doubler::new();
    narrow
        .iter()
        .flat_map(|&s| doubler.step(s).map(f32::from))
        .collect()
}

/// The three rising tones before a network's announcement (ITU-T E.180 §8).
pub fn special_information(low: bool) -> Vec<f32> {
    let hz = if low {
        [913.8, 1_370.6, 1_776.7]
    } else {
        [985.2, 1_428.5, 1_776.7]
    };
    let ms = if low { 274 } else { 380 };
    hz.iter()
        .flat_map(|hz| sine(&[*hz], samples(ms), -14.0))
        .collect()
}

/// Any country.
pub fn country(chance: &mut Chance) -> Country {
    let all: Vec<Country> = Country::all().collect();
    *chance.of(&all)
}
