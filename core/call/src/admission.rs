//! Who is let in: how many calls at once, how deep numbers may dial each other.

use crate::turn::Desk;
use model::signal::{Offered, Origin};
use model::{Time, limit};

/// Lets calls in, so many at once and so many a second.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    calls_max: usize,
    per_second: Option<u32>,
    /// Calls that may still come at once, in millionths.
    credit: u64,
    counted_at: Time,
}

/// Why a call isn't let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Full {
    /// There are too many calls.
    Calls,
    /// They come too fast.
    Rate,
    /// It has come back to us too often (RFC 3261 §16.3).
    Rounds,
}

impl Full {
    /// The response that turns an offered leg away.
    pub fn response(self) -> u16 {
        match self {
            Full::Calls | Full::Rate => 503,
            Full::Rounds => 483,
        }
    }
}

impl Door {
    /// A door with these bounds.
    pub fn new(calls_max: usize, per_second: Option<u32>) -> Door {
        let credit = u64::from(per_second.unwrap_or(0)) * 1_000_000;
        Door {
            calls_max,
            per_second,
            credit,
            counted_at: Time(0),
        }
    }

    /// Whether one more call can live.
    pub fn has_room(&self, desk: &Desk) -> bool {
        desk.calls < self.calls_max
    }

    /// Lets one more call in beside these.
    fn admit(&mut self, now: Time, calls: usize) -> Result<(), Full> {
        if calls >= self.calls_max {
            return Err(Full::Calls);
        }
        let Some(rate) = self.per_second.map(u64::from) else {
            return Ok(());
        };
        let earned = now.since(self.counted_at).0.saturating_mul(rate);
        self.credit = self.credit.saturating_add(earned).min(rate * 1_000_000);
        self.counted_at = now;
        self.credit = self.credit.checked_sub(1_000_000).ok_or(Full::Rate)?;
        Ok(())
    }

    /// Lets an offered leg in beside these calls.
    pub fn receive(&mut self, now: Time, offered: &Offered, calls: usize) -> Result<(), Full> {
        let rounds = limit::MAX_FORWARDS.saturating_sub(offered.max_forwards);
        if offered.origin == Origin::Own && rounds > limit::OWN_HOPS_MAX {
            return Err(Full::Rounds);
        }
        self.admit(now, calls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Address, Span};

    #[test]
    fn rooms_and_rounds_are_bounded() {
        let offered = |origin, max_forwards| Offered {
            to: Address::Number("+12025550190".into()),
            from: Address::Number("+12025550101".into()),
            caller_name: None,
            forwarded_from: None,
            sdp: None,
            sip_call_id: "a".into(),
            source: "192.0.2.1:5060".into(),
            origin,
            headers: Vec::new(),
            max_forwards,
        };
        let now = Time::from_secs(1);
        let mut door = Door::new(limit::CALLS_MAX, None);
        assert_eq!(door.receive(now, &offered(Origin::Own, 62), 0), Ok(()));
        assert_eq!(
            door.receive(now, &offered(Origin::Own, 61), 0),
            Err(Full::Rounds)
        );
        assert_eq!(
            door.receive(now, &offered(Origin::Trunk("t".into()), 5), 0),
            Ok(())
        );
        let full = door.receive(now, &offered(Origin::Own, 69), limit::CALLS_MAX);
        assert_eq!(full, Err(Full::Calls));
    }

    #[test]
    fn a_second_brings_so_many_calls_and_no_more() {
        let mut door = Door::new(100, Some(5));
        let start = Time::from_secs(10);
        let come = |door: &mut Door, at| (0..20).filter(|_| door.admit(at, 0).is_ok()).count();
        assert_eq!(come(&mut door, start), 5);
        assert_eq!(door.admit(start, 0), Err(Full::Rate));
        assert_eq!(come(&mut door, start + Span::from_millis(400)), 2);
        assert_eq!(come(&mut door, start + Span::from_secs(60)), 5);
    }
}
