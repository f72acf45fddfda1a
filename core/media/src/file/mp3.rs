//! MP3 files to samples; what is damaged in the middle is skipped, what is no MP3 is refused.

use model::limit::{SOUND_FILE_RATE_MAX_HZ, SOUND_FILE_RATE_MIN_HZ, SOUND_FILE_SAMPLES_MAX};
use nanomp3::{Channels, SliceReader};

use super::{DecodeError, rate, to_8k};

/// Decodes a file to one channel at [`crate::sound::RATE_HZ`].
pub fn decode(octets: &[u8]) -> Result<Vec<i16>, DecodeError> {
    if !nanomp3::detect(octets) {
        return Err(DecodeError::Malformed("no MPEG audio in the file"));
    }
    let mut reader = SliceReader::<i16>::new(octets);
    let mut samples = Vec::new();
    let mut rate_hz = 0;
    // A file whose format changes in the middle is played up to there.
    while let Ok(Some(frame)) = reader.read_frame() {
        let frame_start = samples.len();
        samples.extend_from_slice(frame);
        if reader.channels() == Some(Channels::Stereo) {
            fold(&mut samples, frame_start);
        }
        rate_hz = reader.sample_rate();
        if rate::converted_length(samples.len(), rate_hz) > SOUND_FILE_SAMPLES_MAX {
            return Err(DecodeError::TooLong);
        }
    }
    if samples.is_empty() {
        return Err(DecodeError::Empty);
    }
    if !(SOUND_FILE_RATE_MIN_HZ..=SOUND_FILE_RATE_MAX_HZ).contains(&rate_hz) {
        return Err(DecodeError::Malformed("sample rate out of range"));
    }
    Ok(to_8k(samples, rate_hz))
}

/// Makes one channel of two, from a place on.
fn fold(samples: &mut Vec<i16>, start: usize) {
    let pairs = (samples.len() - start) / 2;
    for n in 0..pairs {
        let (left, right) = (samples[start + n * 2], samples[start + n * 2 + 1]);
        samples[start + n] = ((i32::from(left) + i32::from(right)) / 2) as i16;
    }
    samples.truncate(start + pairs);
}
