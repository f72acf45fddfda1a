//! Engines against each other and against bare phones, over a network that loses, delays, doubles
//! and mixes up, in virtual time.

mod detection;
mod digits;
mod echo;
mod negotiate;
mod record;
mod relay;
mod rooms;
mod sound;
mod wire;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use model::media::{MediaCommand, MediaEvent, Opening, PlayId, Prompt, RecordSpec};
use model::recording::RecordingTrack;
use model::{Chance, LegId, RecordingSid, Time};

use super::{Engine, EngineConfig, Feed, Kept, Outlet, Relayed};
use crate::codec::Codec;
use crate::sound::sine::Sine;
use crate::sound::{Frame, listen, saturate};

/// What came out of one engine.
#[derive(Default)]
struct Desk {
    packets: Vec<(LegId, SocketAddr, bool, Vec<u8>)>,
    events: Vec<(LegId, MediaEvent)>,
    wanted: Vec<(LegId, PlayId)>,
    kept: BTreeMap<RecordingSid, (Vec<i16>, u8)>,
    ended: Vec<(RecordingSid, Kept)>,
    relayed: Vec<(LegId, Relayed)>,
}

impl Outlet for Desk {
    fn packet(&mut self, leg: LegId, to: SocketAddr, rtcp_port: bool, bytes: &[u8]) {
        self.packets.push((leg, to, rtcp_port, bytes.to_vec()));
    }
    fn event(&mut self, leg: LegId, event: MediaEvent) {
        self.events.push((leg, event));
    }
    fn want(&mut self, leg: LegId, play: PlayId, _prompt: &Prompt) {
        self.wanted.push((leg, play));
    }
    fn record(&mut self, recording: RecordingSid, samples: &[i16], channels: u8) {
        let kept = self.kept.entry(recording).or_insert((Vec::new(), channels));
        kept.0.extend_from_slice(samples);
    }
    fn record_end(&mut self, _leg: LegId, recording: RecordingSid, kept: Kept) {
        self.ended.push((recording, kept));
    }
    fn relay(&mut self, to: LegId, relayed: Relayed) {
        self.relayed.push((to, relayed));
    }
}

/// What the network does to packets, in percent and microseconds.
#[derive(Clone, Copy, Default)]
struct Weather {
    loss: u64,
    jitter_us: u64,
    doubled: u64,
}

/// A packet that was sent: when, by whom, to whom, what.
type Sent = (Time, SocketAddr, SocketAddr, Vec<u8>);

/// Engines, each at an address of its own, and the network between them.
struct World {
    now: Time,
    engines: Vec<Engine>,
    desks: Vec<Desk>,
    homes: BTreeMap<SocketAddr, (usize, LegId)>,
    net: BTreeMap<(u64, u64), (SocketAddr, SocketAddr, Vec<u8>)>,
    sent: Vec<Sent>,
    weather: Weather,
    chance: Chance,
    count: u64,
}

impl World {
    fn new(engines: &[&[Codec]]) -> World {
        let engine = |(n, codecs): (usize, &&[Codec])| {
            let mut config = EngineConfig::new(home(n, 0).ip());
            config.codecs = codecs.to_vec();
            Engine::new(config, Chance::new(n as u64 + 1))
        };
        World {
            now: Time::from_secs(1_700_000_000),
            engines: engines.iter().enumerate().map(engine).collect(),
            desks: engines.iter().map(|_| Desk::default()).collect(),
            homes: BTreeMap::new(),
            net: BTreeMap::new(),
            sent: Vec::new(),
            weather: Weather::default(),
            chance: Chance::new(77),
            count: 0,
        }
    }

    fn command(&mut self, at: usize, leg: LegId, command: MediaCommand) {
        let port = matches!(command, MediaCommand::Open(_)).then(|| home(at, leg.0).port());
        if port.is_some() {
            self.homes.insert(home(at, leg.0), (at, leg));
        }
        self.engines[at].command(self.now, leg, port, command, &mut self.desks[at]);
        self.carry();
    }

    /// The description the engine gave last.
    fn sdp(&self, at: usize) -> String {
        let sdp = self.desks[at]
            .events
            .iter()
            .rev()
            .find_map(|(_, event)| match event {
                MediaEvent::Opened { sdp } | MediaEvent::Renegotiated { sdp } => Some(sdp.clone()),
                _ => None,
            });
        sdp.expect("the engine described itself")
    }

    /// A call between two engines: the first offers.
    fn call(&mut self, (a, leg_a): (usize, LegId), (b, leg_b): (usize, LegId)) {
        self.command(a, leg_a, MediaCommand::Open(Opening::Offer));
        let sdp = self.sdp(a);
        self.command(b, leg_b, MediaCommand::Open(Opening::Answer { sdp }));
        let sdp = self.sdp(b);
        self.command(a, leg_a, MediaCommand::Connect { sdp });
    }

    /// A leg that called a bare phone at this address.
    fn phone(&mut self, at: usize, leg: LegId, phone: SocketAddr, media: &str) {
        self.command(at, leg, MediaCommand::Open(Opening::Offer));
        self.command(
            at,
            leg,
            MediaCommand::Connect {
                sdp: phone_sdp(phone, media),
            },
        );
    }

    fn run(&mut self, length_ms: u64) {
        let end = self.now.0 + length_ms * 1_000;
        while self.now.0 < end {
            self.now = Time(self.now.0 + 5_000);
            self.deliver();
            let phase = (self.now.0 / 5_000 % 4) as usize;
            for at in 0..self.engines.len() {
                self.engines[at].tick(self.now, phase, &mut self.desks[at]);
            }
            self.carry();
        }
    }

    /// Puts what the engines sent on the network, and sound for other engines where it belongs.
    fn carry(&mut self) {
        for at in 0..self.desks.len() {
            for (leg, to, _, bytes) in std::mem::take(&mut self.desks[at].packets) {
                let from = home(at, leg.0);
                self.sent.push((self.now, from, to, bytes.clone()));
                self.send(from, to, bytes);
            }
            for (to, relayed) in std::mem::take(&mut self.desks[at].relayed) {
                for engine in &mut self.engines {
                    engine.handle_relay(self.now, to, relayed.clone());
                }
            }
        }
    }

    fn send(&mut self, from: SocketAddr, to: SocketAddr, bytes: Vec<u8>) {
        let copies = 1 + u64::from(self.chance.percent(self.weather.doubled));
        for _ in 0..copies {
            if self.chance.percent(self.weather.loss) {
                continue;
            }
            let late = 1_000 + self.chance.below(self.weather.jitter_us + 1);
            self.count += 1;
            let key = (self.now.0 + late, self.count);
            self.net.insert(key, (from, to, bytes.clone()));
        }
    }

    fn deliver(&mut self) {
        while let Some(entry) = self.net.first_entry() {
            if entry.key().0 > self.now.0 {
                break;
            }
            let at = Time(entry.key().0);
            let (from, to, bytes) = entry.remove();
            if let Some(&(engine, leg)) = self.homes.get(&to) {
                let desk = &mut self.desks[engine];
                self.engines[engine].handle_packet(at, leg, from, &bytes, desk);
            }
        }
        self.carry();
    }

    /// Plays a sine to a leg for so long.
    fn play(&mut self, at: usize, leg: LegId, play: u64, hz: f32, length_ms: u32) {
        let prompt = Prompt::File {
            url: "sine".to_owned(),
            account: model::AccountSid(1),
        };
        let play = PlayId(play);
        self.command(
            at,
            leg,
            MediaCommand::Play {
                play,
                prompt,
                loops: 1,
            },
        );
        let feed = Feed::Samples(sine(hz, length_ms));
        self.engines[at].feed(self.now, leg, play, feed, &mut self.desks[at]);
    }

    /// Records what a leg says (and hears, if dual) under a number.
    fn record(&mut self, at: usize, leg: LegId, number: u128, track: RecordingTrack, dual: bool) {
        let spec = RecordSpec {
            dual,
            track,
            trim: false,
            length_ms_max: 600_000,
            silence_ms: None,
        };
        let recording = RecordingSid(number);
        self.command(at, leg, MediaCommand::Record { recording, spec });
    }

    fn stop_record(&mut self, at: usize, leg: LegId, number: u128) -> Vec<i16> {
        let recording = RecordingSid(number);
        self.command(at, leg, MediaCommand::StopRecord { recording });
        self.desks[at]
            .kept
            .get(&recording)
            .map(|kept| kept.0.clone())
            .unwrap_or_default()
    }

    fn digits(&self, at: usize) -> String {
        let digit = |(_, event): &(LegId, MediaEvent)| match event {
            MediaEvent::Digit { digit, .. } => Some(*digit),
            _ => None,
        };
        self.desks[at].events.iter().filter_map(digit).collect()
    }

    /// RTP packets sent from one address to another.
    fn sent_from(&self, from: SocketAddr) -> Vec<&Sent> {
        let rtp = |sent: &&Sent| sent.1 == from && !crate::rtp::packet::is_rtcp(&sent.3);
        self.sent.iter().filter(rtp).collect()
    }
}

/// Where a leg of an engine is.
fn home(at: usize, leg: u64) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, at as u8 + 1], 4_000 + 2 * leg as u16))
}

fn phone_sdp(phone: SocketAddr, media: &str) -> String {
    let (ip, port) = (phone.ip(), phone.port());
    format!("v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} {media}")
}

fn sine(hz: f32, length_ms: u32) -> Arc<[i16]> {
    let mut sine = Sine::new(hz, -10.0);
    (0..length_ms * 8).map(|_| saturate(sine.step())).collect()
}

/// The strongest frequency of a piece of sound, and the piece's level.
fn heard(samples: &[i16]) -> (f32, f32) {
    let (hz, share) = listen::dominant_hz(samples).unwrap_or((0.0, 0.0));
    let level = crate::sound::level_dbm0(samples);
    if share > 0.5 {
        (hz, level)
    } else {
        (0.0, level)
    }
}

const A: LegId = LegId(1);
const B: LegId = LegId(2);
const C: LegId = LegId(3);
const MU: &[Codec] = &[Codec::Pcmu];
const ALAW: &[Codec] = &[Codec::Pcma];
const WIDE: &[Codec] = &[Codec::G722];
const ALL: &[Codec] = &Codec::ALL;

fn frame_of(value: i16) -> Frame {
    [value; 160]
}
