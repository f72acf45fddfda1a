//! Sound files: octets to samples and back; no disk, no network.

mod aiff;
mod container;
mod decoder;
mod gsm;
mod mp3;
mod pcm;
mod rate;
pub mod wav;

pub use decoder::Decoder;

use std::sync::Arc;

use model::limit::PLAY_BYTES_MAX;

/// A decoded file: one channel at 8000 samples a second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Samples8k(pub Arc<[i16]>);

impl Samples8k {
    /// How long it lasts.
    pub fn length_ms(&self) -> u64 {
        crate::sound::length_ms(self.0.len())
    }
}

/// Why a file can't be played; the first is error 13420 to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// Neither the content type nor the first octets are those of a sound we know.
    UnknownType,
    /// More octets than `PLAY_BYTES_MAX`.
    TooLarge,
    /// It would last longer than `SOUND_FILE_SAMPLES_MAX`.
    TooLong,
    /// A WAV file whose encoding we don't know.
    UnknownEncoding {
        /// Its format tag.
        tag: u16,
    },
    /// A file of a known kind that makes no sense.
    Malformed(&'static str),
    /// A file without sound.
    Empty,
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DecodeError::UnknownType => f.write_str("not a sound file of a kind we play"),
            DecodeError::TooLarge => write!(f, "more than {PLAY_BYTES_MAX} octets"),
            DecodeError::TooLong => f.write_str("more than an hour and a half of sound"),
            DecodeError::UnknownEncoding { tag } => write!(f, "WAV encoding {tag:#06x}"),
            DecodeError::Malformed(what) => f.write_str(what),
            DecodeError::Empty => f.write_str("no sound in the file"),
        }
    }
}

impl std::error::Error for DecodeError {}

/// A kind of sound file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Aiff,
    Mp3,
    Wav,
    MuLaw,
    ALaw,
    Gsm,
}

/// So many octets tell a kind, if any do.
const SNIFFED_OCTETS: usize = 12;

/// Decodes a whole file.
pub fn decode(octets: &[u8], content_type: &str) -> Result<Samples8k, DecodeError> {
    if octets.len() > PLAY_BYTES_MAX {
        return Err(DecodeError::TooLarge);
    }
    let mut decoder = Decoder::new(content_type);
    let mut samples = Vec::new();
    decoder.push(octets, &mut samples)?;
    decoder.finish(&mut samples)?;
    Ok(Samples8k(samples.into()))
}

/// What a file is by its first octets, or if they say nothing by its content type.
fn kind(octets: &[u8], content_type: &str) -> Result<Kind, DecodeError> {
    let name = bare_name(content_type);
    // Web servers name sounds wrongly or not at all; then a file's own first octets are right. What
    // is named as a page or picture is refused as such, whatever it holds (13420).
    let vague = name.is_empty() || name.starts_with("audio/") || name.ends_with("octet-stream");
    let told = if vague { by_first_octets(octets) } else { None };
    let unnamed = || match octets {
        // The first frame of an MP3 file without a tag: synchronization and layer III.
        [0xFF, second, ..] if vague && second & 0xE6 == 0xE2 => Some(Kind::Mp3),
        _ => None,
    };
    told.or_else(|| by_name(&name))
        .or_else(unnamed)
        .ok_or(DecodeError::UnknownType)
}

/// Whether a content type is one that is played.
pub fn is_playable(content_type: &str) -> bool {
    by_name(&bare_name(content_type)).is_some()
}

/// A content type in small letters and without its parameters.
fn bare_name(content_type: &str) -> String {
    content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

fn by_name(name: &str) -> Option<Kind> {
    match name {
        "audio/mpeg" | "audio/mp3" | "audio/mpeg3" | "audio/x-mpeg" => Some(Kind::Mp3),
        "audio/wav" | "audio/wave" | "audio/x-wav" | "audio/vnd.wave" => Some(Kind::Wav),
        "audio/aiff" | "audio/x-aiff" | "audio/x-aifc" => Some(Kind::Aiff),
        "audio/x-mulaw" | "audio/ulaw" | "audio/mulaw" | "audio/basic" | "audio/pcmu" => {
            Some(Kind::MuLaw)
        }
        "audio/alaw" | "audio/x-alaw" | "audio/pcma" => Some(Kind::ALaw),
        "audio/gsm" | "audio/x-gsm" => Some(Kind::Gsm),
        _ => None,
    }
}

fn by_first_octets(octets: &[u8]) -> Option<Kind> {
    match octets {
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'A',
            b'V',
            b'E',
            ..,
        ] => Some(Kind::Wav),
        [
            b'F',
            b'O',
            b'R',
            b'M',
            _,
            _,
            _,
            _,
            b'A',
            b'I',
            b'F',
            b'F' | b'C',
            ..,
        ] => Some(Kind::Aiff),
        [b'I', b'D', b'3', ..] => Some(Kind::Mp3),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
