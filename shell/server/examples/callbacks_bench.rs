//! How many callbacks a second are made durable and delivered, and what a dead customer costs the
//! others.
//!
//! `cargo run --release -p server --example callbacks_bench`
//!
//! The store, its writer and the callbacks are those of the program, and the disk is waited for.
//! The application is this program again, as a process of its own: it answers at once on as many
//! addresses of the loopback network as there are customers, and measures how old each request
//! is by the moment written into it. A bare client sends the same bodies to it in the same run.

#![allow(clippy::print_stdout, reason = "its figures")]

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use model::*;
use server::callbacks::{Callbacks, Means};
use server::clock::Clock;
use server::metrics::Metrics;
use server::webhook::{Gate, Trust, WebClient, form_body};
use std::io::{BufRead, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use store::{Directory, Durability, Sqlite, Store, Write, Writer};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Customers with an application each.
const HOSTS: u128 = 1_000;
/// Callbacks made durable as fast as they can be, then delivered so.
const BURST: u128 = 30_000;
/// A second, of the even load on one application.
const RATE: u64 = 2_000;
/// A second, of the even load on all customers together.
const RATE_OF_ALL: u64 = 1_000;
/// Waiting for the dead customer when the measurement begins; and so many come a second.
const DEAD_BACKLOG: u128 = 10_000;
const DEAD_RATE: u64 = 50;
const SECONDS: u64 = 5;
/// Of each of two measurements, without the dead customer and with. A disk that pauses for a
/// moment spoils the p99 of the slice in which it does: many short slices and their median show
/// the customer, few long ones the disk.
const SLICES: usize = 11;
const SLICE_SECONDS: u64 = 2;
/// Connections of the bare client.
const BARE: usize = 64;
/// A call leaves so many entries in the journal.
const PER_CALL: u128 = limit::WEB_EVENTS_PER_CALL_MAX as u128;
const ACCOUNT: AccountSid = AccountSid(1);

fn main() {
    server::descriptors::raise();
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()
        .expect("a runtime");
    if std::env::args().nth(1).as_deref() == Some("app") {
        runtime.block_on(app());
    } else {
        runtime.block_on(measure());
    }
}

async fn measure() {
    let app = App::start();
    let local = SocketAddr::from((Ipv4Addr::LOCALHOST, app.port));

    // As fast as it goes: durable, and then delivered from the store as after a crash.
    let house = House::open();
    let begun = Instant::now();
    let mut took = house.burst(local).await;
    let rate = BURST as f64 / begun.elapsed().as_secs_f64();
    println!(
        "durable: {rate:.0}/s, p50 {:.2} ms, p99 {:.2} ms",
        percentile(&mut took, 50),
        percentile(&mut took, 99)
    );
    app.report().await;
    let begun = Instant::now();
    let callbacks = house.callbacks();
    house.until_told(BURST as u64).await;
    let rate = BURST as f64 / begun.elapsed().as_secs_f64();
    println!("delivered from the store: {rate:.0}/s");
    drop(callbacks);
    house.close();

    // At an even rate, and a bare client beside it.
    let house = House::open();
    let callbacks = house.callbacks();
    let came = house
        .even(&app, &callbacks, RATE, SECONDS, |_| local, None)
        .await;
    println!("even load, promise to arrival: {came}");
    drop(callbacks);
    house.close();
    println!("bare client, same bodies: {}", bare(&app, local).await);

    // A dead customer among live ones, by turns.
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for slice in 0..SLICES {
        for turn in 0..2 {
            // Neither is always the first of its pair.
            let dead = (slice + turn) % 2 == 1;
            let came = customers(&app, dead).await;
            let slices = if dead { &mut with } else { &mut without };
            slices.push(came.p99_us);
        }
    }
    let (without, with) = (median(without), median(with));
    println!(
        "{HOSTS} customers: p99 {:.2} ms; with a dead one among them {:.2} ms",
        without / 1_000.0,
        with / 1_000.0,
    );
    println!(
        "a dead one among {HOSTS} changes p99 by {:+.1} % (medians of {SLICES} slices each)",
        100.0 * (with / without - 1.0)
    );
}

fn median(mut slices: Vec<u64>) -> f64 {
    slices.sort_unstable();
    slices[slices.len() / 2] as f64
}

/// An even load on a thousand customers, and perhaps one that hangs.
async fn customers(app: &App, dead: bool) -> Came {
    let house = House::open();
    let callbacks = house.callbacks();
    // Nobody accepts there: who connects waits for an answer until its time is over.
    let hanging = TcpListener::bind("127.2.0.1:0").await.expect("a port");
    let at = hanging.local_addr().expect("an address");
    if dead {
        for n in 0..DEAD_BACKLOG {
            house.promise(&callbacks, callback(1_000_000 + n, at));
        }
    }
    let port = app.port;
    let hosts = move |n: u128| SocketAddr::from((address(n % HOSTS), port));
    let came = house
        .even(
            app,
            &callbacks,
            RATE_OF_ALL,
            SLICE_SECONDS,
            hosts,
            dead.then_some(at),
        )
        .await;
    drop(callbacks);
    house.close();
    came
}

/// A data folder with all that callbacks need.
struct House {
    folder: tempfile::TempDir,
    store: Arc<dyn Store>,
    directory: Arc<Directory>,
    writer: Writer,
    metrics: Metrics,
}

impl House {
    /// Beside this program: a temporary folder may lie in memory.
    fn open() -> House {
        let here = std::env::current_exe().expect("a path");
        let folder = tempfile::tempdir_in(here.parent().expect("a folder")).expect("a folder");
        let store: Arc<dyn Store> =
            Arc::new(Sqlite::open(folder.path(), Durability::Full).expect("a store"));
        let account = Account::new(ACCOUNT, "fedcba9876543210", "", Time(0));
        let mut rows = vec![Write::Account(Box::new(account))];
        rows.extend((0..=BURST / PER_CALL).map(|n| Write::Call(Box::new(call(n)))));
        store
            .commit(&rows.iter().collect::<Vec<_>>())
            .expect("room on the disk");
        let directory = Arc::new(Directory::load(&*store).expect("rows"));
        let health = Box::new(|error: Option<&store::StoreError>| {
            assert!(error.is_none(), "the disk: {error:?}");
        });
        let writer = Writer::start(store.clone(), directory.clone(), health).expect("a thread");
        House {
            folder,
            store,
            directory,
            writer,
            metrics: Metrics::new(),
        }
    }

    fn callbacks(&self) -> Callbacks {
        let means = Means {
            client: WebClient::new(Trust::Only(rustls::RootCertStore::empty()), Gate::open()),
            store: self.store.clone(),
            directory: self.directory.clone(),
            writer: self.writer.handle(),
            clock: Clock::start(),
            metrics: self.metrics.clone(),
        };
        Callbacks::start(means, Chance::new(1)).expect("a thread")
    }

    /// Makes them durable as fast as it goes, and says how long each took (microseconds).
    async fn burst(&self, at: SocketAddr) -> Vec<u64> {
        let took = Arc::new(Mutex::new(Vec::new()));
        for n in 0..BURST {
            // As much as the control loop hands over at once.
            while self.writer.handle().waiting() >= limit::SHARD_BATCH_MAX {
                tokio::task::yield_now().await;
            }
            let (took, begun) = (took.clone(), Instant::now());
            let row = Write::Callback(Box::new(callback(n, at)));
            self.writer.handle().write_then(vec![row], move |result| {
                result.expect("room on the disk");
                let mut took = took.lock().unwrap_or_else(PoisonError::into_inner);
                took.push(begun.elapsed().as_micros() as u64);
            });
        }
        while self.writer.handle().waiting() > 0 {
            tokio::task::yield_now().await;
        }
        std::mem::take(&mut *took.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// As call control does it: a row first, then the outbox.
    fn promise(&self, callbacks: &Callbacks, callback: Callback) {
        let sender = callbacks.clone();
        let row = Write::Callback(Box::new(callback.clone()));
        self.writer.handle().write_then(vec![row], move |result| {
            result.expect("room on the disk");
            sender.send(callback);
        });
    }

    /// So many a second, a second of them unmeasured; says how they arrived.
    async fn even(
        &self,
        app: &App,
        callbacks: &Callbacks,
        rate: u64,
        seconds: u64,
        hosts: impl Fn(u128) -> SocketAddr,
        dead: Option<SocketAddr>,
    ) -> Came {
        let (mut n, mut dead_sent) = (0_u64, 0_u64);
        let begun = Instant::now();
        let mut tick = tokio::time::interval(Duration::from_millis(1));
        for second in 0..=seconds {
            if second == 1 {
                app.report().await;
            }
            while begun.elapsed() < Duration::from_secs(second + 1) {
                tick.tick().await;
                let due = begun.elapsed().as_micros() as u64;
                while n < due * rate / 1_000_000 {
                    let at = hosts(u128::from(n));
                    self.promise(callbacks, callback(u128::from(n), at));
                    n += 1;
                }
                while let Some(at) = dead.filter(|_| dead_sent < due * DEAD_RATE / 1_000_000) {
                    self.promise(callbacks, callback(2_000_000 + u128::from(dead_sent), at));
                    dead_sent += 1;
                }
            }
        }
        self.until_told(n).await;
        app.report().await
    }

    async fn until_told(&self, count: u64) {
        while self.metrics.callbacks.with_label_values(&["ok"]).get() < count {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    fn close(self) {
        self.writer.close();
        drop(self.folder);
    }
}

/// The same bodies from kept connections that do nothing else.
async fn bare(app: &App, at: SocketAddr) -> Came {
    let (feed, due) = tokio::sync::mpsc::channel::<Callback>(4_096);
    let (due, sent) = (
        Arc::new(tokio::sync::Mutex::new(due)),
        Arc::new(AtomicU64::new(0)),
    );
    for _ in 0..BARE {
        let stream = TcpStream::connect(at)
            .await
            .expect("the application listens");
        stream.set_nodelay(true).expect("a socket");
        let (mut sender, connection) = http1::handshake::<_, Full<Bytes>>(TokioIo::new(stream))
            .await
            .expect("HTTP");
        tokio::spawn(connection);
        let (due, sent) = (due.clone(), sent.clone());
        tokio::spawn(async move {
            loop {
                let next = due.lock().await.recv().await;
                let Some(callback) = next else { return };
                let request = hyper::Request::post("/told")
                    .header("Host", at.to_string())
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .body(Full::new(Bytes::from(form_body(&callback.parameters))))
                    .expect("a request");
                sender.ready().await.expect("a connection");
                let answer = sender.send_request(request).await.expect("an answer");
                assert_eq!(answer.status(), 204);
                sent.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    let mut n = 0;
    let begun = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_millis(1));
    for second in 0..=SECONDS {
        if second == 1 {
            app.report().await;
        }
        while begun.elapsed() < Duration::from_secs(second + 1) {
            tick.tick().await;
            while n < begun.elapsed().as_micros() as u64 * RATE / 1_000_000 {
                feed.send(callback(u128::from(n), at))
                    .await
                    .expect("a line");
                n += 1;
            }
        }
    }
    while sent.load(Ordering::Relaxed) < n {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    app.report().await
}

/// What an outgoing call's end says, with the moment of its making.
fn callback(n: u128, at: SocketAddr) -> Callback {
    let stamp = micros();
    let parameters = [
        ("CallSid", CallSid(n / PER_CALL).to_string()),
        ("AccountSid", ACCOUNT.to_string()),
        ("From", "+12025550190".to_owned()),
        ("To", "+12025550101".to_owned()),
        ("Caller", "+12025550190".to_owned()),
        ("Called", "+12025550101".to_owned()),
        ("CallStatus", "completed".to_owned()),
        ("Direction", "outbound-api".to_owned()),
        ("ApiVersion", "2010-04-01".to_owned()),
        ("CallbackSource", "call-progress-events".to_owned()),
        ("SequenceNumber", "3".to_owned()),
        ("CallDuration", "49".to_owned()),
        ("Duration", "1".to_owned()),
        ("Timestamp", Time(stamp).rfc2822()),
        ("Stamp", stamp.to_string()),
    ];
    Callback {
        id: CallbackId(n),
        account: ACCOUNT,
        call: CallSid(n / PER_CALL % (BURST / PER_CALL + 1)),
        method: Method::Post,
        url: format!("http://{at}/told"),
        parameters: parameters
            .map(|(name, value)| (name.to_owned(), value))
            .into(),
        made: Time(stamp),
    }
}

fn call(n: u128) -> CallRow {
    CallRow {
        to: Address::parse("+12025550101"),
        from: Address::parse("+12025550190"),
        status: CallStatus::Completed,
        end_time: Some(Time(1)),
        duration_secs: Some(0),
        sip_response_code: Some(200),
        ..CallRow::new(CallSid(n), ACCOUNT, Direction::OutboundApi, Time(1))
    }
}

fn micros() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default().as_micros() as u64
}

/// In milliseconds.
fn percentile(micros: &mut [u64], percent: usize) -> f64 {
    micros.sort_unstable();
    let last = micros.len().saturating_sub(1);
    micros
        .get(last * percent / 100)
        .map_or(0.0, |us| *us as f64 / 1e3)
}

/// The loopback address of a customer.
fn address(n: u128) -> Ipv4Addr {
    Ipv4Addr::new(127, 1, (n / 250) as u8, 1 + (n % 250) as u8)
}

/// The process that plays all customers, ended with this one.
struct App {
    child: Child,
    port: u16,
}

/// How requests arrived since one last asked.
struct Came {
    count: u64,
    p50_us: u64,
    p99_us: u64,
}

impl std::fmt::Display for Came {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (p50, p99) = (self.p50_us as f64 / 1e3, self.p99_us as f64 / 1e3);
        write!(f, "{} came, p50 {p50:.2} ms, p99 {p99:.2} ms", self.count)
    }
}

impl App {
    fn start() -> App {
        let mut child = Command::new(std::env::current_exe().expect("a path"))
            .arg("app")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let mut line = String::new();
        let out = child.stdout.take().expect("a pipe");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let port = line.trim().parse().expect("its port");
        App { child, port }
    }

    async fn report(&self) -> Came {
        let at = (Ipv4Addr::LOCALHOST, self.port);
        let mut stream = TcpStream::connect(at).await.expect("it listens");
        let ask = b"GET /report HTTP/1.1\r\n\r\n";
        stream.write_all(ask).await.expect("it listens");
        let mut line = String::new();
        stream.read_to_string(&mut line).await.expect("an answer");
        let mut words = line
            .split(' ')
            .map(|word| word.trim().parse().expect("a number"));
        let mut next = || words.next().expect("three numbers");
        Came {
            count: next(),
            p50_us: next(),
            p99_us: next(),
        }
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

type Ages = Arc<Mutex<Vec<u64>>>;

/// The process of the customers: says its port, serves until its input ends.
async fn app() {
    let ages = Ages::default();
    let first = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = first.local_addr().expect("an address").port();
    tokio::spawn(serve(first, ages.clone()));
    for n in 0..HOSTS {
        let listener = TcpListener::bind((address(n), port)).await.expect("a port");
        tokio::spawn(serve(listener, ages.clone()));
    }
    println!("{port}");
    std::io::stdout().flush().expect("somebody listens");
    let mut end = Vec::new();
    let _ = tokio::io::stdin().read_to_end(&mut end).await;
}

async fn serve(listener: TcpListener, ages: Ages) {
    while let Ok((stream, _)) = listener.accept().await {
        let ages = ages.clone();
        tokio::spawn(async move {
            // Who goes away is not missed.
            let _ = converse(stream, &ages).await;
        });
    }
}

async fn converse(stream: TcpStream, ages: &Ages) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (reading, mut writing) = stream.into_split();
    let mut reading = tokio::io::BufReader::new(reading);
    let (mut line, mut body) = (String::new(), Vec::new());
    loop {
        let mut length = 0;
        let mut report = false;
        loop {
            line.clear();
            if reading.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            report |= line.starts_with("GET /report");
            let lower = line.to_ascii_lowercase();
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            if line.trim().is_empty() {
                break;
            }
        }
        if report {
            let mut all = std::mem::take(&mut *ages.lock().unwrap_or_else(PoisonError::into_inner));
            all.sort_unstable();
            let at = |percent| all.get(all.len().saturating_sub(1) * percent / 100);
            let (p50, p99) = (at(50).unwrap_or(&0), at(99).unwrap_or(&0));
            let said = format!("{} {p50} {p99}\n", all.len());
            return writing.write_all(said.as_bytes()).await;
        }
        body.resize(length, 0);
        reading.read_exact(&mut body).await?;
        let now = micros();
        let text = String::from_utf8_lossy(&body);
        let stamp = text
            .rsplit("Stamp=")
            .next()
            .and_then(|word| word.parse::<u64>().ok());
        ages.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(now.saturating_sub(stamp.unwrap_or(now)));
        writing
            .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
            .await?;
    }
}
