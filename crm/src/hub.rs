//! Who hears of which call: the changes of an organization's logs, for the browsers that listen.
//!
//! The store counts each organization's changes and says when there is one; here they are read
//! once for all who listen, and handed to them through one ring. Nothing waits for a reader: who
//! falls out of the ring is cut off, and comes back with the count of what it heard last. What was
//! missed is read from the store, each log once and as it is by then, so it makes no difference
//! whether the break was the browser's, the network's, or this program's own end.

use crate::id::OrganizationId;
use crate::limit;
use crate::store::{Call, Store, StoreError, Tenant};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, broadcast};

/// A log has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The organization's count of changes.
    pub revision: i64,
    /// What the log is now, as the interface tells it.
    pub told: Arc<str>,
}

impl Change {
    fn of(call: &Call) -> Change {
        let told = serde_json::to_string(call).expect("a log is JSON");
        Change {
            revision: call.revision,
            told: told.into(),
        }
    }
}

/// One who listens.
#[derive(Debug)]
pub struct Listener {
    /// What changed since the change that was heard last.
    pub missed: Vec<Change>,
    /// Whether that is all: if not, whoever listens had better fetch anew.
    pub complete: bool,
    /// The count up to which all is told with `missed`.
    pub reached: i64,
    changes: broadcast::Receiver<Change>,
}

/// The listener was too slow, or the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut;

/// Why somebody can't listen.
#[derive(Debug)]
pub enum Deaf {
    /// Too many do already.
    Full,
    /// The store failed.
    Store(StoreError),
}

/// Hands changes to listeners.
#[derive(Clone)]
pub struct Hub {
    store: Store,
    channels: Arc<Mutex<Channels>>,
}

#[derive(Default)]
struct Channels {
    over: bool,
    of: HashMap<OrganizationId, Arc<Channel>>,
}

/// The listeners of one organization.
struct Channel {
    listeners: broadcast::Sender<Change>,
    /// Something has changed.
    news: Notify,
}

impl Hub {
    /// One that nobody listens to.
    #[must_use]
    pub fn new(store: Store) -> Hub {
        Hub {
            store,
            channels: Arc::default(),
        }
    }

    /// Hears of the store's changes, as long as the program runs.
    pub async fn run(self) {
        let mut news = self.store.listen();
        loop {
            match news.recv().await {
                Ok(changed) => {
                    let channel = self.channels().of.get(&changed.organization).cloned();
                    if let Some(channel) = channel {
                        channel.news.notify_one();
                    }
                }
                // Which ones isn't known any more: it may be any.
                Err(RecvError::Lagged(_)) => {
                    for channel in self.channels().of.values() {
                        channel.news.notify_one();
                    }
                }
                Err(RecvError::Closed) => return,
            }
        }
    }

    /// Listens, from behind the change that was heard last.
    ///
    /// # Errors
    /// When too many listen to this organization, or the store fails.
    pub async fn listen(&self, tenant: &Tenant, heard: Option<i64>) -> Result<Listener, Deaf> {
        let from = match heard {
            Some(heard) => heard,
            None => tenant.revision().await.map_err(Deaf::Store)?,
        };
        // First the ring, then what came before: so nothing falls between them.
        let changes = self.subscribe(tenant, from)?;
        let missed = tenant.changes_since(from, limit::EVENTS_MISSED).await;
        let missed = missed.map_err(Deaf::Store)?;
        let reached = match (missed.complete, missed.calls.last()) {
            (true, Some(last)) => last.revision,
            (true, None) => from,
            // What is fetched anew is at least as new as this.
            (false, _) => tenant.revision().await.map_err(Deaf::Store)?,
        };
        let calls = missed.calls.iter().filter(|_| missed.complete);
        Ok(Listener {
            missed: calls.map(Change::of).collect(),
            complete: missed.complete,
            reached,
            changes,
        })
    }

    /// Ends every stream: the program ends.
    pub fn close(&self) {
        let mut channels = self.channels();
        channels.over = true;
        for channel in channels.of.drain() {
            channel.1.news.notify_one();
        }
    }

    fn subscribe(&self, tenant: &Tenant, from: i64) -> Result<broadcast::Receiver<Change>, Deaf> {
        let organization = tenant.organization_id();
        let mut channels = self.channels();
        if let Some(channel) = channels.of.get(&organization) {
            if channel.listeners.receiver_count() >= limit::LISTENERS {
                return Err(Deaf::Full);
            }
            return Ok(channel.listeners.subscribe());
        }
        if channels.over || channels.of.len() >= limit::EVENT_CHANNELS {
            return Err(Deaf::Full);
        }
        let channel = Arc::new(Channel {
            listeners: broadcast::Sender::new(limit::EVENTS_WAITING),
            news: Notify::new(),
        });
        let listener = channel.listeners.subscribe();
        channels.of.insert(organization, Arc::clone(&channel));
        // As the service: whoever listens first may leave the organization before the others do.
        let tenant = self.store.service(organization);
        tokio::spawn(self.clone().follow(tenant, channel, from));
        Ok(listener)
    }

    /// Reads an organization's changes and hands them on, as long as somebody listens.
    async fn follow(self, tenant: Tenant, channel: Arc<Channel>, from: i64) {
        let mut told = from;
        // What was heard last may be of another database, and ahead of this one.
        match tenant.revision().await {
            Ok(revision) => told = told.min(revision),
            Err(error) => tracing::error!("changes can't be read: {error}"),
        }
        loop {
            loop {
                let changes = tenant.changes_since(told, limit::EVENTS_READ).await;
                let changes = match changes {
                    Ok(changes) => changes,
                    Err(error) => {
                        tracing::error!("changes can't be read: {error}");
                        break;
                    }
                };
                let Some(last) = changes.calls.last() else {
                    break;
                };
                told = last.revision;
                for call in &changes.calls {
                    // That nobody listens any more is seen below.
                    let _ = channel.listeners.send(Change::of(call));
                }
                if changes.complete {
                    break;
                }
            }
            let waiting = tokio::time::timeout(limit::KEEP_ALIVE, channel.news.notified());
            // Nobody may have listened for a while without there having been a change.
            let _ = waiting.await;
            let mut channels = self.channels();
            if channels.over {
                return;
            }
            if channel.listeners.receiver_count() == 0 {
                channels.of.remove(&tenant.organization_id());
                return;
            }
        }
    }

    fn channels(&self) -> MutexGuard<'_, Channels> {
        // A thread that panicked within left nothing half changed.
        self.channels
            .lock()
            .unwrap_or_else(|broken| broken.into_inner())
    }
}

impl Listener {
    /// The next change that wasn't told with what was missed.
    ///
    /// # Errors
    /// When this listener is too far behind, or the program ends.
    pub async fn next(&mut self) -> Result<Change, Cut> {
        loop {
            let change = self.changes.recv().await.map_err(|_| Cut)?;
            if change.revision > self.reached {
                return Ok(change);
            }
        }
    }
}
