//! Pages: a page is asked for when its first row is, and never one too many.

use crate::{client, config};
use loopback::{Api, Asked, Reply, Server};
use ringback::{CallStatus, Client, Error};
use std::pin::pin;
use std::time::{Duration, SystemTime};

fn pages(asked: &[Asked]) -> Vec<&str> {
    asked
        .iter()
        .filter_map(|it| it.path.split_once("?"))
        .map(|(_, query)| query)
        .collect()
}

#[tokio::test]
async fn rows_come_page_by_page_and_no_sooner() {
    let server = Api::start();
    let client = Client::with(config(server.url())).unwrap();
    let mut calls = client.calls().list().page_size(2).stream();
    assert!(server.asked().is_empty());
    let mut sids = Vec::new();
    for asked in [1, 1, 2, 2, 3] {
        sids.push(calls.try_next().await.unwrap().unwrap().sid);
        assert_eq!(server.asked().len(), asked, "{sids:?}");
    }
    assert!(calls.next().await.is_none() && calls.next().await.is_none());
    assert_eq!(server.asked().len(), 3);
    let unlike: std::collections::BTreeSet<_> = sids.iter().collect();
    assert_eq!(unlike.len(), 5);
}

#[tokio::test]
async fn a_limit_asks_for_no_more_than_it_needs() {
    let server = Api::start();
    let client = Client::with(config(server.url())).unwrap();
    assert_eq!(
        client.calls().list().limit(3).send().await.unwrap().len(),
        3
    );
    assert_eq!(pages(&server.asked()), ["PageSize=3"]);
    // Two pages of two are four rows: the third page isn't asked for.
    let list = client.calls().list().limit(4).page_size(2);
    assert_eq!(list.send().await.unwrap().len(), 4);
    assert_eq!(server.asked().len(), 3);
    assert!(
        client
            .calls()
            .list()
            .limit(0)
            .send()
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(server.asked().len(), 3);
    assert_eq!(client.calls().list().send().await.unwrap().len(), 5);
    assert_eq!(
        client
            .calls()
            .list()
            .limit(5_000)
            .send()
            .await
            .unwrap()
            .len(),
        5
    );
    assert!(pages(&server.asked()).contains(&"PageSize=1000"));
}

#[tokio::test]
async fn filters_are_sent_with_their_operator() {
    let server = Server::script(vec![Reply::json(
        200,
        r#"{"calls":[],"next_page_uri":null}"#,
    )]);
    let day = SystemTime::UNIX_EPOCH + Duration::from_secs(1_199_232_000);
    let list = client(&server)
        .calls()
        .list()
        .to("+1415")
        .status(CallStatus::NoAnswer);
    let list = list.start_time_after("2008-01-02").end_time_before(day);
    assert!(list.send().await.unwrap().is_empty());
    let query = "To=%2B1415&Status=no-answer&StartTime%3E=2008-01-02\
                 &EndTime%3C=2008-01-02T00%3A00%3A00Z";
    assert_eq!(pages(&server.asked()), [query]);
}

#[tokio::test]
async fn one_page_tells_where_the_next_is() {
    let server = Api::start();
    let client = Client::with(config(server.url())).unwrap();
    let first = client.calls().list().page_size(3).one_page().await.unwrap();
    assert_eq!((first.rows.len(), first.number, first.size), (3, 0, 3));
    let next = first.next.unwrap();
    let second = client
        .calls()
        .list()
        .resume(next.clone())
        .one_page()
        .await
        .unwrap();
    assert_eq!(
        (second.rows.len(), second.number, second.next),
        (2, 1, None)
    );
    // With all that follows, and with a limit, which must not touch the page that was told.
    assert_eq!(
        client
            .calls()
            .list()
            .resume(next)
            .limit(1)
            .send()
            .await
            .unwrap()
            .len(),
        1
    );
    assert!(
        server.asked()[2]
            .path
            .ends_with("PageSize=3&Page=1&PageToken=PA")
    );
}

#[tokio::test]
async fn an_error_ends_the_list() {
    let page = r#"{"calls":[{"sid":"CA1"}],"next_page_uri":"/2010-04-01/next"}"#;
    let server = Server::script(vec![
        Reply::json(200, page),
        Reply::error(401, 20003, "No."),
    ]);
    let mut calls = client(&server).calls().list().stream();
    assert_eq!(calls.next().await.unwrap().unwrap().sid, "CA1");
    assert_eq!(calls.next().await.unwrap().unwrap_err().code(), Some(20003));
    assert!(calls.next().await.is_none());
    // Or leads to itself, or away from home.
    for (next, asked) in [("/2010-04-01/next", 2), ("https://evil.example/x", 1)] {
        let page = format!(r#"{{"calls":[],"next_page_uri":"{next}"}}"#);
        let server = Server::script(vec![Reply::json(200, page)]);
        let error = client(&server).calls().list().send().await.unwrap_err();
        assert!(matches!(error, Error::Input(_)), "{error}");
        assert_eq!(server.asked().len(), asked, "{next}");
    }
}

#[tokio::test]
async fn it_is_a_stream_for_who_has_combinators() {
    let server = Api::start();
    let client = Client::with(config(server.url())).unwrap();
    let mut calls = pin!(client.calls().list().stream());
    let next =
        std::future::poll_fn(|context| futures_core::Stream::poll_next(calls.as_mut(), context));
    assert!(next.await.unwrap().is_ok());
}
