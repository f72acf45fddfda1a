//! In what order, and when, promised callbacks leave.
//!
//! Every callback is a row of the store before it comes here, and stays one until its attempt is
//! over: an attempt that is over is final, whatever came of it. Each host has a line of its own.
//! Callbacks of one line start in the order of their making, none waiting for an earlier one's
//! reply. Two bounds hold attempts back, one per host and one over all, and a host may have no
//! more places than are left free: whoever hangs keeps to its own line. A host that fails several
//! times in a row is held: one attempt after a while finds out whether it is back, the others
//! wait, but none for longer than a bound from its making.
//!
//! Memory has a bound too. What finds no room in it waits as a row and is read when its turn is
//! near, line by line; at a start everything waits so.

mod bounds;
mod line;

pub use bounds::Bounds;
pub use line::Outcome;

use line::{Line, Place, Waiting};
use model::{Callback, CallbackId, Chance, Time};
use std::collections::{BTreeMap, BTreeSet};

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Attempt it; [`Outbox::attempted`] follows.
    Start(Callback),
    /// Read the oldest rows of this host; [`Outbox::rows`] or [`Outbox::unread`] follows.
    Read {
        /// Whose.
        host: String,
        /// How many.
        most: usize,
    },
    /// Read which hosts have rows, in the order of their names; [`Outbox::hosts`] or
    /// [`Outbox::unread`] follows.
    List {
        /// Those behind this name.
        after: Option<String>,
        /// How many.
        most: usize,
    },
}

type LineId = u64;

/// What is being read. There is one read at a time: it takes a millisecond.
#[derive(Debug)]
enum Reading {
    Rows {
        line: LineId,
        asked: usize,
        /// Whether one came that the answer may not show.
        missed: bool,
        /// Those that were marked as done meanwhile: the answer may show them all the same.
        over: BTreeSet<CallbackId>,
    },
    Hosts {
        asked: usize,
    },
}

/// All lines.
#[derive(Debug)]
pub struct Outbox {
    bounds: Bounds,
    chance: Chance,
    lines: BTreeMap<LineId, Line>,
    by_host: BTreeMap<String, LineId>,
    next_line: LineId,
    next_turn: u64,
    /// Lines that may start one: fewest under way first, then by turns.
    ready: BTreeSet<(usize, u64, LineId)>,
    ready_held: BTreeSet<(usize, u64, LineId)>,
    asleep: BTreeSet<(Time, LineId)>,
    remembered: BTreeSet<(Time, LineId)>,
    to_read: BTreeSet<(u64, LineId)>,
    /// Whose attempt, and whether its host was held when it began.
    under_way: BTreeMap<CallbackId, (LineId, bool)>,
    under_way_held: usize,
    /// Attempts that are over and not marked so in the store.
    unrecorded: BTreeMap<CallbackId, LineId>,
    in_memory: usize,
    rest_rows: u64,
    held: usize,
    reading: Option<Reading>,
    read_again: Option<Time>,
    /// Whether the store may have rows of hosts that have no line.
    unlisted: bool,
    /// Whether one more came since the listing began.
    unlisted_again: bool,
    listed_to: Option<String>,
    steps: Vec<Step>,
}

impl Outbox {
    /// An outbox that has yet to look into its store. `chance` spreads the ends of holds.
    pub fn new(bounds: Bounds, chance: Chance) -> Outbox {
        let mut outbox = Outbox {
            bounds,
            chance,
            lines: BTreeMap::new(),
            by_host: BTreeMap::new(),
            next_line: 0,
            next_turn: 0,
            ready: BTreeSet::new(),
            ready_held: BTreeSet::new(),
            asleep: BTreeSet::new(),
            remembered: BTreeSet::new(),
            to_read: BTreeSet::new(),
            under_way: BTreeMap::new(),
            under_way_held: 0,
            unrecorded: BTreeMap::new(),
            in_memory: 0,
            rest_rows: 0,
            held: 0,
            reading: None,
            read_again: None,
            unlisted: true,
            unlisted_again: false,
            listed_to: None,
            steps: Vec::new(),
        };
        outbox.read_next(Time(0));
        outbox
    }

    /// A callback that has just become a row of the store.
    pub fn add(&mut self, now: Time, callback: Callback) {
        let Some(id) = self.line_of(callback.host()) else {
            self.unlisted = true;
            self.unlisted_again = true;
            return;
        };
        let room = self.memory(now, id);
        let Some(line) = self.lines.get_mut(&id) else {
            return;
        };
        if line.known.contains(&callback.id) {
            // It was read from the store a moment ago.
            return;
        }
        if !line.rest && line.waiting.len() < room {
            self.keep(id, callback, true);
        } else {
            line.rest = true;
            line.rest_rows += 1;
            self.rest_rows += 1;
            if let Some(Reading::Rows { line, missed, .. }) = &mut self.reading
                && *line == id
            {
                *missed = true;
            }
        }
        self.place(now, id);
        self.go_on(now);
    }

    /// A callback that could not be made a row. It waits in memory alone; false if there is no
    /// room for it, and then it is lost.
    pub fn add_unstored(&mut self, now: Time, callback: Callback) -> bool {
        if self.in_memory >= 2 * self.bounds.in_memory {
            return false;
        }
        let Some(id) = self.line_of(callback.host()) else {
            return false;
        };
        self.keep(id, callback, false);
        self.place(now, id);
        self.go_on(now);
        true
    }

    /// An attempt is over.
    pub fn attempted(&mut self, now: Time, id: CallbackId, outcome: Outcome) {
        let Some((line_id, held)) = self.under_way.remove(&id) else {
            return;
        };
        self.under_way_held -= usize::from(held);
        self.unrecorded.insert(id, line_id);
        let Some(line) = self.lines.get_mut(&line_id) else {
            return;
        };
        let before = line.hold.is_some();
        line.ended(now, id, outcome, &self.bounds, &mut self.chance);
        let after = line.hold.is_some();
        match (before, after) {
            (false, true) => {
                self.held += 1;
                self.put_back(now, line_id);
            }
            (true, false) => self.held -= 1,
            _ => {}
        }
        self.place(now, line_id);
        self.go_on(now);
    }

    /// The store knows that the attempt at this callback is over.
    pub fn recorded(&mut self, now: Time, id: CallbackId) {
        let Some(line_id) = self.unrecorded.remove(&id) else {
            return;
        };
        if let Some(Reading::Rows { line, over, .. }) = &mut self.reading
            && *line == line_id
        {
            over.insert(id);
        }
        if let Some(line) = self.lines.get_mut(&line_id) {
            line.known.remove(&id);
        }
        self.place(now, line_id);
        self.go_on(now);
    }

    /// The rows that were asked for, oldest first.
    pub fn rows(&mut self, now: Time, rows: Vec<Callback>) {
        let Some(Reading::Rows {
            line: id,
            asked,
            missed,
            over,
        }) = self.reading.take_if(|reading| !reading.is_of_hosts())
        else {
            return;
        };
        let mut more = missed || rows.len() >= asked;
        let room = self.memory(now, id);
        for row in rows {
            let Some(line) = self.lines.get_mut(&id) else {
                break;
            };
            if line.known.contains(&row.id) || over.contains(&row.id) {
                continue;
            }
            if line.waiting.len() >= room {
                more = true;
                break;
            }
            let counted = line.rest_rows.min(1);
            line.rest_rows -= counted;
            self.rest_rows -= counted;
            self.keep(id, row, true);
        }
        if let Some(line) = self.lines.get_mut(&id) {
            line.rest = more;
            if !more {
                self.rest_rows -= std::mem::take(&mut line.rest_rows);
            }
        }
        self.place(now, id);
        self.go_on(now);
    }

    /// The hosts that were asked for, and how many rows each has.
    pub fn hosts(&mut self, now: Time, hosts: Vec<(String, u64)>) {
        let Some(Reading::Hosts { asked }) = self.reading.take_if(|reading| reading.is_of_hosts())
        else {
            return;
        };
        if hosts.len() < asked {
            self.unlisted = std::mem::take(&mut self.unlisted_again);
            self.listed_to = None;
        } else if let Some((last, _)) = hosts.last() {
            self.listed_to = Some(last.clone());
        }
        for (host, rows) in hosts {
            if self.by_host.contains_key(&host) {
                // It has a line, which knows of its rows or began with a look at them.
                continue;
            }
            let Some(id) = self.line_of(host) else {
                self.unlisted = true;
                self.unlisted_again = true;
                break;
            };
            if let Some(line) = self.lines.get_mut(&id) {
                line.rest = true;
                line.rest_rows = rows;
                self.rest_rows += rows;
            }
            self.place(now, id);
        }
        self.go_on(now);
    }

    /// The store could not be read.
    pub fn unread(&mut self, now: Time) {
        self.read_again = Some(now + self.bounds.reread);
        if let Some(Reading::Rows { line, .. }) = self.reading.take() {
            self.place(now, line);
        }
    }

    /// Time has passed.
    pub fn tick(&mut self, now: Time) {
        let due = |set: &BTreeSet<(Time, LineId)>| {
            let first = set.first().filter(|(at, _)| *at <= now);
            first.map(|(_, id)| *id)
        };
        while let Some(id) = due(&self.asleep).or_else(|| due(&self.remembered)) {
            self.place(now, id);
        }
        self.go_on(now);
    }

    /// When [`Outbox::tick`] has something to do.
    pub fn next_timeout(&self) -> Option<Time> {
        let first = |set: &BTreeSet<(Time, LineId)>| set.first().map(|(at, _)| *at);
        let times = [
            first(&self.asleep),
            first(&self.remembered),
            self.read_again,
        ];
        times.into_iter().flatten().min()
    }

    /// What is to be done, in order.
    pub fn steps(&mut self) -> Vec<Step> {
        std::mem::take(&mut self.steps)
    }

    /// Callbacks that have not been attempted, as far as they were counted.
    pub fn waiting(&self) -> u64 {
        self.in_memory as u64 + self.rest_rows
    }

    /// Attempts that are under way.
    pub fn under_way(&self) -> usize {
        self.under_way.len()
    }

    /// True while nothing can be begun without more news: nothing is under way or being read, and
    /// what is left waits for the end of a hold.
    pub fn is_idle(&self) -> bool {
        let reads = self.reading.is_some() || !self.to_read.is_empty();
        self.under_way.is_empty() && self.ready.is_empty() && !reads
    }

    /// Hosts that are held.
    pub fn held(&self) -> usize {
        self.held
    }

    /// The line of a host; a new one if it has none and there is room for one.
    fn line_of(&mut self, host: String) -> Option<LineId> {
        if let Some(id) = self.by_host.get(&host) {
            return Some(*id);
        }
        if self.lines.len() >= self.bounds.hosts {
            let (_, idle) = *self.remembered.first()?;
            self.remove(idle);
        }
        let id = self.next_line;
        self.next_line += 1;
        let line = Line::new(host.clone(), self.unlisted, &self.bounds);
        self.lines.insert(id, line);
        self.by_host.insert(host, id);
        Some(id)
    }

    fn remove(&mut self, id: LineId) {
        self.unplace(id);
        if let Some(line) = self.lines.remove(&id) {
            self.by_host.remove(&line.host);
            self.held -= usize::from(line.hold.is_some());
        }
    }

    fn keep(&mut self, id: LineId, callback: Callback, stored: bool) {
        if let Some(line) = self.lines.get_mut(&id)
            && line.known.insert(callback.id)
        {
            line.waiting.push_back(Waiting { callback, stored });
            self.in_memory += 1;
        }
    }

    /// How many of a line may wait in memory: never more than half of what is free, so that the
    /// next line finds room.
    fn memory(&self, now: Time, id: LineId) -> usize {
        let free = self.bounds.in_memory.saturating_sub(self.in_memory);
        let own = self
            .lines
            .get(&id)
            .map_or(0, |line| line.memory(now, &self.bounds));
        own.min(free / 2).max(1)
    }

    /// Leaves to the store what a held host need not have in memory.
    fn put_back(&mut self, now: Time, id: LineId) {
        let room = self.memory(now, id);
        let Some(line) = self.lines.get_mut(&id) else {
            return;
        };
        while line.waiting.len() > room
            && let Some(last) = line.waiting.pop_back_if(|last| last.stored)
        {
            line.known.remove(&last.callback.id);
            line.rest = true;
            line.rest_rows += 1;
            self.rest_rows += 1;
            self.in_memory -= 1;
        }
    }

    /// Takes a line out of whatever set it stands in.
    fn unplace(&mut self, id: LineId) {
        let Some(line) = self.lines.get_mut(&id) else {
            return;
        };
        match std::mem::replace(&mut line.place, Place::Nowhere) {
            Place::Nowhere => {}
            Place::Ready(under_way, turn) => {
                self.ready.remove(&(under_way, turn, id));
            }
            Place::ReadyHeld(under_way, turn) => {
                self.ready_held.remove(&(under_way, turn, id));
            }
            Place::Asleep(at) => {
                self.asleep.remove(&(at, id));
            }
            Place::Remembered(at) => {
                self.remembered.remove(&(at, id));
            }
        }
    }

    /// Puts a line where it belongs after a change.
    fn place(&mut self, now: Time, id: LineId) {
        self.unplace(id);
        let turn = self.turn();
        let room = self.memory(now, id);
        let Some(line) = self.lines.get_mut(&id) else {
            return;
        };
        let Some(place) = line.belongs(now, turn, &self.bounds) else {
            return self.remove(id);
        };
        line.place = place;
        let being_read = matches!(&self.reading, Some(Reading::Rows { line, .. }) if *line == id);
        let wants = line.rest && !being_read && line.waiting.len() * 2 <= room;
        if wants && line.to_read.is_none() {
            line.to_read = Some(turn);
            self.to_read.insert((turn, id));
        }
        match place {
            Place::Nowhere => {}
            Place::Ready(under_way, turn) => {
                self.ready.insert((under_way, turn, id));
            }
            Place::ReadyHeld(under_way, turn) => {
                self.ready_held.insert((under_way, turn, id));
            }
            Place::Asleep(at) => {
                self.asleep.insert((at, id));
            }
            Place::Remembered(at) => {
                self.remembered.insert((at, id));
            }
        }
    }

    fn turn(&mut self) -> u64 {
        self.next_turn += 1;
        self.next_turn
    }

    /// Starts what may start, and asks the store for what comes next.
    fn go_on(&mut self, now: Time) {
        loop {
            let free = self.bounds.at_once.saturating_sub(self.under_way.len());
            if free == 0 || self.unrecorded.len() >= self.bounds.unrecorded {
                break;
            }
            let held_free = self.under_way_held < self.bounds.to_held;
            let ready = self.ready.first().filter(|(own, _, _)| *own < free);
            let ready = ready.or_else(|| self.ready_held.first().filter(|_| held_free));
            let Some(&(_, _, id)) = ready else { break };
            self.start(now, id);
        }
        self.read_next(now);
    }

    fn start(&mut self, now: Time, id: LineId) {
        self.unplace(id);
        let Some(line) = self.lines.get_mut(&id) else {
            return;
        };
        let Some(Waiting { callback, .. }) = line.waiting.pop_front() else {
            return;
        };
        self.in_memory -= 1;
        line.under_way += 1;
        if let Some(hold) = line.hold.as_mut()
            && hold.probe.is_none()
            && hold.until <= now
        {
            hold.probe = Some(callback.id);
        }
        let held = line.hold.is_some();
        self.under_way_held += usize::from(held);
        self.under_way.insert(callback.id, (id, held));
        self.steps.push(Step::Start(callback));
        self.place(now, id);
    }

    fn read_next(&mut self, now: Time) {
        if self.reading.is_some() || self.read_again.is_some_and(|at| now < at) {
            return;
        }
        self.read_again = None;
        let in_use = self.lines.len() - self.remembered.len();
        let room = self.bounds.hosts.saturating_sub(in_use);
        // Not for each line that is done: a listing finds most hosts known.
        if self.unlisted && room * 4 >= self.bounds.hosts {
            if self.listed_to.is_none() {
                self.unlisted_again = false;
            }
            let asked = room.min(self.bounds.page);
            self.reading = Some(Reading::Hosts { asked });
            self.steps.push(Step::List {
                after: self.listed_to.clone(),
                most: asked,
            });
            return;
        }
        while let Some((_, id)) = self.to_read.pop_first() {
            let room = self.memory(now, id);
            let Some(line) = self.lines.get_mut(&id) else {
                continue;
            };
            line.to_read = None;
            let wanted = room.saturating_sub(line.waiting.len());
            if !line.rest || wanted == 0 {
                continue;
            }
            let asked = line.known.len() + wanted.min(self.bounds.page);
            self.reading = Some(Reading::Rows {
                line: id,
                asked,
                missed: false,
                over: BTreeSet::new(),
            });
            self.steps.push(Step::Read {
                host: line.host.clone(),
                most: asked,
            });
            return;
        }
    }
}

impl Reading {
    fn is_of_hosts(&self) -> bool {
        matches!(self, Reading::Hosts { .. })
    }
}

#[cfg(test)]
mod tests;
