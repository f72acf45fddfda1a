//! Webhooks: the signature first, then what they tell, twice and in any order.

use super::world::{PUBLIC, TOKEN, USUAL, World, webhook};
use axum::body::Body;
use axum::http::Request;
use crm::{limit, sweep};
use serde_json::json;
use std::time::Duration;

const TO: &str = "+5511999990001";

/// A status callback's form.
fn told<'a>(sid: &'a str, status: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&[("CallSid", sid), ("CallStatus", status)], more].concat()
}

#[tokio::test]
async fn nothing_is_heard_of_whoever_did_not_sign() {
    let world = World::new().await;
    let (log, sid, key) = world.call(&world.ana, TO).await;
    let form = [&USUAL[..], &told(&sid, "completed", &[])].concat();
    for path in [
        "/status",
        "/twiml",
        "/dial-complete",
        "/recording",
        "/voice",
    ] {
        let path = format!("{path}?key={key}");
        // Another token, none, a signature of another address, and a parameter that was changed.
        let wrong = world.webhook(&path, &form, "wrong").await;
        assert_eq!(
            (wrong.status, wrong.text()),
            (403, "Forbidden\n".to_owned()),
            "{path}"
        );
        let mut unsigned = webhook("POST", &path, &form, TOKEN);
        unsigned.headers_mut().remove("x-twilio-signature");
        assert_eq!(world.ask(unsigned).await.status, 403, "{path}");
        let mut moved = webhook("POST", &path, &form, TOKEN);
        *moved.uri_mut() = format!("/twilio-webhook{path}&x=1").parse().unwrap();
        assert_eq!(world.ask(moved).await.status, 403, "{path}");
        let mut changed = webhook("POST", &path, &form, TOKEN);
        *changed.body_mut() = Body::from("CallSid=CA1");
        assert_eq!(world.ask(changed).await.status, 403, "{path}");
    }
    let unknown = world
        .webhook("/status?key=0123456789abcdef", &form, TOKEN)
        .await;
    assert_eq!(
        (unknown.status, unknown.text()),
        (403, "Forbidden\n".to_owned())
    );
    for path in [
        "/status",
        "/status?key=",
        &format!("/status?key={}", "a".repeat(65)),
    ] {
        assert_eq!(
            world.webhook(path, &form, TOKEN).await.status,
            403,
            "{path}"
        );
    }
    assert_eq!(world.log(&world.ana, &log).await["stage"], "agent-calling");
}

#[tokio::test]
async fn another_organizations_token_signs_nothing_of_ours() {
    let world = World::new().await;
    let carla = world.tenant(&world.carla).await;
    let theirs = carla
        .set_integration(&world.integration("theirs"))
        .await
        .unwrap()
        .unwrap();
    let (log, sid, key) = world.call(&world.ana, TO).await;
    let form = [&USUAL[..], &told(&sid, "completed", &[])].concat();
    let path = format!("/status?key={key}");
    assert_eq!(world.webhook(&path, &form, "theirs").await.status, 403);
    // With their own key and token they reach their own organization, where this call isn't.
    let path = format!("/status?key={}", theirs.key.as_str());
    assert_eq!(world.webhook(&path, &form, "theirs").await.status, 204);
    assert_eq!(world.webhook(&path, &form, TOKEN).await.status, 403);
    assert_eq!(world.log(&world.ana, &log).await["stage"], "agent-calling");
}

#[tokio::test]
async fn the_agent_hears_the_announcement_and_the_contact_is_dialled() {
    let world = World::new().await;
    let (log, sid, key) = world.call(&world.ana, TO).await;
    let form = [&USUAL[..], &told(&sid, "in-progress", &[])].concat();
    let path = format!("/twiml?key={key}&to=%2B5511999990001");
    let posted = world.webhook(&path, &form, TOKEN).await;
    assert_eq!(
        (posted.status, posted.header("content-type")),
        (200, "text/xml; charset=utf-8")
    );
    let got = world.ask(webhook("GET", &path, &form, TOKEN)).await;
    assert_eq!((got.status, got.text()), (200, posted.text()));
    let text = posted.text();
    assert!(text.contains("<Say language=\"pt-BR\">Conectando você ao contato. Aguarde.</Say>"));
    assert!(
        text.contains("callerId=\"+12025550190\"") && text.contains(">+5511999990001</Number>")
    );
    assert!(text.contains("record=\"record-from-answer-dual\""));
    for name in ["dial-complete", "status", "recording"] {
        let address = format!("{PUBLIC}/twilio-webhook/{name}?key={key}\"");
        assert!(text.contains(&address), "{address} is missing in {text}");
    }
    // That it was asked tells that the agent has answered.
    assert_eq!(
        world.log(&world.ana, &log).await["stage"],
        "agent-connected"
    );
}

#[tokio::test]
async fn without_a_number_the_agent_hears_so() {
    let world = World::new().await;
    let (_, sid, key) = world.call(&world.ana, TO).await;
    let form = [&USUAL[..], &told(&sid, "in-progress", &[])].concat();
    for to in ["", "&to=", "&to=nobody"] {
        let answer = world
            .webhook(&format!("/twiml?key={key}{to}"), &form, TOKEN)
            .await;
        let said = "<Say language=\"pt-BR\">Erro: número de destino não informado.</Say><Hangup/>";
        assert_eq!(answer.status, 200);
        assert!(answer.text().contains(said), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_whole_call_in_any_order_and_twice() {
    // Seven callbacks of two legs; each permutation that begins anywhere ends alike.
    let world = World::new().await;
    let (_, sid, _) = world.call(&world.ana, TO).await;
    let child = "CA99999999999999999999999999999999";
    let parent = ("ParentCallSid", sid.as_str());
    let at = |minute: &str| format!("Fri, 27 Nov 2026 15:{minute}:00 +0000");
    let (ringing, answered, joined, ended) = (at("40"), at("41"), at("42"), at("45"));
    let stamp = |text| ("Timestamp", text);
    let steps = [
        told(
            &sid,
            "ringing",
            &[("SequenceNumber", "1"), stamp(ringing.as_str())],
        ),
        told(
            &sid,
            "in-progress",
            &[("SequenceNumber", "2"), stamp(answered.as_str())],
        ),
        told(child, "initiated", &[parent, ("SequenceNumber", "0")]),
        told(child, "ringing", &[parent, ("SequenceNumber", "1")]),
        told(
            child,
            "in-progress",
            &[parent, ("SequenceNumber", "2"), stamp(joined.as_str())],
        ),
        told(
            child,
            "completed",
            &[
                parent,
                ("SequenceNumber", "3"),
                ("CallDuration", "180"),
                stamp(ended.as_str()),
            ],
        ),
        told(
            &sid,
            "completed",
            &[
                ("SequenceNumber", "3"),
                ("CallDuration", "240"),
                stamp(ended.as_str()),
            ],
        ),
    ];
    let mut ends = Vec::new();
    for turn in 0..steps.len() {
        let (log, _, key) = if turn == 0 {
            let placed = world.platform.placed().pop().unwrap();
            let key = placed
                .form
                .first("StatusCallback")
                .unwrap()
                .split_once("key=")
                .unwrap()
                .1;
            let calls = world.get(&world.ana, "/api/calls").await.json();
            let log = calls["calls"][0]["id"].as_str().unwrap().to_owned();
            (log, sid.clone(), key.to_owned())
        } else {
            // The same story of another call: its SIDs are its own.
            world.call(&world.ana, TO).await
        };
        let own = world.log(&world.ana, &log).await["callSid"]
            .as_str()
            .unwrap()
            .to_owned();
        let own_child = format!("CB{turn:032}");
        let mut last = 0;
        for step in 0..steps.len() * 2 {
            let form: Vec<(&str, &str)> = steps[(step + turn) % steps.len()]
                .iter()
                .map(|(name, value)| match *value {
                    value if value == sid => (*name, own.as_str()),
                    value if value == child => (*name, own_child.as_str()),
                    value => (*name, value),
                })
                .collect();
            world.status(&key, &form).await;
            let call = world.log(&world.ana, &log).await;
            let stages = [
                "agent-calling",
                "agent-ringing",
                "agent-connected",
                "contact-calling",
                "contact-ringing",
                "live",
                "ended",
            ];
            let stage = stages
                .iter()
                .position(|stage| call["stage"] == **stage)
                .unwrap();
            assert!(stage >= last, "turn {turn}, step {step}: it moved back");
            last = stage;
        }
        let mut call = world.log(&world.ana, &log).await;
        assert_eq!(call["outcome"], "talked");
        let lengths = (&call["durationSeconds"], &call["talkSeconds"]);
        assert_eq!(lengths, (&json!(240), &json!(180)));
        for name in [
            "id",
            "callSid",
            "agent",
            "other",
            "revision",
            "createdAt",
            "updatedAt",
        ] {
            call[name] = json!(null);
        }
        for name in ["startedAt", "answeredAt", "connectedAt", "endedAt"] {
            call[name] = json!(null);
        }
        ends.push(call);
    }
    ends.dedup();
    assert_eq!(ends.len(), 1, "{ends:#?}");
}

#[tokio::test]
async fn a_dial_that_came_to_nothing_is_said_and_a_talk_is_not() {
    let world = World::new().await;
    let (log, sid, key) = world.call(&world.ana, TO).await;
    let path = format!("/dial-complete?key={key}");
    let ask = async |status: &str| {
        let form = told(
            &sid,
            "in-progress",
            &[("DialCallStatus", status), ("DialCallSid", "CB1")],
        );
        world
            .webhook(&path, &[&USUAL[..], &form].concat(), TOKEN)
            .await
    };
    for status in ["busy", "no-answer", "failed", "canceled"] {
        let text = ask(status).await.text();
        let said = "<Say language=\"pt-BR\">A chamada não foi completada.</Say><Hangup/>";
        assert!(text.contains(said), "{status}: {text}");
    }
    world
        .status(&key, &told(&sid, "completed", &[("CallDuration", "9")]))
        .await;
    assert_eq!(world.log(&world.ana, &log).await["outcome"], "contact-busy");
    for status in ["completed", "answered"] {
        let answer = ask(status).await;
        assert_eq!(answer.header("content-type"), "text/xml; charset=utf-8");
        assert!(
            answer.text().ends_with("<Response><Hangup/></Response>"),
            "{}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn a_recording_is_kept_with_its_ending_and_its_length() {
    let world = World::new().await;
    let (log, sid, key) = world.call(&world.ana, TO).await;
    let ready = async |status: &str, seconds: &str| {
        let form = [
            ("AccountSid", "AC1"),
            ("CallSid", sid.as_str()),
            ("RecordingSid", "RE1"),
            (
                "RecordingUrl",
                "https://api.example/2010-04-01/Accounts/AC1/Recordings/RE1",
            ),
            ("RecordingStatus", status),
            ("RecordingDuration", seconds),
        ];
        let answer = world
            .webhook(&format!("/recording?key={key}"), &form, TOKEN)
            .await;
        assert_eq!((answer.status, answer.bytes.len()), (204, 0));
    };
    ready("in-progress", "").await;
    ready("absent", "").await;
    assert_eq!(world.log(&world.ana, &log).await["recording"], json!(null));
    for _ in 0..2 {
        ready("completed", "31").await;
    }
    let call = world.log(&world.ana, &log).await;
    let url = format!("/api/calls/{log}/recording");
    assert_eq!(
        call["recording"],
        json!({"sid": "RE1", "durationSeconds": 31, "url": url})
    );
    let tenant = world.tenant(&world.ana).await;
    let kept = tenant.call(log.parse().unwrap()).await.unwrap().unwrap();
    let kept = kept.log.kept().recording.clone().unwrap();
    assert!(kept.url.ends_with("/RE1.mp3"), "{}", kept.url);
}

#[tokio::test]
async fn a_calls_key_is_thrown_away_when_it_is_old_and_the_organizations_is_not() {
    let world = World::new().await;
    let (_, sid, key) = world.call(&world.ana, TO).await;
    let integration = world.get(&world.ana, "/api/integration").await.json();
    let status = integration["webhooks"]["status"].as_str().unwrap();
    let own = status.split_once("key=").unwrap().1;
    let form = [&USUAL[..], &told(&sid, "completed", &[])].concat();
    let heard = async |key: &str| {
        let path = format!("/status?key={key}");
        world.webhook(&path, &form, TOKEN).await.status
    };
    world
        .clock
        .advance(limit::CALL_KEY_LIFE - Duration::from_secs(60));
    assert_eq!(sweep::once(&world.app).await.unwrap(), 0);
    assert_eq!((heard(&key).await, heard(own).await), (204, 204));
    world.clock.advance(Duration::from_secs(120));
    assert_eq!(sweep::once(&world.app).await.unwrap(), 1);
    assert_eq!((heard(&key).await, heard(own).await), (403, 204));
}

#[tokio::test]
async fn a_call_that_comes_in_rings_the_agent_and_is_logged_once() {
    let world = World::new().await;
    let integration = world.get(&world.ana, "/api/integration").await.json();
    let voice = integration["webhooks"]["voice"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = voice
        .strip_prefix(&format!("{PUBLIC}/twilio-webhook"))
        .unwrap();
    let form = [
        ("CallSid", "CA5"),
        ("AccountSid", "AC1"),
        ("From", "+5511999990001"),
        ("To", "+12025550190"),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
    ];
    let answer = world.webhook(path, &form, TOKEN).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(
        answer.text().contains(">+12025550101</Number>"),
        "{}",
        answer.text()
    );
    assert!(
        !answer.text().contains("callerId"),
        "the agent sees who calls"
    );
    let again = world.ask(webhook("GET", path, &form, TOKEN)).await;
    assert_eq!(again.status, 200);
    let calls = world.get(&world.ana, "/api/calls").await.json();
    let [call] = &calls["calls"].as_array().unwrap()[..] else {
        panic!("one call came in: {calls}");
    };
    assert_eq!(
        (&call["direction"], &call["stage"]),
        (&json!("inbound"), &json!("agent-calling"))
    );
    assert_eq!(call["contact"]["name"], "Ana Souza");
    assert_eq!(call["user"], json!(null));
    // The dialled leg is followed, its key is the call's.
    let text = answer.text();
    let complete = text
        .split("action=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let complete = complete
        .strip_prefix(&format!("{PUBLIC}/twilio-webhook"))
        .unwrap();
    let form = [
        &form[..],
        &[("DialCallStatus", "no-answer"), ("DialCallSid", "CA6")],
    ]
    .concat();
    let answer = world.webhook(complete, &form, TOKEN).await;
    assert!(
        answer.text().contains("No momento ninguém pode atender"),
        "{}",
        answer.text()
    );
    // The number's own status callback ends it.
    let status = integration["webhooks"]["status"].as_str().unwrap();
    let status = status
        .strip_prefix(&format!("{PUBLIC}/twilio-webhook"))
        .unwrap();
    let mut form = form;
    form[4] = ("CallStatus", "completed");
    assert_eq!(world.webhook(status, &form, TOKEN).await.status, 204);
    let id = call["id"].as_str().unwrap();
    assert_eq!(
        world.log(&world.ana, id).await["outcome"],
        "agent-no-answer"
    );
}

#[tokio::test]
async fn what_is_signed_and_of_another_kind_is_400_and_what_is_too_large_413() {
    let world = World::new().await;
    let (_, _, key) = world.call(&world.ana, TO).await;
    let answer = world
        .webhook(&format!("/status?key={key}"), &[("CallSid", "CA1")], TOKEN)
        .await;
    assert_eq!(answer.status, 400);
    let long = "x".repeat(limit::WEBHOOK_BYTES);
    let form = [("CallSid", long.as_str())];
    let answer = world
        .webhook(&format!("/status?key={key}"), &form, TOKEN)
        .await;
    assert_eq!(answer.status, 413);
    let unknown = [&USUAL[..], &told("CA1", "dancing", &[])].concat();
    let answer = world
        .webhook(&format!("/status?key={key}"), &unknown, TOKEN)
        .await;
    assert_eq!(answer.status, 204, "a status of tomorrow is no fault");
    let request = Request::get("/twilio-webhook/nothing")
        .body(Body::empty())
        .unwrap();
    assert_eq!(world.ask(request).await.status, 404);
    let request = Request::get(format!("/twilio-webhook/status?key={key}"));
    let answer = world.ask(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.refusal(), (405, "wrong-method".into()));
}
