//! The sound threads: one per core, each with its own engine, its own sockets and its own legs.
//!
//! A thread wakes every 5 ms, reads the sockets of the legs whose phase it is, and lets the engine
//! hear and speak. A command wakes it between, so that what it asks for is on its way at once.
//! Nothing on that path locks, awaits or waits for a disk: whatever is slow hangs behind a bounded
//! queue.

mod outlet;
mod port;
mod recording;
mod ticker;
mod worker;

use crate::clock::Clock;
use crate::metrics::Metrics;
use media::engine::{EngineConfig, Feed, Relayed};
use model::media::{MediaCommand, MediaEvent, PlayId, Prompt};
use model::{Chance, LegId, limit};
use rtrb::RingBuffer;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{JoinHandle, Thread};
use store::Sounds;

pub use port::is_range;

/// Where the sound threads' news goes. Called on their threads: must not wait.
pub trait MediaSink: Send + Sync + 'static {
    /// The engine says something about a leg.
    fn event(&self, leg: LegId, event: MediaEvent);

    /// Get this speech or file, and bring it by [`MediaThreads::feed`].
    fn want(&self, leg: LegId, play: PlayId, prompt: Prompt);

    /// A packet for a phone in memory, from one of our RTP addresses; the phone's packets come
    /// by [`MediaThreads::memory_packet`].
    fn memory_packet(&self, from: SocketAddr, to: SocketAddr, bytes: &[u8]);
}

/// How the sound threads are set up.
#[derive(Debug, Clone)]
pub struct MediaConfig {
    /// What the engines say of themselves; their address is the one far ends send to.
    pub engine: EngineConfig,
    /// The address the sockets are bound to.
    pub bind: IpAddr,
    /// Ports for sound: each leg takes an even one and the one above it.
    pub ports: RangeInclusive<u16>,
    /// How many threads.
    pub threads: usize,
}

impl MediaConfig {
    /// One thread per core.
    pub fn new(address: IpAddr, bind: IpAddr, ports: RangeInclusive<u16>) -> MediaConfig {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        MediaConfig {
            engine: EngineConfig::new(address),
            bind,
            ports,
            threads,
        }
    }
}

/// True for an address of the phones in memory: 192.0.2.0/24, which no network routes (RFC 5737).
pub fn is_memory(address: IpAddr) -> bool {
    matches!(address, IpAddr::V4(v4) if v4.octets()[..3] == [192, 0, 2])
}

/// What a sound thread is told.
enum Message {
    Command {
        leg: LegId,
        command: MediaCommand,
    },
    Feed {
        leg: LegId,
        play: PlayId,
        feed: Feed,
    },
    /// The leg's sound goes to a leg of another thread, or no longer.
    Lend {
        leg: LegId,
        to: Option<LegId>,
    },
    /// A leg of another thread, and which.
    Peer {
        leg: LegId,
        thread: usize,
    },
    MemoryPacket {
        port: u16,
        from: SocketAddr,
        bytes: Vec<u8>,
    },
    Stop,
}

/// Carries what one thread's legs say to the others.
type Relay = rtrb::Producer<(LegId, Relayed)>;

/// All sound threads. Clones speak to the same ones.
#[derive(Clone)]
pub struct MediaThreads(Arc<Shared>);

struct Shared {
    inboxes: Vec<SyncSender<Message>>,
    /// To wake them by.
    threads: Vec<Thread>,
    /// Open legs of each thread.
    loads: Vec<AtomicUsize>,
    legs: Mutex<HashMap<LegId, Place>>,
    joins: Mutex<Vec<JoinHandle<()>>>,
    recorder: recording::RecordingThread,
    sink: Arc<dyn MediaSink>,
    metrics: Metrics,
    /// The first port: a pair's thread is told by its distance from it.
    first_port: u16,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    thread: usize,
    link: Option<Link>,
}

/// How a leg is bound to a leg of another thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    /// They hear each other.
    Joined(LegId),
    /// It hears the other.
    Hears(LegId),
}

impl MediaThreads {
    /// Starts the threads. Recordings are written into `sounds`.
    pub fn start(
        config: &MediaConfig,
        clock: Clock,
        mut chance: Chance,
        sounds: Sounds,
        sink: Arc<dyn MediaSink>,
        metrics: Metrics,
    ) -> std::io::Result<MediaThreads> {
        let count = config.threads.max(1);
        let recorder = recording::RecordingThread::start(sounds, sink.clone())?;
        let mut relays: Vec<Vec<Option<Relay>>> = Vec::new();
        let mut heard: Vec<Vec<rtrb::Consumer<(LegId, Relayed)>>> = Vec::new();
        heard.resize_with(count, Vec::new);
        for from in 0..count {
            relays.push(Vec::new());
            for (to, ears) in heard.iter_mut().enumerate() {
                relays[from].push((from != to).then(|| {
                    let (producer, consumer) = RingBuffer::new(limit::MEDIA_RELAY_FRAMES_MAX);
                    ears.push(consumer);
                    producer
                }));
            }
        }
        let (mut inboxes, mut joins) = (Vec::new(), Vec::new());
        for (thread, (relays, heard)) in relays.into_iter().zip(heard).enumerate() {
            let (inbox, messages) = sync_channel(limit::MEDIA_INBOX_MAX);
            inboxes.push(inbox);
            let worker = worker::Worker::new(worker::Setup {
                engine: media::Engine::new(config.engine.clone(), chance.fork()),
                ports: port::Ports::new(
                    config.bind,
                    config.engine.address,
                    config.ports.clone(),
                    thread,
                    count,
                ),
                messages,
                relays,
                heard,
                clock,
                sink: sink.clone(),
                recordings: recorder.queue(),
                metrics: metrics.clone(),
            });
            let name = format!("sound-{thread}");
            joins.push(
                std::thread::Builder::new()
                    .name(name)
                    .spawn(move || worker.run())?,
            );
        }
        Ok(MediaThreads(Arc::new(Shared {
            loads: (0..count).map(|_| AtomicUsize::new(0)).collect(),
            inboxes,
            legs: Mutex::default(),
            threads: joins.iter().map(|join| join.thread().clone()).collect(),
            joins: Mutex::new(joins),
            recorder,
            sink,
            metrics,
            first_port: *config.ports.start(),
        })))
    }

    /// Does what call control asks about one leg, on the leg's thread. Never waits.
    pub fn command(&self, leg: LegId, command: MediaCommand) {
        let mut legs = self.legs();
        if let MediaCommand::Open(_) = command {
            let thread = self.emptiest();
            self.0.loads[thread].fetch_add(1, Ordering::Relaxed);
            self.0.metrics.legs.inc();
            legs.insert(leg, Place { thread, link: None });
        }
        let Some(place) = legs.get(&leg).copied() else {
            return;
        };
        match command {
            MediaCommand::Join { peer } | MediaCommand::Listen { peer } => {
                self.unlink(&mut legs, leg);
                let joined = matches!(command, MediaCommand::Join { .. });
                if joined {
                    self.unlink(&mut legs, peer);
                }
                self.link(&mut legs, leg, peer, joined);
            }
            MediaCommand::Part | MediaCommand::Echo => self.unlink(&mut legs, leg),
            MediaCommand::Close => {
                self.unlink(&mut legs, leg);
                legs.remove(&leg);
                self.0.loads[place.thread].fetch_sub(1, Ordering::Relaxed);
                self.0.metrics.legs.dec();
            }
            _ => {}
        }
        drop(legs);
        let opening = matches!(command, MediaCommand::Open(_));
        let sent = self.send(place.thread, Message::Command { leg, command });
        if opening && !sent {
            let text = "the sound threads are overloaded".to_owned();
            self.0
                .sink
                .event(leg, MediaEvent::Refused { code: 503, text });
        }
    }

    /// Brings sound that was wanted. What comes for a leg that has gone is dropped; what a full
    /// inbox doesn't take comes back, to be brought again.
    pub fn feed(&self, leg: LegId, play: PlayId, feed: Feed) -> Result<(), Feed> {
        let place = self.legs().get(&leg).copied();
        let Some(place) = place else { return Ok(()) };
        match self.offer(place.thread, Message::Feed { leg, play, feed }) {
            Some(TrySendError::Full(Message::Feed { feed, .. })) => Err(feed),
            _ => Ok(()),
        }
    }

    /// Whether the leg is still open; who makes sound for it may stop when it isn't.
    pub fn is_open(&self, leg: LegId) -> bool {
        self.legs().contains_key(&leg)
    }

    /// Brings a packet of a phone in memory to one of our RTP ports.
    pub fn memory_packet(&self, from: SocketAddr, to_port: u16, bytes: Vec<u8>) {
        let count = self.0.inboxes.len();
        let thread = port::thread_of(self.0.first_port, to_port, count);
        self.send(
            thread,
            Message::MemoryPacket {
                port: to_port,
                from,
                bytes,
            },
        );
    }

    /// How many legs are open on each thread.
    pub fn loads(&self) -> Vec<usize> {
        self.0
            .loads
            .iter()
            .map(|load| load.load(Ordering::Relaxed))
            .collect()
    }

    /// Ends the threads, finishing the recordings; returns when they have ended.
    pub fn stop(&self) {
        for inbox in &self.0.inboxes {
            // A thread that has ended already needs no word.
            let _ = inbox.send(Message::Stop);
        }
        let joins = std::mem::take(&mut *lock(&self.0.joins));
        for join in joins {
            if join.join().is_err() {
                tracing::error!("a sound thread had panicked");
            }
        }
        self.0.recorder.stop();
    }

    fn legs(&self) -> MutexGuard<'_, HashMap<LegId, Place>> {
        lock(&self.0.legs)
    }

    fn emptiest(&self) -> usize {
        let loads = self.0.loads.iter().enumerate();
        loads
            .min_by_key(|(_, load)| load.load(Ordering::Relaxed))
            .map_or(0, |(thread, _)| thread)
    }

    /// Sends what may be lost, or whose sender sees to it.
    fn send(&self, thread: usize, message: Message) -> bool {
        let sent = self.offer(thread, message).is_none();
        if !sent {
            self.0.metrics.media_dropped.inc();
        }
        sent
    }

    /// Sends, or says what was not taken and why.
    fn offer(&self, thread: usize, message: Message) -> Option<TrySendError<Message>> {
        // Packets can wait for the round that would read them from a socket; the rest decides how
        // soon something is heard.
        let waits = matches!(message, Message::MemoryPacket { .. });
        if let Err(refused) = self.0.inboxes[thread].try_send(message) {
            return Some(refused);
        }
        if !waits {
            self.0.threads[thread].unpark();
        }
        None
    }

    /// Binds legs of two threads: each must know where the other lives, and the one that is
    /// heard must send its sound over.
    fn link(&self, legs: &mut HashMap<LegId, Place>, leg: LegId, peer: LegId, joined: bool) {
        let (Some(here), Some(there)) = (legs.get(&leg).copied(), legs.get(&peer).copied()) else {
            return;
        };
        if here.thread == there.thread {
            return;
        }
        self.send(
            there.thread,
            Message::Peer {
                leg,
                thread: here.thread,
            },
        );
        if joined {
            self.send(
                here.thread,
                Message::Peer {
                    leg: peer,
                    thread: there.thread,
                },
            );
            let command = MediaCommand::Join { peer: leg };
            self.send(there.thread, Message::Command { leg: peer, command });
            set_link(legs, peer, Some(Link::Joined(leg)));
            set_link(legs, leg, Some(Link::Joined(peer)));
        } else {
            self.send(
                there.thread,
                Message::Lend {
                    leg: peer,
                    to: Some(leg),
                },
            );
            set_link(legs, leg, Some(Link::Hears(peer)));
        }
    }

    /// Ends what binds a leg to another thread; the other side must be told.
    fn unlink(&self, legs: &mut HashMap<LegId, Place>, leg: LegId) {
        let Some(link) = legs.get_mut(&leg).and_then(|place| place.link.take()) else {
            return;
        };
        match link {
            Link::Joined(peer) => {
                let Some(place) = legs.get(&peer).copied() else {
                    return;
                };
                if place.link == Some(Link::Joined(leg)) {
                    set_link(legs, peer, None);
                    let command = MediaCommand::Part;
                    self.send(place.thread, Message::Command { leg: peer, command });
                }
            }
            Link::Hears(peer) => {
                if let Some(place) = legs.get(&peer).copied() {
                    self.send(
                        place.thread,
                        Message::Lend {
                            leg: peer,
                            to: None,
                        },
                    );
                }
            }
        }
    }
}

fn set_link(legs: &mut HashMap<LegId, Place>, leg: LegId, link: Option<Link>) {
    if let Some(place) = legs.get_mut(&leg) {
        place.link = link;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
