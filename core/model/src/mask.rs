//! What is masked wherever requests of customers' applications are kept or shown: passwords,
//! secrets, and the digits of payment cards.

use crate::limit;

/// What stands where a secret stood.
pub const MASK: &str = "***";

/// Whether a parameter of this name is a secret, whatever its value.
pub fn is_secret(name: &str) -> bool {
    let name: String = name
        .chars()
        .filter(|letter| !matches!(letter, '_' | '-'))
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    ["password", "authtoken", "accesstoken", "apikey", "secret"]
        .iter()
        .any(|word| name.ends_with(word))
}

/// Parameters that name a party. A telephone number may look like a card's by chance, and is what
/// a reader looks for.
const PARTIES: [&str; 7] = [
    "From",
    "To",
    "Caller",
    "Called",
    "ForwardedFrom",
    "OutgoingSipCallId",
    "ReferTransferTarget",
];

/// What a masked text has lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Lost {
    /// Nothing: it is what it was.
    #[default]
    Nothing,
    /// A password or another secret of the customer's own.
    Secret,
    /// Digits of a card, which are kept nowhere.
    Card,
}

/// The value of a parameter as it may be kept, if it isn't what it was.
pub fn value(name: &str, value: &str) -> Option<(String, Lost)> {
    if is_secret(name) {
        let masked = (!value.is_empty() && value != MASK).then(|| MASK.to_owned());
        return masked.map(|masked| (masked, Lost::Secret));
    }
    if PARTIES.contains(&name) {
        return None;
    }
    cards(value).map(|masked| (masked, Lost::Card))
}

/// A text with the numbers of payment cards masked; `None` if there are none.
///
/// A card's number has 13 to 19 digits that pass Luhn's check (ISO/IEC 7812-1), often in groups.
/// Whoever types it on and on (number, month, check value) is masked to the last digit. Digits that
/// stand against letters are part of an identifier, and up to fifteen behind a plus sign are a
/// telephone number (E.164).
pub fn cards(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut masked: Option<String> = None;
    let (mut at, mut done) = (0, 0);
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let run = Run::read(bytes, at);
        if let Some(from) = run.card(bytes) {
            let text_before = &text[done..from];
            let masked = masked.get_or_insert_with(String::new);
            masked.push_str(text_before);
            masked.push_str(MASK);
            done = run.end;
        }
        at = run.end;
    }
    masked.map(|masked| masked + &text[done..])
}

/// Digits in a row, single spaces, dots and dashes between them let be.
struct Run {
    start: usize,
    end: usize,
    /// Where each digit stands.
    digits: Vec<usize>,
}

impl Run {
    fn read(bytes: &[u8], start: usize) -> Run {
        let (mut at, mut digits) = (start, Vec::new());
        loop {
            match (bytes.get(at), bytes.get(at + 1)) {
                (Some(digit), _) if digit.is_ascii_digit() => digits.push(at),
                (Some(b' ' | b'-' | b'.'), Some(next)) if next.is_ascii_digit() => {}
                _ => break,
            }
            at += 1;
        }
        Run {
            start,
            end: at,
            digits,
        }
    }

    /// Where a card's number begins in it.
    fn card(&self, bytes: &[u8]) -> Option<usize> {
        let count = self.digits.len();
        let before = self.start.checked_sub(1).map(|at| bytes[at]);
        let joined = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_' || !byte.is_ascii();
        if count < CARD_DIGITS_MIN
            || before.is_some_and(joined)
            || bytes.get(self.end).is_some_and(|byte| joined(*byte))
            || (before == Some(b'+') && count <= limit::NUMBER_DIGITS_MAX)
        {
            return None;
        }
        // A number begins where a group does.
        let begins = |index: usize| index == 0 || self.digits[index] > self.digits[index - 1] + 1;
        let values: Vec<u32> = self
            .digits
            .iter()
            .map(|at| u32::from(bytes[*at] - b'0'))
            .collect();
        (0..=count - CARD_DIGITS_MIN)
            .filter(|index| begins(*index))
            .find(|index| {
                let rest = &values[*index..];
                let most = rest.len().min(CARD_DIGITS_MAX);
                (CARD_DIGITS_MIN..=most).any(|length| passes(&rest[..length]))
            })
            .map(|index| self.digits[index])
    }
}

const CARD_DIGITS_MIN: usize = 13;
const CARD_DIGITS_MAX: usize = 19;

/// Luhn's check: from the right, every second digit counts twice, the sum of all ends with 0.
fn passes(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => *digit,
            (_, twice) if twice > 9 => twice - 9,
            (_, twice) => twice,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// A document with the values of its `password` attributes masked.
pub fn passwords_in_markup(text: &str) -> String {
    const NAME: &str = "password";
    let lower = text.to_ascii_lowercase();
    let mut masked = String::with_capacity(text.len());
    let mut done = 0;
    while let Some(found) = lower.get(done..).and_then(|rest| rest.find(NAME)) {
        let after_name = done + found + NAME.len();
        let rest = &text[after_name..];
        let value = rest
            .trim_start()
            .strip_prefix('=')
            .map(str::trim_start)
            .filter(|value| value.starts_with(['"', '\'']));
        let Some(value) = value else {
            masked.push_str(&text[done..after_name]);
            done = after_name;
            continue;
        };
        // Quotes are one byte.
        let begin = text.len() - value.len() + 1;
        let quote = &value[..1];
        let end = text[begin..]
            .find(quote)
            .map_or(text.len(), |at| begin + at);
        masked.push_str(&text[done..begin]);
        masked.push_str(MASK);
        done = end;
    }
    masked.push_str(&text[done..]);
    masked
}

/// Cuts a text to so many bytes at most; says whether something was lost.
pub fn cut(text: &mut String, bytes: usize) -> bool {
    if text.len() <= bytes {
        return false;
    }
    let mut end = bytes;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_masked_however_they_are_said() {
        for (text, masked) in [
            ("4111111111111111", "***"),
            ("378282246310005#", "***#"),
            ("it is 4111 1111 1111 1111, thanks", "it is ***, thanks"),
            ("5500-0000-0000-0004", "***"),
            // With month, year and check value behind it.
            ("41111111111111111226123", "***"),
            ("room 9 4111 1111 1111 1111", "room 9 ***"),
            ("a=4111111111111111&b=6011000990139424", "a=***&b=***"),
            ("+4111111111111111", "+***"),
            ("0000000000000", "***"),
        ] {
            assert_eq!(cards(text).as_deref(), Some(masked), "{text}");
        }
    }

    #[test]
    fn what_is_no_card_stays() {
        for text in [
            "4111111111111112",
            "411111111111",
            "CA4111111111111111",
            "4111111111111111ab",
            "+4915112345678",
            "+411111111111111",
            "é4111111111111111",
            "4111  1111  1111  1111",
            "",
        ] {
            assert_eq!(cards(text), None, "{text}");
        }
    }

    #[test]
    fn names_tell_what_is_secret_and_who_is_a_party() {
        for name in [
            "SipAuthPassword",
            "auth_token",
            "API-Key",
            "client_secret",
            "x_access_token",
        ] {
            assert_eq!(value(name, "x"), Some((MASK.to_owned(), Lost::Secret)));
        }
        assert_eq!(value("Password", ""), None);
        assert_eq!(value("Password", MASK), None);
        assert_eq!(value("To", "4111111111111111"), None);
        let card = Some((MASK.to_owned(), Lost::Card));
        assert_eq!(value("Digits", "4111111111111111"), card);
        assert_eq!(value("CallToken", "a4111111111111111"), None);
    }

    #[test]
    fn cutting_says_whether_it_cut() {
        let mut text = "aé".to_owned();
        assert!(!cut(&mut text, 3));
        assert!(cut(&mut text, 2));
        assert_eq!(text, "a");
    }
}
