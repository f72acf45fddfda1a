//! WAV files of all makes, whole, damaged and hostile.

use super::*;
use crate::codec::g711;
use crate::sound::listen::dominant_hz;
use crate::sound::saturate;
use crate::sound::sine::Sine;

fn decode(octets: &[u8]) -> Result<Vec<i16>, DecodeError> {
    match crate::file::decode(octets, "audio/wav") {
        Err(DecodeError::Empty) => Ok(Vec::new()),
        outcome => outcome.map(|sound| sound.0.to_vec()),
    }
}

fn sine(count: usize) -> Vec<i16> {
    let mut sine = Sine::new(1_000.0, -10.0);
    (0..count).map(|_| saturate(sine.step())).collect()
}

/// A file with any format and content.
fn file(tag: u16, channels: u16, rate_hz: u32, bits: u16, data: &[u8]) -> Vec<u8> {
    let mut out = header(channels, data.len() as u64).to_vec();
    out[20..22].copy_from_slice(&tag.to_le_bytes());
    out[24..28].copy_from_slice(&rate_hz.to_le_bytes());
    out[34..36].copy_from_slice(&bits.to_le_bytes());
    out.extend_from_slice(data);
    out
}

fn loudest_difference(a: &[i16], b: &[i16]) -> i32 {
    assert_eq!(a.len(), b.len());
    let pairs = a.iter().zip(b);
    pairs
        .map(|(&a, &b)| (i32::from(a) - i32::from(b)).abs())
        .max()
        .unwrap_or(0)
}

#[test]
fn what_is_written_is_read_back() {
    let sound = sine(4_000);
    assert_eq!(decode(&write(&sound, 1)), Ok(sound.clone()));
    let stereo: Vec<i16> = sound.iter().flat_map(|&sample| [sample, sample]).collect();
    assert_eq!(decode(&write(&stereo, 2)), Ok(sound));
}

#[test]
fn the_header_is_the_canonical_one() {
    let header = header(2, 1_000);
    assert_eq!(header[..4], *b"RIFF");
    assert_eq!(header[4..8], 1_036u32.to_le_bytes());
    assert_eq!(
        header[22..36],
        [2, 0, 0x40, 0x1F, 0, 0, 0, 0x7D, 0, 0, 4, 0, 16, 0]
    );
    assert_eq!(header[40..], 1_000u32.to_le_bytes());
    assert_eq!(size_patches(u64::MAX)[1].1, u32::MAX.to_le_bytes());
}

#[test]
fn a_file_written_in_pieces_reads_before_and_after_its_patch() {
    let sound = sine(3_000);
    let mut octets = header(1, 0).to_vec();
    sound
        .chunks(700)
        .for_each(|piece| append(piece, &mut octets));
    assert_eq!(
        decode(&octets),
        Ok(sound.clone()),
        "a crash left the header unpatched"
    );
    for (at, patch) in size_patches(6_000) {
        octets[at as usize..at as usize + 4].copy_from_slice(&patch);
    }
    assert_eq!(octets, write(&sound, 1));
}

#[test]
fn every_encoding_gives_the_same_sound() {
    let sound = sine(2_000);
    let octets = |width: usize| -> Vec<u8> {
        let wide = sound
            .iter()
            .map(|&sample| (i32::from(sample) << 16).to_le_bytes());
        wide.flat_map(|octets| octets[4 - width..].to_vec())
            .collect()
    };
    let floats: Vec<u8> = sound
        .iter()
        .flat_map(|&s| (f32::from(s) / 32_768.0).to_le_bytes())
        .collect();
    let eight: Vec<u8> = sound
        .iter()
        .map(|&s| ((i32::from(s) + 32_768) >> 8) as u8)
        .collect();
    let mu: Vec<u8> = sound.iter().map(|&s| g711::to_mu(s)).collect();
    let a: Vec<u8> = sound.iter().map(|&s| g711::to_a(s)).collect();
    for (tag, bits, data, error) in [
        (1, 16, octets(2), 0),
        (1, 24, octets(3), 0),
        (1, 32, octets(4), 0),
        (3, 32, floats, 2),
        (1, 8, eight, 255),
        (7, 8, mu.clone(), 300),
        (7, 16, mu, 300),
        (6, 8, a, 300),
    ] {
        let back = decode(&file(tag, 1, 8_000, bits, &data)).expect("a good file");
        let wrong = loudest_difference(&back, &sound);
        assert!(
            wrong <= error,
            "format {tag} with {bits} bits: off by {wrong}"
        );
    }
}

#[test]
fn other_rates_are_brought_to_ours() {
    let mut tone = Sine::new(500.0, -10.0);
    let data: Vec<u8> = (0..16_000)
        .flat_map(|_| saturate(tone.step()).to_le_bytes())
        .collect();
    let sound = decode(&file(1, 1, 16_000, 16, &data)).expect("a good file");
    assert_eq!(sound.len(), 8_000);
    assert_eq!(
        dominant_hz(&sound[100..7_900]).map(|(hz, _)| hz),
        Some(1_000.0)
    );
}

#[test]
fn extensible_formats_and_foreign_chunks_are_taken() {
    let mut octets = b"RIFF\0\0\0\0WAVEJUNK\x03\0\0\0abc\0".to_vec();
    octets.extend_from_slice(b"fmt \x28\0\0\0\xFE\xFF\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0");
    octets.extend_from_slice(&[22, 0, 16, 0, 4, 0, 0, 0, 1, 0]);
    octets.extend_from_slice(&[0; 14]);
    octets.extend_from_slice(b"LIST\x02\0\0\0xxdata\x04\0\0\0\x01\0\x02\0");
    assert_eq!(decode(&octets), Ok(vec![1, 2]));
}

#[test]
fn what_makes_no_sense_is_refused_by_name() {
    assert!(matches!(decode(b""), Err(DecodeError::Malformed(_))));
    assert!(matches!(
        decode(b"RIFF\0\0\0\0WAVE"),
        Err(DecodeError::Malformed(_))
    ));
    let adpcm = file(2, 1, 8_000, 4, &[0; 8]);
    assert_eq!(decode(&adpcm), Err(DecodeError::UnknownEncoding { tag: 2 }));
    for (channels, rate_hz) in [(0, 8_000), (9, 8_000), (1, 0), (1, 3_999), (1, u32::MAX)] {
        let octets = file(1, channels, rate_hz, 16, &[0; 8]);
        assert!(matches!(decode(&octets), Err(DecodeError::Malformed(_))));
    }
    let mut backwards = b"RIFF\0\0\0\0WAVEdata\x02\0\0\0\0\0".to_vec();
    backwards.extend_from_slice(b"fmt ");
    assert!(matches!(decode(&backwards), Err(DecodeError::Malformed(_))));
}

#[test]
fn a_file_cut_anywhere_gives_what_is_left_of_it() {
    let whole = write(&sine(400), 1);
    for length in 0..whole.len() {
        match decode(&whole[..length]) {
            Ok(sound) => assert_eq!(sound.len(), (length - HEADER_OCTETS) / 2),
            Err(_) => assert!(length < HEADER_OCTETS),
        }
    }
}

#[test]
fn damaged_files_never_panic() {
    let whole = write(&sine(60), 2);
    let mut state = 5u32;
    let mut decoded = 0;
    for _ in 0..40_000 {
        let mut octets = whole.clone();
        for _ in 0..1 + state % 4 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = (state >> 8) as usize % 60;
            octets[at] = (state >> 24) as u8;
        }
        decoded += u32::from(decode(&octets).is_ok());
    }
    assert!(
        (1..40_000).contains(&decoded),
        "{decoded} of 40000 still decode"
    );
}
