//! When a request is made once more, and after how long. Nothing here waits or sends.
//!
//! A request that changes something is repeated only if it can't have been done: the connection
//! never opened, or the API said that it was too much (429). Asking and deleting may be repeated
//! whatever happened, for doing them twice does no more than once.

use std::time::Duration;

/// How often and how fast a request is made once more.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retries {
    /// How often at most, beside the first time.
    pub max: u32,
    /// The longest pause before the second try; each further one may be twice as long.
    pub base: Duration,
    /// No pause of ours is longer. What the API asks for by `Retry-After` may be.
    pub cap: Duration,
}

impl Default for Retries {
    fn default() -> Retries {
        Retries {
            max: 3,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(8),
        }
    }
}

impl Retries {
    /// Every request is made once.
    pub fn none() -> Retries {
        Retries {
            max: 0,
            ..Retries::default()
        }
    }

    /// At most so many beside the first.
    pub fn at_most(max: u32) -> Retries {
        Retries {
            max,
            ..Retries::default()
        }
    }

    /// The pause after a try, counted from 0. `chance` is anything from 0 to 1, so that clients
    /// that failed together don't come back together.
    pub(crate) fn pause(&self, tried: u32, told: Option<Duration>, chance: f64) -> Duration {
        let longest = self.base.saturating_mul(1 << tried.min(16)).min(self.cap);
        match told {
            // Never before the time that was told, and not all at that time.
            Some(told) => told + self.base.min(self.cap).mul_f64(chance),
            None => longest.mul_f64(chance),
        }
    }
}

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
    Delete,
}

/// How a try went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// An answer that is no success.
    Status(u16),
    /// The connection never opened.
    NeverOpened,
    /// It never opened and never will: a certificate that isn't trusted.
    NeverWill,
    /// The request may have left.
    Broken,
}

impl Wrong {
    /// Whether trying again may help and can't harm.
    pub fn may_try_again(self, verb: Verb) -> bool {
        match self {
            Wrong::NeverOpened | Wrong::Status(429) => true,
            Wrong::NeverWill => false,
            Wrong::Broken | Wrong::Status(500..=599) => verb != Verb::Post,
            Wrong::Status(_) => false,
        }
    }

    /// Whether what was asked for may have been done.
    pub fn maybe_done(self, verb: Verb) -> bool {
        let unknown = matches!(self, Wrong::Broken | Wrong::Status(500..=599));
        unknown && verb != Verb::Get
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Verb::{Delete, Get, Post};

    #[test]
    fn what_changes_something_is_repeated_only_if_it_cannot_have_been_done() {
        for (wrong, get, delete, post) in [
            (Wrong::NeverOpened, true, true, true),
            (Wrong::Status(429), true, true, true),
            (Wrong::Broken, true, true, false),
            (Wrong::Status(500), true, true, false),
            (Wrong::Status(503), true, true, false),
            (Wrong::NeverWill, false, false, false),
            (Wrong::Status(400), false, false, false),
            (Wrong::Status(401), false, false, false),
            (Wrong::Status(404), false, false, false),
            (Wrong::Status(302), false, false, false),
        ] {
            let may = [Get, Delete, Post].map(|verb| wrong.may_try_again(verb));
            assert_eq!(may, [get, delete, post], "{wrong:?}");
            // Never repeated when it may have been done, and nothing is ever done by asking.
            assert!(!(wrong.maybe_done(Post) && wrong.may_try_again(Post)));
            assert!(!wrong.maybe_done(Get));
        }
        assert!(Wrong::Broken.maybe_done(Post) && Wrong::Status(502).maybe_done(Post));
        assert!(!Wrong::Status(429).maybe_done(Post) && !Wrong::Status(400).maybe_done(Post));
    }

    #[test]
    fn pauses_double_up_to_a_bound_and_heed_what_was_told() {
        let retries = Retries::default();
        let longest: Vec<_> = (0..7)
            .map(|tried| retries.pause(tried, None, 1.0))
            .collect();
        let millis: Vec<_> = longest.iter().map(Duration::as_millis).collect();
        assert_eq!(millis, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
        assert_eq!(retries.pause(3, None, 0.0), Duration::ZERO);
        assert_eq!(retries.pause(u32::MAX, None, 1.0), retries.cap);
        let told = Duration::from_secs(30);
        assert_eq!(retries.pause(0, Some(told), 0.0), told);
        assert_eq!(retries.pause(5, Some(told), 1.0), told + retries.base);
    }
}
