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
