//! Who must have heard whom: what a phone says while it is joined to another is heard there.

use super::desk::Desk;
use crate::sound::{Ear, Side, port_of};
use media::sound::{SAMPLES_PER_MS, level_dbm0};
use model::media::{MediaCommand, MediaEvent, Opening, PlayEnd, PlayId, Prompt, RecordSpec};
use model::recording::RecordingTrack;
use model::{LegId, RecordingSid, Span, Time, limit};
use std::collections::{BTreeMap, BTreeSet};

/// What a leg's ear keeps is known by this and the leg.
const PROBE: u128 = 0x0e0a << 64;
/// A joint must stand so long before and after what is said, or part of it may be cut.
const MARGIN: Span = Span::from_millis(500);
/// With more loss than this nothing is promised.
const LOSS_PERCENT_MAX: u64 = 5;
/// Sound counts as a voice from here on, and at least so many of its frames must.
const VOICE_DBM0: f32 = -40.0;
const VOICE_PERCENT_MIN: usize = 40;

/// The name and terms of what a phone's ear keeps.
pub(super) fn probe(leg: LegId) -> (RecordingSid, RecordSpec) {
    let spec = RecordSpec {
        dual: false,
        track: RecordingTrack::Inbound,
        trim: false,
        length_ms_max: limit::RECORDING_SECS_MAX * 1_000,
        silence_ms: None,
    };
    (RecordingSid(PROBE | u128::from(leg.0)), spec)
}

/// Whether an event is about what an ear keeps, which nobody asked for.
pub(super) fn is_of_probe(event: &MediaEvent) -> bool {
    let (MediaEvent::RecordEnded { recording, .. } | MediaEvent::Recorded { recording, .. }) =
        event
    else {
        return false;
    };
    recording.0 >> 64 == PROBE >> 64
}

#[derive(Debug, Clone, Copy)]
struct Spoken {
    leg: LegId,
    from: Time,
    to: Time,
}

#[derive(Debug, Clone, Copy)]
struct Joint {
    legs: (LegId, LegId),
    from: Time,
    to: Option<Time>,
}

/// Notes who was joined to whom, and who said what when.
#[derive(Debug, Default)]
pub(super) struct Hearing {
    promises: bool,
    own: BTreeMap<(Side, u16), LegId>,
    remote: BTreeMap<Ear, u16>,
    plays: BTreeMap<PlayId, (LegId, Time)>,
    spoken: Vec<Spoken>,
    joints: Vec<Joint>,
    probes: BTreeMap<LegId, Time>,
    /// When phones hung up, which the platform may learn much later if packets are lost.
    closed: BTreeMap<LegId, Time>,
    /// Phones that held, vanished or were cut: nothing is promised of them.
    left_out: BTreeSet<LegId>,
}

impl Hearing {
    pub(super) fn new(loss_percent: u64) -> Hearing {
        let promises = loss_percent <= LOSS_PERCENT_MAX;
        Hearing {
            promises,
            ..Hearing::default()
        }
    }

    pub(super) fn leave_out(&mut self, phone: LegId) {
        self.left_out.insert(phone);
    }

    /// True the first time: from now on this phone's ear keeps what it hears.
    pub(super) fn probes(&mut self, now: Time, leg: LegId) -> bool {
        let fresh = self.promises && !self.probes.contains_key(&leg);
        if fresh {
            self.probes.insert(leg, now);
        }
        fresh
    }

    pub(super) fn commanded(
        &mut self,
        now: Time,
        ear: Ear,
        command: &MediaCommand,
        port: Option<u16>,
    ) {
        let (side, leg) = ear;
        if let Some(port) = port {
            self.own.insert((side, port), leg);
        }
        match command {
            MediaCommand::Open(Opening::Answer { sdp }) | MediaCommand::Connect { sdp } => {
                if let Some(port) = port_of(sdp) {
                    self.remote.insert(ear, port);
                }
            }
            MediaCommand::Renegotiate { .. } if side == Side::Phones => {
                self.left_out.insert(leg);
            }
            MediaCommand::Play {
                play,
                prompt: Prompt::Speech(_),
                ..
            } if side == Side::Phones => {
                self.plays.insert(*play, (leg, now));
            }
            MediaCommand::Close if side == Side::Phones => {
                self.closed.insert(leg, now);
            }
            MediaCommand::Join { peer } if side == Side::Switch => {
                self.part(now, leg);
                self.part(now, *peer);
                self.joints.push(Joint {
                    legs: (leg, *peer),
                    from: now,
                    to: None,
                });
            }
            MediaCommand::Part
            | MediaCommand::Echo
            | MediaCommand::Listen { .. }
            | MediaCommand::Close
                if side == Side::Switch =>
            {
                self.part(now, leg);
            }
            _ => {}
        }
    }

    pub(super) fn said(&mut self, now: Time, (side, _): Ear, event: &MediaEvent) {
        if let MediaEvent::Played { play, end } = event
            && side == Side::Phones
            && let Some((leg, from)) = self.plays.remove(play)
            && *end == PlayEnd::Finished
        {
            self.spoken.push(Spoken { leg, from, to: now });
        }
    }

    fn part(&mut self, now: Time, leg: LegId) {
        for joint in &mut self.joints {
            if joint.to.is_none() && (joint.legs.0 == leg || joint.legs.1 == leg) {
                joint.to = Some(now);
            }
        }
    }

    /// The leg at the other end of the wire.
    fn far(&self, side: Side, leg: LegId) -> Option<LegId> {
        let other = if side == Side::Switch {
            Side::Phones
        } else {
            Side::Switch
        };
        let port = self.remote.get(&(side, leg))?;
        self.own.get(&(other, *port)).copied()
    }

    pub(super) fn judge(&self, desk: &Desk) -> Result<usize, String> {
        let mut judged = 0;
        for spoken in self.spoken.iter().filter(|_| self.promises) {
            let Some(near) = self.far(Side::Phones, spoken.leg) else {
                continue;
            };
            for joint in &self.joints {
                let stands = joint.from + MARGIN <= spoken.from
                    && joint.to.is_some_and(|to| to >= spoken.to + MARGIN);
                let peer = match joint.legs {
                    (one, other) if one == near => other,
                    (one, other) if other == near => one,
                    _ => continue,
                };
                let Some(listener) = self.far(Side::Switch, peer).filter(|_| stands) else {
                    continue;
                };
                let closed = self.closed.get(&listener);
                if closed.is_some_and(|closed| *closed < spoken.to + MARGIN) {
                    continue;
                }
                if !self.left_out.contains(&spoken.leg) && !self.left_out.contains(&listener) {
                    self.judge_ear(spoken, listener, desk)?;
                    judged += 1;
                }
            }
        }
        Ok(judged)
    }

    fn judge_ear(&self, spoken: &Spoken, listener: LegId, desk: &Desk) -> Result<(), String> {
        let Some(begun) = self.probes.get(&listener) else {
            return Ok(());
        };
        let (samples, _) = desk.kept(probe(listener).0).unwrap_or_default();
        let at = |time: Time| time.since(*begun).millis() as usize * SAMPLES_PER_MS;
        let (from, to) = (at(spoken.from), at(spoken.to + MARGIN).min(samples.len()));
        let heard = samples.get(from..to).unwrap_or_default();
        let voiced = heard
            .chunks(20 * SAMPLES_PER_MS)
            .filter(|f| level_dbm0(f) > VOICE_DBM0);
        let said_ms = spoken.to.since(spoken.from).millis() as usize;
        let (voiced, wanted) = (voiced.count(), said_ms / 20 * VOICE_PERCENT_MIN / 100);
        if voiced >= wanted {
            return Ok(());
        }
        let Spoken { leg, .. } = spoken;
        Err(format!(
            "{listener} heard {voiced} frames of {wanted} that {leg} said at {}",
            { spoken.from.since(crate::world::BEGIN) }
        ))
    }
}
