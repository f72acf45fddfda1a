//! When a sound thread wakes: every 5 ms from its start, however long a round took.

use model::limit;
use std::time::{Duration, Instant};

/// The length of one phase.
pub const PHASE: Duration = Duration::from_millis(5);

/// Counts phases by absolute deadlines, so that lateness never adds up.
#[derive(Debug)]
pub struct Ticker {
    start: Instant,
    phase: u64,
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Sleep so long and ask again.
    In(Duration),
    /// Run this phase, which is so late.
    Now {
        /// Which, counted from the start.
        phase: u64,
        /// How late.
        late: Duration,
        /// How many phases before it were given up.
        skipped: u64,
    },
}

impl Ticker {
    /// The first phase is due at `start`.
    pub fn new(start: Instant) -> Ticker {
        Ticker { start, phase: 0 }
    }

    /// What to do at `now`. A thread that was held up makes up for so many phases as are worth
    /// it; older ones are skipped, in whole frames so that no leg loses its phase.
    pub fn due(&mut self, now: Instant) -> Due {
        let since_start = now.saturating_duration_since(self.start);
        let at = PHASE * u32::try_from(self.phase).unwrap_or(u32::MAX);
        if since_start < at {
            return Due::In(at - since_start);
        }
        let mut late = since_start - at;
        let mut skipped = 0;
        let behind = late.as_micros() / PHASE.as_micros();
        if behind > u128::from(limit::MEDIA_CATCH_UP_PHASES_MAX) {
            let whole = media::engine::PHASES as u64;
            skipped = behind as u64 / whole * whole;
            self.phase += skipped;
            late -= PHASE * u32::try_from(skipped).unwrap_or(u32::MAX);
        }
        let phase = self.phase;
        self.phase += 1;
        Due::Now {
            phase,
            late,
            skipped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn deadlines_are_absolute_and_a_short_delay_is_made_up_for() {
        let start = Instant::now();
        let mut ticker = Ticker::new(start);
        assert_eq!(
            ticker.due(start),
            Due::Now {
                phase: 0,
                late: ms(0),
                skipped: 0
            }
        );
        assert_eq!(ticker.due(start + ms(2)), Due::In(ms(3)));
        assert_eq!(
            ticker.due(start + ms(13)),
            Due::Now {
                phase: 1,
                late: ms(8),
                skipped: 0
            }
        );
        assert_eq!(
            ticker.due(start + ms(13)),
            Due::Now {
                phase: 2,
                late: ms(3),
                skipped: 0
            }
        );
        assert_eq!(ticker.due(start + ms(13)), Due::In(ms(2)));
    }

    #[test]
    fn after_a_long_delay_old_sound_is_skipped_in_whole_frames() {
        let start = Instant::now();
        let mut ticker = Ticker::new(start);
        ticker.due(start);
        let Due::Now {
            phase,
            late,
            skipped,
        } = ticker.due(start + ms(10_003))
        else {
            panic!("it is late")
        };
        assert_eq!(skipped, 1_996);
        assert_eq!(phase, 1_997);
        assert_eq!(phase % 4, 1);
        assert!(late < ms(20) + PHASE, "{late:?}");
    }
}
