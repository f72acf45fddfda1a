//! The harness: two endpoints joined by a seeded network under virtual time.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::message::Message;
use crate::message::header::NameAddr;
use crate::{
    Config, Endpoint, Flow, Hop, Listener, Next, Output, Placement, Transport, TrunkSource,
};
use model::signal::{SignalCommand, SignalEvent};
use model::{Chance, LegId, Span, Time};

/// What the network does to packets.
#[derive(Debug, Clone, Copy)]
pub struct Net {
    pub loss_percent: u64,
    pub double_percent: u64,
    /// Packets in which some bytes are not what they were.
    pub corrupt_percent: u64,
    pub delay_min_ms: u64,
    pub delay_max_ms: u64,
}

impl Net {
    pub const PERFECT: Net = Net {
        loss_percent: 0,
        double_percent: 0,
        corrupt_percent: 0,
        delay_min_ms: 10,
        delay_max_ms: 10,
    };
}

/// Two endpoints: 0 calls, 1 is called; both may do either.
pub struct Pair {
    pub ends: [Endpoint; 2],
    pub now: Time,
    pub net: Net,
    pub chance: Chance,
    pub events: Vec<(Time, usize, LegId, SignalEvent)>,
    pub outputs: Vec<(usize, Output)>,
    /// Every packet sent: when, by whom, its ladder line, its bytes.
    pub sent: Vec<(Time, usize, String, Vec<u8>)>,
    /// Every packet that came: when, to whom, its bytes.
    pub came: Vec<(Time, usize, Vec<u8>)>,
    air: BTreeMap<(Time, u64), (usize, Flow, Vec<u8>)>,
    next: u64,
    next_leg: u64,
    /// Cuts every packet for which it says true.
    pub cut: fn(&str) -> bool,
    /// Nothing that this end says between these times comes through.
    pub mute: Option<(usize, Time, Time)>,
}

pub fn address(end: usize) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, end as u8 + 1], 5060))
}

pub fn config(end: usize) -> Config {
    Config {
        listeners: vec![
            Listener::at(Transport::Udp, address(end)),
            Listener::at(Transport::Tcp, address(end)),
        ],
        trunks: vec![TrunkSource {
            name: "peer".into(),
            sources: vec![(address(1 - end).ip(), None)],
        }],
        ..Config::default()
    }
}

impl Pair {
    pub fn new(seed: u64, net: Net) -> Pair {
        Pair::with(seed, net, |_| {})
    }

    pub fn with(seed: u64, net: Net, change: impl Fn(&mut Config)) -> Pair {
        let mut chance = Chance::new(seed);
        let mut end = |end| {
            let mut config = config(end);
            change(&mut config);
            Endpoint::new(config, chance.fork())
        };
        Pair {
            ends: [end(0), end(1)],
            now: Time::from_secs(1_000),
            net,
            chance,
            events: Vec::new(),
            outputs: Vec::new(),
            sent: Vec::new(),
            came: Vec::new(),
            air: BTreeMap::new(),
            next: 0,
            next_leg: 1,
            cut: |_| false,
            mute: None,
        }
    }

    pub fn placement(&self, to: usize) -> Placement {
        let target = format!("sip:+12025550101@{}", address(to));
        Placement {
            target: target.parse().unwrap(),
            next: Next::At(Hop {
                transport: Transport::Udp,
                address: address(to),
            }),
            from: NameAddr::new(
                format!("sip:+12025550199@{}", address(1 - to))
                    .parse()
                    .unwrap(),
            ),
            to: NameAddr::new(target.parse().unwrap()),
            headers: vec![("X-Test".into(), "one".into())],
            sdp: "v=0 offer".into(),
            credentials: None,
            max_forwards: 70,
            ring_secs_max: 120,
            unheard_secs: None,
        }
    }

    /// Places a call from this end to the other.
    pub fn call(&mut self, from: usize) -> LegId {
        self.call_with(from, self.placement(1 - from))
    }

    pub fn call_with(&mut self, from: usize, placement: Placement) -> LegId {
        let leg = LegId(self.next_leg);
        self.next_leg += 1;
        self.ends[from].place(self.now, leg, placement);
        self.drain();
        leg
    }

    pub fn command(&mut self, end: usize, leg: LegId, command: SignalCommand) {
        self.ends[end].command(self.now, leg, command);
        self.drain();
    }

    pub fn answer(&mut self, end: usize, leg: LegId) {
        let sdp = "v=0 answer".into();
        self.command(end, leg, SignalCommand::Answer { sdp });
    }

    /// Puts bytes on the wire towards an end, as from the other.
    pub fn inject(&mut self, to: usize, text: &str) {
        let bytes = text.replace('\n', "\r\n").into_bytes();
        let flow = Flow::datagrams(Transport::Udp, address(to), address(1 - to));
        self.ends[to].handle_datagram(self.now, flow, &bytes);
        self.drain();
    }

    pub fn drain(&mut self) {
        for end in 0..2 {
            while let Some(output) = self.ends[end].poll() {
                match output {
                    Output::Send { flow, bytes } => self.carry(end, flow, bytes),
                    Output::Leg { leg, event } => self.events.push((self.now, end, leg, event)),
                    other => self.outputs.push((end, other)),
                }
            }
        }
    }

    fn carry(&mut self, end: usize, flow: Flow, bytes: Vec<u8>) {
        let line = crate::Trace::line(&bytes);
        if self.net.corrupt_percent == 0 {
            Message::parse(&bytes).expect("we send what we can read");
        }
        self.sent.push((self.now, end, line.clone(), bytes.clone()));
        let now = self.now;
        let mute = |(muted, from, to)| muted == end && (from..to).contains(&now);
        if self.mute.is_some_and(mute) {
            return;
        }
        let copies = 1 + u64::from(self.chance.percent(self.net.double_percent));
        for _ in 0..copies {
            if (self.cut)(&line) || self.chance.percent(self.net.loss_percent) {
                continue;
            }
            let spread = self.net.delay_max_ms - self.net.delay_min_ms;
            let delay_ms = self.net.delay_min_ms + self.chance.below(spread + 1);
            let to = (0..2).find(|to| address(*to) == flow.remote);
            if let Some(to) = to {
                let at = self.now + Span::from_millis(delay_ms);
                let bytes = self.corrupted(bytes.clone());
                self.air
                    .insert((at, self.next), (to, flow.reversed(), bytes));
                self.next += 1;
            }
        }
    }

    fn corrupted(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        if self.chance.percent(self.net.corrupt_percent) {
            for _ in 0..1 + self.chance.below(4) {
                let at = self.chance.below(bytes.len() as u64) as usize;
                match self.chance.below(3) {
                    0 => bytes[at] = self.chance.next_u64() as u8,
                    1 => drop(bytes.remove(at)),
                    _ => bytes[at] = b"0123456789;:=<>,\r\n"[at % 18],
                }
            }
        }
        bytes
    }

    /// When something next happens.
    pub fn next(&self) -> Option<Time> {
        let air = self.air.keys().next().map(|key| key.0);
        let ends = self.ends.iter().filter_map(Endpoint::next_timeout);
        ends.chain(air).min()
    }

    /// Lets the next thing happen; false if nothing is left.
    pub fn step(&mut self) -> bool {
        let Some(at) = self.next() else {
            return false;
        };
        self.now = self.now.max(at);
        while let Some(entry) = self.air.first_entry() {
            if entry.key().0 > self.now {
                break;
            }
            let (to, flow, bytes) = entry.remove();
            self.came.push((self.now, to, bytes.clone()));
            self.ends[to].handle_datagram(self.now, flow, &bytes);
            self.drain();
        }
        for end in &mut self.ends {
            if end.next_timeout().is_some_and(|at| at <= self.now) {
                end.handle_timeout(self.now);
            }
        }
        self.drain();
        true
    }

    /// Runs for so long.
    pub fn run_ms(&mut self, millis: u64) {
        let end = self.now + Span::from_millis(millis);
        while self.next().is_some_and(|at| at <= end) {
            self.step();
        }
        self.now = end;
    }

    /// The events of an end, oldest first.
    pub fn heard(&self, end: usize) -> Vec<SignalEvent> {
        let own = self.events.iter().filter(|event| event.1 == end);
        own.map(|event| event.3.clone()).collect()
    }

    /// The leg that was offered to an end last.
    pub fn offered(&self, end: usize) -> LegId {
        let mut all = self.events.iter().rev();
        let found = all.find(|event| event.1 == end && matches!(event.3, SignalEvent::Offered(_)));
        found.expect("a call was offered").2
    }

    /// The ladder lines of what an end sent.
    pub fn lines(&self, end: usize) -> Vec<String> {
        let own = self.sent.iter().filter(|sent| sent.1 == end);
        own.map(|sent| sent.2.split(" sip:").next().unwrap().to_owned())
            .collect()
    }

    /// Runs until both ends are quiet and checks that nothing is left.
    pub fn settle(&mut self) {
        for _ in 0..100_000 {
            if !self.step() {
                break;
            }
        }
        for end in &self.ends {
            assert_eq!(end.next_timeout(), None);
            assert_eq!(end.legs(), 0, "legs left");
            assert_eq!(end.transactions(), 0, "transactions left");
        }
    }
}
