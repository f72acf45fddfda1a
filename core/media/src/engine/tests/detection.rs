//! A leg that is listened to, to find out who picked up.

use super::*;
use crate::sound::speech_stand_in::speak;
use model::AnsweredBy;
use model::amd::Settings;

const SETTINGS: Settings = Settings {
    to_the_end: false,
    timeout_ms: Some(30_000),
    speech_ms: None,
    speech_end_ms: None,
    silence_ms: None,
};

/// Two engines in a call; the first listens to the second.
fn listening(settings: Settings) -> World {
    let mut world = World::new(&[ALL, ALL]);
    world.call((0, A), (1, B));
    world.run(200);
    world.command(0, A, MediaCommand::Detect(settings));
    world
}

fn say(world: &mut World, words: &str) {
    let play = PlayId(2);
    let prompt = Prompt::File {
        url: "words".to_owned(),
        account: model::AccountSid(1),
    };
    let command = MediaCommand::Play {
        play,
        prompt,
        loops: 1,
    };
    world.command(1, B, command);
    let feed = Feed::Samples(speak(words, 1).into());
    world.engines[1].feed(world.now, B, play, feed, &mut world.desks[1]);
}

/// Every verdict so far.
fn verdicts(world: &World) -> Vec<AnsweredBy> {
    let events = world.desks[0].events.iter();
    let verdict = |(leg, event): &(LegId, MediaEvent)| match event {
        MediaEvent::Detected { answered_by } if *leg == A => Some(*answered_by),
        _ => None,
    };
    events.filter_map(verdict).collect()
}

#[test]
fn a_verdict_comes_once_and_then_nobody_listens() {
    for (words, verdict) in [
        ("Hello?", AnsweredBy::Human),
        (
            "You have reached the office of Brown and Company. Nobody can take your call now.",
            AnsweredBy::MachineStart,
        ),
    ] {
        let mut world = listening(SETTINGS);
        say(&mut world, words);
        world.run(4_000);
        assert_eq!(verdicts(&world), [verdict], "{words}");
        say(&mut world, words);
        world.run(8_000);
        assert_eq!(verdicts(&world).len(), 1);
        let session = world.engines[0]
            .slot(A)
            .and_then(|slot| world.engines[0].session(slot));
        let session = session.expect("the leg is open");
        assert!(session.detector.is_none() && !session.ear_on);
    }
}

#[test]
fn a_bad_line_changes_nothing() {
    for codecs in [MU, ALAW, WIDE] {
        let mut world = World::new(&[codecs, codecs]);
        world.weather = Weather {
            loss: 3,
            jitter_us: 20_000,
            doubled: 1,
        };
        world.call((0, A), (1, B));
        world.command(0, A, MediaCommand::Detect(SETTINGS));
        world.run(400);
        say(&mut world, "Hello?");
        world.run(3_000);
        assert_eq!(verdicts(&world), [AnsweredBy::Human], "{codecs:?}");
    }
}

#[test]
fn time_goes_on_for_a_far_end_that_holds_or_says_nothing() {
    let settings = Settings {
        silence_ms: Some(2_000),
        ..SETTINGS
    };
    let mut world = listening(settings);
    world.run(1_000);
    let held = world.sdp(1).replace("a=sendrecv", "a=inactive");
    let sdp = Some(held);
    world.command(0, A, MediaCommand::Renegotiate { sdp });
    world.run(980);
    assert_eq!(verdicts(&world), []);
    world.run(60);
    assert_eq!(verdicts(&world), [AnsweredBy::Unknown]);
    // Nor does it need a far end that has ever been heard.
    let mut world = World::new(&[MU]);
    let phone = SocketAddr::from(([192, 0, 2, 1], 9_000));
    world.phone(0, A, phone, "RTP/AVP 0\r\n");
    world.command(0, A, MediaCommand::Detect(settings));
    world.run(2_020);
    assert_eq!(verdicts(&world), [AnsweredBy::Unknown]);
}

#[test]
fn another_codec_in_the_midst_of_it_does_not_begin_it_anew() {
    let settings = Settings {
        speech_ms: Some(2_000),
        ..SETTINGS
    };
    let mut world = listening(settings);
    world.run(100);
    say(
        &mut world,
        "You have reached the office of Brown and Company. Nobody is here.",
    );
    world.run(1_400);
    world.command(1, B, MediaCommand::Renegotiate { sdp: None });
    let other = world.sdp(1).replace("RTP/AVP 0 8 9", "RTP/AVP 8");
    assert!(other.contains("RTP/AVP 8"), "{other}");
    world.command(0, A, MediaCommand::Renegotiate { sdp: Some(other) });
    let sdp = world.sdp(0);
    world.command(1, B, MediaCommand::Connect { sdp });
    world.run(1_200);
    // One that had begun anew would have heard too little for a machine by now.
    assert_eq!(verdicts(&world), [AnsweredBy::MachineStart]);
}

#[test]
fn a_joined_leg_hears_everything_while_its_peer_is_listened_to() {
    let mut world = World::new(&[MU, MU, MU]);
    world.call((0, A), (1, B));
    world.call((0, C), (2, C));
    world.command(0, A, MediaCommand::Join { peer: C });
    world.command(0, A, MediaCommand::Detect(SETTINGS));
    world.record(2, C, 7, RecordingTrack::Inbound, false);
    world.record(0, A, 8, RecordingTrack::Inbound, false);
    world.run(300);
    say(&mut world, "Hello? Who is it?");
    world.run(3_500);
    assert_eq!(verdicts(&world), [AnsweredBy::Human]);
    let voiced = |sound: &[i16]| {
        let frames = sound.as_chunks::<160>().0.iter();
        frames
            .filter(|frame| crate::sound::level_dbm0(&frame[..]) > -35.0)
            .count()
    };
    let (there, here) = (world.stop_record(2, C, 7), world.stop_record(0, A, 8));
    let said = voiced(&speak("Hello? Who is it?", 1));
    assert!(said > 40);
    for heard in [voiced(&there), voiced(&here)] {
        assert!(
            heard + 3 >= said && heard <= said + 8,
            "{heard} of {said} frames"
        );
    }
}

#[test]
fn a_leg_that_is_closed_finds_nothing_out() {
    let mut world = listening(Settings {
        silence_ms: Some(2_000),
        ..SETTINGS
    });
    world.run(1_000);
    world.command(0, A, MediaCommand::Close);
    world.run(3_000);
    assert_eq!(verdicts(&world), []);
}
