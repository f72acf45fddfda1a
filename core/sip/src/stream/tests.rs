//! Streams cut at every place, keep-alives, and streams that must be closed.

use super::*;

fn options(body: &str) -> String {
    format!(
        "OPTIONS sip:b@example.org SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bKx\r\n\
         From: <sip:a@example.org>;tag=1\r\nTo: <sip:b@example.org>\r\nCall-ID: c\r\n\
         CSeq: 1 OPTIONS\r\nl:\r\n {}\r\n\r\n{body}",
        body.len()
    )
}

fn drain(framer: &mut Framer) -> Vec<Frame> {
    std::iter::from_fn(|| framer.poll().expect("a sound stream")).collect()
}

#[test]
fn any_cut_gives_the_same_messages() {
    let stream = format!(
        "\r\n{}\r\n\r\n{}{}",
        options("hello"),
        options(""),
        options("\r\n\r\n")
    );
    for size in 1..stream.len() {
        let mut framer = Framer::new();
        let mut frames = Vec::new();
        for chunk in stream.as_bytes().chunks(size) {
            framer.feed(chunk);
            frames.extend(drain(&mut framer));
        }
        let bodies: Vec<Option<&[u8]>> = frames
            .iter()
            .map(|frame| match frame {
                Frame::Message(message) => Some(message.body()),
                _ => None,
            })
            .collect();
        assert_eq!(
            bodies,
            [Some(&b"hello"[..]), None, Some(b""), Some(b"\r\n\r\n")],
            "{size}"
        );
        assert_eq!(frames[1], Frame::Ping);
    }
}

#[test]
fn a_single_line_end_is_a_pong_only_if_awaited() {
    let mut framer = Framer::new();
    framer.feed(b"\r\n");
    assert_eq!(framer.poll(), Ok(None));
    framer.feed(b"\r\n");
    assert_eq!(framer.poll(), Ok(Some(Frame::Ping)));
    framer.await_pong();
    framer.feed(b"\r\n");
    assert_eq!(framer.poll(), Ok(Some(Frame::Pong)));
    framer.feed(b"\r\n\r\n");
    assert_eq!(drain(&mut framer), [Frame::Ping]);
}

#[test]
fn a_bad_message_in_a_good_stream_does_not_end_it() {
    let bad = options("x").replace("CSeq: 1 OPTIONS", "CSeq: 1 INVITE");
    let mut framer = Framer::new();
    framer.feed(format!("{bad}{}", options("y")).as_bytes());
    let frames = drain(&mut framer);
    assert!(matches!(&frames[0], Frame::Refused(error) if error.fault == Fault::MethodMismatch));
    assert!(matches!(&frames[1], Frame::Message(message) if message.body() == b"y"));
}

#[test]
fn a_lost_stream_is_told_once_and_stays_lost() {
    let no_length = options("").replace("l:\r\n 0\r\n", "");
    let huge = options("").replace("l:\r\n 0\r\n", "l: 4294967296\r\n");
    let negative = options("").replace("l:\r\n 0\r\n", "l: -1\r\n");
    let endless = format!("OPTIONS {}", "x".repeat(limit::SIP_HEAD_BYTES_MAX));
    for (stream, fault) in [
        (no_length.as_str(), Fault::ContentLength),
        (&huge, Fault::TooLarge),
        (&negative, Fault::ContentLength),
        (&endless, Fault::HeadTooLarge),
        ("\u{16}\u{3}\u{1}", Fault::StartLine),
        (
            "GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
            Fault::StartLine,
        ),
    ] {
        let mut framer = Framer::new();
        framer.feed(stream.as_bytes());
        let error = framer.poll().expect_err(stream);
        assert_eq!(error.fault, fault);
        framer.feed(options("").as_bytes());
        assert_eq!(framer.poll(), Ok(None));
    }
    let mut framer = Framer::new();
    framer.feed(no_length.as_bytes());
    let response = framer
        .poll()
        .unwrap_err()
        .response()
        .expect("enough for an answer");
    assert_eq!(response.code, crate::message::Code::BAD_REQUEST);
    assert_eq!(response.headers.call_id(), Ok("c"));
}

#[test]
fn a_websocket_message_needs_no_length() {
    let bare = options("").replace("l:\r\n 0\r\n", "");
    assert!(matches!(whole(bare.as_bytes()), Frame::Message(_)));
    assert_eq!(whole(b"\r\n\r\n"), Frame::Ping);
    assert_eq!(whole(b"\r\n"), Frame::Pong);
    assert!(matches!(whole(b"noise"), Frame::Refused(_)));
}
