//! Calls that ask whether a number may be shown.

use super::world::*;
use crate::command::{EndAs, NewCall, Source};
use model::new_call::Verification;
use model::signal::SignalEvent;
use model::*;

const ONE: LegId = LegId(1);
const BOB: &str = "+12025550101";

fn world() -> (World, CallSid) {
    let caller_id = OutgoingCallerId {
        sid: NumberSid(9),
        account: ACCOUNT,
        phone_number: BOB.into(),
        friendly_name: "Bob".into(),
        date_created: Time(0),
        date_updated: Time(0),
    };
    let verification = Verification {
        caller_id,
        code: "123456".into(),
        callback: Some(("http://app/verified".into(), Method::Post)),
    };
    let mut world = World::new();
    let sid = world.create(NewCall {
        source: Source::Verification(Box::new(verification)),
        status_callback: None,
        ..new_call(BOB)
    });
    (world, sid)
}

fn told(world: &World) -> (&str, Option<String>, Option<String>) {
    assert_eq!(world.callbacks.len(), 1);
    let told = &world.callbacks[0];
    let status = value(told, "VerificationStatus");
    (&told.url, status, value(told, "OutgoingCallerIdSid"))
}

#[test]
fn whoever_types_the_code_has_agreed() {
    let (mut world, sid) = world();
    world.answer(ONE);
    let asks = |line: &String| line.contains("1. 2. 3. 4. 5. 6.");
    assert!(world.ladder.iter().any(asks), "{:?}", world.ladder);
    world.press(ONE, "123456");
    assert_eq!(world.caller_ids.len(), 1);
    assert_eq!(world.caller_ids[0].phone_number, BOB);
    assert_eq!(world.caller_ids[0].date_created, world.now);
    assert_eq!(world.status(sid), CallStatus::Completed);
    let success = Some("success".to_owned());
    let named = Some(NumberSid(9).to_string());
    assert_eq!(told(&world), ("http://app/verified", success, named));
    // Nothing was asked of anybody's application.
    assert_eq!(world.fetches, []);
    world.assert_over();
}

#[test]
fn a_slip_may_be_mended_but_not_for_ever() {
    let (mut world, _) = world();
    world.answer(ONE);
    world.press(ONE, "111111");
    world.press(ONE, "123456");
    assert_eq!(world.caller_ids.len(), 1);
    world.assert_over();

    let (mut world, _) = self::world();
    world.answer(ONE);
    for _ in 0..limit::VERIFICATION_TRIES {
        world.press(ONE, "111111");
    }
    assert_eq!(world.caller_ids, []);
    let failed = Some("failed".to_owned());
    assert_eq!(told(&world), ("http://app/verified", failed, None));
    world.assert_over();
}

#[test]
fn silence_and_absence_are_no_consent() {
    let failed = Some("failed".to_owned());
    let (mut world, sid) = world();
    world.answer(ONE);
    for _ in 0..limit::VERIFICATION_TRIES {
        world.pass(10_000);
    }
    assert_eq!(world.status(sid), CallStatus::Completed);
    assert_eq!(told(&world).1, failed);
    world.assert_over();

    let (mut world, sid) = self::world();
    world.fail(ONE, 486);
    assert_eq!(world.status(sid), CallStatus::Busy);
    assert_eq!(told(&world).1, failed);
    world.assert_over();

    let (mut world, _) = self::world();
    world.answer(ONE);
    world.signal(ONE, SignalEvent::Released { canceled: false });
    assert_eq!(told(&world).1, failed);
    world.assert_over();
}

#[test]
fn a_verification_that_is_sent_elsewhere_is_given_up() {
    let (world, sid) = world();
    let mut world = world.page("http://app/other", "<Gather action=\"/typed\"/>");
    world = world.page("http://app/typed", "<Hangup/>");
    world.answer(ONE);
    world.update(sid, Some("http://app/other"), None);
    world.press(ONE, "123456#");
    assert!(world.was_asked("http://app/typed"));
    assert_eq!(world.caller_ids, []);
    assert_eq!(told(&world).1.as_deref(), Some("failed"));
    world.assert_over();
}

#[test]
fn a_call_that_is_put_off_waits_and_can_be_canceled_meanwhile() {
    let later = |delay_secs| NewCall {
        delay_secs,
        ..new_call(BOB)
    };
    let mut world = World::new().page("http://app/voice", "<Say>hi</Say>");
    let sid = world.create(later(5));
    world.pass(4_999);
    assert!(world.invites.is_empty());
    assert_eq!(world.status(sid), CallStatus::Queued);
    world.pass(1);
    assert!(world.invites.contains_key(&ONE));
    world.answer(ONE);
    world.assert_over();

    let mut world = World::new();
    let sid = world.create(later(5));
    world.update(sid, None, Some(EndAs::Canceled));
    assert_eq!(world.status(sid), CallStatus::Canceled);
    world.pass(6_000);
    assert!(world.invites.is_empty());
    world.assert_over();
}
