//! What goes out of the engine, and what comes in beside packets and commands: the words its
//! driver needs to know. Nothing here is called while the engine waits for something.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use model::media::{MediaEvent, PlayId, Prompt, RecordEnd};
use model::{ErrorCode, LegId, RecordingSid};

use crate::codec::Codec;
use crate::sound::Frame;

/// What the engine is told once, when it is made.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// The address far ends send to: the `c=` line of our descriptions.
    pub address: IpAddr,
    /// The codecs we offer and accept, ours first.
    pub codecs: Vec<Codec>,
    /// Of an offer's codecs, take our first instead of the far end's first.
    pub own_order: bool,
    /// Offer and accept keys as events (RFC 4733).
    pub telephone_event: bool,
    /// Offer and accept RTCP on the RTP port (RFC 5761).
    pub rtcp_mux: bool,
}

impl EngineConfig {
    /// All codecs, keys as events, one port for RTP and RTCP.
    pub fn new(address: IpAddr) -> Self {
        EngineConfig {
            address,
            codecs: Codec::ALL.to_vec(),
            own_order: false,
            telephone_event: true,
            rtcp_mux: true,
        }
    }
}

/// Where the engine's effects go; the driver implements it. Calls must not block.
pub trait Outlet {
    /// Send these bytes from the leg's RTP port, or from the port above it for RTCP that isn't
    /// multiplexed.
    fn packet(&mut self, leg: LegId, to: SocketAddr, rtcp_port: bool, bytes: &[u8]);

    /// Tell call control.
    fn event(&mut self, leg: LegId, event: MediaEvent);

    /// Get this speech or file and supply it by [`super::Engine::feed`]; asked once per prompt,
    /// as soon as the prompt is queued.
    fn want(&mut self, leg: LegId, play: PlayId, prompt: &Prompt);

    /// Keep this piece of a recording: samples at 8 kHz, interleaved if there are two channels.
    fn record(&mut self, recording: RecordingSid, samples: &[i16], channels: u8);

    /// A recording got its last piece: finish its file and tell call control
    /// `MediaEvent::Recorded`. (`MediaEvent::RecordEnded` is told by the engine.)
    fn record_end(&mut self, leg: LegId, recording: RecordingSid, kept: Kept);

    /// Carry this to the engine that has the leg `to`, into [`super::Engine::handle_relay`].
    fn relay(&mut self, to: LegId, relayed: Relayed);
}

/// What became of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Why it ended.
    pub end: RecordEnd,
    /// 1 or 2.
    pub channels: u8,
    /// Samples per channel to keep from the start; what was given out beyond them is silence
    /// that the recording's terms trim.
    pub samples: u64,
    /// The length of these samples.
    pub length_ms: u32,
    /// Whether it is worth keeping: there is enough of it (`limit::RECORDING_MS_MIN`), and not
    /// only silence where silence is not what was asked for (`RecordSpec::keeps_silence`).
    pub heard: bool,
}

/// Sound for a prompt the engine asked for by [`Outlet::want`].
#[derive(Clone, Debug)]
pub enum Feed {
    /// All of it at once.
    Samples(Arc<[i16]>),
    /// The next piece, while more is on its way; `End` or `Failed` must follow. The prompt plays
    /// from the first piece on.
    Chunk(Arc<[i16]>),
    /// There are no more pieces; now the prompt can be repeated.
    End,
    /// It can't be had, or not further: the pieces that came are played, once.
    Failed {
        /// The fault's number.
        code: ErrorCode,
        /// One sentence.
        text: String,
    },
}

/// What one engine carries to another, every 20 ms, when legs on both are joined.
#[derive(Clone, Debug, PartialEq)]
pub struct Relayed {
    /// What the leg says.
    pub frame: Frame,
    /// A key it released meanwhile, and how long it was held in milliseconds.
    pub digit: Option<(char, u32)>,
}

/// Counters of one leg, for logs and metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LegStats {
    /// Packets of sound that were taken.
    pub received: u64,
    /// Packets that should have come and didn't.
    pub lost: u64,
    /// Packets that came too late to be heard.
    pub late: u64,
    /// Packets that came twice.
    pub duplicate: u64,
    /// Packets from an address that isn't the leg's, or that aren't what was agreed.
    pub foreign: u64,
    /// Interarrival jitter (RFC 3550 §6.4.1).
    pub jitter_ms: f32,
    /// Sound the jitter buffer holds back at present.
    pub delay_ms: u32,
    /// Frames that were made up for lost ones.
    pub concealed: u64,
    /// Packets sent.
    pub sent: u64,
    /// Round trip by RTCP, if known.
    pub round_trip_ms: Option<u32>,
    /// Share of our packets the far end says it lost, in 256ths.
    pub far_lost: u8,
}
