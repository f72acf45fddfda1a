//! Calls that the API places.

use super::world::*;
use crate::command::{EndAs, RecordCall, RecordingCallback, Source};
use crate::*;
use model::media::MediaEvent;
use model::recording::{RecordingStatus, RecordingTrack};
use model::signal::{Route, SignalEvent};
use model::*;

const ONE: LegId = LegId(1);

#[test]
fn a_call_is_placed_answered_spoken_to_and_hung_up() {
    let mut world = World::new().page("http://app/voice", "<Say>hello</Say>");
    let sid = world.create(new_call("+12025550101"));
    world.ring(ONE);
    world.pass(2_000);
    world.answer(ONE);
    world.assert_ladder(&[
        "save queued",
        "reply true",
        "out1 open",
        "out1 invite +12025550101",
        "tell initiated",
        "save ringing",
        "tell ringing",
        "out1 connect",
        "save in-progress",
        "tell in-progress",
        "fetch http://app/voice?x=1",
        "out1 say hello",
        "out1 release",
        "out1 close",
        "save completed",
        "tell completed",
        "gone",
    ]);
    assert_eq!(
        world.told(sid),
        ["initiated 0", "ringing 1", "in-progress 2", "completed 3"]
    );
    assert_eq!(world.invites[&ONE].route, Route::Carrier);
    let headers = &world.invites[&ONE].headers;
    assert!(headers.contains(&("X-Twilio-CallSid".into(), sid.to_string())));
    let asked = world.asked("http://app/voice?x=1");
    assert_eq!(asked["CallStatus"], "in-progress");
    assert_eq!(asked["Caller"], asked["From"]);
    assert_eq!(asked["ToCity"], "");
    assert_eq!(world.rows[&sid].sip_response_code, Some(200));
    assert_eq!(world.events.len(), 1);
    world.assert_over();
}

#[test]
fn responses_end_a_call_as_the_reference_has_it() {
    for (code, status) in [
        (486, CallStatus::Busy),
        (600, CallStatus::Busy),
        (480, CallStatus::NoAnswer),
        (603, CallStatus::NoAnswer),
        (404, CallStatus::Failed),
        (503, CallStatus::Failed),
    ] {
        let mut world = World::new();
        let sid = world.create(new_call("+12025550102"));
        world.fail(ONE, code);
        assert_eq!(world.status(sid), status, "{code}");
        assert_eq!(
            world.told(sid),
            ["initiated 0".to_owned(), format!("{status} 2")]
        );
        let last = world.callbacks.last().unwrap();
        assert_eq!(value(last, "SipResponseCode"), Some(code.to_string()));
        assert_eq!(value(last, "CallDuration").as_deref(), Some("0"));
        assert_eq!(world.rows[&sid].duration_secs, Some(0));
        world.assert_over();
    }
}

#[test]
fn nobody_answers_in_time() {
    let mut world = World::new();
    let sid = world.create(NewCall {
        ring_secs: 20,
        ..new_call("+12025550103")
    });
    world.ring(ONE);
    world.pass(19_999);
    assert_eq!(world.status(sid), CallStatus::Ringing);
    world.pass(1);
    assert_eq!(world.status(sid), CallStatus::NoAnswer);
    assert_eq!(world.rows[&sid].sip_response_code, Some(487));
    // The 487 to our CANCEL and a 200 that crossed it find nobody.
    world.fail(ONE, 487);
    world.answer(ONE);
    world.assert_over();
}

#[test]
fn apps_and_sims_are_not_registered_here() {
    for (to, code, status) in [
        ("client:joe", 480, CallStatus::NoAnswer),
        ("sim:DE1", 404, CallStatus::Failed),
    ] {
        let mut world = World::new();
        let sid = world.create(new_call(to));
        assert_eq!(
            world.replies[0].as_ref().unwrap().status,
            CallStatus::Queued
        );
        assert_eq!(world.status(sid), status);
        assert_eq!(world.rows[&sid].sip_response_code, Some(code));
        world.assert_over();
    }
}

#[test]
fn a_sip_address_takes_its_headers_along_and_asks_no_store() {
    let mut world = World::new();
    let sid = world.create(new_call("sip:bob@pbx.example?X-a=b&Via=no"));
    let invite = &world.invites[&ONE];
    assert_eq!(invite.route, Route::Sip);
    assert_eq!(invite.to.to_string(), "sip:bob@pbx.example");
    assert_eq!(
        invite.headers.last(),
        Some(&("X-a".to_owned(), "b".to_owned()))
    );
    assert_eq!(invite.headers.len(), 3);
    world.answer(ONE);
    let asked = world.asked("http://app/voice?x=1");
    assert_eq!(asked["To"], "sip:bob@pbx.example");
    assert!(!asked.contains_key("ToCity"));
    assert!(asked.contains_key("FromCity"));
    world.hang_up(ONE);
    assert_eq!(world.status(sid), CallStatus::Completed);
    world.assert_over();
}

#[test]
fn our_own_number_is_routed_inside() {
    let mut world = World::new().number("+12025550191", Some("http://app/in"));
    world.create(new_call("+12025550191"));
    assert_eq!(world.invites[&ONE].route, Route::Own);
    assert_eq!(world.invites[&ONE].max_forwards, 69);
}

#[test]
fn keys_are_sent_first_and_the_whole_call_is_recorded() {
    let mut world = World::new().page("http://app/voice", "<Pause length=\"5\"/>");
    let record = RecordCall {
        dual: true,
        track: RecordingTrack::Both,
        trim: false,
        callback: Some(RecordingCallback {
            url: "http://app/recording".into(),
            method: Method::Post,
            in_progress: true,
            completed: true,
            absent: false,
        }),
    };
    let sid = world.create(NewCall {
        send_digits: Some("1w2".into()),
        record: Some(record),
        ..new_call("+12025550101")
    });
    world.answer(ONE);
    world.pass(5_000);
    let after: Vec<_> = world
        .ladder
        .iter()
        .skip_while(|line| *line != "tell in-progress")
        .collect();
    assert_eq!(
        after,
        [
            "tell in-progress",
            "recording in-progress",
            "out1 record",
            "tell in-progress",
            "out1 keys 1w2",
            "fetch http://app/voice?x=1",
            "out1 release",
            "out1 close",
            "recording processing",
            "recording completed",
            "tell completed",
            "save completed",
            "tell completed",
            "gone"
        ]
    );
    let last = world.callbacks.last().unwrap();
    let recording = world.recordings.values().next().unwrap();
    assert_eq!(recording.channels, 2);
    assert_eq!(recording.duration_secs, Some(3));
    assert_eq!(value(last, "RecordingSid"), Some(recording.sid.to_string()));
    assert_eq!(value(last, "RecordingDuration").as_deref(), Some("3"));
    let url = format!(
        "http://127.0.0.1:8080/2010-04-01/Accounts/{ACCOUNT}/Recordings/{}",
        recording.sid
    );
    assert_eq!(value(last, "RecordingUrl"), Some(url));
    assert_eq!(world.rows[&sid].duration_secs, Some(5));
    world.assert_over();
}

#[test]
fn a_recording_that_is_never_finished_does_not_hold_a_call_for_ever() {
    let mut world = World::new();
    world.records = None;
    let record = RecordCall {
        dual: false,
        track: RecordingTrack::Both,
        trim: true,
        callback: None,
    };
    let sid = world.create(NewCall {
        record: Some(record),
        ..new_call("+12025550101")
    });
    world.answer(ONE);
    world.hang_up(ONE);
    assert_eq!(world.status(sid), CallStatus::InProgress);
    world.pass(limit::RECORDED_DEADLINE_MS);
    assert_eq!(world.status(sid), CallStatus::Completed);
    assert_eq!(world.rows[&sid].duration_secs, Some(0));
    assert_eq!(
        world.recordings.values().next().unwrap().status,
        RecordingStatus::Failed
    );
    assert_eq!(value(world.callbacks.last().unwrap(), "RecordingUrl"), None);
    world.assert_over();
}

#[test]
fn the_time_limit_counts_from_the_answer() {
    let mut world = World::new().page("http://app/voice", "<Pause length=\"900\"/>");
    let sid = world.create(NewCall {
        time_limit_secs: 30,
        ..new_call("+12025550101")
    });
    world.pass(10_000);
    world.answer(ONE);
    world.pass(29_999);
    assert_eq!(world.status(sid), CallStatus::InProgress);
    world.pass(1);
    assert_eq!(world.status(sid), CallStatus::Completed);
    assert_eq!(world.rows[&sid].duration_secs, Some(30));
    world.assert_over();
}

#[test]
fn sound_that_is_refused_or_lost_ends_the_call() {
    let mut world = World::new();
    world.opens = false;
    let sid = world.create(new_call("+12025550101"));
    world.media(
        ONE,
        MediaEvent::Refused {
            code: 503,
            text: "no port".into(),
        },
    );
    assert_eq!(world.status(sid), CallStatus::Failed);
    assert_eq!(world.codes(), [ErrorCode::SESSION_DESCRIPTION.0]);
    world.assert_over();

    let mut world = World::new().page("http://app/voice", "<Pause length=\"900\"/>");
    let sid = world.create(new_call("+12025550101"));
    world.answer(ONE);
    world.media(ONE, MediaEvent::Lost);
    assert_eq!(world.status(sid), CallStatus::Completed);
    assert!(world.saw("out1 release"));
    world.assert_over();

    let mut world = World::new();
    world.opens = false;
    let sid = world.create(new_call("+12025550101"));
    world.pass(limit::MEDIA_DEADLINE_MS);
    assert_eq!(world.status(sid), CallStatus::Failed);
    assert!(world.saw("out1 close") && !world.saw("out1 release"));
    world.assert_over();
}

#[test]
fn a_re_offer_is_answered_or_refused_and_the_call_goes_on() {
    let mut world = World::new().page("http://app/voice", "<Pause length=\"900\"/>");
    let sid = world.create(new_call("+12025550101"));
    world.answer(ONE);
    world.signal(
        ONE,
        SignalEvent::Reoffered {
            sdp: Some("hold".into()),
        },
    );
    assert!(world.saw("out1 reply true"));
    world.opens = false;
    world.signal(
        ONE,
        SignalEvent::Reoffered {
            sdp: Some("odd".into()),
        },
    );
    world.media(
        ONE,
        MediaEvent::Refused {
            code: 488,
            text: "no codec".into(),
        },
    );
    assert!(world.saw("out1 reply false"));
    assert_eq!(world.status(sid), CallStatus::InProgress);
}

#[test]
fn early_sound_is_connected_and_an_answer_without_any_fails() {
    let mut world = World::new().page("http://app/voice", "<Pause length=\"9\"/>");
    let sid = world.create(new_call("+12025550101"));
    world.signal(
        ONE,
        SignalEvent::Progress {
            code: 183,
            sdp: Some("early".into()),
        },
    );
    assert_eq!(world.status(sid), CallStatus::Ringing);
    let (headers, sip_call_id) = (Vec::new(), "i".to_owned());
    world.signal(
        ONE,
        SignalEvent::Answered {
            sdp: None,
            headers,
            sip_call_id,
        },
    );
    assert_eq!(world.status(sid), CallStatus::InProgress);

    let mut world = World::new();
    let sid = world.create(new_call("+12025550101"));
    let (headers, sip_call_id) = (Vec::new(), "i".to_owned());
    world.signal(
        ONE,
        SignalEvent::Answered {
            sdp: None,
            headers,
            sip_call_id,
        },
    );
    assert_eq!(world.status(sid), CallStatus::Failed);
    assert!(world.saw("out1 release"));
    world.assert_over();
}

#[test]
fn canceled_in_the_queue_is_not_told_and_later_it_is() {
    let mut world = World::new();
    world.opens = false;
    let sid = world.create(new_call("+12025550101"));
    world.update(sid, None, Some(EndAs::Canceled));
    assert_eq!(
        world.replies[1].as_ref().unwrap().status,
        CallStatus::Canceled
    );
    assert_eq!(world.told(sid), Vec::<String>::new());
    world.assert_over();

    for how in [EndAs::Canceled, EndAs::Completed] {
        let mut world = World::new();
        let sid = world.create(new_call("+12025550101"));
        world.ring(ONE);
        world.update(sid, None, Some(how));
        assert_eq!(world.told(sid), ["initiated 0", "ringing 1", "canceled 2"]);
        assert!(world.saw("out1 release"));
        world.assert_over();
    }
}

#[test]
fn an_update_changes_what_an_answered_call_runs_and_only_that() {
    let mut world = World::new()
        .page("http://app/voice", "<Say>one</Say>")
        .page("http://app/two", "<Pause length=\"9\"/>");
    world.plays = false;
    let sid = world.create(new_call("+12025550101"));
    world.update(sid, Some("http://app/two"), None);
    let refusal = world.replies[1].as_ref().unwrap_err();
    assert_eq!(refusal.code, ErrorCode::CALL_STATE);
    world.answer(ONE);
    world.update(sid, None, Some(EndAs::Canceled));
    assert_eq!(world.status(sid), CallStatus::InProgress);
    world.update(sid, Some("http://app/two"), None);
    assert!(world.saw("out1 hush"));
    assert!(world.was_asked("http://app/two"));
    world.update(sid, Some("<Response><Say>three</Say></Response>"), None);
    assert!(world.saw("out1 say three"));
    world.update(sid, None, Some(EndAs::Completed));
    assert_eq!(
        world.replies[5].as_ref().unwrap().status,
        CallStatus::Completed
    );
    world.assert_over();
    world.update(sid, None, Some(EndAs::Completed));
    assert_eq!(
        world.replies[6].as_ref().unwrap_err().code,
        ErrorCode::NOT_FOUND
    );
}

#[test]
fn a_given_document_runs_and_a_broken_one_is_apologised_for() {
    let mut world = World::new();
    let source = Source::Twiml("<Response><Say>hi</Say></Response>".into());
    world.create(NewCall {
        source,
        ..new_call("+12025550101")
    });
    world.answer(ONE);
    assert!(world.saw("out1 say hi"));
    world.assert_over();

    let mut world = World::new();
    world.create(NewCall {
        source: Source::Twiml("<Respo".into()),
        ..new_call("+12025550101")
    });
    world.answer(ONE);
    assert_eq!(world.codes(), [ErrorCode::XML.0]);
    let apology = format!("out1 say {}", Config::default().apology);
    assert!(world.saw(&apology));
    world.assert_over();
}

#[test]
fn a_failing_page_falls_back_once_and_then_apologises() {
    let mut world = World::new();
    let fallback = Some(("http://app/fallback".to_owned(), Method::Get));
    world.create(NewCall {
        fallback,
        ..new_call("+12025550101")
    });
    world.answer(ONE);
    let asked = world.asked("http://app/fallback");
    assert_eq!(asked["ErrorCode"], "11200");
    assert_eq!(asked["ErrorUrl"], "http://app/voice?x=1");
    assert_eq!(world.codes(), [11200, 11200]);
    assert_eq!(world.fetches.len(), 2);
    world.assert_over();
}

#[test]
fn a_page_that_never_comes_meets_the_askers_deadline() {
    let mut world = World::new().page("http://app/voice", "");
    world.pages.insert(
        "http://app/voice".into(),
        "<Response>slow</Response>".into(),
    );
    world.create(new_call("+12025550101"));
    world.answer(ONE);
    world.pass(limit::FETCH_DEADLINE_MS);
    assert_eq!(world.codes(), [ErrorCode::TOTAL_TIMEOUT.0]);
    world.assert_over();
}

#[test]
fn pages_that_send_each_other_round_are_stopped() {
    let mut world = World::new().page("http://app/voice", "<Redirect>/voice?x=1</Redirect>");
    let sid = world.create(new_call("+12025550101"));
    world.answer(ONE);
    assert_eq!(world.status(sid), CallStatus::Completed);
    assert_eq!(world.fetches.len(), limit::DOCUMENTS_PER_WINDOW_MAX);
    assert_eq!(world.codes(), [ErrorCode::DOCUMENT_FAULT.0]);
    world.assert_over();
}

#[test]
fn a_row_left_by_a_crash_ends_as_failed_and_is_told() {
    let mut world = World::new().page("http://app/voice", "<Pause length=\"900\"/>");
    let sid = world.create(new_call("+12025550101"));
    world.answer(ONE);
    let row = world.rows[&sid].clone();
    let mut after = World::new();
    after.now = world.now + Span::from_secs(90);
    after.happen(Event::Cut(Box::new(row)));
    assert_eq!(after.told(sid), ["failed 3"]);
    assert_eq!(after.rows[&sid].duration_secs, Some(90));
    after.assert_over();
}

#[test]
fn a_live_call_may_not_be_forgotten() {
    let mut world = World::new();
    let sid = world.create(new_call("+12025550101"));
    world.happen(Event::Command(Command::Forget {
        ask: AskId(3),
        call: sid,
    }));
    assert_eq!(
        world.replies[1].as_ref().unwrap_err().code,
        ErrorCode::CALL_NOT_COMPLETE
    );
    world.fail(ONE, 486);
    world.happen(Event::Command(Command::Forget {
        ask: AskId(4),
        call: sid,
    }));
    assert_eq!(
        world.replies[2].as_ref().unwrap_err().code,
        ErrorCode::NOT_FOUND
    );
}

#[test]
fn an_abandoned_call_ends_as_failed_like_any_other() {
    let mut world = World::new().page("http://app/voice", "<Pause length=\"900\"/>");
    let sid = world.create(new_call("+12025550101"));
    world.answer(ONE);
    let mut out = Vec::new();
    world.control.abandon(world.now, sid, &mut out);
    world.carry(out);
    assert_eq!(world.status(sid), CallStatus::Failed);
    assert!(world.saw("out1 release") && world.saw("out1 close"));
    assert_eq!(world.told(sid).last().map(String::as_str), Some("failed 3"));
    world.assert_over();
}
