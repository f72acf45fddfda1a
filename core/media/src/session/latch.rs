//! Where a leg's packets really come from. Behind a NAT that isn't what the description says, so
//! the first steady source is taken for the far end; after that nobody else can take its place.

use std::net::SocketAddr;

use model::{Span, Time};

use crate::rtp::packet::Header;

/// For so long the address of the description may still displace another source.
const OPENING: Span = Span::from_secs(2);

/// A source silent for so long may go on from another address, if its SSRC stays (a NAT that
/// forgot its binding).
const SILENT: Span = Span::from_secs(5);

/// How far apart two packets of one new source may be.
const STEADY: u16 = 5;

/// The far end's address, as described and as seen.
#[derive(Clone, Debug)]
pub struct Latch {
    described: SocketAddr,
    source: Option<Source>,
    candidate: Option<(SocketAddr, Header)>,
}

/// A source that was taken.
#[derive(Clone, Copy, Debug)]
struct Source {
    address: SocketAddr,
    ssrc: u32,
    since: Time,
    heard_at: Time,
}

impl Latch {
    /// Open for whoever answers at this address.
    pub fn new(described: SocketAddr) -> Self {
        Latch {
            described,
            source: None,
            candidate: None,
        }
    }

    /// A new description: only another address opens it again.
    pub fn describe(&mut self, described: SocketAddr) {
        if described != self.described {
            *self = Latch::new(described);
        }
    }

    /// Where to send.
    pub fn target(&self) -> SocketAddr {
        self.source.map_or(self.described, |source| source.address)
    }

    /// Whether the far end was found.
    pub fn is_latched(&self) -> bool {
        self.source.is_some()
    }

    /// Whether a packet of an agreed payload type is the far end's.
    pub fn judge(&mut self, now: Time, from: SocketAddr, header: &Header) -> bool {
        let Some(source) = &mut self.source else {
            return self.open_to(now, from, header);
        };
        if source.address == from {
            source.heard_at = now;
            source.ssrc = header.ssrc;
            return true;
        }
        let described = from == self.described && now.since(source.since) < OPENING;
        let moved = now.since(source.heard_at) > SILENT && header.ssrc == source.ssrc;
        if described || moved {
            self.take(now, from, header.ssrc);
            return true;
        }
        false
    }

    fn open_to(&mut self, now: Time, from: SocketAddr, header: &Header) -> bool {
        let steady = self.candidate.is_some_and(|(address, first)| {
            let step = header.sequence.wrapping_sub(first.sequence);
            address == from && first.ssrc == header.ssrc && (1..=STEADY).contains(&step)
        });
        if from == self.described || steady {
            self.take(now, from, header.ssrc);
            return true;
        }
        self.candidate = Some((from, *header));
        false
    }

    fn take(&mut self, now: Time, address: SocketAddr, ssrc: u32) {
        self.source = Some(Source {
            address,
            ssrc,
            since: now,
            heard_at: now,
        });
        self.candidate = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn header(ssrc: u32, sequence: u16) -> Header {
        Header {
            marker: false,
            payload_type: 0,
            sequence,
            timestamp: 0,
            ssrc,
        }
    }

    #[test]
    fn the_described_address_is_taken_at_once_and_kept() {
        let (far, thief) = (at("192.0.2.1:4000"), at("198.51.100.9:666"));
        let mut latch = Latch::new(far);
        assert_eq!(latch.target(), far);
        assert!(latch.judge(Time(0), far, &header(1, 1)));
        for n in 0..500 {
            let now = Time(n * 20_000);
            assert!(latch.judge(now, far, &header(1, n as u16)));
            assert!(!latch.judge(now, thief, &header(1, n as u16 + 1)));
        }
        assert_eq!(latch.target(), far);
    }

    #[test]
    fn a_steady_stranger_is_the_far_end_behind_its_nat() {
        let (described, nat) = (at("10.0.0.5:4000"), at("203.0.113.7:31000"));
        let mut latch = Latch::new(described);
        assert!(!latch.judge(Time(0), nat, &header(1, 7)));
        assert!(!latch.judge(Time(1), at("198.51.100.9:1"), &header(2, 8)));
        assert!(
            !latch.judge(Time(2), nat, &header(1, 8)),
            "the stranger interrupted"
        );
        assert!(latch.judge(Time(3), nat, &header(1, 9)));
        assert_eq!(latch.target(), nat);
        assert!(
            latch.judge(Time(1_000_000), described, &header(1, 10)),
            "it may come late"
        );
        assert!(!latch.judge(Time(9_000_000), nat, &header(3, 11)));
    }

    #[test]
    fn a_binding_that_was_forgotten_comes_back_with_its_ssrc_only() {
        let (far, other) = (at("192.0.2.1:4000"), at("192.0.2.1:5000"));
        let mut latch = Latch::new(far);
        latch.judge(Time(0), far, &header(1, 1));
        assert!(!latch.judge(Time(4_900_000), other, &header(1, 2)));
        assert!(!latch.judge(Time(5_100_000), other, &header(9, 2)));
        assert!(latch.judge(Time(5_200_000), other, &header(1, 3)));
        latch.describe(far);
        assert_eq!(
            latch.target(),
            other,
            "the same description changes nothing"
        );
        latch.describe(at("192.0.2.1:6000"));
        assert_eq!(latch.target(), at("192.0.2.1:6000"));
    }
}
