//! Turns WAV into MP3, sample by sample: nothing longer than a frame is ever held.
//!
//! Telephone sound (8 kHz) becomes MPEG-2.5 Layer III at 32 kbit/s, which every player of the
//! last twenty years reads. This library links an LGPL encoder, so only `ringback-mp3` uses it.

mod wav;

use shine_rs::{Mp3Encoder, Mp3EncoderConfig, StereoMode};
use std::fmt;
use std::io::{self, Read, Write};

pub use wav::{WavError, WavForm};

/// Kilobits per second for all channels together; more than telephone sound can use.
const BITRATE_KBPS: u32 = 32;
/// Bytes read at a time: a quarter of a second of mono sound.
const CHUNK_BYTES: usize = 4_096;

/// Why a file could not be turned into MP3.
#[derive(Debug)]
pub enum ConvertError {
    /// The input isn't a WAV file this program reads.
    Wav(WavError),
    /// The encoder refuses this form of sound.
    Encoder(String),
    /// Reading or writing failed.
    Io(io::Error),
}

impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConvertError::Wav(error) => write!(f, "the input is not usable: {error}"),
            ConvertError::Encoder(text) => write!(f, "this sound can't be encoded: {text}"),
            ConvertError::Io(error) => write!(f, "reading or writing failed: {error}"),
        }
    }
}

impl std::error::Error for ConvertError {}

impl From<io::Error> for ConvertError {
    fn from(error: io::Error) -> Self {
        ConvertError::Io(error)
    }
}

impl From<WavError> for ConvertError {
    fn from(error: WavError) -> Self {
        ConvertError::Wav(error)
    }
}

/// Reads WAV (16-bit PCM, one or two channels) and writes MP3 until the input ends.
pub fn convert(mut input: impl Read, mut output: impl Write) -> Result<(), ConvertError> {
    let form = wav::read_header(&mut input)?;
    let encoder_error = |error: &dyn fmt::Display| ConvertError::Encoder(error.to_string());
    let config = Mp3EncoderConfig::new()
        .sample_rate(form.rate_hz)
        .bitrate(BITRATE_KBPS.max(if form.rate_hz >= 32_000 { 64 } else { 0 }))
        .channels(form.channels as u8)
        .stereo_mode(if form.channels == 1 {
            StereoMode::Mono
        } else {
            StereoMode::Stereo
        });
    let mut encoder = Mp3Encoder::new(config).map_err(|e| encoder_error(&e))?;
    let mut data = input.take(form.data_bytes);
    let mut chunk = [0; CHUNK_BYTES];
    let mut samples = Vec::with_capacity(CHUNK_BYTES / 2);
    loop {
        let length = fill(&mut data, &mut chunk)?;
        samples.clear();
        samples.extend(
            chunk[..length]
                .chunks_exact(2)
                .map(|b| i16::from_le_bytes([b[0], b[1]])),
        );
        if samples.is_empty() {
            break;
        }
        for frame in encoder
            .encode_interleaved(&samples)
            .map_err(|e| encoder_error(&e))?
        {
            output.write_all(&frame)?;
        }
    }
    output.write_all(&encoder.finish().map_err(|e| encoder_error(&e))?)?;
    output.flush()?;
    Ok(())
}

/// Reads until `chunk` is full or the input ends, so that no sample is cut in two.
fn fill(input: &mut impl Read, chunk: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < chunk.len() {
        match input.read(&mut chunk[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests;
