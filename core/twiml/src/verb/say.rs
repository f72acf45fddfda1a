//! `<Say>`: speaks a text.

use crate::limit;
use crate::ssml::Speech;
use crate::value::Loop;
use crate::verb::is_language;
use crate::warning::Code;

element! {
    /// Speaks a text, with or without SSML.
    pub struct Say = "Say" of speech: Speech;
    /// The voice; absent means the account's own, and after that `man`.
    voice: Option<String> = None, "voice", Code::SayVoice,
        if |voice| voice.as_ref().is_some_and(|voice| !voice.trim().is_empty());
    /// The language; absent means that of the voice, and after that `en-US`.
    language: Option<String> = None, "language", Code::SayLanguage,
        if |language| language.as_deref().is_some_and(is_language);
    /// How often it is said.
    repeat: Loop = Loop(1), "loop", Code::SayLoop;
    -> content {
        /// What is said.
        speech: Speech,
    }
    settle |say, node, reader| {
        let length = say.speech.letters();
        if !say.speech.is_heard() {
            reader.warn(Code::SayText, node, None, "has nothing to say".to_owned());
        } else if length > limit::SAY_CHARACTERS {
            let message = format!("has {length} letters, more than one Say may have");
            reader.warn(Code::SayTooLong, node, None, message);
        }
    };
}

impl Say {
    /// A Say of plain text.
    #[must_use]
    pub fn text(text: &str) -> Say {
        Say {
            speech: Speech::text(text),
            ..Say::default()
        }
    }
}
