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
        return Ok((Document::new(vec![Verb::Play(play)]), Vec::new()));
    }
    if body.len() > limit::DOCUMENT_BYTES {
        return Err(ParseError::new(
            Code::BodyTooLarge,
            "the body is larger than 64 kB",
        ));
    }
    let text = decoded(body);
    if text.trim().is_empty() {
        return Err(ParseError::new(Code::EmptyBody, "the body is empty"));
    }
    match kind.as_str() {
        "" | "text/xml" | "application/xml" | "text/html" => parse(&text),
        "text/plain" => Ok(parse(&text)
            .unwrap_or_else(|_| (Document::new(vec![Verb::Say(Say::text(&text))]), Vec::new()))),
        _ => {
            let shown: String = written.chars().take(80).collect();
            let message = format!("a body of type '{shown}' cannot be a document");
            Err(ParseError::new(Code::ContentType, message))
        }
    }
}

/// The text of a body: UTF-8, or Latin-1 where it is not UTF-8.
fn decoded(body: &[u8]) -> String {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match std::str::from_utf8(body) {
        Ok(text) => text.to_owned(),
        Err(_) => body.iter().map(|byte| char::from(*byte)).collect(),
    }
}

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
        let hangup = Document::new(vec![Verb::Hangup(Hangup::default())]);
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
        let played = Document::new(vec![Verb::Play(play)]);
        assert_eq!(read(Some("audio/mpeg"), &[0xff; 100_000]), Ok(played));
    }

    #[test]
    fn plain_text_is_spoken() {
        let say = Document::new(vec![Verb::Say(Say::text("Hello there"))]);
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
    fn both_encodings_and_a_byte_order_mark_are_read() {
        let said = Document::new(vec![Verb::Say(Say::text("Grüße"))]);
        let utf8 = "\u{feff}<Response><Say>Grüße</Say></Response>".as_bytes();
        assert_eq!(read(Some("text/xml"), utf8), Ok(said.clone()));
        let latin = b"<Response><Say>Gr\xfc\xdfe</Say></Response>";
        assert_eq!(read(Some("text/xml"), latin), Ok(said));
    }
}
