//! The table of the language, gathered from the declared types: what may stand where.

/// What an attribute's value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Count,
    /// Whole numbers with spaces between.
    Counts,
    /// A whole number above 0, or `auto`.
    CountOrAuto,
    /// Keys of a telephone, or nothing.
    Keys,
    /// Any text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Some of these words with spaces between.
    List(&'static [&'static str]),
}

/// An attribute the language knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute {
    /// Its name, whose case matters.
    pub name: &'static str,
    /// The field that holds it, and the method that sets it.
    pub field: &'static str,
    /// The type of the field.
    pub ty: &'static str,
    /// What its value may be.
    pub kind: Kind,
    /// The lowest and the highest number, where it is a number within bounds.
    pub range: Option<(u32, u32)>,
}

/// An element the language knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Its name, whose case matters.
    pub name: &'static str,
    /// The attributes it may have.
    pub attributes: &'static [Attribute],
    /// The elements that may stand in it.
    pub children: Vec<&'static str>,
    /// Whether text may stand in it.
    pub text: bool,
}

pub use crate::document::shapes;
