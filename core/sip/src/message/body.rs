//! Bodies of several parts (RFC 2046 §5.1, RFC 5621): finding the part one can use.

use model::limit;

use super::header::MediaType;
use super::scan::trim;

/// One part of a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Part<'a> {
    /// What it is; `None` if it does not say, or not so that it can be read.
    pub media_type: Option<MediaType>,
    /// Its bytes.
    pub content: &'a [u8],
}

/// The parts of a body of this type. A body that is no `multipart` is its own single part; a
/// multipart inside a part stays whole. More parts than the bound are not looked at.
pub fn parts<'a>(media_type: &MediaType, body: &'a [u8]) -> Vec<Part<'a>> {
    if media_type.kind != "multipart" {
        return vec![Part {
            media_type: Some(media_type.clone()),
            content: body,
        }];
    }
    let Some(boundary) = media_type.params.unquoted("boundary") else {
        return Vec::new();
    };
    let delimiter = [b"--", boundary.as_bytes()].concat();
    let mut parts = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = 0;
    while at < body.len() && parts.len() < limit::SIP_BODY_PARTS_MAX {
        let length = body[at..]
            .iter()
            .position(|b| *b == b'\n')
            .map_or(body.len() - at, |n| n + 1);
        let line = &body[at..at + length];
        if let Some(rest) = line.strip_prefix(delimiter.as_slice())
            && let Some(closing) = delimiter_end(rest)
        {
            if let Some(start) = open.take() {
                parts.push(part(without_line_end(&body[start..at])));
            }
            if closing {
                return parts;
            }
            open = Some(at + length);
        }
        at += length;
    }
    // A body whose closing delimiter was lost still shows its last part.
    if let Some(start) = open.filter(|start| *start < body.len() && at >= body.len()) {
        parts.push(part(&body[start..]));
    }
    parts
}

/// The part an element asks for by type, as `application/sdp`, wherever it stands.
pub fn find<'a>(media_type: &MediaType, body: &'a [u8], wanted: &str) -> Option<&'a [u8]> {
    let is_wanted = |part: &Part<'_>| part.media_type.as_ref().is_some_and(|kind| kind.is(wanted));
    parts(media_type, body)
        .into_iter()
        .find(is_wanted)
        .map(|part| part.content)
}

/// Whether what follows a delimiter ends its line; true inside if it is the closing one.
fn delimiter_end(rest: &[u8]) -> Option<bool> {
    let (rest, closing) = match rest.strip_prefix(b"--") {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    rest.trim_ascii().is_empty().then_some(closing)
}

fn without_line_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

/// Takes a part's own headers off.
fn part(bytes: &[u8]) -> Part<'_> {
    let mut media_type = None;
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..]
            .iter()
            .position(|b| *b == b'\n')
            .map_or(bytes.len() - at, |n| n + 1);
        let line = bytes[at..at + length].trim_ascii();
        at += length;
        if line.is_empty() {
            break;
        }
        let line = String::from_utf8_lossy(line);
        if let Some((name, value)) = line.split_once(':')
            && trim(name).eq_ignore_ascii_case("Content-Type")
        {
            media_type = value.parse().ok();
        }
    }
    Part {
        media_type,
        content: &bytes[at..],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mixed() -> MediaType {
        "multipart/mixed; boundary=\"a b\"".parse().unwrap()
    }

    #[test]
    fn finds_the_offer_among_parts() {
        let body = b"preamble\r\n--a b\r\nContent-Type: text/plain\r\n\r\nhi\r\n--a b \r\n\
                     content-type : Application/SDP\r\nContent-ID: x\r\n\r\nv=0\r\n--a bc\r\n\r\n\
                     --a b--\r\nepilogue";
        assert_eq!(
            find(&mixed(), body, "application/sdp"),
            Some(&b"v=0\r\n--a bc\r\n"[..])
        );
        assert_eq!(find(&mixed(), body, "text/plain"), Some(&b"hi"[..]));
        assert_eq!(find(&mixed(), body, "image/png"), None);
        assert_eq!(parts(&mixed(), body).len(), 2);
    }

    #[test]
    fn a_plain_body_is_its_own_part() {
        let sdp: MediaType = "application/sdp".parse().unwrap();
        assert_eq!(find(&sdp, b"v=0", "application/sdp"), Some(&b"v=0"[..]));
        assert_eq!(find(&sdp, b"v=0", "text/plain"), None);
    }

    #[test]
    fn a_lost_end_and_a_flood_of_parts_are_survived() {
        let body = b"--a b\r\nContent-Type: text/plain\r\n\r\nhi";
        assert_eq!(find(&mixed(), body, "text/plain"), Some(&b"hi"[..]));
        let flood = b"--a b\r\n\r\nx\r\n".repeat(1000);
        assert_eq!(parts(&mixed(), &flood).len(), limit::SIP_BODY_PARTS_MAX);
    }
}
