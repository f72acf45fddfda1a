//! The headers of a message: an ordered list that keeps what it does not know. All names and
//! values lie in one text; a message with thirty headers costs two allocations.

use std::fmt::{Display, Write};
use std::str::FromStr;

use super::scan::{List, list};
use super::{HeaderError, HeaderName, Malformed};

/// An ordered list of headers. `Content-Length` is framing, not content: it is dropped when a
/// message is read, computed when it is written, and never in this list.
#[derive(Debug, Clone, Default)]
pub struct Headers {
    /// Holds the bytes of all fields, and perhaps of some that have been removed.
    text: String,
    fields: Vec<Field>,
}

/// One header line: where its name and value lie in the text.
#[derive(Debug, Clone, Copy)]
struct Field {
    known: Option<HeaderName>,
    /// As it was written; of no account for a known name.
    name: Span,
    value: Span,
}

/// A stretch of the text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Headers {
    /// No headers.
    pub fn new() -> Headers {
        Headers::default()
    }

    /// How many header lines there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there is no header line.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// All lines in order: name in full, and raw value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|field| (self.field_name(field), self.slice(field.value)))
    }

    /// The raw value of the first line of this name.
    pub fn value(&self, name: HeaderName) -> Option<&str> {
        self.values(name).next()
    }

    /// The raw values of all lines of this name.
    pub fn values(&self, name: HeaderName) -> impl Iterator<Item = &str> {
        self.fields
            .iter()
            .filter(move |field| field.known == Some(name))
            .map(|field| self.slice(field.value))
    }

    /// Whether a line of this name is there.
    pub fn has(&self, name: HeaderName) -> bool {
        self.fields.iter().any(|field| field.known == Some(name))
    }

    /// The raw value of the first line of this name, known or not, as `X-Twilio-CallSid`.
    pub fn value_named<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.values_named(name).next()
    }

    /// The raw values of all lines of this name, known or not.
    pub fn values_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter()
            .filter(move |(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The elements of a comma-separated header over all its lines (RFC 3261 §7.3.1).
    pub fn elements(&self, name: HeaderName) -> impl Iterator<Item = &str> {
        self.values(name)
            .flat_map(|value| -> List<'_> { list(value) })
    }

    /// Adds a line at the end.
    pub fn push(&mut self, name: HeaderName, value: impl Display) {
        if name != HeaderName::ContentLength {
            let field = self.store(name, value);
            self.fields.push(field);
        }
    }

    /// Adds a line before all others of its name, or at the very front: for Via and Record-Route.
    pub fn push_front(&mut self, name: HeaderName, value: impl Display) {
        let field = self.store(name, value);
        let at = self
            .fields
            .iter()
            .position(|old| old.known == Some(name))
            .unwrap_or(0);
        self.fields.insert(at, field);
    }

    /// Adds a line of any name; a name that is no token and line ends in the value are refused,
    /// so that nobody can smuggle in headers of his own.
    pub fn push_named(&mut self, name: &str, value: &str) -> Result<(), Malformed> {
        if !super::scan::is_token(name) {
            return Err(Malformed("a header name"));
        }
        if value.bytes().any(|b| b == b'\r' || b == b'\n' || b == 0) {
            return Err(Malformed("a value without line ends"));
        }
        if let Some(known) = HeaderName::parse(name) {
            self.push(known, value);
            return Ok(());
        }
        let name = self.append(name);
        let value = self.append(super::scan::trim(value));
        self.fields.push(Field {
            known: None,
            name,
            value,
        });
        Ok(())
    }

    /// Replaces all lines of this name by one, at the place of the first.
    pub fn set(&mut self, name: HeaderName, value: impl Display) {
        let Some(at) = self.fields.iter().position(|old| old.known == Some(name)) else {
            return self.push(name, value);
        };
        self.remove(name);
        let field = self.store(name, value);
        self.fields.insert(at, field);
    }

    /// Takes out all lines of this name.
    pub fn remove(&mut self, name: HeaderName) {
        self.fields.retain(|field| field.known != Some(name));
    }

    /// Takes out all lines of this name, known or not.
    pub fn remove_named(&mut self, name: &str) {
        let text = &self.text;
        self.fields.retain(|field| {
            let found = match field.known {
                Some(known) => known.as_str(),
                None => &text[field.name.start as usize..field.name.end as usize],
            };
            !found.eq_ignore_ascii_case(name)
        });
    }

    /// Takes out the first element of a comma-separated header: the top Via or Route.
    pub fn remove_first(&mut self, name: HeaderName) {
        let Some(at) = self
            .fields
            .iter()
            .position(|field| field.known == Some(name))
        else {
            return;
        };
        let rest = {
            let mut elements = list(self.slice(self.fields[at].value));
            elements.next();
            elements.collect::<Vec<_>>().join(", ")
        };
        if rest.is_empty() {
            self.fields.remove(at);
        } else {
            self.fields[at].value = self.append(&rest);
        }
    }

    /// Copies all lines of this name from another list to the end of this one.
    pub fn copy(&mut self, from: &Headers, name: HeaderName) {
        for value in from.values(name) {
            self.push(name, value);
        }
    }

    /// The header that may stand once; refuses its absence and its repetition.
    pub fn one<T>(&self, name: HeaderName) -> Result<T, HeaderError>
    where
        T: FromStr<Err = Malformed>,
    {
        self.optional(name)?.ok_or(HeaderError::Missing(name))
    }

    /// The header that may stand once or be absent.
    pub fn optional<T>(&self, name: HeaderName) -> Result<Option<T>, HeaderError>
    where
        T: FromStr<Err = Malformed>,
    {
        let mut values = self.values(name);
        let Some(value) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(HeaderError::Repeated(name));
        }
        let parsed = value
            .parse()
            .map_err(|Malformed(what)| HeaderError::Malformed(name, what));
        parsed.map(Some)
    }

    /// All elements of a comma-separated header over all its lines.
    pub fn all<T>(&self, name: HeaderName) -> Result<Vec<T>, HeaderError>
    where
        T: FromStr<Err = Malformed>,
    {
        self.elements(name)
            .map(|element| element.parse())
            .collect::<Result<_, _>>()
            .map_err(|Malformed(what)| HeaderError::Malformed(name, what))
    }

    /// The first element of a comma-separated header.
    pub fn first<T>(&self, name: HeaderName) -> Result<T, HeaderError>
    where
        T: FromStr<Err = Malformed>,
    {
        let element = self
            .elements(name)
            .next()
            .ok_or(HeaderError::Missing(name))?;
        element
            .parse()
            .map_err(|Malformed(what)| HeaderError::Malformed(name, what))
    }

    /// No headers, and room for those of a usual message: growing bit by bit costs a tenth of
    /// all time spent on a call.
    pub(super) fn roomy() -> Headers {
        Headers::over(String::with_capacity(768))
    }

    /// Headers whose lines will be added as stretches of `text`.
    pub(super) fn over(text: String) -> Headers {
        Headers {
            text,
            fields: Vec::with_capacity(16),
        }
    }

    /// The text all spans point into.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Adds a line that already lies in the text.
    pub(super) fn push_span(&mut self, known: Option<HeaderName>, name: Span, value: Span) {
        self.fields.push(Field { known, name, value });
    }

    /// Appends to the text and says where.
    pub(super) fn append(&mut self, piece: &str) -> Span {
        let start = self.text.len() as u32;
        self.text.push_str(piece);
        Span {
            start,
            end: self.text.len() as u32,
        }
    }

    fn store(&mut self, name: HeaderName, value: impl Display) -> Field {
        let start = self.text.len();
        write!(self.text, "{value}").expect("writing to a String cannot fail");
        // Whatever a caller passes in, one header stays one line.
        if self.text.as_bytes()[start..]
            .iter()
            .any(|b| *b == b'\r' || *b == b'\n')
        {
            let clean = self.text[start..].replace(['\r', '\n'], " ");
            self.text.truncate(start);
            self.text.push_str(super::scan::trim(&clean));
        }
        let value = Span {
            start: start as u32,
            end: self.text.len() as u32,
        };
        Field {
            known: Some(name),
            name: Span::default(),
            value,
        }
    }

    fn field_name(&self, field: &Field) -> &str {
        match field.known {
            Some(known) => known.as_str(),
            None => self.slice(field.name),
        }
    }

    pub(super) fn slice(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }
}

/// Same names (without case) with the same raw values in the same order.
impl PartialEq for Headers {
    fn eq(&self, other: &Headers) -> bool {
        self.fields.len() == other.fields.len()
            && self
                .iter()
                .zip(other.iter())
                .all(|((name, value), (other_name, other_value))| {
                    name.eq_ignore_ascii_case(other_name) && value == other_value
                })
    }
}

impl Eq for Headers {}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Headers {
        let mut headers = Headers::new();
        headers.push(
            HeaderName::Via,
            "SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/UDP b",
        );
        headers.push(HeaderName::To, "<sip:a@b>");
        headers.push_named("X-Own", "one").unwrap();
        headers
    }

    #[test]
    fn top_element_comes_off() {
        let mut headers = sample();
        headers.push_front(HeaderName::Via, "SIP/2.0/TCP c");
        assert_eq!(headers.elements(HeaderName::Via).count(), 3);
        headers.remove_first(HeaderName::Via);
        headers.remove_first(HeaderName::Via);
        assert_eq!(headers.value(HeaderName::Via), Some("SIP/2.0/UDP b"));
        headers.remove_first(HeaderName::Via);
        assert!(!headers.has(HeaderName::Via));
    }

    #[test]
    fn set_keeps_the_place() {
        let mut headers = sample();
        headers.set(HeaderName::Via, "SIP/2.0/UDP z");
        assert_eq!(headers.iter().next(), Some(("Via", "SIP/2.0/UDP z")));
        assert_eq!(headers.value_named("x-OWN"), Some("one"));
        headers.remove_named("x-own");
        assert_eq!(headers.len(), 2);
    }

    #[test]
    fn nobody_smuggles_a_header_in() {
        let mut headers = sample();
        assert!(headers.push_named("X-A", "1\r\nX-B: 2").is_err());
        assert!(headers.push_named("X A", "1").is_err());
        headers.push_named("content-LENGTH", "7").unwrap();
        headers.set(HeaderName::ContentLength, 7);
        assert_eq!(headers.len(), 3, "Content-Length is nobody's to say");
        headers.push(HeaderName::Subject, "a\r\nEvil: yes");
        assert_eq!(headers.value(HeaderName::Subject), Some("a  Evil: yes"));
    }
}
