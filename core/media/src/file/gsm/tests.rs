//! Against what another implementation (libgsm, by SoX) made and read.

use super::*;

/// 0.2 s of a swept tone, encoded by libgsm; raw, and as a block of a WAV file.
const RAW: &[u8] = include_bytes!("../../../tests/data/sweep.gsm");
const WAV49: &[u8] = include_bytes!("../../../tests/data/sweep_gsm.wav");
/// What libgsm decodes of it: 16 bits, low octet first.
const DECODED: &[u8] = include_bytes!("../../../tests/data/sweep_gsm.s16");

fn decoded() -> Vec<i16> {
    DECODED
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect()
}

#[test]
fn raw_frames_decode_as_the_reference_does() {
    let (mut decoder, mut out) = (Decoder::new(), Vec::new());
    for frame in RAW.chunks_exact(FRAME_OCTETS) {
        decoder.frame(frame.try_into().expect("33 octets"), &mut out);
    }
    assert_eq!(out, decoded());
    assert!(out.iter().any(|sample| sample.abs() > 5_000));
}

#[test]
fn pairs_of_a_wav_file_decode_as_the_reference_does() {
    let out = crate::file::decode(WAV49, "audio/wav").expect("a good file");
    assert_eq!(out.0[..], decoded());
}

#[test]
fn no_octets_make_it_panic() {
    let (mut decoder, mut out) = (Decoder::new(), Vec::new());
    let mut state = 5u32;
    for _ in 0..20_000 {
        let mut frame = [0; FRAME_OCTETS];
        for octet in &mut frame {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *octet = (state >> 24) as u8;
        }
        decoder.frame(&frame, &mut out);
        let mut pair = [0xFF; PAIR_OCTETS];
        pair[..FRAME_OCTETS].copy_from_slice(&frame);
        decoder.pair(&pair, &mut out);
        out.clear();
    }
}
