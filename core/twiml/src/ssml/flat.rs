//! The tree of marks flattened: words and silences in order, as an engine without marks of its
//! own can speak them.

use super::prosody::Prosody;
use super::say_as::{self, Format};
use super::{Mark, MarkKind, Piece, Speech, milliseconds};
use crate::limit;

/// What is heard next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Words.
    Text {
        /// The words, with nothing left in them that must be read in a special way.
        text: String,
        /// The language, where it is marked.
        language: Option<String>,
        /// How they are spoken.
        prosody: Prosody,
    },
    /// Silence.
    Break {
        /// For so many milliseconds.
        ms: u32,
    },
    /// A tone in place of words that must not be heard.
    Bleep {
        /// For so many milliseconds.
        ms: u32,
    },
}

/// The silence after a paragraph. Unconfirmed: that it is longer than between sentences is all
/// that is known.
const PARAGRAPH_MS: u32 = 600;
/// A bleep is about as long as the word would be.
const BLEEP_MS_PER_LETTER: u32 = 80;
/// No shorter, or it is a click.
const BLEEP_MS: (u32, u32) = (250, 2_000);

impl Speech {
    /// The letters of the text as it is written, marks left out: what is counted.
    #[must_use]
    pub fn letters(&self) -> usize {
        letters(&self.pieces)
    }

    /// Whether anything is heard of it, if only silence.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        is_heard(&self.pieces)
    }

    /// The words, silences and bleeps in order; `language` is spoken where no other is marked.
    /// What is beyond `limit::SAY_CHARACTERS` is left out.
    #[must_use]
    pub fn segments(&self, language: &str) -> Vec<Segment> {
        let mut flat = Flat {
            segments: Vec::new(),
            words: String::new(),
            base: language,
            language: None,
            prosody: Prosody::default(),
            pause_due_ms: 0,
            room: limit::SAY_CHARACTERS,
        };
        flat.pieces(&self.pieces);
        flat.cut();
        flat.segments
    }
}

fn is_heard(pieces: &[Piece]) -> bool {
    let some = |text: &str| text.contains(|letter: char| !letter.is_whitespace());
    pieces.iter().any(|piece| match piece {
        Piece::Text(text) => some(text),
        Piece::Mark(mark) => match (mark.kind, mark.attribute("alias")) {
            (MarkKind::Break, _) => break_ms(mark) > 0,
            (MarkKind::Sub, Some(alias)) => some(alias),
            _ => is_heard(&mark.pieces),
        },
    })
}

/// The silence of a break in milliseconds.
fn break_ms(mark: &Mark) -> u32 {
    if let Some(ms) = mark.attribute("time").and_then(milliseconds) {
        return ms;
    }
    // Unconfirmed: how long each strength is; the order and the middle are known.
    match mark.attribute("strength").unwrap_or("medium") {
        "none" => 0,
        "x-weak" => 100,
        "weak" => 250,
        "strong" => 750,
        "x-strong" => 1000,
        _ => 500,
    }
}

fn letters(pieces: &[Piece]) -> usize {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.chars().count(),
            Piece::Mark(mark) => letters(&mark.pieces),
        })
        .sum()
}

/// The segments made so far, and the words of the next one.
struct Flat<'a> {
    segments: Vec<Segment>,
    words: String,
    base: &'a str,
    language: Option<String>,
    prosody: Prosody,
    /// A silence that is heard only if something follows.
    pause_due_ms: u32,
    /// Letters that may still be spoken.
    room: usize,
}

impl Flat<'_> {
    fn pieces(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => {
                    let text = self.take(text).to_owned();
                    self.words.push_str(&text);
                }
                Piece::Mark(mark) => self.mark(mark),
            }
        }
    }

    fn mark(&mut self, mark: &Mark) {
        match mark.kind {
            MarkKind::Break => self.silence(mark),
            MarkKind::Sub => match mark.attribute("alias") {
                Some(alias) => {
                    let alias = self.take(alias).to_owned();
                    self.words.push_str(&alias);
                }
                None => self.pieces(&mark.pieces),
            },
            MarkKind::SayAs => self.say_as(mark),
            MarkKind::Lang => {
                let language = mark.attribute("xml:lang").map(str::to_owned);
                self.cut();
                let outer = std::mem::replace(&mut self.language, language);
                self.pieces(&mark.pieces);
                self.cut();
                self.language = outer;
            }
            MarkKind::Prosody => {
                let attribute = |name| mark.attribute(name);
                let prosody =
                    self.prosody
                        .marked(attribute("rate"), attribute("pitch"), attribute("volume"));
                self.in_prosody(prosody, &mark.pieces);
            }
            MarkKind::Emphasis => {
                let prosody = self.prosody.stressed(mark.attribute("level"));
                self.in_prosody(prosody, &mark.pieces);
            }
            MarkKind::S => {
                self.stop();
                self.pieces(&mark.pieces);
                self.stop();
            }
            MarkKind::P => {
                self.paragraph();
                self.pieces(&mark.pieces);
                self.paragraph();
            }
            // The engines here know one pronunciation of a spelling: the text itself is spoken.
            MarkKind::Phoneme | MarkKind::W => self.pieces(&mark.pieces),
        }
    }

    fn in_prosody(&mut self, prosody: Prosody, pieces: &[Piece]) {
        if prosody == self.prosody {
            return self.pieces(pieces);
        }
        self.cut();
        let outer = std::mem::replace(&mut self.prosody, prosody);
        self.pieces(pieces);
        self.cut();
        self.prosody = outer;
    }

    fn silence(&mut self, mark: &Mark) {
        let ms = break_ms(mark);
        // No silence is no end of the words either: they go on in one breath.
        if ms == 0 {
            return self.words.push(' ');
        }
        self.cut();
        let ms = ms.max(std::mem::take(&mut self.pause_due_ms));
        self.segments.push(Segment::Break { ms });
    }

    fn say_as(&mut self, mark: &Mark) {
        let text: String = mark
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.as_str(),
                Piece::Mark(_) => "",
            })
            .collect();
        let text = self.take(&text).trim().to_owned();
        let kind = mark.attribute("interpret-as").unwrap_or("");
        if kind == "expletive" {
            return self.bleep(&text);
        }
        let format = Format {
            kind,
            date: mark.attribute("format"),
        };
        let language = self.language.as_deref().unwrap_or(self.base);
        let words = say_as::read(format, &text, language);
        // What is read out is no part of the words it touches.
        self.words.push(' ');
        self.words.push_str(&words);
        self.words.push(' ');
    }

    /// Unconfirmed: whether it is a tone or silence; a tone says that something was left out.
    fn bleep(&mut self, text: &str) {
        let letters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        if letters == 0 {
            return;
        }
        self.cut();
        self.pause();
        let ms = letters
            .saturating_mul(BLEEP_MS_PER_LETTER)
            .clamp(BLEEP_MS.0, BLEEP_MS.1);
        self.segments.push(Segment::Bleep { ms });
    }

    /// As much of a text as may still be spoken.
    fn take<'t>(&mut self, text: &'t str) -> &'t str {
        let end = text
            .char_indices()
            .nth(self.room)
            .map_or(text.len(), |(at, _)| at);
        self.room -= text[..end].chars().count();
        &text[..end]
    }

    /// Ends the sentence, if there is one that isn't ended.
    fn stop(&mut self) {
        if self.words.trim().is_empty() {
            if let Some(Segment::Text { text, .. }) = self.segments.last_mut() {
                full_stop(text);
            }
        } else {
            full_stop(&mut self.words);
        }
        self.words.push(' ');
    }

    /// Ends what was said before with the silence of a paragraph.
    fn paragraph(&mut self) {
        self.stop();
        self.cut();
        if let Some(Segment::Text { .. } | Segment::Bleep { .. }) = self.segments.last() {
            self.pause_due_ms = PARAGRAPH_MS;
        }
    }

    fn pause(&mut self) {
        let ms = std::mem::take(&mut self.pause_due_ms);
        if ms > 0 {
            self.segments.push(Segment::Break { ms });
        }
    }

    /// Ends the words of one segment.
    fn cut(&mut self) {
        let words = std::mem::take(&mut self.words);
        let mut text = joined(&words);
        // A full stop or a comma at the beginning belongs to what was said before.
        if let Some(before) = self.segments.last_mut() {
            let begins = text.find(|letter| !ENDS.contains(letter));
            let rest = text.split_off(begins.unwrap_or(text.len()));
            if let Segment::Text { text: said, .. } = before {
                said.push_str(&text);
            }
            text = rest.trim_start().to_owned();
            if !text.chars().any(char::is_alphanumeric) {
                return;
            }
        }
        if text.is_empty() {
            return;
        }
        self.pause();
        self.segments.push(Segment::Text {
            text,
            language: self.language.clone(),
            prosody: self.prosody,
        });
    }
}

/// What ends a sentence or a part of one.
const ENDS: &str = ".,;:!?";

/// One space between words, and none before what ends them.
fn joined(words: &str) -> String {
    let mut text = String::with_capacity(words.len());
    for word in words.split_whitespace() {
        let ends = word.chars().all(|letter| ENDS.contains(letter));
        if !text.is_empty() && !ends {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

/// A full stop, unless something ends it already.
fn full_stop(text: &mut String) {
    let bare = text.trim_end();
    let closed = bare.trim_end_matches(['"', '\'', ')', '”', '»']);
    if closed.ends_with(|letter: char| letter.is_alphanumeric() || ",;:-–—".contains(letter)) {
        text.truncate(bare.len());
        text.push('.');
    }
}

#[cfg(test)]
mod tests;
