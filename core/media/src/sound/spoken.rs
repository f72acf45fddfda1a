//! What is done to the sound of a speech engine before it is heard: the silence around it cut to
//! measure, its loudness changed, and the tone that stands for words left out.

use super::sine::Sine;
use super::{RATE_HZ, SAMPLES_PER_MS, saturate};

/// Silence kept before the first sound: a soft beginning, as of an f, lies under the threshold.
/// With 15 ms a recogniser lost one word in ten more of a short sentence.
const LEAD_MS: usize = 40;
/// Silence kept after the last sound: an end fades out under it.
const FADE_MS: usize = 30;
/// Sound is looked at in pieces of this length.
const PIECE: usize = 5 * SAMPLES_PER_MS;
/// A piece whose samples are this strong on average is speech. Engines without a silence of their
/// own hiss a little.
const SPEECH_MEAN: u64 = 45;

/// Where speech begins and ends in a sound, with the margins of a soft beginning and end; the
/// silence before and behind is the engine's. Without any speech, nothing is left.
pub fn speech_in(samples: &[i16]) -> &[i16] {
    let loud = |piece: &[i16]| {
        let sum: u64 = piece.iter().map(|&s| u64::from(s.unsigned_abs())).sum();
        sum > SPEECH_MEAN * piece.len() as u64
    };
    let mut pieces = samples.chunks(PIECE);
    let Some(first) = pieces.position(loud) else {
        return &[];
    };
    let after = pieces.rposition(loud).map_or(first, |at| first + 1 + at) + 1;
    let start = (first * PIECE).saturating_sub(LEAD_MS * SAMPLES_PER_MS);
    let end = (after * PIECE + FADE_MS * SAMPLES_PER_MS).min(samples.len());
    &samples[start..end]
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

    #[test]
    fn the_silence_around_speech_is_cut_to_measure() {
        let mut sound = vec![20; 2_000];
        sound.extend(bleep(500));
        sound.extend([-20; 3_000]);
        let speech = speech_in(&sound);
        // Five hundred milliseconds and both margins, to a piece.
        assert!(
            (4_000 + 560..4_000 + 640).contains(&speech.len()),
            "{}",
            speech.len()
        );
        assert_eq!(speech_in(&bleep(100)).len(), 800);
        assert_eq!(speech_in(&[10; 999]), [0; 0]);
        assert_eq!(speech_in(&[]), [0; 0]);
        assert_eq!(speech_in(&[9_000; 7]).len(), 7);
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
