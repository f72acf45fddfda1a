//! Where redirects lead, and what goes along.

use super::*;
use std::net::{IpAddr, Ipv4Addr};

#[tokio::test]
async fn each_redirect_repeats_or_loses_the_form() {
    for (code, line, body) in [
        ("301 Moved", "GET /two HTTP/1.1", ""),
        ("302 Found", "GET /two HTTP/1.1", ""),
        ("303 See Other", "GET /two HTTP/1.1", ""),
        (
            "307 Temporary",
            "POST /two HTTP/1.1",
            "CallSid=CA1&From=%2B1+2&Event=a",
        ),
        (
            "308 Permanent",
            "POST /two HTTP/1.1",
            "CallSid=CA1&From=%2B1+2&Event=a",
        ),
    ] {
        let (at, mut seen) = server(move |n, _| match n {
            0 => status(code, "Location: /two\r\n"),
            _ => ok("", "there"),
        })
        .await;
        let ask = request(Method::Post, format!("http://{at}/one"));
        let fetched = client().fetch(&ask, &account()).await;
        assert_eq!(document(&fetched).0, "there", "{code}");
        seen.recv().await.unwrap();
        let second = seen.recv().await.unwrap();
        assert_eq!(
            (second.line(), second.body.as_str()),
            (line, body),
            "{code}"
        );
    }
}

#[tokio::test]
async fn a_redirect_to_nowhere_is_an_answer_and_one_to_nonsense_a_fault() {
    for (headers, expected) in [
        ("", (ErrorCode::HTTP_FAILURE, Some(302))),
        ("Location: gopher://x/\r\n", (ErrorCode::URL_FORMAT, None)),
        ("Location: http://a b/\r\n", (ErrorCode::BAD_HOST, None)),
    ] {
        let (at, _seen) = server(move |_, _| status("302 Found", headers)).await;
        let ask = request(Method::Post, format!("http://{at}/"));
        let fetched = client().fetch(&ask, &account()).await;
        assert_eq!(failure(&fetched), expected, "{headers}");
    }
}

#[tokio::test]
async fn a_plain_address_may_redirect_to_tls() {
    let (safe, roots) = tls_server(&["localhost"], false, &[]).await;
    let location = format!("Location: https://localhost:{}/two\r\n", safe.port());
    let (at, _seen) = server(move |_, _| status("301 Moved", &location)).await;
    let client = WebClient::new(Trust::Only(roots), Gate::open());
    let ask = request(Method::Post, format!("http://{at}/"));
    let fetched = client.fetch(&ask, &account()).await;
    let expected = format!("https://localhost:{}/two", safe.port());
    assert_eq!(document(&fetched), ("safe".to_owned(), expected));
}

#[tokio::test]
async fn password_and_cookies_stay_with_their_host() {
    // Both names lead to the same server.
    let names = |_: &str| vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
    let reach = Reach::new(Gate::open(), Names::Told(Box::new(names)));
    let trust = Trust::Only(rustls::RootCertStore::empty());
    let client = WebClient::bounded(trust, reach, 9);
    let (at, mut seen) = server(|_, request| {
        let port = request.header("host").unwrap().rsplit(':').next().unwrap();
        match (request.line(), request.header("authorization")) {
            ("GET /elsewhere HTTP/1.1", _) => ok("", "elsewhere"),
            (_, None) => status("401 Who", "WWW-Authenticate: Basic realm=\"a\"\r\n"),
            ("POST /one HTTP/1.1", _) => {
                let to = format!("Location: http://mine.example:{port}/two\r\n");
                status("302 Found", &format!("Set-Cookie: s=1; Path=/\r\n{to}"))
            }
            _ => status(
                "302 Found",
                &format!("Location: http://theirs.example:{port}/elsewhere\r\n"),
            ),
        }
    })
    .await;
    let url = format!("http://me:secret@mine.example:{}/one", at.port());
    let fetched = client.fetch(&request(Method::Post, url), &account()).await;
    assert_eq!(
        document(&fetched),
        (
            "elsewhere".to_owned(),
            format!("http://theirs.example:{}/elsewhere", at.port())
        )
    );
    let mut shown = Vec::new();
    while let Ok(seen) = seen.try_recv() {
        let has = |name| seen.header(name).is_some();
        shown.push((seen.line().to_owned(), has("authorization"), has("cookie")));
    }
    let line = |line: &str, authorization, cookie| (line.to_owned(), authorization, cookie);
    assert_eq!(
        shown,
        [
            line("POST /one HTTP/1.1", false, false),
            line("POST /one HTTP/1.1", true, false),
            // The address it redirects to says nothing of a user, but is the same host's.
            line("GET /two HTTP/1.1", true, true),
            line("GET /elsewhere HTTP/1.1", false, false),
        ]
    );
}

#[test]
fn the_same_host_by_tls_is_home_and_another_port_is_not() {
    let home = |there: &str, here: &str| {
        Url::parse(there)
            .unwrap()
            .is_home_of(&Url::parse(here).unwrap())
    };
    assert!(home("https://a.example/x", "https://a.example:443/"));
    assert!(home("https://a.example/", "http://a.example/"));
    assert!(!home("http://a.example/", "https://a.example/"));
    assert!(!home("https://a.example:8443/", "http://a.example/"));
    assert!(!home("http://a.example:81/", "http://a.example/"));
    assert!(!home("https://b.example/", "https://a.example/"));
}
