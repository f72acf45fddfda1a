//! What happens in calls, as it happens: a server of one's own tells it, the original doesn't.
//!
//! ```no_run
//! # async fn follow(client: ringback::Client, sid: &str) -> Result<(), ringback::Error> {
//! use ringback::follow::Happening;
//!
//! let mut events = client.follow_call(sid).open().await?;
//! while let Some(event) = events.next().await? {
//!     match event.what {
//!         Happening::Ladder(line) => println!("{} → {}: {}", line.from, line.to, line.text),
//!         Happening::Call(call) => println!("{} is {}", call.call_sid, call.status),
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A connection that breaks is an error; [`Follow::after`] goes on behind the last event.

use crate::connection::{Connection, piece};
use crate::path::{Path, Product};
use crate::request::{Request, Target};
use crate::retry::Verb;
use crate::{Client, Error};
use api::Notification;
pub use api::{CallChange, Gap, LadderLine, StreamEnd};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Silence beyond this is a broken connection: the server says every 15 s that it is there.
const SILENCE: Duration = Duration::from_secs(45);
/// An event is never as long; what is no stream of events may be.
const EVENT_BYTES_MAX: usize = 1 << 20;

impl Client {
    /// One call and those it dials, from its beginning to its end.
    pub fn follow_call(&self, sid: impl AsRef<str>) -> Follow {
        self.follows(|path| path.below("Calls").below(sid.as_ref()).below("Stream"))
    }

    /// All calls of the account, from now on.
    pub fn follow(&self) -> Follow {
        self.follows(|path| path.below("Events").below("Stream"))
    }

    fn follows(&self, place: impl FnOnce(Path) -> Path) -> Follow {
        let own = Path::own(self.account_sid());
        Follow {
            connection: self.connection(),
            path: place(own),
            last: None,
        }
    }
}

/// A stream of events that is still to be opened.
#[must_use = "nothing is asked for until it is opened"]
pub struct Follow {
    connection: Arc<Connection>,
    path: Path,
    last: Option<String>,
}

impl Follow {
    /// Goes on behind this event.
    pub fn after(mut self, id: impl Into<String>) -> Follow {
        self.last = Some(id.into());
        self
    }

    /// Opens it.
    pub async fn open(self) -> Result<Events, Error> {
        let mut request = Request::new(Verb::Get, Path::root());
        request.target = Target::Told(Product::Own, self.path.with_suffix("")?);
        request.accept = "text/event-stream";
        request.last_event_id = self.last;
        let response = self.connection.open(&request).await?;
        Ok(Events {
            response,
            text: Vec::new(),
        })
    }
}

impl fmt::Debug for Follow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Follow").field(&self.path.whole).finish()
    }
}

/// Events, while they arrive.
pub struct Events {
    response: reqwest::Response,
    text: Vec<u8>,
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What [`Follow::after`] takes; some have none.
    pub id: Option<String>,
    /// What happened.
    pub what: Happening,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Happening {
    /// A line of a call's ladder.
    Ladder(LadderLine),
    /// A call's status changed.
    Call(CallChange),
    /// Something went wrong in a call.
    Notification(Box<Notification>),
    /// Something is missing here.
    Gap(Gap),
    /// Nothing follows.
    End(StreamEnd),
    /// What this version doesn't know: its name and its data, as they came.
    Other(String, String),
}

impl Events {
    /// The next event; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Event>, Error> {
        loop {
            while let Some(end) = self.text.windows(2).position(|two| two == b"\n\n") {
                let block: Vec<u8> = self.text.drain(..end + 2).collect();
                if let Some(event) = read(&String::from_utf8_lossy(&block)) {
                    return Ok(Some(event));
                }
            }
            match piece(&mut self.response, SILENCE).await? {
                None => return Ok(None),
                Some(bytes) if self.text.len() + bytes.len() <= EVENT_BYTES_MAX => {
                    self.text.extend_from_slice(&bytes);
                }
                Some(_) => return Err(Error::input("what came is no stream of events")),
            }
        }
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

/// Reads a block of lines (the HTML standard, §9.2.6); `None` for a comment, or a word on how to
/// come back.
fn read(block: &str) -> Option<Event> {
    let (mut id, mut name, mut data) = (None, "message", None);
    for line in block.lines() {
        let Some((field, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => id = Some(value.to_owned()),
            "event" => name = value,
            "data" => data = Some(value),
            _ => {}
        }
    }
    let data = data?;
    let what = match name {
        "ladder" => serde_json::from_str(data).map(Happening::Ladder),
        "call" => serde_json::from_str(data).map(Happening::Call),
        "notification" => serde_json::from_str(data).map(Happening::Notification),
        "gap" => serde_json::from_str(data).map(Happening::Gap),
        "end" => serde_json::from_str(data).map(Happening::End),
        _ => return Some(unknown(id, name, data)),
    };
    match what {
        Ok(what) => Some(Event { id, what }),
        Err(_) => Some(unknown(id, name, data)),
    }
}

fn unknown(id: Option<String>, name: &str, data: &str) -> Event {
    let what = Happening::Other(name.to_owned(), data.to_owned());
    Event { id, what }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_and_comments_passed_over() {
        assert_eq!(read(": here\n\n"), None);
        assert_eq!(read("retry: 1000\n\n"), None);
        let event = read("id: end\nevent: end\ndata: {\"reason\":\"ended\"}\n\n").unwrap();
        assert_eq!(event.id.as_deref(), Some("end"));
        let reason = "ended".to_owned();
        assert_eq!(event.what, Happening::End(StreamEnd { reason }));
        let event = read("event: weather\ndata: {}\n\n").unwrap();
        let weather = Happening::Other("weather".to_owned(), "{}".to_owned());
        assert_eq!(event.what, weather);
        // A later version may say what is known otherwise.
        let event = read("event: end\ndata: {}\n\n").unwrap();
        assert_eq!(
            event.what,
            Happening::Other("end".to_owned(), "{}".to_owned())
        );
    }
}
