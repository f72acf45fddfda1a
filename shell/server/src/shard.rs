//! The control loop: one thread that waits, lets the exchange handle what came, and carries what
//! it asks for. It waits for nothing else: no disk, no network, no other thread.

use crate::carry::Carrier;
use crate::clock::Clock;
use crate::metrics::Metrics;
use call::command::EndAs;
use call::{AskId, Command, Event, Update};
use model::{Span, Time, limit};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;
use switch::{Input, Output, Switch};
use tracing::error;

/// While stopping, the loop looks up this often.
const STEP: Duration = Duration::from_millis(50);

/// Speaks to the control loop. Cheap to clone.
#[derive(Clone)]
pub struct ShardHandle {
    inbox: SyncSender<Message>,
    metrics: Metrics,
}

enum Message {
    /// Boxed: the inbox holds room for thousands, and an input is half a kilobyte.
    Input(Box<Input>),
    /// Let running calls end by themselves no longer: tell every far end, then stop.
    Stop,
}

impl ShardHandle {
    /// The two ends of the loop's inbox.
    pub fn channel(metrics: Metrics) -> (ShardHandle, ShardInbox) {
        let (inbox, messages) = sync_channel(limit::SHARD_INBOX_MAX);
        (ShardHandle { inbox, metrics }, ShardInbox { messages })
    }

    /// Hands over something that must not be lost; waits while the inbox is full. Never call it
    /// from the loop's own thread.
    pub fn send(&self, input: Input) -> bool {
        self.inbox.send(Message::Input(Box::new(input))).is_ok()
    }

    /// Hands over something that may be lost when the loop is overloaded: a datagram.
    pub fn offer(&self, input: Input) -> bool {
        match self.inbox.try_send(Message::Input(Box::new(input))) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => {
                self.metrics.shed.inc();
                false
            }
            Err(TrySendError::Disconnected(_)) => false,
        }
    }

    /// Hands over something for call control.
    pub fn event(&self, event: Event) -> bool {
        self.send(Input::Call(event))
    }

    /// Hands over a command of the API; false if the loop is overloaded or has stopped.
    pub fn command(&self, command: call::Command) -> bool {
        self.offer(Input::Call(Event::Command(command)))
    }

    /// Ends the loop after what is before it in the inbox.
    pub fn stop(&self) {
        // A loop that has ended already needs no word.
        let _ = self.inbox.send(Message::Stop);
    }
}

/// Where the loop takes its messages from.
pub struct ShardInbox {
    messages: Receiver<Message>,
}

/// The loop's own things.
pub struct Shard {
    /// The exchange.
    pub switch: Switch,
    /// Carries its outputs.
    pub carrier: Carrier,
    /// What time it is.
    pub clock: Clock,
    /// Counts what it does.
    pub metrics: Metrics,
}

impl Shard {
    /// Runs until told to stop.
    pub fn run(mut self, inbox: &ShardInbox) {
        let mut outputs = Vec::new();
        loop {
            match inbox.messages.recv_timeout(self.patience()) {
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(Message::Input(input)) => self.take(*input, &mut outputs),
                Err(RecvTimeoutError::Timeout) => {}
            }
            // What has queued up meanwhile shares one batch of writes.
            let mut stop = false;
            for _ in 0..limit::SHARD_BATCH_MAX {
                match inbox.messages.try_recv() {
                    Ok(Message::Input(input)) => self.take(*input, &mut outputs),
                    Ok(Message::Stop) => {
                        stop = true;
                        break;
                    }
                    Err(_) => break,
                }
            }
            self.let_time_pass(&mut outputs);
            self.carrier.flush();
            self.metrics
                .store_queue
                .set(self.carrier.writer.waiting() as i64);
            self.metrics
                .calls_live
                .set(self.switch.calls().live_count() as i64);
            self.metrics
                .calls_waiting
                .set(self.switch.calls().waiting_count() as i64);
            if stop {
                break;
            }
        }
        self.hang_up_all(inbox, &mut outputs);
        self.switch.finish(&mut outputs);
        self.carry(&mut outputs);
        self.carrier.flush();
    }

    /// Hangs up every live call, as their accounts would, and lets the goodbyes leave. What waits
    /// for its turn goes on waiting, for the next start.
    fn hang_up_all(&mut self, inbox: &ShardInbox, outputs: &mut Vec<Output>) {
        self.switch.hold();
        let calls: Vec<_> = self.switch.calls().live().map(|(call, ..)| call).collect();
        for call in calls {
            let Some(account) = self.switch.calls().account_of(call) else {
                continue;
            };
            let update = Update {
                status: Some(EndAs::Completed),
                ..Update::default()
            };
            // Nobody waits under this name: the desk counts from 1.
            let ask = AskId(0);
            let command = Command::Update {
                ask,
                account,
                call,
                update,
            };
            self.take(Input::Call(Event::Command(command)), outputs);
        }
        let deadline = self.clock.now() + Span::from_millis(limit::STOP_MS);
        while self.switch.calls().live_count() > 0 && self.clock.now() < deadline {
            match inbox.messages.recv_timeout(self.patience().min(STEP)) {
                Ok(Message::Input(input)) => self.take(*input, outputs),
                Ok(Message::Stop) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.let_time_pass(outputs);
            self.carrier.flush();
        }
    }

    fn take(&mut self, input: Input, outputs: &mut Vec<Output>) {
        self.handle(input, outputs);
        self.carry(outputs);
    }

    /// Lets the exchange handle what came. A fault of ours ends the call it belongs to, and no
    /// other: its state is taken out by the ordinary end.
    fn handle(&mut self, input: Input, outputs: &mut Vec<Output>) {
        let now = self.clock.now();
        let call = self.switch.call_of(&input);
        let switch = &mut self.switch;
        let handled = catch_unwind(AssertUnwindSafe(|| switch.handle(now, input, outputs)));
        if handled.is_ok() {
            return;
        }
        error!(
            call = call.map(|call| call.to_string()),
            "a fault of ours; its call is ended"
        );
        if let Some(call) = call {
            let switch = &mut self.switch;
            let ended = catch_unwind(AssertUnwindSafe(|| switch.abandon(now, call, outputs)));
            if ended.is_err() {
                // What is durable comes back at the next start; what is broken must not go on.
                error!("the end failed too; stopping at once");
                std::process::abort();
            }
        }
    }

    fn let_time_pass(&mut self, outputs: &mut Vec<Output>) {
        let now = self.clock.now();
        if self.switch.next_timeout().is_some_and(|due| due <= now) {
            self.switch.handle_timeout(now, outputs);
            self.carry(outputs);
        }
    }

    /// Carries outputs; what the carrier can answer at once goes straight back in.
    fn carry(&mut self, outputs: &mut Vec<Output>) {
        while !outputs.is_empty() {
            for output in std::mem::take(outputs) {
                if let Some(input) = self.carrier.carry(output) {
                    self.handle(input, outputs);
                }
            }
        }
    }

    fn patience(&self) -> Duration {
        let now: Time = self.clock.now();
        let quiet = now + Span::from_secs(60);
        let due = self
            .switch
            .next_timeout()
            .map_or(quiet, |due| due.min(quiet));
        Duration::from_micros(due.since(now).0)
    }
}
