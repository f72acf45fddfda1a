//! What stands in paths, queries and bodies, read as what it means.

use super::Refusal;
use crate::limit;
use crate::phone::PhoneNumber;
use serde::{Deserialize, Deserializer};
use std::str::FromStr;

/// An identifier in a path. One that can't be read belongs to nothing.
pub fn id<T: FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse()
        .map_err(|_| Refusal::not_found("There is no such thing."))
}

/// A number in E.164.
pub fn number(text: &str) -> Result<PhoneNumber, Refusal> {
    PhoneNumber::parse(text).ok_or_else(|| {
        let sentence = "A number with its country is wanted, such as +5511999990001.";
        Refusal::bad("invalid-number", sentence)
    })
}

/// How many rows a page has.
pub fn rows(limit: Option<&str>) -> Result<u32, Refusal> {
    let Some(text) = limit else {
        return Ok(limit::PAGE_ROWS_USUAL);
    };
    let rows = text.parse().ok();
    rows.filter(|rows| (1..=limit::PAGE_ROWS).contains(rows))
        .ok_or_else(|| {
            let most = limit::PAGE_ROWS;
            Refusal::bad(
                "invalid-limit",
                format!("A limit is a number from 1 to {most}."),
            )
        })
}

/// A word of a query.
pub fn word<T>(
    text: Option<&str>,
    name: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Refusal> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let word = read(text);
    let sentence = || format!("{name} can't be read.");
    word.map(Some)
        .ok_or_else(|| Refusal::bad("invalid-query", sentence()))
}

/// A text that people write, without the space around it and not too long.
pub fn text(text: &str, name: &str, most: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().count() > most {
        let sentence = format!("{name} has more than {most} letters.");
        return Err(Refusal::bad("too-long", sentence));
    }
    // PostgreSQL keeps no such letter, and nobody types one.
    if text.contains('\0') {
        return Err(Refusal::bad(
            "invalid-body",
            format!("{name} can't be read."),
        ));
    }
    Ok(text.to_owned())
}

/// The same, where an empty one is none.
pub fn maybe_text(given: Option<&str>, name: &str) -> Result<Option<String>, Refusal> {
    let given = text(given.unwrap_or_default(), name, limit::NAME_CHARS)?;
    Ok(Some(given).filter(|given| !given.is_empty()))
}

/// Tells a field that is null from one that isn't there.
pub fn said<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_its_bounds() {
        assert_eq!(rows(None), Ok(50));
        assert_eq!(rows(Some("200")), Ok(200));
        for text in ["0", "201", "-1", "many", ""] {
            assert_eq!(
                rows(Some(text)).unwrap_err().code(),
                "invalid-limit",
                "{text}"
            );
        }
    }

    #[test]
    fn texts_are_trimmed_and_bounded() {
        assert_eq!(text(" Ana ", "name", 3), Ok("Ana".to_owned()));
        assert_eq!(text("Anna", "name", 3).unwrap_err().code(), "too-long");
        assert_eq!(text("A\0", "name", 3).unwrap_err().code(), "invalid-body");
        assert_eq!(maybe_text(Some("  "), "company"), Ok(None));
    }
}
