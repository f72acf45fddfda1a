//! The exchange: call control joined to its carriers; the whole control plane as one value.
//!
//! Everything that happens comes in by [`Switch::handle`], one thing at a time, and everything
//! the world must do comes out in order. It reads no clock: the same inputs give the same story,
//! in production, in simulation, and when a journal is played again.

mod input;
pub mod ladder;
mod name;
mod trace;
mod trunk;

pub use input::{Input, Output};
pub use ladder::{Ladder, Line, Party};
pub use trunk::{Carrier, OWN, PHONES, Trunk};

use call::{CallControl, Effect, Event};
use model::signal::{SignalCommand, SignalEvent};
use model::{CallSid, Chance, LegId, Time};
use sip::{Endpoint, Flow, Transport};
use std::collections::VecDeque;
use trace::Tracer;
use trunk::Trunks;

/// What the exchange must be told before it starts.
#[derive(Debug, Clone)]
pub struct Config {
    /// Call control's settings.
    pub call: call::Config,
    /// The SIP endpoint's settings. Its memory listener is added here.
    pub sip: sip::Config,
    /// Who carries calls to numbers that aren't ours.
    pub carrier: Carrier,
    /// The trunks by name, with registration and watch where asked.
    pub trunks: Vec<Trunk>,
    /// Whether `Output::Line` is wanted.
    pub ladder: bool,
}

/// Call control and a SIP endpoint, joined.
pub struct Switch {
    calls: CallControl,
    sip: Endpoint,
    trunks: Trunks,
    tracer: Tracer,
    /// Effects of call control that wait for their turn.
    effects: Vec<Effect>,
    /// What happened inside and is still to be told to call control.
    pending: VecDeque<Event>,
}

impl Switch {
    /// An exchange at rest. Trunks that register or are watched begin with the first timeout.
    pub fn new(now: Time, mut config: Config, mut chance: Chance) -> Switch {
        config
            .sip
            .listeners
            .push(sip::Listener::at(Transport::Memory, OWN));
        if config.carrier == Carrier::Phones {
            config.sip.trunks.push(sip::TrunkSource {
                name: trunk::PHONES_NAME.to_owned(),
                sources: vec![(PHONES.ip(), None)],
            });
        }
        config.sip.trace = config.ladder;
        let trunks = Trunks::new(config.carrier, config.trunks, &config.sip);
        let mut sip = Endpoint::new(config.sip, chance.fork());
        trunks.start(now, &mut sip);
        Switch {
            calls: CallControl::new(config.call, chance),
            sip,
            trunks,
            tracer: Tracer::new(config.ladder),
            effects: Vec::new(),
            pending: VecDeque::new(),
        }
    }

    /// Takes in one thing that happened and appends what the world must now do.
    pub fn handle(&mut self, now: Time, input: Input, out: &mut Vec<Output>) {
        self.tracer.input(now, &input, &self.calls, out);
        match input {
            Input::Datagram { flow, bytes } => self.sip.handle_datagram(now, flow, &bytes),
            Input::Stream { flow, bytes } => self.sip.handle_stream(now, flow, &bytes),
            Input::StreamOpened { flow } => self.sip.stream_opened(now, flow),
            Input::StreamClosed { connection } => self.sip.stream_closed(now, connection),
            Input::Resolved { query, addresses } => self.sip.resolved(now, query, addresses),
            Input::Call(event) => self.pending.push_back(event),
        }
        self.run(now, out);
    }

    /// When `handle_timeout` is next wanted.
    pub fn next_timeout(&self) -> Option<Time> {
        [
            self.calls.next_timeout(),
            self.sip.next_timeout(),
            self.tracer.next_timeout(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Lets everything happen that is due by `now`.
    pub fn handle_timeout(&mut self, now: Time, out: &mut Vec<Output>) {
        if self.sip.next_timeout().is_some_and(|due| due <= now) {
            self.sip.handle_timeout(now);
        }
        if self.calls.next_timeout().is_some_and(|due| due <= now) {
            self.calls.handle_timeout(now, &mut self.effects);
        }
        self.tracer.handle_timeout(now, out);
        self.run(now, out);
    }

    /// Gives out what is still to be kept. To be called once, when nothing more comes in.
    pub fn finish(&mut self, out: &mut Vec<Output>) {
        self.tracer.finish(out);
    }

    /// The live call that an input is about, where the input names one.
    pub fn call_of(&self, input: &Input) -> Option<CallSid> {
        match input {
            Input::Call(Event::Signal { leg, .. } | Event::Media { leg, .. }) => {
                self.calls.sid_of(*leg)
            }
            Input::Call(Event::Command(
                call::Command::Update { call, .. }
                | call::Command::Record { call, .. }
                | call::Command::ChangeRecording { call, .. },
            )) => Some(*call),
            _ => None,
        }
    }

    /// Takes a call out as failed, after a fault of ours in handling an event of its.
    pub fn abandon(&mut self, now: Time, call: CallSid, out: &mut Vec<Output>) {
        self.calls.abandon(now, call, &mut self.effects);
        self.run(now, out);
    }

    /// No call leaves the queue any more: the process stops.
    pub fn hold(&mut self) {
        self.calls.hold();
    }

    /// The calls that live, for metrics and for the judges of the simulator.
    pub fn calls(&self) -> &CallControl {
        &self.calls
    }

    /// The endpoint, for metrics and for the judges of the simulator.
    pub fn sip(&self) -> &Endpoint {
        &self.sip
    }

    /// Passes words between the planes until both are silent.
    fn run(&mut self, now: Time, out: &mut Vec<Output>) {
        loop {
            self.listen(now, out);
            self.carry(now, out);
            if let Some(event) = self.pending.pop_front() {
                let leg = match &event {
                    Event::Signal { leg, .. } => Some(*leg),
                    _ => None,
                };
                self.calls.handle(now, event, &mut self.effects);
                if let Some(leg) = leg {
                    self.tracer.learns(now, leg, &self.calls, out);
                }
            } else if self.effects.is_empty() {
                return self.tracer.write_held(now, &self.calls, out);
            }
        }
    }

    /// Passes on what the endpoint says, before anything else is done: what goes out keeps the
    /// order in which it came about.
    fn listen(&mut self, now: Time, out: &mut Vec<Output>) {
        while let Some(output) = self.sip.poll() {
            self.heard(now, output, out);
        }
    }

    /// Carries call control's effects, in their order: to the endpoint, or out.
    fn carry(&mut self, now: Time, out: &mut Vec<Output>) {
        for effect in std::mem::take(&mut self.effects) {
            self.tracer.effect(now, &effect, &self.calls, out);
            match effect {
                Effect::Signal {
                    leg,
                    command: SignalCommand::Invite(invite),
                } => {
                    self.tracer.names(now, leg, invite.to.to_string());
                    match self.trunks.place(*invite, &self.sip) {
                        Ok(placement) => self.sip.place(now, leg, placement),
                        Err(refused) => self.refuse(leg, refused),
                    }
                    self.listen(now, out);
                }
                Effect::Signal { leg, command } => {
                    self.sip.command(now, leg, command);
                    self.listen(now, out);
                }
                Effect::Save(row) => out.push(Output::Save(row)),
                Effect::Reply { ask, result } => out.push(Output::Reply { ask, result }),
                Effect::Notify(callback) => out.push(Output::Notify(callback)),
                Effect::Fetch { fetch, request } => out.push(Output::Fetch { fetch, request }),
                Effect::Lookup { lookup, question } => {
                    out.push(Output::Lookup { lookup, question });
                }
                Effect::Media { leg, command } => out.push(Output::Media { leg, command }),
                Effect::Gone(call) => out.push(Output::Gone(call)),
            }
        }
    }

    /// A leg that no carrier takes fails at once, with a response that says why.
    fn refuse(&mut self, leg: LegId, refused: trunk::Refused) {
        let event = SignalEvent::Failed {
            code: refused.code,
            reason: refused.reason,
            headers: Vec::new(),
            sip_call_id: String::new(),
            error: refused.error,
        };
        self.pending.push_back(Event::Signal { leg, event });
    }

    /// Passes on what the endpoint has to say.
    fn heard(&mut self, now: Time, output: sip::Output, out: &mut Vec<Output>) {
        match output {
            sip::Output::Send { flow, bytes } if is_own(&flow) => {
                self.sip.handle_datagram(now, flow.reversed(), &bytes);
            }
            sip::Output::Send { flow, bytes } => out.push(Output::Send { flow, bytes }),
            sip::Output::Leg { leg, event } => {
                if let SignalEvent::Offered(offered) = &event {
                    self.tracer.offered(now, leg, offered);
                }
                self.pending.push_back(Event::Signal { leg, event });
            }
            sip::Output::Connect {
                connection,
                transport,
                remote,
                host,
            } => {
                out.push(Output::Connect {
                    connection,
                    transport,
                    remote,
                    host,
                });
            }
            sip::Output::Close { connection } => out.push(Output::Close { connection }),
            sip::Output::Resolve {
                query,
                host,
                service,
                port,
            } => {
                out.push(Output::Resolve {
                    query,
                    host,
                    service,
                    port,
                });
            }
            sip::Output::Traced(trace) => self.tracer.message(now, &trace, &self.calls, out),
            sip::Output::Registered { user } => out.push(Output::PhoneUp { user }),
            sip::Output::Unregistered { user } => out.push(Output::PhoneDown { user }),
            sip::Output::RegisteredAt { name, .. } | sip::Output::TrunkUp { name } => {
                out.push(Output::TrunkUp { name });
            }
            sip::Output::RefusedAt { name, code, reason } => {
                out.push(Output::TrunkDown {
                    name,
                    reason: format!("{code} {reason}"),
                });
            }
            sip::Output::TrunkDown { name, reason } => {
                out.push(Output::TrunkDown { name, reason });
            }
        }
    }
}

/// Whether a message goes to ourselves: a call to one of our own numbers.
fn is_own(flow: &Flow) -> bool {
    flow.transport == Transport::Memory && flow.remote == OWN
}
