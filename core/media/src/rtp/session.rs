//! The continuity of one RTP stream each way: sequence and timestamp beyond their wrap, losses and
//! jitter counted as RFC 3550 (A.1, A.3, A.8) has it, and sources that start anew.

use model::Time;

use super::packet::Header;
use super::report::ReportBlock;

/// A jump of the sequence beyond this is a new start, not loss (RFC 3550 A.1).
const DROPOUT_MAX: i64 = 3_000;

/// How far behind a packet may come (RFC 3550 A.1).
const MISORDER_MAX: i64 = 100;

/// A timestamp so far from where the clock on the wall says it should be is a new start: 2 s.
const TIMESTAMP_JUMP: i64 = 16_000;

/// Where a packet stands in its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Sequence, counted on beyond its wrap.
    pub sequence: i64,
    /// Timestamp, counted on beyond its wrap.
    pub timestamp: i64,
    /// The stream starts anew here: forget what came before.
    pub restarted: bool,
}

/// What comes from the far end.
#[derive(Clone, Debug, Default)]
pub struct Incoming {
    ssrc: Option<u32>,
    newest_sequence: i64,
    newest_timestamp: i64,
    newest_at: i64,
    first_sequence: i64,
    /// The sequence that would confirm a jump.
    after_jump: Option<u16>,
    received: u64,
    /// Losses before the latest new start.
    lost_before: u64,
    expected_reported: u64,
    received_reported: u64,
    received_here: u64,
    jitter: f32,
    transit: Option<i64>,
    sender_report: Option<(u32, Time)>,
}

/// The moment in samples of 125 µs.
pub fn samples_at(now: Time) -> i64 {
    (now.0 / 125) as i64
}

impl Incoming {
    /// A stream of which nothing came yet.
    pub fn new() -> Self {
        Incoming::default()
    }

    /// The source, once one is known.
    pub fn ssrc(&self) -> Option<u32> {
        self.ssrc
    }

    /// Gives a packet its place; `None` if it can't belong to the stream (yet).
    pub fn place(&mut self, now: Time, header: &Header) -> Option<Place> {
        let at = samples_at(now);
        if self.ssrc != Some(header.ssrc) {
            return Some(self.start(at, header));
        }
        let ahead = i64::from(header.sequence.wrapping_sub(self.newest_sequence as u16) as i16);
        if !(-MISORDER_MAX..DROPOUT_MAX).contains(&ahead) {
            if self.after_jump == Some(header.sequence) {
                return Some(self.start(at, header));
            }
            self.after_jump = Some(header.sequence.wrapping_add(1));
            return None;
        }
        let step = i64::from(header.timestamp.wrapping_sub(self.newest_timestamp as u32) as i32);
        if ahead > 0 && (step - (at - self.newest_at)).abs() > TIMESTAMP_JUMP {
            return Some(self.start(at, header));
        }
        let place = Place {
            sequence: self.newest_sequence + ahead,
            timestamp: self.newest_timestamp + step,
            restarted: false,
        };
        if ahead > 0 {
            self.newest_sequence = place.sequence;
            self.newest_timestamp = place.timestamp;
            self.newest_at = at;
            self.after_jump = None;
        }
        self.count(at, place.timestamp);
        Some(place)
    }

    /// Counts a packet whose timestamp doesn't follow the sound's: an event keeps the one it began
    /// with. An event of a source not yet known waits for its sound.
    pub fn place_event(&mut self, header: &Header) {
        if self.ssrc != Some(header.ssrc) {
            return;
        }
        let ahead = i64::from(header.sequence.wrapping_sub(self.newest_sequence as u16) as i16);
        if (-MISORDER_MAX..DROPOUT_MAX).contains(&ahead) {
            self.newest_sequence += ahead.max(0);
            self.received += 1;
            self.received_here += 1;
        }
    }

    fn start(&mut self, at: i64, header: &Header) -> Place {
        self.lost_before = self.lost();
        let place = Place {
            sequence: i64::from(header.sequence) + 0x1_0000,
            timestamp: i64::from(header.timestamp) + 0x1_0000_0000,
            restarted: true,
        };
        if self.ssrc != Some(header.ssrc) {
            self.sender_report = None;
        }
        self.ssrc = Some(header.ssrc);
        self.first_sequence = place.sequence;
        self.newest_sequence = place.sequence;
        self.newest_timestamp = place.timestamp;
        self.newest_at = at;
        self.after_jump = None;
        self.received_here = 0;
        self.expected_reported = 0;
        self.received_reported = 0;
        self.transit = None;
        self.count(at, place.timestamp);
        place
    }

    fn count(&mut self, at: i64, timestamp: i64) {
        self.received += 1;
        self.received_here += 1;
        let transit = at - timestamp;
        if let Some(before) = self.transit.replace(transit) {
            let moved = (transit - before).unsigned_abs() as f32;
            self.jitter += (moved - self.jitter) / 16.0;
        }
    }

    /// Forgets the source: another may come.
    pub fn forget_source(&mut self) {
        self.lost_before = self.lost();
        self.ssrc = None;
        self.received_here = 0;
        self.first_sequence = 0;
        self.newest_sequence = 0;
    }

    /// Packets that came.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Packets that should have come and didn't.
    pub fn lost(&self) -> u64 {
        self.lost_before + self.expected().saturating_sub(self.received_here)
    }

    fn expected(&self) -> u64 {
        if self.ssrc.is_none() {
            return 0;
        }
        (self.newest_sequence - self.first_sequence + 1).max(0) as u64
    }

    /// Interarrival jitter in samples.
    pub fn jitter(&self) -> f32 {
        self.jitter
    }

    /// Notes the far end's sender report (the middle 32 bits of its time).
    pub fn note_sender_report(&mut self, now: Time, ntp_middle: u32) {
        self.sender_report = Some((ntp_middle, now));
    }

    /// What to tell the far end about its stream; begins a new interval.
    pub fn report(&mut self, now: Time) -> Option<ReportBlock> {
        let ssrc = self.ssrc?;
        let expected = self.expected() - self.expected_reported.min(self.expected());
        let received = self.received_here - self.received_reported;
        self.expected_reported = self.expected();
        self.received_reported = self.received_here;
        let lost = expected.saturating_sub(received);
        let fraction = (lost * 256).checked_div(expected).unwrap_or(0).min(255) as u8;
        let (last_report, delay) = match self.sender_report {
            Some((middle, at)) => (
                middle,
                (now.since(at).0 as u128 * 65_536 / 1_000_000) as u32,
            ),
            None => (0, 0),
        };
        Some(ReportBlock {
            ssrc,
            fraction_lost: fraction,
            lost: self.lost().min(0x7f_ffff) as i32,
            highest_sequence: self.newest_sequence as u32 & 0xffff
                | ((self.newest_sequence >> 16).saturating_sub(1) as u32) << 16,
            jitter: self.jitter as u32,
            last_report,
            delay,
        })
    }
}

/// What goes to the far end: its own clock, one source for the leg's life.
#[derive(Clone, Debug)]
pub struct Outgoing {
    ssrc: u32,
    sequence: u16,
    clock: u32,
    marker: bool,
    packets: u64,
    octets: u64,
}

impl Outgoing {
    /// A stream with these random beginnings.
    pub fn new(ssrc: u32, sequence: u16, clock: u32) -> Self {
        Outgoing {
            ssrc,
            sequence,
            clock,
            marker: true,
            packets: 0,
            octets: 0,
        }
    }

    /// Our source.
    pub fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// The timestamp of sound that is spoken now.
    pub fn clock(&self) -> u32 {
        self.clock
    }

    /// Lets the clock run, sent or not.
    pub fn advance(&mut self, samples: u32) {
        self.clock = self.clock.wrapping_add(samples);
    }

    /// Puts the clock forward if it stands before this timestamp.
    pub fn at_least(&mut self, clock: u32) {
        if (clock.wrapping_sub(self.clock) as i32) > 0 {
            self.clock = clock;
        }
    }

    /// The next packet of sound begins a talkspurt.
    pub fn begin_spurt(&mut self) {
        self.marker = true;
    }

    /// The sequence the next packet gets.
    pub fn next_sequence(&self) -> u16 {
        self.sequence
    }

    /// Makes the header of the next packet of sound.
    pub fn sound(&mut self, payload_type: u8, timestamp: u32, octets: usize) -> Header {
        let marker = std::mem::take(&mut self.marker);
        self.header(marker, payload_type, timestamp, octets)
    }

    /// Makes the header of the next packet, with a marker of the caller's choice.
    pub fn header(
        &mut self,
        marker: bool,
        payload_type: u8,
        timestamp: u32,
        octets: usize,
    ) -> Header {
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        self.count(octets);
        Header {
            marker,
            payload_type,
            sequence,
            timestamp,
            ssrc: self.ssrc,
        }
    }

    /// Makes the header of a packet passed on under a sequence derived from another stream's;
    /// what comes after it in order goes on from there.
    pub fn passed_on(
        &mut self,
        marker: bool,
        payload_type: u8,
        sequence: u16,
        timestamp: u32,
        octets: usize,
    ) -> Header {
        let marker = marker | std::mem::take(&mut self.marker);
        if (sequence.wrapping_sub(self.sequence) as i16) >= 0 {
            self.sequence = sequence.wrapping_add(1);
        }
        self.count(octets);
        Header {
            marker,
            payload_type,
            sequence,
            timestamp,
            ssrc: self.ssrc,
        }
    }

    fn count(&mut self, octets: usize) {
        self.packets += 1;
        self.octets += octets as u64;
    }

    /// Packets sent.
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// Payload octets sent.
    pub fn octets(&self) -> u64 {
        self.octets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(sequence: u16, timestamp: u32) -> Header {
        Header {
            marker: false,
            payload_type: 0,
            sequence,
            timestamp,
            ssrc: 7,
        }
    }

    #[test]
    fn sequence_and_timestamp_wrap_without_a_seam() {
        let mut incoming = Incoming::new();
        let mut last: Option<Place> = None;
        for n in 0..200u32 {
            let now = Time(u64::from(n) * 20_000);
            let h = header(
                65_500u16.wrapping_add(n as u16),
                (u32::MAX - 999).wrapping_add(n * 160),
            );
            let place = incoming.place(now, &h).unwrap();
            if let Some(last) = last {
                assert_eq!(place.sequence, last.sequence + 1);
                assert_eq!(place.timestamp, last.timestamp + 160);
                assert!(!place.restarted);
            }
            last = Some(place);
        }
        assert_eq!((incoming.lost(), incoming.received()), (0, 200));
        assert!(incoming.jitter() < 0.1);
    }

    #[test]
    fn a_report_counts_the_interval_and_the_whole() {
        let mut incoming = Incoming::new();
        for n in 0..100u16 {
            if n % 4 != 1 {
                incoming.place(Time(u64::from(n) * 20_000), &header(n, u32::from(n) * 160));
            }
        }
        let block = incoming.report(Time::from_secs(2)).unwrap();
        assert_eq!((block.lost, block.fraction_lost), (25, 64));
        assert_eq!(block.highest_sequence, 99);
        for n in 100..150u16 {
            incoming.place(Time(u64::from(n) * 20_000), &header(n, u32::from(n) * 160));
        }
        incoming.note_sender_report(Time::from_secs(3), 0x1234_5678);
        let block = incoming.report(Time(3_500_000)).unwrap();
        assert_eq!((block.lost, block.fraction_lost), (25, 0));
        assert_eq!((block.last_report, block.delay), (0x1234_5678, 32_768));
    }

    #[test]
    fn a_jump_needs_a_second_packet_and_a_new_source_none() {
        let mut incoming = Incoming::new();
        assert!(incoming.place(Time(0), &header(1, 0)).unwrap().restarted);
        assert_eq!(incoming.place(Time(20_000), &header(30_000, 160)), None);
        assert!(
            !incoming
                .place(Time(40_000), &header(2, 320))
                .unwrap()
                .restarted
        );
        assert_eq!(incoming.place(Time(60_000), &header(40_000, 480)), None);
        assert!(
            incoming
                .place(Time(80_000), &header(40_001, 640))
                .unwrap()
                .restarted
        );
        let other = Header {
            ssrc: 8,
            ..header(5, 99)
        };
        assert!(incoming.place(Time(100_000), &other).unwrap().restarted);
        assert_eq!(incoming.lost(), 0);
        let jumped = Header {
            ssrc: 8,
            ..header(6, 5_000_000)
        };
        assert!(incoming.place(Time(120_000), &jumped).unwrap().restarted);
    }

    #[test]
    fn jitter_is_that_of_the_standard() {
        let mut incoming = Incoming::new();
        for n in 0..400u64 {
            let shake = if n % 2 == 0 { 0 } else { 5_000 };
            incoming.place(Time(n * 20_000 + shake), &header(n as u16, n as u32 * 160));
        }
        // Every step moves the transit by 5 ms = 40 samples; the mean converges to it.
        assert!((incoming.jitter() - 40.0).abs() < 0.5);
    }

    #[test]
    fn the_outgoing_sequence_follows_what_is_passed_on() {
        let mut outgoing = Outgoing::new(1, 65_535, 0);
        assert!(outgoing.sound(0, 0, 160).marker);
        assert_eq!(outgoing.sound(0, 160, 160).sequence, 0);
        assert_eq!(outgoing.passed_on(false, 0, 3, 320, 160).sequence, 3);
        assert_eq!(outgoing.passed_on(false, 0, 2, 240, 160).sequence, 2);
        assert_eq!(outgoing.next_sequence(), 4);
        assert_eq!((outgoing.packets(), outgoing.octets()), (4, 640));
    }
}
