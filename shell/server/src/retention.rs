//! Takes away what is older than its account keeps it, a little at a time.
//!
//! Each portion goes through the store's writer like everybody's rows, and the next one waits for
//! it and a while longer: whoever creates a call meanwhile never stands behind more than one.

use crate::clock::Clock;
use model::{Span, Time, limit};
use std::sync::Arc;
use std::time::Duration;
use store::{Directory, Store, StoreError, Write, WriterHandle};
use tokio::sync::oneshot;

/// What the purge needs.
pub struct Retention {
    /// Says what is old.
    pub store: Arc<dyn Store>,
    /// Knows how long each account keeps its calls.
    pub directory: Arc<Directory>,
    /// Takes rows away.
    pub writer: WriterHandle,
    /// Says what day it is.
    pub clock: Clock,
}

impl Retention {
    /// Purges now and then for as long as the writer takes rows. Must be called within the
    /// runtime.
    pub fn start(self) {
        tokio::spawn(async move {
            loop {
                match self
                    .purge(Duration::from_millis(limit::PURGE_PAUSE_MS))
                    .await
                {
                    Ok(0) => {}
                    Ok(rows) => tracing::info!(rows, "what was too old was taken away"),
                    Err(StoreError::Closed) => return,
                    // A full queue or disk is told of elsewhere; old calls can wait.
                    Err(error) => tracing::debug!(%error, "old calls stay for now"),
                }
                tokio::time::sleep(Duration::from_secs(limit::PURGE_EVERY_SECS)).await;
            }
        });
    }

    /// Takes away everything that is too old, with a pause after each portion, and counts it.
    async fn purge(&self, pause: Duration) -> Result<u64, StoreError> {
        let most = limit::PURGE_ROWS_MAX;
        let mut rows = 0;
        for account in self.directory.accounts() {
            let (sid, days) = (account.sid, u64::from(account.retention_days));
            let find = move |store: &dyn Store, before| store.expired(sid, before, most);
            rows += self.portions(days, find, pause).await?;
            let find = move |store: &dyn Store, before| store.expired_webhooks(sid, before, most);
            let days = days.min(limit::WEBHOOK_DAYS);
            rows += self.portions(days, find, pause).await?;
        }
        // Recordings stay until they are deleted, and are remembered for a while then.
        let find = move |store: &dyn Store, before| {
            let found = store.deleted_recordings(before, most)?;
            Ok(found.into_iter().map(Write::ForgetRecording).collect())
        };
        let days = limit::DELETED_RECORDING_DAYS;
        Ok(rows + self.portions(days, find, pause).await?)
    }

    /// Takes away what is older than so many days, portion by portion.
    async fn portions(
        &self,
        days: u64,
        find: impl Fn(&dyn Store, Time) -> Result<Vec<Write>, StoreError> + Copy + Send + 'static,
        pause: Duration,
    ) -> Result<u64, StoreError> {
        let kept = Span::from_secs(days * 86_400);
        let mut rows = 0;
        loop {
            let before = Time(self.clock.now().0.saturating_sub(kept.0));
            let store = Arc::clone(&self.store);
            let found = tokio::task::spawn_blocking(move || find(&*store, before)).await;
            let Ok(found) = found else {
                return Err(StoreError::Closed);
            };
            let writes = found?;
            if writes.is_empty() {
                return Ok(rows);
            }
            rows += writes.len() as u64;
            let (told, hear) = oneshot::channel();
            self.writer.write_then(writes, move |result| {
                // Nobody listens any more if the program is stopping.
                let _ = told.send(result);
            });
            hear.await.unwrap_or(Err(StoreError::Closed))?;
            tokio::time::sleep(pause).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::recording::{RecordingSource, RecordingStatus, RecordingTrack};
    use model::{
        Account, AccountSid, Address, CallRow, CallSid, CallStatus, Direction, NotificationRow,
        NotificationSid, RecordingRow, RecordingSid, call::NotificationLevel,
    };
    use store::{
        CallFilter, Durability, NotificationFilter, PageAsk, RecordingFilter, Sqlite, Start, Writer,
    };

    const DAY: u64 = 86_400 * 1_000_000;

    fn call(account: u128, sid: u128, at: Time) -> CallRow {
        CallRow {
            to: Address::parse("+12025550101"),
            from: Address::parse("+12025550190"),
            status: CallStatus::Completed,
            start_time: Some(at),
            answer_time: Some(at),
            end_time: Some(at),
            duration_secs: Some(0),
            ..CallRow::new(CallSid(sid), AccountSid(account), Direction::Inbound, at)
        }
    }

    fn note(sid: u128, at: Time) -> NotificationRow {
        NotificationRow {
            sid: NotificationSid(sid),
            account: AccountSid(1),
            call: CallSid(1),
            level: NotificationLevel::Error,
            code: 11_200,
            text: String::new(),
            request_method: None,
            request_url: None,
            date: at,
        }
    }

    /// Two accounts keep their calls for different times; each loses what is older than its own.
    #[tokio::test]
    async fn each_account_keeps_its_calls_as_long_as_it_says() {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> =
            Arc::new(Sqlite::open(folder.path(), Durability::Normal).unwrap());
        let clock = Clock::start();
        let now = clock.now();
        let ago = |days: u64| Time(now.0 - days * DAY);
        let mut writes = Vec::new();
        for (sid, days) in [(1, limit::RETENTION_DAYS_DEFAULT), (2, 7)] {
            let account = Account {
                retention_days: days,
                ..Account::new(AccountSid(sid), "token", "", now)
            };
            writes.push(Write::Account(Box::new(account)));
            for n in 0..u128::from(limit::PURGE_ROWS_MAX) + 9 {
                let old = call(sid, sid << 64 | n, ago(u64::from(days) + 1));
                writes.push(Write::Call(Box::new(old)));
            }
            let fresh = call(sid, sid << 64 | 999, ago(u64::from(days) - 1));
            writes.push(Write::Call(Box::new(fresh)));
        }
        writes.push(Write::Notification(Box::new(note(1, ago(400)))));
        writes.push(Write::Notification(Box::new(note(2, ago(4)))));
        store.commit(&writes.iter().collect::<Vec<_>>()).unwrap();
        let directory = Arc::new(Directory::load(&*store).unwrap());
        let writer = Writer::start(store.clone(), directory.clone(), Box::new(|_| ())).unwrap();
        let retention = Retention {
            store: store.clone(),
            directory,
            writer: writer.handle(),
            clock,
        };
        let rows = retention.purge(Duration::ZERO).await.unwrap();
        assert_eq!(rows, 2 * (u64::from(limit::PURGE_ROWS_MAX) + 9) + 1);
        assert_eq!(retention.purge(Duration::ZERO).await, Ok(0));
        let page = PageAsk {
            size: 50,
            start: Start::Top,
        };
        for sid in [1, 2] {
            let left = store
                .calls(AccountSid(sid), &CallFilter::default(), &page)
                .unwrap();
            let left: Vec<u128> = left.rows.iter().map(|row| row.sid.0).collect();
            assert_eq!(left, [sid << 64 | 999]);
        }
        let notes = store
            .notifications(AccountSid(1), &NotificationFilter::default(), &page)
            .unwrap();
        assert_eq!(notes.rows, [note(2, ago(4))]);
        writer.close();
        assert_eq!(
            retention.purge(Duration::ZERO).await,
            Ok(0),
            "a closed writer is met only when there is something to do"
        );
    }

    fn deleted(sid: u128, at: Time) -> [Write; 2] {
        let row = RecordingRow {
            sid: RecordingSid(sid),
            account: AccountSid(1),
            call: CallSid(1),
            source: RecordingSource::RecordVerb,
            status: RecordingStatus::Completed,
            channels: 1,
            track: RecordingTrack::Both,
            start_time: at,
            duration_secs: Some(1),
            error_code: None,
            callback: None,
            date_created: at,
            date_updated: at,
        };
        let recording = row.sid;
        [
            Write::Recording(Box::new(row)),
            Write::DeleteRecording { recording, at },
        ]
    }

    #[tokio::test]
    async fn what_was_deleted_forty_days_ago_is_forgotten_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> =
            Arc::new(Sqlite::open(folder.path(), Durability::Normal).unwrap());
        let clock = Clock::start();
        let ago = |days: u64| Time(clock.now().0 - days * 86_400 * 1_000_000);
        let old = u64::from(limit::PURGE_ROWS_MAX) + 3;
        let mut writes: Vec<Write> = (1..=old)
            .flat_map(|n| deleted(u128::from(n), ago(41)))
            .collect();
        writes.extend(deleted(1_000, ago(39)));
        let [fresh, _] = deleted(1_001, ago(99));
        writes.push(fresh);
        store.commit(&writes.iter().collect::<Vec<_>>()).unwrap();
        let directory = Arc::new(Directory::load(&*store).unwrap());
        let writer = Writer::start(Arc::clone(&store), Arc::clone(&directory), Box::new(|_| ()));
        let writer = writer.unwrap();
        let retention = Retention {
            store: Arc::clone(&store),
            directory,
            writer: writer.handle(),
            clock,
        };
        assert_eq!(retention.purge(Duration::ZERO).await, Ok(old));
        assert_eq!(retention.purge(Duration::ZERO).await, Ok(0));
        let (all, page) = (
            RecordingFilter {
                deleted: true,
                ..RecordingFilter::default()
            },
            PageAsk {
                size: 50,
                start: Start::Top,
            },
        );
        let left = store.recordings(AccountSid(1), &all, &page).unwrap();
        let left: Vec<u128> = left.rows.iter().map(|row| row.sid.0).collect();
        assert_eq!(left, [1_000, 1_001]);
        writer.close();
    }
}
