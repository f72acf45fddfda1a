//! Times reading and writing one INVITE with an offer, as a carrier sends it: µs per message.
//! Run with `cargo run --release -p sip --example message_bench`.
#![allow(clippy::disallowed_types, clippy::disallowed_methods)]

use std::hint::black_box;
use std::time::Instant;

use sip::message::{Code, Message, Response, parse};

const INVITE: &str = "INVITE sip:+12025550101@192.0.2.10:5060;user=phone SIP/2.0\r\n\
Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK-524287-1---a3f2c1d09e8b7a65;rport\r\n\
Via: SIP/2.0/UDP 10.1.2.3:5080;branch=z9hG4bKnashds8;received=203.0.113.9;rport=5080\r\n\
Record-Route: <sip:198.51.100.7;lr;ftag=8a7b6c5d>\r\n\
Max-Forwards: 69\r\n\
From: \"Alice Example\" <sip:+12025550190@carrier.example.net;user=phone>;tag=8a7b6c5d4e3f\r\n\
To: <sip:+12025550101@192.0.2.10;user=phone>\r\n\
Call-ID: 7f3b9c2e-5d41-4a8e-9b60-1c2d3e4f5a6b@198.51.100.7\r\n\
CSeq: 102 INVITE\r\n\
Contact: <sip:+12025550190@10.1.2.3:5080;transport=udp>\r\n\
Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, PRACK, UPDATE, INFO\r\n\
Supported: replaces, timer, 100rel\r\n\
Session-Expires: 1800;refresher=uac\r\n\
Min-SE: 90\r\n\
P-Asserted-Identity: <sip:+12025550190@carrier.example.net>\r\n\
User-Agent: Carrier SBC 9.4\r\n\
X-Account: AC0123456789\r\n\
Content-Type: application/sdp\r\n\
Content-Length: 243\r\n\r\n\
v=0\r\no=- 3829572 3829572 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\n\
m=audio 30000 RTP/AVP 0 8 9 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
a=rtpmap:9 G722/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\n";

const ROUNDS: u32 = 200_000;

/// The best of five runs: the machine has other work.
fn time(what: &str, mut work: impl FnMut()) {
    let best = (0..5)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..ROUNDS / 5 {
                work();
            }
            start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS / 5)
        })
        .fold(f64::INFINITY, f64::min);
    println!("{what:<34} {best:7.3} µs");
}

fn main() {
    let text = INVITE.replace(
        "243",
        &INVITE
            .split("\r\n\r\n")
            .nth(1)
            .map_or(0, str::len)
            .to_string(),
    );
    let bytes = text.as_bytes();
    let message = parse(bytes).expect("a sound INVITE");
    let Message::Request(invite) = &message else {
        unreachable!("it is a request")
    };
    println!("{} bytes, {} headers", bytes.len(), invite.headers.len());

    time("parse INVITE", || drop(black_box(parse(black_box(bytes)))));
    let mut out = Vec::with_capacity(4096);
    time("write INVITE", || {
        out.clear();
        black_box(&message).write(&mut out);
    });
    time("clone INVITE", || drop(black_box(message.clone())));
    let headers = &invite.headers;
    time("via, from, to, cseq, contact", || {
        let _ = black_box((
            headers.via_top(),
            headers.from_(),
            headers.to(),
            headers.cseq(),
            headers.contact(),
        ));
    });
    time("make and write 180", || {
        let mut response = Response::to(invite, Code::RINGING);
        response.set_to_tag("abcdef");
        out.clear();
        response.write(&mut out);
    });
    let ringing = {
        let mut response = Response::to(invite, Code::RINGING);
        response.set_to_tag("abcdef");
        response.to_bytes()
    };
    time("parse 180", || drop(black_box(parse(black_box(&ringing)))));
}
