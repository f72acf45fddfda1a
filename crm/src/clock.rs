//! The time of day, which tests set by hand.

use crate::moment::Moment;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Tells the time.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    set: Option<Arc<AtomicU64>>,
}

impl Clock {
    /// The machine's.
    #[must_use]
    pub fn of_the_machine() -> Clock {
        Clock::default()
    }

    /// One that stands still until it is moved.
    #[must_use]
    pub fn standing_at(time: SystemTime) -> Clock {
        let millis = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let millis = u64::try_from(millis.as_millis()).unwrap_or(u64::MAX);
        Clock {
            set: Some(Arc::new(AtomicU64::new(millis))),
        }
    }

    /// Moves one that stands still; all its clones move with it.
    pub fn advance(&self, by: Duration) {
        if let Some(set) = &self.set {
            let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
            set.fetch_add(by, Ordering::SeqCst);
        }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        match &self.set {
            None => SystemTime::now(),
            Some(set) => UNIX_EPOCH + Duration::from_millis(set.load(Ordering::SeqCst)),
        }
    }

    /// Now, as rows keep it.
    #[must_use]
    pub fn moment(&self) -> Moment {
        self.now().into()
    }

    /// Now, in whole seconds since 1970.
    #[must_use]
    pub fn unix_seconds(&self) -> u64 {
        let since = self.now().duration_since(UNIX_EPOCH);
        since.unwrap_or_default().as_secs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_stands_moves_by_hand_only() {
        let clock = Clock::standing_at(UNIX_EPOCH + Duration::from_secs(100));
        let other = clock.clone();
        assert_eq!(other.unix_seconds(), 100);
        clock.advance(Duration::from_secs(5));
        assert_eq!(other.unix_seconds(), 105);
    }
}
