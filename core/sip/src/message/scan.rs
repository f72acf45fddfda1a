//! Reading text by slices: tokens, quoted strings, lists at top-level commas, numbers.

use std::borrow::Cow;

use super::Malformed;

/// Whether a byte may stand in a token (RFC 3261 §25.1).
pub fn is_token_byte(byte: u8) -> bool {
    TOKEN[usize::from(byte)]
}

/// One answer for every byte: tokens are read too often for a search.
const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(byte as u8, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z'
            | b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~');
        byte += 1;
    }
    table
};

/// Whether a text is a token (RFC 3261 §25.1).
pub fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// The text without spaces, tabs and line ends at both ends.
pub fn trim(text: &str) -> &str {
    let start = blanks(text);
    let end = text
        .bytes()
        .rposition(|b| !is_blank(b))
        .map_or(start, |last| last + 1);
    // Both ends stand beside ASCII blanks or at the ends, so never inside a character.
    &text[start..end]
}

/// How many spaces, tabs and line ends the text begins with.
pub fn blanks(text: &str) -> usize {
    text.bytes().take_while(|b| is_blank(*b)).count()
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// A number of decimal digits that fits; signs and blanks inside are refused.
pub fn number<N: std::str::FromStr>(text: &str) -> Option<N> {
    let text = trim(text);
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// The end of the quoted string that begins at the text's first byte: the index after its closing
/// quote.
pub fn quoted_end(text: &str) -> Result<usize, Malformed> {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return Ok(at + 1),
            _ => at += 1,
        }
    }
    Err(Malformed("a closing quote"))
}

/// The content of a quoted string with its escapes resolved; other text comes back as it is.
pub fn unquote(text: &str) -> Cow<'_, str> {
    let Some(inner) = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return Cow::Borrowed(text);
    };
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut plain = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        plain.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    Cow::Owned(plain)
}

/// The text as a quoted string.
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        if c == '"' || c == '\\' {
            quoted.push('\\');
        }
        // A line end inside a quoted string would end the header: write a blank instead.
        quoted.push(if c == '\r' || c == '\n' { ' ' } else { c });
    }
    quoted.push('"');
    quoted
}

/// The index of the first `wanted` byte outside quotes and, if `angles`, outside `<…>`.
pub fn find_outside(text: &str, wanted: u8, angles: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut in_angles) = (0, false);
    while at < bytes.len() {
        match bytes[at] {
            byte if byte == wanted && !in_angles => return Some(at),
            b'"' if !in_angles => match quoted_end(&text[at..]) {
                Ok(length) => {
                    at += length;
                    continue;
                }
                Err(_) => return None,
            },
            b'<' if angles => in_angles = true,
            b'>' if angles => in_angles = false,
            _ => {}
        }
        at += 1;
    }
    None
}

/// The elements of a comma-separated value, trimmed; commas inside quotes and `<…>` do not split.
/// Empty elements come out as empty texts; an empty value has no elements.
pub fn list(value: &str) -> List<'_> {
    let value = trim(value);
    List {
        rest: (!value.is_empty()).then_some(value),
    }
}

/// Iterator over the elements of a comma-separated value.
#[derive(Debug, Clone)]
pub struct List<'a> {
    rest: Option<&'a str>,
}

impl<'a> Iterator for List<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        match find_outside(rest, b',', true) {
            Some(comma) => {
                self.rest = Some(&rest[comma + 1..]);
                Some(trim(&rest[..comma]))
            }
            None => {
                self.rest = None;
                Some(trim(rest))
            }
        }
    }
}
