//! Replays the committed corpus of every fuzz target, then twenty thousand seeded mutations of it.

use model::Chance;
use std::path::{Path, PathBuf};

/// Mutations for each target.
const MUTATIONS: usize = 20_000;
/// Bytes that mean something to one of the parsers.
const TELLING: &[u8] = b"\r\n \t:;,=<>\"'\\@%?&[]/!-\0\x01\x7f\x80\xc3\xff0129aZ*";

fn unread(path: &Path, error: std::io::Error) -> ! {
    panic!("{}: {error}", path.display())
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../corpus")
        .join(target);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| unread(&folder, error));
    let mut paths: Vec<_> = entries
        .map(|entry| entry.map_or_else(|error| unread(&folder, error), |entry| entry.path()))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{target} has no corpus");
    let read = |path: &PathBuf| std::fs::read(path).unwrap_or_else(|error| unread(path, error));
    paths.iter().map(read).collect()
}

/// One change: a bit, a byte, a piece gone, a piece twice, or a piece of another file put in.
fn mutate(chance: &mut Chance, bytes: &mut Vec<u8>, other: &[u8]) {
    let at = chance.below(bytes.len() as u64 + 1) as usize;
    let length = chance.below(48) as usize;
    let end = bytes.len().min(at + length);
    match chance.below(7) {
        0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
        1 if at < bytes.len() => bytes[at] = chance.next_u64() as u8,
        2 if at < bytes.len() => bytes[at] = *chance.pick(TELLING).expect("there are some"),
        3 => drop(bytes.drain(at..end)),
        4 => {
            let piece = bytes[at..end].to_vec();
            let to = chance.below(bytes.len() as u64 + 1) as usize;
            bytes.splice(to..to, piece);
        }
        5 if !other.is_empty() => {
            let from = chance.below(other.len() as u64) as usize;
            let to = other.len().min(from + length);
            bytes.splice(at..end, other[from..to].iter().copied());
        }
        _ => bytes.insert(at, *chance.pick(TELLING).expect("there are some")),
    }
}

fn replay(target: &str, run: fn(&[u8])) {
    let corpus = corpus(target);
    for bytes in &corpus {
        run(bytes);
        // Cut off anywhere, and with the rest missing, it must be refused or read, never panic.
        for end in (0..bytes.len()).step_by(1 + bytes.len() / 200) {
            run(&bytes[..end]);
        }
    }
    let mut chance = Chance::new(0x5eed_0000 + target.len() as u64);
    for _ in 0..MUTATIONS {
        let mut bytes = chance.pick(&corpus).expect("not empty").clone();
        let other = chance.pick(&corpus).expect("not empty").clone();
        for _ in 0..=chance.below(6) {
            mutate(&mut chance, &mut bytes, &other);
        }
        let shown = bytes.clone();
        let caught = std::panic::catch_unwind(move || run(&bytes));
        assert!(
            caught.is_ok(),
            "{target} failed on {:?}",
            String::from_utf8_lossy(&shown)
        );
    }
}

#[test]
fn sip_message() {
    replay("sip_message", replay::sip_message);
}

#[test]
fn sip_stream() {
    replay("sip_stream", replay::sip_stream);
}

#[test]
fn sdp() {
    replay("sdp", replay::sdp);
}

#[test]
fn rtp() {
    replay("rtp", replay::rtp);
}

#[test]
fn rtcp() {
    replay("rtcp", replay::rtcp);
}

#[test]
fn twiml() {
    replay("twiml", replay::twiml);
}

#[test]
fn form() {
    replay("form", replay::form);
}

#[test]
fn date() {
    replay("date", replay::date);
}

#[test]
fn page_token() {
    replay("page_token", replay::page_token);
}

#[test]
fn path() {
    replay("path", replay::path);
}

#[test]
fn sound_file() {
    replay("sound_file", replay::sound_file);
}

#[test]
fn amd() {
    replay("amd", replay::amd);
}
