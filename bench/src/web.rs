//! A web server for load: keeps connections, one thread for each, the standard library only.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Instant;

/// A body longer than this ends the connection.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// What was asked.
#[derive(Debug)]
pub struct Request {
    /// The path with its query.
    pub path: String,
    /// The form, as it came.
    pub body: String,
    /// When its first byte was there.
    pub at: Instant,
}

/// What is answered.
#[derive(Debug)]
pub enum Reply {
    /// 204.
    Nothing,
    /// 200 with a content type and bytes.
    Content(&'static str, Vec<u8>),
}

/// Serves for ever. `answer` is told of every request; `after` when its answer has been written.
pub fn serve(
    listener: TcpListener,
    answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    after: impl Fn(&Request) + Send + Sync + 'static,
) {
    let app = Arc::new((answer, after));
    for stream in listener.incoming().flatten() {
        let app = app.clone();
        std::thread::spawn(move || {
            // A connection that breaks is its caller's business.
            let _ = converse(&stream, &app.0, &app.1);
        });
    }
}

fn converse(
    stream: &TcpStream,
    answer: &impl Fn(&Request) -> Reply,
    after: &impl Fn(&Request),
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream);
    while let Some(request) = read(&mut lines)? {
        let mut bytes = Vec::with_capacity(512);
        match answer(&request) {
            Reply::Nothing => bytes.extend_from_slice(b"HTTP/1.1 204 No Content\r\n\r\n"),
            Reply::Content(kind, body) => {
                write!(
                    bytes,
                    "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
                     Cache-Control: max-age=600\r\n\r\n",
                    body.len()
                )?;
                bytes.extend_from_slice(&body);
            }
        }
        (&mut &*stream).write_all(&bytes)?;
        after(&request);
    }
    Ok(())
}

fn read(lines: &mut BufReader<&TcpStream>) -> std::io::Result<Option<Request>> {
    if lines.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let at = Instant::now();
    let mut line = String::new();
    if lines.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut length = 0;
    loop {
        line.clear();
        if lines.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    if length > BODY_BYTES_MAX {
        return Ok(None);
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body)?;
    let body = String::from_utf8_lossy(&body).into_owned();
    Ok(Some(Request { path, body, at }))
}
