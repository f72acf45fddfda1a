//! AIFF files, plain and with little-endian, floating, companded or GSM samples (AIFF-C).

use model::limit::{SOUND_FILE_CHANNELS_MAX, SOUND_FILE_RATE_MAX_HZ, SOUND_FILE_RATE_MIN_HZ};

use super::DecodeError;
use super::container::Format;
use super::pcm::{Coding, Pcm};

/// Reads the `COMM` chunk.
pub(super) fn parse_format(body: &[u8]) -> Result<Format, DecodeError> {
    let Some((fixed, more)) = body.split_first_chunk::<18>() else {
        return Err(DecodeError::Malformed("COMM chunk too short"));
    };
    let channels = u16::from_be_bytes([fixed[0], fixed[1]]);
    let bits = u16::from_be_bytes([fixed[6], fixed[7]]);
    // The rate is an 80-bit float: exponent, then a mantissa with its leading one written out.
    let exponent = i32::from(u16::from_be_bytes([fixed[8], fixed[9]])) - 16_383;
    let mantissa = u32::from_be_bytes([fixed[10], fixed[11], fixed[12], fixed[13]]);
    let rate_hz = u32::try_from(31 - exponent)
        .ok()
        .and_then(|shift| mantissa.checked_shr(shift));
    let rate_hz = rate_hz.unwrap_or(0);
    if !(SOUND_FILE_RATE_MIN_HZ..=SOUND_FILE_RATE_MAX_HZ).contains(&rate_hz) {
        return Err(DecodeError::Malformed("sample rate out of range"));
    }
    if channels == 0 || channels > SOUND_FILE_CHANNELS_MAX {
        return Err(DecodeError::Malformed("number of channels out of range"));
    }
    let compression = more.first_chunk().copied().unwrap_or(*b"NONE");
    let octets = usize::from(bits.div_ceil(8));
    let coding = match (&compression, bits) {
        (b"ulaw" | b"ULAW", _) => Coding::MuLaw,
        (b"alaw" | b"ALAW", _) => Coding::ALaw,
        (b"NONE" | b"twos", 1..=32) => Coding::Signed { octets, big: true },
        (b"sowt", 1..=32) => Coding::Signed { octets, big: false },
        (b"raw ", 8) => Coding::Unsigned8,
        (b"fl32" | b"FL32", _) => Coding::Float {
            octets: 4,
            big: true,
        },
        (b"fl64" | b"FL64", _) => Coding::Float {
            octets: 8,
            big: true,
        },
        (b"GSM ", _) => Coding::Gsm(Box::default()),
        _ => return Err(DecodeError::Malformed("AIFF encoding we don't know")),
    };
    let pcm = Pcm::new(coding, usize::from(channels))?;
    Ok(Format { pcm, rate_hz })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(octets: &[u8]) -> Result<Vec<i16>, DecodeError> {
        crate::file::decode(octets, "audio/aiff").map(|sound| sound.0.to_vec())
    }

    fn file(bits: u16, channels: u16, compression: Option<&[u8; 4]>, data: &[u8]) -> Vec<u8> {
        let mut out = b"FORM\0\0\0\0AIFCCOMM".to_vec();
        out.extend_from_slice(&if compression.is_some() { 22u32 } else { 18 }.to_be_bytes());
        out.extend_from_slice(&channels.to_be_bytes());
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&bits.to_be_bytes());
        // 8000 as an 80-bit float: 1.953125 times 2 to the 12th.
        out.extend_from_slice(&[0x40, 0x0B, 0xFA, 0, 0, 0, 0, 0, 0, 0]);
        out.extend_from_slice(compression.map_or(&[][..], |name| name));
        out.extend_from_slice(b"SSND");
        out.extend_from_slice(&(data.len() as u32 + 8).to_be_bytes());
        out.extend_from_slice(&[0; 8]);
        out.extend_from_slice(data);
        out
    }

    #[test]
    fn every_encoding_is_read() {
        assert_eq!(
            decode(&file(16, 1, None, &[1, 0, 0xFF, 0xFE])),
            Ok(vec![256, -2])
        );
        assert_eq!(decode(&file(16, 2, None, &[0, 10, 0, 20])), Ok(vec![15]));
        assert_eq!(decode(&file(24, 1, None, &[1, 2, 3])), Ok(vec![258]));
        assert_eq!(decode(&file(8, 1, None, &[0xFF, 1])), Ok(vec![-256, 256]));
        assert_eq!(decode(&file(16, 1, Some(b"sowt"), &[2, 1])), Ok(vec![258]));
        assert_eq!(
            decode(&file(16, 1, Some(b"ulaw"), &[0x80])),
            Ok(vec![32_124])
        );
        assert_eq!(decode(&file(16, 1, Some(b"ALAW"), &[0xD5])), Ok(vec![8]));
        let half = 0.5f32.to_be_bytes();
        assert_eq!(decode(&file(32, 1, Some(b"fl32"), &half)), Ok(vec![16_383]));
        let half = 0.5f64.to_be_bytes();
        assert_eq!(decode(&file(64, 1, Some(b"FL64"), &half)), Ok(vec![16_383]));
        assert_eq!(decode(&file(8, 1, Some(b"raw "), &[129])), Ok(vec![256]));
    }

    #[test]
    fn the_format_may_come_after_the_sound() {
        let whole = file(16, 1, None, &[1, 0, 0xFF, 0xFE]);
        let (comm, ssnd) = (&whole[12..38], &whole[38..]);
        let turned = [&whole[..12], ssnd, comm].concat();
        assert_eq!(decode(&turned), Ok(vec![256, -2]));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for octets in [
            &b""[..],
            b"FORM",
            b"FORM\0\0\0\0AIFF",
            &file(16, 0, None, &[0; 4]),
        ] {
            assert!(matches!(decode(octets), Err(DecodeError::Malformed(_))));
        }
        assert!(decode(&file(4, 1, Some(b"ima4"), &[0; 4])).is_err());
    }

    #[test]
    fn damaged_files_never_panic() {
        let whole = file(16, 2, None, &[7; 40]);
        let mut state = 3u32;
        let mut decoded = 0;
        for _ in 0..20_000 {
            let mut octets = whole.clone();
            for _ in 0..1 + state % 3 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                octets[(state >> 8) as usize % 54] = (state >> 24) as u8;
            }
            decoded += u32::from(decode(&octets).is_ok());
        }
        assert!((1..20_000).contains(&decoded), "{decoded} still decode");
    }
}
