//! Judges how calls leave the queue: in the order they were accepted in, and not too fast.

use crate::invariants::Complaint;
use crate::world::World;
use model::{CallSid, Span, Time, limit};
use std::collections::BTreeMap;

/// Watches the departures of one world, whose calls are all of one account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Departures {
    judged: usize,
    accepted: BTreeMap<CallSid, usize>,
    last: Option<usize>,
    /// When the next call would leave if all were evenly spaced.
    due: Time,
}

impl Departures {
    /// After every step.
    pub fn step(&mut self, world: &World) -> Result<(), Complaint> {
        let accepted = &world.seen.accepted;
        for (n, sid) in accepted.iter().enumerate().skip(self.accepted.len()) {
            self.accepted.insert(*sid, n);
        }
        let rate = u64::from(world.shelf.account.calls_per_second.max(1));
        let interval = Span(1_000_000_u64.div_ceil(rate));
        let slack = Span::from_millis(limit::QUEUE_SLACK_MS);
        for (at, sid) in &world.seen.departures[self.judged..] {
            let place = self.accepted.get(sid).copied();
            if place.is_none() || place <= self.last {
                return Err(format!("{sid} leaves out of turn"));
            }
            self.last = place;
            if *at + slack < self.due {
                return Err(format!("{sid} leaves too soon for {rate} calls a second"));
            }
            self.due = self.due.max(*at) + interval;
        }
        self.judged = world.seen.departures.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Wire;
    use crate::world::BEGIN;

    fn complaint(rate: u32, departures: &[(u64, u128)]) -> Option<Complaint> {
        let mut world = World::new(1, Wire::default());
        world.shelf.account.calls_per_second = rate;
        world.seen.accepted = (0..5).map(CallSid).collect();
        let at = |(millis, sid): &(u64, u128)| (BEGIN + Span::from_millis(*millis), CallSid(*sid));
        world.seen.departures = departures.iter().map(at).collect();
        Departures::default().step(&world).err()
    }

    #[test]
    fn complains_of_who_pushes_in_and_of_who_hurries() {
        assert_eq!(complaint(1, &[(0, 0), (1_000, 1), (2_000, 3)]), None);
        assert!(complaint(1, &[(0, 0), (1_000, 2), (2_000, 1)]).is_some());
        assert!(complaint(1, &[(0, 0), (1_000, 7)]).is_some());
        assert!(complaint(1, &[(0, 0), (500, 1)]).is_some());
        assert_eq!(complaint(20, &[(0, 0), (0, 1), (0, 2)]), None);
        assert!(complaint(20, &[(0, 0), (0, 1), (0, 2), (0, 3)]).is_some());
    }
}
