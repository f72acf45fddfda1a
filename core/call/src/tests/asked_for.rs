//! What the rarer parameters of a new call do.

use super::world::*;
use crate::command::EndAs;
use crate::*;
use model::detection::Told;
use model::media::MediaEvent;
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

fn detected(world: &mut World, answered_by: AnsweredBy) {
    world.media(ONE, MediaEvent::Detected { answered_by });
}

fn listens_for(detection: Detection) -> NewCall {
    NewCall {
        detection: Some(detection),
        ..new_call("+12025550101")
    }
}

#[test]
fn who_picked_up_is_told_with_the_first_document_and_at_the_end() {
    let mut world = World::new()
        .page(PAGE, "<Redirect>/next</Redirect>")
        .page("http://app/next", "<Say>hi</Say>");
    world.create(NewCall {
        application: Some(ApplicationSid(3)),
        ..listens_for(Detection::default())
    });
    world.answer(ONE);
    assert!(world.saw("out1 detect") && !world.was_asked(VOICE));
    world.pass(2_340);
    detected(&mut world, AnsweredBy::Human);
    let asked = world.asked(VOICE);
    assert_eq!(asked["AnsweredBy"], "human");
    assert_eq!(asked["MachineDetectionDuration"], "2340");
    assert_eq!(asked["ApplicationSid"], ApplicationSid(3).to_string());
    assert!(!world.asked("http://app/next").contains_key("AnsweredBy"));
    let last = world.callbacks.last().unwrap();
    assert_eq!(value(last, "CallStatus").as_deref(), Some("completed"));
    assert_eq!(value(last, "AnsweredBy").as_deref(), Some("human"));
    let row = world.rows.values().next().unwrap();
    assert_eq!(row.answered_by, Some(AnsweredBy::Human));
    world.assert_over();
}

#[test]
fn a_verdict_that_nobody_waits_for_is_told_to_its_own_address() {
    let mut world = World::new().page(PAGE, "<Pause length=\"9\"/>");
    let to = ("http://app/amd".to_owned(), Method::Get);
    world.create(listens_for(Detection {
        told: Told::Callback(Some(to)),
        ..Detection::default()
    }));
    world.answer(ONE);
    assert!(!world.asked(VOICE).contains_key("AnsweredBy"));
    world.pass(4_000);
    detected(&mut world, AnsweredBy::MachineStart);
    detected(&mut world, AnsweredBy::Human);
    let amd = |it: &&Callback| it.url == "http://app/amd";
    let told: Vec<_> = world.callbacks.iter().filter(amd).collect();
    assert_eq!((told.len(), told[0].method), (1, Method::Get));
    let names: Vec<_> = told[0].parameters.iter().map(|(it, _)| &it[..]).collect();
    let wanted = [
        "CallSid",
        "AccountSid",
        "AnsweredBy",
        "MachineDetectionDuration",
    ];
    assert_eq!(names, wanted);
    let verdict = value(told[0], "AnsweredBy");
    assert_eq!(verdict.as_deref(), Some("machine_start"));
    world.pass(9_000);
    world.assert_over();
}

#[test]
fn an_engine_that_says_nothing_is_not_waited_for() {
    let mut world = World::new().page(PAGE, "<Say>hi</Say>");
    world.create(listens_for(Detection {
        timeout_secs: 7,
        ..Detection::default()
    }));
    world.answer(ONE);
    world.pass(7_000 + limit::DETECTION_SLACK_MS - 1);
    assert!(!world.was_asked(VOICE));
    world.pass(1);
    assert_eq!(world.asked(VOICE)["AnsweredBy"], "unknown");
    world.assert_over();
}

#[test]
fn a_call_that_ends_first_has_no_verdict() {
    for (api, told) in [(true, false), (false, false), (false, true)] {
        let mut world = World::new().page(PAGE, "<Pause length=\"60\"/>");
        let to = Some(("http://app/amd".to_owned(), Method::Post));
        let call = world.create(listens_for(Detection {
            told: if told {
                Told::Callback(to)
            } else {
                Told::Document
            },
            ..Detection::default()
        }));
        world.answer(ONE);
        match api {
            true => world.update(call, None, Some(EndAs::Completed)),
            false => world.hang_up(ONE),
        }
        detected(&mut world, AnsweredBy::Human);
        world.pass(60_000);
        assert_eq!(world.was_asked(VOICE), told);
        let row = &world.rows[&call];
        assert_eq!((row.status, row.answered_by), (CallStatus::Completed, None));
        let names = world.callbacks.iter().flat_map(|it| &it.parameters);
        assert!(!names.into_iter().any(|(name, _)| name == "AnsweredBy"));
        world.assert_over();
    }
}

#[test]
fn a_redirect_takes_the_place_of_the_document_that_waits() {
    let mut world = World::new().page("http://app/other", "<Pause length=\"9\"/>");
    let call = world.create(listens_for(Detection::default()));
    world.answer(ONE);
    world.update(call, Some("http://app/other"), None);
    assert!(!world.asked("http://app/other").contains_key("AnsweredBy"));
    world.pass(3_000);
    detected(&mut world, AnsweredBy::Human);
    assert!(!world.was_asked(VOICE));
    assert_eq!(world.rows[&call].answered_by, Some(AnsweredBy::Human));
    world.pass(6_000);
    world.assert_over();
}

#[test]
fn the_older_hangup_spares_people_and_machines_that_are_to_be_spared() {
    for (verdict, hangs_up, asked) in [
        (AnsweredBy::Human, true, true),
        (AnsweredBy::Fax, true, true),
        (AnsweredBy::Unknown, true, true),
        (AnsweredBy::MachineStart, true, false),
        (AnsweredBy::MachineStart, false, true),
    ] {
        let mut world = World::new().page(PAGE, "<Say>hi</Say>");
        let call = world.create(listens_for(Detection {
            hang_up_on_machine: hangs_up,
            ..Detection::default()
        }));
        world.answer(ONE);
        detected(&mut world, verdict);
        assert_eq!(world.was_asked(VOICE), asked, "{verdict}");
        assert_eq!(world.rows[&call].answered_by, Some(verdict));
        world.assert_over();
    }
}

#[test]
fn nobody_is_listened_to_where_keys_are_sent() {
    let mut world = World::new().page(PAGE, "<Say>hi</Say>");
    world.create(NewCall {
        send_digits: Some("12".into()),
        ..listens_for(Detection::default())
    });
    world.answer(ONE);
    assert!(world.was_asked(VOICE) && !world.saw("out1 detect"));
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
