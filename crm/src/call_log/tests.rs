//! The machine is told stories of calls: in order, out of order, and more than once.

use super::*;

const AGENT: &str = "CA00000000000000000000000000000001";
const OTHER: &str = "CA00000000000000000000000000000002";

fn at(seconds: i64) -> Moment {
    Moment::from_millis(1_795_000_000_000 + seconds * 1_000)
}

/// A callback of the first leg.
fn first(status: Status, sequence: u32, second: i64) -> LegNews {
    LegNews {
        sequence: Some(sequence),
        ..LegNews::first(AGENT, status, at(second))
    }
}

/// A callback of the second leg.
fn second(status: Status, sequence: u32, when: i64) -> LegNews {
    LegNews {
        parent_call_sid: Some(AGENT.to_owned()),
        call_sid: OTHER.to_owned(),
        ..first(status, sequence, when)
    }
}

fn lasted(news: LegNews, seconds: u32) -> Event {
    Event::Leg(LegNews {
        seconds: Some(seconds),
        ..news
    })
}

fn dial(status: Status, dialled: bool, seconds: Option<u32>, when: i64) -> Event {
    Event::DialComplete(DialComplete {
        call_sid: AGENT.to_owned(),
        status,
        dialled_sid: dialled.then(|| OTHER.to_owned()),
        seconds,
        at: at(when),
    })
}

fn refused(code: u32, message: &str) -> Event {
    Event::Refused(Refusal {
        error: CallError {
            code: Some(code),
            message: message.to_owned(),
        },
        at: at(1),
    })
}

/// A call that goes well, in order. The platform's clock and ours are a second apart.
fn talked() -> Vec<Event> {
    vec![
        Event::Leg(LegNews::first(AGENT, Status::Queued, at(0))),
        Event::Leg(first(Status::Initiated, 0, 0)),
        Event::Leg(first(Status::Ringing, 1, 1)),
        Event::Leg(LegNews::first(AGENT, Status::InProgress, at(5))),
        Event::Leg(first(Status::InProgress, 2, 4)),
        Event::Leg(second(Status::Initiated, 0, 6)),
        Event::Leg(second(Status::Ringing, 1, 7)),
        Event::Leg(second(Status::InProgress, 2, 10)),
        dial(Status::Completed, true, Some(31), 41),
        lasted(second(Status::Completed, 3, 41), 31),
        lasted(first(Status::Completed, 3, 42), 38),
        Event::Recorded(Recording::heard("RE1", "http://voice.example/RE1", 31)),
    ]
}

/// How calls go, and what is to be said of them.
fn stories() -> Vec<(Direction, Vec<Event>, Outcome)> {
    let agent_answers = || {
        vec![
            Event::Leg(LegNews::first(AGENT, Status::Queued, at(0))),
            Event::Leg(first(Status::Ringing, 1, 1)),
            Event::Leg(first(Status::InProgress, 2, 4)),
            Event::Leg(second(Status::Initiated, 0, 6)),
            Event::Leg(second(Status::Ringing, 1, 7)),
        ]
    };
    let contact = |status, sequence, dialled, told| {
        let mut events = agent_answers();
        if dialled {
            events.push(lasted(second(status, sequence, 9), 0));
        } else {
            events.truncate(3);
        }
        events.push(dial(told, dialled, None, 9));
        events.push(lasted(first(Status::Completed, 3, 12), 8));
        events
    };
    let agent = |status| {
        let mut events = agent_answers();
        events.truncate(2);
        events.push(lasted(first(status, 2, 9), 0));
        events
    };
    let incoming = |mut events: Vec<Event>| {
        events.retain(|event| match event {
            Event::Leg(news) => news.parent_call_sid.is_some() || news.status.rank() > 2,
            _ => true,
        });
        events
    };
    let (inbound, outbound) = (Direction::Inbound, Direction::Outbound);
    let (busy, silent, failed) = (Status::Busy, Status::NoAnswer, Status::Failed);
    vec![
        (outbound, talked(), Outcome::Talked),
        (outbound, contact(busy, 2, true, busy), Outcome::ContactBusy),
        (
            outbound,
            contact(silent, 2, true, silent),
            Outcome::ContactNoAnswer,
        ),
        (
            outbound,
            contact(failed, 2, false, failed),
            Outcome::ContactFailed,
        ),
        (
            outbound,
            contact(Status::Canceled, 2, true, silent),
            Outcome::Canceled,
        ),
        (outbound, agent(busy), Outcome::AgentBusy),
        (outbound, agent(silent), Outcome::AgentNoAnswer),
        (outbound, agent(failed), Outcome::AgentFailed),
        (outbound, agent(Status::Canceled), Outcome::Canceled),
        (
            outbound,
            vec![refused(21211, "no such number")],
            Outcome::Failed,
        ),
        (inbound, incoming(talked()), Outcome::Talked),
        (
            inbound,
            incoming(contact(busy, 2, true, busy)),
            Outcome::AgentBusy,
        ),
        (
            inbound,
            incoming(contact(silent, 2, true, silent)),
            Outcome::AgentNoAnswer,
        ),
        (
            inbound,
            incoming(agent(Status::NoAnswer)),
            Outcome::Canceled,
        ),
    ]
}

fn begun(direction: Direction) -> CallLog {
    match direction {
        Direction::Outbound => CallLog::outbound(at(0)),
        Direction::Inbound => CallLog::inbound(AGENT, at(0)),
    }
}

fn told<'a>(direction: Direction, events: impl IntoIterator<Item = &'a Event>) -> CallLog {
    let mut log = begun(direction);
    for event in events {
        log.hear(event);
    }
    log
}

/// Numbers by chance, from a seed that a failure names.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

#[test]
fn a_call_that_goes_well_passes_every_stage() {
    let mut log = begun(Direction::Outbound);
    let mut stages = vec![log.stage()];
    for event in talked() {
        log.hear(&event);
        if stages.last() != Some(&log.stage()) {
            stages.push(log.stage());
        }
    }
    assert_eq!(stages, Stage::ALL);
    assert_eq!(log.status(), Status::Completed);
    assert_eq!(log.outcome(), Some(Outcome::Talked));
    assert_eq!(log.answered_at(), Some(at(4)));
    assert_eq!(log.connected_at(), Some(at(10)));
    assert_eq!(log.ended_at(), Some(at(42)));
    assert_eq!(log.duration_seconds(), Some(38));
    assert_eq!(log.talk_seconds(), Some(31));
    assert_eq!(log.agent().call_sid.as_deref(), Some(AGENT));
    assert_eq!(log.other().call_sid.as_deref(), Some(OTHER));
    let recording = log.kept().recording.as_ref().unwrap();
    assert_eq!(recording.url, "http://voice.example/RE1.mp3");
}

#[test]
fn each_story_has_its_outcome() {
    for (direction, events, outcome) in stories() {
        let log = told(direction, &events);
        assert_eq!(log.outcome(), Some(outcome), "{events:#?}");
        assert_eq!(log.stage(), Stage::Ended);
        assert!(log.ended_at().is_some());
        assert!(log.duration_seconds().is_some());
        assert_eq!(log.talk_seconds().is_some(), outcome == Outcome::Talked);
        assert_eq!(log.connected_at().is_some(), outcome == Outcome::Talked);
    }
}

#[test]
fn order_and_repetition_make_no_difference_and_nothing_moves_back() {
    for (number, (direction, events, outcome)) in stories().into_iter().enumerate() {
        let expected = told(direction, &events);
        for seed in 1..=2_000 {
            let mut chance = Chance(0x9e37_79b9_7f4a_7c15 ^ (seed << 8) ^ number as u64);
            let mut order: Vec<usize> = (0..events.len()).collect();
            for _ in 0..chance.below(2 * events.len()) {
                order.push(chance.below(events.len()));
            }
            for place in (1..order.len()).rev() {
                order.swap(place, chance.below(place + 1));
            }
            let mut log = begun(direction);
            for place in &order {
                let (stage, rank) = (log.stage(), log.status().rank());
                log.hear(&events[*place]);
                assert!(log.stage() >= stage, "story {number}, seed {seed}");
                assert!(log.status().rank() >= rank, "story {number}, seed {seed}");
            }
            assert_eq!(log, expected, "story {number}, seed {seed}: {order:?}");
            assert_eq!(log.outcome(), Some(outcome));
        }
    }
}

#[test]
fn an_event_that_comes_twice_changes_nothing() {
    for (direction, events, _) in stories() {
        let mut log = begun(direction);
        for event in &events {
            log.hear(event);
            assert!(!log.hear(event), "{event:?}");
        }
    }
}

#[test]
fn an_event_of_another_call_changes_nothing() {
    let mut log = told(Direction::Outbound, &talked()[..6]);
    let stranger = "CA00000000000000000000000000000009";
    assert!(!log.hear(&Event::Leg(LegNews::first(
        stranger,
        Status::Completed,
        at(7)
    ))));
    let child = LegNews::second(AGENT, stranger, Status::Completed, at(7));
    assert!(!log.hear(&Event::Leg(child)));
    let child = LegNews::second(stranger, OTHER, Status::Completed, at(7));
    assert!(!log.hear(&Event::Leg(child)));
}

#[test]
fn a_lost_answer_of_the_platform_is_made_good_by_any_callback() {
    for events in [&talked()[2..3], &talked()[6..7], &talked()[8..9]] {
        let log = told(Direction::Outbound, events);
        assert_eq!(log.kept().first.call_sid.as_deref(), Some(AGENT));
        assert_ne!(log.stage(), Stage::Asking);
    }
}

#[test]
fn what_lost_callbacks_would_have_told_follows_from_the_rest() {
    let log = told(Direction::Outbound, &talked()[8..11]);
    assert_eq!(log.outcome(), Some(Outcome::Talked));
    assert_eq!(log.answered_at(), Some(at(4)));
    assert_eq!(log.connected_at(), Some(at(10)));
    // Neither was a length told: the moments have it.
    let ended = Event::Leg(first(Status::Completed, 3, 42));
    let log = told(Direction::Outbound, talked()[..8].iter().chain([&ended]));
    assert_eq!(log.duration_seconds(), Some(38));
    assert_eq!(log.talk_seconds(), None);
}

#[test]
fn nothing_is_shown_from_before_the_call_was_asked_for() {
    let mut log = CallLog::outbound(Moment::from_millis(at(0).millis() + 700));
    log.hear(&Event::Leg(first(Status::InProgress, 2, 0)));
    log.hear(&Event::Leg(first(Status::Completed, 3, 0)));
    assert_eq!(log.answered_at(), Some(log.kept().started_at));
    assert_eq!(log.ended_at(), Some(log.kept().started_at));
}

#[test]
fn a_refusal_ends_the_call_and_says_why() {
    let log = told(Direction::Outbound, &[refused(21211, "no such number")]);
    assert_eq!(log.status(), Status::Failed);
    assert_eq!(log.ended_at(), Some(at(1)));
    let error = log.kept().error.as_ref().unwrap();
    assert_eq!(error.to_string(), "21211: no such number");
}

#[test]
fn every_word_is_read_as_it_is_written() {
    for status in Status::ALL {
        assert_eq!(Status::parse(status.as_str()), Some(*status));
    }
    for stage in Stage::ALL {
        assert_eq!(Stage::parse(stage.as_str()), Some(*stage));
    }
    for outcome in Outcome::ALL {
        assert_eq!(Outcome::parse(outcome.as_str()), Some(*outcome));
    }
    assert_eq!(Status::parse("answered"), None);
}
