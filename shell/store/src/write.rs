//! What can be written, in domain words.

use model::{
    Account, ApiKey, Application, ApplicationSid, CallRow, CallSid, Callback, CallbackId, KeySid,
    NotificationRow, NotificationSid, Number, NumberSid, OutgoingCallerId, RecordingRow,
    RecordingSid, Time, WaitingCall, WebEventRow, WebhookRow, WebhookSid,
};

/// One change. A later row with the same identifier replaces an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Keep an account.
    Account(Box<Account>),
    /// Keep an API key.
    Key(Box<ApiKey>),
    /// Take an API key away.
    DeleteKey(KeySid),
    /// Keep a number.
    Number(Box<Number>),
    /// Give a number up.
    DeleteNumber(NumberSid),
    /// Keep an application.
    Application(Box<Application>),
    /// Take an application away; the numbers it handled fall back to their own addresses.
    DeleteApplication(ApplicationSid),
    /// Keep a verified number.
    CallerId(Box<OutgoingCallerId>),
    /// Take a verified number away.
    DeleteCallerId(NumberSid),
    /// Keep a call.
    Call(Box<CallRow>),
    /// Take a call and its web events away; its recordings and notifications stay.
    DeleteCall(CallSid),
    /// Keep a recording. A deleted one stays deleted.
    Recording(Box<RecordingRow>),
    /// Mark a recording as deleted; whoever asks removes its sound.
    DeleteRecording {
        /// Which.
        recording: RecordingSid,
        /// When.
        at: Time,
    },
    /// Take the row of a recording away that was deleted long ago.
    ForgetRecording(RecordingSid),
    /// Keep a notification.
    Notification(Box<NotificationRow>),
    /// Take a notification away.
    DeleteNotification(NotificationSid),
    /// Keep a request to the customer and its answer.
    WebEvent(Box<WebEventRow>),
    /// Keep a request on the wire.
    Webhook(Box<WebhookRow>),
    /// Take a request on the wire away.
    DeleteWebhook(WebhookSid),
    /// Promise a callback: it is pending until `CallbackDone`.
    Callback(Box<Callback>),
    /// A callback was delivered or given up for good.
    CallbackDone(CallbackId),
    /// Keep the plan of a call that waits for its turn.
    Waiting(Box<WaitingCall>),
    /// The call at this place waits no longer.
    Left(u64),
    /// Keep the ladder of an ended call.
    Story {
        /// Which call.
        call: CallSid,
        /// Its rungs, in order.
        rungs: Vec<String>,
    },
}

/// What a write is about. Of two writes about one thing in one commit, the later one is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    Call(CallSid),
    Recording(RecordingSid),
    Notification(NotificationSid),
    Callback(CallbackId),
    Waiting(u64),
}

impl Write {
    /// What it is about; `None` for writes that are made each.
    pub(crate) fn subject(&self) -> Option<Subject> {
        Some(match self {
            Write::Call(row) => Subject::Call(row.sid),
            Write::DeleteCall(sid) => Subject::Call(*sid),
            Write::Recording(row) => Subject::Recording(row.sid),
            Write::ForgetRecording(sid) => Subject::Recording(*sid),
            // Marks a row that must be there: it does not make the row before it superfluous.
            Write::DeleteRecording { .. } => return None,
            // Configured rows change seldom, and two numbers may not be the same at any moment.
            Write::Account(_)
            | Write::Key(_)
            | Write::DeleteKey(_)
            | Write::Number(_)
            | Write::DeleteNumber(_) => return None,
            Write::Application(_) | Write::DeleteApplication(_) => return None,
            Write::CallerId(_) | Write::DeleteCallerId(_) => return None,
            Write::WebEvent(_) | Write::Story { .. } => return None,
            Write::Webhook(_) | Write::DeleteWebhook(_) => return None,
            Write::Notification(row) => Subject::Notification(row.sid),
            Write::Waiting(row) => Subject::Waiting(row.place),
            Write::Left(place) => Subject::Waiting(*place),
            Write::DeleteNotification(sid) => Subject::Notification(*sid),
            Write::Callback(row) => Subject::Callback(row.id),
            Write::CallbackDone(id) => Subject::Callback(*id),
        })
    }
}
