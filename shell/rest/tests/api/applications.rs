//! Applications: made, changed, listed, taken away, and what they do to a call.

use crate::world::*;
use ::call::command::Source;
use model::*;
use store::Write;

const TO: (&str, &str) = ("To", "+14158675309");
const FROM: (&str, &str) = ("From", "+14158675308");

#[tokio::test]
async fn an_application_is_made_changed_listed_and_taken_away() {
    let world = World::new();
    let list = world.path("/Applications.json");
    let form = [
        ("FriendlyName", "Menu"),
        ("VoiceUrl", "https://app.example/menu"),
        ("VoiceMethod", "GET"),
        ("StatusCallback", "https://app.example/over"),
        ("SmsUrl", "https://app.example/sms"),
        ("VoiceCallerIdLookup", "true"),
    ];
    let made = world.post(&list, &form).await;
    assert_eq!(made.status, 201);
    let made = made.json();
    assert_eq!(made["voice_method"], "GET");
    assert_eq!(made["voice_fallback_url"], serde_json::Value::Null);
    assert_eq!(made["voice_caller_id_lookup"], true);
    assert_eq!(made["sms_url"], "https://app.example/sms");
    let sid = made["sid"].as_str().expect("a sid");
    let one = world.path(&format!("/Applications/{sid}.json"));
    assert_eq!(made["uri"], one.as_str());
    assert_eq!(world.get(&one).await.json(), made);

    let change = [
        ("FriendlyName", "Desk"),
        ("SmsUrl", ""),
        ("VoiceMethod", "POST"),
    ];
    let changed = world.post(&one, &change).await;
    assert_eq!(changed.status, 200);
    assert_eq!(changed.json()["sms_url"], serde_json::Value::Null);
    assert_eq!(changed.json()["voice_url"], "https://app.example/menu");
    for (name, count) in [("Desk", 1), ("Menu", 0)] {
        let page = world
            .get(&format!("{list}?FriendlyName={name}"))
            .await
            .json();
        assert_eq!(page["applications"].as_array().map(Vec::len), Some(count));
    }
    assert_eq!(world.delete(&one).await.status, 204);
    assert_eq!(world.get(&one).await.status, 404);
    assert_eq!(world.delete(&one).await.status, 404);
}

#[tokio::test]
async fn what_is_wrong_with_an_application_is_said() {
    let world = World::new();
    let list = world.path("/Applications.json");
    let long = "n".repeat(65);
    for (form, code) in [
        (vec![("FriendlyName", &long[..])], 20001),
        (vec![("VoiceUrl", "ftp://x")], 21402),
        (vec![("VoiceMethod", "PUT")], 21403),
        (vec![("VoiceFallbackUrl", "https://app.example/f")], 21405),
        (vec![("VoiceCallerIdLookup", "perhaps")], 20001),
    ] {
        let answer = world.post(&list, &form).await;
        assert_eq!((answer.status, &answer.json()["code"]), (400, &code.into()));
    }
}

#[tokio::test]
async fn a_number_can_be_left_to_an_application() {
    let world = World::new();
    world.keep(Write::Application(Box::new(application(1))));
    let sid = ApplicationSid(1).to_string();
    let list = world.path("/IncomingPhoneNumbers.json");
    let form = [
        ("PhoneNumber", "+12025550190"),
        ("VoiceApplicationSid", &sid[..]),
        ("VoiceCallerIdLookup", "true"),
    ];
    let number = world.post(&list, &form).await.json();
    assert_eq!(number["voice_application_sid"], sid.as_str());
    assert_eq!(number["voice_caller_id_lookup"], true);
    let uri = number["uri"].as_str().expect("a path").to_owned();
    let foreign = ApplicationSid(2).to_string();
    for bad in [&foreign[..], "AP", "menu"] {
        let answer = world.post(&uri, &[("VoiceApplicationSid", bad)]).await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (400, &21420.into())
        );
    }
    let cleared = world
        .post(&uri, &[("VoiceApplicationSid", "")])
        .await
        .json();
    assert_eq!(cleared["voice_application_sid"], serde_json::Value::Null);

    // Taken away, it leaves its numbers to their own addresses.
    world.post(&uri, &[("VoiceApplicationSid", &sid)]).await;
    let one = world.path(&format!("/Applications/{sid}.json"));
    assert_eq!(world.delete(&one).await.status, 204);
    let left = world.get(&uri).await.json();
    assert_eq!(left["voice_application_sid"], serde_json::Value::Null);
}

#[tokio::test]
async fn a_call_by_an_application_ignores_what_the_request_says_of_addresses() {
    let world = World::new();
    world.keep(Write::Application(Box::new(application(1))));
    let sid = ApplicationSid(1).to_string();
    let form = [
        TO,
        FROM,
        ("ApplicationSid", &sid[..]),
        ("Url", "https://app.example/other"),
        ("Method", "GET"),
        ("FallbackUrl", "https://app.example/other"),
        ("StatusCallback", "https://app.example/other"),
        ("StatusCallbackEvent", "ringing"),
    ];
    let answer = world.post(&world.path("/Calls.json"), &form).await;
    assert_eq!(answer.status, 201);
    let placed = world.placed();
    assert_eq!(placed.application, Some(ApplicationSid(1)));
    let source = Source::Url {
        url: "https://app.example/menu".into(),
        method: Method::Post,
    };
    assert_eq!(placed.source, source);
    let fallback = ("https://app.example/menu-fallback".to_owned(), Method::Post);
    assert_eq!(placed.fallback, Some(fallback));
    let told = placed.status_callback.expect("an address");
    assert_eq!(told.url, "https://app.example/menu-status");
    assert_eq!(told.events, callback::CallEvents::COMPLETED);
}

#[tokio::test]
async fn an_application_that_cannot_run_a_call_is_refused() {
    let world = World::new();
    let mute = Application {
        voice_url: None,
        voice_fallback_url: None,
        ..application(2)
    };
    world.keep(Write::Application(Box::new(mute)));
    let (unknown, mute) = (ApplicationSid(1).to_string(), ApplicationSid(2).to_string());
    for (sid, code) in [(&unknown[..], 21218), ("menu", 21218), (&mute, 21205)] {
        let form = [TO, FROM, ("ApplicationSid", sid)];
        let answer = world.post(&world.path("/Calls.json"), &form).await;
        assert_eq!((answer.status, &answer.json()["code"]), (400, &code.into()));
    }
}
