//! What happens now, told to whoever follows it.
//!
//! The control loop hands its news over and goes on: the inbox is bounded, and what finds no room
//! there is missing in the streams, which say so. News stand behind the rows of their batch, as
//! replies and callbacks do: who hears that a call has ended finds it ended.

mod event;
mod hub;
mod stream;

pub use event::{Change, News, Rung};
pub(crate) use event::{End, LAST, Lack, Said};
pub(crate) use hub::{After, Family, Refused, Wish};
pub(crate) use stream::Stream;

use hub::{Hub, Opened};
use model::{AccountSid, CallSid, Time, limit};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use store::Store;
use tokio::sync::{mpsc, oneshot};

/// How often what is old is forgotten.
const SWEEP: Duration = Duration::from_secs(1);
/// Calls that are looked up at each sweep after news were lost.
const DOUBTS: usize = 500;

/// How patient streams are.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// A stream that has nothing to tell says so this often.
    pub beat: Duration,
    /// A reader that takes nothing for so long is cut off.
    pub stall: Duration,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            beat: Duration::from_millis(limit::STREAM_BEAT_MS),
            stall: Duration::from_millis(limit::STREAM_STALL_MS),
        }
    }
}

/// Where news are handed over. Cheap to clone.
#[derive(Clone)]
pub struct Live {
    inbox: mpsc::Sender<Message>,
    shared: Arc<Shared>,
}

struct Shared {
    pace: Pace,
    /// The last batch whose rows are durable, or will never be.
    durable: AtomicU64,
    /// Whether news were lost since somebody looked.
    lost: AtomicBool,
    /// Streams that are open.
    readers: AtomicUsize,
}

enum Message {
    News { batch: u64, news: Vec<News> },
    Durable,
    Open(Wish, oneshot::Sender<Result<Opened, Refused>>),
    Stop,
}

impl Live {
    /// Begins, on the runtime in which this is called.
    pub fn start(
        store: Arc<dyn Store>,
        clock: Arc<dyn Fn() -> Time + Send + Sync>,
        pace: Pace,
    ) -> Live {
        let (inbox, messages) = mpsc::channel(limit::STREAM_INBOX_MAX);
        let shared = Arc::new(Shared {
            pace,
            durable: AtomicU64::new(0),
            lost: AtomicBool::new(false),
            readers: AtomicUsize::new(0),
        });
        let teller = Teller {
            hub: Hub::default(),
            store,
            clock,
            shared: Arc::clone(&shared),
            held: VecDeque::new(),
            doubts: Vec::new(),
        };
        tokio::spawn(teller.run(messages));
        Live { inbox, shared }
    }

    /// Hands over what has happened, in order. It is told once `durable` has been called for this
    /// batch or a later one; batch 0 waits for nothing. Never waits.
    pub fn tell(&self, batch: u64, news: Vec<News>) {
        if self.inbox.try_send(Message::News { batch, news }).is_err() {
            self.shared.lost.store(true, Ordering::Relaxed);
        }
    }

    /// The rows of this batch, and of those before it, are written, or could not be.
    pub fn durable(&self, batch: u64) {
        self.shared.durable.fetch_max(batch, Ordering::Release);
        // With a full inbox nobody has to be woken.
        let _ = self.inbox.try_send(Message::Durable);
    }

    /// Ends every stream, with a word, and begins no more.
    pub async fn stop(&self) {
        // Nobody is there any more if the runtime ends.
        let _ = self.inbox.send(Message::Stop).await;
    }

    /// Streams that are open, as of a moment ago.
    pub fn readers(&self) -> usize {
        self.shared.readers.load(Ordering::Relaxed)
    }

    /// Begins a stream.
    pub(crate) async fn open(&self, wish: Wish) -> Result<Opened, Refused> {
        let (sender, answer) = oneshot::channel();
        let asked = self.inbox.send(Message::Open(wish, sender)).await;
        asked.map_err(|_| Refused::Stopped)?;
        answer.await.unwrap_or(Err(Refused::Stopped))
    }

    pub(crate) fn pace(&self) -> Pace {
        self.shared.pace
    }
}

/// The task that owns the hub.
struct Teller {
    hub: Hub,
    store: Arc<dyn Store>,
    clock: Arc<dyn Fn() -> Time + Send + Sync>,
    shared: Arc<Shared>,
    /// News that wait for their batch.
    held: VecDeque<(u64, News)>,
    /// Calls that may have ended unheard.
    doubts: Vec<(AccountSid, CallSid)>,
}

impl Teller {
    async fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        let mut sweep = tokio::time::interval(SWEEP);
        loop {
            tokio::select! {
                message = messages.recv() => match message {
                    Some(message) => self.take(message),
                    None => return,
                },
                _ = sweep.tick() => self.sweep().await,
            }
            self.shared
                .readers
                .store(self.hub.readers(), Ordering::Relaxed);
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::News { batch, news } => {
                self.held.extend(news.into_iter().map(|news| (batch, news)));
            }
            Message::Durable => {}
            Message::Open(wish, answer) => {
                self.release();
                // The asker may have gone; then its queue is closed, and swept away.
                let _ = answer.send(self.hub.open(self.now(), &wish));
            }
            Message::Stop => self.hub.stop(),
        }
        self.release();
    }

    /// Tells what may be told. A store that hangs doesn't let news heap up without end.
    fn release(&mut self) {
        let now = self.now();
        let durable = self.shared.durable.load(Ordering::Acquire);
        while let Some((batch, _)) = self.held.front()
            && (*batch <= durable || self.held.len() > limit::STREAM_HELD_MAX)
        {
            if let Some((_, news)) = self.held.pop_front() {
                self.hub.take(now, news);
            }
        }
    }

    async fn sweep(&mut self) {
        let now = self.now();
        if self.shared.lost.swap(false, Ordering::Relaxed) {
            self.hub.lost(now);
            self.doubts = self.hub.living();
        }
        self.clear_doubts().await;
        self.release();
        self.hub.sweep(now);
    }

    /// Looks up whether calls have ended whose end may have been among the lost news.
    async fn clear_doubts(&mut self) {
        let some = self
            .doubts
            .split_off(self.doubts.len().saturating_sub(DOUBTS));
        if some.is_empty() {
            return;
        }
        let store = Arc::clone(&self.store);
        let looked = tokio::task::spawn_blocking(move || {
            let rows = some
                .into_iter()
                .filter_map(|(account, call)| store.call(account, call).ok().flatten());
            rows.filter(|row| row.status.is_final()).collect::<Vec<_>>()
        });
        let now = self.now();
        for row in looked.await.unwrap_or_default() {
            self.hub.take(now, News::Row(Box::new(Change::of(&row))));
            self.hub.over(now, row.sid);
        }
    }

    fn now(&self) -> Time {
        (self.clock)()
    }
}
