//! RTCP: sender and receiver reports, the source's name, farewell (RFC 3550 §6); built for one
//! stream each way and read from whatever a far end may send.

use model::{Span, Time};

/// How often reports are sent, in the mean; each interval is 0.5 to 1.5 of it (§6.2).
pub const INTERVAL: Span = Span::from_secs(5);

/// Seconds from 1900 (NTP) to 1970.
const NTP_EPOCH_SECS: u64 = 2_208_988_800;

const SENDER: u8 = 200;
const RECEIVER: u8 = 201;
const NAMES: u8 = 202;
const BYE: u8 = 203;

/// What a receiver says about one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportBlock {
    /// The stream.
    pub ssrc: u32,
    /// Lost since the last report, in 256ths.
    pub fraction_lost: u8,
    /// Lost since the start; negative if duplicates outnumber losses.
    pub lost: i32,
    /// The highest sequence, with its wraps in the upper half.
    pub highest_sequence: u32,
    /// Interarrival jitter in samples.
    pub jitter: u32,
    /// The middle of the time in the latest sender report; 0 if none came.
    pub last_report: u32,
    /// How long ago that came, in 65536ths of a second.
    pub delay: u32,
}

/// What a sender says about its own stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderReport {
    /// The time of day, as NTP has it.
    pub ntp: u64,
    /// The same moment on the stream's clock.
    pub timestamp: u32,
    /// Packets sent.
    pub packets: u32,
    /// Payload octets sent.
    pub octets: u32,
}

/// One statement in a compound packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// A sender about its stream.
    Sender {
        /// The sender.
        ssrc: u32,
        /// What it says.
        report: SenderReport,
    },
    /// A receiver about somebody's stream.
    Block {
        /// Who says it.
        reporter: u32,
        /// What it says.
        block: ReportBlock,
    },
    /// A source leaves.
    Bye {
        /// The source.
        ssrc: u32,
    },
}

/// The time of day as NTP writes it: seconds and 2^32nds.
pub fn ntp(now: Time) -> u64 {
    let fraction = (u128::from(now.0 % 1_000_000) << 32) / 1_000_000;
    ((now.secs() + NTP_EPOCH_SECS) << 32) | fraction as u64
}

/// The middle 32 bits of an NTP time, as report blocks carry it.
pub fn ntp_middle(ntp: u64) -> u32 {
    (ntp >> 16) as u32
}

/// The round trip a block about our stream tells of (§6.4.1), in microseconds.
pub fn round_trip(now: Time, block: &ReportBlock) -> Option<Span> {
    if block.last_report == 0 {
        return None;
    }
    let passed = ntp_middle(ntp(now))
        .wrapping_sub(block.last_report)
        .wrapping_sub(block.delay);
    // A negative or absurd span is a far end that can't count.
    (passed < 10 << 16).then(|| Span((u64::from(passed) * 1_000_000) >> 16))
}

/// Writes a report (of a sender if we send) with our name, and a farewell if this is the last.
pub fn write(
    out: &mut Vec<u8>,
    ssrc: u32,
    sender: Option<&SenderReport>,
    block: Option<&ReportBlock>,
    name: &str,
    bye: bool,
) {
    let blocks = u8::from(block.is_some());
    let words = 1 + if sender.is_some() { 5 } else { 0 } + 6 * u16::from(blocks);
    head(
        out,
        blocks,
        if sender.is_some() { SENDER } else { RECEIVER },
        words,
    );
    word(out, ssrc);
    if let Some(sender) = sender {
        out.extend_from_slice(&sender.ntp.to_be_bytes());
        word(out, sender.timestamp);
        word(out, sender.packets);
        word(out, sender.octets);
    }
    if let Some(block) = block {
        word(out, block.ssrc);
        let lost = block.lost.clamp(-0x80_0000, 0x7f_ffff) as u32 & 0xff_ffff;
        word(out, u32::from(block.fraction_lost) << 24 | lost);
        word(out, block.highest_sequence);
        word(out, block.jitter);
        word(out, block.last_report);
        word(out, block.delay);
    }
    // SDES: source, CNAME (1), then one to four zeroes up to a word (§6.5).
    let name = &name.as_bytes()[..name.len().min(255)];
    let item = 2 + name.len();
    let padding = 4 - item % 4;
    head(out, 1, NAMES, 1 + ((item + padding) / 4) as u16);
    word(out, ssrc);
    out.extend_from_slice(&[1, name.len() as u8]);
    out.extend_from_slice(name);
    out.extend(std::iter::repeat_n(0, padding));
    if bye {
        head(out, 1, BYE, 1);
        word(out, ssrc);
    }
}

fn head(out: &mut Vec<u8>, count: u8, kind: u8, words: u16) {
    out.extend_from_slice(&[0x80 | count, kind]);
    out.extend_from_slice(&words.to_be_bytes());
}

fn word(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// Reads a compound packet and hands out what it says, in order; false if it isn't RTCP. Stops at
/// the first piece that is cut off.
pub fn parse(bytes: &[u8], mut take: impl FnMut(Report)) -> bool {
    let mut rest = bytes;
    let mut any = false;
    while let Some(&[first, kind, high, low]) = rest.first_chunk::<4>() {
        if first >> 6 != 2 || !(192..=223).contains(&kind) {
            return any;
        }
        let length = 4 * (1 + usize::from(u16::from_be_bytes([high, low])));
        let Some(body) = rest.get(4..length) else {
            return any;
        };
        any = true;
        let count = usize::from(first & 0x1f);
        match kind {
            SENDER => sender(body, count, &mut take),
            RECEIVER => {
                if let Some(reporter) = word_at(body, 0) {
                    blocks(reporter, &body[4..], count, &mut take);
                }
            }
            BYE => (0..count)
                .map_while(|n| word_at(body, 4 * n))
                .for_each(|ssrc| take(Report::Bye { ssrc })),
            _ => {}
        }
        rest = &rest[length..];
    }
    any
}

fn sender(body: &[u8], count: usize, take: &mut impl FnMut(Report)) {
    let words: [Option<u32>; 6] = std::array::from_fn(|n| word_at(body, 4 * n));
    let [
        Some(ssrc),
        Some(high),
        Some(low),
        Some(timestamp),
        Some(packets),
        Some(octets),
    ] = words
    else {
        return;
    };
    let ntp = u64::from(high) << 32 | u64::from(low);
    take(Report::Sender {
        ssrc,
        report: SenderReport {
            ntp,
            timestamp,
            packets,
            octets,
        },
    });
    blocks(ssrc, &body[24..], count, take);
}

fn blocks(reporter: u32, body: &[u8], count: usize, take: &mut impl FnMut(Report)) {
    for bytes in body.chunks_exact(24).take(count) {
        let words: [u32; 6] = std::array::from_fn(|n| word_at(bytes, 4 * n).unwrap_or(0));
        let block = ReportBlock {
            ssrc: words[0],
            fraction_lost: (words[1] >> 24) as u8,
            // Twenty-four bits with a sign.
            lost: (words[1] << 8) as i32 >> 8,
            highest_sequence: words[2],
            jitter: words[3],
            last_report: words[4],
            delay: words[5],
        };
        take(Report::Block { reporter, block });
    }
}

fn word_at(bytes: &[u8], at: usize) -> Option<u32> {
    let word = bytes.get(at..at + 4)?;
    Some(u32::from_be_bytes([word[0], word[1], word[2], word[3]]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Chance;

    const BLOCK: ReportBlock = ReportBlock {
        ssrc: 9,
        fraction_lost: 26,
        lost: -3,
        highest_sequence: 0x0001_0203,
        jitter: 40,
        last_report: 0x5555_0000,
        delay: 65_536,
    };

    fn read(bytes: &[u8]) -> Vec<Report> {
        let mut all = Vec::new();
        parse(bytes, |report| all.push(report));
        all
    }

    #[test]
    fn what_is_written_is_read() {
        let report = SenderReport {
            ntp: 1 << 40 | 5,
            timestamp: 160,
            packets: 3,
            octets: 480,
        };
        for name in ["a", "ab", "abc", "abcd", "ringback@192.0.2.1"] {
            let mut bytes = Vec::new();
            write(&mut bytes, 7, Some(&report), Some(&BLOCK), name, true);
            assert_eq!(bytes.len() % 4, 0);
            let all = read(&bytes);
            assert_eq!(all[0], Report::Sender { ssrc: 7, report });
            assert_eq!(
                all[1],
                Report::Block {
                    reporter: 7,
                    block: BLOCK
                }
            );
            assert_eq!(all[2..], [Report::Bye { ssrc: 7 }]);
        }
        let mut bytes = Vec::new();
        write(&mut bytes, 7, None, None, "x", false);
        assert_eq!(bytes[1], 201);
        assert!(read(&bytes).is_empty());
        assert!(parse(&bytes, |_| {}));
    }

    #[test]
    fn the_round_trip_leaves_out_what_the_far_end_held_back() {
        let sent = Time(1_700_000_000_000_000);
        let last_report = ntp_middle(ntp(sent));
        let block = ReportBlock {
            last_report,
            delay: 2 << 16,
            ..BLOCK
        };
        let trip = round_trip(sent + Span::from_millis(2_150), &block).unwrap();
        assert!((149..=151).contains(&trip.millis()), "{trip}");
        assert_eq!(round_trip(sent, &block), None);
        assert_eq!(
            round_trip(
                sent,
                &ReportBlock {
                    last_report: 0,
                    ..BLOCK
                }
            ),
            None
        );
    }

    #[test]
    fn nothing_it_reads_makes_it_panic() {
        let mut chance = Chance::new(11);
        let report = SenderReport {
            ntp: 1,
            timestamp: 2,
            packets: 3,
            octets: 4,
        };
        let mut seed = Vec::new();
        write(&mut seed, 7, Some(&report), Some(&BLOCK), "ringback", true);
        let mut understood = 0;
        for _ in 0..20_000 {
            let mut bytes = seed.clone();
            for _ in 0..chance.below(6) {
                let at = chance.below(bytes.len() as u64) as usize;
                bytes[at] = chance.next_u64() as u8;
            }
            bytes.truncate(chance.below(seed.len() as u64 + 1) as usize);
            understood += usize::from(parse(&bytes, |_| {}));
        }
        assert!(understood > 1_000);
    }
}
