//! Named timers: setting one replaces it, and ending a call stops all of its.

use model::{CallSid, Time};
use std::collections::{BTreeMap, BTreeSet};

/// What a call can wait for. Each call has each timer at most once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// The store has not answered.
    Lookup,
    /// The call is not to be placed yet.
    Delay,
    /// The sound engine has not opened the leg.
    Open,
    /// The sound engine has not answered a renegotiation.
    Renegotiate,
    /// Nobody has picked up.
    Ring,
    /// The call has lasted as long as it may.
    TimeLimit,
    /// The customer's application has not answered.
    Fetch,
    /// A verb's own waiting: a pause, the next key.
    Verb,
    /// A dialled call has lasted as long as it may.
    Bridge,
    /// The sound engine has not found out who picked up.
    Detection,
    /// A recording that was ended has not been finished.
    Recorded,
}

/// All timers of all calls, by name and by time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Timers {
    due: BTreeSet<(Time, CallSid, Timer)>,
    set: BTreeMap<(CallSid, Timer), Time>,
}

impl Timers {
    /// Sets a timer; the one of the same name is replaced.
    pub fn set(&mut self, call: CallSid, timer: Timer, at: Time) {
        if let Some(before) = self.set.insert((call, timer), at) {
            self.due.remove(&(before, call, timer));
        }
        self.due.insert((at, call, timer));
    }

    /// Stops a timer, if it is set.
    pub fn stop(&mut self, call: CallSid, timer: Timer) {
        if let Some(at) = self.set.remove(&(call, timer)) {
            self.due.remove(&(at, call, timer));
        }
    }

    /// True while this timer runs.
    pub fn is_set(&self, call: CallSid, timer: Timer) -> bool {
        self.set.contains_key(&(call, timer))
    }

    /// Stops every timer of a call.
    pub fn stop_all(&mut self, call: CallSid) {
        let of_call = (call, Timer::Lookup)..=(call, Timer::Recorded);
        let names: Vec<_> = self
            .set
            .range(of_call)
            .map(|((_, timer), _)| *timer)
            .collect();
        for timer in names {
            self.stop(call, timer);
        }
    }

    /// When the first timer is due.
    pub fn next(&self) -> Option<Time> {
        self.due.first().map(|(at, _, _)| *at)
    }

    /// Takes out the first timer that is due.
    pub fn expire(&mut self, now: Time) -> Option<(CallSid, Timer)> {
        let &(at, call, timer) = self.due.first().filter(|(at, _, _)| *at <= now)?;
        self.due.remove(&(at, call, timer));
        self.set.remove(&(call, timer));
        Some((call, timer))
    }

    /// True if no timer is set at all.
    pub fn is_empty(&self) -> bool {
        self.due.is_empty() && self.set.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: CallSid = CallSid(1);
    const B: CallSid = CallSid(2);

    #[test]
    fn setting_replaces_and_the_first_due_comes_first() {
        let mut timers = Timers::default();
        timers.set(A, Timer::Ring, Time(50));
        timers.set(A, Timer::Ring, Time(90));
        timers.set(B, Timer::Fetch, Time(70));
        assert_eq!(timers.next(), Some(Time(70)));
        assert_eq!(timers.expire(Time(60)), None);
        assert_eq!(timers.expire(Time(95)), Some((B, Timer::Fetch)));
        assert_eq!(timers.expire(Time(95)), Some((A, Timer::Ring)));
        assert!(timers.is_empty());
    }

    #[test]
    fn ending_a_call_stops_all_of_its_timers_and_no_others() {
        let mut timers = Timers::default();
        for timer in [Timer::Lookup, Timer::Verb, Timer::Recorded] {
            timers.set(A, timer, Time(1));
            timers.set(B, timer, Time(2));
        }
        timers.stop(B, Timer::Verb);
        timers.stop_all(A);
        assert_eq!(timers.next(), Some(Time(2)));
        timers.stop_all(B);
        assert!(timers.is_empty());
    }
}
