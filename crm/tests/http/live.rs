//! `GET /api/events`: changes arrive, are resumed, and stay within their organization.

use super::world::{Person, World};
use axum::body::Body;
use crm::limit;
use http_body_util::BodyExt;
use serde_json::Value;
use std::time::Duration;
use tower::ServiceExt;

const TO: &str = "+5511999990001";

/// A stream that is read event by event.
struct Stream {
    body: Body,
    text: String,
}

/// An event: its name, its number, and what it says.
#[derive(Debug, Clone, Default, PartialEq)]
struct Event {
    name: String,
    id: String,
    data: String,
}

impl Stream {
    async fn open(world: &World, person: &Person, last: Option<&str>) -> Stream {
        let mut request = person.request("GET", "/api/events", None);
        if let Some(last) = last {
            request
                .headers_mut()
                .insert("last-event-id", last.parse().unwrap());
        }
        let answer = world.router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert_eq!(answer.headers()["x-accel-buffering"], "no");
        Stream {
            body: answer.into_body(),
            text: String::new(),
        }
    }

    /// The next event; none at the end.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let mut read = Event::default();
                for line in event.lines() {
                    match line.split_once(": ").unwrap_or((line, "")) {
                        ("event", name) => read.name = name.to_owned(),
                        ("id", id) => read.id = id.to_owned(),
                        ("data", data) => read.data = data.to_owned(),
                        _ => {}
                    }
                }
                self.text = rest.to_owned();
                return Some(read);
            }
            let frame = self.body.frame().await?.ok()?;
            let bytes = frame.into_data().unwrap();
            self.text += std::str::from_utf8(&bytes).unwrap();
        }
    }

    /// The next change of a call.
    async fn call(&mut self) -> (String, Value) {
        loop {
            let event = self.next().await.unwrap();
            if event.name == "call" {
                return (event.id, serde_json::from_str(&event.data).unwrap());
            }
        }
    }
}

#[tokio::test]
async fn a_change_arrives_in_every_browser_of_its_organization_alone() {
    let world = World::new().await;
    let mut ana = Stream::open(&world, &world.ana, None).await;
    let mut bruno = Stream::open(&world, &world.bruno, None).await;
    let mut carla = Stream::open(&world, &world.carla, None).await;
    // The first thing each hears is where they are.
    let here = ana.next().await.unwrap();
    assert_eq!((here.name.as_str(), here.data.as_str()), ("", ""));
    assert!(!here.id.is_empty());
    let (log, sid, key) = world.call(&world.ana, TO).await;
    world
        .status(&key, &[("CallSid", &sid), ("CallStatus", "ringing")])
        .await;
    for stream in [&mut ana, &mut bruno] {
        let mut revision = 0;
        loop {
            let (id, call) = stream.call().await;
            assert_eq!(call["id"], log.as_str());
            let next = call["revision"].as_i64().unwrap();
            assert!(next > revision && id == next.to_string());
            revision = next;
            if call["stage"] == "agent-ringing" {
                // It is what is told when it is asked for.
                assert_eq!(call, world.log(&world.ana, &log).await);
                break;
            }
        }
    }
    carla.next().await.unwrap();
    let heard = tokio::time::timeout(Duration::from_millis(50), carla.next()).await;
    assert!(heard.is_err(), "{heard:?}");
}

#[tokio::test]
async fn who_comes_back_gets_each_log_once_in_its_latest_state() {
    let world = World::new().await;
    let mut stream = Stream::open(&world, &world.ana, None).await;
    let here = stream.next().await.unwrap().id;
    drop(stream);
    let (first, sid, key) = world.call(&world.ana, TO).await;
    for status in ["ringing", "in-progress", "completed"] {
        world
            .status(&key, &[("CallSid", &sid), ("CallStatus", status)])
            .await;
    }
    let (second, _, _) = world.call(&world.bruno, TO).await;
    let mut stream = Stream::open(&world, &world.ana, Some(&here)).await;
    let (id, call) = stream.call().await;
    assert_eq!(
        (&call["id"], &call["stage"]),
        (&first.into(), &"ended".into())
    );
    assert_eq!(stream.call().await.1["id"], second.as_str());
    // From the first on, only the second is news; and then what happens from now on.
    let mut stream = Stream::open(&world, &world.ana, Some(&id)).await;
    assert_eq!(stream.call().await.1["id"], second.as_str());
    let note = serde_json::json!({"notes": "x"});
    let path = format!("/api/calls/{second}");
    world
        .ask(world.ana.request("PATCH", &path, Some(note)))
        .await;
    assert_eq!(stream.call().await.1["notes"], "x");
}

#[tokio::test]
async fn what_was_heard_too_long_ago_or_elsewhere_is_fetched_anew() {
    let world = World::new().await;
    world.call(&world.ana, TO).await;
    for last in ["999999", "-5", "yesterday"] {
        let mut stream = Stream::open(&world, &world.ana, Some(last)).await;
        assert_eq!(stream.next().await.unwrap().name, "reload", "{last}");
        // And from here on it goes on.
        let here = stream.next().await.unwrap();
        assert_eq!(here.name, "");
        let mut again = Stream::open(&world, &world.ana, Some(&here.id)).await;
        assert_eq!(
            again.next().await.unwrap(),
            here,
            "nothing was missed since"
        );
    }
}

#[tokio::test]
async fn a_slow_reader_is_cut_off_and_misses_nothing() {
    let world = World::new().await;
    let mut slow = Stream::open(&world, &world.ana, None).await;
    let here = slow.next().await.unwrap().id;
    let (log, _, _) = world.call(&world.ana, TO).await;
    let tenant = world.tenant(&world.ana).await;
    let mut quick = Stream::open(&world, &world.ana, None).await;
    quick.next().await.unwrap();
    for note in 0..=limit::EVENTS_WAITING + 1 {
        tenant
            .set_notes(log.parse().unwrap(), &note.to_string())
            .await
            .unwrap();
        quick.call().await;
    }
    // What waited is gone; the line ends, and whoever comes back gets the last state.
    while slow.next().await.is_some() {}
    let mut back = Stream::open(&world, &world.ana, Some(&here)).await;
    let (_, call) = back.call().await;
    assert_eq!(call["notes"], (limit::EVENTS_WAITING + 1).to_string());
}

#[tokio::test]
async fn a_stream_ends_with_the_program() {
    let world = World::new().await;
    let mut stream = Stream::open(&world, &world.ana, None).await;
    stream.next().await.unwrap();
    world.app.hub.close();
    assert_eq!(stream.next().await, None);
    let answer = world.get(&world.ana, "/api/events").await;
    assert_eq!(answer.refusal(), (429, "too-many-listeners".into()));
}

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let world = World::new().await;
    let mut stream = Stream::open(&world, &world.ana, None).await;
    stream.next().await.unwrap();
    tokio::time::pause();
    while stream.body.frame().await.is_some() {}
}

#[tokio::test]
async fn a_stream_ends_for_whoever_left_the_organization() {
    let world = World::new().await;
    let mut bruno = Stream::open(&world, &world.bruno, None).await;
    let mut ana = Stream::open(&world, &world.ana, None).await;
    bruno.next().await.unwrap();
    ana.next().await.unwrap();
    let acme = world.bruno.organization;
    world
        .admin
        .remove_member(acme, world.bruno.user)
        .await
        .unwrap();
    tokio::time::pause();
    while bruno.next().await.is_some() {}
    tokio::time::resume();
    // The others' goes on.
    let (log, _, _) = world.call(&world.ana, TO).await;
    assert_eq!(ana.call().await.1["id"], log.as_str());
}
