//! Cuts text into pieces that are spoken one after the other, so that the first sound is early.

use model::limit;
use model::media::{Speech, SpeechPart};

/// Something to be heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Words.
    Sentence { text: String, language: String },
    /// A pause.
    Silence { length_ms: u32 },
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
            SpeechPart::Text { text, language } => {
                let text: String = text.chars().take(room).collect();
                room -= text.chars().count();
                let language = language.as_ref().unwrap_or(&speech.language);
                let sentences = sentences(&text, pieces.is_empty());
                pieces.extend(sentences.into_iter().map(|text| Piece::Sentence {
                    text,
                    language: language.clone(),
                }));
            }
        }
    }
    pieces
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

    #[test]
    fn pauses_stay_in_their_place_and_too_much_text_is_left_out() {
        let text = |text: &str| SpeechPart::Text {
            text: text.to_owned(),
            language: None,
        };
        let speech = Speech {
            voice: None,
            language: "en-US".to_owned(),
            parts: vec![
                text("One."),
                SpeechPart::Break { length_ms: 99_000 },
                text("Two."),
            ],
        };
        let pieces = pieces(&speech);
        assert_eq!(pieces[1], Piece::Silence { length_ms: 10_000 });
        assert_eq!(pieces.len(), 3);
        let endless = Speech {
            parts: vec![text(&"hey you. ".repeat(9_999))],
            ..speech
        };
        let total: usize = super::pieces(&endless)
            .iter()
            .map(|piece| match piece {
                Piece::Sentence { text, .. } => text.len(),
                Piece::Silence { .. } => 0,
            })
            .sum();
        assert!(total <= limit::SPEECH_CHARS_MAX, "{total}");
    }
}
