//! What streams tell, and how it is written: `text/event-stream` (the HTML standard, §9.2).

use super::hub::Family;
use api::{CallChange, Gap, LadderLine, StreamEnd};
use bytes::Bytes;
use model::{AccountSid, Address, CallSid, CallStatus, Direction, NotificationRow, Time};
use serde::Serialize;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Something that happened in a call and is told to whoever follows it.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// A line of its ladder.
    Rung(Rung),
    /// Its row was written.
    Row(Box<Change>),
    /// Something went wrong with what the customer's application said or did.
    Notification(Box<NotificationRow>),
    /// It has ended, and its ladder is complete.
    Over(CallSid),
}

/// A line of a call's ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// When.
    pub at: Time,
    /// In which call.
    pub call: CallSid,
    /// Who did it.
    pub from: Cow<'static, str>,
    /// To whom.
    pub to: Cow<'static, str>,
    /// What, in a few words.
    pub text: String,
}

impl Rung {
    /// Reads a line as it is kept: microseconds, parties and text between tabs.
    pub(crate) fn from_row(call: CallSid, row: &str) -> Option<Rung> {
        let mut parts = row.splitn(4, '\t');
        let at = Time(parts.next()?.parse().ok()?);
        let mut owned = || parts.next().map(str::to_owned);
        Some(Rung {
            at,
            call,
            from: owned()?.into(),
            to: owned()?.into(),
            text: owned()?,
        })
    }
}

/// What a call's row says, as far as streams tell of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Which call.
    pub call: CallSid,
    /// Whose it is.
    pub account: AccountSid,
    /// The call whose `<Dial>` placed it.
    pub parent: Option<CallSid>,
    /// When the row was written.
    pub at: Time,
    /// How far it has come.
    pub status: CallStatus,
    /// Which way it goes.
    pub direction: Direction,
    /// Who calls.
    pub from: Address,
    /// Who is called.
    pub to: Address,
    /// Whole seconds from answer to end.
    pub duration_secs: Option<u32>,
    /// The final SIP response of an outbound leg.
    pub sip_response_code: Option<u16>,
}

impl Change {
    /// What this row says.
    pub fn of(row: &model::CallRow) -> Change {
        Change {
            call: row.sid,
            account: row.account,
            parent: row.parent,
            at: row.date_updated,
            status: row.status,
            direction: row.direction,
            from: row.from.clone(),
            to: row.to.clone(),
            duration_secs: row.duration_secs,
            sip_response_code: row.sip_response_code,
        }
    }
}

/// One event of an account, with its place among them.
#[derive(Debug)]
pub struct Event {
    /// Rises with each event of the account, also from one process to the next.
    pub id: u64,
    /// Whose it is.
    pub account: AccountSid,
    /// The call it is about and that one's parent; none if it is about all.
    pub family: Option<Family>,
    /// What.
    pub said: Said,
}

/// What an event says.
#[derive(Debug)]
pub enum Said {
    Rung(Rung),
    Change(Box<Change>),
    Notification(Box<NotificationRow>),
    Gap(Lack),
}

/// Why something is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// It happened too long ago.
    History,
    /// There was no room for it.
    Overload,
    /// The reader's last identifier is none of ours: the whole is told.
    UnknownId,
}

/// Why a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The call has ended, and all of it was told.
    Ended,
    /// The reader is too slow.
    Slow,
    /// The server stops.
    Shutdown,
    /// The credentials are good no more.
    Credentials,
}

/// The identifier of the last event of an ended call. Who comes back with it has heard all.
pub const LAST: &str = "end";

impl Event {
    /// As it is sent.
    pub fn write(&self, out: &mut String) {
        self.said
            .write(out, Some(&self.id.to_string()), self.account, self.family);
    }
}

impl Said {
    /// As it is sent, under this identifier.
    pub fn write(
        &self,
        out: &mut String,
        id: Option<&str>,
        account: AccountSid,
        family: Option<Family>,
    ) {
        let parent = family
            .and_then(|family| family.parent)
            .map(|call| call.to_string());
        match self {
            Said::Rung(rung) => {
                let line = LadderLine {
                    date: micros(rung.at),
                    account_sid: account.to_string(),
                    call_sid: rung.call.to_string(),
                    parent_call_sid: parent,
                    from: rung.from.to_string(),
                    to: rung.to.to_string(),
                    text: rung.text.clone(),
                };
                frame(out, id, "ladder", &line);
            }
            Said::Change(change) => {
                let told = CallChange {
                    date: micros(change.at),
                    account_sid: account.to_string(),
                    call_sid: change.call.to_string(),
                    parent_call_sid: parent,
                    status: change.status.as_str().to_owned(),
                    direction: change.direction.as_str().to_owned(),
                    from: change.from.to_string(),
                    to: change.to.to_string(),
                    duration: change.duration_secs.map(|secs| secs.to_string()),
                    sip_response_code: change.sip_response_code,
                };
                frame(out, id, "call", &told);
            }
            Said::Notification(row) => {
                frame(out, id, "notification", &crate::v2010::notification(row));
            }
            Said::Gap(lack) => lack.write(out, id),
        }
    }
}

impl Lack {
    /// As it is sent.
    pub fn write(self, out: &mut String, id: Option<&str>) {
        let reason = match self {
            Lack::History => "history",
            Lack::Overload => "overload",
            Lack::UnknownId => "unknown-id",
        };
        let gap = Gap {
            reason: reason.to_owned(),
            from_the_beginning: self == Lack::UnknownId,
        };
        frame(out, id, "gap", &gap);
    }
}

impl End {
    /// As it is sent. Only the end of a call is an event to come back behind.
    pub fn write(self, out: &mut String) {
        let reason = match self {
            End::Ended => "ended",
            End::Slow => "slow",
            End::Shutdown => "shutdown",
            End::Credentials => "credentials",
        };
        let id = (self == End::Ended).then_some(LAST);
        let end = StreamEnd {
            reason: reason.to_owned(),
        };
        frame(out, id, "end", &end);
    }
}

/// JSON has no line breaks outside its texts, and those are escaped: one `data` line holds it.
fn frame(out: &mut String, id: Option<&str>, name: &str, data: &impl Serialize) {
    if let Some(id) = id {
        let _ = writeln!(out, "id: {id}");
    }
    // Our types have text keys and finite numbers only, which always can be written.
    let data = serde_json::to_string(data).unwrap_or_default();
    let _ = write!(out, "event: {name}\ndata: {data}\n\n");
}

/// Said once, at the beginning: how long a browser waits before it comes back (milliseconds).
pub const GREETING: &str = "retry: 1000\n\n";
/// A comment, which readers pass over.
pub const BEAT: Bytes = Bytes::from_static(b": here\n\n");

/// `2010-08-31T20:36:28.000000Z`.
pub fn micros(at: Time) -> String {
    let whole = at.iso8601();
    format!("{}.{:06}Z", whole.trim_end_matches('Z'), at.0 % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_three_lines_and_an_empty_one() {
        let rung = Rung::from_row(CallSid(3), "1500000\tswitch\tapp\tPOST /x \"a\"").unwrap();
        let family = Some(Family {
            call: CallSid(3),
            parent: None,
        });
        let event = Event {
            id: 7,
            account: AccountSid(1),
            family,
            said: Said::Rung(rung),
        };
        let mut out = String::new();
        event.write(&mut out);
        assert_eq!(
            out,
            "id: 7\nevent: ladder\ndata: {\"date\":\"1970-01-01T00:00:01.500000Z\",\
             \"account_sid\":\"AC00000000000000000000000000000001\",\
             \"call_sid\":\"CA00000000000000000000000000000003\",\"parent_call_sid\":null,\
             \"from\":\"switch\",\"to\":\"app\",\"text\":\"POST /x \\\"a\\\"\"}\n\n"
        );
    }

    #[test]
    fn only_the_end_of_a_call_has_an_identifier() {
        let (mut ended, mut slow) = (String::new(), String::new());
        End::Ended.write(&mut ended);
        End::Slow.write(&mut slow);
        assert_eq!(
            ended,
            "id: end\nevent: end\ndata: {\"reason\":\"ended\"}\n\n"
        );
        assert_eq!(slow, "event: end\ndata: {\"reason\":\"slow\"}\n\n");
    }

    #[test]
    fn a_broken_row_is_no_rung() {
        assert_eq!(Rung::from_row(CallSid(3), "1\tapp"), None);
        assert_eq!(Rung::from_row(CallSid(3), "x\ta\tb\tc"), None);
    }
}
