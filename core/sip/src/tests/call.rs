//! Calls between two endpoints, one story each.

use super::pair::{Net, Pair};
use crate::message::{HeaderName, Message, Method};
use model::signal::{Origin, SignalCommand, SignalEvent};
use model::{LegId, Span};

fn offer(sdp: &str) -> SignalCommand {
    SignalCommand::Offer { sdp: sdp.into() }
}

fn reply(sdp: Option<&str>) -> SignalCommand {
    let sdp = sdp.map(str::to_owned);
    SignalCommand::Reply { sdp }
}

/// A call that is answered: the caller's leg and the called one's.
fn answered(pair: &mut Pair) -> (LegId, LegId) {
    let out = pair.call(0);
    pair.run_ms(50);
    let leg = pair.offered(1);
    pair.answer(1, leg);
    pair.run_ms(100);
    assert!(matches!(pair.heard(0)[0], SignalEvent::Answered { .. }));
    assert_eq!(pair.heard(1)[1], SignalEvent::Acknowledged { sdp: None });
    pair.events.clear();
    (out, leg)
}

fn failed(event: &SignalEvent) -> Option<u16> {
    match event {
        SignalEvent::Failed { code, .. } => Some(*code),
        _ => None,
    }
}

#[test]
fn a_call_is_answered_and_hung_up() {
    let mut pair = Pair::new(1, Net::PERFECT);
    let out = pair.call(0);
    pair.run_ms(50);
    let leg = pair.offered(1);
    let SignalEvent::Offered(offered) = pair.heard(1).remove(0) else {
        panic!("an offer comes first");
    };
    assert_eq!(offered.to.to_string(), "+12025550101");
    assert_eq!(offered.from.to_string(), "+12025550199");
    assert_eq!(offered.origin, Origin::Trunk("peer".into()));
    assert_eq!(offered.sdp.as_deref(), Some("v=0 offer"));
    assert_eq!(offered.headers, [("X-Test".to_owned(), "one".to_owned())]);
    assert_eq!(offered.max_forwards, 70);
    pair.command(1, leg, SignalCommand::Ring { sdp: None });
    pair.run_ms(1_000);
    pair.answer(1, leg);
    pair.run_ms(100);
    let heard = pair.heard(0);
    assert_eq!(
        heard[0],
        SignalEvent::Progress {
            code: 180,
            sdp: None
        }
    );
    assert!(
        matches!(&heard[1], SignalEvent::Answered { sdp: Some(sdp), .. } if sdp == "v=0 answer")
    );
    assert_eq!(pair.heard(1)[1], SignalEvent::Acknowledged { sdp: None });
    pair.command(0, out, SignalCommand::Release);
    pair.run_ms(100);
    assert_eq!(pair.heard(1)[2], SignalEvent::Released { canceled: false });
    assert_eq!(pair.lines(0), ["INVITE", "ACK", "BYE"]);
    assert_eq!(
        pair.lines(1),
        [
            "100 Trying INVITE",
            "180 Ringing INVITE",
            "200 OK INVITE",
            "200 OK BYE"
        ]
    );
    pair.settle();
}

#[test]
fn a_busy_far_end_fails_the_call_with_its_headers() {
    let mut pair = Pair::new(2, Net::PERFECT);
    pair.call(0);
    pair.run_ms(50);
    let leg = pair.offered(1);
    let headers = vec![("X-Why".to_owned(), "lunch".to_owned())];
    pair.command(
        1,
        leg,
        SignalCommand::Refuse {
            code: 486,
            headers: headers.clone(),
        },
    );
    pair.run_ms(50);
    let heard = pair.heard(0);
    let SignalEvent::Failed {
        code,
        reason,
        headers: got,
        ..
    } = &heard[0]
    else {
        panic!("{heard:?}");
    };
    assert_eq!((*code, reason.as_str(), got), (486, "Busy Here", &headers));
    pair.settle();
}

#[test]
fn a_silent_far_end_fails_with_408_after_seven_invites() {
    let mut pair = Pair::new(3, Net::PERFECT);
    pair.cut = |_| true;
    let started = pair.now;
    pair.call(0);
    pair.settle();
    assert_eq!(failed(&pair.heard(0)[0]), Some(408));
    assert_eq!(pair.events[0].0.since(started), Span::from_secs(32));
    let times: Vec<u64> = pair
        .sent
        .iter()
        .map(|s| s.0.since(started).millis())
        .collect();
    assert_eq!(times, [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]);
}

#[test]
fn a_cancel_is_held_until_a_provisional_answer() {
    let mut pair = Pair::new(4, Net::PERFECT);
    pair.cut = |line| line.starts_with("100");
    let out = pair.call(0);
    pair.run_ms(100);
    pair.command(0, out, SignalCommand::Release);
    pair.run_ms(100);
    assert_eq!(pair.lines(0), ["INVITE"], "no CANCEL yet");
    let leg = pair.offered(1);
    pair.command(1, leg, SignalCommand::Ring { sdp: None });
    pair.run_ms(100);
    assert_eq!(pair.lines(0), ["INVITE", "CANCEL", "ACK"]);
    assert_eq!(pair.heard(1)[1], SignalEvent::Released { canceled: true });
    assert_eq!(
        pair.heard(0).len(),
        1,
        "no progress of a call that is given up"
    );
    assert_eq!(failed(&pair.heard(0)[0]), Some(487));
    pair.settle();
}

#[test]
fn an_answer_that_crosses_the_cancel_is_ended_with_bye() {
    let mut pair = Pair::new(5, Net::PERFECT);
    let out = pair.call(0);
    pair.run_ms(50);
    let leg = pair.offered(1);
    pair.command(0, out, SignalCommand::Release);
    pair.answer(1, leg);
    pair.run_ms(200);
    assert_eq!(pair.lines(0), ["INVITE", "CANCEL", "ACK", "BYE"]);
    let lines = pair.lines(1);
    assert!(lines.contains(&"200 OK CANCEL".into()) && lines.contains(&"200 OK BYE".into()));
    assert_eq!(failed(&pair.heard(0)[0]), Some(487));
    assert!(
        pair.heard(1)
            .contains(&SignalEvent::Released { canceled: false })
    );
    pair.settle();
}

#[test]
fn a_cancel_nobody_answers_is_given_up() {
    let mut pair = Pair::new(6, Net::PERFECT);
    let out = pair.call(0);
    pair.run_ms(50);
    pair.cut = |line| line.contains("487") || line.contains("CANCEL");
    pair.command(0, out, SignalCommand::Release);
    pair.run_ms(31_000);
    assert_eq!(pair.heard(0).len(), 0);
    pair.run_ms(2_000);
    assert_eq!(failed(&pair.heard(0)[0]), Some(487));
    let leg = pair.offered(1);
    pair.command(1, leg, SignalCommand::Release);
    pair.settle();
}

#[test]
fn a_phone_that_rings_too_long_is_given_up() {
    let mut pair = Pair::new(7, Net::PERFECT);
    let mut placement = pair.placement(1);
    placement.ring_secs_max = 20;
    pair.call_with(0, placement);
    pair.run_ms(50);
    let leg = pair.offered(1);
    pair.command(1, leg, SignalCommand::Ring { sdp: None });
    pair.run_ms(21_000);
    assert_eq!(failed(pair.heard(0).last().unwrap()), Some(408));
    assert_eq!(pair.heard(1)[1], SignalEvent::Released { canceled: true });
    pair.settle();
}

#[test]
fn an_answer_is_repeated_until_its_ack() {
    let mut pair = Pair::new(8, Net::PERFECT);
    pair.call(0);
    pair.run_ms(50);
    pair.cut = |line| line.starts_with("ACK");
    let leg = pair.offered(1);
    pair.answer(1, leg);
    pair.run_ms(4_000);
    let answers = pair
        .lines(1)
        .iter()
        .filter(|line| *line == "200 OK INVITE")
        .count();
    assert_eq!(answers, 4, "at 0, 0.5, 1.5 and 3.5 s");
    assert_eq!(
        pair.lines(0).iter().filter(|line| *line == "ACK").count(),
        4
    );
    // Hanging up waits for the ACK (RFC 3261 §15).
    pair.command(1, leg, SignalCommand::Release);
    pair.run_ms(1_000);
    assert!(!pair.lines(1).contains(&"BYE".into()));
    pair.cut = |_| false;
    pair.run_ms(8_000);
    assert!(pair.lines(1).contains(&"BYE".into()));
    assert_eq!(
        pair.heard(0).last(),
        Some(&SignalEvent::Released { canceled: false })
    );
    pair.settle();
}

#[test]
fn an_answer_without_ack_ends_the_call() {
    let mut pair = Pair::new(9, Net::PERFECT);
    pair.call(0);
    pair.run_ms(50);
    pair.cut = |line| line.starts_with("ACK");
    let leg = pair.offered(1);
    pair.answer(1, leg);
    pair.run_ms(33_000);
    assert_eq!(pair.heard(1)[1], SignalEvent::Released { canceled: false });
    assert_eq!(pair.heard(0)[1], SignalEvent::Released { canceled: false });
    pair.settle();
}

#[test]
fn both_hang_up_at_once() {
    let mut pair = Pair::new(10, Net::PERFECT);
    let (out, leg) = answered(&mut pair);
    pair.command(0, out, SignalCommand::Release);
    pair.command(1, leg, SignalCommand::Release);
    pair.run_ms(100);
    assert!(pair.heard(0).is_empty() && pair.heard(1).is_empty());
    assert!(pair.lines(0).contains(&"200 OK BYE".into()));
    assert!(pair.lines(1).contains(&"200 OK BYE".into()));
    pair.settle();
}

#[test]
fn a_reoffer_goes_both_ways_and_may_be_refused() {
    let mut pair = Pair::new(11, Net::PERFECT);
    let (out, leg) = answered(&mut pair);
    pair.command(1, leg, offer("v=0 hold"));
    pair.run_ms(50);
    assert_eq!(
        pair.heard(0),
        [SignalEvent::Reoffered {
            sdp: Some("v=0 hold".into())
        }]
    );
    pair.command(0, out, reply(Some("v=0 held")));
    pair.run_ms(50);
    assert_eq!(
        pair.heard(1),
        [SignalEvent::Reanswered {
            sdp: Some("v=0 held".into())
        }]
    );
    pair.command(0, out, offer("v=0 video"));
    pair.run_ms(50);
    pair.command(1, leg, reply(None));
    pair.run_ms(50);
    assert!(
        pair.lines(1)
            .contains(&"488 Not Acceptable Here INVITE".into())
    );
    assert_eq!(pair.heard(0)[1], SignalEvent::Reanswered { sdp: None });
    assert_eq!(pair.ends[0].legs(), 1, "the call goes on");
    pair.command(0, out, SignalCommand::Release);
    pair.settle();
}

#[test]
fn offers_that_meet_are_made_again_one_after_the_other() {
    let mut pair = Pair::new(12, Net::PERFECT);
    let (out, leg) = answered(&mut pair);
    pair.command(0, out, offer("v=0 zero"));
    pair.command(1, leg, offer("v=0 one"));
    pair.run_ms(50);
    let pending = "491 Request Pending INVITE".to_owned();
    assert!(pair.lines(0).contains(&pending) && pair.lines(1).contains(&pending));
    assert!(pair.heard(0).is_empty() && pair.heard(1).is_empty());
    // The called side waits less (RFC 3261 §14.1) and comes through first.
    pair.run_ms(2_050);
    pair.command(0, out, reply(Some("v=0 to one")));
    pair.run_ms(50);
    let reanswered = SignalEvent::Reanswered {
        sdp: Some("v=0 to one".into()),
    };
    assert_eq!(pair.heard(1)[0], reanswered);
    pair.run_ms(4_000);
    pair.command(1, leg, reply(Some("v=0 to zero")));
    pair.run_ms(50);
    let heard = pair.heard(0);
    assert_eq!(
        heard.last(),
        Some(&SignalEvent::Reanswered {
            sdp: Some("v=0 to zero".into())
        })
    );
    pair.command(0, out, SignalCommand::Release);
    pair.settle();
}

#[test]
fn the_session_is_refreshed_and_dies_with_the_far_end() {
    let mut pair = Pair::with(13, Net::PERFECT, |config| config.session.interval_s = 100);
    answered(&mut pair);
    pair.run_ms(500_000);
    let updates = pair
        .lines(0)
        .iter()
        .filter(|line| *line == "UPDATE")
        .count();
    assert_eq!(updates, 9, "every fifty seconds");
    assert_eq!(pair.events.len(), 0, "nobody else hears of it");
    pair.cut = |_| true;
    pair.run_ms(200_000);
    assert_eq!(pair.heard(0), [SignalEvent::Released { canceled: false }]);
    assert_eq!(pair.heard(1), [SignalEvent::Released { canceled: false }]);
    pair.settle();
}

#[test]
fn a_session_interval_too_small_is_made_longer() {
    let mut pair = Pair::with(14, Net::PERFECT, |config| config.session.interval_s = 90);
    pair.ends[1].config_mut().session.min_s = 300;
    let (out, _) = answered(&mut pair);
    assert!(
        pair.lines(1)
            .contains(&"422 Session Interval Too Small INVITE".into())
    );
    let sent = &pair
        .sent
        .iter()
        .rfind(|sent| sent.2 == "200 OK INVITE")
        .unwrap()
        .3;
    let response = Message::parse(sent).unwrap();
    let session = response.headers().session_expires().unwrap().unwrap();
    assert_eq!(session.interval_s, 300);
    pair.command(0, out, SignalCommand::Release);
    pair.settle();
}

#[test]
fn reliable_provisional_answers_are_confirmed_in_order() {
    let mut pair = Pair::with(15, Net::PERFECT, |config| config.reliable = true);
    let out = pair.call(0);
    pair.run_ms(50);
    let leg = pair.offered(1);
    pair.cut = |line| line.starts_with("PRACK");
    pair.command(1, leg, SignalCommand::Ring { sdp: None });
    pair.command(
        1,
        leg,
        SignalCommand::Ring {
            sdp: Some("v=0 early".into()),
        },
    );
    pair.answer(1, leg);
    pair.run_ms(700);
    let rings = |pair: &Pair| {
        pair.lines(1)
            .iter()
            .filter(|l| l.contains("Ringing"))
            .count()
    };
    assert_eq!(
        rings(&pair),
        2,
        "the 180 is repeated, all else waits for its PRACK"
    );
    assert!(!pair.lines(1).contains(&"200 OK INVITE".into()));
    pair.cut = |_| false;
    pair.run_ms(2_000);
    assert!(pair.lines(1).contains(&"200 OK INVITE".into()));
    let progress = pair
        .heard(0)
        .iter()
        .filter(|e| matches!(e, SignalEvent::Progress { .. }))
        .count();
    assert_eq!(progress, 1, "a repeated 180 is heard once");
    pair.command(0, out, SignalCommand::Release);
    pair.settle();
}

#[test]
fn a_reliable_early_answer_is_the_answer() {
    let mut pair = Pair::with(16, Net::PERFECT, |config| config.reliable = true);
    let out = pair.call(0);
    pair.run_ms(50);
    let leg = pair.offered(1);
    pair.command(
        1,
        leg,
        SignalCommand::Ring {
            sdp: Some("v=0 early".into()),
        },
    );
    pair.run_ms(100);
    pair.answer(1, leg);
    pair.run_ms(100);
    let heard = pair.heard(0);
    assert_eq!(
        heard[0],
        SignalEvent::Progress {
            code: 183,
            sdp: Some("v=0 early".into())
        }
    );
    assert!(matches!(heard[1], SignalEvent::Answered { sdp: None, .. }));
    pair.command(0, out, SignalCommand::Release);
    pair.settle();
}

#[test]
fn reliable_answers_without_prack_end_the_call() {
    let mut pair = Pair::with(17, Net::PERFECT, |config| config.reliable = true);
    pair.call(0);
    pair.run_ms(50);
    let leg = pair.offered(1);
    pair.cut = |line| line.starts_with("PRACK");
    pair.command(1, leg, SignalCommand::Ring { sdp: None });
    pair.run_ms(33_000);
    assert_eq!(pair.heard(1)[1], SignalEvent::Released { canceled: false });
    assert_eq!(failed(pair.heard(0).last().unwrap()), Some(504));
    pair.settle();
}

#[test]
fn our_own_numbers_are_reached_without_leaving_the_process() {
    use super::pair::address;
    use crate::{Flow, Listener, Next, Output, Transport};
    let mut pair = Pair::with(18, Net::PERFECT, |config| {
        let own = Listener::at(Transport::Memory, address(0));
        config.listeners.push(own);
    });
    let flow = Flow::datagrams(Transport::Memory, address(0), address(0));
    let end = &mut pair.ends[0];
    let now = pair.now;
    let mut placement = Pair::new(0, Net::PERFECT).placement(0);
    placement.next = Next::Flow(flow);
    end.place(now, LegId(1), placement);
    let (mut answered, mut lines) = (false, Vec::new());
    while let Some(output) = end.poll() {
        match output {
            Output::Send { flow, bytes } => {
                assert_eq!(flow.transport, Transport::Memory);
                lines.push(crate::Trace::line(&bytes));
                end.handle_datagram(now, flow.reversed(), &bytes);
            }
            Output::Leg { leg, event } => match event {
                SignalEvent::Offered(offered) => {
                    assert_eq!(offered.origin, Origin::Own);
                    let sdp = "v=0 own".into();
                    end.command(now, leg, SignalCommand::Answer { sdp });
                }
                SignalEvent::Answered { .. } => {
                    answered = true;
                    end.command(now, leg, SignalCommand::Release);
                }
                _ => {}
            },
            _ => {}
        }
    }
    assert!(answered, "{lines:?}");
    assert_eq!(end.legs(), 0);
}

#[test]
fn every_request_has_what_the_standard_wants() {
    let mut pair = Pair::new(19, Net::PERFECT);
    let (out, _) = answered(&mut pair);
    pair.command(0, out, SignalCommand::Release);
    pair.run_ms(50);
    for (.., bytes) in &pair.sent {
        let Message::Request(request) = Message::parse(bytes).unwrap() else {
            continue;
        };
        let headers = &request.headers;
        assert!(headers.via_top().unwrap().wants_rport());
        assert_eq!(headers.max_forwards(), Some(70));
        assert!(headers.from_().unwrap().tag().is_some());
        assert_eq!(
            headers.to().unwrap().tag().is_some(),
            request.method != Method::Invite
        );
        assert_eq!(headers.cseq().unwrap().method, request.method);
        let contact = headers.has(HeaderName::Contact);
        assert_eq!(contact, request.method == Method::Invite);
    }
    pair.settle();
}
