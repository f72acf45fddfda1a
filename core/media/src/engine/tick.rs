//! Twenty milliseconds of one phase: first all its legs listen, then all speak.

use model::media::MediaEvent;
use model::{AnsweredBy, LegId, Time};

use super::{Engine, Outlet, PHASES, Relayed};
use crate::codec::Codec;
use crate::room::{Hears, Room};
use crate::session::Session;
use crate::sound::mix::add;
use crate::sound::{FRAME_SAMPLES, Frame, SILENT_FRAME};

/// Octets of the usual packet, to ask whether a codec passes as it is.
const USUAL_OCTETS: usize = FRAME_SAMPLES;

impl Engine {
    /// Lets the legs of one phase (0 to 3) hear and speak 20 ms; call it every 20 ms per phase.
    pub fn tick(&mut self, now: Time, phase: usize, out: &mut dyn Outlet) {
        let Some(count) = self.phases.get(phase).map(Vec::len) else {
            return;
        };
        self.next_phase = (phase + 1) % PHASES;
        for n in 0..count {
            let slot = self.phases[phase][n];
            self.listen_tick(now, slot, out);
        }
        let Engine {
            rooms, sessions, ..
        } = self;
        for room in rooms
            .iter_mut()
            .filter(|room| room.phase == phase && !room.is_empty())
        {
            room.gather(|slot| voice(sessions.get(slot as usize)?.as_deref()?));
        }
        for n in 0..count {
            let slot = self.phases[phase][n];
            self.speak_tick(now, slot, out);
        }
    }

    fn listen_tick(&mut self, now: Time, slot: u32, out: &mut dyn Outlet) {
        let needed = self.needs_ear(slot);
        let Some(session) = self.session_mut(slot) else {
            return;
        };
        let leg = session.leg;
        if needed && !session.ear_on {
            session.ear.restart();
        }
        session.ear_on = needed;
        let mut tone = None;
        if needed {
            tone = session.ear.listen(now);
        } else {
            session.ear.rest();
        }
        if let Some(answered_by) = detect(session) {
            out.event(leg, MediaEvent::Detected { answered_by });
        }
        let lost_end = session.ear.events.poll(now);
        if session.is_lost(now) {
            out.event(leg, MediaEvent::Lost);
        }
        if let Some((digit, duration_ms)) = tone {
            // Those who hear the leg hear the tone itself.
            out.event(leg, MediaEvent::Digit { digit, duration_ms });
        }
        if let Some(event) = lost_end {
            self.hear_key(slot, event, out);
        }
    }

    /// Whether anybody needs what the leg says as sound, not as packets.
    fn needs_ear(&self, slot: u32) -> bool {
        let Some(session) = self.session(slot) else {
            return false;
        };
        let Some(terms) = &session.terms else {
            return false;
        };
        if !terms.flow.receives() {
            return false;
        }
        let alone = session.tapes.is_empty()
            && !session.ear.detects_tones()
            && session.detector.is_none()
            && session.lent_to.is_none()
            && !matches!(session.hears, Hears::Room(_));
        let codec = terms.receive.first().map(|format| format.codec);
        !alone
            || session.heard_by.iter().any(|&listener| {
                let listener = self.session(listener);
                listener.is_some_and(|listener| !hears_packets(listener, codec))
            })
    }

    fn speak_tick(&mut self, now: Time, slot: u32, out: &mut dyn Outlet) {
        let mut heard = SILENT_FRAME;
        let peer = self.peer_frame(slot, &mut heard);
        let Engine {
            sessions,
            packet,
            chance,
            ..
        } = self;
        let Some(session) = sessions
            .get_mut(slot as usize)
            .and_then(Option::as_deref_mut)
        else {
            return;
        };
        let leg = session.leg;
        let mut said = heard;
        if let Some(latch) = &session.latch {
            let to = latch.target();
            let speaks = play(session, peer, &mut heard, out);
            let mouth = &mut session.mouth;
            if !speaks && mouth.is_passing(now) && !mouth.keys.is_busy() {
                mouth.rest();
            } else {
                let terms = session.terms.as_ref().filter(|terms| terms.flow.sends());
                let frame = (speaks || peer).then_some(&heard);
                mouth.speak((leg, to), terms, frame, &mut said, packet, out);
            }
        }
        record(session, &said, out);
        if let Some(to) = session.lent_to {
            let frame = session.ear.frame;
            out.relay(
                to,
                Relayed {
                    frame,
                    digit: session.lent_key.take(),
                },
            );
        }
        if session.is_report_due(now, chance) {
            send_report(now, session, leg, packet, out);
        }
    }

    /// What the leg hears of others; false if nobody says anything.
    fn peer_frame(&mut self, slot: u32, heard: &mut Frame) -> bool {
        let Some(session) = self.session_mut(slot) else {
            return false;
        };
        match session.hears {
            Hears::Nobody => false,
            Hears::Away => {
                let frame = session.guests.pop_front();
                *heard = frame.unwrap_or(SILENT_FRAME);
                frame.is_some()
            }
            Hears::One(other) => {
                let Some(other) = self.session(other) else {
                    return false;
                };
                *heard = other.ear.frame;
                other.ear.is_heard
            }
            Hears::Room(place) => {
                let own = self.session(slot).and_then(voice);
                self.rooms
                    .get(place)
                    .is_some_and(|room: &Room| room.hear(slot, own, heard))
            }
        }
    }
}

/// What a leg says in this tick, if anything.
fn voice(session: &Session) -> Option<&Frame> {
    session.ear.is_heard.then_some(&session.ear.frame)
}

/// Whether a leg hears another's packets as they are, so that nobody has to decode them.
fn hears_packets(listener: &Session, codec: Option<Codec>) -> bool {
    let Some(codec) = codec else { return false };
    !listener.prompts.speaks()
        && !listener.tapes.iter().any(|tape| tape.keeps_heard())
        && match listener.sending_terms() {
            // Who hears nothing at the moment needs no decoding either.
            None => true,
            Some(terms) => listener.mouth.can_pass(terms, codec, USUAL_OCTETS),
        }
}

/// Lets the detector hear these 20 ms. A leg that is on hold is silent to it: time goes on.
fn detect(session: &mut Session) -> Option<AnsweredBy> {
    let ear = &session.ear;
    let detector = session.detector.as_mut()?;
    let found = match (ear.is_heard, ear.is_made_up()) {
        (true, true) => detector.hear_made_up(&ear.frame),
        (true, false) => detector.hear(Some(&ear.frame)),
        (false, _) => detector.hear(None),
    }?;
    session.detector = None;
    Some(found.verdict)
}

/// Mixes 20 ms of the leg's prompt into what it hears; true if there was any.
fn play(session: &mut Session, peer: bool, heard: &mut Frame, out: &mut dyn Outlet) -> bool {
    if session.terms.is_none() {
        return false;
    }
    let mut prompt = SILENT_FRAME;
    let pressed = session.prompts.pressed();
    if !session.prompts.next_frame(session.leg, &mut prompt, out) && pressed.is_none() {
        release(session);
        return false;
    }
    let by_event = session
        .terms
        .as_ref()
        .is_some_and(|terms| terms.send_event.is_some());
    if by_event && let Some((key, _)) = pressed {
        // The event takes the place of the tone the player makes.
        if !std::mem::replace(&mut session.prompt_key, true) {
            session.mouth.keys.press(key);
        }
        prompt = SILENT_FRAME;
    } else {
        release(session);
    }
    if peer {
        add(heard, &prompt);
    } else {
        *heard = prompt;
    }
    true
}

/// Lets a key of a prompt go.
fn release(session: &mut Session) {
    if std::mem::take(&mut session.prompt_key) {
        session.mouth.keys.release(0);
    }
}

fn record(session: &mut Session, said: &Frame, out: &mut dyn Outlet) {
    let leg = session.leg;
    let frame = session.ear.frame;
    session.tapes.retain_mut(|tape| {
        tape.take(&frame, said);
        !tape.give(leg, out)
    });
}

fn send_report(
    now: Time,
    session: &mut Session,
    leg: LegId,
    packet: &mut Vec<u8>,
    out: &mut dyn Outlet,
) {
    let Some(terms) = &session.terms else { return };
    let (mux, described) = (terms.rtcp_mux, terms.remote_rtcp);
    let to = match &session.latch {
        Some(latch) if mux => latch.target(),
        _ => described,
    };
    session.write_report(now, false, packet);
    out.packet(leg, to, !mux, packet);
}
