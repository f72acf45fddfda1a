//! Certificates for the API's hosts: made when a client asks for one, kept for the next.

use crate::host::{self, Verdict};
use crate::{Authority, InterceptError};
use model::limit;
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// What ends TLS for each host.
#[derive(Debug)]
pub struct Leaves {
    authority: Authority,
    kept: Mutex<BTreeMap<String, Kept>>,
}

#[derive(Debug)]
struct Kept {
    config: Arc<ServerConfig>,
    /// From then on it is made anew.
    renew: SystemTime,
}

impl Leaves {
    /// With the certificates of this authority.
    pub fn new(authority: Authority) -> Leaves {
        Leaves {
            authority,
            kept: Mutex::default(),
        }
    }

    /// Who signs.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// What ends TLS for a host of the API. HTTP/1.1 is all it bargains for (RFC 7301): the API
    /// is served in it, and every client can speak it.
    pub fn server(&self, host: &str, now: SystemTime) -> Result<Arc<ServerConfig>, InterceptError> {
        let host = host::canonical(host);
        if host::judge(&host) != Verdict::Answered {
            return Err(InterceptError::new(format!(
                "{host} is no host of the API: no certificate is made for it"
            )));
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = kept.get(&host).filter(|found| now < found.renew) {
            return Ok(Arc::clone(&found.config));
        }
        let fresh = self.make(&host, now)?;
        let config = Arc::clone(&fresh.config);
        kept.remove(&host);
        if kept.len() >= limit::INTERCEPT_LEAVES_MAX {
            // The one that would have to be made anew first.
            let oldest = kept.iter().min_by_key(|(_, kept)| kept.renew);
            let oldest = oldest.map(|(host, _)| host.clone());
            oldest.and_then(|host| kept.remove(&host));
        }
        kept.insert(host, fresh);
        Ok(config)
    }

    fn make(&self, host: &str, now: SystemTime) -> Result<Kept, InterceptError> {
        let leaf = self.authority.sign(host, now)?;
        let fault =
            |error: rustls::Error| InterceptError::new(format!("TLS can't be used: {error}"));
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(fault)?
            .with_no_client_auth()
            .with_single_cert(vec![leaf.certificate], leaf.key)
            .map_err(fault)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let days = limit::INTERCEPT_LEAF_RENEW_DAYS;
        Ok(Kept {
            config: Arc::new(config),
            renew: leaf.ends - Duration::from_secs(days * 24 * 60 * 60),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn leaves(now: SystemTime) -> (tempfile::TempDir, Leaves) {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::open(folder.path(), now).unwrap();
        (folder, Leaves::new(authority))
    }

    fn later(days: u64) -> SystemTime {
        NOW + Duration::from_secs((10_000 + days) * 24 * 60 * 60)
    }

    #[test]
    fn one_is_made_at_the_first_question_and_made_anew_before_it_ends() {
        let (_folder, leaves) = leaves(later(0));
        let first = leaves.server("api.twilio.com", later(0)).unwrap();
        let again = leaves.server("API.twilio.com.", later(22)).unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        let renewed = leaves.server("api.twilio.com", later(23)).unwrap();
        assert!(!Arc::ptr_eq(&first, &renewed));
        let kept = leaves.server("api.twilio.com", later(24)).unwrap();
        assert!(Arc::ptr_eq(&renewed, &kept));
    }

    #[test]
    fn no_more_are_kept_than_the_bound() {
        let (_folder, leaves) = leaves(later(0));
        let first = leaves.server("api.twilio.com", later(0)).unwrap();
        for edge in 0..limit::INTERCEPT_LEAVES_MAX {
            let host = format!("api.e{edge}.ie1.twilio.com");
            leaves.server(&host, later(1)).unwrap();
        }
        assert_eq!(
            leaves.kept.lock().unwrap().len(),
            limit::INTERCEPT_LEAVES_MAX
        );
        let anew = leaves.server("api.twilio.com", later(1)).unwrap();
        assert!(!Arc::ptr_eq(&first, &anew));
    }

    #[test]
    fn none_is_made_for_other_hosts() {
        let (_folder, leaves) = leaves(later(0));
        for host in ["example.com", "video.twilio.com", "127.0.0.1", ""] {
            assert!(leaves.server(host, later(0)).is_err(), "{host}");
        }
        assert!(leaves.kept.lock().unwrap().is_empty());
    }
}
