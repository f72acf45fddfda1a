//! The RTP ports of one sound thread, and the sockets of its open legs.

use model::{LegId, limit};
use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;

/// Fewer pairs of ports than this make no sense for a server.
const PAIRS_MIN: usize = 2;

/// Whether there is room for sound in these ports, and none of them is the system's own.
pub fn is_range(range: &RangeInclusive<u16>) -> bool {
    *range.start() >= 1_024 && evens(range).count() >= PAIRS_MIN
}

/// The RTP port of each pair; that of RTCP follows it.
fn evens(range: &RangeInclusive<u16>) -> impl Iterator<Item = u16> {
    let first = range.start().checked_next_multiple_of(2);
    let last = *range.end();
    first
        .into_iter()
        .flat_map(move |first| (first..last).step_by(2))
}

/// A leg's two sockets.
pub(super) struct Pair {
    /// The even port.
    pub port: u16,
    pub rtp: UdpSocket,
    pub rtcp: UdpSocket,
}

/// Free ports and taken pairs. Each thread has its own share of the range, so none asks another.
pub(super) struct Ports {
    bind: IpAddr,
    /// What far ends send to, as phones in memory see it.
    pub address: IpAddr,
    free: VecDeque<u16>,
    pub pairs: HashMap<LegId, Pair>,
    owners: HashMap<u16, LegId>,
}

/// The thread that a port belongs to.
pub(super) fn thread_of(first_port: u16, port: u16, threads: usize) -> usize {
    usize::from(port.saturating_sub(first_port.next_multiple_of(2))) / 2 % threads
}

impl Ports {
    pub fn new(
        bind: IpAddr,
        address: IpAddr,
        range: RangeInclusive<u16>,
        thread: usize,
        threads: usize,
    ) -> Ports {
        let first = *range.start();
        let free = evens(&range)
            .filter(|port| thread_of(first, *port, threads) == thread)
            .collect();
        Ports {
            bind,
            address,
            free,
            pairs: HashMap::new(),
            owners: HashMap::new(),
        }
    }

    /// Takes the pair that has rested longest: late packets of the call before it are over.
    pub fn open(&mut self, leg: LegId) -> Option<u16> {
        for _ in 0..limit::MEDIA_PORT_TRIES_MAX.min(self.free.len()) {
            let port = self.free.pop_front()?;
            match bind(self.bind, port) {
                Ok((rtp, rtcp)) => {
                    self.pairs.insert(leg, Pair { port, rtp, rtcp });
                    self.owners.insert(port, leg);
                    return Some(port);
                }
                // Somebody else has it: perhaps not for ever.
                Err(error) => {
                    self.free.push_back(port);
                    tracing::debug!(port, %error, "an RTP port is taken");
                }
            }
        }
        None
    }

    pub fn close(&mut self, leg: LegId) {
        if let Some(pair) = self.pairs.remove(&leg) {
            self.owners.remove(&pair.port);
            self.free.push_back(pair.port);
        }
    }

    /// Whose port this is, be it the RTP or the RTCP port.
    pub fn owner(&self, port: u16) -> Option<LegId> {
        self.owners.get(&(port & !1)).copied()
    }
}

fn bind(address: IpAddr, port: u16) -> io::Result<(UdpSocket, UdpSocket)> {
    let rtp = UdpSocket::bind(SocketAddr::new(address, port))?;
    let rtcp = UdpSocket::bind(SocketAddr::new(address, port + 1))?;
    rtp.set_nonblocking(true)?;
    rtcp.set_nonblocking(true)?;
    Ok((rtp, rtcp))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn threads_share_the_range_without_overlap() {
        let ports = |thread| Ports::new(HERE, HERE, 20_001..=20_013, thread, 2).free;
        assert_eq!(ports(0), [20_002, 20_006, 20_010]);
        assert_eq!(ports(1), [20_004, 20_008, 20_012]);
        for port in ports(1) {
            assert_eq!(thread_of(20_001, port, 2), 1);
            assert_eq!(thread_of(20_001, port + 1, 2), 1);
        }
    }

    #[test]
    fn a_range_has_room_for_two_pairs_above_the_systems_own() {
        for (range, pairs) in [
            (20_000..=20_003, 2),
            (20_001..=20_004, 1),
            (20_001..=20_005, 2),
            (20_000..=20_002, 1),
            (65_532..=65_535, 2),
            (65_535..=65_535, 0),
            (RangeInclusive::new(20_010, 20_000), 0),
        ] {
            assert_eq!(evens(&range).count(), pairs, "{range:?}");
            assert_eq!(is_range(&range), pairs >= 2, "{range:?}");
        }
        assert!(is_range(&(1_024..=1_027)) && !is_range(&(1_023..=1_999)));
    }

    #[test]
    fn a_taken_port_is_passed_over_and_a_closed_one_rests() {
        // A port of the system's choosing that is surely taken, and its even neighbours.
        let taken = UdpSocket::bind((HERE, 0)).unwrap();
        let first = taken.local_addr().unwrap().port() & !1;
        let Some(last) = first.checked_add(9) else {
            return;
        };
        let mut ports = Ports::new(HERE, HERE, first..=last, 0, 1);
        let one = ports.open(LegId(1)).unwrap();
        assert_ne!(one, first);
        assert_eq!(ports.owner(one + 1), Some(LegId(1)));
        ports.close(LegId(1));
        assert_eq!(ports.owner(one), None);
        assert_eq!(ports.free.back(), Some(&one));
    }
}
