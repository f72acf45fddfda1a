//! What became of calls whose callbacks were lost is asked of the platform.

use super::platform::{Mood, date, now};
use super::world::{Person, World};
use crm::compare;
use crm::store::Call;
use serde_json::{Value, json};
use std::time::Duration;

const TO: &str = "+5511999990001";

async fn row(world: &World, person: &Person, log: &str) -> Call {
    let tenant = world.tenant(person).await;
    tenant.call(log.parse().unwrap()).await.unwrap().unwrap()
}

/// Compares one call, as the program does when it starts.
async fn compare(world: &World, log: &str) -> Value {
    let tenant = world.tenant(&world.ana).await;
    let integration = tenant.integration().await.unwrap().unwrap();
    let call = row(world, &world.ana, log).await;
    compare::one(&world.app, &tenant, &world.app.access(&integration), &call).await;
    world.log(&world.ana, log).await
}

fn unix() -> i64 {
    crm::moment::Moment::now().millis() / 1_000
}

#[tokio::test]
async fn a_call_that_ended_unheard_ends_in_the_log() {
    let world = World::new().await;
    let (log, sid, _) = world.call(&world.ana, TO).await;
    let (start, end) = (date(unix()), date(unix() + 60));
    world.platform.know(
        &sid,
        json!({
            "sid": sid, "status": "completed", "direction": "outbound-api", "duration": "60",
            "start_time": start, "end_time": end, "date_created": start,
        }),
    );
    world.platform.know(
        "CA77",
        json!({
            "sid": "CA77", "status": "completed", "direction": "outbound-dial", "duration": "48",
            "start_time": start, "end_time": end, "parent_call_sid": sid,
        }),
    );
    world.platform.record(json!({
        "sid": "RE7", "call_sid": sid, "status": "completed", "duration": "48",
        "source": "DialVerb", "media_url": "https://api.example/Recordings/RE7",
    }));
    let call = compare(&world, &log).await;
    assert_eq!(
        (&call["stage"], &call["outcome"]),
        (&json!("ended"), &json!("talked"))
    );
    assert_eq!(
        (&call["durationSeconds"], &call["talkSeconds"]),
        (&json!(60), &json!(48))
    );
    assert_eq!(call["other"]["callSid"], "CA77");
    assert_eq!(call["recording"]["sid"], "RE7");
    // Once more changes nothing.
    assert_eq!(compare(&world, &log).await, call);
}

#[tokio::test]
async fn a_call_that_goes_on_goes_on() {
    let world = World::new().await;
    let (log, sid, key) = world.call(&world.ana, TO).await;
    world.platform.know(
        &sid,
        json!({
            "sid": sid, "status": "in-progress", "direction": "outbound-api",
            "start_time": now(), "date_created": now(),
        }),
    );
    assert_eq!(compare(&world, &log).await["stage"], "agent-connected");
    // What is told later still counts, and what was told earlier doesn't come back.
    world
        .status(&key, &[("CallSid", &sid), ("CallStatus", "ringing")])
        .await;
    assert_eq!(
        world.log(&world.ana, &log).await["stage"],
        "agent-connected"
    );
    world
        .status(&key, &[("CallSid", &sid), ("CallStatus", "completed")])
        .await;
    assert_eq!(world.log(&world.ana, &log).await["stage"], "ended");
}

#[tokio::test]
async fn a_call_whose_asking_had_no_answer_is_found() {
    let world = World::new().await;
    world.platform.mood(Mood::Silent);
    let (answer, log) = world.click(&world.ana, TO).await;
    assert_eq!(answer.refusal(), (500, "call-uncertain".into()));
    let call = compare(&world, &log).await;
    assert_eq!(call["callSid"], format!("CA{:032x}", 1));
    assert_eq!(call["stage"], "agent-calling");
}

#[tokio::test]
async fn a_call_that_another_log_has_is_not_taken_for_it() {
    let world = World::new().await;
    world.call(&world.bruno, TO).await;
    world.platform.mood(Mood::Silent);
    let (_, log) = world.click(&world.ana, TO).await;
    world.platform.forget(&format!("CA{:032x}", 2));
    let call = compare(&world, &log).await;
    assert_eq!(
        (&call["stage"], &call["callSid"]),
        (&json!("asking"), &json!(null))
    );
    // It may still come; after a while it doesn't.
    world.clock.advance(Duration::from_secs(121));
    let call = compare(&world, &log).await;
    assert_eq!(
        (&call["status"], &call["outcome"]),
        (&json!("failed"), &json!("failed"))
    );
    assert_eq!(call["error"]["message"], "The platform knows no such call.");
}

#[tokio::test]
async fn a_call_that_the_platform_lost_has_failed() {
    let world = World::new().await;
    let (log, sid, _) = world.call(&world.ana, TO).await;
    world.platform.forget(&sid);
    assert_eq!(
        compare(&world, &log).await["stage"],
        "agent-calling",
        "it was made just now"
    );
    world.clock.advance(Duration::from_secs(60));
    let call = compare(&world, &log).await;
    assert_eq!(
        (&call["stage"], &call["status"]),
        (&json!("ended"), &json!("failed"))
    );
}

#[tokio::test]
async fn at_its_start_the_program_asks_by_itself() {
    let world = World::new().await;
    let (log, sid, _) = world.call(&world.ana, TO).await;
    let mut listener = world.app.store.listen();
    world.platform.know(
        &sid,
        json!({
            "sid": sid, "status": "no-answer", "direction": "outbound-api", "duration": "0",
            "end_time": now(), "date_created": now(),
        }),
    );
    let comparing = compare::run(world.app.clone(), Duration::from_secs(3_600));
    tokio::select! {
        () = comparing => panic!("it goes on"),
        heard = listener.recv() => { heard.unwrap(); }
    }
    assert_eq!(
        world.log(&world.ana, &log).await["outcome"],
        "agent-no-answer"
    );
}
