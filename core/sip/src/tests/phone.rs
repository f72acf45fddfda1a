//! Phones that register and call, registrations of ours at a carrier, watched trunks, names that
//! are looked up, and connections.

use super::pair::{Net, Pair, address};
use crate::{Flow, Next, Output, Phone, Registration, Transport, Watch};
use model::signal::{Credentials, Origin, SignalCommand, SignalEvent};
use model::{LegId, Span};

/// End 1 knows a phone called `alice` and trusts nobody by address.
fn house(seed: u64) -> Pair {
    let mut pair = Pair::new(seed, Net::PERFECT);
    let config = pair.ends[1].config_mut();
    config.trunks.clear();
    config.phones.insert(
        "alice".into(),
        Phone {
            password: "open sesame".into(),
        },
    );
    pair
}

fn credentials(password: &str) -> Option<Credentials> {
    Some(Credentials {
        username: "alice".into(),
        password: password.into(),
    })
}

fn registration(password: &str, expires_s: u32) -> Registration {
    Registration {
        name: "home".into(),
        registrar: format!("sip:{}", address(1)).parse().unwrap(),
        address: format!("sip:alice@{}", address(1)).parse().unwrap(),
        next: Next::Target,
        credentials: credentials(password),
        expires_s,
    }
}

fn register(pair: &mut Pair, registration: Registration) {
    let now = pair.now;
    pair.ends[0].register_at(now, registration);
    pair.drain();
    pair.run_ms(200);
}

fn told(pair: &Pair, output: &Output) -> usize {
    pair.outputs.iter().filter(|one| one.1 == *output).count()
}

#[test]
fn a_phone_registers_refreshes_and_leaves() {
    let mut pair = house(1);
    register(&mut pair, registration("open sesame", 600));
    assert_eq!(pair.lines(0), ["REGISTER", "REGISTER"]);
    assert_eq!(
        pair.lines(1),
        ["401 Unauthorized REGISTER", "200 OK REGISTER"]
    );
    let known = pair.ends[1].bindings("alice");
    assert_eq!(known.len(), 1);
    assert_eq!(
        known[0].contact.to_string(),
        format!("sip:alice@{}", address(0))
    );
    assert_eq!(known[0].flow.remote, address(0));
    let at = Output::RegisteredAt {
        name: "home".into(),
        expires_s: 600,
    };
    assert_eq!(told(&pair, &at), 1);
    assert_eq!(
        told(
            &pair,
            &Output::Registered {
                user: "alice".into()
            }
        ),
        1
    );
    pair.run_ms(1_800_000);
    assert_eq!(told(&pair, &at), 4, "refreshed every eight minutes");
    assert_eq!(pair.ends[1].bindings("alice").len(), 1);
    let now = pair.now;
    pair.ends[0].unregister(now, "home");
    pair.drain();
    pair.run_ms(200);
    assert!(pair.ends[1].bindings("alice").is_empty());
    assert_eq!(
        told(
            &pair,
            &Output::Unregistered {
                user: "alice".into()
            }
        ),
        1
    );
    pair.settle();
}

#[test]
fn a_binding_that_is_not_refreshed_runs_out() {
    let mut pair = house(2);
    register(&mut pair, registration("open sesame", 600));
    pair.cut = |_| true;
    pair.run_ms(601_000);
    assert!(pair.ends[1].bindings("alice").is_empty());
    assert_eq!(
        told(
            &pair,
            &Output::Unregistered {
                user: "alice".into()
            }
        ),
        1
    );
    let refused = pair
        .outputs
        .iter()
        .any(|one| matches!(&one.1, Output::RefusedAt { code: 408, .. }));
    assert!(refused, "the carrier is silent");
    let before = pair.lines(0).len();
    pair.cut = |_| false;
    pair.run_ms(120_000);
    assert!(pair.lines(0).len() > before);
    assert_eq!(
        pair.ends[1].bindings("alice").len(),
        1,
        "tried again and back"
    );
}

#[test]
fn a_wrong_password_is_tried_once_and_then_seldom() {
    let mut pair = house(3);
    register(&mut pair, registration("guess", 600));
    assert_eq!(
        pair.lines(1),
        ["401 Unauthorized REGISTER", "403 Forbidden REGISTER"]
    );
    assert!(pair.ends[1].bindings("alice").is_empty());
    pair.run_ms(10_000);
    assert_eq!(pair.lines(0).len(), 2);
    pair.run_ms(3_600_000);
    let tries = pair.lines(0).len() / 2;
    assert!((4..=12).contains(&tries), "{tries} tries in an hour");
}

#[test]
fn too_short_a_registration_is_made_longer() {
    let mut pair = house(4);
    pair.ends[1].config_mut().expires_min_s = 900;
    register(&mut pair, registration("open sesame", 60));
    assert!(
        pair.lines(1)
            .contains(&"423 Interval Too Brief REGISTER".into())
    );
    let at = Output::RegisteredAt {
        name: "home".into(),
        expires_s: 900,
    };
    assert_eq!(told(&pair, &at), 1);
}

#[test]
fn a_registered_phone_is_called_where_it_came_from() {
    let mut pair = house(5);
    let mut placement = pair.placement(0);
    placement.next = Next::Phone("alice".into());
    pair.call_with(1, placement.clone());
    let absent = pair.heard(1).pop().unwrap();
    assert!(matches!(absent, SignalEvent::Failed { code: 480, .. }));
    register(&mut pair, registration("open sesame", 600));
    let leg = pair.call_with(1, placement);
    pair.run_ms(50);
    let called = pair.offered(0);
    pair.answer(0, called);
    pair.run_ms(50);
    assert!(matches!(
        pair.heard(1).last(),
        Some(SignalEvent::Answered { .. })
    ));
    let line = &pair
        .sent
        .iter()
        .find(|sent| sent.2.starts_with("INVITE"))
        .unwrap()
        .2;
    assert_eq!(*line, format!("INVITE sip:alice@{}", address(0)));
    pair.command(1, leg, SignalCommand::Release);
}

#[test]
fn a_phone_calls_with_its_password() {
    let mut pair = house(6);
    let mut placement = pair.placement(1);
    placement.from.uri = format!("sip:alice@{}", address(1)).parse().unwrap();
    placement.credentials = credentials("open sesame");
    let out = pair.call_with(0, placement.clone());
    pair.run_ms(100);
    let SignalEvent::Offered(offered) = pair.heard(1).remove(0) else {
        panic!("an offer comes first");
    };
    assert_eq!(offered.origin, Origin::Phone("alice".into()));
    let leg = pair.offered(1);
    pair.answer(1, leg);
    pair.run_ms(100);
    pair.command(0, out, SignalCommand::Release);
    pair.settle();
    assert!(pair.lines(1)[0].starts_with("407"), "{:?}", pair.lines(1));
    placement.credentials = credentials("guess");
    pair.call_with(0, placement.clone());
    pair.run_ms(100);
    assert!(matches!(
        pair.heard(0).last(),
        Some(SignalEvent::Failed { code: 403, .. })
    ));
    placement.credentials = None;
    pair.call_with(0, placement);
    pair.run_ms(100);
    assert!(matches!(
        pair.heard(0).last(),
        Some(SignalEvent::Failed { code: 407, .. })
    ));
    pair.settle();
}

#[test]
fn a_trunk_goes_down_and_comes_up() {
    let mut pair = Pair::new(7, Net::PERFECT);
    let now = pair.now;
    let watch = Watch {
        name: "carrier".into(),
        target: format!("sip:{}", address(1)).parse().unwrap(),
        next: Next::Target,
        interval_s: 30,
    };
    pair.ends[0].watch(now, watch);
    pair.drain();
    pair.run_ms(100_000);
    let up = Output::TrunkUp {
        name: "carrier".into(),
    };
    assert_eq!(told(&pair, &up), 1, "told once, asked often");
    assert_eq!(pair.lines(0).len(), 4);
    pair.cut = |_| true;
    pair.run_ms(100_000);
    let down = |one: &(usize, Output)| matches!(&one.1, Output::TrunkDown { .. });
    assert_eq!(pair.outputs.iter().filter(|one| down(one)).count(), 1);
    pair.cut = |_| false;
    pair.run_ms(100_000);
    assert_eq!(told(&pair, &up), 2);
    pair.ends[0].unwatch("carrier");
    pair.settle();
}

#[test]
fn a_name_is_looked_up_and_its_addresses_tried_in_turn() {
    let mut pair = Pair::new(8, Net::PERFECT);
    let mut placement = pair.placement(1);
    placement.target = "sip:+12025550101@carrier.example".parse().unwrap();
    placement.next = Next::Target;
    let leg = pair.call_with(0, placement.clone());
    let (
        _,
        Output::Resolve {
            query,
            host,
            service,
            port,
        },
    ) = pair.outputs.remove(0)
    else {
        panic!("a question comes first");
    };
    assert_eq!((host.as_str(), port), ("carrier.example", 5060));
    assert_eq!(service.as_deref(), Some("_sip._udp.carrier.example"));
    let nobody = "203.0.113.9:5060".parse().unwrap();
    let now = pair.now;
    pair.ends[0].resolved(now, query, vec![nobody, address(1)]);
    pair.drain();
    pair.run_ms(33_000);
    let called = pair.offered(1);
    pair.answer(1, called);
    pair.run_ms(100);
    assert!(matches!(
        pair.heard(0).last(),
        Some(SignalEvent::Answered { .. })
    ));
    pair.command(0, leg, SignalCommand::Release);
    let second = pair.call_with(0, placement);
    let (_, Output::Resolve { query, .. }) = pair.outputs.remove(0) else {
        panic!("a question comes first");
    };
    let now = pair.now;
    pair.ends[0].resolved(now, query, Vec::new());
    pair.drain();
    let (_, _, id, event) = pair.events.last().unwrap();
    assert_eq!(*id, second);
    assert!(matches!(event, SignalEvent::Failed { code: 503, .. }));
    pair.settle();
}

#[test]
fn a_call_by_tcp_opens_a_connection_and_repeats_nothing() {
    let mut pair = Pair::new(9, Net::PERFECT);
    let mut placement = pair.placement(1);
    placement.target = format!("sip:+12025550101@{};transport=tcp", address(1))
        .parse()
        .unwrap();
    placement.next = Next::Target;
    let [left, right] = &mut pair.ends;
    let now = pair.now;
    left.place(now, LegId(1), placement);
    let Some(Output::Connect {
        connection,
        transport,
        remote,
        ..
    }) = left.poll()
    else {
        panic!("a connection comes first");
    };
    assert_eq!((transport, remote), (Transport::Tcp, address(1)));
    assert_eq!(left.poll(), None, "the INVITE waits");
    let near = Flow {
        transport,
        local: address(0),
        remote,
        connection,
    };
    let far = Flow {
        connection: 1,
        ..near.reversed()
    };
    left.stream_opened(now, near);
    right.stream_opened(now, far);
    let mut events = Vec::new();
    let mut sent = 0;
    for _ in 0..20 {
        while let Some(output) = left.poll() {
            match output {
                Output::Send { flow, bytes } => {
                    sent += 1;
                    assert_eq!(flow.connection, connection);
                    // Cut anywhere: a stream has no message ends.
                    let (one, two) = bytes.split_at(bytes.len() / 2);
                    right.handle_stream(now, far, one);
                    right.handle_stream(now, far, two);
                }
                Output::Leg { leg, event } => {
                    if matches!(event, SignalEvent::Answered { .. }) {
                        left.command(now, leg, SignalCommand::Release);
                    }
                    events.push(event);
                }
                other => panic!("{other:?}"),
            }
        }
        while let Some(output) = right.poll() {
            match output {
                Output::Send { flow, bytes } => {
                    assert_eq!(flow.connection, 1);
                    left.handle_stream(now, near, &bytes);
                }
                Output::Leg { leg, event } => {
                    if matches!(event, SignalEvent::Offered(_)) {
                        let sdp = "v=0".into();
                        right.command(now, leg, SignalCommand::Answer { sdp });
                    }
                }
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(sent, 3, "INVITE, ACK, BYE");
    assert_eq!(events.len(), 1);
    for end in [left, right] {
        let later = now + Span::from_secs(65);
        end.handle_timeout(later);
        assert_eq!((end.legs(), end.transactions()), (0, 0));
    }
}

#[test]
fn a_connection_that_cannot_be_opened_fails_the_call() {
    let mut pair = Pair::new(10, Net::PERFECT);
    let mut placement = pair.placement(1);
    placement.target = format!("sips:+12025550101@{}", address(1)).parse().unwrap();
    placement.next = Next::Target;
    pair.call_with(0, placement);
    let (
        _,
        Output::Connect {
            connection,
            transport,
            ..
        },
    ) = pair.outputs.remove(0)
    else {
        panic!("a connection comes first");
    };
    assert_eq!(transport, Transport::Tls);
    let now = pair.now;
    pair.ends[0].stream_closed(now, connection);
    pair.drain();
    assert!(matches!(
        pair.heard(0)[0],
        SignalEvent::Failed { code: 503, .. }
    ));
    pair.settle();
}

#[test]
fn a_large_invite_goes_by_tcp_where_that_is_wanted() {
    let mut pair = Pair::new(11, Net::PERFECT);
    let mut placement = pair.placement(1);
    placement.sdp = "v=0 ".repeat(300);
    pair.call_with(0, placement.clone());
    assert_eq!(pair.lines(0), ["INVITE"], "by default it stays a datagram");
    pair.ends[0].config_mut().large_by_tcp = true;
    pair.call_with(0, placement);
    let connect = pair.outputs.last().unwrap();
    assert!(matches!(
        connect.1,
        Output::Connect {
            transport: Transport::Tcp,
            ..
        }
    ));
    assert_eq!(pair.lines(0).len(), 1);
}

#[test]
fn a_phone_without_rport_is_called_where_it_really_is() {
    let mut pair = house(12);
    let flow = Flow::datagrams(
        Transport::Udp,
        address(1),
        "203.0.113.7:40123".parse().unwrap(),
    );
    let register = |more: &str| {
        format!(
            "REGISTER sip:192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK{}\r\n\
             From: <sip:alice@192.0.2.2>;tag=1\r\nTo: <sip:alice@192.0.2.2>\r\nCall-ID: r\r\n\
             CSeq: {} REGISTER\r\nContact: <sip:alice@10.0.0.5>\r\n{more}Content-Length: 0\r\n\r\n",
            more.len(),
            more.len() + 1
        )
    };
    let (now, house) = (pair.now, &mut pair.ends[1]);
    house.handle_datagram(now, flow, register("").as_bytes());
    let Some(Output::Send { flow: back, bytes }) = house.poll() else {
        panic!("a challenge comes first");
    };
    assert_eq!(
        back.remote,
        "203.0.113.7:5060".parse().unwrap(),
        "the port of its Via"
    );
    let challenge = crate::message::Message::parse(&bytes).unwrap();
    let asked = challenge
        .headers()
        .authentications(crate::message::HeaderName::WwwAuthenticate);
    let challenge = crate::digest::Challenge::strongest(&asked).unwrap();
    let subject = crate::digest::Subject {
        method: &crate::message::Method::Register,
        uri: "sip:192.0.2.2",
        body: b"",
    };
    let secret = crate::digest::Secret::Password("open sesame");
    let answer = challenge.answer("alice", secret, subject, "c", 1);
    let again = register(&format!("Authorization: {answer}\r\n"));
    house.handle_datagram(now, flow, again.as_bytes());
    assert_eq!(house.bindings("alice")[0].flow, flow);
    // The same answer once more is a replay.
    let replay = again
        .replace("z9hG4bK", "z9hG4bKr")
        .replace("CSeq: ", "CSeq: 9");
    while house.poll().is_some() {}
    house.handle_datagram(now, flow, replay.as_bytes());
    let Some(Output::Send { bytes, .. }) = house.poll() else {
        panic!("an answer");
    };
    assert!(crate::Trace::line(&bytes).starts_with("401"));
}
