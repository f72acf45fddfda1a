//! Our answer to a far end's offer.

use super::offer::{Wish, address, flow, ptime_ms, rtcp_address};
use super::write::Line;
use super::{Description, Flow, Format, SdpError, Terms};
use crate::sound::FRAME_MS;

/// An answer, and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// One line per line of the offer, in its order (RFC 3264 §6).
    pub lines: Vec<Line>,
    /// What is agreed on.
    pub terms: Terms,
}

impl Wish {
    /// Answers an offer: one sound, one codec and keys; everything else is refused.
    pub fn answer(&self, offer: &Description) -> Result<Answer, SdpError> {
        let at = offer.sound().ok_or(SdpError::NoSound)?;
        let media = &offer.media[at];
        let offered = media.codecs();
        let send = if self.own_order {
            let of = |codec| {
                offered
                    .iter()
                    .find(|format: &&Format| format.codec == codec)
            };
            self.codecs.iter().find_map(|&codec| of(codec))
        } else {
            offered
                .iter()
                .find(|format| self.codecs.contains(&format.codec))
        };
        let send = *send.ok_or(SdpError::NoCodec)?;
        let event = media.event().filter(|_| self.telephone_event);
        let (remote, held) = address(offer, media)?;
        let theirs = flow(offer, media, held);
        let ours = if held {
            old_hold(theirs)
        } else {
            theirs.reversed()
        };
        let rtcp_mux = self.rtcp_mux && media.rtcp_mux;
        let terms = Terms {
            remote,
            remote_rtcp: rtcp_address(remote, media, rtcp_mux),
            rtcp_mux,
            send,
            receive: vec![send],
            send_event: event,
            receive_event: event.into_iter().collect(),
            ptime_ms: ptime_ms(media),
            maxptime_ms: media
                .maxptime_ms
                .unwrap_or(model::limit::PACKET_TIME_MAX_MS),
            flow: ours,
        };
        let sound = Line::Sound {
            port: self.port,
            protocol: media.protocol.clone(),
            formats: vec![send],
            event,
            ptime_ms: FRAME_MS,
            flow: ours,
            rtcp_mux,
        };
        let lines = offer.media.iter().enumerate().map(|(n, other)| {
            if n == at {
                return sound.clone();
            }
            Line::Refused {
                kind: other.kind.clone(),
                protocol: other.protocol.clone(),
                formats: other.formats.clone(),
            }
        });
        Ok(Answer {
            lines: lines.collect(),
            terms,
        })
    }
}

/// What we do when held by an address of zeroes: nothing is sent; what they send is still taken.
fn old_hold(theirs: Flow) -> Flow {
    Flow::of(false, theirs.sends())
}
