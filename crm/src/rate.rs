//! How often somebody may do something: a bucket for each of them that fills again with time.

use crate::clock::Clock;
use crate::limit;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

/// From where something is asked, as far as it is one place: an address, or a network of IPv6,
/// for one machine has as many addresses there as it likes (RFC 4291 §2.5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Origin(IpAddr);

impl From<IpAddr> for Origin {
    fn from(address: IpAddr) -> Origin {
        match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = address.to_bits() >> 64 << 64;
                Origin(Ipv6Addr::from_bits(network).into())
            }
            address => Origin(address),
        }
    }
}

/// Counts what each of many does, in bounded memory.
#[derive(Debug)]
pub struct Rate<K> {
    burst: u32,
    every: Duration,
    clock: Clock,
    /// When each bucket will be full again. One that is full is as good as none.
    full_at: Mutex<HashMap<K, SystemTime>>,
}

impl<K: Hash + Eq> Rate<K> {
    /// So many at once, and then one each `every`.
    #[must_use]
    pub fn new(burst: u32, every: Duration, clock: Clock) -> Rate<K> {
        Rate {
            burst,
            every,
            clock,
            full_at: Mutex::default(),
        }
    }

    /// Takes one, or says how long to wait for it.
    ///
    /// # Errors
    /// How long until it may be asked for again.
    pub fn take(&self, who: K) -> Result<(), Duration> {
        let now = self.clock.now();
        let mut full_at = self
            .full_at
            .lock()
            .unwrap_or_else(|broken| broken.into_inner());
        if full_at.len() >= limit::COUNTED && !full_at.contains_key(&who) {
            full_at.retain(|_, at| *at > now);
            if full_at.len() >= limit::COUNTED {
                return Err(self.every);
            }
        }
        let at = full_at.entry(who).or_insert(now);
        let next = (*at).max(now) + self.every;
        let room = self.every * self.burst;
        let ahead = next.duration_since(now).unwrap_or_default();
        if ahead > room {
            return Err(ahead - room);
        }
        *at = next;
        Ok(())
    }

    /// Gives back what was taken, as if nothing had been done.
    pub fn give_back(&self, who: &K) {
        let mut full_at = self
            .full_at
            .lock()
            .unwrap_or_else(|broken| broken.into_inner());
        if let Some(at) = full_at.get_mut(who) {
            *at -= self.every;
        }
    }

    /// Forgets what somebody has done: who has proved to be themselves begins anew.
    pub fn forget(&self, who: &K) {
        let mut full_at = self
            .full_at
            .lock()
            .unwrap_or_else(|broken| broken.into_inner());
        full_at.remove(who);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    fn rate(burst: u32) -> (Rate<u32>, Clock) {
        let clock = Clock::standing_at(UNIX_EPOCH + Duration::from_secs(1_000_000));
        let rate = Rate::new(burst, Duration::from_secs(6), clock.clone());
        (rate, clock)
    }

    #[test]
    fn so_many_at_once_and_then_one_at_a_time() {
        let (rate, clock) = rate(2);
        assert_eq!((rate.take(1), rate.take(1)), (Ok(()), Ok(())));
        assert_eq!(rate.take(1), Err(Duration::from_secs(6)));
        clock.advance(Duration::from_secs(4));
        assert_eq!(rate.take(1), Err(Duration::from_secs(2)));
        clock.advance(Duration::from_secs(2));
        assert_eq!(rate.take(1), Ok(()));
        assert_eq!(rate.take(1), Err(Duration::from_secs(6)));
        clock.advance(Duration::from_secs(600));
        assert_eq!((rate.take(1), rate.take(1)), (Ok(()), Ok(())));
        assert!(rate.take(1).is_err(), "time that passes is not saved up");
    }

    #[test]
    fn each_has_their_own() {
        let (rate, _) = rate(1);
        assert_eq!((rate.take(1), rate.take(2)), (Ok(()), Ok(())));
        assert!(rate.take(1).is_err() && rate.take(2).is_err());
        rate.forget(&1);
        rate.give_back(&2);
        assert_eq!((rate.take(1), rate.take(2)), (Ok(()), Ok(())));
    }

    #[test]
    fn a_network_of_ipv6_is_one_place() {
        let origin = |text: &str| Origin::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(origin("2001:db8::1"), origin("2001:db8::ffff:0:0:1"));
        assert_ne!(origin("2001:db8::1"), origin("2001:db8:0:1::1"));
        assert_eq!(origin("::ffff:192.0.2.1"), origin("192.0.2.1"));
        assert_ne!(origin("192.0.2.1"), origin("192.0.2.2"));
    }

    #[test]
    fn its_memory_is_bounded() {
        let (rate, clock) = rate(1);
        for who in 0..u32::try_from(limit::COUNTED).unwrap() {
            assert_eq!(rate.take(who), Ok(()));
        }
        assert!(rate.take(u32::MAX).is_err(), "no room for a stranger");
        assert!(rate.take(0).is_err(), "who is known stays known");
        clock.advance(Duration::from_secs(7));
        assert_eq!(rate.take(u32::MAX), Ok(()));
        assert!(rate.full_at.lock().unwrap().len() == 1);
    }
}
