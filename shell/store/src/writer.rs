//! One thread that makes rows durable: takes what has queued up, commits it in one transaction,
//! then runs each batch's continuation, in order. Nobody else ever waits for the disk.

use crate::write::Subject;
use crate::{Directory, Store, StoreError, Write};
use model::limit;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;

/// What is run on the writer's thread when a batch is durable, or could not be made so.
pub type Then = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// Hears of the store's health: `Some` when commits begin to fail, `None` when they work again.
pub type Health = Box<dyn FnMut(Option<&StoreError>) + Send>;

/// Writes that stand or fall together, and what comes after them.
pub struct Batch {
    /// In the order they are made.
    pub writes: Vec<Write>,
    /// Run afterwards; must not wait for anything.
    pub then: Option<Then>,
}

/// Owns the writing thread.
pub struct Writer {
    handle: WriterHandle,
    thread: JoinHandle<()>,
}

/// Hands batches to the writer; cheap to clone.
#[derive(Clone)]
pub struct WriterHandle {
    queue: Sender<Message>,
    waiting: Arc<AtomicUsize>,
}

enum Message {
    Batch(Batch),
    Close,
}

impl Writer {
    /// Starts the thread. `health` is told once when commits begin to fail and once when they
    /// work again, so that a full disk is one line in the log.
    pub fn start(
        store: Arc<dyn Store>,
        directory: Arc<Directory>,
        health: Health,
    ) -> std::io::Result<Writer> {
        let (queue, batches) = mpsc::channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let handle = WriterHandle {
            queue,
            waiting: Arc::clone(&waiting),
        };
        let mut work = Work {
            store,
            directory,
            waiting,
            health,
            faulty: false,
        };
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || work.run(&batches))?;
        Ok(Writer { handle, thread })
    }

    /// A handle to hand batches to.
    pub fn handle(&self) -> WriterHandle {
        self.handle.clone()
    }

    /// Makes durable what was handed over before, then ends the thread.
    pub fn close(self) {
        // A send fails only if the thread is gone already.
        let _ = self.handle.queue.send(Message::Close);
        let _ = self.thread.join();
    }
}

impl WriterHandle {
    /// Hands a batch over and returns at once. When the queue is full or closed, the continuation
    /// is run here and now with the reason.
    pub fn submit(&self, batch: Batch) {
        if self.waiting.load(Ordering::Relaxed) >= limit::STORE_BATCHES_MAX {
            return batch.end(Err(StoreError::Busy));
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        if let Err(mpsc::SendError(Message::Batch(batch))) = self.queue.send(Message::Batch(batch))
        {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            batch.end(Err(StoreError::Closed));
        }
    }

    /// Hands writes over that nobody waits for.
    pub fn write(&self, writes: Vec<Write>) {
        self.submit(Batch { writes, then: None });
    }

    /// Hands writes over with what comes after them.
    pub fn write_then(
        &self,
        writes: Vec<Write>,
        then: impl FnOnce(Result<(), StoreError>) + Send + 'static,
    ) {
        self.submit(Batch {
            writes,
            then: Some(Box::new(then)),
        });
    }

    /// Batches that are not yet durable.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
}

impl Batch {
    fn end(self, result: Result<(), StoreError>) {
        if let Some(then) = self.then {
            then(result);
        }
    }
}

struct Work {
    store: Arc<dyn Store>,
    directory: Arc<Directory>,
    waiting: Arc<AtomicUsize>,
    health: Health,
    faulty: bool,
}

impl Work {
    fn run(&mut self, batches: &Receiver<Message>) {
        loop {
            let Ok(first) = batches.recv() else { return };
            let mut group = Vec::new();
            let mut closed = false;
            let mut next = Some(first);
            while let Some(message) = next {
                match message {
                    Message::Batch(batch) => group.push(batch),
                    Message::Close => closed = true,
                }
                let full = closed || group.len() >= limit::STORE_GROUP_MAX;
                next = if full { None } else { batches.try_recv().ok() };
            }
            self.commit(group);
            if closed {
                return;
            }
        }
    }

    fn commit(&mut self, group: Vec<Batch>) {
        let count = group.len();
        let result = self.commit_together(group.iter());
        if result.is_ok() || count == 1 {
            group
                .into_iter()
                .for_each(|batch| self.end(batch, result.clone()));
        } else {
            // One bad batch must not take the others with it: each again, on its own.
            for batch in group {
                let result = self.commit_together(std::iter::once(&batch));
                self.end(batch, result);
            }
        }
        self.waiting.fetch_sub(count, Ordering::Relaxed);
    }

    fn commit_together<'a>(
        &self,
        group: impl Iterator<Item = &'a Batch>,
    ) -> Result<(), StoreError> {
        let all: Vec<&Write> = group.flat_map(|batch| &batch.writes).collect();
        // Rows change several times a second while a call is set up: only the last state counts.
        let last: BTreeMap<Subject, &Write> = all
            .iter()
            .filter_map(|write| Some((write.subject()?, *write)))
            .collect();
        let mut made = BTreeSet::new();
        let needed: Vec<&Write> = all
            .into_iter()
            .filter_map(|write| {
                let Some(subject) = write.subject() else {
                    return Some(write);
                };
                let last = last.get(&subject).copied()?;
                // A call's row is made where its first state stood: what is written about the
                // call in between, such as its journal, must find the row.
                let here = matches!(last, Write::Call(_)) || std::ptr::eq(last, write);
                (here && made.insert(subject)).then_some(last)
            })
            .collect();
        if needed.is_empty() {
            Ok(())
        } else {
            self.store.commit(&needed)
        }
    }

    fn end(&mut self, batch: Batch, result: Result<(), StoreError>) {
        match &result {
            Ok(()) => {
                self.directory.follow(&batch.writes);
                if self.faulty {
                    self.faulty = false;
                    (self.health)(None);
                }
            }
            Err(StoreError::Conflict(_)) => {}
            Err(error) => {
                if !self.faulty {
                    self.faulty = true;
                    (self.health)(Some(error));
                }
            }
        }
        batch.end(result);
    }
}
