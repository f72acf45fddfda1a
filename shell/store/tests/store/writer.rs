//! The writer: durable before told, in order, one bad batch alone, faults told once.

use crate::sample::*;
use model::*;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use store::*;

#[test]
fn what_is_told_is_durable_and_told_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    let (writer, _) = crate::live::writer(&store);
    let (told, hear) = channel();
    for n in 1..=500_u128 {
        let (told, store) = (told.clone(), Arc::clone(&store));
        let row = Write::Call(Box::new(call(n, 10)));
        writer.handle().write_then(vec![row], move |result| {
            result.unwrap();
            let there = store.call(ACCOUNT, CallSid(n)).unwrap().is_some();
            told.send((n, there)).unwrap();
        });
    }
    let order: Vec<_> = hear.iter().take(500).collect();
    assert!(order.iter().all(|(_, there)| *there));
    assert!(order.iter().map(|(n, _)| *n).eq(1..=500));
    writer.close();
}

#[test]
fn close_makes_durable_what_was_handed_over_and_refuses_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    let (writer, _) = crate::live::writer(&store);
    let handle = writer.handle();
    for n in 1..=100 {
        handle.write(vec![Write::Call(Box::new(call(n, 10)))]);
    }
    writer.close();
    assert_eq!(store.unfinished_calls().unwrap().len(), 100);
    let (told, hear) = channel();
    handle.write_then(vec![], move |result| told.send(result).unwrap());
    assert_eq!(hear.recv().unwrap(), Err(StoreError::Closed));
}

#[test]
fn the_directory_follows_and_a_conflict_fails_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    let (writer, directory) = crate::live::writer(&store);
    let results = Arc::new(Mutex::new(Vec::new()));
    let submit = |name: &'static str, writes: Vec<Write>| {
        let results = Arc::clone(&results);
        writer.handle().write_then(writes, move |result| {
            results.lock().unwrap().push((name, result.is_ok()));
        });
    };
    submit("account", vec![Write::Account(Box::new(account()))]);
    submit(
        "number",
        vec![Write::Number(Box::new(number(1, "+12025550190")))],
    );
    submit(
        "twin",
        vec![Write::Number(Box::new(number(2, "+12025550190")))],
    );
    submit("call", vec![Write::Call(Box::new(call(1, 10)))]);
    submit(
        "moved",
        vec![Write::Number(Box::new(number(1, "+12025550191")))],
    );
    writer.close();
    let results = results.lock().unwrap().clone();
    let wanted = [
        ("account", true),
        ("number", true),
        ("twin", false),
        ("call", true),
        ("moved", true),
    ];
    assert_eq!(results, wanted);
    assert!(directory.number("+12025550190").is_none());
    assert_eq!(
        directory.number("+12025550191").map(|number| number.sid),
        Some(NumberSid(1))
    );
    assert_eq!(
        directory.default_account().map(|account| account.sid),
        Some(ACCOUNT)
    );
    assert!(store.call(ACCOUNT, CallSid(1)).unwrap().is_some());
    // What it holds is what the store would load.
    assert_eq!(
        Directory::load(store.as_ref()).unwrap().numbers(),
        directory.numbers()
    );
}

#[test]
fn what_is_told_of_a_call_between_two_states_of_its_row_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    let (writer, _) = crate::live::writer(&store);
    let ringing = CallRow {
        status: CallStatus::Ringing,
        ..call(1, 10)
    };
    let answered = CallRow {
        status: CallStatus::InProgress,
        ..call(1, 10)
    };
    // One commit, as when the disk is slow: a call comes in, its document is brought, it answers.
    writer.handle().write(vec![
        Write::Call(Box::new(ringing)),
        Write::WebEvent(Box::new(web_event(1, 11))),
        Write::Call(Box::new(answered)),
        Write::WebEvent(Box::new(web_event(1, 12))),
    ]);
    // And one that is deleted at once leaves nothing.
    writer.handle().write(vec![
        Write::Call(Box::new(call(2, 10))),
        Write::WebEvent(Box::new(web_event(2, 11))),
        Write::DeleteCall(CallSid(2)),
    ]);
    writer.close();
    let row = store.call(ACCOUNT, CallSid(1)).unwrap().unwrap();
    assert_eq!(row.status, CallStatus::InProgress);
    let kept = store
        .web_events(ACCOUNT, CallSid(1), &crate::suite::first(10))
        .unwrap();
    assert_eq!(kept.rows, [web_event(1, 11), web_event(1, 12)]);
    assert!(store.call(ACCOUNT, CallSid(2)).unwrap().is_none());
    let none = store
        .web_events(ACCOUNT, CallSid(2), &crate::suite::first(10))
        .unwrap();
    assert!(none.rows.is_empty());
}

/// A store whose disk can fail or hang.
struct Faulty {
    inner: Arc<Sqlite>,
    broken: AtomicBool,
    commits: AtomicUsize,
    /// The most calls that one commit took away.
    deleted_most: AtomicUsize,
    gate: Mutex<Option<Receiver<()>>>,
}

impl Faulty {
    fn new(inner: Arc<Sqlite>) -> Faulty {
        let (broken, commits) = (AtomicBool::new(false), AtomicUsize::new(0));
        Faulty {
            inner,
            broken,
            commits,
            deleted_most: AtomicUsize::new(0),
            gate: Mutex::new(None),
        }
    }
}

impl Store for Faulty {
    fn commit(&self, writes: &[&Write]) -> Result<(), StoreError> {
        self.commits.fetch_add(1, Ordering::SeqCst);
        let deleted = writes
            .iter()
            .filter(|write| matches!(write, Write::DeleteCall(_)));
        self.deleted_most
            .fetch_max(deleted.count(), Ordering::SeqCst);
        let gate = self.gate.lock().expect("no test panics with it").take();
        if let Some(gate) = gate {
            gate.recv().expect("the test opens the gate");
        }
        if self.broken.load(Ordering::SeqCst) {
            return Err(StoreError::Full);
        }
        self.inner.commit(writes)
    }
    fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.inner.accounts()
    }
    fn keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        self.inner.keys()
    }
    fn all_numbers(&self) -> Result<Vec<Number>, StoreError> {
        self.inner.all_numbers()
    }
    fn number(&self, a: AccountSid, s: NumberSid) -> Result<Option<Number>, StoreError> {
        self.inner.number(a, s)
    }
    fn numbers(
        &self,
        a: AccountSid,
        f: &NumberFilter,
        p: &PageAsk,
    ) -> Result<Page<Number>, StoreError> {
        self.inner.numbers(a, f, p)
    }
    fn all_applications(&self) -> Result<Vec<Application>, StoreError> {
        self.inner.all_applications()
    }
    fn application(
        &self,
        a: AccountSid,
        s: ApplicationSid,
    ) -> Result<Option<Application>, StoreError> {
        self.inner.application(a, s)
    }
    fn applications(
        &self,
        a: AccountSid,
        n: Option<&str>,
        p: &PageAsk,
    ) -> Result<Page<Application>, StoreError> {
        self.inner.applications(a, n, p)
    }
    fn all_caller_ids(&self) -> Result<Vec<OutgoingCallerId>, StoreError> {
        self.inner.all_caller_ids()
    }
    fn caller_id(
        &self,
        a: AccountSid,
        s: NumberSid,
    ) -> Result<Option<OutgoingCallerId>, StoreError> {
        self.inner.caller_id(a, s)
    }
    fn caller_ids(
        &self,
        a: AccountSid,
        f: &CallerIdFilter,
        p: &PageAsk,
    ) -> Result<Page<OutgoingCallerId>, StoreError> {
        self.inner.caller_ids(a, f, p)
    }
    fn call(&self, a: AccountSid, s: CallSid) -> Result<Option<CallRow>, StoreError> {
        self.inner.call(a, s)
    }
    fn calls(
        &self,
        a: AccountSid,
        f: &CallFilter,
        p: &PageAsk,
    ) -> Result<Page<CallRow>, StoreError> {
        self.inner.calls(a, f, p)
    }
    fn waiting_calls(&self, after: Option<u64>) -> Result<Vec<(CallRow, WaitingCall)>, StoreError> {
        self.inner.waiting_calls(after)
    }
    fn unfinished_calls(&self) -> Result<Vec<CallRow>, StoreError> {
        self.inner.unfinished_calls()
    }
    fn recording(
        &self,
        a: AccountSid,
        s: RecordingSid,
    ) -> Result<Option<RecordingRow>, StoreError> {
        self.inner.recording(a, s)
    }
    fn recordings(
        &self,
        a: AccountSid,
        f: &RecordingFilter,
        p: &PageAsk,
    ) -> Result<Page<RecordingRow>, StoreError> {
        self.inner.recordings(a, f, p)
    }
    fn unfinished_recordings(&self) -> Result<Vec<RecordingRow>, StoreError> {
        self.inner.unfinished_recordings()
    }
    fn deleted_recordings(&self, b: Time, n: u32) -> Result<Vec<RecordingSid>, StoreError> {
        self.inner.deleted_recordings(b, n)
    }
    fn notification(
        &self,
        a: AccountSid,
        s: NotificationSid,
    ) -> Result<Option<NotificationRow>, StoreError> {
        self.inner.notification(a, s)
    }
    fn notifications(
        &self,
        a: AccountSid,
        f: &NotificationFilter,
        p: &PageAsk,
    ) -> Result<Page<NotificationRow>, StoreError> {
        self.inner.notifications(a, f, p)
    }
    fn web_events(
        &self,
        a: AccountSid,
        c: CallSid,
        p: &PageAsk,
    ) -> Result<Page<WebEventRow>, StoreError> {
        self.inner.web_events(a, c, p)
    }
    fn story(&self, call: CallSid) -> Result<Vec<(CallSid, String)>, StoreError> {
        self.inner.story(call)
    }
    fn journal(&self, a: AccountSid, p: &PageAsk) -> Result<Page<Journaled>, StoreError> {
        self.inner.journal(a, p)
    }
    fn webhook(&self, a: AccountSid, sid: WebhookSid) -> Result<Option<WebhookRow>, StoreError> {
        self.inner.webhook(a, sid)
    }
    fn webhooks(
        &self,
        a: AccountSid,
        f: &WebhookFilter,
        p: &PageAsk,
    ) -> Result<Page<WebhookPlaced>, StoreError> {
        self.inner.webhooks(a, f, p)
    }
    fn expired_webhooks(
        &self,
        a: AccountSid,
        t: Time,
        most: u32,
    ) -> Result<Vec<Write>, StoreError> {
        self.inner.expired_webhooks(a, t, most)
    }
    fn expired(&self, a: AccountSid, t: Time, most: u32) -> Result<Vec<Write>, StoreError> {
        self.inner.expired(a, t, most)
    }
    fn pending_callbacks(&self, host: &str, most: usize) -> Result<Vec<Callback>, StoreError> {
        self.inner.pending_callbacks(host, most)
    }
    fn callback_hosts(
        &self,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, u64)>, StoreError> {
        self.inner.callback_hosts(after, most)
    }
}

#[test]
fn a_full_disk_is_told_to_each_asker_and_once_to_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let faulty = Arc::new(Faulty::new(open(folder.path(), Durability::Normal)));
    let log = Arc::new(Mutex::new(Vec::new()));
    let line = Arc::clone(&log);
    let health =
        Box::new(move |fault: Option<&StoreError>| line.lock().unwrap().push(fault.cloned()));
    let store: Arc<dyn Store> = Arc::clone(&faulty) as Arc<dyn Store>;
    let writer = Writer::start(store, Arc::new(Directory::default()), health).unwrap();
    let write = |n: u128| {
        let (told, hear) = channel();
        let row = Write::Call(Box::new(call(n, 10)));
        writer
            .handle()
            .write_then(vec![row], move |result| told.send(result).unwrap());
        hear.recv().unwrap()
    };
    assert_eq!(write(1), Ok(()));
    faulty.broken.store(true, Ordering::SeqCst);
    assert_eq!(write(2), Err(StoreError::Full));
    assert_eq!(write(3), Err(StoreError::Full));
    faulty.broken.store(false, Ordering::SeqCst);
    assert_eq!(write(4), Ok(()));
    assert_eq!(*log.lock().unwrap(), [Some(StoreError::Full), None]);
    assert!(faulty.inner.call(ACCOUNT, CallSid(2)).unwrap().is_none());
    writer.close();
}

#[test]
fn while_the_disk_hangs_batches_wait_together_and_the_queue_has_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let faulty = Arc::new(Faulty::new(open(folder.path(), Durability::Normal)));
    let (open_gate, gate) = channel();
    *faulty.gate.lock().unwrap() = Some(gate);
    let store: Arc<dyn Store> = Arc::clone(&faulty) as Arc<dyn Store>;
    let directory = Arc::new(Directory::default());
    let writer = Writer::start(store, directory, Box::new(|_| {})).unwrap();
    let handle = writer.handle();
    handle.write(vec![Write::Call(Box::new(call(1, 10)))]);
    while faulty.commits.load(Ordering::SeqCst) == 0 {
        std::thread::yield_now();
    }
    // One hangs in the commit; these wait behind it, all about one call.
    for n in 1..limit::STORE_BATCHES_MAX {
        let row = CallRow {
            duration_secs: Some(n as u32),
            ..call(2, 10)
        };
        handle.write(vec![Write::Call(Box::new(row))]);
    }
    assert_eq!(handle.waiting(), limit::STORE_BATCHES_MAX);
    let (told, hear) = channel();
    handle.write_then(vec![], move |result| told.send(result).unwrap());
    assert_eq!(hear.recv().unwrap(), Err(StoreError::Busy));
    open_gate.send(()).unwrap();
    writer.close();
    let groups = limit::STORE_BATCHES_MAX.div_ceil(limit::STORE_GROUP_MAX) + 1;
    assert!(faulty.commits.load(Ordering::SeqCst) <= groups);
    let row = faulty.inner.call(ACCOUNT, CallSid(2)).unwrap().unwrap();
    assert_eq!(row.duration_secs, Some(limit::STORE_BATCHES_MAX as u32 - 1));
    assert_eq!(handle.waiting(), 0);
}

/// Twenty thousand old calls go while new ones come: no commit takes away more than a portion, so
/// whoever creates a call waits for one at most, and none of the new ones is lost.
#[test]
fn old_calls_go_in_small_portions_while_new_ones_come() {
    let folder = tempfile::tempdir().unwrap();
    let old = (0..20_000_u64).map(|n| ended_call(u128::from(n), n / 100));
    assert_eq!(import_calls(folder.path(), old), Ok(20_000));
    let faulty = Arc::new(Faulty::new(open(folder.path(), Durability::Normal)));
    let store: Arc<dyn Store> = Arc::clone(&faulty) as Arc<dyn Store>;
    let writer = Writer::start(
        Arc::clone(&store),
        Arc::new(Directory::default()),
        Box::new(|_| {}),
    )
    .unwrap();
    let now = Time::from_secs(1_000_000);
    let done = AtomicBool::new(false);
    let made = std::thread::scope(|scope| {
        let (handle, done) = (writer.handle(), &done);
        let creating = scope.spawn(move || {
            let mut made = 0_u128;
            while !done.load(Ordering::SeqCst) {
                made += 1;
                let row = Write::Call(Box::new(call(1 << 64 | made, 1_000_001)));
                let (told, hear) = channel();
                handle.write_then(vec![row], move |result| told.send(result).unwrap());
                assert_eq!(hear.recv().unwrap(), Ok(()));
            }
            made
        });
        let handle = writer.handle();
        loop {
            let portion = store.expired(ACCOUNT, now, limit::PURGE_ROWS_MAX).unwrap();
            if portion.is_empty() {
                break;
            }
            let (told, hear) = channel();
            handle.write_then(portion, move |result| told.send(result).unwrap());
            assert_eq!(hear.recv().unwrap(), Ok(()));
        }
        done.store(true, Ordering::SeqCst);
        creating.join().unwrap()
    });
    writer.close();
    let most = faulty.deleted_most.load(Ordering::SeqCst);
    assert_eq!(most, limit::PURGE_ROWS_MAX as usize);
    let left = store.unfinished_calls().unwrap().len() as u128;
    assert_eq!(left, made);
    assert!(made > 20, "creates went on: {made}");
    let page = PageAsk {
        size: 1,
        start: Start::Skip(made as u64),
    };
    let rest = store.calls(ACCOUNT, &CallFilter::default(), &page).unwrap();
    assert_eq!(rest.rows, [], "no old call is left");
}
