//! `<Say>`: speaks a text.

use super::{Heard, Machine, Step};
use crate::notice::{self, Fault};
use crate::script::Line;
use crate::turn::Turn;
use model::media::{MediaCommand, PlayId, Prompt, Prosody, Speech, SpeechPart};
use model::voice::{Chosen, Voices};
use model::{ErrorCode, limit};
use twiml::ssml::Segment;
use twiml::verb::Say;

/// What is to be heard and how often, if there is anything to say; and what isn't as it was asked
/// for.
///
/// Unconfirmed: the contract's `man`, `woman` and `alice` pass SSML over; here every voice
/// honours it, since a mark that is heard does no harm to a document that works there.
pub(crate) fn prompt(say: &Say, voices: &Voices) -> (Option<(Prompt, u32)>, Vec<Fault>) {
    let mut faults = Vec::new();
    let Chosen {
        wish,
        language,
        unknown,
    } = voices.choose(say.voice.as_deref(), say.language.as_deref());
    if unknown {
        let voice = say.voice.as_deref().unwrap_or_default();
        let text = format!("Say: no voice is called {voice:?}; the default voice speaks");
        faults.push(Fault::new(ErrorCode::SAY_VOICE, text));
    }
    let mut parts: Vec<_> = say
        .speech
        .segments(&language)
        .into_iter()
        .map(part)
        .collect();
    // A part in a language that nobody speaks is read by the voice that speaks the others; a
    // whole text in such a language would only be noise, and is told by the engines.
    for part in &mut parts {
        if let SpeechPart::Text { language: own, .. } = part
            && let Some(marked) = own.take_if(|marked| !voices.speaks(marked))
        {
            let text = format!("Say: no voice for {marked} is installed; {language} is spoken");
            faults.push(Fault::new(ErrorCode::SAY_LANGUAGE, text));
        }
    }
    let spoken = |part: &SpeechPart| match part {
        SpeechPart::Text { text, .. } => !text.trim().is_empty(),
        SpeechPart::Break { .. } | SpeechPart::Bleep { .. } => true,
    };
    if !parts.iter().any(spoken) {
        return (None, faults);
    }
    let speech = Speech {
        voice: wish,
        language,
        parts,
    };
    let loops = say.repeat.times().min(limit::PLAY_LOOPS_MAX);
    (Some((Prompt::Speech(speech), loops)), faults)
}

/// The same, with what isn't as it was asked for written down.
pub(crate) fn noted_prompt(
    say: &Say,
    line: &Line<'_>,
    turn: &mut Turn<'_>,
) -> Option<(Prompt, u32)> {
    let (prompt, faults) = prompt(say, &turn.desk.config.voices);
    for fault in &faults {
        notice::warning(line.row, fault, None, turn);
    }
    prompt
}

fn part(segment: Segment) -> SpeechPart {
    match segment {
        Segment::Text {
            text,
            language,
            prosody,
        } => SpeechPart::Text {
            text,
            language,
            prosody: Prosody {
                rate_percent: prosody.rate_percent,
                pitch_percent: prosody.pitch_percent,
                gain_db: prosody.gain_db,
            },
        },
        Segment::Break { ms } => SpeechPart::Break { length_ms: ms },
        Segment::Bleep { ms } => SpeechPart::Bleep { length_ms: ms },
    }
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
    let (prompt, loops) = noted_prompt(say, line, turn)?;
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
    use model::{Gender, Voice, VoiceWish};
    use twiml::Verb;

    fn prompt_of(document: &str, voices: &Voices) -> (Speech, u32, Vec<Fault>) {
        let text = format!("<Response>{document}</Response>");
        let (document, _) = twiml::parse(&text).expect("it is TwiML");
        let Verb::Say(say) = &document.verbs[0] else {
            panic!("it is a Say")
        };
        let (prompt, faults) = prompt(say, voices);
        let Some((Prompt::Speech(speech), loops)) = prompt else {
            panic!("{prompt:?}")
        };
        (speech, loops, faults)
    }

    #[test]
    fn nothing_to_say_is_no_prompt() {
        let voices = Voices::default();
        assert_eq!(prompt(&Say::text("  "), &voices), (None, Vec::new()));
        let (speech, loops, _) = prompt_of("<Say>hello</Say>", &voices);
        assert_eq!(loops, 1);
        assert_eq!(speech.parts, [SpeechPart::text("hello")]);
        assert_eq!(speech.voice, VoiceWish::any(Gender::Man));
    }

    #[test]
    fn words_are_read_in_the_language_of_the_voice() {
        let document = "<Say voice=\"Polly.Camila\" language=\"en-US\"><say-as \
                        interpret-as=\"cardinal\">21</say-as></Say>";
        let (speech, _, faults) = prompt_of(document, &Voices::default());
        assert_eq!((speech.language.as_str(), &faults[..]), ("pt-BR", &[][..]));
        assert_eq!(speech.voice.gender, Gender::Woman);
        assert_eq!(speech.parts, [SpeechPart::text("vinte e um")]);
    }

    #[test]
    fn what_is_not_there_is_told_and_something_else_speaks() {
        let mut voices = Voices::default();
        let slt = Voice {
            name: "slt".to_owned(),
            language: "en-US".to_owned(),
            gender: Gender::Woman,
        };
        voices.install(vec![("flite".to_owned(), vec![slt])]);
        let document = "<Say voice=\"Elvis\">Say <lang xml:lang=\"it-IT\">ciao</lang></Say>";
        let (speech, _, faults) = prompt_of(document, &voices);
        let codes: Vec<_> = faults.iter().map(|fault| fault.code).collect();
        assert_eq!(codes, [ErrorCode::SAY_VOICE, ErrorCode::SAY_LANGUAGE]);
        assert_eq!(
            speech.parts,
            [SpeechPart::text("Say"), SpeechPart::text("ciao")]
        );
        // With nothing but its own language, a text isn't read as another.
        let (speech, _, faults) = prompt_of("<Say language=\"it-IT\">ciao</Say>", &voices);
        assert_eq!((speech.language.as_str(), faults.len()), ("it-IT", 0));
    }
}
