//! Finding message ends in TCP and TLS streams (RFC 3261 §18.3), and the keep-alives between
//! messages (RFC 5626 §3.5.1). A WebSocket brings its messages whole: [`whole`] is for those.

use model::limit;

use crate::message::scan::is_token_byte;
use crate::message::{self, Fault, Message, ParseError, Reader, head_end};

/// What a stream brings.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// A message.
    Message(Message),
    /// Bytes that end where a message ends, but are none: answer them, keep the stream.
    Refused(ParseError),
    /// A double line end: answer with a single one.
    Ping,
    /// The single line end that answers our ping.
    Pong,
}

/// Cuts a stream into messages. After an error the stream is lost and has to be closed: nobody
/// can tell where the next message begins.
#[derive(Debug, Default)]
pub struct Framer {
    buffer: Vec<u8>,
    /// Bytes at the front of the buffer that are done with.
    done: usize,
    /// Bytes behind `done` in which no end of a head begins.
    searched: usize,
    /// The head at the front, while its body is still coming.
    head: Option<Head>,
    pongs_awaited: u8,
    lost: bool,
}

/// A head that was read.
#[derive(Debug)]
struct Head {
    reader: Reader,
    /// Where the body begins, counted from the front.
    end: usize,
    /// The bytes of the body.
    length: usize,
}

impl Framer {
    /// A framer at the beginning of a stream.
    pub fn new() -> Framer {
        Framer::default()
    }

    /// Notes that a ping was sent, so that the next single line end is its pong.
    pub fn await_pong(&mut self) {
        self.pongs_awaited = self.pongs_awaited.saturating_add(1);
    }

    /// Takes bytes in; [`Framer::poll`] until `None` or an error before feeding more.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.lost {
            return;
        }
        if self.done > 0 {
            self.buffer.drain(..self.done);
            self.done = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next frame, `None` until more bytes come, or why the stream has to be closed. The
    /// error may hold enough to be answered before.
    pub fn poll(&mut self) -> Result<Option<Frame>, ParseError> {
        if self.lost {
            return Ok(None);
        }
        let polled = self.cut();
        if polled.is_err() {
            self.lost = true;
            self.buffer = Vec::new();
            self.done = 0;
        }
        polled
    }

    fn cut(&mut self) -> Result<Option<Frame>, ParseError> {
        if let Some(alive) = self.line_ends() {
            return Ok(Some(alive));
        }
        let bytes = &self.buffer[self.done..];
        match bytes.first() {
            None | Some(b'\r' | b'\n') => return Ok(None),
            // Every message begins with a token; noise need not be waited out.
            Some(byte) if !is_token_byte(*byte) => {
                return Err(ParseError::bare(Fault::StartLine));
            }
            Some(_) => {}
        }
        if self.head.is_none() {
            self.head = self.read_head()?;
        }
        let Some((end, length)) = self.head.as_ref().map(|head| (head.end, head.length)) else {
            return Ok(None);
        };
        let Some(body) = self.buffer.get(self.done + end..self.done + end + length) else {
            return Ok(None);
        };
        let Some(head) = self.head.take() else {
            return Ok(None);
        };
        let frame = match head.reader.finish(body) {
            Ok(message) => Frame::Message(message),
            // What does not begin like SIP, or contradicts itself about its length, has lost the
            // stream; anything else is one bad message in a good stream.
            Err(error) if matches!(error.fault, Fault::StartLine | Fault::ContentLength) => {
                return Err(error);
            }
            Err(error) => Frame::Refused(error),
        };
        self.done += end + length;
        self.searched = 0;
        Ok(Some(frame))
    }

    /// Reads the head at the front of the buffer, if its empty line has come.
    fn read_head(&mut self) -> Result<Option<Head>, ParseError> {
        let bytes = &self.buffer[self.done..];
        // An empty line may straddle two feeds: search again from its earliest beginning.
        let from = self.searched.saturating_sub(3);
        let end = head_end(&bytes[from..]).map(|end| end + from);
        if end.unwrap_or(bytes.len()) > limit::SIP_HEAD_BYTES_MAX {
            return Err(ParseError::bare(Fault::HeadTooLarge));
        }
        let Some(end) = end else {
            self.searched = bytes.len();
            return Ok(None);
        };
        let reader = Reader::read(&bytes[..end]);
        match reader.content_length {
            None => Err(reader.refuse(Fault::ContentLength)),
            Some(length) if length > limit::SIP_MESSAGE_BYTES_MAX - end => {
                Err(reader.refuse(Fault::TooLarge))
            }
            Some(length) => Ok(Some(Head {
                reader,
                end,
                length,
            })),
        }
    }

    /// Takes off line ends between messages, and says if they are a ping or a pong.
    fn line_ends(&mut self) -> Option<Frame> {
        loop {
            let bytes = &self.buffer[self.done..];
            let (taken, frame) = match bytes {
                [b'\r', b'\n', ..] if self.pongs_awaited > 0 => {
                    self.pongs_awaited -= 1;
                    (2, Some(Frame::Pong))
                }
                [b'\r', b'\n', b'\r', b'\n', ..] => (4, Some(Frame::Ping)),
                // Perhaps the first half of a ping.
                [b'\r'] | [b'\r', b'\n'] | [b'\r', b'\n', b'\r'] => return None,
                [b'\r' | b'\n', ..] => (1, None),
                _ => return None,
            };
            self.done += taken;
            self.searched = 0;
            if frame.is_some() {
                return frame;
            }
        }
    }
}

/// Reads what came whole, in one WebSocket message (RFC 7118 §5.2); only a ping, a pong or one
/// SIP message may be in it.
pub fn whole(bytes: &[u8]) -> Frame {
    match bytes {
        b"\r\n\r\n" => Frame::Ping,
        b"\r\n" => Frame::Pong,
        _ => match message::parse(bytes) {
            Ok(message) => Frame::Message(message),
            Err(error) => Frame::Refused(error),
        },
    }
}

#[cfg(test)]
mod tests;
