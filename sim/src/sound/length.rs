//! How long prompts and keys take, and whose port a description names.

use super::{BEEP, ENDLESS, KEY};
use crate::phone::own_tone;
use crate::voice::{FILE, Files};
use media::sound::speech_stand_in::speech_length_ms;
use model::media::{Prompt, SpeechPart, Tone};
use model::{ErrorCode, Span};

/// The port of the first line of sound.
pub(crate) fn port_of(sdp: &str) -> Option<u16> {
    let rest = sdp.split("m=audio ").nth(1)?;
    rest.split_ascii_whitespace()
        .next()?
        .parse()
        .ok()
        .filter(|port| *port != 0)
}

pub(super) fn key_length(digit: char) -> Span {
    match digit {
        'w' => Span::from_millis(500),
        'W' => Span::from_secs(1),
        _ => KEY,
    }
}

/// How long a prompt takes once.
pub(super) fn length(prompt: &Prompt, files: &Files) -> Result<Span, ErrorCode> {
    Ok(match prompt {
        Prompt::Speech(speech) => {
            let parts = speech.parts.iter().map(|part| match part {
                SpeechPart::Text { text, prosody, .. } => {
                    speech_length_ms(text) * 100 / u64::from(prosody.rate_percent.max(1))
                }
                SpeechPart::Break { length_ms } | SpeechPart::Bleep { length_ms } => {
                    u64::from(*length_ms)
                }
            });
            Span::from_millis(parts.sum())
        }
        Prompt::File { url, .. } => match own_tone(url) {
            Some((_, length)) => length,
            None => files.get(url).copied().unwrap_or(Ok(FILE))?,
        },
        Prompt::Tone(Tone::Ringback(_)) => ENDLESS,
        Prompt::Tone(Tone::RecordBeep) => BEEP,
        Prompt::Digits(digits) => Span(digits.chars().map(|digit| key_length(digit).0).sum()),
        Prompt::Silence { length_ms } => Span::from_millis(u64::from(*length_ms)),
    })
}
