//! Keys as events: sent, heard, lost, doubled, out of order.

use super::*;
use model::Chance;

fn hear(packets: &[(u64, EventPacket)]) -> Vec<KeyEvent> {
    let mut receiver = EventReceiver::new();
    let mut heard = Vec::new();
    let mut now = 0;
    for (at, packet) in packets {
        now = *at;
        let events = receiver.take(Time(now), packet.timestamp, &packet.payload.bytes());
        heard.extend(events.into_iter().flatten());
    }
    heard.extend(receiver.poll(Time(now + 200_000)));
    heard
}

fn send(keys: &str, length: u32) -> Vec<(u64, EventPacket)> {
    let mut sender = EventSender::new();
    let mut packets = Vec::new();
    let mut keys = keys.chars();
    for n in 0..2_000u64 {
        if !sender.is_busy() {
            match keys.next() {
                Some(key) => sender.press(key),
                None => break,
            }
            sender.release(length);
        }
        packets.extend(
            sender
                .tick(n as u32 * 160)
                .map(|packet| (n * 20_000, packet)),
        );
    }
    packets
}

#[test]
fn a_key_is_sent_as_the_standard_has_it() {
    let packets: Vec<EventPacket> = send("5", 800).into_iter().map(|(_, p)| p).collect();
    assert_eq!(packets.len(), 5 + 3);
    assert!(packets[0].marker && packets[1..].iter().all(|packet| !packet.marker));
    assert!(packets.iter().all(|packet| packet.timestamp == 0));
    let durations: Vec<u16> = packets
        .iter()
        .map(|packet| packet.payload.duration)
        .collect();
    assert_eq!(durations, [160, 320, 480, 640, 800, 800, 800, 800]);
    let ends: Vec<bool> = packets.iter().map(|packet| packet.payload.end).collect();
    assert_eq!(ends, [false, false, false, false, false, true, true, true]);
    assert_eq!(packets[0].payload.bytes(), [5, 10, 0, 160]);
    assert_eq!(packets[7].payload.bytes(), [5, 0x8a, 3, 32]);
}

#[test]
fn each_key_is_heard_once() {
    let all = "0123456789*#ABCD";
    let heard = hear(&send(all, 800));
    let wanted: Vec<KeyEvent> = all
        .chars()
        .flat_map(|digit| {
            [
                KeyEvent::Began { digit },
                KeyEvent::Ended {
                    digit,
                    duration_ms: 100,
                },
            ]
        })
        .collect();
    assert_eq!(heard, wanted);
}

#[test]
fn loss_disorder_and_repetition_change_nothing() {
    let mut chance = Chance::new(5);
    for _ in 0..200 {
        let mut packets = send("1199#", 800);
        // A key of eight packets gets through unless all eight are lost.
        packets.retain(|_| !chance.percent(30));
        for n in 1..packets.len() {
            if chance.percent(20) {
                let (a, b) = (packets[n - 1].1, packets[n].1);
                (packets[n - 1].1, packets[n].1) = (b, a);
            }
        }
        let doubled: Vec<_> = packets
            .iter()
            .flat_map(|&packet| [packet, packet])
            .collect();
        let digits: String = hear(&doubled)
            .into_iter()
            .filter_map(|event| match event {
                KeyEvent::Ended { digit, .. } => Some(digit),
                KeyEvent::Began { .. } => None,
            })
            .collect();
        assert_eq!(digits, "1199#");
    }
}

#[test]
fn a_lost_end_is_ended_by_time_or_by_the_next_key() {
    let mut packets = send("7", 800);
    packets.retain(|(_, packet)| !packet.payload.end);
    let ended = KeyEvent::Ended {
        digit: '7',
        duration_ms: 100,
    };
    assert_eq!(hear(&packets), [KeyEvent::Began { digit: '7' }, ended]);
    let mut receiver = EventReceiver::new();
    receiver.take(Time(0), 0, &[7, 10, 0, 160]);
    assert_eq!(receiver.poll(Time(100_000)), None);
    let events = receiver.take(Time(120_000), 3_000, &[8, 10, 0, 160]);
    assert_eq!(
        events[0],
        Some(KeyEvent::Ended {
            digit: '7',
            duration_ms: 20
        })
    );
    assert_eq!(events[1], Some(KeyEvent::Began { digit: '8' }));
    assert!(receiver.is_down());
}

#[test]
fn a_key_longer_than_its_field_is_one_key() {
    let mut receiver = EventReceiver::new();
    assert!(receiver.take(Time(0), 0, &[1, 10, 0xff, 0xff])[1].is_some());
    let next = receiver.take(Time(1_000), 0xffff, &[1, 10, 0, 160]);
    assert_eq!(next, [None; 3]);
    let end = receiver.take(Time(2_000), 0xffff, &[1, 0x8a, 0, 161]);
    assert_eq!(
        end[0],
        Some(KeyEvent::Ended {
            digit: '1',
            duration_ms: 8_212
        })
    );
}

#[test]
fn a_key_held_until_released_goes_on_and_odd_payloads_are_nothing() {
    let mut sender = EventSender::new();
    sender.press('x');
    assert!(!sender.is_busy());
    sender.press('c');
    for n in 1..=20u16 {
        let packet = sender.tick(9).unwrap();
        assert_eq!(
            (packet.payload.duration, packet.payload.event),
            (n * 160, 14)
        );
    }
    sender.release(100);
    assert!(sender.tick(9).unwrap().payload.end);
    let mut receiver = EventReceiver::new();
    for payload in [
        &[][..],
        &[1, 2, 3],
        &[16, 0x80, 0, 1],
        &[255, 255, 255, 255],
    ] {
        assert_eq!(receiver.take(Time(0), 0, payload), [None; 3]);
    }
}
