//! One match: which output of the exchange goes to whom.
//!
//! Writes are collected and handed to the store together; replies and callbacks that stand behind
//! them are released by the store's writer once the batch is durable.

use crate::callbacks::Callbacks;
use crate::media_thread::MediaThreads;
use crate::metrics::Metrics;
use crate::phone_network::PhoneNetwork;
use crate::shard::ShardHandle;
use crate::sip_socket::SipSockets;
use crate::terminal::Terminal;
use crate::webhook::WebClient;
use call::{AskId, Event, Found, Granted, Refusal, Row, effect::Question};
use model::{AnsweredBy, Callback, ErrorCode, FetchId, WebReply, WebRequest};
use rest::Desk;
use rest::live::{Change, Live, News, Rung};
use sip::Transport;
use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Directory, Write, WriterHandle};
use switch::{Input, Line, Output, Party};
use tokio::runtime::Handle;
use tracing::{info, warn};

/// Everything an output can go to.
pub struct Carrier {
    /// Answers look-ups.
    pub directory: Arc<Directory>,
    /// Makes rows durable.
    pub writer: WriterHandle,
    /// Waits for replies.
    pub desk: Arc<Desk>,
    /// Sends callbacks.
    pub callbacks: Callbacks,
    /// Asks for documents.
    pub web: WebClient,
    /// Runs what waits.
    pub runtime: Handle,
    /// The loop itself, for answers that come later.
    pub shard: ShardHandle,
    /// The sound.
    pub media: MediaThreads,
    /// SIP sockets.
    pub sip: SipSockets,
    /// The virtual phones, where there are any.
    pub phones: Option<PhoneNetwork>,
    /// Tells whoever follows calls.
    pub live: Live,
    /// Where the ladder is shown as it happens, if anywhere.
    pub terminal: Option<Terminal>,
    /// Counts.
    pub metrics: Metrics,
    /// What waits to be handed to the store.
    pub pending: Pending,
    /// What went over the wire for documents, to be handed to the store behind the rows of
    /// their calls.
    pub wire: Wire,
}

/// Requests that are to be kept in the journal.
pub type Wire = Arc<Mutex<Vec<Write>>>;

/// Writes, and what may happen once they are durable.
#[derive(Default)]
pub struct Pending {
    writes: Vec<Write>,
    replies: Vec<(AskId, Result<Granted, Refusal>)>,
    callbacks: Vec<Callback>,
    /// What is told to whoever follows calls, in order.
    news: Vec<News>,
    /// How many batches were handed over.
    batches: u64,
}

impl Carrier {
    /// Carries one output. An answer that can be given at once is returned.
    pub fn carry(&mut self, output: Output) -> Option<Input> {
        match output {
            Output::Send { flow, bytes } if flow.transport == Transport::Memory => {
                if let Some(phones) = &self.phones {
                    phones.message(flow, bytes);
                }
            }
            Output::Send { flow, bytes } => self.sip.send(flow, bytes),
            Output::Connect {
                connection,
                transport,
                remote,
                ..
            } => {
                self.sip.connect(connection, transport, remote);
            }
            Output::Close { connection } => self.sip.close(connection),
            Output::Resolve {
                query,
                host,
                service,
                port,
            } => {
                self.resolve(query, host, service, port);
            }
            Output::Media { leg, command } => self.media.command(leg, command),
            Output::Fetch { fetch, request } => self.fetch(fetch, request),
            Output::Lookup { lookup, question } => {
                let found = self.find(question);
                return Some(Input::Call(Event::Found { lookup, found }));
            }
            Output::Save(row) => self.save(row),
            Output::Reply { ask, result } => self.pending.replies.push((ask, result)),
            Output::Notify(callback) => {
                self.pending
                    .writes
                    .push(Write::Callback(Box::new(callback.clone())));
                self.pending.callbacks.push(callback);
            }
            Output::Gone(call) => self.web.forget(call),
            Output::Story { call, rows } => {
                self.pending.writes.push(Write::Story { call, rungs: rows });
                self.pending.news.push(News::Over(call));
            }
            Output::Line(line) => {
                if let Some(terminal) = &self.terminal {
                    terminal.show(line.clone());
                }
                self.pending.news.extend(rung(line).map(News::Rung));
            }
            Output::PhoneUp { user } => info!(user, "phone registered"),
            Output::PhoneDown { user } => info!(user, "phone gone"),
            Output::TrunkUp { name } => info!(trunk = name, "trunk up"),
            Output::TrunkDown { name, reason } => warn!(trunk = name, reason, "trunk down"),
        }
        None
    }

    /// Hands what has been collected to the store.
    pub fn flush(&mut self) {
        let batches = self.pending.batches;
        let Pending {
            mut writes,
            replies,
            callbacks,
            news,
            ..
        } = std::mem::take(&mut self.pending);
        writes.append(&mut self.wire.lock().unwrap_or_else(PoisonError::into_inner));
        let waits = !writes.is_empty() || !replies.is_empty();
        let batch = batches + u64::from(waits);
        self.pending.batches = batch;
        if !news.is_empty() {
            self.live.tell(batch, news);
        }
        if !waits {
            return;
        }
        let (desk, sender) = (Arc::clone(&self.desk), self.callbacks.clone());
        let live = self.live.clone();
        self.writer.write_then(writes, move |result| {
            // First of all: who is answered, and asks for the stream of it, finds it there.
            live.durable(batch);
            match result {
                Ok(()) => {
                    replies
                        .into_iter()
                        .for_each(|(ask, answer)| desk.reply(ask, answer));
                    callbacks
                        .into_iter()
                        .for_each(|callback| sender.send(callback));
                }
                Err(error) => {
                    // What isn't durable isn't acknowledged. The callbacks are sent all the same:
                    // the calls they tell of are real, and a customer is better told than not.
                    for (ask, answer) in replies {
                        let refused = answer.and_then(|_| Err(unavailable(&error)));
                        desk.reply(ask, refused);
                    }
                    callbacks
                        .into_iter()
                        .for_each(|callback| sender.send_unstored(callback));
                }
            }
        });
    }

    fn save(&mut self, row: Row) {
        self.pending.writes.push(match row {
            Row::Call(row) => {
                if row.status.is_final() && row.end_time == Some(row.date_updated) {
                    self.metrics.call_ended(row.status, row.answered_by);
                    info!(
                        call = %row.sid,
                        direction = row.direction.as_str(),
                        status = row.status.as_str(),
                        secs = row.duration_secs,
                        sip = row.sip_response_code,
                        answered_by = row.answered_by.map(AnsweredBy::as_str),
                        "call ended"
                    );
                }
                self.pending
                    .news
                    .push(News::Row(Box::new(Change::of(&row))));
                Write::Call(row)
            }
            Row::Recording(row) => Write::Recording(row),
            Row::Notification(row) => {
                self.pending.news.push(News::Notification(row.clone()));
                Write::Notification(row)
            }
            Row::CallerId(row) => Write::CallerId(row),
            Row::WebEvent(row) => Write::WebEvent(row),
            Row::Waiting(row) => Write::Waiting(row),
            Row::Left(place) => Write::Left(place),
        });
    }

    fn find(&self, question: Question) -> Found {
        match question {
            Question::Number(number) => self.number(&number),
            Question::CallerId(account, number) => Found::CallerId(
                self.directory
                    .number(&number)
                    .is_some_and(|row| row.account == account)
                    || self.directory.caller_id(account, &number).is_some(),
            ),
            Question::Application(account, sid) => {
                Found::Application(self.directory.application(account, sid).map(Box::new))
            }
            Question::Account => Found::Account(
                self.directory
                    .default_account()
                    .map(|account| (*account).clone()),
            ),
        }
    }

    fn number(&self, phone_number: &str) -> Found {
        let number = self.directory.number(phone_number);
        let account = number
            .as_ref()
            .and_then(|number| self.directory.account(number.account));
        match account {
            Some(account) if !account.is_active() => Found::Suspended,
            _ => Found::Number(number.map(Box::new)),
        }
    }

    fn fetch(&self, fetch: FetchId, request: WebRequest) {
        let Some(account) = self.directory.account(request.account) else {
            // Never seen unless an account is taken away under a live call.
            let text = "the account is gone".to_owned();
            let reply = WebReply::Failed {
                code: ErrorCode::DOCUMENT_FAULT,
                status: None,
                text,
            };
            let shard = self.shard.clone();
            self.runtime
                .spawn_blocking(move || shard.event(Event::Fetched { fetch, reply }));
            return;
        };
        let (web, shard, metrics) = (self.web.clone(), self.shard.clone(), self.metrics.clone());
        let wire = Arc::clone(&self.wire);
        self.runtime.spawn(async move {
            let fetched = web.fetch(&request, &account).await;
            let rows = fetched.webhooks.into_iter();
            // Before the event: the loop then hands them on with what it makes of the answer, and
            // the row of the call they are about has gone before them.
            wire.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend(rows.map(|row| Write::Webhook(Box::new(row))));
            let outcome = match &fetched.reply {
                WebReply::Answered { .. } => Ok(()),
                WebReply::Failed { code, .. } => Err(*code),
            };
            metrics.document(outcome, fetched.took);
            let event = Event::Fetched {
                fetch,
                reply: fetched.reply,
            };
            // Waits only while the loop is overloaded, and then off the async threads.
            tokio::task::block_in_place(|| shard.event(event));
        });
    }

    /// Asks the machine's resolver; SRV names aren't asked yet, the host itself answers.
    fn resolve(&self, query: u64, host: String, service: Option<String>, port: u16) {
        let shard = self.shard.clone();
        self.runtime.spawn(async move {
            if let Some(service) = service {
                tracing::debug!(service, "SRV records are not asked; taking the host itself");
            }
            let found = tokio::net::lookup_host((host.as_str(), port)).await;
            let addresses = found.map(Iterator::collect).unwrap_or_default();
            tokio::task::block_in_place(|| shard.send(Input::Resolved { query, addresses }));
        });
    }
}

/// A line as it is told to whoever follows its call.
fn rung(line: Line) -> Option<Rung> {
    let name = |party| match party {
        Party::Switch => Cow::Borrowed("switch"),
        Party::Sound => Cow::Borrowed("sound"),
        Party::App => Cow::Borrowed("app"),
        Party::Api => Cow::Borrowed("api"),
        Party::Far(name) => Cow::Owned(name),
    };
    Some(Rung {
        at: line.at,
        call: line.call?,
        from: name(line.from),
        to: name(line.to),
        text: line.text,
    })
}

fn unavailable(error: &store::StoreError) -> Refusal {
    Refusal {
        code: ErrorCode::UNAVAILABLE,
        text: error.to_string(),
    }
}
