//! The HTTP client towards customers' applications: documents, callbacks and sound files.
//!
//! Signs what it sends, keeps each call's cookies, obeys the connection overrides in the
//! address's fragment, follows redirects, tries again where the rule says so, and names each
//! fault by its number. Nothing here decides what a call does next.

mod cookie;
mod fault;
mod overrides;
mod pool;
pub mod signature;
mod url;

pub use fault::Fault;
pub use overrides::{Overrides, Policy};
pub use url::{Url, escape, form_body};

use base64::Engine;
use bytes::Bytes;
use cookie::Jar;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use model::{
    CallSid, Callback, CallbackId, ErrorCode, Method, WebAnswer, WebReply, WebRequest, limit,
};
use pool::{Answer, Bounds, Exchange, Lane, Pool};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A reply, and how long it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// What came of the request.
    pub reply: WebReply,
    /// From the first attempt to the end of the last.
    pub took: Duration,
}

/// Why a callback was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// 15003 for a status outside 2xx, else the fault's own number.
    pub code: ErrorCode,
    /// What was answered, where anything was.
    pub answer: Option<WebAnswer>,
    /// One sentence.
    pub text: String,
}

/// A sound file's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaReply {
    /// The file.
    File {
        /// The `Content-Type` header as it came.
        content_type: Option<String>,
        /// The `ETag` header, to ask with the next time.
        etag: Option<String>,
        /// At most `limit::PLAY_BYTES_MAX` + 1 bytes.
        body: Vec<u8>,
    },
    /// The file is the one that was asked about.
    Unchanged,
    /// It couldn't be had.
    Failed {
        /// The fault's number.
        code: ErrorCode,
        /// One sentence.
        text: String,
    },
}

/// Whose certificates are believed.
#[derive(Debug, Clone, Default)]
pub enum Trust {
    /// The machine's list, or Mozilla's where the machine has none.
    #[default]
    Machine,
    /// These alone.
    Only(rustls::RootCertStore),
}

/// The client. Clones share connections and cookies.
#[derive(Clone)]
pub struct WebClient {
    pool: Arc<Pool>,
    jars: Arc<Mutex<BTreeMap<CallSid, Jar>>>,
}

/// One request before it is signed.
struct Asking<'a> {
    lane: Lane,
    call: Option<CallSid>,
    method: Method,
    url: &'a str,
    parameters: &'a [(String, String)],
    token: &'a str,
    idempotency: String,
    headers: HeaderMap,
    body_bytes_max: usize,
}

impl WebClient {
    /// A client without connections.
    pub fn new(trust: Trust) -> WebClient {
        WebClient::bounded(trust, limit::WEBHOOKS_PER_HOST_MAX)
    }

    fn bounded(trust: Trust, per_host: usize) -> WebClient {
        let roots = match trust {
            Trust::Machine => machine_roots(),
            Trust::Only(roots) => roots,
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring speaks the versions that rustls holds safe")
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        WebClient {
            pool: Arc::new(Pool::new(tls, per_host)),
            jars: Arc::default(),
        }
    }

    /// Asks for a document.
    pub async fn fetch(&self, request: &WebRequest, token: &str) -> Fetched {
        let started = Instant::now();
        let asking = Asking {
            lane: Lane::Document,
            call: Some(request.call),
            method: request.method,
            url: &request.url,
            parameters: &request.parameters,
            token,
            idempotency: uuid(random()),
            headers: HeaderMap::new(),
            body_bytes_max: limit::DOCUMENT_BYTES_MAX + 1,
        };
        let reply = match self.ask(&asking).await {
            Ok((answer, url)) if (200..300).contains(&answer.status) => WebReply::Answered {
                status: answer.status,
                content_type: text_of(&answer.headers, header::CONTENT_TYPE),
                body: answer.body,
                url: url.written(),
            },
            Ok((answer, _)) => WebReply::Failed {
                code: ErrorCode::HTTP_FAILURE,
                status: Some(answer.status),
                text: format!("{}: HTTP {}", ErrorCode::HTTP_FAILURE.text(), answer.status),
            },
            Err(fault) => WebReply::Failed {
                code: fault.code(),
                status: None,
                text: fault.text(),
            },
        };
        Fetched {
            reply,
            took: started.elapsed(),
        }
    }

    /// Tells a callback. The same callback carries the same idempotency token on every try, also
    /// after a restart.
    pub async fn deliver(
        &self,
        callback: &Callback,
        token: &str,
    ) -> Result<WebAnswer, Undelivered> {
        let CallbackId(id) = callback.id;
        let asking = Asking {
            lane: Lane::Callback,
            call: Some(callback.call),
            method: callback.method,
            url: &callback.url,
            parameters: &callback.parameters,
            token,
            idempotency: uuid(id),
            headers: HeaderMap::new(),
            body_bytes_max: limit::DOCUMENT_BYTES_MAX,
        };
        match self.ask(&asking).await {
            Ok((answer, _)) if (200..300).contains(&answer.status) => Ok(web_answer(answer)),
            Ok((answer, _)) => Err(Undelivered {
                code: ErrorCode::CALLBACK_FAILED,
                text: format!(
                    "{}: HTTP {}",
                    ErrorCode::CALLBACK_FAILED.text(),
                    answer.status
                ),
                answer: Some(web_answer(answer)),
            }),
            Err(fault) => Err(Undelivered {
                code: fault.code(),
                answer: None,
                text: fault.text(),
            }),
        }
    }

    /// Gets a sound file: signed like everything else, without the call's parameters.
    pub async fn fetch_media(&self, url: &str, etag: Option<&str>, token: &str) -> MediaReply {
        let mut headers = HeaderMap::new();
        if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            headers.insert(header::IF_NONE_MATCH, etag);
        }
        let asking = Asking {
            lane: Lane::Media,
            call: None,
            method: Method::Get,
            url,
            parameters: &[],
            token,
            idempotency: uuid(random()),
            headers,
            body_bytes_max: limit::PLAY_BYTES_MAX + 1,
        };
        match self.ask(&asking).await {
            Ok((answer, _)) if (200..300).contains(&answer.status) => MediaReply::File {
                content_type: text_of(&answer.headers, header::CONTENT_TYPE),
                etag: text_of(&answer.headers, header::ETAG),
                body: answer.body,
            },
            Ok((answer, _)) if answer.status == 304 && etag.is_some() => MediaReply::Unchanged,
            Ok((answer, _)) => MediaReply::Failed {
                code: ErrorCode::HTTP_FAILURE,
                text: format!("{}: HTTP {}", ErrorCode::HTTP_FAILURE.text(), answer.status),
            },
            Err(fault) => MediaReply::Failed {
                code: fault.code(),
                text: fault.text(),
            },
        }
    }

    /// Throws a call's cookies away.
    pub fn forget(&self, call: CallSid) {
        self.jars
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&call);
    }

    /// Asks, and asks again where the policy says so.
    async fn ask(&self, asking: &Asking<'_>) -> Result<(Answer, Url), Fault> {
        let url = Url::parse(asking.url).map_err(Fault::Url)?;
        let overrides = Overrides::parse(url.fragment.as_deref()).map_err(Fault::Url)?;
        let bounds = Bounds {
            connect: overrides.connect,
            read: overrides.read,
            deadline: tokio::time::Instant::now() + overrides.total,
            body_bytes_max: asking.body_bytes_max,
            server_name: overrides.server_name,
        };
        let mut retries = overrides.retries;
        loop {
            let outcome = self.follow(asking, url.clone(), bounds).await;
            let again = match &outcome {
                Ok((answer, _)) => match answer.status {
                    400..500 => overrides.policy.client_errors,
                    500..600 => overrides.policy.server_errors,
                    _ => false,
                },
                Err(fault) => fault.is_retried(overrides.policy),
            };
            let time_left = tokio::time::Instant::now() < bounds.deadline;
            if !again || retries == 0 || !time_left {
                return outcome;
            }
            retries -= 1;
        }
    }

    /// One attempt, redirects followed.
    async fn follow(
        &self,
        asking: &Asking<'_>,
        mut url: Url,
        bounds: Bounds,
    ) -> Result<(Answer, Url), Fault> {
        url.fragment = None;
        let mut method = asking.method;
        let mut parameters = asking.parameters;
        for _ in 0..=limit::REDIRECTS_MAX {
            // Parameters of a GET belong to the address that is signed and asked; relative
            // addresses start from it without them.
            let target = match method {
                Method::Get => url.with_parameters(parameters),
                Method::Post => url.clone(),
            };
            let exchange = self.exchange(asking, method, &target, parameters)?;
            let answer = self.pool.exchange(asking.lane, &exchange, bounds).await?;
            self.keep_cookies(asking.call, &target, &answer.headers);
            let location = match answer.status {
                301 | 302 | 303 | 307 | 308 => text_of(&answer.headers, header::LOCATION),
                _ => None,
            };
            let Some(location) = location else {
                return Ok((answer, url));
            };
            url = target.join(&location).map_err(Fault::Url)?;
            url.fragment = None;
            // 301 to 303 turn into a GET that has lost its parameters; 307 and 308 repeat the
            // request, where the parameters of a GET stand in the address already.
            if answer.status <= 303 || method == Method::Get {
                method = Method::Get;
                parameters = &[];
            }
        }
        Err(Fault::Redirects)
    }

    fn exchange(
        &self,
        asking: &Asking<'_>,
        method: Method,
        target: &Url,
        parameters: &[(String, String)],
    ) -> Result<Exchange, Fault> {
        let mut headers = asking.headers.clone();
        headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        let form = if method == Method::Post {
            parameters
        } else {
            &[]
        };
        let mut body = Bytes::new();
        if method == Method::Post {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(FORM));
            body = Bytes::from(form_body(form));
        }
        let mut insert = |name: HeaderName, value: String| -> Result<(), Fault> {
            let value =
                HeaderValue::from_str(&value).map_err(|_| Fault::Url(ErrorCode::URL_FORMAT))?;
            headers.insert(name, value);
            Ok(())
        };
        let signature = signature::sign(asking.token, &target.signed(), form);
        insert(SIGNATURE, signature)?;
        insert(IDEMPOTENCY, asking.idempotency.clone())?;
        if let Some((name, password)) = &target.user {
            let credentials = format!("{name}:{password}");
            let encoded = base64::engine::general_purpose::STANDARD.encode(credentials);
            insert(header::AUTHORIZATION, format!("Basic {encoded}"))?;
        }
        if let Some(cookies) = asking.call.and_then(|call| self.cookies(call, target)) {
            insert(header::COOKIE, cookies)?;
        }
        let method = match method {
            Method::Get => hyper::Method::GET,
            Method::Post => hyper::Method::POST,
        };
        Ok(Exchange {
            method,
            url: target.clone(),
            headers,
            body,
        })
    }

    fn cookies(&self, call: CallSid, url: &Url) -> Option<String> {
        self.jars
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&call)?
            .header(url)
    }

    fn keep_cookies(&self, call: Option<CallSid>, url: &Url, headers: &HeaderMap) {
        let Some(call) = call.filter(|_| headers.contains_key(header::SET_COOKIE)) else {
            return;
        };
        let mut jars = self.jars.lock().unwrap_or_else(PoisonError::into_inner);
        // A callback may bring cookies after its call has gone; such jars must not pile up.
        if jars.len() >= limit::CALLS_MAX && !jars.contains_key(&call) {
            jars.pop_first();
        }
        let jar = jars.entry(call).or_default();
        for cookie in headers.get_all(header::SET_COOKIE) {
            if let Ok(cookie) = cookie.to_str() {
                jar.set(url, cookie);
            }
        }
    }
}

/// Existing applications check for this word.
const USER_AGENT: &str = "TwilioProxy/1.1";
const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";
const SIGNATURE: HeaderName = HeaderName::from_static("x-twilio-signature");
const IDEMPOTENCY: HeaderName = HeaderName::from_static("i-twilio-idempotency-token");

fn machine_roots() -> rustls::RootCertStore {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

fn web_answer(answer: Answer) -> WebAnswer {
    WebAnswer {
        status: answer.status,
        content_type: text_of(&answer.headers, header::CONTENT_TYPE),
        body: answer.body,
    }
}

fn text_of(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers
        .get(name)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn random() -> u128 {
    let mut bytes = [0; 16];
    // Without randomness of the system the token is only less unique; nothing secret hangs on it.
    let _ = getrandom::fill(&mut bytes);
    u128::from_le_bytes(bytes)
}

/// 128 bits in the form of a random UUID (RFC 9562 §5.4).
fn uuid(bits: u128) -> String {
    let bits = bits & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

#[cfg(test)]
mod tests;
