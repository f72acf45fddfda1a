//! Bytes to message. Lenient where the far end can still be understood, strict where RFC 4475
//! says that guessing would be wrong; a refused message comes back with all that could be read.

use model::limit;

use super::headers::Span;
use super::scan::{blanks, is_token, number, trim};
use super::{
    Code, Fault, HeaderError, HeaderName, Headers, Malformed, Message, Method, ParseError, Request,
    Response, Uri, header,
};

/// Reads one message from a datagram, or from the bytes a stream has cut out for it.
///
/// Tolerated: line ends before the message, LF alone, folded lines, compact and oddly spelled
/// names, blanks around separators, no Content-Length (the body is the rest), bytes behind the
/// body (dropped), text that is no UTF-8 (replaced). Never panics.
pub fn parse(bytes: &[u8]) -> Result<Message, ParseError> {
    if bytes.len() > limit::SIP_MESSAGE_BYTES_MAX {
        return Err(ParseError::bare(Fault::TooLarge));
    }
    let start = bytes.iter().position(|b| *b != b'\r' && *b != b'\n');
    let bytes = &bytes[start.ok_or(ParseError::bare(Fault::Empty))?..];
    let (head, body) = split_head(bytes);
    if head.len() > limit::SIP_HEAD_BYTES_MAX {
        return Err(ParseError::bare(Fault::HeadTooLarge));
    }
    Reader::read(head).finish(body)
}

/// The index behind the empty line that ends the head, if it is there.
pub(crate) fn head_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(length) = bytes[at..].iter().position(|b| *b == b'\n') {
        at += length + 1;
        match bytes.get(at..) {
            Some([b'\n', ..]) => return Some(at + 1),
            Some([b'\r', b'\n', ..]) => return Some(at + 2),
            _ => {}
        }
    }
    None
}

/// A head whose empty line was cut off is still a head, without a body.
fn split_head(bytes: &[u8]) -> (&[u8], &[u8]) {
    bytes.split_at(head_end(bytes).unwrap_or(bytes.len()))
}

/// The first line, understood.
enum StartLine {
    Request(Method, Uri),
    Response(Code, Option<String>),
}

/// A head being read: the first fault is kept, reading goes on.
#[derive(Debug)]
pub(crate) struct Reader {
    headers: Headers,
    first_line: Span,
    /// The length of the body, if the head tells one.
    pub(crate) content_length: Option<usize>,
    fault: Option<Fault>,
}

impl Reader {
    /// Reads start line and headers; what is wrong with them comes out at the end.
    pub(crate) fn read(head: &[u8]) -> Reader {
        let text = match std::str::from_utf8(head) {
            Ok(text) => {
                // Room for a line or two of our own: a hop's address noted, a tag set.
                let mut copy = String::with_capacity(text.len() + 128);
                copy.push_str(text);
                copy
            }
            Err(_) => String::from_utf8_lossy(head).into_owned(),
        };
        let total = text.len();
        let mut reader = Reader {
            headers: Headers::over(text),
            first_line: Span::default(),
            content_length: None,
            fault: None,
        };
        let (line, mut at) = reader.line(0, total);
        reader.first_line = line;
        while at < total {
            let (line, next) = reader.line(at, total);
            at = next;
            if line.start == line.end {
                break;
            }
            let (line, next) = reader.unfold(line, at, total);
            at = next;
            reader.header(line);
        }
        reader
    }

    /// The line at this place without its end, and the place of the next.
    fn line(&self, at: usize, total: usize) -> (Span, usize) {
        let (end, next) = match self.headers.text()[at..total].find('\n') {
            Some(end) => (at + end, at + end + 1),
            None => (total, total),
        };
        let bytes = self.headers.text().as_bytes();
        let end = if end > at && bytes[end - 1] == b'\r' {
            end - 1
        } else {
            end
        };
        (
            Span {
                start: at as u32,
                end: end as u32,
            },
            next,
        )
    }

    /// Joins the lines that continue this one, each fold becoming one blank (RFC 3261 §7.3.1). A
    /// stray CR inside a line becomes a blank too: passed on, others might take it for a line end.
    fn unfold(&mut self, line: Span, next: usize, total: usize) -> (Span, usize) {
        let continues = |reader: &Reader, at: usize| {
            at < total && matches!(reader.headers.text().as_bytes()[at], b' ' | b'\t')
        };
        let stray = self.headers.slice(line).contains('\r');
        if !stray && !continues(self, next) {
            return (line, next);
        }
        let mut joined = trim(self.headers.slice(line)).to_owned();
        let mut next = next;
        while continues(self, next) {
            let (more, after) = self.line(next, total);
            let more = trim(self.headers.slice(more));
            if !more.is_empty() {
                joined.push(' ');
                joined.push_str(more);
            }
            next = after;
        }
        (self.headers.append(&joined.replace('\r', " ")), next)
    }

    fn header(&mut self, line: Span) {
        let text = self.headers.slice(line);
        let Some(colon) = text.find(':') else {
            return self.blame(Fault::HeaderLine);
        };
        let (name, value) = (trim(&text[..colon]), trim(&text[colon + 1..]));
        // A line that begins with a blank right after the start line continues nothing.
        if !is_token(name) || text.starts_with([' ', '\t']) {
            return self.blame(Fault::HeaderLine);
        }
        let known = HeaderName::parse(name);
        if known == Some(HeaderName::ContentLength) {
            let length = number(value);
            let agrees = self.content_length.is_none_or(|old| Some(old) == length);
            if length.is_none() || !agrees {
                self.blame(Fault::ContentLength);
            } else {
                self.content_length = length;
            }
            return;
        }
        if self.headers.len() == limit::SIP_HEADERS_MAX {
            return self.blame(Fault::TooManyHeaders);
        }
        let before = blanks(&text[colon + 1..]);
        let span = |start: usize, length: usize| {
            let start = line.start + start as u32;
            Span {
                start,
                end: start + length as u32,
            }
        };
        let name = span(0, name.len());
        let value = span(colon + 1 + before, value.len());
        self.headers.push_span(known, name, value);
    }

    /// The error that this fault makes of the head read so far.
    pub(crate) fn refuse(self, fault: Fault) -> ParseError {
        let method = match self.start_line() {
            Ok(StartLine::Request(method, _)) => Some(method),
            Ok(StartLine::Response(..)) => None,
            Err((_, method)) => method,
        };
        ParseError {
            fault,
            method,
            headers: Box::new(self.headers),
        }
    }

    fn blame(&mut self, fault: Fault) {
        self.fault.get_or_insert(fault);
    }

    fn start_line(&self) -> Result<StartLine, (Fault, Option<Method>)> {
        let line = self.headers.slice(self.first_line);
        match line.get(..4) {
            Some(prefix) if prefix.eq_ignore_ascii_case("SIP/") => {
                status_line(line).map_err(|fault| (fault, None))
            }
            _ => request_line(line),
        }
    }

    /// Joins head and body to a message, or tells what is wrong with it.
    pub(crate) fn finish(mut self, body: &[u8]) -> Result<Message, ParseError> {
        let start_line = self.start_line();
        let refuse = |fault, method, headers: Headers| {
            Err(ParseError {
                fault,
                method,
                headers: Box::new(headers),
            })
        };
        let start_line = match start_line {
            Ok(start_line) => start_line,
            Err((fault, method)) => return refuse(fault, method, self.headers),
        };
        let length = self.content_length.unwrap_or(body.len());
        if length > body.len() {
            self.blame(Fault::ContentLength);
        }
        let method = match &start_line {
            StartLine::Request(method, _) => Some(method),
            StartLine::Response(..) => None,
        };
        let fault = self.fault.or_else(|| check(&self.headers, method).err());
        if let Some(fault) = fault {
            return refuse(fault, method.cloned(), self.headers);
        }
        let (headers, body) = (self.headers, body[..length].to_vec());
        Ok(match start_line {
            StartLine::Request(method, uri) => Message::Request(Request {
                method,
                uri,
                headers,
                body,
            }),
            StartLine::Response(code, reason) => Message::Response(Response {
                code,
                reason,
                headers,
                body,
            }),
        })
    }
}

/// `METHOD uri SIP/2.0`. Blanks too many between the parts or at the end are forgiven
/// (RFC 4475 §3.1.2.9, §3.1.2.10).
fn request_line(line: &str) -> Result<StartLine, (Fault, Option<Method>)> {
    let nobody = (Fault::StartLine, None);
    let line = line.trim_end_matches([' ', '\t']);
    let (method, rest) = line.split_once(' ').ok_or(nobody.clone())?;
    let (uri, version) = rest.rsplit_once(' ').ok_or(nobody.clone())?;
    let method = Method::parse(method).ok_or(nobody.clone())?;
    match version.get(..4) {
        Some(prefix) if prefix.eq_ignore_ascii_case("SIP/") => {}
        _ => return Err(nobody),
    }
    if &version[4..] != "2.0" {
        return Err((Fault::Version, Some(method)));
    }
    let uri = match request_uri(uri.trim_matches(' ')) {
        Ok(uri) => uri,
        Err(Malformed(what)) => return Err((Fault::RequestUri(what), Some(method))),
    };
    Ok(StartLine::Request(method, uri))
}

fn request_uri(text: &str) -> Result<Uri, Malformed> {
    if text.contains([' ', '\t', '\r']) {
        return Err(Malformed("no blanks"));
    }
    let uri = Uri::parse(text)?;
    // Embedded headers must not stand here (RFC 3261 §19.1.1), nor be obeyed (RFC 4475 §3.1.2.11).
    match uri.as_sip() {
        Some(sip) if !sip.headers.is_empty() => Err(Malformed("no embedded headers")),
        _ => Ok(uri),
    }
}

/// `SIP/2.0 200 OK`; the phrase may be empty or missing.
fn status_line(line: &str) -> Result<StartLine, Fault> {
    let (version, rest) = line.split_once(' ').ok_or(Fault::StartLine)?;
    if &version[4..] != "2.0" {
        return Err(Fault::Version);
    }
    let rest = rest.trim_start_matches(' ');
    let (digits, phrase) = rest.split_once(' ').unwrap_or((rest, ""));
    let code = number(digits)
        .and_then(Code::new)
        .ok_or(Fault::StatusCode)?;
    let phrase = trim(phrase);
    let reason = (phrase != code.phrase()).then(|| phrase.replace('\r', " "));
    Ok(StartLine::Response(code, reason))
}

/// Checks the headers nothing works without, and in a request those that say where to send what
/// comes next.
fn check(headers: &Headers, method: Option<&Method>) -> Result<(), Fault> {
    let broken = |name| move |Malformed(what)| Fault::Header(HeaderError::Malformed(name, what));
    let mut vias = headers.elements(HeaderName::Via).peekable();
    if vias.peek().is_none() {
        return Err(Fault::Header(HeaderError::Missing(HeaderName::Via)));
    }
    for via in vias {
        header::check_via(via).map_err(broken(HeaderName::Via))?;
    }
    for name in [HeaderName::From, HeaderName::To] {
        let mut values = headers.values(name);
        let value = values
            .next()
            .ok_or(Fault::Header(HeaderError::Missing(name)))?;
        if values.next().is_some() {
            return Err(Fault::Header(HeaderError::Repeated(name)));
        }
        header::check_name_addr(value).map_err(broken(name))?;
    }
    headers.call_id().map_err(Fault::Header)?;
    let cseq = headers.cseq().map_err(Fault::Header)?;
    // An answer may not be lost for the sake of a header that perhaps nobody reads.
    let Some(method) = method else {
        return Ok(());
    };
    if *method != cseq.method {
        return Err(Fault::MethodMismatch);
    }
    for name in [
        HeaderName::Contact,
        HeaderName::Route,
        HeaderName::RecordRoute,
    ] {
        for element in headers.elements(name) {
            if name == HeaderName::Contact && element == "*" {
                continue;
            }
            header::check_name_addr(element).map_err(broken(name))?;
        }
    }
    Ok(())
}
