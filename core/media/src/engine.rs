//! The sound engine: all legs of one media thread, driven by packets, commands and ticks.
//!
//! A tick of a phase lets every leg of that phase listen, then lets every leg speak; joined legs
//! share a phase, so sound passes from one to the other within one tick. Four phases of 5 ms
//! spread the legs over the 20 ms of a frame.

mod outlet;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use model::media::{MediaCommand, PlayId};
use model::{Chance, LegId, Time};

pub use outlet::{EngineConfig, Feed, Kept, LegStats, Outlet, Relayed};

/// How many phases share the 20 ms of a frame.
pub const PHASES: usize = 4;

/// How a leg sits in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Whether the others hear it.
    pub speaks: bool,
    /// Whether it hears the others.
    pub hears: bool,
}

/// All legs of one media thread.
pub struct Engine {
    config: EngineConfig,
    chance: Chance,
    index: BTreeMap<LegId, u32>,
    phases: [Vec<u32>; PHASES],
}

impl Engine {
    /// An engine without legs.
    pub fn new(config: EngineConfig, chance: Chance) -> Engine {
        Engine { config, chance, index: BTreeMap::new(), phases: Default::default() }
    }

    /// Does what call control asks about one leg. `port` is the RTP port for `Open`, or none if
    /// no port is left; other commands don't look at it.
    pub fn command(
        &mut self,
        now: Time,
        leg: LegId,
        port: Option<u16>,
        command: MediaCommand,
        out: &mut dyn Outlet,
    ) {
        let _ = (now, leg, port, command, out);
    }

    /// Takes a packet that came to a leg's port: RTP or RTCP, told apart by the payload type
    /// (RFC 5761 §4).
    pub fn handle_packet(
        &mut self,
        now: Time,
        leg: LegId,
        from: SocketAddr,
        bytes: &[u8],
        out: &mut dyn Outlet,
    ) {
        let _ = (now, leg, from, bytes, out);
    }

    /// Lets the legs of one phase (0 to 3) hear and speak 20 ms; call it every 20 ms per phase.
    pub fn tick(&mut self, now: Time, phase: usize, out: &mut dyn Outlet) {
        let _ = (now, phase, out);
    }

    /// Supplies sound for a prompt asked for by [`Outlet::want`].
    pub fn feed(&mut self, now: Time, leg: LegId, play: PlayId, feed: Feed, out: &mut dyn Outlet) {
        let _ = (now, leg, play, feed, out);
    }

    /// Takes 20 ms of sound of a peer on another engine, for the leg `to`.
    pub fn handle_relay(&mut self, now: Time, to: LegId, relayed: Relayed, out: &mut dyn Outlet) {
        let _ = (now, to, relayed, out);
    }

    /// Sends the sound of `leg` to a leg on another engine by [`Outlet::relay`], or ends that.
    /// `Join` with a leg that isn't here does it by itself; a `Listen` on the other engine needs it.
    pub fn lend(&mut self, leg: LegId, to: Option<LegId>) {
        let _ = (leg, to);
    }

    /// Seats a leg in a room of any number of legs, each of whom hears all who speak but itself.
    /// Ends whatever it was joined to; `Part` and `Close` take it out again.
    pub fn enter_room(&mut self, leg: LegId, room: u64, seat: Seat) {
        let _ = (leg, room, seat);
    }

    /// How many legs are open.
    pub fn legs(&self) -> usize {
        self.index.len()
    }

    /// The phase whose ticks drive this leg. Joining may change it.
    pub fn phase(&self, leg: LegId) -> Option<usize> {
        let slot = *self.index.get(&leg)?;
        self.phases.iter().position(|slots| slots.contains(&slot))
    }

    /// The legs of one phase, for a driver that reads their sockets just before the tick.
    pub fn legs_of_phase(&self, phase: usize) -> impl Iterator<Item = LegId> + '_ {
        let slots = self.phases.get(phase).map_or(&[][..], Vec::as_slice);
        slots.iter().map(|&slot| LegId(u64::from(slot)))
    }

    /// The counters of one leg.
    pub fn stats(&self, leg: LegId) -> Option<LegStats> {
        self.index.get(&leg).map(|_| LegStats::default())
    }
}
