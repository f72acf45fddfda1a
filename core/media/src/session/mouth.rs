//! What one leg hears: frames encoded and sent every tick, keys as events or tones, or a peer's
//! packets passed on as they are.

use std::net::SocketAddr;

use model::{LegId, Span, Time};

use crate::codec::{Codec, Encoder};
use crate::engine::Outlet;
use crate::rtp::event::{EventPacket, EventSender};
use crate::rtp::packet::Header;
use crate::rtp::session::{Outgoing, Place};
use crate::sdp::Terms;
use crate::sound::dial::{Dialer, DigitString, Rhythm};
use crate::sound::mix::add;
use crate::sound::{FRAME_SAMPLES, Frame, SILENT_FRAME};

/// A peer whose packets are passed on says nothing for so long: silence is sent in its place.
const STALE: Span = Span::from_millis(200);

/// A tone for a far end without events goes on until the key is released.
const TONE: Rhythm = Rhythm {
    on_ms: 10_000,
    off_ms: 40,
    level_dbm0: -9.0,
};

/// How a peer's stream is written into ours.
#[derive(Clone, Copy, Debug)]
struct Passing {
    /// The peer's source; another one needs an anchor of its own.
    source: u32,
    /// The peer's first sequence under this anchor.
    first: i64,
    sequence_offset: u16,
    timestamp_offset: u32,
    /// Where our timestamps have come to.
    end: u32,
    at: Time,
}

/// The speaking half of a session.
pub struct Mouth {
    /// Our stream's clock and counters.
    pub outgoing: Outgoing,
    /// Keys to be sent.
    pub keys: EventSender,
    /// Silence is sent when there is nothing to say.
    pub is_open: bool,
    encoder: Option<Encoder>,
    /// Samples the encoder holds, and the timestamp of the first.
    held: u32,
    held_at: u32,
    passing: Option<Passing>,
    tone: Option<(char, Dialer)>,
    /// The latest tick sent a key, not sound.
    was_key: bool,
}

impl Mouth {
    /// A mouth that said nothing.
    pub fn new(outgoing: Outgoing) -> Self {
        Mouth {
            outgoing,
            keys: EventSender::new(),
            is_open: false,
            encoder: None,
            held: 0,
            held_at: 0,
            passing: None,
            tone: None,
            was_key: false,
        }
    }

    /// Speaks by these terms from now on.
    pub fn agree(&mut self, terms: &Terms) {
        let fits = |encoder: &Encoder| {
            encoder.codec() == terms.send.codec && encoder.ptime_ms() == terms.ptime_ms
        };
        if !self.encoder.as_ref().is_some_and(fits) {
            self.encoder = Some(Encoder::new(terms.send.codec, terms.ptime_ms));
            self.held = 0;
            self.outgoing.begin_spurt();
        }
    }

    /// Whether a packet of this codec and length can be passed on as it is.
    pub fn can_pass(&self, terms: &Terms, codec: Codec, octets: usize) -> bool {
        terms.send.codec == codec && octets as u32 <= terms.maxptime_ms * 8 && !self.keys.is_busy()
    }

    /// Passes a peer's packet on: its payload, marker, gaps and order; our numbers.
    pub fn pass(
        &mut self,
        now: Time,
        from: &Header,
        place: Place,
        payload: &[u8],
        terms: &Terms,
        packet: &mut Vec<u8>,
    ) -> bool {
        let known = self.passing.filter(|passing| {
            passing.source == from.ssrc && !place.restarted && now.since(passing.at) < STALE
        });
        let mut passing = match known {
            Some(passing) => passing,
            None => self.anchor(now, from, place),
        };
        if place.sequence < passing.first {
            return false;
        }
        let sequence = from.sequence.wrapping_add(passing.sequence_offset);
        let timestamp = from.timestamp.wrapping_add(passing.timestamp_offset);
        let end = timestamp.wrapping_add(payload.len() as u32);
        if end.wrapping_sub(passing.end) as i32 > 0 {
            passing.end = end;
        }
        passing.at = now;
        self.passing = Some(passing);
        let octets = payload.len();
        let kind = terms.send.payload_type;
        let header = self
            .outgoing
            .passed_on(from.marker, kind, sequence, timestamp, octets);
        packet.clear();
        header.write(packet);
        packet.extend_from_slice(payload);
        true
    }

    fn anchor(&mut self, now: Time, from: &Header, place: Place) -> Passing {
        self.settle();
        self.outgoing.begin_spurt();
        let clock = self.outgoing.clock();
        Passing {
            source: from.ssrc,
            first: place.sequence,
            sequence_offset: self.outgoing.next_sequence().wrapping_sub(from.sequence),
            timestamp_offset: clock.wrapping_sub(from.timestamp),
            end: clock,
            at: now,
        }
    }

    /// Ends passing on: our clock goes on from where the peer's packets brought it.
    fn settle(&mut self) {
        if let Some(passing) = self.passing.take() {
            self.outgoing.at_least(passing.end);
            self.outgoing.begin_spurt();
            self.held = 0;
        }
    }

    /// Whether a peer's packets are being passed on at the moment.
    pub fn is_passing(&self, now: Time) -> bool {
        self.passing
            .is_some_and(|passing| now.since(passing.at) < STALE)
    }

    /// Speaks 20 ms: a key if one is pressed, else the frame, else silence if that is wanted.
    /// `said` becomes what the far end hears.
    pub fn speak(
        &mut self,
        to: (LegId, SocketAddr),
        terms: Option<&Terms>,
        frame: Option<&Frame>,
        said: &mut Frame,
        packet: &mut Vec<u8>,
        out: &mut dyn Outlet,
    ) {
        *said = frame.copied().unwrap_or(SILENT_FRAME);
        let key = self.keys.tick(self.outgoing.clock());
        let Some(terms) = terms else {
            self.outgoing.advance(FRAME_SAMPLES as u32);
            return;
        };
        self.is_open |= frame.is_some() || key.is_some();
        if !self.is_open {
            self.outgoing.advance(FRAME_SAMPLES as u32);
            return;
        }
        self.settle();
        match (key, terms.send_event) {
            (Some(key), Some(payload_type)) => {
                *said = SILENT_FRAME;
                self.say_key(to, payload_type, key, packet, out);
            }
            (Some(key), None) => {
                self.sound_key(key, said);
                self.say(to, terms, said, packet, out);
            }
            (None, _) => {
                self.tone = None;
                if std::mem::take(&mut self.was_key) {
                    self.outgoing.begin_spurt();
                }
                self.say(to, terms, said, packet, out);
            }
        }
        self.outgoing.advance(FRAME_SAMPLES as u32);
    }

    /// Lets 20 ms go by without a word.
    pub fn rest(&mut self) {
        self.outgoing.advance(FRAME_SAMPLES as u32);
    }

    fn say(
        &mut self,
        (leg, address): (LegId, SocketAddr),
        terms: &Terms,
        frame: &Frame,
        packet: &mut Vec<u8>,
        out: &mut dyn Outlet,
    ) {
        let Some(encoder) = &mut self.encoder else {
            return;
        };
        if self.held == 0 {
            self.held_at = self.outgoing.clock();
        }
        encoder.push(frame);
        self.held += FRAME_SAMPLES as u32;
        let step = encoder.timestamp_step();
        while self.held >= step {
            packet.clear();
            let kind = terms.send.payload_type;
            // One octet is one sample of the RTP clock in all our codecs.
            self.outgoing
                .sound(kind, self.held_at, step as usize)
                .write(packet);
            if !encoder.pop(packet) {
                break;
            }
            out.packet(leg, address, false, packet);
            self.held -= step;
            self.held_at = self.held_at.wrapping_add(step);
        }
    }

    fn say_key(
        &mut self,
        (leg, address): (LegId, SocketAddr),
        payload_type: u8,
        key: EventPacket,
        packet: &mut Vec<u8>,
        out: &mut dyn Outlet,
    ) {
        self.was_key = true;
        let payload = key.payload.bytes();
        packet.clear();
        self.outgoing
            .header(key.marker, payload_type, key.timestamp, payload.len())
            .write(packet);
        packet.extend_from_slice(&payload);
        out.packet(leg, address, false, packet);
    }

    /// Adds a key as a tone.
    fn sound_key(&mut self, key: EventPacket, said: &mut Frame) {
        if key.payload.end {
            self.tone = None;
            return;
        }
        if self
            .tone
            .as_ref()
            .is_none_or(|(digit, _)| *digit != key.key || key.marker)
        {
            let digits = DigitString::parse(key.key.encode_utf8(&mut [0; 4]));
            self.tone = digits
                .ok()
                .map(|digits| (key.key, Dialer::with_rhythm(digits, TONE)));
        }
        if let Some((_, dialer)) = &mut self.tone {
            let mut frame = SILENT_FRAME;
            dialer.fill(&mut frame);
            add(said, &frame);
        }
    }
}
