//! The classic rules, to be compared with: what Asterisk documents for its application AMD, with
//! the constants of its sample configuration. Written after that documentation, before our own
//! detector was tuned, and left alone since. No call is judged by it.
//!
//! A frame is silent if its mean magnitude is below a threshold. Voice of some length is a word;
//! the first word begins the greeting. Too long a silence before it is a machine (so say the
//! rules), as are too much voice, too many words and too long a word in it; a silence behind it
//! is a person. Nothing else is known: no beep, no fax, no noise that isn't speech.

use crate::sound::{FRAME_MS, Frame};

/// Mean magnitude from which a frame is voice.
const SILENCE_THRESHOLD: u32 = 256;
/// Longest silence before the greeting.
const INITIAL_SILENCE_MS: u32 = 2_500;
/// Longest greeting of a person.
const GREETING_MS: u32 = 1_500;
/// Silence behind a person's greeting.
const AFTER_GREETING_SILENCE_MS: u32 = 800;
/// All the time there is.
const TOTAL_ANALYSIS_MS: u32 = 5_000;
/// Voice of this length is a word.
const MIN_WORD_MS: u32 = 100;
/// Silence of this length parts two words.
const BETWEEN_WORDS_MS: u32 = 50;
/// Most words of a person.
const WORDS_MAX: u32 = 2;
/// Longest word of a person.
const WORD_MAX_MS: u32 = 5_000;

/// What the rules come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A person.
    Human,
    /// A machine.
    Machine,
    /// The time was over first.
    NotSure,
}

/// One detection by the classic rules.
#[derive(Debug, Clone, Default)]
pub struct Classic {
    at_ms: u32,
    silence_ms: u32,
    /// Voice without a silence that parts words.
    voice_ms: u32,
    /// All voice since the greeting began.
    greeting_ms: u32,
    words: u32,
    in_word: bool,
    outcome: Option<(Outcome, u32)>,
}

impl Classic {
    /// One that has heard nothing.
    pub fn new() -> Self {
        Classic::default()
    }

    /// Hears a frame; tells the outcome once, with when it came.
    pub fn hear(&mut self, frame: &Frame) -> Option<(Outcome, u32)> {
        if self.outcome.is_some() {
            return None;
        }
        self.at_ms += FRAME_MS;
        let sum: u32 = frame.iter().map(|s| u32::from(s.unsigned_abs())).sum();
        let outcome = if sum / (frame.len() as u32) < SILENCE_THRESHOLD {
            self.silence()
        } else {
            self.voice()
        };
        let over = || (self.at_ms >= TOTAL_ANALYSIS_MS).then_some(Outcome::NotSure);
        self.outcome = outcome.or_else(over).map(|outcome| (outcome, self.at_ms));
        self.outcome
    }

    fn silence(&mut self) -> Option<Outcome> {
        self.silence_ms += FRAME_MS;
        if self.silence_ms >= BETWEEN_WORDS_MS {
            self.in_word = false;
            self.voice_ms = 0;
        }
        if self.words == 0 {
            (self.silence_ms > INITIAL_SILENCE_MS).then_some(Outcome::Machine)
        } else {
            (self.silence_ms > AFTER_GREETING_SILENCE_MS).then_some(Outcome::Human)
        }
    }

    fn voice(&mut self) -> Option<Outcome> {
        self.voice_ms += FRAME_MS;
        if self.words > 0 {
            self.greeting_ms += FRAME_MS;
        }
        if self.voice_ms >= MIN_WORD_MS {
            self.silence_ms = 0;
            if !self.in_word {
                self.in_word = true;
                self.words += 1;
                if self.words == 1 {
                    self.greeting_ms = self.voice_ms;
                }
            }
        }
        let machine =
            self.words > WORDS_MAX || self.greeting_ms > GREETING_MS || self.voice_ms > WORD_MAX_MS;
        machine.then_some(Outcome::Machine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::FRAME_SAMPLES;

    /// Plays (voice?, milliseconds) in turn, then silence.
    fn outcome(parts: &[(bool, u32)]) -> (Outcome, u32) {
        let mut classic = Classic::new();
        let rest = [(false, 60_000)];
        for &(voice, ms) in parts.iter().chain(&rest) {
            for _ in 0..ms / FRAME_MS {
                let frame = [if voice { 1_000 } else { 100 }; FRAME_SAMPLES];
                if let Some(outcome) = classic.hear(&frame) {
                    return outcome;
                }
            }
        }
        panic!("it ends in time")
    }

    #[test]
    fn each_rule_comes_to_its_outcome() {
        // Nothing at all; a word and silence; a click is no word.
        assert_eq!(outcome(&[]), (Outcome::Machine, 2_520));
        assert_eq!(
            outcome(&[(false, 400), (true, 500)]),
            (Outcome::Human, 1_720)
        );
        assert_eq!(outcome(&[(true, 60)]), (Outcome::Machine, 2_580));
        // One word too long for a greeting; three words; words that a short gap doesn't part.
        assert_eq!(outcome(&[(true, 4_000)]).0, Outcome::Machine);
        let three = [
            (true, 200),
            (false, 100),
            (true, 200),
            (false, 100),
            (true, 200),
        ];
        assert_eq!(outcome(&three), (Outcome::Machine, 700));
        let one = [
            (true, 200),
            (false, 40),
            (true, 200),
            (false, 40),
            (true, 200),
        ];
        assert_eq!(outcome(&one).0, Outcome::Human);
    }

    #[test]
    fn the_time_ends() {
        // Two words so far apart that neither silence is long enough.
        let parts = [
            (false, 2_400),
            (true, 600),
            (false, 800),
            (true, 600),
            (false, 800),
        ];
        assert_eq!(outcome(&parts), (Outcome::NotSure, 5_000));
    }
}
