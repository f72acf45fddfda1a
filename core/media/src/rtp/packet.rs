//! One RTP packet, read and written (RFC 3550 §5.1).

/// Octets of the fixed header.
pub const HEADER_BYTES: usize = 12;

/// A packet as it was received; the payload is without padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The fixed header.
    pub header: Header,
    /// The sound or event.
    pub payload: &'a [u8],
}

/// The fields of the fixed header that a telephone leg uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The first packet after a pause.
    pub marker: bool,
    /// What the payload is.
    pub payload_type: u8,
    /// Counts packets.
    pub sequence: u16,
    /// Counts samples.
    pub timestamp: u32,
    /// Names the source.
    pub ssrc: u32,
}

/// Why bytes are not an RTP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacketError {
    /// Shorter than its header, list of contributors, extension or padding say.
    Short,
    /// Not version 2.
    Version,
}

impl std::fmt::Display for PacketError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            PacketError::Short => "shorter than it says",
            PacketError::Version => "not RTP version 2",
        })
    }
}

impl std::error::Error for PacketError {}

/// Whether bytes on a multiplexed port are RTCP: packet types 192 to 223 (RFC 5761 §4).
pub fn is_rtcp(bytes: &[u8]) -> bool {
    bytes.get(1).is_some_and(|kind| (192..=223).contains(kind))
}

impl<'a> Packet<'a> {
    /// Reads a packet; skips contributors and extension.
    pub fn parse(bytes: &'a [u8]) -> Result<Packet<'a>, PacketError> {
        let head = bytes
            .first_chunk::<HEADER_BYTES>()
            .ok_or(PacketError::Short)?;
        if head[0] >> 6 != 2 {
            return Err(PacketError::Version);
        }
        let mut start = HEADER_BYTES + 4 * usize::from(head[0] & 0x0f);
        if head[0] & 0x10 != 0 {
            let words = bytes.get(start + 2..start + 4).ok_or(PacketError::Short)?;
            start += 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
        }
        let mut end = bytes.len();
        if head[0] & 0x20 != 0 {
            // The last octet counts the padding and itself.
            let padding = usize::from(bytes[end - 1]);
            if padding == 0 {
                return Err(PacketError::Short);
            }
            end = end.checked_sub(padding).ok_or(PacketError::Short)?;
        }
        let payload = bytes.get(start..end).ok_or(PacketError::Short)?;
        let header = Header {
            marker: head[1] & 0x80 != 0,
            payload_type: head[1] & 0x7f,
            sequence: u16::from_be_bytes([head[2], head[3]]),
            timestamp: u32::from_be_bytes([head[4], head[5], head[6], head[7]]),
            ssrc: u32::from_be_bytes([head[8], head[9], head[10], head[11]]),
        };
        Ok(Packet { header, payload })
    }
}

impl Header {
    /// Starts a packet in an empty buffer; the payload is to follow.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.push(0x80);
        out.push(u8::from(self.marker) << 7 | self.payload_type & 0x7f);
        out.extend_from_slice(&self.sequence.to_be_bytes());
        out.extend_from_slice(&self.timestamp.to_be_bytes());
        out.extend_from_slice(&self.ssrc.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Chance;

    const HEADER: Header = Header {
        marker: true,
        payload_type: 101,
        sequence: 0xfffe,
        timestamp: 0x0102_0304,
        ssrc: 0xdead_beef,
    };

    #[test]
    fn what_is_written_is_read() {
        let mut bytes = Vec::new();
        HEADER.write(&mut bytes);
        bytes.extend_from_slice(&[1, 2, 3]);
        assert_eq!(
            Packet::parse(&bytes),
            Ok(Packet {
                header: HEADER,
                payload: &[1, 2, 3]
            })
        );
        assert!(!is_rtcp(&bytes));
        assert!(is_rtcp(&[0x80, 200]) && is_rtcp(&[0x81, 201]) && !is_rtcp(&[0x80]));
    }

    #[test]
    fn contributors_extension_and_padding_are_skipped() {
        let mut bytes = Vec::new();
        HEADER.write(&mut bytes);
        bytes[0] |= 0x20 | 0x10 | 2;
        bytes.extend_from_slice(&[9; 8]); // two contributors
        bytes.extend_from_slice(&[0xbe, 0xde, 0, 1, 7, 7, 7, 7]);
        bytes.extend_from_slice(&[5, 6]);
        bytes.extend_from_slice(&[0, 0, 3]);
        assert_eq!(Packet::parse(&bytes).unwrap().payload, &[5, 6]);
        let last = bytes.len() - 1;
        bytes[last] = 200;
        assert_eq!(Packet::parse(&bytes), Err(PacketError::Short));
        bytes[last] = 0;
        assert_eq!(Packet::parse(&bytes), Err(PacketError::Short));
        bytes[0] = 0x40;
        assert_eq!(Packet::parse(&bytes), Err(PacketError::Version));
    }

    #[test]
    fn bounds_are_kept_whatever_comes() {
        let mut chance = Chance::new(3);
        for _ in 0..20_000 {
            let mut bytes: Vec<u8> = (0..chance.below(60))
                .map(|_| chance.next_u64() as u8)
                .collect();
            if let Some(first) = bytes.first_mut() {
                *first = *first & 0x3f | 0x80;
            }
            if let Ok(packet) = Packet::parse(&bytes) {
                assert!(packet.payload.len() + HEADER_BYTES <= bytes.len());
            }
        }
    }
}
