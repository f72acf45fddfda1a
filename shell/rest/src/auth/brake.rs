//! Slows down whoever tries credentials out.
//!
//! Wrong ones are counted by address and name, and by address alone. Beyond a bound nothing is
//! compared for the rest of the window, not even what is right: otherwise a guesser would learn of
//! the right one all the same. The same name from another address goes on as before, and a program
//! that brings the same wrong secret again and again is no guesser: each is counted once.

use model::{Time, limit};
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Counts wrong credentials.
#[derive(Default)]
pub struct Brake {
    /// Whether anything is counted: most of the time nothing is, and nobody takes the lock.
    counting: AtomicBool,
    window: Mutex<Window>,
    /// Names and secrets are kept as keyed hashes only.
    hasher: RandomState,
}

#[derive(Default)]
struct Window {
    begun: Time,
    by_name: HashMap<(IpAddr, u64), Tally>,
    by_address: HashMap<IpAddr, Tally>,
}

#[derive(Default, Clone, Copy)]
struct Tally {
    count: u32,
    /// The last few that were wrong; these again teach a guesser nothing.
    lately: [u64; 4],
}

impl Brake {
    /// Whether these credentials are not to be looked at for now.
    pub fn holds(&self, address: IpAddr, name: &str, now: Time) -> bool {
        if !self.counting.load(Ordering::Relaxed) {
            return false;
        }
        let (address, name) = (network(address), self.hasher.hash_one(name));
        let window = self.window(now);
        let count = |tally: Option<&Tally>| tally.map_or(0, |tally| tally.count);
        count(window.by_name.get(&(address, name))) >= limit::GUESSES_PER_NAME_MAX
            || count(window.by_address.get(&address)) >= limit::GUESSES_PER_ADDRESS_MAX
    }

    /// These were wrong.
    pub fn wrong(&self, address: IpAddr, name: &str, secret: &str, now: Time) {
        let address = network(address);
        let whole = self.hasher.hash_one((name, secret));
        let name = self.hasher.hash_one(name);
        let mut window = self.window(now);
        count(&mut window.by_name, (address, name), whole);
        // This machine's own address may be that of a proxy which names nobody: then all clients
        // share it, and one guesser must not keep all of them out.
        if !address.is_loopback() {
            count(&mut window.by_address, address, whole);
        }
        self.counting.store(true, Ordering::Relaxed);
    }

    fn window(&self, now: Time) -> MutexGuard<'_, Window> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if now.since(window.begun).secs() >= limit::GUESS_WINDOW_SECS {
            window.begun = now;
            window.by_name.clear();
            window.by_address.clear();
            self.counting.store(false, Ordering::Relaxed);
        }
        window
    }
}

fn count<K: std::hash::Hash + Eq>(table: &mut HashMap<K, Tally>, key: K, whole: u64) {
    if table.len() >= limit::GUESSERS_MAX && !table.contains_key(&key) {
        return;
    }
    let tally = table.entry(key).or_default();
    if !tally.lately.contains(&whole) {
        tally.lately.rotate_right(1);
        tally.lately[0] = whole;
        tally.count += 1;
    }
}

/// Who has one IPv6 address has all of its /64.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) if !address.is_loopback() => {
            let high = u128::from(address) >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from(high))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_secs(1_000_000);

    fn at(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn guess(brake: &Brake, address: &str, name: &str, count: u32) {
        for secret in 0..count {
            brake.wrong(at(address), name, &secret.to_string(), NOW);
        }
    }

    #[test]
    fn a_guesser_is_held_for_one_name_from_one_address_until_the_window_ends() {
        let brake = Brake::default();
        guess(&brake, "192.0.2.1", "AC1", limit::GUESSES_PER_NAME_MAX - 1);
        assert!(!brake.holds(at("192.0.2.1"), "AC1", NOW));
        guess(&brake, "192.0.2.1", "AC1", limit::GUESSES_PER_NAME_MAX);
        assert!(brake.holds(at("192.0.2.1"), "AC1", NOW));
        assert!(!brake.holds(at("192.0.2.1"), "AC2", NOW));
        assert!(!brake.holds(at("192.0.2.2"), "AC1", NOW));
        let later = NOW + model::Span::from_secs(limit::GUESS_WINDOW_SECS);
        assert!(!brake.holds(at("192.0.2.1"), "AC1", later));
    }

    #[test]
    fn the_same_mistake_again_is_no_guess() {
        let brake = Brake::default();
        for _ in 0..1_000 {
            brake.wrong(at("192.0.2.1"), "AC1", "old token", NOW);
            brake.wrong(at("192.0.2.1"), "AC1", "another old token", NOW);
        }
        assert!(!brake.holds(at("192.0.2.1"), "AC1", NOW));
    }

    #[test]
    fn many_names_from_one_address_are_held_too_but_not_from_this_machine() {
        for (address, held) in [
            ("192.0.2.1", true),
            ("2001:db8::1", true),
            ("127.0.0.1", false),
        ] {
            let brake = Brake::default();
            for name in 0..limit::GUESSES_PER_ADDRESS_MAX {
                brake.wrong(at(address), &format!("AC{name}"), "guess", NOW);
            }
            assert_eq!(brake.holds(at(address), "fresh", NOW), held, "{address}");
            if held && address.contains(':') {
                assert!(brake.holds(at("2001:db8::2"), "fresh", NOW));
                assert!(!brake.holds(at("2001:db8:0:1::1"), "fresh", NOW));
            }
        }
    }

    #[test]
    fn the_tables_are_bounded() {
        let brake = Brake::default();
        for name in 0..limit::GUESSERS_MAX + 10 {
            brake.wrong(at("127.0.0.1"), &name.to_string(), "x", NOW);
        }
        assert_eq!(brake.window(NOW).by_name.len(), limit::GUESSERS_MAX);
    }
}
