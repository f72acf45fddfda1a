//! SSML, the marks in spoken text, read to a tree and written back.
//!
//! [`flat`] makes of the tree what an engine without marks can speak; [`say_as`] turns what is
//! read out in a special way into words, and [`prosody`] the names of rates, pitches and volumes
//! into numbers.

mod flat;
mod language;
mod prosody;
mod say_as;

pub use flat::Segment;
pub use prosody::Prosody;

use crate::element::Part;
use crate::parse::{Node, Reader};
use crate::schema::{Attribute, Kind, Shape};
use crate::value::{Setting, Value, words};
use crate::warning::Code;
use crate::write::Writer;

/// Spoken text with its marks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Speech {
    /// The pieces in the order in which they are spoken.
    pub pieces: Vec<Piece>,
}

/// A piece of spoken text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Words.
    Text(String),
    /// A mark around further pieces.
    Mark(Mark),
}

/// A mark: its attributes as they are written, and what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Which mark it is.
    pub kind: MarkKind,
    /// Its attributes, in the order of the table.
    pub attributes: Vec<(&'static str, String)>,
    /// What stands in it.
    pub pieces: Vec<Piece>,
}

macro_rules! marks {
    ($($(#[$meta:meta])* $name:ident $(($empty:ident))? = $tag:literal [$($child:ident)*] {
        $($(#[$ameta:meta])* $attr:literal $setter:ident : $ty:ty;)*
    })*) => {
        /// The marks the language knows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum MarkKind { $($(#[$meta])* $name,)* }
        impl MarkKind {
            const ALL: &'static [MarkKind] = &[$(MarkKind::$name),*];
            /// The name it is written with.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(MarkKind::$name => $tag,)* }
            }
            /// The marks that may stand in it.
            fn children(self) -> &'static [MarkKind] {
                match self { $(MarkKind::$name => &[$(MarkKind::$child),*],)* }
            }
            fn attributes(self) -> &'static [Attribute] {
                match self { $(MarkKind::$name => const {
                    &[$(Attribute {
                        name: $attr,
                        field: stringify!($setter),
                        ty: stringify!($ty),
                        kind: <$ty as Value>::KIND,
                        range: None,
                    }),*]
                },)* }
            }
        }
        /// The marks as types, for building: what may not stand in one can't be added to it.
        pub mod mark {
            use super::*;

            $(
                $(#[$meta])*
                #[derive(Debug, Clone, PartialEq, Eq)]
                pub struct $name(pub(super) Mark);

                marks!(@new $name $($empty)?);

                impl $name {
                    $(
                        $(#[$ameta])*
                        #[must_use]
                        pub fn $setter(mut self, $setter: impl Setting<$ty>) -> Self {
                            let value = Value::write(&$setter.setting());
                            self.0.set($attr, value.unwrap_or_default());
                            self
                        }
                    )*
                }

                $(impl Inside<$name> for $child {})*

                impl Inside<Speech> for $name {}

                impl From<$name> for Mark {
                    fn from(mark: $name) -> Mark {
                        mark.0
                    }
                }
            )*
        }
    };
    (@new $name:ident empty) => {
        impl $name {
            /// One with every default.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "a mark is built to be set")]
            pub fn new() -> Self {
                $name(Mark::of(MarkKind::$name, Vec::new()))
            }
        }
    };
    (@new $name:ident) => {
        impl $name {
            /// One around these words.
            #[must_use]
            pub fn new(text: &str) -> Self {
                $name(Mark::of(MarkKind::$name, Vec::new())).text(text)
            }

            /// Adds words.
            #[must_use]
            pub fn text(mut self, text: &str) -> Self {
                add_text(&mut self.0.pieces, text);
                self
            }

            /// Adds a mark that may stand in this one.
            #[must_use]
            pub fn with(mut self, mark: impl Inside<$name>) -> Self {
                self.0.pieces.push(Piece::Mark(mark.into()));
                self
            }
        }
    };
}

words! {
    /// How long a silence is.
    pub enum BreakStrength {
        None = "none", XWeak = "x-weak", Weak = "weak", Medium = "medium", Strong = "strong",
        XStrong = "x-strong",
    }
}
words! {
    /// How strong a stress is.
    pub enum EmphasisLevel { Strong = "strong", Moderate = "moderate", Reduced = "reduced", }
}
words! {
    /// In which letters a pronunciation is written.
    pub enum PhonemeAlphabet {
        Ipa = "ipa",
        XSampa = "x-sampa",
        Jyutping = "x-amazon-jyutping",
        Pinyin = "x-amazon-pinyin",
        PronKana = "x-amazon-pron-kana",
        Yomigana = "x-amazon-yomigana",
    }
}
words! {
    /// What kind of thing is read out.
    pub enum InterpretAs {
        Characters = "characters", SpellOut = "spell-out", Cardinal = "cardinal",
        Number = "number", Ordinal = "ordinal", Digits = "digits", Fraction = "fraction",
        Unit = "unit", Date = "date", Time = "time", Address = "address",
        Expletive = "expletive", Telephone = "telephone",
    }
}
words! {
    /// In which order the parts of a date stand.
    pub enum DateFormat {
        Mdy = "mdy", Dmy = "dmy", Ymd = "ymd", Md = "md", Dm = "dm", Ym = "ym", My = "my",
        D = "d", M = "m", Y = "y", Yyyymmdd = "yyyymmdd",
    }
}

marks! {
    /// Silence.
    Break(empty) = "break" [] {
        /// How long, in words.
        "strength" strength: BreakStrength;
        /// How long: `2s`, `250ms`.
        "time" time: String;
    }
    /// Stress.
    Emphasis = "emphasis" [Break Emphasis Lang Phoneme Prosody SayAs Sub W] {
        /// How strong.
        "level" level: EmphasisLevel;
    }
    /// Another language.
    Lang = "lang" [Break Emphasis Lang P Phoneme Prosody S SayAs Sub W] {
        /// Which.
        "xml:lang" lang: String;
    }
    /// A paragraph.
    P = "p" [Break Emphasis Lang Phoneme Prosody S SayAs Sub W] {}
    /// How it is pronounced.
    Phoneme = "phoneme" [] {
        /// In which letters that is written.
        "alphabet" alphabet: PhonemeAlphabet;
        /// The pronunciation.
        "ph" ph: String;
    }
    /// Volume, rate and pitch.
    Prosody = "prosody" [Break Emphasis Lang P Phoneme Prosody S SayAs Sub W] {
        /// How loud: `loud`, `+6dB`.
        "volume" volume: String;
        /// How fast: `slow`, `90%`.
        "rate" rate: String;
        /// How high: `low`, `+10%`.
        "pitch" pitch: String;
    }
    /// A sentence.
    S = "s" [Break Emphasis Lang Phoneme Prosody SayAs Sub W] {}
    /// What kind of thing is read out.
    SayAs = "say-as" [] {
        /// The kind.
        "interpret-as" interpret_as: InterpretAs;
        /// The order of a date's parts.
        "format" format: DateFormat;
    }
    /// Other words instead of the written ones.
    Sub = "sub" [] {
        /// The words that are spoken.
        "alias" alias: String;
    }
    /// Which word is meant by a spelling.
    W = "w" [Break Emphasis Phoneme Prosody SayAs Sub] {
        /// Its part of speech, or its sense.
        "role" role: String;
    }
}

impl MarkKind {
    fn from_name(name: &str) -> Option<MarkKind> {
        MarkKind::ALL
            .iter()
            .copied()
            .find(|kind| kind.name() == name)
    }
}

impl Mark {
    fn of(kind: MarkKind, pieces: Vec<Piece>) -> Mark {
        Mark {
            kind,
            attributes: Vec::new(),
            pieces,
        }
    }

    /// Sets an attribute of the table, at its place.
    fn set(&mut self, name: &'static str, value: String) {
        self.attributes.retain(|(known, _)| *known != name);
        self.attributes.push((name, value));
        let table = self.kind.attributes();
        let place = |name: &str| table.iter().position(|known| known.name == name);
        self.attributes.sort_by_key(|(name, _)| place(name));
    }

    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The greatest silence of one break.
const BREAK_MS: u32 = 10_000;

/// The milliseconds in `2s`, `0.5s` or `250ms`, if they are within bounds.
fn milliseconds(text: &str) -> Option<u32> {
    let text = text.trim();
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1.0),
        None => (text.strip_suffix('s')?, 1000.0),
    };
    let ms: f64 = number.trim().parse::<f64>().ok()? * unit;
    (0.0..=f64::from(BREAK_MS))
        .contains(&ms)
        .then_some(ms as u32)
}

impl Speech {
    /// Plain text; its white space is drawn together.
    #[must_use]
    pub fn text(text: &str) -> Speech {
        let mut pieces = vec![Piece::Text(drawn_together(text))];
        trim_ends(&mut pieces);
        Speech { pieces }
    }
}

/// A mark that may stand in `T`.
pub trait Inside<T>: Into<Mark> {}

impl Speech {
    /// Nothing spoken yet.
    #[must_use]
    pub fn new() -> Speech {
        Speech::default()
    }

    /// Adds words.
    #[must_use]
    pub fn and(mut self, text: &str) -> Speech {
        add_text(&mut self.pieces, text);
        self
    }

    /// Adds a mark.
    #[must_use]
    pub fn with(mut self, mark: impl Inside<Speech>) -> Speech {
        self.pieces.push(Piece::Mark(mark.into()));
        self
    }
}

/// For building: a space at the end stays until it is written, for more may follow.
impl From<&str> for Speech {
    fn from(text: &str) -> Speech {
        Speech::new().and(text.trim_start())
    }
}

impl From<String> for Speech {
    fn from(text: String) -> Speech {
        Speech::from(text.as_str())
    }
}

/// Adds words to pieces; white space between two runs of words counts once.
fn add_text(pieces: &mut Vec<Piece>, text: &str) {
    if let Some(Piece::Text(last)) = pieces.last_mut() {
        *last = drawn_together(&format!("{last}{text}"));
        return;
    }
    let text = drawn_together(text);
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
}

impl Part for Speech {
    const TEXT: bool = true;
    fn names() -> Vec<&'static str> {
        MarkKind::ALL.iter().map(|kind| kind.name()).collect()
    }
    fn shapes(out: &mut Vec<Shape>) {
        for kind in MarkKind::ALL {
            if out.iter().any(|shape| shape.name == kind.name()) {
                continue;
            }
            out.push(Shape {
                name: kind.name(),
                attributes: kind.attributes(),
                children: kind.children().iter().map(|child| child.name()).collect(),
                text: *kind != MarkKind::Break,
            });
        }
    }
    fn read(node: Node<'_, '_>, reader: &mut Reader<'_, '_>) -> Self {
        let mut pieces = pieces(node, reader, MarkKind::ALL, None);
        trim_ends(&mut pieces);
        Speech { pieces }
    }
    fn write(&self, writer: &mut Writer) {
        match self.pieces.split_last() {
            Some((Piece::Text(last), others)) => {
                write_pieces(others, writer);
                writer.text(last.trim_end_matches(' '));
            }
            _ => write_pieces(&self.pieces, writer),
        }
    }
}

fn pieces(
    node: Node<'_, '_>,
    reader: &mut Reader<'_, '_>,
    allowed: &[MarkKind],
    inside: Option<MarkKind>,
) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut run = String::new();
    for child in node.children() {
        if child.is_text() {
            run.push_str(child.text().unwrap_or(""));
            continue;
        }
        if !child.is_element() {
            continue;
        }
        let kind = MarkKind::from_name(child.tag_name().name());
        let Some(kind) = kind.filter(|kind| allowed.contains(kind)) else {
            // A Say warns of its own strangers; here only those inside a mark are left.
            if let Some(mark) = inside {
                let message = format!("may not stand in {}", mark.name());
                reader.warn(Code::Schema, child, None, message);
            }
            continue;
        };
        push_text(&mut pieces, &mut run);
        let attributes = attributes(child, kind, reader);
        let inner = self::pieces(child, reader, kind.children(), Some(kind));
        let inner = if kind == MarkKind::Break {
            Vec::new()
        } else {
            inner
        };
        pieces.push(Piece::Mark(Mark {
            kind,
            attributes,
            pieces: inner,
        }));
    }
    push_text(&mut pieces, &mut run);
    pieces
}

fn push_text(pieces: &mut Vec<Piece>, run: &mut String) {
    let text = drawn_together(&std::mem::take(run));
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
}

/// The attributes of a mark that the table knows, with values it may have.
fn attributes(
    node: Node<'_, '_>,
    kind: MarkKind,
    reader: &mut Reader<'_, '_>,
) -> Vec<(&'static str, String)> {
    let mut found: Vec<(&'static str, String)> = Vec::new();
    for attribute in node.attributes() {
        let name = crate::parse::attribute_name(&attribute);
        let known = kind.attributes().iter().find(|known| known.name == name);
        let value = attribute.value().to_owned();
        let message = match known {
            None => format!("is no attribute of {}", kind.name()),
            Some(known) if !may_be(known, &value) => {
                format!("cannot be '{}'", crate::parse::brief(&value))
            }
            Some(known) => {
                found.push((known.name, value));
                continue;
            }
        };
        reader.warn(Code::Schema, node, Some(attribute), message);
    }
    let place = |name: &str| {
        kind.attributes()
            .iter()
            .position(|known| known.name == name)
    };
    found.sort_by_key(|(name, _)| place(name));
    found
}

fn may_be(attribute: &Attribute, value: &str) -> bool {
    match attribute.kind {
        Kind::Word(words) => words.contains(&value),
        _ if attribute.name == "time" => milliseconds(value).is_some(),
        _ => true,
    }
}

fn write_pieces(pieces: &[Piece], writer: &mut Writer) {
    for piece in pieces {
        match piece {
            Piece::Text(text) => writer.text(text),
            Piece::Mark(mark) => {
                let attributes: Vec<(&str, String)> = mark
                    .attributes
                    .iter()
                    .map(|(name, value)| (*name, value.clone()))
                    .collect();
                writer.inline(mark.kind.name(), &attributes, |w| {
                    write_pieces(&mark.pieces, w)
                });
            }
        }
    }
}

/// Every run of white space as one space; what XML cannot hold cannot be spoken either.
fn drawn_together(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        let space = matches!(letter, ' ' | '\t' | '\n' | '\r');
        let held = letter >= ' ' && !matches!(letter, '\u{fffe}' | '\u{ffff}');
        if !space {
            out.extend(held.then_some(letter));
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}

/// Takes the space at both ends of the whole away.
fn trim_ends(pieces: &mut Vec<Piece>) {
    if let Some(Piece::Text(text)) = pieces.first_mut() {
        *text = text.trim_start_matches(' ').to_owned();
    }
    if let Some(Piece::Text(text)) = pieces.last_mut() {
        *text = text.trim_end_matches(' ').to_owned();
    }
    pieces.retain(|piece| !matches!(piece, Piece::Text(text) if text.is_empty()));
}
