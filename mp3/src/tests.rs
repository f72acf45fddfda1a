//! What was encoded is decoded again by another library, and its tone is looked for.

use super::*;
use std::io::Cursor;
use symphonia::core::audio::SampleBuffer;
use symphonia::core::codecs::DecoderOptions;
use symphonia::core::formats::FormatOptions;
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::core::probe::Hint;

fn wav(rate_hz: u32, channels: u16, data_bytes: u32, samples: &[i16]) -> Vec<u8> {
    let mut bytes = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0".to_vec();
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate_hz.to_le_bytes());
    bytes.extend((rate_hz * u32::from(channels) * 2).to_le_bytes());
    bytes.extend((channels * 2).to_le_bytes());
    bytes.extend(16u16.to_le_bytes());
    bytes.extend(b"LIST\x03\0\0\0abc\0data");
    bytes.extend(data_bytes.to_le_bytes());
    bytes.extend(samples.iter().flat_map(|s| s.to_le_bytes()));
    bytes
}

fn tone(hz: f64, rate_hz: u32, secs: u32) -> Vec<i16> {
    let step = hz * std::f64::consts::TAU / f64::from(rate_hz);
    (0..rate_hz * secs)
        .map(|i| (8_000.0 * (f64::from(i) * step).sin()) as i16)
        .collect()
}

/// Interleaved samples, rate and channels of an MP3.
fn decode(bytes: Vec<u8>) -> (Vec<i16>, u32, usize) {
    let stream = MediaSourceStream::new(Box::new(Cursor::new(bytes)), Default::default());
    let mut hint = Hint::new();
    hint.with_extension("mp3");
    let mut format = symphonia::default::get_probe()
        .format(
            &hint,
            stream,
            &FormatOptions::default(),
            &MetadataOptions::default(),
        )
        .unwrap()
        .format;
    let track = format.default_track().unwrap().clone();
    let mut decoder = symphonia::default::get_codecs()
        .make(&track.codec_params, &DecoderOptions::default())
        .unwrap();
    let (mut samples, mut rate_hz, mut channels) = (Vec::new(), 0, 0);
    while let Ok(packet) = format.next_packet() {
        let sound = decoder.decode(&packet).unwrap();
        rate_hz = sound.spec().rate;
        channels = sound.spec().channels.count();
        let mut buffer = SampleBuffer::<i16>::new(sound.capacity() as u64, *sound.spec());
        buffer.copy_interleaved_ref(sound);
        samples.extend_from_slice(buffer.samples());
    }
    (samples, rate_hz, channels)
}

/// The share of a sound's energy at one frequency (0 to 1), by correlation with it.
fn share(samples: &[i16], rate_hz: u32, hz: f64) -> f64 {
    let step = hz * std::f64::consts::TAU / f64::from(rate_hz);
    let (mut re, mut im, mut all) = (0.0, 0.0, 1.0);
    for (i, &sample) in samples.iter().enumerate() {
        let value = f64::from(sample);
        re += value * (i as f64 * step).cos();
        im += value * (i as f64 * step).sin();
        all += value * value;
    }
    2.0 * (re * re + im * im) / (all * samples.len() as f64)
}

fn converted(input: &[u8]) -> Vec<u8> {
    let mut output = Vec::new();
    convert(input, &mut output).unwrap();
    output
}

#[test]
fn mono_telephone_sound_keeps_its_tone_and_length() {
    let samples = tone(440.0, 8_000, 3);
    let mp3 = converted(&wav(8_000, 1, 48_000, &samples));
    // 32 kbit/s for three seconds.
    assert!((11_000..13_500).contains(&mp3.len()), "{}", mp3.len());
    let (sound, rate_hz, channels) = decode(mp3);
    assert_eq!((rate_hz, channels), (8_000, 1));
    assert!((24_000..27_000).contains(&sound.len()), "{}", sound.len());
    assert!(share(&sound[4_000..20_000], 8_000, 440.0) > 0.98);
    assert!(share(&sound[4_000..20_000], 8_000, 1_000.0) < 0.01);
}

#[test]
fn each_channel_of_a_dual_recording_keeps_its_own_tone() {
    let (left, right) = (tone(440.0, 8_000, 2), tone(1_000.0, 8_000, 2));
    let both: Vec<i16> = left
        .iter()
        .zip(&right)
        .flat_map(|(l, r)| [*l, *r])
        .collect();
    let (sound, rate_hz, channels) = decode(converted(&wav(8_000, 2, 64_000, &both)));
    assert_eq!((rate_hz, channels), (8_000, 2));
    let channel = |n| {
        sound
            .iter()
            .skip(n)
            .step_by(2)
            .copied()
            .collect::<Vec<i16>>()
    };
    assert!(share(&channel(0)[4_000..12_000], 8_000, 440.0) > 0.95);
    assert!(share(&channel(1)[4_000..12_000], 8_000, 1_000.0) > 0.95);
}

#[test]
fn a_length_the_writer_did_not_know_means_all_that_follows() {
    let samples = tone(440.0, 8_000, 1);
    let known = converted(&wav(8_000, 1, 16_000, &samples));
    assert_eq!(converted(&wav(8_000, 1, u32::MAX, &samples)), known);
    // What stands behind the sound is not sound.
    let mut longer = wav(8_000, 1, 16_000, &samples);
    longer.extend([0x55; 999]);
    assert_eq!(converted(&longer), known);
}

#[test]
fn what_is_not_a_wav_of_ours_is_refused_with_a_reason() {
    let reason = |bytes: &[u8]| convert(bytes, Vec::new()).unwrap_err().to_string();
    assert!(reason(b"").contains("ends before"));
    assert!(reason(b"ID3 this is not a wav file").contains("not a WAV"));
    let mut eight_bit = wav(8_000, 1, 4, &[1, 2]);
    eight_bit[34] = 8;
    assert!(reason(&eight_bit).contains("16-bit"));
    assert!(reason(&wav(7_999, 1, 4, &[1, 2])).contains("can't be encoded"));
    let mut liar = b"RIFF\0\0\0\0WAVEjunk".to_vec();
    liar.extend(u32::MAX.to_le_bytes());
    assert!(reason(&liar).contains("ends before"));
}

#[test]
fn no_sound_is_no_fault() {
    let mut empty = wav(8_000, 1, 2, &[]);
    empty.truncate(empty.len());
    assert!(convert(&empty[..], Vec::new()).is_ok());
}
