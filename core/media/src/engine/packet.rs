//! A packet arrives: is it the far end's, what is it, and who needs it.

use std::net::SocketAddr;

use model::media::MediaEvent;
use model::{LegId, Time};

use super::{Engine, Outlet};
use crate::codec::{Codec, MAX_PAYLOAD_MS, OCTETS_PER_MS};
use crate::rtp::event::KeyEvent;
use crate::rtp::packet::{self, Packet};
use crate::rtp::session::Place;

impl Engine {
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
        let Some(slot) = self.slot(leg) else { return };
        let Some(session) = self.session_mut(slot) else {
            return;
        };
        if packet::is_rtcp(bytes) {
            session.handle_report(now, from, bytes);
            return;
        }
        let Some(terms) = &session.terms else { return };
        let Ok(packet) = Packet::parse(bytes) else {
            session.refuse_packet();
            return;
        };
        let kind = packet.header.payload_type;
        let format = terms
            .receive
            .iter()
            .find(|format| format.payload_type == kind);
        let codec = format.map(|format| format.codec);
        let is_event = terms.receive_event.contains(&kind);
        if (codec.is_none() && !is_event) || !terms.flow.receives() {
            session.refuse_packet();
            return;
        }
        if packet.payload.len() > MAX_PAYLOAD_MS * OCTETS_PER_MS {
            session.refuse_packet();
            return;
        }
        if !session.admit(now, from, &packet.header) {
            return;
        }
        // The timestamp of an event stays where it began, so events have their sequence placed
        // but say nothing about the timing of the sound.
        let Some(codec) = codec else {
            session.ear.incoming.place_event(&packet.header);
            let timestamp = packet.header.timestamp;
            let events = session.ear.events.take(now, timestamp, packet.payload);
            for event in events.into_iter().flatten() {
                self.hear_key(slot, event, out);
            }
            return;
        };
        let Some(place) = session.ear.incoming.place(now, &packet.header) else {
            return;
        };
        if place.restarted
            && let Some(event) = session.ear.events.reset()
        {
            self.hear_key(slot, event, out);
        }
        self.hear_sound(now, slot, codec, place, &packet, out);
    }

    fn hear_sound(
        &mut self,
        now: Time,
        slot: u32,
        codec: Codec,
        place: Place,
        packet: &Packet<'_>,
        out: &mut dyn Outlet,
    ) {
        let Some(session) = self.session_mut(slot) else {
            return;
        };
        if session.ear_on {
            session.ear.jitter.push(now, place, codec, packet.payload);
        }
        let listeners = session.heard_by.len();
        for n in 0..listeners {
            let listener = self
                .session(slot)
                .and_then(|session| session.heard_by.get(n).copied());
            let Some(listener) = listener else { return };
            self.pass(now, listener, codec, place, packet, out);
        }
    }

    /// Passes a packet on to one who hears this leg and nothing else, in the same codec.
    fn pass(
        &mut self,
        now: Time,
        listener: u32,
        codec: Codec,
        place: Place,
        packet: &Packet<'_>,
        out: &mut dyn Outlet,
    ) {
        let Engine {
            sessions,
            packet: written,
            ..
        } = self;
        let Some(session) = sessions
            .get_mut(listener as usize)
            .and_then(Option::as_deref_mut)
        else {
            return;
        };
        let (Some(terms), Some(latch)) = (&session.terms, &session.latch) else {
            return;
        };
        let octets = packet.payload.len();
        if !terms.flow.sends()
            || session.prompts.speaks()
            || !session.mouth.can_pass(terms, codec, octets)
        {
            return;
        }
        let to = latch.target();
        if session
            .mouth
            .pass(now, &packet.header, place, packet.payload, terms, written)
        {
            session.mouth.is_open = true;
            out.packet(session.leg, to, false, written);
        }
    }

    /// A key went down or up: tell call control, and those who hear the leg.
    pub(super) fn hear_key(&mut self, slot: u32, event: KeyEvent, out: &mut dyn Outlet) {
        let Some(session) = self.session_mut(slot) else {
            return;
        };
        let leg = session.leg;
        if let KeyEvent::Ended { digit, duration_ms } = event {
            out.event(leg, MediaEvent::Digit { digit, duration_ms });
            if session.lent_to.is_some() {
                session.lent_key = Some((digit, duration_ms));
            }
        }
        let listeners = session.heard_by.len();
        for n in 0..listeners {
            let listener = self
                .session(slot)
                .and_then(|session| session.heard_by.get(n).copied());
            let Some(listener) = listener.and_then(|slot| self.session_mut(slot)) else {
                return;
            };
            match event {
                KeyEvent::Began { digit } => listener.mouth.keys.press(digit),
                KeyEvent::Ended { duration_ms, .. } => {
                    listener.mouth.keys.release(duration_ms.saturating_mul(8));
                }
            }
        }
    }
}
