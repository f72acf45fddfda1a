//! Real sound under the virtual clock: what two people say is heard, and kept on its channel.

use call::command::RecordCall;
use call::{AskId, Command};
use media::sound::level_dbm0;
use model::recording::RecordingTrack;
use sim::World;
use sim::character::{Act, Character};
use sim::customer::{Answer, Page};
use sim::network::Wire;
use sim::order::url;
use sim::world::BEGIN;

/// Sound is a voice from here on.
const VOICE_DBM0: f32 = -30.0;
/// Samples of 100 ms.
const TENTH: usize = 800;

fn page(world: &mut World, path: &str, body: &str) {
    let content_type = Some("text/xml".to_owned());
    let answer = Answer::Body {
        content_type,
        body: body.as_bytes().to_vec(),
    };
    let after = model::Span::from_millis(30);
    world.customer.page(path, Page { after, answer });
}

/// Tenths of a second of one channel in which there is a voice.
fn voiced(samples: &[i16], channels: u8, channel: usize) -> Vec<usize> {
    let one: Vec<i16> = samples
        .iter()
        .skip(channel)
        .step_by(usize::from(channels))
        .copied()
        .collect();
    let tenths = one.chunks(TENTH).enumerate();
    tenths
        .filter(|(_, tenth)| level_dbm0(tenth) > VOICE_DBM0)
        .map(|(n, _)| n)
        .collect()
}

#[test]
fn a_dual_recording_has_each_party_on_its_channel() {
    let mut world = World::new(5, Wire::default()).with_engines(5);
    let dial = "<Response><Dial record=\"record-from-answer-dual\">+12025551001</Dial></Response>";
    page(&mut world, "/in", dial);
    world.shelf.own(BEGIN, "+12025550190", Some(url("/in")));
    let say = |text: &str| Act::Say(text.to_owned());
    // Bob answers at about 2 s and speaks at 4 s; Ann speaks at 7 s and hangs up.
    let bob = vec![Act::Wait(2_000), say("This is Bob.")];
    world
        .phones
        .set("+12025551001", Character::answering("Bob", 2_000, bob));
    let ann = vec![
        Act::Wait(7_000),
        say("And this is Ann."),
        Act::Wait(2_000),
        Act::HangUp,
    ];
    let ann = Character::answering("Ann", 0, ann);
    world.with_phones(|phones, now| phones.call(now, "+12025551000", "+12025550190", ann));
    while world.step() {}
    let (sid, row) = world
        .shelf
        .recordings
        .first_key_value()
        .expect("the talk was recorded");
    assert_eq!(row.channels, 2);
    let engines = world.sound.as_engines().expect("this world has engines");
    let (samples, channels) = engines.kept(*sid).expect("its sound was kept");
    let (one, other) = (voiced(samples, channels, 0), voiced(samples, channels, 1));
    assert!(one.len() >= 8 && other.len() >= 5, "{one:?} {other:?}");
    // Ann's leg is the recorded one: what it hears is Ann, what is said to it is Bob.
    let (ann, bob) = if one[0] > other[0] {
        (&one, &other)
    } else {
        (&other, &one)
    };
    assert!(
        bob.iter().all(|tenth| (15..40).contains(tenth)),
        "Bob at {bob:?}"
    );
    assert!(
        ann.iter().all(|tenth| (45..80).contains(tenth)),
        "Ann at {ann:?}"
    );
}

#[test]
fn a_message_is_kept_up_to_the_silence_behind_it() {
    let mut world = World::new(6, Wire::default()).with_engines(6);
    let record = "<Response><Record timeout=\"2\" playBeep=\"false\" trim=\"do-not-trim\" \
                  action=\"/kept\"/></Response>";
    page(&mut world, "/in", record);
    page(&mut world, "/kept", "<Response/>");
    world.shelf.own(BEGIN, "+12025550190", Some(url("/in")));
    let acts = vec![
        Act::Wait(1_000),
        Act::Say("Please call me back.".to_owned()),
    ];
    let who = Character::answering("speaks", 0, acts);
    world.with_phones(|phones, now| phones.call(now, "+12025551000", "+12025550190", who));
    while world.step() {}
    let (sid, row) = world
        .shelf
        .recordings
        .first_key_value()
        .expect("a message was kept");
    let engines = world.sound.as_engines().expect("this world has engines");
    let (samples, channels) = engines.kept(*sid).expect("its sound was kept");
    let voiced = voiced(samples, channels, 0);
    // A second of silence, 20 characters in 1.4 s, two seconds of silence that end it: 4.7 s.
    assert!((10..=16).contains(&voiced.len()), "{voiced:?}");
    assert_eq!(row.duration_secs, Some(5), "{row:?}");
}

#[test]
fn an_echo_brings_back_what_was_said_and_nothing_else() {
    let mut world = World::new(7, Wire::default()).with_engines(7);
    page(&mut world, "/in", "<Response><Echo/></Response>");
    world.shelf.own(BEGIN, "+12025550190", Some(url("/in")));
    let acts = vec![
        Act::Wait(3_000),
        Act::Say("Can I hear myself?".to_owned()),
        Act::Wait(3_000),
        Act::HangUp,
    ];
    let who = Character::answering("speaks", 0, acts);
    world.with_phones(|phones, now| phones.call(now, "+12025551000", "+12025550190", who));
    world.run_until(BEGIN + model::Span::from_secs(1));
    let (call, account) = {
        let row = world.shelf.calls.values().next().expect("a call came in");
        (row.sid, row.account)
    };
    let record = RecordCall {
        dual: true,
        track: RecordingTrack::Both,
        trim: false,
        callback: None,
    };
    let ask = AskId(1);
    world.command(Command::Record {
        ask,
        account,
        call,
        record,
    });
    while world.step() {}
    let (sid, _) = world
        .shelf
        .recordings
        .first_key_value()
        .expect("the call was recorded");
    let engines = world.sound.as_engines().expect("this world has engines");
    let (samples, channels) = engines.kept(*sid).expect("its sound was kept");
    let (said, heard) = (voiced(samples, channels, 0), voiced(samples, channels, 1));
    assert!(said.len() >= 8, "{said:?}");
    // What goes back leaves with the next frame: within the same tenth of a second, or the next.
    assert!(heard.len().abs_diff(said.len()) <= 2, "{said:?} {heard:?}");
    assert!(heard[0].abs_diff(said[0]) <= 1, "{said:?} {heard:?}");
}

#[test]
fn the_same_world_sounds_the_same_twice() {
    let samples = |seed| {
        let mut story = sim::generate::Story::new(seed, false).with_engines(seed);
        story.play().expect("no complaint");
        let world = &story.world;
        let engines = world.sound.as_engines().expect("this world has engines");
        let kept = world
            .shelf
            .recordings
            .keys()
            .filter_map(|sid| engines.kept(*sid));
        kept.map(|(samples, _)| samples.to_vec())
            .collect::<Vec<_>>()
    };
    let seed = (0..40).find(|seed| !samples(*seed).concat().is_empty());
    let seed = seed.expect("one of forty worlds keeps a recording");
    assert_eq!(samples(seed), samples(seed));
}
