//! Where an engine's effects go: packets to sockets, everything slow behind a queue.

use super::port::Ports;
use super::recording::{Piece, RecordingQueue};
use super::{MediaSink, Relay, is_memory};
use media::engine::{Kept, Outlet, Relayed};
use model::media::{MediaEvent, PlayId, Prompt};
use model::{LegId, RecordingSid};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

/// Samples of a recording gathered before they are handed on: a second of one channel.
const PIECE_SAMPLES: usize = 8_000;

/// What a thread counts between two visits to the shared counters.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    pub received: u64,
    pub sent: u64,
    pub dropped: u64,
}

/// Everything of a thread that its engine speaks to.
pub(super) struct Effects {
    pub ports: Ports,
    pub sink: Arc<dyn MediaSink>,
    pub recordings: RecordingQueue,
    pub gathered: HashMap<RecordingSid, Vec<i16>>,
    pub relays: Vec<Option<Relay>>,
    /// Legs of other threads, and which threads.
    pub peers: HashMap<LegId, usize>,
    pub counts: Counts,
}

impl Outlet for Effects {
    fn packet(&mut self, leg: LegId, to: SocketAddr, rtcp_port: bool, bytes: &[u8]) {
        let Some(pair) = self.ports.pairs.get(&leg) else {
            return;
        };
        self.counts.sent += 1;
        if is_memory(to.ip()) {
            let port = pair.port + u16::from(rtcp_port);
            self.sink
                .memory_packet(SocketAddr::new(self.ports.address, port), to, bytes);
            return;
        }
        let socket = if rtcp_port { &pair.rtcp } else { &pair.rtp };
        // A full socket or an unreachable peer loses the packet, as the network would.
        if socket.send_to(bytes, to).is_err() {
            self.counts.dropped += 1;
        }
    }

    fn event(&mut self, leg: LegId, event: MediaEvent) {
        self.sink.event(leg, event);
    }

    fn want(&mut self, leg: LegId, play: PlayId, prompt: &Prompt) {
        self.sink.want(leg, play, prompt.clone());
    }

    fn record(&mut self, recording: RecordingSid, samples: &[i16], channels: u8) {
        let most = PIECE_SAMPLES * usize::from(channels.max(1));
        let gathered = self
            .gathered
            .entry(recording)
            .or_insert_with(|| Vec::with_capacity(most + 640));
        gathered.extend_from_slice(samples);
        if gathered.len() >= most {
            let samples = std::mem::replace(gathered, Vec::with_capacity(most + 640));
            self.recordings.send(Piece::Sound {
                recording,
                channels,
                samples,
            });
        }
    }

    fn record_end(&mut self, leg: LegId, recording: RecordingSid, kept: Kept) {
        if let Some(samples) = self.gathered.remove(&recording) {
            let channels = kept.channels;
            self.recordings.send(Piece::Sound {
                recording,
                channels,
                samples,
            });
        }
        self.recordings.send(Piece::End {
            leg,
            recording,
            kept,
        });
    }

    fn relay(&mut self, to: LegId, relayed: Relayed) {
        let thread = self.peers.get(&to).copied();
        let ring = thread.and_then(|thread| self.relays.get_mut(thread)?.as_mut());
        // A full ring means the other thread is held up: it would not want old sound.
        if ring.is_none_or(|ring| ring.push((to, relayed)).is_err()) {
            self.counts.dropped += 1;
        }
    }
}
