//! Where a leg can go, and whom it comes from.

use crate::limit;
use std::fmt;

/// One end of a call as the API writes it in `To` and `From`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Address {
    /// A telephone number, `+` and 7 to 15 digits (E.164).
    Number(String),
    /// A SIP URI, kept as written (`sip:` or `sips:`), header part included.
    Sip(String),
    /// A registered app or browser, the part after `client:`.
    Client(String),
    /// A SIM card, the part after `sim:`.
    Sim(String),
    /// A caller who is not a number: an alphanumeric name, or one who withheld the number.
    Name(String),
}

impl Address {
    /// Reads an address; text that fits no other kind is a `Name`.
    pub fn parse(text: &str) -> Address {
        let text = text.trim();
        let lower = text
            .get(..7.min(text.len()))
            .unwrap_or("")
            .to_ascii_lowercase();
        if lower.starts_with("sip:") || lower.starts_with("sips:") {
            Address::Sip(text.to_owned())
        } else if let Some(identity) = text.strip_prefix("client:") {
            Address::Client(identity.to_owned())
        } else if let Some(sim) = text.strip_prefix("sim:") {
            Address::Sim(sim.to_owned())
        } else if let Some(number) = e164(text) {
            Address::Number(number)
        } else {
            Address::Name(text.to_owned())
        }
    }

    /// The digits of a number with its `+`, if this is one.
    pub fn number(&self) -> Option<&str> {
        match self {
            Address::Number(number) => Some(number),
            _ => None,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Number(text) | Address::Sip(text) | Address::Name(text) => f.write_str(text),
            Address::Client(text) => write!(f, "client:{text}"),
            Address::Sim(text) => write!(f, "sim:{text}"),
        }
    }
}

/// A telephone number in E.164 form, with the spaces, dots, dashes and brackets people write
/// taken out; `None` if what is left is not `+` and 7 to 15 digits that begin with 1–9.
pub fn e164(text: &str) -> Option<String> {
    let digits = text.strip_prefix('+')?;
    let mut number = String::with_capacity(16);
    number.push('+');
    for character in digits.chars() {
        match character {
            '0'..='9' => number.push(character),
            ' ' | '-' | '.' | '(' | ')' => {}
            _ => return None,
        }
    }
    let count = number.len() - 1;
    let fits = (limit::NUMBER_DIGITS_MIN..=limit::NUMBER_DIGITS_MAX).contains(&count);
    (fits && !number.starts_with("+0")).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told_by_how_it_begins() {
        assert_eq!(
            Address::parse("+1 (202) 555-0101").number(),
            Some("+12025550101")
        );
        assert_eq!(
            Address::parse("SIP:bob@x"),
            Address::Sip("SIP:bob@x".into())
        );
        assert_eq!(
            Address::parse("client:joey"),
            Address::Client("joey".into())
        );
        assert_eq!(Address::parse("sim:DE1"), Address::Sim("DE1".into()));
        for text in [
            "",
            "+",
            "+123",
            "+0123456789",
            "+1234567890123456",
            "12025550101",
            "é",
        ] {
            assert_eq!(Address::parse(text), Address::Name(text.into()));
        }
    }

    #[test]
    fn writes_what_it_reads() {
        for text in [
            "+12025550101",
            "sip:a@b?x=y",
            "client:a b",
            "sim:DE1",
            "ACME",
        ] {
            assert_eq!(Address::parse(text).to_string(), text);
        }
    }
}
