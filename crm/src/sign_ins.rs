//! How often somebody may try to sign in.
//!
//! A guess counts for the e-mail address together with where it comes from, so that a guesser
//! keeps out nobody but themselves; for the e-mail address from everywhere, so that many machines
//! have no more guesses at one password than a few; and for where it comes from, so that one
//! machine can't go through all addresses. Whoever has signed in from where they are stands under
//! the first bound alone: strangers can't use up what is theirs.

use crate::clock::Clock;
use crate::limit;
use crate::rate::{Origin, Rate};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// Who tries: an e-mail address, and from where.
pub type Who = (String, Origin);

/// Counts attempts to sign in.
#[derive(Debug)]
pub struct SignIns {
    here: Rate<Who>,
    /// Of those who are known, apart: strangers leave their room in memory alone, too.
    at_home: Rate<Who>,
    by_email: Rate<String>,
    by_origin: Rate<Origin>,
    clock: Clock,
    /// When they last signed in from there.
    known: Mutex<HashMap<Who, SystemTime>>,
}

impl SignIns {
    /// Nobody has tried.
    #[must_use]
    pub fn new(clock: Clock) -> SignIns {
        let here = (limit::SIGN_IN_BURST, limit::SIGN_IN_EVERY);
        let by_email = (limit::SIGN_IN_EMAIL_BURST, limit::SIGN_IN_EVERY);
        let by_origin = (limit::SIGN_IN_ORIGIN_BURST, limit::SIGN_IN_ORIGIN_EVERY);
        SignIns {
            here: Rate::new(here.0, here.1, clock.clone()),
            at_home: Rate::new(here.0, here.1, clock.clone()),
            by_email: Rate::new(by_email.0, by_email.1, clock.clone()),
            by_origin: Rate::new(by_origin.0, by_origin.1, clock.clone()),
            clock,
            known: Mutex::default(),
        }
    }

    /// Counts an attempt, or says how long to wait for it. One that is refused counts nowhere.
    ///
    /// # Errors
    /// How long until it may be tried again.
    pub fn take(&self, who: &Who) -> Result<(), Duration> {
        if self.knows(who) {
            return self.at_home.take(who.clone());
        }
        self.by_origin.take(who.1)?;
        let counted = self.here.take(who.clone()).and_then(|()| {
            let counted = self.by_email.take(who.0.clone());
            counted.inspect_err(|_| self.here.give_back(who))
        });
        counted.inspect_err(|_| self.by_origin.give_back(&who.1))
    }

    /// An attempt that wasn't looked at doesn't count.
    pub fn give_back(&self, who: &Who) {
        if self.knows(who) {
            return self.at_home.give_back(who);
        }
        self.here.give_back(who);
        self.by_email.give_back(&who.0);
        self.by_origin.give_back(&who.1);
    }

    /// They have proved to be themselves: here they begin anew. The others' guesses stay counted.
    pub fn succeeded(&self, who: Who) {
        self.give_back(&who);
        self.here.forget(&who);
        self.at_home.forget(&who);
        let now = self.clock.now();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= limit::COUNTED && !known.contains_key(&who) {
            // Whoever was here longest ago makes room.
            let oldest = known.iter().min_by_key(|(_, at)| **at);
            if let Some(oldest) = oldest.map(|(who, _)| who.clone()) {
                known.remove(&oldest);
            }
        }
        known.insert(who, now);
    }

    fn knows(&self, who: &Who) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = |at: &SystemTime| *at + limit::SIGN_IN_KNOWN <= self.clock.now();
        known.get(who).is_some_and(|at| !ended(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;
    use std::time::UNIX_EPOCH;

    fn world() -> (SignIns, Clock) {
        let clock = Clock::standing_at(UNIX_EPOCH + Duration::from_secs(1_000_000_000));
        (SignIns::new(clock.clone()), clock)
    }

    fn who(email: &str, from: u32) -> Who {
        (
            email.to_owned(),
            Origin::from(IpAddr::from(from.to_be_bytes())),
        )
    }

    /// Tries until it is refused: how often that went.
    fn tries(sign_ins: &SignIns, who: &Who) -> u32 {
        (0..).find(|_| sign_ins.take(who).is_err()).unwrap()
    }

    #[test]
    fn a_guesser_keeps_out_nobody_but_themselves() {
        let (sign_ins, _) = world();
        assert_eq!(tries(&sign_ins, &who("ana", 1)), limit::SIGN_IN_BURST);
        assert_eq!(sign_ins.take(&who("ana", 2)), Ok(()));
    }

    #[test]
    fn many_machines_have_no_more_guesses_than_a_few_and_the_owner_comes_in() {
        let (sign_ins, clock) = world();
        assert_eq!(sign_ins.take(&who("ana", 1)), Ok(()));
        sign_ins.succeeded(who("ana", 1));
        let guesses: u32 = (2..1_000)
            .map(|from| tries(&sign_ins, &who("ana", from)))
            .sum();
        assert_eq!(guesses, limit::SIGN_IN_EMAIL_BURST);
        assert_eq!(sign_ins.take(&who("ana", 2_000)), Err(limit::SIGN_IN_EVERY));
        assert_eq!(tries(&sign_ins, &who("ana", 1)), limit::SIGN_IN_BURST);
        // A guess that is refused uses nothing up, of nobody.
        assert_eq!(sign_ins.take(&who("bruno", 2_000)), Ok(()));
        clock.advance(limit::SIGN_IN_KNOWN);
        assert_eq!(tries(&sign_ins, &who("ana", 3)), limit::SIGN_IN_BURST);
    }

    #[test]
    fn one_machine_does_not_go_through_all_addresses() {
        let (sign_ins, _) = world();
        sign_ins.succeeded(who("carla", 1));
        let tried = (0..1_000).filter(|n| sign_ins.take(&who(&format!("{n}"), 1)).is_ok());
        assert_eq!(tried.count(), limit::SIGN_IN_ORIGIN_BURST as usize);
        let wait = sign_ins.take(&who("ana", 1));
        assert_eq!(wait, Err(limit::SIGN_IN_ORIGIN_EVERY));
        assert_eq!(sign_ins.take(&who("ana", 2)), Ok(()));
        // Their colleague behind the same address has been here before.
        assert_eq!(sign_ins.take(&who("carla", 1)), Ok(()));
    }

    #[test]
    fn strangers_do_not_use_up_the_memory_of_those_who_are_known() {
        let (sign_ins, _) = world();
        sign_ins.succeeded(who("ana", 1));
        let strangers = u32::try_from(limit::COUNTED).unwrap();
        for from in 0..strangers {
            let _ = sign_ins.take(&who(&format!("{from}"), from + 10));
        }
        assert!(sign_ins.take(&who("bruno", 2)).is_err(), "no room");
        assert_eq!(tries(&sign_ins, &who("ana", 1)), limit::SIGN_IN_BURST);
    }

    #[test]
    fn a_success_is_no_guess_and_does_not_forget_those_of_others() {
        let (sign_ins, _) = world();
        for n in 0..1_000 {
            let ana = who(&format!("{n}"), 1);
            assert_eq!(sign_ins.take(&ana), Ok(()));
            sign_ins.succeeded(ana);
        }
        for from in 0..limit::SIGN_IN_EMAIL_BURST {
            assert_eq!(sign_ins.take(&who("ana", from + 10)), Ok(()));
        }
        sign_ins.succeeded(who("ana", 10));
        assert_eq!(sign_ins.take(&who("ana", 8)), Ok(()));
        assert!(sign_ins.take(&who("ana", 9)).is_err());
    }

    #[test]
    fn who_is_known_is_bounded() {
        let (sign_ins, clock) = world();
        for from in 0..=u32::try_from(limit::COUNTED).unwrap() {
            sign_ins.succeeded(who("ana", from));
            clock.advance(Duration::from_secs(1));
        }
        assert_eq!(sign_ins.known.lock().unwrap().len(), limit::COUNTED);
        assert!(!sign_ins.knows(&who("ana", 0)) && sign_ins.knows(&who("ana", 1)));
    }
}
