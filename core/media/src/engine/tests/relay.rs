//! Joined legs: packets passed on as they are, and what ends that.

use super::*;
use crate::rtp::packet::{Header, Packet};

const PHONE_A: ([u8; 4], u16) = ([192, 0, 2, 1], 9_000);
const PHONE_B: ([u8; 4], u16) = ([192, 0, 2, 2], 9_000);
const EVENTS: &str = "a=rtpmap:101 telephone-event/8000\r\n";

/// Two bare phones joined by one engine.
fn joined(media_a: &str, media_b: &str) -> World {
    let mut world = World::new(&[ALL]);
    world.phone(
        0,
        A,
        PHONE_A.into(),
        &format!("RTP/AVP {media_a} 101\r\n{EVENTS}"),
    );
    world.phone(
        0,
        B,
        PHONE_B.into(),
        &format!("RTP/AVP {media_b} 101\r\n{EVENTS}"),
    );
    world.command(0, A, MediaCommand::Join { peer: B });
    world
}

fn payload(n: u16) -> Vec<u8> {
    let mut chance = Chance::new(u64::from(n));
    (0..160).map(|_| chance.next_u64() as u8).collect()
}

/// Phone A says packets `from` to `to`, but those left out, 20 ms apart.
fn say(world: &mut World, numbers: std::ops::Range<u16>, leave_out: &[u16]) {
    for n in numbers {
        if !leave_out.contains(&n) {
            let header = Header {
                marker: n % 50 == 0,
                payload_type: 0,
                sequence: 65_500u16.wrapping_add(n),
                timestamp: 4_294_967_000u32.wrapping_add(u32::from(n) * 160),
                ssrc: 0xaaaa,
            };
            let mut bytes = Vec::new();
            header.write(&mut bytes);
            bytes.extend(payload(n));
            world.send(PHONE_A.into(), home(0, 1), bytes);
        }
        world.run(20);
    }
}

fn to_b(world: &World) -> Vec<&Sent> {
    world.sent_from(home(0, 2))
}

#[test]
fn payloads_pass_bit_by_bit_with_gaps_and_markers() {
    let mut world = joined("0", "0");
    world.run(100);
    let before = to_b(&world).len();
    say(&mut world, 0..200, &[77, 78, 120]);
    let passed: Vec<Packet<'_>> = to_b(&world)[before..]
        .iter()
        .map(|sent| Packet::parse(&sent.3).unwrap())
        .collect();
    // The first packets may find silence still being sent: begin where A's sound begins.
    let first = passed
        .iter()
        .position(|packet| packet.payload == payload(0))
        .unwrap();
    let passed = &passed[first..];
    let numbers: Vec<u16> = (0..200).filter(|n| ![77, 78, 120].contains(n)).collect();
    assert_eq!(passed.len(), numbers.len());
    let (start, ssrc) = (passed[0].header, passed[0].header.ssrc);
    assert_ne!(ssrc, 0xaaaa);
    for (packet, &n) in passed.iter().zip(&numbers) {
        assert_eq!(packet.payload, payload(n), "packet {n}");
        assert_eq!(packet.header.sequence, start.sequence.wrapping_add(n));
        assert_eq!(
            packet.header.timestamp,
            start.timestamp.wrapping_add(u32::from(n) * 160)
        );
        assert_eq!(packet.header.marker, n % 50 == 0);
        assert_eq!(packet.header.ssrc, ssrc);
    }
    let stats = world.engines[0].stats(world.now, A).unwrap();
    assert_eq!(
        (stats.received, stats.lost, stats.concealed),
        (197, 3, 0),
        "{stats:?}"
    );
}

#[test]
fn a_prompt_interrupts_and_numbers_never_go_back() {
    let mut world = joined("0", "0");
    say(&mut world, 0..50, &[]);
    world.play(0, B, 1, 1_000.0, 400);
    say(&mut world, 50..100, &[]);
    world.run(600);
    say(&mut world, 100..150, &[]);
    let sent = to_b(&world);
    let packets: Vec<Packet<'_>> = sent
        .iter()
        .map(|sent| Packet::parse(&sent.3).unwrap())
        .collect();
    for pair in packets.windows(2) {
        let [first, second] = [pair[0].header, pair[1].header];
        assert_eq!(second.sequence, first.sequence.wrapping_add(1));
        let step = second.timestamp.wrapping_sub(first.timestamp) as i32;
        assert!((1..=1_600).contains(&step), "{step}");
    }
    let passed = |range: std::ops::Range<u16>| {
        range
            .filter(|&n| packets.iter().any(|packet| packet.payload == payload(n)))
            .count()
    };
    assert_eq!(passed(0..50), 50);
    assert!(
        passed(51..69) == 0,
        "mixed with the prompt, nothing is as it was"
    );
    assert!(passed(80..100) >= 15, "afterwards it passes again");
    assert_eq!(passed(100..150), 50);
    assert!(
        sent.windows(2)
            .skip(60)
            .all(|p| p[1].0.since(p[0].0).millis() <= 220)
    );
}

#[test]
fn other_codecs_and_parted_legs_do_not_pass() {
    let mut world = joined("0", "8");
    say(&mut world, 0..50, &[]);
    assert!(to_b(&world).iter().all(|sent| sent.3[1] & 0x7f == 8));
    assert!(to_b(&world).len() >= 45);
    let mut world = joined("0", "0");
    say(&mut world, 0..20, &[]);
    world.command(0, B, MediaCommand::Part);
    world.run(40);
    let before = to_b(&world).len();
    say(&mut world, 20..40, &[]);
    for sent in &to_b(&world)[before..] {
        let packet = Packet::parse(&sent.3).unwrap();
        assert!(
            packet.payload.iter().all(|&octet| octet == 0xff),
            "silence only"
        );
    }
}

#[test]
fn listening_is_one_way() {
    let mut world = World::new(&[MU, MU, MU]);
    world.call((0, A), (1, A));
    world.call((2, C), (1, C));
    world.command(1, A, MediaCommand::Listen { peer: C });
    world.run(300);
    world.record(0, A, 1, RecordingTrack::Inbound, false);
    world.record(2, C, 2, RecordingTrack::Inbound, false);
    world.play(0, A, 1, 600.0, 2_000);
    world.play(2, C, 2, 1_500.0, 2_000);
    world.run(1_500);
    let (at_a, at_c) = (world.stop_record(0, A, 1), world.stop_record(2, C, 2));
    assert_eq!(heard(&at_a[6_000..10_000]).0, 1_500.0);
    assert!(heard(&at_c[6_000..10_000]).1 < -60.0);
    world.command(1, A, MediaCommand::Join { peer: C });
    world.command(1, A, MediaCommand::Listen { peer: C });
    world.run(300);
    world.record(2, C, 3, RecordingTrack::Inbound, false);
    world.play(0, A, 3, 600.0, 2_000);
    world.run(1_000);
    let at_c = world.stop_record(2, C, 3);
    assert!(
        heard(&at_c[4_000..]).1 < -60.0,
        "after a join, too, a listener isn't heard"
    );
}

#[test]
fn a_prompt_is_mixed_with_the_peer() {
    let mut world = World::new(&[MU, MU, MU]);
    world.call((0, A), (1, A));
    world.call((2, C), (1, C));
    world.command(1, A, MediaCommand::Join { peer: C });
    world.run(300);
    world.record(2, C, 2, RecordingTrack::Inbound, false);
    world.play(0, A, 1, 600.0, 3_000);
    world.play(1, C, 2, 1_500.0, 3_000);
    world.run(2_000);
    let sound = world.stop_record(2, C, 2);
    let frame: &Frame = sound[12_000..12_160].try_into().unwrap();
    for hz in [600.0, 1_500.0] {
        assert!(listen::ToneListener::new(hz).hear(frame), "{hz} Hz");
    }
}

#[test]
fn joining_another_ends_the_first_join() {
    let mut world = joined("0", "0");
    world.phone(
        0,
        C,
        ([192, 0, 2, 3], 9_000).into(),
        &format!("RTP/AVP 0 101\r\n{EVENTS}"),
    );
    world.command(0, C, MediaCommand::Join { peer: A });
    world.run(60);
    let before = to_b(&world).len();
    say(&mut world, 0..20, &[]);
    let at_c: Vec<Packet<'_>> = world
        .sent_from(home(0, 3))
        .iter()
        .map(|sent| Packet::parse(&sent.3).unwrap())
        .collect();
    assert!((0..20).all(|n| at_c.iter().any(|packet| packet.payload == payload(n))));
    let silent = |sent: &&Sent| sent.3[12..].iter().all(|&octet| octet == 0xff);
    assert!(to_b(&world)[before..].iter().all(silent));
    assert_eq!(world.engines[0].phase(A), world.engines[0].phase(C));
}
