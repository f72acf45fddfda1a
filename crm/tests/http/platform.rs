//! A voice platform that does what a test tells it to, and remembers what it was asked.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use crm::http::listen;
use http_body_util::BodyExt;
use ringback::webhook::Parameters;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// The sound of every recording: long enough to have a middle.
pub const SOUND: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// What was asked.
#[derive(Debug, Clone)]
pub struct Ask {
    pub method: String,
    pub path: String,
    pub authorization: String,
    pub form: Parameters,
}

/// What it answers to a wish for a call.
#[derive(Debug, Clone, Default)]
pub enum Mood {
    /// The call is queued.
    #[default]
    Willing,
    /// Refused with this status, code and message.
    Refusing(u16, u32, &'static str),
    /// The call is made, and the answer never comes: the connection is closed.
    Silent,
    /// The call is made when the test says so.
    Waiting,
}

#[derive(Default)]
struct Known {
    asked: Vec<Ask>,
    mood: Mood,
    calls: BTreeMap<String, Value>,
    recordings: Vec<Value>,
    owned: Vec<&'static str>,
}

/// The platform.
#[derive(Clone)]
pub struct Platform {
    pub url: String,
    known: Arc<Mutex<Known>>,
    /// Lets a call be made that waits.
    pub go_on: Arc<Notify>,
    /// Something was asked.
    pub was_asked: Arc<Notify>,
}

impl Platform {
    pub async fn start() -> Platform {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let platform = Platform {
            url: format!("http://{}", listener.local_addr().unwrap()),
            known: Arc::default(),
            go_on: Arc::default(),
            was_asked: Arc::default(),
        };
        platform.known.lock().unwrap().owned = vec!["+12025550190"];
        let router = Router::new().fallback(answer).with_state(platform.clone());
        tokio::spawn(async move { listen::serve(listener, router, std::future::pending()).await });
        platform
    }

    pub fn mood(&self, mood: Mood) {
        self.known.lock().unwrap().mood = mood;
    }

    pub fn asked(&self) -> Vec<Ask> {
        self.known.lock().unwrap().asked.clone()
    }

    /// The wishes for a call.
    pub fn placed(&self) -> Vec<Ask> {
        let mut asked = self.asked();
        asked.retain(|ask| ask.method == "POST" && ask.path.ends_with("/Calls.json"));
        asked
    }

    /// A call as it is known from now on.
    pub fn know(&self, sid: &str, call: Value) {
        self.known
            .lock()
            .unwrap()
            .calls
            .insert(sid.to_owned(), call);
    }

    pub fn forget(&self, sid: &str) {
        self.known.lock().unwrap().calls.remove(sid);
    }

    pub fn record(&self, recording: Value) {
        self.known.lock().unwrap().recordings.push(recording);
    }

    fn place(&self, form: &Parameters) -> Value {
        let mut known = self.known.lock().unwrap();
        let sid = format!("CA{:032x}", known.calls.len() + 1);
        let call = json!({
            "sid": sid, "status": "queued", "direction": "outbound-api",
            "to": form.first("To"), "from": form.first("From"),
            "date_created": now(), "queue_time": "0",
        });
        known.calls.insert(sid, call.clone());
        call
    }
}

/// The date of mail that it is now.
pub fn now() -> String {
    use std::time::{SystemTime, UNIX_EPOCH};
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    date(i64::try_from(seconds).unwrap())
}

/// A date of mail (RFC 2822), as the platform writes it.
pub fn date(unix: i64) -> String {
    let moment = crm::moment::Moment::from_millis(unix * 1_000).to_string();
    let (day, clock) = moment.split_once('T').unwrap();
    let names = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let parts: Vec<&str> = day.split('-').collect();
    let month: usize = parts[1].parse().unwrap();
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    let weekday = weekday[usize::try_from(unix / 86_400).unwrap() % 7];
    let month = &names[(month - 1) * 3..month * 3];
    format!(
        "{weekday}, {} {month} {} {} +0000",
        parts[2],
        parts[0],
        &clock[..8]
    )
}

async fn answer(State(platform): State<Platform>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let path = parts.uri.path().to_owned();
    let header = |name: &str| {
        let value = parts.headers.get(name).and_then(|it| it.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let text = String::from_utf8(body.to_vec()).unwrap();
    let form = match parts.uri.query() {
        Some(query) if text.is_empty() => Parameters::parse(query),
        _ => Parameters::parse(&text),
    };
    let ask = Ask {
        method: parts.method.to_string(),
        path: path.clone(),
        authorization: header("authorization"),
        form: form.clone(),
    };
    let mood = {
        let mut known = platform.known.lock().unwrap();
        known.asked.push(ask);
        known.mood.clone()
    };
    platform.was_asked.notify_one();
    let name = path.rsplit('/').next().unwrap_or_default();
    if parts.method == "POST" && path.ends_with("/Calls.json") {
        return create(&platform, &form, mood).await;
    }
    let known = platform.known.lock().unwrap();
    let rows = |key: &str, rows: Vec<Value>| Json(json!({key: rows})).into_response();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let fits = |row: &Value, filter: &str, key: &str| {
        form.first(filter)
            .is_none_or(|wanted| text(row, key) == wanted)
    };
    match name {
        "Calls.json" => {
            let mut calls: Vec<Value> = known.calls.values().rev().cloned().collect();
            calls.retain(|row| {
                fits(row, "To", "to")
                    && fits(row, "From", "from")
                    && fits(row, "ParentCallSid", "parent_call_sid")
            });
            rows("calls", calls)
        }
        "Recordings.json" => {
            let mut found = known.recordings.clone();
            found.retain(|row| fits(row, "CallSid", "call_sid"));
            rows("recordings", found)
        }
        "IncomingPhoneNumbers.json" => {
            let wanted = form.first("PhoneNumber").unwrap_or_default();
            let owned = known.owned.iter().filter(|number| **number == wanted);
            let owned = owned.map(|number| json!({"sid": "PN1", "phone_number": number}));
            rows("incoming_phone_numbers", owned.collect())
        }
        _ if path.contains("/Recordings/") => sound(&header("range")),
        _ if path.contains("/Calls/") => match known.calls.get(name.trim_end_matches(".json")) {
            Some(call) => Json(call).into_response(),
            None => refuse(404, 20404, "not found"),
        },
        _ if header("authorization") != basic("right") => refuse(401, 20003, "Authenticate"),
        _ => {
            Json(json!({"sid": "AC1", "friendly_name": "Ours", "status": "active"})).into_response()
        }
    }
}

async fn create(platform: &Platform, form: &Parameters, mood: Mood) -> Response {
    match mood {
        Mood::Willing => {}
        Mood::Waiting => platform.go_on.notified().await,
        Mood::Refusing(status, code, message) => return refuse(status, code, message),
        Mood::Silent => {
            platform.place(form);
            // A body that breaks off closes the connection before an answer is whole.
            let broken = futures_util::stream::once(async {
                Err::<&[u8], _>(std::io::Error::other("gone"))
            });
            let body = Body::from_stream(broken);
            return (StatusCode::CREATED, body).into_response();
        }
    }
    (StatusCode::CREATED, Json(platform.place(form))).into_response()
}

fn refuse(status: u16, code: u32, message: &str) -> Response {
    let more = format!("https://www.twilio.com/docs/errors/{code}");
    let body = json!({"code": code, "message": message, "more_info": more, "status": status});
    (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
}

fn sound(range: &str) -> Response {
    let kind = ("content-type", "audio/mpeg".to_owned());
    let Some((from, to)) = range
        .strip_prefix("bytes=")
        .and_then(|it| it.split_once('-'))
    else {
        return ([kind], SOUND).into_response();
    };
    let from: usize = from.parse().unwrap();
    let to = to.parse().unwrap_or(SOUND.len() - 1);
    if from >= SOUND.len() {
        return refuse(416, 0, "range");
    }
    let part = (
        "content-range",
        format!("bytes {from}-{to}/{}", SOUND.len()),
    );
    let status = StatusCode::PARTIAL_CONTENT;
    (status, [kind, part], &SOUND[from..=to]).into_response()
}

/// Basic credentials of the account with this token.
pub fn basic(token: &str) -> String {
    use base64::Engine as _;
    let pair = format!("{}:{token}", super::world::ACCOUNT);
    format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(pair)
    )
}
