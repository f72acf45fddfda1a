//! Several rings at once or one after another: the first answer wins.
//!
//! Unconfirmed: how those end that lose, and the one that rings when the caller gives up. Both are
//! `canceled`: it is what was done to them. A called party that hangs up in its whisper had
//! answered, so it is `completed`; `DialBridged` says that nobody was joined.

use model::CallSid;
use std::collections::{BTreeSet, VecDeque};

/// Who is still to be rung, who rings, and who has won.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hunt<T> {
    waiting: VecDeque<T>,
    sequential: bool,
    ringing: BTreeSet<CallSid>,
    won: Option<CallSid>,
}

/// What the end of a dialled call means for the hunt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    /// It was none of ours, or others still ring.
    Ringing,
    /// The next ones are to be rung.
    Next,
    /// Nobody is left.
    Over,
}

impl<T> Hunt<T> {
    /// A hunt for these.
    pub fn new(targets: Vec<T>, sequential: bool) -> Hunt<T> {
        Hunt {
            waiting: targets.into(),
            sequential,
            ringing: BTreeSet::new(),
            won: None,
        }
    }

    /// Those to be rung now.
    pub fn next(&mut self) -> Vec<T> {
        let count = if self.sequential {
            self.waiting.len().min(1)
        } else {
            self.waiting.len()
        };
        self.waiting.drain(..count).collect()
    }

    /// True if somebody like that is still to be rung.
    pub fn waits_for(&self, like: impl Fn(&T) -> bool) -> bool {
        self.waiting.iter().any(like)
    }

    /// One of them rings.
    pub fn placed(&mut self, child: CallSid) {
        self.ringing.insert(child);
    }

    /// One of them was answered: those who lose by it. The winner's own name if it came too late.
    pub fn answered(&mut self, child: CallSid) -> Vec<CallSid> {
        if !self.ringing.contains(&child) || self.won.is_some_and(|won| won != child) {
            return vec![child];
        }
        self.won = Some(child);
        self.waiting.clear();
        self.ringing
            .iter()
            .copied()
            .filter(|other| *other != child)
            .collect()
    }

    /// True while this one rings or talks.
    pub fn is_ours(&self, child: CallSid) -> bool {
        self.ringing.contains(&child)
    }

    /// One of them has ended.
    pub fn ended(&mut self, child: CallSid) -> After {
        let ours = self.ringing.remove(&child);
        if self.won == Some(child) {
            return After::Over;
        }
        match (
            ours,
            self.won,
            self.ringing.is_empty(),
            self.waiting.is_empty(),
        ) {
            (false, ..) | (_, Some(_), ..) | (_, _, false, _) => After::Ringing,
            (true, None, true, false) => After::Next,
            (true, None, true, true) => After::Over,
        }
    }

    /// Nobody more is rung: those who are to be told.
    pub fn give_up(&mut self) -> Vec<CallSid> {
        self.waiting.clear();
        self.ringing.iter().copied().collect()
    }

    /// Who has won.
    pub fn won(&self) -> Option<CallSid> {
        self.won
    }

    /// True if nobody rings or talks.
    pub fn is_quiet(&self) -> bool {
        self.ringing.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: CallSid = CallSid(1);
    const B: CallSid = CallSid(2);
    const C: CallSid = CallSid(3);

    fn rung(sequential: bool) -> Hunt<CallSid> {
        let mut hunt = Hunt::new(vec![A, B, C], sequential);
        ring(&mut hunt);
        hunt
    }

    fn ring(hunt: &mut Hunt<CallSid>) {
        for target in hunt.next() {
            hunt.placed(target);
        }
    }

    #[test]
    fn first_answer_wins_and_a_later_one_loses_itself() {
        let mut hunt = rung(false);
        assert_eq!(hunt.answered(B), [A, C]);
        assert_eq!(hunt.answered(C), [C]);
        assert_eq!(hunt.won(), Some(B));
        assert_eq!(hunt.ended(A), After::Ringing);
        assert_eq!(hunt.ended(C), After::Ringing);
        assert_eq!(hunt.ended(B), After::Over);
    }

    #[test]
    fn all_at_once_is_over_with_the_last_one() {
        let mut hunt = rung(false);
        assert_eq!(hunt.ended(A), After::Ringing);
        assert_eq!(hunt.ended(C), After::Ringing);
        assert_eq!(hunt.ended(B), After::Over);
    }

    #[test]
    fn one_after_another_goes_on_with_each_end() {
        let mut hunt = rung(true);
        assert_eq!(hunt.give_up_view(), [A]);
        assert_eq!(hunt.ended(A), After::Next);
        ring(&mut hunt);
        assert_eq!(hunt.answered(B), []);
        assert_eq!(hunt.next(), []);
        assert_eq!(hunt.ended(B), After::Over);
    }

    #[test]
    fn strangers_change_nothing() {
        let mut hunt = rung(true);
        assert_eq!(hunt.ended(C), After::Ringing);
        assert_eq!(hunt.answered(C), [C]);
        assert_eq!(hunt.give_up(), [A]);
        assert_eq!(hunt.ended(A), After::Over);
        assert!(hunt.is_quiet());
    }

    impl Hunt<CallSid> {
        fn give_up_view(&self) -> Vec<CallSid> {
            self.clone().give_up()
        }
    }
}
