//! The only reader of the clock: the wall at start, and from there the machine's steady count.

use model::{Span, Time};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Where `model::Time` comes from. Copies agree with each other and never go back.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Instant,
    wall: Time,
}

impl Clock {
    /// Reads the wall clock once.
    pub fn start() -> Clock {
        let wall = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Clock {
            start: Instant::now(),
            wall: Time(wall.as_micros() as u64),
        }
    }

    /// This moment.
    pub fn now(&self) -> Time {
        self.wall + Span(self.start.elapsed().as_micros() as u64)
    }

    /// The machine's name for a moment; one before the start is the start.
    pub fn instant(&self, time: Time) -> Instant {
        self.start + Duration::from_micros(time.since(self.wall).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_agree_and_never_go_back() {
        let clock = Clock::start();
        let copy = clock;
        let (first, second, third) = (clock.now(), copy.now(), clock.now());
        assert!(first <= second && second <= third);
        // Some day after this was written.
        assert!(first > Time::from_secs(1_700_000_000));
    }

    #[test]
    fn a_moment_has_one_instant() {
        let clock = Clock::start();
        let later = clock.now() + Span::from_secs(2);
        let wait = clock.instant(later).duration_since(Instant::now());
        assert!(wait > Duration::from_millis(1_500) && wait <= Duration::from_secs(2));
        assert_eq!(clock.instant(Time(0)), clock.start);
    }
}
