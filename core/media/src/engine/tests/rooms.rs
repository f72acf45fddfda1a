//! More than two: a room, and legs on different engines.

use super::*;
use crate::engine::Seat;

const BOTH: Seat = Seat {
    speaks: true,
    hears: true,
};

#[test]
fn in_a_room_each_hears_all_the_others() {
    let voices = [500.0, 900.0, 1_300.0, 1_700.0];
    // The last engine has the room; each other one is a phone.
    let mut world = World::new(&[MU, ALAW, WIDE, MU, ALL]);
    for phone in 0..4 {
        let leg = LegId(phone as u64 + 1);
        world.call((phone, leg), (4, leg));
        let seat = if phone == 3 {
            Seat {
                speaks: false,
                hears: true,
            }
        } else {
            BOTH
        };
        assert!(world.engines[4].enter_room(leg, 7, seat));
    }
    world.run(300);
    for (phone, &hz) in voices.iter().enumerate() {
        let leg = LegId(phone as u64 + 1);
        world.record(phone, leg, phone as u128, RecordingTrack::Inbound, false);
        world.play(phone, leg, 1, hz, 6_000);
    }
    world.run(2_000);
    let check = |world: &mut World, present: &[usize]| {
        for phone in 0..4 {
            let leg = LegId(phone as u64 + 1);
            let sound = world.stop_record(phone, leg, phone as u128);
            let frame: &Frame = sound[sound.len() - 800..sound.len() - 640]
                .try_into()
                .unwrap();
            for (other, &hz) in voices.iter().enumerate() {
                let wanted = other != phone
                    && other != 3
                    && present.contains(&other)
                    && present.contains(&phone);
                let found = listen::ToneListener::new(hz).hear(frame);
                assert_eq!(found, wanted, "phone {phone} and the voice of {other}");
            }
        }
    };
    check(&mut world, &[0, 1, 2, 3]);
    world.command(4, LegId(1), MediaCommand::Part);
    for phone in 0..4 {
        let leg = LegId(phone as u64 + 1);
        world.record(phone, leg, phone as u128, RecordingTrack::Inbound, false);
    }
    world.run(1_000);
    check(&mut world, &[1, 2, 3]);
    let phases: Vec<_> = (2..=4)
        .map(|leg| world.engines[4].phase(LegId(leg)))
        .collect();
    assert!(
        phases.iter().all(|phase| *phase == phases[0]),
        "a room has one phase"
    );
}

#[test]
fn legs_on_two_engines_hear_each_other() {
    let mut world = World::new(&[MU, MU, ALL, ALAW]);
    world.call((0, A), (1, A));
    world.call((3, C), (2, C));
    world.command(1, A, MediaCommand::Join { peer: C });
    world.command(2, C, MediaCommand::Join { peer: A });
    world.run(300);
    world.record(0, A, 1, RecordingTrack::Inbound, false);
    world.record(3, C, 2, RecordingTrack::Inbound, false);
    world.play(0, A, 1, 600.0, 3_000);
    world.play(3, C, 2, 1_500.0, 3_000);
    world.run(2_000);
    assert_eq!(heard(&world.stop_record(0, A, 1)[8_000..14_000]).0, 1_500.0);
    assert_eq!(heard(&world.stop_record(3, C, 2)[8_000..14_000]).0, 600.0);
    world.run(1_500);
    let prompt = Prompt::Digits("8#".to_owned());
    world.command(
        0,
        A,
        MediaCommand::Play {
            play: PlayId(9),
            prompt,
            loops: 1,
        },
    );
    world.run(1_500);
    assert_eq!(world.digits(3), "8#", "keys go along");
    world.command(1, A, MediaCommand::Part);
    world.command(2, C, MediaCommand::Part);
    world.run(100);
    world.engines[1].handle_relay(
        world.now,
        A,
        Relayed {
            frame: frame_of(9_000),
            digit: None,
        },
    );
    world.record(0, A, 3, RecordingTrack::Inbound, false);
    world.run(500);
    let sound = world.stop_record(0, A, 3);
    let (_, level) = heard(&sound);
    assert!(level < -60.0, "nobody's sound is taken: {level} dBm0");
}
