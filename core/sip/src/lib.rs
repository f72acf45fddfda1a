//! A SIP endpoint as a machine: bytes and time in, bytes and events out.
//!
//! The run loop: give it what came (`handle_*`, `place`, `command` …), then `poll` until it is
//! empty, then wait for the next packet or `next_timeout`, whichever is first. It reads no
//! clock, opens nothing and has no callbacks; the same inputs give the same outputs.

mod agent;
mod config;
mod dialog;
pub mod digest;
mod dispatch;
pub mod message;
mod output;
mod stack;
pub mod stream;
mod transaction;
mod transport;

#[cfg(test)]
mod tests;

pub use config::{
    Config, Listener, Next, Phone, Placement, Registration, SessionTimers, TimerValues,
    TrunkSource, Watch,
};
pub use output::{Output, Trace};
pub use transport::{Flow, Hop, Transport};

use agent::Leg;
use agent::ping::Watched;
use agent::register::Carrier;
use agent::registrar::Registrar;
use dispatch::Query;
use model::signal::SignalCommand;
use model::{Chance, LegId, Time};
use stack::Stack;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use stream::Frame;

/// A SIP endpoint: transactions, dialogs, and one user agent per leg.
#[derive(Debug)]
pub struct Endpoint {
    stack: Stack,
    legs: BTreeMap<LegId, Box<Leg>>,
    next_offered: u64,
    registrar: Registrar,
    carriers: BTreeMap<u64, Carrier>,
    watches: BTreeMap<u64, Watched>,
    next_errand: u64,
    queries: BTreeMap<u64, Query>,
    next_query: u64,
    reconfigured: bool,
}

/// A contact of a registered phone.
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    /// The URI it registered.
    pub contact: message::Uri,
    /// Where it is reached: the way its REGISTER came.
    pub flow: Flow,
    /// When the binding ends.
    pub expires_at: Time,
}

impl Endpoint {
    /// An endpoint with these settings; `chance` names its calls, tags and branches.
    pub fn new(config: Config, chance: Chance) -> Endpoint {
        Endpoint {
            stack: Stack::new(config, chance),
            legs: BTreeMap::new(),
            next_offered: LegId::FIRST_OFFERED.0,
            registrar: Registrar::default(),
            carriers: BTreeMap::new(),
            watches: BTreeMap::new(),
            next_errand: 1,
            queries: BTreeMap::new(),
            next_query: 1,
            reconfigured: false,
        }
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.stack.config
    }

    /// The settings, to be changed while the endpoint runs.
    pub fn config_mut(&mut self) -> &mut Config {
        self.reconfigured = true;
        &mut self.stack.config
    }

    /// Takes in a whole message: a datagram, or the content of a WebSocket frame.
    pub fn handle_datagram(&mut self, now: Time, flow: Flow, bytes: &[u8]) {
        self.begin(now);
        self.stack.wire.notice(flow);
        match stream::whole(bytes) {
            Frame::Message(message) => self.hear(flow, message, bytes),
            Frame::Refused(error) => self.refuse_malformed(flow, &error),
            Frame::Ping => self.pong(flow),
            Frame::Pong => {}
        }
        self.finish();
    }

    /// Takes in bytes of a TCP or TLS connection.
    pub fn handle_stream(&mut self, now: Time, flow: Flow, bytes: &[u8]) {
        self.begin(now);
        self.read_stream(flow, bytes);
        self.finish();
    }

    /// A connection is open: one we asked for by `Output::Connect`, or one that came in. The
    /// shell numbers incoming ones from 1; ours are numbered from 2⁶³.
    pub fn stream_opened(&mut self, now: Time, flow: Flow) {
        self.begin(now);
        self.stack.wire.opened(flow);
        self.finish();
    }

    /// A connection is closed, or could not be opened.
    pub fn stream_closed(&mut self, now: Time, connection: u64) {
        self.begin(now);
        self.drop_connection(connection);
        self.finish();
    }

    /// Places a leg; events follow under its name.
    pub fn place(&mut self, now: Time, leg: LegId, placement: Placement) {
        self.begin(now);
        self.place_leg(leg, placement);
        self.finish();
    }

    /// Carries out what call control asks of a leg. `Invite` is `place`'s business and ignored.
    pub fn command(&mut self, now: Time, leg: LegId, command: SignalCommand) {
        self.begin(now);
        if let Some(found) = self.legs.get_mut(&leg) {
            found.command(&mut self.stack, command);
            self.sweep(leg);
        }
        self.finish();
    }

    /// Registers at a carrier and keeps the registration alive; one of the same name is replaced.
    pub fn register_at(&mut self, now: Time, registration: Registration) {
        self.begin(now);
        self.add_carrier(registration);
        self.finish();
    }

    /// Takes a registration back at the carrier and forgets it.
    pub fn unregister(&mut self, now: Time, name: &str) {
        self.begin(now);
        self.remove_carrier(name);
        self.finish();
    }

    /// Keeps asking a trunk whether it is alive; a watch of the same name is replaced.
    pub fn watch(&mut self, now: Time, watch: Watch) {
        self.begin(now);
        self.add_watch(watch);
        self.finish();
    }

    /// Stops asking.
    pub fn unwatch(&mut self, name: &str) {
        self.remove_watch(name);
    }

    /// The contacts a phone has registered, best first.
    pub fn bindings(&self, user: &str) -> Vec<Binding> {
        self.registrar.bindings(user)
    }

    /// The answer to `Output::Resolve`, best address first; empty if there is none.
    pub fn resolved(&mut self, now: Time, query: u64, addresses: Vec<SocketAddr>) {
        self.begin(now);
        self.take_addresses(query, addresses);
        self.finish();
    }

    /// When `handle_timeout` is next wanted.
    pub fn next_timeout(&self) -> Option<Time> {
        self.stack.timers.next()
    }

    /// Lets everything happen that is due by `now`.
    pub fn handle_timeout(&mut self, now: Time) {
        self.begin(now);
        while let Some((owner, timer)) = self.stack.timers.pop(now) {
            self.fire(owner, timer);
            self.finish();
        }
    }

    /// The next thing to do or to know; `None` until something is put in again.
    pub fn poll(&mut self) -> Option<Output> {
        self.stack.wire.out.pop_front()
    }

    /// Live legs.
    pub fn legs(&self) -> usize {
        self.legs.len()
    }

    /// Live transactions.
    pub fn transactions(&self) -> usize {
        self.stack.transactions.len()
    }

    fn begin(&mut self, now: Time) {
        self.stack.now = now;
        if std::mem::take(&mut self.reconfigured) {
            self.stack.wire.listeners = self.stack.config.listeners.clone();
            self.stack.wire.trace = self.stack.config.trace;
        }
    }
}
