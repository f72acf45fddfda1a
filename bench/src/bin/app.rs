//! A customer's application for load tests: answers every webhook at once, with one document or
//! with nothing, and tells how many came.
//!
//! `bench-app ADDRESS DOCUMENT` serves the text of the file DOCUMENT at `/voice`, `204` elsewhere,
//! and at `/counts` the number of requests of each. Connections are kept; a thread for each.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A body longer than this ends the connection.
const BODY_BYTES_MAX: usize = 64 * 1024;

#[derive(Default)]
struct Counts {
    documents: AtomicU64,
    callbacks: AtomicU64,
}

struct App {
    document: String,
    counts: Counts,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [address, path] = words.as_slice() else {
        eprintln!("usage: bench-app ADDRESS DOCUMENT");
        return ExitCode::FAILURE;
    };
    let document = match std::fs::read_to_string(path) {
        Ok(document) => document,
        Err(error) => {
            eprintln!("bench-app: {path}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let listener = match TcpListener::bind(address) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("bench-app: {address}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let app = Arc::new(App {
        document,
        counts: Counts::default(),
    });
    for stream in listener.incoming().flatten() {
        let app = app.clone();
        std::thread::spawn(move || {
            // A connection that breaks is its caller's business.
            let _ = serve(&app, &stream);
        });
    }
    ExitCode::SUCCESS
}

fn serve(app: &App, stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream);
    let mut head = String::new();
    loop {
        head.clear();
        if lines.read_line(&mut head)? == 0 {
            return Ok(());
        }
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut length = 0;
        loop {
            head.clear();
            if lines.read_line(&mut head)? == 0 {
                return Ok(());
            }
            if head.trim().is_empty() {
                break;
            }
            if let Some((name, value)) = head.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        if length > BODY_BYTES_MAX {
            return Ok(());
        }
        let mut body = vec![0; length];
        lines.read_exact(&mut body)?;
        let answer = app.answer(&path);
        (&mut &*stream).write_all(answer.as_bytes())?;
    }
}

impl App {
    fn answer(&self, path: &str) -> String {
        if path.starts_with("/voice") {
            self.counts.documents.fetch_add(1, Ordering::Relaxed);
            let document = &self.document;
            return format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n{document}",
                document.len()
            );
        }
        if path.starts_with("/counts") {
            let text = format!(
                "{} {}\n",
                self.counts.documents.load(Ordering::Relaxed),
                self.counts.callbacks.load(Ordering::Relaxed)
            );
            return format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{text}",
                text.len()
            );
        }
        self.counts.callbacks.fetch_add(1, Ordering::Relaxed);
        "HTTP/1.1 204 No Content\r\n\r\n".to_owned()
    }
}
