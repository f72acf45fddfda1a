//! Who hears whom: nobody, one other leg, a leg on another engine, or everyone else in a room.
//! A room adds up all who speak once per tick; each takes their own voice out again.

use crate::sound::Frame;
use crate::sound::mix::Mix;
use model::limit::ROOM_LEGS_MAX;

/// Whom a leg hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Hears {
    /// Nobody.
    #[default]
    Nobody,
    /// The leg in this slot.
    One(u32),
    /// A leg on another engine.
    Away,
    /// The room in this place.
    Room(usize),
}

/// How a leg sits in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Whether the others hear it.
    pub speaks: bool,
    /// Whether it hears the others.
    pub hears: bool,
}

/// A room for any number of legs, all of one phase.
#[derive(Clone, Debug)]
pub struct Room {
    /// Its name.
    pub name: u64,
    /// The phase of all who are in it.
    pub phase: usize,
    members: Vec<(u32, Seat)>,
    mix: Mix,
}

impl Room {
    /// An empty room.
    pub fn new(name: u64, phase: usize) -> Room {
        Room {
            name,
            phase,
            members: Vec::new(),
            mix: Mix::new(),
        }
    }

    /// Seats a leg, or changes its seat; false if the room is full.
    pub fn seat(&mut self, slot: u32, seat: Seat) -> bool {
        if let Some(member) = self.members.iter_mut().find(|(other, _)| *other == slot) {
            member.1 = seat;
            return true;
        }
        let free = self.members.len() < ROOM_LEGS_MAX;
        if free {
            self.members.push((slot, seat));
        }
        free
    }

    /// Lets a leg go; true if that was the last.
    pub fn leave(&mut self, slot: u32) -> bool {
        self.members.retain(|(other, _)| *other != slot);
        self.members.is_empty()
    }

    /// Whether nobody is in it.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The seat of a leg.
    pub fn seat_of(&self, slot: u32) -> Option<Seat> {
        self.members
            .iter()
            .find(|(other, _)| *other == slot)
            .map(|(_, seat)| *seat)
    }

    /// Adds up what all who speak say in this tick; `voice` gives a leg's frame, if it has one.
    pub fn gather<'a>(&mut self, voice: impl Fn(u32) -> Option<&'a Frame>) {
        self.mix.clear();
        for (slot, seat) in &self.members {
            if seat.speaks
                && let Some(frame) = voice(*slot)
            {
                self.mix.add(frame);
            }
        }
    }

    /// What a leg hears, whose own frame (if it had one) was gathered; false if it is deaf here.
    pub fn hear(&self, slot: u32, own: Option<&Frame>, heard: &mut Frame) -> bool {
        let Some(seat) = self.seat_of(slot).filter(|seat| seat.hears) else {
            return false;
        };
        match own.filter(|_| seat.speaks) {
            Some(own) => self.mix.all_but(own, heard),
            None => self.mix.all(heard),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::FRAME_SAMPLES;

    const BOTH: Seat = Seat {
        speaks: true,
        hears: true,
    };

    #[test]
    fn each_hears_the_others_and_seats_are_kept() {
        let voices: Vec<Frame> = (1..=4).map(|n| [n * 100; FRAME_SAMPLES]).collect();
        let mut room = Room::new(1, 0);
        assert!(room.seat(0, BOTH) && room.seat(1, BOTH));
        assert!(room.seat(
            2,
            Seat {
                speaks: false,
                hears: true
            }
        ));
        assert!(room.seat(
            3,
            Seat {
                speaks: true,
                hears: false
            }
        ));
        room.gather(|slot| voices.get(slot as usize));
        let hear = |room: &Room, slot: u32| {
            let mut heard = [0; FRAME_SAMPLES];
            room.hear(slot, voices.get(slot as usize), &mut heard)
                .then_some(heard[0])
        };
        assert_eq!(hear(&room, 0), Some(200 + 400));
        assert_eq!(hear(&room, 1), Some(100 + 400));
        assert_eq!(
            hear(&room, 2),
            Some(100 + 200 + 400),
            "muted, it hears all who speak"
        );
        assert_eq!(hear(&room, 3), None, "deaf");
        assert_eq!(hear(&room, 9), None, "not here");
        assert!(room.seat(2, BOTH));
        assert!(!room.leave(0) && !room.leave(1) && !room.leave(3) && room.leave(2));
    }

    #[test]
    fn a_room_has_a_bound() {
        let mut room = Room::new(1, 0);
        for slot in 0..ROOM_LEGS_MAX as u32 {
            assert!(room.seat(slot, BOTH));
        }
        assert!(!room.seat(9_999, BOTH));
        assert!(room.seat(3, BOTH), "who is in stays in");
    }
}
