//! What is written down of what went over the wire.

use super::*;
use base64::Engine;
use hmac::{Hmac, KeyInit, Mac};
use model::{Original, WebhookRow};

/// The signature of what a row says was signed, by nothing of ours.
fn signature_of(row: &WebhookRow) -> String {
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(b"12345").unwrap();
    mac.update(row.signed.as_ref().unwrap().text.as_bytes());
    base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes())
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut all = headers.iter();
    all.find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

fn sent<'a>(row: &'a WebhookRow, name: &str) -> Option<&'a str> {
    header(&row.headers, name)
}

/// Every row says what its signature is of, and which try and hop it was.
fn well(rows: &[WebhookRow]) -> Vec<(u32, u32, Option<u16>, Option<u32>)> {
    for row in rows {
        assert_eq!(
            sent(row, "x-twilio-signature"),
            Some(signature_of(row).as_str())
        );
        assert_eq!(sent(row, "i-twilio-idempotency-token"), Some(&*row.token));
        assert_eq!(row.token, rows[0].token);
        let phases = [row.timing.waited, row.timing.connect, row.timing.first_byte];
        let longest = phases.into_iter().flatten().max();
        assert!(longest.unwrap() <= row.timing.whole);
    }
    rows.iter()
        .map(|row| {
            let status = row.answer.as_ref().map(|answer| answer.status);
            (row.attempt, row.redirects, status, row.error)
        })
        .collect()
}

fn callback(url: String) -> Callback {
    Callback {
        id: CallbackId(7),
        account: AccountSid(1),
        call: CallSid(2),
        method: Method::Post,
        url,
        parameters: vec![("CallbackSource".into(), "call-progress-events".into())],
        made: Time::from_secs(10),
    }
}

#[tokio::test]
async fn a_request_stands_as_it_went_over_the_wire() {
    let answer = |_: usize, _: &Seen| ok("Content-Type: text/xml\r\nX-App: 1\r\n", "<Response/>");
    let (at, mut seen) = server(answer).await;
    let url = format!("http://{at}/voice?lang=pt#rc=0");
    let mut asked = request(Method::Post, url);
    asked.kind = WebhookKind::Action;
    let client = client();
    let mut rows = client.fetch(&asked, &account()).await.webhooks;
    assert_eq!(well(&rows), [(1, 0, Some(200), None)]);
    let row = rows.remove(0);
    let seen = seen.recv().await.unwrap();
    assert_eq!((row.account, row.call), (AccountSid(1), CallSid(2)));
    assert_eq!((row.kind, row.method), (WebhookKind::Action, Method::Post));
    assert_eq!(row.url, format!("http://{at}/voice?lang=pt"));
    assert_eq!((row.body.as_str(), row.cut), (seen.body.as_str(), false));
    // Each header that the application saw, with what it saw there, and no other.
    for (name, value) in &row.headers {
        assert_eq!(seen.header(name), Some(value.as_str()), "{name}");
    }
    assert_eq!(row.headers.len(), seen.head.lines().count() - 1);
    let answer = row.answer.unwrap();
    assert_eq!(header(&answer.headers, "x-app"), Some("1"));
    assert_eq!((answer.body.as_str(), answer.cut), ("<Response/>", false));
    assert!(row.timing.connect.is_some() && row.timing.lookup.is_some());
    assert_eq!((row.timing.queued, row.timing.tls), (None, None));
    assert_eq!((row.original, row.kept), (Original::Shown, false));

    // The second one comes by the same connection.
    let rows = client.fetch(&asked, &account()).await.webhooks;
    assert_eq!(
        (rows[0].timing.connect, rows[0].timing.lookup),
        (None, None)
    );
    assert_ne!((&rows[0].token, rows[0].sid), (&row.token, row.sid));
}

#[tokio::test]
async fn each_retry_and_each_redirect_is_an_entry_of_its_own() {
    let (at, _seen) = server(|n, _| match n {
        0 => status("500 Oops", ""),
        1 => status(
            "302 Found",
            "Location: /two?x=1\r\nSet-Cookie: a=hidden; Path=/\r\n",
        ),
        _ => ok("", "found"),
    })
    .await;
    let url = format!("http://{at}/one#rp=5xx&rc=3");
    let rows = client()
        .fetch(&request(Method::Post, url), &account())
        .await
        .webhooks;
    let told = [
        (1, 0, Some(500), Some(11_200)),
        (2, 0, Some(302), None),
        (2, 1, Some(200), None),
    ];
    assert_eq!(well(&rows), told);
    assert_eq!((rows[2].method, rows[2].body.as_str()), (Method::Get, ""));
    assert_eq!(rows[2].url, format!("http://{at}/two?x=1"));
    assert_eq!(rows[2].signed.as_ref().unwrap().text, rows[2].url);
    let redirect = rows[1].answer.as_ref().unwrap();
    assert_eq!(header(&redirect.headers, "location"), Some("/two?x=1"));
    assert_eq!(
        header(&redirect.headers, "set-cookie"),
        Some("a=***; Path=/")
    );
    assert_eq!(sent(&rows[2], "cookie"), Some("a=***"));
    assert!(!format!("{rows:?}").contains("hidden"));
    let sids: Vec<_> = rows.iter().map(|row| row.sid).collect();
    assert!(sids.is_sorted() && sids[0] != sids[1]);
}

#[tokio::test]
async fn what_never_arrived_is_told_with_its_reason() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = listener.local_addr().unwrap();
    drop(listener);
    let now = Time::from_secs(12);
    let told = client()
        .deliver(
            &callback(format!("http://{dead}/#rc=2&rp=all")),
            &account(),
            now,
        )
        .await;
    let refused = ErrorCode::CONNECT_REFUSED.0;
    let tries: Vec<_> = (1..=3).map(|n| (n, 0, None, Some(refused))).collect();
    assert_eq!(well(&told.webhooks), tries);
    let row = &told.webhooks[0];
    assert_eq!(row.kind, WebhookKind::StatusCallback);
    assert_eq!(row.timing.queued, Some(model::Span::from_secs(2)));
    assert_eq!(told.webhooks[1].timing.queued, None);
    assert_eq!(row.timing.first_byte, None);
    assert_eq!(row.error_text, Some(told.outcome.unwrap_err().text));

    // An address that nobody can be asked at is written down without a request.
    let nowhere = callback("nowhere".into());
    let rows = client().deliver(&nowhere, &account(), now).await.webhooks;
    assert_eq!((rows.len(), rows[0].url.as_str()), (1, "nowhere"));
    assert_eq!(rows[0].error, Some(ErrorCode::URL_FORMAT.0));
    assert_eq!(
        (&rows[0].signed, &rows[0].original),
        (&None, &Original::Gone)
    );

    // A loop of redirects: the last one bears the fault.
    let (at, _seen) = server(|_, _| status("307 Again", "Location: /\r\n")).await;
    let rows = client()
        .deliver(&callback(format!("http://{at}/")), &account(), now)
        .await
        .webhooks;
    assert_eq!(rows.len(), 1 + model::limit::REDIRECTS_MAX);
    let (last, before) = rows.split_last().unwrap();
    assert_eq!(last.error, Some(ErrorCode::REDIRECTS.0));
    assert!(before.iter().all(|row| row.error.is_none()));

    // One that is cut in the middle of its body: its head is there, and the fault.
    let cut = |_: usize, _: &Seen| "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx".to_owned();
    let (at, mut seen) = server(move |n, request| match n {
        0 => cut(n, request),
        _ => String::new(),
    })
    .await;
    let url = format!("http://{at}/#rt=200");
    let rows = client()
        .deliver(&callback(url), &account(), now)
        .await
        .webhooks;
    seen.recv().await.unwrap();
    assert_eq!(rows[0].answer.as_ref().unwrap().status, 200);
    assert_eq!(rows[0].error, Some(ErrorCode::TOTAL_TIMEOUT.0));
}

#[tokio::test]
async fn credentials_are_masked_and_both_requests_stand_there() {
    let (at, _seen) = server(|_, seen| match seen.header("authorization") {
        None => status("401 Who", "WWW-Authenticate: Basic realm=\"x\"\r\n"),
        Some(_) => ok("", "in"),
    })
    .await;
    let url = format!("http://me:opensesame@{at}/");
    let rows = client()
        .fetch(&request(Method::Post, url.clone()), &account())
        .await
        .webhooks;
    let told = [(1, 0, Some(401), Some(11_200)), (1, 0, Some(200), None)];
    assert_eq!(well(&rows), told);
    assert_eq!(rows[1].url, format!("http://me:***@{at}/"));
    assert_eq!(sent(&rows[1], "authorization"), Some("Basic ***"));
    assert_eq!(rows[1].signed.as_ref().unwrap().hash, None);
    let Original::Sealed { url: sealed, body } = &rows[1].original else {
        panic!("what a replay sends")
    };
    assert_eq!(*sealed, url);
    assert_eq!(*body, rows[1].body);
}

#[tokio::test]
async fn a_document_that_is_kept_is_told_as_such() {
    let answer = |_: usize, _: &Seen| ok("Cache-Control: max-age=60\r\n", "<Response/>");
    let (at, mut seen) = server(answer).await;
    let asked = request(Method::Get, format!("http://{at}/"));
    let client = client();
    let first = client.fetch(&asked, &account()).await.webhooks;
    let second = client.fetch(&asked, &account()).await.webhooks;
    assert!(!first[0].kept && second[0].kept);
    assert_eq!(second[0].answer.as_ref().unwrap().body, "<Response/>");
    assert_eq!(second[0].timing, model::WebhookTiming::default());
    seen.recv().await.unwrap();
    assert!(seen.try_recv().is_err());
}

#[tokio::test]
async fn a_replay_is_marked_signed_afresh_and_leaves_cookies_alone() {
    let answer = |_: usize, _: &Seen| ok("Set-Cookie: s=2\r\n", "x");
    let (at, mut seen) = server(answer).await;
    let client = client();
    let asked = request(Method::Post, format!("http://{at}/one"));
    let first = client.fetch(&asked, &account()).await.webhooks.remove(0);
    let replay = model::WebhookReplay {
        of: first.sid,
        call: first.call,
        kind: first.kind,
        method: first.method,
        url: first.url.clone(),
        parameters: asked.parameters.clone(),
    };
    let other = Account {
        auth_token: "67890".into(),
        ..account()
    };
    let again = client.replay(&replay, &other).await;
    assert!(again.outcome.is_ok());
    let row = &again.webhooks[0];
    assert_eq!(row.replay_of, Some(first.sid));
    assert_eq!((&row.body, &row.signed), (&first.body, &first.signed));
    assert_ne!(row.token, first.token);
    let _ = seen.recv().await.unwrap();
    let seen = seen.recv().await.unwrap();
    let header = |name| seen.header(name).unwrap_or_default();
    assert_eq!(header("x-ringback-replay"), first.sid.to_string());
    let signature = signature::sign("67890", &first.url, &asked.parameters);
    assert_eq!(header("x-twilio-signature"), signature);
    assert_eq!(header("cookie"), "");
    // What the answer to the replay set is not the call's.
    let next = client.fetch(&asked, &account()).await.webhooks;
    assert_eq!(sent(&next[0], "cookie"), Some("s=***"));
    assert_eq!(client.jars.lock().unwrap().len(), 1);
}
