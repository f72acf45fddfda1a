//! Random worlds from a seed: phones of every temper, a wire that loses and repeats, an
//! application that answers anything, and people who do anything at any moment.

mod document;
mod people;

use crate::character::{Act, Character};
use crate::customer::{self, Page};
use crate::invariants::{Complaint, Judge};
use crate::order::url;
use crate::tap::Tap;
use crate::world::{BEGIN, World};
use call::command::{RecordCall, RecordingChange};
use call::{AskId, Command, NewCall, Update};
use model::{Chance, ErrorCode, LegId, Span};
use people::{character, deed, keys, page, pick, wire};
use std::collections::VecDeque;

/// Numbers of phones with a character.
const PHONES: [&str; 6] = [
    "+12025551000",
    "+12025551001",
    "+12025551002",
    "+12025551003",
    "+12025551004",
    "+12025551005",
];
/// Numbers that the account owns.
const OWNED: [&str; 3] = ["+12025550190", "+12025550191", "+12025550192"];
/// Who only want to talk to each other, and the number that joins them.
const TALKER: &str = "+12025551777";
const LISTENER: &str = "+12025551778";
const TALK: &str = "+12025550177";
/// Pages of the application.
const PAGES: [&str; 8] = ["/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h"];
/// Sound files of the application.
const FILES: [&str; 3] = ["/long.wav", "/short.wav", "/gone.wav"];
/// Nothing new is begun after this.
const LAST_ACT: Span = Span::from_secs(60);
/// Who still talks then hangs up, or some worlds would last for hours (seconds).
const CURFEWS: [u64; 4] = [150, 200, 250, 300];

/// What somebody does at some moment.
#[derive(Debug, Clone)]
enum Deed {
    Create(Box<NewCall>),
    Update(u64, Update),
    Record(u64, RecordCall),
    /// One that was begun, by its name or as the one that runs.
    ChangeRecording(u64, bool, RecordingChange),
    Forget(u64),
    Call(String, String, Character),
    Press(u64, String),
    Say(u64, String),
    HangUp(u64),
    Hold(u64, bool),
    Refer(u64, String),
    Vanish(u64),
    Lose(u32),
    RunOut,
    /// Everybody hangs up.
    Curfew,
}

/// What came of a world.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Calls that were made.
    pub calls: usize,
    /// Things that happened.
    pub steps: u64,
    /// Callbacks that were sent.
    pub callbacks: usize,
    /// Recordings that were kept.
    pub recordings: usize,
    /// Calls of which it was found out who picked up.
    pub verdicts: usize,
    /// Sentences said to somebody joined, and heard there; with real sound only.
    pub heard: usize,
}

/// A world of this seed, and what people will do in it.
pub struct Story {
    /// The world, at its beginning.
    pub world: World,
    deeds: VecDeque<(Span, Deed)>,
    /// Deeds in the midst of things: right after so many packets and answers have come.
    crossings: VecDeque<(u64, Deed)>,
    asks: u64,
}

/// Plays the world of this seed and judges it.
pub fn play(seed: u64) -> Result<Report, Complaint> {
    Story::new(seed, false).play()
}

/// Plays it with real sound: who is joined must hear each other.
pub fn play_with_engines(seed: u64) -> Result<Report, Complaint> {
    Story::new(seed, false).with_engines(seed).play()
}

/// The ladder of the world of this seed, with the complaint at its end if there is one.
pub fn ladder(seed: u64, engines: bool) -> String {
    let mut story = Story::new(seed, true);
    if engines {
        story = story.with_engines(seed);
    }
    let complaint = story.play().err();
    let mut ladder = switch::Ladder::new(BEGIN);
    let lines: Vec<_> = story
        .world
        .seen
        .lines
        .iter()
        .map(|line| ladder.render(line))
        .collect();
    let mut text = lines.join("\n");
    if let Some(complaint) = complaint {
        text.push_str("\n\nComplaint: ");
        text.push_str(&complaint);
    }
    text.push('\n');
    text
}

impl Story {
    /// The story of this seed.
    pub fn new(seed: u64, ladder: bool) -> Story {
        let mut chance = Chance::new(seed ^ 0x5eed_0fac_a11e);
        let wire = wire(&mut chance);
        let mut world = World::with_ladder(seed, wire, ladder);
        world.tap = Some(Tap::default());
        world.store = match chance.below(20) {
            0 => None,
            1..4 => Some(Span(chance.below(6_000_000))),
            _ => Some(Span(chance.below(2) * chance.below(50_000))),
        };
        if chance.percent(40) {
            world.shelf.account.calls_per_second = 1 + chance.below(12) as u32;
        }
        for number in PHONES {
            let character = character(&mut chance);
            world.phones.set(number, character);
        }
        for number in OWNED {
            let page = chance.percent(90).then(|| url(pick(&mut chance, &PAGES)));
            let fallback = chance.percent(40).then(|| url(pick(&mut chance, &PAGES)));
            let status = chance.percent(60).then(|| url("/status"));
            let owned = world.shelf.own(BEGIN, number, page);
            owned.voice_fallback_url = fallback;
            owned.status_callback = status;
        }
        for path in PAGES {
            for _ in 0..=chance.below(2) {
                let page = page(&mut chance);
                world.customer.page(path, page);
            }
        }
        set_files(&mut world);
        let mut deeds: Vec<_> = (0..3 + chance.below(12))
            .map(|_| deed(&mut chance))
            .collect();
        deeds.extend(CURFEWS.map(|secs| (Span::from_secs(secs), Deed::Curfew)));
        deeds.sort_by_key(|(at, _)| *at);
        let mut crossings: Vec<_> = (0..chance.below(8))
            .map(|_| (chance.below(300), deed(&mut chance).1))
            .collect();
        crossings.sort_by_key(|(step, _)| *step);
        Story {
            world,
            deeds: deeds.into(),
            crossings: crossings.into(),
            asks: 0,
        }
    }

    /// The same story with real sound.
    pub fn with_engines(mut self, seed: u64) -> Story {
        self.world = self.world.with_engines(seed);
        set_files(&mut self.world);
        self.add_talk(&mut Chance::new(seed ^ 0x7a1c));
        self
    }

    /// Two who only want to talk to each other, in the midst of everything else.
    fn add_talk(&mut self, chance: &mut Chance) {
        let record = pick(chance, &["do-not-record", "record-from-answer-dual"]);
        let body = format!(
            "<Response><Dial record=\"{record}\"><Number>{LISTENER}</Number></Dial></Response>"
        );
        let content_type = Some("text/xml".to_owned());
        let answer = customer::Answer::Body {
            content_type,
            body: body.into_bytes(),
        };
        let page = Page {
            after: Span::from_millis(30),
            answer,
        };
        self.world.customer.page("/talk", page);
        let owned = self.world.shelf.own(BEGIN, TALK, Some(url("/talk")));
        owned.status_callback = Some(url("/status"));
        let talk = |chance: &mut Chance| {
            let mut acts = Vec::new();
            for words in ["Hello, can you hear me?", "Very well.", "Then let us talk."] {
                acts.push(Act::Wait(4_000 + chance.below(6_000)));
                acts.push(Act::Say(words.to_owned()));
            }
            acts.extend([Act::Wait(3_000 + chance.below(3_000)), Act::HangUp]);
            Character::answering("talks", 1_000, acts)
        };
        self.world.phones.set(LISTENER, talk(chance));
        let at = Span(chance.below(LAST_ACT.0));
        let call = Deed::Call(TALKER.to_owned(), TALK.to_owned(), talk(chance));
        self.deeds.push_back((at, call));
        self.deeds.make_contiguous().sort_by_key(|(at, _)| *at);
    }

    /// Lets everything happen, and judges each step and the end.
    pub fn play(&mut self) -> Result<Report, Complaint> {
        let mut judge = Judge::default();
        while self.step() {
            judge.step(&self.world)?;
        }
        judge.rest(&self.world)?;
        let heard = self.world.sound.judge()?;
        let World { shelf, seen, .. } = &self.world;
        Ok(Report {
            heard,
            calls: shelf.calls.len(),
            steps: seen.steps,
            callbacks: seen.callbacks.len(),
            verdicts: shelf
                .calls
                .values()
                .filter(|row| row.answered_by.is_some())
                .count(),
            recordings: shelf.recordings.len(),
        })
    }

    /// The next thing: somebody's deed if its moment has come, else whatever is due.
    fn step(&mut self) -> bool {
        let came = self.world.seen.came;
        if let Some((_, deed)) = self.crossings.pop_front_if(|(after, _)| *after <= came) {
            self.perform(deed);
            return true;
        }
        let next = self.world.next();
        let first = |(at, _): &mut (Span, Deed)| next.is_none_or(|next| BEGIN + *at < next);
        if let Some((at, deed)) = self.deeds.pop_front_if(first) {
            self.world.run_until(BEGIN + at);
            self.perform(deed);
            return true;
        }
        self.world.step()
    }

    fn perform(&mut self, deed: Deed) {
        let world = &mut self.world;
        self.asks += 1;
        let (ask, account) = (AskId(self.asks), world.shelf.account.sid);
        let nth_call = |n: u64| {
            let many = world.shelf.calls.len() as u64;
            world
                .shelf
                .calls
                .keys()
                .nth(n.checked_rem(many).unwrap_or(0) as usize)
                .copied()
        };
        match deed {
            Deed::Create(mut call) => {
                call.account = account;
                let calls_per_second = world.shelf.account.calls_per_second;
                world.command(Command::Create {
                    ask,
                    call,
                    calls_per_second,
                });
            }
            Deed::Update(n, update) => {
                if let Some(call) = nth_call(n) {
                    world.command(Command::Update {
                        ask,
                        account,
                        call,
                        update,
                    });
                }
            }
            Deed::Record(n, record) => {
                if let Some(call) = nth_call(n) {
                    world.command(Command::Record {
                        ask,
                        account,
                        call,
                        record,
                    });
                }
            }
            Deed::ChangeRecording(n, named, change) => {
                let rows = &world.shelf.recordings;
                let nth = n.checked_rem(rows.len() as u64).unwrap_or(0) as usize;
                if let Some(row) = rows.values().nth(nth) {
                    let (call, recording) = (row.call, named.then_some(row.sid));
                    world.command(Command::ChangeRecording {
                        ask,
                        account,
                        call,
                        recording,
                        change,
                    });
                }
            }
            Deed::Forget(n) => {
                if let Some(call) = nth_call(n) {
                    world.command(Command::Forget { ask, call });
                }
            }
            Deed::Call(from, to, character) => {
                world.with_phones(|p, now| p.call(now, &from, &to, character));
            }
            Deed::Press(n, keys) => self.with_leg(n, |w, leg| w.phones.press(leg, &keys)),
            Deed::Say(n, text) => self.with_leg(n, |w, leg| w.phones.say(leg, &text)),
            Deed::HangUp(n) => self.with_leg(n, |w, leg| w.phones.hang_up(w.now, leg)),
            Deed::Hold(n, on) => self.with_leg(n, |w, leg| w.phones.hold(w.now, leg, on)),
            Deed::Refer(n, to) => self.with_leg(n, |w, leg| w.phones.refer(w.now, leg, &to)),
            Deed::Vanish(n) => self.with_leg(n, World::vanish),
            Deed::Lose(packets) => world.network.lose_next += packets,
            Deed::RunOut => world.sound.exhaust(),
            Deed::Curfew => {
                for leg in world.phones.live() {
                    world.with_phones(|phones, now| phones.hang_up(now, leg));
                }
            }
        }
    }

    fn with_leg(&mut self, n: u64, act: impl FnOnce(&mut World, LegId)) {
        let live = self.world.phones.live();
        if let Some(leg) = live.get(n.checked_rem(live.len() as u64).unwrap_or(0) as usize) {
            act(&mut self.world, *leg);
            self.world.with_phones(|_, _| ());
        }
    }
}

fn set_files(world: &mut World) {
    let sound = &mut world.sound;
    sound.set_file(&url("/long.wav"), Ok(Span::from_secs(20)));
    sound.set_file(&url("/short.wav"), Ok(Span::from_millis(400)));
    sound.set_file(&url("/gone.wav"), Err(ErrorCode(13_420)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_thousand_worlds_come_to_rest_without_a_complaint() {
        let (mut calls, mut verdicts) = (0, 0);
        for seed in 0..3_000 {
            match play(seed) {
                Ok(report) => {
                    calls += report.calls;
                    verdicts += report.verdicts;
                }
                Err(complaint) => panic!("seed {seed}: {complaint}"),
            }
        }
        assert!(calls > 3_000, "only {calls} calls were made");
        assert!(verdicts > 300, "only {verdicts} verdicts");
    }

    #[test]
    fn worlds_with_real_sound_come_to_rest_without_a_complaint() {
        for seed in 0..12 {
            if let Err(complaint) = play_with_engines(seed) {
                panic!("seed {seed}: {complaint}");
            }
        }
        assert_eq!(ladder(3, true), ladder(3, true));
    }

    #[test]
    fn the_same_seed_tells_the_same_story() {
        for seed in 0..40 {
            assert_eq!(ladder(seed, false), ladder(seed, false), "seed {seed}");
        }
    }
}
