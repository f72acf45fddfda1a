//! `ringback amd`: who picked up in a sound file, and why: its verdict with the timeline.

use clap::Args;
use media::amd::{Detector, Found, Heard, Settings};
use media::file::Decoder;
use media::sound::{FRAME_MS, FRAME_SAMPLES};
use model::limit;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What `ringback amd` shall hear, and by what it shall go.
#[derive(Debug, Clone, Args)]
pub struct Amd {
    /// Sound files, from the answer on: WAV, AIFF, MP3 or GSM.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Wait out a machine's greeting, as `DetectMessageEnd` does.
    #[arg(long)]
    pub message_end: bool,
    /// Milliseconds: shorter speech is a person's, longer a machine's.
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u32).range(SPEECH))]
    pub speech_threshold: Option<u32>,
    /// Milliseconds of silence that end speech.
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u32).range(SPEECH_END))]
    pub speech_end_threshold: Option<u32>,
    /// Milliseconds of silence at the beginning that are `unknown`.
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u32).range(SILENCE))]
    pub silence_timeout: Option<u32>,
    /// Seconds after which it is `unknown`.
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u32).range(TIMEOUT))]
    pub timeout: Option<u32>,
    /// Draw each file's timeline here, as SVG.
    #[arg(long, value_name = "DIR")]
    pub picture: Option<PathBuf>,
}

/// What stands below the help.
pub const HELP: &str = "\
Examples:
  ringback amd greeting.wav                          the verdict of MachineDetection=Enable
  ringback amd --message-end --picture . *.wav       where each message ends; a picture of each
  ringback amd --speech-threshold 1500 hello.wav     the same with a threshold of your own

A threshold that isn't set leaves the detector free to go by more than it.";

type Range = std::ops::RangeInclusive<i64>;
const SPEECH: Range = limit::DETECTION_SPEECH_MS_MIN as i64..=limit::DETECTION_SPEECH_MS_MAX as i64;
const SPEECH_END: Range =
    limit::DETECTION_SPEECH_END_MS_MIN as i64..=limit::DETECTION_SPEECH_END_MS_MAX as i64;
const SILENCE: Range =
    limit::DETECTION_SILENCE_MS_MIN as i64..=limit::DETECTION_SILENCE_MS_MAX as i64;
const TIMEOUT: Range = limit::DETECTION_SECS_MIN as i64..=limit::DETECTION_SECS_MAX as i64;

/// A stretch of one kind.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stretch {
    heard: Heard,
    from_ms: u32,
    to_ms: u32,
}

impl Amd {
    /// Hears the files in turn; what is printed, or why one can't be heard.
    pub fn run(&self) -> Result<String, String> {
        let mut out = String::new();
        for file in &self.files {
            let name = file.display();
            let samples = read(file).map_err(|fault| format!("{name}: {fault}"))?;
            let (found, stretches) = self.hear(&samples);
            let _ = writeln!(
                out,
                "{name}: {} after {:.2} s",
                found.verdict,
                f64::from(found.at_ms) / 1_000.0
            );
            stretches.iter().for_each(|stretch| tell(&mut out, stretch));
            if let Some(folder) = &self.picture {
                let stem = file.file_stem().unwrap_or_default();
                let to = folder.join(stem).with_extension("svg");
                let svg = picture(&samples, &found, &stretches);
                let at = to.display();
                std::fs::write(&to, svg).map_err(|error| format!("{at}: {error}"))?;
                let _ = writeln!(out, "  picture: {at}");
            }
        }
        Ok(out)
    }

    fn settings(&self) -> Settings {
        Settings {
            to_the_end: self.message_end,
            timeout_ms: self.timeout.map(|secs| secs * 1_000),
            speech_ms: self.speech_threshold,
            speech_end_ms: self.speech_end_threshold,
            silence_ms: self.silence_timeout,
        }
    }

    /// The verdict, and what was heard to the file's end. Behind it nothing comes.
    fn hear(&self, samples: &[i16]) -> (Found, Vec<Stretch>) {
        let mut detector = Detector::new(self.settings());
        let frames = samples.chunks(FRAME_SAMPLES).map(Some);
        let found = frames
            .chain(std::iter::repeat(None))
            .find_map(|frame| detector.hear(frame))
            .expect("a detection ends in time");
        (found, joined(stretches(samples)))
    }
}

/// What was heard: by a detector that never comes to an end.
fn stretches(samples: &[i16]) -> Vec<Stretch> {
    let never = Some(u32::MAX);
    let mut detector = Detector::new(Settings {
        to_the_end: true,
        timeout_ms: never,
        speech_ms: never,
        speech_end_ms: never,
        silence_ms: never,
    });
    let mut all: Vec<Stretch> = Vec::new();
    for frame in samples.chunks(FRAME_SAMPLES) {
        if detector.found().is_some() {
            // A beep or a fax is the end even of this one: what follows is heard anew.
            let at_ms = detector.at_ms();
            let rest = &samples[at_ms as usize * FRAME_SAMPLES / FRAME_MS as usize..];
            all.extend(stretches(rest).into_iter().map(|stretch| Stretch {
                from_ms: stretch.from_ms + at_ms,
                to_ms: stretch.to_ms + at_ms,
                ..stretch
            }));
            break;
        }
        detector.hear(Some(frame));
        let (heard, to_ms) = (detector.heard(), detector.at_ms());
        match all.last_mut() {
            Some(last) if is_same(last.heard, heard) => last.to_ms = to_ms,
            _ => all.push(Stretch {
                heard,
                from_ms: to_ms - FRAME_MS,
                to_ms,
            }),
        }
    }
    all
}

/// What is shorter than this within speech is speech: the gaps between its sounds.
const GAP_MS: u32 = 160;

/// Stretches as a person would tell them: words without the gaps in them.
fn joined(all: Vec<Stretch>) -> Vec<Stretch> {
    let mut told: Vec<Stretch> = Vec::new();
    for (n, stretch) in all.iter().enumerate() {
        let short = stretch.to_ms - stretch.from_ms < GAP_MS;
        let speaks = |other: Option<&Stretch>| other.is_some_and(|o| o.heard == Heard::Speech);
        let within = short && speaks(told.last()) && speaks(all.get(n + 1));
        match told.last_mut() {
            Some(last) if within || is_same(last.heard, stretch.heard) => {
                last.to_ms = stretch.to_ms;
            }
            _ => told.push(*stretch),
        }
    }
    told
}

fn is_same(a: Heard, b: Heard) -> bool {
    match (a, b) {
        (Heard::Tone(a), Heard::Tone(b)) => (a - b).abs() < a * 0.03,
        _ => a == b,
    }
}

fn read(file: &Path) -> Result<Vec<i16>, String> {
    let octets = std::fs::read(file).map_err(|error| error.to_string())?;
    let kind = match file.extension().and_then(|ending| ending.to_str()) {
        Some("mp3") => "audio/mpeg",
        Some("gsm") => "audio/gsm",
        _ => "",
    };
    let (mut decoder, mut samples) = (Decoder::new(kind), Vec::new());
    let read = decoder.push(&octets, &mut samples);
    read.and_then(|()| decoder.finish(&mut samples))
        .map_err(|fault| fault.to_string())?;
    Ok(samples)
}

fn tell(out: &mut String, stretch: &Stretch) {
    let (from, to) = (f64::from(stretch.from_ms), f64::from(stretch.to_ms));
    let what = match stretch.heard {
        Heard::Silence => "silence".to_owned(),
        Heard::Speech => "speech".to_owned(),
        Heard::Tone(hz) => format!("tone, {hz:.0} Hz"),
    };
    let _ = writeln!(out, "  {:7.2} – {:7.2} s  {what}", from / 1e3, to / 1e3);
}

/// A pixel of the picture (milliseconds).
const PIXEL_MS: u32 = 20;
const HEIGHT: u32 = 160;

/// The sound's outline over bands that tell what it was taken for, and where the verdict fell.
fn picture(samples: &[i16], found: &Found, stretches: &[Stretch]) -> String {
    let heard_ms = (samples.len() / (FRAME_SAMPLES / FRAME_MS as usize)) as u32;
    let width = heard_ms.max(found.at_ms) / PIXEL_MS + 20;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    for stretch in stretches {
        let colour = match stretch.heard {
            Heard::Silence => "#eceff1",
            Heard::Speech => "#c8e6c9",
            Heard::Tone(_) => "#ffcc80",
        };
        let (x, end) = (stretch.from_ms / PIXEL_MS, stretch.to_ms / PIXEL_MS);
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"20\" width=\"{}\" height=\"120\" fill=\"{colour}\"/>",
            end - x
        );
    }
    svg += "<path stroke=\"#37474f\" d=\"";
    for (x, piece) in samples.chunks(FRAME_SAMPLES).enumerate() {
        let peak = piece.iter().map(|s| s.unsigned_abs()).max().unwrap_or(0);
        // Decibels below full scale, 60 of them in half the height.
        let db = 20.0 * (f64::from(peak).max(1.0) / 32_768.0).log10();
        let half = ((db + 60.0).max(0.0)).round();
        let _ = write!(svg, "M{x}.5 {}V{}", 80.0 - half, 80.0 + half);
    }
    svg += "\"/>\n";
    for second in 0..=heard_ms / 1_000 {
        let x = second * 1_000 / PIXEL_MS;
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"153\" fill=\"#607d8b\">{second}</text>"
        );
    }
    let at = found.at_ms / PIXEL_MS;
    let _ = writeln!(
        svg,
        "<path stroke=\"#c62828\" stroke-width=\"2\" d=\"M{at} 16V140\"/>\n\
         <text x=\"{}\" y=\"13\" fill=\"#c62828\">{} {:.2} s</text>\n</svg>",
        at.saturating_sub(60),
        found.verdict,
        f64::from(found.at_ms) / 1e3
    );
    svg
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::sound::tone::{Tone, ToneGenerator};

    fn silence(ms: usize) -> Vec<i16> {
        vec![0; ms * 8]
    }

    #[test]
    fn stretches_follow_each_other_without_a_gap_and_tones_are_named() {
        let mut beep = vec![0; 4_000];
        ToneGenerator::new(Tone::RecordBeep).fill(&mut beep);
        let sound = [silence(400), beep, silence(600)].concat();
        let all = stretches(&sound);
        assert_eq!(all[0].from_ms, 0);
        assert_eq!(all.last().map(|last| last.to_ms), Some(1_500));
        assert!(
            all.windows(2).all(|two| two[0].to_ms == two[1].from_ms),
            "{all:?}"
        );
        let is_beep = |hz: f32| (hz - 1_400.0).abs() < 5.0;
        let tone = |stretch: &Stretch| matches!(stretch.heard, Heard::Tone(hz) if is_beep(hz));
        assert!(all.iter().any(tone), "{all:?}");
    }

    #[test]
    fn a_picture_has_its_verdict() {
        let found = Found {
            verdict: model::AnsweredBy::Human,
            at_ms: 1_700,
        };
        let svg = picture(&silence(1_000), &found, &stretches(&silence(1_000)));
        assert!(
            svg.contains(">human 1.70 s<") && svg.ends_with("</svg>\n"),
            "{svg}"
        );
    }
}
