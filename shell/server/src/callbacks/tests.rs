//! Callbacks against a listener of our own and a real store.

use super::*;
use crate::webhook::{Gate, Trust};
use model::{Account, Address, CallRow, CallSid, CallStatus, CallbackId, Direction, Method};
use std::net::SocketAddr;
use store::{Durability, NotificationFilter, PageAsk, Sqlite, Start, Store, Writer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

struct Bench {
    callbacks: Callbacks,
    store: Arc<dyn Store>,
    writer: Writer,
    _folder: tempfile::TempDir,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(folder.path(), Durability::Normal).unwrap());
    let account = Account::new(AccountSid(1), "12345", "", Time(0));
    let call = Write::Call(Box::new(call()));
    store
        .commit(&[&Write::Account(Box::new(account)), &call])
        .unwrap();
    let directory = Arc::new(Directory::load(&*store).unwrap());
    let writer = Writer::start(store.clone(), directory.clone(), Box::new(|_| ())).unwrap();
    let callbacks = Callbacks::start(
        WebClient::new(Trust::Only(rustls::RootCertStore::empty()), Gate::open()),
        directory,
        writer.handle(),
        Clock::start(),
        Metrics::new(),
        Chance::new(1),
    );
    Bench {
        callbacks,
        store,
        writer,
        _folder: folder,
    }
}

/// The call that is told of.
fn call() -> CallRow {
    CallRow {
        sid: CallSid(1),
        account: AccountSid(1),
        parent: None,
        number: None,
        to: Address::parse("+12025550101"),
        from: Address::parse("+12025550190"),
        status: CallStatus::InProgress,
        direction: Direction::Inbound,
        date_created: Time(0),
        date_updated: Time(0),
        start_time: None,
        answer_time: None,
        end_time: None,
        duration_secs: None,
        forwarded_from: None,
        caller_name: None,
        sip_response_code: None,
        sip_call_id: None,
        status_callback: None,
        queue_time_ms: 0,
        answered_by: None,
        price: None,
    }
}

fn callback(id: u128, at: SocketAddr) -> Callback {
    Callback {
        id: CallbackId(id),
        account: AccountSid(1),
        call: CallSid(1),
        method: Method::Get,
        url: format!("http://user:hidden@{at}/{id}#rc=0"),
        parameters: Vec::new(),
    }
}

async fn request_line(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(bytes)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn each_is_started_in_order_without_waiting_for_the_one_before() {
    let Bench {
        callbacks,
        store,
        writer,
        _folder,
    } = bench();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let mut promised = Vec::new();
    for id in 0..3 {
        promised.push(Write::Callback(Box::new(callback(id, at))));
    }
    store.commit(&promised.iter().collect::<Vec<_>>()).unwrap();
    let mut open = Vec::new();
    for pending in store.pending_callbacks().unwrap() {
        let id = pending.id.0;
        callbacks.send(pending);
        // Nobody has answered the ones before.
        let (mut stream, _) = listener.accept().await.unwrap();
        assert_eq!(
            request_line(&mut stream).await,
            format!("GET /{id} HTTP/1.1")
        );
        open.push(stream);
    }
    assert_eq!(
        store.pending_callbacks().unwrap().len(),
        3,
        "none is marked before its answer"
    );
    for (n, mut stream) in open.into_iter().enumerate() {
        let status = if n == 1 { "500 Oops" } else { "204 No Content" };
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
    // The rows change when the answers have been read: each change is a batch of the writer.
    while !store.pending_callbacks().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    writer.close();
    let page = PageAsk {
        size: 50,
        start: Start::Top,
    };
    let noted = store
        .notifications(
            AccountSid(1),
            &NotificationFilter {
                call: Some(CallSid(1)),
                ..NotificationFilter::default()
            },
            &page,
        )
        .unwrap()
        .rows;
    let codes: Vec<u32> = noted.iter().map(|note| note.code).collect();
    assert_eq!(codes, [15_003]);
    assert!(noted[0].text.contains("500"), "{}", noted[0].text);

    // Each is in the journal beside the documents, with what was answered and without secrets.
    let events = store.web_events(AccountSid(1), CallSid(1), &page).unwrap();
    let mut answers: Vec<_> = events
        .rows
        .iter()
        .map(|event| (event.url.rsplit('/').next().unwrap(), event.response_code))
        .collect();
    answers.sort_unstable();
    assert_eq!(
        answers,
        [
            ("0#rc=0", Some(204)),
            ("1#rc=0", Some(500)),
            ("2#rc=0", Some(204))
        ]
    );
    for text in [format!("{:?}", events.rows), format!("{noted:?}")] {
        assert!(
            text.contains("user:***@") && !text.contains("hidden"),
            "{text}"
        );
    }
}
