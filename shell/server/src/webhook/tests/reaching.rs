//! Addresses that must not be asked: literal, by odd spellings, by names that lie, by redirects.

use super::*;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};

const ALLOWED: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Loopback as well, where nothing may be asked.
const FORBIDDEN: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// A client that may ask public addresses and one that isn't, with these names.
fn gated(names: impl Fn(&str) -> Vec<IpAddr> + Send + Sync + 'static) -> WebClient {
    let gate = Gate::public(vec![ALLOWED.into()], Vec::new());
    let reach = Reach::new(gate, Names::Told(Box::new(names)));
    let trust = Trust::Only(rustls::RootCertStore::empty());
    WebClient::bounded(trust, reach, limit::WEBHOOKS_PER_HOST_MAX)
}

/// That nobody has connected to this listener.
async fn untouched(listener: TcpListener) {
    // What was connected lies in the queue: one of our own comes behind it.
    let at = listener.local_addr().unwrap();
    let own = TcpStream::connect(at).await.unwrap();
    let (_stream, from) = listener.accept().await.unwrap();
    assert_eq!(from, own.local_addr().unwrap(), "somebody has connected");
}

#[tokio::test]
async fn an_address_in_any_spelling_is_judged_by_what_it_is() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let trust = Trust::Only(rustls::RootCertStore::empty());
    let client = WebClient::new(trust, Gate::public(Vec::new(), Vec::new()));
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "2130706433",
        "0177.0.0.1",
        "017700000001",
        "0",
        "0.0.0.0",
        "localhost",
        "LocalHost",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[0:0:0:0:0:ffff:7f00:1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "169.254.169.254",
        "[fe80::1]",
        "10.0.0.1",
    ] {
        let url = format!("http://{host}:{port}/#ct=500");
        let fetched = client.fetch(&request(Method::Post, url), &account()).await;
        assert_eq!(failure(&fetched).0, ErrorCode::BAD_HOST, "{host}");
        let WebReply::Failed { text, .. } = fetched.reply else {
            panic!("it failed")
        };
        assert!(text.contains("must not be asked"), "{host}: {text}");
        assert!(
            !text.contains("127."),
            "where a name leads is not told: {text}"
        );
    }
    untouched(listener).await;
}

#[tokio::test]
async fn callbacks_and_sound_files_pass_the_same_gate() {
    let client = gated(|_| vec![FORBIDDEN]);
    let url = "http://rogue.example/";
    let callback = Callback {
        id: CallbackId(1),
        account: AccountSid(1),
        call: CallSid(1),
        method: Method::Post,
        url: url.to_owned(),
        parameters: Vec::new(),
        made: Time(0),
    };
    let refused = client
        .deliver(&callback, &account(), Time(0))
        .await
        .outcome
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::BAD_HOST);
    let refused = client.fetch_media(&account(), url, None).await;
    assert!(matches!(refused, MediaReply::Failed { code, .. } if code == ErrorCode::BAD_HOST));
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_the_second_time_gains_nothing() {
    let (at, mut seen) = server(|_, _| ok("Connection: close\r\n", "well")).await;
    let trap = TcpListener::bind((FORBIDDEN, at.port())).await.unwrap();
    let asked = AtomicUsize::new(0);
    let client = gated(move |name| {
        assert_eq!(name, "rogue.example");
        match asked.fetch_add(1, Ordering::SeqCst) {
            0 => vec![ALLOWED],
            _ => vec![FORBIDDEN],
        }
    });
    let ask = request(Method::Post, format!("http://rogue.example:{}/", at.port()));
    assert_eq!(document(&client.fetch(&ask, &account()).await).0, "well");
    let fetched = client.fetch(&ask, &account()).await;
    assert_eq!(failure(&fetched).0, ErrorCode::BAD_HOST);
    seen.recv().await.unwrap();
    assert!(seen.try_recv().is_err());
    untouched(trap).await;
}

#[tokio::test]
async fn a_redirect_leads_to_no_forbidden_address() {
    let trap = TcpListener::bind((FORBIDDEN, 0)).await.unwrap();
    let place = trap.local_addr().unwrap();
    for location in [
        format!("http://{place}/latest/meta-data/"),
        format!("http://inside.example:{}/", place.port()),
    ] {
        let (at, _seen) =
            server(move |_, _| status("302 Found", &format!("Location: {location}\r\n"))).await;
        let client = gated(|name| {
            if name == "outside.example" {
                vec![ALLOWED]
            } else {
                vec![FORBIDDEN]
            }
        });
        let url = format!("http://outside.example:{}/", at.port());
        let fetched = client.fetch(&request(Method::Post, url), &account()).await;
        assert_eq!(failure(&fetched), (ErrorCode::BAD_HOST, None));
    }
    untouched(trap).await;
}

#[tokio::test]
async fn of_several_addresses_only_the_admitted_are_tried() {
    let (at, _seen) = server(|_, _| ok("", "well")).await;
    let trap = TcpListener::bind((FORBIDDEN, at.port())).await.unwrap();
    let client = gated(|_| vec![FORBIDDEN, ALLOWED]);
    let url = format!("http://two.example:{}/", at.port());
    let fetched = client.fetch(&request(Method::Post, url), &account()).await;
    assert_eq!(document(&fetched).0, "well");
    untouched(trap).await;
}
