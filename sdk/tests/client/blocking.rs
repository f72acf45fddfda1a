//! The same operations without `async`.

use crate::config;
use loopback::{Api, CALL, Reply, Server, nobody};
use ringback::{CallEnd, CallStatus, Phase, blocking};
use std::io::Read;
use std::thread;

#[test]
fn operations_give_their_results_and_lists_are_iterators() {
    let server = Api::start();
    let client = blocking::Client::with(config(server.url())).unwrap();
    let call = client
        .calls()
        .create("+1", "+2")
        .twiml("<Response/>")
        .send()
        .unwrap();
    assert_eq!(call.status(), CallStatus::Queued);
    let ended = client
        .calls()
        .update(CALL)
        .status(CallEnd::Completed)
        .send()
        .unwrap();
    assert!(ended.status().is_final());
    client.calls().delete(CALL).send().unwrap();

    let before = server.asked().len();
    let mut calls = client.calls().list().page_size(2).stream();
    assert_eq!(server.asked().len(), before);
    assert!(calls.next().unwrap().is_ok());
    assert_eq!(server.asked().len(), before + 1);
    assert_eq!(calls.collect::<Result<Vec<_>, _>>().unwrap().len(), 4);
    assert_eq!(client.calls().list().limit(3).send().unwrap().len(), 3);

    let mut sound = Vec::new();
    let mut media = client.recordings().media("RE1").send().unwrap();
    assert_eq!(media.content_type(), Some("audio/x-wav"));
    media.read_to_end(&mut sound).unwrap();
    assert_eq!(sound, b"RIFF....WAVE");
    assert_eq!(
        client
            .recordings()
            .media("RE1")
            .send()
            .unwrap()
            .bytes()
            .unwrap(),
        sound
    );
}

#[test]
fn errors_are_the_same() {
    let client = blocking::Client::with(config(nobody())).unwrap();
    let error = client.calls().fetch(CALL).send().unwrap_err();
    assert_eq!(error.phase(), Some(Phase::Connect));
    let server = Server::script(vec![Reply::BreakOff]);
    let client = blocking::Client::with(config(server.url())).unwrap();
    let placed = client
        .calls()
        .create("+1", "+2")
        .twiml("<Response/>")
        .send();
    assert!(placed.unwrap_err().maybe_done());
    // What was read of a sound that breaks off is no whole sound.
    let media = client.recordings().media("RE1").send().unwrap();
    assert!(media.bytes().is_err());
}

#[test]
fn one_client_serves_many_threads_and_async_ones_as_well() {
    let server = Api::start();
    let client = blocking::Client::with(config(server.url())).unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            let client = client.clone();
            scope.spawn(move || client.calls().fetch(CALL).send().unwrap());
        }
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    // It holds the thread up, as it says, and doesn't panic.
    runtime.block_on(async { client.calls().fetch(CALL).send().unwrap() });
    assert_eq!(server.asked().len(), 5);
}
