//! Percent escapes in URIs (RFC 3261 §19.1.2).

use std::borrow::Cow;

/// The text with `%41` and its like resolved; a percent sign that escapes nothing stays as it is.
pub fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = bytes
            .get(at + 1)
            .and_then(|b| nibble(*b))
            .zip(bytes.get(at + 2).and_then(|b| nibble(*b)));
        match (bytes[at], pair) {
            (b'%', Some((high, low))) => {
                plain.push(high << 4 | low);
                at += 3;
            }
            (byte, _) => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&plain).into_owned())
}

/// A user part or password with everything escaped that may not stand there.
pub fn encode_user(text: &str) -> String {
    encode(text, b"-_.!~*'()&=+$,;?/")
}

/// A URI parameter value with everything escaped that may not stand there.
pub fn encode_param(text: &str) -> String {
    encode(text, b"-_.!~*'()[]/:&+$")
}

/// A header name or value inside a URI with everything escaped that may not stand there.
pub fn encode_header(text: &str) -> String {
    encode(text, b"-_.!~*'()[]/?:+$")
}

fn encode(text: &str, plain: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push('%');
            escaped.push(char::from(DIGITS[usize::from(byte >> 4)]));
            escaped.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    escaped
}

fn nibble(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_come_back() {
        let odd = "a b%@:\u{e9}\0\"<>";
        assert_eq!(encode_user("a b%"), "a%20b%25");
        for encode in [encode_user, encode_param, encode_header] {
            assert_eq!(decode(&encode(odd)), odd);
        }
    }

    #[test]
    fn stray_percent_stays() {
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%Z5%z"), "%Z5%z");
        assert_eq!(decode("%5A%5a"), "ZZ");
        assert_eq!(decode("null%00x"), "null\0x");
    }
}
