//! `<Play>`: plays a sound from a URL, or sends keys.

use crate::value::Loop;
use crate::verb::are_digits;
use crate::warning::Code;

element! {
    /// Plays a sound, or sends keys as tones where `digits` is given.
    pub struct Play = "Play" of url: String;
    /// How often it is played.
    repeat: Loop = Loop(1), "loop", Code::PlayLoop;
    /// Keys to send: `w` waits half a second, `W` a whole one.
    digits: Option<String> = None, "digits", Code::PlayDigits,
        if |digits| digits.as_deref().is_some_and(are_digits);
    -> content {
        /// Where the sound is; may be empty where there are digits.
        url: String,
    }
    settle |play, node, reader| {
        if play.url.is_empty() && !node.has_attribute("digits") {
            reader.warn(Code::Schema, node, None, "has neither a URL nor digits".to_owned());
        }
    };
}
