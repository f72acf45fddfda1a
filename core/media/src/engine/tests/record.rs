//! Recordings: which channel holds whom, and how they end.

use super::*;
use model::media::RecordEnd;

fn bridge() -> World {
    let mut world = World::new(&[MU, MU, MU]);
    world.call((0, A), (1, A));
    world.call((2, C), (1, C));
    world.command(1, A, MediaCommand::Join { peer: C });
    world.run(500);
    world
}

#[test]
fn a_dual_recording_has_each_party_on_its_channel() {
    let mut world = bridge();
    world.record(1, A, 1, RecordingTrack::Both, true);
    world.record(1, A, 2, RecordingTrack::Both, false);
    world.record(1, A, 3, RecordingTrack::Outbound, false);
    world.run(1_000);
    world.play(0, A, 1, 600.0, 2_000);
    world.play(2, C, 2, 1_500.0, 2_000);
    world.run(3_000);
    let dual = world.stop_record(1, A, 1);
    assert_eq!(dual.len(), 4_000 * 8 * 2);
    let channel = |n: usize| {
        dual.iter()
            .skip(n)
            .step_by(2)
            .copied()
            .collect::<Vec<i16>>()
    };
    for (n, hz) in [(0, 600.0), (1, 1_500.0)] {
        let channel = channel(n);
        let (found, level) = heard(&channel[12_000..20_000]);
        assert_eq!(found, hz, "channel {n}");
        assert!((level + 10.0).abs() < 1.0);
        assert!(
            heard(&channel[..7_000]).1 < -50.0,
            "nothing was said in the first second"
        );
        // Both begin together, after a second and what the way takes.
        let start = channel
            .iter()
            .position(|sample| sample.abs() > 2_000)
            .unwrap()
            / 8;
        assert!(
            (1_000..1_250).contains(&start),
            "channel {n} begins at {start} ms"
        );
    }
    let mixed = world.stop_record(1, A, 2);
    let frame: &Frame = mixed[16_000..16_160].try_into().unwrap();
    for hz in [600.0, 1_500.0] {
        assert!(
            listen::ToneListener::new(hz).hear(frame),
            "{hz} Hz in the mix"
        );
    }
    assert_eq!(
        heard(&world.stop_record(1, A, 3)[12_000..20_000]).0,
        1_500.0
    );
    assert_eq!(world.desks[1].ended.len(), 3);
    assert!(
        world.desks[1]
            .ended
            .iter()
            .all(|(_, kept)| kept.heard && kept.length_ms == 4_000)
    );
}

#[test]
fn silence_and_length_end_a_recording() {
    let mut world = World::new(&[MU, MU]);
    world.call((0, A), (1, B));
    world.run(300);
    let spec = |silence_ms, length_ms_max| RecordSpec {
        dual: false,
        track: RecordingTrack::Inbound,
        trim: true,
        length_ms_max,
        silence_ms,
    };
    let one = MediaCommand::Record {
        recording: RecordingSid(1),
        spec: spec(Some(2_000), 60_000),
    };
    let two = MediaCommand::Record {
        recording: RecordingSid(2),
        spec: spec(None, 1_500),
    };
    let none = MediaCommand::Record {
        recording: RecordingSid(3),
        spec: spec(Some(1_000), 60_000),
    };
    world.command(0, A, none);
    world.run(1_200);
    world.command(0, A, one);
    world.command(0, A, two);
    world.play(1, B, 1, 700.0, 1_000);
    world.run(4_000);
    let ended: Vec<(u128, RecordEnd, bool)> = world.desks[0]
        .ended
        .iter()
        .map(|(sid, kept)| (sid.0, kept.end, kept.heard))
        .collect();
    assert_eq!(
        ended,
        [
            (3, RecordEnd::Silence, false),
            (2, RecordEnd::LengthMax, true),
            (1, RecordEnd::Silence, true)
        ]
    );
    let kept = world.desks[0].ended[2].1;
    assert!(
        (1_000..1_700).contains(&kept.length_ms),
        "trimmed to {} ms",
        kept.length_ms
    );
    let told = world.desks[0]
        .events
        .iter()
        .filter(|(_, event)| matches!(event, MediaEvent::RecordEnded { .. }));
    assert_eq!(told.count(), 3);
}

#[test]
fn more_recordings_than_a_leg_may_have_fail() {
    let mut world = World::new(&[MU, MU]);
    world.call((0, A), (1, B));
    for number in 0..5 {
        world.record(0, A, number, RecordingTrack::Both, false);
    }
    let ends: Vec<RecordEnd> = world.desks[0]
        .ended
        .iter()
        .map(|(_, kept)| kept.end)
        .collect();
    assert_eq!(ends, [RecordEnd::Failed]);
}
