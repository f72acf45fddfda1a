//! Samples as files write them down, one channel out of any number; octets may come in pieces.

use super::{DecodeError, gsm};
use crate::codec::g711;

/// How a file writes a sample down.
#[derive(Clone, Debug)]
pub enum Coding {
    /// 8 bits about a middle of 128.
    Unsigned8,
    /// Two's complement of 1 to 4 octets.
    Signed {
        /// Of one sample.
        octets: usize,
        /// Highest octet first.
        big: bool,
    },
    /// A number from -1 to 1, of 4 or 8 octets (IEEE 754).
    Float {
        /// Of one sample.
        octets: usize,
        /// Highest octet first.
        big: bool,
    },
    /// G.711 µ-law.
    MuLaw,
    /// G.711 A-law.
    ALaw,
    /// GSM 06.10, frame by frame.
    Gsm(Box<gsm::Decoder>),
    /// GSM 06.10, two frames in a block, as in WAV files.
    GsmPairs(Box<gsm::Decoder>),
}

/// Reads samples.
#[derive(Clone, Debug)]
pub struct Pcm {
    coding: Coding,
    channels: usize,
    /// The beginning of a block whose rest has not come.
    begun: Vec<u8>,
}

impl Pcm {
    /// So many channels, interleaved. GSM has one.
    pub fn new(coding: Coding, channels: usize) -> Result<Pcm, DecodeError> {
        let gsm = matches!(coding, Coding::Gsm(_) | Coding::GsmPairs(_));
        if channels == 0 || gsm && channels != 1 {
            return Err(DecodeError::Malformed("number of channels out of range"));
        }
        Ok(Pcm {
            coding,
            channels,
            begun: Vec::new(),
        })
    }

    /// Appends what these octets complete, mixed into one channel. Octets at the end of a file
    /// that complete nothing are dropped.
    pub fn push(&mut self, mut octets: &[u8], out: &mut Vec<i16>) {
        let block = self.block();
        if !self.begun.is_empty() {
            let missing = (block - self.begun.len()).min(octets.len());
            self.begun.extend_from_slice(&octets[..missing]);
            octets = &octets[missing..];
            if self.begun.len() < block {
                return;
            }
            let begun = std::mem::take(&mut self.begun);
            self.blocks(&begun, out);
        }
        let whole = octets.len() / block * block;
        self.blocks(&octets[..whole], out);
        self.begun.extend_from_slice(&octets[whole..]);
    }

    /// Octets that are read together.
    fn block(&self) -> usize {
        self.channels * self.coding.octets()
    }

    fn blocks(&mut self, octets: &[u8], out: &mut Vec<i16>) {
        match &mut self.coding {
            Coding::Gsm(decoder) => {
                let (frames, _) = octets.as_chunks();
                frames.iter().for_each(|frame| decoder.frame(frame, out));
            }
            Coding::GsmPairs(decoder) => {
                let (pairs, _) = octets.as_chunks();
                pairs.iter().for_each(|pair| decoder.pair(pair, out));
            }
            coding => {
                let (width, channels) = (coding.octets(), self.channels);
                out.extend(octets.chunks_exact(width * channels).map(|frame| {
                    let voices = frame.chunks_exact(width);
                    let sum: i32 = voices.map(|octets| coding.sample(octets)).sum();
                    (sum / channels as i32) as i16
                }));
            }
        }
    }
}

impl Coding {
    /// Of one sample, or of a block of GSM.
    fn octets(&self) -> usize {
        match self {
            Coding::Unsigned8 | Coding::MuLaw | Coding::ALaw => 1,
            Coding::Signed { octets, .. } | Coding::Float { octets, .. } => *octets,
            Coding::Gsm(_) => gsm::FRAME_OCTETS,
            Coding::GsmPairs(_) => gsm::PAIR_OCTETS,
        }
    }

    fn sample(&self, octets: &[u8]) -> i32 {
        match (self, octets) {
            (Coding::Unsigned8, &[a]) => (i32::from(a) - 128) << 8,
            (Coding::MuLaw, &[a]) => i32::from(g711::from_mu(a)),
            (Coding::ALaw, &[a]) => i32::from(g711::from_a(a)),
            (Coding::Signed { .. }, &[a]) => i32::from(a as i8) << 8,
            // The two highest octets are all that a telephone hears.
            (Coding::Signed { big: true, .. }, &[a, b, ..])
            | (Coding::Signed { big: false, .. }, &[.., b, a]) => {
                i32::from(i16::from_be_bytes([a, b]))
            }
            (Coding::Float { big, .. }, &[a, b, c, d]) => {
                let number = [a, b, c, d];
                scale(f64::from(if *big {
                    f32::from_be_bytes(number)
                } else {
                    f32::from_le_bytes(number)
                }))
            }
            (Coding::Float { big, .. }, &[a, b, c, d, e, f, g, h]) => {
                let number = [a, b, c, d, e, f, g, h];
                scale(if *big {
                    f64::from_be_bytes(number)
                } else {
                    f64::from_le_bytes(number)
                })
            }
            _ => 0,
        }
    }
}

/// A cast from float saturates, and makes nothing of what is no number.
fn scale(sample: f64) -> i32 {
    (sample.clamp(-1.0, 1.0) * 32_767.0) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(coding: Coding, channels: usize, octets: &[u8]) -> Vec<i16> {
        let (mut whole, mut out) = (
            Pcm::new(coding.clone(), channels).expect("they fit"),
            Vec::new(),
        );
        whole.push(octets, &mut out);
        // Octet by octet comes to the same.
        let (mut slow, mut again) = (Pcm::new(coding, channels).expect("they fit"), Vec::new());
        octets
            .chunks(1)
            .for_each(|octet| slow.push(octet, &mut again));
        assert_eq!(out, again);
        out
    }

    #[test]
    fn every_coding_is_read_in_either_order() {
        let signed = |octets, big| Coding::Signed { octets, big };
        let float = |octets, big| Coding::Float { octets, big };
        assert_eq!(
            read(Coding::Unsigned8, 1, &[128, 129, 0]),
            [0, 256, -32_768]
        );
        assert_eq!(read(signed(1, true), 1, &[0xFF, 1]), [-256, 256]);
        assert_eq!(read(signed(2, true), 1, &[1, 2, 9]), [258]);
        assert_eq!(read(signed(2, false), 1, &[2, 1]), [258]);
        assert_eq!(read(signed(3, true), 1, &[1, 2, 3]), [258]);
        assert_eq!(read(signed(3, false), 1, &[3, 2, 1]), [258]);
        assert_eq!(read(signed(4, false), 1, &[4, 3, 2, 1]), [258]);
        assert_eq!(read(signed(2, false), 2, &[10, 0, 20, 0]), [15]);
        assert_eq!(read(float(4, false), 1, &0.5f32.to_le_bytes()), [16_383]);
        assert_eq!(read(float(4, true), 1, &(-2f32).to_be_bytes()), [-32_767]);
        assert_eq!(read(float(8, true), 1, &0.5f64.to_be_bytes()), [16_383]);
        assert_eq!(read(float(8, false), 1, &f64::NAN.to_le_bytes()), [0]);
        assert_eq!(read(Coding::MuLaw, 1, &[0x80, 0]), [32_124, -32_124]);
        assert_eq!(read(Coding::ALaw, 1, &[0xD5]), [8]);
        assert_eq!(read(Coding::Gsm(Box::default()), 1, &[0xD0; 34]).len(), 160);
        assert_eq!(
            read(Coding::GsmPairs(Box::default()), 1, &[0; 65]).len(),
            320
        );
    }

    #[test]
    fn channels_that_cannot_be_are_refused() {
        assert!(Pcm::new(Coding::MuLaw, 0).is_err());
        assert!(Pcm::new(Coding::Gsm(Box::default()), 2).is_err());
    }
}
