//! Calls given up before anything was heard, and far ends that ring or answer after all.

use super::pair::{Net, Pair};
use model::signal::{SignalCommand, SignalEvent};
use model::{LegId, Time};

/// Nothing that the called end says comes through.
fn answers(line: &str) -> bool {
    line.starts_with(|first: char| first.is_ascii_digit())
}

/// A call to an address that is given up after six seconds of silence; the called end has heard
/// of it, and from now on all it says comes through.
fn forsaken(seed: u64) -> (Pair, LegId) {
    let mut pair = Pair::new(seed, Net::PERFECT);
    pair.cut = answers;
    let mut placement = pair.placement(1);
    placement.unheard_secs = Some(6);
    pair.call_with(0, placement);
    pair.run_ms(7_000);
    assert_eq!(told(&pair), [408]);
    assert_eq!(pair.lines(0), ["INVITE"; 4], "at 0, 0.5, 1.5 and 3.5 s");
    pair.cut = |_| false;
    let leg = pair.offered(1);
    (pair, leg)
}

/// What the calling end's call control has been told: failures only.
fn told(pair: &Pair) -> Vec<u16> {
    let code = |event| match event {
        SignalEvent::Failed { code, .. } => code,
        other => panic!("{other:?}"),
    };
    pair.heard(0).into_iter().map(code).collect()
}

/// The requests of the calling end, without its INVITEs.
fn after_invite(pair: &Pair) -> Vec<String> {
    let mut lines = pair.lines(0);
    lines.retain(|line| line != "INVITE");
    lines
}

fn ring(pair: &mut Pair, leg: LegId) {
    pair.command(1, leg, SignalCommand::Ring { sdp: None });
}

/// Brings the calling end once more what the called one sent last under this line.
fn again(pair: &mut Pair, line: &str) {
    let sent = pair.sent.iter().rfind(|sent| sent.2 == line);
    let bytes = &sent.expect("it was sent before").3;
    let text = String::from_utf8(bytes.clone()).unwrap();
    pair.inject(0, &text.replace("\r\n", "\n"));
}

#[test]
fn a_late_answer_gets_its_ack_and_a_bye() {
    let (mut pair, leg) = forsaken(1);
    pair.answer(1, leg);
    pair.run_ms(200);
    assert_eq!(after_invite(&pair), ["ACK", "BYE"]);
    assert_eq!(
        pair.heard(1).last(),
        Some(&SignalEvent::Released { canceled: false })
    );
    // Its copies, late on their way, are acknowledged and nothing else.
    for _ in 0..3 {
        again(&mut pair, "200 OK INVITE");
    }
    assert_eq!(after_invite(&pair), ["ACK", "BYE", "ACK", "ACK", "ACK"]);
    assert_eq!(told(&pair), [408], "call control has moved on");
    pair.settle();
}

#[test]
fn a_phone_that_rings_late_is_cancelled() {
    let (mut pair, leg) = forsaken(2);
    ring(&mut pair, leg);
    pair.run_ms(200);
    assert_eq!(after_invite(&pair), ["CANCEL", "ACK"]);
    assert_eq!(
        pair.lines(1)[pair.lines(1).len() - 2..],
        ["200 OK CANCEL", "487 Request Terminated INVITE"]
    );
    assert_eq!(
        pair.heard(1).last(),
        Some(&SignalEvent::Released { canceled: true })
    );
    again(&mut pair, "180 Ringing INVITE");
    assert_eq!(after_invite(&pair), ["CANCEL", "ACK"], "once is enough");
    again(&mut pair, "487 Request Terminated INVITE");
    assert_eq!(after_invite(&pair), ["CANCEL", "ACK", "ACK"]);
    assert_eq!(told(&pair), [408]);
    pair.settle();
}

#[test]
fn an_answer_that_crosses_the_late_cancel_is_ended_with_bye() {
    let (mut pair, leg) = forsaken(3);
    ring(&mut pair, leg);
    pair.answer(1, leg);
    pair.run_ms(200);
    assert_eq!(after_invite(&pair), ["CANCEL", "ACK", "BYE"]);
    assert_eq!(
        pair.heard(1).last(),
        Some(&SignalEvent::Released { canceled: false })
    );
    assert_eq!(told(&pair), [408]);
    pair.settle();
}

#[test]
fn a_late_refusal_is_acknowledged() {
    let (mut pair, leg) = forsaken(4);
    let refuse = SignalCommand::Refuse {
        code: 486,
        headers: Vec::new(),
    };
    pair.command(1, leg, refuse);
    pair.run_ms(200);
    assert_eq!(after_invite(&pair), ["ACK"]);
    assert_eq!(told(&pair), [408]);
    pair.settle();
}

#[test]
fn an_address_that_stays_silent_is_forgotten_in_time() {
    let mut pair = Pair::new(5, Net::PERFECT);
    pair.cut = |_| true;
    let started = pair.now;
    let mut placement = pair.placement(1);
    placement.unheard_secs = Some(6);
    pair.call_with(0, placement);
    pair.run_ms(6_000);
    assert_eq!(told(&pair), [408]);
    assert_eq!((pair.ends[0].legs(), pair.ends[0].transactions()), (0, 1));
    pair.run_ms(57_999);
    assert_eq!(pair.ends[0].transactions(), 1);
    pair.run_ms(1);
    assert_eq!(pair.now.since(started).secs(), 64, "Timer B and 64·T1");
    assert_eq!(pair.ends[0].transactions(), 0);
    assert_eq!(pair.ends[0].next_timeout(), None);
    assert_eq!(pair.lines(0).len(), 4, "nothing is repeated meanwhile");
}

#[test]
fn an_answer_after_timer_b_is_ended_too() {
    let mut pair = Pair::new(6, Net::PERFECT);
    pair.cut = answers;
    pair.call(0);
    pair.run_ms(40_000);
    assert_eq!(told(&pair), [408]);
    pair.cut = |_| false;
    let leg = pair.offered(1);
    pair.answer(1, leg);
    pair.run_ms(200);
    assert_eq!(after_invite(&pair), ["ACK", "BYE"]);
    assert_eq!(told(&pair), [408]);
    pair.settle();
}

#[test]
fn a_phone_that_rings_after_timer_b_is_cancelled() {
    let mut pair = Pair::new(7, Net::PERFECT);
    pair.cut = answers;
    pair.call(0);
    pair.run_ms(63_000);
    pair.cut = |_| false;
    let leg = pair.offered(1);
    ring(&mut pair, leg);
    pair.run_ms(2_000);
    assert_eq!(after_invite(&pair), ["CANCEL", "ACK"]);
    pair.settle();
}

#[test]
fn an_answer_after_a_cancel_that_got_lost_is_ended() {
    let mut pair = Pair::new(8, Net::PERFECT);
    let out = pair.call(0);
    pair.run_ms(50);
    let leg = pair.offered(1);
    pair.cut = |line| line.starts_with("CANCEL");
    pair.command(0, out, SignalCommand::Release);
    pair.run_ms(33_000);
    assert_eq!(told(&pair), [487]);
    pair.cut = |_| false;
    let before = after_invite(&pair).len();
    pair.answer(1, leg);
    pair.run_ms(200);
    assert_eq!(after_invite(&pair)[before..], ["ACK", "BYE"]);
    assert_eq!(told(&pair), [487]);
    pair.settle();
}

#[test]
fn the_leg_rings_elsewhere_while_the_first_address_wakes_up() {
    let (mut pair, late) = forsaken(9);
    let placement = pair.placement(1);
    // Call control keeps the leg's name for the next address.
    pair.ends[0].place(pair.now, LegId(1), placement);
    pair.drain();
    pair.run_ms(100);
    let next = pair.offered(1);
    assert_ne!(next, late);
    ring(&mut pair, next);
    pair.run_ms(100);
    ring(&mut pair, late);
    pair.answer(1, next);
    pair.run_ms(200);
    let heard = pair.heard(0);
    assert!(matches!(heard[1], SignalEvent::Progress { code: 180, .. }));
    assert!(matches!(heard[2], SignalEvent::Answered { .. }));
    assert_eq!(heard.len(), 3);
    assert_eq!(after_invite(&pair), ["CANCEL", "ACK", "ACK"]);
    let of = |leg| {
        pair.events
            .iter()
            .filter(move |event| event.1 == 1 && event.2 == leg)
    };
    let canceled = SignalEvent::Released { canceled: true };
    assert_eq!(of(late).next_back().map(|event| &event.3), Some(&canceled));
    assert_eq!(pair.ends[0].legs(), 1, "the call goes on");
    pair.command(0, LegId(1), SignalCommand::Release);
    pair.settle();
}

#[test]
fn a_far_end_that_rings_on_and_on_keeps_nothing_alive() {
    let (mut pair, leg) = forsaken(10);
    pair.cut = |line| line.starts_with("CANCEL") || line.starts_with("487");
    ring(&mut pair, leg);
    pair.run_ms(100);
    let cancelled: Time = pair.now;
    while pair.ends[0].transactions() > 0 {
        again(&mut pair, "180 Ringing INVITE");
        pair.run_ms(1_000);
        assert!(pair.now.since(cancelled).secs() < 34, "64·T1 after CANCEL");
    }
    assert!(pair.now.since(cancelled).secs() >= 31);
    assert_eq!(told(&pair), [408]);
    pair.command(1, leg, SignalCommand::Release);
    pair.settle();
}
