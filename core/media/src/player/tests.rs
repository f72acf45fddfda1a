//! Order, gaplessness, streams, loops and stops.

use super::*;
use crate::sound::level_dbm0;
use crate::sound::listen::dominant_hz;

fn ramp(from: i16, count: usize) -> Source {
    Source::Samples((0..count as i16).map(|n| from + n).collect())
}

fn play(player: &mut Player, frames: usize) -> Vec<i16> {
    let mut sound = Vec::new();
    for _ in 0..frames {
        let mut frame = [77; FRAME_SAMPLES];
        player.next_frame(&mut frame);
        sound.extend_from_slice(&frame);
    }
    sound
}

fn events(player: &mut Player) -> Vec<PlayerEvent> {
    std::iter::from_fn(|| player.poll_event()).collect()
}

fn finished(id: u64, why: PlayEnd, played_ms: u64) -> PlayerEvent {
    PlayerEvent::Finished { id, why, played_ms }
}

#[test]
fn an_idle_player_gives_silence() {
    let mut player = Player::new();
    let mut frame = [5; FRAME_SAMPLES];
    assert!(!player.next_frame(&mut frame));
    assert_eq!(frame, SILENT_FRAME);
    assert!(player.is_idle());
}

#[test]
fn sources_follow_each_other_without_a_gap() {
    let mut player = Player::new();
    player.play(1, ramp(1, 200), 1).expect("room");
    player.play(2, ramp(1_001, 250), 2).expect("room");
    let sound = play(&mut player, 5);
    let expected: Vec<i16> = (1..=200)
        .chain(1_001..=1_250)
        .chain(1_001..=1_250)
        .collect();
    assert_eq!(sound[..700], expected);
    assert!(sound[700..].iter().all(|&sample| sample == 0));
    assert_eq!(
        events(&mut player),
        [
            finished(1, PlayEnd::Played, 25),
            finished(2, PlayEnd::Played, 62)
        ]
    );
}

#[test]
fn the_end_is_told_with_the_last_frame_and_not_one_later() {
    let mut player = Player::new();
    player.play(1, ramp(0, 320), 1).expect("room");
    play(&mut player, 1);
    assert!(events(&mut player).is_empty());
    play(&mut player, 1);
    assert_eq!(events(&mut player), [finished(1, PlayEnd::Played, 40)]);
    assert!(player.is_idle());
}

#[test]
fn zero_loops_are_a_thousand() {
    let mut player = Player::new();
    player.play(1, ramp(1, 160), 0).expect("room");
    play(&mut player, 999);
    assert!(!player.is_idle());
    play(&mut player, 1);
    assert_eq!(events(&mut player), [finished(1, PlayEnd::Played, 20_000)]);
}

#[test]
fn empty_sources_end_at_once_however_often_they_loop() {
    let mut player = Player::new();
    player
        .play(1, Source::Samples(Vec::new().into()), 0)
        .expect("room");
    player
        .play(2, Source::Silence { length_ms: 0 }, 0)
        .expect("room");
    player
        .play(
            3,
            Source::Digits(DigitString::parse("").expect("no keys")),
            0,
        )
        .expect("room");
    player.play(4, ramp(9, 160), 1).expect("room");
    assert_eq!(play(&mut player, 1)[0], 9);
    assert_eq!(events(&mut player).len(), 4);
}

#[test]
fn a_stream_that_runs_dry_waits_and_goes_on() {
    let mut player = Player::new();
    player.play(7, Source::Stream, 1).expect("room");
    player.play(8, ramp(500, 160), 1).expect("room");
    player.feed(7, &[11; 200]).expect("it streams");
    let sound = play(&mut player, 3);
    assert_eq!(sound[..200], [11; 200]);
    assert!(sound[200..].iter().all(|&sample| sample == 0));
    assert!(events(&mut player).is_empty());
    player.feed(7, &[12; 100]).expect("it streams");
    player.finish(7).expect("it streams");
    let sound = play(&mut player, 2);
    assert_eq!(sound[..100], [12; 100]);
    assert_eq!(sound[100], 500, "what waits follows in the same frame");
    assert_eq!(events(&mut player)[0], finished(7, PlayEnd::Played, 72));
    assert_eq!(player.feed(7, &[1]), Err(PlayError::NoSuchStream));
}

#[test]
fn sound_in_parts_waits_for_more_and_repeats_once_it_is_whole() {
    let part = |value: i16, count: usize| -> Arc<[i16]> { vec![value; count].into() };
    let mut player = Player::new();
    player.play(1, Source::Parts, 2).expect("room");
    player.play(2, ramp(500, 160), 1).expect("room");
    player.supply(1, part(1, 100)).expect("it arrives");
    player.supply(1, part(2, 100)).expect("it arrives");
    let sound = play(&mut player, 2);
    assert_eq!(sound[..100], [1; 100]);
    assert_eq!(sound[100..200], [2; 100]);
    assert_eq!(sound[200..], [0; 120], "silence while the rest is awaited");
    player.supply(1, part(3, 60)).expect("it arrives");
    player.complete(1).expect("it arrives");
    assert!(player.supply(1, part(4, 1)).is_err());
    let sound = play(&mut player, 3);
    assert_eq!(sound[..60], [3; 60]);
    assert_eq!(sound[60..160], [1; 100], "again, without a gap");
    assert_eq!(sound[260..320], [3; 60]);
    assert_eq!(sound[320], 500);
    assert_eq!(
        events(&mut player)[0].clone(),
        finished(1, PlayEnd::Played, 80)
    );
}

#[test]
fn sound_that_breaks_off_is_played_once_and_then_over() {
    let mut player = Player::new();
    player.play(1, Source::Parts, 5).expect("room");
    player.supply(1, vec![9; 200].into()).expect("it arrives");
    player.break_off(1).expect("it arrives");
    let sound = play(&mut player, 3);
    assert_eq!(sound[..200], [9; 200]);
    assert!(sound[200..].iter().all(|&sample| sample == 0));
    assert_eq!(events(&mut player), [finished(1, PlayEnd::Played, 25)]);
}

#[test]
fn marks_come_when_the_sound_before_them_was_played() {
    let mut player = Player::new();
    player.play(1, Source::Stream, 1).expect("room");
    player.mark(1, 100).expect("room");
    assert_eq!(
        events(&mut player),
        [PlayerEvent::MarkReached { id: 1, mark: 100 }]
    );
    player.feed(1, &[1; 320]).expect("it streams");
    player.mark(1, 101).expect("room");
    player.feed(1, &[1; 1_000]).expect("it streams");
    player.mark(1, 102).expect("room");
    play(&mut player, 1);
    assert!(events(&mut player).is_empty());
    play(&mut player, 1);
    assert_eq!(
        events(&mut player),
        [PlayerEvent::MarkReached { id: 1, mark: 101 }]
    );
    player.clear(1).expect("it streams");
    assert_eq!(
        events(&mut player),
        [PlayerEvent::MarkReached { id: 1, mark: 102 }]
    );
    assert!(play(&mut player, 1).iter().all(|&sample| sample == 0));
    player.feed(1, &[3; 160]).expect("it still streams");
    assert_eq!(play(&mut player, 1)[0], 3);
}

#[test]
fn stopping_takes_one_or_all_and_tells() {
    let mut player = Player::new();
    player.play(1, ramp(0, 1_600), 1).expect("room");
    player.play(2, ramp(0, 1_600), 1).expect("room");
    player.play(3, ramp(2_000, 1_600), 1).expect("room");
    play(&mut player, 2);
    assert_eq!(player.playing(), Some(1));
    assert!(player.stop(2) && !player.stop(2));
    assert!(player.stop(1));
    assert_eq!(play(&mut player, 1)[0], 2_000);
    player.stop_all();
    assert_eq!(
        events(&mut player),
        [
            finished(2, PlayEnd::Stopped, 0),
            finished(1, PlayEnd::Stopped, 40),
            finished(3, PlayEnd::Stopped, 20)
        ]
    );
    assert!(player.is_idle());
}

#[test]
fn tones_pauses_and_keys_sound_in_turn() {
    let mut player = Player::new();
    player
        .play(1, Source::Tone(Tone::RecordBeep), 1)
        .expect("room");
    player
        .play(2, Source::Silence { length_ms: 100 }, 1)
        .expect("room");
    player
        .play(
            3,
            Source::Digits(DigitString::parse("5w#").expect("keys")),
            1,
        )
        .expect("room");
    let sound = play(&mut player, 80);
    assert_eq!(
        dominant_hz(&sound[..4_000]).map(|(hz, _)| hz),
        Some(1_400.0)
    );
    assert!(sound[4_000..4_800].iter().all(|&sample| sample == 0));
    assert!(level_dbm0(&sound[4_800..5_600]) > -8.0);
    assert_eq!(
        events(&mut player),
        [
            finished(1, PlayEnd::Played, 500),
            finished(2, PlayEnd::Played, 100),
            finished(3, PlayEnd::Played, 900)
        ]
    );
}

#[test]
fn the_pressed_key_is_told_for_legs_that_send_events() {
    let mut player = Player::new();
    assert_eq!(player.pressed_digit(), None);
    player
        .play(
            1,
            Source::Digits(DigitString::parse("9w").expect("keys")),
            1,
        )
        .expect("room");
    let mut told = Vec::new();
    for _ in 0..6 {
        told.push(player.pressed_digit());
        play(&mut player, 1);
    }
    let key = |samples| Some(('9', samples));
    assert_eq!(told, [key(0), key(160), key(320), key(480), key(640), None]);
}

#[test]
fn bounds_hold() {
    let mut player = Player::new();
    for id in 0..PLAY_QUEUE_MAX as u64 {
        player.play(id, Source::Stream, 1).expect("room");
    }
    assert_eq!(
        player.play(999, Source::Stream, 1),
        Err(PlayError::QueueFull)
    );
    let much = vec![0; PLAY_STREAM_SAMPLES_MAX];
    player.feed(0, &much).expect("exactly as much as fits");
    assert_eq!(player.feed(0, &[0]), Err(PlayError::StreamFull));
    for mark in 0..PLAY_MARKS_MAX as u64 {
        player
            .mark(1, mark)
            .expect("room, as it isn't reached before its stream plays");
    }
    assert_eq!(player.mark(1, 0), Err(PlayError::StreamFull));
}
