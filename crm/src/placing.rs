//! Placing a call: the row is there already; the platform is asked; the row hears what it says.
//!
//! Whoever asked may go away meanwhile, and may ask twice. So each call is asked for in a task of
//! its own, and everybody who waits for it hears the same.

use crate::app::App;
use crate::call_log::{CallError, Event, LegNews, Refusal, Status};
use crate::id::CallLogId;
use crate::limit;
use crate::platform::Access;
use crate::store::{Call, CallKey, Tenant};
use ringback::{CallProgress, Error};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use tokio::sync::watch;

/// A call to be asked for.
#[derive(Debug, Clone)]
pub struct Order {
    /// Its row, which has the numbers.
    pub call: Call,
    /// The opaque key that its webhooks carry.
    pub key: CallKey,
    /// As whom the platform is asked.
    pub access: Access,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum Placed {
    /// The platform has it.
    Asked(Box<Call>),
    /// The platform said no, or couldn't be reached.
    Refused {
        /// What it said.
        error: CallError,
        /// Where that is explained.
        more_info: Option<String>,
    },
    /// There was no answer: the call may be on its way. Its callbacks will tell, or a comparison.
    Unknown,
    /// Our own store failed.
    Broken(String),
}

type Waiting = watch::Receiver<Option<Placed>>;

/// Calls that are being asked for.
#[derive(Debug, Default)]
pub struct Placing {
    running: Mutex<HashMap<CallLogId, Waiting>>,
    /// Whoever begins a call holds it until the call is among the running ones, so that a second
    /// click finds it there.
    pub turn: tokio::sync::Mutex<()>,
}

impl Placing {
    /// What is to come of a call that is being asked for.
    pub fn running(&self, log: CallLogId) -> Option<Outlook> {
        let waiting = self.map().get(&log).cloned();
        waiting.map(|waiting| Outlook { log, waiting })
    }

    fn map(&self) -> MutexGuard<'_, HashMap<CallLogId, Waiting>> {
        self.running
            .lock()
            .unwrap_or_else(|broken| broken.into_inner())
    }
}

/// What is to come of a call.
#[derive(Debug)]
pub struct Outlook {
    /// Its row.
    pub log: CallLogId,
    waiting: Waiting,
}

impl Outlook {
    /// Waits for it.
    pub async fn wait(mut self) -> Placed {
        match self.waiting.wait_for(Option::is_some).await {
            Ok(placed) => placed.clone().unwrap_or(Placed::Unknown),
            // The task is gone without a word: the program ends, or it panicked.
            Err(_) => Placed::Unknown,
        }
    }
}

/// Asks for a call, whatever becomes of whoever asked.
pub fn place(app: &App, tenant: &Tenant, order: Order) -> Outlook {
    let (told, waiting) = watch::channel(None);
    let log = order.call.id;
    app.placing.map().insert(log, waiting.clone());
    let (app, tenant) = (app.clone(), tenant.clone());
    tokio::spawn(async move {
        let placed = ask(&app, &tenant, &order).await;
        app.placing.map().remove(&log);
        let _ = told.send(Some(placed));
    });
    Outlook { log, waiting }
}

async fn ask(app: &App, tenant: &Tenant, order: &Order) -> Placed {
    let log = order.call.id;
    match request(app, order).await {
        Ok(call) => {
            let status = Status::parse(&call.status).unwrap_or(Status::Queued);
            let news = LegNews::first(&call.sid, status, app.clock.moment());
            // A callback may have been quicker, and told more.
            match tenant.hear(log, &Event::Leg(news)).await {
                Ok(Some(heard)) => Placed::Asked(Box::new(heard.call)),
                Ok(None) => Placed::Broken("the row is gone".to_owned()),
                Err(error) => Placed::Broken(error.to_string()),
            }
        }
        Err(error) if error.maybe_done() => {
            tracing::warn!("{log}: no answer from the platform: {error}");
            Placed::Unknown
        }
        Err(error) => {
            let said = said(&error);
            tracing::warn!("{log}: the call was not placed: {error}");
            let refusal = Refusal {
                error: said.clone(),
                at: app.clock.moment(),
            };
            match tenant.hear(log, &Event::Refused(refusal)).await {
                Ok(_) => Placed::Refused {
                    error: said,
                    more_info: error.more_info().map(str::to_owned),
                },
                Err(error) => Placed::Broken(error.to_string()),
            }
        }
    }
}

async fn request(app: &App, order: &Order) -> Result<ringback::Call, Error> {
    let client = app.platform.client(&order.access)?;
    let twiml = app.webhook("twiml", &order.key);
    // A plus sign in a query means a space.
    let to = order.call.to_number.replace('+', "%2B");
    client
        .calls()
        .create(&order.call.agent_number, &order.call.from_number)
        .url(format!("{twiml}&to={to}"))
        .status_callback(app.webhook("status", &order.key))
        .status_callback_event([
            CallProgress::Initiated,
            CallProgress::Ringing,
            CallProgress::Answered,
            CallProgress::Completed,
        ])
        .timeout(limit::RING)
        .send()
        .await
}

/// A fault as a log keeps it.
#[must_use]
pub fn said(error: &Error) -> CallError {
    let message = match error {
        Error::Api(error) => error.message.clone(),
        other => other.to_string(),
    };
    CallError {
        code: error.code(),
        message,
    }
}
