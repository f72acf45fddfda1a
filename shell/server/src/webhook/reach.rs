//! From a host's name to an open connection: resolved, judged by the gate, connected.
//!
//! What was judged is what is connected to: the address itself, never the name again. So a name
//! that leads elsewhere the next time (DNS rebinding) gains nothing, and neither does an odd
//! spelling of an address (`0x7f.1`, `2130706433`), which only the resolver can read.

use super::fault::{self, Fault};
use super::gate::Gate;
use super::lookups::{Found, Lookups};
use super::pool::{Bounds, Phases, timed_out};
use model::limit;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

/// Opens connections.
pub(super) struct Reach {
    gate: Gate,
    names: Names,
    warned: Warned,
}

/// Hosts with a forbidden address of which the operator has been warned: a host that is asked at
/// every call is no news at the second.
#[derive(Debug, Default)]
struct Warned(Mutex<BTreeSet<String>>);

impl Warned {
    /// Whether this host is news. Beyond the bound all are forgotten, and are news once more.
    fn is_news(&self, host: &str) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(host) {
            return false;
        }
        if known.len() >= limit::FORBIDDEN_HOSTS_MAX {
            known.clear();
        }
        known.insert(host.to_owned())
    }
}

/// Who knows where a name leads.
pub(super) enum Names {
    /// The machine's resolver.
    Machine(Lookups),
    /// A test.
    #[cfg(test)]
    Told(Box<Telling>),
}

/// Where a test says a name leads.
#[cfg(test)]
type Telling = dyn Fn(&str) -> Vec<std::net::IpAddr> + Send + Sync;

impl Reach {
    pub fn new(gate: Gate, names: Names) -> Reach {
        let warned = Warned::default();
        Reach {
            gate,
            names,
            warned,
        }
    }

    /// Finds the host and opens a connection, trying its addresses in turn.
    pub async fn connect(
        &self,
        host: &str,
        port: u16,
        bounds: Bounds,
        phases: &mut Phases,
    ) -> Result<TcpStream, Fault> {
        let begun = Instant::now();
        let until = (Instant::now() + bounds.connect).min(bounds.deadline);
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let found = timeout_at(until, self.names.resolve(bare)).await;
        phases.lookup = Some(begun.elapsed());
        let found = found
            .map_err(|_| timed_out(bounds, Fault::ConnectTimeout))?
            .map_err(Fault::Host)?;
        if found.is_empty() {
            return Err(Fault::Host("the name has no address".to_owned()));
        }
        let (admitted, forbidden): (Vec<_>, Vec<_>) = found
            .into_iter()
            .partition(|address| self.gate.admits(*address));
        // Told to the operator alone: where their names lead is not the customer's business.
        if !forbidden.is_empty() && self.warned.is_news(bare) {
            tracing::warn!(host, addresses = ?forbidden, "forbidden address not connected to");
        } else if !forbidden.is_empty() {
            tracing::debug!(host, addresses = ?forbidden, "forbidden address not connected to");
        }
        let mut last = Fault::Forbidden;
        let addresses = admitted.into_iter().take(ADDRESSES_MAX);
        let addresses: Vec<_> = addresses.map(|ip| SocketAddr::new(ip, port)).collect();
        let begun = Instant::now();
        for (tried, address) in addresses.iter().enumerate() {
            // Each address that is left gets an equal share of the time that is left.
            let left = until.saturating_duration_since(Instant::now());
            let share = Instant::now() + left / (addresses.len() - tried) as u32;
            let connected = timeout_at(share, TcpStream::connect(address)).await;
            phases.connect = Some(begun.elapsed());
            last = match connected {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => fault::of_connect(&error),
                Err(_) => timed_out(bounds, Fault::ConnectTimeout),
            };
        }
        Err(last)
    }
}

impl Names {
    async fn resolve(&self, host: &str) -> Found {
        if let Ok(address) = host.parse() {
            return Ok(vec![address]);
        }
        match self {
            Names::Machine(lookups) => lookups.ask(host, ask_machine).await,
            #[cfg(test)]
            Names::Told(tell) => Ok(tell(host)),
        }
    }
}

async fn ask_machine(host: String) -> Found {
    match tokio::net::lookup_host((host.as_str(), 0)).await {
        Ok(found) => Ok(found.map(|address| address.ip()).collect()),
        Err(error) => Err(error.to_string()),
    }
}

/// Addresses of one name that are tried.
const ADDRESSES_MAX: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_news_once_and_memory_is_bounded() {
        let warned = Warned::default();
        assert!(warned.is_news("intranet.example"));
        assert!(!warned.is_news("intranet.example"));
        for number in 1..limit::FORBIDDEN_HOSTS_MAX {
            assert!(warned.is_news(&format!("{number}.example")));
        }
        assert!(!warned.is_news("intranet.example"));
        assert!(warned.is_news("one-more.example"));
        assert_eq!(warned.0.lock().unwrap().len(), 1);
    }
}
