//! A call's ladder as it runs, from the stream of events until the call ends.

use crate::answer;
use crate::fault::Fault;
use crate::screen::{Colour, Screen, of_status, print};
use ringback::follow::{CallChange, Event, Happening, LadderLine};
use ringback::{CallStatus, Client, Error};
use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

pub const HELP: &str = "\
Exit code 0 when the call was completed, 1 when it was busy, failed, was not answered or was
canceled. Ctrl-C stops following and leaves the call alone (130). When the connection breaks, it is
made again, and goes on where it was. In pipes each event is a line of JSON.";

/// How often a broken connection is made again without hearing anything, and after which pauses.
const TRIES: u32 = 8;
const PAUSE: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Follows a call to its end.
pub async fn follow(
    client: &Client,
    url: &str,
    sid: &str,
    screen: &Screen,
) -> Result<ExitCode, Fault> {
    let mut teller = Teller::new(sid, screen);
    tokio::select! {
        followed = to_the_end(client, url, sid, &mut teller) => followed?,
        _ = tokio::signal::ctrl_c() => {
            eprintln!(
                "ringback: following stopped; the call goes on, `ringback calls update {sid} \
                 --status completed` ends it"
            );
            return Ok(ExitCode::from(130));
        }
    }
    let call = client.calls().fetch(sid).send().await;
    let call = call.map_err(|error| answer::fault(url, error))?;
    if !screen.json {
        let secs = call.duration.as_deref().unwrap_or("0");
        let status = of_status(&call.status).map_or_else(
            || call.status.clone(),
            |colour| screen.paint(colour, &call.status),
        );
        print(&format!("{sid} {status}, {secs} s\n"));
    }
    Ok(if call.status() == CallStatus::Completed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Listens until all is told; comes back when the connection breaks.
async fn to_the_end(
    client: &Client,
    url: &str,
    sid: &str,
    teller: &mut Teller<'_>,
) -> Result<(), Fault> {
    let mut last: Option<String> = None;
    let mut silent = 0;
    let mut heard_any = false;
    loop {
        let mut stream = client.follow_call(sid);
        if let Some(id) = &last {
            stream = stream.after(id);
        }
        let broken = match stream.open().await {
            Err(error) if !heard_any || error.status().is_some_and(|status| status < 500) => {
                return Err(answer::fault(url, error));
            }
            Err(error) => error,
            Ok(mut events) => loop {
                match events.next().await {
                    // A server that stops closes without a word if it must.
                    Ok(None) => break Error::Input("the server ended the stream".to_owned()),
                    Err(error) => break error,
                    Ok(Some(event)) => {
                        (silent, heard_any) = (0, true);
                        if let Some(id) = &event.id {
                            last = Some(id.clone());
                        }
                        if teller.tell(&event) {
                            return Ok(());
                        }
                    }
                }
            },
        };
        silent += 1;
        if silent > TRIES {
            return Err(Fault::Failed(format!(
                "the stream of events broke, and could not be opened again ({broken}); what \
                 became of the call is not known: `ringback calls fetch {sid}` tells"
            )));
        }
        tokio::time::sleep((PAUSE * 2_u32.pow(silent - 1)).min(PAUSE_MAX)).await;
    }
}

/// Prints what it hears, once.
struct Teller<'a> {
    screen: &'a Screen,
    sid: String,
    /// When the first thing happened (microseconds of an unknown beginning).
    start: Option<u64>,
    /// Calls in the order in which they appear: `CA1`, `CA2`.
    names: BTreeMap<String, usize>,
    /// Whether what was told before comes again, and what that was.
    again: bool,
    told: BTreeSet<String>,
}

/// What is remembered of what was told, to know it again.
const TOLD_MAX: usize = 10_000;

impl<'a> Teller<'a> {
    fn new(sid: &str, screen: &'a Screen) -> Teller<'a> {
        Teller {
            screen,
            sid: sid.to_owned(),
            start: None,
            names: BTreeMap::new(),
            again: false,
            told: BTreeSet::new(),
        }
    }

    /// Whether the call has ended and all was told.
    fn tell(&mut self, event: &Event) -> bool {
        let ended = matches!(&event.what, Happening::End(end) if end.reason == "ended");
        if let Happening::Gap(gap) = &event.what {
            self.again |= gap.from_the_beginning;
        }
        let line = if self.screen.json {
            Some(as_json(event))
        } else {
            self.line(event)
        };
        if let Some(line) = line
            && self.is_new(event, &line)
        {
            print(&format!("{line}\n"));
        }
        ended
    }

    fn is_new(&mut self, event: &Event, line: &str) -> bool {
        let known = match &event.what {
            Happening::Ladder(line) => format!("{line:?}"),
            Happening::Call(change) => format!("{} {}", change.call_sid, change.status),
            Happening::Notification(row) => row.sid.clone(),
            _ => return !line.is_empty(),
        };
        let new = !(self.again && self.told.contains(&known));
        if self.told.len() < TOLD_MAX {
            self.told.insert(known);
        }
        new
    }

    fn line(&mut self, event: &Event) -> Option<String> {
        match &event.what {
            Happening::Ladder(line) => Some(self.rung(line)),
            Happening::Call(change) => Some(self.change(change)),
            // It stands in the ladder, too.
            Happening::Notification(_) => None,
            // What comes again is known already.
            Happening::Gap(gap) if gap.from_the_beginning => None,
            Happening::Gap(_) => Some("           … something is missing here …".to_owned()),
            Happening::End(end) => match end.reason.as_str() {
                "shutdown" => Some("           … the server stops …".to_owned()),
                _ => None,
            },
            _ => None,
        }
    }

    /// As `ringback ladder` prints it.
    fn rung(&mut self, line: &LadderLine) -> String {
        let at = self.at(&line.date);
        let call = self.name(&line.call_sid);
        let (from, to) = (pad(&line.from, 14), pad(&line.to, 14));
        let at = self.screen.paint(Colour::Faint, &format!("{at:>9}"));
        let text = line.text.replace(char::is_control, " ");
        format!("{at}  {from} → {to} {call:<4} {text}")
            .trim_end()
            .to_owned()
    }

    fn change(&mut self, change: &CallChange) -> String {
        let at = self.at(&change.date);
        let call = self.name(&change.call_sid);
        let status = match of_status(&change.status) {
            Some(colour) => self.screen.paint(colour, &change.status),
            None => change.status.clone(),
        };
        let at = self.screen.paint(Colour::Faint, &format!("{at:>9}"));
        let parties = format!("{} → {}", change.from, change.to);
        let parties = parties.replace(char::is_control, " ");
        let whole = if change.call_sid == self.sid {
            String::new()
        } else {
            format!(" ({parties})")
        };
        format!("{at}  {call} is {status}{whole}")
    }

    fn name(&mut self, call: &str) -> String {
        let next = self.names.len() + 1;
        format!("CA{}", self.names.entry(call.to_owned()).or_insert(next))
    }

    /// Seconds since the first thing, to the millisecond.
    fn at(&mut self, date: &str) -> String {
        let Some(micros) = micros(date) else {
            return String::new();
        };
        let start = *self.start.get_or_insert(micros);
        let millis = micros.saturating_sub(start) / 1_000;
        format!("{}.{:03}", millis / 1_000, millis % 1_000)
    }
}

/// Filled up to so many columns.
fn pad(text: &str, width: usize) -> String {
    let text = text.replace(char::is_control, " ");
    let more = width.saturating_sub(text.width());
    text + &" ".repeat(more)
}

/// `2026-11-27T12:20:00.190211Z` as microseconds since 1970.
fn micros(date: &str) -> Option<u64> {
    let (whole, part) = date.strip_suffix('Z')?.split_once('.')?;
    let time = api::read_date(&format!("{whole}Z"))?;
    let secs = time.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
    Some(secs * 1_000_000 + part.parse::<u64>().ok().filter(|_| part.len() == 6)?)
}

/// One line: the event's name, its identifier, its data.
fn as_json(event: &Event) -> String {
    let (name, data) = match &event.what {
        Happening::Ladder(line) => ("ladder", serde_json::to_value(line)),
        Happening::Call(change) => ("call", serde_json::to_value(change)),
        Happening::Notification(row) => ("notification", serde_json::to_value(row)),
        Happening::Gap(gap) => ("gap", serde_json::to_value(gap)),
        Happening::End(end) => ("end", serde_json::to_value(end)),
        Happening::Other(name, data) => (name.as_str(), serde_json::from_str(data)),
        _ => ("unknown", Ok(serde_json::Value::Null)),
    };
    let data = data.unwrap_or_default();
    serde_json::json!({ "event": name, "id": event.id, "data": data }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringback::follow::{Gap, StreamEnd};

    const PLAIN: Screen = Screen {
        json: false,
        width: None,
        colour: false,
        watched: false,
    };

    fn rung(date: &str, text: &str) -> Event {
        let line = LadderLine {
            date: date.to_owned(),
            account_sid: "AC1".to_owned(),
            call_sid: "CAx".to_owned(),
            parent_call_sid: None,
            from: "switch".to_owned(),
            to: "carol".to_owned(),
            text: text.to_owned(),
        };
        let what = Happening::Ladder(line);
        Event { id: None, what }
    }

    #[test]
    fn a_line_is_that_of_the_ladder() {
        let mut teller = Teller::new("CAx", &PLAIN);
        let first = rung("2026-11-27T23:59:58.900000Z", "INVITE");
        teller.line(&first).unwrap();
        let line = teller
            .line(&rung("2026-11-28T00:00:03.090000Z", "CANCEL"))
            .unwrap();
        assert_eq!(
            line,
            "    4.190  switch         → carol          CA1  CANCEL"
        );
    }

    #[test]
    fn what_comes_again_is_told_once_and_the_end_ends() {
        let mut teller = Teller::new("CAx", &PLAIN);
        let event = rung("2026-11-27T12:00:00.000000Z", "INVITE");
        let line = teller.line(&event).unwrap();
        assert!(teller.is_new(&event, &line));
        // A call may do the same twice.
        assert!(teller.is_new(&event, &line));
        let gap = Gap {
            reason: "unknown-id".to_owned(),
            from_the_beginning: true,
        };
        let what = Happening::Gap(gap);
        assert!(!teller.tell(&Event { id: None, what }));
        assert!(!teller.is_new(&event, &line));
        for (reason, ends) in [("slow", false), ("shutdown", false), ("ended", true)] {
            let reason = reason.to_owned();
            let what = Happening::End(StreamEnd { reason });
            assert_eq!(teller.tell(&Event { id: None, what }), ends);
        }
    }
}
