//! WAV files: read with all the liberties writers take, written so that a recording can be
//! appended to and its header patched afterwards.

use model::limit::{SOUND_FILE_CHANNELS_MAX, SOUND_FILE_RATE_MAX_HZ, SOUND_FILE_RATE_MIN_HZ};

use super::DecodeError;
use super::container::Format;
use super::pcm::{Coding, Pcm};
use crate::sound::RATE_HZ;

/// Length of the header we write.
pub const HEADER_OCTETS: usize = 44;

/// Where the two sizes stand in it.
const RIFF_SIZE_AT: u64 = 4;
const DATA_SIZE_AT: u64 = 40;

/// Reads the `fmt ` chunk.
pub(super) fn parse_format(body: &[u8]) -> Result<Format, DecodeError> {
    const SHORT: DecodeError = DecodeError::Malformed("format chunk too short");
    let word = |at: usize| {
        let octets = body.get(at..at + 2).ok_or(SHORT)?;
        Ok::<u16, DecodeError>(u16::from_le_bytes([octets[0], octets[1]]))
    };
    let mut tag = word(0)?;
    if tag == 0xFFFE {
        // WAVE_FORMAT_EXTENSIBLE: the real tag opens the sub-format's identifier.
        tag = word(24)?;
    }
    let channels = word(2)?;
    if channels == 0 || channels > SOUND_FILE_CHANNELS_MAX {
        return Err(DecodeError::Malformed("number of channels out of range"));
    }
    let rate_hz = u32::from(word(4)?) | u32::from(word(6)?) << 16;
    if !(SOUND_FILE_RATE_MIN_HZ..=SOUND_FILE_RATE_MAX_HZ).contains(&rate_hz) {
        return Err(DecodeError::Malformed("sample rate out of range"));
    }
    let pcm = Pcm::new(coding(tag, word(14)?)?, usize::from(channels))?;
    Ok(Format { pcm, rate_hz })
}

fn coding(tag: u16, bits: u16) -> Result<Coding, DecodeError> {
    let octets = usize::from(bits / 8);
    match (tag, bits) {
        (1, 8) => Ok(Coding::Unsigned8),
        (1, 16 | 24 | 32) => Ok(Coding::Signed { octets, big: false }),
        (3, 32 | 64) => Ok(Coding::Float { octets, big: false }),
        // Some writers leave the bits of a companded format at 16.
        (6, _) => Ok(Coding::ALaw),
        (7, _) => Ok(Coding::MuLaw),
        (0x31, _) => Ok(Coding::GsmPairs(Box::default())),
        _ => Err(DecodeError::UnknownEncoding { tag }),
    }
}

/// The header of a file of 16-bit sound at [`RATE_HZ`]; write it with 0 octets first if the
/// length isn't known yet, and apply [`size_patches`] when it is.
pub fn header(channels: u16, data_octets: u64) -> [u8; HEADER_OCTETS] {
    let [(_, riff_size), (_, data_size)] = size_patches(data_octets);
    let block = channels * 2;
    let mut out = [0; HEADER_OCTETS];
    out[..4].copy_from_slice(b"RIFF");
    out[4..8].copy_from_slice(&riff_size);
    out[8..16].copy_from_slice(b"WAVEfmt ");
    out[16..20].copy_from_slice(&16u32.to_le_bytes());
    out[20..22].copy_from_slice(&1u16.to_le_bytes());
    out[22..24].copy_from_slice(&channels.to_le_bytes());
    out[24..28].copy_from_slice(&RATE_HZ.to_le_bytes());
    out[28..32].copy_from_slice(&(RATE_HZ * u32::from(block)).to_le_bytes());
    out[32..34].copy_from_slice(&block.to_le_bytes());
    out[34..36].copy_from_slice(&16u16.to_le_bytes());
    out[36..40].copy_from_slice(b"data");
    out[40..].copy_from_slice(&data_size);
    out
}

/// Place and content of the two sizes in the header of a finished file.
pub fn size_patches(data_octets: u64) -> [(u64, [u8; 4]); 2] {
    let data = u32::try_from(data_octets).unwrap_or(u32::MAX);
    let riff = data.saturating_add(HEADER_OCTETS as u32 - 8);
    [
        (RIFF_SIZE_AT, riff.to_le_bytes()),
        (DATA_SIZE_AT, data.to_le_bytes()),
    ]
}

/// Appends samples as a file holds them.
pub fn append(samples: &[i16], out: &mut Vec<u8>) {
    out.reserve(samples.len() * 2);
    samples
        .iter()
        .for_each(|sample| out.extend_from_slice(&sample.to_le_bytes()));
}

/// A whole file.
pub fn write(samples: &[i16], channels: u16) -> Vec<u8> {
    let mut out = header(channels, samples.len() as u64 * 2).to_vec();
    append(samples, &mut out);
    out
}

#[cfg(test)]
mod tests;
