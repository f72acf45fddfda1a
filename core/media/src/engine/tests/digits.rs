//! Keys: as events and as tones, heard, sent and passed on.

use super::*;

fn dial(world: &mut World, at: usize, leg: LegId, keys: &str) {
    let prompt = Prompt::Digits(keys.to_owned());
    world.command(
        at,
        leg,
        MediaCommand::Play {
            play: PlayId(9),
            prompt,
            loops: 1,
        },
    );
}

#[test]
fn keys_go_both_ways_through_loss() {
    let mut world = World::new(&[ALL, ALL]);
    world.weather = Weather {
        loss: 10,
        jitter_us: 30_000,
        doubled: 5,
    };
    world.call((0, A), (1, B));
    world.run(500);
    dial(&mut world, 0, A, "0123456789*#");
    dial(&mut world, 1, B, "ABCD55w5#");
    world.run(5_000);
    assert_eq!(world.digits(1), "0123456789*#");
    assert_eq!(world.digits(0), "ABCD555#");
    let events = world
        .sent_from(home(0, 1))
        .iter()
        .filter(|s| s.3[1] & 0x7f == 101)
        .count();
    assert!(
        (90..=100).contains(&events),
        "five updates and three ends a key: {events}"
    );
}

#[test]
fn sound_is_muted_while_a_key_is_sent_and_timestamps_go_on() {
    let mut world = World::new(&[ALL, ALL]);
    world.call((0, A), (1, B));
    world.run(200);
    dial(&mut world, 0, A, "7");
    world.run(600);
    let sent = world.sent_from(home(0, 1));
    let kinds: Vec<u8> = sent.iter().map(|sent| sent.3[1] & 0x7f).collect();
    let first = kinds.iter().position(|&kind| kind == 101).unwrap();
    assert_eq!(kinds[first..first + 8], [101; 8]);
    assert!(kinds[first + 8..].iter().all(|&kind| kind == 0));
    let stamp = |n: usize| {
        let b = &sent[n].3;
        u32::from_be_bytes([b[4], b[5], b[6], b[7]])
    };
    assert!((0..8).all(|n| stamp(first + n) == stamp(first)));
    assert_eq!(stamp(first).wrapping_sub(stamp(first - 1)), 160);
    assert_eq!(stamp(first + 8).wrapping_sub(stamp(first)), 8 * 160);
    assert_eq!(sent[first].3[1] & 0x80, 0x80, "a key begins with a marker");
    assert_eq!(
        sent[first + 8].3[1] & 0x80,
        0x80,
        "and so does the sound after it"
    );
    assert!(
        sent.windows(2)
            .all(|pair| pair[1].0.since(pair[0].0).millis() <= 20)
    );
    let durations = world.desks[1]
        .events
        .iter()
        .filter_map(|(_, event)| match event {
            MediaEvent::Digit {
                digit: '7',
                duration_ms,
            } => Some(*duration_ms),
            _ => None,
        });
    assert_eq!(durations.collect::<Vec<u32>>(), [100]);
}

#[test]
fn without_events_keys_are_tones_both_ways() {
    let mut world = World::new(&[MU, MU]);
    world
        .engines
        .iter_mut()
        .for_each(|engine| engine.config.telephone_event = false);
    world.call((0, A), (1, B));
    world.run(300);
    dial(&mut world, 0, A, "1590#");
    dial(&mut world, 1, B, "*2");
    world.run(2_000);
    assert_eq!(world.digits(1), "1590#");
    assert_eq!(world.digits(0), "*2");
}

#[test]
fn a_joined_peer_gets_the_key_as_it_understands_it() {
    // A phone with events, the exchange, a phone without.
    let mut world = World::new(&[MU, MU, MU]);
    world.engines[2].config.telephone_event = false;
    world.call((0, A), (1, A));
    world.call((2, C), (1, C));
    world.command(1, A, MediaCommand::Join { peer: C });
    world.run(500);
    dial(&mut world, 0, A, "42");
    world.run(1_500);
    assert_eq!(world.digits(1), "42", "the exchange hears each key once");
    assert_eq!(world.digits(2), "42", "the far phone hears tones");
    let mut world = World::new(&[MU, ALAW, MU]);
    world.engines[1] = Engine::new(EngineConfig::new(home(1, 0).ip()), Chance::new(3));
    world.call((0, A), (1, A));
    world.call((2, C), (1, C));
    world.command(1, A, MediaCommand::Join { peer: C });
    world.run(500);
    dial(&mut world, 0, A, "0123456789*#");
    world.run(4_000);
    assert_eq!(
        world.digits(2),
        "0123456789*#",
        "the far phone hears events"
    );
}
