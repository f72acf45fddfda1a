//! Timers by name: A to M of RFC 3261 §17 and RFC 6026, and those of the agents. Setting one
//! replaces it, stopping one removes it, so none ever fires stale.

use std::collections::BTreeSet;

use model::{LegId, Time};

/// What a timer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// INVITE is repeated.
    A,
    /// INVITE got no answer.
    B,
    /// The client INVITE transaction has repeated its ACK long enough.
    D,
    /// Another request is repeated.
    E,
    /// Another request got no answer.
    F,
    /// A refusal of INVITE is repeated.
    G,
    /// A refusal of INVITE got no ACK.
    H,
    /// The server INVITE transaction has swallowed late ACKs long enough.
    I,
    /// Another request's answer has been repeated long enough.
    J,
    /// Late answers to another request have been swallowed long enough.
    K,
    /// Late INVITEs have been swallowed long enough after a 2xx (RFC 6026).
    L,
    /// Late 2xx have been acknowledged long enough (RFC 6026).
    M,
    /// A 2xx to INVITE is repeated (RFC 3261 §13.3.1.4).
    Answer,
    /// A 2xx to INVITE got no ACK.
    AnswerEnd,
    /// No final answer came, in all the time a leg may ring; or 64·T1 after our CANCEL.
    Ring,
    /// An unanswered caller hears from us again (RFC 3261 §13.3.1.1).
    Remind,
    /// The session wants refreshing (RFC 4028 §7.2).
    Refresh,
    /// The session was not refreshed by the far end (RFC 4028 §10).
    Expire,
    /// An offer that met another one is made again (RFC 3261 §14.1).
    Reoffer,
    /// A reliable provisional answer is repeated (RFC 3262 §3).
    Reliable,
    /// A reliable provisional answer got no PRACK.
    ReliableEnd,
    /// A registration of ours is due, or a trunk is to be asked, or bindings may have run out.
    Due,
}

/// Whose timer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// A client transaction.
    Client(u64),
    /// A server transaction.
    Server(u64),
    /// A leg's agent.
    Leg(LegId),
    /// A registration of ours.
    Registration(u64),
    /// A watched trunk.
    Watch(u64),
    /// The bindings of phones.
    Registrar,
}

/// All timers, soonest first.
#[derive(Debug, Default)]
pub struct Timers {
    queue: BTreeSet<(Time, Owner, Timer)>,
}

/// The timers of one owner: at most `N` at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Armed<const N: usize> {
    slots: [Option<(Timer, Time)>; N],
}

impl<const N: usize> Default for Armed<N> {
    fn default() -> Self {
        Armed { slots: [None; N] }
    }
}

impl<const N: usize> Armed<N> {
    /// When this timer fires, if it is set.
    pub fn at(&self, timer: Timer) -> Option<Time> {
        let slot = self.slots.iter().flatten().find(|slot| slot.0 == timer);
        slot.map(|slot| slot.1)
    }

    /// Whether this timer is set.
    pub fn has(&self, timer: Timer) -> bool {
        self.at(timer).is_some()
    }
}

impl Timers {
    /// Sets a timer, in place of the one of this name.
    pub fn set<const N: usize>(
        &mut self,
        armed: &mut Armed<N>,
        owner: Owner,
        timer: Timer,
        at: Time,
    ) {
        self.stop(armed, owner, timer);
        let free = armed.slots.iter_mut().find(|slot| slot.is_none());
        let slot = free.expect("an owner never has more timers at once than it has room for");
        *slot = Some((timer, at));
        self.queue.insert((at, owner, timer));
    }

    /// Stops a timer, if it is set.
    pub fn stop<const N: usize>(&mut self, armed: &mut Armed<N>, owner: Owner, timer: Timer) {
        for slot in &mut armed.slots {
            if let Some((name, at)) = *slot
                && name == timer
            {
                self.queue.remove(&(at, owner, timer));
                *slot = None;
            }
        }
    }

    /// Stops everything an owner has set.
    pub fn stop_all<const N: usize>(&mut self, armed: &mut Armed<N>, owner: Owner) {
        for slot in &mut armed.slots {
            if let Some((timer, at)) = slot.take() {
                self.queue.remove(&(at, owner, timer));
            }
        }
    }

    /// When the soonest timer fires.
    pub fn next(&self) -> Option<Time> {
        self.queue.first().map(|entry| entry.0)
    }

    /// The soonest timer that is due. Its owner must `stop` it in its own table or set it anew.
    pub fn pop(&mut self, now: Time) -> Option<(Owner, Timer)> {
        if self.next()? > now {
            return None;
        }
        self.queue
            .pop_first()
            .map(|(_, owner, timer)| (owner, timer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_replaces_and_stopping_clears() {
        let mut timers = Timers::default();
        let mut armed = Armed::<2>::default();
        let owner = Owner::Client(1);
        timers.set(&mut armed, owner, Timer::A, Time(5));
        timers.set(&mut armed, owner, Timer::B, Time(9));
        timers.set(&mut armed, owner, Timer::A, Time(7));
        assert_eq!(timers.next(), Some(Time(7)));
        assert_eq!(timers.pop(Time(6)), None);
        assert_eq!(timers.pop(Time(7)), Some((owner, Timer::A)));
        timers.stop(&mut armed, owner, Timer::A);
        timers.stop_all(&mut armed, owner);
        assert_eq!(timers.next(), None);
        assert!(!armed.has(Timer::B));
    }
}
