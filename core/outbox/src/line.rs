//! One host's line: what waits for it, and whether it can be reached.

use crate::Bounds;
use model::{Callback, CallbackId, Chance, Span, Time};
use std::collections::{BTreeSet, VecDeque};

/// What came of an attempt, as far as the host is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The host answered, whatever it said.
    Arrived,
    /// The host could not be reached, or did not answer in time.
    Failed,
    /// It says nothing of the host: the address can't be read, or may not be asked.
    Neither,
}

/// Callbacks to one host, in the order of their making.
#[derive(Debug)]
pub(crate) struct Line {
    pub host: String,
    /// The oldest that have not been attempted; what is younger and not here lies in the store.
    pub waiting: VecDeque<Waiting>,
    /// All that the store may still show though they are no news: those that wait, are under way,
    /// or are over and not marked so yet.
    pub known: BTreeSet<CallbackId>,
    /// Whether the store holds more of this host than is known.
    pub rest: bool,
    /// How many, as far as they were counted.
    pub rest_rows: u64,
    pub under_way: usize,
    /// How many may be under way.
    pub room: usize,
    /// Failures in a row.
    failures: u32,
    /// No first attempt before this moment, while it is set.
    pub hold: Option<Hold>,
    /// What is remembered of failures is forgotten then.
    pub forget: Option<Time>,
    /// Where the outbox keeps it.
    pub place: Place,
    /// Its turn among the lines that want rows.
    pub to_read: Option<u64>,
}

/// One that waits.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub callback: Callback,
    /// Whether it is a row of the store too.
    pub stored: bool,
}

/// A host that isn't asked for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hold {
    pub until: Time,
    length: Span,
    /// The one attempt that finds out whether the host is back.
    pub probe: Option<CallbackId>,
}

/// In which of the outbox's sets a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In none: something else must happen first.
    Nowhere,
    /// It may start one: how many are under way, and its turn among equals.
    Ready(usize, u64),
    /// The same of a host that is held.
    ReadyHeld(usize, u64),
    /// It may start one at this moment.
    Asleep(Time),
    /// Nothing waits; its failures are remembered until then.
    Remembered(Time),
}

impl Line {
    /// A line of a host of which nothing is known.
    pub fn new(host: String, rest: bool, bounds: &Bounds) -> Line {
        Line {
            host,
            waiting: VecDeque::new(),
            known: BTreeSet::new(),
            rest,
            rest_rows: 0,
            under_way: 0,
            room: bounds.per_host,
            failures: 0,
            hold: None,
            forget: None,
            place: Place::Nowhere,
            to_read: None,
        }
    }

    /// Where it belongs now: `None` if it isn't needed any more. Its turn is given where it has
    /// to have one.
    pub fn belongs(&self, now: Time, turn: u64, bounds: &Bounds) -> Option<Place> {
        let Some(head) = self.waiting.front() else {
            if self.rest || !self.known.is_empty() {
                return Some(Place::Nowhere);
            }
            let forget = self.forget.filter(|forget| *forget > now)?;
            return Some(Place::Remembered(forget));
        };
        let Some(hold) = self.hold else {
            let free = self.under_way < self.room;
            return Some(if free {
                Place::Ready(self.under_way, turn)
            } else {
                Place::Nowhere
            });
        };
        let due = head.callback.made + bounds.put_off;
        let probe = hold.probe.is_none().then_some(hold.until);
        Some(if probe.is_some_and(|until| until <= now) {
            Place::ReadyHeld(self.under_way, turn)
        } else if due > now {
            Place::Asleep(probe.map_or(due, |until| until.min(due)))
        } else if self.under_way < bounds.per_held_host {
            Place::ReadyHeld(self.under_way, turn)
        } else {
            Place::Nowhere
        })
    }

    /// How many may wait in memory, by the host's state alone.
    pub fn memory(&self, now: Time, bounds: &Bounds) -> usize {
        let overdue = |head: &Waiting| head.callback.made + bounds.put_off <= now;
        match self.hold {
            None => bounds.in_line,
            Some(_) if self.waiting.front().is_some_and(overdue) => bounds.per_held_host,
            Some(_) => 1,
        }
    }

    /// Takes the outcome of an attempt in.
    pub fn ended(
        &mut self,
        now: Time,
        id: CallbackId,
        outcome: Outcome,
        bounds: &Bounds,
        chance: &mut Chance,
    ) {
        self.under_way -= 1;
        let probed = self.hold.is_some_and(|hold| hold.probe == Some(id));
        if let Some(hold) = self.hold.as_mut().filter(|_| probed) {
            hold.probe = None;
        }
        match outcome {
            Outcome::Neither => {}
            Outcome::Arrived => {
                self.failures = 0;
                self.forget = None;
                self.room = match self.hold.take() {
                    Some(_) => bounds.ramp.min(bounds.per_host),
                    None => (self.room + 1).min(bounds.per_host),
                };
            }
            Outcome::Failed => {
                self.failures = self.failures.saturating_add(1);
                match &mut self.hold {
                    None if self.failures >= bounds.failures => {
                        self.hold = Some(Hold::new(now, bounds.hold_min, chance));
                    }
                    Some(hold) if probed => {
                        let longer = Span(hold.length.0.saturating_mul(2)).min(bounds.hold_max);
                        *hold = Hold::new(now, longer, chance);
                    }
                    // It began before the hold, or was put off for as long as may be.
                    _ => {}
                }
                let until = self.hold.map_or(now, |hold| hold.until.max(now));
                self.forget = Some(until + bounds.hold_max);
            }
        }
    }
}

impl Hold {
    /// Between half and all of this length: hosts that failed together come back one by one.
    fn new(now: Time, length: Span, chance: &mut Chance) -> Hold {
        let half = length.0 / 2;
        Hold {
            until: now + Span(half + chance.below(half + 1)),
            length,
            probe: None,
        }
    }
}
