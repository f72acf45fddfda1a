//! One question to an application, from its address to its answer: attempts, redirects, cookies,
//! kept documents.

use super::body::Body;
use super::fault::Fault;
use super::freshness::{self, Freshness};
use super::journal::{Came, Journal, Sent};
use super::kept::{Document, Key};
use super::overrides::Overrides;
use super::pool::{Answer, Bounds, Exchange, Lane, Phases};
use super::tls::Manner;
use super::url::{Url, form_body};
use super::{WebClient, text_of};
use api::signature;
use bytes::Bytes;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use model::{Account, CallSid, ErrorCode, Method, Time, limit};
use std::sync::{Arc, PoisonError};

/// One request before it is signed.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    pub lane: Lane,
    pub account: &'a Account,
    pub call: Option<CallSid>,
    pub method: Method,
    pub url: &'a str,
    pub parameters: &'a [(String, String)],
    pub idempotency: &'a str,
    /// What is known of a sound file that was had before.
    pub known: Option<&'a Freshness>,
    pub body_bytes_max: usize,
    /// Where it is written down; sound files are not.
    pub journal: Option<&'a Journal<'a>>,
}

/// What a question led to.
pub(super) struct Found {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Body,
    /// Where it was found after redirects.
    pub url: Url,
    /// Of what was found, or of what is known and was confirmed by a 304.
    pub freshness: Option<Freshness>,
}

impl WebClient {
    /// Asks, and asks again where the policy says so. But for a sound file, the body has come.
    pub(super) async fn ask(&self, asking: &Asking<'_>) -> Result<Found, Fault> {
        let date = self.clock.now();
        let outcome = self.ask_again(asking).await;
        if let (Some(journal), Err(fault)) = (asking.journal, &outcome) {
            journal.failed(date, asking.method, asking.url, fault);
        }
        outcome
    }

    async fn ask_again(&self, asking: &Asking<'_>) -> Result<Found, Fault> {
        let url = Url::parse(asking.url).map_err(Fault::Url)?;
        let overrides = Overrides::parse(url.fragment.as_deref()).map_err(Fault::Url)?;
        let bounds = Bounds {
            connect: overrides.connect,
            read: overrides.read,
            deadline: tokio::time::Instant::now() + overrides.total,
            body_bytes_max: asking.body_bytes_max,
            manner: Manner {
                server_name: overrides.server_name,
                verify: asking.account.verify_certificates,
            },
        };
        let mut retries = overrides.retries;
        loop {
            if let Some(journal) = asking.journal {
                journal.tries();
            }
            let outcome = self.attempt(asking, url.clone(), bounds).await;
            let again = match &outcome {
                Ok(found) => match found.status {
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

    async fn attempt(&self, asking: &Asking<'_>, url: Url, bounds: Bounds) -> Result<Found, Fault> {
        let mut found = self.follow(asking, url, bounds).await?;
        if asking.lane != Lane::Media {
            found.body = Body::whole(found.body.read().await?);
        }
        Ok(found)
    }

    /// One attempt, redirects followed.
    async fn follow(
        &self,
        asking: &Asking<'_>,
        mut url: Url,
        bounds: Bounds,
    ) -> Result<Found, Fault> {
        url.fragment = None;
        let mut method = asking.method;
        let mut parameters = asking.parameters;
        // The last answer is fresh only as long as each redirect that led to it.
        let mut fresh_until: Option<Time> = None;
        for _ in 0..=limit::REDIRECTS_MAX {
            // Parameters of a GET belong to the address that is signed and asked; relative
            // addresses start from it without them.
            let target = match method {
                Method::Get => url.with_parameters(parameters),
                Method::Post => url.clone(),
            };
            let exchange = self.exchange(asking, method, &target, parameters)?;
            let mut found = match (asking.lane, method) {
                (Lane::Document, Method::Get) => self.document(asking, exchange, bounds).await?,
                _ => self.answer(asking, &exchange, bounds).await?,
            };
            let location = match found.status {
                301 | 302 | 303 | 307 | 308 => text_of(&found.headers, header::LOCATION),
                _ => None,
            };
            let Some(location) = location else {
                if let (Some(freshness), Some(until)) = (&mut found.freshness, fresh_until) {
                    freshness.limit(until);
                }
                found.url = url;
                return Ok(found);
            };
            let now = self.clock.now();
            let until = freshness::until(&found.headers, now, now);
            fresh_until = Some(fresh_until.map_or(until, |earlier| earlier.min(until)));
            found.body.discard().await;
            if let Some(journal) = asking.journal {
                journal.redirected();
            }
            url = target.join(&location).map_err(Fault::Url)?;
            if url.user.is_none() && url.is_home_of(&target) {
                url.user.clone_from(&target.user);
            }
            url.fragment = None;
            // 301 to 303 turn into a GET that has lost its parameters; 307 and 308 repeat the
            // request, where the parameters of a GET stand in the address already.
            if found.status <= 303 || method == Method::Get {
                method = Method::Get;
                parameters = &[];
            }
        }
        Err(Fault::Redirects)
    }

    /// A document by GET: one that is kept and fresh isn't asked for, a stale one is asked for by
    /// its version.
    async fn document(
        &self,
        asking: &Asking<'_>,
        mut exchange: Exchange,
        bounds: Bounds,
    ) -> Result<Found, Fault> {
        let key: Key = (asking.account.sid, exchange.url.written());
        let plain = exchange.headers.clone();
        let kept = self.documents().find(&key, &plain);
        let now = self.clock.now();
        if let Some(document) = kept.as_ref().filter(|kept| kept.freshness.is_fresh(now)) {
            if let Some(journal) = asking.journal {
                journal.sent(&Sent {
                    exchange: &exchange,
                    form: &[],
                    date: now,
                    phases: Phases::begin(),
                    came: Came::Kept(200, &document.headers, &document.body),
                });
            }
            return Ok(of_document(document, exchange.url));
        }
        if let Some(document) = &kept {
            document.freshness.ask(&mut exchange.headers);
        }
        let (asked, mut found) = (now, self.answer(asking, &exchange, bounds).await?);
        let answered = self.clock.now();
        if let Some(document) = kept.filter(|_| found.status == 304) {
            let freshness = &document.freshness;
            found.body.discard().await;
            match freshness.renewed(&plain, &found.headers, asked, answered) {
                Some(freshness) => {
                    let renewed = Arc::new(Document {
                        freshness,
                        ..(*document).clone()
                    });
                    let found = of_document(&renewed, exchange.url);
                    self.documents().keep(key, renewed);
                    return Ok(found);
                }
                None => {
                    self.documents().remove(&key);
                    exchange.headers.clone_from(&plain);
                    found = self.answer(asking, &exchange, bounds).await?;
                }
            }
        }
        if let Some(freshness) = keepable(&plain, &found, asked, answered) {
            let body = found.body.read().await?;
            if body.len() <= limit::DOCUMENT_BYTES_MAX {
                let mut headers = HeaderMap::new();
                if let Some(content_type) = found.headers.get(header::CONTENT_TYPE) {
                    headers.insert(header::CONTENT_TYPE, content_type.clone());
                }
                let document = Document {
                    headers,
                    body: body.clone(),
                    freshness,
                };
                self.documents().keep(key, Arc::new(document));
            }
            found.body = Body::whole(body);
        }
        Ok(found)
    }

    /// Sends one request and takes its answer.
    async fn answer(
        &self,
        asking: &Asking<'_>,
        exchange: &Exchange,
        bounds: Bounds,
    ) -> Result<Found, Fault> {
        let mut exchange = exchange.clone();
        self.authorizations.show(&mut exchange);
        let mut asked = self.clock.now();
        let (mut answer, mut answered) = self.send(asking, &exchange, bounds).await?;
        if answer.status == 401 && self.authorizations.asks(&exchange, &answer.headers) {
            answer.body.discard().await;
            self.authorizations.show(&mut exchange);
            asked = self.clock.now();
            (answer, answered) = self.send(asking, &exchange, bounds).await?;
        }
        let Answer {
            status,
            headers,
            body,
        } = answer;
        let request = &exchange.headers;
        let freshness = match (asking.known, status) {
            (Some(known), 304) => known.renewed(request, &headers, asked, answered),
            _ => Freshness::of(request, status, &headers, asked, answered),
        };
        Ok(Found {
            status,
            headers,
            body,
            url: exchange.url,
            freshness,
        })
    }

    /// Sends one request, and writes down what came of it: so its answer is read to the end
    /// here, but for a sound file's. The moment is that of the answer's head.
    async fn send(
        &self,
        asking: &Asking<'_>,
        exchange: &Exchange,
        bounds: Bounds,
    ) -> Result<(Answer, Time), Fault> {
        let (date, mut phases) = (self.clock.now(), Phases::begin());
        let came = self
            .pool
            .exchange(asking.lane, exchange, bounds, &mut phases)
            .await;
        let note = |came: Came<'_>| {
            if let Some(journal) = asking.journal {
                let posts = exchange.method == hyper::Method::POST && !exchange.body.is_empty();
                journal.sent(&Sent {
                    exchange,
                    form: if posts { asking.parameters } else { &[] },
                    date,
                    phases,
                    came,
                });
            }
        };
        let mut answer = match came {
            Ok(answer) => answer,
            Err(fault) => {
                note(Came::Nothing(&fault));
                return Err(fault);
            }
        };
        let answered = self.clock.now();
        self.keep_cookies(asking.call, &exchange.url, &answer.headers);
        if asking.lane == Lane::Media {
            return Ok((answer, answered));
        }
        match answer.body.read().await {
            Ok(body) => {
                note(Came::Answer(answer.status, &answer.headers, &body));
                answer.body = Body::whole(body);
            }
            // Nobody reads what stands beside a redirect or a challenge.
            Err(fault) if matches!(answer.status, 301..=303 | 307 | 308 | 401) => {
                note(Came::Broken(answer.status, &answer.headers, &fault));
                answer.body = Body::whole(Vec::new());
            }
            Err(fault) => {
                note(Came::Broken(answer.status, &answer.headers, &fault));
                return Err(fault);
            }
        }
        Ok((answer, answered))
    }

    fn exchange(
        &self,
        asking: &Asking<'_>,
        method: Method,
        target: &Url,
        parameters: &[(String, String)],
    ) -> Result<Exchange, Fault> {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        if let Some(known) = asking.known {
            known.ask(&mut headers);
        }
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
        let signed = signature::signed_text(&target.signed(), form);
        let signature = signature::sign_text(&asking.account.auth_token, &signed);
        insert(SIGNATURE, signature)?;
        insert(IDEMPOTENCY, asking.idempotency.to_owned())?;
        if let Some(original) = asking.journal.and_then(|journal| journal.replay_of) {
            insert(REPLAY, original.to_string())?;
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
            signed: signed.into(),
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

fn of_document(document: &Document, url: Url) -> Found {
    Found {
        status: 200,
        headers: document.headers.clone(),
        body: Body::whole(document.body.clone()),
        url,
        freshness: Some(document.freshness.clone()),
    }
}

/// Whether a document may be kept, and how long. One that sets a cookie is for one call; one
/// that was asked with cookies is for calls with the same, unless it says it is for all.
fn keepable(request: &HeaderMap, found: &Found, asked: Time, answered: Time) -> Option<Freshness> {
    if found.headers.contains_key(header::SET_COOKIE) {
        return None;
    }
    let mut freshness = Freshness::of(request, found.status, &found.headers, asked, answered)?;
    if !freshness.is_public() {
        freshness.vary_on(request, header::COOKIE);
    }
    Some(freshness)
}

/// Existing applications check for this word.
const USER_AGENT: &str = "TwilioProxy/1.1";
const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";
const SIGNATURE: HeaderName = HeaderName::from_static("x-twilio-signature");
/// Says that somebody asked for this to be sent again, and names what it repeats.
const REPLAY: HeaderName = HeaderName::from_static("x-ringback-replay");
const IDEMPOTENCY: HeaderName = HeaderName::from_static("i-twilio-idempotency-token");
