//! Sound from end to end: what is played at one side is heard at the other.

use super::*;

const PHONE: &str = "192.0.2.7:9000";

fn tone_over(codecs: &[Codec], weather: Weather) -> (f32, f32, f32) {
    let mut world = World::new(&[codecs, codecs]);
    world.weather = weather;
    world.call((0, A), (1, B));
    world.run(200);
    world.record(1, B, 1, RecordingTrack::Inbound, false);
    world.play(0, A, 1, 1_000.0, 4_000);
    world.run(3_000);
    let sound = world.stop_record(1, B, 1);
    assert!(sound.len() >= 2_900 * 8);
    // By pieces of 100 ms, so that a gap shows.
    let pieces: Vec<(f32, f32)> = sound[8_000..23_000].chunks(800).map(heard).collect();
    let good = pieces.iter().filter(|(hz, _)| *hz == 1_000.0).count() as f32;
    let (hz, level) = heard(&sound[8_000..23_000]);
    (hz, level, good / pieces.len() as f32)
}

#[test]
fn a_tone_is_heard_at_its_level_in_every_codec() {
    for codecs in [MU, ALAW, WIDE] {
        let (hz, level, good) = tone_over(codecs, Weather::default());
        assert_eq!((hz, good), (1_000.0, 1.0), "{codecs:?}");
        assert!((level + 10.0).abs() < 1.0, "{codecs:?}: {level} dBm0");
    }
}

#[test]
fn a_tone_gets_through_bad_weather() {
    let weather = Weather {
        loss: 3,
        jitter_us: 60_000,
        doubled: 5,
    };
    for codecs in [MU, WIDE] {
        let (hz, level, good) = tone_over(codecs, weather);
        assert_eq!(hz, 1_000.0);
        assert!(
            (level + 10.0).abs() < 2.0 && good > 0.9,
            "{codecs:?}: {level} dBm0, {good}"
        );
    }
}

#[test]
fn every_pair_of_codecs_meets_in_the_middle() {
    for (left, right) in [(MU, ALAW), (ALAW, WIDE), (WIDE, MU), (MU, MU)] {
        let mut world = World::new(&[left, ALL, right]);
        world.call((0, A), (1, A));
        world.call((2, C), (1, C));
        world.command(1, A, MediaCommand::Join { peer: C });
        world.run(200);
        world.record(0, A, 1, RecordingTrack::Inbound, false);
        world.record(2, C, 2, RecordingTrack::Inbound, false);
        world.play(0, A, 1, 600.0, 3_000);
        world.play(2, C, 2, 1_500.0, 3_000);
        world.run(2_500);
        let (at_left, at_right) = (world.stop_record(0, A, 1), world.stop_record(2, C, 2));
        for (sound, wanted) in [(at_left, 1_500.0), (at_right, 600.0)] {
            let (hz, level) = heard(&sound[8_000..18_000]);
            assert_eq!(hz, wanted, "{left:?} {right:?}");
            assert!((level + 10.0).abs() < 1.5, "{level} dBm0");
        }
    }
}

#[test]
fn packets_leave_every_twenty_milliseconds_without_a_gap() {
    let mut world = World::new(&[ALL, ALL]);
    world.call((0, A), (1, B));
    world.run(500);
    world.play(0, A, 1, 800.0, 700);
    world.run(2_000);
    let sent = world.sent_from(home(0, 1));
    assert!(sent.len() >= 120, "{}", sent.len());
    assert!(
        sent.windows(2)
            .all(|pair| pair[1].0.since(pair[0].0).millis() <= 20)
    );
    for pair in sent.windows(2) {
        let [first, second] = [&pair[0].3, &pair[1].3];
        let number = |bytes: &[u8], at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
        assert_eq!(number(second, 2), number(first, 2).wrapping_add(1));
        let stamp = |b: &[u8]| u32::from_be_bytes([b[4], b[5], b[6], b[7]]);
        assert_eq!(stamp(second), stamp(first).wrapping_add(160));
    }
}

#[test]
fn the_packet_time_of_the_far_end_is_kept() {
    let phone: SocketAddr = PHONE.parse().unwrap();
    let mut world = World::new(&[ALL]);
    world.phone(0, A, phone, "RTP/AVP 0\r\na=ptime:30\r\n");
    world.run(1_200);
    let sent = world.sent_from(home(0, 1));
    assert!((38..=41).contains(&sent.len()), "{}", sent.len());
    assert!(sent.iter().all(|sent| sent.3.len() == 12 + 240));
}

#[test]
fn prompts_follow_each_other_and_tell_their_end() {
    use model::media::PlayEnd;
    let mut world = World::new(&[ALL, ALL]);
    world.call((0, A), (1, B));
    world.record(1, B, 1, RecordingTrack::Inbound, false);
    let file = || Prompt::File {
        url: "x".to_owned(),
        account: model::AccountSid(1),
    };
    for play in 1..=4 {
        let loops = if play == 2 { 3 } else { 1 };
        let command = MediaCommand::Play {
            play: PlayId(play),
            prompt: file(),
            loops,
        };
        world.command(0, A, command);
    }
    assert_eq!(world.desks[0].wanted.len(), 4, "all are asked for at once");
    let feed = |world: &mut World, play: u64, feed: Feed| {
        world.engines[0].feed(world.now, A, PlayId(play), feed, &mut world.desks[0]);
    };
    // The second is here before the first; the third fails; the fourth is stopped.
    feed(&mut world, 2, Feed::Chunk(sine(900.0, 100)));
    feed(&mut world, 2, Feed::End);
    let code = model::ErrorCode::HTTP_FAILURE;
    feed(
        &mut world,
        3,
        Feed::Failed {
            code,
            text: "404".to_owned(),
        },
    );
    world.run(300);
    let played = |world: &World| -> Vec<(u64, PlayEnd)> {
        let events = world.desks[0].events.iter();
        let played = events.filter_map(|(_, event)| match event {
            MediaEvent::Played { play, end } => Some((play.0, end.clone())),
            _ => None,
        });
        played.collect()
    };
    assert!(played(&world).is_empty(), "the first still waits");
    feed(&mut world, 1, Feed::Chunk(sine(500.0, 100)));
    feed(&mut world, 1, Feed::Chunk(sine(500.0, 100)));
    feed(&mut world, 1, Feed::End);
    world.command(0, A, MediaCommand::StopPlay { play: PlayId(4) });
    world.run(1_000);
    let failed = PlayEnd::Failed {
        code,
        text: "404".to_owned(),
    };
    assert_eq!(
        played(&world),
        [
            (4, PlayEnd::Stopped),
            (1, PlayEnd::Finished),
            (2, PlayEnd::Finished),
            (3, failed)
        ]
    );
    let sound = world.stop_record(1, B, 1);
    let loud = |hz: f32| {
        sound
            .chunks_exact(160)
            .filter(|piece| heard(piece).0 == hz)
            .count()
    };
    assert!((8..=11).contains(&loud(500.0)), "{}", loud(500.0));
    assert!((13..=16).contains(&loud(900.0)), "{}", loud(900.0));
}

#[test]
fn a_first_prompt_waits_for_no_beat() {
    for waited_ms in [5, 10, 15, 20] {
        let mut world = World::new(&[ALL]);
        // We were called and have answered; the caller's sound is still on its way.
        let sdp = phone_sdp(PHONE.parse().unwrap(), "RTP/AVP 0\r\n");
        world.command(
            0,
            A,
            MediaCommand::Open(model::media::Opening::Answer { sdp }),
        );
        world.run(waited_ms);
        assert!(world.sent_from(home(0, 1)).is_empty());
        world.play(0, A, 1, 500.0, 200);
        let asked = world.now;
        world.run(200);
        let sent = world.sent_from(home(0, 1));
        let times: Vec<u64> = sent
            .iter()
            .map(|sent| sent.0.since(asked).millis())
            .collect();
        assert_eq!(times[0], 5, "after {waited_ms} ms");
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 20));
    }
}

#[test]
fn a_stream_that_has_begun_keeps_its_beat() {
    let mut world = World::new(&[ALL]);
    world.phone(0, A, PHONE.parse().unwrap(), "RTP/AVP 0\r\n");
    world.run(100);
    world.play(0, A, 1, 500.0, 200);
    world.run(300);
    let sent = world.sent_from(home(0, 1));
    let beat = |pair: &[&Sent]| pair[1].0.since(pair[0].0).millis() == 20;
    assert!(sent.len() > 15 && sent.windows(2).all(beat));
}
