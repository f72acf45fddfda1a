//! Rows and blobs: the only crate that speaks SQL.
//!
//! Reads go through [`Store`], in domain words. Writes go through one [`Writer`], which commits
//! whatever has queued up in one transaction and then tells each asker. What the control loop
//! must know at once lies in the [`Directory`], in memory. Sound lies in files, see [`Sounds`].

mod directory;
mod error;
mod page;
mod secret;
mod sound;
mod sqlite;
mod wav;
mod write;
mod writer;

use model::{
    Account, AccountSid, ApiKey, Application, ApplicationSid, CallRow, CallSid, Callback,
    NotificationRow, NotificationSid, Number, NumberSid, OutgoingCallerId, RecordingRow,
    RecordingSid, Time, WaitingCall, WebEventRow, WebhookRow, WebhookSid,
};

pub use directory::Directory;
pub use error::StoreError;
pub use page::{
    CallFilter, CallOrder, CallerIdFilter, Journaled, Key, NotificationFilter, NumberFilter, Page,
    PageAsk, RecordingFilter, Start, TimeRange, WebhookFilter, WebhookPlaced,
};
pub use secret::{SecretError, Vault, draw_key_secret, draw_token, hash_secret};
pub use sound::{FinishedSound, MendedSound, SoundFile, SoundWriter, Sounds};
pub use sqlite::{Durability, Sqlite, import_calls, is_open, read_owner, read_story};
pub use wav::WavForm;
pub use write::Write;
pub use writer::{Batch, Writer, WriterHandle};

/// What every store can do. Methods block; callers in async code use a blocking thread, except
/// for what is found by its identifier alone: that is a few steps down a tree, mostly in memory,
/// and takes less time than handing it to another thread.
///
/// Nothing here says SQL: PostgreSQL fits behind the same border and passes the same tests.
pub trait Store: Send + Sync + 'static {
    /// Makes these writes durable, in order and all or none.
    fn commit(&self, writes: &[&Write]) -> Result<(), StoreError>;

    /// Every account, oldest first.
    fn accounts(&self) -> Result<Vec<Account>, StoreError>;

    /// Every API key of every account, oldest first.
    fn keys(&self) -> Result<Vec<ApiKey>, StoreError>;

    /// Every number of every account, for the directory.
    fn all_numbers(&self) -> Result<Vec<Number>, StoreError>;

    /// A number by its identifier.
    fn number(&self, account: AccountSid, sid: NumberSid) -> Result<Option<Number>, StoreError>;

    /// An account's numbers, newest first.
    fn numbers(
        &self,
        account: AccountSid,
        filter: &NumberFilter,
        page: &PageAsk,
    ) -> Result<Page<Number>, StoreError>;

    /// Every application of every account, for the directory.
    fn all_applications(&self) -> Result<Vec<Application>, StoreError>;

    /// An application by its identifier.
    fn application(
        &self,
        account: AccountSid,
        sid: ApplicationSid,
    ) -> Result<Option<Application>, StoreError>;

    /// An account's applications, newest first; only those of this name, if one is given.
    fn applications(
        &self,
        account: AccountSid,
        friendly_name: Option<&str>,
        page: &PageAsk,
    ) -> Result<Page<Application>, StoreError>;

    /// Every verified number of every account, for the directory.
    fn all_caller_ids(&self) -> Result<Vec<OutgoingCallerId>, StoreError>;

    /// A verified number by its identifier.
    fn caller_id(
        &self,
        account: AccountSid,
        sid: NumberSid,
    ) -> Result<Option<OutgoingCallerId>, StoreError>;

    /// An account's verified numbers, newest first.
    fn caller_ids(
        &self,
        account: AccountSid,
        filter: &CallerIdFilter,
        page: &PageAsk,
    ) -> Result<Page<OutgoingCallerId>, StoreError>;

    /// A call by its identifier.
    fn call(&self, account: AccountSid, sid: CallSid) -> Result<Option<CallRow>, StoreError>;

    /// An account's calls, newest first.
    fn calls(
        &self,
        account: AccountSid,
        filter: &CallFilter,
        page: &PageAsk,
    ) -> Result<Page<CallRow>, StoreError>;

    /// Calls without an end that wait for nothing: at start, those that a crash cut, oldest
    /// first.
    fn unfinished_calls(&self) -> Result<Vec<CallRow>, StoreError>;

    /// Calls that wait for their turn behind this place, in order; a part of them. At start the
    /// last one's place is asked from until nothing comes.
    fn waiting_calls(&self, after: Option<u64>) -> Result<Vec<(CallRow, WaitingCall)>, StoreError>;

    /// A recording by its identifier, deleted ones included.
    fn recording(
        &self,
        account: AccountSid,
        sid: RecordingSid,
    ) -> Result<Option<RecordingRow>, StoreError>;

    /// An account's recordings, newest first.
    fn recordings(
        &self,
        account: AccountSid,
        filter: &RecordingFilter,
        page: &PageAsk,
    ) -> Result<Page<RecordingRow>, StoreError>;

    /// Recordings that were deleted before this moment, `most` of them, the oldest first.
    fn deleted_recordings(&self, before: Time, most: u32) -> Result<Vec<RecordingSid>, StoreError>;

    /// Recordings without an end: at start, those that a crash cut.
    fn unfinished_recordings(&self) -> Result<Vec<RecordingRow>, StoreError>;

    /// A notification by its identifier.
    fn notification(
        &self,
        account: AccountSid,
        sid: NotificationSid,
    ) -> Result<Option<NotificationRow>, StoreError>;

    /// An account's notifications, newest first.
    fn notifications(
        &self,
        account: AccountSid,
        filter: &NotificationFilter,
        page: &PageAsk,
    ) -> Result<Page<NotificationRow>, StoreError>;

    /// What was asked of the customer's application about a call, oldest first. Only
    /// `Start::Top` and `Start::Skip` are understood.
    fn web_events(
        &self,
        account: AccountSid,
        call: CallSid,
        page: &PageAsk,
    ) -> Result<Page<WebEventRow>, StoreError>;

    /// The rungs of an ended call's ladder, and those of the calls it dialled, call by call; none
    /// if the call has not ended or is unknown.
    fn story(&self, call: CallSid) -> Result<Vec<(CallSid, String)>, StoreError>;

    /// Requests to an account's application, of all its calls, newest first. A page begins behind
    /// the place of an entry.
    fn journal(&self, account: AccountSid, page: &PageAsk) -> Result<Page<Journaled>, StoreError>;

    /// A request on the wire by its identifier, with what a replay of it sends.
    fn webhook(
        &self,
        account: AccountSid,
        sid: WebhookSid,
    ) -> Result<Option<WebhookRow>, StoreError>;

    /// An account's requests on the wire, newest first. A page begins behind the place of an
    /// entry. What is sealed stays so: `Original::Sealed` is empty.
    fn webhooks(
        &self,
        account: AccountSid,
        filter: &WebhookFilter,
        page: &PageAsk,
    ) -> Result<Page<WebhookPlaced>, StoreError>;

    /// Writes that take away an account's requests on the wire from before this moment, `most` of
    /// them, the oldest first. Empty when nothing is left.
    fn expired_webhooks(
        &self,
        account: AccountSid,
        before: Time,
        most: u32,
    ) -> Result<Vec<Write>, StoreError>;

    /// Writes that take away what an account has from before this moment, about `most` rows of
    /// it: calls that have ended, with their events, and notifications. Recordings stay. Empty
    /// when nothing is left.
    fn expired(
        &self,
        account: AccountSid,
        before: Time,
        most: u32,
    ) -> Result<Vec<Write>, StoreError>;

    /// Callbacks to a host that were promised and whose attempt is not known to be over: so many,
    /// the oldest first.
    fn pending_callbacks(&self, host: &str, most: usize) -> Result<Vec<Callback>, StoreError>;

    /// Hosts that such callbacks go to and how many each has: so many of those behind this name, in
    /// the order of their names.
    fn callback_hosts(
        &self,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, u64)>, StoreError>;
}
