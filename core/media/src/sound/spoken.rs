//! What is done to the sound of a speech engine before it is heard: the silence around it cut to
//! measure, its loudness changed, and the tone that stands for words left out.

use super::sine::Sine;
use super::{RATE_HZ, SAMPLES_PER_MS, saturate};
use std::ops::Range;

/// Silence kept before the first sound of all, faded in. With the sound behind it, it is in the
/// first packet that is sent.
pub const LEAD_MS: usize = 10;
/// Silence kept at most before words that go on: a t begins with a closed mouth, and without that
/// the rhythm is another than the engine's.
pub const LEAD_WITHIN_MS: usize = 40;
/// Silence kept after the last sound.
const FADE_MS: usize = 30;
/// Sound is looked at in pieces of this length.
const PIECE: usize = 5 * SAMPLES_PER_MS;
/// A piece whose samples are this strong on average is speech, whatever is around it.
const SPEECH_MEAN: f32 = 45.0;
/// What is softer is sound if it steps from sample to sample this much more than the engine's
/// own silence: by so much the silence of the engines differs from itself.
const ROUGH_TIMES: f32 = 2.0;
const ROUGH_MORE: f32 = 3.0;
/// Rougher than this the silence of no engine is: what is so at the beginning is an f or an s.
const SILENCE_ROUGH_MAX: f32 = 8.0;

/// Speech, and of the engine's silence around it as much as belongs to it, before it at most
/// `lead_ms`. Without any speech, nothing is left.
pub fn speech_in(samples: &[i16], lead_ms: usize) -> Vec<i16> {
    let Some(sound) = sound_in(samples) else {
        return Vec::new();
    };
    let start = sound.start.saturating_sub(lead_ms * SAMPLES_PER_MS);
    let end = (sound.end + FADE_MS * SAMPLES_PER_MS).min(samples.len());
    let mut speech = samples[start..end].to_vec();
    // The hiss of an engine doesn't begin with a click.
    let lead = sound.start - start;
    for (at, sample) in speech[..lead].iter_mut().enumerate() {
        *sample = saturate(f32::from(*sample) * at as f32 / lead as f32);
    }
    speech
}

/// Where the first sound begins and the last one ends, to a piece. First what is surely speech is
/// looked for, then what rises out of the silence around that: an h or an f begins, and an s ends,
/// far softer than a vowel. Both rules are of the kind of Rabiner's and Sambur's (1975), with
/// steps from sample to sample for their zero crossings: they are many in a soft hiss and few in
/// an engine's hum, however strong that is.
fn sound_in(samples: &[i16]) -> Option<Range<usize>> {
    let pieces: Vec<&[i16]> = samples.chunks(PIECE).collect();
    let loud = |piece: &&[i16]| mean(piece.iter().map(|&s| s.unsigned_abs().into())) > SPEECH_MEAN;
    let first = pieces.iter().position(loud)?;
    let last = pieces.iter().rposition(loud)?;
    let rough: Vec<f32> = pieces.iter().map(|piece| roughness(piece)).collect();
    let mut around = [&rough[..first], &rough[last + 1..]].concat();
    around.sort_by(f32::total_cmp);
    // A quarter of it at least is silence: most of it may be an s.
    let silence = around.get(around.len() / 4).copied().unwrap_or(0.0);
    let least = silence.min(SILENCE_ROUGH_MAX) * ROUGH_TIMES + ROUGH_MORE;
    // One such piece alone is a crackle.
    let rises = |pair: &[f32]| pair.iter().all(|&rough| rough > least);
    let begins = rough.windows(2).position(rises);
    let ends = rough.windows(2).rposition(rises).map(|at| at + 1);
    let first = begins.map_or(first, |at| at.min(first));
    let last = ends.map_or(last, |at| at.max(last));
    Some(first * PIECE..((last + 1) * PIECE).min(samples.len()))
}

/// How far one sample is from the next, on average.
fn roughness(piece: &[i16]) -> f32 {
    mean(
        piece
            .windows(2)
            .map(|pair| pair[1].abs_diff(pair[0]).into()),
    )
}

fn mean(values: impl ExactSizeIterator<Item = f32>) -> f32 {
    let count = values.len().max(1);
    values.sum::<f32>() / count as f32
}

/// Above this a sound that was made louder is bent instead of cut off.
const KNEE: f32 = 20_000.0;
const FULL: f32 = 32_000.0;

/// Makes a sound louder or softer. Peaks bend below full scale instead of crackling.
pub fn gain(samples: &mut [i16], gain_db: f32) {
    let factor = 10f32.powf(gain_db / 20.0);
    for sample in samples {
        let wanted = f32::from(*sample) * factor;
        let over = wanted.abs() - KNEE;
        let bent = if factor > 1.0 && over > 0.0 {
            (KNEE + (FULL - KNEE) * (1.0 - (-over / (FULL - KNEE)).exp())).copysign(wanted)
        } else {
            wanted
        };
        *sample = saturate(bent);
    }
}

/// The pitch of a bleep, as broadcasters have it.
const BLEEP_HZ: f32 = 1_000.0;
/// Not louder than the speech around it.
const BLEEP_DBM0: f32 = -18.0;

/// The tone in place of words that must not be heard.
pub fn bleep(length_ms: u32) -> Vec<i16> {
    let mut sine = Sine::new(BLEEP_HZ, BLEEP_DBM0);
    let length = length_ms as usize * RATE_HZ as usize / 1_000;
    (0..length).map(|_| saturate(sine.step())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::level_dbm0;

    /// Noise of an even strength, the same each time.
    fn hiss(length_ms: usize, peak: i32) -> Vec<i16> {
        let mut state = 1u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as i32 % (2 * peak + 1) - peak
        };
        let length = length_ms * SAMPLES_PER_MS;
        (0..length).map(|_| next() as i16).collect()
    }

    /// The silence of an engine that isn't silent: a hum of mains, stronger than a soft hiss.
    fn hum(length_ms: usize) -> Vec<i16> {
        let mut sine = Sine::new(100.0, -58.0);
        let noise = hiss(length_ms, 3);
        let both = noise.into_iter().map(|noise| saturate(sine.step()) + noise);
        both.collect()
    }

    fn joined(parts: &[&[i16]]) -> Vec<i16> {
        parts.concat()
    }

    /// Where sound begins and ends, in milliseconds.
    fn heard_ms(sound: &[i16]) -> (usize, usize) {
        let sound = sound_in(sound).unwrap();
        (sound.start / SAMPLES_PER_MS, sound.end / SAMPLES_PER_MS)
    }

    #[test]
    fn the_silence_around_speech_is_cut_to_measure() {
        let still = vec![0; 300 * SAMPLES_PER_MS];
        for around in [still, vec![20; 2_400], hum(300)] {
            let sound = joined(&[&around, &bleep(500), &around]);
            assert_eq!(heard_ms(&sound), (300, 800));
            let speech = speech_in(&sound, LEAD_MS);
            assert_eq!(speech.len(), (10 + 500 + 30) * SAMPLES_PER_MS);
            // It begins with nothing and is not louder than the silence was.
            assert_eq!(speech[0], 0);
            let (kept, was) = (&speech[..80], &sound[2_320..2_400]);
            assert!(
                kept.iter()
                    .zip(was)
                    .all(|(now, was)| now.abs() <= was.abs())
            );
            assert_eq!(speech[80..], sound[2_400..2_400 + 530 * SAMPLES_PER_MS]);
            let within = speech_in(&sound, LEAD_WITHIN_MS);
            assert_eq!(within.len(), (40 + 500 + 30) * SAMPLES_PER_MS);
        }
        assert_eq!(speech_in(&bleep(100), LEAD_MS), bleep(100));
        assert_eq!(speech_in(&[10; 999], LEAD_MS), [0; 0]);
        assert_eq!(speech_in(&hum(400), LEAD_MS), [0; 0]);
        assert_eq!(speech_in(&[], LEAD_MS), [0; 0]);
        assert_eq!(speech_in(&[9_000; 7], LEAD_MS).len(), 7);
    }

    #[test]
    fn a_soft_beginning_and_a_soft_end_are_kept_whole() {
        let vowel = bleep(200);
        for (silence, peak) in [(vec![0; 2_400], 9), (hum(300), 24)] {
            // As an f before a vowel and an s after it: softer on average than the engine's hum.
            let soft = hiss(120, peak);
            let sound = joined(&[&silence, &soft, &vowel, &soft, &silence]);
            assert_eq!(heard_ms(&sound), (300, 300 + 120 + 200 + 120));
            let speech = speech_in(&sound, LEAD_MS);
            assert_eq!(
                speech[80..],
                sound[2_400..2_400 + (440 + 30) * SAMPLES_PER_MS]
            );
        }
    }

    #[test]
    fn a_hiss_that_grows_out_of_silence_is_kept_from_its_foot() {
        for silence in [vec![0; 2_400], hum(300)] {
            let mut rising = hiss(80, 300);
            let length = rising.len() as i32;
            for (at, sample) in rising.iter_mut().enumerate() {
                *sample = (i32::from(*sample) * at as i32 / length) as i16;
            }
            let sound = joined(&[&silence, &rising, &bleep(200)]);
            let (begins, _) = heard_ms(&sound);
            // Its first samples are no louder than the silence; with the lead nothing is lost.
            assert!((300..=310).contains(&begins), "{begins}");
        }
    }

    #[test]
    fn an_engine_without_silence_and_a_crackle_before_words_cut_nothing() {
        // It begins with an f and there is no silence to compare it with.
        let sound = joined(&[&hiss(100, 60), &bleep(200)]);
        assert_eq!(heard_ms(&sound), (0, 300));
        // A crackle in the silence is no beginning.
        let mut sound = joined(&[&vec![0; 2_400], &bleep(200)]);
        sound[800] = 900;
        assert_eq!(heard_ms(&sound), (300, 500));
    }

    #[test]
    fn louder_is_louder_and_never_crackles() {
        let sound = bleep(200);
        for (db, least, most) in [(6.0, 5.5, 6.1), (-6.0, -6.1, -5.9)] {
            let mut changed = sound.clone();
            gain(&mut changed, db);
            let by = level_dbm0(&changed) - level_dbm0(&sound);
            assert!((least..most).contains(&by), "{db}: {by}");
        }
        let mut full = vec![30_000, -30_000, 100];
        gain(&mut full, 12.0);
        assert!(full[0] < 32_100 && full[0] > 30_000 && full[1] == -full[0] && full[2] > 390);
        let mut none = vec![30_000; 9];
        gain(&mut none, -100.0);
        assert!(none.iter().all(|sample| *sample == 0));
    }
}
