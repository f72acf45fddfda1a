//! One case through the detector and through the classic rules, and what that is worth.

use crate::case::{Case, Class};
use crate::line::{Coded, Frames, Pauses, Piece};
use crate::sound::length_ms;
use media::amd::classic::{Classic, Outcome};
use media::amd::{Detector, Found, Heard, Settings};
use media::sound::resample::Halver;
use media::sound::{FRAME_SAMPLES, Frame, SILENT_FRAME, level_dbm0};
use model::AnsweredBy;

/// A case, and what was said of it.
pub struct Score {
    /// Its name.
    pub name: String,
    /// Whether real people are heard in it.
    pub real: bool,
    /// Its language.
    pub language: String,
    /// What kind of its class.
    pub style: &'static str,
    /// Who picked up.
    pub class: Class,
    /// How it came.
    pub coded: Coded,
    /// Whether packets were lost.
    pub lossy: bool,
    /// What was sent in pauses.
    pub pauses: Pauses,
    /// The first sound of speech (milliseconds).
    pub speech_at_ms: Option<u32>,
    /// The beep's end (milliseconds).
    pub beep_end_ms: Option<u32>,
    /// The verdict of `Enable`.
    pub quick: Found,
    /// The verdict of `DetectMessageEnd`.
    pub whole: Found,
    /// What the classic rules say, and when.
    pub classic: (Outcome, u32),
    /// What is said of the case.
    pub note: String,
}

/// The class a verdict names.
pub fn said(verdict: AnsweredBy) -> Class {
    match verdict {
        AnsweredBy::Human => Class::Human,
        AnsweredBy::Fax => Class::Fax,
        AnsweredBy::Unknown => Class::Nobody,
        AnsweredBy::MachineStart
        | AnsweredBy::MachineEndBeep
        | AnsweredBy::MachineEndSilence
        | AnsweredBy::MachineEndOther => Class::Machine,
    }
}

impl Score {
    /// Judges a case.
    pub fn of(case: &Case, frames: &Frames) -> Score {
        let quick = found(frames, Settings::default());
        // Some greetings are longer than the 30 s of the default.
        let whole = found(
            frames,
            Settings {
                to_the_end: true,
                timeout_ms: Some(60_000),
                ..Settings::default()
            },
        );
        Score {
            name: case.name.clone(),
            real: case.name.starts_with("real"),
            language: case.language.clone(),
            style: case.style,
            class: case.class,
            coded: case.line.coded,
            lossy: case.line.loss > 0.0,
            pauses: case.line.pauses,
            speech_at_ms: case.speech_at.map(length_ms),
            beep_end_ms: case.beep_end.map(length_ms),
            quick,
            whole,
            classic: classic(frames),
            note: case.note.clone(),
        }
    }

    /// Whether the quick verdict names who picked up.
    pub fn right(&self) -> bool {
        said(self.quick.verdict) == self.class
    }

    /// The same of the classic rules, which know two classes.
    pub fn classic_right(&self) -> bool {
        match self.classic.0 {
            Outcome::Human => self.class == Class::Human,
            Outcome::Machine => self.class == Class::Machine,
            Outcome::NotSure => self.class == Class::Nobody,
        }
    }

    /// From the first sound of speech to the verdict.
    pub fn latency_ms(&self) -> Option<u32> {
        Some(self.quick.at_ms.saturating_sub(self.speech_at_ms?))
    }

    /// By how much the end of the beep was missed, if it was found; early is negative.
    pub fn beep_error_ms(&self) -> Option<i64> {
        let end = i64::from(self.beep_end_ms?);
        let heard = self.whole.verdict == AnsweredBy::MachineEndBeep;
        heard.then(|| i64::from(self.whole.at_ms) - end)
    }
}

/// What a network is grown from: a line of what is true of the case, then its features.
pub fn dump(to: &mut impl std::io::Write, case: &Case, frames: &Frames) -> std::io::Result<()> {
    let end = case
        .speech_at
        .map_or(250, |at| length_ms(at) as usize / 20 + 400);
    let count = frames.len().min(end);
    writeln!(
        to,
        "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
        case.name,
        case.language,
        case.style,
        case.class.name(),
        case.speech_at.map_or(-1, |at| i64::from(length_ms(at))),
        case.beep_end.map_or(-1, |at| i64::from(length_ms(at))),
        case.line.coded.name(),
        count,
        case.note
    )?;
    let mut detector = Detector::new(Settings {
        speech_ms: Some(60_000),
        speech_end_ms: Some(60_000),
        silence_ms: Some(60_000),
        timeout_ms: Some(60_000),
        ..Settings::default()
    });
    for frame in &frames[..count] {
        hear(&mut detector, frame);
        for feature in detector.features() {
            to.write_all(&feature.to_le_bytes())?;
        }
    }
    Ok(())
}

/// What the detector finds; where a sound ends, nothing more comes.
fn found(frames: &Frames, settings: Settings) -> Found {
    let mut detector = Detector::new(settings);
    let rest = std::iter::repeat(&Piece::Nothing);
    let mut sound = frames.iter().chain(rest);
    sound
        .find_map(|frame| hear(&mut detector, frame))
        .expect("a detection ends in time")
}

fn hear(detector: &mut Detector, frame: &Piece) -> Option<Found> {
    match frame {
        Piece::Heard(samples) => detector.hear(Some(samples)),
        Piece::MadeUp(samples) => detector.hear_made_up(samples),
        Piece::Nothing => detector.hear(None),
    }
}

/// What each frame of the first ten seconds was taken for: a line of fields for programs.
pub fn trace(case: &Case, frames: &Frames) -> String {
    let open = Settings {
        silence_ms: Some(60_000),
        speech_ms: Some(60_000),
        speech_end_ms: Some(60_000),
        timeout_ms: Some(60_000),
        to_the_end: true,
    };
    let mut detector = Detector::new(open);
    let heard = frames.iter().take(500).map(|frame| {
        hear(&mut detector, frame);
        match detector.heard() {
            Heard::Silence => '.',
            Heard::Speech => 's',
            Heard::Tone(_) => 't',
        }
    });
    let heard: String = heard.collect();
    let mut halver = Halver::new();
    // A letter for each 1.5 dB from -80 dBm0 on; `~` is a frame that didn't come.
    let mut level = |frame: &[i16]| {
        let level = level_dbm0(&narrow(Some(frame), &mut halver));
        char::from(b'!' + ((level + 80.0) / 1.5).clamp(0.0, 60.0) as u8)
    };
    let levels = frames
        .iter()
        .take(500)
        .map(|frame| frame.samples().map_or('~', &mut level));
    let levels: String = levels.collect();
    let ms = |at: Option<usize>| at.map_or(0, length_ms);
    let (speech, beep) = (ms(case.speech_at), ms(case.beep_end));
    let (class, style) = (case.class.name(), case.style);
    format!(
        "trace\t{}\t{class}\t{style}\t{speech}\t{beep}\t{heard}\t{levels}",
        case.name
    )
}

fn classic(frames: &Frames) -> (Outcome, u32) {
    let (mut classic, mut halver) = (Classic::new(), Halver::new());
    let sound = frames.iter().map(|frame| frame.samples());
    sound
        .chain(std::iter::repeat(None))
        .find_map(|frame| classic.hear(&narrow(frame, &mut halver)))
        .expect("a detection ends in time")
}

/// A frame at the house's rate.
pub fn narrow(frame: Option<&[i16]>, halver: &mut Halver) -> Frame {
    let mut narrow = SILENT_FRAME;
    match frame {
        Some(wide) if wide.len() > FRAME_SAMPLES => {
            for (slot, pair) in narrow.iter_mut().zip(wide.chunks_exact(2)) {
                *slot = halver.step([pair[0], pair[1]]);
            }
        }
        Some(frame) => narrow.copy_from_slice(frame),
        None => {}
    }
    narrow
}
