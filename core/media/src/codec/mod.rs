//! The codecs of telephone legs: payloads of any packet time in, frames out, and back.
//! A codec that hears more than 8000 samples a second is brought down (and up) here and nowhere
//! else, so a wide-band room would only have to ask for the other rate.

pub mod fifo;
pub mod g711;
pub mod g722;

use crate::sound::resample::{Doubler, Halver};
use crate::sound::{FRAME_MS, FRAME_SAMPLES, Frame};
use fifo::Fifo;

/// Octets a millisecond of sound takes: all three codecs run at 64 kbit/s.
pub const OCTETS_PER_MS: usize = 8;

/// The longest payload that is looked at, the longest a receiver should take (RFC 3551 §4.2).
pub const MAX_PAYLOAD_MS: usize = model::limit::PACKET_TIME_MAX_MS as usize;

/// A way of writing sound down in packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    /// G.711 mu-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
    /// G.722 at 64 kbit/s, wide-band.
    G722,
}

impl Codec {
    /// All codecs, in our order of preference for an offer.
    pub const ALL: [Codec; 3] = [Codec::Pcmu, Codec::Pcma, Codec::G722];

    /// The static payload type (RFC 3551 §6).
    pub const fn payload_type(self) -> u8 {
        match self {
            Codec::Pcmu => 0,
            Codec::Pcma => 8,
            Codec::G722 => 9,
        }
    }

    /// The encoding name of `a=rtpmap`.
    pub const fn name(self) -> &'static str {
        match self {
            Codec::Pcmu => "PCMU",
            Codec::Pcma => "PCMA",
            Codec::G722 => "G722",
        }
    }

    /// The rate of the RTP timestamp: 8000 for G.722 too, by an old mistake (RFC 3551 §4.5.2).
    pub const fn clock_hz(self) -> u32 {
        8_000
    }

    /// The codec with this encoding name, in any case of letters.
    pub fn from_name(name: &str) -> Option<Codec> {
        Codec::ALL
            .into_iter()
            .find(|codec| codec.name().eq_ignore_ascii_case(name))
    }

    /// The codec with this static payload type.
    pub fn from_payload_type(payload_type: u8) -> Option<Codec> {
        Codec::ALL
            .into_iter()
            .find(|codec| codec.payload_type() == payload_type)
    }
}

/// The state of listening to one codec.
enum Ear {
    Mu,
    A,
    Wide(Box<(g722::Decoder, Halver)>),
}

/// The state of speaking one codec.
enum Mouth {
    Mu,
    A,
    Wide(Box<(g722::Encoder, Doubler)>),
}

/// Turns the payloads of one leg into frames, whatever their packet time.
pub struct Decoder {
    codec: Codec,
    ear: Ear,
    held: Fifo<i16, { MAX_PAYLOAD_MS * 8 * 2 }>,
}

impl Decoder {
    /// A decoder that has heard nothing yet.
    pub fn new(codec: Codec) -> Self {
        let ear = match codec {
            Codec::Pcmu => Ear::Mu,
            Codec::Pcma => Ear::A,
            Codec::G722 => Ear::Wide(Box::new((g722::Decoder::new(), Halver::new()))),
        };
        Decoder {
            codec,
            ear,
            held: Fifo::new(),
        }
    }

    /// The codec this decoder understands.
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// Takes one payload; octets past [`MAX_PAYLOAD_MS`] are ignored, the oldest sound gives way.
    pub fn push(&mut self, payload: &[u8]) {
        let payload = &payload[..payload.len().min(MAX_PAYLOAD_MS * OCTETS_PER_MS)];
        match &mut self.ear {
            Ear::Mu => payload
                .iter()
                .for_each(|&octet| self.held.push(g711::from_mu(octet))),
            Ear::A => payload
                .iter()
                .for_each(|&octet| self.held.push(g711::from_a(octet))),
            Ear::Wide(wide) => {
                for &octet in payload {
                    let pair = wide.0.decode(octet);
                    self.held.push(wide.1.step(pair));
                }
            }
        }
    }

    /// Gives the oldest full frame, if there is one.
    pub fn pop(&mut self, frame: &mut Frame) -> bool {
        self.held.pop_into(frame)
    }

    /// Decodes a payload that should hold one frame; false if it didn't fill one.
    pub fn decode(&mut self, payload: &[u8], frame: &mut Frame) -> bool {
        self.push(payload);
        self.pop(frame)
    }

    /// Sound that waits to be popped.
    pub fn held_ms(&self) -> u32 {
        (self.held.len() * FRAME_MS as usize / FRAME_SAMPLES) as u32
    }

    /// Forgets sound not yet popped, as after a change of source.
    pub fn clear(&mut self) {
        self.held.clear();
    }
}

/// Turns frames into the payloads of one leg at the packet time the far end wants.
pub struct Encoder {
    codec: Codec,
    mouth: Mouth,
    ptime_ms: u32,
    held: Fifo<u8, { (MAX_PAYLOAD_MS + FRAME_MS as usize) * OCTETS_PER_MS }>,
}

impl Encoder {
    /// An encoder for packets of this length, which is brought into 10 to 200 ms.
    pub fn new(codec: Codec, ptime_ms: u32) -> Self {
        let mouth = match codec {
            Codec::Pcmu => Mouth::Mu,
            Codec::Pcma => Mouth::A,
            Codec::G722 => Mouth::Wide(Box::new((g722::Encoder::new(), Doubler::new()))),
        };
        let ptime_ms = ptime_ms.clamp(10, MAX_PAYLOAD_MS as u32);
        Encoder {
            codec,
            mouth,
            ptime_ms,
            held: Fifo::new(),
        }
    }

    /// The codec this encoder speaks.
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// The length of the packets it makes.
    pub fn ptime_ms(&self) -> u32 {
        self.ptime_ms
    }

    /// By how much the RTP timestamp grows from packet to packet.
    pub fn timestamp_step(&self) -> u32 {
        self.ptime_ms * self.codec.clock_hz() / 1000
    }

    /// Takes one frame.
    pub fn push(&mut self, frame: &Frame) {
        match &mut self.mouth {
            Mouth::Mu => frame
                .iter()
                .for_each(|&sample| self.held.push(g711::to_mu(sample))),
            Mouth::A => frame
                .iter()
                .for_each(|&sample| self.held.push(g711::to_a(sample))),
            Mouth::Wide(wide) => {
                for &sample in frame {
                    let pair = wide.1.step(sample);
                    self.held.push(wide.0.encode(pair));
                }
            }
        }
    }

    /// Appends the next full payload to a packet; false if there is none yet.
    pub fn pop(&mut self, packet: &mut Vec<u8>) -> bool {
        let octets = self.ptime_ms as usize * OCTETS_PER_MS;
        self.held.pop_to(packet, octets)
    }
}

#[cfg(test)]
mod tests;
