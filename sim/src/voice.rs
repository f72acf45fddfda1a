//! What prompts sound like in a simulated world: stand-ins of the right length, always the same.

use crate::phone::own_tone;
use media::sound::country::Country;
use media::sound::sine::Sine;
use media::sound::speech_stand_in::speak;
use media::sound::spoken::bleep;
use media::sound::tone::{self, ToneGenerator};
use media::sound::{RATE_HZ, SAMPLES_PER_MS};
use model::media::{Prompt, SpeechPart, Tone};
use model::{ErrorCode, Span};
use std::collections::BTreeMap;

/// A sound file nobody described takes so long.
pub(crate) const FILE: Span = Span::from_millis(2_000);
/// What stands in for sound files.
const FILE_HZ: f32 = 440.0;
const TONE_DBM0: f32 = -13.0;

/// How long the file at an address plays, or with which code it fails.
pub(crate) type Files = BTreeMap<String, Result<Span, ErrorCode>>;

/// The sound of a prompt that has to be brought to an engine; `None` for what engines make
/// themselves.
pub(crate) fn brought(prompt: &Prompt, files: &Files) -> Option<Result<Vec<i16>, ErrorCode>> {
    Some(match prompt {
        Prompt::Speech(speech) => {
            let mut samples = Vec::new();
            for part in &speech.parts {
                match part {
                    SpeechPart::Text { text, .. } => samples.extend(speak(text, 1)),
                    SpeechPart::Break { length_ms } => {
                        samples.resize(samples.len() + *length_ms as usize * SAMPLES_PER_MS, 0);
                    }
                    SpeechPart::Bleep { length_ms } => samples.extend(bleep(*length_ms)),
                }
            }
            Ok(samples)
        }
        Prompt::File { url, .. } => {
            if let Some((tone, length)) = own_tone(url) {
                let mut samples = vec![0; length.millis() as usize * SAMPLES_PER_MS];
                ToneGenerator::new(tone).fill(&mut samples);
                return Some(Ok(samples));
            }
            let length = files.get(url).copied().unwrap_or(Ok(FILE));
            length.map(|length| sine(FILE_HZ, length))
        }
        Prompt::Tone(_) | Prompt::Digits(_) | Prompt::Silence { .. } => return None,
    })
}

fn sine(hz: f32, length: Span) -> Vec<i16> {
    let mut sine = Sine::new(hz, TONE_DBM0);
    let samples = length.millis() as usize * RATE_HZ as usize / 1_000;
    (0..samples).map(|_| sine.step() as i16).collect()
}

/// The sound of a prompt as it is heard at the far end, piece by piece.
pub(crate) struct Voice {
    made: Vec<i16>,
    /// Makes more, where there is no end.
    tone: Option<ToneGenerator>,
}

impl Voice {
    /// The sound of this prompt. Keys travel as events and silence is silent.
    pub(crate) fn of(prompt: &Prompt, files: &Files) -> Voice {
        let tone = match prompt {
            Prompt::Tone(Tone::Ringback(country)) => {
                let country = Country::from_code(country).unwrap_or(Country::us());
                Some(tone::Tone::Ringback(country))
            }
            Prompt::Tone(Tone::RecordBeep) => Some(tone::Tone::RecordBeep),
            _ => None,
        };
        let made = brought(prompt, files).and_then(Result::ok);
        Voice {
            made: made.unwrap_or_default(),
            tone: tone.map(ToneGenerator::new),
        }
    }

    /// Adds what is heard of it from this sample on.
    pub(crate) fn add(&mut self, from: usize, to: &mut [i16]) {
        let end = from + to.len();
        if let Some(tone) = &mut self.tone
            && self.made.len() < end
        {
            let had = self.made.len();
            self.made.resize(end, 0);
            tone.fill(&mut self.made[had..]);
        }
        let heard = self.made.get(from..).unwrap_or_default();
        for (sample, heard) in to.iter_mut().zip(heard) {
            *sample = sample.saturating_add(*heard);
        }
    }
}

impl std::fmt::Debug for Voice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Voice({} samples)", self.made.len())
    }
}
