//! How a sound comes here: codec, lost packets, pauses of transmission.

use crate::chance::Chance;
use media::codec::{Codec, Decoder, Encoder};
use media::sound::comfort::{ComfortNoise, Concealer};
use media::sound::resample::Halver;
use media::sound::silence::VoiceActivity;
use media::sound::{FRAME_SAMPLES, Frame, SILENT_FRAME, saturate};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What codes the sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coded {
    /// G.711 mu-law.
    Mu,
    /// G.711 A-law.
    A,
    /// G.722.
    Wide,
    /// Opus at 16 kbit/s, heard at 16 000 samples a second; in pauses, what DTX sends.
    Opus,
}

impl Coded {
    /// As the table writes it.
    pub fn name(self) -> &'static str {
        match self {
            Coded::Mu => "G.711 µ-law",
            Coded::A => "G.711 A-law",
            Coded::Wide => "G.722",
            Coded::Opus => "Opus",
        }
    }
}

/// What is sent in pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pauses {
    /// As all the rest.
    Sent,
    /// Noise that isn't the line's own.
    Comfort,
    /// Nothing.
    Nothing,
}

/// A way to here.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// The codec.
    pub coded: Coded,
    /// Share of packets that are lost.
    pub loss: f32,
    /// What is sent in pauses.
    pub pauses: Pauses,
    seed: u64,
}

/// 20 ms as a leg hears them.
pub enum Piece {
    /// They came.
    Heard(Vec<i16>),
    /// They were lost, and made up.
    MadeUp(Vec<i16>),
    /// They didn't come.
    Nothing,
}

impl Piece {
    /// Their samples.
    pub fn samples(&self) -> Option<&[i16]> {
        match self {
            Piece::Heard(samples) | Piece::MadeUp(samples) => Some(samples),
            Piece::Nothing => None,
        }
    }
}

/// All of a sound.
pub type Frames = Vec<Piece>;

/// Missing frames that a leg fills, as its ear does.
const MADE_UP_MAX: u32 = 10;

/// A packet of Opus that is no longer says that nothing is said (RFC 6716 §2.1.9).
const LARGEST_DTX: usize = 2;

impl Line {
    /// Any way.
    pub fn drawn(chance: &mut Chance) -> Line {
        let coded = match chance.share() {
            x if x < 0.40 => Coded::Mu,
            x if x < 0.70 => Coded::A,
            x if x < 0.88 => Coded::Wide,
            _ => Coded::Opus,
        };
        let loss = if chance.hits(0.3) { 0.03 } else { 0.0 };
        let pauses = match chance.share() {
            x if x < 0.8 => Pauses::Sent,
            x if x < 0.9 => Pauses::Comfort,
            _ => Pauses::Nothing,
        };
        Line {
            coded,
            loss,
            pauses,
            seed: chance.draw(),
        }
    }

    /// Brings a sound of 16 000 samples a second here.
    pub fn carry(&self, sound: &[f32], folder: &Path) -> Result<Frames, String> {
        let wide: Vec<i16> = sound.iter().map(|&s| saturate(s)).collect();
        if self.coded == Coded::Opus {
            return self.opus(&wide, folder);
        }
        let mut halver = Halver::new();
        let narrow: Vec<i16> = wide
            .chunks_exact(2)
            .map(|pair| halver.step([pair[0], pair[1]]))
            .collect();
        Ok(self.packets(&narrow))
    }

    fn packets(&self, narrow: &[i16]) -> Frames {
        let codec = match self.coded {
            Coded::A => Codec::Pcma,
            Coded::Wide => Codec::G722,
            Coded::Mu | Coded::Opus => Codec::Pcmu,
        };
        let mut chance = Chance::new(&self.seed.to_string());
        let (mut encoder, mut decoder) = (Encoder::new(codec, 20), Decoder::new(codec));
        let (mut speaks, mut noise) = (VoiceActivity::new(), ComfortNoise::new(self.seed as u32));
        let (mut concealer, mut made_up) = (Concealer::new(), MADE_UP_MAX);
        let mut frames = Vec::new();
        for piece in narrow.chunks_exact(FRAME_SAMPLES) {
            let mut frame: Frame = SILENT_FRAME;
            frame.copy_from_slice(piece);
            let mut payload = Vec::new();
            encoder.push(&frame);
            encoder.pop(&mut payload);
            let pause = !speaks.hear(&frame).voice && self.pauses != Pauses::Sent;
            let lost = chance.hits(self.loss);
            let comfort = pause && self.pauses == Pauses::Comfort;
            if comfort {
                noise.frame(-58.0, &mut frame);
                made_up = 0;
            } else if !pause && !lost && decoder.decode(&payload, &mut frame) {
                concealer.good(&mut frame);
                made_up = 0;
            } else if made_up < MADE_UP_MAX {
                concealer.lost(&mut frame);
                made_up += 1;
            }
            frames.push(match made_up {
                0 => Piece::Heard(frame.to_vec()),
                1..MADE_UP_MAX => Piece::MadeUp(frame.to_vec()),
                _ => Piece::Nothing,
            });
        }
        frames
    }

    /// Through Opus and back, by its own programs; what went through once is kept.
    fn opus(&self, wide: &[i16], folder: &Path) -> Result<Frames, String> {
        // The packets that `opusdec` loses are the same of every file: silence before the sound,
        // of a length drawn by the case, shifts them.
        let lead = (self.seed % 100) as usize;
        let mut octets = vec![0; lead * FRAME_SAMPLES * 4];
        octets.extend(wide.iter().flat_map(|s| s.to_le_bytes()));
        // In pauses, Opus sends a packet now and then (DTX).
        let ctl = format!("4016={}", u8::from(self.pauses != Pauses::Sent));
        let settings: [&[&str]; 3] = [
            &["--quiet", "--raw", "--raw-rate", "16000", "--raw-chan", "1"],
            &["--serial", "1", "--discard-comments", "--speech"],
            &[
                "--bitrate",
                "16",
                "--framesize",
                "20",
                "--set-ctl-int",
                &ctl,
            ],
        ];
        let settings = settings.concat();
        let hash = (settings.iter().flat_map(|word| word.bytes()))
            .chain(octets.iter().copied())
            .fold(0xcbf2_9ce4_8422_2325u64, |hash, octet| {
                (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3)
            });
        let file = folder.join(format!("{hash:016x}.opus"));
        if !file.exists() {
            let part = file.with_extension(format!("part{}.opus", std::process::id()));
            let names = ["-", &part.to_string_lossy()];
            program("opusenc", &[&settings[..], &names].concat(), &octets)?;
            std::fs::rename(&part, &file).map_err(|error| error.to_string())?;
        }
        let loss = format!("{:.0}", self.loss * 100.0);
        let from = file.to_string_lossy();
        let words = ["--quiet", "--no-dither", "--rate", "16000", "--packet-loss"];
        let octets = program("opusdec", &[&words[..], &[&loss, &from, "-"]].concat(), &[])?;
        let kept = std::fs::read(&file).map_err(|error| error.to_string())?;
        let mut made_up = 0;
        let frames = octets
            .chunks_exact(FRAME_SAMPLES * 4)
            .zip(packets(&kept)?)
            .map(|(frame, length)| {
                // Where nothing was sent its decoder makes comfort noise, which a leg may hear or,
                // after a while, nothing.
                let is_pause = self.pauses == Pauses::Nothing && length <= LARGEST_DTX;
                made_up = if is_pause { made_up + 1 } else { 0 };
                let pairs = frame.chunks_exact(2);
                // Its decoder doesn't say what it made up in place of lost packets.
                if made_up < MADE_UP_MAX {
                    Piece::Heard(pairs.map(|s| i16::from_le_bytes([s[0], s[1]])).collect())
                } else {
                    Piece::Nothing
                }
            })
            .skip(lead);
        Ok(frames.collect())
    }
}

/// The lengths of the packets in an Ogg file (RFC 3533 §6), without the two of its head
/// (RFC 7845 §3).
fn packets(octets: &[u8]) -> Result<Vec<usize>, String> {
    let fault = "opusenc wrote what is no Ogg";
    let (mut lengths, mut length, mut rest) = (Vec::new(), 0, octets);
    while !rest.is_empty() {
        let count = usize::from(*rest.get(26).ok_or(fault)?);
        let pieces = rest.get(27..27 + count).ok_or(fault)?;
        for &piece in pieces {
            length += usize::from(piece);
            if piece < 255 {
                lengths.push(length);
                length = 0;
            }
        }
        let size = pieces
            .iter()
            .map(|&piece| usize::from(piece))
            .sum::<usize>();
        rest = rest.get(27 + count + size..).ok_or(fault)?;
    }
    Ok(lengths.split_off(2.min(lengths.len())))
}

/// What a program says to this.
fn program(name: &str, words: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
    let fault = |error: std::io::Error| format!("{name}: {error}; `tools/install amd` brings it");
    let mut child = Command::new(name)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(fault)?;
    let mut stdin = child.stdin.take().ok_or("it has no input")?;
    // It writes a file or reads one, never both to us at once, so nothing can block.
    stdin.write_all(input).map_err(fault)?;
    drop(stdin);
    let done = child.wait_with_output().map_err(fault)?;
    if done.status.success() {
        Ok(done.stdout)
    } else {
        Err(format!("{name} ends with {}", done.status))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_counted_across_pieces_and_pages() {
        let page = |pieces: &[u8]| {
            let size: usize = pieces.iter().map(|&piece| usize::from(piece)).sum();
            let mut page = vec![0u8; 27];
            page[26] = pieces.len() as u8;
            page.extend(pieces);
            page.resize(page.len() + size, 0);
            page
        };
        let file = [
            page(&[19]),
            page(&[255, 255, 10]),
            page(&[40, 1, 255]),
            page(&[0, 3]),
        ];
        assert_eq!(packets(&file.concat()), Ok(vec![40, 1, 255, 3]));
        assert!(packets(&[1; 30]).is_err());
        assert!(packets(&[1; 5]).is_err());
    }
}
