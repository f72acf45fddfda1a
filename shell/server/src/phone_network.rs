//! The virtual phone network of `ringback dev`: the phones of `sim`, in real time, in memory.
//!
//! One thread holds their SIP endpoint and their sound engine. SIP and RTP pass to and from the
//! platform as bytes, exactly as they would on a wire.

use crate::clock::Clock;
use media::engine::{Engine, EngineConfig, Feed, Kept, Outlet, PHASES, Relayed};
use media::sound::SAMPLES_PER_MS;
use media::sound::tone::ToneGenerator;
use model::media::{MediaCommand, MediaEvent, PlayId, Prompt};
use model::{Chance, LegId, RecordingSid, Span, Time, limit};
use sim::{PhoneOutput, Phones, own_tone};
use sip::Flow;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;
use switch::{OWN, PHONES};

/// The first RTP port of the phones; only their own memory knows it.
const FIRST_PORT: u16 = 10_000;

/// Where the phones' packets and wishes go. Called on the phones' thread: must not wait.
pub trait PhoneSink: Send + Sync + 'static {
    /// A SIP message from a phone, as the platform sees its flow.
    fn message(&self, flow: Flow, bytes: Vec<u8>);

    /// An RTP or RTCP packet from a phone to one of the platform's ports.
    fn packet(&self, from: SocketAddr, to: SocketAddr, bytes: &[u8]);

    /// A phone wants to say something: bring its sound by [`PhoneNetwork::feed`].
    fn want(&self, leg: LegId, play: PlayId, prompt: Prompt);
}

enum Message {
    Sip {
        flow: Flow,
        bytes: Vec<u8>,
    },
    Packet {
        from: SocketAddr,
        to: SocketAddr,
        bytes: Vec<u8>,
    },
    Feed {
        leg: LegId,
        play: PlayId,
        feed: Feed,
    },
    Stop,
}

/// Speaks to the phones' thread. Cheap to clone.
#[derive(Clone)]
pub struct PhoneNetwork {
    inbox: SyncSender<Message>,
}

impl PhoneNetwork {
    /// Starts the phones.
    pub fn start(
        clock: Clock,
        mut chance: Chance,
        sink: Arc<dyn PhoneSink>,
    ) -> std::io::Result<(PhoneNetwork, JoinHandle<()>)> {
        let (inbox, messages) = sync_channel(limit::MEDIA_INBOX_MAX);
        let engine = Engine::new(EngineConfig::new(PHONES.ip()), chance.fork());
        let mut world = Exchange {
            clock,
            phones: Phones::new(PHONES, OWN, chance),
            engine,
            ports: Ports::default(),
            said: Vec::new(),
            sink,
        };
        let thread = std::thread::Builder::new()
            .name("phones".to_owned())
            .spawn(move || world.run(&messages))?;
        Ok((PhoneNetwork { inbox }, thread))
    }

    /// Brings a SIP message of the platform; `flow` as the platform sees it. Lost if the phones
    /// are overloaded, as a datagram would be.
    pub fn message(&self, flow: Flow, bytes: Vec<u8>) {
        let _ = self.inbox.try_send(Message::Sip {
            flow: flow.reversed(),
            bytes,
        });
    }

    /// Brings an RTP or RTCP packet of the platform.
    pub fn packet(&self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        let _ = self.inbox.try_send(Message::Packet {
            from,
            to,
            bytes: bytes.to_vec(),
        });
    }

    /// Brings sound that a phone wanted; what a full inbox doesn't take comes back.
    pub fn feed(&self, leg: LegId, play: PlayId, feed: Feed) -> Result<(), Feed> {
        match self.inbox.try_send(Message::Feed { leg, play, feed }) {
            Err(TrySendError::Full(Message::Feed { feed, .. })) => Err(feed),
            _ => Ok(()),
        }
    }

    /// Ends the phones' thread.
    pub fn stop(&self) {
        let _ = self.inbox.send(Message::Stop);
    }
}

/// The phones' RTP ports, which exist in memory only.
#[derive(Default)]
struct Ports {
    by_leg: HashMap<LegId, u16>,
    by_port: HashMap<u16, LegId>,
    next: u16,
}

impl Ports {
    fn open(&mut self, leg: LegId) -> Option<u16> {
        for _ in 0..limit::CALLS_MAX {
            let port = FIRST_PORT + (self.next % 25_000) * 2;
            self.next = self.next.wrapping_add(1);
            if let std::collections::hash_map::Entry::Vacant(free) = self.by_port.entry(port) {
                free.insert(leg);
                self.by_leg.insert(leg, port);
                return Some(port);
            }
        }
        None
    }

    fn close(&mut self, leg: LegId) {
        if let Some(port) = self.by_leg.remove(&leg) {
            self.by_port.remove(&port);
        }
    }
}

struct Exchange {
    clock: Clock,
    phones: Phones,
    engine: Engine,
    ports: Ports,
    said: Vec<(LegId, MediaEvent)>,
    sink: Arc<dyn PhoneSink>,
}

/// What the phones' engine says while it works.
struct Mouth<'a> {
    ports: &'a Ports,
    said: &'a mut Vec<(LegId, MediaEvent)>,
    sink: &'a dyn PhoneSink,
}

impl Outlet for Mouth<'_> {
    fn packet(&mut self, leg: LegId, to: SocketAddr, rtcp_port: bool, bytes: &[u8]) {
        if let Some(port) = self.ports.by_leg.get(&leg) {
            let from = SocketAddr::new(PHONES.ip(), port + u16::from(rtcp_port));
            self.sink.packet(from, to, bytes);
        }
    }

    fn event(&mut self, leg: LegId, event: MediaEvent) {
        self.said.push((leg, event));
    }

    fn want(&mut self, leg: LegId, play: PlayId, prompt: &Prompt) {
        self.sink.want(leg, play, prompt.clone());
    }

    fn record(&mut self, _: RecordingSid, _: &[i16], _: u8) {
        // A phone listens by recording; what it heard is in `record_end`.
    }

    fn record_end(&mut self, leg: LegId, recording: RecordingSid, kept: Kept) {
        let Kept {
            length_ms,
            heard,
            end,
            ..
        } = kept;
        self.said.push((
            leg,
            MediaEvent::Recorded {
                recording,
                length_ms,
                heard,
                end,
            },
        ));
    }

    fn relay(&mut self, _: LegId, _: Relayed) {
        // The phones have one engine, so there is no other to relay to.
    }
}

impl Exchange {
    fn run(&mut self, messages: &Receiver<Message>) {
        let step = Span::from_millis(5);
        let mut phase = 0;
        let mut next_tick = self.clock.now();
        loop {
            let now = self.clock.now();
            match messages.recv_timeout(self.patience(now, next_tick)) {
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let now = self.clock.now();
            if self.phones.next_timeout().is_some_and(|due| due <= now) {
                self.phones.handle_timeout(now);
            }
            if self.engine.legs() == 0 {
                next_tick = now;
            }
            while next_tick <= now {
                self.with_engine(|engine, mouth| engine.tick(now, phase, mouth));
                phase = (phase + 1) % PHASES;
                next_tick += step;
            }
            self.settle();
        }
    }

    /// How long nothing needs to be done unless something comes.
    fn patience(&self, now: Time, next_tick: Time) -> Duration {
        let quiet = now + Span::from_secs(3_600);
        let tick = if self.engine.legs() > 0 {
            next_tick
        } else {
            quiet
        };
        let due = self
            .phones
            .next_timeout()
            .map_or(tick, |due| due.min(tick))
            .min(quiet);
        Duration::from_micros(due.since(now).0)
    }

    fn take(&mut self, message: Message) {
        let now = self.clock.now();
        match message {
            Message::Sip { flow, bytes } => self.phones.handle_datagram(now, flow, &bytes),
            Message::Packet { from, to, bytes } => {
                // RTCP that isn't multiplexed comes to the port above.
                let leg = self.ports.by_port.get(&(to.port() & !1)).copied();
                if let Some(leg) = leg {
                    self.with_engine(|engine, mouth| {
                        engine.handle_packet(now, leg, from, &bytes, mouth);
                    });
                }
            }
            Message::Feed { leg, play, feed } => {
                self.with_engine(|engine, mouth| engine.feed(now, leg, play, feed, mouth));
            }
            Message::Stop => {}
        }
    }

    fn with_engine(&mut self, work: impl FnOnce(&mut Engine, &mut Mouth)) {
        let mut mouth = Mouth {
            ports: &self.ports,
            said: &mut self.said,
            sink: &*self.sink,
        };
        work(&mut self.engine, &mut mouth);
    }

    /// Passes words between phones and engine until both are silent.
    fn settle(&mut self) {
        loop {
            let now = self.clock.now();
            if let Some(output) = self.phones.poll() {
                match output {
                    PhoneOutput::Send { flow, bytes } => self.sink.message(flow.reversed(), bytes),
                    PhoneOutput::Media { leg, command } => self.media(now, leg, command),
                    PhoneOutput::Ended { .. } => {}
                }
            } else if !self.said.is_empty() {
                for (leg, event) in std::mem::take(&mut self.said) {
                    self.phones.handle_media(now, leg, event);
                }
            } else {
                return;
            }
        }
    }

    fn media(&mut self, now: Time, leg: LegId, command: MediaCommand) {
        let port = match &command {
            MediaCommand::Open(_) => self.ports.open(leg),
            _ => None,
        };
        let closes = command == MediaCommand::Close;
        self.with_engine(|engine, mouth| engine.command(now, leg, port, command, mouth));
        if closes {
            self.ports.close(leg);
        }
    }
}

/// The tone of a phone's own, if that is what the prompt asks for: of a fax machine that answers,
/// of a network that is busy.
pub fn tone(prompt: &Prompt) -> Option<Feed> {
    let Prompt::File { url, .. } = prompt else {
        return None;
    };
    let (tone, length) = own_tone(url)?;
    let mut sound = vec![0; length.millis() as usize * SAMPLES_PER_MS];
    let made = ToneGenerator::new(tone).fill(&mut sound);
    sound.truncate(made);
    Some(Feed::Samples(sound.into()))
}
