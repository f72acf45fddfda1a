//! Draws the ladder: watches what passes through the exchange and writes a rung for each.

use crate::input::{Input, Output};
use crate::ladder::{Line, Party};
use crate::name;
use call::{CallControl, Effect, Event, Granted};
use model::signal::{Offered, Origin};
use model::{CallSid, LegId, Span, Time};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Rungs kept for one call; a menu that goes round for hours must not fill the memory.
const RUNGS_MAX: usize = 500;
/// How long an ended call's ladder stays open for what is still on its way (the 200 to a BYE).
const GRACE: Span = Span::from_millis(250);
/// How long a leg keeps its name after that: what comes late comes within 32 s of Timer B.
const MEMORY: Span = Span::from_secs(40);

/// Where the far end of a leg is known under which name.
#[derive(Debug)]
struct Leg {
    name: String,
    call: Option<CallSid>,
    /// The Call-IDs under which it is remembered: one for each address that was tried.
    ids: Vec<String>,
}

/// Whose messages have this Call-ID. An address that was given up may still speak when the leg
/// has gone on to another.
#[derive(Debug)]
struct Known {
    leg: LegId,
    name: String,
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
    /// Legs by the Call-ID of their messages, for messages whose leg is gone.
    ids: BTreeMap<String, Known>,
    /// The INVITEs of legs that are being offered: written once their call is known.
    held: Vec<(Time, sip::Trace)>,
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
            ids: BTreeMap::new(),
            held: Vec::new(),
        }
    }

    /// From now on the far end of this leg is called so.
    pub(crate) fn names(&mut self, now: Time, leg: LegId, name: String) {
        if self.on {
            let before = self.legs.remove(&leg);
            let ids = before.map_or(Vec::new(), |leg| leg.ids);
            let call = None;
            self.legs.insert(leg, Leg { name, call, ids });
            self.strangers.push_back((now + MEMORY, leg));
        }
    }

    /// A far end offers a leg. A leg of our own (a number of ours that calls another) has
    /// ourselves for its far end.
    pub(crate) fn offered(&mut self, now: Time, leg: LegId, offered: &Offered) {
        let own = offered.origin == Origin::Own;
        let name = if own {
            "switch".to_owned()
        } else {
            offered.from.to_string()
        };
        self.names(now, leg, name);
        self.remember(&offered.sip_call_id, leg);
    }

    /// Call control has heard of this leg: now its call is known, if it has one, and what came
    /// before it can be written down.
    pub(crate) fn learns(
        &mut self,
        now: Time,
        leg: LegId,
        calls: &CallControl,
        out: &mut Vec<Output>,
    ) {
        if self.on {
            self.call_of(leg, calls);
            self.write_held(now, calls, out);
        }
    }

    /// Writes down what still waits for its call to be known.
    pub(crate) fn write_held(&mut self, now: Time, calls: &CallControl, out: &mut Vec<Output>) {
        for (at, trace) in std::mem::take(&mut self.held) {
            self.write_message(at.min(now), &trace, calls, out);
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
                self.forget(leg);
            }
        }
        while let Some(leg) = due(&mut self.strangers, now) {
            if self.legs.get(&leg).is_some_and(|leg| leg.call.is_none()) {
                self.forget(leg);
            }
        }
    }

    /// Gives out the ladders of all calls, ended or not: the exchange stops.
    pub(crate) fn finish(&mut self, out: &mut Vec<Output>) {
        let stories = std::mem::take(&mut self.stories);
        out.extend(
            stories
                .into_iter()
                .map(|(call, rows)| Output::Story { call, rows }),
        );
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
                    call::Command::Update { call, .. }
                    | call::Command::Record { call, .. }
                    | call::Command::ChangeRecording { call, .. }
                    | call::Command::Forget { call, .. } => Some(*call),
                };
                self.write(
                    now,
                    Party::Api,
                    Party::Switch,
                    call,
                    name::command(command),
                    out,
                );
            }
            Event::Media { leg, event } => {
                if let Some(text) = name::media_event(event) {
                    let call = self.call_of(*leg, calls);
                    self.write(now, Party::Sound, Party::Switch, call, text, out);
                }
            }
            Event::Fetched { fetch, reply } => {
                let call = self.fetches.remove(fetch);
                self.write(
                    now,
                    Party::App,
                    Party::Switch,
                    call,
                    name::reply(reply),
                    out,
                );
            }
            Event::Signal { .. }
            | Event::Found { .. }
            | Event::Cut(_)
            | Event::RecordingCut { .. }
            | Event::Waiting { .. } => {}
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
                self.write(
                    now,
                    Party::Switch,
                    Party::App,
                    Some(request.call),
                    text,
                    out,
                );
            }
            Effect::Notify(callback) => {
                let text = name::callback(callback);
                self.write(
                    now,
                    Party::Switch,
                    Party::App,
                    Some(callback.call),
                    text,
                    out,
                );
            }
            Effect::Save(call::Row::Notification(row)) => {
                let text = format!("{:?} {}: {}", row.level, row.code, row.text);
                self.write(now, Party::Switch, Party::App, Some(row.call), text, out);
            }
            Effect::Gone(call) => {
                self.closing.push_back((now + GRACE, *call));
                self.forgetting.push_back((now + MEMORY, *call));
            }
            Effect::Reply { result, .. } => {
                let call = result.as_ref().ok().map(Granted::call);
                self.write(
                    now,
                    Party::Switch,
                    Party::Api,
                    call,
                    name::answer(result),
                    out,
                );
            }
            Effect::Save(_) | Effect::Lookup { .. } => {}
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
        // A call between two numbers of ours has one Call-ID for both of its legs.
        let own = trace.flow.remote == trace.flow.local;
        let unknown = match trace.leg {
            Some(leg) => !self.legs.contains_key(&leg),
            None => own || !self.ids.contains_key(&trace.call_id),
        };
        if unknown && !trace.sent && trace.line.starts_with("INVITE ") {
            // Its leg is offered next, and its call known after that; or it is refused, and the
            // response is the next thing that is heard of it.
            self.held.push((now, trace.clone()));
            return;
        }
        let first = self
            .held
            .iter()
            .any(|(_, held)| held.call_id == trace.call_id);
        if first && !trace.line.starts_with("100 ") {
            self.write_held(now, calls, out);
        } else if first {
            self.held.push((now, trace.clone()));
            return;
        }
        if let Some(leg) = trace.leg.filter(|_| !self.ids.contains_key(&trace.call_id)) {
            self.remember(&trace.call_id, leg);
        }
        self.write_message(now, trace, calls, out);
    }

    fn write_message(
        &mut self,
        now: Time,
        trace: &sip::Trace,
        calls: &CallControl,
        out: &mut Vec<Output>,
    ) {
        let known = self.ids.get(&trace.call_id);
        let leg = trace.leg.or_else(|| known.map(|known| known.leg));
        let name = known.filter(|known| Some(known.leg) == leg);
        let name = name.map(|known| known.name.clone());
        let call = leg.and_then(|leg| self.call_of(leg, calls));
        let leg = leg.and_then(|leg| self.legs.get(&leg));
        let far = name
            .or_else(|| leg.map(|leg| leg.name.clone()))
            .unwrap_or_else(|| trace.flow.remote.to_string());
        let far = Party::Far(far);
        let (from, to) = if trace.sent {
            (Party::Switch, far)
        } else {
            (far, Party::Switch)
        };
        self.write(now, from, to, call, trace.line.clone(), out);
    }

    fn remember(&mut self, id: &str, leg: LegId) {
        if let Some(known) = self.legs.get_mut(&leg).filter(|_| !id.is_empty()) {
            known.ids.push(id.to_owned());
            let name = known.name.clone();
            self.ids.insert(id.to_owned(), Known { leg, name });
        }
    }

    fn forget(&mut self, leg: LegId) {
        let ids = self.legs.remove(&leg).map_or(Vec::new(), |leg| leg.ids);
        for id in ids {
            if self.ids.get(&id).is_some_and(|known| known.leg == leg) {
                self.ids.remove(&id);
            }
        }
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
        let line = Line {
            at,
            from,
            to,
            call,
            text,
        };
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
