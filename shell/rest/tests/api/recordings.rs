//! Recordings: listed, fetched, deleted, and heard in every form.

use crate::world::*;
use ::call::command::{RecordCall, RecordingCallback, RecordingChange};
use ::call::{Command, Refusal};
use hyper::Method;
use model::recording::{PauseBehavior, RecordingStatus, RecordingTrack};
use model::*;
use store::Write;

fn samples(wav: &[u8]) -> Vec<i16> {
    wav[44..]
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect()
}

#[tokio::test]
async fn a_recording_is_found_by_account_and_by_call() {
    let world = World::new();
    world.keep(Write::Call(Box::new(completed(1, 0))));
    world.keep(Write::Call(Box::new(completed(2, 0))));
    recorded(&world, 1, 1, 2);
    recorded(&world, 2, 2, 1);
    let one = world
        .get(&world.path(&format!("/Recordings/{}.json", RecordingSid(1))))
        .await
        .json();
    assert_eq!(
        (one["duration"].as_str(), one["channels"].as_u64()),
        (Some("1"), Some(2))
    );
    assert_eq!(
        (one["source"].as_str(), one["price"].is_null()),
        (Some("OutboundAPI"), true)
    );
    let media = format!(
        "http://127.0.0.1:8080/2010-04-01/Accounts/{ACCOUNT}/Recordings/{}",
        RecordingSid(1)
    );
    assert_eq!(one["media_url"], media);
    for (below, count) in [
        ("/Recordings.json".to_owned(), 2),
        (format!("/Recordings.json?CallSid={}", CallSid(2)), 1),
        ("/Recordings.json?DateCreated%3C=2010-08-31".to_owned(), 0),
        ("/Recordings.json?DateCreated=2010-08-31".to_owned(), 2),
        (format!("/Calls/{}/Recordings.json", CallSid(1)), 1),
    ] {
        let page = world.get(&world.path(&below)).await.json();
        assert_eq!(
            page["recordings"].as_array().unwrap().len(),
            count,
            "{below}"
        );
    }
    let below = format!("/Calls/{}/Recordings/{}.json", CallSid(1), RecordingSid(1));
    assert_eq!(world.get(&world.path(&below)).await.json()["track"], "both");
    let other = format!("/Calls/{}/Recordings/{}.json", CallSid(2), RecordingSid(1));
    assert_eq!(world.get(&world.path(&other)).await.status, 404);
}

#[tokio::test]
async fn sound_comes_whole_mixed_and_in_parts() {
    let world = World::new();
    world.keep(Write::Call(Box::new(completed(1, 0))));
    recorded(&world, 1, 1, 2);
    recorded(&world, 2, 1, 1);
    let dual = world.path(&format!("/Recordings/{}", RecordingSid(1)));
    let mono = world.path(&format!("/Recordings/{}", RecordingSid(2)));
    let whole = world.get(&format!("{dual}.wav")).await;
    assert_eq!((whole.status, whole.body.len()), (200, 44 + 32_000));
    assert_eq!(whole.header("content-type"), "audio/x-wav");
    assert_eq!(samples(&whole.body)[..4], [1_000, 500, 1_000, 500]);
    assert_eq!(world.get(&dual).await.body, whole.body);
    let by_call = format!("/Calls/{}/Recordings/{}.wav", CallSid(1), RecordingSid(1));
    assert_eq!(world.get(&world.path(&by_call)).await.body, whole.body);

    let mixed = world.get(&format!("{dual}.wav?RequestedChannels=1")).await;
    assert_eq!(mixed.body.len(), 44 + 16_000);
    assert_eq!(mixed.body[22], 1);
    assert_eq!(mixed.body[40..44], 16_000_u32.to_le_bytes());
    assert!(samples(&mixed.body).iter().all(|sample| *sample == 1_500));
    let refused = world.get(&format!("{mono}.wav?RequestedChannels=2")).await;
    assert_eq!((refused.status, refused.fault().0), (400, 16113));
    assert_eq!(
        world
            .get(&format!("{mono}.wav?RequestedChannels=1"))
            .await
            .body
            .len(),
        16_044
    );

    let path = format!("{dual}.wav?RequestedChannels=1");
    for (from, to) in [(0, 9), (40, 50), (45, 16_043), (16_000, 16_043)] {
        let range = format!("bytes={from}-{to}");
        let part = world
            .ask_with(Method::GET, &path, &[], &[("range", &range)])
            .await;
        assert_eq!(part.status, 206, "{range}");
        assert_eq!(part.body, mixed.body[from..=to], "{range}");
        assert_eq!(
            part.header("content-range"),
            format!("bytes {from}-{to}/16044")
        );
    }
    let outside = world
        .ask_with(Method::GET, &path, &[], &[("range", "bytes=16044-")])
        .await;
    assert_eq!(
        (outside.status, outside.header("content-range")),
        (416, "bytes */16044")
    );
    let head = world.ask(Method::HEAD, &path, &[]).await;
    assert_eq!(
        (head.body.len(), head.header("content-length")),
        (0, "16044")
    );
}

#[tokio::test]
async fn metadata_is_given_without_a_suffix_to_who_asks_for_json() {
    let world = World::new();
    recorded(&world, 1, 1, 1);
    let path = world.path(&format!("/Recordings/{}", RecordingSid(1)));
    let json = [("accept", "application/json")];
    let answer = world.ask_with(Method::GET, &path, &[], &json).await;
    assert_eq!(answer.json()["sid"], RecordingSid(1).to_string());
    let other = [("accept", "*/*")];
    let answer = world.ask_with(Method::GET, &path, &[], &other).await;
    assert_eq!(answer.header("content-type"), "audio/x-wav");
}

#[tokio::test]
async fn mp3_is_made_once_and_goes_with_its_recording() {
    let world = World::new();
    let row = recorded(&world, 1, 1, 2);
    let path = world.path(&format!("/Recordings/{}", row.sid));
    let dual = world.get(&format!("{path}.mp3")).await;
    assert_eq!(dual.header("content-type"), "audio/mpeg");
    assert_eq!(dual.body, "MP3 32044");
    let mono = world.get(&format!("{path}.mp3?RequestedChannels=1")).await;
    assert_eq!(mono.body, "MP3 16044");
    let kept = world.sounds.encoded_path(row.sid, false);
    std::fs::write(&kept, "kept").unwrap();
    assert_eq!(world.get(&format!("{path}.mp3")).await.body, "kept");
    let folder = kept.parent().unwrap();
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 3);
    assert_eq!(world.delete(&format!("{path}.json")).await.status, 204);
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);

    let without = World::with(Terms {
        no_encoder: true,
        ..Terms::default()
    });
    let row = recorded(&without, 1, 1, 1);
    let answer = without
        .get(&without.path(&format!("/Recordings/{}.mp3", row.sid)))
        .await;
    assert_eq!((answer.status, answer.fault().0), (503, 20503));
}

#[tokio::test]
async fn a_deleted_recording_is_remembered_for_who_asks() {
    let world = World::new();
    let row = recorded(&world, 1, 1, 1);
    let path = world.path(&format!("/Recordings/{}", row.sid));
    assert_eq!(world.delete(&format!("{path}.json")).await.status, 204);
    assert_eq!(world.get(&format!("{path}.json")).await.status, 404);
    assert_eq!(world.get(&format!("{path}.wav")).await.status, 404);
    assert_eq!(world.delete(&format!("{path}.json")).await.status, 404);
    let kept = world
        .get(&format!("{path}.json?IncludeSoftDeleted=true"))
        .await;
    assert_eq!(kept.json()["status"], "deleted");
    let count = |page: serde_json::Value| page["recordings"].as_array().unwrap().len();
    assert_eq!(
        count(world.get(&world.path("/Recordings.json")).await.json()),
        0
    );
    let all = world
        .get(&world.path("/Recordings.json?IncludeSoftDeleted=true"))
        .await;
    assert_eq!(count(all.json()), 1);
}

#[tokio::test]
async fn a_recording_that_is_not_ready_has_no_sound_and_is_not_deleted() {
    let world = World::new();
    let row = recorded(&world, 1, 1, 1);
    let path = world.path(&format!("/Recordings/{}", row.sid));
    let running = RecordingRow {
        status: RecordingStatus::InProgress,
        duration_secs: None,
        ..row.clone()
    };
    world.keep(Write::Recording(Box::new(running)));
    assert_eq!(world.get(&format!("{path}.wav")).await.fault().0, 20404);
    assert!(world.get(&format!("{path}.json")).await.json()["duration"].is_null());
    assert_eq!(
        world.delete(&format!("{path}.json")).await.json()["code"],
        20009
    );
    let failed = RecordingRow {
        status: RecordingStatus::Failed,
        error_code: Some(20_500),
        ..row
    };
    world.keep(Write::Recording(Box::new(failed)));
    let body = world.get(&format!("{path}.json")).await.json();
    assert_eq!(
        (body["status"].as_str(), body["error_code"].as_u64()),
        (Some("absent"), Some(20500))
    );
}

/// A call that is talked on, and the paths of its recordings.
fn talked(world: &World) -> String {
    let row = CallRow {
        status: CallStatus::InProgress,
        end_time: None,
        duration_secs: None,
        ..completed(1, 0)
    };
    world.keep(Write::Call(Box::new(row)));
    world.path(&format!("/Calls/{}/Recordings", CallSid(1)))
}

fn last(world: &World) -> Command {
    let asked = world.asked.lock().expect("no panic with it");
    asked.last().cloned().expect("call control was asked")
}

#[tokio::test]
async fn a_recording_is_begun_once_and_shown_to_who_asks_again() {
    let world = World::new();
    let path = talked(&world);
    let form = [
        ("RecordingStatusCallback", "http://app/told"),
        ("RecordingStatusCallbackEvent", "in-progress absent"),
        ("RecordingStatusCallbackMethod", "GET"),
        ("RecordingChannels", "dual"),
        ("RecordingTrack", "inbound"),
        ("Trim", "trim-silence"),
    ];
    let begun = world.post(&format!("{path}.json"), &form).await;
    assert_eq!(begun.status, 201);
    let body = begun.json();
    for (name, value) in [
        ("status", "in-progress"),
        ("source", "StartCallRecordingAPI"),
        ("track", "inbound"),
        ("price_unit", "USD"),
    ] {
        assert_eq!(body[name], value, "{name}");
    }
    assert_eq!(body["channels"], 2);
    for name in [
        "duration",
        "price",
        "error_code",
        "conference_sid",
        "encryption_details",
    ] {
        assert!(body[name].is_null() && body.get(name).is_some(), "{name}");
    }
    let told = RecordingCallback {
        url: "http://app/told".into(),
        method: model::Method::Get,
        in_progress: true,
        completed: false,
        absent: true,
    };
    let wanted = RecordCall {
        dual: true,
        track: RecordingTrack::Inbound,
        trim: true,
        callback: Some(told),
    };
    assert!(matches!(last(&world), Command::Record { record, .. } if record == wanted));

    let again = world.post(&format!("{path}.json"), &[]).await;
    assert_eq!((again.status, &again.json()["sid"]), (200, &body["sid"]));
    let plain = RecordCall {
        dual: false,
        track: RecordingTrack::Both,
        trim: false,
        callback: None,
    };
    assert!(matches!(last(&world), Command::Record { record, .. } if record == plain));
}

#[tokio::test]
async fn only_a_call_in_progress_is_recorded() {
    let world = World::new();
    let path = talked(&world);
    let words = "Requested resource is not eligible for recording";
    *world.refusal.lock().unwrap() = Some(Refusal::not_eligible());
    let ringing = world.post(&format!("{path}.json"), &[]).await;
    assert_eq!(ringing.status, 400);
    assert_eq!(ringing.fault(), (21220, words.to_owned()));
    // It has ended between the row and the question.
    *world.refusal.lock().unwrap() = Some(Refusal::of(ErrorCode::NOT_FOUND));
    let crossed = world.post(&format!("{path}.json"), &[]).await;
    assert_eq!(crossed.fault(), (21220, words.to_owned()));
    world.keep(Write::Call(Box::new(completed(1, 0))));
    let asked = world.asked.lock().unwrap().len();
    let ended = world.post(&format!("{path}.json"), &[]).await;
    assert_eq!(ended.fault(), (21220, words.to_owned()));
    assert_eq!(world.asked.lock().unwrap().len(), asked);
    let nobody = world.path(&format!("/Calls/{}/Recordings.json", CallSid(9)));
    assert_eq!(world.post(&nobody, &[]).await.status, 404);
    for (name, value) in [
        ("RecordingChannels", "three"),
        ("RecordingTrack", "left"),
        ("Trim", "yes"),
        ("RecordingStatusCallbackEvent", "completed paused"),
    ] {
        let talked = talked(&world);
        let answer = world
            .post(&format!("{talked}.json"), &[(name, value)])
            .await;
        assert_eq!((answer.status, answer.fault().0), (400, 20001), "{name}");
    }
}

#[tokio::test]
async fn a_running_recording_is_paused_resumed_and_ended_by_name_and_as_the_current_one() {
    let world = World::new();
    let path = talked(&world);
    let sid = world.post(&format!("{path}.json"), &[]).await.json()["sid"].clone();
    let sid = sid.as_str().unwrap();
    for (name, form, status, change) in [
        (
            sid,
            &[("Status", "paused")][..],
            "paused",
            RecordingChange::Pause(PauseBehavior::Silence),
        ),
        (
            "Twilio.CURRENT",
            &[("Status", "paused"), ("PauseBehavior", "skip")],
            "paused",
            RecordingChange::Pause(PauseBehavior::Skip),
        ),
        (
            sid,
            &[("Status", "in-progress"), ("PauseBehavior", "skip")],
            "in-progress",
            RecordingChange::Resume,
        ),
        (
            "Twilio.CURRENT",
            &[("Status", "stopped")],
            "stopped",
            RecordingChange::Stop,
        ),
    ] {
        let answer = world.post(&format!("{path}/{name}.json"), form).await;
        assert_eq!(answer.status, 200, "{name} {form:?}");
        let body = answer.json();
        assert_eq!(
            (&body["sid"], &body["status"]),
            (&sid.into(), &status.into())
        );
        let Command::ChangeRecording {
            recording,
            change: asked,
            ..
        } = last(&world)
        else {
            panic!("{:?}", last(&world));
        };
        assert_eq!(asked, change);
        assert_eq!(recording.is_none(), name == "Twilio.CURRENT");
    }
}

#[tokio::test]
async fn what_can_not_be_done_to_a_recording_is_refused_with_its_number() {
    let world = World::new();
    let path = talked(&world);
    let current = format!("{path}/Twilio.CURRENT.json");
    let pause = [("Status", "paused")];
    // None runs.
    assert_eq!(world.post(&current, &pause).await.fault().0, 20404);
    let several = Refusal::of(ErrorCode::RECORDING_CURRENT);
    *world.refusal.lock().unwrap() = Some(several);
    let answer = world.post(&current, &pause).await;
    assert_eq!((answer.status, answer.fault().0), (400, 16108));
    *world.refusal.lock().unwrap() = None;
    // It has ended.
    let row = recorded(&world, 1, 1, 1);
    let ended = format!("{path}/{}.json", row.sid);
    let answer = world.post(&ended, &pause).await;
    assert_eq!((answer.status, answer.fault().0), (400, 21220));
    for form in [
        &[][..],
        &[("Status", "completed")],
        &[("Status", "processing")],
        &[("Status", "absent")],
        &[("Status", "deleted")],
        &[("Status", "nonsense")],
        &[("Status", "paused"), ("PauseBehavior", "hum")],
    ] {
        let answer = world.post(&ended, form).await;
        assert_eq!((answer.status, answer.fault().0), (400, 20001), "{form:?}");
    }
    // Of another call, and of nobody.
    let other = format!("/Calls/{}/Recordings/{}.json", CallSid(2), row.sid);
    assert_eq!(world.post(&world.path(&other), &pause).await.status, 404);
    let account = world.path(&format!("/Recordings/{}.json", row.sid));
    assert_eq!(world.post(&account, &pause).await.status, 405);
    assert_eq!(world.get(&current).await.status, 405);
}
