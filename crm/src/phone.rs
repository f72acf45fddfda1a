//! Numbers of telephones in E.164.

use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// Digits of the shortest numbers there are with their country (Niue, Saint Helena).
const FEWEST_DIGITS: usize = 7;
/// Digits at most, country and all (E.164 §6).
const MOST_DIGITS: usize = 15;

/// A number in E.164: `+`, the country, the rest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads a number. What people write between digits for the eye (RFC 3966 §5.1.1) is left out;
    /// without `+` and a country nobody knows whom it means.
    pub fn parse(text: &str) -> Option<PhoneNumber> {
        let rest = text.trim().strip_prefix('+')?;
        let mut digits = String::with_capacity(MOST_DIGITS + 1);
        digits.push('+');
        for letter in rest.chars() {
            match letter {
                '0'..='9' => digits.push(letter),
                ' ' | '\u{a0}' | '-' | '.' | '(' | ')' => {}
                _ => return None,
            }
        }
        let length = digits.len() - 1;
        // No country begins with 0 (E.164.1).
        let country = digits.as_bytes().get(1).is_some_and(|first| *first != b'0');
        (country && (FEWEST_DIGITS..=MOST_DIGITS).contains(&length)).then_some(PhoneNumber(digits))
    }

    /// As it is dialled.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PhoneNumber, D::Error> {
        let text = String::deserialize(deserializer)?;
        PhoneNumber::parse(&text).ok_or_else(|| serde::de::Error::custom("no number in E.164"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it() {
        for text in [
            "+5511999990001",
            "+55 11 99999-0001",
            " +55 (11) 99999.0001 ",
        ] {
            assert_eq!(PhoneNumber::parse(text).unwrap().as_str(), "+5511999990001");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            "+",
            "5511999990001",
            "+0511999990001",
            "+123456",
            "+1234567890123456",
            "+55119999x0001",
            "+5511999990001;ext=2",
            "sip:ana@acme.example",
        ] {
            assert_eq!(PhoneNumber::parse(text), None, "{text}");
        }
    }
}
