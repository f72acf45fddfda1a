//! The wire between the platform and the phones: delay, loss, reordering and repetition by seed.

use model::{Chance, Span};

/// How a wire treats packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wire {
    /// The shortest way.
    pub delay: Span,
    /// Up to so much more; enough of it reorders packets.
    pub jitter: Span,
    /// Packets lost, in percent.
    pub loss_percent: u64,
    /// Packets that come twice, in percent.
    pub twice_percent: u64,
}

impl Default for Wire {
    fn default() -> Self {
        Wire {
            delay: Span::from_millis(20),
            jitter: Span::ZERO,
            loss_percent: 0,
            twice_percent: 0,
        }
    }
}

/// A wire with its chance.
#[derive(Debug, Clone)]
pub struct Network {
    /// How it treats packets.
    pub wire: Wire,
    /// Packets that are lost whatever the wire is like, counted down.
    pub lose_next: u32,
    chance: Chance,
}

impl Network {
    /// A wire that treats packets so.
    pub fn new(wire: Wire, chance: Chance) -> Network {
        Network {
            wire,
            lose_next: 0,
            chance,
        }
    }

    /// How long a packet takes: not at all (lost), once, or twice.
    pub fn carry(&mut self) -> Vec<Span> {
        if self.lose_next > 0 {
            self.lose_next -= 1;
            return Vec::new();
        }
        if self.chance.percent(self.wire.loss_percent) {
            return Vec::new();
        }
        let mut ways = vec![self.way()];
        if self.chance.percent(self.wire.twice_percent) {
            ways.push(self.way());
        }
        ways
    }

    fn way(&mut self) -> Span {
        self.wire.delay + Span(self.chance.below(self.wire.jitter.0 + 1))
    }
}
