//! Listens in on the wire: which INVITEs and answers came through, and what was said to them.

use model::{Span, Time};
use std::collections::{BTreeMap, BTreeSet};

/// One INVITE, at one end: its Call-ID, its number in the dialog, and whether the phones hear it.
type Invite = (String, u32, bool);

/// What has passed.
#[derive(Debug, Clone, Default)]
pub struct Tap {
    /// INVITEs that arrived and are not yet answered for good, with the user they are for.
    unanswered: BTreeMap<Invite, String>,
    /// Final answers that were sent, so that a repeated INVITE isn't counted again.
    answered: BTreeSet<Invite>,
    /// Answers 2xx that arrived, by who sent the INVITE, and how often.
    unacknowledged: BTreeMap<Invite, u32>,
    /// When an INVITE that has not been answered in any way left first. Answers that come when
    /// its transaction is gone find nobody any more.
    unheard: BTreeMap<Invite, Time>,
}

/// Timer B, and 64·T1 in which an INVITE that is given up is kept for what comes late.
const PATIENCE: Span = Span::from_secs(64);

impl Tap {
    /// A message leaves the platform (`false`) or a phone (`true`).
    pub fn sent(&mut self, now: Time, by_phone: bool, bytes: &[u8]) {
        let Some(message) = Head::read(bytes) else {
            return;
        };
        let Head {
            call,
            number,
            method,
            status,
            ..
        } = message;
        match (method, status) {
            ("INVITE", Some(200..)) => {
                let invite = (call, number, by_phone);
                self.unanswered.remove(&invite);
                self.answered.insert(invite);
            }
            ("INVITE", None) => {
                self.unheard.entry((call, number, by_phone)).or_insert(now);
            }
            ("ACK", None) => {
                self.unacknowledged.remove(&(call, number, by_phone));
            }
            _ => {}
        }
    }

    /// A message arrives at the platform (`false`) or a phone that hears (`true`).
    pub fn arrived(&mut self, now: Time, at_phone: bool, bytes: &[u8]) {
        let Some(message) = Head::read(bytes) else {
            return;
        };
        let Head {
            call,
            number,
            method,
            status,
            user,
        } = message;
        let invite = (call, number, at_phone);
        match (method, status) {
            ("INVITE", None) if !self.answered.contains(&invite) => {
                self.unanswered.insert(invite, user.to_owned());
            }
            ("INVITE", Some(status @ ..300)) => {
                let left = self.unheard.get(&invite);
                if left.is_some_and(|left| now.since(*left) >= PATIENCE) {
                    return;
                }
                self.unheard.remove(&invite);
                if status < 200 {
                    return;
                }
                *self.unacknowledged.entry(invite).or_default() += 1;
            }
            _ => {}
        }
    }

    /// What is still owed by somebody who isn't dead: `None` if nothing.
    pub fn owed(&self, is_dead: impl Fn(&str) -> bool) -> Option<String> {
        let mut living = self.unanswered.iter().filter(|(_, user)| !is_dead(user));
        let invite = living
            .next()
            .map(|(one, _)| ("INVITE without a final answer", one));
        let answer = self.unacknowledged.keys().next();
        let (what, (call, number, phones)) =
            invite.or(answer.map(|one| ("200 without an ACK", one)))?;
        let end = if *phones {
            "the phones"
        } else {
            "the platform"
        };
        Some(format!("{what} at {end}: Call-ID {call}, CSeq {number}"))
    }
}

/// What a message is, in four words.
struct Head<'a> {
    call: String,
    number: u32,
    method: &'a str,
    status: Option<u16>,
    user: &'a str,
}

impl Head<'_> {
    fn read(bytes: &[u8]) -> Option<Head<'_>> {
        let text = std::str::from_utf8(bytes).ok()?;
        let head = text.split("\r\n\r\n").next()?;
        let mut lines = head.split("\r\n");
        let first = lines.next()?;
        let status = first
            .strip_prefix("SIP/2.0 ")
            .and_then(|rest| rest.get(..3));
        let (mut call, mut cseq, mut user) = (None, None, "");
        for line in lines {
            match line.split_once(':') {
                Some(("Call-ID", value)) => call = Some(value.trim().to_owned()),
                Some(("To", value)) => {
                    let after = value.split_once("sip:").map_or("", |(_, after)| after);
                    user = after.split_once('@').map_or("", |(user, _)| user);
                }
                Some(("CSeq", value)) => cseq = Some(value.trim()),
                _ => {}
            }
        }
        let (number, method) = cseq?.split_once(' ')?;
        Some(Head {
            call: call?,
            number: number.parse().ok()?,
            method,
            status: status.and_then(|code| code.parse().ok()),
            user,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(first: &str, cseq: &str) -> Vec<u8> {
        format!("{first}\r\nTo: <sip:bob@h>\r\nCall-ID: a@b\r\nCSeq: {cseq}\r\n\r\n").into_bytes()
    }

    #[test]
    fn owes_an_answer_then_an_ack_then_nothing() {
        let mut tap = Tap::default();
        tap.arrived(
            Time(0),
            true,
            &message("INVITE sip:a@b SIP/2.0", "1 INVITE"),
        );
        assert!(
            tap.owed(|_| false)
                .is_some_and(|owed| owed.starts_with("INVITE without"))
        );
        tap.sent(Time(0), true, &message("SIP/2.0 180 Ringing", "1 INVITE"));
        assert!(tap.owed(|_| false).is_some());
        tap.sent(Time(0), true, &message("SIP/2.0 200 OK", "1 INVITE"));
        assert_eq!(tap.owed(|_| false), None);
        tap.arrived(Time(0), false, &message("SIP/2.0 200 OK", "1 INVITE"));
        assert!(
            tap.owed(|_| false)
                .is_some_and(|owed| owed.starts_with("200 without"))
        );
        tap.sent(Time(0), false, &message("ACK sip:a@b SIP/2.0", "1 ACK"));
        tap.arrived(
            Time(0),
            true,
            &message("INVITE sip:a@b SIP/2.0", "1 INVITE"),
        );
        assert_eq!(tap.owed(|_| false), None);
        tap.arrived(
            Time(0),
            true,
            &message("INVITE sip:a@b SIP/2.0", "2 INVITE"),
        );
        assert_eq!(tap.owed(|user| user == "bob"), None);
    }
}
