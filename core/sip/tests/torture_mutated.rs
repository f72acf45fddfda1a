//! Forty thousand torture messages with bytes flipped, put in, taken out and swapped around:
//! nothing panics, and whatever is still a message can be written and read again to the same.

#[path = "torture/corpus.rs"]
mod corpus;

use corpus::CORPUS;
use model::Chance;
use sip::message::{HeaderName, Message, parse};
use sip::stream::Framer;

/// Bytes that carry meaning in SIP are put in more often than others.
const TELLING: &[u8] = b"\r\n \t:;,=<>\"\\@%?&[]/\0\x80\xc3\xff\x0c0129aZ*";

fn mutate(chance: &mut Chance, bytes: &mut Vec<u8>) {
    for _ in 0..chance.below(4) {
        let at = chance.below(bytes.len() as u64 + 1) as usize;
        let byte = match chance.percent(70) {
            true => *chance.pick(TELLING).expect("there are some"),
            false => chance.next_u64() as u8,
        };
        match chance.below(5) {
            0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            1 if at < bytes.len() => bytes[at] = byte,
            2 if at < bytes.len() => drop(bytes.remove(at)),
            3 => {
                let end = bytes.len().min(at + chance.below(40) as usize);
                let piece = bytes[at..end].to_vec();
                let to = chance.below(bytes.len() as u64 + 1) as usize;
                bytes.splice(to..to, piece);
            }
            _ => bytes.insert(at, byte),
        }
    }
}

/// Asks for everything that is read on demand: none of it may panic.
fn read_all(message: &Message) -> usize {
    let headers = message.headers();
    let read = [
        headers.vias().is_ok(),
        headers.from_().is_ok(),
        headers.to().is_ok(),
        headers.contacts().is_ok(),
        headers.routes().is_ok(),
        headers.record_routes().is_ok(),
        headers.session_expires().is_ok(),
        headers.refer_to().map(|refer| refer.replaces()).is_ok(),
        headers.rack().is_ok(),
        headers.event().is_ok(),
        headers.retry_after().is_some(),
        headers.expires_s().is_some(),
        headers.max_forwards().is_some(),
        headers.content_type().is_ok_and(|kind| {
            kind.is_some_and(|kind| !sip::message::body::parts(&kind, message.body()).is_empty())
        }),
        !headers
            .authentications(HeaderName::Authorization)
            .is_empty(),
    ];
    read.into_iter().filter(|read| *read).count()
}

#[test]
fn mutated_messages_never_panic_and_what_parses_survives_writing() {
    let mut chance = Chance::new(4475);
    let (mut parsed, mut refused, mut read) = (0, 0, 0);
    for round in 0..40_000 {
        let (name, original) = CORPUS[round % CORPUS.len()];
        let mut bytes = original.to_vec();
        mutate(&mut chance, &mut bytes);
        match parse(&bytes) {
            Ok(message) => {
                parsed += 1;
                read += read_all(&message);
                let again = parse(&message.to_bytes());
                assert_eq!(again.as_ref(), Ok(&message), "{name} in round {round}");
                let headers = message.headers();
                let to = headers.to().expect("checked by the parser");
                assert_eq!(
                    to.to_string().parse().as_ref(),
                    Ok(&to),
                    "{name} in round {round}"
                );
                let via = headers.via_top().expect("checked by the parser");
                assert_eq!(
                    via.to_string().parse().as_ref(),
                    Ok(&via),
                    "{name} in round {round}"
                );
            }
            Err(error) => {
                refused += 1;
                if let Some(answer) = error.response() {
                    assert!(!answer.to_bytes().is_empty());
                }
            }
        }
        let mut framer = Framer::new();
        for chunk in bytes.chunks(97) {
            framer.feed(chunk);
            while let Ok(Some(_)) = framer.poll() {}
        }
    }
    assert!(
        parsed > 4_000 && refused > 4_000,
        "{parsed} parsed, {refused} refused"
    );
    assert!(read > parsed * 4, "{read} headers read");
}
