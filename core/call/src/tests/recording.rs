//! Recordings that the API begins and changes, and what is told of those that fail.

use super::world::*;
use crate::command::{RecordCall, RecordingCallback, RecordingChange};
use crate::*;
use model::media::{MediaEvent, RecordEnd};
use model::recording::{PauseBehavior, RecordingStatus, RecordingTrack};
use model::*;

const ONE: LegId = LegId(1);

fn record() -> RecordCall {
    RecordCall {
        dual: false,
        track: RecordingTrack::Both,
        trim: false,
        callback: Some(RecordingCallback {
            url: "http://app/recording".into(),
            method: Method::Post,
            in_progress: false,
            completed: true,
            absent: false,
        }),
    }
}

/// An answered call that waits.
fn answered(body: &str) -> (World, CallSid) {
    let mut world = World::new().page("http://app/voice", body);
    let sid = world.create(new_call("+12025550101"));
    world.answer(ONE);
    (world, sid)
}

fn begin(world: &mut World, call: CallSid, account: AccountSid) {
    let (ask, record) = (AskId(7), record());
    world.happen(Event::Command(Command::Record {
        ask,
        account,
        call,
        record,
    }));
}

fn change(
    world: &mut World,
    call: CallSid,
    recording: Option<RecordingSid>,
    change: RecordingChange,
) {
    world.happen(Event::Command(Command::ChangeRecording {
        ask: AskId(8),
        account: ACCOUNT,
        call,
        recording,
        change,
    }));
}

fn refused(world: &World) -> ErrorCode {
    let last = world.replies.last().expect("an answer");
    last.as_ref().expect_err("a refusal").code
}

#[test]
fn what_is_told_of_a_recording_is_durable_before_it_is_told() {
    let (mut world, sid) = answered("<Pause length=\"30\"/>");
    world.ladder.clear();
    begin(&mut world, sid, ACCOUNT);
    let (row, begun) = world.shown[0].clone();
    assert!(begun && row.status == RecordingStatus::InProgress && row.call == sid);
    change(
        &mut world,
        sid,
        Some(row.sid),
        RecordingChange::Pause(PauseBehavior::Skip),
    );
    change(&mut world, sid, None, RecordingChange::Resume);
    change(&mut world, sid, None, RecordingChange::Stop);
    world.assert_ladder(&[
        "recording in-progress",
        "out1 record",
        "reply true",
        "out1 pause record skip",
        "recording paused",
        "reply true",
        "out1 resume record",
        "recording in-progress",
        "reply true",
        "out1 stop record",
        "recording stopped",
        "reply true",
        "recording processing",
        "recording completed",
        "tell completed",
    ]);
    let shown: Vec<_> = world.shown.iter().map(|(row, _)| row.status).collect();
    use RecordingStatus::*;
    assert_eq!(shown, [InProgress, Paused, InProgress, Stopped]);
    world.hang_up(ONE);
    world.assert_over();
}

#[test]
fn another_account_finds_neither_call_nor_recording() {
    let (mut world, sid) = answered("<Pause length=\"30\"/>");
    begin(&mut world, sid, AccountSid(1));
    assert_eq!(refused(&world), ErrorCode::NOT_FOUND);
    assert!(world.recordings.is_empty());
    change(
        &mut world,
        sid,
        Some(RecordingSid(9)),
        RecordingChange::Stop,
    );
    assert_eq!(refused(&world), ErrorCode::CALL_STATE);
}

#[test]
fn a_call_that_only_waits_for_a_file_is_no_longer_recorded() {
    let (mut world, sid) = answered("<Pause length=\"30\"/>");
    world.records = None;
    begin(&mut world, sid, ACCOUNT);
    world.hang_up(ONE);
    begin(&mut world, sid, ACCOUNT);
    assert_eq!(refused(&world), ErrorCode::CALL_STATE);
    change(&mut world, sid, None, RecordingChange::Resume);
    assert_eq!(refused(&world), ErrorCode::NOT_FOUND);
    world.pass(limit::RECORDED_DEADLINE_MS);
    world.assert_over();
}

#[test]
fn sound_that_could_not_be_kept_is_told_as_absent_with_its_reason() {
    let (mut world, sid) = answered("<Pause length=\"30\"/>");
    world.records = None;
    begin(&mut world, sid, ACCOUNT);
    let recording = world.shown[0].0.sid;
    change(&mut world, sid, None, RecordingChange::Stop);
    fail(&mut world, recording);
    assert_eq!(world.recordings[&recording].status, RecordingStatus::Failed);
    assert_eq!(world.recordings[&recording].error_code, Some(20_500));
    // Only `completed` was asked for, and that will never come.
    let told = world.callbacks.last().unwrap();
    assert_eq!(value(told, "RecordingStatus").as_deref(), Some("absent"));
    assert_eq!(value(told, "ErrorCode").as_deref(), Some("20500"));
    assert_eq!(value(told, "RecordingDuration"), None);
    assert_eq!(world.codes(), [20_500]);
}

#[test]
fn the_record_verb_says_failed_and_goes_on_without_its_action() {
    let body = "<Record playBeep=\"false\" action=\"/kept\" \
                recordingStatusCallback=\"/recording\"/><Pause length=\"9\"/>";
    let (mut world, _) = answered(body);
    world.records = None;
    let recording = *world.recordings.keys().next().unwrap();
    fail(&mut world, recording);
    let told = world.callbacks.last().unwrap();
    assert_eq!(value(told, "RecordingStatus").as_deref(), Some("failed"));
    assert_eq!(value(told, "ErrorCode").as_deref(), Some("20500"));
    assert_eq!(world.codes(), [20_500]);
    assert!(!world.was_asked("http://app/kept"));
    world.pass(9_000);
    world.assert_over();
}

fn fail(world: &mut World, recording: RecordingSid) {
    let end = RecordEnd::Failed;
    world.media(ONE, MediaEvent::RecordEnded { recording, end });
    let event = MediaEvent::Recorded {
        recording,
        length_ms: 0,
        heard: false,
        end,
    };
    world.media(ONE, event);
}

#[test]
fn a_recording_that_a_crash_has_cut_ends_with_what_is_left_and_that_is_told() {
    let (mut world, sid) = answered("<Pause length=\"30\"/>");
    begin(&mut world, sid, ACCOUNT);
    let row = world.shown[0].0.clone();
    for (status, length_ms, told, duration, code) in [
        (
            RecordingStatus::Paused,
            4_400,
            Some("completed"),
            Some(4),
            None,
        ),
        (RecordingStatus::Stopped, 40, None, None, Some(16_101)),
        // Its end was written before the crash: there is nothing more to say.
        (RecordingStatus::Completed, 4_400, None, None, None),
    ] {
        let mut after = World::new();
        let row = Box::new(RecordingRow {
            status,
            ..row.clone()
        });
        after.happen(Event::RecordingCut { row, length_ms });
        let kept = after.recordings.values().next();
        assert_eq!(kept.and_then(|row| row.duration_secs), duration);
        assert_eq!(kept.and_then(|row| row.error_code), code);
        let last = after.callbacks.last();
        let status = last.and_then(|callback| value(callback, "RecordingStatus"));
        assert_eq!(status.as_deref(), told);
    }
}
