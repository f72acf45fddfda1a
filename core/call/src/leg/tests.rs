//! The leg as a table: every state, every event, the state that follows.

use super::*;
use crate::config::Config;
use crate::effect::Effect;
use crate::turn::Desk;
use model::signal::Origin;
use model::{Chance, Time};

const CALL: CallSid = CallSid(1);

fn with<T>(act: impl FnOnce(&mut Turn<'_>) -> T) -> (T, Vec<Effect>) {
    let mut desk = Desk::new(Config::default(), Chance::new(1));
    let mut out = Vec::new();
    let mut turn = Turn {
        now: Time(0),
        desk: &mut desk,
        out: &mut out,
    };
    (act(&mut turn), out)
}

fn outbound(turn: &mut Turn<'_>) -> Leg {
    let outbound = Outbound {
        to: Address::Sip("sip:a@b".into()),
        from: Address::Sip("sip:c@d".into()),
        headers: Vec::new(),
        headers_there: Vec::new(),
        credentials: None,
        ring_secs: 60,
        max_forwards: 70,
        own_hops: 0,
        further: Default::default(),
        presentable: true,
    };
    let mut leg = Leg::outbound(LegId(1), CALL, outbound);
    leg.place(turn);
    leg
}

fn inbound(turn: &mut Turn<'_>) -> Leg {
    let offered = Offered {
        to: Address::Sip("sip:a@b".into()),
        from: Address::Sip("sip:c@d".into()),
        caller_name: None,
        forwarded_from: None,
        sdp: None,
        sip_call_id: "i".into(),
        source: "192.0.2.1:5060".into(),
        origin: Origin::Trunk("t".into()),
        headers: Vec::new(),
        max_forwards: 70,
    };
    let mut leg = Leg::inbound(LegId(1), CALL, &offered);
    leg.open(Opening::Offer, turn);
    leg.media(&MediaEvent::Opened { sdp: "s".into() }, turn);
    leg
}

/// A leg that has come so far.
fn leg_in(state: &str, turn: &mut Turn<'_>) -> Leg {
    if state.starts_with("caller") {
        let mut leg = inbound(turn);
        if state == "caller answered" {
            leg.answer(turn);
        }
        return leg;
    }
    let mut leg = outbound(turn);
    let far = ["opening", "inviting", "ringing", "answered", "ended"];
    let steps = far
        .iter()
        .position(|it| *it == state)
        .expect("a state of the table");
    if steps >= 1 {
        leg.media(&MediaEvent::Opened { sdp: "s".into() }, turn);
    }
    if steps >= 2 {
        leg.signal(progress(180), turn);
    }
    if steps >= 3 {
        leg.signal(answered(), turn);
    }
    if steps >= 4 {
        leg.hang_up(turn);
    }
    leg
}

fn progress(code: u16) -> SignalEvent {
    SignalEvent::Progress { code, sdp: None }
}

fn answered() -> SignalEvent {
    SignalEvent::Answered {
        sdp: Some("s".into()),
        headers: Vec::new(),
        sip_call_id: "i".into(),
    }
}

fn failed(code: u16) -> SignalEvent {
    let (reason, headers, sip_call_id) = (String::new(), Vec::new(), "i".to_owned());
    SignalEvent::Failed {
        code,
        reason,
        headers,
        sip_call_id,
        error: None,
    }
}

type Event = (&'static str, fn(&mut Leg, &mut Turn<'_>));

const EVENTS: [Event; 14] = [
    ("opened", |leg, turn| {
        leg.media(&MediaEvent::Opened { sdp: "s".into() }, turn)
    }),
    ("sound refused", |leg, turn| {
        leg.media(
            &MediaEvent::Refused {
                code: 488,
                text: String::new(),
            },
            turn,
        );
    }),
    ("sound lost", |leg, turn| leg.media(&MediaEvent::Lost, turn)),
    ("180", |leg, turn| leg.signal(progress(180), turn)),
    ("181", |leg, turn| leg.signal(progress(181), turn)),
    ("200", |leg, turn| leg.signal(answered(), turn)),
    ("486", |leg, turn| leg.signal(failed(486), turn)),
    ("500", |leg, turn| leg.signal(failed(500), turn)),
    ("released", |leg, turn| {
        leg.signal(SignalEvent::Released { canceled: false }, turn)
    }),
    ("ring timeout", |leg, turn| leg.timeout(Timer::Ring, turn)),
    ("open timeout", |leg, turn| leg.timeout(Timer::Open, turn)),
    ("we hang up", |leg, turn| leg.hang_up(turn)),
    ("we answer", |leg, turn| leg.answer(turn)),
    ("we refuse", |leg, turn| leg.refuse(486, Cause::Busy, turn)),
];

const STATES: [&str; 7] = [
    "opening",
    "inviting",
    "ringing",
    "answered",
    "ended",
    "caller ringing",
    "caller answered",
];

/// One letter for each state of `STATES`: O(pening) I(nviting) R(inging) A(nswered), and for the
/// ends C(ompleted) B(usy) N(o answer) F(ailed) X canceled.
const TABLE: [&str; 14] = [
    "IIRACRA", // opened
    "FFFFCFF", // sound refused
    "XXXCCXC", // sound lost
    "ORRACRA", // 180
    "OIRACRA", // 181
    "OAAACRA", // 200
    "BBBBCBB", // 486
    "FFFFCFF", // 500
    "NNNCCNC", // released
    "NNNACNA", // ring timeout
    "FFFFCFF", // open timeout
    "XXXCCXC", // we hang up
    "OIRACAA", // we answer
    "OIRACBA", // we refuse
];

fn letter(status: CallStatus) -> char {
    match status {
        CallStatus::Queued => 'O',
        CallStatus::Initiated => 'I',
        CallStatus::Ringing => 'R',
        CallStatus::InProgress => 'A',
        CallStatus::Completed => 'C',
        CallStatus::Busy => 'B',
        CallStatus::NoAnswer => 'N',
        CallStatus::Failed => 'F',
        CallStatus::Canceled => 'X',
    }
}

#[test]
fn every_event_in_every_state_leads_where_the_table_says() {
    for ((event, happen), expected) in EVENTS.iter().zip(TABLE) {
        let row: String = STATES
            .iter()
            .map(|state| {
                let (leg, _) = with(|turn| {
                    let mut leg = leg_in(state, turn);
                    happen(&mut leg, turn);
                    leg
                });
                letter(leg.status())
            })
            .collect();
        assert_eq!(row, expected, "{event}");
    }
}

#[test]
fn whatever_ends_a_leg_its_sound_is_closed_once_and_nothing_is_said_after() {
    for (event, happen) in EVENTS {
        for (other, again) in EVENTS {
            for state in STATES {
                let (_, out) = with(|turn| {
                    let mut leg = leg_in(state, turn);
                    happen(&mut leg, turn);
                    again(&mut leg, turn);
                    leg.hang_up(turn);
                });
                let close = Effect::Media {
                    leg: LegId(1),
                    command: MediaCommand::Close,
                };
                let closed = out.iter().filter(|effect| **effect == close).count();
                assert_eq!(closed, 1, "{state}: {event}, {other}");
                let released = out.iter().filter(|effect| {
                    matches!(
                        effect,
                        Effect::Signal {
                            command: SignalCommand::Release | SignalCommand::Refuse { .. },
                            ..
                        }
                    )
                });
                assert!(released.count() <= 1, "{state}: {event}, {other}");
                assert_eq!(out.last(), Some(&close), "{state}: {event}, {other}");
            }
        }
    }
}
