//! The sound of a world: as events, or by real engines; the world can't tell which.

use crate::engine::EngineSound;
use crate::network::Wire;
use crate::sound::{Ear, Side, Sound};
use model::media::{MediaCommand, MediaEvent};
use model::{Chance, ErrorCode, LegId, Span, Time};

/// Either kind of sound.
pub enum SoundPlane {
    /// What engines would say, computed.
    Events(Box<Sound>),
    /// What engines say.
    Engines(Box<EngineSound>),
}

impl SoundPlane {
    /// Sound as events.
    pub fn events() -> SoundPlane {
        SoundPlane::Events(Box::new(Sound::new()))
    }

    /// Real engines, with this wire between them.
    pub fn engines(wire: Wire, chance: Chance) -> SoundPlane {
        SoundPlane::Engines(Box::new(EngineSound::new(wire, chance)))
    }

    /// The engines, if it has them.
    pub fn as_engines(&self) -> Option<&EngineSound> {
        match self {
            SoundPlane::Events(_) => None,
            SoundPlane::Engines(sound) => Some(sound),
        }
    }

    /// Says how long the file at an address plays, or how it fails.
    pub fn set_file(&mut self, url: &str, outcome: Result<Span, ErrorCode>) {
        match self {
            SoundPlane::Events(sound) => sound.set_file(url, outcome),
            SoundPlane::Engines(sound) => sound.set_file(url, outcome),
        }
    }

    /// From now on there is no port left for the platform's legs.
    pub fn exhaust(&mut self) {
        match self {
            SoundPlane::Events(sound) => sound.exhaust(),
            SoundPlane::Engines(sound) => sound.exhaust(),
        }
    }

    /// This phone falls silent for ever, without a word.
    pub fn vanish(&mut self, now: Time, phone: LegId) {
        match self {
            SoundPlane::Events(sound) => sound.vanish(now, phone),
            SoundPlane::Engines(sound) => sound.vanish(phone),
        }
    }

    /// The legs that are open.
    pub fn legs(&self, side: Side) -> Vec<LegId> {
        match self {
            SoundPlane::Events(sound) => sound.legs(side).collect(),
            SoundPlane::Engines(sound) => sound.legs(side),
        }
    }

    /// Complains if a leg keeps more than a leg may.
    pub fn within_bounds(&self) -> Result<(), String> {
        match self {
            SoundPlane::Events(sound) => sound.within_bounds(),
            SoundPlane::Engines(_) => Ok(()),
        }
    }

    /// Complains if somebody who was joined to another was not heard; else how often one was.
    pub fn judge(&self) -> Result<usize, String> {
        match self {
            SoundPlane::Events(_) => Ok(0),
            SoundPlane::Engines(sound) => sound.judge(),
        }
    }

    /// Does what is asked about one leg.
    pub fn command(&mut self, now: Time, ear: Ear, command: MediaCommand) {
        match self {
            SoundPlane::Events(sound) => sound.command(now, ear, command),
            SoundPlane::Engines(sound) => sound.command(now, ear, command),
        }
    }

    /// The next thing a leg's engine says.
    pub fn poll(&mut self, now: Time) -> Option<(Ear, MediaEvent)> {
        match self {
            SoundPlane::Events(sound) => sound.poll(),
            SoundPlane::Engines(sound) => sound.poll(now),
        }
    }

    /// When `handle_timeout` is next wanted.
    pub fn next_timeout(&self) -> Option<Time> {
        match self {
            SoundPlane::Events(sound) => sound.next_timeout(),
            SoundPlane::Engines(sound) => sound.next_timeout(),
        }
    }

    /// Lets everything happen that is due by `now`.
    pub fn handle_timeout(&mut self, now: Time) {
        match self {
            SoundPlane::Events(sound) => sound.handle_timeout(now),
            SoundPlane::Engines(sound) => sound.handle_timeout(now),
        }
    }
}
