//! What a leg costs: legs joined in pairs (passed on, transcoded, recorded), legs that hear a
//! prompt, and legs alone that speak, with and without a detector of who picked up. Prints
//! microseconds of one core per leg and tick, a packet in and a packet out included, and resident
//! bytes per leg.
//! `cargo run --release -p media --example engine_bench [legs [part of a name]]`; bytes are right
//! for the first line only, since later ones use what earlier ones gave back.

#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "measuring takes a clock and the kernel's count of memory, which the core has not"
)]

use std::net::SocketAddr;
use std::time::Instant;

use media::codec::{Codec, Encoder};
use media::rtp::packet::Header;
use media::sound::FRAME_SAMPLES;
use media::sound::speech_stand_in::speak;
use media::{Engine, EngineConfig, Feed, Kept, Outlet, Relayed};
use model::amd::Settings;
use model::media::{MediaCommand, MediaEvent, Opening, PlayId, Prompt, RecordSpec};
use model::recording::RecordingTrack;
use model::{Chance, LegId, RecordingSid, Time};

/// Counts what goes out.
#[derive(Default)]
struct Sink {
    packets: u64,
    bytes: u64,
}

impl Outlet for Sink {
    fn packet(&mut self, _: LegId, _: SocketAddr, _: bool, bytes: &[u8]) {
        self.packets += 1;
        self.bytes += bytes.len() as u64;
    }
    fn event(&mut self, _: LegId, _: MediaEvent) {}
    fn want(&mut self, _: LegId, _: PlayId, _: &Prompt) {}
    fn record(&mut self, _: RecordingSid, _: &[i16], _: u8) {}
    fn record_end(&mut self, _: LegId, _: RecordingSid, _: Kept) {}
    fn relay(&mut self, _: LegId, _: Relayed) {}
}

/// What the legs do besides being there.
#[derive(Clone, Copy, PartialEq)]
enum Work {
    Join,
    JoinAndRecord,
    Prompt,
    Alone,
    Detect,
}

const SECONDS: u64 = 10;

fn main() {
    let legs = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000);
    let only = std::env::args().nth(2).unwrap_or_default();
    println!("{legs} legs, {SECONDS} s of sound each; a packet in and out per leg and tick");
    println!(
        "{:24} {:>12} {:>12} {:>12}",
        "", "us/leg-tick", "kB/leg", "packets out"
    );
    for (name, kinds, work) in [
        ("joined, passed on", [0, 0], Work::Join),
        ("joined, PCMU to PCMA", [0, 8], Work::Join),
        ("joined, PCMU to G722", [0, 9], Work::Join),
        ("joined, all recorded", [0, 0], Work::JoinAndRecord),
        ("a prompt each", [0, 0], Work::Prompt),
        ("alone", [0, 0], Work::Alone),
        ("alone, listened to", [0, 0], Work::Detect),
    ] {
        if name.contains(&only) {
            run(name, legs, kinds, work);
        }
    }
}

fn run(name: &str, legs: u64, kinds: [u8; 2], work: Work) {
    let before = resident_bytes();
    let mut out = Sink::default();
    let mut engine = open(legs, kinds, work, &mut out);
    let mut packets = packets(legs, kinds);
    let speech = speech();
    let order: Vec<Vec<LegId>> = (0..4).map(|p| engine.legs_of_phase(p).collect()).collect();
    let started = Instant::now();
    for tick in 0..SECONDS * 200 {
        let now = Time(tick * 5_000);
        let phase = (tick % 4) as usize;
        for &leg in &order[phase] {
            let bytes = &mut packets[leg.0 as usize];
            let sequence = (tick / 4) as u16;
            bytes[2..4].copy_from_slice(&sequence.to_be_bytes());
            bytes[4..8].copy_from_slice(&(u32::from(sequence) * 160).to_be_bytes());
            let at = (tick / 4) as usize * 160 % speech.len();
            bytes[12..].copy_from_slice(&speech[at..at + 160]);
            engine.handle_packet(now, leg, phone(leg.0), bytes, &mut out);
        }
        engine.tick(now, phase, &mut out);
    }
    let spent = started.elapsed().as_secs_f64() * 1e6 / (legs * SECONDS * 50) as f64;
    let bytes = resident_bytes().saturating_sub(before) / legs;
    println!(
        "{name:24} {spent:12.2} {:12.1} {:12}",
        bytes as f64 / 1e3,
        out.packets
    );
}

fn open(legs: u64, kinds: [u8; 2], work: Work, out: &mut Sink) -> Engine {
    let address = "192.0.2.1".parse().expect("an address is an address");
    let mut engine = Engine::new(EngineConfig::new(address), Chance::new(1));
    let tone: std::sync::Arc<[i16]> = (0..8_000 * 11).map(|n| (n % 37 * 300) as i16).collect();
    for n in 0..legs {
        let (kind, at) = (kinds[n as usize % 2], phone(n));
        let sdp = format!(
            "v=0\r\nc=IN IP4 {}\r\nm=audio {} RTP/AVP {kind} 101\r\n\
             a=rtpmap:101 telephone-event/8000\r\n",
            at.ip(),
            at.port()
        );
        let leg = LegId(n);
        let mut command = |command| engine.command(Time(0), leg, Some(4_000), command, out);
        command(MediaCommand::Open(Opening::Answer { sdp }));
        match work {
            Work::Join | Work::JoinAndRecord if n % 2 == 1 => {
                command(MediaCommand::Join { peer: LegId(n - 1) });
            }
            Work::Prompt => {
                let prompt = Prompt::File {
                    url: String::new(),
                    account: model::AccountSid(1),
                };
                command(MediaCommand::Play {
                    play: PlayId(n),
                    prompt,
                    loops: 1,
                });
                let feed = Feed::Samples(tone.clone());
                engine.feed(Time(0), leg, PlayId(n), feed, out);
            }
            // Speech without an end is a machine's, whose end never comes.
            Work::Detect => command(MediaCommand::Detect(Settings {
                to_the_end: true,
                ..Settings::default()
            })),
            Work::Join | Work::JoinAndRecord | Work::Alone => {}
        }
        if work == Work::JoinAndRecord {
            let spec = RecordSpec {
                dual: true,
                track: RecordingTrack::Both,
                trim: false,
                length_ms_max: 3_600_000,
                silence_ms: None,
            };
            let recording = RecordingSid(u128::from(n));
            let record = MediaCommand::Record { recording, spec };
            engine.command(Time(0), leg, None, record, out);
        }
    }
    engine
}

/// Ten seconds of somebody who goes on talking, mu-law; a decoder of another law finds work in it
/// as well.
fn speech() -> Vec<u8> {
    let words = "the quick brown fox jumps over the lazy dog and runs away ";
    let samples = speak(&words.repeat(3), 1);
    let (frames, _) = samples[..80_000].as_chunks::<FRAME_SAMPLES>();
    let mut encoder = Encoder::new(Codec::Pcmu, 20);
    let mut speech = Vec::new();
    for frame in frames {
        encoder.push(frame);
        encoder.pop(&mut speech);
    }
    speech
}

fn packets(legs: u64, kinds: [u8; 2]) -> Vec<Vec<u8>> {
    (0..legs)
        .map(|n| {
            let header = Header {
                marker: false,
                payload_type: kinds[n as usize % 2],
                sequence: 0,
                timestamp: 0,
                ssrc: n as u32 + 1,
            };
            let mut bytes = Vec::new();
            header.write(&mut bytes);
            bytes.resize(bytes.len() + 160, 0);
            bytes
        })
        .collect()
}

fn phone(n: u64) -> SocketAddr {
    SocketAddr::from(([198, 51, (n >> 8) as u8, n as u8], 6_000))
}

/// Memory of this process, as Linux counts it.
fn resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = statm
        .split(' ')
        .nth(1)
        .and_then(|word| word.parse().ok())
        .unwrap_or(0);
    pages * 4_096
}
