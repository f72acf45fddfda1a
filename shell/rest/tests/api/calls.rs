//! Calls: placed, fetched, listed, changed, deleted.

use crate::world::*;
use ::call::command::{EndAs, Source};
use ::call::{Command, Refusal};
use model::recording::RecordingTrack;
use model::*;
use store::{NotificationFilter, PageAsk, Start, Store, Write};

const TO: (&str, &str) = ("To", "+14158675309");
const FROM: (&str, &str) = ("From", "+14158675308");

#[tokio::test]
async fn a_plain_call_has_the_defaults() {
    let world = World::new();
    let form = [TO, FROM, ("Url", "http://example.com/voice")];
    let answer = world.post(&world.path("/Calls.json"), &form).await;
    assert_eq!(answer.status, 201);
    let body = answer.json();
    assert_eq!(body["status"], "queued");
    assert_eq!(body["to_formatted"], "(415) 867-5309");
    assert_eq!(body["date_created"], "Tue, 31 Aug 2010 20:36:28 +0000");
    for null in [
        "start_time",
        "end_time",
        "duration",
        "price",
        "answered_by",
        "parent_call_sid",
    ] {
        assert!(body[null].is_null(), "{null}");
    }
    let uri = body["uri"].as_str().unwrap();
    assert_eq!(world.get(uri).await.json(), body);
    let events = body["subresource_uris"]["events"].as_str().unwrap();
    assert_eq!(world.get(events).await.status, 200);

    let placed = world.placed();
    let url = "http://example.com/voice".to_owned();
    assert_eq!(
        placed.source,
        Source::Url {
            url,
            method: Method::Post
        }
    );
    assert_eq!((placed.ring_secs, placed.time_limit_secs), (60, 14_400));
    assert!(placed.record.is_none() && placed.status_callback.is_none());
    assert!(placed.fallback.is_none() && placed.credentials.is_none());
}

/// An application that is asked for its document may ask for the call before the row is durable.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_on_its_way_into_the_store_is_waited_for() {
    let world = World::new();
    let row = completed(7, 0);
    let path = world.path(&format!("/Calls/{}.json", row.sid));
    // The writer's thread stands until it is told to go on.
    let (go_on, told) = std::sync::mpsc::channel::<()>();
    let (stand, stands) = std::sync::mpsc::channel();
    world.writer.write_then(Vec::new(), move |_| {
        stand.send(()).expect("a test");
        let _ = told.recv();
    });
    stands.recv().expect("a writer");
    world.writer.write(vec![Write::Call(Box::new(row))]);
    let writer = world.writer.clone();
    let answered = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let seen = std::sync::Arc::clone(&answered);
    // Goes on once the request waits behind the row, or has been answered without it.
    let release = std::thread::spawn(move || {
        while writer.waiting() < 3 && !seen.load(std::sync::atomic::Ordering::Acquire) {
            std::thread::yield_now();
        }
        go_on.send(()).expect("a writer");
    });
    let answer = world.get(&path).await;
    answered.store(true, std::sync::atomic::Ordering::Release);
    release.join().expect("an end");
    assert_eq!(answer.status, 200);
    let unknown = world.path(&format!("/Calls/{}.json", CallSid(0xbad)));
    assert_eq!(world.get(&unknown).await.status, 404);
}

#[tokio::test]
async fn what_a_call_cost_and_who_answered_are_text() {
    let world = World::new();
    let price = Price {
        amount: -3_000,
        currency: Currency::parse("EUR").unwrap(),
    };
    let row = CallRow {
        queue_time_ms: 1_000,
        answered_by: Some(AnsweredBy::MachineEndSilence),
        price: Some(price),
        ..completed(7, 0)
    };
    world.keep(Write::Call(Box::new(row)));
    let body = world
        .get(&world.path(&format!("/Calls/{}.json", CallSid(7))))
        .await
        .json();
    assert_eq!(body["queue_time"], "1000");
    assert_eq!(body["answered_by"], "machine_end_silence");
    assert_eq!(
        (&body["price"], &body["price_unit"]),
        (&"-0.03000".into(), &"EUR".into())
    );
}

#[tokio::test]
async fn every_parameter_reaches_call_control() {
    let world = World::new();
    let form = [
        ("To", "sip:bob@example.com?X-a=1"),
        ("From", "ACME"),
        ("Url", "https://example.com/voice#rc=3"),
        ("Method", "get"),
        ("FallbackUrl", "https://example.com/fallback"),
        ("FallbackMethod", "GET"),
        ("StatusCallback", "https://example.com/status"),
        ("StatusCallbackEvent", "initiated"),
        ("StatusCallbackEvent", "answered"),
        ("StatusCallbackMethod", "GET"),
        ("SendDigits", "ww12#"),
        ("Timeout", "3600"),
        ("TimeLimit", "90"),
        ("Record", "TRUE"),
        ("RecordingChannels", "dual"),
        ("RecordingTrack", "inbound"),
        ("RecordingStatusCallback", "https://example.com/recording"),
        (
            "RecordingStatusCallbackEvent",
            "in-progress completed absent",
        ),
        ("Trim", "do-not-trim"),
        ("CallerId", "+12025550190"),
        ("SipAuthUsername", "u"),
        ("SipAuthPassword", "p"),
        ("MachineDetection", "Enable"),
        ("CallReason", "because"),
    ];
    assert_eq!(
        world.post(&world.path("/Calls.json"), &form).await.status,
        201
    );
    let call = world.placed();
    assert_eq!(call.from, Address::Name("ACME".into()));
    assert!(matches!(
        &call.source,
        Source::Url {
            method: Method::Get,
            ..
        }
    ));
    let fallback = ("https://example.com/fallback".to_owned(), Method::Get);
    assert_eq!(call.fallback, Some(fallback));
    let callback = call.status_callback.unwrap();
    assert_eq!(callback.events.names(), "initiated answered");
    assert_eq!(callback.method, Method::Get);
    assert_eq!(call.send_digits.as_deref(), Some("ww12#"));
    assert_eq!((call.ring_secs, call.time_limit_secs), (600, 90));
    let record = call.record.unwrap();
    assert!(record.dual && !record.trim && record.track == RecordingTrack::Inbound);
    let told = record.callback.unwrap();
    assert!(told.in_progress && told.completed && told.absent && told.method == Method::Post);
    assert_eq!(call.caller_id.as_deref(), Some("+12025550190"));
    assert_eq!(
        call.credentials.map(|c| (c.username, c.password)),
        Some(("u".into(), "p".into()))
    );
}

#[tokio::test]
async fn what_is_only_half_wrong_places_the_call_and_warns() {
    let world = World::new();
    let form = [
        TO,
        FROM,
        ("Url", "http://example.com/"),
        ("Twiml", "<Response/>"),
        ("StatusCallback", "nowhere"),
    ];
    let answer = world.post(&world.path("/Calls.json"), &form).await;
    assert_eq!(answer.status, 201);
    assert!(matches!(world.placed().source, Source::Url { .. }));
    assert!(world.placed().status_callback.is_none());
    // The warnings are written behind the answer: once this is durable, so are they.
    let (told, hear) = std::sync::mpsc::channel();
    world
        .writer
        .write_then(vec![], move |_| told.send(()).unwrap());
    hear.recv().unwrap();
    let page = PageAsk {
        size: 9,
        start: Start::Top,
    };
    let notes = world
        .store
        .notifications(ACCOUNT, &NotificationFilter::default(), &page)
        .unwrap()
        .rows;
    let mut codes: Vec<_> = notes.iter().map(|note| note.code).collect();
    codes.sort_unstable();
    assert_eq!(codes, [21_609, 32_019]);
    assert_eq!(
        notes[0].call.to_string(),
        answer.json()["sid"].as_str().unwrap()
    );
}

#[tokio::test]
async fn a_live_call_is_changed_by_call_control() {
    let world = World::new();
    world.keep(Write::Call(Box::new(queued(1, 0))));
    let path = world.path(&format!("/Calls/{}.json", CallSid(1)));
    let form = [("Status", "completed"), ("TimeLimit", "20")];
    assert_eq!(world.post(&path, &form).await.status, 200);
    let form = [
        ("Url", "http://a/b"),
        ("FallbackUrl", "http://a/c"),
        ("StatusCallback", "http://a/d"),
    ];
    assert_eq!(world.post(&path, &form).await.status, 200);
    {
        let asked = world.asked.lock().unwrap();
        let [
            Command::Update { update: end, .. },
            Command::Update { update: go, .. },
        ] = &asked[..]
        else {
            panic!("{asked:?}")
        };
        assert_eq!(
            (end.status, end.time_limit_secs),
            (Some(EndAs::Completed), Some(20))
        );
        assert!(end.source.is_none());
        assert!(go.source.is_some() && go.fallback.is_some() && go.status_callback.is_some());
    }
    let refusal = Refusal::of(ErrorCode::CALL_STATE);
    *world.refusal.lock().unwrap() = Some(refusal);
    let body = world.post(&path, &[("Url", "http://a/b")]).await.json();
    assert_eq!(body["code"], 21220);
    assert_eq!(body["message"], "Call is not in-progress. Cannot redirect.");
    let body = world.post(&path, &[("Status", "asleep")]).await.json();
    assert_eq!(body["message"], "Status is not valid: asleep");
}

#[tokio::test]
async fn an_ended_call_is_answered_from_its_row() {
    let world = World::new();
    world.keep(Write::Call(Box::new(completed(1, 0))));
    let path = world.path(&format!("/Calls/{}.json", CallSid(1)));
    let redirected = world.post(&path, &[("Twiml", "<Response/>")]).await;
    assert_eq!(
        (redirected.status, redirected.json()["code"].as_u64()),
        (400, Some(21220))
    );
    let ended = world.post(&path, &[("Status", "completed")]).await;
    assert_eq!(
        (ended.status, ended.json()["status"].as_str()),
        (200, Some("completed"))
    );
    assert_eq!(ended.json()["duration"], "15");
    assert!(world.asked.lock().unwrap().is_empty());
    // Call control forgot it between our reading and its hearing: the row decides.
    world.keep(Write::Call(Box::new(queued(2, 0))));
    *world.refusal.lock().unwrap() = Some(Refusal::of(ErrorCode::NOT_FOUND));
    let path = world.path(&format!("/Calls/{}.json", CallSid(2)));
    assert_eq!(
        world.post(&path, &[("Status", "completed")]).await.status,
        200
    );
    assert_eq!(
        world.post(&path, &[("Url", "http://a")]).await.json()["code"],
        21220
    );
}

#[tokio::test]
async fn only_an_ended_call_is_deleted() {
    let world = World::new();
    world.keep(Write::Call(Box::new(queued(1, 0))));
    world.keep(Write::Call(Box::new(completed(2, 0))));
    let live = world.path(&format!("/Calls/{}.json", CallSid(1)));
    let body = world.delete(&live).await.json();
    assert_eq!(body["code"], 20009);
    assert_eq!(
        body["message"],
        "Cannot delete this resource before it is complete"
    );
    let ended = world.path(&format!("/Calls/{}.json", CallSid(2)));
    *world.refusal.lock().unwrap() = Some(Refusal::of(ErrorCode::CALL_NOT_COMPLETE));
    assert_eq!(world.delete(&ended).await.json()["code"], 20009);
    *world.refusal.lock().unwrap() = None;
    let gone = world.delete(&ended).await;
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    assert_eq!(world.get(&ended).await.status, 404);
    assert_eq!(world.delete(&ended).await.status, 404);
}
