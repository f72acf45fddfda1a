//! A sound file that is decoded while it arrives: octets in, samples at 8 kHz out.

use model::limit::{PLAY_BYTES_MAX, SOUND_FILE_SAMPLES_MAX};

use super::container::{Container, Family};
use super::mp3::Mp3;
use super::pcm::{Coding, Pcm};
use super::rate::Converter;
use super::{DecodeError, Kind, SNIFFED_OCTETS, kind};
use crate::sound::RATE_HZ;

/// Decodes one file. After a fault it is not asked again.
pub struct Decoder {
    content_type: String,
    body: Body,
    converter: Option<Converter>,
    octets: usize,
    samples: usize,
    /// At the file's own rate, before conversion; kept, so that pieces share it.
    raw: Vec<i16>,
}

enum Body {
    /// Its first octets, until they say what it is.
    Unknown(Vec<u8>),
    Container(Container),
    Mp3(Mp3),
    Raw(Pcm),
}

impl Decoder {
    /// Before the first octet of a file with this content type.
    pub fn new(content_type: &str) -> Decoder {
        Decoder {
            content_type: content_type.to_owned(),
            body: Body::Unknown(Vec::new()),
            converter: None,
            octets: 0,
            samples: 0,
            raw: Vec::new(),
        }
    }

    /// Takes the next octets and appends the samples they complete.
    pub fn push(&mut self, octets: &[u8], out: &mut Vec<i16>) -> Result<(), DecodeError> {
        self.octets += octets.len();
        if self.octets > PLAY_BYTES_MAX {
            return Err(DecodeError::TooLarge);
        }
        if let Body::Unknown(first) = &mut self.body {
            first.extend_from_slice(octets);
            if first.len() < SNIFFED_OCTETS {
                return Ok(());
            }
            return self.begin(out);
        }
        self.decode(octets, out)
    }

    /// The file is over: appends what is left.
    pub fn finish(&mut self, out: &mut Vec<i16>) -> Result<(), DecodeError> {
        if let Body::Unknown(_) = self.body {
            self.begin(out)?;
        }
        match &mut self.body {
            Body::Container(container) => container.finish()?,
            Body::Mp3(mp3) => mp3.finish(&mut self.raw)?,
            Body::Unknown(_) | Body::Raw(_) => {}
        }
        self.convert(out)?;
        let before = out.len();
        if let Some(converter) = &mut self.converter {
            converter.finish(out);
        }
        self.samples += out.len() - before;
        if self.samples == 0 {
            return Err(DecodeError::Empty);
        }
        Ok(())
    }

    fn begin(&mut self, out: &mut Vec<i16>) -> Result<(), DecodeError> {
        let Body::Unknown(first) = &mut self.body else {
            return Ok(());
        };
        let first = std::mem::take(first);
        self.body = match kind(&first, &self.content_type)? {
            Kind::Aiff => Body::Container(Container::new(Family::Aiff)),
            Kind::Wav => Body::Container(Container::new(Family::Wav)),
            Kind::Mp3 => Body::Mp3(Mp3::new()),
            Kind::MuLaw => Body::Raw(Pcm::new(Coding::MuLaw, 1)?),
            Kind::ALaw => Body::Raw(Pcm::new(Coding::ALaw, 1)?),
            Kind::Gsm => Body::Raw(Pcm::new(Coding::Gsm(Box::default()), 1)?),
        };
        self.decode(&first, out)
    }

    fn decode(&mut self, octets: &[u8], out: &mut Vec<i16>) -> Result<(), DecodeError> {
        match &mut self.body {
            Body::Unknown(_) => {}
            Body::Container(container) => container.push(octets, &mut self.raw)?,
            Body::Mp3(mp3) => mp3.push(octets, &mut self.raw)?,
            Body::Raw(pcm) => pcm.push(octets, &mut self.raw),
        }
        self.convert(out)
    }

    fn convert(&mut self, out: &mut Vec<i16>) -> Result<(), DecodeError> {
        let rate_hz = match &self.body {
            Body::Unknown(_) => None,
            Body::Container(container) => container.rate_hz(),
            Body::Mp3(mp3) => mp3.rate_hz(),
            Body::Raw(_) => Some(RATE_HZ),
        };
        let Some(rate_hz) = rate_hz else {
            return Ok(());
        };
        let before = out.len();
        self.converter
            .get_or_insert_with(|| Converter::new(rate_hz))
            .push(&self.raw, out);
        self.raw.clear();
        self.samples += out.len() - before;
        if self.samples > SOUND_FILE_SAMPLES_MAX {
            return Err(DecodeError::TooLong);
        }
        Ok(())
    }
}
