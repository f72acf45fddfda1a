//! The four machines, every state against every event, under virtual time.

use std::collections::VecDeque;

use super::timer::Timers;
use super::{Client, Heard, Server, Transactions, Turn, User, client_invite, server_invite};
use crate::config::{Listener, TimerValues};
use crate::message::{Code, HeaderName, Message, Method, Request, Response};
use crate::output::Output;
use crate::transport::{Flow, Transport, Wire};
use model::{Span, Time, limit};

struct Bench {
    now: Time,
    transactions: Transactions,
    timers: Timers,
    wire: Wire,
    heard: VecDeque<Heard>,
}

const START: Time = Time(1_000_000_000);

impl Bench {
    fn new() -> Bench {
        let local = "192.0.2.1:5060".parse().unwrap();
        let listeners = [Transport::Udp, Transport::Tcp].map(|one| Listener::at(one, local));
        Bench {
            now: START,
            transactions: Transactions::new(1),
            timers: Timers::default(),
            wire: Wire::new(listeners.to_vec(), false),
            heard: VecDeque::new(),
        }
    }

    fn turn<T>(&mut self, act: impl FnOnce(&mut Transactions, &mut Turn<'_>) -> T) -> T {
        let mut turn = Turn {
            now: self.now,
            values: TimerValues::default(),
            timers: &mut self.timers,
            wire: &mut self.wire,
            heard: &mut self.heard,
        };
        act(&mut self.transactions, &mut turn)
    }

    fn flow(&mut self, transport: Transport) -> Flow {
        let connection = u64::from(transport.is_reliable());
        let flow = Flow {
            transport,
            local: "192.0.2.1:5060".parse().unwrap(),
            remote: "192.0.2.2:5060".parse().unwrap(),
            connection,
        };
        if connection != 0 {
            self.wire.opened(flow);
        }
        flow
    }

    fn request(&mut self, method: Method, flow: Flow) -> u64 {
        let mut request = sample(method);
        request.headers.remove(HeaderName::Via);
        self.turn(|all, turn| all.request(turn, User::Nobody, &mut request, flow, 7))
    }

    /// A response to a request of ours, as its transaction would hear it.
    fn respond(&mut self, id: u64, method: Method, code: u16, flow: Flow) {
        let request = sample(method);
        let mut response = Response::to(&request, Code::new(code).unwrap());
        response.set_to_tag("far");
        let branch = super::key::branch(id / 2, 7);
        let via = format!("SIP/2.0/UDP 192.0.2.1;branch={branch}");
        response.headers.set(HeaderName::Via, via);
        if let Some((found, _)) = self.transactions.user_of(&response) {
            assert_eq!(found, id);
            self.turn(|all, turn| all.hear_response(turn, found, response, flow));
        }
    }

    /// Runs the timers for so long.
    fn run_ms(&mut self, millis: u64) {
        let end = self.now + Span::from_millis(millis);
        while let Some(at) = self.timers.next().filter(|at| *at <= end) {
            self.now = at;
            while let Some((owner, timer)) = self.timers.pop(at) {
                self.turn(|all, turn| all.fire(turn, owner, timer));
            }
        }
        self.now = end;
    }

    /// What was sent since the last question, by method or code.
    fn sent(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(output) = self.wire.out.pop_front() {
            if let Output::Send { bytes, .. } = output {
                lines.push(match Message::parse(&bytes).unwrap() {
                    Message::Request(request) => request.method.to_string(),
                    Message::Response(response) => response.code.to_string(),
                });
            }
        }
        lines
    }

    /// What was passed up since the last question.
    fn passed(&mut self) -> Vec<String> {
        let word = |heard| match heard {
            Heard::Request { request, .. } => request.method.to_string(),
            Heard::Ack { .. } => "ack".to_owned(),
            Heard::Response { response, .. } => response.code.to_string(),
            Heard::TimedOut { .. } => "timed out".to_owned(),
            Heard::Broken { .. } => "broken".to_owned(),
        };
        self.heard.drain(..).map(word).collect()
    }

    fn client_state(&self, id: u64) -> Option<client_invite::State> {
        match self.transactions.clients.get(&id).map(|boxed| &**boxed)? {
            Client::Invite(client) => Some(client.state),
            Client::Other(_) => None,
        }
    }

    fn server_state(&self, key: u64) -> Option<server_invite::State> {
        match self.transactions.servers.get(&key).map(|boxed| &**boxed)? {
            Server::Invite(server) => Some(server.state),
            Server::Other(_) => None,
        }
    }

    fn hear(&mut self, request: Request, flow: Flow) -> Option<u64> {
        self.turn(|all, turn| all.hear_request(turn, request, flow));
        match self.heard.back() {
            Some(Heard::Request { key, .. }) => Some(*key),
            _ => None,
        }
    }

    fn answer(&mut self, key: u64, method: Method, code: u16) {
        let response = Response::to(&sample(method), Code::new(code).unwrap());
        let bytes = response.to_bytes();
        self.turn(|all, turn| all.respond(turn, key, response.code, bytes));
    }

    fn is_empty(&self) -> bool {
        self.transactions.len() == 0
            && self.timers.next().is_none()
            && self.transactions.merges.is_empty()
            && self.transactions.late.is_empty()
    }
}

fn sample(method: Method) -> Request {
    let mut request = Request::new(method.clone(), "sip:b@192.0.2.2".parse().unwrap());
    let headers = &mut request.headers;
    headers.push(
        HeaderName::Via,
        "SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKx;rport",
    );
    headers.push(HeaderName::From, "<sip:a@192.0.2.1>;tag=near");
    headers.push(HeaderName::To, "<sip:b@192.0.2.2>");
    headers.push(HeaderName::CallId, "one");
    headers.push(HeaderName::CSeq, format_args!("1 {method}"));
    request
}

/// Brings a client INVITE transaction over UDP into a state.
fn client_in(state: client_invite::State) -> (Bench, u64, Flow) {
    let mut bench = Bench::new();
    let flow = bench.flow(Transport::Udp);
    let id = bench.request(Method::Invite, flow);
    match state {
        client_invite::State::Calling => {}
        client_invite::State::Proceeding => bench.respond(id, Method::Invite, 180, flow),
        client_invite::State::Completed => bench.respond(id, Method::Invite, 486, flow),
        client_invite::State::Accepted => bench.respond(id, Method::Invite, 200, flow),
        client_invite::State::Terminated => bench.run_ms(64_000),
    }
    assert_eq!(
        bench
            .client_state(id)
            .unwrap_or(client_invite::State::Terminated),
        state
    );
    bench.sent();
    bench.passed();
    (bench, id, flow)
}

#[test]
fn client_invite_every_state_against_every_response() {
    use client_invite::State::*;
    // State, response; next state, sent, passed up.
    let table = [
        (Calling, 100, Proceeding, "", "100"),
        (Calling, 180, Proceeding, "", "180"),
        (Calling, 200, Accepted, "", "200"),
        (Calling, 302, Completed, "ACK", "302"),
        (Calling, 486, Completed, "ACK", "486"),
        (Calling, 603, Completed, "ACK", "603"),
        (Proceeding, 100, Proceeding, "", "100"),
        (Proceeding, 183, Proceeding, "", "183"),
        (Proceeding, 200, Accepted, "", "200"),
        (Proceeding, 503, Completed, "ACK", "503"),
        (Completed, 180, Completed, "", ""),
        (Completed, 200, Completed, "", ""),
        (Completed, 486, Completed, "ACK", ""),
        (Accepted, 180, Accepted, "", ""),
        (Accepted, 200, Accepted, "", "200"),
        (Accepted, 486, Accepted, "", ""),
        (Terminated, 180, Terminated, "", ""),
        (Terminated, 200, Terminated, "", ""),
        (Terminated, 486, Terminated, "", ""),
    ];
    for (state, code, next, sent, passed) in table {
        let (mut bench, id, flow) = client_in(state);
        bench.respond(id, Method::Invite, code, flow);
        let now = bench.client_state(id).unwrap_or(Terminated);
        let row = (now, bench.sent().concat(), bench.passed().concat());
        assert_eq!(row, (next, sent.into(), passed.into()), "{state:?} {code}");
    }
}

#[test]
fn client_invite_every_state_against_time() {
    use client_invite::State::*;
    // State; repeated within 64·T1, passed up, gone after it. (After Timer B an INVITE is kept
    // for what may come late.)
    let table = [
        (Calling, 6, "timed out", false),
        (Proceeding, 0, "", false),
        (Completed, 0, "", true),
        (Accepted, 0, "", true),
    ];
    for (state, repeats, passed, gone) in table {
        let (mut bench, id, _) = client_in(state);
        bench.run_ms(31_999);
        assert!(bench.client_state(id).is_some(), "{state:?}");
        bench.run_ms(1);
        assert_eq!(bench.sent().len(), repeats, "{state:?}");
        assert_eq!(bench.passed().concat(), passed, "{state:?}");
        assert_eq!(bench.is_empty(), gone, "{state:?}");
    }
}

#[test]
fn client_invite_over_tcp_repeats_nothing_and_lingers_only_after_2xx() {
    for (code, lingers) in [(486, false), (200, true)] {
        let mut bench = Bench::new();
        let flow = bench.flow(Transport::Tcp);
        let id = bench.request(Method::Invite, flow);
        bench.run_ms(20_000);
        assert_eq!(bench.sent(), ["INVITE"]);
        bench.respond(id, Method::Invite, code, flow);
        assert_eq!(bench.client_state(id).is_some(), lingers, "{code}");
        bench.run_ms(32_000);
        assert!(bench.is_empty());
    }
}

#[test]
fn a_broken_connection_fails_what_waits_for_a_first_answer() {
    let mut bench = Bench::new();
    let flow = bench.flow(Transport::Tcp);
    let calling = bench.request(Method::Invite, flow);
    let ringing = bench.request(Method::Invite, flow);
    let trying = bench.request(Method::Bye, flow);
    bench.respond(ringing, Method::Invite, 180, flow);
    bench.passed();
    bench.turn(|all, turn| all.break_off(turn, flow.connection));
    assert_eq!(bench.passed(), ["broken", "broken"]);
    assert!(bench.client_state(calling).is_none());
    assert!(!bench.transactions.clients.contains_key(&trying));
    // Its answer may still come by a new connection.
    assert_eq!(
        bench.client_state(ringing),
        Some(client_invite::State::Proceeding)
    );
}

/// An INVITE over UDP that has been given up in this state, two seconds after it left.
fn given_up_in(state: client_invite::State) -> (Bench, u64, Flow) {
    let (mut bench, id, flow) = client_in(state);
    bench.run_ms(2_000);
    bench.turn(|all, turn| all.give_up(turn, id));
    bench.sent();
    (bench, id, flow)
}

#[test]
fn an_invite_given_up_hears_what_comes_late() {
    use client_invite::State::*;
    // State, response; next state, sent, passed up.
    let table = [
        (Calling, 100, Proceeding, "", "100"),
        (Calling, 180, Proceeding, "", "180"),
        (Calling, 200, Accepted, "", "200"),
        (Calling, 486, Completed, "ACK", "486"),
        (Proceeding, 180, Proceeding, "", "180"),
        (Proceeding, 200, Accepted, "", "200"),
        (Proceeding, 487, Completed, "ACK", "487"),
        (Completed, 486, Completed, "ACK", ""),
        (Accepted, 200, Accepted, "", "200"),
    ];
    for (state, code, next, sent, passed) in table {
        let (mut bench, id, flow) = given_up_in(state);
        bench.respond(id, Method::Invite, code, flow);
        let now = bench.client_state(id).unwrap_or(Terminated);
        let row = (now, bench.sent().concat(), bench.passed().concat());
        assert_eq!(row, (next, sent.into(), passed.into()), "{state:?} {code}");
        bench.turn(|all, turn| all.give_up(turn, id));
        bench.run_ms(32_000);
        assert_eq!(bench.sent(), [""; 0], "{state:?} {code}");
        assert_eq!(bench.passed(), [""; 0], "{state:?} {code}");
        assert!(bench.is_empty(), "{state:?} {code}");
    }
}

#[test]
fn an_invite_given_up_is_silent_and_gone_in_time() {
    use client_invite::State::*;
    // State; how long it is kept after it was given up two seconds after it left.
    let table = [
        (Calling, 62_000),
        (Proceeding, 32_000),
        (Completed, 30_000),
        (Accepted, 30_000),
    ];
    for (state, kept_ms) in table {
        let (mut bench, _, _) = given_up_in(state);
        bench.run_ms(kept_ms - 1);
        assert_eq!(bench.transactions.len(), 1, "{state:?}");
        bench.run_ms(1);
        assert!(bench.is_empty(), "{state:?}");
        assert_eq!(bench.sent(), [""; 0], "{state:?}");
        assert_eq!(bench.passed(), [""; 0], "{state:?}");
    }
}

#[test]
fn of_too_many_given_up_the_oldest_is_forgotten() {
    let mut bench = Bench::new();
    let flow = bench.flow(Transport::Udp);
    let mut ids = Vec::new();
    for _ in 0..limit::SIP_LATE_INVITES_MAX + 1 {
        let id = bench.request(Method::Invite, flow);
        bench.turn(|all, turn| all.give_up(turn, id));
        ids.push(id);
    }
    assert_eq!(bench.transactions.len(), limit::SIP_LATE_INVITES_MAX);
    assert!(bench.client_state(ids[0]).is_none());
    // One that is answered lives for its ACK, and counts no more.
    bench.respond(ids[1], Method::Invite, 200, flow);
    let id = bench.request(Method::Invite, flow);
    bench.turn(|all, turn| all.give_up(turn, id));
    assert!(bench.client_state(ids[1]).is_some() && bench.client_state(ids[2]).is_some());
    bench.run_ms(64_000);
    assert!(bench.is_empty());
}

#[test]
fn an_invite_given_up_over_tcp_outlives_its_connection() {
    let mut bench = Bench::new();
    let flow = bench.flow(Transport::Tcp);
    let id = bench.request(Method::Invite, flow);
    bench.turn(|all, turn| all.give_up(turn, id));
    bench.turn(|all, turn| all.break_off(turn, flow.connection));
    assert!(bench.passed().is_empty());
    bench.respond(id, Method::Invite, 200, flow);
    assert_eq!(bench.passed(), ["200"]);
    bench.run_ms(32_000);
    assert!(bench.is_empty());
}

#[test]
fn a_reinvite_is_over_with_timer_b() {
    let mut bench = Bench::new();
    let flow = bench.flow(Transport::Udp);
    let mut request = sample(Method::Invite);
    request.headers.remove(HeaderName::Via);
    request
        .headers
        .set(HeaderName::To, "<sip:b@192.0.2.2>;tag=far");
    bench.turn(|all, turn| all.request(turn, User::Nobody, &mut request, flow, 7));
    bench.run_ms(32_000);
    assert_eq!(bench.passed(), ["timed out"]);
    assert!(bench.is_empty());
}

#[test]
fn a_cancel_shares_the_branch_and_waits_for_a_provisional_answer() {
    let (mut bench, id, flow) = client_in(client_invite::State::Calling);
    bench.turn(|all, turn| all.cancel(turn, id));
    assert!(bench.sent().is_empty());
    bench.respond(id, Method::Invite, 100, flow);
    bench.turn(|all, turn| all.cancel(turn, id));
    bench.turn(|all, turn| all.cancel(turn, id));
    assert_eq!(bench.sent(), ["CANCEL"], "twice is once");
    bench.run_ms(500);
    assert_eq!(bench.sent(), ["CANCEL"], "Timer E");
    bench.respond(id | 1, Method::Cancel, 200, flow);
    bench.run_ms(20_000);
    bench.turn(|all, turn| all.cancel(turn, id));
    assert!(bench.sent().is_empty(), "once for ever");
    let proceeding = Some(client_invite::State::Proceeding);
    assert_eq!(
        bench.client_state(id),
        proceeding,
        "the INVITE's own answer counts"
    );
}

#[test]
fn client_other_repeats_by_timer_e_until_an_answer() {
    let mut bench = Bench::new();
    let flow = bench.flow(Transport::Udp);
    let id = bench.request(Method::Options, flow);
    bench.run_ms(15_500);
    assert_eq!(
        bench.sent().len(),
        7,
        "at 0, 0.5, 1.5, 3.5, 7.5, 11.5 and 15.5 s"
    );
    bench.respond(id, Method::Options, 100, flow);
    bench.run_ms(4_000);
    assert_eq!(bench.sent().len(), 1, "every T2 while proceeding");
    bench.respond(id, Method::Options, 200, flow);
    bench.respond(id, Method::Options, 200, flow);
    assert_eq!(bench.passed(), ["100", "200"]);
    bench.run_ms(4_999);
    assert_eq!(bench.transactions.len(), 1, "Timer K");
    bench.run_ms(1);
    assert!(bench.is_empty());
    let lost = bench.request(Method::Options, flow);
    bench.run_ms(32_000);
    assert_eq!(bench.passed(), ["timed out"]);
    assert!(!bench.transactions.clients.contains_key(&lost) && bench.is_empty());
}

/// Brings a server INVITE transaction over UDP into a state.
fn server_in(state: server_invite::State) -> (Bench, u64, Flow) {
    let mut bench = Bench::new();
    let flow = bench.flow(Transport::Udp);
    let key = bench.hear(sample(Method::Invite), flow).unwrap();
    bench.answer(key, Method::Invite, 180);
    match state {
        server_invite::State::Proceeding => {}
        server_invite::State::Accepted => bench.answer(key, Method::Invite, 200),
        _ => bench.answer(key, Method::Invite, 486),
    }
    if state == server_invite::State::Confirmed {
        bench.hear(sample(Method::Ack), flow);
    }
    assert_eq!(bench.server_state(key), Some(state));
    bench.sent();
    bench.passed();
    (bench, key, flow)
}

#[test]
fn server_invite_every_state_against_every_event() {
    use server_invite::State::*;
    enum Event {
        Invite,
        Ack,
        Send(u16),
    }
    use Event::{Ack, Invite, Send};
    // State, event; next state, sent, passed up.
    let table = [
        (Proceeding, Invite, Proceeding, "180", ""),
        (Proceeding, Ack, Proceeding, "", ""),
        (Proceeding, Send(183), Proceeding, "183", ""),
        (Proceeding, Send(200), Accepted, "200", ""),
        (Proceeding, Send(486), Completed, "486", ""),
        (Completed, Invite, Completed, "486", ""),
        (Completed, Ack, Confirmed, "", ""),
        (Completed, Send(183), Completed, "", ""),
        (Completed, Send(200), Completed, "", ""),
        (Completed, Send(500), Completed, "", ""),
        (Confirmed, Invite, Confirmed, "", ""),
        (Confirmed, Ack, Confirmed, "", ""),
        (Confirmed, Send(200), Confirmed, "", ""),
        (Accepted, Invite, Accepted, "", ""),
        (Accepted, Ack, Accepted, "", "ack"),
        (Accepted, Send(180), Accepted, "", ""),
        (Accepted, Send(200), Accepted, "200", ""),
        (Accepted, Send(486), Accepted, "", ""),
    ];
    for (row, (state, event, next, sent, passed)) in table.into_iter().enumerate() {
        let (mut bench, key, flow) = server_in(state);
        match event {
            Invite => drop(bench.hear(sample(Method::Invite), flow)),
            Ack => drop(bench.hear(sample(Method::Ack), flow)),
            Send(code) => bench.answer(key, Method::Invite, code),
        }
        assert_eq!(bench.server_state(key), Some(next), "row {row}");
        assert_eq!(bench.sent().concat(), sent, "row {row}");
        assert_eq!(bench.passed().concat(), passed, "row {row}");
    }
}

#[test]
fn server_invite_every_state_against_time() {
    use server_invite::State::*;
    // State; when it is gone, and what is repeated until then.
    let table = [
        (Completed, 32_000, 10),
        (Confirmed, 5_000, 0),
        (Accepted, 32_000, 0),
    ];
    for (state, millis, repeats) in table {
        let (mut bench, key, _) = server_in(state);
        bench.run_ms(millis - 1);
        assert_eq!(bench.server_state(key), Some(state));
        bench.run_ms(1);
        assert_eq!(bench.sent().len(), repeats, "{state:?}");
        assert!(bench.is_empty(), "{state:?}");
    }
}

#[test]
fn server_other_answers_again_until_timer_j() {
    let mut bench = Bench::new();
    let flow = bench.flow(Transport::Udp);
    let key = bench.hear(sample(Method::Bye), flow).unwrap();
    bench.hear(sample(Method::Bye), flow);
    assert!(bench.sent().is_empty(), "nothing to say yet");
    bench.answer(key, Method::Bye, 200);
    bench.answer(key, Method::Bye, 500);
    bench.hear(sample(Method::Bye), flow);
    assert_eq!(bench.sent(), ["200", "200"]);
    assert_eq!(bench.passed(), ["BYE"]);
    bench.run_ms(31_999);
    assert_eq!(bench.transactions.len(), 1);
    bench.run_ms(1);
    assert!(bench.is_empty());
    let tcp = bench.flow(Transport::Tcp);
    let key = bench.hear(sample(Method::Bye), tcp).unwrap();
    bench.answer(key, Method::Bye, 200);
    assert!(bench.is_empty(), "no Timer J over TCP");
}

#[test]
fn requests_are_told_apart_by_branch_sender_and_method() {
    let mut bench = Bench::new();
    let flow = bench.flow(Transport::Udp);
    let change = |via: &str| {
        let mut request = sample(Method::Options);
        request.headers.set(HeaderName::Via, via);
        request
    };
    let vias = [
        "SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKx;rport",
        "SIP/2.0/UDP 192.0.2.2:5062;branch=z9hG4bKx;rport",
        "SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKy;rport",
    ];
    for via in vias {
        bench.hear(change(via), flow);
        bench.hear(change(via), flow);
    }
    bench.hear(
        change("SIP/2.0/UDP 192.0.2.2:5060;rport;branch=z9hG4bKx"),
        flow,
    );
    assert_eq!(bench.passed().len(), 3);
    bench.hear(sample(Method::Info), flow);
    assert_eq!(bench.passed(), ["INFO"]);
}

#[test]
fn responses_go_where_the_request_came_from() {
    let mut bench = Bench::new();
    let mut flow = bench.flow(Transport::Udp);
    flow.remote = "203.0.113.5:40000".parse().unwrap();
    let key = bench.hear(sample(Method::Options), flow).unwrap();
    assert_eq!(bench.transactions.flow_of(key), Some(flow));
    let Some(Heard::Request { request, .. }) = bench.heard.pop_back() else {
        panic!("a request is passed up");
    };
    let via = request.headers.via_top().unwrap();
    assert_eq!(
        (via.rport(), via.received()),
        (Some(40000), Some(flow.remote.ip()))
    );
    // Without rport: the port that Via names (RFC 3261 §18.2.2).
    let mut old = sample(Method::Info);
    old.headers
        .set(HeaderName::Via, "SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bKz");
    let key = bench.hear(old, flow).unwrap();
    let back = bench.transactions.flow_of(key).unwrap();
    assert_eq!(back.remote, "203.0.113.5:5070".parse().unwrap());
}

#[test]
fn a_response_needs_our_branch_and_nonce() {
    let (mut bench, id, flow) = client_in(client_invite::State::Calling);
    let mut response = Response::to(&sample(Method::Invite), Code::OK);
    for branch in [
        "z9hG4bK1.00000008",
        "z9hG4bK2.00000007",
        "z9hG4bK1",
        "1.00000007",
    ] {
        let via = format!("SIP/2.0/UDP 192.0.2.1;branch={branch}");
        response.headers.set(HeaderName::Via, via);
        assert!(bench.transactions.user_of(&response).is_none(), "{branch}");
    }
    bench.respond(id, Method::Invite, 200, flow);
    assert_eq!(bench.passed(), ["200"]);
}
