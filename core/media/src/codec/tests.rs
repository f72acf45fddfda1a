//! Packet times, levels and delay of all codecs together.

use super::*;
use crate::sound::level_dbm0;
use crate::sound::listen::dominant_hz;
use crate::sound::saturate;
use crate::sound::sine::Sine;

fn frames_of(hz: f32, count: usize) -> Vec<Frame> {
    let mut sine = Sine::new(hz, -10.0);
    (0..count)
        .map(|_| std::array::from_fn(|_| saturate(sine.step())))
        .collect()
}

#[test]
fn every_packet_time_carries_the_same_sound() {
    for codec in Codec::ALL {
        for ptime_ms in [10, 20, 30, 40, 60, 100, 200] {
            let (mut encoder, mut decoder) = (Encoder::new(codec, ptime_ms), Decoder::new(codec));
            let (mut packet, mut frame) = (Vec::new(), [0; FRAME_SAMPLES]);
            let mut heard = Vec::new();
            for spoken in frames_of(1_000.0, 60) {
                encoder.push(&spoken);
                packet.clear();
                while encoder.pop(&mut packet) {
                    assert_eq!(packet.len(), ptime_ms as usize * OCTETS_PER_MS);
                    decoder.push(&packet);
                    packet.clear();
                }
                while decoder.pop(&mut frame) {
                    heard.extend_from_slice(&frame);
                }
            }
            assert_eq!(
                heard.len(),
                60 * 160,
                "{codec:?} in packets of {ptime_ms} ms"
            );
            let (hz, share) = dominant_hz(&heard[800..8_800]).expect("it is heard");
            assert_eq!(hz, 1_000.0);
            assert!(share > 0.99, "{codec:?}: {share}");
            assert!((level_dbm0(&heard[800..]) + 10.0).abs() < 0.3, "{codec:?}");
        }
    }
}

#[test]
fn a_wide_band_leg_is_four_milliseconds_late_at_most() {
    let mut encoder = Encoder::new(Codec::G722, 20);
    let mut decoder = Decoder::new(Codec::G722);
    let mut click = [0; FRAME_SAMPLES];
    click[10] = 20_000;
    let (mut packet, mut frame) = (Vec::new(), [0; FRAME_SAMPLES]);
    encoder.push(&click);
    assert!(encoder.pop(&mut packet) && decoder.decode(&packet, &mut frame));
    let loudest = frame
        .iter()
        .enumerate()
        .max_by_key(|(_, sample)| sample.unsigned_abs());
    let late = loudest.expect("a frame has samples").0 - 10;
    assert!((20..=36).contains(&late), "{late} samples");
}

#[test]
fn hostile_payloads_are_bounded() {
    for codec in Codec::ALL {
        let mut decoder = Decoder::new(codec);
        let mut frame = [0; FRAME_SAMPLES];
        assert!(!decoder.decode(&[], &mut frame));
        assert!(!decoder.decode(&[0x55], &mut frame));
        (0..100).for_each(|_| decoder.push(&[0xAA; 65_000]));
        assert!(decoder.held_ms() <= 2 * MAX_PAYLOAD_MS as u32);
        assert!(decoder.pop(&mut frame));
        decoder.clear();
        assert_eq!(decoder.held_ms(), 0);
    }
}

#[test]
fn names_and_numbers_are_the_registered_ones() {
    assert_eq!(Codec::from_name("pcmu"), Some(Codec::Pcmu));
    assert_eq!(Codec::from_payload_type(8), Some(Codec::Pcma));
    assert_eq!(Codec::from_name("G729"), None);
    assert_eq!(Codec::G722.clock_hz(), 8_000);
    assert_eq!(Encoder::new(Codec::G722, 20).timestamp_step(), 160);
    assert_eq!(Encoder::new(Codec::Pcmu, 0).ptime_ms(), 10);
}

#[test]
fn silence_stays_silent_in_every_codec() {
    for codec in Codec::ALL {
        let (mut encoder, mut decoder) = (Encoder::new(codec, 20), Decoder::new(codec));
        let (mut packet, mut frame) = (Vec::new(), [1; FRAME_SAMPLES]);
        for _ in 0..5 {
            encoder.push(&[0; FRAME_SAMPLES]);
            packet.clear();
            assert!(encoder.pop(&mut packet) && decoder.decode(&packet, &mut frame));
        }
        assert!(
            level_dbm0(&frame) < -60.0,
            "{codec:?} {}",
            level_dbm0(&frame)
        );
    }
}
