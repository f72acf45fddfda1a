//! Numbers: bought, changed, given up.

use crate::world::*;

#[tokio::test]
async fn a_number_is_bought_changed_found_and_given_up() {
    let world = World::new();
    let list = world.path("/IncomingPhoneNumbers.json");
    let form = [
        ("PhoneNumber", "+1 (202) 555-0190"),
        ("VoiceUrl", "http://a/voice"),
    ];
    let bought = world.post(&list, &form).await;
    assert_eq!(bought.status, 201);
    let number = bought.json();
    assert_eq!(number["phone_number"], "+12025550190");
    assert_eq!(number["friendly_name"], "(202) 555-0190");
    assert_eq!(number["voice_method"], "POST");
    assert_eq!(number["status_callback"], "");
    assert!(number["voice_fallback_url"].is_null() && number["trunk_sid"].is_null());
    assert_eq!(number["capabilities"]["voice"], true);
    let uri = number["uri"].as_str().unwrap();
    assert_eq!(world.get(uri).await.json(), number);

    let form = [
        ("VoiceFallbackUrl", "http://a/f"),
        ("VoiceMethod", "GET"),
        ("StatusCallback", "http://a/s"),
        ("FriendlyName", "Front door"),
    ];
    let changed = world.post(uri, &form).await;
    assert_eq!(changed.status, 200);
    let number = changed.json();
    assert_eq!(number["voice_url"], "http://a/voice");
    assert_eq!(number["voice_fallback_url"], "http://a/f");
    assert_eq!(
        (
            number["voice_method"].as_str(),
            number["friendly_name"].as_str()
        ),
        (Some("GET"), Some("Front door"))
    );
    let cleared = world
        .post(uri, &[("VoiceUrl", ""), ("VoiceFallbackUrl", "")])
        .await
        .json();
    assert!(cleared["voice_url"].is_null() && cleared["voice_fallback_url"].is_null());

    for (query, count) in [
        ("", 1),
        ("?PhoneNumber=%2B1202", 1),
        ("?PhoneNumber=999", 0),
        ("?FriendlyName=x", 0),
    ] {
        let page = world.get(&format!("{list}{query}")).await.json();
        assert_eq!(
            page["incoming_phone_numbers"].as_array().unwrap().len(),
            count,
            "{query}"
        );
    }
    assert_eq!(world.delete(uri).await.status, 204);
    assert_eq!(world.get(uri).await.status, 404);
    assert_eq!(
        world
            .post(&list, &[("PhoneNumber", "+12025550190")])
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn an_area_code_gives_out_fictional_numbers_until_there_are_none() {
    let world = World::new();
    let list = world.path("/IncomingPhoneNumbers.json");
    for line in 110..200 {
        let bought = world.post(&list, &[("AreaCode", "305")]).await.json();
        assert_eq!(bought["phone_number"], format!("+13055550{line}"));
    }
    let none = world.post(&list, &[("AreaCode", "305")]).await;
    assert_eq!(
        (none.status, none.json()["code"].as_u64()),
        (400, Some(21452))
    );
    assert_eq!(world.post(&list, &[("AreaCode", "306")]).await.status, 201);
}

#[tokio::test]
async fn of_two_who_want_one_number_at_once_one_gets_it() {
    let world = World::new();
    let list = world.path("/IncomingPhoneNumbers.json");
    let form = [("PhoneNumber", "+12025550190")];
    let (one, two, three) = tokio::join!(
        world.post(&list, &form),
        world.post(&list, &form),
        world.post(&list, &form)
    );
    let mut codes = [one.status, two.status, three.status];
    codes.sort_unstable();
    assert_eq!(codes, [201, 400, 400]);
    let refused = [one, two, three]
        .into_iter()
        .filter(|answer| answer.status == 400);
    for answer in refused {
        assert_eq!(answer.json()["code"], 21422);
    }
}
