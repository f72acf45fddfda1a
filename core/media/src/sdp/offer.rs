//! Our offer, and what the far end's answer to it means.

use std::net::SocketAddr;

use super::write::Line;
use super::{Description, Flow, Format, Media, SdpError, Terms};
use crate::codec::Codec;
use crate::sound::FRAME_MS;

/// The payload type we offer keys under.
pub const EVENT: u8 = 101;

/// What we want and can, for offer and answer alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Our RTP port.
    pub port: u16,
    /// Our codecs, best first.
    pub codecs: Vec<Codec>,
    /// Take our first of an offer's codecs, not the far end's.
    pub own_order: bool,
    /// Keys as events.
    pub telephone_event: bool,
    /// RTCP on the RTP port.
    pub rtcp_mux: bool,
}

impl Wish {
    /// Our offer of sound.
    pub fn offer(&self, flow: Flow) -> Line {
        let format = |&codec: &Codec| Format {
            payload_type: codec.payload_type(),
            codec,
        };
        Line::Sound {
            port: self.port,
            protocol: "RTP/AVP".to_owned(),
            formats: self.codecs.iter().map(format).collect(),
            event: self.telephone_event.then_some(EVENT),
            ptime_ms: FRAME_MS,
            flow,
            rtcp_mux: self.rtcp_mux,
        }
    }

    /// Reads the answer to [`Wish::offer`].
    pub fn accept(&self, answer: &Description) -> Result<Terms, SdpError> {
        let media = answer
            .sound()
            .map(|at| &answer.media[at])
            .ok_or(SdpError::NoSound)?;
        let codecs: Vec<Format> = media
            .codecs()
            .into_iter()
            .filter(|f| self.codecs.contains(&f.codec))
            .collect();
        let send = *codecs.first().ok_or(SdpError::NoCodec)?;
        // Sound comes under our numbers; some send under their own.
        let mut receive = codecs.clone();
        for &codec in &self.codecs {
            let payload_type = codec.payload_type();
            let agreed = codecs.iter().any(|format| format.codec == codec);
            if agreed
                && receive
                    .iter()
                    .all(|format| format.payload_type != payload_type)
            {
                receive.push(Format {
                    payload_type,
                    codec,
                });
            }
        }
        let event = media.event().filter(|_| self.telephone_event);
        let mut receive_event: Vec<u8> = event.into_iter().collect();
        if event.is_some_and(|event| event != EVENT) {
            receive_event.push(EVENT);
        }
        let (remote, held) = address(answer, media)?;
        let theirs = flow(answer, media, held);
        let rtcp_mux = self.rtcp_mux && media.rtcp_mux;
        Ok(Terms {
            remote,
            remote_rtcp: rtcp_address(remote, media, rtcp_mux),
            rtcp_mux,
            send,
            receive,
            send_event: event,
            receive_event,
            ptime_ms: ptime_ms(media),
            maxptime_ms: media
                .maxptime_ms
                .unwrap_or(model::limit::PACKET_TIME_MAX_MS),
            flow: theirs.reversed(),
        })
    }
}

/// Where sound goes, and whether the address says "nowhere" (the old form of hold, RFC 3264 §8.4).
pub(super) fn address(
    description: &Description,
    media: &Media,
) -> Result<(SocketAddr, bool), SdpError> {
    let ip = media
        .address
        .or(description.address)
        .ok_or(SdpError::NoAddress)?;
    Ok((SocketAddr::new(ip, media.port), ip.is_unspecified()))
}

/// The direction as the far end sees it; at an unspecified address it can't receive.
pub(super) fn flow(description: &Description, media: &Media, held: bool) -> Flow {
    let flow = media
        .direction
        .or(description.direction)
        .unwrap_or_default();
    Flow::of(flow.sends(), flow.receives() && !held)
}

/// Where RTCP goes.
pub(super) fn rtcp_address(remote: SocketAddr, media: &Media, mux: bool) -> SocketAddr {
    match media.rtcp {
        _ if mux => remote,
        Some((port, address)) => SocketAddr::new(address.unwrap_or(remote.ip()), port),
        None => SocketAddr::new(remote.ip(), remote.port().saturating_add(1)),
    }
}

/// The packet time the far end wants, a whole number of frames where it can be.
pub(super) fn ptime_ms(media: &Media) -> u32 {
    let longest = media
        .maxptime_ms
        .unwrap_or(model::limit::PACKET_TIME_MAX_MS);
    media
        .ptime_ms
        .unwrap_or(FRAME_MS)
        .min(longest)
        .clamp(10, model::limit::PACKET_TIME_MAX_MS)
}
