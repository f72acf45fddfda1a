//! The jitter buffer: puts packets back in order and holds them just long enough that they are
//! there when they are to be heard. The delay follows the measured lateness, 20 to 200 ms: up at
//! the second late packet, down over seconds and, if it can, in silence.

use super::session::{Place, samples_at};
use crate::codec::Codec;
use model::Time;

/// Packets that can wait: 640 ms at the usual packet time.
const SLOTS: usize = 32;

/// Samples of one frame.
const FRAME: i64 = 160;

/// Bounds of the delay, and where it starts: 20, 200, 40 ms.
const DELAY_MIN: i64 = FRAME;
const DELAY_MAX: i64 = 10 * FRAME;
const DELAY_FIRST: i64 = 2 * FRAME;

/// Lateness is remembered in windows of a second, for five of them.
const WINDOW: i64 = 8_000;
const WINDOWS: usize = 5;

/// Frames without any packet after which the next one begins a talkspurt.
const SPURT_PAUSE: u32 = 10;

/// Before any timestamp, with room to count on either side.
const NEVER: i64 = i64::MIN / 4;

/// A packet held for its time.
#[derive(Clone, Debug)]
struct Slot {
    used: bool,
    sequence: i64,
    timestamp: i64,
    codec: Codec,
    payload: Vec<u8>,
}

/// What the buffer has for the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next<'a> {
    /// A packet: its codec and payload.
    Packet(Codec, &'a [u8]),
    /// A packet that should be here is lost.
    Lost,
    /// The far end says nothing for the moment, or its packets are late.
    Nothing,
}

/// Lateness within one second.
#[derive(Clone, Copy, Debug)]
struct Window {
    number: i64,
    /// The least transit, and the two greatest: one outlier in a second doesn't count.
    least: i64,
    greatest: [i64; 2],
}

/// How the delay stands to what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// As wanted.
    Right,
    /// A frame could be left out.
    Long,
    /// Much too long: a frame must be left out, silent or not.
    TooLong,
    /// A frame should be put in.
    Short,
}

/// Packets of one stream, waiting to be heard.
#[derive(Clone, Debug)]
pub struct Jitter {
    slots: Vec<Slot>,
    next_sequence: i64,
    newest: i64,
    /// The timestamp to be heard next.
    position: i64,
    /// The end of the last packet that was heard.
    heard_to: i64,
    started: bool,
    dry_frames: u32,
    windows: [Window; WINDOWS],
    late: u64,
    duplicate: u64,
}

const FRESH: Window = Window {
    number: i64::MIN,
    least: i64::MAX,
    greatest: [i64::MIN; 2],
};

impl Jitter {
    /// An empty buffer.
    pub fn new() -> Self {
        Jitter {
            slots: Vec::new(),
            next_sequence: 0,
            newest: 0,
            position: 0,
            heard_to: NEVER,
            started: false,
            dry_frames: 0,
            windows: [FRESH; WINDOWS],
            late: 0,
            duplicate: 0,
        }
    }

    /// Forgets the stream, keeps the counters.
    pub fn reset(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.used = false);
        self.started = false;
        self.windows = [FRESH; WINDOWS];
    }

    /// Takes a packet of sound; one octet is one sample of the RTP clock in all our codecs.
    pub fn push(&mut self, now: Time, place: Place, codec: Codec, payload: &[u8]) {
        if place.restarted {
            self.reset();
        }
        let transit = samples_at(now) - place.timestamp;
        self.measure(samples_at(now), transit);
        if !self.started {
            self.begin(place, transit);
        } else if place.timestamp < self.position && place.timestamp >= self.heard_to {
            // Nothing after it was heard yet: it is late, and so will be those that follow.
            if self.position - place.timestamp > DELAY_MAX {
                // Its clock stood still meanwhile: what was fast before means nothing now.
                self.windows = [FRESH; WINDOWS];
                self.measure(samples_at(now), transit);
            }
            self.position = place.timestamp;
        } else if self.dry_frames >= SPURT_PAUSE && self.is_empty() {
            self.aim(place, transit);
        }
        if place.sequence < self.next_sequence || place.timestamp < self.heard_to {
            let again = place.timestamp >= self.heard_to - FRAME * SLOTS as i64;
            let seen = self
                .slots
                .iter()
                .any(|slot| slot.sequence == place.sequence);
            if seen && again {
                self.duplicate += 1;
            } else {
                self.late += 1;
            }
            return;
        }
        if place.sequence - self.next_sequence >= SLOTS as i64 {
            self.make_room(place.sequence);
        }
        self.store(place, codec, payload);
    }

    fn begin(&mut self, place: Place, transit: i64) {
        self.started = true;
        self.next_sequence = place.sequence;
        self.newest = place.sequence;
        self.heard_to = NEVER;
        self.aim(place, transit);
    }

    /// Sets the position so that this packet is heard after the wanted delay.
    fn aim(&mut self, place: Place, transit: i64) {
        let early = (self.target() - (transit - self.base())).max(0);
        self.position = place.timestamp - (early + FRAME - 1) / FRAME * FRAME;
        self.dry_frames = 0;
    }

    fn store(&mut self, place: Place, codec: Codec, payload: &[u8]) {
        if self.slots.is_empty() {
            let empty = Slot {
                used: false,
                sequence: 0,
                timestamp: 0,
                codec,
                payload: Vec::new(),
            };
            self.slots = vec![empty; SLOTS];
        }
        let slot = &mut self.slots[place.sequence.rem_euclid(SLOTS as i64) as usize];
        if slot.used && slot.sequence == place.sequence {
            self.duplicate += 1;
            return;
        }
        slot.used = true;
        slot.sequence = place.sequence;
        slot.timestamp = place.timestamp;
        slot.codec = codec;
        slot.payload.clear();
        slot.payload.extend_from_slice(payload);
        self.newest = self.newest.max(place.sequence);
    }

    /// Drops the oldest so that this sequence has a slot.
    fn make_room(&mut self, sequence: i64) {
        let first = sequence - SLOTS as i64 + 1;
        for slot in self
            .slots
            .iter_mut()
            .filter(|slot| slot.used && slot.sequence < first)
        {
            slot.used = false;
            self.late += 1;
        }
        self.next_sequence = first;
        if let Some(oldest) = self.head() {
            self.position = self.position.max(self.slots[oldest].timestamp);
        }
    }

    /// Gives what is to be heard in the next 20 ms; a packet may last longer or shorter than that.
    pub fn take(&mut self) -> Next<'_> {
        if !self.started {
            return Next::Nothing;
        }
        let Some(at) = self.head() else {
            self.position += FRAME;
            self.dry_frames = self.dry_frames.saturating_add(1);
            // One missing packet is more likely lost or late than the end of speech.
            return if self.dry_frames < 3 {
                Next::Lost
            } else {
                Next::Nothing
            };
        };
        let (sequence, timestamp) = (self.slots[at].sequence, self.slots[at].timestamp);
        if timestamp >= self.position + FRAME {
            self.position += FRAME;
            return if sequence > self.next_sequence && self.heard_to > NEVER {
                Next::Lost
            } else {
                Next::Nothing
            };
        }
        self.dry_frames = 0;
        self.next_sequence = sequence + 1;
        self.heard_to = timestamp + self.slots[at].payload.len() as i64;
        self.position = self.heard_to;
        let slot = &mut self.slots[at];
        slot.used = false;
        Next::Packet(slot.codec, &slot.payload)
    }

    /// The oldest packet that waits.
    fn head(&self) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        (self.next_sequence..=self.newest)
            .take(SLOTS)
            .map(|sequence| (sequence, sequence.rem_euclid(SLOTS as i64) as usize))
            .find(|&(sequence, at)| self.slots[at].used && self.slots[at].sequence == sequence)
            .map(|(_, at)| at)
    }

    fn is_empty(&self) -> bool {
        self.head().is_none()
    }

    fn measure(&mut self, at: i64, transit: i64) {
        let number = at / WINDOW;
        let window = &mut self.windows[number.rem_euclid(WINDOWS as i64) as usize];
        if window.number != number {
            *window = Window { number, ..FRESH };
        }
        window.least = window.least.min(transit);
        if transit > window.greatest[0] {
            window.greatest = [transit, window.greatest[0]];
        } else if transit > window.greatest[1] {
            window.greatest[1] = transit;
        }
    }

    /// The transit of the fastest packets.
    fn base(&self) -> i64 {
        self.windows
            .iter()
            .map(|window| window.least)
            .min()
            .unwrap_or(0)
    }

    /// The delay that is wanted.
    pub fn target(&self) -> i64 {
        let slowest = self.windows.iter().map(|window| window.greatest[1]).max();
        match slowest {
            Some(slowest) if slowest > i64::MIN => {
                (slowest - self.base() + FRAME).clamp(DELAY_MIN, DELAY_MAX)
            }
            _ => DELAY_FIRST,
        }
    }

    /// The delay as it is: how long after the fastest packet could be heard it will be.
    pub fn delay(&self, now: Time) -> i64 {
        if !self.started {
            return 0;
        }
        samples_at(now) - self.base() - self.position
    }

    /// Compares the delay with what is wanted; ask just before [`Jitter::take`].
    pub fn fit(&self, now: Time) -> Fit {
        if !self.started || self.is_empty() {
            return Fit::Right;
        }
        let excess = self.delay(now) - self.target();
        // What isn't here can't be left out, whatever the clocks say.
        let waiting = self.newest - self.next_sequence + 1;
        if excess > 5 * FRAME && waiting > 2 {
            Fit::TooLong
        } else if excess > FRAME && waiting > 1 {
            Fit::Long
        } else if excess < -FRAME {
            Fit::Short
        } else {
            Fit::Right
        }
    }

    /// Packets that came too late, and packets that came twice.
    pub fn counts(&self) -> (u64, u64) {
        (self.late, self.duplicate)
    }
}

impl Default for Jitter {
    fn default() -> Self {
        Jitter::new()
    }
}

#[cfg(test)]
mod tests;
