//! `<Say>`: speaks a text.

use super::{Heard, Machine, Step};
use crate::notice::{self, Fault};
use crate::script::Line;
use crate::turn::Turn;
use model::limit;
use model::media::{MediaCommand, PlayId, Prompt, Speech, SpeechPart};
use twiml::ssml::Segment;
use twiml::verb::Say;

/// What is to be heard and how often, if there is anything to say.
pub(crate) fn prompt(say: &Say) -> Option<(Prompt, u32)> {
    let parts: Vec<_> = say.segments().into_iter().map(part).collect();
    let spoken = |part: &SpeechPart| match part {
        SpeechPart::Text { text, .. } => !text.trim().is_empty(),
        SpeechPart::Break { .. } => true,
    };
    if !parts.iter().any(spoken) {
        return None;
    }
    let language = say
        .language
        .clone()
        .unwrap_or_else(|| language_of(say.voice.as_deref()));
    let speech = Speech {
        voice: say.voice.clone(),
        language,
        parts,
    };
    Some((
        Prompt::Speech(speech),
        say.repeat.times().min(limit::PLAY_LOOPS_MAX),
    ))
}

fn part(segment: Segment) -> SpeechPart {
    match segment {
        Segment::Text { text, language } => SpeechPart::Text { text, language },
        Segment::Break { ms } => SpeechPart::Break { length_ms: ms },
    }
}

/// A voice such as `Google.pt-BR-Standard-A` names its language.
fn language_of(voice: Option<&str>) -> String {
    let tag = voice
        .and_then(|voice| voice.split_once('.'))
        .and_then(|(_, rest)| {
            let tag = rest.get(..5)?;
            let bytes = tag.as_bytes();
            let fits = bytes[2] == b'-'
                && bytes[..2].iter().all(u8::is_ascii_lowercase)
                && bytes[3..].iter().all(u8::is_ascii_uppercase);
            fits.then(|| tag.to_owned())
        });
    tag.unwrap_or_else(|| "en-US".to_owned())
}

/// A prompt that is being heard, by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Speaking {
    play: PlayId,
}

impl Speaking {
    /// Begins to play it.
    pub fn begin(prompt: Prompt, loops: u32, line: &Line<'_>, turn: &mut Turn<'_>) -> Speaking {
        Speaking {
            play: line.leg.play(prompt, loops, turn),
        }
    }
}

/// Begins to speak; nothing if there is nothing to say.
pub(crate) fn begin(say: &Say, line: &Line<'_>, turn: &mut Turn<'_>) -> Option<Speaking> {
    let (prompt, loops) = prompt(say)?;
    Some(Speaking::begin(prompt, loops, line, turn))
}

impl Machine for Speaking {
    fn hear(&mut self, heard: Heard, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Step {
        match heard {
            Heard::Played(play, fault) if play == self.play => {
                write_down(fault.as_ref(), line, turn);
                Step::Next
            }
            Heard::Ended => Step::Next,
            _ => Step::Wait,
        }
    }

    fn stop(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) {
        line.leg
            .sound(MediaCommand::StopPlay { play: self.play }, turn);
    }
}

/// A prompt that can't be had is written down, and the call goes on.
pub(crate) fn write_down(fault: Option<&Fault>, line: &Line<'_>, turn: &mut Turn<'_>) {
    if let Some(fault) = fault {
        notice::error(line.row, fault, None, turn);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_may_name_its_language() {
        assert_eq!(language_of(Some("Google.pt-BR-Standard-A")), "pt-BR");
        assert_eq!(language_of(Some("Polly.Joanna")), "en-US");
        assert_eq!(language_of(Some("alice")), "en-US");
        assert_eq!(language_of(Some("X.é-BRab")), "en-US");
        assert_eq!(language_of(None), "en-US");
    }

    #[test]
    fn nothing_to_say_is_no_prompt() {
        assert_eq!(prompt(&Say::text("  ")), None);
        let (prompt, loops) = prompt(&Say::text("hello")).expect("there is a text");
        assert_eq!(loops, 1);
        let Prompt::Speech(speech) = prompt else {
            panic!("{prompt:?}")
        };
        let hello = SpeechPart::Text {
            text: "hello".to_owned(),
            language: None,
        };
        assert_eq!(speech.parts, [hello]);
    }
}
