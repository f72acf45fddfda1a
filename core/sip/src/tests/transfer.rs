//! Transfers: REFER and its reports in both directions (RFC 3515), one story each.

use super::pair::{Net, Pair};
use super::raw::{answered, request, requests, responses, within};
use crate::message::{Code, HeaderName, Message, Request, Response};
use model::LegId;
use model::signal::{Credentials, SignalCommand, SignalEvent};

const TARGET: &str = "sip:carol@x.example?X-Order=17";

fn refer(to: &str) -> SignalCommand {
    SignalCommand::Refer { to: to.into() }
}

fn accept(code: u16) -> SignalCommand {
    SignalCommand::AnswerRefer { code }
}

fn report(code: u16) -> SignalCommand {
    SignalCommand::Report { code }
}

fn reported(code: u16, last: bool) -> SignalEvent {
    let code = Some(code);
    SignalEvent::ReferReported { code, last }
}

fn referred(to: &str) -> SignalEvent {
    SignalEvent::Referred {
        to: to.into(),
        replaces: false,
    }
}

/// A call between both ends: the caller's leg and the called one's.
fn talking(pair: &mut Pair) -> (LegId, LegId) {
    let out = pair.call(0);
    pair.run_ms(50);
    let leg = pair.offered(1);
    pair.answer(1, leg);
    pair.run_ms(100);
    pair.events.clear();
    pair.sent.clear();
    (out, leg)
}

fn hang_up(pair: &mut Pair, end: usize, leg: LegId) {
    pair.command(end, leg, SignalCommand::Release);
    pair.settle();
}

/// The newest request an end has sent.
fn last_of(pair: &Pair, end: usize) -> Request {
    let mut own = pair.sent.iter().rev().filter(|sent| sent.1 == end);
    let found = own.find_map(|sent| match Message::parse(&sent.3).unwrap() {
        Message::Request(request) => Some(request),
        Message::Response(_) => None,
    });
    found.expect("a request")
}

/// Answers a request by hand.
fn respond(pair: &mut Pair, to: usize, request: &Request, code: u16, more: &str) {
    let response = Response::to(request, Code::new(code).unwrap());
    let text = String::from_utf8(response.to_bytes()).unwrap();
    let text = text.replace("\r\n", "\n");
    let (head, _) = text.split_once("\n\n").unwrap();
    pair.inject(to, &format!("{head}\n{more}\n"));
}

/// A report by hand, from the peer of end 1.
fn notify(pair: &mut Pair, number: u32, event: &str, state: &str, status: &str) {
    let more =
        format!("Event: {event}\nSubscription-State: {state}\nContent-Type: message/sipfrag\n");
    let cseq = format!("{number} NOTIFY");
    let branch = format!("z9hG4bKn{number}");
    let text = request("NOTIFY sip:192.0.2.2", &branch, &cseq, &more, status);
    let text = within(pair, &text);
    pair.inject(1, &text);
}

/// A REFER by hand, from the peer of end 1; the answer to it, if there is one yet.
fn refer_by_hand(pair: &mut Pair, number: u32, more: &str) -> Option<u16> {
    let before = responses(pair).len();
    let (cseq, branch) = (format!("{number} REFER"), format!("z9hG4bKr{number}"));
    let text = request("REFER sip:192.0.2.2", &branch, &cseq, more, "");
    let text = within(pair, &text);
    pair.inject(1, &text);
    let answer = responses(pair).into_iter().nth(before);
    answer.map(|one| one.code.number())
}

#[test]
fn a_refer_is_accepted_and_reported_to_its_end() {
    let mut pair = Pair::new(1, Net::PERFECT);
    let (out, leg) = talking(&mut pair);
    pair.command(0, out, refer(TARGET));
    let sent = last_of(&pair, 0);
    let refer_to = sent.headers.value(HeaderName::ReferTo);
    assert_eq!(refer_to, Some("<sip:carol@x.example?X-Order=17>"));
    let by = sent.headers.value(HeaderName::ReferredBy);
    assert_eq!(by, Some("<sip:+12025550199@192.0.2.1:5060>"));
    assert!(sent.headers.contact().is_ok());
    pair.run_ms(50);
    assert_eq!(pair.heard(1), [referred(TARGET)]);
    assert_eq!(
        pair.lines(1),
        [""; 0],
        "call control has not said a word yet"
    );
    pair.command(1, leg, accept(202));
    pair.run_ms(50);
    let first = last_of(&pair, 1);
    assert_eq!(first.body, b"SIP/2.0 100 Trying\r\n");
    assert_eq!(first.headers.value(HeaderName::Event), Some("refer"));
    let state = first.headers.value(HeaderName::SubscriptionState);
    assert_eq!(state, Some("active;expires=120"));
    for code in [180, 200] {
        pair.command(1, leg, report(code));
        pair.run_ms(50);
    }
    let state = last_of(&pair, 1).headers.subscription_state();
    assert_eq!(
        state.unwrap().unwrap().to_string(),
        "terminated;reason=noresource"
    );
    assert_eq!(
        pair.heard(0),
        [
            SignalEvent::ReferAnswered { code: 202 },
            reported(100, false),
            reported(180, false),
            reported(200, true),
        ]
    );
    // There is nothing to be told any more.
    let said = pair.sent.len();
    pair.command(1, leg, report(486));
    assert_eq!(pair.sent.len(), said);
    hang_up(&mut pair, 0, out);
}

#[test]
fn a_second_refer_has_reports_of_its_own_name() {
    let mut pair = Pair::new(2, Net::PERFECT);
    let (out, leg) = talking(&mut pair);
    for (to, event) in [
        ("sip:a@x.example", "refer"),
        ("sip:b@x.example", "refer;id="),
    ] {
        pair.command(0, out, refer(to));
        let number = last_of(&pair, 0).headers.cseq().unwrap().number;
        pair.run_ms(50);
        pair.command(1, leg, accept(202));
        pair.run_ms(50);
        pair.command(1, leg, report(200));
        let event = match event.ends_with('=') {
            true => format!("{event}{number}"),
            false => event.to_owned(),
        };
        let named = last_of(&pair, 1);
        assert_eq!(named.headers.value(HeaderName::Event), Some(&*event));
        pair.run_ms(50);
        assert_eq!(pair.heard(0).last(), Some(&reported(200, true)));
    }
    hang_up(&mut pair, 1, leg);
}

#[test]
fn a_refused_refer_changes_nothing() {
    let mut pair = Pair::new(3, Net::PERFECT);
    let (out, leg) = talking(&mut pair);
    pair.command(0, out, refer(TARGET));
    pair.run_ms(50);
    pair.command(1, leg, accept(405));
    pair.run_ms(50);
    assert_eq!(pair.heard(0), [SignalEvent::ReferAnswered { code: 405 }]);
    assert_eq!(pair.lines(1), ["405 Method Not Allowed REFER"]);
    hang_up(&mut pair, 0, out);
    assert_eq!(
        pair.heard(1).last(),
        Some(&SignalEvent::Released { canceled: false })
    );
}

#[test]
fn a_refer_without_an_answer_fails_with_408_and_the_call_lives() {
    let mut pair = Pair::new(4, Net::PERFECT);
    let (out, leg) = talking(&mut pair);
    pair.cut = |line| line.starts_with("REFER");
    pair.command(0, out, refer(TARGET));
    pair.run_ms(40_000);
    assert_eq!(pair.heard(0), [SignalEvent::ReferAnswered { code: 408 }]);
    pair.cut = |_| false;
    pair.command(1, leg, SignalCommand::Offer { sdp: "v=0".into() });
    pair.run_ms(50);
    assert!(matches!(
        pair.heard(0).last(),
        Some(SignalEvent::Reoffered { .. })
    ));
    hang_up(&mut pair, 0, out);
}

#[test]
fn a_far_end_that_asks_who_we_are_is_told_if_we_know() {
    let challenge = "WWW-Authenticate: Digest realm=\"x\", nonce=\"n1\"\nContent-Length: 0\n";
    for known in [true, false] {
        let mut pair = Pair::new(5, Net::PERFECT);
        let mut placement = pair.placement(1);
        placement.credentials = known.then(|| Credentials {
            username: "us".into(),
            password: "secret".into(),
        });
        let out = pair.call_with(0, placement);
        pair.run_ms(50);
        let leg = pair.offered(1);
        pair.answer(1, leg);
        pair.run_ms(50);
        pair.events.clear();
        pair.cut = |line| line.starts_with("REFER");
        pair.command(0, out, refer(TARGET));
        let first = last_of(&pair, 0);
        respond(&mut pair, 0, &first, 401, challenge);
        if known {
            let again = last_of(&pair, 0);
            let numbers = [&first, &again].map(|one| one.headers.cseq().unwrap().number);
            assert_eq!(numbers[1], numbers[0] + 1);
            assert!(again.headers.has(HeaderName::Authorization));
            assert!(pair.heard(0).is_empty());
            respond(&mut pair, 0, &again, 202, "Content-Length: 0\n");
            assert_eq!(pair.heard(0), [SignalEvent::ReferAnswered { code: 202 }]);
        } else {
            assert_eq!(pair.heard(0), [SignalEvent::ReferAnswered { code: 401 }]);
        }
        hang_up(&mut pair, 0, out);
    }
}

#[test]
fn a_target_that_is_no_sip_address_never_leaves() {
    let mut pair = Pair::new(6, Net::PERFECT);
    let (out, _) = talking(&mut pair);
    pair.command(0, out, refer("tel:+12025550101"));
    assert_eq!(pair.heard(0), [SignalEvent::ReferAnswered { code: 484 }]);
    assert!(pair.sent.is_empty());
    hang_up(&mut pair, 0, out);
}

#[test]
fn a_refer_waits_until_our_answer_is_acknowledged() {
    let mut pair = Pair::new(7, Net::PERFECT);
    pair.call(0);
    pair.run_ms(50);
    let leg = pair.offered(1);
    pair.answer(1, leg);
    pair.command(1, leg, refer(TARGET));
    assert!(!pair.lines(1).contains(&"REFER".to_owned()));
    pair.run_ms(100);
    assert!(pair.lines(1).contains(&"REFER".to_owned()));
    hang_up(&mut pair, 1, leg);
}

#[test]
fn a_report_may_overtake_the_answer() {
    let mut pair = Pair::new(8, Net::PERFECT);
    let leg = answered(&mut pair);
    pair.command(1, leg, refer(TARGET));
    let sent = requests(&pair).pop().unwrap();
    let terminated = "terminated;reason=noresource";
    notify(&mut pair, 2, "refer", terminated, "SIP/2.0 200 OK\n");
    assert_eq!(pair.heard(1).last(), Some(&reported(200, true)));
    respond(&mut pair, 1, &sent, 202, "Content-Length: 0\n");
    let answer = SignalEvent::ReferAnswered { code: 202 };
    assert_eq!(pair.heard(1).last(), Some(&answer));
    notify(&mut pair, 3, "refer", terminated, "SIP/2.0 200 OK\n");
    assert_eq!(responses(&pair).pop().unwrap().code.number(), 481);
    hang_up(&mut pair, 1, leg);
}

#[test]
fn reports_are_read_as_peers_of_all_makes_send_them() {
    let mut pair = Pair::new(9, Net::PERFECT);
    let leg = answered(&mut pair);
    pair.command(1, leg, refer(TARGET));
    let sent = requests(&pair).pop().unwrap();
    let id = sent.headers.cseq().unwrap().number;
    respond(&mut pair, 1, &sent, 202, "Content-Length: 0\n");
    let events = pair.heard(1).len();
    // Another package, another subscription: refused, and nobody is told.
    notify(&mut pair, 2, "dialog", "active", "");
    let refused = responses(&pair).pop().unwrap();
    assert_eq!(refused.code.number(), 489);
    assert_eq!(
        refused.headers.value(HeaderName::AllowEvents),
        Some("refer")
    );
    notify(&mut pair, 3, "refer;id=999", "active", "SIP/2.0 200 OK\n");
    assert_eq!(responses(&pair).pop().unwrap().code.number(), 481);
    assert_eq!(pair.heard(1).len(), events);
    // A report that says nothing, one by name, and a last one that forgets to say so.
    notify(&mut pair, 4, "refer", "active;expires=60", "");
    assert_eq!(pair.heard(1).len(), events);
    let named = format!("refer;id={id}");
    notify(&mut pair, 5, &named, "active", "SIP/2.0 180 Ringing\n");
    assert_eq!(pair.heard(1).last(), Some(&reported(180, false)));
    notify(&mut pair, 6, "refer", "active", "SIP/2.0 486 Busy Here\n");
    assert_eq!(pair.heard(1).last(), Some(&reported(486, true)));
    // What comes after the end is answered, and is no news.
    let events = pair.heard(1).len();
    notify(
        &mut pair,
        7,
        "refer",
        "terminated",
        "SIP/2.0 486 Busy Here\n",
    );
    assert_eq!(responses(&pair).pop().unwrap().code.number(), 200);
    assert_eq!(pair.heard(1).len(), events);
    hang_up(&mut pair, 1, leg);
}

#[test]
fn an_end_without_a_status_is_an_end() {
    let mut pair = Pair::new(10, Net::PERFECT);
    let leg = answered(&mut pair);
    pair.command(1, leg, refer(TARGET));
    notify(&mut pair, 2, "refer", "terminated;reason=timeout", "");
    let end = SignalEvent::ReferReported {
        code: None,
        last: true,
    };
    assert_eq!(pair.heard(1).last(), Some(&end));
    hang_up(&mut pair, 1, leg);
}

#[test]
fn reports_of_an_earlier_refer_are_not_taken_for_the_later_ones() {
    let mut pair = Pair::new(11, Net::PERFECT);
    let leg = answered(&mut pair);
    for to in ["sip:a@x.example", "sip:b@x.example"] {
        pair.command(1, leg, refer(to));
        let sent = requests(&pair).pop().unwrap();
        respond(&mut pair, 1, &sent, 202, "Content-Length: 0\n");
    }
    let id = requests(&pair)
        .pop()
        .unwrap()
        .headers
        .cseq()
        .unwrap()
        .number;
    let events = pair.heard(1).len();
    notify(&mut pair, 2, "refer", "active", "SIP/2.0 200 OK\n");
    assert_eq!(responses(&pair).pop().unwrap().code.number(), 481);
    assert_eq!(pair.heard(1).len(), events);
    let named = format!("refer;id={id}");
    notify(
        &mut pair,
        3,
        &named,
        "active",
        "SIP/2.0 183 Session Progress\n",
    );
    assert_eq!(pair.heard(1).last(), Some(&reported(183, false)));
    // The 481 has ended the earlier one: what has no name now can only be the later one's.
    notify(&mut pair, 4, "refer", "terminated", "SIP/2.0 200 OK\n");
    assert_eq!(pair.heard(1).last(), Some(&reported(200, true)));
    hang_up(&mut pair, 1, leg);
}

#[test]
fn a_subscription_does_not_outlive_the_call_that_the_far_end_ends() {
    let mut pair = Pair::new(12, Net::PERFECT);
    let leg = answered(&mut pair);
    pair.command(1, leg, refer(TARGET));
    let sent = requests(&pair).pop().unwrap();
    respond(&mut pair, 1, &sent, 202, "Content-Length: 0\n");
    let bye = request("BYE sip:192.0.2.2", "z9hG4bKbye", "2 BYE", "", "");
    let bye = within(&pair, &bye);
    pair.inject(1, &bye);
    let gone = SignalEvent::Released { canceled: false };
    assert_eq!(pair.heard(1).last(), Some(&gone));
    notify(&mut pair, 3, "refer", "terminated", "SIP/2.0 200 OK\n");
    assert_eq!(responses(&pair).pop().unwrap().code.number(), 481);
    assert_eq!(pair.heard(1).last(), Some(&gone));
    pair.settle();
}

#[test]
fn nor_the_call_that_we_end() {
    let mut pair = Pair::new(13, Net::PERFECT);
    let (out, leg) = talking(&mut pair);
    pair.command(0, out, refer(TARGET));
    pair.run_ms(50);
    pair.command(1, leg, accept(202));
    pair.run_ms(50);
    pair.events.clear();
    pair.command(1, leg, SignalCommand::Release);
    pair.run_ms(100);
    // The one who was to report says how it ended before it hangs up.
    let gone = SignalEvent::Released { canceled: false };
    assert_eq!(pair.heard(0), [reported(503, true), gone]);
    pair.settle();
    // And the one who waited for reports takes none after its BYE.
    let (out, leg) = talking(&mut pair);
    pair.command(0, out, refer(TARGET));
    pair.run_ms(50);
    pair.command(1, leg, accept(202));
    pair.run_ms(50);
    pair.command(0, out, SignalCommand::Release);
    pair.command(1, leg, report(200));
    pair.run_ms(50);
    assert!(
        pair.lines(0)
            .contains(&"481 Call/Transaction Does Not Exist NOTIFY".to_owned())
    );
    pair.settle();
}

#[test]
fn a_refer_that_nobody_answered_is_answered_at_the_end_of_the_call() {
    for ours in [true, false] {
        let mut pair = Pair::new(14, Net::PERFECT);
        let (out, leg) = talking(&mut pair);
        pair.command(0, out, refer(TARGET));
        pair.run_ms(50);
        let (end, hanging) = if ours { (1, leg) } else { (0, out) };
        pair.command(end, hanging, SignalCommand::Release);
        pair.settle();
        assert!(
            pair.lines(1)
                .contains(&"487 Request Terminated REFER".to_owned()),
            "{:?}",
            pair.lines(1)
        );
    }
}

#[test]
fn who_does_not_want_to_know_is_not_told() {
    let mut pair = Pair::new(15, Net::PERFECT);
    let leg = answered(&mut pair);
    assert_eq!(refer_by_hand(&mut pair, 2, "Refer-To: <sip:c@x>\n"), None);
    pair.command(1, leg, accept(202));
    let first = requests(&pair).pop().unwrap();
    respond(&mut pair, 1, &first, 481, "Content-Length: 0\n");
    let said = pair.sent.len();
    pair.command(1, leg, report(200));
    assert_eq!(pair.sent.len(), said);
    hang_up(&mut pair, 1, leg);
}

#[test]
fn a_refer_that_cannot_be_served_is_refused_by_the_book() {
    let mut pair = Pair::new(16, Net::PERFECT);
    let leg = answered(&mut pair);
    let told = |pair: &Pair| {
        let heard = pair.heard(1);
        let referred = |event: &&SignalEvent| matches!(event, SignalEvent::Referred { .. });
        heard.iter().filter(referred).count()
    };
    for (number, more, code) in [
        (2, "", 400),
        (3, "Refer-To: <sip:a@x>\nRefer-To: <sip:b@x>\n", 400),
        (4, "Refer-To: <urn:service:sos>\n", 416),
        (5, "Refer-To: <sip:a@x;method=SUBSCRIBE>\n", 603),
        (6, "Require: norefersub\nRefer-To: <sip:a@x>\n", 420),
    ] {
        assert_eq!(refer_by_hand(&mut pair, number, more), Some(code), "{more}");
        assert_eq!(told(&pair), 0, "{more}");
    }
    let attended = "Refer-To: <sip:a@x?Replaces=1%3Bto-tag%3Da%3Bfrom-tag%3Db>\n";
    assert_eq!(refer_by_hand(&mut pair, 7, attended), None);
    let Some(SignalEvent::Referred { to, replaces: true }) = pair.heard(1).pop() else {
        panic!("{:?}", pair.heard(1));
    };
    assert_eq!(to, "sip:a@x?Replaces=1%3Bto-tag%3Da%3Bfrom-tag%3Db");
    // A second one while the first is open may come again later.
    assert_eq!(
        refer_by_hand(&mut pair, 8, "Refer-To: <sip:a@x>\n"),
        Some(500)
    );
    assert!(
        responses(&pair)
            .pop()
            .unwrap()
            .headers
            .has(HeaderName::RetryAfter)
    );
    pair.command(1, leg, accept(603));
    assert_eq!(responses(&pair).pop().unwrap().code.number(), 603);
    assert_eq!(refer_by_hand(&mut pair, 9, "r: <tel:+12025550101>\n"), None);
    assert_eq!(pair.heard(1).pop(), Some(referred("tel:+12025550101")));
    pair.command(1, leg, accept(100));
    let last = responses(&pair).pop().unwrap().code.number();
    assert_eq!(last, 603, "an answer that is none");
    hang_up(&mut pair, 1, leg);
}
