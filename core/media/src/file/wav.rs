//! WAV files: read with all the liberties writers take, written so that a recording can be
//! appended to and its header patched afterwards.

use model::limit::{
    SOUND_FILE_CHANNELS_MAX, SOUND_FILE_RATE_MAX_HZ, SOUND_FILE_RATE_MIN_HZ, SOUND_FILE_SAMPLES_MAX,
};

use super::{DecodeError, rate, to_8k};
use crate::codec::g711;
use crate::sound::RATE_HZ;

/// Length of the header we write.
pub const HEADER_OCTETS: usize = 44;

/// Where the two sizes stand in it.
const RIFF_SIZE_AT: u64 = 4;
const DATA_SIZE_AT: u64 = 40;

/// How a file writes a sample down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Unsigned8,
    Signed16,
    Signed24,
    Signed32,
    Float32,
    MuLaw,
    ALaw,
}

/// What the `fmt ` chunk says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Format {
    encoding: Encoding,
    channels: usize,
    rate_hz: u32,
}

impl Encoding {
    fn new(tag: u16, bits: u16) -> Result<Encoding, DecodeError> {
        match (tag, bits) {
            (1, 8) => Ok(Encoding::Unsigned8),
            (1, 16) => Ok(Encoding::Signed16),
            (1, 24) => Ok(Encoding::Signed24),
            (1, 32) => Ok(Encoding::Signed32),
            (3, 32) => Ok(Encoding::Float32),
            // Some writers leave the bits of a companded format at 16.
            (6, _) => Ok(Encoding::ALaw),
            (7, _) => Ok(Encoding::MuLaw),
            _ => Err(DecodeError::UnknownEncoding { tag }),
        }
    }

    fn octets(self) -> usize {
        match self {
            Encoding::Unsigned8 | Encoding::MuLaw | Encoding::ALaw => 1,
            Encoding::Signed16 => 2,
            Encoding::Signed24 => 3,
            Encoding::Signed32 | Encoding::Float32 => 4,
        }
    }

    fn sample(self, octets: &[u8]) -> i32 {
        match (self, octets) {
            (Encoding::Unsigned8, &[a]) => (i32::from(a) - 128) << 8,
            (Encoding::MuLaw, &[a]) => i32::from(g711::from_mu(a)),
            (Encoding::ALaw, &[a]) => i32::from(g711::from_a(a)),
            (Encoding::Signed16, &[a, b]) => i32::from(i16::from_le_bytes([a, b])),
            (Encoding::Signed24, &[_, b, c]) => i32::from(i16::from_le_bytes([b, c])),
            (Encoding::Signed32, &[_, _, c, d]) => i32::from(i16::from_le_bytes([c, d])),
            (Encoding::Float32, &[a, b, c, d]) => {
                // A cast from float saturates, and makes nothing of what is no number.
                (f32::from_le_bytes([a, b, c, d]).clamp(-1.0, 1.0) * 32_767.0) as i32
            }
            _ => 0,
        }
    }
}

/// Decodes a file to one channel at [`RATE_HZ`].
pub fn decode(octets: &[u8]) -> Result<Vec<i16>, DecodeError> {
    let (format, data) = find(octets)?;
    let width = format.encoding.octets();
    let frames = data.len() / (width * format.channels);
    if rate::converted_length(frames, format.rate_hz) > SOUND_FILE_SAMPLES_MAX {
        return Err(DecodeError::TooLong);
    }
    let mut samples = Vec::with_capacity(frames);
    for frame in data.chunks_exact(width * format.channels) {
        let voices = frame
            .chunks_exact(width)
            .map(|octets| format.encoding.sample(octets));
        let sum: i32 = voices.sum();
        samples.push((sum / format.channels as i32) as i16);
    }
    Ok(to_8k(samples, format.rate_hz))
}

/// Finds format and data among the chunks; a file cut short ends where it ends.
fn find(octets: &[u8]) -> Result<(Format, &[u8]), DecodeError> {
    if octets.get(..4) != Some(b"RIFF") || octets.get(8..12) != Some(b"WAVE") {
        return Err(DecodeError::Malformed("no RIFF header of a WAV file"));
    }
    let mut rest = &octets[12..];
    let mut format = None;
    while let Some((name, size)) = chunk_head(rest) {
        rest = &rest[8..];
        // A writer that never came back to patch its header leaves 0 or all ones here.
        let unpatched = name == *b"data" && (size == 0 || size == u32::MAX);
        let length = if unpatched {
            rest.len()
        } else {
            rest.len().min(size as usize)
        };
        let body = &rest[..length];
        match &name {
            b"fmt " => format = Some(parse_format(body)?),
            b"data" => {
                let format = format.ok_or(DecodeError::Malformed("sound before its format"))?;
                return Ok((format, body));
            }
            _ => {}
        }
        // Chunks begin at even places; the octet between isn't counted.
        rest = rest.get(length + (length & 1)..).unwrap_or_default();
    }
    Err(DecodeError::Malformed("no sound in the WAV file"))
}

fn chunk_head(octets: &[u8]) -> Option<([u8; 4], u32)> {
    let (name, rest) = octets.split_first_chunk::<4>()?;
    Some((*name, u32::from_le_bytes(*rest.first_chunk()?)))
}

fn parse_format(body: &[u8]) -> Result<Format, DecodeError> {
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
    let encoding = Encoding::new(tag, word(14)?)?;
    Ok(Format {
        encoding,
        channels: usize::from(channels),
        rate_hz,
    })
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
