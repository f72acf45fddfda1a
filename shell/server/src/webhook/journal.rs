//! Writes down what goes over the wire for one question: each retry and each redirect, with what
//! was signed and how long each phase took. What is written may be shown: secrets are masked here.

use super::pool::{Exchange, Phases};
use super::url::{Url, form_body};
use super::{Fault, random, status_text};
use api::signature;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use model::mask::{self, Lost, MASK};
use model::{
    AccountSid, CallSid, ErrorCode, Method, Original, Signed, Span, Time, WebhookAnswer,
    WebhookKind, WebhookRow, WebhookSid, WebhookTiming, limit,
};
use sha2::{Digest, Sha256};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a question is about, and what has been asked for it so far.
pub(super) struct Journal<'a> {
    pub account: AccountSid,
    pub call: CallSid,
    pub kind: WebhookKind,
    pub token: &'a str,
    pub replay_of: Option<WebhookSid>,
    /// How long a callback had waited for its attempt.
    pub queued: Option<Span>,
    progress: Mutex<Progress>,
}

#[derive(Default)]
struct Progress {
    attempt: u32,
    redirects: u32,
    rows: Vec<WebhookRow>,
}

/// One request and what came of it.
pub(super) struct Sent<'a> {
    pub exchange: &'a Exchange,
    /// The form, where one was sent.
    pub form: &'a [(String, String)],
    pub date: Time,
    pub phases: Phases,
    pub came: Came<'a>,
}

/// What came of a request.
pub(super) enum Came<'a> {
    /// An answer that is used.
    Answer(u16, &'a HeaderMap, &'a [u8]),
    /// The head of an answer, and no more.
    Broken(u16, &'a HeaderMap, &'a Fault),
    /// Nothing.
    Nothing(&'a Fault),
    /// What was kept of an earlier answer.
    Kept(u16, &'a HeaderMap, &'a [u8]),
}

impl<'a> Journal<'a> {
    /// Of a question of which nothing has been asked yet.
    pub fn new(
        account: AccountSid,
        call: CallSid,
        kind: WebhookKind,
        token: &'a str,
    ) -> Journal<'a> {
        Journal {
            account,
            call,
            kind,
            token,
            replay_of: None,
            queued: None,
            progress: Mutex::default(),
        }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another try begins.
    pub fn tries(&self) {
        let mut progress = self.progress();
        progress.attempt += 1;
        progress.redirects = 0;
    }

    /// The answer led elsewhere.
    pub fn redirected(&self) {
        self.progress().redirects += 1;
    }

    /// Everything that was written.
    pub fn rows(self) -> Vec<WebhookRow> {
        self.progress
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
            .rows
    }

    /// Writes a request down.
    pub fn sent(&self, sent: &Sent<'_>) {
        let shown = Shown::of(sent.exchange, sent.form);
        let (kept, answer, error) = match &sent.came {
            Came::Answer(status, headers, body) => {
                let error = self.refused(*status);
                (false, Some(answer(*status, headers, body)), error)
            }
            Came::Kept(status, headers, body) => (true, Some(answer(*status, headers, body)), None),
            Came::Broken(status, headers, fault) => {
                let error = Some((fault.code(), fault.text()));
                (false, Some(answer(*status, headers, &[])), error)
            }
            Came::Nothing(fault) => (false, None, Some((fault.code(), fault.text()))),
        };
        let method = match sent.exchange.method {
            hyper::Method::GET => Method::Get,
            _ => Method::Post,
        };
        let mut row = self.row(sent.date, method, shown.url);
        row.kept = kept;
        row.headers = request_headers(sent.exchange);
        row.cut = shown.cut;
        row.body = shown.body;
        row.signed = Some(shown.signed);
        row.answer = answer;
        (row.error, row.error_text) = told(error);
        row.original = shown.original;
        if !kept {
            row.timing = sent.phases.timing(row.timing.queued);
        }
        self.progress().rows.push(row);
    }

    /// The question is over, in vain: what was not seen of that on the wire stands with its last
    /// request; where there was none, the question itself is written down.
    pub fn failed(&self, date: Time, method: Method, url: &str, fault: &Fault) {
        let (code, text) = (fault.code(), fault.text());
        if self.ends(code, &text) {
            return;
        }
        let url = Url::parse(url).map_or_else(
            |_| model::web_event::without_password(url),
            |url| Shown::address(&url).0,
        );
        let mut row = self.row(date, method, url);
        (row.error, row.error_text) = told(Some((code, text)));
        row.original = Original::Gone;
        self.progress().rows.push(row);
    }

    /// What is wrong with the outcome of the question stands with its last request; says whether
    /// there was one.
    pub fn ends(&self, code: ErrorCode, text: &str) -> bool {
        let mut progress = self.progress();
        let Some(last) = progress.rows.last_mut() else {
            return false;
        };
        if last.error.is_none() {
            (last.error, last.error_text) = (Some(code.0), Some(text.to_owned()));
        }
        true
    }

    /// What an answer's status says is wrong. A redirect leads on, and 304 confirms what is kept.
    fn refused(&self, status: u16) -> Option<(ErrorCode, String)> {
        let code = match self.kind {
            WebhookKind::StatusCallback
            | WebhookKind::RecordingCallback
            | WebhookKind::DetectionCallback
            | WebhookKind::Callback => ErrorCode::CALLBACK_FAILED,
            _ => ErrorCode::HTTP_FAILURE,
        };
        (status >= 400).then(|| (code, status_text(code, status)))
    }

    fn row(&self, date: Time, method: Method, url: String) -> WebhookRow {
        let progress = self.progress();
        WebhookRow {
            sid: WebhookSid::at(date, random() as u64),
            account: self.account,
            call: self.call,
            kind: self.kind,
            date,
            token: self.token.to_owned(),
            attempt: progress.attempt,
            redirects: progress.redirects,
            replay_of: self.replay_of,
            kept: false,
            method,
            url,
            headers: Vec::new(),
            body: String::new(),
            cut: false,
            signed: None,
            answer: None,
            timing: WebhookTiming {
                // It waited once, however often it is asked.
                queued: self.queued.filter(|_| progress.rows.is_empty()),
                ..WebhookTiming::default()
            },
            error: None,
            error_text: None,
            original: Original::Shown,
        }
    }
}

fn told(error: Option<(ErrorCode, String)>) -> (Option<u32>, Option<String>) {
    error.map_or((None, None), |(code, text)| (Some(code.0), Some(text)))
}

/// A request as it may be shown.
struct Shown {
    url: String,
    body: String,
    cut: bool,
    signed: Signed,
    original: Original,
}

impl Shown {
    fn of(exchange: &Exchange, form: &[(String, String)]) -> Shown {
        let (url, mut lost) = Shown::address(&exchange.url);
        let mut masked: Option<Vec<(String, String)>> = None;
        for (place, (name, value)) in form.iter().enumerate() {
            if let Some((shown, loses)) = mask::value(name, value) {
                lost = lost.max(loses);
                masked.get_or_insert_with(|| form.to_vec())[place].1 = shown;
            }
        }
        let sent = || String::from_utf8_lossy(&exchange.body).into_owned();
        let mut body = masked.as_deref().map_or_else(sent, form_body);
        // User and password are not signed, so what hides them alone changes nothing here.
        let target = masked_path(&exchange.url.path).map(|(path, _)| Url {
            path,
            ..exchange.url.clone()
        });
        let mut text = match (&target, &masked) {
            (None, None) => exchange.signed.to_string(),
            _ => signature::signed_text(
                &target.as_ref().unwrap_or(&exchange.url).signed(),
                masked.as_deref().unwrap_or(form),
            ),
        };
        let hidden = target.is_some() || masked.is_some();
        let cut = mask::cut(&mut body, limit::WEBHOOK_BODY_BYTES_MAX);
        let hidden = mask::cut(&mut text, limit::WEBHOOK_BODY_BYTES_MAX) || hidden;
        let hash = hidden.then(|| Sha256::digest(exchange.signed.as_bytes()).into());
        let original = match lost {
            _ if cut || url.len() > limit::WEBHOOK_BODY_BYTES_MAX => Original::Gone,
            Lost::Nothing => Original::Shown,
            Lost::Secret => Original::Sealed {
                url: exchange.url.written(),
                body: sent(),
            },
            Lost::Card => Original::Gone,
        };
        let mut url = url;
        mask::cut(&mut url, limit::WEBHOOK_BODY_BYTES_MAX);
        Shown {
            url,
            body,
            cut,
            signed: Signed { text, hash },
            original,
        }
    }

    /// An address without its password, and without secrets in its query.
    fn address(url: &Url) -> (String, Lost) {
        let mut shown = url.clone();
        let mut lost = Lost::Nothing;
        if let Some((path, loses)) = masked_path(&url.path) {
            (shown.path, lost) = (path, loses);
        }
        if let Some((_, password)) = &mut shown.user {
            MASK.clone_into(password);
            lost = lost.max(Lost::Secret);
        }
        // The mask is ours, and stands there as it is written.
        let written = shown
            .written()
            .replacen("%2A%2A%2A@", &format!("{MASK}@"), 1);
        (written, lost)
    }
}

/// A path whose query holds something to be masked; `None` if it holds nothing of the kind.
fn masked_path(path: &str) -> Option<(String, Lost)> {
    let (before, query) = path.split_once('?')?;
    let mut lost = Lost::Nothing;
    let pairs: Vec<String> = query
        .split('&')
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let plain = super::url::unescape(&value.replace('+', " "));
            let named = super::url::unescape(name);
            match mask::value(&named, &plain) {
                Some((shown, loses)) => {
                    lost = lost.max(loses);
                    // The mask itself needs no escape in a query (RFC 3986 §3.4).
                    let shown = super::url::escape(&shown).replace("%2A", "*");
                    format!("{name}={shown}")
                }
                None => pair.to_owned(),
            }
        })
        .collect();
    (lost != Lost::Nothing).then(|| (format!("{before}?{}", pairs.join("&")), lost))
}

/// What was sent, with what the connection adds: `Host` and the length of a form.
fn request_headers(exchange: &Exchange) -> Vec<(String, String)> {
    let mut headers = vec![("host".to_owned(), exchange.url.authority())];
    for (name, value) in &exchange.headers {
        headers.push((name.as_str().to_owned(), masked_header(name, value)));
    }
    if exchange.method == hyper::Method::POST {
        headers.push(("content-length".to_owned(), exchange.body.len().to_string()));
    }
    bounded(headers)
}

fn answer(status: u16, headers: &HeaderMap, body: &[u8]) -> WebhookAnswer {
    // A little more than is kept, so that a secret at the end is seen whole before it is cut.
    let seen = &body[..body.len().min(limit::WEBHOOK_BODY_BYTES_MAX + 1_024)];
    let text = String::from_utf8_lossy(seen);
    let mut text = mask::passwords_in_markup(&text);
    if let Some(masked) = mask::cards(&text) {
        text = masked;
    }
    let cut = mask::cut(&mut text, limit::WEBHOOK_BODY_BYTES_MAX) || seen.len() < body.len();
    let headers = headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), masked_header(name, value)))
        .collect();
    WebhookAnswer {
        status,
        headers: bounded(headers),
        body: text,
        cut,
    }
}

/// A header's value without what lets somebody in.
fn masked_header(name: &HeaderName, value: &HeaderValue) -> String {
    let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
    match *name {
        header::AUTHORIZATION | header::PROXY_AUTHORIZATION => {
            let scheme = text.split(' ').next().unwrap_or_default();
            format!("{scheme} {MASK}")
        }
        header::COOKIE => {
            let cookies = text.split("; ").map(|cookie| nameless(cookie, ""));
            cookies.collect::<Vec<_>>().join("; ")
        }
        header::SET_COOKIE => {
            let (cookie, attributes) = text.split_at(text.find(';').unwrap_or(text.len()));
            nameless(cookie, attributes)
        }
        header::LOCATION => match Url::parse(&text) {
            Ok(url) if url.user.is_some() || masked_path(&url.path).is_some() => {
                Shown::address(&url).0
            }
            // Relative ones can hold a query as well.
            _ => masked_path(&text).map_or(text, |(path, _)| path),
        },
        _ if mask::is_secret(name.as_str()) => MASK.to_owned(),
        _ => text,
    }
}

fn nameless(cookie: &str, attributes: &str) -> String {
    match cookie.split_once('=') {
        Some((name, _)) => format!("{name}={MASK}{attributes}"),
        None => format!("{MASK}{attributes}"),
    }
}

/// The first of them, within the bound.
fn bounded(mut headers: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut left = limit::WEBHOOK_HEADERS_BYTES_MAX;
    headers.retain_mut(|(name, value)| {
        let room = left.saturating_sub(name.len());
        if room == 0 {
            return false;
        }
        mask::cut(value, room);
        left = room - value.len();
        true
    });
    headers
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    fn exchange(url: &str, form: &[(String, String)]) -> Exchange {
        let url = Url::parse(url).unwrap();
        Exchange {
            method: hyper::Method::POST,
            signed: signature::signed_text(&url.signed(), form).into(),
            url,
            headers: HeaderMap::new(),
            body: Bytes::from(form_body(form)),
        }
    }

    #[test]
    fn what_holds_no_secret_is_shown_as_it_was_sent() {
        let form = [pair("From", "+4111111111111111"), pair("Digits", "12#")];
        let url = "https://app.example.com:8443/a?b=%20c";
        let shown = Shown::of(&exchange(url, &form), &form);
        assert_eq!(shown.url, url);
        assert_eq!(shown.body, "From=%2B4111111111111111&Digits=12%23");
        let signed = "https://app.example.com/a?b=%20cDigits12#From+4111111111111111";
        assert_eq!(
            (shown.signed.text.as_str(), shown.signed.hash),
            (signed, None)
        );
        assert_eq!((shown.cut, shown.original), (false, Original::Shown));
    }

    #[test]
    fn a_password_is_sealed_and_a_cards_digits_are_gone() {
        let form = [pair("Digits", "1")];
        let sent = exchange("http://me:op%3Aen@h.example/?api_key=x%20y&b=c", &form);
        let shown = Shown::of(&sent, &form);
        assert_eq!(shown.url, "http://me:***@h.example/?api_key=***&b=c");
        assert_eq!(
            shown.signed.text,
            "http://h.example/?api_key=***&b=cDigits1"
        );
        let hash: [u8; 32] = Sha256::digest("http://h.example/?api_key=x%20y&b=cDigits1").into();
        assert_eq!(shown.signed.hash, Some(hash));
        let sealed = Original::Sealed {
            url: "http://me:op%3Aen@h.example/?api_key=x%20y&b=c".into(),
            body: "Digits=1".into(),
        };
        assert_eq!(shown.original, sealed);

        let form = [pair("Digits", "4111 1111 1111 1111"), pair("A", "b")];
        let shown = Shown::of(&exchange("http://u:p@h.example/", &form), &form);
        assert_eq!(shown.body, "Digits=%2A%2A%2A&A=b");
        assert_eq!(shown.signed.text, "http://h.example/AbDigits***");
        assert!(shown.signed.hash.is_some());
        assert_eq!(shown.original, Original::Gone);

        let shown = Shown::of(&exchange("http://h/?Digits=4111111111111111", &[]), &[]);
        assert_eq!(shown.url, "http://h/?Digits=***");
        assert_eq!(shown.original, Original::Gone);
    }

    #[test]
    fn a_password_alone_does_not_change_what_was_signed() {
        let shown = Shown::of(&exchange("http://me:open@h.example/x", &[]), &[]);
        assert_eq!(shown.signed.text, "http://h.example/x");
        assert_eq!(shown.signed.hash, None);
    }

    #[test]
    fn headers_show_no_credentials_and_no_cookies() {
        let shown = |name: HeaderName, value: &str| {
            masked_header(&name, &HeaderValue::from_str(value).unwrap())
        };
        assert_eq!(
            shown(header::AUTHORIZATION, "Basic bWU6b3Blbg=="),
            "Basic ***"
        );
        assert_eq!(
            shown(
                header::AUTHORIZATION,
                "Digest username=\"me\", response=\"1\""
            ),
            "Digest ***"
        );
        assert_eq!(shown(header::COOKIE, "a=1; b=2=3; c"), "a=***; b=***; ***");
        assert_eq!(
            shown(header::SET_COOKIE, "sid=secret; Path=/; Secure"),
            "sid=***; Path=/; Secure"
        );
        assert_eq!(
            shown(header::LOCATION, "http://u:p@h/x?token=1"),
            "http://u:***@h/x?token=1"
        );
        assert_eq!(
            shown(header::LOCATION, "/x?password=1&y=2"),
            "/x?password=***&y=2"
        );
        assert_eq!(shown(header::LOCATION, "../y"), "../y");
        let key = HeaderName::from_static("x-api-key");
        assert_eq!(shown(key, "open"), "***");
        assert_eq!(shown(header::ACCEPT, "*/*"), "*/*");
    }

    #[test]
    fn what_is_long_is_cut_and_says_so() {
        let form = [pair(
            "SpeechResult",
            &"é".repeat(limit::WEBHOOK_BODY_BYTES_MAX),
        )];
        let shown = Shown::of(&exchange("http://h.example/", &form), &form);
        assert!(shown.cut && shown.body.len() <= limit::WEBHOOK_BODY_BYTES_MAX);
        assert!(shown.signed.text.len() <= limit::WEBHOOK_BODY_BYTES_MAX);
        assert!(shown.signed.hash.is_some());
        assert_eq!(shown.original, Original::Gone);
        let mut headers = HeaderMap::new();
        for n in 0..999 {
            let name = HeaderName::from_bytes(format!("x-{n}").as_bytes()).unwrap();
            headers.insert(name, HeaderValue::from_str(&"v".repeat(100)).unwrap());
        }
        let long = vec![b'x'; 2 * limit::WEBHOOK_BODY_BYTES_MAX];
        let answer = answer(200, &headers, &long);
        let kept: usize = answer.headers.iter().map(|(n, v)| n.len() + v.len()).sum();
        assert!(kept <= limit::WEBHOOK_HEADERS_BYTES_MAX);
        assert_eq!(answer.body.len(), limit::WEBHOOK_BODY_BYTES_MAX);
        assert!(answer.cut);
    }

    #[test]
    fn an_answers_document_hides_the_password_of_a_phone() {
        let text = "<Sip password=\"hidden\">sip:x</Sip> 4111111111111111";
        let shown = answer(200, &HeaderMap::new(), text.as_bytes());
        assert_eq!(shown.body, "<Sip password=\"***\">sip:x</Sip> ***");
        assert!(!shown.cut);
    }
}
