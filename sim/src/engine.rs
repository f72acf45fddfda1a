//! Sound as sound: two real engines, ticked every 5 ms of the virtual clock, their packets on the
//! same kind of wire as SIP's. Slower than sound as events, and it proves what that only claims.

mod desk;
mod hearing;

use crate::network::{Network, Wire};
use crate::sound::{Ear, Side, port_of};
use desk::Desk;
use hearing::Hearing;
use media::engine::PHASES;
use media::{Engine, EngineConfig};
use model::media::{MediaCommand, MediaEvent, Opening};
use model::{Chance, ErrorCode, LegId, RecordingSid, Span, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use switch::{OWN, PHONES};

/// Four phases of a 20 ms frame.
const TICK: Span = Span::from_millis(5);

/// A packet on its way.
type Packet = (SocketAddr, SocketAddr, Vec<u8>);

/// Both engines, and what lies between them.
pub struct EngineSound {
    switch: Engine,
    phones: Engine,
    desk: Desk,
    hearing: Hearing,
    network: Network,
    way: BTreeMap<(Time, u64), Packet>,
    order: u64,
    ports: BTreeMap<(Side, u16), LegId>,
    open: BTreeMap<Ear, u16>,
    next_port: u16,
    next_tick: Option<Time>,
    exhausted: bool,
    silent: BTreeSet<LegId>,
}

impl EngineSound {
    /// Two engines without legs.
    pub fn new(wire: Wire, mut chance: Chance) -> EngineSound {
        let mut engine = |at: SocketAddr| {
            let mut config = EngineConfig::new(at.ip());
            config.codecs.rotate_left(chance.below(3) as usize);
            Engine::new(config, chance.fork())
        };
        let (switch, phones) = (engine(OWN), engine(PHONES));
        EngineSound {
            switch,
            phones,
            desk: Desk::default(),
            hearing: Hearing::new(wire.loss_percent),
            network: Network::new(wire, chance),
            way: BTreeMap::new(),
            order: 0,
            ports: BTreeMap::new(),
            open: BTreeMap::new(),
            next_port: 20_000,
            next_tick: None,
            exhausted: false,
            silent: BTreeSet::new(),
        }
    }

    /// Says how long the file at an address plays, or how it fails.
    pub fn set_file(&mut self, url: &str, outcome: Result<Span, ErrorCode>) {
        self.desk.files.insert(url.to_owned(), outcome);
    }

    /// From now on there is no port left for the platform's legs.
    pub fn exhaust(&mut self) {
        self.exhausted = true;
    }

    /// Not a packet of this phone comes through any more.
    pub fn vanish(&mut self, phone: LegId) {
        self.silent.insert(phone);
        self.hearing.leave_out(phone);
    }

    /// The legs that are open.
    pub fn legs(&self, side: Side) -> Vec<LegId> {
        let of_side = self.open.keys().filter(|(of, _)| *of == side);
        of_side.map(|(_, leg)| *leg).collect()
    }

    /// The sound of a recording: its samples, interleaved, and how many channels.
    pub fn kept(&self, recording: RecordingSid) -> Option<(&[i16], u8)> {
        self.desk.kept(recording)
    }

    /// Complains if somebody was joined to another and wasn't heard; else how often somebody was.
    pub fn judge(&self) -> Result<usize, String> {
        self.hearing.judge(&self.desk)
    }

    /// Does what is asked about one leg.
    pub fn command(&mut self, now: Time, ear: Ear, command: MediaCommand) {
        let (side, leg) = ear;
        let close = command == MediaCommand::Close;
        let port = match &command {
            MediaCommand::Open(_) if self.exhausted && side == Side::Switch => None,
            MediaCommand::Open(_) => Some(self.take_port(ear)),
            _ => None,
        };
        self.hearing.commanded(now, ear, &command, port);
        let connects = match &command {
            MediaCommand::Connect { sdp } | MediaCommand::Open(Opening::Answer { sdp }) => {
                port_of(sdp).is_some()
            }
            _ => false,
        };
        self.run(now, side, |engine, outlet| {
            engine.command(now, leg, port, command, outlet)
        });
        if close || (port.is_some() && self.engine(side).phase(leg).is_none()) {
            self.give_port_back(ear);
        }
        if connects && side == Side::Phones && self.hearing.probes(now, leg) {
            let (recording, spec) = hearing::probe(leg);
            let record = MediaCommand::Record { recording, spec };
            self.run(now, side, |engine, outlet| {
                engine.command(now, leg, None, record, outlet)
            });
        }
        if !self.open.is_empty() {
            self.next_tick.get_or_insert(now + TICK);
        }
    }

    /// The next thing a leg's engine says.
    pub fn poll(&mut self, now: Time) -> Option<(Ear, MediaEvent)> {
        loop {
            let (ear, event) = self.desk.events.pop_front()?;
            self.hearing.said(now, ear, &event);
            if !hearing::is_of_probe(&event) {
                return Some((ear, event));
            }
        }
    }

    /// When `handle_timeout` is next wanted.
    pub fn next_timeout(&self) -> Option<Time> {
        let finished = self.desk.next_finished();
        self.next_tick.into_iter().chain(finished).min()
    }

    /// Lets everything happen that is due by `now`.
    pub fn handle_timeout(&mut self, now: Time) {
        self.desk.finish(now);
        while let Some(at) = self.next_tick.filter(|at| *at <= now) {
            self.deliver(at);
            let phase = (at.0 / TICK.0) as usize % PHASES;
            for side in [Side::Switch, Side::Phones] {
                self.run(at, side, |engine, outlet| engine.tick(at, phase, outlet));
            }
            self.next_tick = (!self.open.is_empty()).then_some(at + TICK);
        }
        if self.open.is_empty() {
            self.way.clear();
        }
    }

    /// Hands over the packets that have come by now. They were waiting in the socket's buffer,
    /// as they do in the real thing, until the tick that reads it.
    fn deliver(&mut self, now: Time) {
        while let Some(first) = self.way.first_entry().filter(|first| first.key().0 <= now) {
            let ((at, _), (from, to, bytes)) = first.remove_entry();
            let side = if to.ip() == OWN.ip() {
                Side::Switch
            } else {
                Side::Phones
            };
            if let Some(&leg) = self.ports.get(&(side, to.port() & !1)) {
                self.run(at, side, |engine, outlet| {
                    engine.handle_packet(at, leg, from, &bytes, outlet);
                });
            }
        }
    }

    /// Lets an engine do something, then brings it the sound it wants and sends its packets.
    fn run(&mut self, now: Time, side: Side, act: impl FnOnce(&mut Engine, &mut Desk)) {
        self.desk.turn(now, side);
        let engine = match side {
            Side::Switch => &mut self.switch,
            Side::Phones => &mut self.phones,
        };
        act(engine, &mut self.desk);
        while let Some((leg, play, feed)) = self.desk.next_feed() {
            engine.feed(now, leg, play, feed, &mut self.desk);
        }
        for (leg, to, rtcp, bytes) in std::mem::take(&mut self.desk.packets) {
            if side == Side::Phones && self.silent.contains(&leg) {
                continue;
            }
            let Some(port) = self.open.get(&(side, leg)) else {
                continue;
            };
            let ip = if side == Side::Switch {
                OWN.ip()
            } else {
                PHONES.ip()
            };
            let from = SocketAddr::new(ip, port + u16::from(rtcp));
            // A call between two numbers of ours doesn't leave the house.
            let ways = if to.ip() == ip {
                vec![Span::ZERO]
            } else {
                self.network.carry()
            };
            for way in ways {
                self.order += 1;
                self.way
                    .insert((now + way, self.order), (from, to, bytes.clone()));
            }
        }
    }

    fn engine(&self, side: Side) -> &Engine {
        match side {
            Side::Switch => &self.switch,
            Side::Phones => &self.phones,
        }
    }

    fn take_port(&mut self, ear: Ear) -> u16 {
        while self.ports.contains_key(&(ear.0, self.next_port)) {
            self.next_port = self.next_port.checked_add(2).unwrap_or(20_000);
        }
        let port = self.next_port;
        self.next_port = port.checked_add(2).unwrap_or(20_000);
        self.ports.insert((ear.0, port), ear.1);
        self.open.insert(ear, port);
        port
    }

    fn give_port_back(&mut self, ear: Ear) {
        if let Some(port) = self.open.remove(&ear) {
            self.ports.remove(&(ear.0, port));
        }
    }
}
