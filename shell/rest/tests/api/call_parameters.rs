//! The rarer parameters of a new call: read, checked, handed on.

use crate::world::*;
use ::call::{TokenKey, token};
use model::detection::Told;
use model::*;

const TO: (&str, &str) = ("To", "+14158675309");
const FROM: (&str, &str) = ("From", "+14158675308");
const TWIML: (&str, &str) = ("Twiml", "<Response/>");

async fn place(world: &World, more: &[(&str, &str)]) -> (u16, u64) {
    let mut form = vec![TO, FROM, TWIML];
    // A later value of the same name replaces the usual one.
    form.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    form.extend_from_slice(more);
    let answer = world.post(&world.path("/Calls.json"), &form).await;
    let code = answer.json()["code"].as_u64().unwrap_or(0);
    (answer.status, code)
}

#[tokio::test]
async fn detection_has_its_defaults_and_its_ranges() {
    let world = World::new();
    assert_eq!(place(&world, &[]).await.0, 201);
    assert_eq!(world.placed().detection, None);
    assert_eq!(
        place(&world, &[("MachineDetection", "Enable")]).await.0,
        201
    );
    let usual = Detection {
        to_the_end: false,
        timeout_secs: 30,
        speech_ms: 2_400,
        speech_end_ms: 1_200,
        silence_ms: 5_000,
        told: Told::Document,
        hang_up_on_machine: false,
    };
    assert_eq!(world.placed().detection, Some(usual));
    let asked = [
        ("MachineDetection", "DetectMessageEnd"),
        ("MachineDetectionTimeout", "59"),
        ("MachineDetectionSpeechThreshold", "1000"),
        ("MachineDetectionSpeechEndThreshold", "5000"),
        ("MachineDetectionSilenceTimeout", "2000"),
        ("AsyncAmd", "true"),
        ("AsyncAmdStatusCallback", "https://app.example/amd"),
        ("AsyncAmdStatusCallbackMethod", "GET"),
    ];
    assert_eq!(place(&world, &asked).await.0, 201);
    let to = ("https://app.example/amd".to_owned(), Method::Get);
    let wanted = Detection {
        to_the_end: true,
        timeout_secs: 59,
        speech_ms: 1_000,
        speech_end_ms: 5_000,
        silence_ms: 2_000,
        told: Told::Callback(Some(to)),
        hang_up_on_machine: false,
    };
    assert_eq!(world.placed().detection, Some(wanted));
    for (name, bad) in [
        ("MachineDetection", "enable"),
        ("MachineDetectionTimeout", "2"),
        ("MachineDetectionTimeout", "61"),
        ("MachineDetectionTimeout", "soon"),
        ("MachineDetectionSpeechThreshold", "999"),
        ("MachineDetectionSpeechThreshold", "6001"),
        ("MachineDetectionSpeechEndThreshold", "499"),
        ("MachineDetectionSpeechEndThreshold", "5001"),
        ("MachineDetectionSilenceTimeout", "1999"),
        ("MachineDetectionSilenceTimeout", "10001"),
    ] {
        let mut form = vec![(name, bad)];
        if name != "MachineDetection" {
            form.push(("MachineDetection", "Enable"));
        }
        assert_eq!(place(&world, &form).await, (400, 21234), "{name} {bad}");
        // With keys to be sent nobody listens for machines, and nothing is wrong.
        form.push(("SendDigits", "1"));
        assert_eq!(place(&world, &form).await.0, 201, "{name} {bad}");
        assert_eq!(world.placed().detection, None);
    }
}

#[tokio::test]
async fn the_older_word_for_detection_is_understood() {
    let world = World::new();
    for (word, hangs_up) in [("Continue", false), ("Hangup", true)] {
        assert_eq!(place(&world, &[("IfMachine", word)]).await.0, 201);
        let detection = world.placed().detection.expect("detection");
        assert_eq!(detection.hang_up_on_machine, hangs_up);
    }
    assert_eq!(place(&world, &[("IfMachine", "Maybe")]).await, (400, 21207));
}

#[tokio::test]
async fn a_verdict_with_nobody_to_tell_is_a_warning() {
    let world = World::new();
    let form = [("MachineDetection", "Enable"), ("AsyncAmd", "true")];
    assert_eq!(place(&world, &form).await.0, 201);
    // Warnings are written after the answer; the writer takes them in order.
    world.keep(store::Write::CallbackDone(CallbackId(1)));
    let notes = world.get(&world.path("/Notifications.json")).await.json();
    assert_eq!(notes["notifications"][0]["error_code"], "21262");
    assert_eq!(notes["notifications"][0]["log"], "1");
}

#[tokio::test]
async fn both_ends_are_of_every_kind_and_fit_each_other() {
    let world = World::new();
    let long = format!("sip:bob@example.com?X-a={}", "b".repeat(1_024));
    for (to, from, code) in [
        ("+14158675309", "+14158675308", 0),
        ("+14158675309", "client:ann", 21212),
        ("+14158675309", "ACME", 21212),
        ("client:bob", "client:ann", 0),
        ("client:bob?tenant=7", "+14158675308", 0),
        ("client:", "+14158675308", 21211),
        ("client:?tenant=7", "+14158675308", 21211),
        ("sim:DE0123456789abcdef0123456789abcdef", "+14158675308", 0),
        ("sim:", "+14158675308", 21211),
        (
            "sip:bob@example.com?X-a=b%20c&User-to-User=1",
            "ACME_1.x-y+",
            0,
        ),
        ("sip:bob@example.com", "AC ME", 21212),
        ("sip:bob@example.com?X%20a=b", "ACME", 21228),
        ("sip:bob@example.com?X-a=b%0D%0AVia:+x", "ACME", 21229),
        (&long, "ACME", 21227),
        ("sip:", "ACME", 21211),
        ("911", "+14158675308", 21211),
        // Well formed is enough: numbers are given out every day.
        ("+15558675310", "+14158675308", 0),
    ] {
        let form = [("To", to), ("From", from)];
        let status = if code == 0 { 201 } else { 400 };
        assert_eq!(place(&world, &form).await, (status, code), "{to} {from}");
    }
}

#[tokio::test]
async fn a_caller_id_is_checked_like_a_caller() {
    let world = World::new();
    assert_eq!(place(&world, &[("CallerId", "+12025550177")]).await.0, 201);
    assert_eq!(world.placed().caller_id.as_deref(), Some("+12025550177"));
    assert_eq!(place(&world, &[("CallerId", "ACME")]).await, (400, 21212));
    let sip = [("To", "sip:bob@example.com"), ("CallerId", "ACME")];
    assert_eq!(place(&world, &sip).await.0, 201);

    let strict = World::with(Terms {
        strict: true,
        ..Terms::default()
    });
    let list = strict.path("/IncomingPhoneNumbers.json");
    strict.post(&list, &[("PhoneNumber", FROM.1)]).await;
    assert_eq!(place(&strict, &[]).await.0, 201);
    let foreign = place(&strict, &[("CallerId", "+12025550177")]).await;
    assert_eq!(foreign, (400, 21210));
}

#[tokio::test]
async fn a_call_token_lets_the_first_caller_be_shown() {
    let world = World::with(Terms {
        strict: true,
        ..Terms::default()
    });
    let key = TokenKey([0; 32]);
    let good = token::issue(key, ACCOUNT, CallSid(1), FROM.1, NOW);
    let other = token::issue(key, ACCOUNT, CallSid(1), "+12025550177", NOW);
    let foreign = token::issue(key, AccountSid(1), CallSid(1), FROM.1, NOW);
    let old = Time::from_secs(NOW.0 / 1_000_000 - limit::CALL_TOKEN_SECS);
    let old = token::issue(key, ACCOUNT, CallSid(1), FROM.1, old);
    assert_eq!(place(&world, &[]).await, (400, 21210));
    assert_eq!(place(&world, &[("CallToken", &good)]).await.0, 201);
    assert_eq!(place(&world, &[("CallToken", &other)]).await, (400, 21210));
    for bad in [&foreign[..], &old, "token"] {
        assert_eq!(place(&world, &[("CallToken", bad)]).await, (400, 20001));
    }
}

#[tokio::test]
async fn the_rest_is_read_or_refused() {
    let world = World::new();
    let reason = "r".repeat(50);
    assert_eq!(place(&world, &[("CallReason", &reason)]).await.0, 201);
    assert_eq!(world.placed().reason, Some(reason.clone()));
    let long = "r".repeat(51);
    let trunk = format!("BY{:032x}", 1);
    for (name, value, code) in [
        ("CallReason", &long[..], 20001),
        ("CallReason", "a\r\nVia: b", 20001),
        ("Byoc", &trunk, 21300),
        ("ClientNotificationUrl", "nowhere", 21205),
        ("AsyncAmd", "perhaps", 0),
    ] {
        let status = if code == 0 { 201 } else { 400 };
        assert_eq!(
            place(&world, &[(name, value)]).await,
            (status, code),
            "{name}"
        );
    }
    // A trunk means something for numbers only.
    let sip = [("To", "sip:bob@example.com"), ("Byoc", &trunk[..])];
    assert_eq!(place(&world, &sip).await.0, 201);
    let secret = [
        ("To", "sip:bob@example.com"),
        ("SipAuthUsername", "bob"),
        ("SipAuthPassword", "p\n"),
    ];
    assert_eq!(place(&world, &secret).await, (400, 21224));
    let name = [("SipAuthUsername", "b\nb"), ("SipAuthPassword", "p")];
    assert_eq!(place(&world, &name).await, (400, 21222));
}

#[tokio::test]
async fn events_are_repeated_or_separated_by_spaces() {
    let world = World::new();
    let callback = ("StatusCallback", "https://app.example/status");
    let repeated = [
        callback,
        ("StatusCallbackEvent", "ringing"),
        ("StatusCallbackEvent", "answered"),
    ];
    let spaced = [callback, ("StatusCallbackEvent", "ringing answered")];
    for form in [&repeated[..], &spaced] {
        assert_eq!(place(&world, form).await.0, 201);
        let told = world.placed().status_callback.expect("an address");
        assert_eq!(told.events.names(), "ringing answered");
    }
    let callback = ("RecordingStatusCallback", "https://app.example/recorded");
    let record = ("Record", "true");
    let repeated = [
        record,
        callback,
        ("RecordingStatusCallbackEvent", "in-progress"),
        ("RecordingStatusCallbackEvent", "absent"),
    ];
    let spaced = [
        record,
        callback,
        ("RecordingStatusCallbackEvent", "in-progress absent"),
    ];
    for form in [&repeated[..], &spaced] {
        assert_eq!(place(&world, form).await.0, 201);
        let record = world.placed().record.expect("a recording");
        let told = record.callback.expect("an address");
        assert_eq!(
            (told.in_progress, told.completed, told.absent),
            (true, false, true)
        );
        assert!(record.trim);
    }
}
