//! MP3 files to samples, frame by frame while they arrive; what is damaged in the middle is
//! skipped, what is no MP3 is refused.

use model::limit::{SOUND_FILE_RATE_MAX_HZ, SOUND_FILE_RATE_MIN_HZ};
use nanomp3::{Channels, Decoder, MAX_SAMPLES_PER_FRAME, VbrTag, frames, id3v2_len};

use super::DecodeError;

/// A frame counts once so many are seen together: a single one may be an accident of other octets.
const FRAMES_SEEN: usize = 3;
/// Within so many octets there are several frames of any MPEG audio, or it is none.
const FRAMES_OCTETS: usize = 16 * 1_024;
/// A tag before the sound says its length in so many octets.
const TAG_HEAD_OCTETS: usize = 10;

/// A file that is arriving.
pub struct Mp3 {
    decoder: Box<Decoder>,
    /// What has come and isn't decoded.
    held: Vec<u8>,
    begun: bool,
    /// Octets of a tag that are still to be skipped; pictures of a cover can be large.
    tag_left: usize,
    rate_hz: Option<u32>,
    /// Samples at the start that the encoder put there, and how many there are after them, where
    /// the file says so.
    skip: u64,
    left: Option<u64>,
    over: bool,
}

impl Mp3 {
    /// Before the first octet.
    pub fn new() -> Mp3 {
        Mp3 {
            decoder: Box::default(),
            held: Vec::new(),
            begun: false,
            tag_left: 0,
            rate_hz: None,
            skip: 0,
            left: None,
            over: false,
        }
    }

    /// Samples a second, once it is known.
    pub fn rate_hz(&self) -> Option<u32> {
        self.rate_hz
    }

    /// Takes the next octets and appends the samples they complete.
    pub fn push(&mut self, octets: &[u8], out: &mut Vec<i16>) -> Result<(), DecodeError> {
        let skipped = self.tag_left.min(octets.len());
        self.tag_left -= skipped;
        self.held.extend_from_slice(&octets[skipped..]);
        if !self.begun && !self.begin() {
            return Ok(());
        }
        let mut at = 0;
        loop {
            let held = &self.held[at..];
            let seen = frames(held).nth(FRAMES_SEEN - 1).is_some();
            if self.over || !seen && held.len() < FRAMES_OCTETS {
                break;
            }
            at += self.frame(at, out)?;
        }
        self.held
            .drain(..if self.over { self.held.len() } else { at });
        Ok(())
    }

    /// Appends what is left. A last frame that is cut short is dropped.
    pub fn finish(&mut self, out: &mut Vec<i16>) -> Result<(), DecodeError> {
        let mut at = 0;
        while !self.over && at < self.held.len() {
            at += self.frame(at, out)?;
        }
        if self.rate_hz.is_none() {
            return Err(NO_MPEG);
        }
        Ok(())
    }

    /// Skips the tag in front, if there is one; false while too little is here to tell.
    fn begin(&mut self) -> bool {
        if self.held.len() < TAG_HEAD_OCTETS {
            return false;
        }
        self.begun = true;
        let length = id3v2_len(&self.held);
        let here = length.min(self.held.len());
        self.held.drain(..here);
        self.tag_left = length - here;
        true
    }

    /// Decodes the next frame; tells how many octets it took, which is never none.
    fn frame(&mut self, at: usize, out: &mut Vec<i16>) -> Result<usize, DecodeError> {
        let held = &self.held[at..];
        if self.rate_hz.is_none() {
            let Some(frame) = frames(held).next() else {
                return Err(NO_MPEG);
            };
            if !(SOUND_FILE_RATE_MIN_HZ..=SOUND_FILE_RATE_MAX_HZ).contains(&frame.sample_rate) {
                return Err(DecodeError::Malformed("sample rate out of range"));
            }
            self.rate_hz = Some(frame.sample_rate);
            if let Some(tag) = VbrTag::parse(frame.data) {
                let (taken, samples) = (frame.offset + frame.data.len(), frame.samples);
                self.trim(&tag, samples as u64);
                return Ok(taken);
            }
        }
        let mut samples = [0i16; MAX_SAMPLES_PER_FRAME];
        let (taken, result) = self.decoder.decode(held, &mut samples);
        let taken = taken.clamp(1, held.len());
        let Ok(frame) = result else {
            return Ok(taken);
        };
        if self.rate_hz != Some(frame.sample_rate) {
            // A file whose rate changes in the middle is played up to there.
            self.over = true;
            return Ok(taken);
        }
        let channels = usize::from(frame.channels == Channels::Stereo) + 1;
        let skipped = self.skip.min(frame.samples_produced as u64);
        self.skip -= skipped;
        let wanted = (frame.samples_produced as u64 - skipped).min(self.left.unwrap_or(u64::MAX));
        if let Some(left) = &mut self.left {
            *left -= wanted;
            self.over = *left == 0;
        }
        let whole = samples[..frame.samples_produced * channels].chunks_exact(channels);
        let voices = whole.skip(skipped as usize).take(wanted as usize);
        out.extend(voices.map(|voices| {
            let sum: i32 = voices.iter().map(|&voice| i32::from(voice)).sum();
            (sum / channels as i32) as i16
        }));
        Ok(taken)
    }

    /// Leaves out what encoder and decoder put around the sound.
    fn trim(&mut self, tag: &VbrTag, frame_samples: u64) {
        let Some((delay, padding)) = tag.encoder_delay_padding else {
            return;
        };
        self.skip = u64::from(delay) + DECODER_DELAY;
        let around = u64::from(delay) + u64::from(padding);
        self.left = tag
            .frames
            .map(|frames| (u64::from(frames) * frame_samples).saturating_sub(around));
        self.over = self.left == Some(0);
    }
}

/// Samples that the decoder itself is behind.
const DECODER_DELAY: u64 = 529;

const NO_MPEG: DecodeError = DecodeError::Malformed("no MPEG audio in the file");
