//! Random worlds: a store with its writer, hosts that die and come back, crashes at any moment.

use super::*;
use std::collections::VecDeque;

/// What waits for the disk.
enum Batch {
    Promise(Callback),
    Done(CallbackId),
}

struct World {
    chance: Chance,
    now: Time,
    outbox: Outbox,
    // The store, and its writer: a group is durable at once, then its continuations run.
    rows: Vec<Callback>,
    queue: VecDeque<Batch>,
    committed: VecDeque<Batch>,
    /// A read that was asked for, and what the store held in that moment.
    reading: Option<(Step, Vec<Callback>)>,
    under_way: Vec<Callback>,
    dead: BTreeSet<String>,
    next_id: u128,
    /// In this life.
    started: BTreeSet<CallbackId>,
    last_started: BTreeMap<String, u128>,
    /// In any life.
    attempted: BTreeSet<CallbackId>,
    promised: BTreeSet<CallbackId>,
    crashes: u32,
    most_in_memory: usize,
}

const HOSTS: u64 = 9;

impl World {
    fn new(seed: u64) -> World {
        let mut chance = Chance::new(seed);
        World {
            now: Time(1),
            outbox: Outbox::new(SMALL, chance.fork()),
            chance,
            rows: Vec::new(),
            queue: VecDeque::new(),
            committed: VecDeque::new(),
            reading: None,
            under_way: Vec::new(),
            dead: BTreeSet::new(),
            next_id: 0,
            started: BTreeSet::new(),
            last_started: BTreeMap::new(),
            attempted: BTreeSet::new(),
            promised: BTreeSet::new(),
            crashes: 0,
            most_in_memory: 0,
        }
    }

    fn promise(&mut self) {
        self.next_id += 1;
        // Some hosts have most of it.
        let host = self.chance.below(HOSTS).min(self.chance.below(HOSTS));
        let callback = callback(self.next_id, &format!("h{host}"), self.now);
        self.queue.push_back(Batch::Promise(callback));
    }

    fn commit(&mut self) {
        if !self.committed.is_empty() {
            return;
        }
        let group = 1 + self.chance.below(6) as usize;
        for _ in 0..group.min(self.queue.len()) {
            let batch = self.queue.pop_front().expect("counted");
            match &batch {
                Batch::Promise(callback) => {
                    self.promised.insert(callback.id);
                    self.rows.push(callback.clone());
                }
                Batch::Done(id) => self.rows.retain(|row| row.id != *id),
            }
            self.committed.push_back(batch);
        }
    }

    fn continue_one(&mut self) {
        match self.committed.pop_front() {
            Some(Batch::Promise(callback)) => self.outbox.add(self.now, callback),
            Some(Batch::Done(id)) => self.outbox.recorded(self.now, id),
            None => {}
        }
    }

    fn end_one(&mut self) {
        if self.under_way.is_empty() {
            return;
        }
        let n = self.chance.below(self.under_way.len() as u64) as usize;
        let callback = self.under_way.remove(n);
        let outcome = if self.dead.contains(&callback.host()) {
            Outcome::Failed
        } else if self.chance.percent(3) {
            Outcome::Neither
        } else {
            Outcome::Arrived
        };
        self.attempted.insert(callback.id);
        self.outbox.attempted(self.now, callback.id, outcome);
        self.queue.push_back(Batch::Done(callback.id));
    }

    fn answer(&mut self) {
        let Some((step, then)) = self.reading.take() else {
            return;
        };
        if self.chance.percent(5) {
            return self.outbox.unread(self.now);
        }
        // The store shows some moment between the question and the answer.
        let rows = if self.chance.percent(50) {
            then
        } else {
            self.rows.clone()
        };
        match step {
            Step::Read { host, most } => {
                let found = rows.into_iter().filter(|row| row.host() == host);
                self.outbox.rows(self.now, found.take(most).collect());
            }
            Step::List { after, most } => {
                let mut hosts: BTreeMap<String, u64> = BTreeMap::new();
                for row in rows {
                    *hosts.entry(row.host()).or_default() += 1;
                }
                let behind = hosts
                    .into_iter()
                    .filter(|(host, _)| Some(host) > after.as_ref());
                self.outbox.hosts(self.now, behind.take(most).collect());
            }
            Step::Start(_) => unreachable!("only reads are asked of the store"),
        }
    }

    fn crash(&mut self) {
        self.crashes += 1;
        self.outbox = Outbox::new(SMALL, self.chance.fork());
        self.queue.clear();
        self.committed.clear();
        self.under_way.clear();
        self.started.clear();
        self.last_started.clear();
        self.reading = None;
    }

    fn pass(&mut self) {
        let random = self.now + Span(self.chance.below(3_000_000));
        let next = self.outbox.next_timeout().filter(|at| *at > self.now);
        self.now = match next {
            Some(at) if self.chance.percent(70) => at,
            _ => random,
        };
        self.outbox.tick(self.now);
    }

    fn flip(&mut self) {
        let host = callback(0, &format!("h{}", self.chance.below(HOSTS)), self.now).host();
        if !self.dead.remove(&host) {
            self.dead.insert(host);
        }
    }

    /// Carries the steps out and judges them.
    fn carry(&mut self) {
        for step in self.outbox.steps() {
            let Step::Start(callback) = step else {
                assert!(self.reading.is_none(), "one read at a time");
                self.reading = Some((step, self.rows.clone()));
                continue;
            };
            assert!(self.started.insert(callback.id), "started once in a life");
            let durable = self.rows.iter().any(|row| row.id == callback.id);
            assert!(durable, "only what is promised is attempted");
            let last = self
                .last_started
                .insert(callback.host(), callback.id.0)
                .unwrap_or(0);
            assert!(last < callback.id.0, "in the order of their making");
            self.under_way.push(callback);
        }
        let host = |host: &str| {
            let own = self.under_way.iter().filter(|each| each.host() == host);
            own.count()
        };
        assert!(self.under_way.len() <= SMALL.at_once);
        for each in &self.under_way {
            assert!(host(&each.host()) <= SMALL.per_host);
        }
        let outbox = &self.outbox;
        assert!(outbox.under_way_held <= SMALL.to_held);
        assert!(outbox.lines.len() <= SMALL.hosts);
        assert!(outbox.in_memory <= SMALL.in_memory + SMALL.hosts);
        let waiting: usize = outbox.lines.values().map(|line| line.waiting.len()).sum();
        assert_eq!(waiting, outbox.in_memory);
        let held = outbox.lines.values().filter(|line| line.hold.is_some());
        assert_eq!(held.count(), outbox.held);
        self.most_in_memory = self.most_in_memory.max(waiting);
    }

    fn step(&mut self) {
        match self.chance.below(1_000) {
            0..240 => self.promise(),
            240..440 => self.commit(),
            440..640 => self.continue_one(),
            640..800 => self.end_one(),
            800..920 => self.answer(),
            920..990 => self.pass(),
            990..999 => self.flip(),
            _ => self.crash(),
        }
        self.carry();
    }

    /// All hosts live and nothing new comes: everything must be attempted in the end.
    fn settle(&mut self) {
        self.dead.clear();
        for _ in 0..20_000 {
            self.end_one();
            self.carry();
            self.commit();
            self.continue_one();
            self.carry();
            self.answer();
            self.carry();
            if self.under_way.is_empty() && self.committed.is_empty() && self.queue.is_empty() {
                if let Some(at) = self.outbox.next_timeout() {
                    self.now = self.now.max(at);
                    self.outbox.tick(self.now);
                    self.carry();
                } else if self.rows.is_empty() && self.reading.is_none() {
                    return;
                }
            }
        }
        panic!("{} rows are left: {:#?}", self.rows.len(), self.outbox);
    }
}

#[test]
fn every_promise_is_attempted_in_order_and_within_bounds_whatever_crashes() {
    let (mut crashes, mut most) = (0, 0);
    for seed in 0..60 {
        let mut world = World::new(seed);
        world.carry();
        for _ in 0..3_000 {
            world.step();
        }
        world.settle();
        assert_eq!(world.attempted, world.promised, "seed {seed}");
        assert_eq!(world.outbox.waiting(), 0, "seed {seed}");
        assert!(world.outbox.lines.is_empty(), "seed {seed}");
        crashes += world.crashes;
        most = most.max(world.most_in_memory);
    }
    assert!(crashes > 60, "{crashes} crashes tried it");
    assert!(most >= SMALL.in_memory - 4, "{most} filled the memory");
}
