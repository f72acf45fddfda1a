//! Streams of events: their order, how they go on after a break, what is missing and why they end.

use crate::world::*;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::AUTHORIZATION;
use hyper::{Method, Request, Response};
use model::call::NotificationLevel;
use model::*;
use rest::live::{Change, News, Pace, Rung};
use rest::{Body, Cut};
use serde_json::Value;
use std::time::Duration;
use store::Write;

const CALL: CallSid = CallSid(0xc1);

/// One event as it was read.
#[derive(Debug)]
struct Seen {
    id: Option<String>,
    name: String,
    data: Value,
}

/// A stream as a client reads it.
struct Reader {
    status: u16,
    response: Response<Body>,
    text: String,
}

impl Reader {
    async fn open(world: &World, path: &str, last: Option<&str>) -> Reader {
        Reader::open_with(world, path, last, None).await
    }

    async fn open_with(world: &World, path: &str, last: Option<&str>, cut: Option<Cut>) -> Reader {
        let mut request = Request::builder()
            .uri(path)
            .header("accept", "text/event-stream")
            .header(AUTHORIZATION, credentials(&ACCOUNT.to_string(), TOKEN));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let mut request = request.body(Full::new(Bytes::new())).expect("a request");
        if let Some(cut) = cut {
            request.extensions_mut().insert(cut);
        }
        let response = world.rest.answer(request).await;
        Reader {
            status: response.status().as_u16(),
            response,
            text: String::new(),
        }
    }

    /// The next block: an event, a comment or the greeting; none at the end.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let block = block.to_owned();
                self.text = rest.to_owned();
                return Some(block);
            }
            let frame = self.response.body_mut().frame();
            let wait = tokio::time::timeout(Duration::from_secs(20), frame);
            let frame = wait.await.expect("something within reason")?;
            let data = frame.expect("no fault").into_data().expect("data");
            self.text += str::from_utf8(&data).expect("text");
        }
    }

    async fn next(&mut self) -> Option<Seen> {
        loop {
            let block = self.block().await?;
            let field = |name: &str| {
                let mut lines = block.lines();
                lines.find_map(|line| line.strip_prefix(name).map(|text| text.trim().to_owned()))
            };
            if let (Some(name), Some(data)) = (field("event:"), field("data:")) {
                let data = serde_json::from_str(&data).expect("JSON");
                let id = field("id:");
                return Some(Seen { id, name, data });
            }
        }
    }

    /// All that comes until the end, in short.
    async fn rest(&mut self) -> Vec<String> {
        let mut all = Vec::new();
        while let Some(seen) = self.next().await {
            all.push(seen.short());
        }
        all
    }
}

impl Seen {
    fn short(&self) -> String {
        let field = match self.name.as_str() {
            "ladder" => "text",
            "call" => "status",
            "notification" => "error_code",
            _ => "reason",
        };
        format!("{} {}", self.name, self.data[field].as_str().expect(field))
    }
}

fn own(below: &str) -> String {
    format!("/ringback/v1/Accounts/{ACCOUNT}{below}")
}

fn of(call: CallSid) -> String {
    own(&format!("/Calls/{call}/Stream"))
}

fn all() -> String {
    own("/Events/Stream")
}

fn rung(call: CallSid, text: &str) -> News {
    News::Rung(Rung {
        at: NOW,
        call,
        from: "switch".into(),
        to: "app".into(),
        text: text.to_owned(),
    })
}

fn row(call: CallSid, status: CallStatus) -> CallRow {
    CallRow {
        status,
        ..queued(call.0, 0)
    }
}

fn change(call: CallSid, status: CallStatus) -> News {
    News::Row(Box::new(Change::of(&row(call, status))))
}

fn notification(call: CallSid) -> NotificationRow {
    NotificationRow {
        sid: NotificationSid(1),
        account: ACCOUNT,
        call,
        level: NotificationLevel::Error,
        code: 11_200,
        text: "no answer".into(),
        request_method: None,
        request_url: None,
        date: NOW,
    }
}

/// A world with a live call.
async fn live() -> World {
    let world = World::new();
    begin(&world, CALL);
    world
}

fn begin(world: &World, call: CallSid) {
    world.keep(Write::Call(Box::new(row(call, CallStatus::Queued))));
    world.live.tell(0, vec![change(call, CallStatus::Queued)]);
}

#[tokio::test]
async fn a_call_is_told_from_its_beginning_to_its_end_in_order() {
    let world = live().await;
    world.live.tell(0, vec![rung(CALL, "INVITE")]);
    let mut reader = Reader::open(&world, &of(CALL), None).await;
    assert_eq!(reader.status, 200);
    let header = |name: &str| reader.response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/event-stream");
    assert_eq!(header("cache-control"), "no-store");
    world.live.tell(
        0,
        vec![
            rung(CALL, "200 OK"),
            // A row that says the same again is no change.
            change(CALL, CallStatus::Queued),
            change(CALL, CallStatus::InProgress),
            News::Notification(Box::new(notification(CALL))),
            // Of somebody else's call nothing is told here.
            change(CallSid(0xc2), CallStatus::Queued),
            change(CALL, CallStatus::Completed),
            rung(CALL, "200 OK BYE"),
            News::Over(CALL),
            rung(CALL, "too late"),
        ],
    );
    let first = reader.next().await.unwrap();
    assert_eq!(first.data["direction"], "outbound-api");
    assert_eq!(first.data["to"], "+14158675309");
    assert_eq!(first.data["date"], "2010-08-31T20:36:28.000000Z");
    assert_eq!(
        reader.rest().await,
        [
            "ladder INVITE",
            "ladder 200 OK",
            "call in-progress",
            "notification 11200",
            "call completed",
            "ladder 200 OK BYE",
            "end ended",
        ]
    );
    // Who comes a moment later is told the same.
    let mut again = Reader::open(&world, &of(CALL), None).await;
    assert_eq!(again.rest().await.len(), 8);
}

#[tokio::test]
async fn lines_that_come_before_the_row_wait_for_it() {
    let world = live().await;
    let mut reader = Reader::open(&world, &all(), None).await;
    let other = CallSid(0xc2);
    world.live.tell(
        0,
        vec![rung(other, "INVITE"), change(other, CallStatus::Ringing)],
    );
    assert_eq!(reader.next().await.unwrap().short(), "ladder INVITE");
    assert_eq!(reader.next().await.unwrap().short(), "call ringing");
}

#[tokio::test]
async fn what_is_not_durable_yet_is_not_told() {
    let world = live().await;
    world.live.tell(1, vec![rung(CALL, "first")]);
    // Had it been told, this reader would come too late for it.
    let mut reader = Reader::open(&world, &all(), None).await;
    world.live.durable(1);
    assert_eq!(reader.next().await.unwrap().short(), "ladder first");
}

#[tokio::test]
async fn a_dialled_call_is_told_with_its_parent_and_outlived_by_it() {
    let world = live().await;
    let child = CallSid(0xc2);
    let mut reader = Reader::open(&world, &of(CALL), None).await;
    let mut row = row(child, CallStatus::Ringing);
    row.parent = Some(CALL);
    world.live.tell(
        0,
        vec![
            News::Row(Box::new(Change::of(&row))),
            rung(child, "180 Ringing"),
            News::Over(CALL),
            rung(child, "BYE"),
            News::Over(child),
        ],
    );
    reader.next().await.unwrap();
    let first = reader.next().await.unwrap();
    assert_eq!(first.data["parent_call_sid"], CALL.to_string());
    assert_eq!(
        reader.rest().await,
        ["ladder 180 Ringing", "ladder BYE", "end ended"]
    );
}

#[tokio::test]
async fn a_reader_goes_on_behind_the_last_that_it_heard() {
    let world = live().await;
    for path in [all(), of(CALL)] {
        let mut reader = Reader::open(&world, &path, None).await;
        world
            .live
            .tell(0, vec![rung(CALL, "one"), rung(CALL, "two")]);
        let mut last = reader.next().await.unwrap();
        while last.short() != "ladder one" {
            last = reader.next().await.unwrap();
        }
        drop(reader);
        world.live.tell(0, vec![rung(CALL, "three")]);
        let mut reader = Reader::open(&world, &path, last.id.as_deref()).await;
        assert_eq!(reader.next().await.unwrap().short(), "ladder two");
        assert_eq!(reader.next().await.unwrap().short(), "ladder three");
    }
}

#[tokio::test]
async fn what_was_forgotten_meanwhile_is_told_as_a_gap() {
    let world = live().await;
    let mut reader = Reader::open(&world, &all(), None).await;
    world.live.tell(0, vec![rung(CALL, "one")]);
    let first = reader.next().await.unwrap();
    drop(reader);
    let many = limit::STREAM_CALL_EVENTS_MAX + 1;
    world
        .live
        .tell(0, (0..many).map(|n| rung(CALL, &format!("{n}"))).collect());
    for (path, last) in [(all(), first.id.as_deref()), (of(CALL), None)] {
        let mut reader = Reader::open(&world, &path, last).await;
        let gap = reader.next().await.unwrap();
        assert_eq!((gap.short().as_str(), gap.id), ("gap history", None));
        assert_eq!(gap.data["from_the_beginning"], false);
        assert_eq!(reader.next().await.unwrap().short(), "ladder 1");
    }
}

#[tokio::test]
async fn an_unknown_identifier_is_told_and_all_follows() {
    let world = live().await;
    world.live.tell(0, vec![rung(CALL, "one")]);
    for last in ["99999999999999999999", "18000000000000000000", "x"] {
        for path in [all(), of(CALL)] {
            let mut reader = Reader::open(&world, &path, Some(last)).await;
            let gap = reader.next().await.unwrap();
            assert_eq!(gap.short(), "gap unknown-id");
            assert_eq!(gap.data["from_the_beginning"], true);
            assert_eq!(reader.next().await.unwrap().short(), "call queued");
            assert_eq!(reader.next().await.unwrap().short(), "ladder one");
        }
    }
}

#[tokio::test]
async fn news_that_found_no_room_are_a_gap_and_an_end_among_them_is_looked_up() {
    let world = live().await;
    let mut reader = Reader::open(&world, &of(CALL), None).await;
    assert_eq!(reader.next().await.unwrap().short(), "call queued");
    // Nothing runs beside this test: what is handed over now heaps up.
    for _ in 0..limit::STREAM_INBOX_MAX {
        world.live.tell(0, vec![rung(CallSid(0xc9), "another's")]);
    }
    world.keep(Write::Call(Box::new(row(CALL, CallStatus::Busy))));
    world
        .live
        .tell(0, vec![change(CALL, CallStatus::Busy), News::Over(CALL)]);
    assert_eq!(
        reader.rest().await,
        ["gap overload", "call busy", "end ended"]
    );
}

#[tokio::test]
async fn a_slow_reader_is_dropped_with_a_word_and_nobody_else() {
    let world = live().await;
    let mut slow = Reader::open(&world, &all(), None).await;
    let mut quick = Reader::open(&world, &all(), None).await;
    let many = 3 * limit::STREAM_QUEUE_MAX;
    for n in 0..many {
        world.live.tell(0, vec![rung(CALL, &format!("{n}"))]);
        assert_eq!(quick.next().await.unwrap().short(), format!("ladder {n}"));
    }
    let heard = slow.rest().await;
    assert_eq!(heard.last().unwrap(), "end slow");
    assert!(heard.len() < many, "{}", heard.len());
    // What it has heard is whole up to there, and it may come back.
    for (n, text) in heard[..heard.len() - 1].iter().enumerate() {
        assert_eq!(*text, format!("ladder {n}"));
    }
    world.live.tell(0, vec![rung(CALL, "more")]);
    assert_eq!(quick.next().await.unwrap().short(), "ladder more");
}

#[tokio::test]
async fn a_reader_that_takes_nothing_is_cut_off() {
    let pace = Pace {
        beat: Duration::from_secs(60),
        stall: Duration::from_millis(20),
    };
    let world = World::with(Terms {
        pace: Some(pace),
        ..Terms::default()
    });
    begin(&world, CALL);
    let cut = Cut::default();
    let _reader = Reader::open_with(&world, &all(), None, Some(cut.clone())).await;
    let long = "x".repeat(20_000);
    for _ in 0..8 {
        world.live.tell(0, vec![rung(CALL, &long)]);
    }
    cut.asked().await;
}

#[tokio::test]
async fn a_silent_stream_says_that_it_is_there_and_ends_with_its_credentials() {
    let pace = Pace {
        beat: Duration::from_millis(10),
        stall: Duration::from_secs(10),
    };
    let world = World::with(Terms {
        pace: Some(pace),
        ..Terms::default()
    });
    let mut reader = Reader::open(&world, &all(), None).await;
    assert_eq!(reader.block().await.unwrap(), "retry: 1000");
    assert_eq!(reader.block().await.unwrap(), ": here");
    let account = Account::new(ACCOUNT, "another token", "Mine", NOW);
    world.write(Write::Account(Box::new(account))).await;
    assert_eq!(reader.rest().await, ["end credentials"]);
}

#[tokio::test]
async fn an_ended_call_gives_all_that_is_kept_and_ends() {
    let world = World::new();
    let other = CallSid(0xc2);
    world.keep(Write::Call(Box::new(completed(CALL.0, 0))));
    let mut child = completed(other.0, 1);
    child.parent = Some(CALL);
    world.keep(Write::Call(Box::new(child)));
    let at = |micros: u64, text: &str| format!("{}\tswitch\tapp\t{text}", NOW.0 + micros);
    let rungs = vec![at(0, "one"), at(2_000, "three")];
    world.keep(Write::Story { call: CALL, rungs });
    let rungs = vec![at(1_000, "two")];
    world.keep(Write::Story { call: other, rungs });
    let mut row = notification(CALL);
    row.date = NOW + Span(1_500);
    world.keep(Write::Notification(Box::new(row)));
    let mut reader = Reader::open(&world, &of(CALL), None).await;
    let first = reader.next().await.unwrap();
    assert_eq!(first.short(), "ladder one");
    let second = reader.next().await.unwrap();
    assert_eq!(second.data["parent_call_sid"], CALL.to_string());
    let whole = [
        "ladder two",
        "notification 11200",
        "ladder three",
        "call completed",
        "end ended",
    ];
    assert_eq!(second.short(), whole[0]);
    assert_eq!(reader.rest().await, whole[1..]);
    // It goes on where it was.
    let mut reader = Reader::open(&world, &of(CALL), second.id.as_deref()).await;
    assert_eq!(reader.rest().await, whole[1..]);
    // Another process had other numbers.
    let mut reader = Reader::open(&world, &of(CALL), Some("17")).await;
    assert_eq!(reader.rest().await[..2], ["gap unknown-id", "ladder one"]);
    // And who has heard the end is told that there is no more.
    assert_eq!(
        Reader::open(&world, &of(CALL), Some("end")).await.status,
        204
    );
}

#[tokio::test]
async fn a_call_that_waits_for_its_turn_is_followed_before_anything_is_heard_of_it() {
    let world = World::new();
    world.keep(Write::Call(Box::new(row(CALL, CallStatus::Queued))));
    let mut reader = Reader::open(&world, &of(CALL), None).await;
    world.live.tell(0, vec![change(CALL, CallStatus::Ringing)]);
    // What an earlier process told of it is not known to this one.
    assert_eq!(reader.next().await.unwrap().short(), "gap history");
    assert_eq!(reader.next().await.unwrap().short(), "call ringing");
}

#[tokio::test]
async fn only_who_may_read_the_account_may_follow_it() {
    let world = live().await;
    let ask = |user: &str, password: &str, path: String| {
        let (user, password) = (user.to_owned(), password.to_owned());
        let world = &world;
        async move {
            let request = Request::builder()
                .uri(path)
                .header(AUTHORIZATION, credentials(&user, &password));
            let request = request.body(Full::new(Bytes::new())).unwrap();
            world.rest.answer(request).await.status().as_u16()
        }
    };
    let account = ACCOUNT.to_string();
    assert_eq!(ask(&account, "wrong", of(CALL)).await, 401);
    assert_eq!(ask(&account, TOKEN, of(CALL)).await, 200);
    // A call that isn't there, or is another's.
    assert_eq!(ask(&account, TOKEN, of(CallSid(0xdd))).await, 404);
    let stranger = AccountSid(0xad);
    let there = Account::new(stranger, TOKEN, "Another", NOW);
    world.write(Write::Account(Box::new(there))).await;
    let mut theirs = row(CallSid(0xc7), CallStatus::Queued);
    theirs.account = stranger;
    world.write(Write::Call(Box::new(theirs))).await;
    assert_eq!(ask(&account, TOKEN, of(CallSid(0xc7))).await, 404);
    let theirs = format!("/ringback/v1/Accounts/{stranger}");
    let their_call = format!("{theirs}/Calls/{}/Stream", CallSid(0xc7));
    assert_eq!(ask(&account, TOKEN, their_call.clone()).await, 404);
    assert_eq!(
        ask(&account, TOKEN, format!("{theirs}/Events/Stream")).await,
        404
    );
    // A subaccount is followed by its parent, and not the other way round.
    let mut made = Account::new(stranger, TOKEN, "Made", NOW);
    made.owner = Some(ACCOUNT);
    world.write(Write::Account(Box::new(made))).await;
    assert_eq!(ask(&account, TOKEN, their_call).await, 200);
    assert_eq!(ask(&stranger.to_string(), TOKEN, of(CALL)).await, 404);
    // A standard key may.
    let key = world.post(&world.path("/Keys.json"), &[]).await.json();
    let (sid, secret) = (
        key["sid"].as_str().unwrap(),
        key["secret"].as_str().unwrap(),
    );
    assert_eq!(ask(sid, secret, all()).await, 200);
    let path = own("/Calls/CA1/Stream");
    assert_eq!(world.get(&path).await.status, 404);
    assert_eq!(world.post(&all(), &[]).await.status, 405);
}

#[tokio::test]
async fn an_account_has_so_many_streams_and_gets_its_places_back() {
    let world = live().await;
    let mut open = Vec::new();
    for _ in 0..limit::STREAMS_PER_ACCOUNT_MAX {
        open.push(Reader::open(&world, &all(), None).await);
    }
    assert!(open.iter().all(|reader| reader.status == 200));
    let answer = world.get(&of(CALL)).await;
    assert_eq!((answer.status, answer.fault().0), (429, 20_429));
    open.clear();
    // HEAD takes none. Those that were closed are noticed by tasks of their own.
    let mut answer = world.ask(Method::HEAD, &all(), &[]).await;
    for _ in 0..1_000 {
        if answer.status == 200 {
            break;
        }
        tokio::task::yield_now().await;
        answer = world.ask(Method::HEAD, &all(), &[]).await;
    }
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert_eq!(Reader::open(&world, &all(), None).await.status, 200);
}

#[tokio::test]
async fn streams_end_when_the_server_stops() {
    let world = live().await;
    let mut reader = Reader::open(&world, &of(CALL), None).await;
    let mut wide = Reader::open(&world, &all(), None).await;
    world.live.stop().await;
    assert_eq!(reader.rest().await, ["call queued", "end shutdown"]);
    assert_eq!(wide.rest().await, ["end shutdown"]);
    assert_eq!(Reader::open(&world, &all(), None).await.status, 503);
}
