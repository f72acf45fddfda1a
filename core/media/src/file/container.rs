//! The chunks of a WAV (RIFF) or AIFF (FORM) file, walked while they arrive: whatever stands
//! before the sound is skipped without being kept, and what comes after it isn't wanted.

use super::pcm::Pcm;
use super::{DecodeError, aiff, wav};

/// Octets of a format chunk that say anything to us; the rest is skipped.
const FORMAT_OCTETS: usize = 64;

/// What the format chunk says.
pub struct Format {
    /// How samples are written down.
    pub pcm: Pcm,
    /// How many there are in a second.
    pub rate_hz: u32,
}

/// Which of the two it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Lowest octet first; the format comes before the sound.
    Wav,
    /// Highest octet first; the format may come after the sound.
    Aiff,
}

enum Place {
    Opening,
    Head,
    /// In the format chunk, which has so many octets left.
    Format(u64),
    /// In a chunk nobody asks for.
    Skip(u64),
    /// At the sound; AIFF has eight octets before it that nobody uses.
    Offset(Option<u64>),
    /// In the sound, which has so many octets left; none where the writer didn't know.
    Sound(Option<u64>),
    Over,
}

/// A file that is arriving.
pub struct Container {
    family: Family,
    place: Place,
    /// What has come of a head or a format.
    head: Vec<u8>,
    format: Option<Format>,
    /// Sound that came before its format.
    early: Vec<u8>,
    sound_came: bool,
}

impl Container {
    /// Before the first octet.
    pub fn new(family: Family) -> Container {
        Container {
            family,
            place: Place::Opening,
            head: Vec::new(),
            format: None,
            early: Vec::new(),
            sound_came: false,
        }
    }

    /// Samples a second, once the format is known.
    pub fn rate_hz(&self) -> Option<u32> {
        self.format.as_ref().map(|format| format.rate_hz)
    }

    /// Takes the next octets and appends the samples they hold.
    pub fn push(&mut self, mut octets: &[u8], out: &mut Vec<i16>) -> Result<(), DecodeError> {
        while !octets.is_empty() {
            match self.place {
                Place::Opening => {
                    if self.gather(&mut octets, 12) {
                        self.open()?;
                    }
                }
                Place::Head => {
                    if self.gather(&mut octets, 8) {
                        self.chunk()?;
                    }
                }
                Place::Format(left) => {
                    let wanted = left.min(FORMAT_OCTETS as u64) as usize;
                    if self.gather(&mut octets, wanted) {
                        self.read_format(out)?;
                        self.place = skip(left - wanted as u64);
                    }
                }
                Place::Offset(left) => {
                    if self.gather(&mut octets, 8) {
                        self.head.clear();
                        self.place = Place::Sound(left);
                    }
                }
                Place::Skip(left) => {
                    let count = left.min(octets.len() as u64);
                    octets = &octets[count as usize..];
                    self.place = skip(left - count);
                }
                Place::Sound(left) => {
                    let count =
                        left.map_or(octets.len(), |left| left.min(octets.len() as u64) as usize);
                    let (sound, rest) = octets.split_at(count);
                    octets = rest;
                    self.sound(sound, out);
                    let left = left.map(|left| left - count as u64);
                    self.place = match left {
                        Some(0) if self.format.is_some() => Place::Over,
                        Some(0) => Place::Head,
                        _ => Place::Sound(left),
                    };
                }
                Place::Over => return Ok(()),
            }
        }
        Ok(())
    }

    /// The file is over. One that is cut short ends where it ends.
    pub fn finish(&self) -> Result<(), DecodeError> {
        match (&self.format, self.family) {
            (Some(_), _) if self.sound_came => Ok(()),
            (_, Family::Wav) => Err(DecodeError::Malformed("no sound in the WAV file")),
            (_, Family::Aiff) => Err(DecodeError::Malformed("no sound in the AIFF file")),
        }
    }

    /// Moves octets to the head until it has so many.
    fn gather(&mut self, octets: &mut &[u8], wanted: usize) -> bool {
        let count = wanted.saturating_sub(self.head.len()).min(octets.len());
        self.head.extend_from_slice(&octets[..count]);
        *octets = &octets[count..];
        self.head.len() >= wanted
    }

    fn open(&mut self) -> Result<(), DecodeError> {
        let (outer, inner) = (&self.head[..4], &self.head[8..12]);
        match self.family {
            Family::Wav if outer == b"RIFF" && inner == b"WAVE" => {}
            Family::Aiff if outer == b"FORM" && matches!(inner, b"AIFF" | b"AIFC") => {}
            Family::Wav => return Err(DecodeError::Malformed("no RIFF header of a WAV file")),
            Family::Aiff => return Err(DecodeError::Malformed("no FORM header of an AIFF file")),
        }
        self.head.clear();
        self.place = Place::Head;
        Ok(())
    }

    fn chunk(&mut self) -> Result<(), DecodeError> {
        let size = [self.head[4], self.head[5], self.head[6], self.head[7]];
        let size = u64::from(match self.family {
            Family::Wav => u32::from_le_bytes(size),
            Family::Aiff => u32::from_be_bytes(size),
        });
        // Chunks begin at even places; the octet between isn't counted.
        let even = size + (size & 1);
        self.place = match (self.family, &self.head[..4]) {
            (Family::Wav, b"fmt ") | (Family::Aiff, b"COMM") => Place::Format(even),
            (Family::Wav, b"data") => {
                if self.format.is_none() {
                    return Err(DecodeError::Malformed("sound before its format"));
                }
                self.sound_came = true;
                // A writer that never came back to patch its header leaves 0 or all ones here.
                let known = size != 0 && size != u64::from(u32::MAX);
                Place::Sound(known.then_some(size))
            }
            (Family::Aiff, b"SSND") => {
                self.sound_came = true;
                Place::Offset((size >= 8).then(|| even - 8).filter(|&left| left > 0))
            }
            _ => skip(even),
        };
        self.head.clear();
        Ok(())
    }

    fn read_format(&mut self, out: &mut Vec<i16>) -> Result<(), DecodeError> {
        let head = std::mem::take(&mut self.head);
        self.format = Some(match self.family {
            Family::Wav => wav::parse_format(&head)?,
            Family::Aiff => aiff::parse_format(&head)?,
        });
        let early = std::mem::take(&mut self.early);
        if !early.is_empty() {
            self.sound(&early, out);
        }
        Ok(())
    }

    fn sound(&mut self, octets: &[u8], out: &mut Vec<i16>) {
        match &mut self.format {
            Some(format) => format.pcm.push(octets, out),
            // Bounded by the size of the file (`PLAY_BYTES_MAX`).
            None => self.early.extend_from_slice(octets),
        }
    }
}

fn skip(left: u64) -> Place {
    if left == 0 {
        Place::Head
    } else {
        Place::Skip(left)
    }
}
