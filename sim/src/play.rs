//! Plays a scenario and writes its ladder: the golden half of the file.

use crate::invariants::{Complaint, Judge};
use crate::order::Order;
use crate::scenario::{Scenario, ScenarioError, split};
use crate::tap::Tap;
use crate::world::{BEGIN, World};
use call::{AskId, Command};
use model::{CallSid, LegId, RecordingRow, RecordingSid};
use std::collections::BTreeMap;
use std::fmt::Write;
use switch::Ladder;

/// What came of a scenario file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The ladder is as the file has it.
    Same,
    /// It isn't: the first line that differs, as expected and as it was, and the whole new ladder.
    Differs {
        /// Which line of the lower half, counted from 1.
        line: usize,
        /// What the file has there; empty if nothing.
        expected: String,
        /// What happened; empty if nothing.
        found: String,
        /// The whole lower half as it should be if this is right.
        ladder: String,
    },
}

/// Plays a file and compares.
pub fn check(text: &str) -> Result<Outcome, ScenarioError> {
    let (story, expected) = split(text);
    let ladder = play(&Scenario::parse(story)?);
    if ladder == expected {
        return Ok(Outcome::Same);
    }
    let mut before = expected.lines();
    let mut after = ladder.lines();
    let mut line = 0;
    loop {
        line += 1;
        let (expected, found) = (before.next(), after.next());
        if expected != found || expected.is_none() {
            return Ok(Outcome::Differs {
                line,
                expected: expected.unwrap_or("").to_owned(),
                found: found.unwrap_or("").to_owned(),
                ladder,
            });
        }
    }
}

/// The file with this ladder as its lower half.
pub fn rewritten(text: &str, ladder: &str) -> String {
    let (story, _) = split(text);
    format!("{}\n---\n{ladder}", story.trim_end())
}

/// Plays a story to its end and writes down what happened.
pub fn play(scenario: &Scenario) -> String {
    let (world, stage) = perform(scenario, &mut Judge::default(), false).0;
    stage.write(&world, &scenario.shows)
}

/// Every request and callback of a story played to its end, as the address and what it is told.
pub fn told(scenario: &Scenario) -> Vec<(String, Vec<(String, String)>)> {
    let (mut world, _) = perform(scenario, &mut Judge::default(), false).0;
    let requests = std::mem::take(&mut world.seen.requests).into_iter();
    let callbacks = std::mem::take(&mut world.seen.callbacks).into_iter();
    let requests = requests.map(|(_, request)| (request.url, request.parameters));
    let callbacks = callbacks.map(|(_, callback)| (callback.url, callback.parameters));
    requests.chain(callbacks).collect()
}

/// Plays a story on, past its end, until nothing will ever happen again, and judges every step.
pub fn judge(scenario: &Scenario) -> Result<(), Complaint> {
    let mut judge = Judge::default();
    let ((mut world, _), complaint) = perform(scenario, &mut judge, true);
    complaint.map_or(Ok(()), Err)?;
    while world.step() {
        judge.step(&world)?;
    }
    judge.rest(&world)
}

/// Lets the orders of a story happen, up to its end or to the first complaint.
fn perform(
    scenario: &Scenario,
    judge: &mut Judge,
    judged: bool,
) -> ((World, Stage), Option<Complaint>) {
    let mut world = build(scenario);
    world.tap = judged.then(Tap::default);
    let mut stage = Stage::new(scenario);
    let mut orders = scenario.orders.clone();
    orders.sort_by_key(|(at, _)| *at);
    let mut orders = orders.into_iter().peekable();
    let end = BEGIN + scenario.until;
    loop {
        let order = orders.peek().map(|(at, _)| BEGIN + *at);
        let until = order.unwrap_or(end);
        while world.next().is_some_and(|next| next <= until) {
            world.step();
            let complaint = if judged {
                judge.step(&world).err()
            } else {
                None
            };
            if complaint.is_some() {
                return ((world, stage), complaint);
            }
        }
        let Some((_, order)) = orders.next() else {
            return ((world, stage), None);
        };
        world.run_until(until);
        stage.perform(&mut world, order);
    }
}

/// A world as the story describes it, before anything happens.
pub fn build(scenario: &Scenario) -> World {
    let mut world = if scenario.strict {
        World::strict(scenario.seed, scenario.wire)
    } else {
        World::new(scenario.seed, scenario.wire)
    };
    world.invites = (!scenario.shows.is_empty()).then(Vec::new);
    if scenario.engines {
        world = world.with_engines(scenario.seed);
    }
    world.store = scenario.store;
    if let Some(rate) = scenario.rate {
        world.shelf.account.calls_per_second = rate;
    }
    for (_, number, character) in &scenario.phones {
        world.phones.set(user(number), character.clone());
    }
    for owned in &scenario.numbers {
        let number = world.shelf.own(BEGIN, &owned.number, owned.voice.clone());
        number.voice_fallback_url.clone_from(&owned.fallback);
        number.status_callback.clone_from(&owned.status);
        number.application = owned.application;
        number.caller_id_lookup = owned.lookup;
    }
    for number in &scenario.verified {
        world.shelf.verify(BEGIN, number);
    }
    for owned in &scenario.applications {
        // The name was read as one when the story was.
        if let Ok(sid) = crate::scenario::application(&owned.number) {
            let application = world.shelf.apply(BEGIN, sid, owned.voice.clone());
            application.voice_fallback_url.clone_from(&owned.fallback);
            application.status_callback.clone_from(&owned.status);
            application.caller_id_lookup = owned.lookup;
        }
    }
    for (path, page) in &scenario.pages {
        world.customer.page(path, page.clone());
    }
    for (url, outcome) in &scenario.files {
        world.sound.set_file(url, *outcome);
    }
    world
}

/// Who is who while a story is played.
struct Stage {
    phones: BTreeMap<String, (String, crate::Character)>,
    legs: BTreeMap<String, LegId>,
    ladder: Ladder,
    named: usize,
    calls: Vec<CallSid>,
    asks: u64,
}

impl Stage {
    fn new(scenario: &Scenario) -> Stage {
        let phones = scenario.phones.iter();
        let phones =
            phones.map(|(name, number, who)| (name.clone(), (number.clone(), who.clone())));
        Stage {
            phones: phones.collect(),
            legs: BTreeMap::new(),
            ladder: Ladder::new(BEGIN),
            named: 0,
            calls: Vec::new(),
            asks: 0,
        }
    }

    /// Learns the calls in the order in which they appear on the ladder.
    fn look(&mut self, world: &World) {
        for line in &world.seen.lines[self.named..] {
            if let Some(call) = line.call
                && !self.calls.contains(&call)
            {
                self.calls.push(call);
                self.ladder.name(call);
            }
        }
        self.named = world.seen.lines.len();
    }

    fn perform(&mut self, world: &mut World, order: Order) {
        self.look(world);
        self.asks += 1;
        let ask = AskId(self.asks);
        match order {
            Order::Create(mut call) => {
                call.account = world.shelf.account.sid;
                let from = call.from.to_string();
                call.number = world.shelf.numbers.get(&from).map(|number| number.sid);
                let calls_per_second = world.shelf.account.calls_per_second;
                world.command(Command::Create {
                    ask,
                    call,
                    calls_per_second,
                });
            }
            Order::Update(number, update) => {
                if let Some(&call) = self.calls.get(number - 1) {
                    let account = world.shelf.account.sid;
                    world.command(Command::Update {
                        ask,
                        account,
                        call,
                        update,
                    });
                }
            }
            Order::Record(number, record) => {
                if let Some(&call) = self.calls.get(number - 1) {
                    let account = world.shelf.account.sid;
                    world.command(Command::Record {
                        ask,
                        account,
                        call,
                        record,
                    });
                }
            }
            Order::ChangeRecording(number, recording, change) => {
                if let Some(&call) = self.calls.get(number - 1) {
                    let account = world.shelf.account.sid;
                    let recordings = recordings(world);
                    let named = recording.and_then(|n| recordings.get(n - 1));
                    let recording = recording.map(|_| named.map_or(RecordingSid(0), |row| row.sid));
                    world.command(Command::ChangeRecording {
                        ask,
                        account,
                        call,
                        recording,
                        change,
                    });
                }
            }
            Order::Call(name, to) => {
                if let Some((number, character)) = self.phones.get(&name).cloned() {
                    let leg =
                        world.with_phones(|p, now| p.call(now, user(&number), &to, character));
                    self.legs.insert(name, leg);
                }
            }
            Order::Press(name, keys) => self.with(world, &name, |p, _, leg| p.press(leg, &keys)),
            Order::Say(name, text) => self.with(world, &name, |p, _, leg| p.say(leg, &text)),
            Order::HangUp(name) => self.with(world, &name, |p, now, leg| p.hang_up(now, leg)),
            Order::Hold(name, on) => {
                self.with(world, &name, |p, now, leg| p.hold(now, leg, on));
            }
            Order::Refer(name, to) => {
                self.with(world, &name, |p, now, leg| p.refer(now, leg, &to));
            }
            Order::Delete(number) => {
                if let Some(&call) = self.calls.get(number - 1) {
                    world.command(Command::Forget { ask, call });
                }
            }
            Order::Vanish(name) => {
                if let Some(leg) = self.leg(world, &name) {
                    world.vanish(leg);
                }
            }
            Order::Lose(packets) => world.network.lose_next += packets,
            Order::RunOut => world.sound.exhaust(),
        }
    }

    /// The leg of a person: the call they placed, or the one they were called on.
    fn leg(&self, world: &World, name: &str) -> Option<LegId> {
        let placed = self.legs.get(name).copied();
        placed.or_else(|| world.phones.leg_of(user(&self.phones.get(name)?.0)))
    }

    fn with(
        &self,
        world: &mut World,
        name: &str,
        act: impl FnOnce(&mut crate::Phones, model::Time, LegId),
    ) {
        if let Some(leg) = self.leg(world, name) {
            world.with_phones(|phones, now| act(phones, now, leg));
        }
    }

    /// The lower half of the file.
    fn write(mut self, world: &World, shows: &[String]) -> String {
        self.look(world);
        let mut text = String::new();
        for line in &world.seen.lines {
            let mut line = line.clone();
            for (name, (number, _)) in &self.phones {
                for party in [&mut line.from, &mut line.to] {
                    if *party == switch::Party::Far(number.clone()) {
                        *party = switch::Party::Far(name.clone());
                    }
                }
            }
            text.push_str(&self.ladder.render(&line));
            text.push('\n');
        }
        self.write_requests(world, shows, &mut text);
        self.write_rows(world, &mut text);
        text
    }

    /// The chosen parameters of every request and callback.
    fn write_requests(&mut self, world: &World, shows: &[String], text: &mut String) {
        if shows.is_empty() {
            return;
        }
        text.push('\n');
        let mut all: Vec<_> = Vec::new();
        for (at, request) in &world.seen.requests {
            all.push((*at, &request.url, request.call, &request.parameters));
        }
        for (at, callback) in &world.seen.callbacks {
            all.push((*at, &callback.url, callback.call, &callback.parameters));
        }
        let invites = invites(world, shows);
        let invite = "INVITE".to_owned();
        for (at, call, headers) in &invites {
            all.push((*at, &invite, *call, headers));
        }
        all.sort_by_key(|(at, ..)| *at);
        for (_, url, call, parameters) in all {
            let path = url.strip_prefix(crate::customer::HOST).unwrap_or(url);
            let _ = write!(text, "{} {path}", self.ladder.name(call));
            for name in shows {
                for (_, value) in parameters.iter().filter(|(key, _)| key == name) {
                    let value = self.shortened(value, world);
                    let _ = write!(text, " {name}={value}");
                }
            }
            text.push('\n');
        }
    }

    /// Identifiers become their ladder's names, so that a ladder doesn't hang on chance.
    fn shortened(&mut self, value: &str, world: &World) -> String {
        if let Ok(call) = value.parse::<CallSid>() {
            return self.ladder.name(call);
        }
        for (n, row) in recordings(world).into_iter().enumerate() {
            let sid = row.sid.to_string();
            if value.contains(&sid) {
                return value.replace(&sid, &format!("RE{}", n + 1));
            }
        }
        without_chance(value)
    }

    /// How every call and recording ended.
    fn write_rows(&mut self, world: &World, text: &mut String) {
        text.push('\n');
        let mut unseen: Vec<_> = world.shelf.calls.values().collect();
        unseen.sort_by_key(|row| (row.date_created, row.sid));
        for row in unseen {
            if !self.calls.contains(&row.sid) {
                self.calls.push(row.sid);
            }
        }
        for call in self.calls.clone() {
            let name = self.ladder.name(call);
            let Some(row) = world.shelf.calls.get(&call) else {
                continue;
            };
            let direction = row.direction.as_str();
            let _ = write!(
                text,
                "{name} {direction} {} → {} {}",
                row.from, row.to, row.status
            );
            if let Some(secs) = row.duration_secs {
                let _ = write!(text, " {secs} s");
            }
            if let Some(code) = row.sip_response_code {
                let _ = write!(text, " SIP {code}");
            }
            if let Some(answered_by) = row.answered_by {
                let _ = write!(text, " answered by {answered_by}");
            }
            text.push('\n');
        }
        for (n, row) in recordings(world).into_iter().enumerate() {
            let call = self.ladder.name(row.call);
            let (source, status) = (row.source.as_str(), row.status.as_str());
            let _ = write!(
                text,
                "RE{} {call} {source} {} channel(s) {status}",
                n + 1,
                row.channels
            );
            if let Some(secs) = row.duration_secs {
                let _ = write!(text, " {secs} s");
            }
            text.push('\n');
        }
        for row in &world.shelf.notifications {
            let call = self.ladder.name(row.call);
            let _ = writeln!(text, "{call} {:?} {} {}", row.level, row.code, row.text);
        }
    }
}

/// The value with long runs of hexadecimal digits left out, an account's identifier excepted.
fn without_chance(value: &str) -> String {
    let mut kept = String::new();
    let mut rest = value;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_hexdigit());
        let (run, after) = rest.split_at(end.unwrap_or(rest.len()));
        if run.len() >= 32 && !run.ends_with("0000001") {
            kept.push('…');
        } else {
            kept.push_str(run);
        }
        let next = after.chars().next().map_or(0, char::len_utf8);
        kept.push_str(&after[..next]);
        rest = &after[next..];
    }
    kept
}

/// An INVITE: when it left, of which call, its headers.
type Invite = (model::Time, CallSid, Vec<(String, String)>);

/// The INVITEs to phones that have a header which is to be shown, each with its headers.
fn invites(world: &World, shows: &[String]) -> Vec<Invite> {
    let mut shown = Vec::new();
    for (at, bytes) in world.invites.iter().flatten() {
        let Ok(sip::message::Message::Request(request)) = sip::message::Message::parse(bytes)
        else {
            continue;
        };
        let headers = request.headers.iter();
        // Who calls whom stands in the ladder, and tags are chance.
        let told = |name: &str| !matches!(name, "From" | "To");
        let headers: Vec<_> = headers
            .filter(|(name, _)| told(name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let value = |name: &str| headers.iter().find(|(key, _)| key == name);
        let call = value("X-Twilio-CallSid").and_then(|(_, sid)| sid.parse().ok());
        if let Some(call) = call.filter(|_| shows.iter().any(|name| value(name).is_some())) {
            shown.push((*at, call, headers));
        }
    }
    shown
}

/// The name by which a phone is known: its number, or the user of its SIP address.
fn user(number: &str) -> &str {
    let bare = number.strip_prefix("sip:").unwrap_or(number);
    bare.split('@').next().unwrap_or(bare)
}

/// All recordings, in the order in which they were begun: RE1, RE2, …
fn recordings(world: &World) -> Vec<&RecordingRow> {
    let mut all: Vec<_> = world.shelf.recordings.values().collect();
    all.sort_by_key(|row| (row.date_created, row.sid));
    all
}
