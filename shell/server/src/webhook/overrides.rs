//! Connection overrides in an address's fragment: `#rc=2&rp=5xx,rt&ct=1000`.

use model::{ErrorCode, limit};
use std::time::Duration;

/// How long each phase may take, and what is tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overrides {
    /// `ct`: finding and reaching the host.
    pub connect: Duration,
    /// `rt`: waiting for the next byte of the answer.
    pub read: Duration,
    /// `tt`: everything, retries included.
    pub total: Duration,
    /// `rc`: how often a request is tried again.
    pub retries: u32,
    /// `rp`: after which faults.
    pub policy: Policy,
    /// `sni`: whether the host is named in the TLS handshake.
    pub server_name: bool,
    // `e`, from which edge requests leave, is checked and changes nothing: there is one place.
}

/// The faults after which a request is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    /// `4xx`: statuses 400 to 499.
    pub client_errors: bool,
    /// `5xx`: statuses 500 to 599.
    pub server_errors: bool,
    /// `ct`: connecting took too long, or TLS could not be agreed.
    pub connect: bool,
    /// `rt`: the answer took too long.
    pub read: bool,
    /// `all`: the above, and every other way a connection can fail.
    pub others: bool,
}

impl Default for Overrides {
    fn default() -> Self {
        Overrides {
            connect: Duration::from_millis(limit::WEBHOOK_CONNECT_MS),
            read: Duration::from_millis(limit::WEBHOOK_TOTAL_MS),
            total: Duration::from_millis(limit::WEBHOOK_TOTAL_MS),
            retries: 1,
            policy: Policy {
                connect: true,
                ..Policy::default()
            },
            server_name: true,
        }
    }
}

impl Overrides {
    /// Reads a fragment. Numbers out of range are brought into it; a fragment that holds none of
    /// our keys is an ordinary one; a retry policy that can't be read is a fault (11243), and so
    /// is an edge that there isn't (11240, 11242).
    pub fn parse(fragment: Option<&str>) -> Result<Overrides, ErrorCode> {
        let mut overrides = Overrides::default();
        for pair in fragment.unwrap_or("").split('&') {
            let Some((key, value)) = pair.split_once('=') else {
                continue;
            };
            let millis = |most| -> Option<Duration> {
                let millis: u64 = value.parse().ok()?;
                Some(Duration::from_millis(millis.clamp(TIMEOUT_MS_MIN, most)))
            };
            match key {
                "ct" => overrides.connect = millis(CONNECT_MS_MAX).unwrap_or(overrides.connect),
                "rt" => {
                    overrides.read = millis(limit::WEBHOOK_TOTAL_MS).unwrap_or(overrides.read);
                }
                "tt" => {
                    overrides.total = millis(limit::WEBHOOK_TOTAL_MS).unwrap_or(overrides.total);
                }
                "rc" => {
                    let count = value
                        .parse::<u32>()
                        .ok()
                        .map(|count| count.min(RETRIES_MAX));
                    overrides.retries = count.unwrap_or(overrides.retries);
                }
                "rp" => overrides.policy = Policy::parse(value)?,
                "sni" => overrides.server_name = value != "n",
                "e" => edges(value)?,
                _ => {}
            }
        }
        Ok(overrides)
    }
}

/// The words of a list.
fn words(text: &str) -> Vec<String> {
    let text = text.replace("%2C", ",").replace("%2c", ",");
    text.split(',').map(|word| word.trim().to_owned()).collect()
}

/// Checks a list of edges. Unconfirmed: which of the catalogue's three numbers belongs to which
/// word. A word that names no edge is an invalid location; one that ends like a private
/// interconnection, which nobody has here, is not allowed.
fn edges(text: &str) -> Result<(), ErrorCode> {
    for word in words(text) {
        let edge = word.to_ascii_lowercase();
        if edge.ends_with("-ix") {
            return Err(ErrorCode::EDGE_INTERCONNECT);
        }
        match edge.as_str() {
            // Where a call comes in; requests can't leave from it.
            "roaming" => return Err(ErrorCode::EDGE_UNSUPPORTED),
            edge if EDGES.contains(&edge) => {}
            _ => return Err(ErrorCode::EDGE_INVALID),
        }
    }
    Ok(())
}

/// The public edges that existing URLs name.
const EDGES: [&str; 8] = [
    "ashburn",
    "umatilla",
    "dublin",
    "frankfurt",
    "singapore",
    "tokyo",
    "sao-paulo",
    "sydney",
];

impl Policy {
    fn parse(text: &str) -> Result<Policy, ErrorCode> {
        let mut policy = Policy::default();
        for word in words(text) {
            match word.as_str() {
                "4xx" => policy.client_errors = true,
                "5xx" => policy.server_errors = true,
                "ct" => policy.connect = true,
                "rt" => policy.read = true,
                "all" => {
                    policy = Policy {
                        client_errors: true,
                        server_errors: true,
                        connect: true,
                        read: true,
                        others: true,
                    };
                }
                _ => return Err(ErrorCode::RETRY_POLICY),
            }
        }
        Ok(policy)
    }
}

const TIMEOUT_MS_MIN: u64 = 100;
const CONNECT_MS_MAX: u64 = 10_000;
const RETRIES_MAX: u32 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_brought_into_their_range() {
        let read = |text| Overrides::parse(Some(text)).unwrap();
        let low = read("ct=1&rt=1&tt=1&rc=0");
        assert_eq!((low.connect.as_millis(), low.read.as_millis()), (100, 100));
        assert_eq!((low.total.as_millis(), low.retries), (100, 0));
        let high = read("ct=99999&rt=99999&tt=99999&rc=99&sni=n");
        assert_eq!(
            (high.connect.as_millis(), high.read.as_millis()),
            (10_000, 15_000)
        );
        assert_eq!((high.total.as_millis(), high.retries), (15_000, 5));
        assert!(!high.server_name);
        assert_eq!(read("section-2"), Overrides::default());
        assert_eq!(read("ct=soon&e=ashburn"), Overrides::default());
        assert_eq!(Overrides::parse(None), Ok(Overrides::default()));
    }

    #[test]
    fn edges_are_known_ones() {
        let read = |text| Overrides::parse(Some(text));
        assert_eq!(
            read("e=ashburn,Dublin%2Csao-paulo"),
            Ok(Overrides::default())
        );
        for (text, code) in [
            ("e=atlantis", ErrorCode::EDGE_INVALID),
            ("e=ashburn,,dublin", ErrorCode::EDGE_INVALID),
            ("e=", ErrorCode::EDGE_INVALID),
            ("e=roaming", ErrorCode::EDGE_UNSUPPORTED),
            ("e=ashburn-ix", ErrorCode::EDGE_INTERCONNECT),
        ] {
            assert_eq!(read(text), Err(code), "{text}");
        }
    }

    #[test]
    fn a_policy_is_read_whole_or_refused() {
        let policy = Overrides::parse(Some("rp=5xx,rt")).unwrap().policy;
        assert!(policy.server_errors && policy.read && !policy.connect && !policy.client_errors);
        assert!(Overrides::parse(Some("rp=all")).unwrap().policy.others);
        assert_eq!(
            Overrides::parse(Some("rp=3xx")),
            Err(ErrorCode::RETRY_POLICY)
        );
        assert_eq!(Overrides::parse(Some("rp=")), Err(ErrorCode::RETRY_POLICY));
    }
}
