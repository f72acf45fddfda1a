//! The jitter buffer under order, disorder, lateness and loss.

use super::*;
use model::Chance;

/// Plays a stream of numbered packets through the buffer: `arrive` gives the arrival of each, or
/// none if it is lost. Returns what was heard per tick: the packet's number, or nothing.
fn play(count: u64, arrive: impl Fn(u64) -> Option<u64>) -> (Vec<Option<u32>>, Jitter) {
    let mut arrivals: Vec<(u64, u64)> = (0..count)
        .filter_map(|n| arrive(n).map(|at| (at, n)))
        .collect();
    arrivals.sort_unstable();
    let mut arrivals = arrivals.into_iter().peekable();
    let mut jitter = Jitter::new();
    let mut heard = Vec::new();
    for tick in 0..count + 20 {
        let now = tick * 20_000 + 3_000;
        while let Some((at, n)) = arrivals.next_if(|(at, _)| *at <= now) {
            let place = Place {
                sequence: n as i64 + 70_000,
                timestamp: n as i64 * 160 + 5_000_000,
                restarted: n == 0,
            };
            let mut payload = [0u8; 160];
            payload[..4].copy_from_slice(&(n as u32).to_be_bytes());
            jitter.push(Time(at), place, Codec::Pcmu, &payload);
        }
        if jitter.fit(Time(now)) == Fit::Short {
            heard.push(None);
            continue;
        }
        if jitter.fit(Time(now)) == Fit::TooLong {
            jitter.take();
        }
        heard.push(match jitter.take() {
            Next::Packet(_, payload) => Some(u32::from_be_bytes([
                payload[0], payload[1], payload[2], payload[3],
            ])),
            Next::Lost | Next::Nothing => None,
        });
    }
    (heard, jitter)
}

fn rises(heard: &[Option<u32>]) -> bool {
    let all: Vec<u32> = heard.iter().flatten().copied().collect();
    all.windows(2).all(|pair| pair[0] < pair[1])
}

#[test]
fn a_steady_stream_is_heard_whole_after_a_short_delay() {
    let (heard, jitter) = play(500, |n| Some(n * 20_000));
    assert_eq!(heard.iter().flatten().count(), 500);
    let first = heard.iter().position(Option::is_some).unwrap();
    assert!((1..=3).contains(&first), "{first}");
    assert!(
        heard[first..first + 500].iter().all(Option::is_some),
        "no gap once it began"
    );
    assert_eq!(jitter.counts(), (0, 0));
    assert_eq!(jitter.target(), FRAME);
}

#[test]
fn disorder_and_repetition_are_put_right() {
    let mut jitter = Jitter::new();
    for n in [0u8, 2, 1, 1, 3, 3, 5, 4] {
        let place = Place {
            sequence: 100 + i64::from(n),
            timestamp: 16_000 + i64::from(n) * 160,
            restarted: n == 0,
        };
        jitter.push(Time(u64::from(n) * 20_000), place, Codec::Pcma, &[n; 160]);
    }
    let mut heard = Vec::new();
    for _ in 0..12 {
        if let Next::Packet(codec, payload) = jitter.take() {
            assert_eq!((codec, payload.len()), (Codec::Pcma, 160));
            heard.push(payload[0]);
        }
    }
    assert_eq!(heard, [0, 1, 2, 3, 4, 5]);
    assert_eq!(jitter.counts(), (0, 2));
}

#[test]
fn the_delay_follows_the_jitter_up_and_down() {
    let chance = std::cell::RefCell::new(Chance::new(4));
    let (heard, jitter) = play(1_500, |n| {
        let late = if n < 500 {
            chance.borrow_mut().below(80_000)
        } else {
            0
        };
        Some(n * 20_000 + late)
    });
    assert!(rises(&heard));
    let missed = heard[25..500]
        .iter()
        .filter(|frame| frame.is_none())
        .count();
    assert!(
        missed <= 10,
        "{missed} of 475 frames missed under 80 ms of jitter"
    );
    assert_eq!(jitter.target(), FRAME, "after twenty steady seconds");
    let (heard, jitter) = play(500, |n| Some(n * 20_000 + (n % 10) * 13_000));
    assert!(jitter.target() > 5 * FRAME && jitter.target() <= DELAY_MAX);
    assert!(
        heard[50..450]
            .iter()
            .filter(|frame| frame.is_none())
            .count()
            < 5
    );
}

#[test]
fn loss_leaves_a_gap_of_its_own_length() {
    let (heard, jitter) = play(500, |n| (n % 10 != 5).then_some(n * 20_000));
    assert!(rises(&heard));
    assert_eq!(heard.iter().flatten().count(), 450);
    assert_eq!(jitter.counts(), (0, 0));
    let first = heard.iter().position(Option::is_some).unwrap();
    for (tick, frame) in heard[first..first + 495].iter().enumerate() {
        assert!(
            frame.is_none_or(|n| n as usize == tick),
            "frame {frame:?} in tick {tick}"
        );
    }
}

#[test]
fn a_burst_after_a_pause_is_not_a_pile() {
    // 400 ms of nothing, then everything at once, then steady again.
    let (heard, jitter) = play(600, |n| {
        Some(if (100..120).contains(&n) {
            120 * 20_000
        } else {
            n * 20_000
        })
    });
    assert!(rises(&heard));
    assert!(heard.iter().flatten().count() > 560);
    let delay = jitter.delay(Time(599 * 20_000)) / 8;
    assert!(delay < 250, "{delay} ms");
}

#[test]
fn a_clock_that_drifts_is_followed() {
    for drift in [-200i64, 200] {
        let (heard, _) = play(6_000, |n| {
            Some((n as i64 * 20_000 + n as i64 * 20 * drift / 1_000 + 5_000) as u64)
        });
        assert!(rises(&heard));
        let missed = heard[10..5_990]
            .iter()
            .filter(|frame| frame.is_none())
            .count();
        assert!(missed < 12, "{missed} frames missed at {drift} ppm");
    }
}

#[test]
fn nothing_makes_it_panic_or_grow() {
    let mut chance = Chance::new(8);
    let mut jitter = Jitter::new();
    for n in 0..20_000u64 {
        let place = Place {
            sequence: (70_000 + n as i64 / 2) + chance.below(400) as i64 - 200,
            timestamp: n as i64 * 80 + chance.below(100_000) as i64 - 50_000,
            restarted: chance.percent(1),
        };
        let payload = [1u8; 400];
        let length = chance.below(401) as usize;
        let now = Time(n * 10_000 + chance.below(100_000));
        jitter.push(now, place, Codec::Pcmu, &payload[..length]);
        let _ = jitter.fit(now);
        let _ = jitter.take();
    }
    assert!(jitter.slots.len() <= SLOTS);
}
