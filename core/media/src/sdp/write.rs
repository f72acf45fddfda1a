//! Writes a session description of ours.

use std::fmt::Write;
use std::net::IpAddr;

use super::{Flow, Format};

/// The session part of our descriptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Names the session for its life.
    pub session: u64,
    /// Counts the descriptions that differ (RFC 3264 §8).
    pub version: u64,
    /// Where we are.
    pub address: IpAddr,
}

/// One of our media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Sound.
    Sound {
        /// Our RTP port.
        port: u16,
        /// `RTP/AVP`, or the offer's word.
        protocol: String,
        /// Codecs, best first.
        formats: Vec<Format>,
        /// Keys as events.
        event: Option<u8>,
        /// Packet time we want.
        ptime_ms: u32,
        /// What we do.
        flow: Flow,
        /// RTCP may come on this port.
        rtcp_mux: bool,
    },
    /// A medium of an offer that we don't take, as it was offered.
    Refused {
        /// `video`, ….
        kind: String,
        /// `RTP/AVP`, ….
        protocol: String,
        /// Its formats.
        formats: Vec<String>,
    },
}

/// Writes all of it.
pub fn write(origin: &Origin, lines: &[Line]) -> String {
    let mut out = String::with_capacity(512);
    let family = if origin.address.is_ipv4() {
        "IP4"
    } else {
        "IP6"
    };
    let Origin {
        session,
        version,
        address,
    } = origin;
    let _ = write!(
        out,
        "v=0\r\no=- {session} {version} IN {family} {address}\r\ns=-\r\n"
    );
    let _ = write!(out, "c=IN {family} {address}\r\nt=0 0\r\n");
    for line in lines {
        write_line(&mut out, line);
    }
    out
}

// Writing to a String can't fail, so the results are of no interest.
fn write_line(out: &mut String, line: &Line) {
    let (port, protocol, formats, event, ptime_ms, flow, rtcp_mux) = match line {
        Line::Sound {
            port,
            protocol,
            formats,
            event,
            ptime_ms,
            flow,
            rtcp_mux,
        } => (port, protocol, formats, event, ptime_ms, flow, rtcp_mux),
        Line::Refused {
            kind,
            protocol,
            formats,
        } => {
            let _ = write!(out, "m={kind} 0 {protocol}");
            // The grammar wants one format at least.
            if formats.is_empty() {
                out.push_str(" 0");
            }
            formats.iter().for_each(|format| {
                let _ = write!(out, " {format}");
            });
            out.push_str("\r\n");
            return;
        }
    };
    let _ = write!(out, "m=audio {port} {protocol}");
    for format in formats {
        let _ = write!(out, " {}", format.payload_type);
    }
    if let Some(event) = event {
        let _ = write!(out, " {event}");
    }
    out.push_str("\r\n");
    for Format {
        payload_type,
        codec,
    } in formats
    {
        let (name, clock_hz) = (codec.name(), codec.clock_hz());
        let _ = write!(out, "a=rtpmap:{payload_type} {name}/{clock_hz}\r\n");
    }
    if let Some(event) = event {
        let _ = write!(
            out,
            "a=rtpmap:{event} telephone-event/8000\r\na=fmtp:{event} 0-16\r\n"
        );
    }
    let _ = write!(out, "a=ptime:{ptime_ms}\r\na={}\r\n", flow.as_str());
    if *rtcp_mux {
        out.push_str("a=rtcp-mux\r\n");
    }
}
