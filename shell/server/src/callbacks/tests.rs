//! Callbacks against a listener of our own and a real store.

use super::*;
use crate::webhook::{Gate, Trust};
use model::{
    Account, AccountSid, AccountStatus, Address, CallRow, CallSid, CallStatus, Direction, Method,
};
use std::net::SocketAddr;
use store::{Durability, NotificationFilter, PageAsk, Sqlite, Start, Writer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A store with an account and a call, and its writer.
struct Ground {
    store: Arc<dyn Store>,
    directory: Arc<Directory>,
    writer: Writer,
    metrics: Metrics,
    _folder: tempfile::TempDir,
}

impl Ground {
    fn lay(status: AccountStatus) -> Ground {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> =
            Arc::new(Sqlite::open(folder.path(), Durability::Normal).unwrap());
        let mut account = Account::new(AccountSid(1), "12345", "", Time(0));
        account.status = status;
        let call = Write::Call(Box::new(call()));
        store
            .commit(&[&Write::Account(Box::new(account)), &call])
            .unwrap();
        let directory = Arc::new(Directory::load(&*store).unwrap());
        let writer = Writer::start(store.clone(), directory.clone(), Box::new(|_| ())).unwrap();
        Ground {
            store,
            directory,
            writer,
            metrics: Metrics::new(),
            _folder: folder,
        }
    }

    fn callbacks(&self) -> Callbacks {
        self.callbacks_by(client())
    }

    fn callbacks_by(&self, client: WebClient) -> Callbacks {
        let means = Means {
            client,
            store: self.store.clone(),
            directory: self.directory.clone(),
            writer: self.writer.handle(),
            clock: Clock::start(),
            metrics: self.metrics.clone(),
        };
        Callbacks::start(means, Chance::new(1)).unwrap()
    }

    /// As call control does it: a row first, then the outbox.
    fn promise(&self, callbacks: &Callbacks, callback: Callback) {
        let sender = callbacks.clone();
        let row = Write::Callback(Box::new(callback.clone()));
        self.writer.handle().write_then(vec![row], move |result| {
            result.unwrap();
            sender.send(callback);
        });
    }

    /// Names of those that are not over, over all hosts.
    fn pending(&self) -> Vec<u128> {
        let hosts = self.store.callback_hosts(None, 99).unwrap();
        let rows = hosts
            .iter()
            .flat_map(|(host, _)| self.store.pending_callbacks(host, 999).unwrap());
        rows.map(|row| row.id.0).collect()
    }

    /// Each change of a row is a batch of the writer: it comes when the answer has been read.
    async fn until_pending(&self, left: usize) {
        while self.pending().len() != left {
            tokio::task::yield_now().await;
        }
    }

    fn notifications(&self) -> Vec<NotificationRow> {
        let filter = NotificationFilter {
            call: Some(CallSid(1)),
            ..NotificationFilter::default()
        };
        let found = self.store.notifications(AccountSid(1), &filter, &PAGE);
        found.unwrap().rows
    }
}

const PAGE: PageAsk = PageAsk {
    size: 50,
    start: Start::Top,
};

fn client() -> WebClient {
    WebClient::new(Trust::Only(rustls::RootCertStore::empty()), Gate::open())
}

/// The call that is told of.
fn call() -> CallRow {
    CallRow {
        to: Address::parse("+12025550101"),
        from: Address::parse("+12025550190"),
        status: CallStatus::InProgress,
        ..CallRow::new(CallSid(1), AccountSid(1), Direction::Inbound, Time(0))
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
        made: Time(0),
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

async fn answer(mut stream: TcpStream, status: &str) {
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
    stream.write_all(answer.as_bytes()).await.unwrap();
}

/// The next request, and who asks it.
async fn accept(listener: &TcpListener) -> (String, TcpStream) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let line = request_line(&mut stream).await;
    (line.replace(" HTTP/1.1", ""), stream)
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    (listener, at)
}

#[tokio::test]
async fn each_is_started_in_order_without_waiting_for_the_one_before() {
    let ground = Ground::lay(AccountStatus::Active);
    let callbacks = ground.callbacks();
    let (listener, at) = listen().await;
    let mut open = Vec::new();
    for id in 0..3 {
        ground.promise(&callbacks, callback(id, at));
        // Nobody has answered the ones before.
        let (line, stream) = accept(&listener).await;
        assert_eq!(line, format!("GET /{id}"));
        open.push(stream);
    }
    assert_eq!(
        ground.pending(),
        [0, 1, 2],
        "none is marked before its answer"
    );
    for (n, stream) in open.into_iter().enumerate() {
        let status = if n == 1 { "500 Oops" } else { "204 No Content" };
        answer(stream, status).await;
    }
    ground.until_pending(0).await;
    let noted = ground.notifications();
    let codes: Vec<_> = noted.iter().map(|note| (note.code, note.level)).collect();
    assert_eq!(codes, [(15_003, NotificationLevel::Warning)]);
    assert!(noted[0].text.contains("500"), "{}", noted[0].text);

    // Each is in the journal beside the documents, with what was answered and without secrets.
    let events = ground.store.web_events(AccountSid(1), CallSid(1), &PAGE);
    let events = events.unwrap().rows;
    let mut answers: Vec<_> = events
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
    for text in [format!("{events:?}"), format!("{noted:?}")] {
        assert!(
            text.contains("user:***@") && !text.contains("hidden"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn what_an_earlier_life_has_left_is_told_first_and_in_order() {
    let ground = Ground::lay(AccountStatus::Active);
    let (listener, at) = listen().await;
    // So few that all are under way before one is answered: none takes a connection that is being
    // closed for a kept one, and has to make another.
    let left: Vec<_> = (0..100)
        .map(|id| Write::Callback(Box::new(callback(id, at))))
        .collect();
    ground
        .store
        .commit(&left.iter().collect::<Vec<_>>())
        .unwrap();
    let callbacks = ground.callbacks();
    ground.promise(&callbacks, callback(100, at));
    for id in 0..=100 {
        let (line, stream) = accept(&listener).await;
        assert_eq!(line, format!("GET /{id}"));
        answer(stream, "204 No Content\r\nConnection: close").await;
    }
    ground.until_pending(0).await;
}

#[tokio::test]
async fn an_application_that_hangs_delays_nobody_else() {
    let ground = Ground::lay(AccountStatus::Active);
    let callbacks = ground.callbacks();
    // Nobody accepts: the connections wait in the listener's backlog.
    let (hanging, at) = listen().await;
    for id in 0..900 {
        ground.promise(&callbacks, callback(id, at));
    }
    let (live, at) = listen().await;
    ground.promise(&callbacks, callback(5_000, at));
    let (line, stream) = accept(&live).await;
    assert_eq!(line, "GET /5000");
    answer(stream, "204 No Content").await;
    ground.until_pending(900).await;
    let under_way = ground.metrics.callbacks_under_way.get();
    assert_eq!(under_way, limit::CALLBACKS_PER_HOST_MAX as i64);
    let waiting = ground.metrics.callbacks_waiting.get();
    assert_eq!(waiting, 900 - under_way);
    drop(hanging);
}

#[tokio::test]
async fn a_host_that_fails_is_waited_for_and_loses_only_what_was_tried() {
    let ground = Ground::lay(AccountStatus::Active);
    let callbacks = ground.callbacks();
    let (listener, at) = listen().await;
    drop(listener);
    let failures = u128::from(limit::CALLBACK_FAILURES_MAX);
    for id in 0..failures {
        ground.promise(&callbacks, callback(id, at));
        while ground.notifications().len() as u128 <= id {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(ground.metrics.callback_hosts_held.get(), 1);
    let late = |id| Callback {
        made: Clock::start().now(),
        ..callback(id, at)
    };
    // It is back before more is promised: nothing of this is lost.
    let listener = TcpListener::bind(at).await.unwrap();
    for id in 100..150 {
        ground.promise(&callbacks, late(id));
    }
    let mut told = Vec::new();
    while told.len() < 50 {
        let (line, stream) = accept(&listener).await;
        answer(stream, "204 No Content\r\nConnection: close").await;
        told.push(line);
    }
    let wanted: Vec<_> = (100..150).map(|id| format!("GET /{id}")).collect();
    assert_eq!(told, wanted);
    ground.until_pending(0).await;
    assert_eq!(ground.metrics.callback_hosts_held.get(), 0);
    let noted = ground.notifications();
    let codes: Vec<_> = noted.iter().map(|note| (note.code, note.level)).collect();
    assert_eq!(codes, [(11_202, NotificationLevel::Error); 3]);
}

#[tokio::test]
async fn a_promise_is_kept_whatever_has_become_of_account_and_call() {
    for status in [AccountStatus::Suspended, AccountStatus::Closed] {
        let ground = Ground::lay(status);
        ground
            .store
            .commit(&[&Write::DeleteCall(CallSid(1))])
            .unwrap();
        let callbacks = ground.callbacks();
        let (listener, at) = listen().await;
        ground.promise(&callbacks, callback(1, at));
        let (line, stream) = accept(&listener).await;
        assert_eq!(line, "GET /1");
        answer(stream, "204 No Content").await;
        ground.until_pending(0).await;
        let events = ground.store.web_events(AccountSid(1), CallSid(1), &PAGE);
        assert_eq!(events.unwrap().rows, []);
    }
}

#[tokio::test]
async fn an_unreadable_address_is_told_and_holds_nobody() {
    let ground = Ground::lay(AccountStatus::Active);
    let callbacks = ground.callbacks();
    for id in 0..10 {
        let url = "ftp://nowhere/".to_owned();
        let at = SocketAddr::from(([127, 0, 0, 1], 1));
        ground.promise(
            &callbacks,
            Callback {
                url,
                ..callback(id, at)
            },
        );
    }
    ground.until_pending(0).await;
    while ground.notifications().len() < 10 {
        tokio::task::yield_now().await;
    }
    assert_eq!(ground.notifications()[0].code, 11_100);
    assert_eq!(ground.metrics.callback_hosts_held.get(), 0);
}

#[tokio::test]
async fn a_forbidden_address_is_final_at_once_and_holds_nobody() {
    let ground = Ground::lay(AccountStatus::Active);
    let gate = Gate::public(Vec::new(), Vec::new());
    let trust = Trust::Only(rustls::RootCertStore::empty());
    let callbacks = ground.callbacks_by(WebClient::new(trust, gate));
    let at = SocketAddr::from(([127, 0, 0, 1], 1));
    for id in 0..10 {
        ground.promise(&callbacks, callback(id, at));
    }
    ground.until_pending(0).await;
    while ground.notifications().len() < 10 {
        tokio::task::yield_now().await;
    }
    assert_eq!(ground.notifications()[0].code, 11_210);
    assert_eq!(ground.metrics.callback_hosts_held.get(), 0);
}

#[tokio::test]
async fn a_stop_waits_for_what_is_promised_and_under_way() {
    let ground = Ground::lay(AccountStatus::Active);
    let callbacks = ground.callbacks();
    let (listener, at) = listen().await;
    // The outbox has hardly begun to look into its store: the attempt comes after that.
    ground.promise(&callbacks, callback(1, at));
    let told = async {
        let (_, stream) = accept(&listener).await;
        answer(stream, "204 No Content").await;
    };
    let patience = Duration::from_millis(10 * limit::CALLBACKS_STOP_MS);
    let both = async { tokio::join!(callbacks.stop(), told) };
    let told = tokio::time::timeout(patience, both).await;
    told.expect("it is told before the stop is over");
    let store = ground.store.clone();
    ground.writer.close();
    assert_eq!(store.callback_hosts(None, 9).unwrap(), []);
    drop(ground._folder);
}

/// What went over the wire is kept in the very batch that says that the attempt is over.
#[tokio::test]
async fn each_request_is_kept_with_the_mark_that_it_is_over() {
    let ground = Ground::lay(AccountStatus::Active);
    let callbacks = ground.callbacks();
    let (listener, at) = listen().await;
    ground.promise(&callbacks, callback(1, at));
    let (_, stream) = accept(&listener).await;
    answer(stream, "500 Oops").await;
    ground.until_pending(0).await;
    let page = PageAsk {
        size: 9,
        start: Start::Top,
    };
    let kept = ground
        .store
        .webhooks(AccountSid(1), &store::WebhookFilter::default(), &page)
        .unwrap();
    let [placed] = &kept.rows[..] else {
        panic!("{kept:?}")
    };
    let row = &placed.row;
    assert_eq!(row.call, CallSid(1));
    assert_eq!(row.url, format!("http://user:***@{at}/1"));
    assert_eq!(row.answer.as_ref().unwrap().status, 500);
    assert_eq!(row.error, Some(ErrorCode::CALLBACK_FAILED.0));
    assert!(row.timing.queued.is_some());
}
