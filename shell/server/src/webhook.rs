//! The HTTP client towards customers' applications: documents, callbacks and sound files.
//!
//! Signs what it sends, keeps each call's cookies, obeys the connection overrides in the
//! address's fragment, follows redirects, tries again where the rule says so, and names each
//! fault by its number. Nothing here decides what a call does next.

mod asking;
mod authorization;
mod body;
mod cookie;
mod fault;
mod freshness;
mod gate;
mod journal;
mod kept;
mod lookups;
mod overrides;
mod pool;
mod reach;
mod tls;
mod url;

pub use body::Body;
pub use fault::Fault;
pub use freshness::Freshness;
pub use gate::Gate;
pub use overrides::{Overrides, Policy};
pub use tls::Trust;
pub use url::{Url, escape, form_body};

use crate::clock::Clock;
use asking::{Asking, Found};
use authorization::Authorizations;
use cookie::Jar;
use hyper::header::{self, HeaderMap, HeaderName};
use journal::Journal;
use kept::Documents;
use lookups::Lookups;
use model::{
    Account, CallSid, Callback, CallbackId, ErrorCode, Method, Time, WebAnswer, WebReply,
    WebRequest, WebhookKind, WebhookReplay, WebhookRow, limit,
};
use pool::{Lane, Pool};
use reach::{Names, Reach};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tls::Tls;

/// A reply, and how long it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// What came of the request.
    pub reply: WebReply,
    /// From the first attempt to the end of the last.
    pub took: Duration,
    /// What went over the wire for it.
    pub webhooks: Vec<WebhookRow>,
}

/// What came of a callback, or of a request that was sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// The answer, or why it was not accepted.
    pub outcome: Result<WebAnswer, Undelivered>,
    /// What went over the wire for it.
    pub webhooks: Vec<WebhookRow>,
}

/// Why a callback was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// 15003 for a status outside 2xx, else the fault's own number.
    pub code: ErrorCode,
    /// What was answered, where anything was.
    pub answer: Option<WebAnswer>,
    /// Its host's address may not be asked: it says nothing of whether the host is there, and
    /// will be so the next time.
    pub forbidden: bool,
    /// One sentence.
    pub text: String,
}

/// A sound file's answer.
#[derive(Debug)]
pub enum MediaReply {
    /// The file.
    File {
        /// The `Content-Type` header as it came.
        content_type: Option<String>,
        /// How long it may be kept, and by which version to ask for it again; `None` if it must
        /// not be kept.
        freshness: Option<Freshness>,
        /// At most `limit::PLAY_BYTES_MAX` + 1 bytes, as they come.
        body: Body,
    },
    /// The file is the one that was asked about, and is so for longer.
    Unchanged(Freshness),
    /// It couldn't be had.
    Failed {
        /// The fault's number.
        code: ErrorCode,
        /// One sentence.
        text: String,
    },
}

/// The client. Clones share connections, cookies and kept documents.
#[derive(Clone)]
pub struct WebClient {
    pool: Arc<Pool>,
    jars: Arc<Mutex<BTreeMap<CallSid, Jar>>>,
    documents: Arc<Mutex<Documents>>,
    authorizations: Arc<Authorizations>,
    clock: Clock,
}

impl WebClient {
    /// A client without connections.
    pub fn new(trust: Trust, gate: Gate) -> WebClient {
        let reach = Reach::new(gate, Names::Machine(Lookups::default()));
        WebClient::bounded(trust, reach, limit::WEBHOOKS_PER_HOST_MAX)
    }

    fn bounded(trust: Trust, reach: Reach, per_host: usize) -> WebClient {
        WebClient {
            pool: Arc::new(Pool::new(reach, Tls::new(trust), per_host)),
            jars: Arc::default(),
            documents: Arc::default(),
            authorizations: Arc::default(),
            clock: Clock::start(),
        }
    }

    /// The moment by which kept answers are fresh or stale.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Asks for a document, in the name of the account it is for.
    pub async fn fetch(&self, request: &WebRequest, account: &Account) -> Fetched {
        let started = Instant::now();
        let token = uuid(random());
        let journal = Journal::new(account.sid, request.call, request.kind, &token);
        let asking = Asking {
            lane: Lane::Document,
            account,
            call: Some(request.call),
            method: request.method,
            url: &request.url,
            parameters: &request.parameters,
            idempotency: &token,
            known: None,
            body_bytes_max: limit::DOCUMENT_BYTES_MAX + 1,
            journal: Some(&journal),
        };
        let reply = match self.read(&asking).await {
            Ok((found, body)) if (200..300).contains(&found.status) => WebReply::Answered {
                status: found.status,
                content_type: text_of(&found.headers, header::CONTENT_TYPE),
                body,
                url: found.url.written(),
            },
            Ok((found, _)) => {
                let code = ErrorCode::HTTP_FAILURE;
                let text = status_text(code, found.status);
                journal.ends(code, &text);
                WebReply::Failed {
                    code,
                    status: Some(found.status),
                    text,
                }
            }
            Err(fault) => WebReply::Failed {
                code: fault.code(),
                status: None,
                text: fault.text(),
            },
        };
        Fetched {
            reply,
            took: started.elapsed(),
            webhooks: journal.rows(),
        }
    }

    /// Tells a callback. The same callback carries the same idempotency token on every try, also
    /// after a restart. `now` is the moment by the clock that the callback was made by.
    pub async fn deliver(&self, callback: &Callback, account: &Account, now: Time) -> Delivered {
        let CallbackId(id) = callback.id;
        let token = uuid(id);
        let kind = WebhookKind::of_callback(&callback.parameters);
        let mut journal = Journal::new(account.sid, callback.call, kind, &token);
        journal.queued = Some(now.since(callback.made));
        let asking = Asking {
            lane: Lane::Callback,
            account,
            call: Some(callback.call),
            method: callback.method,
            url: &callback.url,
            parameters: &callback.parameters,
            idempotency: &token,
            known: None,
            body_bytes_max: limit::DOCUMENT_BYTES_MAX,
            journal: Some(&journal),
        };
        let outcome = self.tell(&asking).await;
        Delivered {
            outcome,
            webhooks: journal.rows(),
        }
    }

    /// Sends a request again, signed afresh: with a token of its own, marked as a replay, and
    /// through the same gate and bounds. The call's cookies are neither sent nor changed.
    pub async fn replay(&self, replay: &WebhookReplay, account: &Account) -> Delivered {
        let token = uuid(random());
        let mut journal = Journal::new(account.sid, replay.call, replay.kind, &token);
        journal.replay_of = Some(replay.of);
        let asking = Asking {
            lane: Lane::Replay,
            account,
            call: None,
            method: replay.method,
            url: &replay.url,
            parameters: &replay.parameters,
            idempotency: &token,
            known: None,
            body_bytes_max: limit::DOCUMENT_BYTES_MAX,
            journal: Some(&journal),
        };
        let outcome = self.tell(&asking).await;
        Delivered {
            outcome,
            webhooks: journal.rows(),
        }
    }

    async fn tell(&self, asking: &Asking<'_>) -> Result<WebAnswer, Undelivered> {
        let (found, body) = self.read(asking).await.map_err(|fault| Undelivered {
            code: fault.code(),
            answer: None,
            forbidden: fault == Fault::Forbidden,
            text: fault.text(),
        })?;
        let answer = WebAnswer {
            status: found.status,
            content_type: text_of(&found.headers, header::CONTENT_TYPE),
            body,
        };
        if (200..300).contains(&found.status) {
            return Ok(answer);
        }
        let code = ErrorCode::CALLBACK_FAILED;
        let text = status_text(code, found.status);
        if let Some(journal) = asking.journal {
            journal.ends(code, &text);
        }
        Err(Undelivered {
            code,
            forbidden: false,
            text,
            answer: Some(answer),
        })
    }

    /// Gets a sound file: signed like everything else, without the call's parameters. Of a file
    /// that was had before, `known` is what that answer said of itself.
    pub async fn fetch_media(
        &self,
        account: &Account,
        url: &str,
        known: Option<&Freshness>,
    ) -> MediaReply {
        let token = uuid(random());
        let mut asking = Asking {
            lane: Lane::Media,
            account,
            call: None,
            method: Method::Get,
            url,
            parameters: &[],
            idempotency: &token,
            known,
            body_bytes_max: limit::PLAY_BYTES_MAX + 1,
            journal: None,
        };
        loop {
            let found = match self.ask(&asking).await {
                Ok(found) => found,
                Err(fault) => {
                    return MediaReply::Failed {
                        code: fault.code(),
                        text: fault.text(),
                    };
                }
            };
            match (found.status, found.freshness) {
                (200..300, freshness) => {
                    return MediaReply::File {
                        content_type: text_of(&found.headers, header::CONTENT_TYPE),
                        freshness,
                        body: found.body,
                    };
                }
                (304, Some(freshness)) if asking.known.is_some() => {
                    return MediaReply::Unchanged(freshness);
                }
                // What was confirmed isn't what we have: the whole file is asked for.
                (304, None) if asking.known.is_some() => asking.known = None,
                (status, _) => {
                    return MediaReply::Failed {
                        code: ErrorCode::HTTP_FAILURE,
                        text: status_text(ErrorCode::HTTP_FAILURE, status),
                    };
                }
            }
        }
    }

    /// Whether an application is there: one signed GET without a call's parameters, through the
    /// gate and over redirects as any other. Tells the status that was answered.
    pub async fn probe(&self, account: &Account, url: &str) -> Result<u16, Fault> {
        let asking = Asking {
            lane: Lane::Media,
            account,
            call: None,
            method: Method::Get,
            url,
            parameters: &[],
            idempotency: &uuid(random()),
            known: None,
            body_bytes_max: limit::DOCUMENT_BYTES_MAX,
            journal: None,
        };
        Ok(self.ask(&asking).await?.status)
    }

    /// Asks, and reads the answer to its end.
    async fn read(&self, asking: &Asking<'_>) -> Result<(Found, Vec<u8>), Fault> {
        let mut found = self.ask(asking).await?;
        let body = found.body.read().await?;
        Ok((found, body))
    }

    fn documents(&self) -> MutexGuard<'_, Documents> {
        self.documents
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Throws a call's cookies away.
    pub fn forget(&self, call: CallSid) {
        self.jars
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&call);
    }
}

fn status_text(code: ErrorCode, status: u16) -> String {
    format!("{}: HTTP {status}", code.text())
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
