//! A telephone that places one call and notes when each packet of sound came.

use std::io::{Error, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// An INVITE or BYE without an answer is sent again after so long.
const AGAIN_AFTER: Duration = Duration::from_millis(500);
/// A call that takes longer is given up.
const CALL_MAX: Duration = Duration::from_secs(40);
/// Louder than this (of 32,124) is sound, not silence.
const LOUD: i32 = 1_000;
/// Louder than this is no silence: two steps of the code about zero.
const SOFT: i32 = 16;

/// One packet of sound.
#[derive(Debug, Clone, Copy)]
pub struct Packet {
    /// When it came.
    pub at: Instant,
    /// Its number.
    pub sequence: u16,
    /// Its place in the stream, in samples.
    pub timestamp: u32,
    /// Whether there is anything to hear in it.
    pub loud: bool,
}

/// Places a call to `number` at `house`, listens until the other side hangs up, and returns every
/// packet that came.
pub fn call(house: SocketAddr, from: &str, number: &str) -> Result<Vec<Packet>, Error> {
    let sip = UdpSocket::bind("127.0.0.1:0")?;
    sip.set_read_timeout(Some(AGAIN_AFTER))?;
    let (over, listener, port) = listen()?;
    let here = sip.local_addr()?;
    let invite = invite(here, house, from, number, port);
    let begun = Instant::now();
    let mut answered = false;
    let mut bytes = [0_u8; 4_096];
    sip.send_to(invite.as_bytes(), house)?;
    let ended = loop {
        if begun.elapsed() > CALL_MAX {
            break Err(Error::new(ErrorKind::TimedOut, "the call never ended"));
        }
        let length = match sip.recv_from(&mut bytes) {
            Ok((length, _)) => length,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if !answered {
                    sip.send_to(invite.as_bytes(), house)?;
                }
                continue;
            }
            Err(error) => break Err(error),
        };
        let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
        if text.starts_with("SIP/2.0 200") {
            answered = true;
            sip.send_to(ack(&text, here, number, house).as_bytes(), house)?;
        } else if text.starts_with("SIP/2.0 1") {
            continue;
        } else if text.starts_with("BYE") {
            sip.send_to(ok(&text).as_bytes(), house)?;
            break Ok(());
        } else {
            break Err(Error::other(
                text.lines().next().unwrap_or_default().to_owned(),
            ));
        }
    };
    over.store(true, Ordering::Release);
    let packets = listener
        .join()
        .map_err(|_| Error::other("the listener died"))?;
    ended.map(|()| packets)
}

/// What ends a listener, the listener, and its port.
type Listener = (Arc<AtomicBool>, JoinHandle<Vec<Packet>>, u16);

/// A socket for sound with a thread that does nothing but note what comes.
fn listen() -> Result<Listener, Error> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.set_read_timeout(Some(Duration::from_millis(100)))?;
    let port = socket.local_addr()?.port();
    let over = Arc::new(AtomicBool::new(false));
    let told = over.clone();
    let listener = std::thread::spawn(move || {
        let mut packets = Vec::new();
        let mut bytes = [0_u8; 2_048];
        while !told.load(Ordering::Acquire) {
            let Ok((length, from)) = socket.recv_from(&mut bytes) else {
                continue;
            };
            let at = Instant::now();
            if length > 12 && bytes[1] & 0x7f == 0 {
                packets.push(Packet {
                    at,
                    sequence: u16::from_be_bytes([bytes[2], bytes[3]]),
                    timestamp: u32::from_be_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]),
                    loud: is_loud(&bytes[12..length]),
                });
                // Both ways, as a telephone does: what came goes back.
                let _ = socket.send_to(&bytes[..length], from);
            }
        }
        packets
    });
    Ok((over, listener, port))
}

/// Whether this µ-law is anything but the silence that a line sends while nothing is played: words
/// may begin softly.
pub fn is_sound(payload: &[u8]) -> bool {
    payload.iter().any(|&byte| linear(byte).abs() > SOFT)
}

/// Whether there is anything to hear in this µ-law.
pub fn is_loud(payload: &[u8]) -> bool {
    payload.iter().any(|&byte| linear(byte).abs() > LOUD)
}

/// µ-law to linear (G.711).
fn linear(byte: u8) -> i32 {
    let byte = !byte;
    let magnitude = ((i32::from(byte & 0x0f) << 3) + 0x84) << ((byte & 0x70) >> 4);
    let sample = magnitude - 0x84;
    if byte & 0x80 == 0 { sample } else { -sample }
}

/// The value of a header, or nothing.
pub fn header<'a>(message: &'a str, name: &str) -> &'a str {
    message
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        .map_or("", str::trim)
}

fn invite(here: SocketAddr, house: SocketAddr, from: &str, number: &str, port: u16) -> String {
    let sdp = format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
    );
    format!(
        "INVITE sip:{number}@{house} SIP/2.0\r\n\
         Via: SIP/2.0/UDP {here};branch=z9hG4bK{0}i;rport\r\n\
         From: <sip:{from}@127.0.0.1>;tag=f{0}\r\nTo: <sip:{number}@{house}>\r\n\
         Call-ID: probe-{0}\r\nCSeq: 1 INVITE\r\nContact: <sip:probe@{here}>\r\n\
         Max-Forwards: 70\r\nContent-Type: application/sdp\r\nContent-Length: {1}\r\n\r\n{sdp}",
        here.port(),
        sdp.len(),
    )
}

fn ack(answer: &str, here: SocketAddr, number: &str, house: SocketAddr) -> String {
    let contact = header(answer, "Contact");
    let fallback = format!("sip:{number}@{house}");
    let target = contact.split(['<', '>']).nth(1).unwrap_or(&fallback);
    format!(
        "ACK {target} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{}a;rport\r\n\
         From: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: 1 ACK\r\nMax-Forwards: 70\r\n\
         Content-Length: 0\r\n\r\n",
        here.port(),
        header(answer, "From"),
        header(answer, "To"),
        header(answer, "Call-ID"),
    )
}

/// A 200 that carries a request's headers back.
pub fn ok(bye: &str) -> String {
    let mut answer = String::from("SIP/2.0 200 OK\r\n");
    for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
        answer.push_str(&format!("{name}: {}\r\n", header(bye, name)));
    }
    answer + "Content-Length: 0\r\n\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_not_loud_and_full_scale_is() {
        assert_eq!((linear(0xff), linear(0x7f)), (0, 0));
        assert!(!is_sound(&[0xff, 0x7f, 0xfe]) && is_sound(&[0xff, 0xe0]) && !is_loud(&[0xe0]));
        assert_eq!((linear(0x80), linear(0x00)), (32_124, -32_124));
    }

    #[test]
    fn an_answer_to_a_bye_carries_its_headers_back() {
        let answer = ok("BYE sip:a@b SIP/2.0\r\nVia: x\r\nCall-ID: y\r\nCSeq: 2 BYE\r\n\r\n");
        assert!(answer.starts_with("SIP/2.0 200 OK\r\nVia: x\r\n"));
        assert!(answer.contains("CSeq: 2 BYE\r\n"));
    }
}
