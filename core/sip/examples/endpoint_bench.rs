//! Calls per second of two endpoints in memory: INVITE, 100, 180, 200, ACK, BYE, 200, each
//! parsed and written; and the bytes one lingering transaction holds. Run it with `--release`.

// An example is no part of the core: it may look at the clock and at its own memory.
#![allow(clippy::disallowed_types, clippy::disallowed_methods)]

use std::net::SocketAddr;
use std::time::Instant;

use model::signal::{SignalCommand, SignalEvent};
use model::{Chance, LegId, Span, Time};
use sip::message::header::NameAddr;
use sip::{Config, Endpoint, Flow, Hop, Listener, Next, Output, Placement, Transport, TrunkSource};

fn address(end: usize) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, end as u8 + 1], 5060))
}

fn endpoint(end: usize) -> Endpoint {
    let source = (address(1 - end).ip(), None);
    let config = Config {
        listeners: vec![Listener::at(Transport::Udp, address(end))],
        trunks: vec![TrunkSource {
            name: "peer".into(),
            sources: vec![source],
        }],
        legs_max: usize::MAX,
        ..Config::default()
    };
    Endpoint::new(config, Chance::new(end as u64))
}

const SDP: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
    m=audio 10000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
    a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n";

fn placement() -> Placement {
    let uri = |text: &str| text.parse().expect("a literal URI");
    Placement {
        target: uri("sip:+12025550101@192.0.2.2"),
        next: Next::At(Hop {
            transport: Transport::Udp,
            address: address(1),
        }),
        from: NameAddr::new(uri("sip:+12025550199@192.0.2.1")),
        to: NameAddr::new(uri("sip:+12025550101@192.0.2.2")),
        headers: vec![(
            "X-Twilio-CallSid".into(),
            "CA0123456789abcdef0123456789abcdef".into(),
        )],
        sdp: SDP.into(),
        credentials: None,
        max_forwards: 70,
        ring_secs_max: 60,
        unheard_secs: None,
    }
}

/// Carries everything there is to carry; gives the legs that are to be answered or hung up.
fn drain(ends: &mut [Endpoint; 2], now: Time, messages: &mut u64) -> bool {
    let mut moved = false;
    for end in 0..2 {
        while let Some(output) = ends[end].poll() {
            moved = true;
            match output {
                Output::Send { flow, bytes } => {
                    *messages += 1;
                    let back: Flow = flow.reversed();
                    ends[1 - end].handle_datagram(now, back, &bytes);
                }
                Output::Leg { leg, event } => react(&mut ends[end], now, leg, &event),
                _ => {}
            }
        }
    }
    moved
}

fn react(end: &mut Endpoint, now: Time, leg: LegId, event: &SignalEvent) {
    match event {
        SignalEvent::Offered(_) => {
            end.command(now, leg, SignalCommand::Ring { sdp: None });
            end.command(now, leg, SignalCommand::Answer { sdp: SDP.into() });
        }
        SignalEvent::Answered { .. } => end.command(now, leg, SignalCommand::Release),
        _ => {}
    }
}

fn main() {
    let calls: u64 = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(200_000);
    let mut ends = [endpoint(0), endpoint(1)];
    let mut messages = 0;
    let mut now = Time::from_secs(1_000);
    // As many calls a second as are done in one: so many transactions linger.
    let step = Span(1_000_000 / 6_000);
    let before = resident();
    let started = Instant::now();
    let (mut lingering, mut bytes) = (0, 0);
    for call in 1..=calls {
        now += step;
        for end in &mut ends {
            if end.next_timeout().is_some_and(|at| at <= now) {
                end.handle_timeout(now);
            }
        }
        ends[0].place(now, LegId(call), placement());
        while drain(&mut ends, now, &mut messages) {}
        let count = ends[0].transactions() + ends[1].transactions();
        if count > lingering && call % 10_000 == 0 {
            lingering = count;
            bytes = resident().saturating_sub(before);
        }
    }
    let elapsed = started.elapsed();
    let rate = calls as f64 / elapsed.as_secs_f64();
    println!(
        "{calls} calls, {messages} messages in {:.2} s",
        elapsed.as_secs_f64()
    );
    println!("{rate:.0} calls/s on one core, both sides");
    println!(
        "{:.1} µs per message, parsed and written",
        1e6 / rate * calls as f64 / messages as f64
    );
    println!(
        "{lingering} transactions lingering at most, {} bytes each",
        bytes / lingering.max(1)
    );
    assert_eq!(ends[0].legs() + ends[1].legs(), 0, "every call has ended");
}

/// Bytes of memory this process holds (Linux), 0 where that cannot be told.
fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * 4_096
}
