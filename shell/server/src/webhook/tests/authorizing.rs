//! User name and password, by Basic and by Digest, as the application asks for them.

use super::*;
use sip::digest::{Credentials, ha1};
use sip::message::header::Authentication;
use std::sync::atomic::{AtomicU32, Ordering};

const BASIC: &str = "Basic bWU6cGFzczox";

#[tokio::test]
async fn over_plain_http_the_password_waits_until_it_is_asked_for() {
    for challenge in ["WWW-Authenticate: Basic realm=\"a\"\r\n", ""] {
        let (at, mut seen) = server(move |_, request| match request.header("authorization") {
            None => status("401 Who", challenge),
            Some(BASIC) => ok("", "well"),
            Some(other) => status("403 No", &format!("X-Was: {other}\r\n")),
        })
        .await;
        let client = client();
        let ask = request(Method::Post, format!("http://me:pass%3A1@{at}/"));
        for _ in 0..2 {
            assert_eq!(document(&client.fetch(&ask, &account()).await).0, "well");
        }
        let mut shown = Vec::new();
        while let Ok(seen) = seen.try_recv() {
            shown.push(seen.header("authorization").is_some());
        }
        // What it asked for is remembered.
        assert_eq!(shown, [false, true, true], "{challenge}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_told_once() {
    let (at, mut seen) =
        server(|_, _| status("401 Who", "WWW-Authenticate: Basic realm=\"a\"\r\n")).await;
    let client = client();
    let ask = request(Method::Post, format!("http://me:wrong@{at}/"));
    for asked in [2, 1] {
        let fetched = client.fetch(&ask, &account()).await;
        assert_eq!(failure(&fetched), (ErrorCode::HTTP_FAILURE, Some(401)));
        assert_eq!(std::iter::from_fn(|| seen.try_recv().ok()).count(), asked);
    }
    // Without a user there is nothing to show.
    let ask = request(Method::Post, format!("http://{at}/"));
    client.fetch(&ask, &account()).await;
    assert_eq!(std::iter::from_fn(|| seen.try_recv().ok()).count(), 1);
}

/// An application that wants Digest: each nonce is good for two requests.
struct Guard {
    challenge: &'static str,
    realm: &'static str,
    nonce: AtomicU32,
    uses: AtomicU32,
}

impl Guard {
    fn answer(&self, request: &Seen) -> String {
        match self.judge(request) {
            Ok(()) => ok("", "well"),
            Err(stale) => {
                self.uses.store(0, Ordering::SeqCst);
                let nonce = self.nonce.fetch_add(1, Ordering::SeqCst) + 1;
                let fields = format!("{}, nonce=\"n{nonce}\"{stale}", self.challenge);
                // Basic is offered beside it, on a line of its own.
                let basic = "WWW-Authenticate: Basic realm=\"other\"\r\n";
                status("401 Who", &format!("{basic}WWW-Authenticate: {fields}\r\n"))
            }
        }
    }

    fn judge(&self, request: &Seen) -> Result<(), &'static str> {
        let shown = request.header("authorization").ok_or("")?;
        let shown = Authentication::list(shown).unwrap();
        let shown = Credentials::read(&shown[0]).ok_or("")?;
        let nonce = format!("n{}", self.nonce.load(Ordering::SeqCst));
        let (method, target) = request.line().split_once(' ').unwrap();
        assert_eq!(shown.uri, target.trim_end_matches(" HTTP/1.1"));
        let ha1 = ha1(shown.algorithm, "me", self.realm, "pass:1");
        let method = sip::message::Method::Other(method.to_owned());
        if shown.nonce != nonce || !shown.verify(&ha1, &method, request.body.as_bytes()) {
            return Err("");
        }
        let used = self.uses.fetch_add(1, Ordering::SeqCst) + 1;
        if let Some(count) = shown.nc {
            assert_eq!(count, used, "each use of a nonce is counted");
        }
        if used > 2 {
            Err(", stale=true")
        } else {
            Ok(())
        }
    }
}

#[tokio::test]
async fn digest_is_answered_in_every_form() {
    for (challenge, expected) in [
        ("Digest realm=\"a, b\", qop=\"auth\"", "algorithm=MD5,"),
        ("Digest realm=\"a, b\"", "algorithm=MD5"),
        (
            "Digest realm=\"a, b\", qop=\"auth\", algorithm=MD5-sess",
            "algorithm=MD5-sess,",
        ),
        (
            "Digest realm=\"a, b\", qop=\"auth,auth-int\", algorithm=SHA-256",
            "qop=auth,",
        ),
        (
            "Digest realm=\"a, b\", qop=\"auth-int\", algorithm=SHA-256",
            "qop=auth-int,",
        ),
        (
            "digest realm=\"a, b\", opaque=\"o\\\"p\", qop=auth",
            "opaque=\"o\\\"p\"",
        ),
    ] {
        let guard = Guard {
            challenge,
            realm: "a, b",
            nonce: AtomicU32::new(0),
            uses: AtomicU32::new(0),
        };
        let (at, mut seen) = server(move |_, request| guard.answer(request)).await;
        let client = client();
        for (method, n) in [(Method::Post, 0), (Method::Get, 1), (Method::Post, 2)] {
            let ask = request(method, format!("http://me:pass%3A1@{at}/menu?n={n}"));
            let fetched = client.fetch(&ask, &account()).await;
            assert_eq!(document(&fetched).0, "well", "{challenge}");
        }
        let mut shown = Vec::new();
        while let Ok(seen) = seen.try_recv() {
            shown.push(seen.header("authorization").map(str::to_owned));
        }
        // Asked, answered; shown at once; shown, too old, answered anew.
        let known: Vec<bool> = shown.iter().map(Option::is_some).collect();
        assert_eq!(known, [false, true, true, true, true], "{challenge}");
        let answer = shown[1].as_ref().unwrap();
        assert!(answer.contains(expected), "{answer}");
        assert!(!answer.contains("pass"), "{answer}");
    }
}

#[tokio::test]
async fn a_digest_that_cannot_be_made_is_no_reason_to_show_the_password() {
    // SHA-512-256 isn't ours, and Basic isn't offered.
    let challenge = "WWW-Authenticate: Digest realm=\"a\", nonce=\"n\", algorithm=SHA-512-256\r\n";
    let (at, mut seen) = server(move |_, _| status("401 Who", challenge)).await;
    let ask = request(Method::Post, format!("http://me:secret@{at}/"));
    let fetched = client().fetch(&ask, &account()).await;
    assert_eq!(failure(&fetched), (ErrorCode::HTTP_FAILURE, Some(401)));
    assert_eq!(seen.recv().await.unwrap().header("authorization"), None);
    assert!(seen.try_recv().is_err());
}

#[test]
fn over_tls_the_password_goes_along_at_once() {
    let known = authorization::Authorizations::default();
    let exchange = |url: &str| pool::Exchange {
        method: hyper::Method::POST,
        url: Url::parse(url).unwrap(),
        headers: HeaderMap::new(),
        body: bytes::Bytes::new(),
        signed: "".into(),
    };
    let shown = |url: &str| {
        let mut exchange = exchange(url);
        known.show(&mut exchange);
        let shown = exchange.headers.get("authorization")?.to_str().ok()?;
        Some(shown.to_owned())
    };
    assert_eq!(shown("https://me:pass%3A1@h/").as_deref(), Some(BASIC));
    assert_eq!(shown("https://h/"), None);
    assert_eq!(shown("http://me:pass%3A1@h/"), None);
    // Once it has asked for Digest, it gets that, and others still get Basic.
    let mut first = exchange("https://me:pass%3A1@h/");
    known.show(&mut first);
    let mut answer = HeaderMap::new();
    let challenge = "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"";
    answer.insert("www-authenticate", challenge.parse().unwrap());
    assert!(known.asks(&first, &answer));
    assert!(
        shown("https://me:pass%3A1@h/x")
            .unwrap()
            .starts_with("Digest ")
    );
    assert_eq!(shown("https://me:pass%3A1@h:8443/").as_deref(), Some(BASIC));
    // It has changed its mind.
    known.show(&mut first);
    answer.insert("www-authenticate", "Basic realm=\"r\"".parse().unwrap());
    assert!(known.asks(&first, &answer));
    assert_eq!(shown("https://me:pass%3A1@h/").as_deref(), Some(BASIC));
}
