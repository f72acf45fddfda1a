//! Sends callbacks that the store has made durable, and marks them as sent.
//!
//! Callbacks of one call are started in the order they were made, none waiting for the answer
//! to the one before. How many are under way at once is bounded; the others wait in order.

use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::webhook::{Undelivered, WebClient};
use model::call::NotificationLevel;
use model::web_event::without_password;
use model::{
    AccountSid, Callback, Chance, ErrorCode, NotificationRow, NotificationSid, Time, WebAnswer,
    WebEventRow, limit,
};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use store::{Directory, Write, WriterHandle};
use tokio::sync::{Semaphore, mpsc};

/// Takes durable callbacks. Clones feed the same line.
#[derive(Clone)]
pub struct Callbacks {
    line: mpsc::UnboundedSender<Callback>,
}

/// What sending needs.
struct Sender {
    client: WebClient,
    directory: Arc<Directory>,
    writer: WriterHandle,
    clock: Clock,
    metrics: Metrics,
    chance: Mutex<Chance>,
}

impl Callbacks {
    /// Begins to send. Must be called within the runtime. Callbacks the store still holds from
    /// an earlier life are passed to [`Callbacks::send`] by whoever starts the node, first.
    pub fn start(
        client: WebClient,
        directory: Arc<Directory>,
        writer: WriterHandle,
        clock: Clock,
        metrics: Metrics,
        chance: Chance,
    ) -> Callbacks {
        let (line, mut waiting) = mpsc::unbounded_channel::<Callback>();
        let chance = Mutex::new(chance);
        let sender = Arc::new(Sender {
            client,
            directory,
            writer,
            clock,
            metrics,
            chance,
        });
        tokio::spawn(async move {
            let turns = Arc::new(Semaphore::new(limit::CALLBACKS_AT_ONCE_MAX));
            while let Some(callback) = waiting.recv().await {
                let Ok(turn) = turns.clone().acquire_owned().await else {
                    return;
                };
                let sender = sender.clone();
                tokio::spawn(async move {
                    sender.send(callback).await;
                    drop(turn);
                });
            }
        });
        Callbacks { line }
    }

    /// Puts a durable callback at the end of the line. The line has no bound of its own: each
    /// callback in it is a row of the store already.
    pub fn send(&self, callback: Callback) {
        // The line closes only with the process; the row brings the callback back then.
        let _ = self.line.send(callback);
    }
}

impl Sender {
    async fn send(&self, callback: Callback) {
        let (started, date) = (Instant::now(), self.clock.now());
        let outcome = match self.directory.account(callback.account) {
            Some(account) => self.client.deliver(&callback, &account).await,
            None => Err(Undelivered {
                code: ErrorCode::CALLBACK_FAILED,
                answer: None,
                text: "the account is gone".to_owned(),
            }),
        };
        let counted = outcome.as_ref().map(|_| ()).map_err(|fault| fault.code);
        self.metrics.callback(counted, started.elapsed());
        let answer = match &outcome {
            Ok(answer) => Some(answer),
            Err(fault) => fault.answer.as_ref(),
        };
        let took = started.elapsed().as_millis();
        let event = journaled(&callback, answer, date, took);
        let mut writes = vec![
            Write::CallbackDone(callback.id),
            Write::WebEvent(Box::new(event)),
        ];
        if let Err(fault) = outcome {
            tracing::info!(call = %callback.call, code = %fault.code, "callback not accepted");
            writes.push(Write::Notification(Box::new(
                self.notification(&callback, &fault),
            )));
        }
        self.writer.write(writes);
    }

    fn notification(&self, callback: &Callback, fault: &Undelivered) -> NotificationRow {
        let mut chance = self.chance.lock().unwrap_or_else(PoisonError::into_inner);
        let account: AccountSid = callback.account;
        NotificationRow {
            sid: NotificationSid::draw(&mut chance),
            account,
            call: callback.call,
            level: NotificationLevel::Warning,
            code: ErrorCode::CALLBACK_FAILED.0,
            text: fault.text.clone(),
            request_method: Some(callback.method),
            request_url: Some(without_password(&callback.url)),
            date: self.clock.now(),
        }
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
