//! Joining and parting: who hears whom among the legs of one engine, and their common phase.

use model::LegId;

use super::{Engine, PHASES};
use crate::room::{Hears, Room, Seat};

impl Engine {
    /// Both hear each other; with a leg that isn't here, its engine is to be told the same.
    pub(super) fn join(&mut self, slot: u32, peer: LegId) {
        self.part(slot);
        match self.slot(peer) {
            Some(other) if other == slot => {}
            Some(other) => {
                self.part(other);
                self.move_to_phase_of(slot, other);
                self.hear(slot, other);
                self.hear(other, slot);
            }
            None => {
                if let Some(session) = self.session_mut(slot) {
                    session.hears = Hears::Away;
                    session.lent_to = Some(peer);
                }
            }
        }
    }

    /// One hears the other. Whom it was joined to no longer hears it.
    pub(super) fn listen(&mut self, slot: u32, peer: LegId) {
        if let Some(Hears::One(joined)) = self.session(slot).map(|session| session.hears)
            && self
                .session(joined)
                .is_some_and(|session| session.hears == Hears::One(slot))
        {
            self.hear_nobody(joined);
        }
        self.hear_nobody(slot);
        match self.slot(peer) {
            Some(other) if other == slot => {}
            Some(other) => {
                self.move_to_phase_of(slot, other);
                self.hear(slot, other);
            }
            None => {
                if let Some(session) = self.session_mut(slot) {
                    session.hears = Hears::Away;
                }
            }
        }
    }

    /// It hears itself. Its packets go back as they are, as those of a joined leg would: nothing
    /// is decoded unless somebody records it.
    pub(super) fn echo(&mut self, slot: u32) {
        self.part(slot);
        self.hear(slot, slot);
    }

    /// Nobody hears it, it hears nobody.
    pub(super) fn part(&mut self, slot: u32) {
        self.hear_nobody(slot);
        let Some(session) = self.session_mut(slot) else {
            return;
        };
        session.lent_to = None;
        for listener in std::mem::take(&mut session.heard_by) {
            if let Some(listener) = self.session_mut(listener) {
                listener.hears = Hears::Nobody;
            }
        }
    }

    fn hear(&mut self, slot: u32, other: u32) {
        if let Some(session) = self.session_mut(slot) {
            session.hears = Hears::One(other);
        }
        if let Some(session) = self.session_mut(other) {
            session.heard_by.push(slot);
        }
    }

    fn hear_nobody(&mut self, slot: u32) {
        let Some(session) = self.session_mut(slot) else {
            return;
        };
        session.guests.clear();
        match std::mem::take(&mut session.hears) {
            Hears::One(other) => {
                if let Some(other) = self.session_mut(other) {
                    other.heard_by.retain(|&listener| listener != slot);
                }
            }
            Hears::Room(place) => {
                if let Some(room) = self.rooms.get_mut(place) {
                    room.leave(slot);
                }
            }
            Hears::Nobody | Hears::Away => {}
        }
    }

    /// Seats a leg in a room.
    pub(super) fn sit(&mut self, slot: u32, name: u64, seat: Seat) -> bool {
        let place = self
            .rooms
            .iter()
            .position(|room| room.name == name && !room.is_empty());
        let phase = self.session(slot).map_or(0, |session| session.phase);
        let seated = self
            .session(slot)
            .is_some_and(|session| place.is_some_and(|place| session.hears == Hears::Room(place)));
        if !seated {
            self.part(slot);
        }
        let place = place.unwrap_or_else(|| match self.rooms.iter().position(Room::is_empty) {
            Some(empty) => {
                self.rooms[empty] = Room::new(name, phase);
                empty
            }
            None => {
                self.rooms.push(Room::new(name, phase));
                self.rooms.len() - 1
            }
        });
        if !self.rooms[place].seat(slot, seat) {
            return false;
        }
        self.change_phase(slot, self.rooms[place].phase);
        if let Some(session) = self.session_mut(slot) {
            session.hears = Hears::Room(place);
        }
        true
    }

    /// Puts a leg into the emptiest phase.
    pub(super) fn place(&mut self, slot: u32) {
        let emptiest = (0..PHASES)
            .min_by_key(|&phase| self.phases[phase].len())
            .unwrap_or(0);
        self.phases[emptiest].push(slot);
        if let Some(session) = self.session_mut(slot) {
            session.phase = emptiest;
        }
    }

    /// Lets a leg whose first prompt has come speak at the next phase instead of its own, up to
    /// 15 ms sooner. Only one that has sent nothing and is bound to nobody: a stream that has
    /// begun keeps its beat, for what comes early is heard at its timestamp all the same.
    pub(super) fn hasten(&mut self, slot: u32) {
        let free = self.session(slot).is_some_and(|session| {
            session.prompts.speaks()
                && !session.mouth.is_open
                && session.hears == Hears::Nobody
                && session.heard_by.is_empty()
                && session.lent_to.is_none()
        });
        if free {
            self.change_phase(slot, self.next_phase);
        }
    }

    /// Takes a leg out of its phase.
    pub(super) fn displace(&mut self, slot: u32) {
        for slots in &mut self.phases {
            slots.retain(|&other| other != slot);
        }
    }

    fn move_to_phase_of(&mut self, slot: u32, other: u32) {
        // The listener moves, unless others are in step with it already.
        let free = self
            .session(slot)
            .is_some_and(|session| session.heard_by.is_empty());
        let (moves, stays) = if free { (slot, other) } else { (other, slot) };
        if let Some(phase) = self.session(stays).map(|session| session.phase) {
            self.change_phase(moves, phase);
        }
    }

    fn change_phase(&mut self, slot: u32, phase: usize) {
        if self
            .session(slot)
            .is_some_and(|session| session.phase != phase)
        {
            self.displace(slot);
            self.phases[phase].push(slot);
            if let Some(session) = self.session_mut(slot) {
                session.phase = phase;
            }
        }
    }
}
