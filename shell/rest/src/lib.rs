//! The HTTP API: authenticate, parse, ask store or switch, render.
//!
//! [`Rest::answer`] turns one request into one response and knows no socket; [`connection`] has
//! the settings a socket needs. What concerns live calls is asked of call control through the
//! [`Desk`].

mod address;
mod auth;
mod body;
mod check;
mod connection;
pub mod date;
mod desk;
mod fault;
pub mod form;
mod header;
mod host;
pub mod live;
mod own;
mod page;
pub mod path;
mod render;
mod request_line;
mod resource;
mod table;
pub mod token;
mod v2010;
mod xml;

use crate::auth::{Asker, Brake, Gate, Pass, Right};
use crate::fault::Fault;
use crate::form::Form;
use crate::live::Live;
use crate::path::{Format, Path};
use http_body_util::{BodyExt, Limited};
use hyper::header::{AUTHORIZATION, HeaderName, HeaderValue, RANGE};
use hyper::http::request::Parts as Head;
use hyper::{Method, Request, Response, StatusCode};
use model::{Account, Chance, ErrorCode, Time, WebhookReplay, WebhookRow, limit};
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::{Directory, Sounds, Store, StoreError, Write, WriterHandle};

pub use auth::Peer;
pub use body::Body;
pub use connection::{Cut, connection};
pub use desk::{Answer, Desk};
pub use request_line::Lenient;

/// Turns WAV into MP3, in another process.
pub trait Encoder: Send + Sync {
    /// Reads one file and writes the other; the error is a sentence.
    fn encode(
        &self,
        wav: PathBuf,
        mp3: PathBuf,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;
}

/// Sends a request to a customer's application again.
pub trait Replayer: Send + Sync {
    /// What went over the wire for it, one row at least.
    fn replay(
        &self,
        replay: WebhookReplay,
        account: Arc<Account>,
    ) -> Pin<Box<dyn Future<Output = Vec<WebhookRow>> + Send>>;
}

/// What the API is made of.
pub struct Parts {
    /// Rows are read from here.
    pub store: Arc<dyn Store>,
    /// Rows are written through this.
    pub writer: WriterHandle,
    /// Accounts and numbers.
    pub directory: Arc<Directory>,
    /// Recordings.
    pub sounds: Sounds,
    /// Asks call control.
    pub desk: Arc<Desk>,
    /// Tells what happens.
    pub live: Live,
    /// Makes MP3; without one, `.mp3` is answered with 503.
    pub encoder: Option<Arc<dyn Encoder>>,
    /// Sends requests to applications again.
    pub replayer: Arc<dyn Replayer>,
    /// What time it is.
    pub clock: Arc<dyn Fn() -> Time + Send + Sync>,
    /// 32 bytes from the operating system: seed of identifiers.
    pub seed: [u8; 32],
    /// Where clients reach this API, without a slash at the end: `http://127.0.0.1:8080`.
    pub base_url: String,
    /// What call tokens are signed with: call control's key.
    pub token_key: call::TokenKey,
    /// Only owned and verified numbers may be shown as `From`.
    pub strict: bool,
}

/// The API. Cheap to clone.
#[derive(Clone)]
pub struct Rest {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    chance: Mutex<Chance>,
    brake: Brake,
    gate: Gate,
}

/// A request that has been let in.
pub(crate) struct Ask {
    /// The account it is about.
    pub account: Arc<Account>,
    /// Who asks: that account, or the one that made it.
    pub asker: Asker,
    pub path: Path,
    /// The form in which the answer is wanted.
    pub format: Format,
    pub query: Form,
    pub form: Form,
    pub range: Option<String>,
    /// The last event that the reader of a stream heard.
    pub last_event_id: Option<String>,
    /// The credentials as they came, to be looked at again while a stream runs.
    pub authorization: Option<HeaderValue>,
    pub cut: Option<Cut>,
}

/// Of the HTML standard, §9.2.4.
static LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

pub(crate) type Reply = Result<Response<Body>, Fault>;

impl Rest {
    /// An API made of these.
    pub fn new(parts: Parts) -> Rest {
        let chance = Mutex::new(Chance::from_bytes(parts.seed));
        Rest {
            inner: Arc::new(Inner {
                parts,
                chance,
                brake: Brake::default(),
                gate: Gate::default(),
            }),
        }
    }

    /// Answers one request. Never fails: what is wrong is in the response.
    pub async fn answer<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let begun = Instant::now();
        let mut pass = None;
        let place = host::place(request.headers());
        let head = request.method() == Method::HEAD;
        let accepts_json = header::accepts_json(request.headers());
        let path = Path::read(request.uri().path(), accepts_json);
        let fault_format = path.fault_format();
        let mut response = match self.reply(request, path, &mut pass).await {
            Ok(response) => response,
            Err(fault) => fault.response(fault_format),
        };
        if head {
            body::take_away(&mut response);
        }
        let id = self.draw(model::RequestSid::draw);
        header::add(
            &mut response,
            self.parts(),
            id,
            begun.elapsed(),
            // Who was not let in runs alone.
            pass.map_or(1, |pass| pass.count),
            place.as_ref(),
        );
        response
    }

    /// `pass` is held by whoever calls until the answer is made.
    async fn reply<'a, B>(
        &'a self,
        request: Request<B>,
        path: Path,
        pass: &mut Option<Pass<'a>>,
    ) -> Reply
    where
        B: http_body::Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (head, body) = request.into_parts();
        if !path.is_ours() {
            return Err(Fault::not_found(path.whole()));
        }
        if head.method == Method::OPTIONS {
            return Ok(render::empty(StatusCode::NO_CONTENT));
        }
        let found = resource::at(&path)
            .and_then(|resource| path.format(resource.kind).map(|format| (resource, format)));
        let format = found.map(|(_, format)| format);
        let asker = match self.listener(&head, &path, format) {
            Some(listener) => listener,
            None => {
                let address = auth::address(head.extensions.get(), &head.headers);
                let directory = &self.parts().directory;
                let now = self.now();
                auth::admit(directory, &self.inner.brake, &head.headers, address, now)?
            }
        };
        let most = asker.account.requests_at_once;
        *pass = self.inner.gate.enter(asker.account.sid, most);
        if pass.is_none() {
            return Err(Fault::of(ErrorCode::TOO_MANY_REQUESTS));
        }
        let (resource, format) = found.ok_or_else(|| Fault::not_found(path.whole()))?;
        let directory = &self.parts().directory;
        let account = auth::scope(directory, &asker, &path, resource, &head.method)?;
        let handle = resource
            .handle(&head.method)
            .ok_or_else(|| Fault::not_allowed(resource))?;
        // What a POST makes is one thing and no table: who couldn't read the answer must not have
        // placed a call.
        if format == Format::Csv && head.method == Method::POST {
            return Err(Fault::not_found(path.whole()));
        }
        let handle = match asker.right {
            Right::Test => resource
                .rehearsal(&head.method)
                .ok_or_else(|| Fault::of(ErrorCode::TEST_CREDENTIALS))?,
            Right::Owner | Right::Key | Right::Listener => handle,
        };
        let form = if head.method == Method::POST {
            read_form(body).await?
        } else {
            Form::default()
        };
        let query = request_line::restore(head.uri.query().unwrap_or_default());
        let query = Form::parse(query.as_bytes());
        if let Some(name) = query.unprintable().or_else(|| form.unprintable()) {
            let name = name.replace('\0', "");
            return Err(Fault::parameter(format!("{name} has a NUL in it")));
        }
        let ask = Ask {
            account,
            asker,
            path,
            format,
            query,
            form,
            range: header::text(&head.headers, &RANGE),
            last_event_id: header::text(&head.headers, &LAST_EVENT_ID),
            authorization: head.headers.get(AUTHORIZATION).cloned(),
            cut: head.extensions.get().cloned(),
        };
        handle(self, &ask).await
    }

    /// Whoever asks for sound without credentials, where the account lets everybody listen. It is
    /// found by its address alone, whose last part nobody guesses.
    fn listener(&self, head: &Head, path: &Path, format: Option<Format>) -> Option<Asker> {
        let reads = head.method == Method::GET || head.method == Method::HEAD;
        let sound = matches!(format, Some(Format::Wav | Format::Mp3));
        if !reads || !sound || auth::brings_some(&head.headers) {
            return None;
        }
        let account = self.parts().directory.account(path.account()?)?;
        let right = Right::Listener;
        account.public_media.then_some(Asker { account, right })
    }

    /// Streams of events that are open, as of a moment ago.
    pub fn streams(&self) -> usize {
        self.parts().live.readers()
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.inner.parts
    }

    pub(crate) fn now(&self) -> Time {
        (self.parts().clock)()
    }

    /// Draws an identifier.
    pub(crate) fn draw<T>(&self, draw: impl FnOnce(&mut Chance) -> T) -> T {
        draw(
            &mut self
                .inner
                .chance
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// Finds what is named by its identifier, here and now: the store takes some twenty
    /// microseconds for it and never waits for a list, where waking another thread and being
    /// woken by it takes more. Should the row not be in memory, the disk is waited for a few
    /// times, a page each; the other threads of the runtime go on meanwhile.
    pub(crate) fn find<T>(
        &self,
        ask: impl FnOnce(&dyn Store) -> Result<T, StoreError>,
    ) -> Result<T, Fault> {
        Ok(ask(self.parts().store.as_ref())?)
    }

    /// Reads from the store on a thread that may wait.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Fault> {
        let store = Arc::clone(&self.parts().store);
        Ok(blocking(move || ask(store.as_ref())).await??)
    }

    /// Waits until these are durable.
    pub(crate) async fn write(&self, writes: Vec<Write>) -> Result<(), Fault> {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        self.parts().writer.write_then(writes, move |result| {
            // The asker may have gone; the rows are written all the same.
            let _ = sender.send(result);
        });
        Ok(receiver
            .await
            .map_err(|_| Fault::of(ErrorCode::UNAVAILABLE))??)
    }
}

/// Runs this on a thread that may wait.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Fault::of(ErrorCode::INTERNAL))
}

/// The parameters of a body. It is read as a form whatever its type says: a body of another type
/// then lacks what is required, which is told by name, as a client can understand.
async fn read_form<B>(body: B) -> Result<Form, Fault>
where
    B: http_body::Body + Send,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    // Before anything of it is asked for: whoever waits for leave to send (RFC 9110 §10.1.1) is
    // told so, and sends nothing.
    if body.size_hint().lower() > limit::API_BODY_BYTES_MAX as u64 {
        return Err(Fault::of(ErrorCode::BODY_TOO_LARGE));
    }
    let read = Limited::new(body, limit::API_BODY_BYTES_MAX).collect();
    let deadline = Duration::from_millis(limit::API_BODY_MS);
    match tokio::time::timeout(deadline, read).await {
        Ok(Ok(body)) => Ok(Form::parse(&body.to_bytes())),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            Err(Fault::of(ErrorCode::BODY_TOO_LARGE))
        }
        Ok(Err(_)) => Err(Fault::parameter("The request body could not be read")),
        Err(_) => Err(Fault::parameter("The request body took too long")),
    }
}
