//! A leg that hears itself.

use super::*;
use crate::rtp::packet::{Header, Packet};

const PHONE: ([u8; 4], u16) = ([192, 0, 2, 1], 9_000);

/// A bare phone whose leg echoes; what it says and hears may be told apart by type.
fn echoing(media: &str) -> World {
    let mut world = World::new(&[ALL]);
    world.phone(0, A, PHONE.into(), media);
    world.command(0, A, MediaCommand::Echo);
    world
}

fn payload(n: u16) -> Vec<u8> {
    (0..160).map(|at| (n * 7 + at) as u8).collect()
}

fn say(world: &mut World, numbers: std::ops::Range<u16>, payload_type: u8) {
    for n in numbers {
        let header = Header {
            marker: n == 0,
            payload_type,
            sequence: 65_500u16.wrapping_add(n),
            timestamp: u32::from(n) * 160,
            ssrc: 0xaaaa,
        };
        let mut bytes = Vec::new();
        header.write(&mut bytes);
        bytes.extend(payload(n));
        world.send(PHONE.into(), home(0, 1), bytes);
        world.run(20);
    }
}

#[test]
fn what_is_said_comes_back_as_it_came_once_and_in_order() {
    let mut world = echoing("RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n");
    say(&mut world, 0..100, 0);
    let sent = world.sent_from(home(0, 1));
    let packets: Vec<Packet<'_>> = sent
        .iter()
        .filter_map(|sent| Packet::parse(&sent.3).ok())
        .collect();
    let came: Vec<u16> = packets
        .iter()
        .filter_map(|packet| (0..100).find(|n| packet.payload == payload(*n)))
        .collect();
    assert_eq!(came, (0..100).collect::<Vec<u16>>());
    let ours = packets.iter().all(|packet| packet.header.ssrc != 0xaaaa);
    assert!(ours, "the stream is ours, not the phone's own");
    for pair in packets.windows(2) {
        let step = pair[1]
            .header
            .sequence
            .wrapping_sub(pair[0].header.sequence);
        assert_eq!(step, 1, "no packet is sent twice or left out");
    }
    let stats = world.engines[0].stats(world.now, A).unwrap();
    assert_eq!((stats.received, stats.concealed), (100, 0), "{stats:?}");
}

#[test]
fn it_ends_with_part_with_a_joint_and_with_the_leg() {
    let mut world = echoing("RTP/AVP 0\r\n");
    say(&mut world, 0..10, 0);
    let heard = |world: &World, n: u16| {
        let sent = world.sent_from(home(0, 1));
        let mut packets = sent.iter().filter_map(|sent| Packet::parse(&sent.3).ok());
        packets.any(|packet| packet.payload == payload(n))
    };
    assert!(heard(&world, 9));
    world.command(0, A, MediaCommand::Part);
    say(&mut world, 10..20, 0);
    assert!(!heard(&world, 15), "nobody hears it any more");
    world.command(0, A, MediaCommand::Echo);
    say(&mut world, 20..30, 0);
    assert!(heard(&world, 29));
    // Joined to another, it no longer hears itself, nor does it once that one has gone.
    world.phone(0, B, ([192, 0, 2, 2], 9_000).into(), "RTP/AVP 0\r\n");
    world.command(0, A, MediaCommand::Join { peer: B });
    say(&mut world, 30..40, 0);
    assert!(!heard(&world, 35));
    world.command(0, A, MediaCommand::Echo);
    world.command(0, B, MediaCommand::Close);
    say(&mut world, 40..50, 0);
    assert!(heard(&world, 45), "the other's end is none of its");
    world.command(0, A, MediaCommand::Close);
    assert_eq!(world.engines[0].legs(), 0);
    say(&mut world, 50..55, 0);
    assert!(!heard(&world, 52));
}

#[test]
fn a_recorded_echo_has_the_voice_on_both_channels() {
    let mut world = World::new(&[ALL, ALL]);
    world.call((0, A), (1, B));
    world.command(1, B, MediaCommand::Echo);
    let recording = RecordingSid(5);
    let spec = RecordSpec {
        dual: true,
        track: RecordingTrack::Both,
        trim: false,
        length_ms_max: 60_000,
        silence_ms: None,
    };
    world.command(1, B, MediaCommand::Record { recording, spec });
    world.play(0, A, 1, 800.0, 1_000);
    world.run(1_500);
    world.command(1, B, MediaCommand::StopRecord { recording });
    let (samples, channels) = &world.desks[1].kept[&recording];
    assert_eq!(*channels, 2);
    let level = |channel: usize| {
        let one: Vec<i16> = samples.iter().skip(channel).step_by(2).copied().collect();
        crate::sound::level_dbm0(&one)
    };
    assert!(
        level(0) > -25.0 && level(1) > -25.0,
        "{} {}",
        level(0),
        level(1)
    );
}
