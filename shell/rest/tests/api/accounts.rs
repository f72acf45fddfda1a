//! Accounts, tokens, keys and test credentials: who may ask for what.

use crate::world::*;
use ::call::Command;
use ::call::command::EndAs;
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request};
use model::*;
use rest::Peer;
use std::net::IpAddr;
use store::Write;

const TEST: AccountSid = AccountSid(0x7e57);
const TEST_TOKEN: &str = "77777777777777777777777777777777";
const ACCOUNTS: &str = "/2010-04-01/Accounts.json";

fn account() -> Account {
    Account {
        test: Some(TestCredentials {
            sid: TEST,
            token: TEST_TOKEN.into(),
        }),
        ..Account::new(ACCOUNT, TOKEN, "Mine", NOW)
    }
}

fn below(sid: &str, below: &str) -> String {
    format!("/2010-04-01/Accounts/{sid}{below}.json")
}

fn code(answer: &Answer) -> (u16, u64) {
    (answer.status, answer.json()["code"].as_u64().unwrap_or(0))
}

fn text(answer: &Answer, key: &str) -> String {
    answer.json()[key].as_str().unwrap_or_default().to_owned()
}

/// A subaccount, made by request: its identifier and its token.
async fn subaccount(world: &World) -> (String, String) {
    let made = world.post(ACCOUNTS, &[("FriendlyName", "Theirs")]).await;
    assert_eq!(made.status, 201);
    (text(&made, "sid"), text(&made, "auth_token"))
}

/// A standard key, made by request: its identifier and its secret.
async fn key(world: &World) -> (String, String) {
    let made = world.post(&world.path("/Keys.json"), &[]).await;
    assert_eq!(made.status, 201);
    (text(&made, "sid"), text(&made, "secret"))
}

const CALL: [(&str, &str); 3] = [
    ("To", "+14158675309"),
    ("From", "+14158675308"),
    ("Twiml", "<Response/>"),
];

#[tokio::test]
async fn a_subaccount_is_made_listed_and_belongs_to_its_parent() {
    let world = World::new();
    let made = world.post(ACCOUNTS, &[]).await;
    let name = text(&made, "friendly_name");
    assert_eq!(name, "SubAccount Created at 2010-08-31 08:36 pm");
    assert_eq!(text(&made, "owner_account_sid"), ACCOUNT.to_string());
    assert_eq!(
        (text(&made, "status"), text(&made, "type")),
        ("active".into(), "Full".into())
    );
    let (sid, token) = subaccount(&world).await;
    assert_eq!(token.len(), 32);

    let listed = |filter: &'static str| {
        let path = format!("{ACCOUNTS}{filter}");
        async { world.get(&path.leak()[..]).await.json()["accounts"].clone() }
    };
    assert_eq!(listed("").await.as_array().map(Vec::len), Some(3));
    assert_eq!(listed("?FriendlyName=Theirs").await[0]["sid"], sid);
    assert_eq!(listed("?Status=closed").await, serde_json::json!([]));
    assert_eq!(world.get(&format!("{ACCOUNTS}?Status=x")).await.status, 400);
    // Pages lead to each other.
    let first = world.get(&format!("{ACCOUNTS}?PageSize=2")).await.json();
    let next = first["next_page_uri"].as_str().expect("a next page");
    let second = world.get(next).await.json();
    assert_eq!(second["accounts"].as_array().map(Vec::len), Some(1));
    let back = second["previous_page_uri"].as_str().expect("a page before");
    assert_eq!(world.get(back).await.json()["accounts"], first["accounts"]);

    // The subaccount sees itself only, and has none below it.
    let own = (sid.as_str(), token.as_str());
    let seen = world.ask_as(own, Method::GET, ACCOUNTS, &[]).await.json();
    assert_eq!(seen["accounts"].as_array().map(Vec::len), Some(1));
    let refused = world.ask_as(own, Method::POST, ACCOUNTS, &[]).await;
    assert_eq!(code(&refused), (400, 21_101));
}

#[tokio::test]
async fn credentials_reach_their_own_account_and_those_below_it() {
    let world = World::new();
    world.write(Write::Account(Box::new(account()))).await;
    let (one, one_token) = subaccount(&world).await;
    let (two, _) = subaccount(&world).await;
    let (key, secret) = key(&world).await;
    let main = ApiKey {
        sid: KeySid(9),
        account: ACCOUNT,
        friendly_name: String::new(),
        secret_hash: store::hash_secret("main secret"),
        main: true,
        date_created: NOW,
        date_updated: NOW,
    };
    world.write(Write::Key(Box::new(main))).await;
    let (mine, main, test) = (ACCOUNT.to_string(), KeySid(9).to_string(), TEST.to_string());

    let parent = (mine.as_str(), TOKEN);
    let child = (one.as_str(), one_token.as_str());
    let key = (key.as_str(), secret.as_str());
    let main = (main.as_str(), "main secret");
    let on_test = (test.as_str(), TEST_TOKEN);
    for (who, path, wanted) in [
        (parent, below(&mine, "/Calls"), (200, 0)),
        (parent, below(&one, "/Calls"), (200, 0)),
        (parent, below(&one, ""), (200, 0)),
        (parent, below(&one, "/Keys"), (200, 0)),
        (child, below(&one, "/Calls"), (200, 0)),
        (child, below(&one, "/Keys"), (200, 0)),
        (child, below(&two, "/Calls"), (404, 20_404)),
        (child, below(&mine, "/Calls"), (404, 20_404)),
        (key, below(&mine, "/Calls"), (200, 0)),
        (key, below(&one, "/Calls"), (200, 0)),
        (key, below(&mine, ""), (401, 20_003)),
        (key, ACCOUNTS.to_owned(), (401, 20_003)),
        (key, below(&mine, "/Keys"), (401, 20_003)),
        (key, below(&one, "/SigningKeys"), (401, 20_003)),
        (
            key,
            below(&mine, &format!("/Keys/{}", key.0)),
            (401, 20_003),
        ),
        (main, below(&mine, "/Keys"), (200, 0)),
        (main, ACCOUNTS.to_owned(), (200, 0)),
        (main, below(&one, ""), (200, 0)),
        ((main.0, "other secret"), ACCOUNTS.to_owned(), (401, 20_003)),
        ((key.0, TOKEN), below(&mine, "/Calls"), (401, 20_003)),
        (on_test, below(&test, "/Calls"), (403, 20_008)),
        (on_test, ACCOUNTS.to_owned(), (403, 20_008)),
        (on_test, below(&mine, "/Calls"), (404, 20_404)),
        (parent, below(&test, "/Calls"), (404, 20_404)),
        (
            (test.as_str(), TOKEN),
            below(&test, "/Calls"),
            (401, 20_003),
        ),
    ] {
        let answer = world.ask_as(who, Method::GET, &path, &[]).await;
        assert_eq!(code(&answer), wanted, "{} at {path}", who.0);
        if wanted.0 == 401 {
            assert_eq!(
                answer.header("www-authenticate"),
                "Basic realm=\"Twilio API\""
            );
        }
    }
    // A call of a subaccount is the subaccount's, whoever asks for it.
    let calls = below(&one, "/Calls");
    let made = world.ask_as(key, Method::POST, &calls, &CALL).await;
    assert_eq!(made.status, 201);
    assert_eq!(world.placed().account.to_string(), one);
}

#[tokio::test]
async fn a_key_shows_its_secret_once_and_opens_nothing_when_it_is_revoked() {
    let world = World::new();
    for (list, list_key) in [("/Keys", "keys"), ("/SigningKeys", "signing_keys")] {
        let form = [("FriendlyName", "Door")];
        let made = world
            .post(&world.path(&format!("{list}.json")), &form)
            .await;
        let (sid, secret) = (text(&made, "sid"), text(&made, "secret"));
        assert_eq!((made.status, secret.len()), (201, 32));
        let own = world.path(&format!("{list}/{sid}.json"));
        let named = world.post(&own, &[("FriendlyName", "Gate")]).await;
        assert_eq!(
            (named.status, text(&named, "friendly_name")),
            (200, "Gate".into())
        );
        assert!(named.json().get("secret").is_none());
        // Both names lead to the same keys.
        let other = if list == "/Keys" {
            "/SigningKeys"
        } else {
            "/Keys"
        };
        let twin = world.path(&format!("{other}/{sid}.json"));
        assert_eq!(world.get(&twin).await.json(), named.json());
        let page = world.get(&world.path(&format!("{list}.json"))).await.json();
        assert_eq!(page[list_key][0]["sid"], sid);

        let calls = world.path("/Calls.json");
        let who = (sid.as_str(), secret.as_str());
        assert_eq!(
            world.ask_as(who, Method::GET, &calls, &[]).await.status,
            200
        );
        assert_eq!(world.delete(&own).await.status, 204);
        assert_eq!(
            world.ask_as(who, Method::GET, &calls, &[]).await.status,
            401
        );
        assert_eq!(world.get(&own).await.status, 404);
    }
}

#[tokio::test]
async fn a_second_token_opens_at_once_and_takes_over_when_it_is_promoted() {
    let world = World::new();
    assert_eq!(world.post("/v1/AuthTokens/Promote", &[]).await.status, 404);
    let made = world.post("/v1/AuthTokens/Secondary", &[]).await;
    assert_eq!(made.status, 201);
    assert_eq!(text(&made, "date_created"), "2010-08-31T20:36:28Z");
    let second = text(&made, "secondary_auth_token");
    let (mine, calls) = (ACCOUNT.to_string(), world.path("/Calls.json"));
    let with = |token: String| {
        let (world, mine, calls) = (&world, &mine, &calls);
        async move {
            let who = (mine.as_str(), token.as_str());
            world.ask_as(who, Method::GET, calls, &[]).await.status
        }
    };
    assert_eq!(with(TOKEN.into()).await, 200);
    assert_eq!(with(second.clone()).await, 200);
    let promoted = world.post("/v1/AuthTokens/Promote", &[]).await;
    assert_eq!(
        (promoted.status, text(&promoted, "auth_token")),
        (200, second.clone())
    );
    assert_eq!(with(TOKEN.into()).await, 401);
    assert_eq!(with(second.clone()).await, 200);

    let who = (mine.as_str(), second.as_str());
    let path = "/v1/AuthTokens/Secondary";
    let third = world.ask_as(who, Method::POST, path, &[]).await;
    let third = text(&third, "secondary_auth_token");
    assert_eq!(
        world.ask_as(who, Method::DELETE, path, &[]).await.status,
        204
    );
    assert_eq!(with(third).await, 401);
    assert_eq!(
        world.ask_as(who, Method::DELETE, path, &[]).await.status,
        404
    );
}

#[tokio::test]
async fn a_status_is_the_parents_to_change_and_ends_what_it_ends() {
    let world = World::new();
    let (sid, token) = subaccount(&world).await;
    let (own, calls) = (below(&sid, ""), below(&sid, "/Calls"));
    let child = (sid.as_str(), token.as_str());
    let account: AccountSid = sid.parse().expect("an identifier");
    world.keep(Write::Call(Box::new(CallRow {
        account,
        ..queued(7, 0)
    })));
    world.keep(Write::Call(Box::new(CallRow {
        account,
        status: CallStatus::InProgress,
        ..queued(8, 0)
    })));
    let ended = || -> Vec<(u128, EndAs)> {
        let mut asked = world.asked.lock().expect("no panic with it");
        let all = asked.drain(..).filter_map(|command| match command {
            Command::Update { call, update, .. } => Some((call.0, update.status?)),
            _ => None,
        });
        all.collect()
    };

    let main = world.path(".json");
    for (who, path, status, wanted) in [
        (Some(child), &own, "suspended", (403, 20_006)),
        (None, &main, "suspended", (400, 21_477)),
        (None, &own, "asleep", (400, 21_475)),
        (None, &own, "suspended", (200, 0)),
    ] {
        let form = [("Status", status)];
        let answer = match who {
            Some(who) => world.ask_as(who, Method::POST, path, &form).await,
            None => world.post(path, &form).await,
        };
        assert_eq!(code(&answer), wanted, "{status} of {path}");
    }
    assert_eq!(ended(), [(7, EndAs::Canceled)]);
    assert_eq!(text(&world.get(&own).await, "status"), "suspended");
    // Its own credentials open nothing; its parent may look, and add nothing.
    let refused = world.ask_as(child, Method::GET, &calls, &[]).await;
    assert_eq!(code(&refused), (403, 20_005));
    assert_eq!(world.get(&calls).await.status, 200);
    assert_eq!(code(&world.post(&calls, &CALL).await), (403, 20_005));

    assert_eq!(world.post(&own, &[("Status", "active")]).await.status, 200);
    let opened = world.ask_as(child, Method::GET, &calls, &[]).await;
    assert_eq!(opened.status, 200);

    assert_eq!(world.post(&own, &[("Status", "closed")]).await.status, 200);
    let mut gone = ended();
    gone.sort_by_key(|(call, _)| *call);
    assert_eq!(gone, [(7, EndAs::Completed), (8, EndAs::Completed)]);
    let again = world.post(&own, &[("Status", "active")]).await;
    assert_eq!(code(&again), (400, 21_479));
}

#[tokio::test]
async fn a_number_is_handed_on_within_the_family_by_the_parent() {
    let world = World::new();
    let (one, token) = subaccount(&world).await;
    let form = [("PhoneNumber", "+12025550191")];
    let made = world
        .post(&below(&one, "/IncomingPhoneNumbers"), &form)
        .await;
    assert_eq!(text(&made, "account_sid"), one);
    let at = |account: &str| {
        below(
            account,
            &format!("/IncomingPhoneNumbers/{}", text(&made, "sid")),
        )
    };
    let mine = ACCOUNT.to_string();
    let (child, stranger) = ((one.as_str(), token.as_str()), AccountSid(99).to_string());
    for (to, wanted) in [(mine.as_str(), (400, 21_474)), ("AC1", (400, 21_470))] {
        let form = [("AccountSid", to)];
        let answer = world.ask_as(child, Method::POST, &at(&one), &form).await;
        assert_eq!(code(&answer), wanted);
    }
    let form = [("AccountSid", stranger.as_str())];
    assert_eq!(code(&world.post(&at(&one), &form).await), (400, 21_473));
    let form = [("AccountSid", mine.as_str())];
    let moved = world.post(&at(&one), &form).await;
    assert_eq!(
        (moved.status, text(&moved, "account_sid")),
        (200, mine.clone())
    );
    assert_eq!(world.get(&at(&one)).await.status, 404);
    assert_eq!(world.get(&at(&mine)).await.status, 200);
}

#[tokio::test]
async fn test_credentials_check_everything_and_do_nothing() {
    let world = World::with(Terms {
        strict: true,
        ..Terms::default()
    });
    world.write(Write::Account(Box::new(account()))).await;
    let test = TEST.to_string();
    let who = (test.as_str(), TEST_TOKEN);
    let good = "+15005550006";
    let calls = below(&test, "/Calls");
    for (from, to, wanted) in [
        ("+15005550001", "+14158675309", (400, 21_212)),
        (good, "+14158675309", (201, 0)),
        ("+14158675308", "+14158675309", (400, 21_210)),
        (good, "+15005550001", (400, 21_217)),
        (good, "+15005550002", (400, 21_214)),
        (good, "+15005550003", (400, 21_215)),
        (good, "+15005550004", (400, 21_216)),
        (good, "12", (400, 21_211)),
        ("", "+14158675309", (400, 21_213)),
    ] {
        let form = [("From", from), ("To", to), ("Twiml", "<Response/>")];
        let answer = world.ask_as(who, Method::POST, &calls, &form).await;
        assert_eq!(code(&answer), wanted, "{from} to {to}");
        if wanted.0 == 201 {
            assert_eq!(
                (text(&answer, "status"), text(&answer, "account_sid")),
                ("queued".into(), test.clone())
            );
        }
    }
    let numbers = below(&test, "/IncomingPhoneNumbers");
    for (form, wanted) in [
        (("PhoneNumber", "+15005550000"), (400, 21_422)),
        (("PhoneNumber", "+15005550001"), (400, 21_421)),
        (("PhoneNumber", good), (201, 0)),
        (("PhoneNumber", good), (201, 0)),
        (("AreaCode", "533"), (400, 21_452)),
        (("AreaCode", "500"), (201, 0)),
    ] {
        let answer = world.ask_as(who, Method::POST, &numbers, &[form]).await;
        assert_eq!(code(&answer), wanted, "{form:?}");
    }
    let asked = world.asked.lock().expect("no panic with it").len();
    assert_eq!(asked, 0, "a call was placed");
    let kept = world.get(&world.path("/Calls.json")).await.json();
    assert_eq!(kept["calls"], serde_json::json!([]));
    let bought = world.get(&world.path("/IncomingPhoneNumbers.json")).await;
    assert_eq!(
        bought.json()["incoming_phone_numbers"],
        serde_json::json!([])
    );
}

/// A request from somewhere, with these credentials.
async fn from(world: &World, peer: &str, user: &str, password: &str) -> u16 {
    let request = Request::get(world.path("/Calls.json"));
    let request = request.header("authorization", credentials(user, password));
    let mut request = request.body(Full::<Bytes>::default()).expect("a request");
    let peer: IpAddr = peer.parse().expect("an address");
    request.extensions_mut().insert(Peer(peer));
    world.send(request).await.status
}

#[tokio::test]
async fn a_guesser_is_held_and_nobody_elsewhere_is() {
    let world = World::new();
    let mine = ACCOUNT.to_string();
    for guess in 0..limit::GUESSES_PER_NAME_MAX {
        assert_eq!(
            from(&world, "192.0.2.1", &mine, &guess.to_string()).await,
            401
        );
    }
    assert_eq!(from(&world, "192.0.2.1", &mine, "more").await, 429);
    assert_eq!(from(&world, "192.0.2.1", &mine, TOKEN).await, 429);
    assert_eq!(from(&world, "192.0.2.2", &mine, TOKEN).await, 200);
}

#[tokio::test]
async fn an_account_runs_so_many_requests_and_no_more() {
    let world = World::with(Terms {
        mute: true,
        ..Terms::default()
    });
    let tight = Account {
        requests_at_once: 1,
        ..account()
    };
    world.write(Write::Account(Box::new(tight))).await;
    let calls = world.path("/Calls.json");
    // Asked first, it waits for its body, which never comes.
    let (_body, never) = tokio::sync::mpsc::channel::<()>(1);
    let waiting = Request::post(&calls)
        .header("authorization", credentials(&ACCOUNT.to_string(), TOKEN))
        .body(Silence(never))
        .expect("a request");
    let first = world.rest.answer(waiting);
    tokio::pin!(first);
    let second = tokio::select! {
        biased;
        _ = &mut first => panic!("it has no body yet"),
        second = world.get(&calls) => second,
    };
    assert_eq!(code(&second), (429, 20_429));
    assert_eq!(text(&second, "message"), "Too Many Requests");
}

/// A body that never comes.
struct Silence(tokio::sync::mpsc::Receiver<()>);

impl http_body::Body for Silence {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
        self.0.poll_recv(context).map(|_| None)
    }
}

#[tokio::test]
async fn sound_is_public_only_where_the_account_says_so() {
    let world = World::new();
    recorded(&world, 1, 1, 1);
    let bare = |path: String| {
        let request = Request::get(path).body(Full::<Bytes>::default());
        world.send(request.expect("a request"))
    };
    let of = |suffix: &str| world.path(&format!("/Recordings/{}{suffix}", RecordingSid(1)));
    assert_eq!(bare(of(".wav")).await.status, 401);
    let open = Account {
        public_media: true,
        ..account()
    };
    world.write(Write::Account(Box::new(open))).await;
    for (path, wanted) in [
        (of(".wav"), 200),
        (of(".mp3"), 200),
        (of(""), 200),
        (of(".json"), 401),
        (world.path("/Recordings.json"), 401),
        (world.path("/Calls.wav"), 401),
    ] {
        assert_eq!(bare(path.clone()).await.status, wanted, "{path}");
    }
    // Who brings credentials must bring the right ones.
    let wrong = (&*ACCOUNT.to_string(), "wrong");
    let answer = world.ask_as(wrong, Method::GET, &of(".wav"), &[]).await;
    assert_eq!(answer.status, 401);
    let request = Request::delete(of(".wav")).body(Full::<Bytes>::default());
    assert_eq!(world.send(request.expect("a request")).await.status, 401);
}

#[tokio::test]
async fn a_host_with_a_region_is_said_back() {
    let world = World::new();
    for (host, domain, region) in [
        (
            "api.sydney.au1.example.com",
            "api.sydney.au1.example.com",
            "au1",
        ),
        (
            "accounts.dublin.ie1.example.com:8443",
            "accounts.dublin.ie1.example.com",
            "ie1",
        ),
        ("elsewhere.example.com", "127.0.0.1:8080", "us1"),
    ] {
        let calls = world.path("/Calls.json");
        let answer = world
            .ask_with(Method::GET, &calls, &[], &[("host", host)])
            .await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("x-api-domain"), domain);
        assert_eq!(answer.header("x-home-region"), region);
    }
}
