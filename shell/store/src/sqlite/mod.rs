//! The store in one SQLite file: one connection writes, a few read.

mod account;
mod api_key;
mod application;
mod call;
mod call_column;
mod call_list;
mod callback;
mod column;
mod import;
mod migrate;
mod notification;
mod number;
mod outgoing_caller_id;
mod recording;
mod retention;
mod row;
mod select;
mod story;
mod waiting;
mod web_event;
mod webhook;

use crate::{
    CallFilter, CallerIdFilter, Journaled, NotificationFilter, NumberFilter, Page, PageAsk,
    RecordingFilter, Store, StoreError, Vault, WebhookFilter, WebhookPlaced, Write,
};
use model::{
    Account, AccountSid, ApiKey, Application, ApplicationSid, CallRow, CallSid, Callback,
    NotificationRow, NotificationSid, Number, NumberSid, OutgoingCallerId, RecordingRow,
    RecordingSid, Time, WaitingCall, WebEventRow, WebhookRow, WebhookSid,
};
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use account::read_owner;
pub use import::import_calls;
pub use story::read as read_story;

/// What a commit survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// A power cut: each commit waits for the disk.
    Full,
    /// A crash of the process, but not of the machine: quicker, for development.
    Normal,
}

/// The store in the file `ringback.db` of a data folder.
pub struct Sqlite {
    vault: Vault,
    /// For lists, which may take milliseconds.
    listing: Readers,
    /// For single rows: no list shall stand before them.
    finding: Readers,
    /// Closed last, behind the readers: the last connection that may write takes the log of
    /// writes into the database, so that the next start has none to read.
    writing: Mutex<Connection>,
    /// Held for as long as the store is open; two processes would answer for the same calls.
    _lock: File,
}

/// Connections for readers of each kind: the API has no more cores than this to be quicker with.
const READERS: usize = 4;
/// The log of writes is cut to this size when it has been taken into the database: a burst must
/// not leave a long one for good.
const LOG_BYTES: i64 = 16 * 1_024 * 1_024;
/// Pages of the database that the writer keeps in memory: all that new and living calls touch.
/// In KiB and negative, as SQLite has it.
const WRITER_CACHE_KIB: i64 = -32_000;
/// Pages that each reader keeps: of ten million calls the upper levels of the table and of the
/// index of identifiers, so that a call is found with two reads. Sixteen times less than the
/// process may have.
const READER_CACHE_KIB: i64 = -8_000;
/// Prepared statements kept per connection: more than this crate has, with the ways in which
/// filters of a list meet.
const STATEMENTS: usize = 256;

impl Sqlite {
    /// Opens the data folder, making the database and its key file if they are not there, and
    /// brings the schema up to date.
    pub fn open(folder: &Path, durability: Durability) -> Result<Sqlite, StoreError> {
        std::fs::create_dir_all(folder).map_err(|error| unavailable(folder, &error))?;
        let lock = lock(folder)?;
        let vault =
            Vault::open(&folder.join("secret.key")).map_err(|error| unavailable(folder, &error))?;
        let path = folder.join("ringback.db");
        let mut writing = Connection::open(&path)?;
        configure(&writing)?;
        writing.pragma_update(None, "journal_mode", "WAL")?;
        writing.pragma_update(None, "cache_size", WRITER_CACHE_KIB)?;
        let synchronous = if durability == Durability::Full {
            "FULL"
        } else {
            "NORMAL"
        };
        writing.pragma_update(None, "synchronous", synchronous)?;
        writing.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
        migrate::run(&mut writing)?;
        migrate::check_key(&writing, &vault)?;
        let (listing, finding) = (Readers::open(&path)?, Readers::open(&path)?);
        let writing = Mutex::new(writing);
        Ok(Sqlite {
            vault,
            listing,
            finding,
            writing,
            _lock: lock,
        })
    }

    fn lister(&self) -> MutexGuard<'_, Connection> {
        self.listing.free()
    }

    fn finder(&self) -> MutexGuard<'_, Connection> {
        self.finding.free()
    }
}

/// Connections that only read.
struct Readers {
    connections: Vec<Mutex<Connection>>,
    next: AtomicUsize,
}

impl Readers {
    fn open(path: &Path) -> Result<Readers, StoreError> {
        let mut connections = Vec::new();
        for _ in 0..READERS {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(path, flags)?;
            configure(&connection)?;
            connection.pragma_update(None, "cache_size", READER_CACHE_KIB)?;
            connections.push(Mutex::new(connection));
        }
        Ok(Readers {
            connections,
            next: AtomicUsize::new(0),
        })
    }

    /// One that nobody uses, or the next in turn once it is free.
    fn free(&self) -> MutexGuard<'_, Connection> {
        let free = self
            .connections
            .iter()
            .find_map(|reader| reader.try_lock().ok());
        // A panic while reading leaves nothing half done in a connection.
        free.unwrap_or_else(|| {
            let turn = self.next.fetch_add(1, Ordering::Relaxed);
            let reader = &self.connections[turn % self.connections.len()];
            reader.lock().unwrap_or_else(PoisonError::into_inner)
        })
    }
}

fn lock(folder: &Path) -> Result<File, StoreError> {
    let file = File::create(folder.join("lock")).map_err(|error| unavailable(folder, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked(folder.display().to_string())),
        Err(TryLockError::Error(error)) => Err(unavailable(folder, &error)),
    }
}

/// Whether a process, this or another, has the store of this folder open.
pub fn is_open(folder: &Path) -> bool {
    File::open(folder.join("lock"))
        .is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

fn configure(connection: &Connection) -> Result<(), StoreError> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    Ok(())
}

fn unavailable(folder: &Path, error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Unavailable(format!("{}: {error}", folder.display()))
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::Full,
            Some(ErrorCode::ConstraintViolation) => StoreError::Conflict(error.to_string()),
            _ => StoreError::Unavailable(error.to_string()),
        }
    }
}

impl Store for Sqlite {
    fn commit(&self, writes: &[&Write]) -> Result<(), StoreError> {
        let mut connection = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        // Dropped without a commit, the transaction rolls back.
        // It begins as a writing one: a reader that meets a half-written header of the log takes
        // the writer's lock for a moment, and a transaction that has read already can't wait for
        // it.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for write in writes {
            match write {
                Write::Account(row) => account::save(&transaction, &self.vault, row)?,
                Write::Key(row) => api_key::save(&transaction, row)?,
                Write::DeleteKey(sid) => api_key::delete(&transaction, *sid)?,
                Write::Number(row) => number::save(&transaction, row)?,
                Write::DeleteNumber(sid) => number::delete(&transaction, *sid)?,
                Write::Application(row) => application::save(&transaction, row)?,
                Write::DeleteApplication(sid) => application::delete(&transaction, *sid)?,
                Write::CallerId(row) => outgoing_caller_id::save(&transaction, row)?,
                Write::DeleteCallerId(sid) => outgoing_caller_id::delete(&transaction, *sid)?,
                Write::Call(row) => call::save(&transaction, row)?,
                Write::DeleteCall(sid) => {
                    if let Some(id) = call::id_of(&transaction, *sid)? {
                        web_event::delete(&transaction, id)?;
                        webhook::delete_of_call(&transaction, id)?;
                        call::delete(&transaction, id)?;
                    }
                }
                Write::Recording(row) => recording::save(&transaction, row)?,
                Write::DeleteRecording { recording, at } => {
                    recording::delete(&transaction, *recording, *at)?;
                }
                Write::ForgetRecording(sid) => recording::forget(&transaction, *sid)?,
                Write::Notification(row) => notification::save(&transaction, row)?,
                Write::DeleteNotification(sid) => notification::delete(&transaction, *sid)?,
                Write::WebEvent(row) => web_event::save(&transaction, row)?,
                Write::Webhook(row) => webhook::save(&transaction, &self.vault, row)?,
                Write::DeleteWebhook(sid) => webhook::delete(&transaction, *sid)?,
                Write::Callback(row) => callback::save(&transaction, row)?,
                Write::Story { call, rungs } => story::save(&transaction, *call, rungs)?,
                Write::Waiting(row) => waiting::save(&transaction, &self.vault, row)?,
                Write::Left(place) => waiting::delete(&transaction, *place)?,
                Write::CallbackDone(id) => callback::delete(&transaction, *id)?,
            }
        }
        transaction.commit()?;
        Ok(())
    }

    fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        account::all(&self.lister(), &self.vault)
    }

    fn keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        api_key::all(&self.lister())
    }

    fn all_numbers(&self) -> Result<Vec<Number>, StoreError> {
        number::all(&self.lister())
    }

    fn number(&self, account: AccountSid, sid: NumberSid) -> Result<Option<Number>, StoreError> {
        number::one(&self.finder(), account, sid)
    }

    fn numbers(
        &self,
        account: AccountSid,
        filter: &NumberFilter,
        page: &PageAsk,
    ) -> Result<Page<Number>, StoreError> {
        number::list(&self.lister(), account, filter, page)
    }

    fn all_applications(&self) -> Result<Vec<Application>, StoreError> {
        application::all(&self.lister())
    }

    fn application(
        &self,
        account: AccountSid,
        sid: ApplicationSid,
    ) -> Result<Option<Application>, StoreError> {
        application::one(&self.finder(), account, sid)
    }

    fn applications(
        &self,
        account: AccountSid,
        friendly_name: Option<&str>,
        page: &PageAsk,
    ) -> Result<Page<Application>, StoreError> {
        application::list(&self.lister(), account, friendly_name, page)
    }

    fn all_caller_ids(&self) -> Result<Vec<OutgoingCallerId>, StoreError> {
        outgoing_caller_id::all(&self.lister())
    }

    fn caller_id(
        &self,
        account: AccountSid,
        sid: NumberSid,
    ) -> Result<Option<OutgoingCallerId>, StoreError> {
        outgoing_caller_id::one(&self.finder(), account, sid)
    }

    fn caller_ids(
        &self,
        account: AccountSid,
        filter: &CallerIdFilter,
        page: &PageAsk,
    ) -> Result<Page<OutgoingCallerId>, StoreError> {
        outgoing_caller_id::list(&self.lister(), account, filter, page)
    }

    fn call(&self, account: AccountSid, sid: CallSid) -> Result<Option<CallRow>, StoreError> {
        call::one(&self.finder(), account, sid)
    }

    fn calls(
        &self,
        account: AccountSid,
        filter: &CallFilter,
        page: &PageAsk,
    ) -> Result<Page<CallRow>, StoreError> {
        call_list::list(&self.lister(), account, filter, page)
    }

    fn unfinished_calls(&self) -> Result<Vec<CallRow>, StoreError> {
        call::unfinished(&self.lister())
    }

    fn waiting_calls(&self, after: Option<u64>) -> Result<Vec<(CallRow, WaitingCall)>, StoreError> {
        waiting::behind(&self.lister(), &self.vault, after)
    }

    fn recording(
        &self,
        account: AccountSid,
        sid: RecordingSid,
    ) -> Result<Option<RecordingRow>, StoreError> {
        recording::one(&self.finder(), account, sid)
    }

    fn recordings(
        &self,
        account: AccountSid,
        filter: &RecordingFilter,
        page: &PageAsk,
    ) -> Result<Page<RecordingRow>, StoreError> {
        recording::list(&self.lister(), account, filter, page)
    }

    fn deleted_recordings(&self, before: Time, most: u32) -> Result<Vec<RecordingSid>, StoreError> {
        recording::deleted(&self.lister(), before, most)
    }

    fn unfinished_recordings(&self) -> Result<Vec<RecordingRow>, StoreError> {
        recording::unfinished(&self.lister())
    }

    fn notification(
        &self,
        account: AccountSid,
        sid: NotificationSid,
    ) -> Result<Option<NotificationRow>, StoreError> {
        notification::one(&self.finder(), account, sid)
    }

    fn notifications(
        &self,
        account: AccountSid,
        filter: &NotificationFilter,
        page: &PageAsk,
    ) -> Result<Page<NotificationRow>, StoreError> {
        notification::list(&self.lister(), account, filter, page)
    }

    fn web_events(
        &self,
        account: AccountSid,
        call: CallSid,
        page: &PageAsk,
    ) -> Result<Page<WebEventRow>, StoreError> {
        web_event::list(&self.lister(), account, call, page)
    }

    fn story(&self, call: CallSid) -> Result<Vec<(CallSid, String)>, StoreError> {
        story::rungs(&self.lister(), call)
    }

    fn journal(&self, account: AccountSid, page: &PageAsk) -> Result<Page<Journaled>, StoreError> {
        web_event::journal(&self.lister(), account, page)
    }

    fn webhook(
        &self,
        account: AccountSid,
        sid: WebhookSid,
    ) -> Result<Option<WebhookRow>, StoreError> {
        webhook::one(&self.finder(), &self.vault, account, sid)
    }

    fn webhooks(
        &self,
        account: AccountSid,
        filter: &WebhookFilter,
        page: &PageAsk,
    ) -> Result<Page<WebhookPlaced>, StoreError> {
        webhook::list(&self.lister(), account, filter, page)
    }

    fn expired_webhooks(
        &self,
        account: AccountSid,
        before: Time,
        most: u32,
    ) -> Result<Vec<Write>, StoreError> {
        webhook::expired(&self.lister(), account, before, most)
    }

    fn expired(
        &self,
        account: AccountSid,
        before: Time,
        most: u32,
    ) -> Result<Vec<Write>, StoreError> {
        retention::expired(&self.lister(), account, before, most)
    }

    fn pending_callbacks(&self, host: &str, most: usize) -> Result<Vec<Callback>, StoreError> {
        callback::pending(&self.lister(), host, most)
    }

    fn callback_hosts(
        &self,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, u64)>, StoreError> {
        callback::hosts(&self.lister(), after, most)
    }
}
