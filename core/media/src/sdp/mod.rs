//! Session descriptions (RFC 8866) as far as a telephone leg needs them, and their bargaining
//! (RFC 3264): what is sent and received, as what, from and to where.

pub mod answer;
pub mod offer;
pub mod parse;
pub mod write;

use std::net::{IpAddr, SocketAddr};

use crate::codec::Codec;

/// Codecs one description can agree on; more lines of the same codec are ignored.
pub const FORMATS_MAX: usize = 8;

/// A description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The session part's address, if it has one.
    pub address: Option<IpAddr>,
    /// The session part's direction.
    pub direction: Option<Flow>,
    /// The media, in order.
    pub media: Vec<Media>,
}

/// One `m=` line and what follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// `audio`, `video`, ….
    pub kind: String,
    /// 0: not wanted.
    pub port: u16,
    /// `RTP/AVP`, ….
    pub protocol: String,
    /// The formats as they stand.
    pub formats: Vec<String>,
    /// Its own address, if it has one.
    pub address: Option<IpAddr>,
    /// What payload types mean.
    pub maps: Vec<PayloadMap>,
    /// Packet time in milliseconds.
    pub ptime_ms: Option<u32>,
    /// Longest packet time in milliseconds.
    pub maxptime_ms: Option<u32>,
    /// Its own direction.
    pub direction: Option<Flow>,
    /// RTCP may come on the RTP port.
    pub rtcp_mux: bool,
    /// Where RTCP goes otherwise (RFC 3605): port, and address if given.
    pub rtcp: Option<(u16, Option<IpAddr>)>,
}

/// `a=rtpmap`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadMap {
    /// The payload type.
    pub payload_type: u8,
    /// The encoding.
    pub name: String,
    /// Ticks of its timestamp per second.
    pub clock_hz: u32,
    /// 1 if absent.
    pub channels: u32,
}

/// A direction, as its writer sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Flow {
    /// Both ways.
    #[default]
    SendRecv,
    /// The writer only sends.
    SendOnly,
    /// The writer only receives.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl Flow {
    /// Whether the writer sends.
    pub fn sends(self) -> bool {
        matches!(self, Flow::SendRecv | Flow::SendOnly)
    }

    /// Whether the writer receives.
    pub fn receives(self) -> bool {
        matches!(self, Flow::SendRecv | Flow::RecvOnly)
    }

    /// The same as the other side sees it.
    pub fn reversed(self) -> Flow {
        Flow::of(self.receives(), self.sends())
    }

    /// By what the writer does.
    pub fn of(sends: bool, receives: bool) -> Flow {
        match (sends, receives) {
            (true, true) => Flow::SendRecv,
            (true, false) => Flow::SendOnly,
            (false, true) => Flow::RecvOnly,
            (false, false) => Flow::Inactive,
        }
    }

    /// The attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Flow::SendRecv => "sendrecv",
            Flow::SendOnly => "sendonly",
            Flow::RecvOnly => "recvonly",
            Flow::Inactive => "inactive",
        }
    }
}

/// A codec under a payload type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// The payload type.
    pub payload_type: u8,
    /// The codec.
    pub codec: Codec,
}

/// What two descriptions agree on, as our side sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Where RTP goes.
    pub remote: SocketAddr,
    /// Where RTCP goes.
    pub remote_rtcp: SocketAddr,
    /// RTCP shares the port of RTP.
    pub rtcp_mux: bool,
    /// What we send sound as.
    pub send: Format,
    /// What may come as sound.
    pub receive: Vec<Format>,
    /// What we send keys as.
    pub send_event: Option<u8>,
    /// What may come as keys.
    pub receive_event: Vec<u8>,
    /// The packet time the far end wants.
    pub ptime_ms: u32,
    /// The longest packet the far end takes.
    pub maxptime_ms: u32,
    /// What we do: send, receive, both, neither.
    pub flow: Flow,
}

/// Why a description can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SdpError {
    /// Longer than `limit::SDP_BYTES_MAX`, or not text.
    Unreadable,
    /// It has no sound that could be taken: no `m=audio` by RTP/AVP with a port.
    NoSound,
    /// None of its codecs is ours.
    NoCodec,
    /// It says nowhere where sound should go.
    NoAddress,
}

impl std::fmt::Display for SdpError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            SdpError::Unreadable => "the description can't be read",
            SdpError::NoSound => "the description has no sound over plain RTP",
            SdpError::NoCodec => "no codec in common",
            SdpError::NoAddress => "the description has no address for sound",
        })
    }
}

impl std::error::Error for SdpError {}

impl Description {
    /// The place of the first sound that we could take.
    pub fn sound(&self) -> Option<usize> {
        self.media.iter().position(Media::is_sound)
    }
}

impl Media {
    /// Whether this is sound over plain RTP with a port.
    pub fn is_sound(&self) -> bool {
        // AVPF only adds feedback that may be left away (RFC 4585); SAVP would need keys.
        let plain = ["RTP/AVP", "RTP/AVPF"];
        self.kind.eq_ignore_ascii_case("audio")
            && self.port != 0
            && plain
                .iter()
                .any(|name| self.protocol.eq_ignore_ascii_case(name))
    }

    /// What a payload type means: its map, or by the static table (RFC 3551 §6).
    pub fn codec(&self, payload_type: u8) -> Option<Codec> {
        let Some(map) = self.map(payload_type) else {
            return Codec::from_payload_type(payload_type);
        };
        let codec = Codec::from_name(&map.name)?;
        (map.clock_hz == codec.clock_hz() && map.channels == 1).then_some(codec)
    }

    /// The codecs in the order of the `m=` line, each once.
    pub fn codecs(&self) -> Vec<Format> {
        let mut all: Vec<Format> = Vec::new();
        for payload_type in self.payload_types() {
            if let Some(codec) = self.codec(payload_type)
                && all.iter().all(|format| format.codec != codec)
                && all.len() < FORMATS_MAX
            {
                all.push(Format {
                    payload_type,
                    codec,
                });
            }
        }
        all
    }

    /// The payload type of keys on the clock of our codecs.
    pub fn event(&self) -> Option<u8> {
        self.payload_types().find(|&payload_type| {
            self.map(payload_type).is_some_and(|map| {
                map.name.eq_ignore_ascii_case("telephone-event") && map.clock_hz == 8_000
            })
        })
    }

    fn map(&self, payload_type: u8) -> Option<&PayloadMap> {
        self.maps
            .iter()
            .find(|map| map.payload_type == payload_type)
    }

    fn payload_types(&self) -> impl Iterator<Item = u8> + '_ {
        let numbers = self
            .formats
            .iter()
            .filter_map(|format| format.parse::<u8>().ok());
        numbers.filter(|&payload_type| payload_type < 128)
    }
}

#[cfg(test)]
mod tests;
