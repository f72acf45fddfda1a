//! Where requests wait for call control's answer.

use call::{AskId, Command, Granted, Refusal};
use model::{CallRow, RecordingRow, limit};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// What call control answers: what was asked for, or why not.
pub type Answer = Result<Granted, Refusal>;

/// Sends commands into the control loop and gives each answer to whoever asked.
pub struct Desk {
    send: Box<dyn Fn(Command) -> bool + Send + Sync>,
    next: AtomicU64,
    waiting: Mutex<HashMap<AskId, oneshot::Sender<Answer>>>,
}

impl Desk {
    /// A desk that hands commands to `send`, which says whether the loop took them and must not
    /// wait.
    pub fn new(send: impl Fn(Command) -> bool + Send + Sync + 'static) -> Desk {
        Desk {
            send: Box::new(send),
            next: AtomicU64::new(1),
            waiting: Mutex::new(HashMap::new()),
        }
    }

    /// To be called for each `Effect::Reply` once what stands before it is durable. An answer
    /// nobody waits for any more is dropped.
    pub fn reply(&self, ask: AskId, answer: Answer) {
        let sender = self.table().remove(&ask);
        if let Some(sender) = sender {
            // The client may have gone between the two lines.
            let _ = sender.send(answer);
        }
    }

    /// Requests that wait for an answer.
    pub fn waiting(&self) -> usize {
        self.table().len()
    }

    /// Asks about a call.
    pub(crate) async fn ask(
        &self,
        command: impl FnOnce(AskId) -> Command,
    ) -> Option<Result<Box<CallRow>, Refusal>> {
        match self.answer(command).await? {
            Ok(Granted::Call(row)) => Some(Ok(row)),
            // Commands about calls are answered with calls.
            Ok(Granted::Recording { .. }) => None,
            Err(refusal) => Some(Err(refusal)),
        }
    }

    /// Asks about a recording; beside its row, whether it was begun by this.
    pub(crate) async fn ask_recording(
        &self,
        command: impl FnOnce(AskId) -> Command,
    ) -> Option<Result<(Box<RecordingRow>, bool), Refusal>> {
        match self.answer(command).await? {
            Ok(Granted::Recording { row, begun }) => Some(Ok((row, begun))),
            Ok(Granted::Call(_)) => None,
            Err(refusal) => Some(Err(refusal)),
        }
    }

    /// Asks, and waits for the answer; `None` if the loop is closed, full or too slow.
    async fn answer(&self, command: impl FnOnce(AskId) -> Command) -> Option<Answer> {
        let ask = AskId(self.next.fetch_add(1, Ordering::Relaxed));
        let (sender, receiver) = oneshot::channel();
        self.table().insert(ask, sender);
        // Taken off the table also if the client goes away while it waits.
        let _place = Place { desk: self, ask };
        if !(self.send)(command(ask)) {
            return None;
        }
        let deadline = Duration::from_millis(limit::ASK_DEADLINE_MS);
        tokio::time::timeout(deadline, receiver).await.ok()?.ok()
    }

    fn table(&self) -> std::sync::MutexGuard<'_, HashMap<AskId, oneshot::Sender<Answer>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Place<'a> {
    desk: &'a Desk,
    ask: AskId,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.desk.table().remove(&self.ask);
    }
}
