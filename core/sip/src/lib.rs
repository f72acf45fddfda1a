//! A SIP endpoint as a machine: bytes and time in, bytes and events out.
//!
//! The run loop: give it what came (`handle_*`, `place`, `command` …), then `poll` until it is
//! empty, then wait for the next packet or `next_timeout`, whichever is first. It reads no
//! clock, opens nothing and has no callbacks; the same inputs give the same outputs.

pub mod config;
pub mod digest;
pub mod message;
mod output;
pub mod stream;
pub mod transport;

pub use config::{
    Config, Listener, Next, Phone, Placement, Registration, SessionTimers, TimerValues,
    TrunkSource, Watch,
};
pub use output::{Output, Trace};
pub use transport::{Flow, Hop, Transport};

use model::signal::SignalCommand;
use model::{Chance, LegId, Time};
use std::collections::VecDeque;
use std::net::SocketAddr;

/// A SIP endpoint: transactions, dialogs, and one user agent per leg.
#[derive(Debug)]
pub struct Endpoint {
    config: Config,
    chance: Chance,
    out: VecDeque<Output>,
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
        Endpoint { config, chance, out: VecDeque::new() }
    }

    /// The settings, to be changed while the endpoint runs.
    pub fn config_mut(&mut self) -> &mut Config {
        &mut self.config
    }

    /// Takes in a whole message: a datagram, or the content of a WebSocket frame.
    pub fn handle_datagram(&mut self, now: Time, flow: Flow, bytes: &[u8]) {
        let _ = (now, flow, bytes, self.chance.next_u64());
    }

    /// Takes in bytes of a TCP or TLS connection.
    pub fn handle_stream(&mut self, now: Time, flow: Flow, bytes: &[u8]) {
        let _ = (now, flow, bytes);
    }

    /// A connection is open: one we asked for by `Output::Connect`, or one that came in. The
    /// shell numbers incoming ones from 1; ours are numbered from 2⁶³.
    pub fn stream_opened(&mut self, now: Time, flow: Flow) {
        let _ = (now, flow);
    }

    /// A connection is closed, or could not be opened.
    pub fn stream_closed(&mut self, now: Time, connection: u64) {
        let _ = (now, connection);
    }

    /// Places a leg; events follow under its name.
    pub fn place(&mut self, now: Time, leg: LegId, placement: Placement) {
        let _ = (now, leg, placement);
    }

    /// Carries out what call control asks of a leg. `Invite` is `place`'s business and ignored.
    pub fn command(&mut self, now: Time, leg: LegId, command: SignalCommand) {
        let _ = (now, leg, command);
    }

    /// Registers at a carrier and keeps the registration alive; one of the same name is replaced.
    pub fn register_at(&mut self, now: Time, registration: Registration) {
        let _ = (now, registration);
    }

    /// Takes a registration back at the carrier and forgets it.
    pub fn unregister(&mut self, now: Time, name: &str) {
        let _ = (now, name);
    }

    /// Keeps asking a trunk whether it is alive; a watch of the same name is replaced.
    pub fn watch(&mut self, now: Time, watch: Watch) {
        let _ = (now, watch);
    }

    /// Stops asking.
    pub fn unwatch(&mut self, name: &str) {
        let _ = name;
    }

    /// The contacts a phone has registered, freshest first.
    pub fn bindings(&self, user: &str) -> Vec<Binding> {
        let _ = user;
        Vec::new()
    }

    /// The answer to `Output::Resolve`, best address first; empty if there is none.
    pub fn resolved(&mut self, now: Time, query: u64, addresses: Vec<SocketAddr>) {
        let _ = (now, query, addresses);
    }

    /// When `handle_timeout` is next wanted.
    pub fn next_timeout(&self) -> Option<Time> {
        None
    }

    /// Lets everything happen that is due by `now`.
    pub fn handle_timeout(&mut self, now: Time) {
        let _ = now;
    }

    /// The next thing to do or to know; `None` until something is put in again.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// Live legs.
    pub fn legs(&self) -> usize {
        0
    }

    /// Live transactions.
    pub fn transactions(&self) -> usize {
        0
    }
}
