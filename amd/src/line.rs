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
    /// Opus at 16 kbit/s, heard at 16 000 samples a second.
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

/// Frames as a leg hears them.
pub type Frames = Vec<Option<Vec<i16>>>;

/// Missing frames that a leg fills, as its ear does.
const MADE_UP_MAX: u32 = 10;

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
            let wide = opus(&wide, folder)?;
            return Ok(wide
                .chunks_exact(FRAME_SAMPLES * 2)
                .map(|f| Some(f.to_vec()))
                .collect());
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
            frames.push((made_up < MADE_UP_MAX).then(|| frame.to_vec()));
        }
        frames
    }
}

/// Through Opus and back, by ffmpeg; what went through once is kept.
fn opus(wide: &[i16], folder: &Path) -> Result<Vec<i16>, String> {
    let octets: Vec<u8> = wide.iter().flat_map(|s| s.to_le_bytes()).collect();
    let hash = octets
        .iter()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, &octet| {
            (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3)
        });
    let file = folder.join(format!("{hash:016x}.opus"));
    if !file.exists() {
        let part = file.with_extension("part.opus");
        let raw = ["-f", "s16le", "-ar", "16000", "-ac", "1", "-i", "-"];
        let to = ["-c:a", "libopus", "-b:a", "16k", "-application", "voip"];
        ffmpeg(
            &[&raw[..], &to[..], &[&part.to_string_lossy()]].concat(),
            &octets,
        )?;
        std::fs::rename(&part, &file).map_err(|error| error.to_string())?;
    }
    let from = file.to_string_lossy().into_owned();
    let back = ["-i", &from, "-f", "s16le", "-ar", "16000", "-ac", "1", "-"];
    let octets = ffmpeg(&back, &[])?;
    Ok(octets
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect())
}

fn ffmpeg(words: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
    let fault = |error: std::io::Error| format!("ffmpeg: {error}; `tools/install amd` brings it");
    let mut child = Command::new("ffmpeg")
        .args(["-hide_banner", "-loglevel", "error", "-y", "-threads", "1"])
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(fault)?;
    let mut stdin = child.stdin.take().ok_or("ffmpeg has no input")?;
    // It writes a file or reads one, never both to us at once, so nothing can block.
    stdin.write_all(input).map_err(fault)?;
    drop(stdin);
    let done = child.wait_with_output().map_err(fault)?;
    if done.status.success() {
        Ok(done.stdout)
    } else {
        Err(format!("ffmpeg ends with {}", done.status))
    }
}
