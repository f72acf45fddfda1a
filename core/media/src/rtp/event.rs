//! Keys as events (RFC 4733): heard in spite of repetition, loss and disorder; sent with updates
//! every 20 ms and the end three times.

use std::collections::VecDeque;

use model::{Span, Time};

/// Octets of one event payload.
pub const EVENT_BYTES: usize = 4;

/// No update for so long: the end was lost (RFC 4733 §2.6.1.3 leaves the time to us).
const LOST_END: Span = Span::from_millis(150);

/// The shortest key that is sent: 40 ms, the least a receiver must hear (ITU-T Q.24).
const SHORTEST: u32 = 320;

/// The longest key that is sent, before its 16 bits of duration would wrap.
const LONGEST: u32 = 65_440;

/// Samples in one tick, and how often the end is said.
const TICK: u32 = 160;
const ENDS: u32 = 3;

/// Keys that may wait to be sent.
const WAITING_MAX: usize = 16;

/// -10 dBm0, a phone's usual level.
const VOLUME: u8 = 10;

/// The number of a key.
pub fn code(key: char) -> Option<u8> {
    KEYS.iter()
        .position(|&other| other == key.to_ascii_uppercase())
        .map(|at| at as u8)
}

const KEYS: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D',
];

/// What the far end did with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyEvent {
    /// Pressed it.
    Began {
        /// `0-9 A-D # *`.
        digit: char,
    },
    /// Released it.
    Ended {
        /// `0-9 A-D # *`.
        digit: char,
        /// How long it was held.
        duration_ms: u32,
    },
}

/// One event payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventPayload {
    /// The number of the event.
    pub event: u8,
    /// It is over.
    pub end: bool,
    /// So long so far, in samples.
    pub duration: u16,
}

impl EventPayload {
    /// Reads the first event of a payload.
    pub fn parse(payload: &[u8]) -> Option<EventPayload> {
        let &[event, flags, high, low] = payload.first_chunk::<EVENT_BYTES>()?;
        let duration = u16::from_be_bytes([high, low]);
        Some(EventPayload {
            event,
            end: flags & 0x80 != 0,
            duration,
        })
    }

    /// The four octets.
    pub fn bytes(self) -> [u8; EVENT_BYTES] {
        let [high, low] = self.duration.to_be_bytes();
        [self.event, u8::from(self.end) << 7 | VOLUME, high, low]
    }
}

/// The event that is or was latest on.
#[derive(Clone, Copy, Debug)]
struct Latest {
    timestamp: u32,
    event: u8,
    /// Of this segment, and of the segments before it (§2.5.1.3).
    duration: u32,
    before: u32,
    ended: bool,
    heard_at: Time,
}

/// Hears events.
#[derive(Clone, Debug, Default)]
pub struct EventReceiver {
    latest: Option<Latest>,
}

impl EventReceiver {
    /// One that heard nothing.
    pub fn new() -> Self {
        EventReceiver::default()
    }

    /// Takes the payload of an event packet with this RTP timestamp.
    pub fn take(&mut self, now: Time, timestamp: u32, payload: &[u8]) -> [Option<KeyEvent>; 3] {
        let mut out = [None; 3];
        let Some(heard) = EventPayload::parse(payload) else {
            return out;
        };
        let Some(&digit) = KEYS.get(usize::from(heard.event)) else {
            return out;
        };
        let mut before = 0;
        if let Some(latest) = &mut self.latest {
            let ahead = timestamp.wrapping_sub(latest.timestamp) as i32;
            if ahead < 0 {
                return out;
            }
            if ahead == 0 {
                if !latest.ended {
                    latest.heard_at = now;
                    latest.duration = latest.duration.max(u32::from(heard.duration));
                    latest.ended = heard.end;
                    out[0] = heard.end.then(|| latest.over());
                }
                return out;
            }
            let segment = !latest.ended
                && latest.event == heard.event
                && ahead as u32 == latest.duration
                && latest.duration > 0xf000;
            if segment {
                before = latest.before + latest.duration;
            } else if !latest.ended {
                out[0] = Some(latest.over());
            }
        }
        if before == 0 {
            out[1] = Some(KeyEvent::Began { digit });
        }
        let latest = Latest {
            timestamp,
            event: heard.event,
            duration: u32::from(heard.duration),
            before,
            ended: heard.end,
            heard_at: now,
        };
        self.latest = Some(latest);
        if heard.end {
            out[2] = Some(latest.over());
        }
        out
    }

    /// Ends a key whose end was lost.
    pub fn poll(&mut self, now: Time) -> Option<KeyEvent> {
        let latest = self.latest.as_mut()?;
        if latest.ended || now.since(latest.heard_at) < LOST_END {
            return None;
        }
        latest.ended = true;
        Some(latest.over())
    }

    /// Whether a key is down.
    pub fn is_down(&self) -> bool {
        self.latest.is_some_and(|latest| !latest.ended)
    }

    /// The far end's stream starts anew: its timestamps say nothing about the old ones.
    pub fn reset(&mut self) -> Option<KeyEvent> {
        let latest = self.latest.take()?;
        (!latest.ended).then(|| latest.over())
    }
}

impl Latest {
    fn over(&self) -> KeyEvent {
        let digit = KEYS[usize::from(self.event) % KEYS.len()];
        KeyEvent::Ended {
            digit,
            duration_ms: (self.before + self.duration) / 8,
        }
    }
}

/// A key to send.
#[derive(Clone, Copy, Debug)]
struct Press {
    key: char,
    event: u8,
    /// Its length in samples, once known.
    length: Option<u32>,
}

/// The key that is being sent.
#[derive(Clone, Copy, Debug)]
struct Sending {
    press: Press,
    timestamp: u32,
    elapsed: u32,
    ends_left: u32,
}

/// What to put in the next packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventPacket {
    /// The first packet of the key.
    pub marker: bool,
    /// The start of the key on our clock.
    pub timestamp: u32,
    /// The payload.
    pub payload: EventPayload,
    /// The key, for a far end that wants tones instead.
    pub key: char,
}

/// Sends events.
#[derive(Clone, Debug)]
pub struct EventSender {
    waiting: VecDeque<Press>,
    sending: Option<Sending>,
}

impl EventSender {
    /// One with nothing to send.
    pub fn new() -> Self {
        EventSender {
            waiting: VecDeque::with_capacity(WAITING_MAX),
            sending: None,
        }
    }

    /// A key goes down.
    pub fn press(&mut self, key: char) {
        if let Some(event) = code(key)
            && self.waiting.len() < WAITING_MAX
        {
            self.release(0);
            self.waiting.push_back(Press {
                key,
                event,
                length: None,
            });
        }
    }

    /// The key that was pressed last goes up after so many samples.
    pub fn release(&mut self, length: u32) {
        let sending = self.sending.as_mut().map(|sending| &mut sending.press);
        let latest = self.waiting.back_mut().or(sending);
        if let Some(press) = latest
            && press.length.is_none()
        {
            press.length = Some(length);
        }
    }

    /// Whether a key is being sent or waits.
    pub fn is_busy(&self) -> bool {
        self.sending.is_some() || !self.waiting.is_empty()
    }

    /// Drops everything.
    pub fn clear(&mut self) {
        self.waiting.clear();
        self.sending = None;
    }

    /// The packet of this tick, whose sound would have the timestamp `clock`.
    pub fn tick(&mut self, clock: u32) -> Option<EventPacket> {
        if self.sending.is_none_or(|sending| sending.ends_left == 0) {
            let press = self.waiting.pop_front();
            self.sending = press.map(|press| Sending {
                press,
                timestamp: clock,
                elapsed: 0,
                ends_left: ENDS,
            });
        }
        let sending = self.sending.as_mut()?;
        let marker = sending.elapsed == 0;
        let length = sending.press.length.map(|length| length.max(SHORTEST));
        let over =
            length.is_some_and(|length| sending.elapsed >= length) || sending.elapsed >= LONGEST;
        if over {
            sending.ends_left -= 1;
        } else {
            sending.elapsed += TICK;
        }
        let packet = EventPacket {
            marker,
            timestamp: sending.timestamp,
            payload: EventPayload {
                event: sending.press.event,
                end: over,
                duration: sending.elapsed.min(0xffff) as u16,
            },
            key: sending.press.key,
        };
        if over && sending.ends_left == 0 {
            self.sending = None;
        }
        Some(packet)
    }
}

impl Default for EventSender {
    fn default() -> Self {
        EventSender::new()
    }
}

#[cfg(test)]
mod tests;
