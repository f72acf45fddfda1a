//! A customer's application for load tests: answers every webhook at once, with one document or
//! with nothing, and tells how many came.
//!
//! `bench-app ADDRESS DOCUMENT SOUND` serves the file DOCUMENT at `/voice`, SOUND at `/prompt.wav`,
//! at `/counts` the number of documents and callbacks, and `204` elsewhere.

use bench::web::{self, Reply};
use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [address, document, sound] = words.as_slice() else {
        eprintln!("usage: bench-app ADDRESS DOCUMENT SOUND");
        return ExitCode::FAILURE;
    };
    let read = |path| std::fs::read(path).map_err(|error| format!("{path}: {error}"));
    let bound = TcpListener::bind(address).map_err(|error| format!("{address}: {error}"));
    let (document, sound, listener) = match (read(document), read(sound), bound) {
        (Ok(document), Ok(sound), Ok(listener)) => (document, sound, listener),
        (Err(fault), _, _) | (_, Err(fault), _) | (_, _, Err(fault)) => {
            eprintln!("bench-app: {fault}");
            return ExitCode::FAILURE;
        }
    };
    let documents = AtomicU64::new(0);
    let callbacks = AtomicU64::new(0);
    let answer = move |request: &web::Request| {
        if request.path.starts_with("/voice") {
            documents.fetch_add(1, Ordering::Relaxed);
            return Reply::Content("text/xml", document.clone());
        }
        if request.path == "/prompt.wav" {
            return Reply::Content("audio/wav", sound.clone());
        }
        if request.path == "/counts" {
            let counts = (
                documents.load(Ordering::Relaxed),
                callbacks.load(Ordering::Relaxed),
            );
            return Reply::Content("text/plain", format!("{} {}\n", counts.0, counts.1).into());
        }
        callbacks.fetch_add(1, Ordering::Relaxed);
        Reply::Nothing
    };
    web::serve(listener, answer, |_| ());
    ExitCode::SUCCESS
}
