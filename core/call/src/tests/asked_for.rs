//! What the rarer parameters of a new call do.

use super::world::*;
use crate::*;
use model::*;

const ONE: LegId = LegId(1);
const PAGE: &str = "http://app/voice";
const VOICE: &str = "http://app/voice?x=1";

#[test]
fn a_reason_travels_as_the_subject() {
    let mut world = World::new().page(PAGE, "<Say>hi</Say>");
    world.create(NewCall {
        reason: Some("Your parcel".into()),
        ..new_call("+12025550101")
    });
    let headers = &world.invites[&ONE].headers;
    assert!(headers.contains(&("Subject".into(), "Your parcel".into())));
}

#[test]
fn who_picked_up_is_told_with_the_first_document_and_at_the_end() {
    let mut world = World::new()
        .page(PAGE, "<Redirect>/next</Redirect>")
        .page("http://app/next", "<Say>hi</Say>");
    world.create(NewCall {
        application: Some(ApplicationSid(3)),
        detection: Some(Detection::default()),
        ..new_call("+12025550101")
    });
    world.answer(ONE);
    let asked = world.asked(VOICE);
    assert_eq!(asked["AnsweredBy"], "unknown");
    assert_eq!(asked["MachineDetectionDuration"], "0");
    assert_eq!(asked["ApplicationSid"], ApplicationSid(3).to_string());
    assert!(!world.asked("http://app/next").contains_key("AnsweredBy"));
    let last = world.callbacks.last().unwrap();
    assert_eq!(value(last, "CallStatus").as_deref(), Some("completed"));
    assert_eq!(value(last, "AnsweredBy").as_deref(), Some("unknown"));
    let row = world.rows.values().next().unwrap();
    assert_eq!(row.answered_by, Some(AnsweredBy::Unknown));
    world.assert_over();
}

#[test]
fn a_verdict_that_nobody_waits_for_is_told_to_its_own_address() {
    use model::detection::Told;
    let mut world = World::new().page(PAGE, "<Say>hi</Say>");
    let to = ("http://app/amd".to_owned(), Method::Get);
    world.create(NewCall {
        detection: Some(Detection {
            told: Told::Callback(Some(to)),
            ..Detection::default()
        }),
        ..new_call("+12025550101")
    });
    world.answer(ONE);
    assert!(!world.asked(VOICE).contains_key("AnsweredBy"));
    let told = world.callbacks.iter().find(|it| it.url == "http://app/amd");
    let told = told.expect("a verdict");
    assert_eq!(told.method, Method::Get);
    let names: Vec<_> = told.parameters.iter().map(|(name, _)| &name[..]).collect();
    let wanted = [
        "CallSid",
        "AccountSid",
        "AnsweredBy",
        "MachineDetectionDuration",
    ];
    assert_eq!(names, wanted);
    world.assert_over();
}

#[test]
fn a_call_is_rated_when_it_has_ended() {
    let rate = |prefix: &str, per_minute, whole_minutes| Rate {
        account: None,
        prefix: prefix.into(),
        inbound: Some(false),
        per_minute,
        whole_minutes,
        currency: Currency::USD,
    };
    for (rates, price) in [
        (vec![], None),
        (vec![rate("+44", 9_000, true)], None),
        (
            vec![rate("", 9_000, true), rate("+1", 1_400, true)],
            Some(-2_800),
        ),
        (
            vec![rate("+1202", 1_400, false), rate("+1", 9, true)],
            Some(-1_447),
        ),
    ] {
        let mut world = World::rated(rates);
        world = world.page(PAGE, "<Pause length=\"62\"/>");
        world.create(new_call("+12025550101"));
        world.answer(ONE);
        world.pass(62_000);
        let row = world.rows.values().next().unwrap();
        assert_eq!(row.duration_secs, Some(62));
        assert_eq!(row.price.map(|price| price.amount), price);
        world.assert_over();
    }
}

#[test]
fn a_call_nobody_answered_owes_nothing() {
    let mut world = World::rated(vec![Rate {
        account: None,
        prefix: String::new(),
        inbound: None,
        per_minute: 1,
        whole_minutes: true,
        currency: Currency::USD,
    }]);
    world.create(new_call("client:bob"));
    let row = world.rows.values().next().unwrap();
    assert_eq!((row.status.is_final(), row.price), (true, None));
}
