//! The head of a WAV stream: what the samples are, and how many bytes of them follow.

use std::fmt;
use std::io::Read;

/// The form of the sound in a WAV file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WavForm {
    /// Samples a second and channel.
    pub rate_hz: u32,
    /// 1 or 2.
    pub channels: u16,
    /// Bytes of samples; `u64::MAX` where the writer did not know.
    pub data_bytes: u64,
}

/// Why a stream isn't a WAV file we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WavError {
    /// It doesn't begin with `RIFF` and `WAVE`.
    NotWav,
    /// It ends before its samples begin.
    Cut,
    /// Its samples aren't 16-bit PCM on one or two channels.
    Form,
}

impl fmt::Display for WavError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WavError::NotWav => "it is not a WAV file",
            WavError::Cut => "it ends before its sound begins",
            WavError::Form => "16-bit PCM on one or two channels is wanted",
        })
    }
}

/// A chunk before the samples may have so many bytes; nobody writes more, and a lie costs nothing.
const CHUNK_BYTES_MAX: u32 = 1 << 20;

/// Reads up to the first sample.
pub(crate) fn read_header(input: &mut impl Read) -> Result<WavForm, WavError> {
    let head: [u8; 12] = read(input)?;
    if &head[..4] != b"RIFF" || &head[8..] != b"WAVE" {
        return Err(WavError::NotWav);
    }
    let mut form = None;
    loop {
        let chunk: [u8; 8] = read(input)?;
        let length = u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]);
        match &chunk[..4] {
            b"fmt " if length >= 16 => {
                let fields: [u8; 16] = read(input)?;
                form = Some(read_form(fields)?);
                skip(input, length - 16 + length % 2)?;
            }
            b"data" => {
                let (rate_hz, channels) = form.ok_or(WavError::Form)?;
                let endless = length == 0 || length >= u32::MAX - 1_024;
                let data_bytes = if endless { u64::MAX } else { u64::from(length) };
                return Ok(WavForm {
                    rate_hz,
                    channels,
                    data_bytes,
                });
            }
            _ => skip(input, length.saturating_add(length % 2))?,
        }
    }
}

fn read_form(fields: [u8; 16]) -> Result<(u32, u16), WavError> {
    let word = |at: usize| u16::from_le_bytes([fields[at], fields[at + 1]]);
    let rate_hz = u32::from_le_bytes([fields[4], fields[5], fields[6], fields[7]]);
    // 0xfffe is the extensible form of the same PCM.
    let pcm = matches!(word(0), 1 | 0xfffe) && word(14) == 16;
    if pcm && (1..=2).contains(&word(2)) {
        Ok((rate_hz, word(2)))
    } else {
        Err(WavError::Form)
    }
}

fn read<const N: usize>(input: &mut impl Read) -> Result<[u8; N], WavError> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes).map_err(|_| WavError::Cut)?;
    Ok(bytes)
}

fn skip(input: &mut impl Read, length: u32) -> Result<(), WavError> {
    if length > CHUNK_BYTES_MAX {
        return Err(WavError::Cut);
    }
    let skipped = std::io::copy(&mut input.take(u64::from(length)), &mut std::io::sink());
    match skipped {
        Ok(bytes) if bytes == u64::from(length) => Ok(()),
        _ => Err(WavError::Cut),
    }
}
