//! Recordings: which channel holds whom, and how they end.

use super::*;
use model::media::RecordEnd;
use model::recording::PauseBehavior;

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

/// The piece of one channel of a dual recording from one millisecond to another.
fn piece(dual: &[i16], channel: usize, from_ms: usize, to_ms: usize) -> Vec<i16> {
    let channel = dual.iter().skip(channel).step_by(2).copied();
    channel.take(to_ms * 8).skip(from_ms * 8).collect()
}

#[test]
fn a_pause_leaves_a_gap_out_or_keeps_it_silent_on_both_channels_alike() {
    let mut world = bridge();
    world.play(0, A, 1, 600.0, 9_000);
    world.play(2, C, 2, 1_500.0, 9_000);
    world.run(400);
    for number in [1, 2] {
        world.record(1, A, number, RecordingTrack::Both, true);
    }
    world.run(1_000);
    for (number, behavior) in [(1, PauseBehavior::Skip), (2, PauseBehavior::Silence)] {
        let recording = RecordingSid(number);
        let pause = MediaCommand::PauseRecord {
            recording,
            behavior,
        };
        world.command(1, A, pause);
    }
    world.run(2_000);
    for number in [1, 2] {
        let recording = RecordingSid(number);
        world.command(1, A, MediaCommand::ResumeRecord { recording });
    }
    world.run(1_000);
    let (skip, silence) = (world.stop_record(1, A, 1), world.stop_record(1, A, 2));
    assert_eq!((skip.len(), silence.len()), (2_000 * 16, 4_000 * 16));
    for (channel, hz) in [(0, 600.0), (1, 1_500.0)] {
        for (from_ms, to_ms) in [(0, 960), (1_040, 2_000)] {
            let whole = heard(&piece(&skip, channel, from_ms, to_ms));
            assert_eq!(whole.0, hz, "channel {channel} from {from_ms} ms");
        }
        assert_eq!(heard(&piece(&silence, channel, 0, 1_000)).0, hz);
        let gap = piece(&silence, channel, 1_000, 3_000);
        assert!(gap.iter().all(|sample| *sample == 0), "channel {channel}");
        assert_eq!(heard(&piece(&silence, channel, 3_000, 4_000)).0, hz);
    }
    let lengths: Vec<u32> = world.desks[1]
        .ended
        .iter()
        .map(|(_, kept)| kept.length_ms)
        .collect();
    assert_eq!(lengths, [2_000, 4_000]);
}

#[test]
fn a_pause_outlasts_a_change_of_who_is_heard() {
    let mut world = bridge();
    world.play(0, A, 1, 600.0, 9_000);
    world.play(2, C, 2, 1_500.0, 9_000);
    world.run(400);
    world.record(1, A, 1, RecordingTrack::Both, true);
    world.run(1_000);
    let (recording, behavior) = (RecordingSid(1), PauseBehavior::Skip);
    let pause = MediaCommand::PauseRecord {
        recording,
        behavior,
    };
    world.command(1, A, pause);
    world.run(500);
    world.command(1, A, MediaCommand::Part);
    world.run(500);
    world.command(1, A, MediaCommand::ResumeRecord { recording });
    world.run(1_000);
    world.command(1, A, MediaCommand::Join { peer: C });
    world.run(1_000);
    let dual = world.stop_record(1, A, 1);
    assert_eq!(dual.len(), 3_000 * 16);
    for (from_ms, to_ms, far) in [(0, 960, true), (1_040, 2_000, false), (2_200, 3_000, true)] {
        assert_eq!(heard(&piece(&dual, 0, from_ms, to_ms)).0, 600.0);
        let (hz, level) = heard(&piece(&dual, 1, from_ms, to_ms));
        let silent = level < -50.0;
        assert_eq!((hz == 1_500.0, silent), (far, !far), "from {from_ms} ms");
    }
}

#[test]
fn a_call_nobody_speaks_on_is_kept_unless_silence_is_to_be_cut() {
    let mut world = World::new(&[MU, MU]);
    world.call((0, A), (1, B));
    world.run(300);
    let spec = |trim, silence_ms| RecordSpec {
        dual: false,
        track: RecordingTrack::Both,
        trim,
        length_ms_max: 60_000,
        silence_ms,
    };
    for (number, spec) in [
        (1, spec(false, None)),
        (2, spec(true, None)),
        (3, spec(false, Some(5_000))),
    ] {
        let recording = RecordingSid(number);
        world.command(0, A, MediaCommand::Record { recording, spec });
    }
    world.run(1_000);
    for number in 1..=3 {
        world.stop_record(0, A, number);
    }
    let kept: Vec<(u32, bool)> = world.desks[0]
        .ended
        .iter()
        .map(|(_, kept)| (kept.length_ms, kept.heard))
        .collect();
    assert_eq!(kept, [(1_000, true), (0, false), (1_000, false)]);
}
