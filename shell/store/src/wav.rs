//! The 44 bytes before the sound of a recording: PCM, 16 bits, little-endian.

/// Bytes before the first sample of a file this store has written.
pub const HEADER_BYTES: u64 = 44;

/// How the samples of a file are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WavForm {
    /// 1 or 2, interleaved.
    pub channels: u8,
    /// Samples per second and channel.
    pub rate_hz: u32,
}

impl WavForm {
    /// Telephone sound.
    pub fn telephone(channels: u8) -> WavForm {
        WavForm {
            channels,
            rate_hz: 8_000,
        }
    }

    /// Bytes that belong together: one sample of each channel.
    pub fn frame_bytes(self) -> u64 {
        2 * u64::from(self.channels)
    }

    /// How long so many bytes of sound last.
    pub fn length_ms(self, sound_bytes: u64) -> u64 {
        sound_bytes * 1_000 / (self.frame_bytes() * u64::from(self.rate_hz)).max(1)
    }

    /// The header of a file with so many bytes of sound.
    pub fn header(self, sound_bytes: u64) -> [u8; HEADER_BYTES as usize] {
        // RIFF counts in 32 bits; four hours of dual sound are a tenth of that.
        let sound = u32::try_from(sound_bytes).unwrap_or(u32::MAX - 36);
        let rate_bytes = self.rate_hz * 2 * u32::from(self.channels);
        let mut header = [0; HEADER_BYTES as usize];
        let mut at = 0;
        let mut put = |bytes: &[u8]| {
            header[at..at + bytes.len()].copy_from_slice(bytes);
            at += bytes.len();
        };
        put(b"RIFF");
        put(&(sound + 36).to_le_bytes());
        put(b"WAVEfmt ");
        put(&16_u32.to_le_bytes());
        put(&1_u16.to_le_bytes());
        put(&u16::from(self.channels).to_le_bytes());
        put(&self.rate_hz.to_le_bytes());
        put(&rate_bytes.to_le_bytes());
        put(&(2 * u16::from(self.channels)).to_le_bytes());
        put(&16_u16.to_le_bytes());
        put(b"data");
        put(&sound.to_le_bytes());
        header
    }

    /// Reads the form out of a header that `header` has written.
    pub fn of_header(header: &[u8]) -> Option<WavForm> {
        let known = header.len() >= HEADER_BYTES as usize
            && header.starts_with(b"RIFF")
            && &header[8..16] == b"WAVEfmt "
            && &header[36..40] == b"data";
        if !known {
            return None;
        }
        let channels = header[22];
        let rate_hz = u32::from_le_bytes([header[24], header[25], header[26], header[27]]);
        matches!(channels, 1 | 2).then_some(WavForm { channels, rate_hz })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_back_and_counts_its_sound() {
        let form = WavForm::telephone(2);
        let header = form.header(32_000);
        assert_eq!(WavForm::of_header(&header), Some(form));
        assert_eq!(header[4..8], 32_036_u32.to_le_bytes());
        assert_eq!(header[40..44], 32_000_u32.to_le_bytes());
        assert_eq!(header[28..32], 32_000_u32.to_le_bytes());
        assert_eq!(form.length_ms(32_000), 1_000);
        assert_eq!(WavForm::of_header(&header[..43]), None);
        assert_eq!(WavForm::of_header(&[0; 44]), None);
    }
}
