//! `GET /api/calls/ID/recording`: the platform's sound, for whoever is signed in.

use super::platform::{SOUND, basic};
use super::world::{TOKEN, World};
use crm::limit;

const TO: &str = "+5511999990001";

/// A call with a recording, as the platform told of it.
async fn recorded(world: &World) -> String {
    let (log, sid, key) = world.call(&world.ana, TO).await;
    let form = [
        ("AccountSid", "AC1"),
        ("CallSid", sid.as_str()),
        ("RecordingSid", "RE1"),
        // Wherever this leads: the sound is asked for by its name.
        ("RecordingUrl", "http://169.254.169.254/RE1"),
        ("RecordingStatus", "completed"),
        ("RecordingDuration", "3"),
    ];
    world
        .webhook(&format!("/recording?key={key}"), &form, TOKEN)
        .await;
    format!("/api/calls/{log}/recording")
}

#[tokio::test]
async fn the_sound_comes_through_with_our_credentials_and_none_of_theirs() {
    let world = World::new().await;
    let path = recorded(&world).await;
    let answer = world.get(&world.bruno, &path).await;
    assert_eq!((answer.status, &answer.bytes[..]), (200, SOUND));
    assert_eq!(answer.header("content-type"), "audio/mpeg");
    assert_eq!(answer.header("accept-ranges"), "bytes");
    assert_eq!(answer.header("content-length"), SOUND.len().to_string());
    assert_eq!(answer.header("content-disposition"), "");
    assert!(answer.header("cache-control").starts_with("private"));
    let asked = world.platform.asked().pop().unwrap();
    assert!(
        asked.path.ends_with("/Recordings/RE1.mp3"),
        "{}",
        asked.path
    );
    assert_eq!(asked.form.first("RequestedChannels"), Some("2"));
    assert_eq!(asked.authorization, basic("right"), "not the browser's");
}

#[tokio::test]
async fn a_part_of_it_is_a_part() {
    let world = World::new().await;
    let path = recorded(&world).await;
    let ask = async |range: &str| {
        let mut request = world.ana.request("GET", &path, None);
        request
            .headers_mut()
            .insert("range", range.parse().unwrap());
        world.ask(request).await
    };
    let answer = ask("bytes=10-13").await;
    assert_eq!((answer.status, answer.text().as_str()), (206, "abcd"));
    let range = format!("bytes 10-13/{}", SOUND.len());
    assert_eq!(answer.header("content-range"), range);
    assert_eq!(answer.header("content-length"), "4");
    assert_eq!(ask("bytes=34-").await.text(), "yz");
    assert_eq!(ask("bytes=99-").await.refusal(), (416, "range".into()));
}

#[tokio::test]
async fn it_can_be_saved_under_its_name() {
    let world = World::new().await;
    let path = recorded(&world).await;
    let answer = world.get(&world.ana, &format!("{path}?download=1")).await;
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"RE1.mp3\""
    );
}

#[tokio::test]
async fn nobody_else_hears_it_and_without_one_there_is_none() {
    let world = World::new().await;
    let path = recorded(&world).await;
    assert_eq!(world.get(&world.carla, &path).await.status, 404);
    let (log, _, _) = world.call(&world.bruno, TO).await;
    let none = format!("/api/calls/{log}/recording");
    assert_eq!(world.get(&world.ana, &none).await.status, 404);
    assert_eq!(
        world.get(&world.ana, "/api/calls/x/recording").await.status,
        404
    );
}

#[tokio::test]
async fn only_so_many_are_passed_on_at_once() {
    let world = World::new().await;
    let path = recorded(&world).await;
    let all = u32::try_from(limit::RECORDINGS).unwrap();
    let taken = world.app.recordings.try_acquire_many(all).unwrap();
    let answer = world.get(&world.ana, &path).await;
    assert_eq!(answer.refusal(), (429, "too-many-recordings".into()));
    assert_eq!(answer.header("retry-after"), "2");
    drop(taken);
    assert_eq!(world.get(&world.ana, &path).await.status, 200);
    let free = world.app.recordings.available_permits();
    assert_eq!(
        free,
        limit::RECORDINGS,
        "a place comes back with the end of the sound"
    );
}
