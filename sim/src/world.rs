//! A world: the exchange, the phones, the wire, the customer and the store under one clock.
//!
//! `step` lets the next thing happen, whatever it is; nothing waits for real time. The same seed
//! and the same story give the same ladder.

use crate::customer::Customer;
use crate::network::{Network, Wire};
use crate::phone::{PhoneOutput, Phones};
use crate::plane::SoundPlane;
use crate::shelf::Shelf;
use crate::sound::Side;
use crate::tap::Tap;
use call::{AskId, Command, Event, Found, Granted, Refusal, effect::Question};
use model::media::{MediaCommand, MediaEvent};
use model::{
    AnsweredBy, CallSid, CallStatus, Callback, Chance, LegId, Span, Time, WebRequest, limit,
};
use sip::{Flow, Transport};
use std::collections::{BTreeMap, BTreeSet};
use switch::{Carrier, Config, Input, Line, OWN, Output, PHONES, Switch};

/// Every world begins here: Sunday, 1 March 2026, 12:00 UTC.
pub const BEGIN: Time = Time::from_secs(1_772_366_400);

/// Something that is on its way.
#[derive(Debug, Clone)]
enum Happening {
    ToSwitch(Flow, Vec<u8>),
    ToPhones(Flow, Vec<u8>),
    Inside(Event),
}

/// What has been seen in a world besides its rows.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The ladder.
    pub lines: Vec<Line>,
    /// Callbacks in the order they were started.
    pub callbacks: Vec<(Time, Callback)>,
    /// Requests for documents, in order.
    pub requests: Vec<(Time, WebRequest)>,
    /// Answers to the API.
    pub replies: BTreeMap<AskId, Result<Granted, Refusal>>,
    /// Calls that the API was promised, in order.
    pub accepted: Vec<CallSid>,
    /// Calls of these that have left the queue, in order.
    pub departures: Vec<(Time, CallSid)>,
    /// Calls that are over and done.
    pub gone: BTreeSet<CallSid>,
    /// Every status a call's row was written with, in order.
    pub saves: Vec<(CallSid, CallStatus)>,
    /// Calls of which it is being found out who picked up, and when that is given up.
    pub detections: BTreeMap<CallSid, Time>,
    /// Every verdict a call's row was written with, in order.
    pub verdicts: Vec<(CallSid, AnsweredBy)>,
    /// Steps taken.
    pub steps: u64,
    /// Packets and answers that have come.
    pub came: u64,
}

/// A world in motion.
pub struct World {
    /// What time it is.
    pub now: Time,
    /// The store.
    pub shelf: Shelf,
    /// The application.
    pub customer: Customer,
    /// The phones.
    pub phones: Phones,
    /// What they and the platform hear.
    pub sound: SoundPlane,
    /// The wire between them.
    pub network: Network,
    /// How long the store takes to answer; `None`: it never does.
    pub store: Option<Span>,
    /// What has been seen.
    pub seen: Seen,
    /// Listens in on the wire, if anybody wants to know.
    pub tap: Option<Tap>,
    /// Every INVITE the platform has sent to a phone, if anybody wants to know.
    pub invites: Option<Vec<(Time, Vec<u8>)>>,
    switch: Switch,
    agenda: BTreeMap<(Time, u64), Happening>,
    order: u64,
    outputs: Vec<Output>,
}

impl World {
    /// A world at rest, told by this seed.
    pub fn new(seed: u64, wire: Wire) -> World {
        World::with_ladder(seed, wire, true)
    }

    /// A world at rest that draws its ladder, or doesn't: without one it is quicker.
    pub fn with_ladder(seed: u64, wire: Wire, ladder: bool) -> World {
        World::made((seed, wire), ladder, true)
    }

    /// A world at rest whose platform shows nobody a caller that isn't ours, as in production.
    pub fn strict(seed: u64, wire: Wire) -> World {
        World::made((seed, wire), true, false)
    }

    fn made((seed, wire): (u64, Wire), ladder: bool, any_caller_id: bool) -> World {
        let mut chance = Chance::new(seed);
        let config = Config {
            call: call::Config {
                api_base: "http://ringback.example".to_owned(),
                any_caller_id,
                ..Default::default()
            },
            sip: sip::Config::default(),
            carrier: Carrier::Phones,
            trunks: Vec::new(),
            ladder,
        };
        World {
            now: BEGIN,
            shelf: Shelf::new(BEGIN),
            customer: Customer::default(),
            phones: Phones::new(PHONES, OWN, chance.fork()),
            sound: SoundPlane::events(),
            network: Network::new(wire, chance.fork()),
            store: Some(Span::ZERO),
            seen: Seen::default(),
            tap: None,
            invites: None,
            switch: Switch::new(BEGIN, config, chance),
            agenda: BTreeMap::new(),
            order: 0,
            outputs: Vec::new(),
        }
    }

    /// The same world with real sound: two engines and their packets. To be called before
    /// anything has happened.
    pub fn with_engines(mut self, seed: u64) -> World {
        self.sound = SoundPlane::engines(self.network.wire, Chance::new(!seed));
        self
    }

    /// The exchange, for judges.
    pub fn switch(&self) -> &Switch {
        &self.switch
    }

    /// The API asks something; the answer will be in `seen.replies`.
    pub fn command(&mut self, command: Command) {
        self.feed(Input::Call(Event::Command(command)));
    }

    /// Something happens to call control out of the blue.
    pub fn event(&mut self, event: Event) {
        self.feed(Input::Call(event));
    }

    /// When the next thing will happen by itself.
    pub fn next(&self) -> Option<Time> {
        let agenda = self.agenda.first_key_value().map(|((at, _), _)| *at);
        [
            agenda,
            self.switch.next_timeout(),
            self.phones.next_timeout(),
            self.sound.next_timeout(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Lets the next thing happen; false if nothing ever will.
    pub fn step(&mut self) -> bool {
        let Some(next) = self.next() else {
            return false;
        };
        self.now = self.now.max(next);
        self.seen.steps += 1;
        let due = self
            .agenda
            .first_key_value()
            .is_some_and(|((at, _), _)| *at <= self.now);
        if due {
            if let Some((_, happening)) = self.agenda.pop_first() {
                self.happen(happening);
            }
        } else if self.sound.next_timeout().is_some_and(|at| at <= self.now) {
            self.sound.handle_timeout(self.now);
        } else if self.phones.next_timeout().is_some_and(|at| at <= self.now) {
            self.phones.handle_timeout(self.now);
        } else {
            self.switch.handle_timeout(self.now, &mut self.outputs);
        }
        self.settle();
        true
    }

    /// Steps until this moment; things due at it have happened.
    pub fn run_until(&mut self, until: Time) {
        while self.next().is_some_and(|next| next <= until) {
            self.step();
        }
        self.now = self.now.max(until);
    }

    /// Lets a phone act (call, press, hang up) at this moment.
    pub fn with_phones<T>(&mut self, act: impl FnOnce(&mut Phones, Time) -> T) -> T {
        let result = act(&mut self.phones, self.now);
        self.settle();
        result
    }

    /// A phone dies in the middle of its call: no packet of it comes any more.
    pub fn vanish(&mut self, leg: LegId) {
        self.sound.vanish(self.now, leg);
        self.phones.forget(self.now, leg);
        self.settle();
    }

    fn happen(&mut self, happening: Happening) {
        self.seen.came += 1;
        match happening {
            Happening::ToSwitch(flow, bytes) => {
                if let Some(tap) = &mut self.tap {
                    tap.arrived(self.now, false, &bytes);
                }
                self.feed(Input::Datagram { flow, bytes });
            }
            Happening::ToPhones(flow, bytes) => {
                if let Some(tap) = self
                    .tap
                    .as_mut()
                    .filter(|_| !self.phones.is_deaf_to(&bytes))
                {
                    tap.arrived(self.now, true, &bytes);
                }
                self.phones.handle_datagram(self.now, flow, &bytes);
            }
            Happening::Inside(event) => self.feed(Input::Call(event)),
        }
    }

    fn feed(&mut self, input: Input) {
        self.switch.handle(self.now, input, &mut self.outputs);
        self.settle();
    }

    fn plan(&mut self, after: Span, happening: Happening) {
        self.order += 1;
        self.agenda
            .insert((self.now + after, self.order), happening);
    }

    /// Carries what was said until everybody is silent.
    fn settle(&mut self) {
        loop {
            if !self.outputs.is_empty() {
                for output in std::mem::take(&mut self.outputs) {
                    self.carry(output);
                }
            } else if let Some(output) = self.phones.poll() {
                self.carry_phone(output);
            } else if let Some(((side, leg), event)) = self.sound.poll(self.now) {
                self.hear(side, leg, event);
            } else {
                return;
            }
        }
    }

    fn hear(&mut self, side: Side, leg: LegId, event: MediaEvent) {
        match side {
            Side::Phones => self.phones.handle_media(self.now, leg, event),
            Side::Switch => {
                let event = Event::Media { leg, event };
                self.switch
                    .handle(self.now, Input::Call(event), &mut self.outputs);
            }
        }
    }

    fn carry_phone(&mut self, output: PhoneOutput) {
        match output {
            PhoneOutput::Send { flow, bytes } => {
                if let Some(tap) = &mut self.tap {
                    tap.sent(self.now, true, &bytes);
                }
                if self.phones.is_unheard(self.now, &bytes) {
                    return;
                }
                for way in self.network.carry() {
                    let flow = flow.reversed();
                    self.plan(way, Happening::ToSwitch(flow, bytes.clone()));
                }
            }
            PhoneOutput::Media { leg, command } => self.sound(Side::Phones, leg, command),
            PhoneOutput::Ended { .. } => {}
        }
    }

    fn sound(&mut self, side: Side, leg: LegId, command: MediaCommand) {
        self.sound.command(self.now, (side, leg), command);
    }

    /// Looks at a row before it is written. A new call has left, unless its plan comes next.
    fn watch(&mut self, row: &call::Row) {
        match row {
            call::Row::Call(row) => {
                self.seen.saves.push((row.sid, row.status));
                let verdict = row.answered_by.map(|answered_by| (row.sid, answered_by));
                self.seen.verdicts.extend(verdict);
                let known = self.shelf.calls.contains_key(&row.sid);
                if row.direction == model::Direction::OutboundApi && !known {
                    self.seen.accepted.push(row.sid);
                    self.seen.departures.push((self.now, row.sid));
                }
            }
            call::Row::Waiting(waiting) if !self.shelf.waiting.contains_key(&waiting.place) => {
                self.seen.departures.pop();
            }
            call::Row::Left(place) => {
                let sid = self.shelf.waiting.get(place).map(|waiting| waiting.sid);
                let row = sid.and_then(|sid| self.shelf.calls.get(&sid));
                if let Some(row) = row.filter(|row| !row.status.is_final()) {
                    self.seen.departures.push((self.now, row.sid));
                }
            }
            _ => {}
        }
    }

    fn carry(&mut self, output: Output) {
        match output {
            Output::Send { flow, bytes } => {
                if let Some(tap) = &mut self.tap {
                    tap.sent(self.now, false, &bytes);
                }
                if let Some(invites) = &mut self.invites
                    && bytes.starts_with(b"INVITE ")
                {
                    invites.push((self.now, bytes.clone()));
                }
                if flow.transport == Transport::Memory {
                    for way in self.network.carry() {
                        let flow = flow.reversed();
                        self.plan(way, Happening::ToPhones(flow, bytes.clone()));
                    }
                }
            }
            Output::Media { leg, command } => {
                if let (MediaCommand::Detect(settings), Some(call)) =
                    (&command, self.switch.calls().sid_of(leg))
                {
                    let patience = u64::from(settings.timeout_ms()) + limit::DETECTION_SLACK_MS;
                    let until = self.now + Span::from_millis(patience);
                    self.seen.detections.insert(call, until);
                }
                self.sound(Side::Switch, leg, command);
            }
            Output::Save(row) => {
                self.watch(&row);
                self.shelf.save(row);
            }
            Output::Reply { ask, result } => {
                self.seen.replies.insert(ask, result);
            }
            Output::Notify(callback) => self.seen.callbacks.push((self.now, callback)),
            Output::Fetch { fetch, request } => {
                self.seen.requests.push((self.now, request.clone()));
                if let Some((after, reply)) = self.customer.ask(&request) {
                    self.plan(after, Happening::Inside(Event::Fetched { fetch, reply }));
                }
            }
            Output::Lookup { lookup, question } => {
                let found = match question {
                    Question::Number(number) => {
                        Found::Number(self.shelf.numbers.get(&number).cloned().map(Box::new))
                    }
                    Question::CallerId(_, number) => Found::CallerId(
                        self.shelf.numbers.contains_key(&number)
                            || self.shelf.caller_ids.contains_key(&number),
                    ),
                    Question::Application(_, sid) => {
                        let found = self.shelf.applications.get(&sid).cloned();
                        Found::Application(found.map(Box::new))
                    }
                    Question::Account => Found::Account(Some(self.shelf.account.clone())),
                };
                let event = Event::Found { lookup, found };
                match self.store {
                    Some(Span::ZERO) => {
                        let input = Input::Call(event);
                        self.switch.handle(self.now, input, &mut self.outputs);
                    }
                    Some(after) => self.plan(after, Happening::Inside(event)),
                    None => {}
                }
            }
            Output::Gone(call) => {
                self.seen.gone.insert(call);
            }
            Output::Line(line) => self.seen.lines.push(line),
            Output::Resolve { query, .. } => {
                let addresses = Vec::new();
                let input = Input::Resolved { query, addresses };
                self.switch.handle(self.now, input, &mut self.outputs);
            }
            Output::Connect { connection, .. } => {
                let input = Input::StreamClosed { connection };
                self.switch.handle(self.now, input, &mut self.outputs);
            }
            Output::Close { .. }
            | Output::PhoneUp { .. }
            | Output::PhoneDown { .. }
            | Output::TrunkUp { .. }
            | Output::TrunkDown { .. }
            | Output::Story { .. } => {}
        }
    }
}
