//! Whole sound threads: real sockets on loopback, real phases, far ends that speak RTP.

use super::*;
use media::codec::g711;
use model::media::{Opening, PlayEnd, RecordEnd, RecordSpec, Speech};
use model::recording::RecordingTrack;
use model::{RecordingSid, VoiceWish};
use std::net::UdpSocket;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const PATIENCE: Duration = Duration::from_secs(10);

enum News {
    Event(LegId, MediaEvent),
    Want(LegId, PlayId),
    Packet(SocketAddr, SocketAddr, usize),
}

struct Ears(Mutex<Sender<News>>);

impl Ears {
    fn tell(&self, news: News) {
        // The test may have heard enough.
        let _ = lock(&self.0).send(news);
    }
}

impl MediaSink for Ears {
    fn event(&self, leg: LegId, event: MediaEvent) {
        self.tell(News::Event(leg, event));
    }

    fn want(&self, leg: LegId, play: PlayId, _prompt: Prompt) {
        self.tell(News::Want(leg, play));
    }

    fn memory_packet(&self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        self.tell(News::Packet(from, to, bytes.len()));
    }
}

/// Two threads, and what they tell.
struct Bench {
    threads: MediaThreads,
    news: Receiver<News>,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new(ports: RangeInclusive<u16>) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let (ears, news) = channel();
        let mut config = MediaConfig::new(HERE, HERE, ports);
        config.threads = 2;
        let threads = MediaThreads::start(
            &config,
            Clock::start(),
            Chance::new(1),
            Sounds::open(folder.path()).unwrap(),
            Arc::new(Ears(Mutex::new(ears))),
            Metrics::new(),
        )
        .unwrap();
        Bench {
            threads,
            news,
            folder,
        }
    }

    fn hear(&self) -> News {
        self.news
            .recv_timeout(PATIENCE)
            .expect("the threads say something in time")
    }

    /// Waits for the event of a leg that `wanted` picks.
    fn event<T>(&self, leg: LegId, wanted: impl Fn(&MediaEvent) -> Option<T>) -> T {
        loop {
            if let News::Event(told, event) = self.hear()
                && told == leg
                && let Some(found) = wanted(&event)
            {
                return found;
            }
        }
    }

    /// Opens a leg towards a far end of ours; the leg's RTP address.
    fn open(&self, leg: LegId, far: SocketAddr) -> SocketAddr {
        self.threads
            .command(leg, MediaCommand::Open(Opening::Offer));
        let sdp = self.event(leg, |event| match event {
            MediaEvent::Opened { sdp } => Some(sdp.clone()),
            _ => None,
        });
        let sdp_of_far = format!(
            "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n",
            ip = far.ip(),
            port = far.port()
        );
        self.threads
            .command(leg, MediaCommand::Connect { sdp: sdp_of_far });
        let port = sdp
            .split("m=audio ")
            .nth(1)
            .unwrap()
            .split(' ')
            .next()
            .unwrap();
        SocketAddr::new(HERE, port.parse().unwrap())
    }
}

struct Far {
    socket: UdpSocket,
    sequence: u16,
}

impl Far {
    fn new() -> Far {
        let socket = UdpSocket::bind((HERE, 0)).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Far {
            socket,
            sequence: 0,
        }
    }

    fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    /// 20 ms of a loud 500 Hz tone.
    fn speak(&mut self, to: SocketAddr) {
        let mut packet = vec![0x80, 0];
        packet.extend(self.sequence.to_be_bytes());
        packet.extend((u32::from(self.sequence) * 160).to_be_bytes());
        packet.extend([1, 2, 3, 4]);
        let wave = |i: usize| if i % 16 < 8 { 8_000 } else { -8_000 };
        packet.extend((0..160).map(|i| g711::to_mu(wave(i))));
        self.socket.send_to(&packet, to).unwrap();
        self.sequence += 1;
    }

    /// The loudest sample of the next packet of sound.
    fn listen(&self) -> u16 {
        let mut packet = [0; 2_048];
        loop {
            let (length, _) = self
                .socket
                .recv_from(&mut packet)
                .expect("a packet comes in time");
            if length > 12 && packet[1] & 0x7f == 0 {
                let sound = packet[12..length].iter();
                return sound
                    .map(|&b| g711::from_mu(b).unsigned_abs())
                    .max()
                    .unwrap();
            }
        }
    }
}

fn tone(secs: usize) -> Arc<[i16]> {
    (0..8_000 * secs)
        .map(|i| if i % 16 < 8 { 8_000 } else { -8_000 })
        .collect()
}

fn prompt() -> Prompt {
    Prompt::Speech(Speech {
        voice: VoiceWish::default(),
        language: "en".to_owned(),
        parts: Vec::new(),
    })
}

#[test]
fn a_prompt_is_wanted_fed_heard_and_recorded() {
    let bench = Bench::new(31_000..=31_199);
    let (leg, far) = (LegId(1), Far::new());
    bench.open(leg, far.address());
    let recording = RecordingSid(5);
    let spec = RecordSpec {
        dual: true,
        track: RecordingTrack::Both,
        trim: false,
        length_ms_max: 60_000,
        silence_ms: None,
    };
    bench
        .threads
        .command(leg, MediaCommand::Record { recording, spec });
    let play = PlayId(9);
    bench.threads.command(
        leg,
        MediaCommand::Play {
            play,
            prompt: prompt(),
            loops: 1,
        },
    );
    loop {
        if let News::Want(wanting, wanted) = bench.hear() {
            assert_eq!((wanting, wanted), (leg, play));
            break;
        }
    }
    let brought = bench.threads.feed(leg, play, Feed::Samples(tone(1)));
    assert!(brought.is_ok());
    while far.listen() < 4_000 {}
    let end = bench.event(leg, |event| match event {
        MediaEvent::Played { end, .. } => Some(end.clone()),
        _ => None,
    });
    assert_eq!(end, PlayEnd::Finished);
    assert!(bench.threads.is_open(leg));
    bench.threads.command(leg, MediaCommand::Close);
    assert!(!bench.threads.is_open(leg));
    let (heard, end, length_ms) = bench.event(leg, |event| match event {
        MediaEvent::Recorded {
            heard,
            end,
            length_ms,
            ..
        } => Some((*heard, *end, *length_ms)),
        _ => None,
    });
    assert!(
        heard && end == RecordEnd::Stopped && length_ms >= 1_000,
        "{heard} {length_ms}"
    );
    let file = Sounds::open(bench.folder.path())
        .unwrap()
        .read(recording)
        .unwrap();
    assert_eq!(file.form.length_ms(file.sound_bytes), u64::from(length_ms));
    assert_eq!(bench.threads.loads(), [0, 0]);
    bench.threads.stop();
}

#[test]
fn legs_of_two_threads_hear_each_other_until_they_part() {
    let bench = Bench::new(31_200..=31_399);
    let (mut alice, mut bob) = (Far::new(), Far::new());
    let at_alice = bench.open(LegId(1), alice.address());
    let at_bob = bench.open(LegId(2), bob.address());
    assert_eq!(
        bench.threads.loads(),
        [1, 1],
        "they are on different threads"
    );
    bench
        .threads
        .command(LegId(1), MediaCommand::Join { peer: LegId(2) });
    let mut heard = (0, 0);
    // Each far end speaks once per packet it hears, as a phone's own clock would have it.
    for _ in 0..100 {
        alice.speak(at_alice);
        bob.speak(at_bob);
        heard.0 = heard.0.max(alice.listen());
        heard.1 = heard.1.max(bob.listen());
    }
    assert!(heard.0 > 4_000 && heard.1 > 4_000, "{heard:?}");
    bench.threads.command(LegId(2), MediaCommand::Part);
    let mut quiet = 0;
    for _ in 0..200 {
        alice.speak(at_alice);
        quiet = if bob.listen() < 200 { quiet + 1 } else { 0 };
        if quiet == 10 {
            break;
        }
    }
    assert!(quiet == 10, "bob still hears alice after they parted");
    bench.threads.stop();
}

#[test]
fn a_phone_in_memory_is_reached_without_a_socket() {
    let bench = Bench::new(31_400..=31_599);
    let far: SocketAddr = "192.0.2.7:4000".parse().unwrap();
    let near = bench.open(LegId(1), far);
    let play = PlayId(1);
    bench.threads.command(
        LegId(1),
        MediaCommand::Play {
            play,
            prompt: prompt(),
            loops: 1,
        },
    );
    let sound = Feed::Samples(tone(1));
    assert!(bench.threads.feed(LegId(1), play, sound).is_ok());
    loop {
        if let News::Packet(from, to, length) = bench.hear() {
            assert_eq!((from, to), (near, far));
            assert!(length >= 12);
            break;
        }
    }
    bench.threads.stop();
}

#[test]
fn without_a_port_a_leg_is_refused() {
    // One pair for two threads: the second thread has none.
    let bench = Bench::new(31_600..=31_601);
    let far = Far::new();
    bench.open(LegId(1), far.address());
    bench
        .threads
        .command(LegId(2), MediaCommand::Open(Opening::Offer));
    let code = bench.event(LegId(2), |event| match event {
        MediaEvent::Refused { code, .. } => Some(*code),
        _ => None,
    });
    assert_eq!(code, 503);
    bench.threads.stop();
}
