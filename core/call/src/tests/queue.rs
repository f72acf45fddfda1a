//! Calls leave in order, at their account's rate, also after a restart; and those that wait are
//! withdrawn without a word.

use super::world::*;
use crate::command::EndAs;
use crate::*;
use model::*;

/// When each call left, in seconds since the first, and in which order.
fn departures(world: &World) -> Vec<(u64, CallSid)> {
    let mut left: Vec<_> = world
        .rows
        .values()
        .filter_map(|row| Some((row.start_time?, row.sid)))
        .collect();
    left.sort();
    let first = left.first().map_or(Time(0), |(at, _)| *at);
    left.iter()
        .map(|(at, sid)| (at.since(first).millis(), *sid))
        .collect()
}

fn slow() -> World {
    let mut world = World::new().page("http://app/voice", "<Say>Hello.</Say>");
    world.calls_per_second = 1;
    world
}

#[test]
fn a_thousand_at_once_leave_in_order_one_a_second() {
    let mut world = slow();
    let begun = world.now;
    let calls: Vec<_> = (0..1_000)
        .map(|_| world.create(new_call("+12025550101")))
        .collect();
    assert_eq!(world.control.live_count(), 1);
    assert_eq!(world.control.waiting_count(), 999);
    assert_eq!(world.waiting.len(), 999);
    let waits: Vec<_> = calls
        .iter()
        .map(|sid| world.rows[sid].queue_time_ms)
        .collect();
    let expected: Vec<_> = (0..1_000).map(|n| n * 1_000).collect();
    assert_eq!(waits, expected);
    world.pass(1_000_000);
    let left = departures(&world);
    let expected: Vec<_> = (0..).map(|n| n * 1_000).zip(calls).collect();
    assert!(left == expected);
    assert_eq!(world.rows.values().next().unwrap().date_created, begun);
    assert!(world.waiting.is_empty());
    // Nobody picks up.
    world.pass(61_000);
    world.assert_over();
}

#[test]
fn a_restart_in_the_middle_loses_nobody_and_keeps_order_and_rate() {
    let mut world = slow();
    let calls: Vec<_> = (0..100)
        .map(|_| world.create(new_call("+12025550101")))
        .collect();
    world.pass(39_500);
    assert_eq!(departures(&world).len(), 40);

    // Only what the store holds goes on; the one that had left and was alive is cut elsewhere.
    let mut after = slow();
    after.control = CallControl::new(Config::default(), Chance::new(2));
    after.now = world.now + Span::from_millis(200);
    let begun = after.now;
    after.rows = world.rows.clone();
    after.waiting = world.waiting.clone();
    for waiting in world.waiting.values() {
        after.happen(Event::Waiting {
            row: Box::new(world.rows[&waiting.sid].clone()),
            waiting: Box::new(waiting.clone()),
            calls_per_second: 1,
        });
    }
    // A new one goes behind all of them.
    let newest = after.create(new_call("+12025550102"));
    assert_eq!(after.rows[&newest].queue_time_ms, 61_000);
    assert_eq!(after.control.waiting_count(), 61);
    after.pass(61_000);
    let left = departures(&after);
    let order: Vec<_> = left.iter().map(|(_, sid)| *sid).collect();
    assert!(order[..100] == calls[..]);
    assert!(order[100..] == [newest]);
    let first = after.rows[&calls[40]].start_time.unwrap();
    assert_eq!(first.since(begun), Span::from_secs(1));
    for (one, next) in left[40..].iter().zip(&left[41..]) {
        assert_eq!(next.0 - one.0, 1_000);
    }
    assert!(after.waiting.is_empty());
}

#[test]
fn an_idle_account_sends_a_tenth_of_a_second_at_once_and_never_more() {
    for (rate, at_once) in [(1, 1), (9, 1), (10, 2), (30, 3), (1_000, 101)] {
        let mut world = slow();
        world.calls_per_second = rate;
        for _ in 0..200 {
            world.create(new_call("+12025550101"));
        }
        assert_eq!(world.control.live_count(), at_once, "{rate}");
        // Idle for a while: the same again, no more.
        world.pass(300_000);
        assert_eq!(departures(&world).len(), 200);
        let before = world.invites.len();
        for _ in 0..200 {
            world.create(new_call("+12025550101"));
        }
        assert_eq!(world.invites.len() - before, at_once, "{rate}");
    }
}

#[test]
fn a_late_loop_makes_up_for_a_moment_and_not_for_more() {
    let mut world = slow();
    world.calls_per_second = 100;
    for _ in 0..200 {
        world.create(new_call("+12025550101"));
    }
    let before = world.invites.len();
    // The process stood still for half a second: not fifty calls, but ten and the one that is due.
    world.now += Span::from_millis(500);
    let mut out = Vec::new();
    world.control.handle_timeout(world.now, &mut out);
    world.carry(out);
    assert_eq!(world.invites.len() - before, 11);
}

#[test]
fn accounts_do_not_wait_for_each_other() {
    let mut world = slow();
    for _ in 0..50 {
        world.create(new_call("+12025550101"));
    }
    let other = world.create(NewCall {
        account: AccountSid(7),
        ..new_call("+12025550102")
    });
    assert!(world.rows[&other].start_time.is_some());
    assert_eq!(world.rows[&other].queue_time_ms, 0);
    let next = world.create(NewCall {
        account: AccountSid(7),
        ..new_call("+12025550102")
    });
    world.pass(1_000);
    assert!(world.rows[&next].start_time.is_some());
    assert_eq!(departures(&world).len(), 4);
}

#[test]
fn what_is_withdrawn_while_it_waits_is_told_to_nobody_and_leaves_no_trace() {
    for end in [EndAs::Canceled, EndAs::Completed] {
        let mut world = slow();
        let first = world.create(new_call("+12025550101"));
        let second = world.create(new_call("+12025550101"));
        let third = world.create(new_call("+12025550101"));
        world.pass(400);
        world.update(second, None, Some(end));
        let row = world.rows[&second].clone();
        assert_eq!(row.status, CallStatus::Canceled);
        assert_eq!(row.end_time, Some(world.now));
        assert_eq!((row.start_time, row.duration_secs), (None, Some(0)));
        assert_eq!(world.told(second), [] as [&str; 0]);
        assert!(world.gone.contains(&second));
        assert_eq!(world.waiting.len(), 1);
        // Its turn goes to the one behind it.
        world.pass(600);
        assert!(world.rows[&third].start_time.is_some());
        assert!(world.waiting.is_empty());
        world.update(first, None, Some(EndAs::Completed));
        world.update(third, None, Some(EndAs::Completed));
        world.assert_over();
    }
}

#[test]
fn what_waits_cannot_be_redirected_or_deleted_but_its_time_can_be_limited() {
    let mut world = slow();
    world.create(new_call("+12025550101"));
    let sid = world.create(NewCall {
        credentials: Some(model::signal::Credentials {
            username: "bob".into(),
            password: "secret".into(),
        }),
        ..new_call("+12025550101")
    });
    let refused = |world: &World| world.replies.last().unwrap().clone().unwrap_err();
    world.update(sid, Some("http://app/other"), Some(EndAs::Completed));
    assert_eq!(refused(&world).code, ErrorCode::CALL_STATE);
    assert_eq!(
        refused(&world).text,
        "Call is not in-progress. Cannot redirect."
    );
    assert_eq!(world.status(sid), CallStatus::Queued);
    world.happen(Event::Command(Command::Forget {
        ask: AskId(3),
        call: sid,
    }));
    assert_eq!(refused(&world).code, ErrorCode::CALL_NOT_COMPLETE);
    world.happen(Event::Command(Command::Update {
        ask: AskId(4),
        account: AccountSid(8),
        call: sid,
        update: Update::default(),
    }));
    assert_eq!(refused(&world).code, ErrorCode::NOT_FOUND);
    world.happen(Event::Command(Command::Update {
        ask: AskId(5),
        account: ACCOUNT,
        call: sid,
        update: Update {
            time_limit_secs: Some(7),
            ..Update::default()
        },
    }));
    let kept = world.waiting.values().next().unwrap().clone();
    assert_eq!(kept.call.time_limit_secs, 7);
    assert!(!format!("{kept:?}").contains("secret"));
    let page = "<Response><Pause length=\"90\"/></Response>";
    world.pages.insert("http://app/voice".into(), page.into());
    world.pass(1_000);
    world.answer(LegId(2));
    world.pass(7_000);
    assert_eq!(world.status(sid), CallStatus::Completed);
    assert_eq!(world.rows[&sid].duration_secs, Some(7));
}

#[test]
fn the_queue_is_bounded_in_calls_and_in_bytes_and_costs_little() {
    let mut control = CallControl::new(Config::default(), Chance::new(1));
    let now = Time::from_secs(1_000);
    let mut out = Vec::new();
    let mut create = |control: &mut CallControl, call: NewCall| {
        let event = Event::Command(Command::Create {
            ask: AskId(1),
            call: Box::new(call),
            calls_per_second: 1,
        });
        control.handle(now, event, &mut out);
        let replied = out.iter().find_map(|effect| match effect {
            Effect::Reply { result, .. } => Some(result.is_ok()),
            _ => None,
        });
        let kept = out
            .iter()
            .filter(|effect| matches!(effect, Effect::Save(_)))
            .count();
        out.clear();
        assert_eq!(
            kept > 0,
            replied == Some(true),
            "what is refused is not kept"
        );
        replied == Some(true)
    };
    for _ in 0..=limit::QUEUE_CALLS_PER_ACCOUNT_MAX {
        assert!(create(&mut control, new_call("+12025550101")));
    }
    assert!(!create(&mut control, new_call("+12025550101")));
    assert_eq!(control.waiting_count(), limit::QUEUE_CALLS_PER_ACCOUNT_MAX);
    // Another account still has its line, until the texts of all are too much.
    let long = NewCall {
        account: AccountSid(7),
        source: model::new_call::Source::Twiml("x".repeat(16_000)),
        ..new_call("+12025550101")
    };
    let mut taken = 0;
    while create(&mut control, long.clone()) {
        taken += 1;
    }
    assert!(
        (5_000..limit::QUEUE_BYTES_MAX / 16_000).contains(&taken),
        "{taken}"
    );
}

#[test]
fn nobody_leaves_while_the_process_stops() {
    let mut world = slow();
    for _ in 0..3 {
        world.create(new_call("+12025550101"));
    }
    world.control.hold();
    world.pass(10_000);
    world.create(new_call("+12025550101"));
    assert_eq!(departures(&world).len(), 1);
    assert_eq!(world.waiting.len(), 3);
}
