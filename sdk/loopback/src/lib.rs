//! A small HTTP server within the process: it answers what a test tells it to, or as the API
//! would as far as the client's examples go. It is for tests and examples; the client has no
//! server in it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Whose things the API of the examples has.
pub const ACCOUNT: &str = "AC00000000000000000000000000000001";
/// A call that it has.
pub const CALL: &str = "CA00000000000000000000000000000002";

/// What was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// `GET`, `POST`.
    pub method: String,
    /// With its query.
    pub path: String,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    /// The form.
    pub body: String,
    /// Which connection it came on, counted from 0.
    pub connection: usize,
}

impl Asked {
    /// One header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(key, _)| key == name);
        found.next().map(|(_, value)| value.as_str())
    }
}

/// What is done about it.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A whole answer.
    Answer(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// The connection is closed instead.
    Close,
    /// An answer that says it is longer than it is.
    BreakOff,
    /// Nothing, until the client goes away.
    Silence,
}

impl Reply {
    /// A whole answer, in JSON.
    pub fn json(status: u16, body: impl Into<String>) -> Reply {
        let kind = ("content-type", "application/json".to_owned());
        Reply::Answer(status, vec![kind], body.into().into_bytes())
    }

    /// A refusal as the API has it.
    pub fn error(status: u16, code: u32, message: &str) -> Reply {
        let more = format!("https://www.twilio.com/docs/errors/{code}");
        Reply::json(
            status,
            format!(
                r#"{{"code":{code},"message":"{message}","more_info":"{more}","status":{status}}}"#
            ),
        )
    }

    /// With one more header.
    #[must_use]
    pub fn with(self, name: &'static str, value: impl Into<String>) -> Reply {
        match self {
            Reply::Answer(status, mut headers, body) => {
                headers.push((name, value.into()));
                Reply::Answer(status, headers, body)
            }
            other => other,
        }
    }
}

/// A server on a port of its own. It is gone when this is dropped.
pub struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    over: Arc<AtomicBool>,
}

impl Server {
    /// `answer` is given what is asked and how often something was asked before.
    pub fn start(answer: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("its address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let over = Arc::new(AtomicBool::new(false));
        let (seen, stop, answer) = (Arc::clone(&asked), Arc::clone(&over), Arc::new(answer));
        thread::spawn(move || {
            for (connection, stream) in listener.incoming().enumerate() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                thread::spawn(move || serve(&stream, connection, &seen, &*answer));
            }
        });
        Server {
            address,
            asked,
            over,
        }
    }

    /// Answers one after the other, and the last one ever after.
    pub fn script(replies: Vec<Reply>) -> Server {
        Server::start(move |_, before| replies[before.min(replies.len() - 1)].clone())
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What has been asked.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no panic").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // Wakes the listener up, so that it sees it is over.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
    }
}

/// An address where nobody listens.
pub fn nobody() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    format!("http://{}", listener.local_addr().expect("its address"))
}

fn serve(
    stream: &TcpStream,
    connection: usize,
    seen: &Mutex<Vec<Asked>>,
    answer: &dyn Fn(&Asked, usize) -> Reply,
) {
    let mut reader = BufReader::new(stream);
    while let Some(asked) = read(&mut reader, connection) {
        let before = {
            let mut seen = seen.lock().expect("no panic");
            seen.push(asked.clone());
            seen.len() - 1
        };
        let (status, headers, body) = match answer(&asked, before) {
            Reply::Answer(status, headers, body) => (status, headers, body),
            Reply::Close => return,
            Reply::BreakOff => {
                let _ =
                    (&*stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"si");
                return;
            }
            Reply::Silence => {
                let _ = reader.read(&mut [0]);
                return;
            }
        };
        let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let whole = [head.as_bytes(), &body].concat();
        if (&*stream).write_all(&whole).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>, connection: usize) -> Option<Asked> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let mut words = line.split_ascii_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().unwrap_or(0));
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked {
        method,
        path,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
        connection,
    })
}

/// What the API would answer, as far as the examples go.
pub struct Api(Server);

impl Api {
    /// Starts one.
    pub fn start() -> Api {
        Api(Server::start(|asked, _| Api::answer(asked)))
    }

    /// Its address.
    pub fn url(&self) -> String {
        self.0.url()
    }

    /// What has been asked.
    pub fn asked(&self) -> Vec<Asked> {
        self.0.asked()
    }

    fn answer(asked: &Asked) -> Reply {
        let path = asked.path.split('?').next().unwrap_or_default();
        let account = format!("/2010-04-01/Accounts/{ACCOUNT}");
        let Some(path) = path.strip_prefix(&account) else {
            return Reply::error(404, 20404, "The requested resource was not found");
        };
        let last = path.rsplit('/').next().unwrap_or_default();
        match (asked.method.as_str(), path) {
            ("POST", "/Calls.json") if !asked.body.contains("To=%2B") => Reply::error(
                400,
                21211,
                "The phone number you are attempting to call is not valid.",
            ),
            ("POST", "/Calls.json") => Reply::json(201, call(2, "queued")),
            ("GET", "/Calls.json") => calls(&asked.path, &account),
            ("POST", "/IncomingPhoneNumbers.json") => Reply::json(
                201,
                r#"{"sid":"PN00000000000000000000000000000003","phone_number":"+14155550190"}"#,
            ),
            ("DELETE", _) => Reply::Answer(204, Vec::new(), Vec::new()),
            (_, path) if path.ends_with(".wav") => {
                let kind = ("content-type", "audio/x-wav".to_owned());
                Reply::Answer(200, vec![kind], b"RIFF....WAVE".to_vec())
            }
            (_, path) if path.starts_with("/Calls/CA") && path.contains("/Recordings") => {
                Reply::json(
                    201,
                    r#"{"sid":"RE00000000000000000000000000000004","status":"in-progress"}"#,
                )
            }
            ("GET", path) if path.starts_with("/Calls/") && last.starts_with(CALL) => {
                Reply::json(200, call(2, "in-progress"))
            }
            ("POST", path) if path.starts_with("/Calls/") && last.starts_with(CALL) => {
                Reply::json(200, call(2, "completed"))
            }
            _ => Reply::error(404, 20404, "The requested resource was not found"),
        }
    }
}

fn call(number: usize, status: &str) -> String {
    format!(r#"{{"sid":"CA{number:032x}","status":"{status}","direction":"outbound-api"}}"#)
}

/// Five calls, as many to a page as are wanted.
fn calls(path: &str, account: &str) -> Reply {
    let value = |name: &str| {
        let query = path.split('?').nth(1).unwrap_or_default();
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(key, _)| *key == name)
            .and_then(|(_, value)| value.parse::<usize>().ok())
    };
    let (size, page) = (value("PageSize").unwrap_or(50), value("Page").unwrap_or(0));
    let rows: Vec<usize> = (0..5).skip(page * size).take(size).collect();
    let next = (page + 1) * size < 5;
    let next = match next {
        true => format!(
            r#""{account}/Calls.json?PageSize={size}&Page={}&PageToken=PA""#,
            page + 1
        ),
        false => "null".to_owned(),
    };
    let rows: Vec<String> = rows.iter().map(|row| call(*row, "completed")).collect();
    Reply::json(
        200,
        format!(
            r#"{{"calls":[{}],"page":{page},"page_size":{size},"next_page_uri":{next},"uri":"x"}}"#,
            rows.join(",")
        ),
    )
}
