//! Transfers: `<Refer>`, and far ends that ask for one within a `<Dial>`.

use super::world::*;
use crate::*;
use model::signal::{Origin, SignalEvent};
use model::*;

const ONE: LegId = LegId(1);
const REFER: &str = "<Refer action=\"/done\"><Sip>sip:carol@x</Sip></Refer><Say>never</Say>";

fn answered(code: u16) -> SignalEvent {
    SignalEvent::ReferAnswered { code }
}

fn reported(code: u16, last: bool) -> SignalEvent {
    let code = Some(code);
    SignalEvent::ReferReported { code, last }
}

fn referred() -> SignalEvent {
    SignalEvent::Referred {
        to: "sip:carol@x".into(),
        replaces: false,
    }
}

/// A call that waits for the far end to call elsewhere.
fn referring() -> World {
    let mut world = World::new()
        .page("http://app/voice", REFER)
        .page("http://app/done", "<Pause/>");
    world.create(new_call("+12025550101"));
    world.answer(ONE);
    assert!(world.saw("out1 refer sip:carol@x"));
    world
}

/// What the action was told: status, answer, report.
fn told(world: &World) -> String {
    let asked = world.asked("http://app/done");
    let names = [
        "ReferCallStatus",
        "ReferSipResponseCode",
        "NotifySipResponseCode",
    ];
    names
        .map(|name| asked.get(name).map_or("-", String::as_str))
        .join(" ")
}

#[test]
fn every_end_of_a_refer_is_told_by_its_own_words() {
    let none = SignalEvent::ReferReported {
        code: None,
        last: true,
    };
    let stories: [(Vec<SignalEvent>, &str); 8] = [
        (
            vec![answered(202), reported(100, false), reported(200, true)],
            "in-progress 202 200",
        ),
        (vec![answered(202), reported(486, true)], "busy 202 486"),
        (
            vec![answered(202), reported(603, true)],
            "no-answer 202 603",
        ),
        (vec![answered(202), reported(404, true)], "failed 202 404"),
        (vec![answered(405)], "failed 405 -"),
        // The report was quicker than the answer.
        (
            vec![reported(200, true), answered(202)],
            "in-progress 202 200",
        ),
        (
            vec![answered(202), reported(180, false), none.clone()],
            "no-answer 202 180",
        ),
        (vec![answered(202), none], "no-answer 202 -"),
    ];
    for (story, expected) in stories {
        let mut world = referring();
        for event in story {
            assert!(!world.was_asked("http://app/done"), "{expected}");
            world.signal(ONE, event);
        }
        assert_eq!(told(&world), expected);
        world.pass(2_000);
        world.assert_over();
    }
}

#[test]
fn a_refer_ends_with_its_time_and_with_its_call() {
    let mut world = referring();
    world.signal(ONE, answered(202));
    world.pass(limit::REFER_SECS_MAX * 1_000 - 1);
    assert!(!world.was_asked("http://app/done"));
    world.pass(1);
    assert_eq!(told(&world), "no-answer 202 -");
    // A report that comes after that is nobody's.
    world.signal(ONE, reported(200, true));
    world.pass(2_000);
    world.assert_over();
    let mut world = referring();
    world.signal(ONE, answered(202));
    world.signal(ONE, reported(180, false));
    world.hang_up(ONE);
    assert_eq!(told(&world), "canceled 202 180");
    world.assert_over();
}

/// A caller joined to a called side, whose document is slow; the caller's leg.
fn joined(attributes: &str) -> (World, LegId) {
    let body = format!("<Dial action=\"/after\" {attributes}>+12025550101</Dial>");
    let mut world = World::new()
        .page("http://app/in", &body)
        .page("http://app/after", "")
        .page("http://app/else", "<Pause length=\"3\"/>")
        .page("http://app/refer", "slow")
        .number("+12025550190", Some("http://app/in"));
    let origin = Origin::Trunk("carrier".into());
    let leg = world.offer(offer("+12025550190", "+12025550123", origin));
    world.answer(ONE);
    assert!(
        world.saw(&format!("{leg} join out1")),
        "{:#?}",
        world.ladder
    );
    (world, leg)
}

/// The slow document comes now: this, or a failure.
fn come(world: &mut World, body: Option<&str>) {
    let of = |(_, request): &&(FetchId, WebRequest)| request.url == "http://app/refer";
    let fetch = world.fetches.iter().rev().find(of).expect("it was asked").0;
    let reply = match body {
        Some(body) => WebReply::Answered {
            status: 200,
            content_type: Some("text/xml".into()),
            body: format!("<Response>{body}</Response>").into_bytes(),
            url: "http://app/refer".into(),
        },
        None => WebReply::Failed {
            code: ErrorCode::HTTP_FAILURE,
            status: Some(500),
            text: "no".into(),
        },
    };
    world.happen(Event::Fetched { fetch, reply });
}

#[test]
fn the_called_side_sends_the_caller_on() {
    for document in [Some("<Pause length=\"2\"/>"), None] {
        let (mut world, leg) = joined("referUrl=\"/refer\"");
        world.signal(ONE, referred());
        assert!(world.saw("out1 answer refer 202"));
        let asked = world.asked("http://app/refer");
        assert_eq!(asked["ReferTransferTarget"], "sip:carol@x");
        assert!(
            !asked.contains_key("ParentCallSid"),
            "the caller's call asks"
        );
        assert!(!world.saw("out1 release"), "they talk until it is there");
        come(&mut world, document);
        if document.is_some() {
            assert!(world.saw("out1 report 200") && world.saw("out1 release"));
            assert!(!world.was_asked("http://app/after"));
            world.pass(3_000);
        } else {
            assert!(world.saw("out1 report 503") && !world.saw("out1 release"));
            assert_eq!(world.codes(), [ErrorCode::HTTP_FAILURE.0]);
            world.hang_up(leg);
            assert!(world.was_asked("http://app/after"));
        }
        world.assert_over();
    }
}

#[test]
fn the_caller_sends_the_called_side_on() {
    for document in [Some("<Pause length=\"2\"/>"), None] {
        let (mut world, leg) = joined("referUrl=\"/refer\"");
        world.signal(leg, referred());
        assert!(world.saw(&format!("{leg} answer refer 202")));
        let asked = world.asked("http://app/refer");
        assert!(
            asked.contains_key("ParentCallSid"),
            "the called side's call asks"
        );
        come(&mut world, document);
        if document.is_some() {
            assert!(world.saw(&format!("{leg} report 200")));
            assert!(world.saw(&format!("{leg} release")));
            assert!(world.was_asked("http://app/after") && !world.saw("out1 release"));
            world.pass(3_000);
            assert!(world.saw("out1 release"));
        } else {
            assert!(world.saw(&format!("{leg} report 503")));
            world.hang_up(leg);
            assert!(world.saw("out1 release"));
        }
        world.assert_over();
    }
}

#[test]
fn whoever_leaves_or_is_moved_meanwhile_leaves_nothing_behind() {
    // Who acts while the document is awaited, and what comes of the document.
    for by_caller in [false, true] {
        for who in ["caller", "called", "caller moved", "called moved"] {
            for document in [Some("<Pause length=\"2\"/>"), None] {
                let (mut world, leg) = joined("referUrl=\"/refer\"");
                world.signal(if by_caller { leg } else { ONE }, referred());
                let parent = world.rows.values().find(|row| row.parent.is_none());
                let (parent, child) = (parent.unwrap().sid, world.child(0).sid);
                match who {
                    "caller" => world.hang_up(leg),
                    "called" => world.hang_up(ONE),
                    "caller moved" => world.update(parent, Some("http://app/else"), None),
                    _ => world.update(child, Some("http://app/else"), None),
                }
                come(&mut world, document);
                world.pass(4_000);
                world.hang_up(leg);
                world.hang_up(ONE);
                world.pass(4_000);
                world.assert_over();
            }
        }
    }
}

#[test]
fn a_document_that_never_comes_is_given_up() {
    for by_caller in [false, true] {
        let (mut world, leg) = joined("referUrl=\"/refer\"");
        let end = if by_caller { leg } else { ONE };
        world.signal(end, referred());
        world.pass(limit::FETCH_DEADLINE_MS);
        assert!(world.saw(&format!("{end} report 503")));
        assert_eq!(world.codes(), [ErrorCode::TOTAL_TIMEOUT.0]);
        world.hang_up(leg);
        world.assert_over();
    }
}

#[test]
fn what_is_declined_is_written_down() {
    let (mut world, leg) = joined("");
    for (end, leg) in [("out1".to_owned(), ONE), (leg.to_string(), leg)] {
        world.signal(leg, referred());
        assert!(world.saw(&format!("{end} answer refer 603")));
    }
    assert_eq!(world.codes(), [13_802, 13_802]);
    world.hang_up(leg);
    world.assert_over();
    // Outside of a Dial.
    let mut world = referring();
    world.signal(ONE, referred());
    assert!(world.saw("out1 answer refer 603"));
    assert_eq!(world.codes(), [13_802]);
    world.hang_up(ONE);
    world.assert_over();
}
