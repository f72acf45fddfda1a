//! Sends callbacks that the store has made durable, and marks them as over.
//!
//! Which callback is attempted when is decided by the outbox; here its steps are carried out: one
//! task begins the attempts in order and leaves each to a task of its own, one thread reads, and a
//! timer wakes the outbox.

use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::webhook::{Delivered, Undelivered, WebClient};
use model::call::NotificationLevel;
use model::web_event::without_password;
use model::{
    Callback, CallbackId, Chance, ErrorCode, NotificationRow, NotificationSid, Time, WebAnswer,
    WebEventRow, limit,
};
use outbox::{Bounds, Outbox, Outcome, Step};
use std::future::{Future, poll_fn};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Poll;
use std::time::{Duration, Instant};
use store::{Directory, Store, StoreError, Write, WriterHandle};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Notify, oneshot};

/// What sending needs.
pub struct Means {
    /// Asks the applications.
    pub client: WebClient,
    /// Has the rows of those that wait.
    pub store: Arc<dyn Store>,
    /// Knows the accounts.
    pub directory: Arc<Directory>,
    /// Marks what is over.
    pub writer: WriterHandle,
    /// Tells the time.
    pub clock: Clock,
    /// Counts.
    pub metrics: Metrics,
}

/// Takes durable callbacks. Clones feed the same outbox.
#[derive(Clone)]
pub struct Callbacks(Arc<Sender>);

struct Sender {
    means: Means,
    state: Mutex<State>,
    /// Rung when the next timeout is another one.
    alarm: Arc<Notify>,
    /// Rung when an attempt is over, and when there is nothing to begin.
    over: Notify,
    reads: mpsc::Sender<Step>,
    /// Holds no more than may be under way at once.
    starts: UnboundedSender<Callback>,
    runtime: Handle,
}

struct State {
    outbox: Outbox,
    chance: Chance,
    /// What the timer waits for.
    timeout: Option<Time>,
    /// Tasks that attempt or mark.
    tasks: usize,
    /// Over, and the store could not be told so yet.
    unmarked: Vec<CallbackId>,
    /// Nothing is begun any more.
    closed: bool,
}

impl Callbacks {
    /// Begins to send, with what the store holds from an earlier life. Must be called within the
    /// runtime.
    pub fn start(means: Means, mut chance: Chance) -> std::io::Result<Callbacks> {
        let (reads, asked) = mpsc::channel();
        let (starts, due) = unbounded_channel();
        let store = Arc::clone(&means.store);
        let state = State {
            outbox: Outbox::new(Bounds::PLATFORM, chance.fork()),
            chance,
            timeout: None,
            tasks: 0,
            unmarked: Vec::new(),
            closed: false,
        };
        let sender = Arc::new(Sender {
            means,
            state: Mutex::new(state),
            alarm: Arc::default(),
            over: Notify::new(),
            reads,
            starts,
            runtime: Handle::current(),
        });
        let weak = Arc::downgrade(&sender);
        std::thread::Builder::new()
            .name("callback-reader".to_owned())
            .spawn(move || read(&*store, &asked, &weak))?;
        tokio::spawn(wake(
            Arc::downgrade(&sender),
            Arc::clone(&sender.alarm),
            sender.means.clock,
        ));
        tokio::spawn(begin(Arc::downgrade(&sender), due));
        sender.turn(|_, _| ());
        Ok(Callbacks(sender))
    }

    /// Takes a callback that has just become a row of the store.
    pub fn send(&self, callback: Callback) {
        self.0.turn(|state, now| state.outbox.add(now, callback));
    }

    /// Takes a callback that could not be made a row: it is told as long as this process lives.
    pub fn send_unstored(&self, callback: Callback) {
        let call = callback.call;
        let kept = self
            .0
            .turn(|state, now| state.outbox.add_unstored(now, callback));
        if !kept {
            self.0.means.metrics.callback_lost();
            tracing::warn!(%call, "no room for a callback that the disk did not take: it is lost");
        }
    }

    /// Lets what has been handed over be told, for a bounded time; what isn't over then waits for
    /// the next start.
    pub async fn stop(&self) {
        let (told, hear) = oneshot::channel();
        // Behind every batch whose callbacks are still to come.
        self.0.means.writer.write_then(Vec::new(), move |_| {
            let _ = told.send(());
        });
        let _ = hear.await;
        let half = Duration::from_millis(limit::CALLBACKS_STOP_MS / 2);
        // What the store is being asked for counts: its attempt comes next.
        let idle = self
            .0
            .until(|state| state.tasks == 0 && state.outbox.is_idle());
        let _ = tokio::time::timeout(half, idle).await;
        self.0.state().closed = true;
        let quiet = self.0.until(|state| state.tasks == 0);
        let _ = tokio::time::timeout(half, quiet).await;
    }
}

impl Sender {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the outbox, and carries out what follows. Takes microseconds, waits for nothing.
    fn turn<T>(self: &Arc<Self>, change: impl FnOnce(&mut State, Time) -> T) -> T {
        let mut state = self.state();
        let result = change(&mut state, self.means.clock.now());
        for step in state.outbox.steps() {
            match step {
                // Its row stays, and brings it back.
                Step::Start(_) if state.closed => {}
                Step::Start(callback) => {
                    state.tasks += 1;
                    // Task and thread live as long as their sender does.
                    drop(self.starts.send(callback));
                }
                read => drop(self.reads.send(read)),
            }
        }
        let metrics = &self.means.metrics;
        let waiting = i64::try_from(state.outbox.waiting()).unwrap_or(i64::MAX);
        metrics.callbacks_waiting.set(waiting);
        metrics
            .callbacks_under_way
            .set(state.outbox.under_way() as i64);
        metrics.callback_hosts_held.set(state.outbox.held() as i64);
        let timeout = state.outbox.next_timeout();
        if timeout != state.timeout {
            state.timeout = timeout;
            self.alarm.notify_one();
        }
        if state.outbox.is_idle() {
            self.over.notify_waiters();
        }
        result
    }

    /// Until this is so.
    async fn until(&self, is_so: impl Fn(&State) -> bool) {
        loop {
            let over = self.over.notified();
            if is_so(&self.state()) {
                return;
            }
            over.await;
        }
    }

    async fn attempt(self: &Arc<Self>, callback: Callback) {
        let Means {
            client,
            directory,
            clock,
            metrics,
            ..
        } = &self.means;
        let (started, date) = (Instant::now(), clock.now());
        let waited = Duration::from_micros(date.since(callback.made).0);
        metrics.callback_wait_seconds.observe(waited.as_secs_f64());
        // A promise is kept whatever has become of the account since: one that is suspended or
        // closed keeps its row and its token, and whoever reads the ends of its last calls is its
        // owner. So it is with a call whose row was deleted: only its journal is gone.
        let Some(account) = directory.account(callback.account) else {
            tracing::error!(account = %callback.account, "a callback of an account that is not");
            return self.end(callback.id, Outcome::Neither, Vec::new());
        };
        let delivered = client.deliver(&callback, &account, date).await;
        let Delivered { outcome, webhooks } = delivered;
        let counted = outcome.as_ref().map(|_| ()).map_err(|fault| fault.code);
        metrics.callback(counted, started.elapsed());
        let answer = match &outcome {
            Ok(answer) => Some(answer),
            Err(fault) => fault.answer.as_ref(),
        };
        let took = started.elapsed().as_millis();
        let event = journaled(&callback, answer, date, took);
        let mut writes = vec![Write::WebEvent(Box::new(event))];
        writes.extend(
            webhooks
                .into_iter()
                .map(|row| Write::Webhook(Box::new(row))),
        );
        if let Err(fault) = &outcome {
            tracing::info!(call = %callback.call, code = %fault.code, "callback not accepted");
            let row = self.notification(&callback, fault);
            writes.push(Write::Notification(Box::new(row)));
        }
        self.end(callback.id, of_host(&outcome), writes);
    }

    /// An attempt is over, and final as soon as that is durable.
    fn end(self: &Arc<Self>, id: CallbackId, outcome: Outcome, mut writes: Vec<Write>) {
        self.turn(|state, now| state.outbox.attempted(now, id, outcome));
        writes.insert(0, Write::CallbackDone(id));
        let sender = Arc::clone(self);
        self.means
            .writer
            .write_then(writes, move |result| sender.marked(vec![id], result));
    }

    /// Runs on the writer's thread.
    fn marked(self: &Arc<Self>, ids: Vec<CallbackId>, result: Result<(), StoreError>) {
        match result {
            Ok(()) => self.turn(|state, now| {
                for id in ids {
                    state.outbox.recorded(now, id);
                }
            }),
            // The rows bring them back at the next start: once too often rather than never.
            Err(StoreError::Closed) => {}
            Err(_) => {
                let mut state = self.state();
                let first = state.unmarked.is_empty();
                state.unmarked.extend(ids);
                drop(state);
                if first {
                    let sender = Arc::clone(self);
                    self.runtime.spawn(async move { sender.mark_again().await });
                }
            }
        }
    }

    /// Tells the store once more what it could not take, all of it together.
    async fn mark_again(self: &Arc<Self>) {
        tokio::time::sleep(Duration::from_millis(limit::CALLBACK_REREAD_MS)).await;
        let ids = std::mem::take(&mut self.state().unmarked);
        let writes = ids.iter().copied().map(Write::CallbackDone).collect();
        let sender = Arc::clone(self);
        self.means
            .writer
            .write_then(writes, move |result| sender.marked(ids, result));
    }

    /// What the customer sees. An answer that isn't 2xx is a warning (15003).
    ///
    /// Unconfirmed: which number a callback has that got no answer at all. It has its own of the
    /// 112xx, as an error, like a document that could not be had: it says what to mend, and
    /// 15003 is defined by an answer that there is none of.
    fn notification(&self, callback: &Callback, fault: &Undelivered) -> NotificationRow {
        let level = if fault.code == ErrorCode::CALLBACK_FAILED {
            NotificationLevel::Warning
        } else {
            NotificationLevel::Error
        };
        NotificationRow {
            sid: NotificationSid::draw(&mut self.state().chance),
            account: callback.account,
            call: callback.call,
            level,
            code: fault.code.0,
            text: fault.text.clone(),
            request_method: Some(callback.method),
            request_url: Some(without_password(&callback.url)),
            date: self.means.clock.now(),
        }
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        // The timer finds nobody to wake and ends.
        self.alarm.notify_one();
    }
}

/// Begins attempts in order. Each is polled here first, until it has handed its request to a
/// connection or begun to make one: a scheduler may run tasks in any order.
async fn begin(sender: Weak<Sender>, mut due: UnboundedReceiver<Callback>) {
    while let Some(callback) = due.recv().await {
        let Some(sender) = sender.upgrade() else {
            return;
        };
        let mut attempt = Box::pin(async move {
            sender.attempt(callback).await;
            sender.state().tasks -= 1;
            sender.over.notify_waiters();
        });
        let first = poll_fn(|context| Poll::Ready(attempt.as_mut().poll(context).is_ready()));
        let over = tokio::task::unconstrained(first).await;
        if !over {
            tokio::spawn(attempt);
        }
    }
}

/// What an answer of the store changes.
type Change = Box<dyn FnOnce(&mut Outbox, Time)>;

/// The reading thread: the store's answers, one after the other.
fn read(store: &dyn Store, asked: &mpsc::Receiver<Step>, sender: &Weak<Sender>) {
    while let Ok(step) = asked.recv() {
        let change: Result<Change, StoreError> = match step {
            Step::Read { host, most } => store
                .pending_callbacks(&host, most)
                .map(|rows| Box::new(move |outbox: &mut Outbox, now| outbox.rows(now, rows)) as _),
            Step::List { after, most } => {
                store.callback_hosts(after.as_deref(), most).map(|hosts| {
                    Box::new(move |outbox: &mut Outbox, now| outbox.hosts(now, hosts)) as _
                })
            }
            Step::Start(_) => continue,
        };
        let Some(sender) = sender.upgrade() else {
            return;
        };
        match change {
            Ok(change) => sender.turn(|state, now| change(&mut state.outbox, now)),
            Err(error) => {
                tracing::warn!(%error, "waiting callbacks can't be read");
                sender.turn(|state, now| state.outbox.unread(now));
            }
        }
    }
}

/// The timer.
async fn wake(sender: Weak<Sender>, alarm: Arc<Notify>, clock: Clock) {
    loop {
        let timeout = match sender.upgrade() {
            Some(sender) => sender.state().timeout,
            None => return,
        };
        let Some(timeout) = timeout else {
            alarm.notified().await;
            continue;
        };
        tokio::select! {
            () = tokio::time::sleep_until(clock.instant(timeout).into()) => {
                if let Some(sender) = sender.upgrade() {
                    sender.turn(|state, now| state.outbox.tick(now));
                }
            }
            () = alarm.notified() => {}
        }
    }
}

/// What the outcome says of the host.
fn of_host(outcome: &Result<WebAnswer, Undelivered>) -> Outcome {
    let Err(fault) = outcome else {
        return Outcome::Arrived;
    };
    if fault.answer.is_some() {
        return Outcome::Arrived;
    }
    if fault.forbidden {
        return Outcome::Neither;
    }
    match fault.code {
        ErrorCode::PROTOCOL_VIOLATION | ErrorCode::REDIRECTS => Outcome::Arrived,
        ErrorCode::BAD_HOST
        | ErrorCode::CONNECT_TIMEOUT
        | ErrorCode::CONNECT_REFUSED
        | ErrorCode::CONNECTION_FAILURE
        | ErrorCode::TOTAL_TIMEOUT
        | ErrorCode::TLS_HANDSHAKE
        | ErrorCode::CERTIFICATE_NAME
        | ErrorCode::CERTIFICATE_EXPIRED
        | ErrorCode::CERTIFICATE_UNTRUSTED => Outcome::Failed,
        _ => Outcome::Neither,
    }
}

/// A callback as the journal keeps it, beside the documents that were asked for.
fn journaled(
    callback: &Callback,
    answer: Option<&WebAnswer>,
    date: Time,
    took_ms: u128,
) -> WebEventRow {
    let event = WebEventRow {
        account: callback.account,
        call: callback.call,
        method: callback.method,
        url: callback.url.clone(),
        parameters: callback.parameters.clone(),
        response_code: None,
        content_type: None,
        response_body: None,
        duration_ms: u64::try_from(took_ms).unwrap_or(u64::MAX),
        date,
    };
    let event = match answer {
        Some(answer) => event.answered(answer),
        None => event,
    };
    event.kept()
}

#[cfg(test)]
mod tests;
