//! An API with a real store, a call control that only pretends, and a clock that stands.

use ::call::command::{RecordCall, RecordingChange};
use ::call::{AskId, Command, Granted, NewCall, Refusal};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{AUTHORIZATION, HeaderMap};
use hyper::{Method, Request};
use model::recording::{RecordingSource, RecordingStatus};
use model::*;
use rest::live::{Live, Pace};
use rest::{Desk, Encoder, Parts, Replayer, Rest};
use serde_json::Value;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use store::*;

pub const ACCOUNT: AccountSid = AccountSid(0xac);
pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";
/// Tue, 31 Aug 2010 20:36:28 +0000.
pub const NOW: Time = Time::from_secs(1_283_286_988);

pub struct World {
    pub rest: Rest,
    pub store: Arc<Sqlite>,
    pub writer: WriterHandle,
    pub sounds: Sounds,
    pub live: Live,
    /// What call control was asked.
    pub asked: Arc<Mutex<Vec<Command>>>,
    /// What call control answers, if not the obvious.
    pub refusal: Arc<Mutex<Option<Refusal>>>,
    /// What was sent again.
    pub replayed: Arc<Mutex<Vec<WebhookReplay>>>,
    _folder: tempfile::TempDir,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// The number and the sentence of a refusal, told in JSON or in XML.
    pub fn fault(&self) -> (u64, String) {
        if self.header("content-type") == "application/json" {
            let body = self.json();
            let code = body["code"].as_u64().expect("a number");
            return (code, body["message"].as_str().expect("a text").to_owned());
        }
        let text = str::from_utf8(&self.body).expect("text");
        let document = roxmltree::Document::parse(text).expect("XML");
        let find = |name| {
            let mut all = document.descendants();
            all.find(|node| node.has_tag_name(name))
                .and_then(|node| node.text())
                .expect(name)
        };
        let code = find("Code").parse().expect("a number");
        (code, find("Message").to_owned())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// Writes "MP3" and the length of what it was given.
struct Pretender;

impl Encoder for Pretender {
    fn encode(
        &self,
        wav: PathBuf,
        mp3: PathBuf,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> {
        Box::pin(async move {
            let length = std::fs::metadata(wav)
                .map_err(|error| error.to_string())?
                .len();
            std::fs::write(mp3, format!("MP3 {length}")).map_err(|error| error.to_string())
        })
    }
}

/// Sends nothing again, and keeps what it was asked for.
struct Echo(Arc<Mutex<Vec<WebhookReplay>>>);

impl Replayer for Echo {
    fn replay(
        &self,
        replay: WebhookReplay,
        account: Arc<Account>,
    ) -> Pin<Box<dyn Future<Output = Vec<WebhookRow>> + Send>> {
        let mut replayed = self.0.lock().expect("one thread");
        let row = WebhookRow {
            sid: WebhookSid::at(NOW, 99 + replayed.len() as u64),
            account: account.sid,
            replay_of: Some(replay.of),
            url: "http://app.example.com/again".into(),
            ..crate::webhooks::webhook(99)
        };
        replayed.push(replay);
        Box::pin(async move { vec![row] })
    }
}

/// What a world may have otherwise than usual.
#[derive(Default)]
pub struct Terms {
    pub strict: bool,
    pub mute: bool,
    pub no_encoder: bool,
    pub pace: Option<Pace>,
}

impl World {
    pub fn new() -> World {
        World::with(Terms::default())
    }

    pub fn with(terms: Terms) -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Sqlite::open(folder.path(), Durability::Normal).expect("a store");
        let store = Arc::new(store);
        let account = Account::new(ACCOUNT, TOKEN, "Mine", NOW);
        store
            .commit(&[&Write::Account(Box::new(account))])
            .expect("a row");
        let directory = Arc::new(Directory::load(store.as_ref()).expect("rows"));
        let shared: Arc<dyn Store> = Arc::clone(&store) as Arc<dyn Store>;
        let writer = Writer::start(shared, Arc::clone(&directory), Box::new(|_| {}));
        let writer = writer.expect("a thread").handle();
        let sounds = Sounds::open(folder.path().join("recordings")).expect("a folder");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let refusal = Arc::new(Mutex::new(None));
        let desk = desk(&store, &asked, &refusal, terms.mute);
        let encoder: Arc<dyn Encoder> = Arc::new(Pretender);
        let live = Live::start(
            Arc::clone(&store) as Arc<dyn Store>,
            Arc::new(|| NOW),
            terms.pace.unwrap_or_default(),
        );
        let replayed = Arc::new(Mutex::new(Vec::new()));
        let rest = Rest::new(Parts {
            store: Arc::clone(&store) as Arc<dyn Store>,
            writer: writer.clone(),
            directory,
            sounds: sounds.clone(),
            desk,
            live: live.clone(),
            encoder: (!terms.no_encoder).then_some(encoder),
            replayer: Arc::new(Echo(Arc::clone(&replayed))),
            clock: Arc::new(|| NOW),
            seed: [7; 32],
            base_url: "http://127.0.0.1:8080".into(),
            token_key: ::call::TokenKey([0; 32]),
            strict: terms.strict,
        });
        World {
            rest,
            store,
            writer,
            sounds,
            live,
            asked,
            refusal,
            replayed,
            _folder: folder,
        }
    }

    /// The path of something of the account.
    pub fn path(&self, below: &str) -> String {
        format!("/2010-04-01/Accounts/{ACCOUNT}{below}")
    }

    pub async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        let response = self.rest.answer(request).await;
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
        }
    }

    pub async fn ask(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Answer {
        self.ask_with(method, path, form, &[]).await
    }

    pub async fn ask_with(
        &self,
        method: Method,
        path: &str,
        form: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(AUTHORIZATION, credentials(&ACCOUNT.to_string(), TOKEN));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Full::from(body)).expect("a request"))
            .await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[]).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.ask(Method::POST, path, form).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, &[]).await
    }

    /// As `ask`, with other credentials.
    pub async fn ask_as(
        &self,
        (user, password): (&str, &str),
        method: Method,
        path: &str,
        form: &[(&str, &str)],
    ) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(AUTHORIZATION, credentials(user, password));
        self.send(request.body(Full::from(body)).expect("a request"))
            .await
    }

    /// Writes as the API does, so that the directory follows.
    pub async fn write(&self, write: Write) {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        self.writer.write_then(vec![write], move |result| {
            sender.send(result).expect("the test waits");
        });
        receiver.await.expect("an answer").expect("a row");
    }

    pub fn keep(&self, write: Write) {
        // Through the writer, which the directory follows.
        let (sender, receiver) = std::sync::mpsc::channel();
        self.writer.write_then(vec![write], move |result| {
            sender.send(result).expect("the test waits");
        });
        receiver.recv().expect("an answer").expect("a row");
    }

    /// The call that was last asked for.
    pub fn placed(&self) -> NewCall {
        let asked = self.asked.lock().expect("no panic with it");
        match asked.last() {
            Some(Command::Create { call, .. }) => (**call).clone(),
            other => panic!("no call was placed: {other:?}"),
        }
    }
}

pub fn credentials(user: &str, password: &str) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    format!("Basic {text}")
}

/// A call control that keeps each new call as queued and agrees to everything else.
fn desk(
    store: &Arc<Sqlite>,
    asked: &Arc<Mutex<Vec<Command>>>,
    refusal: &Arc<Mutex<Option<Refusal>>>,
    mute: bool,
) -> Arc<Desk> {
    // Weak, or the desk would hold itself and with it the store's open files.
    let cell: Arc<OnceLock<Weak<Desk>>> = Arc::new(OnceLock::new());
    let (later, store) = (Arc::clone(&cell), Arc::clone(store));
    let (asked, refusal) = (Arc::clone(asked), Arc::clone(refusal));
    let made = Arc::new(Desk::new(move |command| {
        asked
            .lock()
            .expect("no panic with it")
            .push(command.clone());
        let refused = refusal.lock().expect("no panic with it").clone();
        let (ask, row) = decide(&store, command);
        let answer = match refused {
            Some(refusal) => Err(refusal),
            None => row,
        };
        if let (false, Some(desk)) = (mute, later.get().and_then(Weak::upgrade)) {
            desk.reply(ask, answer);
        }
        !mute
    }));
    cell.set(Arc::downgrade(&made))
        .unwrap_or_else(|_| panic!("set once"));
    made
}

fn decide(store: &Sqlite, command: Command) -> (AskId, rest::Answer) {
    match command {
        Command::Create { ask, call, .. } => {
            let row = row_of(&call);
            store
                .commit(&[&Write::Call(Box::new(row.clone()))])
                .expect("a row");
            (ask, Ok(Granted::Call(Box::new(row))))
        }
        Command::Update {
            ask, account, call, ..
        } => {
            let row = store.call(account, call).expect("a read");
            (
                ask,
                row.map(|row| Granted::Call(Box::new(row)))
                    .ok_or_else(|| Refusal::of(ErrorCode::NOT_FOUND)),
            )
        }
        Command::Record {
            ask, call, record, ..
        } => {
            let running = running(store, call);
            let begun = running.is_none();
            let row = Box::new(running.unwrap_or_else(|| kept(call, &record)));
            let write = Write::Recording(row.clone());
            store.commit(&[&write]).expect("a row");
            (ask, Ok(Granted::Recording { row, begun }))
        }
        Command::ChangeRecording {
            ask,
            call,
            recording,
            change,
            ..
        } => {
            let row = running(store, call).filter(|row| recording.is_none_or(|sid| sid == row.sid));
            let Some(mut row) = row else {
                return (ask, Err(Refusal::of(ErrorCode::NOT_FOUND)));
            };
            row.status = match change {
                RecordingChange::Pause(_) => RecordingStatus::Paused,
                RecordingChange::Resume => RecordingStatus::InProgress,
                RecordingChange::Stop => RecordingStatus::Stopped,
            };
            let row = Box::new(row);
            (ask, Ok(Granted::Recording { row, begun: false }))
        }
        Command::Forget { ask, .. } => (ask, Err(Refusal::of(ErrorCode::NOT_FOUND))),
    }
}

fn running(store: &Sqlite, call: CallSid) -> Option<RecordingRow> {
    let all = store.unfinished_recordings().expect("a read");
    all.into_iter().find(|row| row.call == call)
}

fn kept(call: CallSid, record: &RecordCall) -> RecordingRow {
    RecordingRow {
        sid: RecordingSid(0xe0),
        account: ACCOUNT,
        call,
        source: RecordingSource::StartCallRecordingApi,
        status: RecordingStatus::InProgress,
        channels: if record.dual { 2 } else { 1 },
        track: record.track,
        start_time: NOW,
        duration_secs: None,
        error_code: None,
        callback: None,
        date_created: NOW,
        date_updated: NOW,
    }
}

fn row_of(call: &NewCall) -> CallRow {
    CallRow {
        number: call.number,
        to: call.to.clone(),
        from: call.from.clone(),
        status_callback: call.status_callback.clone(),
        ..queued(0xc0, 0)
    }
}

/// A call made so many seconds after `NOW`.
pub fn queued(sid: u128, after_secs: u64) -> CallRow {
    let at = NOW + Span::from_secs(after_secs);
    CallRow {
        to: Address::Number("+14158675309".into()),
        from: Address::Number("+14158675308".into()),
        ..CallRow::new(CallSid(sid), ACCOUNT, Direction::OutboundApi, at)
    }
}

/// An application with a voice.
pub fn application(sid: u128) -> Application {
    Application {
        sid: ApplicationSid(sid),
        account: ACCOUNT,
        friendly_name: "Menu".into(),
        voice_url: Some("https://app.example/menu".into()),
        voice_method: model::Method::Post,
        voice_fallback_url: Some("https://app.example/menu-fallback".into()),
        voice_fallback_method: model::Method::Post,
        status_callback: Some("https://app.example/menu-status".into()),
        status_callback_method: model::Method::Post,
        caller_id_lookup: false,
        messages: MessageHooks::default(),
        date_created: NOW,
        date_updated: NOW,
    }
}

/// A call that lasted fifteen seconds.
pub fn completed(sid: u128, after_secs: u64) -> CallRow {
    let row = queued(sid, after_secs);
    CallRow {
        status: CallStatus::Completed,
        start_time: Some(row.date_created + Span::from_secs(1)),
        answer_time: Some(row.date_created + Span::from_secs(1)),
        end_time: Some(row.date_created + Span::from_secs(16)),
        duration_secs: Some(15),
        ..row
    }
}

/// A recording of a call, complete, without its sound.
pub fn recording(call: u128) -> RecordingRow {
    use model::recording::{RecordingSource, RecordingStatus, RecordingTrack};
    RecordingRow {
        sid: RecordingSid(1),
        account: ACCOUNT,
        call: CallSid(call),
        source: RecordingSource::OutboundApi,
        status: RecordingStatus::Completed,
        channels: 1,
        track: RecordingTrack::Both,
        start_time: NOW,
        duration_secs: Some(1),
        error_code: None,
        callback: None,
        date_created: NOW,
        date_updated: NOW,
    }
}

/// A recording of a call, with its sound of one second: 1000 left, 500 right.
pub fn recorded(world: &World, sid: u128, call: u128, channels: u8) -> RecordingRow {
    let row = RecordingRow {
        sid: RecordingSid(sid),
        channels,
        date_created: NOW + Span(sid as u64),
        ..recording(call)
    };
    let form = WavForm::telephone(channels);
    let mut writer = world.sounds.create(row.sid, form).expect("a file");
    let second: Vec<i16> = match channels {
        1 => vec![1_000; 8_000],
        _ => [1_000, 500].repeat(8_000),
    };
    writer.append(&second).expect("room on the disk");
    writer.finish(None).expect("room on the disk");
    world.keep(Write::Recording(Box::new(row.clone())));
    row
}
