//! What verbs do on an answered call.

use super::world::*;
use crate::*;
use model::media::{MediaEvent, PlayEnd};
use model::recording::RecordingStatus;
use model::*;

const ONE: LegId = LegId(1);

/// An answered call that runs this document.
fn running(body: &str) -> World {
    let mut world = World::new().page("http://app/voice", body);
    world.plays = false;
    world.create(new_call("+12025550101"));
    world.answer(ONE);
    world
}

fn end_prompt(world: &mut World) {
    let (leg, play) = world.playing[0];
    world.played(leg, play);
}

fn sid(world: &World) -> CallSid {
    *world.rows.keys().next().unwrap()
}

#[test]
fn say_and_play_follow_each_other_and_faults_are_passed_over() {
    let mut world = running("<Say>a</Say><Play loop=\"2\">b.wav</Play><Play>ftp://x</Play>");
    // The second is queued behind the first, so that nobody hears a gap.
    assert!(world.saw("out1 say a") && world.saw("out1 play http://app/b.wav"));
    end_prompt(&mut world);
    assert!(world.codes().is_empty());
    let (_, play) = world.playing[0];
    let code = ErrorCode::PLAY_CONTENT_TYPE;
    let end = PlayEnd::Failed {
        code,
        text: "no sound".into(),
    };
    world.media(ONE, MediaEvent::Played { play, end });
    assert_eq!(world.codes(), [13420, 11100]);
    world.assert_over();
}

#[test]
fn what_is_queued_behind_a_prompt_goes_with_it() {
    let body = "<Say>a</Say><Say>b</Say><Say>c</Say>";
    let mut world = running(body).page("http://app/other", "<Say>d</Say>");
    assert_eq!(world.playing.len(), 2, "one ahead, no more");
    end_prompt(&mut world);
    assert!(world.saw("out1 say c"));
    let call = sid(&world);
    world.update(call, Some("http://app/other"), None);
    assert_eq!(world.playing.len(), 1, "both were stopped");
    assert!(world.saw("out1 say d"));
    end_prompt(&mut world);
    world.assert_over();
}

#[test]
fn a_pause_lasts_as_long_as_it_says() {
    let mut world = running("<Pause length=\"7\"/>");
    world.pass(6_999);
    assert_eq!(world.status(sid(&world)), CallStatus::InProgress);
    world.pass(1);
    world.assert_over();
}

#[test]
fn gather_ends_at_its_count_its_key_or_its_silence() {
    for (attributes, keys, digits, key) in [
        ("numDigits=\"1\"", "1", "1", ""),
        ("", "12#", "12", "#"),
        ("finishOnKey=\"*\"", "1#2*", "1#2", "*"),
        ("finishOnKey=\"\"", "1#", "1#", ""),
        ("actionOnEmptyResult=\"true\"", "", "", ""),
        ("actionOnEmptyResult=\"true\"", "#", "", "#"),
    ] {
        let body = format!("<Gather action=\"/keys\" {attributes}><Say>press</Say></Gather>");
        let mut world = running(&body).page("http://app/keys", "<Pause/>");
        world.press(ONE, keys);
        if keys.is_empty() {
            end_prompt(&mut world);
        }
        world.pass(6_000);
        let asked = world.asked("http://app/keys");
        assert_eq!(
            (asked["Digits"].as_str(), asked["FinishedOnKey"].as_str()),
            (digits, key)
        );
        assert_eq!(world.saw("out1 hush"), !keys.is_empty(), "{attributes}");
        world.assert_over();
    }
}

#[test]
fn gather_without_keys_goes_on_with_the_next_verb() {
    let mut world = running("<Gather timeout=\"3\"><Say>press</Say></Gather><Say>bye</Say>");
    world.pass(60_000);
    assert!(
        !world.saw("out1 say bye"),
        "the silence counts from the prompt's end"
    );
    end_prompt(&mut world);
    world.pass(2_999);
    assert!(!world.saw("out1 say bye"));
    world.pass(1);
    assert!(world.saw("out1 say bye"));
    let mut world = running("<Gather><Say>press</Say></Gather><Say>bye</Say>");
    world.press(ONE, "#");
    assert!(
        world.saw("out1 say bye"),
        "the finishing key alone is no input"
    );
    assert_eq!(world.fetches.len(), 1);
}

#[test]
fn each_key_starts_the_silence_again_and_the_default_action_is_the_page_itself() {
    let mut world = running("<Gather timeout=\"4\"/>");
    for _ in 0..3 {
        world.pass(3_900);
        world.press(ONE, "5");
    }
    assert_eq!(world.fetches.len(), 1);
    world.pass(4_000);
    assert_eq!(world.asked("http://app/voice?x=1")["Digits"], "555");
}

#[test]
fn without_barge_in_prompts_are_heard_to_their_end() {
    let body = "<Gather bargeIn=\"false\" action=\"/k\"><Say>a</Say><Pause/></Gather>";
    let mut world = running(body);
    world.press(ONE, "12");
    assert!(!world.saw("out1 hush"));
    end_prompt(&mut world);
    end_prompt(&mut world);
    world.pass(5_000);
    assert_eq!(world.asked("http://app/k")["Digits"], "12");
}

#[test]
fn a_caller_who_hangs_up_in_a_gather_asks_nothing() {
    let mut world = running("<Gather action=\"/k\"/>");
    world.press(ONE, "1");
    world.hang_up(ONE);
    assert!(!world.was_asked("http://app/k"));
    world.assert_over();
}

#[test]
fn speech_is_missed_in_words_and_keys_still_work() {
    let body = "<Gather input=\"dtmf speech\" numDigits=\"1\" action=\"/k\"/>";
    let mut world = running(body);
    assert_eq!(world.codes(), [ErrorCode::DOCUMENT_FAULT.0]);
    world.press(ONE, "3");
    assert_eq!(world.asked("http://app/k")["Digits"], "3");
}

#[test]
fn prompts_beyond_the_bound_are_left_out_in_words() {
    let most = model::limit::PLAY_QUEUE_MAX;
    let body = |count: usize| format!("<Gather>{}</Gather>", "<Say>a</Say>".repeat(count));
    assert_eq!(running(&body(most)).codes(), [0; 0]);
    let world = running(&body(most + 3));
    assert_eq!(world.codes(), [ErrorCode::GATHER_NESTED.0]);
}

#[test]
fn without_barge_in_a_complete_input_waits_for_the_prompts() {
    let body = "<Gather numDigits=\"2\" bargeIn=\"false\" action=\"/k\"><Say>press</Say></Gather>";
    let mut world = running(body);
    world.press(ONE, "123");
    world.pass(60_000);
    assert!(!world.saw("out1 hush") && !world.was_asked("http://app/k"));
    end_prompt(&mut world);
    assert_eq!(world.asked("http://app/k")["Digits"], "12");
}

#[test]
fn record_beeps_keeps_and_tells() {
    let body = "<Record action=\"/rec\" recordingStatusCallback=\"/cb\" \
                recordingStatusCallbackEvent=\"in-progress completed\" maxLength=\"30\"/>";
    let mut world = running(body).page("http://app/rec", "<Hangup/>");
    assert!(world.saw("out1 tone RecordBeep") && !world.saw("out1 record"));
    end_prompt(&mut world);
    assert!(world.saw("out1 record"));
    world.press(ONE, "#");
    let asked = world.asked("http://app/rec");
    assert_eq!(
        (
            asked["Digits"].as_str(),
            asked["RecordingDuration"].as_str()
        ),
        ("#", "3")
    );
    assert!(asked["RecordingUrl"].ends_with(&asked["RecordingSid"]));
    let told: Vec<_> = world
        .callbacks
        .iter()
        .filter(|callback| callback.url == "http://app/cb")
        .map(|callback| value(callback, "RecordingStatus").unwrap())
        .collect();
    assert_eq!(told, ["in-progress", "completed"]);
    let last = world
        .callbacks
        .iter()
        .rfind(|it| it.url == "http://app/cb")
        .unwrap();
    assert_eq!(
        value(last, "RecordingSource").as_deref(),
        Some("RecordVerb")
    );
    assert_eq!(value(last, "RecordingChannels").as_deref(), Some("1"));
    assert_eq!(value(last, "ErrorCode").as_deref(), Some("0"));
    assert_eq!(value(last, "From"), None);
    world.assert_over();
}

#[test]
fn a_silent_recording_is_absent_and_the_next_verb_runs() {
    let mut world = running("<Record playBeep=\"false\"/><Say>nothing</Say>");
    world.records = Some(0);
    world.press(ONE, "1");
    assert!(world.saw("out1 say nothing"));
    let recording = world.recordings.values().next().unwrap();
    assert_eq!(recording.status, RecordingStatus::Absent);
    assert_eq!(world.fetches.len(), 1);
}

#[test]
fn a_caller_who_hangs_up_in_a_recording_still_leaves_it() {
    let mut world = running("<Record playBeep=\"false\" action=\"/rec\"/>")
        .page("http://app/rec", "<Say>ignored</Say>");
    world.pass(4_000);
    world.hang_up(ONE);
    let asked = world.asked("http://app/rec");
    assert_eq!(
        (asked["Digits"].as_str(), asked["CallStatus"].as_str()),
        ("hangup", "completed")
    );
    assert!(!world.saw("out1 say ignored"));
    assert_eq!(world.rows[&sid(&world)].duration_secs, Some(4));
    world.assert_over();
}

#[test]
fn a_recording_that_the_engine_forgets_ends_by_the_askers_deadlines() {
    let mut world = running("<Record playBeep=\"false\" maxLength=\"10\"/><Say>on</Say>");
    world.records = None;
    world.pass(12_000);
    assert!(world.saw("out1 stop record"));
    world.pass(limit::RECORDED_DEADLINE_MS);
    assert!(world.saw("out1 say on"));
}

#[test]
fn unbuilt_verbs_say_so_and_the_call_goes_on() {
    for body in [
        "<Enqueue>q</Enqueue>",
        "<Connect><Stream url=\"wss://x\"/></Connect>",
        "<Start><Stream url=\"wss://x\"/></Start>",
        "<Pay/>",
        "<Dial><Conference>room</Conference></Dial>",
        "<Dial><Client>joe</Client></Dial>",
        "<Dial><Queue>q</Queue></Dial>",
    ] {
        let mut world = running(&format!("{body}<Say>on</Say>"));
        assert!(
            world.codes().contains(&ErrorCode::DOCUMENT_FAULT.0),
            "{body}"
        );
        assert!(
            world
                .notices
                .last()
                .unwrap()
                .text
                .contains("not carried out"),
            "{body}"
        );
        assert!(world.saw("out1 say on"), "{body}");
        end_prompt(&mut world);
        world.assert_over();
    }
}

#[test]
fn redirect_replaces_the_page_and_relative_addresses_start_there() {
    let mut world = running("<Redirect method=\"GET\">sub/two</Redirect><Say>never</Say>").page(
        "http://app/sub/two",
        "<Gather action=\"k\" numDigits=\"1\"/>",
    );
    // The page was missing when it was asked: the apology runs. Ask again with it in place.
    world.update(sid(&world), Some("http://app/sub/two"), None);
    world.press(ONE, "1");
    assert!(world.was_asked("http://app/sub/k"));
    assert!(!world.saw("out1 say never"));
    let (_, request) = world
        .fetches
        .iter()
        .find(|(_, it)| it.url == "http://app/sub/two")
        .unwrap();
    assert_eq!(request.method, Method::Get);
}

#[test]
fn a_relative_action_in_a_given_document_is_a_fault() {
    for (body, code) in [
        (
            "<Gather numDigits=\"1\" action=\"/k\"/>",
            ErrorCode::URL_FORMAT,
        ),
        ("<Gather numDigits=\"1\"/>", ErrorCode::URL_FORMAT),
        ("<Redirect>/k</Redirect>", ErrorCode::URL_FORMAT),
    ] {
        let mut world = World::new();
        let source = command::Source::Twiml(format!("<Response>{body}</Response>"));
        world.create(NewCall {
            source,
            ..new_call("+12025550101")
        });
        world.answer(ONE);
        world.press(ONE, "1");
        assert_eq!(world.codes(), [code.0], "{body}");
        world.assert_over();
    }
}

#[test]
fn warnings_of_a_page_are_written_with_its_address() {
    let world = running("<Say loop=\"x\">hi</Say><Foo/>");
    let mut codes = world.codes();
    codes.sort_unstable();
    assert_eq!(codes, [12200, 13510]);
    assert!(world.notices.iter().all(|notice| {
        notice.level == model::call::NotificationLevel::Warning
            && notice.request_url.as_deref() == Some("http://app/voice?x=1")
    }));
}
