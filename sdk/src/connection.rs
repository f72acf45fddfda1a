//! The way to the API: one try, and as many as are safe.

use crate::config::Bases;
use crate::error::{AnswerError, ApiError, Error, Phase, TransportError};
use crate::request::Request;
use crate::retry::{Retries, Verb, Wrong};
use api::{Body, Envelope};
use bytes::{Bytes, BytesMut};
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, RANGE, RETRY_AFTER,
};
use reqwest::{Method, Response, StatusCode};
use std::error::Error as StdError;
use std::time::{Duration, Instant, SystemTime};
use url::Url;

/// An answer's body may be as long: a page of a thousand calls is 1.5 MB.
const BODY_BYTES_MAX: usize = 64 << 20;
/// Elements and texts of a refusal in XML: four times those that one has.
const ERROR_NODES_MAX: u32 = 64;
/// Of a proxy's page, as much is told.
const MESSAGE_CHARS_MAX: usize = 200;
/// Sound may lie elsewhere, and there elsewhere; more is a circle.
const REDIRECTS_MAX: usize = 5;

/// The way to the API.
pub(crate) struct Connection {
    pub http: reqwest::Client,
    pub bases: Bases,
    pub authorization: HeaderValue,
    pub retries: Retries,
    pub timeout: Duration,
    pub try_timeout: Duration,
}

/// An answer of success, as it came.
pub(crate) struct Answered {
    status: u16,
    body: Bytes,
}

/// A try that went wrong.
struct Failed {
    wrong: Wrong,
    error: Error,
}

impl Connection {
    /// Makes a request, and reads what is answered.
    pub async fn ask<T: Body>(&self, request: &Request) -> Result<T, Error> {
        let answered = self
            .repeat(request, |began| self.whole(request, began))
            .await?;
        let Some(answered) = answered else {
            return read(request, 204, &[]);
        };
        read(request, answered.status, &answered.body)
    }

    /// Makes a request for a page of a list.
    pub async fn ask_page<T: Body>(&self, request: &Request) -> Result<Envelope<T>, Error> {
        let answered = self
            .repeat(request, |began| self.whole(request, began))
            .await?;
        let answered = answered.ok_or_else(|| Error::input("there is no page"))?;
        let read = serde_json::from_slice(&answered.body);
        read.map_err(|complaint| unreadable(request, answered.status, &complaint))
    }

    /// Makes a request for something long; its body is still to come.
    pub async fn open(&self, request: &Request) -> Result<Response, Error> {
        let opened = self
            .repeat(request, |began| self.begun(request, began))
            .await?;
        opened.ok_or_else(|| Error::input("there is nothing to be read"))
    }

    /// Tries until it is done, can't be done, or time is up. `None`: what was to be deleted is
    /// gone, and a try of ours may have done it.
    async fn repeat<T, F>(
        &self,
        request: &Request,
        once: impl Fn(Instant) -> F,
    ) -> Result<Option<T>, Error>
    where
        F: Future<Output = Result<T, Failed>>,
    {
        let began = Instant::now();
        let verb = request.verb;
        let mut tried = 0;
        let mut maybe_done = false;
        loop {
            let Failed { wrong, mut error } = match once(began).await {
                Ok(done) => return Ok(Some(done)),
                Err(failed) => failed,
            };
            if verb == Verb::Delete && maybe_done && wrong == Wrong::Status(404) {
                return Ok(None);
            }
            maybe_done |= wrong.maybe_done(verb);
            let told = match &error {
                Error::Api(error) => error.retry_after,
                _ => None,
            };
            let pause = self.retries.pause(tried, told, chance());
            let late = began.elapsed() + pause >= self.timeout;
            tried += 1;
            if tried > self.retries.max || late || !wrong.may_try_again(verb) {
                error.settle(tried, maybe_done);
                return Err(error);
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// One try, with its whole answer.
    async fn whole(&self, request: &Request, began: Instant) -> Result<Answered, Failed> {
        let limit = self.try_timeout.min(self.left(began));
        let deadline = Instant::now() + limit;
        let response = self.begun(request, began).await?;
        let status = response.status().as_u16();
        let limit = deadline.saturating_duration_since(Instant::now());
        let body = body(response, limit).await?;
        Ok(Answered { status, body })
    }

    /// One try, until its answer begins. What is no success is read to its end.
    async fn begun(&self, request: &Request, began: Instant) -> Result<Response, Failed> {
        let limit = self.try_timeout.min(self.left(began));
        let (product, place) = request.place().map_err(Failed::hopeless)?;
        let mut url = self.bases.url(product, &place).map_err(Failed::hopeless)?;
        let mut hops = 0;
        let response = loop {
            let built = self.built(request, url.clone());
            let sent = tokio::time::timeout(limit, self.http.execute(built)).await;
            let response = match sent {
                Err(_) => return Err(Failed::timeout(Phase::Exchange)),
                Ok(Err(error)) => return Err(Failed::transport(error, Phase::Exchange)),
                Ok(Ok(response)) => response,
            };
            // Only asking is led on: whatever changes something stays where it was sent.
            let led_on = response.status().is_redirection() && request.verb == Verb::Get;
            let next = response.headers().get(LOCATION).filter(|_| led_on);
            let next = next.and_then(|to| url.join(to.to_str().ok()?).ok());
            match next {
                Some(next) if hops < REDIRECTS_MAX => url = next,
                _ => break response,
            }
            hops += 1;
        };
        if response.status().is_success() {
            return Ok(response);
        }
        Err(refused(response, limit).await)
    }

    fn built(&self, request: &Request, url: Url) -> reqwest::Request {
        let method = match request.verb {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
            Verb::Delete => Method::DELETE,
        };
        let ours = self.bases.are_home_of(&url);
        let mut built = reqwest::Request::new(method, url);
        let headers = built.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static(request.accept));
        let last = request.last_event_id.as_deref().map(HeaderValue::from_str);
        if let Some(Ok(last)) = last {
            headers.insert("last-event-id", last);
        }
        let range = request.range.as_deref().map(HeaderValue::from_str);
        if let Some(Ok(range)) = range {
            headers.insert(RANGE, range);
        }
        // A stranger to whom we are led doesn't learn it.
        if ours {
            headers.insert(AUTHORIZATION, self.authorization.clone());
        }
        if request.verb == Verb::Post {
            let form = HeaderValue::from_static("application/x-www-form-urlencoded");
            headers.insert(CONTENT_TYPE, form);
            *built.body_mut() = Some(request.form().into());
        }
        built
    }

    fn left(&self, began: Instant) -> Duration {
        self.timeout.saturating_sub(began.elapsed())
    }
}

fn read<T: Body>(request: &Request, status: u16, body: &[u8]) -> Result<T, Error> {
    T::read(body).map_err(|complaint| unreadable(request, status, &complaint))
}

fn unreadable(request: &Request, status: u16, complaint: &serde_json::Error) -> Error {
    Error::Answer(Box::new(AnswerError {
        status,
        complaint: complaint.to_string(),
        // It was a success, whatever it says.
        maybe_done: request.verb != Verb::Get,
    }))
}

/// Reads a body to its end.
async fn body(mut response: Response, limit: Duration) -> Result<Bytes, Failed> {
    let read = async {
        let mut body = BytesMut::new();
        loop {
            match response.chunk().await {
                Ok(None) => return Ok(body.freeze()),
                Ok(Some(piece)) if body.len() + piece.len() <= BODY_BYTES_MAX => {
                    body.extend_from_slice(&piece);
                }
                Ok(Some(_)) => return Err(Failed::broken(Phase::Body)),
                Err(error) => return Err(Failed::transport(error, Phase::Body)),
            }
        }
    };
    match tokio::time::timeout(limit, read).await {
        Ok(read) => read,
        Err(_) => Err(Failed::timeout(Phase::Body)),
    }
}

/// An answer that is no success, as an error. That its body breaks off changes nothing.
async fn refused(response: Response, limit: Duration) -> Failed {
    let status = response.status();
    let headers = response.headers().clone();
    let body = body(response, limit).await.unwrap_or_default();
    Failed {
        wrong: Wrong::Status(status.as_u16()),
        error: Error::Api(Box::new(api_error(status, &headers, &body))),
    }
}

fn api_error(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ApiError {
    let header = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
    // The newer form of errors (RFC 9457) says `detail` and `title`.
    let body: serde_json::Value = serde_json::from_slice(body)
        .ok()
        .or_else(|| from_xml(body))
        .unwrap_or_default();
    let text = |name: &str| {
        let text = body.get(name)?.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    };
    let message = text("message").or_else(|| text("detail"));
    let message = message.or_else(|| text("title"));
    let reason = status.canonical_reason().unwrap_or("no success");
    let code = body.get("code").and_then(|code| match code {
        serde_json::Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    });
    let mut message = message.unwrap_or_else(|| reason.to_owned());
    if let Some((end, _)) = message.char_indices().nth(MESSAGE_CHARS_MAX * 5) {
        message.truncate(end);
    }
    ApiError {
        status: status.as_u16(),
        code: code.and_then(|code| u32::try_from(code).ok()),
        message,
        more_info: text("more_info"),
        details: body.get("details").filter(|it| !it.is_null()).cloned(),
        request_id: header("twilio-request-id"),
        retry_after: headers.get(RETRY_AFTER).and_then(retry_after),
        tries: 1,
        maybe_done: false,
    }
}

/// A refusal in XML, as answers to requests for sound are told, under the names it has in JSON.
fn from_xml(body: &[u8]) -> Option<serde_json::Value> {
    let options = roxmltree::ParsingOptions {
        nodes_limit: ERROR_NODES_MAX,
        ..roxmltree::ParsingOptions::default()
    };
    let text = std::str::from_utf8(body).ok()?;
    let document = roxmltree::Document::parse_with_options(text, options).ok()?;
    let mut all = document.descendants();
    let told = all.find(|node| node.has_tag_name("RestException"))?;
    let names = [
        ("Code", "code"),
        ("Message", "message"),
        ("Detail", "detail"),
        ("MoreInfo", "more_info"),
    ];
    let found = names.into_iter().filter_map(|(tag, name)| {
        let node = told.children().find(|node| node.has_tag_name(tag))?;
        Some((name.to_owned(), node.text()?.into()))
    });
    Some(serde_json::Value::Object(found.collect()))
}

/// RFC 9110 §10.2.3: seconds, or a date.
fn retry_after(header: &HeaderValue) -> Option<Duration> {
    let text = header.to_str().ok()?.trim();
    match text.parse() {
        Ok(secs) => Some(Duration::from_secs(secs)),
        Err(_) => {
            let date = api::read_date(text)?;
            Some(date.duration_since(SystemTime::now()).unwrap_or_default())
        }
    }
}

impl Failed {
    fn hopeless(error: Error) -> Failed {
        Failed {
            wrong: Wrong::NeverWill,
            error,
        }
    }

    fn timeout(phase: Phase) -> Failed {
        Failed::of(Wrong::Broken, phase, true, None)
    }

    fn broken(phase: Phase) -> Failed {
        Failed::of(Wrong::Broken, phase, false, None)
    }

    /// `phase` is where we are, if the connection had opened.
    fn transport(error: reqwest::Error, phase: Phase) -> Failed {
        let timeout = error.is_timeout();
        let (wrong, phase) = if error.is_dns() {
            (Wrong::NeverOpened, Phase::Resolve)
        } else if tls_fault(&error) {
            (Wrong::NeverWill, Phase::Secure)
        } else if error.is_connect() {
            (Wrong::NeverOpened, Phase::Connect)
        } else if error.is_builder() {
            (Wrong::NeverWill, phase)
        } else {
            (Wrong::Broken, phase)
        };
        // The address is known to who asked, and may hold what is nobody's business.
        Failed::of(wrong, phase, timeout, Some(error.without_url().into()))
    }

    fn of(
        wrong: Wrong,
        phase: Phase,
        timeout: bool,
        source: Option<Box<dyn StdError + Send + Sync>>,
    ) -> Failed {
        let error = Error::Transport(Box::new(TransportError {
            phase,
            timeout,
            tries: 1,
            maybe_done: false,
            source,
        }));
        Failed { wrong, error }
    }
}

/// Whether the agreement upon a secret failed while the connection was being opened, as it will
/// again.
fn tls_fault(error: &reqwest::Error) -> bool {
    if !error.is_connect() {
        return false;
    }
    let mut reason = StdError::source(error);
    while let Some(inner) = reason {
        if inner.is::<rustls::Error>() {
            return true;
        }
        // An error of input and output leaves out the one it wraps when it is asked for its
        // source, and may wrap another of its kind.
        reason = match inner.downcast_ref::<std::io::Error>() {
            Some(io) => io
                .get_ref()
                .map(|wrapped| wrapped as &(dyn StdError + 'static)),
            None => inner.source(),
        };
    }
    false
}

/// Anything from 0 to 1. Where the system has no chance to give, pauses are the longest.
fn chance() -> f64 {
    match getrandom::u32() {
        Ok(drawn) => f64::from(drawn) / f64::from(u32::MAX),
        Err(_) => 1.0,
    }
}

/// What comes of an opened answer, piece by piece.
pub(crate) async fn piece(
    response: &mut Response,
    limit: Duration,
) -> Result<Option<Bytes>, Error> {
    let failed = match tokio::time::timeout(limit, response.chunk()).await {
        Ok(Ok(piece)) => return Ok(piece),
        Ok(Err(error)) => Failed::transport(error, Phase::Body),
        Err(_) => Failed::timeout(Phase::Body),
    };
    Err(failed.error)
}
