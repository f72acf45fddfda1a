//! `<Dial>`: parents and children.

use super::world::*;
use crate::command::EndAs;
use crate::*;
use model::media::{MediaEvent, Prompt, Tone};
use model::signal::{Origin, Route, SignalEvent};
use model::*;

const CALLER: LegId = LegId(1);
const BOB: LegId = LegId(2);
const CAROL: LegId = LegId(3);
const DIAL: &str = "<Dial action=\"/done\"><Number>+12025550102</Number></Dial>";
const TWO: &str = "<Number>+12025550102</Number><Sip>sip:carol@pbx.example?X-Way=in</Sip>";

/// An answered call that runs this document.
fn dialling(body: &str) -> World {
    let mut world = World::new()
        .page("http://app/voice", body)
        .page("http://app/done", "<Say>after</Say>");
    world.create(new_call("+12025550101"));
    world.answer(CALLER);
    world
}

fn done(world: &World) -> std::collections::BTreeMap<String, String> {
    world.asked("http://app/done")
}

#[test]
fn two_people_are_joined_and_the_caller_goes_on_when_the_other_hangs_up() {
    let mut world = dialling(DIAL);
    world.ring(BOB);
    world.pass(3_000);
    world.answer(BOB);
    world.pass(61_000);
    world.hang_up(BOB);
    let after: Vec<_> = world
        .ladder
        .iter()
        .skip_while(|line| *line != "fetch http://app/voice?x=1")
        .collect();
    assert_eq!(
        after,
        [
            "fetch http://app/voice?x=1",
            "out2 open",
            "out2 invite +12025550102",
            "save ringing",
            "out1 tone Ringback(\"us\")",
            "out2 connect",
            "save in-progress",
            "out1 hush",
            "out1 join out2",
            "out2 close",
            "save completed",
            "gone",
            "out1 part",
            "fetch http://app/done",
            "out1 say after",
            "out1 release",
            "out1 close",
            "save completed",
            "tell completed",
            "gone",
        ]
    );
    let done = done(&world);
    assert_eq!(done["DialCallStatus"], "completed");
    assert_eq!(done["DialCallDuration"], "61");
    assert_eq!(done["DialBridged"], "true");
    assert_eq!(done["DialCallSid"], world.child(0).sid.to_string());
    assert_eq!(done["CallStatus"], "in-progress");
    assert_eq!(world.child(0).direction, Direction::OutboundDial);
    assert_eq!(world.child(0).from.to_string(), "+12025550190");
    world.assert_over();
}

#[test]
fn without_an_action_the_next_verb_runs() {
    let mut world = dialling("<Dial>+12025550102</Dial><Say>next</Say>");
    world.fail(BOB, 486);
    assert!(world.saw("out1 say next"));
    assert_eq!(world.child(0).status, CallStatus::Busy);
    world.assert_over();
}

#[test]
fn how_a_dialled_call_failed_is_told() {
    for (code, status) in [(486, "busy"), (480, "no-answer"), (404, "failed")] {
        let mut world = dialling(DIAL);
        world.fail(BOB, code);
        let done = done(&world);
        assert_eq!(done["DialCallStatus"], status);
        assert_eq!(done["DialBridged"], "false");
        assert_eq!(done["DialCallDuration"], "0");
        assert!(!done.contains_key("DialSipCallId"));
        world.assert_over();
    }
    let mut world = dialling("<Dial action=\"/done\" timeout=\"10\">+12025550103</Dial>");
    world.ring(BOB);
    world.pass(10_000);
    assert!(world.saw("out2 release"));
    assert_eq!(done(&world)["DialCallStatus"], "no-answer");
    world.assert_over();
}

#[test]
fn a_caller_who_hangs_up_takes_the_other_along_and_the_action_is_still_asked() {
    for (answered, status, child) in [
        (true, "completed", CallStatus::Completed),
        (false, "canceled", CallStatus::Canceled),
    ] {
        let mut world = dialling(DIAL);
        world.ring(BOB);
        if answered {
            world.answer(BOB);
        }
        world.hang_up(CALLER);
        assert!(world.saw("out2 release"));
        assert_eq!(world.child(0).status, child);
        assert_eq!(done(&world)["DialCallStatus"], status);
        assert_eq!(done(&world)["CallStatus"], "completed");
        assert!(!world.saw("out1 say after"));
        world.assert_over();
    }
}

#[test]
fn the_first_answer_wins_and_the_others_are_canceled() {
    let mut world = dialling(&format!("<Dial action=\"/done\">{TWO}</Dial>"));
    world.ring(BOB);
    world.ring(CAROL);
    world.answer(CAROL);
    assert!(world.saw("out2 release") && world.saw("out1 join out3"));
    assert_eq!(world.child(0).status, CallStatus::Canceled);
    // An answer that crossed the release finds nobody.
    world.answer(BOB);
    world.hang_up(CAROL);
    let done = done(&world);
    assert_eq!(done["DialCallSid"], world.child(1).sid.to_string());
    assert_eq!(done["DialSipCallId"], "id-out3");
    assert_eq!(done["DialSipResponseCode"], "200");
    assert_eq!(done["DialSipHeader_X-Desk"], "4");
    assert_eq!(
        world.invites[&CAROL].headers.last(),
        Some(&("X-Way".into(), "in".into()))
    );
    assert_eq!(world.invites[&CAROL].route, Route::Sip);
    world.assert_over();
}

#[test]
fn one_after_another_rings_the_next_when_one_is_over() {
    let mut world = dialling(&format!(
        "<Dial action=\"/done\" sequential=\"true\" timeout=\"8\">{TWO}</Dial>"
    ));
    world.ring(BOB);
    assert!(!world.invites.contains_key(&CAROL));
    world.pass(8_000);
    assert!(world.saw("out2 release") && world.invites.contains_key(&CAROL));
    world.fail(CAROL, 486);
    assert_eq!(done(&world)["DialCallStatus"], "busy");
    assert_eq!(world.child(0).status, CallStatus::NoAnswer);
    world.assert_over();
}

#[test]
fn answer_on_bridge_passes_the_ringing_on_and_answers_at_the_join() {
    let body = "<Dial answerOnBridge=\"true\" action=\"/done\">+12025550102</Dial>";
    let inbound = || {
        let mut world = World::new()
            .number("+12025550190", Some("http://app/voice"))
            .page("http://app/voice", body)
            .page("http://app/done", "<Reject reason=\"busy\"/>");
        let origin = Origin::Trunk("t".into());
        let caller = world.offer(offer("+12025550190", "+12025550107", origin));
        (world, caller)
    };
    let child = LegId(1);
    let (mut world, caller) = inbound();
    world.ring(child);
    assert!(world.saw("in0 ring") && !world.saw("in0 answer"));
    world.answer(child);
    let tail: Vec<_> = world.ladder.iter().rev().take(3).rev().collect();
    assert_eq!(tail, ["in0 answer", "save in-progress", "in0 join out1"]);
    assert_eq!(world.invites[&child].from.to_string(), "+12025550107");
    world.hang_up(caller);
    world.assert_over();

    let (mut world, _) = inbound();
    world.fail(child, 503);
    assert_eq!(done(&world)["CallStatus"], "ringing");
    assert!(world.saw("in0 refuse 486") && !world.saw("in0 answer"));
    world.assert_over();

    let (mut world, caller) = inbound();
    world.signal(
        child,
        SignalEvent::Progress {
            code: 183,
            sdp: Some("early".into()),
        },
    );
    assert!(world.saw("in0 ring aloud") && world.saw("in0 listen out1"));
    world.signal(caller, SignalEvent::Released { canceled: true });
    assert!(world.saw("out1 release"));
    assert_eq!(world.child(0).status, CallStatus::Canceled);
    world.assert_over();
}

#[test]
fn early_sound_replaces_our_own_ringing() {
    let mut world = dialling(DIAL);
    world.ring(BOB);
    assert!(world.saw("out1 tone Ringback(\"us\")"));
    world.signal(
        BOB,
        SignalEvent::Progress {
            code: 183,
            sdp: Some("early".into()),
        },
    );
    assert!(world.saw("out1 hush") && world.saw("out1 listen out2"));
    world.answer(BOB);
    assert!(world.saw("out1 join out2"));

    let mut world = dialling("<Dial ringTone=\"br\">+12025550102</Dial>");
    let ringing = Prompt::Tone(Tone::Ringback("br".into()));
    assert!(
        world.saw(&format!("out1 tone {:?}", Tone::Ringback("br".into()))),
        "{ringing:?}"
    );
    world.signal(
        BOB,
        SignalEvent::Progress {
            code: 183,
            sdp: Some("early".into()),
        },
    );
    assert!(!world.saw("out1 listen out2"));
}

#[test]
fn a_whisper_and_keys_come_before_the_joining() {
    let body = "<Dial action=\"/done\"><Number url=\"/whisper\" sendDigits=\"12\">\
                +12025550102</Number></Dial>";
    let mut world = dialling(body).page("http://app/whisper", "<Say>a call</Say><Dial>+1</Dial>");
    world.pages.insert(
        "http://app/voice".into(),
        format!("<Response>{body}</Response>"),
    );
    world.plays = false;
    world.answer(BOB);
    assert!(world.saw("out2 keys 12") && !world.was_asked("http://app/whisper"));
    let (leg, play) = world.playing[0];
    world.played(leg, play);
    let asked = world.asked("http://app/whisper");
    assert_eq!(asked["CallStatus"], "in-progress");
    assert!(asked.contains_key("ParentCallSid"));
    assert!(world.saw("out2 say a call") && !world.saw("out1 join out2"));
    let (leg, play) = world.playing[0];
    world.played(leg, play);
    assert!(world.saw("out1 join out2"));
    assert!(world.codes().contains(&ErrorCode::DIAL_NESTED.0));
    world.hang_up(BOB);

    let mut world =
        dialling("<Dial action=\"/done\"><Number url=\"/w\">+12025550102</Number></Dial>")
            .page("http://app/w", "<Hangup/>");
    world.answer(BOB);
    assert_eq!(done(&world)["DialCallStatus"], "completed");
    assert_eq!(done(&world)["DialBridged"], "false");
    world.assert_over();

    let mut world =
        dialling("<Dial action=\"/done\"><Number url=\"/gone\">+12025550102</Number></Dial>");
    world.answer(BOB);
    assert!(
        world.saw("out1 join out2"),
        "a missing whisper parts nobody"
    );
}

#[test]
fn a_star_drops_the_other_and_the_caller_goes_on() {
    let mut world = dialling("<Dial hangupOnStar=\"true\" action=\"/done\">+12025550102</Dial>");
    world.answer(BOB);
    world.press(CALLER, "1");
    assert!(!world.saw("out2 release"));
    world.press(CALLER, "*");
    assert!(world.saw("out2 release") && world.saw("out1 say after"));
    assert_eq!(done(&world)["DialCallStatus"], "completed");
    world.assert_over();
}

#[test]
fn the_time_limit_counts_from_the_joining() {
    let mut world = dialling("<Dial timeLimit=\"5\" action=\"/done\">+12025550102</Dial>");
    world.pass(20_000);
    world.answer(BOB);
    world.pass(4_999);
    assert!(!world.saw("out2 release"));
    world.pass(1);
    assert!(world.saw("out2 release") && world.saw("out1 say after"));
    assert_eq!(done(&world)["DialCallDuration"], "5");
    world.assert_over();
}

#[test]
fn a_dialled_call_is_recorded_on_the_callers_leg() {
    for (mode, channels, before) in [
        ("record-from-answer", "1", false),
        ("record-from-answer-dual", "2", false),
        ("record-from-ringing", "1", true),
        ("record-from-ringing-dual", "2", true),
        ("true", "1", false),
    ] {
        let body = format!(
            "<Dial record=\"{mode}\" action=\"/done\" recordingStatusCallback=\"/rec\">\
             +12025550102</Dial>"
        );
        let mut world = dialling(&body);
        world.ring(BOB);
        assert_eq!(world.saw("out1 record"), before, "{mode}");
        world.answer(BOB);
        world.hang_up(BOB);
        let recorded = world
            .ladder
            .iter()
            .filter(|line| *line == "out1 record")
            .count();
        assert_eq!(recorded, 1, "{mode}");
        let done = done(&world);
        assert_eq!(done["RecordingDuration"], "3");
        let callback = world
            .callbacks
            .iter()
            .find(|it| it.url == "http://app/rec")
            .unwrap();
        assert_eq!(
            value(callback, "RecordingSid"),
            Some(done["RecordingSid"].clone())
        );
        assert_eq!(
            value(callback, "RecordingChannels").as_deref(),
            Some(channels),
            "{mode}"
        );
        assert_eq!(
            value(callback, "RecordingSource").as_deref(),
            Some("DialVerb")
        );
        assert_eq!(value(callback, "CallSid"), Some(done["CallSid"].clone()));
        world.assert_over();
    }
}

#[test]
fn a_caller_who_hangs_up_still_learns_of_the_recording() {
    let mut world =
        dialling("<Dial record=\"record-from-answer\" action=\"/done\">+12025550102</Dial>");
    world.answer(BOB);
    world.hang_up(CALLER);
    assert_eq!(done(&world)["RecordingDuration"], "3");
    assert_eq!(done(&world)["CallStatus"], "completed");
    world.assert_over();
}

#[test]
fn an_update_takes_the_caller_out_of_a_dial() {
    let mut world = dialling(DIAL);
    world.answer(BOB);
    let parent = *world
        .rows
        .iter()
        .find(|(_, row)| row.parent.is_none())
        .unwrap()
        .0;
    world.plays = false;
    world.update(parent, Some("<Response><Say>moved</Say></Response>"), None);
    assert!(world.saw("out2 release") && world.saw("out1 say moved"));
    assert!(!world.was_asked("http://app/done"));
    world.update(parent, None, Some(EndAs::Completed));
    world.assert_over();
}

#[test]
fn an_update_takes_the_dialled_one_elsewhere_and_the_caller_goes_on() {
    let mut world = dialling(DIAL);
    world.answer(BOB);
    let child = world.child(0).sid;
    world.plays = false;
    world.update(
        child,
        Some("<Response><Say>elsewhere</Say></Response>"),
        None,
    );
    assert!(world.saw("out2 say elsewhere") && !world.saw("out2 release"));
    assert_eq!(done(&world)["DialCallStatus"], "completed");
    world.hang_up(CALLER);
    assert!(!world.saw("out2 release"), "they are relatives no more");
    world.hang_up(BOB);
    world.assert_over();
}

#[test]
fn caller_ids_are_shown_if_they_may_be() {
    let strict = |body: &str, ours: bool| {
        let mut world = World::new().page("http://app/voice", body);
        let config = Config {
            any_caller_id: false,
            ..Config::default()
        };
        world.control = CallControl::new(config, Chance::new(1));
        if ours {
            world = world.number("+12025550155", Some("http://app/x"));
        }
        world.create(new_call("+12025550101"));
        world.answer(CALLER);
        (world.invites[&BOB].from.to_string(), world.codes())
    };
    let dial = |id: &str| format!("<Dial callerId=\"{id}\">+12025550102</Dial>");
    assert_eq!(
        strict(&dial("+12025550155"), true),
        ("+12025550155".into(), vec![])
    );
    assert_eq!(
        strict(&dial("+12025550155"), false),
        ("+12025550190".into(), vec![13214])
    );
    assert_eq!(
        strict(&dial("+12025550101"), false),
        ("+12025550101".into(), vec![])
    );
    assert_eq!(
        strict(&dial("ACME"), false),
        ("+12025550190".into(), vec![13214])
    );
    let sip = "<Dial callerId=\"acme.7\"><Sip>sip:a@b</Sip></Dial>";
    assert_eq!(strict(sip, false), ("acme.7".into(), vec![]));

    let world = dialling(&dial("+12025550155"));
    assert_eq!(world.invites[&BOB].from.to_string(), "+12025550155");
}

#[test]
fn what_cannot_be_dialled_has_failed() {
    let mut world = dialling("<Dial action=\"/done\"><Number>bob</Number></Dial>");
    assert!(world.codes().contains(&ErrorCode::DIAL_NUMBER.0));
    let done = done(&world);
    assert_eq!(done["DialCallStatus"], "failed");
    assert!(!done.contains_key("DialCallSid"));
    world.pass(0);
    world.assert_over();
}

#[test]
fn a_noun_has_callbacks_of_its_own() {
    let body = "<Dial><Number statusCallback=\"/leg\" statusCallbackEvent=\"ringing completed\">\
                +12025550102</Number></Dial>";
    let mut world = dialling(body);
    world.ring(BOB);
    world.answer(BOB);
    world.hang_up(BOB);
    let child = world.child(0).sid;
    assert_eq!(world.told(child), ["ringing 1", "completed 3"]);
    let callback = world.callbacks.iter().find(|it| it.call == child).unwrap();
    assert_eq!(callback.url, "http://app/leg");
    assert!(value(callback, "ParentCallSid").is_some());
    assert_eq!(
        value(callback, "Direction").as_deref(),
        Some("outbound-dial")
    );
}

#[test]
fn a_dialled_ones_lost_sound_ends_only_that_call() {
    let mut world = dialling(DIAL);
    world.answer(BOB);
    world.media(BOB, MediaEvent::Lost);
    assert!(world.saw("out2 release") && world.saw("out1 say after"));
    world.assert_over();
}

#[test]
fn the_click_to_call_story() {
    let body = "<Say language=\"pt-BR\">Conectando.</Say>\
                <Dial callerId=\"+12025550190\" timeout=\"30\" action=\"/done\" \
                record=\"record-from-answer-dual\"><Number>+12025550105</Number></Dial>\
                <Say language=\"pt-BR\">Sem resposta.</Say>";
    let mut world = World::new()
        .page("http://app/twiml", body)
        .page("http://app/done", "<Say language=\"pt-BR\">Feito.</Say>");
    let source = command::Source::Url {
        url: "http://app/twiml?to=%2B12025550105".into(),
        method: Method::Post,
    };
    let record = command::RecordCall {
        dual: false,
        track: model::recording::RecordingTrack::Both,
        trim: true,
        callback: None,
    };
    let agent = NewCall {
        source,
        record: Some(record),
        ..new_call("+12025550101")
    };
    let sid = world.create(agent);
    world.ring(CALLER);
    world.answer(CALLER);
    assert!(world.saw("out1 say Conectando."));
    world.ring(BOB);
    world.answer(BOB);
    world.pass(30_000);
    world.hang_up(BOB);
    assert!(world.saw("out1 say Feito.") && !world.saw("out1 say Sem resposta."));
    assert_eq!(world.recordings.len(), 2);
    assert_eq!(
        world.told(sid),
        ["initiated 0", "ringing 1", "in-progress 2", "completed 3"]
    );
    world.assert_over();
}

#[test]
fn a_relative_action_of_a_dial_in_a_given_document_is_a_fault() {
    let mut world = World::new();
    let text = "<Response><Dial action=\"/done\">+12025550102</Dial></Response>".to_owned();
    let source = command::Source::Twiml(text);
    world.create(NewCall {
        source,
        ..new_call("+12025550101")
    });
    world.answer(CALLER);
    world.fail(BOB, 486);
    assert_eq!(world.codes(), [ErrorCode::RELATIVE_URL.0]);
    world.assert_over();
}
