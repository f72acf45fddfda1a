//! A telephone that is called: it answers at once, listens for the first sound, and hangs up.

use crate::phone::{header, is_sound, ok};
use std::io::{Error, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How long a socket is looked at before something else is.
const STEP: Duration = Duration::from_millis(1);
/// A BYE without an answer is sent again after so long.
const AGAIN_AFTER: Duration = Duration::from_millis(500);

/// The telephone.
pub struct Called {
    sip: UdpSocket,
}

/// What came of one call.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// When its answer was sent.
    pub answered: Instant,
    /// When the first packet came that has anything to hear in it.
    pub sounded: Instant,
}

/// A socket for sound, and when the first sound comes there. Its thread ends with that, or after
/// ten seconds.
pub fn ear() -> Result<(SocketAddr, Receiver<Instant>), Error> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.set_read_timeout(Some(Duration::from_secs(10)))?;
    let address = socket.local_addr()?;
    let (tell, sounded) = channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 2_048];
        while let Ok(length) = socket.recv(&mut bytes) {
            let at = Instant::now();
            if length > 12 && bytes[1] & 0x7f == 0 && is_sound(&bytes[12..length]) {
                // Who has hung up no longer waits.
                let _ = tell.send(at);
                return;
            }
        }
    });
    Ok((address, sounded))
}

impl Called {
    /// At a port of its own.
    pub fn listen() -> Result<Called, Error> {
        let sip = UdpSocket::bind("127.0.0.1:0")?;
        Ok(Called { sip })
    }

    /// Where it is called.
    pub fn address(&self) -> String {
        self.sip
            .local_addr()
            .map_or_else(|_| String::new(), |address| address.to_string())
    }

    /// Sends something from its port.
    pub fn send(&self, bytes: &[u8], to: SocketAddr) -> Result<usize, Error> {
        self.sip.send_to(bytes, to)
    }

    /// Takes the next call to its first sound; none if that doesn't come in time.
    pub fn serve(&self, patience: Duration) -> Option<Call> {
        let until = Instant::now() + patience;
        let (invite, house) = self.next(until, |text| text.starts_with("INVITE"))?;
        let (ear, sounded) = ear().ok()?;
        let answer = self.answer(&invite, ear.port());
        let answered = Instant::now();
        self.sip.send_to(answer.as_bytes(), house).ok()?;
        let heard = loop {
            match sounded.recv_timeout(STEP) {
                Ok(at) => break at,
                Err(RecvTimeoutError::Timeout) if Instant::now() < until => {}
                Err(_) => return None,
            }
        };
        let bye = self.bye(&invite, house);
        while Instant::now() < until {
            self.sip.send_to(bye.as_bytes(), house).ok()?;
            let ended = |text: &str| text.starts_with("SIP/2.0 ") && text.contains(" BYE\r\n");
            if self.next(Instant::now() + AGAIN_AFTER, ended).is_some() {
                break;
            }
        }
        Some(Call {
            answered,
            sounded: heard,
        })
    }

    /// The next message of a kind; others are passed over.
    fn next(&self, until: Instant, wanted: impl Fn(&str) -> bool) -> Option<(String, SocketAddr)> {
        let mut bytes = [0; 8_192];
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            self.sip.set_read_timeout(Some(left)).ok()?;
            match self.sip.recv_from(&mut bytes) {
                Ok((length, from)) => {
                    let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
                    if wanted(&text) {
                        return Some((text, from));
                    }
                }
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => return None,
            }
        }
    }

    fn answer(&self, invite: &str, port: u16) -> String {
        let here = self.address();
        let sdp = format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
        );
        let bare = ok(invite);
        let head = bare.trim_end_matches("Content-Length: 0\r\n\r\n");
        let to = header(invite, "To");
        let head = head.replace(&format!("To: {to}\r\n"), &format!("To: {to};tag=phone\r\n"));
        format!(
            "{head}Contact: <sip:phone@{here}>\r\nContent-Type: application/sdp\r\n\
             Content-Length: {}\r\n\r\n{sdp}",
            sdp.len()
        )
    }

    fn bye(&self, invite: &str, house: SocketAddr) -> String {
        let here = self.address();
        let contact = header(invite, "Contact");
        let fallback = format!("sip:{house}");
        let target = contact.split(['<', '>']).nth(1).unwrap_or(&fallback);
        let call = header(invite, "Call-ID");
        format!(
            "BYE {target} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{}b;rport\r\n\
             From: {};tag=phone\r\nTo: {}\r\nCall-ID: {call}\r\nCSeq: 1 BYE\r\n\
             Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
            call.chars()
                .filter(char::is_ascii_alphanumeric)
                .collect::<String>(),
            header(invite, "To"),
            header(invite, "From"),
        )
    }
}
