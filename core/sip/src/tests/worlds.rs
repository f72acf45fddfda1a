//! Thousands of random worlds: lossy networks, people who answer, refuse, give up, hang up and
//! change their minds at any moment. A judge checks what must hold in each.

use std::collections::{BTreeMap, BTreeSet};

use super::pair::{Net, Pair};
use crate::message::{Message, Method};
use model::signal::{SignalCommand, SignalEvent};
use model::{Chance, LegId, Span, Time};

/// What somebody will do.
#[derive(Debug, Clone)]
enum Act {
    Call(usize),
    Do(usize, LegId, SignalCommand),
}

/// How often something came when nobody waited for it any more.
#[derive(Debug, Default, Clone, Copy)]
struct Late {
    rang: usize,
    answered: usize,
}

struct World {
    pair: Pair,
    chance: Chance,
    plan: BTreeMap<(Time, u64), Act>,
    next: u64,
    seen: usize,
    /// The moment of the last thing anybody did or heard.
    last: Time,
    /// How often each leg was to send a REFER.
    refers: BTreeMap<(usize, LegId), usize>,
    /// How many calls in a hundred are given up after six seconds of silence.
    impatient_percent: u64,
}

fn answer() -> SignalCommand {
    SignalCommand::Answer {
        sdp: "v=0 answer".into(),
    }
}

impl World {
    fn new(seed: u64) -> World {
        let mut chance = Chance::new(seed);
        let delay_min_ms = chance.below(100);
        let net = Net {
            loss_percent: *chance.pick(&[0, 0, 5, 15, 25]).unwrap(),
            double_percent: *chance.pick(&[0, 0, 10, 30]).unwrap(),
            corrupt_percent: 0,
            delay_min_ms,
            delay_max_ms: delay_min_ms + chance.below(400),
        };
        let reliable = chance.percent(30);
        let pair = Pair::with(seed, net, |config| config.reliable = reliable);
        let mut world = World {
            last: pair.now,
            pair,
            chance,
            plan: BTreeMap::new(),
            next: 0,
            seen: 0,
            refers: BTreeMap::new(),
            impatient_percent: 0,
        };
        for _ in 0..1 + world.chance.below(3) {
            let from = world.chance.below(2) as usize;
            world.plan_in(3_000, Act::Call(from));
        }
        world
    }

    /// A world in which one end isn't heard for a while: what it says may come when nobody waits
    /// for it any more.
    fn late(seed: u64) -> World {
        let mut world = World::new(seed);
        let from = world.pair.now + Span::from_millis(world.chance.below(3_000));
        let until = from + Span::from_millis(world.chance.below(70_000));
        world.pair.mute = Some((world.chance.below(2) as usize, from, until));
        world.impatient_percent = 50;
        world
    }

    fn plan_in(&mut self, within_ms: u64, act: Act) {
        let at = self.pair.now + Span::from_millis(self.chance.below(within_ms));
        self.plan.insert((at, self.next), act);
        self.next += 1;
    }

    fn plan_do(&mut self, within_ms: u64, end: usize, leg: LegId, command: SignalCommand) {
        self.plan_in(within_ms, Act::Do(end, leg, command));
    }

    fn run(&mut self) {
        for _ in 0..200_000 {
            let planned = self.plan.keys().next().map(|key| key.0);
            let next = self.pair.next();
            match (planned, next) {
                (None, None) => return,
                (Some(at), next) if next.is_none_or(|next| at <= next) => {
                    self.pair.now = self.pair.now.max(at);
                    let (_, act) = self.plan.pop_first().unwrap();
                    self.last = self.pair.now;
                    self.act(act);
                }
                _ => {
                    self.pair.step();
                }
            }
            self.react();
        }
        panic!("the world never ends");
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Call(from) => {
                let mut placement = self.pair.placement(1 - from);
                if self.impatient_percent > 0 && self.chance.percent(self.impatient_percent) {
                    placement.unheard_secs = Some(6);
                }
                let leg = self.pair.call_with(from, placement);
                if self.chance.percent(40) {
                    self.plan_do(6_000, from, leg, SignalCommand::Release);
                }
            }
            Act::Do(end, leg, command) => {
                if let SignalCommand::Refer { .. } = command {
                    *self.refers.entry((end, leg)).or_default() += 1;
                }
                self.pair.command(end, leg, command);
            }
        }
    }

    fn react(&mut self) {
        while self.seen < self.pair.events.len() {
            let (_, end, leg, event) = self.pair.events[self.seen].clone();
            self.seen += 1;
            self.last = self.pair.now;
            match event {
                SignalEvent::Offered(_) => self.be_called(end, leg),
                SignalEvent::Answered { .. } | SignalEvent::Acknowledged { .. } => {
                    if self.chance.percent(60) {
                        let sdp = "v=0 new".into();
                        self.plan_do(3_000, end, leg, SignalCommand::Offer { sdp });
                    }
                    for _ in 0..self.chance.below(3) {
                        let to = "sip:carol@x.example".into();
                        self.plan_do(6_000, end, leg, SignalCommand::Refer { to });
                    }
                    // Both sides do, sooner or later, so that every world ends.
                    self.plan_do(8_000, end, leg, SignalCommand::Release);
                }
                SignalEvent::Reoffered { .. } => {
                    let sdp = self.chance.percent(80).then(|| "v=0 reply".to_owned());
                    self.plan_do(200, end, leg, SignalCommand::Reply { sdp });
                }
                SignalEvent::Referred { .. } => self.be_referred(end, leg),
                _ => {}
            }
        }
    }

    /// Accepts a REFER or refuses it, and reports as it likes; or never says a word.
    fn be_referred(&mut self, end: usize, leg: LegId) {
        let code = *self.chance.pick(&[202, 202, 200, 405, 603]).unwrap();
        if self.chance.percent(90) {
            self.plan_do(300, end, leg, SignalCommand::AnswerRefer { code });
        }
        for _ in 0..self.chance.below(4) {
            let code = *self.chance.pick(&[180, 183, 200, 486]).unwrap();
            self.plan_do(3_000, end, leg, SignalCommand::Report { code });
        }
    }

    fn be_called(&mut self, end: usize, leg: LegId) {
        if self.chance.percent(70) {
            let sdp = self.chance.percent(30).then(|| "v=0 early".to_owned());
            self.plan_do(500, end, leg, SignalCommand::Ring { sdp });
        }
        let end_of_ringing = match self.chance.below(10) {
            0..6 => answer(),
            6 => SignalCommand::Refuse {
                code: 486,
                headers: Vec::new(),
            },
            7 => SignalCommand::Release,
            // Rings on until the caller gives up, or for a minute.
            _ => return self.plan_do(60_000, end, leg, SignalCommand::Release),
        };
        self.plan_do(5_000, end, leg, end_of_ringing);
        if self.chance.percent(20) {
            self.plan_do(6_000, end, leg, SignalCommand::Release);
        }
    }

    fn judge(&self) {
        self.judge_rest();
        self.judge_legs();
        self.judge_messages();
        // 64·T1 for the last request to be given up, as long again for its transaction to
        // swallow what comes late, and what the network holds.
        let after = self.pair.now.since(self.last).secs();
        assert!(after <= 2 * 32 + 6, "state outlived its call by {after} s");
    }

    /// Whoever rings or answers when its call was given up is cancelled, or acknowledged and hung
    /// up on. Gives how often that was.
    fn judge_late(&self) -> Late {
        self.judge_rest();
        self.judge_legs();
        // Kept for 64·T1 after Timer B, as long again for the CANCEL, and for the ACK.
        let after = self.pair.now.since(self.last).secs();
        assert!(after <= 4 * 32, "state outlived its call by {after} s");
        let mut late = Late::default();
        for (failed, end, _, event) in &self.pair.events {
            let SignalEvent::Failed { sip_call_id, .. } = event else {
                continue;
            };
            let of_call = |bytes: &[u8]| {
                let message = Message::parse(bytes).ok()?;
                let headers = message.headers();
                (headers.call_id() == Ok(sip_call_id)).then_some(message)
            };
            let sent = |method: &str| {
                let own = self.pair.sent.iter().filter(|sent| sent.1 == *end);
                own.filter(|sent| sent.2.starts_with(method) && of_call(&sent.3).is_some())
                    .map(|sent| sent.0)
                    .collect::<Vec<_>>()
            };
            let Some(left) = sent("INVITE").first().copied() else {
                continue;
            };
            let came = self.pair.came.iter().filter(|came| came.1 == *end);
            let responses = came.filter_map(|came| match of_call(&came.2)? {
                Message::Response(response) => {
                    let invite = response.headers.cseq().ok()?.method == Method::Invite;
                    invite.then_some((came.0, response.code))
                }
                Message::Request(_) => None,
            });
            // By time: several that come at once are heard in the order in which they were sent.
            let mut responses: Vec<_> = responses.collect();
            responses.sort_by_key(|response| response.0);
            let Some((first, code)) = responses.first().copied() else {
                continue;
            };
            if first <= *failed || first.since(left).secs() >= 64 {
                continue;
            }
            if code.is_provisional() {
                late.rang += 1;
                assert!(!sent("CANCEL").is_empty(), "{sip_call_id} rings on");
            }
            if responses.iter().any(|(_, code)| code.is_success()) {
                late.answered += 1;
                assert!(!sent("ACK").is_empty(), "{sip_call_id} has no ACK");
                assert!(!sent("BYE").is_empty(), "{sip_call_id} stands for ever");
            }
        }
        late
    }

    fn judge_rest(&self) {
        for end in &self.pair.ends {
            assert_eq!(end.legs(), 0, "legs left");
            assert_eq!(end.transactions(), 0, "transactions left");
            assert_eq!(end.next_timeout(), None, "timers left");
        }
    }

    fn judge_legs(&self) {
        let mut legs: BTreeMap<(usize, LegId), Vec<&SignalEvent>> = BTreeMap::new();
        for (_, end, leg, event) in &self.pair.events {
            legs.entry((*end, *leg)).or_default().push(event);
        }
        for ((end, leg), events) in legs {
            let count = |is: fn(&SignalEvent) -> bool| events.iter().filter(|e| is(e)).count();
            let answered = count(|e| matches!(e, SignalEvent::Answered { .. }));
            let failed = count(|e| matches!(e, SignalEvent::Failed { .. }));
            let released = count(|e| matches!(e, SignalEvent::Released { .. }));
            if leg < LegId::FIRST_OFFERED {
                assert_eq!(answered + failed, 1, "{end} {leg} {events:?}");
            }
            assert!(released <= 1, "{end} {leg} {events:?}");
            let answers = count(|e| matches!(e, SignalEvent::ReferAnswered { .. }));
            let ends = count(|e| matches!(e, SignalEvent::ReferReported { last: true, .. }));
            let asked = self.refers.get(&(end, leg)).copied().unwrap_or(0);
            assert!(answers <= asked && ends <= asked, "{end} {leg} {events:?}");
            let over = events.iter().position(|event| {
                matches!(
                    event,
                    SignalEvent::Failed { .. } | SignalEvent::Released { .. }
                )
            });
            let silent = over.is_none_or(|at| at == events.len() - 1);
            assert!(silent, "{end} {leg} speaks after its end: {events:?}");
        }
    }

    /// Every INVITE has a final answer, every 2xx to INVITE has an ACK; one to a re-INVITE may
    /// lose it to a BYE that ended the call meanwhile. (At 25 % loss a message
    /// that is repeated until its patience ends gets through: eleven times lost is 2·10⁻⁷.)
    fn judge_messages(&self) {
        let mut finals = BTreeSet::new();
        // What the far end has heard of: an INVITE is sent seven times and may be lost for good.
        let mut heard = BTreeSet::new();
        let (mut within, mut ended) = (BTreeSet::new(), BTreeSet::new());
        let (mut answers, mut acks) = (BTreeSet::new(), BTreeSet::new());
        for (_, _, _, bytes) in &self.pair.sent {
            let message = Message::parse(bytes).unwrap();
            let headers = message.headers();
            let cseq = headers.cseq().unwrap();
            let from = headers
                .from_()
                .unwrap()
                .tag()
                .unwrap_or_default()
                .to_owned();
            let to = headers.to().unwrap().tag().unwrap_or_default().to_owned();
            let call_id = headers.call_id().unwrap().to_owned();
            let key = (call_id.clone(), cseq.number, from.clone());
            let tagged = (call_id, cseq.number, from, to);
            match (&message, cseq.method.as_str()) {
                (Message::Request(_), "BYE") => drop(ended.insert(key.0)),
                (Message::Request(_), "INVITE") if !tagged.3.is_empty() => {
                    within.insert(key);
                }
                (Message::Request(_), "ACK") => drop(acks.insert(tagged)),
                (Message::Response(response), "INVITE") => {
                    heard.insert(key.clone());
                    if response.code.is_final() {
                        finals.insert(key);
                    }
                    if response.code.is_success() {
                        answers.insert(tagged);
                    }
                }
                _ => {}
            }
        }
        let unanswered: Vec<_> = heard.difference(&finals).collect();
        assert!(
            unanswered.is_empty(),
            "INVITE without final answer: {unanswered:?}"
        );
        // A caller whose patience ended as the first INVITE came through hears no answer.
        let gone = |call_id: &str| {
            self.pair.events.iter().any(|event| match &event.3 {
                SignalEvent::Failed {
                    code, sip_call_id, ..
                } => *code == 408 && sip_call_id == call_id,
                _ => false,
            })
        };
        let unacked: Vec<_> = answers
            .difference(&acks)
            .filter(|(call_id, number, from, _)| {
                let key = (call_id.clone(), *number, from.clone());
                let excused = within.contains(&key) && ended.contains(call_id);
                !excused && !gone(call_id)
            })
            .collect();
        assert!(unacked.is_empty(), "2xx without ACK: {unacked:?}");
    }
}

/// Runs one world; its ladder is printed if the judge complains.
fn run(seed: u64) {
    judged(World::new(seed), World::judge);
}

fn judged<T>(mut world: World, judge: impl Fn(&World) -> T) -> T {
    world.run();
    let judged = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| judge(&world)));
    judged.unwrap_or_else(|complaint| {
        let start = Time::from_secs(1_000);
        for (at, end, line, bytes) in &world.pair.sent {
            let text = String::from_utf8_lossy(bytes);
            let call = text
                .lines()
                .find(|line| line.starts_with("Call-ID"))
                .unwrap();
            let cseq = text.lines().find(|line| line.starts_with("CSeq")).unwrap();
            eprintln!("{} {end} {line} {} {cseq}", at.since(start), &call[9..15]);
        }
        std::panic::resume_unwind(complaint);
    })
}

#[test]
fn three_thousand_worlds_hold() {
    for seed in 0..3_000 {
        let outcome = std::panic::catch_unwind(|| run(seed));
        assert!(outcome.is_ok(), "world {seed}");
    }
}

#[test]
fn two_thousand_worlds_of_late_answers_hold() {
    let mut seen = Late::default();
    for seed in 0..2_000 {
        let outcome = std::panic::catch_unwind(|| judged(World::late(seed), World::judge_late));
        let late = outcome.unwrap_or_else(|_| panic!("late world {seed}"));
        seen.rang += late.rang;
        seen.answered += late.answered;
    }
    assert!(seen.rang > 20 && seen.answered > 20, "{seen:?}");
}

/// A network that changes bytes may change tags, branches, methods: calls may then end in any
/// way, but they end, nothing panics and nothing is left.
#[test]
fn a_thousand_corrupting_worlds_end() {
    for seed in 0..1_000 {
        let mut world = World::new(seed);
        world.pair.net.corrupt_percent = 1 + seed % 40;
        world.run();
        world.judge_rest();
    }
}

#[test]
fn the_same_seed_gives_the_same_ladder() {
    let ladder = |seed| {
        let mut world = World::new(seed);
        world.run();
        let lines = world.pair.sent.into_iter();
        lines
            .map(|(at, end, line, _)| (at, end, line))
            .collect::<Vec<_>>()
    };
    for seed in 0..20 {
        assert_eq!(ladder(seed), ladder(seed));
    }
}
