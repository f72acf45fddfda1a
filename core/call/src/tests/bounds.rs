//! What is bounded, and that many calls cost no more each than few.

use super::world::*;
use crate::*;
use model::signal::{Origin, SignalEvent};
use model::*;

#[test]
fn one_call_too_many_waits_if_it_is_ours_and_is_refused_if_it_is_not() {
    let mut control = CallControl::new(Config::default(), Chance::new(1));
    let mut out = Vec::new();
    let now = Time::from_secs(1);
    let create = |n| {
        let call = Box::new(new_call("+12025550101"));
        Event::Command(Command::Create {
            ask: AskId(n),
            call,
            calls_per_second: 1_000_000,
        })
    };
    for n in 0..limit::CALLS_MAX as u64 {
        control.handle(now, create(n), &mut out);
        out.clear();
    }
    assert_eq!(control.live().count(), limit::CALLS_MAX);
    control.handle(now, create(0), &mut out);
    let [
        Effect::Save(Row::Call(_)),
        Effect::Save(Row::Waiting(_)),
        Effect::Reply { .. },
    ] = &out[..]
    else {
        panic!("{out:?}");
    };
    assert_eq!(control.waiting_count(), 1);
    assert_eq!(control.live().count(), limit::CALLS_MAX);
    out.clear();
    let leg = LegId::FIRST_OFFERED;
    let offered = offer("+12025550190", "+12025550101", Origin::Trunk("t".into()));
    let event = Event::Signal {
        leg,
        event: SignalEvent::Offered(offered),
    };
    control.handle(now, event, &mut out);
    let command = model::signal::SignalCommand::Refuse {
        code: 503,
        headers: Vec::new(),
    };
    assert_eq!(out, [Effect::Signal { leg, command }]);
    while let Some(at) = control.next_timeout() {
        control.handle_timeout(at, &mut out);
        out.clear();
    }
    assert!(control.is_empty());
}

#[test]
fn a_page_of_faults_leaves_a_bounded_number_of_notices() {
    let body = "<Enqueue>q</Enqueue>".repeat(900);
    let mut world = World::new().page("http://app/voice", &body);
    world.create(new_call("+12025550101"));
    world.answer(LegId(1));
    assert_eq!(world.notices.len(), limit::NOTIFICATIONS_PER_CALL_MAX);
    world.assert_over();
}

#[test]
fn only_so_many_nouns_are_rung() {
    let nouns = "<Number>+12025550102</Number>".repeat(15);
    let body = format!("<Dial>{nouns}</Dial>");
    let mut world = World::new().page("http://app/voice", &body);
    world.create(new_call("+12025550101"));
    world.answer(LegId(1));
    assert_eq!(world.invites.len(), 1 + limit::DIAL_NOUNS_MAX);
    assert_eq!(world.codes(), [13250]);
}

#[test]
fn early_sound_of_one_that_ended_is_heard_no_more() {
    let body = "<Dial><Number>+12025550102</Number><Number>+12025550103</Number></Dial>";
    let mut world = World::new().page("http://app/voice", body);
    world.create(new_call("+12025550101"));
    world.answer(LegId(1));
    let early = SignalEvent::Progress {
        code: 183,
        sdp: Some("early".into()),
    };
    world.signal(LegId(2), early);
    world.fail(LegId(2), 486);
    assert!(world.saw("out1 part"));
    world.ring(LegId(3));
    assert!(world.saw("out1 tone Ringback(\"us\")"));
    world.answer(LegId(3));
    assert!(world.saw("out1 join out3"));
}
