//! Cuts text into pieces that are spoken one after the other, so that the first sound is early.

use super::engine::Utterance;
use model::limit;
use model::media::{Speech, SpeechPart};

/// Something to be heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Words.
    Words {
        utterance: Utterance,
        /// Their own language, if another than the speech's.
        language: Option<String>,
        /// What follows them.
        end: End,
    },
    /// A pause.
    Silence { length_ms: u32 },
    /// A tone in place of words.
    Bleep { length_ms: u32 },
}

/// How words end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum End {
    /// The sentence goes on at once.
    Open,
    /// As at a comma.
    Clause,
    /// As at a full stop.
    Sentence,
}

impl End {
    /// The silence that is heard, whatever the engine had of its own.
    pub fn pause_ms(self) -> u32 {
        match self {
            End::Open => 0,
            End::Clause => 150,
            End::Sentence => 300,
        }
    }

    fn of(text: &str) -> End {
        let bare = text.trim_end_matches(['"', '\'', ')', '”', '»']);
        match bare.chars().next_back() {
            Some('.' | '!' | '?' | '。' | '？' | '！' | '…') => End::Sentence,
            Some(',' | ';' | ':' | '，' | '、') => End::Clause,
            _ => End::Open,
        }
    }
}

/// A first sentence longer than this begins with its first clause alone.
const FIRST_CHARS_MAX: usize = 50;
/// A clause shorter than this sounds torn off.
const CLAUSE_CHARS_MIN: usize = 12;
/// Longer sentences are cut between words: no engine needs them whole.
const SENTENCE_CHARS_MAX: usize = 300;
/// A pause is at most ten seconds, as in the contract.
const PAUSE_MS_MAX: u32 = 10_000;

/// The pieces of a speech, in order; what is beyond `limit::SPEECH_CHARS_MAX` is left out.
pub(super) fn pieces(speech: &Speech) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut room = limit::SPEECH_CHARS_MAX;
    for part in &speech.parts {
        match part {
            SpeechPart::Break { length_ms } => {
                pieces.push(Piece::Silence {
                    length_ms: (*length_ms).min(PAUSE_MS_MAX),
                });
            }
            SpeechPart::Bleep { length_ms } => {
                pieces.push(Piece::Bleep {
                    length_ms: (*length_ms).min(PAUSE_MS_MAX),
                });
            }
            SpeechPart::Text {
                text,
                language,
                prosody,
            } => {
                let text: String = text.chars().take(room).collect();
                room -= text.chars().count();
                let sentences = sentences(&text, pieces.is_empty());
                pieces.extend(sentences.into_iter().map(|text| Piece::Words {
                    end: End::of(&text),
                    utterance: Utterance {
                        text,
                        prosody: *prosody,
                    },
                    language: language.clone(),
                }));
            }
        }
    }
    settle_ends(&mut pieces);
    pieces
}

/// The last words end a sentence, and a pause that is asked for counts from the last sound on.
fn settle_ends(pieces: &mut [Piece]) {
    let mut follows: Option<u32> = None;
    for (behind, piece) in pieces.iter_mut().rev().enumerate() {
        match piece {
            Piece::Words { end, .. } => {
                if behind == 0 {
                    *end = End::Sentence;
                } else if follows.is_some_and(|ms| ms >= end.pause_ms()) {
                    *end = End::Open;
                }
                follows = None;
            }
            Piece::Silence { length_ms } => follows = Some(*length_ms),
            Piece::Bleep { .. } => follows = None,
        }
    }
}

fn sentences(text: &str, first: bool) -> Vec<String> {
    let plain: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let mut sentences: Vec<String> = Vec::new();
    let mut sentence = String::new();
    for (at, word) in words.iter().enumerate() {
        if !sentence.is_empty() {
            sentence.push(' ');
        }
        sentence.push_str(word);
        let length = sentence.chars().count();
        let early = first && sentences.is_empty() && length >= CLAUSE_CHARS_MIN;
        let clause_ends = early
            && word.ends_with([',', ';', ':'])
            && words.iter().map(|word| word.len() + 1).sum::<usize>() > FIRST_CHARS_MAX;
        let next = words.get(at + 1);
        if ends_sentence(word, next) || clause_ends || length > SENTENCE_CHARS_MAX {
            sentences.push(std::mem::take(&mut sentence));
        }
    }
    sentences.push(sentence);
    sentences.retain(|sentence| sentence.chars().any(char::is_alphanumeric));
    sentences
}

/// A stop ends a sentence unless the word is an abbreviation or an initial.
fn ends_sentence(word: &str, next: Option<&&str>) -> bool {
    const SHORT: [&str; 14] = [
        "mr.", "mrs.", "ms.", "dr.", "st.", "no.", "vs.", "sr.", "sra.", "jr.", "av.", "ext.",
        "e.g.", "i.e.",
    ];
    let bare = word.trim_end_matches(['"', '\'', ')', '”']);
    if bare.ends_with(['!', '?', '。', '？', '！']) {
        return true;
    }
    let capital = next.is_none_or(|next| next.chars().next().is_some_and(|c| !c.is_lowercase()));
    let initial = bare.chars().count() <= 2;
    let short = SHORT.contains(&bare.to_lowercase().as_str());
    bare.ends_with('.') && capital && !initial && !short
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::VoiceWish;

    #[test]
    fn text_is_cut_where_a_speaker_breathes() {
        assert_eq!(
            sentences(
                "Hello  there! Dr. Who is in. It costs 3.50 now.\nBye",
                false
            ),
            [
                "Hello there!",
                "Dr. Who is in.",
                "It costs 3.50 now.",
                "Bye"
            ]
        );
        assert_eq!(sentences("-- ... \0\u{7} !", true), [""; 0]);
        let long = "Welcome to the bank of example, please listen to all of what follows.";
        assert_eq!(
            sentences(long, true),
            [
                "Welcome to the bank of example,",
                "please listen to all of what follows."
            ]
        );
        assert_eq!(sentences(long, false).len(), 1);
        assert!(
            sentences(&"word ".repeat(500), true)
                .iter()
                .all(|s| s.len() < 310)
        );
    }

    fn speech(parts: Vec<SpeechPart>) -> Speech {
        Speech {
            voice: VoiceWish::default(),
            language: "en-US".to_owned(),
            parts,
        }
    }

    fn shown(pieces: &[Piece]) -> Vec<String> {
        let show = |piece: &Piece| match piece {
            Piece::Words { utterance, end, .. } => format!("{} {end:?}", utterance.text),
            Piece::Silence { length_ms } => format!("{length_ms} ms"),
            Piece::Bleep { length_ms } => format!("bleep {length_ms} ms"),
        };
        pieces.iter().map(show).collect()
    }

    #[test]
    fn what_follows_words_is_known() {
        let text = SpeechPart::text;
        let parts = vec![
            text("One. Two"),
            text("three,"),
            SpeechPart::Bleep { length_ms: 300 },
            text("four."),
            SpeechPart::Break { length_ms: 99_000 },
            text("Five."),
            SpeechPart::Break { length_ms: 100 },
            text("six"),
        ];
        assert_eq!(
            shown(&pieces(&speech(parts))),
            [
                "One. Sentence",
                "Two Open",
                "three, Clause",
                "bleep 300 ms",
                "four. Open",
                "10000 ms",
                "Five. Sentence",
                "100 ms",
                "six Sentence"
            ]
        );
    }

    #[test]
    fn too_much_text_is_left_out() {
        let endless = speech(vec![SpeechPart::text("hey you. ".repeat(9_999))]);
        let total: usize = pieces(&endless)
            .iter()
            .map(|piece| match piece {
                Piece::Words { utterance, .. } => utterance.text.len(),
                _ => 0,
            })
            .sum();
        assert!(total <= limit::SPEECH_CHARS_MAX, "{total}");
    }
}
