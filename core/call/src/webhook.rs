//! How documents are asked for and read: parameters, deadlines, faults, what is written down.

use crate::effect::Row;
use crate::notice::{self, Fault};
use crate::parameters::{self, Visit};
use crate::timer::Timer;
use crate::turn::Turn;
use model::{
    CallRow, CallStatus, ErrorCode, FetchId, Method, Span, Time, WebEventRow, WebReply, WebRequest,
    WebhookKind, limit,
};
use twiml::{Code, Document};

/// A question that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asking {
    /// Its name.
    pub fetch: FetchId,
    /// True if it was asked because another failed.
    pub fallback: bool,
    request: WebRequest,
    at: Time,
}

impl Asking {
    /// Where it was asked.
    pub fn url(&self) -> &str {
        &self.request.url
    }

    /// How and where it was asked.
    pub fn place(&self) -> notice::Place<'_> {
        Some((self.request.method, &self.request.url))
    }
}

/// A document and where it was found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Page {
    /// What it says.
    pub document: Document,
    /// Where relative addresses in it start.
    pub url: String,
}

/// Asks for a document.
pub(crate) fn ask(
    kind: WebhookKind,
    (url, method): (String, Method),
    extra: Vec<(String, String)>,
    (row, status, visit): (&CallRow, CallStatus, &Visit),
    turn: &mut Turn<'_>,
) -> Asking {
    let mut all = parameters::standard(row, status, visit, &turn.desk.config);
    all.extend(extra);
    let request = WebRequest {
        account: row.account,
        call: row.sid,
        kind,
        method,
        url,
        parameters: all,
    };
    let fetch = turn.fetch(request.clone());
    turn.set(
        row.sid,
        Timer::Fetch,
        Span::from_millis(limit::FETCH_DEADLINE_MS),
    );
    Asking {
        fetch,
        fallback: false,
        request,
        at: turn.now,
    }
}

/// Reads the answer, and writes down what was asked and answered and what is wrong with it.
pub(crate) fn read(
    asking: &Asking,
    reply: WebReply,
    row: &CallRow,
    turn: &mut Turn<'_>,
) -> Result<Page, Fault> {
    turn.stop(row.sid, Timer::Fetch);
    turn.desk.fetches.answer(asking.fetch.0);
    write_down(asking, &reply, row, turn);
    match reply {
        WebReply::Failed { code, text, .. } => Err(Fault::new(code, text)),
        WebReply::Answered {
            content_type,
            body,
            url,
            ..
        } => {
            // A GET carries its parameters in the address: the next document starts from the
            // address that was asked for, unless the answer came from elsewhere. Unconfirmed: that
            // after a redirect relative addresses start where it led, as they do in a browser.
            let bare = asking.request.url.split('#').next().unwrap_or_default();
            let url = if url.starts_with(bare) {
                asking.request.url.clone()
            } else {
                url
            };
            let read = twiml::from_web(content_type.as_deref(), &body, &url);
            let document = warned(read, row, asking.place(), turn)?;
            Ok(Page { document, url })
        }
    }
}

/// Reads a document given with a request to the API.
pub(crate) fn read_inline(
    text: &str,
    row: &CallRow,
    turn: &mut Turn<'_>,
) -> Result<Document, Fault> {
    warned(twiml::parse(text), row, None, turn)
}

type Parsed = Result<(Document, Vec<twiml::Warning>), twiml::ParseError>;

fn warned(
    parsed: Parsed,
    row: &CallRow,
    place: notice::Place<'_>,
    turn: &mut Turn<'_>,
) -> Result<Document, Fault> {
    let (document, warnings) = parsed.map_err(|error| {
        let text = match error.code {
            // What is wrong with a body as a whole has no place in it.
            Code::BodyTooLarge | Code::EmptyBody | Code::ContentType => error.message,
            _ => placed(error.line, error.column, &error.message),
        };
        Fault::new(ErrorCode(error.code.number()), text)
    })?;
    for warning in warnings {
        let text = placed(warning.line, warning.column, &warning.message);
        let fault = Fault::new(ErrorCode(warning.code.number()), text);
        notice::warning(row, &fault, place, turn);
    }
    Ok(document)
}

/// What is wrong with a document, and where in it.
fn placed(line: u32, column: u32, message: &str) -> String {
    format!("line {line}, column {column}: {message}")
}

fn write_down(asking: &Asking, reply: &WebReply, row: &CallRow, turn: &mut Turn<'_>) {
    let event = WebEventRow {
        account: row.account,
        call: row.sid,
        method: asking.request.method,
        url: asking.request.url.clone(),
        parameters: asking.request.parameters.clone(),
        response_code: None,
        content_type: None,
        response_body: None,
        duration_ms: turn.now.since(asking.at).millis(),
        date: asking.at,
    };
    let event = event.replied(reply).kept();
    turn.save(Row::WebEvent(Box::new(event)));
}

/// TwiML's methods are the platform's.
pub(crate) fn method(method: twiml::Method) -> Method {
    match method {
        twiml::Method::Get => Method::Get,
        twiml::Method::Post => Method::Post,
    }
}
