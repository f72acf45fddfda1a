//! Requests written by hand, as peers of other makes send them, and what they get.

use super::pair::{Net, Pair, address};
use crate::message::{HeaderName, Message, Request, Response};
use crate::{Flow, Transport};
use model::signal::{SignalCommand, SignalEvent};

/// A request from the peer of end 1; `{more}` stands before Content-Length.
pub(super) fn request(line: &str, branch: &str, cseq: &str, more: &str, body: &str) -> String {
    format!(
        "{line} SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch={branch};rport\n\
         From: <sip:+12025550199@192.0.2.1>;tag=peer\nTo: <sip:+12025550101@192.0.2.2>\n\
         Call-ID: raw\nCSeq: {cseq}\nMax-Forwards: 70\nContact: <sip:192.0.2.1:5060>\n{more}\
         Content-Length: {}\n\n{body}",
        body.len()
    )
}

fn invite(more: &str, body: &str) -> String {
    let line = "INVITE sip:+12025550101@192.0.2.2";
    request(line, "z9hG4bKinv", "1 INVITE", more, body)
}

const SDP: &str = "Content-Type: application/sdp\n";

/// The responses end 1 has sent, newest last.
pub(super) fn responses(pair: &Pair) -> Vec<Response> {
    let own = pair.sent.iter().filter(|sent| sent.1 == 1);
    own.filter_map(|sent| match Message::parse(&sent.3).unwrap() {
        Message::Response(response) => Some(response),
        Message::Request(_) => None,
    })
    .collect()
}

pub(super) fn requests(pair: &Pair) -> Vec<Request> {
    let own = pair.sent.iter().filter(|sent| sent.1 == 1);
    own.filter_map(|sent| match Message::parse(&sent.3).unwrap() {
        Message::Request(request) => Some(request),
        Message::Response(_) => None,
    })
    .collect()
}

/// What end 1 answers to one request, after 100.
fn answer_to(text: &str) -> Response {
    let mut pair = Pair::new(1, Net::PERFECT);
    pair.cut = |_| true;
    pair.inject(1, text);
    let mut all = responses(&pair);
    all.retain(|one| one.code.number() > 100);
    all.pop().expect("an answer")
}

pub(super) fn within(pair: &Pair, text: &str) -> String {
    let all = responses(pair);
    let tagged = all
        .iter()
        .rev()
        .find(|one| one.headers.to().unwrap().tag().is_some());
    let to = tagged
        .unwrap()
        .headers
        .value(HeaderName::To)
        .unwrap()
        .to_owned();
    text.replace("To: <sip:+12025550101@192.0.2.2>", &format!("To: {to}"))
}

/// A call from the peer that end 1 has answered and the peer has acknowledged.
pub(super) fn answered(pair: &mut Pair) -> model::LegId {
    pair.cut = |_| true;
    pair.inject(1, &invite(SDP, "v=0 offer"));
    let leg = pair.offered(1);
    pair.answer(1, leg);
    let ack = request("ACK sip:192.0.2.2", "z9hG4bKack", "1 ACK", "", "");
    pair.inject(1, &within(pair, &ack));
    assert_eq!(
        pair.heard(1).last(),
        Some(&SignalEvent::Acknowledged { sdp: None })
    );
    leg
}

#[test]
fn what_cannot_be_served_is_refused_by_the_book() {
    let line = "sip:+12025550101@192.0.2.2";
    let other = |method: &str, more: &str| {
        let cseq = format!("1 {method}");
        answer_to(&request(
            &format!("{method} {line}"),
            "z9hG4bK1",
            &cseq,
            more,
            "",
        ))
        .code
        .number()
    };
    assert_eq!(other("FLY", ""), 501);
    assert_eq!(other("MESSAGE", ""), 405);
    assert_eq!(other("SUBSCRIBE", ""), 405);
    assert_eq!(other("BYE", ""), 481);
    assert_eq!(other("CANCEL", ""), 481);
    assert_eq!(other("PRACK", ""), 481);
    assert_eq!(other("REFER", ""), 400);
    assert_eq!(other("REFER", "Refer-To: <sip:x@y>\n"), 603);
    assert_eq!(other("NOTIFY", "Event: refer\n"), 481);
    assert_eq!(other("NOTIFY", ""), 489);
    assert_eq!(other("OPTIONS", ""), 200);
    assert_eq!(other("REGISTER", ""), 401);
}

#[test]
fn options_tells_what_we_can() {
    let line = "OPTIONS sip:192.0.2.2";
    let response = answer_to(&request(line, "z9hG4bK1", "1 OPTIONS", "", ""));
    assert!(response.headers.names(HeaderName::Allow, "UPDATE"));
    assert!(
        response
            .headers
            .names(HeaderName::Accept, "application/sdp")
    );
    assert!(response.headers.supports("timer"));
    assert!(response.headers.to().unwrap().tag().is_some());
    let via = response.headers.via_top().unwrap();
    assert_eq!(via.rport(), Some(5060));
    assert_eq!(via.received(), Some("192.0.2.1".parse().unwrap()));
}

#[test]
fn an_invite_is_refused_for_what_is_wrong_with_it() {
    let code = |more: &str, body: &str| answer_to(&invite(more, body)).code.number();
    let refused = answer_to(&invite("Require: 100rel, path, timer\n", ""));
    assert_eq!(refused.code.number(), 420);
    assert_eq!(refused.headers.value(HeaderName::Unsupported), Some("path"));
    assert_eq!(code("Content-Type: text/plain\n", "hello"), 415);
    assert_eq!(code("Supported: timer\nSession-Expires: 30\n", ""), 422);
    let hops = invite("", "").replace("Max-Forwards: 70", "Max-Forwards: 0");
    assert_eq!(answer_to(&hops).code.number(), 483);
    let scheme = invite("", "").replace("INVITE sip:+12025550101@192.0.2.2", "INVITE urn:x:y");
    assert_eq!(answer_to(&scheme).code.number(), 416);
    let tagged = invite("", "").replace("@192.0.2.2>\nCall", "@192.0.2.2>;tag=old\nCall");
    assert_eq!(answer_to(&tagged).code.number(), 481);
    let broken = invite("", "").replace("Content-Length: 0", "Content-Length: 99");
    assert_eq!(answer_to(&broken).code.number(), 400);
}

#[test]
fn strangers_are_refused_and_floods_are_put_off() {
    let mut pair = Pair::new(2, Net::PERFECT);
    pair.cut = |_| true;
    pair.ends[1].config_mut().legs_max = 0;
    pair.inject(1, &invite("", ""));
    let response = responses(&pair).pop().unwrap();
    assert_eq!(response.code.number(), 503);
    assert!(response.headers.has(HeaderName::RetryAfter));
    pair.ends[1].config_mut().trunks.clear();
    pair.ends[1].config_mut().legs_max = 9;
    pair.inject(
        1,
        &invite("", "")
            .replace("z9hG4bKinv", "z9hG4bK2")
            .replace("raw", "raw2"),
    );
    assert_eq!(responses(&pair).pop().unwrap().code.number(), 403);
    assert!(pair.heard(1).is_empty());
    pair.settle();
}

#[test]
fn the_same_invite_by_another_way_is_a_loop() {
    let mut pair = Pair::new(3, Net::PERFECT);
    pair.cut = |_| true;
    pair.inject(1, &invite("", ""));
    pair.inject(1, &invite("", ""));
    assert_eq!(pair.heard(1).len(), 1, "a repeated INVITE is swallowed");
    pair.inject(1, &invite("", "").replace("z9hG4bKinv", "z9hG4bKother"));
    assert_eq!(responses(&pair).pop().unwrap().code.number(), 482);
    assert_eq!(pair.heard(1).len(), 1);
    let leg = pair.offered(1);
    pair.command(1, leg, SignalCommand::Release);
    pair.settle();
}

#[test]
fn a_late_offer_gets_ours_and_the_ack_brings_the_answer() {
    let mut pair = Pair::new(4, Net::PERFECT);
    pair.cut = |_| true;
    pair.inject(1, &invite("", ""));
    let leg = pair.offered(1);
    assert!(matches!(&pair.heard(1)[0], SignalEvent::Offered(offered) if offered.sdp.is_none()));
    pair.command(
        1,
        leg,
        SignalCommand::Answer {
            sdp: "v=0 ours".into(),
        },
    );
    assert_eq!(responses(&pair).pop().unwrap().body, b"v=0 ours");
    let ack = request(
        "ACK sip:192.0.2.2",
        "z9hG4bKack",
        "1 ACK",
        SDP,
        "v=0 theirs",
    );
    pair.inject(1, &within(&pair, &ack));
    let event = SignalEvent::Acknowledged {
        sdp: Some("v=0 theirs".into()),
    };
    assert_eq!(pair.heard(1).last(), Some(&event));
    // The same by re-INVITE.
    let again = request("INVITE sip:192.0.2.2", "z9hG4bK9", "2 INVITE", "", "");
    pair.inject(1, &within(&pair, &again));
    assert_eq!(
        pair.heard(1).last(),
        Some(&SignalEvent::Reoffered { sdp: None })
    );
    pair.command(
        1,
        leg,
        SignalCommand::Reply {
            sdp: Some("v=0 more".into()),
        },
    );
    let ack = request("ACK sip:192.0.2.2", "z9hG4bKack2", "2 ACK", SDP, "v=0 fine");
    pair.inject(1, &within(&pair, &ack));
    let event = SignalEvent::Reanswered {
        sdp: Some("v=0 fine".into()),
    };
    assert_eq!(pair.heard(1).last(), Some(&event));
    pair.command(1, leg, SignalCommand::Release);
    pair.settle();
}

#[test]
fn keys_come_by_info() {
    let mut pair = Pair::new(5, Net::PERFECT);
    let leg = answered(&mut pair);
    let kind = "Content-Type: application/dtmf-relay\n";
    let info = request(
        "INFO sip:192.0.2.2",
        "z9hG4bK3",
        "2 INFO",
        kind,
        "Signal=*\nDuration=90\n",
    );
    let info = within(&pair, &info);
    pair.inject(1, &info);
    pair.inject(1, &info);
    let digits = pair
        .heard(1)
        .iter()
        .filter(|e| matches!(e, SignalEvent::Digit { .. }))
        .count();
    assert_eq!(digits, 1, "a repeated INFO is one key");
    let event = SignalEvent::Digit {
        digit: '*',
        duration_ms: 90,
    };
    assert_eq!(pair.heard(1).last(), Some(&event));
    let strange = request(
        "INFO sip:192.0.2.2",
        "z9hG4bK4",
        "3 INFO",
        "Content-Type: a/b\n",
        "x",
    );
    pair.inject(1, &within(&pair, &strange));
    assert_eq!(responses(&pair).pop().unwrap().code.number(), 415);
    let old = request("INFO sip:192.0.2.2", "z9hG4bK5", "2 INFO", "", "");
    pair.inject(1, &within(&pair, &old));
    assert_eq!(
        responses(&pair).pop().unwrap().code.number(),
        500,
        "out of order"
    );
    pair.command(1, leg, SignalCommand::Release);
    pair.settle();
}

#[test]
fn an_update_refreshes_or_offers() {
    let mut pair = Pair::new(6, Net::PERFECT);
    let leg = answered(&mut pair);
    let more = "Supported: timer\nSession-Expires: 600;refresher=uac\n";
    let refresh = request("UPDATE sip:192.0.2.2", "z9hG4bK3", "2 UPDATE", more, "");
    pair.inject(1, &within(&pair, &refresh));
    let response = responses(&pair).pop().unwrap();
    let session = response.headers.session_expires().unwrap().unwrap();
    assert_eq!(session.to_string(), "600;refresher=uac");
    let offer = request(
        "UPDATE sip:192.0.2.2",
        "z9hG4bK4",
        "3 UPDATE",
        SDP,
        "v=0 new",
    );
    pair.inject(1, &within(&pair, &offer));
    assert_eq!(
        pair.heard(1).last(),
        Some(&SignalEvent::Reoffered {
            sdp: Some("v=0 new".into())
        })
    );
    let second = request(
        "UPDATE sip:192.0.2.2",
        "z9hG4bK5",
        "4 UPDATE",
        SDP,
        "v=0 newer",
    );
    pair.inject(1, &within(&pair, &second));
    let response = responses(&pair).pop().unwrap();
    assert_eq!(response.code.number(), 500);
    assert!(response.headers.has(HeaderName::RetryAfter));
    pair.command(
        1,
        leg,
        SignalCommand::Reply {
            sdp: Some("v=0 reply".into()),
        },
    );
    let response = responses(&pair).pop().unwrap();
    assert_eq!(
        (response.code.number(), response.body.as_slice()),
        (200, &b"v=0 reply"[..])
    );
    pair.command(1, leg, SignalCommand::Release);
    pair.settle();
}

#[test]
fn a_bye_in_an_early_dialog_ends_the_call() {
    let mut pair = Pair::new(7, Net::PERFECT);
    pair.cut = |_| true;
    pair.inject(1, &invite(SDP, "v=0"));
    let leg = pair.offered(1);
    pair.command(1, leg, SignalCommand::Ring { sdp: None });
    let bye = request("BYE sip:192.0.2.2", "z9hG4bKbye", "2 BYE", "", "");
    pair.inject(1, &within(&pair, &bye));
    assert_eq!(
        pair.heard(1).last(),
        Some(&SignalEvent::Released { canceled: true })
    );
    let codes: Vec<u16> = responses(&pair)
        .iter()
        .map(|one| one.code.number())
        .collect();
    assert_eq!(codes, [100, 180, 200, 487]);
    pair.settle();
}

#[test]
fn a_peer_of_the_old_standard_is_understood() {
    let mut pair = Pair::new(8, Net::PERFECT);
    pair.cut = |_| true;
    let old = |text: String| text.replace("branch=z9hG4bKinv;", "");
    pair.inject(1, &old(invite(SDP, "v=0")));
    pair.inject(1, &old(invite(SDP, "v=0")));
    assert_eq!(pair.heard(1).len(), 1, "a repeated INVITE is swallowed");
    let leg = pair.offered(1);
    pair.command(
        1,
        leg,
        SignalCommand::Refuse {
            code: 486,
            headers: Vec::new(),
        },
    );
    let line = "ACK sip:+12025550101@192.0.2.2";
    let ack = old(request(line, "z9hG4bKinv", "1 ACK", "", ""));
    pair.inject(1, &within(&pair, &ack));
    let before = pair.sent.len();
    pair.run_ms(4_000);
    assert_eq!(pair.sent.len(), before, "the ACK stops Timer G");
    pair.settle();
}

#[test]
fn routes_are_kept_loose_and_strict() {
    let mut pair = Pair::new(9, Net::PERFECT);
    pair.cut = |_| true;
    let more = "Record-Route: <sip:192.0.2.77:5070;lr>, <sip:192.0.2.78;lr>\n";
    pair.inject(1, &invite(&format!("{more}{SDP}"), "v=0"));
    let leg = pair.offered(1);
    pair.answer(1, leg);
    let answer = responses(&pair).pop().unwrap();
    assert_eq!(answer.headers.record_routes().unwrap().len(), 2);
    let ack = request("ACK sip:192.0.2.2", "z9hG4bKack", "1 ACK", "", "");
    pair.inject(1, &within(&pair, &ack));
    pair.command(1, leg, SignalCommand::Release);
    let bye = requests(&pair).pop().unwrap();
    assert_eq!(bye.uri.to_string(), "sip:192.0.2.1:5060");
    let routes: Vec<String> = bye
        .headers
        .routes()
        .unwrap()
        .iter()
        .map(|r| r.uri.to_string())
        .collect();
    assert_eq!(routes, ["sip:192.0.2.77:5070;lr", "sip:192.0.2.78;lr"]);
    pair.settle();
}

#[test]
fn forked_answers_keep_one_call() {
    let mut pair = Pair::new(10, Net::PERFECT);
    pair.cut = |_| true;
    pair.call(1);
    let sent = requests(&pair).pop().unwrap();
    let reply = |code: &str, tag: &str| {
        let mut text = format!("SIP/2.0 {code}\n");
        for name in [
            HeaderName::Via,
            HeaderName::From,
            HeaderName::CallId,
            HeaderName::CSeq,
        ] {
            text += &format!("{name}: {}\n", sent.headers.value(name).unwrap());
        }
        let to = sent.headers.value(HeaderName::To).unwrap();
        text + &format!(
            "To: {to};tag={tag}\nContact: <sip:192.0.2.{tag}>\n{SDP}Content-Length: 3\n\nv=0"
        )
    };
    pair.inject(1, &reply("180 Ringing", "11"));
    pair.inject(1, &reply("180 Ringing", "12"));
    pair.inject(1, &reply("200 OK", "12"));
    pair.inject(1, &reply("200 OK", "11"));
    pair.inject(1, &reply("200 OK", "12"));
    pair.inject(1, &reply("200 OK", "11"));
    let answered = |e: &&SignalEvent| matches!(e, SignalEvent::Answered { .. });
    assert_eq!(pair.heard(1).iter().filter(answered).count(), 1);
    let lines: Vec<String> = requests(&pair)
        .iter()
        .map(|one| format!("{} {}", one.method, one.uri))
        .skip(1)
        .collect();
    let expected = [
        "ACK sip:192.0.2.12",
        "ACK sip:192.0.2.11",
        "BYE sip:192.0.2.11",
        "ACK sip:192.0.2.12",
        "ACK sip:192.0.2.11",
    ];
    assert_eq!(lines, expected);
    pair.command(1, model::LegId(1), SignalCommand::Release);
    pair.settle();
}

#[test]
fn noise_and_keep_alives_do_no_harm() {
    let mut pair = Pair::new(11, Net::PERFECT);
    for text in [
        "",
        "\n\n",
        "hello",
        "SIP/2.0 200 OK\n\n",
        "INVITE\n\n",
        "\u{0}\u{1}",
    ] {
        pair.inject(1, text);
    }
    let stray = "SIP/2.0 200 OK\nVia: SIP/2.0/UDP x;branch=z9hG4bK1.00000000\nFrom: <sip:a@b>\n\
                 To: <sip:a@b>\nCall-ID: x\nCSeq: 1 INVITE\nContent-Length: 0\n\n";
    pair.inject(1, stray);
    assert!(pair.sent.is_empty() && pair.events.is_empty());
    let flow = Flow::datagrams(Transport::Udp, address(1), address(0));
    pair.ends[1].handle_stream(
        pair.now,
        Flow {
            connection: 5,
            transport: Transport::Tcp,
            ..flow
        },
        b"\r\n\r\n",
    );
    let pong = pair.ends[1].poll();
    assert!(matches!(pong, Some(crate::Output::Send { bytes, .. }) if bytes == b"\r\n"));
    pair.settle();
}
