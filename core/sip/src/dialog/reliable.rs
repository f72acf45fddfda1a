//! Reliable provisional responses (RFC 3262): numbers that go up by one, each waiting for its
//! PRACK on the side that sends, each taken once on the side that hears.

use std::collections::VecDeque;

use crate::message::header::RAck;
use model::Span;

/// The sending side: one response is out at a time, others wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sending {
    next: u32,
    invite: u32,
    /// The response that waits for its PRACK: number and bytes.
    out: Option<(u32, Vec<u8>)>,
    /// What is to be sent after it.
    pub(crate) waiting: VecDeque<(u16, Option<String>)>,
    /// How long until it is repeated.
    pub(crate) interval: Span,
}

impl Sending {
    /// Begins at a number of chance below 2³¹ (RFC 3262 §3), for the INVITE of this CSeq.
    pub(crate) fn new(first: u32, invite: u32) -> Sending {
        Sending {
            next: (first >> 1).max(1),
            invite,
            out: None,
            waiting: VecDeque::new(),
            interval: Span::ZERO,
        }
    }

    /// Whether a response waits for its PRACK.
    pub(crate) fn is_out(&self) -> bool {
        self.out.is_some()
    }

    /// The number of the next response.
    pub(crate) fn number(&self) -> u32 {
        self.next
    }

    /// The next response leaves.
    pub(crate) fn sent(&mut self, bytes: Vec<u8>, interval: Span) {
        self.out = Some((self.next, bytes));
        self.next = self.next.wrapping_add(1);
        self.interval = interval;
    }

    /// The bytes that are to be repeated.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        self.out.as_ref().map(|(_, bytes)| bytes.as_slice())
    }

    /// A PRACK came; false if it confirms nothing that is out.
    pub(crate) fn confirmed(&mut self, rack: &RAck) -> bool {
        let hit = self.out.as_ref().is_some_and(|(number, _)| {
            *number == rack.rseq
                && rack.cseq.number == self.invite
                && rack.cseq.method == crate::message::Method::Invite
        });
        if hit {
            self.out = None;
        }
        hit
    }
}

/// The hearing side of one early dialog: whether a response with this number is the next one.
/// The first may have any number (RFC 3262 §4).
pub(crate) fn is_next(last: &mut Option<u32>, number: u32) -> bool {
    let fits = last.is_none_or(|last| number == last.wrapping_add(1));
    if fits {
        *last = Some(number);
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_prack_confirms() {
        let mut sending = Sending::new(20, 5);
        sending.sent(vec![1], Span(1));
        assert!(!sending.confirmed(&"11 5 INVITE".parse().unwrap()));
        assert!(!sending.confirmed(&"10 6 INVITE".parse().unwrap()));
        assert!(!sending.confirmed(&"10 5 OPTIONS".parse().unwrap()));
        assert!(sending.confirmed(&"10 5 INVITE".parse().unwrap()));
        assert!(!sending.confirmed(&"10 5 INVITE".parse().unwrap()));
        assert_eq!(sending.number(), 11);
    }

    #[test]
    fn numbers_go_up_by_one() {
        let mut last = None;
        assert!(is_next(&mut last, 7));
        assert!(!is_next(&mut last, 7));
        assert!(!is_next(&mut last, 9));
        assert!(is_next(&mut last, 8));
    }
}
