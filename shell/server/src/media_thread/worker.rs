//! One sound thread: its round every 5 ms.

use super::outlet::{Counts, Effects};
use super::port::Ports;
use super::recording::RecordingQueue;
use super::ticker::{Due, Ticker};
use super::{MediaSink, Message, Relay};
use crate::clock::Clock;
use crate::metrics::Metrics;
use media::Engine;
use media::engine::{PHASES, Relayed};
use model::media::MediaCommand;
use model::{LegId, Time, limit};
use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Instant;

/// What a thread is made of.
pub(super) struct Setup {
    pub engine: Engine,
    pub ports: Ports,
    pub messages: Receiver<Message>,
    pub relays: Vec<Option<Relay>>,
    pub heard: Vec<rtrb::Consumer<(LegId, Relayed)>>,
    pub clock: Clock,
    pub sink: Arc<dyn MediaSink>,
    pub recordings: RecordingQueue,
    pub metrics: Metrics,
}

/// A thread with its engine.
pub(super) struct Worker {
    engine: Engine,
    effects: Effects,
    messages: Receiver<Message>,
    heard: Vec<rtrb::Consumer<(LegId, Relayed)>>,
    clock: Clock,
    metrics: Metrics,
    /// The legs of the phase at hand; kept, so that no round allocates.
    legs: Vec<LegId>,
    buffer: Box<[u8; PACKET_BYTES_MAX]>,
}

/// No RTP packet is longer than an Ethernet frame.
const PACKET_BYTES_MAX: usize = 2_048;
/// RTCP comes every five seconds: its sockets are read once a second.
const RTCP_EVERY_PHASES: u64 = 200;

impl Worker {
    pub fn new(setup: Setup) -> Worker {
        Worker {
            engine: setup.engine,
            effects: Effects {
                ports: setup.ports,
                sink: setup.sink,
                recordings: setup.recordings,
                gathered: HashMap::new(),
                relays: setup.relays,
                peers: HashMap::new(),
                counts: Counts::default(),
            },
            messages: setup.messages,
            heard: setup.heard,
            clock: setup.clock,
            metrics: setup.metrics,
            legs: Vec::new(),
            buffer: Box::new([0; PACKET_BYTES_MAX]),
        }
    }

    /// Runs until it is told to stop.
    pub fn run(mut self) {
        let mut ticker = Ticker::new(Instant::now());
        loop {
            match ticker.due(Instant::now()) {
                Due::In(wait) => {
                    std::thread::park_timeout(wait);
                    let now = self.clock.now();
                    if !self.take_messages(now) {
                        return;
                    }
                }
                Due::Now {
                    phase,
                    late,
                    skipped,
                } => {
                    let began = Instant::now();
                    self.metrics.media_tick_late.observe(late.as_secs_f64());
                    if skipped > 0 {
                        self.metrics.media_ticks_skipped.inc_by(skipped);
                        tracing::warn!(skipped, "a sound thread was held up");
                    }
                    if !self.round(phase) {
                        return;
                    }
                    self.metrics
                        .media_tick_work
                        .observe(began.elapsed().as_secs_f64());
                }
            }
        }
    }

    /// One phase; false when it was told to stop.
    fn round(&mut self, phase: u64) -> bool {
        let now = self.clock.now();
        if !self.take_messages(now) {
            return false;
        }
        for ring in &mut self.heard {
            while let Ok((to, relayed)) = ring.pop() {
                self.engine.handle_relay(now, to, relayed);
            }
        }
        let slot = (phase % PHASES as u64) as usize;
        self.legs.clear();
        self.legs.extend(self.engine.legs_of_phase(slot));
        let read_rtcp = phase % RTCP_EVERY_PHASES < PHASES as u64;
        for at in 0..self.legs.len() {
            self.read(now, self.legs[at], read_rtcp);
        }
        self.engine.tick(now, slot, &mut self.effects);
        if read_rtcp {
            self.publish();
        }
        true
    }

    fn take_messages(&mut self, now: Time) -> bool {
        while let Ok(message) = self.messages.try_recv() {
            let effects = &mut self.effects;
            match message {
                Message::Command { leg, command } => self.command(now, leg, command),
                Message::Feed { leg, play, feed } => {
                    self.engine.feed(now, leg, play, feed, effects);
                }
                Message::Lend { leg, to } => self.engine.lend(leg, to),
                Message::Peer { leg, thread } => {
                    effects.peers.insert(leg, thread);
                    if effects.peers.len() > 2 * limit::CALLS_MAX {
                        effects.peers.retain(|_, known| *known == thread);
                    }
                }
                Message::MemoryPacket { port, from, bytes } => {
                    if let Some(leg) = effects.ports.owner(port) {
                        effects.counts.received += 1;
                        self.engine.handle_packet(now, leg, from, &bytes, effects);
                    }
                }
                Message::Stop => {
                    self.close_all(now);
                    return false;
                }
            }
        }
        true
    }

    fn command(&mut self, now: Time, leg: LegId, command: MediaCommand) {
        let port = match command {
            MediaCommand::Open(_) => self.effects.ports.open(leg),
            _ => None,
        };
        let closing = command == MediaCommand::Close;
        if closing && let Some(stats) = self.engine.stats(now, leg) {
            self.metrics.packets_lost.inc_by(stats.lost);
        }
        self.engine
            .command(now, leg, port, command, &mut self.effects);
        if closing {
            self.effects.ports.close(leg);
        }
    }

    /// Recordings end as they would at the end of a call.
    fn close_all(&mut self, now: Time) {
        let open: Vec<LegId> = self.effects.ports.pairs.keys().copied().collect();
        for leg in open {
            self.command(now, leg, MediaCommand::Close);
        }
        self.publish();
    }

    fn read(&mut self, now: Time, leg: LegId, read_rtcp: bool) {
        for _ in 0..limit::MEDIA_PACKETS_PER_PHASE_MAX {
            let Some(pair) = self.effects.ports.pairs.get(&leg) else {
                return;
            };
            let Some((length, from)) = receive(&pair.rtp, &mut self.buffer[..]) else {
                break;
            };
            self.effects.counts.received += 1;
            let bytes = &self.buffer[..length];
            self.engine
                .handle_packet(now, leg, from, bytes, &mut self.effects);
        }
        if !read_rtcp {
            return;
        }
        let Some(pair) = self.effects.ports.pairs.get(&leg) else {
            return;
        };
        if let Some((length, from)) = receive(&pair.rtcp, &mut self.buffer[..]) {
            let bytes = &self.buffer[..length];
            self.engine
                .handle_packet(now, leg, from, bytes, &mut self.effects);
        }
    }

    fn publish(&mut self) {
        let counts = std::mem::take(&mut self.effects.counts);
        self.metrics.packets_received.inc_by(counts.received);
        self.metrics.packets_sent.inc_by(counts.sent);
        self.metrics.media_dropped.inc_by(counts.dropped);
    }
}

/// The next packet, if there is one. An ICMP error about an earlier packet is passed over.
fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
    match socket.recv_from(buffer) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            socket.recv_from(buffer).ok()
        }
        outcome => outcome.ok(),
    }
}
