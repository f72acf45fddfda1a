//! What a web server answered, read as a document by the rules for content types.

use crate::document::{Document, Verb};
use crate::limit;
use crate::parse::parse;
use crate::verb::{Play, Say};
use crate::warning::{Code, ParseError, Warning};

/// Reads the body of an answer: TwiML, a sound to play, or plain text to speak.
///
/// # Errors
/// When the body is too large, is empty, or is of a type that cannot be a document.
pub fn from_web(
    content_type: Option<&str>,
    body: &[u8],
    url: &str,
) -> Result<(Document, Vec<Warning>), ParseError> {
    let written = content_type.unwrap_or("text/xml");
    let kind = written
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    if kind.starts_with("audio/") {
        let play = Play {
            url: url.to_owned(),
            ..Play::default()
        };
        return Ok((Document::of(vec![Verb::Play(play)]), Vec::new()));
    }
    if body.len() > limit::DOCUMENT_BYTES {
        return Err(ParseError::new(
            Code::BodyTooLarge,
            "the body is larger than 64 kB",
        ));
    }
    let text = decoded(written, body);
    if text.trim().is_empty() {
        return Err(ParseError::new(Code::EmptyBody, "the body is empty"));
    }
    match kind.as_str() {
        "" | "text/xml" | "application/xml" | "text/html" => parse(&text),
        "text/plain" => Ok(parse(&text)
            .unwrap_or_else(|_| (Document::of(vec![Verb::Say(Say::text(&text))]), Vec::new()))),
        _ => {
            let shown: String = written.chars().take(80).collect();
            let message = format!("a body of type '{shown}' cannot be a document");
            Err(ParseError::new(Code::ContentType, message))
        }
    }
}

/// The text of a body, by its byte order mark, its `charset`, its XML declaration, in this order
/// (RFC 7303 §3.2). What says nothing, or isn't what it says, is UTF-8, or Latin-1 where it can't
/// be that.
fn decoded(content_type: &str, body: &[u8]) -> String {
    if let Some(body) = body.strip_prefix(b"\xef\xbb\xbf") {
        return utf8(body);
    }
    if let Some(body) = body.strip_prefix(b"\xfe\xff") {
        return utf16(body, u16::from_be_bytes);
    }
    if let Some(body) = body.strip_prefix(b"\xff\xfe") {
        return utf16(body, u16::from_le_bytes);
    }
    let named = charset(content_type).or_else(|| declared(body));
    match named.as_deref() {
        Some("iso-8859-1" | "iso8859-1" | "latin1" | "latin-1" | "windows-1252" | "cp1252") => {
            latin(body)
        }
        Some("utf-16be") => utf16(body, u16::from_be_bytes),
        Some("utf-16le" | "utf-16") => utf16(body, u16::from_le_bytes),
        _ => utf8(body),
    }
}

/// The value of the parameter `charset`, in lower case.
fn charset(content_type: &str) -> Option<String> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.to_ascii_lowercase())
    })
}

/// The encoding that an XML declaration names, in lower case.
fn declared(body: &[u8]) -> Option<String> {
    let head = &body[..body.len().min(DECLARATION_BYTES)];
    let head: String = head.iter().map(|byte| char::from(*byte)).collect();
    let (declaration, _) = head.trim_start().strip_prefix("<?xml")?.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (name, _) = value[1..].split_once(quote)?;
    Some(name.to_ascii_lowercase())
}

/// An XML declaration isn't longer, with room for blanks.
const DECLARATION_BYTES: usize = 256;

fn utf8(body: &[u8]) -> String {
    match std::str::from_utf8(body) {
        Ok(text) => text.to_owned(),
        Err(_) => latin(body),
    }
}

fn utf16(body: &[u8], read: fn([u8; 2]) -> u16) -> String {
    let units = body.chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// Latin-1, with what Windows writes where Latin-1 has control characters: whoever says the one
/// often means the other, and nobody means the control characters.
fn latin(body: &[u8]) -> String {
    body.iter()
        .map(|byte| match byte {
            0x80..=0x9f => WINDOWS[usize::from(byte - 0x80)],
            byte => char::from(*byte),
        })
        .collect()
}

/// Windows-1252 from 0x80 to 0x9f; five places are empty.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

#[cfg(test)]
mod tests {
    use super::from_web;
    use crate::document::{Document, Verb};
    use crate::verb::{Hangup, Play, Say};
    use crate::warning::Code;

    const URL: &str = "https://example.com/a";
    const HANGUP: &[u8] = b"<Response><Hangup/></Response>";

    fn read(kind: Option<&str>, body: &[u8]) -> Result<Document, Code> {
        let read = from_web(kind, body, URL);
        read.map(|(document, _)| document)
            .map_err(|error| error.code)
    }

    #[test]
    fn xml_of_every_name_is_a_document() {
        let hangup = Document::of(vec![Verb::Hangup(Hangup::default())]);
        let kinds = [
            "text/xml",
            "application/xml; charset=utf-8",
            "Text/HTML",
            "text/plain",
        ];
        for kind in kinds.map(Some).into_iter().chain([None]) {
            assert_eq!(read(kind, HANGUP), Ok(hangup.clone()), "{kind:?}");
        }
    }

    #[test]
    fn a_sound_is_played_from_where_it_came() {
        let play = Play {
            url: URL.to_owned(),
            ..Play::default()
        };
        let played = Document::of(vec![Verb::Play(play)]);
        assert_eq!(read(Some("audio/mpeg"), &[0xff; 100_000]), Ok(played));
    }

    #[test]
    fn plain_text_is_spoken() {
        let say = Document::of(vec![Verb::Say(Say::text("Hello there"))]);
        assert_eq!(read(Some("text/plain"), b"Hello\n there\n"), Ok(say));
    }

    #[test]
    fn what_cannot_be_a_document_is_told() {
        assert_eq!(
            read(Some("application/json"), b"{}"),
            Err(Code::ContentType)
        );
        assert_eq!(read(Some("text/xml"), b" \n"), Err(Code::EmptyBody));
        assert_eq!(read(Some("text/xml"), b"hello"), Err(Code::Malformed));
        assert_eq!(read(Some("text/html"), b"<html/>"), Err(Code::WrongRoot));
        assert_eq!(
            read(Some("text/xml"), &[b'a'; 65_537]),
            Err(Code::BodyTooLarge)
        );
    }

    #[test]
    fn a_body_is_read_in_the_encoding_it_names() {
        let said = |text: &str| Ok(Document::of(vec![Verb::Say(Say::text(text))]));
        let latin = b"<Response><Say>Gr\xfc\xdfe</Say></Response>";
        let both = "<Response><Say>Grüße</Say></Response>".as_bytes();
        let marked = [b"\xef\xbb\xbf", both].concat();
        let declared = [
            b"<?xml version=\"1.0\" encoding='ISO-8859-1'?>\n",
            &latin[..],
        ]
        .concat();
        let windows = b"<Response><Say>\x8010 \x96 ok</Say></Response>";
        let units: Vec<u16> = "\u{feff}<Response><Say>Grüße</Say></Response>"
            .encode_utf16()
            .collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        for (kind, body, text) in [
            ("text/xml", both, "Grüße"),
            ("text/xml; charset=utf-8", both, "Grüße"),
            ("text/xml; charset=\"UTF-8\"", both, "Grüße"),
            ("text/xml", &marked, "Grüße"),
            // The mark of the bytes goes before what the header says.
            ("text/xml; charset=iso-8859-1", &marked, "Grüße"),
            ("text/xml;charset=ISO-8859-1", latin, "Grüße"),
            // Bytes that could be UTF-8 aren't, if the application says so.
            ("text/plain; charset=latin1", "Ü".as_bytes(), "Ãœ"),
            ("text/xml", &declared, "Grüße"),
            (
                "text/xml; version=1; Charset=windows-1252",
                windows,
                "€10 – ok",
            ),
            ("application/xml", &big, "Grüße"),
            ("application/xml; charset=utf-16", &little, "Grüße"),
            // Neither what it says nor UTF-8.
            ("text/xml", latin, "Grüße"),
            ("text/xml; charset=utf-8", latin, "Grüße"),
            ("text/xml; charset=klingon", both, "Grüße"),
        ] {
            assert_eq!(read(Some(kind), body), said(text), "{kind}: {text}");
        }
    }
}
