//! The sound engine: all legs of one media thread, driven by packets, commands and ticks.
//!
//! A tick of a phase lets every leg of that phase listen, then lets every leg speak; joined legs
//! share a phase, so sound passes from one to the other within one tick. Four phases of 5 ms
//! spread the legs over the 20 ms of a frame.

mod command;
mod link;
mod outlet;
mod packet;
mod tick;

use std::collections::BTreeMap;

use model::media::PlayId;
use model::{Chance, LegId, Time};

pub use crate::room::Seat;
use crate::room::{Hears, Room};
use crate::session::Session;
pub use outlet::{EngineConfig, Feed, Kept, LegStats, Outlet, Relayed};

/// How many phases share the 20 ms of a frame.
pub const PHASES: usize = 4;

/// All legs of one media thread.
pub struct Engine {
    config: EngineConfig,
    chance: Chance,
    index: BTreeMap<LegId, u32>,
    sessions: Vec<Option<Box<Session>>>,
    free: Vec<u32>,
    phases: [Vec<u32>; PHASES],
    /// The phase whose tick is due next.
    next_phase: usize,
    rooms: Vec<Room>,
    /// Where packets are written before they go out.
    packet: Vec<u8>,
}

impl Engine {
    /// An engine without legs.
    pub fn new(config: EngineConfig, chance: Chance) -> Engine {
        Engine {
            config,
            chance,
            index: BTreeMap::new(),
            sessions: Vec::new(),
            free: Vec::new(),
            phases: Default::default(),
            next_phase: 0,
            rooms: Vec::new(),
            packet: Vec::with_capacity(2_048),
        }
    }

    /// Supplies sound for a prompt asked for by [`Outlet::want`].
    pub fn feed(&mut self, _now: Time, leg: LegId, play: PlayId, feed: Feed, out: &mut dyn Outlet) {
        if let Some(slot) = self.slot(leg)
            && let Some(session) = self.session_mut(slot)
        {
            let spoke = session.prompts.speaks();
            session.prompts.feed(leg, play, feed, out);
            if !spoke {
                self.hasten(slot);
            }
        }
    }

    /// Takes 20 ms of sound of a peer on another engine, for the leg `to`.
    pub fn handle_relay(&mut self, _now: Time, to: LegId, relayed: Relayed) {
        let slot = self.slot(to);
        let Some(session) = slot.and_then(|slot| self.session_mut(slot)) else {
            return;
        };
        if session.hears != Hears::Away {
            return;
        }
        session.take_guest(relayed.frame);
        if let Some((digit, duration_ms)) = relayed.digit {
            session.mouth.keys.press(digit);
            session.mouth.keys.release(duration_ms.saturating_mul(8));
        }
    }

    /// Sends the sound of `leg` to a leg on another engine by [`Outlet::relay`], or ends that.
    /// `Join` with a leg that is elsewhere does it by itself; a `Listen` there needs it.
    pub fn lend(&mut self, leg: LegId, to: Option<LegId>) {
        if let Some(slot) = self.slot(leg)
            && let Some(session) = self.session_mut(slot)
        {
            session.lent_to = to;
        }
    }

    /// Seats a leg in a room of any number of legs, each of whom hears all who speak but itself.
    /// Ends whatever it was joined to; `Part` and `Close` take it out again. A second time it
    /// changes the seat. False if the room is full or the leg isn't here.
    pub fn enter_room(&mut self, leg: LegId, room: u64, seat: Seat) -> bool {
        self.slot(leg)
            .is_some_and(|slot| self.sit(slot, room, seat))
    }

    /// How many legs are open.
    pub fn legs(&self) -> usize {
        self.index.len()
    }

    /// The phase whose ticks drive this leg. Joining may change it.
    pub fn phase(&self, leg: LegId) -> Option<usize> {
        self.session(self.slot(leg)?).map(|session| session.phase)
    }

    /// The legs of one phase, for a driver that reads their sockets just before the tick.
    pub fn legs_of_phase(&self, phase: usize) -> impl Iterator<Item = LegId> + '_ {
        let slots = self.phases.get(phase).map_or(&[][..], Vec::as_slice);
        slots
            .iter()
            .filter_map(|&slot| self.session(slot).map(|session| session.leg))
    }

    /// The counters of one leg.
    pub fn stats(&self, now: Time, leg: LegId) -> Option<LegStats> {
        self.session(self.slot(leg)?)
            .map(|session| session.stats(now))
    }

    fn slot(&self, leg: LegId) -> Option<u32> {
        self.index.get(&leg).copied()
    }

    fn session(&self, slot: u32) -> Option<&Session> {
        self.sessions.get(slot as usize)?.as_deref()
    }

    fn session_mut(&mut self, slot: u32) -> Option<&mut Session> {
        self.sessions.get_mut(slot as usize)?.as_deref_mut()
    }
}

#[cfg(test)]
mod tests;
