//! What went over the wire to applications: listed, shown, sent again.

use crate::world::*;
use hyper::Method;
use model::*;
use store::Write;

pub fn webhook(n: u64) -> WebhookRow {
    let date = Time(NOW.0 + n * 1_000_000);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    WebhookRow {
        sid: WebhookSid::at(date, n),
        account: ACCOUNT,
        call: CallSid(1),
        kind: WebhookKind::Action,
        date,
        token: "5f3c".into(),
        attempt: 1,
        redirects: 0,
        replay_of: None,
        kept: false,
        method: model::Method::Post,
        url: "http://app.example.com/gather".into(),
        headers: vec![pair("x-twilio-signature", "abc=")],
        body: "Digits=1&To=%2B1".into(),
        cut: false,
        signed: Some(Signed {
            text: "http://app.example.com/gatherDigits1To+1".into(),
            hash: None,
        }),
        answer: Some(WebhookAnswer {
            status: 200,
            headers: vec![pair("content-type", "text/xml")],
            body: "<Response/>".into(),
            cut: true,
        }),
        timing: WebhookTiming {
            connect: Some(Span(700)),
            whole: Span(12_345),
            ..WebhookTiming::default()
        },
        error: None,
        error_text: None,
        original: Original::Shown,
    }
}

fn path(below: &str) -> String {
    format!("/ringback/v1/Accounts/{ACCOUNT}/Webhooks{below}")
}

fn sids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200);
    let body = answer.json();
    let rows = body["webhooks"].as_array().expect("rows");
    let sid = |row: &serde_json::Value| row["sid"].as_str().expect("a sid").to_owned();
    rows.iter().map(sid).collect()
}

/// A call, and requests about it: the second one failed, the third one hides a password, the
/// fourth one a card, and the fifth one was never sent.
async fn world() -> World {
    let world = World::new();
    world.keep(Write::Call(Box::new(completed(1, 0))));
    let failed = WebhookRow {
        kind: WebhookKind::StatusCallback,
        url: "http://other.example.com/status".into(),
        answer: None,
        error: Some(11_205),
        error_text: Some("Nobody listens".into()),
        ..webhook(2)
    };
    let sealed = WebhookRow {
        url: "http://me:***@app.example.com/".into(),
        original: Original::Sealed {
            url: "http://me:open@app.example.com/".into(),
            body: "Digits=2&Digits=3".into(),
        },
        ..webhook(3)
    };
    let card = WebhookRow {
        body: "Digits=%2A%2A%2A".into(),
        signed: Some(Signed {
            text: "http://app.example.com/gatherDigits***".into(),
            hash: Some([0xab; 32]),
        }),
        original: Original::Gone,
        ..webhook(4)
    };
    let unsent = WebhookRow {
        signed: None,
        original: Original::Gone,
        ..webhook(5)
    };
    for row in [webhook(1), failed, sealed, card, unsent] {
        world.keep(Write::Webhook(Box::new(row)));
    }
    world
}

#[tokio::test]
async fn the_list_is_filtered_and_paged_and_has_no_secret() {
    let world = world().await;
    let all: Vec<String> = (1..=5).rev().map(|n| webhook(n).sid.to_string()).collect();
    let answer = world.get(&path("")).await;
    assert_eq!(sids(&answer), all);
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(!String::from_utf8_lossy(&answer.body).contains("open"));
    for (query, found) in [
        ("?Failed=true", &all[3..4]),
        ("?Kind=status-callback", &all[3..4]),
        ("?Url=OTHER", &all[3..4]),
        ("?Status=200&Url=gather", &[&all[..2], &all[4..]].concat()),
        ("?Status=2xx&Url=me", &all[2..3]),
        ("?Status=5xx", &[]),
        ("?Since=2010-08-31T20:36:32Z", &all[..2]),
        ("?Until=2010-08-31T20:36:30Z", &all[4..]),
        ("?CallSid=CA00000000000000000000000000000001", &all),
        ("?CallSid=CA00000000000000000000000000000002", &[]),
        ("?IdempotencyToken=5f3c&Failed=false", &all),
    ] {
        assert_eq!(sids(&world.get(&path(query)).await), found, "{query}");
    }
    let first = world.get(&path("?PageSize=2&Url=app")).await;
    assert_eq!(sids(&first), all[..2]);
    let next = first.json()["next_page_uri"]
        .as_str()
        .expect("more")
        .to_owned();
    let second = world.get(&next).await;
    assert_eq!(sids(&second), [&*all[2], &*all[4]]);
    assert!(second.json()["next_page_uri"].is_null());
    let back = second.json()["previous_page_uri"].clone();
    assert_eq!(
        sids(&world.get(back.as_str().expect("a page")).await),
        all[..2]
    );
    for bad in [
        "?Status=abc",
        "?Kind=documents",
        "?Failed=yes",
        "?Since=soon",
        "?CallSid=CA1",
        "?PageSize=0",
    ] {
        let answer = world.get(&path(bad)).await;
        assert_eq!((answer.status, answer.fault().0), (400, 20_001), "{bad}");
    }
}

#[tokio::test]
async fn one_is_shown_whole() {
    let world = world().await;
    let shown = world
        .get(&path(&format!("/{}", webhook(1).sid)))
        .await
        .json();
    let expected = serde_json::json!({
        "sid": webhook(1).sid.to_string(),
        "account_sid": ACCOUNT.to_string(),
        "call_sid": CallSid(1).to_string(),
        "kind": "action",
        "date_created": "2010-08-31T20:36:29.000Z",
        "method": "POST",
        "url": "http://app.example.com/gather",
        "status": 200,
        "error_code": null,
        "error_message": null,
        "duration_us": 12_345,
        "attempt": 1,
        "redirects": 0,
        "idempotency_token": "5f3c",
        "replay_of": null,
        "from_cache": false,
        "replayable": true,
        "uri": path(&format!("/{}", webhook(1).sid)),
        "request": {
            "headers": [{"name": "x-twilio-signature", "value": "abc="}],
            "body": "Digits=1&To=%2B1",
            "body_truncated": false,
        },
        "signature": {
            "value": "abc=",
            "signed": "http://app.example.com/gatherDigits1To+1",
            "masked": false,
            "signed_sha256": null,
        },
        "response": {
            "headers": [{"name": "content-type", "value": "text/xml"}],
            "body": "<Response/>",
            "body_truncated": true,
        },
        "timing": {
            "queued_us": null,
            "waited_us": null,
            "lookup_us": null,
            "connect_us": 700,
            "tls_us": null,
            "first_byte_us": null,
            "whole_us": 12_345,
        },
    });
    assert_eq!(shown, expected);
    let card = world
        .get(&path(&format!("/{}", webhook(4).sid)))
        .await
        .json();
    assert_eq!(card["signature"]["masked"], true);
    assert_eq!(card["signature"]["signed_sha256"], "ab".repeat(32));
    assert_eq!(card["replayable"], false);
}

#[tokio::test]
async fn a_replay_sends_what_was_sent_and_is_kept() {
    let world = world().await;
    let replay = |n: u64| path(&format!("/{}/Replay", webhook(n).sid));
    let made = world.post(&replay(1), &[]).await;
    assert_eq!(made.status, 201);
    let body = made.json();
    assert_eq!(body["replay_of"], webhook(1).sid.to_string());
    let sid = body["sid"].as_str().expect("a sid").to_owned();
    let kept = world.get(&path(&format!("/{sid}"))).await;
    assert_eq!(kept.json(), body);
    assert_eq!(world.post(&replay(3), &[]).await.status, 201);
    let form = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    };
    let sent = |n: u64, url: &str, parameters| WebhookReplay {
        of: webhook(n).sid,
        call: CallSid(1),
        kind: WebhookKind::Action,
        method: model::Method::Post,
        url: url.to_owned(),
        parameters,
    };
    let plain = form(&[("Digits", "1"), ("To", "+1")]);
    let hidden = form(&[("Digits", "2"), ("Digits", "3")]);
    assert_eq!(
        *world.replayed.lock().expect("one thread"),
        [
            sent(1, "http://app.example.com/gather", plain),
            sent(3, "http://me:open@app.example.com/", hidden),
        ]
    );
    let card = world.post(&replay(4), &[]).await;
    assert_eq!((card.status, card.fault().0), (400, 20_001));
    assert!(card.fault().1.contains("payment card"));
    let unsent = world.post(&replay(5), &[]).await;
    assert!(unsent.status == 400 && unsent.fault().1.contains("never sent"));
    assert_eq!(world.replayed.lock().expect("one thread").len(), 2);
    // Call control was asked for nothing.
    assert!(world.asked.lock().expect("one thread").is_empty());
}

#[tokio::test]
async fn nobody_else_sees_them_and_no_other_path_leads_there() {
    let world = world().await;
    let one = path(&format!("/{}", webhook(1).sid));
    let wrong = (&*ACCOUNT.to_string(), "00000000000000000000000000000000");
    for path in [&path(""), &one] {
        let answer = world.ask_as(wrong, Method::GET, path, &[]).await;
        assert_eq!((answer.status, answer.fault().0), (401, 20_003));
    }
    let other = Account::new(AccountSid(7), TOKEN, "Theirs", NOW);
    world.keep(Write::Account(Box::new(other)));
    let theirs = (&*AccountSid(7).to_string(), TOKEN);
    let answer = world.ask_as(theirs, Method::GET, &one, &[]).await;
    assert_eq!(answer.status, 404);
    let own = one.replace(&ACCOUNT.to_string(), &AccountSid(7).to_string());
    assert_eq!(
        world.ask_as(theirs, Method::GET, &own, &[]).await.status,
        404
    );
    for (method, path, status) in [
        (Method::GET, format!("{one}.json"), 404),
        (Method::GET, path("/WH1"), 404),
        (Method::GET, world.path("/Webhooks.json"), 404),
        (Method::GET, format!("{one}/Replay"), 405),
        (Method::DELETE, one.clone(), 405),
        (Method::GET, "/ringback/v1x/Accounts".to_owned(), 404),
    ] {
        let answer = world.ask(method, &path, &[]).await;
        assert_eq!(answer.status, status, "{path}");
    }
}
