//! Reads a session description: leniently, within bounds, and never with a panic. What isn't
//! understood is skipped, as RFC 8866 §5 asks.

use std::net::IpAddr;

use model::limit::{SDP_BYTES_MAX, SDP_LINES_MAX, SDP_MEDIA_MAX};

use super::{Description, Flow, Media, PayloadMap, SdpError};

/// Formats of one `m=` line; there are only 128 payload types.
const FORMATS_READ_MAX: usize = 128;

/// Reads a description.
pub fn parse(text: &str) -> Result<Description, SdpError> {
    if text.len() > SDP_BYTES_MAX {
        return Err(SdpError::Unreadable);
    }
    let mut description = Description {
        address: None,
        direction: None,
        media: Vec::new(),
    };
    let mut lines = 0;
    for line in text.split(['\r', '\n']).filter(|line| !line.is_empty()) {
        lines += 1;
        if lines > SDP_LINES_MAX {
            return Err(SdpError::Unreadable);
        }
        let Some((kind, value)) = line.trim_end().split_once('=') else {
            continue;
        };
        match kind.trim() {
            "m" if description.media.len() >= SDP_MEDIA_MAX => return Err(SdpError::Unreadable),
            "m" => description
                .media
                .push(media(value).ok_or(SdpError::Unreadable)?),
            "c" => match description.media.last_mut() {
                Some(media) => media.address = connection(value).or(media.address),
                None => description.address = connection(value).or(description.address),
            },
            "a" => match description.media.last_mut() {
                Some(media) => attribute(media, value),
                None => description.direction = flow(value.trim()).or(description.direction),
            },
            _ => {}
        }
    }
    if lines == 0 {
        return Err(SdpError::Unreadable);
    }
    Ok(description)
}

/// `audio 4000 RTP/AVP 0 8`; a port may be `4000/2`.
fn media(value: &str) -> Option<Media> {
    let mut words = value.split_ascii_whitespace();
    let kind = words.next()?.to_owned();
    let port = words.next()?;
    let port = port
        .split_once('/')
        .map_or(port, |(port, _)| port)
        .parse()
        .ok()?;
    let protocol = words.next()?.to_owned();
    let formats = words.take(FORMATS_READ_MAX).map(str::to_owned).collect();
    Some(Media {
        kind,
        port,
        protocol,
        formats,
        address: None,
        maps: Vec::new(),
        ptime_ms: None,
        maxptime_ms: None,
        direction: None,
        rtcp_mux: false,
        rtcp: None,
    })
}

/// `IN IP4 192.0.2.1`, with or without a time to live. Names of hosts aren't looked up.
fn connection(value: &str) -> Option<IpAddr> {
    let address = value.split_ascii_whitespace().nth(2)?;
    address.split('/').next()?.parse().ok()
}

fn attribute(media: &mut Media, value: &str) {
    let value = value.trim();
    let (name, value) = value.split_once(':').unwrap_or((value, ""));
    let value = value.trim();
    match name.trim().to_ascii_lowercase().as_str() {
        "rtpmap" if media.maps.len() < FORMATS_READ_MAX => media.maps.extend(payload_map(value)),
        "ptime" => media.ptime_ms = milliseconds(value).or(media.ptime_ms),
        "maxptime" => media.maxptime_ms = milliseconds(value).or(media.maxptime_ms),
        "rtcp-mux" => media.rtcp_mux = true,
        "rtcp" => media.rtcp = rtcp(value).or(media.rtcp),
        other => media.direction = flow(other).or(media.direction),
    }
}

/// `101 telephone-event/8000/1`.
fn payload_map(value: &str) -> Option<PayloadMap> {
    let (payload_type, encoding) = value.split_once(char::is_whitespace)?;
    let mut parts = encoding.trim().split('/');
    Some(PayloadMap {
        payload_type: payload_type
            .parse()
            .ok()
            .filter(|&payload_type: &u8| payload_type < 128)?,
        name: parts.next().filter(|name| !name.is_empty())?.to_owned(),
        clock_hz: parts.next()?.trim().parse().ok()?,
        channels: parts
            .next()
            .map_or(Some(1), |channels| channels.trim().parse().ok())?,
    })
}

/// Whole milliseconds, though some write `20.0`.
fn milliseconds(value: &str) -> Option<u32> {
    let whole = value.split('.').next()?.parse().ok()?;
    (1..=10_000).contains(&whole).then_some(whole)
}

/// `53020` or `53020 IN IP4 192.0.2.1`.
fn rtcp(value: &str) -> Option<(u16, Option<IpAddr>)> {
    let (port, rest) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
    Some((
        port.parse().ok().filter(|&port: &u16| port != 0)?,
        connection(rest),
    ))
}

fn flow(value: &str) -> Option<Flow> {
    [
        Flow::SendRecv,
        Flow::SendOnly,
        Flow::RecvOnly,
        Flow::Inactive,
    ]
    .into_iter()
    .find(|flow| flow.as_str().eq_ignore_ascii_case(value))
}
