//! Types of files, MP3, and hostile input.

use super::*;
use crate::sound::goertzel::Goertzel;
use crate::sound::level_dbm0;

/// 0.6 s of a 1000 Hz sine of peak 8000, MPEG-2 layer III, 24 kHz mono, 32 kbit/s.
const MONO: &[u8] = include_bytes!("../../tests/data/mono_1000hz_24k.mp3");

/// 0.6 s of a 440 Hz sine of peak 8000, MPEG-1 layer III, 44.1 kHz stereo, 64 kbit/s.
const STEREO: &[u8] = include_bytes!("../../tests/data/stereo_440hz_44k.mp3");

#[test]
fn mp3_files_of_both_generations_decode() {
    for (octets, wanted_hz) in [(MONO, 1_000.0), (STEREO, 440.0)] {
        let sound = decode(octets, "audio/mpeg").expect("a good file");
        assert!(
            (550..=760).contains(&sound.length_ms()),
            "{} ms",
            sound.length_ms()
        );
        let middle = &sound.0[1_200..4_400];
        let samples: Vec<f32> = middle.iter().map(|&sample| f32::from(sample)).collect();
        let total: f32 = samples.iter().map(|sample| sample * sample).sum();
        let share = Goertzel::new(wanted_hz).energy(&samples) / total;
        assert!(share > 0.98, "{wanted_hz} Hz has {share}");
        let level = level_dbm0(middle);
        assert!((level + 9.1).abs() < 0.7, "{level} dBm0");
    }
}

#[test]
fn types_are_told_by_name_or_by_content() {
    let wav = wav::write(&[1, 2, 3], 1);
    for name in [
        "audio/wav",
        "audio/x-wav; charset=binary",
        "AUDIO/WAVE",
        "binary/octet-stream",
        "",
    ] {
        assert_eq!(
            decode(&wav, name).map(|sound| sound.0.to_vec()),
            Ok(vec![1, 2, 3]),
            "{name}"
        );
    }
    assert_eq!(decode(&wav, "text/plain"), Err(DecodeError::UnknownType));
    assert_eq!(decode(&wav, "audio/mpeg").map(|sound| sound.0.len()), Ok(3));
    let mu = decode(&[0xFF, 0x00], "audio/basic").expect("mu-law");
    assert_eq!(mu.0[..], [0, -32_124]);
    assert_eq!(
        decode(b"<html>", "text/html"),
        Err(DecodeError::UnknownType)
    );
    let a = decode(&[0xD5], "audio/x-alaw").expect("A-law");
    assert_eq!(a.0[..], [8]);
    assert_eq!(
        decode(MONO, "").map(|sound| sound.0.len()),
        decode(MONO, "audio/mpeg").map(|sound| sound.0.len())
    );
    assert_eq!(decode(b"", "audio/x-mulaw"), Err(DecodeError::Empty));
    assert_eq!(
        decode(b"", "audio/wav"),
        Err(DecodeError::Malformed("no sound in the WAV file"))
    );
    assert_eq!(decode(&[0xD0; 20], "audio/gsm"), Err(DecodeError::Empty));
    assert_eq!(
        decode(&wav::write(&[], 1), "audio/wav"),
        Err(DecodeError::Empty)
    );
    assert!(is_playable("audio/mpeg") && is_playable("audio/x-gsm") && !is_playable("video/mp4"));
}

#[test]
fn a_file_in_pieces_is_the_file_in_one() {
    let wav = wav::write(&(0..4_000).map(|n| (n * 37) as i16).collect::<Vec<_>>(), 2);
    let gsm = include_bytes!("../../tests/data/sweep.gsm");
    let kinds = [
        (MONO, "audio/mpeg"),
        (STEREO, "audio/mpeg"),
        (&wav[..], "audio/wav"),
        (&gsm[..], "audio/x-gsm"),
        (&wav[..], "audio/ulaw-of-some-kind"),
    ];
    for (octets, name) in kinds {
        let whole = decode(octets, name).expect("a good file");
        for size in [1, 7, 100, 1_000] {
            let (mut decoder, mut samples) = (Decoder::new(name), Vec::new());
            for piece in octets.chunks(size) {
                decoder.push(piece, &mut samples).expect("a good file");
            }
            decoder.finish(&mut samples).expect("a good file");
            assert!(samples == whole.0[..], "{name} in pieces of {size}");
        }
    }
}

#[test]
fn sound_comes_out_long_before_the_file_is_in() {
    for (octets, name) in [(MONO, "audio/mpeg"), (STEREO, "audio/mpeg")] {
        let (mut decoder, mut samples) = (Decoder::new(name), Vec::new());
        decoder
            .push(&octets[..octets.len() / 2], &mut samples)
            .expect("a good file");
        assert!(
            samples.len() > 1_200,
            "{} samples of half the file",
            samples.len()
        );
    }
}

#[test]
fn a_picture_before_the_sound_is_skipped_and_not_kept() {
    let mut octets = b"ID3\x04\0\0\0\x03\x06\x40".to_vec();
    octets.resize(octets.len() + (3 << 14 | 6 << 7 | 0x40), 0xFF);
    octets.extend_from_slice(MONO);
    let with = decode(&octets, "audio/mpeg").map(|sound| sound.0.len());
    assert_eq!(with, decode(MONO, "audio/mpeg").map(|sound| sound.0.len()));
}

#[test]
fn what_is_no_mp3_is_refused() {
    let html = b"<html><body>not found</body></html>".repeat(100);
    assert!(matches!(
        decode(&html, "audio/mpeg"),
        Err(DecodeError::Malformed(_))
    ));
    assert!(decode(b"ID3", "audio/mpeg").is_err());
}

#[test]
fn too_much_is_refused_before_it_is_looked_at() {
    let octets = vec![0xFF; PLAY_BYTES_MAX + 1];
    assert_eq!(decode(&octets, "audio/x-mulaw"), Err(DecodeError::TooLarge));
}

#[test]
fn damaged_mp3_files_never_panic() {
    let mut state = 77u32;
    let mut decoded = 0;
    for round in 0..600 {
        let mut octets = if round % 2 == 0 {
            MONO.to_vec()
        } else {
            STEREO.to_vec()
        };
        for _ in 0..1 + round % 20 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = (state >> 6) as usize % octets.len();
            octets[at] = (state >> 24) as u8;
        }
        octets.truncate(octets.len() - state as usize % 900);
        decoded += u32::from(decode(&octets, "audio/mpeg").is_ok());
    }
    assert!(decoded > 100, "{decoded} of 600 still decode");
}
