//! What is kept of answers to GET: documents across calls, sound files by their version.

use super::*;

/// The request of a call for the document at `url`, without parameters of its own.
fn static_document(call: u128, url: &str) -> WebRequest {
    WebRequest {
        call: CallSid(call),
        parameters: Vec::new(),
        ..request(Method::Get, url.to_owned())
    }
}

/// What was asked so far.
fn so_far(seen: &mut mpsc::UnboundedReceiver<Seen>) -> Vec<Seen> {
    std::iter::from_fn(|| seen.try_recv().ok()).collect()
}

#[tokio::test]
async fn a_fresh_document_is_asked_for_once() {
    let (at, mut seen) = server(|n, _| {
        let headers = "Content-Type: text/xml\r\nCache-Control: max-age=60\r\n";
        ok(headers, &format!("<Response><!--{n}--></Response>"))
    })
    .await;
    let client = client();
    let url = format!("http://{at}/menu.xml");
    for call in 1..5 {
        let fetched = client.fetch(&static_document(call, &url), &account()).await;
        let WebReply::Answered {
            status,
            content_type,
            body,
            url: found,
        } = fetched.reply
        else {
            panic!("it is answered")
        };
        assert_eq!(body, b"<Response><!--0--></Response>");
        assert_eq!((status, content_type.as_deref()), (200, Some("text/xml")));
        assert_eq!(found, url);
    }
    assert_eq!(so_far(&mut seen).len(), 1);
    // Other parameters are another address, another account is another asker, and a POST is
    // never answered from memory.
    let other = Account::new(AccountSid(2), "other", "", Time(0));
    let with_parameters = request(Method::Get, url.clone());
    let post = request(Method::Post, url.clone());
    for (request, account, body) in [
        (&with_parameters, &account(), 1),
        (&static_document(9, &url), &other, 2),
        (&post, &account(), 3),
        (&post, &account(), 4),
    ] {
        let fetched = client.fetch(request, account).await;
        let expected = format!("<Response><!--{body}--></Response>");
        assert_eq!(document(&fetched).0, expected);
    }
}

#[tokio::test]
async fn a_stale_document_is_asked_for_by_its_version() {
    let (at, mut seen) = server(|_, request| match request.header("if-none-match") {
        Some("\"v1\"") => "HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=60\r\n\r\n".into(),
        _ => ok("Content-Type: text/xml\r\nETag: \"v1\"\r\n", "<Response/>"),
    })
    .await;
    let client = client();
    let url = format!("http://{at}/");
    for _ in 0..3 {
        let fetched = client.fetch(&static_document(1, &url), &account()).await;
        assert_eq!(document(&fetched).0, "<Response/>");
    }
    let seen = so_far(&mut seen);
    let asked: Vec<_> = seen
        .iter()
        .map(|seen| seen.header("if-none-match"))
        .collect();
    // The confirmation said that it is fresh for a minute: no third question.
    assert_eq!(asked, [None, Some("\"v1\"")]);
}

#[tokio::test]
async fn a_document_that_has_changed_takes_the_place_of_the_old_one() {
    let (at, mut seen) = server(|n, _| match n {
        0 => ok("Last-Modified: Thu, 01 Jan 2015 00:00:00 GMT\r\n", "old"),
        1 => ok("ETag: \"2\"\r\n", "new"),
        // Speaks of a version that nobody has.
        2 => "HTTP/1.1 304 Not Modified\r\nETag: \"3\"\r\n\r\n".into(),
        _ => ok("", "newest"),
    })
    .await;
    let client = client();
    let url = format!("http://{at}/");
    for expected in ["old", "new", "newest"] {
        let fetched = client.fetch(&static_document(1, &url), &account()).await;
        assert_eq!(document(&fetched).0, expected);
    }
    let conditions: Vec<_> = so_far(&mut seen)
        .iter()
        .map(|seen| {
            let known = |name| seen.header(name).unwrap_or_default().to_owned();
            known("if-none-match") + &known("if-modified-since")
        })
        .collect();
    assert_eq!(
        conditions,
        ["", "Thu, 01 Jan 2015 00:00:00 GMT", "\"2\"", ""]
    );
}

#[tokio::test]
async fn documents_of_one_call_stay_with_it() {
    let fresh = "Cache-Control: max-age=60\r\n";
    let (at, mut seen) = server(move |_, request| match request.line() {
        "GET /session HTTP/1.1" => ok(&format!("{fresh}Set-Cookie: s=1; Path=/\r\n"), "mine"),
        "GET /open HTTP/1.1" => ok("Cache-Control: public, max-age=60\r\n", "everybody's"),
        "GET /gone HTTP/1.1" => status("404 Not Found", fresh),
        _ => ok(fresh, "mine"),
    })
    .await;
    let client = client();
    let mut count = async |call: u128, path: &str| {
        let url = format!("http://{at}{path}");
        client.fetch(&static_document(call, &url), &account()).await;
        so_far(&mut seen).len()
    };
    // What sets a cookie isn't kept.
    assert_eq!(
        (count(1, "/session").await, count(1, "/session").await),
        (1, 1)
    );
    // What was asked with a cookie is for those who have the same.
    assert_eq!((count(1, "/menu").await, count(1, "/menu").await), (1, 0));
    assert_eq!(count(2, "/menu").await, 1);
    // Unless it says that it is for all.
    assert_eq!((count(1, "/open").await, count(2, "/open").await), (1, 0));
    // A fault is not kept, whatever it says.
    assert_eq!((count(2, "/gone").await, count(2, "/gone").await), (1, 1));
}

#[tokio::test]
async fn a_callback_is_told_each_time() {
    let (at, mut seen) = server(|_, _| ok("Cache-Control: max-age=60\r\n", "")).await;
    let client = client();
    let callback = Callback {
        id: CallbackId(1),
        account: AccountSid(1),
        call: CallSid(1),
        method: Method::Get,
        url: format!("http://{at}/cb"),
        parameters: Vec::new(),
        made: Time(0),
    };
    for _ in 0..2 {
        assert!(
            client
                .deliver(&callback, &account(), Time(0))
                .await
                .outcome
                .is_ok()
        );
    }
    assert_eq!(so_far(&mut seen).len(), 2);
}

#[tokio::test]
async fn a_sound_file_comes_in_pieces_and_is_asked_for_by_its_version() {
    let (at, mut seen) = server(|_, request| match request.header("if-none-match") {
        Some("\"v1\"") => "HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=60\r\n\r\n".into(),
        _ => ok("Content-Type: audio/wav\r\nETag: \"v1\"\r\n", "RIFF"),
    })
    .await;
    let client = client();
    let url = format!("http://{at}/a.wav");
    let MediaReply::File {
        freshness,
        content_type,
        mut body,
    } = client.fetch_media(&account(), &url, None).await
    else {
        panic!("there is a file")
    };
    assert_eq!(content_type.as_deref(), Some("audio/wav"));
    assert_eq!(body.next().await.unwrap().unwrap(), "RIFF");
    assert_eq!(body.next().await, Ok(None));
    let known = freshness.unwrap();
    assert!(!known.is_fresh(client.now()));
    let again = client.fetch_media(&account(), &url, Some(&known)).await;
    let MediaReply::Unchanged(known) = again else {
        panic!("it is unchanged")
    };
    assert!(known.is_fresh(client.now()));
    assert_eq!(seen.recv().await.unwrap().line(), "GET /a.wav HTTP/1.1");
}

#[tokio::test]
async fn a_sound_file_is_no_fresher_than_the_redirect_to_it() {
    for (redirect, fresh) in [
        ("302 Found\r\nLocation: /b", false),
        (
            "301 Moved\r\nCache-Control: max-age=60\r\nLocation: /b",
            true,
        ),
    ] {
        let (at, _seen) = server(move |n, _| match n {
            0 => status(redirect, ""),
            _ => ok("Cache-Control: max-age=600\r\nETag: \"1\"\r\n", "RIFF"),
        })
        .await;
        let client = client();
        let url = format!("http://{at}/a");
        let MediaReply::File { freshness, .. } = client.fetch_media(&account(), &url, None).await
        else {
            panic!("there is a file")
        };
        assert_eq!(
            freshness.unwrap().is_fresh(client.now()),
            fresh,
            "{redirect}"
        );
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_fault() {
    let (at, _seen) = server(|_, _| {
        // The connection is closed after half of it.
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 8\r\n\r\nRIFF".to_owned()
    })
    .await;
    let url = format!("http://{at}/#rt=200");
    let MediaReply::File { mut body, .. } = client().fetch_media(&account(), &url, None).await
    else {
        panic!("it begins")
    };
    assert_eq!(body.next().await.unwrap().unwrap(), "RIFF");
    assert!(body.next().await.is_err());
}
