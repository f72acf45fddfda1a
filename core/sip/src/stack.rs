//! What every agent works with: settings, chance, the moment, transactions, and the way out.

use std::collections::VecDeque;

use crate::config::Config;
use crate::digest::NonceCounts;
use crate::message::{HeaderName, Request, Response, Uri};
use crate::output::Output;
use crate::transaction::timer::{Armed, Owner, Timer, Timers};
use crate::transaction::{Heard, Transactions, Turn, User};
use crate::transport::{Flow, Wire};
use model::signal::SignalEvent;
use model::{Chance, LegId, Span, Time};

/// The common ground of all agents.
#[derive(Debug)]
pub(crate) struct Stack {
    pub(crate) config: Config,
    pub(crate) chance: Chance,
    pub(crate) now: Time,
    pub(crate) wire: Wire,
    pub(crate) timers: Timers,
    pub(crate) transactions: Transactions,
    pub(crate) heard: VecDeque<Heard>,
    /// How often each nonce of ours was used, against replays.
    pub(crate) nonce_counts: NonceCounts,
}

impl Stack {
    pub(crate) fn new(config: Config, mut chance: Chance) -> Stack {
        Stack {
            now: Time(0),
            wire: Wire::new(config.listeners.clone(), config.trace),
            timers: Timers::default(),
            transactions: Transactions::new(chance.next_u64()),
            heard: VecDeque::new(),
            nonce_counts: NonceCounts::new(),
            config,
            chance,
        }
    }

    /// Transactions, and what a step of theirs may touch.
    pub(crate) fn split(&mut self) -> (&mut Transactions, Turn<'_>) {
        let turn = Turn {
            now: self.now,
            values: self.config.timers,
            timers: &mut self.timers,
            wire: &mut self.wire,
            heard: &mut self.heard,
        };
        (&mut self.transactions, turn)
    }

    /// Sends a request in a new transaction; gives its name.
    pub(crate) fn request(&mut self, user: User, request: &mut Request, flow: Flow) -> u64 {
        request
            .headers
            .push(HeaderName::UserAgent, &self.config.user_agent);
        let nonce = self.chance.next_u64() as u32;
        let (transactions, mut turn) = self.split();
        transactions.request(&mut turn, user, request, flow, nonce)
    }

    /// Sends an ACK, which has no transaction, and gives its bytes (RFC 3261 §13.2.2.4).
    pub(crate) fn acknowledge(
        &mut self,
        leg: Option<LegId>,
        mut ack: Request,
        flow: Flow,
    ) -> Vec<u8> {
        let nonce = self.chance.next_u64();
        let (host, port) = self.wire.sent_by(&flow);
        let branch = format!("z9hG4bKack{nonce:016x}");
        let mut via =
            crate::message::header::Via::new(flow.transport.into(), host, Some(port), &branch);
        via.ask_rport();
        ack.headers.push_front(HeaderName::Via, via);
        let bytes = ack.to_bytes();
        self.wire.send(flow, bytes.clone(), leg);
        bytes
    }

    /// Sends a response in its transaction; gives its bytes and the way they went.
    pub(crate) fn respond(&mut self, key: u64, response: &Response) {
        self.respond_bytes(key, response.code, response.to_bytes());
    }

    /// The same with a response that is written already.
    pub(crate) fn respond_bytes(&mut self, key: u64, code: crate::message::Code, bytes: Vec<u8>) {
        let (transactions, mut turn) = self.split();
        transactions.respond(&mut turn, key, code, bytes);
    }

    /// Tells the world what happened to a leg.
    pub(crate) fn tell(&mut self, leg: LegId, event: SignalEvent) {
        self.wire.out.push_back(Output::Leg { leg, event });
    }

    /// Sets a timer so far from now.
    pub(crate) fn arm<const N: usize>(
        &mut self,
        armed: &mut Armed<N>,
        owner: Owner,
        timer: Timer,
        after: Span,
    ) {
        let at = self.now + after;
        self.timers.set(armed, owner, timer, at);
    }

    /// Our Contact for what goes by this way.
    pub(crate) fn contact(&self, flow: &Flow) -> Uri {
        let (host, port) = self.wire.sent_by(flow);
        let mut uri = Uri::sip("", host, Some(port));
        if let (Some(sip), Some(name)) = (uri.as_sip_mut(), flow.transport.uri_param()) {
            sip.params.set("transport", name);
        }
        uri
    }

    /// A new tag for this leg: its name, and what nobody can guess.
    pub(crate) fn tag(&mut self, leg: LegId) -> String {
        format!("{:x}-{:016x}", leg.0, self.chance.next_u64())
    }

    /// A new Call-ID.
    pub(crate) fn call_id(&mut self) -> String {
        format!("{:032x}", self.chance.next_u128())
    }
}

/// The leg a tag of ours names, to be compared with that leg's whole tag.
pub(crate) fn leg_of_tag(tag: &str) -> Option<LegId> {
    let (leg, _) = tag.split_once('-')?;
    u64::from_str_radix(leg, 16).ok().map(LegId)
}
