//! How many requests of one account run at the same time.

use model::AccountSid;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Counts each account's running requests.
#[derive(Default)]
pub struct Gate {
    /// Accounts that have one at least.
    running: Mutex<HashMap<AccountSid, u32>>,
}

/// A request that runs, until this is dropped: also if its client goes away.
pub struct Pass<'a> {
    gate: &'a Gate,
    account: AccountSid,
    /// How many of its account run, this one included.
    pub count: u32,
}

impl Gate {
    /// Lets one more request of this account in, unless `most` run already.
    pub fn enter(&self, account: AccountSid, most: u32) -> Option<Pass<'_>> {
        let mut running = self.running();
        let count = running.get(&account).copied().unwrap_or(0) + 1;
        if count > most {
            return None;
        }
        running.insert(account, count);
        Some(Pass {
            gate: self,
            account,
            count,
        })
    }

    fn running(&self) -> MutexGuard<'_, HashMap<AccountSid, u32>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut running = self.gate.running();
        match running.get_mut(&self.account) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                running.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_account_has_its_own_bound_and_gets_its_places_back() {
        let gate = Gate::default();
        let (one, other) = (AccountSid(1), AccountSid(2));
        let first = gate.enter(one, 2).unwrap();
        let second = gate.enter(one, 2).unwrap();
        assert_eq!((first.count, second.count), (1, 2));
        assert!(gate.enter(one, 2).is_none());
        assert!(gate.enter(other, 2).is_some());
        drop(first);
        assert_eq!(gate.enter(one, 2).unwrap().count, 2);
        drop(second);
        assert!(gate.running().is_empty());
    }
}
