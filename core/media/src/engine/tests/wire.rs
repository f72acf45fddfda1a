//! What comes off the wire: hijackers, reports, rubbish.

use super::*;
use crate::rtp::packet::{Header, is_rtcp};
use crate::rtp::report::{self, Report};

fn packet(ssrc: u32, n: u16, octet: u8) -> Vec<u8> {
    let header = Header {
        marker: false,
        payload_type: 0,
        sequence: n,
        timestamp: u32::from(n) * 160,
        ssrc,
    };
    let mut bytes = Vec::new();
    header.write(&mut bytes);
    bytes.extend([octet; 160]);
    bytes
}

#[test]
fn nobody_takes_a_call_over() {
    let phone: SocketAddr = "192.0.2.7:9000".parse().unwrap();
    let thief: SocketAddr = "198.51.100.66:9000".parse().unwrap();
    let mut world = World::new(&[MU]);
    world.phone(0, A, phone, "RTP/AVP 0\r\n");
    world.record(0, A, 1, RecordingTrack::Inbound, false);
    for n in 0..300 {
        world.send(phone, home(0, 1), packet(1, n, 0xff));
        if n > 50 {
            world.send(thief, home(0, 1), packet(2, n, 0x80));
            world.send(thief, home(0, 1), packet(1, n + 1, 0x80));
        }
        world.run(20);
    }
    assert!(
        world.sent.iter().all(|sent| sent.2.ip() == phone.ip()),
        "nothing goes to the thief"
    );
    let sound = world.stop_record(0, A, 1);
    assert!(
        sound.iter().all(|sample| sample.abs() < 100),
        "nothing of the thief is heard"
    );
    let stats = world.engines[0].stats(world.now, A).unwrap();
    assert_eq!((stats.foreign, stats.received), (498, 300), "{stats:?}");
}

#[test]
fn a_phone_behind_a_nat_is_found() {
    let described: SocketAddr = "10.99.0.5:9000".parse().unwrap();
    let nat: SocketAddr = "203.0.113.9:31337".parse().unwrap();
    let mut world = World::new(&[MU]);
    world.phone(0, A, described, "RTP/AVP 0\r\n");
    world.run(200);
    assert!(world.sent.iter().all(|sent| sent.2 == described));
    for n in 0..10 {
        world.send(nat, home(0, 1), packet(1, n, 0xff));
        world.run(20);
    }
    let before = world.sent.len();
    world.run(200);
    assert!(world.sent[before..].iter().all(|sent| sent.2 == nat));
}

#[test]
fn reports_say_what_was_lost_and_how_long_the_way_is() {
    let mut world = World::new(&[MU, MU]);
    world.weather = Weather {
        loss: 10,
        jitter_us: 20_000,
        doubled: 0,
    };
    world.call((0, A), (1, B));
    world.run(60_000);
    let mut reports = 0;
    let (mut fractions, mut jitters) = (Vec::new(), Vec::new());
    for (at, from, _, bytes) in world.sent.iter().filter(|sent| is_rtcp(&sent.3)) {
        assert!(at.0 > 0 && (*from == home(0, 1) || *from == home(1, 2)));
        report::parse(bytes, |item| match item {
            Report::Sender { report, .. } => {
                reports += 1;
                assert_eq!(report.ntp, report::ntp(*at));
                assert_eq!(report.octets, report.packets * 160);
            }
            Report::Block { block, .. } => {
                fractions.push(u32::from(block.fraction_lost));
                jitters.push(block.jitter);
                assert!(block.lost > 0 && block.lost < 500);
            }
            Report::Bye { .. } => panic!("nobody left"),
        });
    }
    assert!(
        (16..=44).contains(&reports),
        "{reports} in two minutes of streams"
    );
    let mean = fractions.iter().sum::<u32>() as f32 / fractions.len() as f32 / 256.0;
    assert!((0.06..0.14).contains(&mean), "{mean}");
    // Two even delays of 0 to 20 ms differ by 6.7 ms in the mean: 53 samples.
    assert!(
        jitters.iter().all(|jitter| (25..90).contains(jitter)),
        "{jitters:?}"
    );
    for (at, leg) in [(0, A), (1, B)] {
        let stats = world.engines[at].stats(world.now, leg).unwrap();
        let trip = stats.round_trip_ms.unwrap();
        assert!((2..=60).contains(&trip), "{trip} ms");
        assert!(stats.far_lost > 0 && stats.lost > 100);
    }
}

#[test]
fn rubbish_changes_nothing() {
    let phone: SocketAddr = "192.0.2.7:9000".parse().unwrap();
    let mut world = World::new(&[ALL]);
    world.phone(
        0,
        A,
        phone,
        "RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=rtcp-mux\r\n",
    );
    world.record(0, A, 1, RecordingTrack::Both, true);
    let mut seeds = vec![
        packet(1, 1, 0xff),
        vec![0x80, 101, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 5, 10, 0, 160],
    ];
    let mut rtcp = Vec::new();
    report::write(&mut rtcp, 1, None, None, "phone", true);
    seeds.push(rtcp);
    let mut chance = Chance::new(21);
    for n in 0..20_000u64 {
        let mut bytes = seeds[chance.below(3) as usize].clone();
        for _ in 0..chance.below(5) {
            let at = chance.below(bytes.len() as u64) as usize;
            bytes[at] = chance.next_u64() as u8;
        }
        bytes.truncate(chance.below(bytes.len() as u64 + 40) as usize);
        world.now = Time(world.now.0 + 1_000);
        let desk = &mut world.desks[0];
        world.engines[0].handle_packet(world.now, A, phone, &bytes, desk);
        if n % 5 == 0 {
            world.engines[0].tick(world.now, (n / 5 % 4) as usize, desk);
        }
    }
    let stats = world.engines[0].stats(world.now, A).unwrap();
    assert!(stats.received > 1_000 && stats.foreign > 1_000, "{stats:?}");
    assert!(world.engines[0].legs() == 1);
}

#[test]
fn phases_share_the_legs_evenly() {
    let mut world = World::new(&[MU]);
    for n in 0..40 {
        let leg = LegId(n + 1);
        world.command(0, leg, MediaCommand::Open(Opening::Offer));
    }
    for phase in 0..4 {
        assert_eq!(world.engines[0].legs_of_phase(phase).count(), 10);
    }
    assert_eq!(world.engines[0].phase(LegId(99)), None);
}

/// A bare phone that says a tone, packet by packet, with numbers of its own making.
struct Talker {
    at: SocketAddr,
    header: Header,
    sine: Sine,
}

impl Talker {
    fn new(at: SocketAddr, hz: f32) -> Talker {
        let header = Header {
            marker: true,
            payload_type: 0,
            sequence: 7,
            timestamp: 900,
            ssrc: 5,
        };
        Talker {
            at,
            header,
            sine: Sine::new(hz, -10.0),
        }
    }

    fn say(&mut self, world: &mut World, packets: u32) {
        for _ in 0..packets {
            let mut bytes = Vec::new();
            self.header.write(&mut bytes);
            bytes.extend((0..160).map(|_| crate::codec::g711::to_mu(saturate(self.sine.step()))));
            world.send(self.at, home(0, 1), bytes);
            self.header.marker = false;
            self.header.sequence = self.header.sequence.wrapping_add(1);
            self.header.timestamp = self.header.timestamp.wrapping_add(160);
            world.run(20);
        }
    }
}

#[test]
fn sound_goes_on_whatever_the_phone_does_to_its_numbers() {
    let phone: SocketAddr = "192.0.2.7:9000".parse().unwrap();
    let mut world = World::new(&[MU]);
    world.phone(0, A, phone, "RTP/AVP 0\r\n");
    world.record(0, A, 1, RecordingTrack::Inbound, false);
    let mut talker = Talker::new(phone, 1_000.0);
    talker.say(&mut world, 50);
    talker.header.ssrc = 99;
    talker.header.sequence = 60_000;
    talker.header.timestamp = 1;
    talker.say(&mut world, 50);
    talker.header.timestamp = talker.header.timestamp.wrapping_add(3_000_000_000);
    talker.say(&mut world, 50);
    talker.header.sequence = talker.header.sequence.wrapping_add(20_000);
    talker.say(&mut world, 50);
    // It says nothing for a second, as phones do that suppress silence, and goes on.
    world.run(1_000);
    talker.header.timestamp = talker.header.timestamp.wrapping_add(8_000);
    talker.header.marker = true;
    talker.say(&mut world, 50);
    // The same, but its clock stood still.
    world.run(1_000);
    talker.say(&mut world, 50);
    let sound = world.stop_record(0, A, 1);
    let frames: Vec<bool> = sound
        .chunks_exact(160)
        .map(|frame| heard(frame).0 == 1_000.0)
        .collect();
    let told = frames.iter().filter(|heard| **heard).count();
    assert!((270..=325).contains(&told), "{told} of 300 frames");
    for (n, part) in [0, 50, 100, 150, 250, 350].into_iter().enumerate() {
        let part = &frames[part + 10..part + 48];
        let good = part.iter().filter(|heard| **heard).count();
        assert!(good >= 34, "part {n}: {good} of 38");
    }
    assert!(
        frames[220..245].iter().filter(|heard| **heard).count() < 3,
        "silence is silence"
    );
}

#[test]
fn a_phone_that_moves_by_description_is_followed() {
    let (first, second): (SocketAddr, SocketAddr) = (
        "192.0.2.7:9000".parse().unwrap(),
        "192.0.2.8:9100".parse().unwrap(),
    );
    let mut world = World::new(&[MU]);
    world.phone(0, A, first, "RTP/AVP 0\r\n");
    Talker::new(first, 500.0).say(&mut world, 20);
    let sdp = phone_sdp(second, "RTP/AVP 0\r\n");
    world.command(0, A, MediaCommand::Connect { sdp });
    let before = world.sent.len();
    world.record(0, A, 1, RecordingTrack::Inbound, false);
    Talker::new(second, 1_000.0).say(&mut world, 30);
    assert!(world.sent[before..].iter().all(|sent| sent.2 == second));
    assert_eq!(heard(&world.stop_record(0, A, 1)[2_000..4_500]).0, 1_000.0);
    Talker::new(first, 500.0).say(&mut world, 5);
    assert_eq!(world.engines[0].stats(world.now, A).unwrap().foreign, 5);
}
