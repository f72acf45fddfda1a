//! Draws the ladder: watches what passes through the exchange and writes a rung for each.

use crate::input::{Input, Output};
use crate::ladder::{Line, Party};
use crate::name;
use call::{CallControl, Effect, Event};
use model::{CallSid, LegId, Span, Time};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Rungs kept for one call; a menu that goes round for hours must not fill the memory.
const RUNGS_MAX: usize = 500;
/// How long an ended call's ladder stays open for what is still on its way (the 200 to a BYE).
const GRACE: Span = Span::from_secs(1);
/// How long a leg keeps its name after that: transactions live 32 s.
const MEMORY: Span = Span::from_secs(40);

/// Where the far end of a leg is known under which name.
#[derive(Debug)]
struct Leg {
    name: String,
    call: Option<CallSid>,
}

/// Writes rungs, and keeps those of live calls until the call has ended.
#[derive(Debug)]
pub(crate) struct Tracer {
    on: bool,
    legs: BTreeMap<LegId, Leg>,
    fetches: BTreeMap<model::FetchId, CallSid>,
    leg_of: BTreeMap<CallSid, LegId>,
    stories: BTreeMap<CallSid, Vec<String>>,
    /// Calls whose story has been given out; later rungs are shown and not kept.
    told: BTreeSet<CallSid>,
    closing: VecDeque<(Time, CallSid)>,
    forgetting: VecDeque<(Time, CallSid)>,
    /// Legs that may never belong to a call: offered, and refused at once.
    strangers: VecDeque<(Time, LegId)>,
}

impl Tracer {
    pub(crate) fn new(on: bool) -> Tracer {
        Tracer {
            on,
            legs: BTreeMap::new(),
            fetches: BTreeMap::new(),
            leg_of: BTreeMap::new(),
            stories: BTreeMap::new(),
            told: BTreeSet::new(),
            closing: VecDeque::new(),
            forgetting: VecDeque::new(),
            strangers: VecDeque::new(),
        }
    }

    /// From now on the far end of this leg is called so.
    pub(crate) fn names(&mut self, now: Time, leg: LegId, name: String) {
        if self.on {
            self.legs.insert(leg, Leg { name, call: None });
            self.strangers.push_back((now + MEMORY, leg));
        }
    }

    pub(crate) fn next_timeout(&self) -> Option<Time> {
        let closing = self.closing.front().map(|(due, _)| *due);
        let forgetting = self.forgetting.front().map(|(due, _)| *due);
        let strangers = self.strangers.front().map(|(due, _)| *due);
        [closing, forgetting, strangers].into_iter().flatten().min()
    }

    /// Gives out the ladders of calls that ended a moment ago, and forgets their legs later.
    pub(crate) fn handle_timeout(&mut self, now: Time, out: &mut Vec<Output>) {
        while let Some(call) = due(&mut self.closing, now) {
            self.told.insert(call);
            if let Some(rows) = self.stories.remove(&call) {
                out.push(Output::Story { call, rows });
            }
        }
        while let Some(call) = due(&mut self.forgetting, now) {
            self.told.remove(&call);
            if let Some(leg) = self.leg_of.remove(&call) {
                self.legs.remove(&leg);
            }
        }
        while let Some(leg) = due(&mut self.strangers, now) {
            if self.legs.get(&leg).is_some_and(|leg| leg.call.is_none()) {
                self.legs.remove(&leg);
            }
        }
    }

    /// Something came in for call control.
    pub(crate) fn input(
        &mut self,
        now: Time,
        input: &Input,
        calls: &CallControl,
        out: &mut Vec<Output>,
    ) {
        if !self.on {
            return;
        }
        let Input::Call(event) = input else { return };
        match event {
            Event::Command(command) => {
                let call = match command {
                    call::Command::Create { .. } => None,
                    call::Command::Update { call, .. } | call::Command::Forget { call, .. } => {
                        Some(*call)
                    }
                };
                self.write(now, Party::Api, Party::Switch, call, name::command(command), out);
            }
            Event::Media { leg, event } => {
                if let Some(text) = name::media_event(event) {
                    let call = self.call_of(*leg, calls);
                    self.write(now, Party::Sound, Party::Switch, call, text, out);
                }
            }
            Event::Fetched { fetch, reply } => {
                let call = self.fetches.remove(fetch);
                self.write(now, Party::App, Party::Switch, call, name::reply(reply), out);
            }
            Event::Signal { .. } | Event::Found { .. } | Event::Cut(_) => {}
        }
    }

    /// Call control asks for something.
    pub(crate) fn effect(
        &mut self,
        now: Time,
        effect: &Effect,
        calls: &CallControl,
        out: &mut Vec<Output>,
    ) {
        if !self.on {
            return;
        }
        match effect {
            Effect::Media { leg, command } => {
                if let Some(text) = name::media_command(command) {
                    let call = self.call_of(*leg, calls);
                    self.write(now, Party::Switch, Party::Sound, call, text, out);
                }
            }
            Effect::Fetch { fetch, request } => {
                self.fetches.insert(*fetch, request.call);
                let text = format!("{} {}", request.method.as_str(), name::path(&request.url));
                self.write(now, Party::Switch, Party::App, Some(request.call), text, out);
            }
            Effect::Notify(callback) => {
                let text = name::callback(callback);
                self.write(now, Party::Switch, Party::App, Some(callback.call), text, out);
            }
            Effect::Save(call::Row::Notification(row)) => {
                let text = format!("{:?} {}: {}", row.level, row.code, row.text);
                self.write(now, Party::Switch, Party::App, Some(row.call), text, out);
            }
            Effect::Gone(call) => {
                self.closing.push_back((now + GRACE, *call));
                self.forgetting.push_back((now + MEMORY, *call));
            }
            Effect::Save(_) | Effect::Reply { .. } | Effect::Lookup { .. } => {}
            Effect::Signal { leg, .. } => {
                self.call_of(*leg, calls);
            }
        }
    }

    /// A SIP message passed.
    pub(crate) fn message(
        &mut self,
        now: Time,
        trace: &sip::Trace,
        calls: &CallControl,
        out: &mut Vec<Output>,
    ) {
        if !self.on {
            return;
        }
        let call = trace.leg.and_then(|leg| self.call_of(leg, calls));
        let leg = trace.leg.and_then(|leg| self.legs.get(&leg));
        let far = leg.map_or_else(|| trace.flow.remote.to_string(), |leg| leg.name.clone());
        let far = Party::Far(far);
        let (from, to) =
            if trace.sent { (Party::Switch, far) } else { (far, Party::Switch) };
        self.write(now, from, to, call, trace.line.clone(), out);
    }

    fn call_of(&mut self, leg: LegId, calls: &CallControl) -> Option<CallSid> {
        let known = calls.sid_of(leg);
        match (self.legs.get_mut(&leg), known) {
            (Some(known_leg), Some(call)) => {
                if known_leg.call.is_none() {
                    known_leg.call = Some(call);
                    self.leg_of.insert(call, leg);
                }
                known
            }
            (Some(leg), None) => leg.call,
            (None, _) => known,
        }
    }

    fn write(
        &mut self,
        at: Time,
        from: Party,
        to: Party,
        call: Option<CallSid>,
        text: String,
        out: &mut Vec<Output>,
    ) {
        let line = Line { at, from, to, call, text };
        if let Some(call) = call.filter(|call| !self.told.contains(call)) {
            let story = self.stories.entry(call).or_default();
            if story.len() < RUNGS_MAX {
                story.push(line.to_row());
            }
        }
        out.push(Output::Line(line));
    }
}

/// Takes the first of a queue in order of time, if its time has come.
fn due<T: Copy>(queue: &mut VecDeque<(Time, T)>, now: Time) -> Option<T> {
    let (at, _) = queue.front()?;
    if *at > now {
        return None;
    }
    queue.pop_front().map(|(_, item)| item)
}
