//! Lets `<` and `>` stand bare in the query of a request.
//!
//! The names of some filters end in them (`StartTime>=2009-07-06`), and curl and other clients send
//! them as they are, though an address must not have them; our parser of HTTP answers such a
//! request with a bare 400. So they are exchanged for bytes that an address may have, one for one,
//! in what looks like the first line of a request for one of our lists, and exchanged back when
//! the query is read. Whatever else a connection carries stays as it is, and nothing ever changes
//! its length: were the line a part of some body after all, the requests would still end where
//! they end.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What the first line of such a request begins with.
const BEGIN: &[u8] = b"GET /2010-04-01/";

/// A connection whose requests may have `<` and `>` in their query.
pub struct Lenient<S> {
    stream: S,
    line: Line,
}

/// Where in a line we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    /// So many bytes of `BEGIN` have been seen.
    Begin(usize),
    Path,
    Query,
    Other,
}

impl<S> Lenient<S> {
    /// Reads from and writes to this stream.
    pub fn new(stream: S) -> Lenient<S> {
        Lenient {
            stream,
            line: Line::Begin(0),
        }
    }
}

impl Line {
    fn exchange(&mut self, mut bytes: &mut [u8]) {
        while let Some((first, rest)) = bytes.split_first_mut() {
            *self = match (*self, *first) {
                (_, b'\n') => Line::Begin(0),
                (Line::Begin(seen), byte) if BEGIN.get(seen) == Some(&byte) => {
                    match seen + 1 == BEGIN.len() {
                        true => Line::Path,
                        false => Line::Begin(seen + 1),
                    }
                }
                (Line::Begin(_) | Line::Other, _) => Line::Other,
                (_, b' ') => Line::Other,
                (Line::Path, b'?') => Line::Query,
                (Line::Query, b'<') => {
                    *first = b'{';
                    Line::Query
                }
                (Line::Query, b'>') => {
                    *first = b'}';
                    Line::Query
                }
                (same, _) => same,
            };
            bytes = rest;
            if *self == Line::Other {
                let end = bytes.iter().position(|byte| *byte == b'\n');
                let end = end.unwrap_or(bytes.len());
                bytes = &mut bytes[end..];
            }
        }
    }
}

/// The query as the client wrote it. One that wrote braces bare, which it must not either, meant
/// nothing by them that we know.
pub fn restore(query: &str) -> String {
    query.replace('{', "<").replace('}', ">")
}

impl<S: AsyncRead + Unpin> AsyncRead for Lenient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.line.exchange(&mut buffer.filled_mut()[before..]);
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Lenient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchanged(text: &str, piece: usize) -> String {
        let mut bytes = text.as_bytes().to_vec();
        let mut line = Line::Begin(0);
        for piece in bytes.chunks_mut(piece) {
            line.exchange(piece);
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn only_the_query_of_a_first_line_changes() {
        let text = "GET /2010-04-01/A<?b>=<c HTTP/1.1\r\nX: <?>\r\n\r\n\
                    GET /2010-04-01/?> HTTP/1.1\r\n\r\n\
                    GET /2010-04-01?> HTTP/1.1\r\nPOST /2010-04-01/?> HTTP/1.1\r\n\r\na=?<>";
        let wanted = text.replace("?b>=<c", "?b}={c").replacen("/?> ", "/?} ", 1);
        for piece in [1, 2, 3, 7, text.len()] {
            assert_eq!(exchanged(text, piece), wanted, "{piece}");
        }
        assert_eq!(restore("a}=1&b{=2"), "a>=1&b<=2");
    }
}
