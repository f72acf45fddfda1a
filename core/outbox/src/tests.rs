//! One line, several lines, holds and memory; and random worlds in `world.rs`.

use super::*;
use model::{AccountSid, CallSid, Method, Span};

mod world;

const SMALL: Bounds = Bounds {
    at_once: 8,
    per_host: 4,
    to_held: 3,
    per_held_host: 2,
    failures: 3,
    ramp: 2,
    in_memory: 20,
    in_line: 6,
    hosts: 6,
    page: 4,
    unrecorded: 50,
    hold_min: Span::from_secs(1),
    hold_max: Span::from_secs(8),
    put_off: Span::from_secs(60),
    reread: Span::from_secs(1),
};

fn callback(id: u128, host: &str, made: Time) -> Callback {
    Callback {
        id: CallbackId(id),
        account: AccountSid(1),
        call: CallSid(1),
        method: Method::Post,
        url: format!("http://{host}/{id}"),
        parameters: Vec::new(),
        made,
    }
}

/// An outbox over an empty store.
fn empty(bounds: Bounds) -> Outbox {
    let mut outbox = Outbox::new(bounds, Chance::new(1));
    assert!(matches!(outbox.steps()[..], [Step::List { .. }]));
    outbox.hosts(Time(0), Vec::new());
    outbox
}

fn add(outbox: &mut Outbox, host: &str, ids: impl IntoIterator<Item = u128>) {
    for id in ids {
        outbox.add(Time(0), callback(id, host, Time(0)));
    }
}

/// What was started since one last looked.
fn started(outbox: &mut Outbox) -> Vec<u128> {
    let steps = outbox.steps();
    let started = steps.into_iter().filter_map(|step| match step {
        Step::Start(callback) => Some(callback.id.0),
        _ => None,
    });
    started.collect()
}

fn end(outbox: &mut Outbox, now: Time, id: u128, outcome: Outcome) {
    outbox.attempted(now, CallbackId(id), outcome);
    outbox.recorded(now, CallbackId(id));
}

#[test]
fn one_line_starts_in_order_without_waiting_for_replies_up_to_its_bound() {
    let mut outbox = empty(SMALL);
    add(&mut outbox, "a", 1..=6);
    assert_eq!(started(&mut outbox), [1, 2, 3, 4]);
    assert_eq!(outbox.waiting(), 2);
    end(&mut outbox, Time(1), 3, Outcome::Arrived);
    assert_eq!(started(&mut outbox), [5]);
}

#[test]
fn who_hangs_leaves_others_their_places() {
    let mut outbox = empty(Bounds {
        hosts: 100,
        in_memory: 1_000,
        ..SMALL
    });
    // Each of them would take four places if it could: no more than are left free.
    for host in 0..3_u128 {
        let ids = host * 10..host * 10 + 6;
        add(&mut outbox, &format!("slow{host}"), ids);
    }
    assert_eq!(outbox.under_way(), 7, "the last place is for a new host");
    started(&mut outbox);
    add(&mut outbox, "quick", [1_000, 1_001]);
    assert_eq!(started(&mut outbox), [1_000]);
    // Its reply makes room, and of those who want it the one with the fewest under way has it.
    end(&mut outbox, Time(1), 1_000, Outcome::Arrived);
    assert_eq!(started(&mut outbox), [1_001]);
    // Of two places that come free, one stays so.
    end(&mut outbox, Time(2), 0, Outcome::Arrived);
    end(&mut outbox, Time(2), 10, Outcome::Arrived);
    assert_eq!(started(&mut outbox), [21]);
}

#[test]
fn a_host_that_fails_is_held_probed_and_let_go() {
    let mut outbox = empty(SMALL);
    add(&mut outbox, "dead", 1..=6);
    add(&mut outbox, "live", [100]);
    assert_eq!(started(&mut outbox), [1, 2, 3, 4, 100]);
    for id in 1..=4 {
        end(&mut outbox, Time(10), id, Outcome::Failed);
    }
    // Three failures hold it; the fourth attempt had begun before. One more had been started
    // after each of the first two.
    assert_eq!(started(&mut outbox), [5, 6]);
    add(&mut outbox, "dead", 7..=12);
    assert_eq!(started(&mut outbox), [0_u128; 0]);
    assert_eq!(outbox.held(), 1);
    for id in [5, 6] {
        end(&mut outbox, Time(10), id, Outcome::Failed);
    }
    add(&mut outbox, "live", [101]);
    assert_eq!(started(&mut outbox), [101], "others don't notice");

    // Each probe that fails costs one callback and doubles the hold, up to its bound.
    let (mut last, mut waits) = (Time(10), Vec::new());
    for id in 7..=11 {
        let at = outbox.next_timeout().unwrap();
        outbox.tick(Time(at.0 - 1));
        assert_eq!(started(&mut outbox), [0_u128; 0]);
        outbox.tick(at);
        assert_eq!(drain(&mut outbox, at, "dead", id..=12), [id]);
        waits.push(at.since(last).0 as f64 / 1e6);
        last = at;
        end(&mut outbox, at, id, Outcome::Failed);
        drain(&mut outbox, at, "dead", id + 1..=12);
    }
    for (wait, whole) in waits.iter().zip([1.0, 2.0, 4.0, 8.0, 8.0]) {
        assert!(
            (whole / 2.0..=whole).contains(wait),
            "{waits:?}: half to all of the hold"
        );
    }
    // A probe that arrives lets it go, a few at first.
    let at = outbox.next_timeout().unwrap();
    outbox.tick(at);
    assert_eq!(drain(&mut outbox, at, "dead", 12..=12), [12]);
    for id in 13..=18 {
        outbox.add(at, callback(id, "dead", at));
    }
    assert_eq!(started(&mut outbox), [0_u128; 0]);
    end(&mut outbox, at, 12, Outcome::Arrived);
    assert_eq!(drain(&mut outbox, at, "dead", 13..=18), [13, 14]);
    assert_eq!(outbox.held(), 0);
    end(&mut outbox, at, 13, Outcome::Arrived);
    assert_eq!(drain(&mut outbox, at, "dead", 14..=18), [15, 16]);
}

/// Answers reads of this host with these rows, and tells what was started.
fn drain(
    outbox: &mut Outbox,
    now: Time,
    host: &str,
    rows: impl Iterator<Item = u128> + Clone,
) -> Vec<u128> {
    let mut all = Vec::new();
    loop {
        let steps = outbox.steps();
        if steps.is_empty() {
            return all;
        }
        for step in steps {
            match step {
                Step::Start(callback) => all.push(callback.id.0),
                Step::Read { host: asked, most } => {
                    assert_eq!(asked, format!("http://{host}:80"));
                    let rows = rows.clone().take(most);
                    outbox.rows(now, rows.map(|id| callback(id, host, Time(0))).collect());
                }
                Step::List { .. } => panic!("no host is unknown"),
            }
        }
    }
}

#[test]
fn none_is_put_off_for_longer_than_its_bound() {
    let mut outbox = empty(SMALL);
    add(&mut outbox, "dead", 1..=3);
    started(&mut outbox);
    for id in 1..=3 {
        end(&mut outbox, Time(10), id, Outcome::Failed);
    }
    let made = Time::from_secs(0);
    for id in 4..=9 {
        outbox.add(Time(11), callback(id, "dead", made));
    }
    assert_eq!(started(&mut outbox), [0_u128; 0]);
    // A hanging probe keeps the hold; those that are old enough go beside it, two at once.
    let at = outbox.next_timeout().unwrap();
    outbox.tick(at);
    assert_eq!(drain(&mut outbox, at, "dead", 4..=9), [4]);
    let due = outbox.next_timeout().unwrap();
    assert_eq!(due, made + SMALL.put_off);
    outbox.tick(due);
    assert_eq!(drain(&mut outbox, due, "dead", 4..=9), [5]);
    end(&mut outbox, due, 5, Outcome::Failed);
    assert_eq!(drain(&mut outbox, due, "dead", 6..=9), [6]);
}

#[test]
fn what_says_nothing_of_the_host_neither_holds_it_nor_lets_it_go() {
    let mut outbox = empty(SMALL);
    add(&mut outbox, "a", 1..=4);
    for id in [1, 2] {
        end(&mut outbox, Time(1), id, Outcome::Failed);
    }
    end(&mut outbox, Time(1), 3, Outcome::Neither);
    assert_eq!(outbox.held(), 0);
    end(&mut outbox, Time(1), 4, Outcome::Failed);
    assert_eq!(outbox.held(), 1);
    outbox.add(Time(2), callback(5, "a", Time(2)));
    outbox.add(Time(2), callback(6, "a", Time(2)));
    started(&mut outbox);
    let at = outbox.next_timeout().unwrap();
    outbox.tick(at);
    assert_eq!(drain(&mut outbox, at, "a", 6..=6), [5]);
    end(&mut outbox, at, 5, Outcome::Neither);
    assert_eq!(drain(&mut outbox, at, "a", 6..=6), [6], "the next probe");
    assert_eq!(outbox.held(), 1);
}

#[test]
fn failures_are_forgotten_and_lines_go() {
    let mut outbox = empty(SMALL);
    add(&mut outbox, "a", 1..=3);
    for id in 1..=3 {
        end(&mut outbox, Time(1), id, Outcome::Failed);
    }
    assert_eq!((outbox.held(), outbox.lines.len()), (1, 1));
    while let Some(at) = outbox.next_timeout() {
        outbox.tick(at);
    }
    assert_eq!((outbox.held(), outbox.lines.len()), (0, 0));
}

#[test]
fn memory_is_shared_and_the_rest_is_read_back_in_order() {
    let mut outbox = empty(SMALL);
    add(&mut outbox, "a", 1..=30);
    assert_eq!(started(&mut outbox), [1, 2, 3, 4]);
    assert!(outbox.in_memory <= SMALL.in_line);
    assert_eq!(outbox.waiting(), 26);
    let mut seen = vec![1, 2, 3, 4];
    for n in 1..=30 {
        end(&mut outbox, Time(n as u64), n, Outcome::Arrived);
        seen.extend(drain(&mut outbox, Time(n as u64), "a", n + 1..=30));
    }
    assert_eq!(seen, (1..=30).collect::<Vec<_>>());
    assert_eq!((outbox.waiting(), outbox.lines.len()), (0, 0));
}

#[test]
fn a_host_without_room_for_a_line_comes_later() {
    let mut outbox = empty(SMALL);
    for host in 0..7_u128 {
        add(&mut outbox, &format!("h{host}"), [host]);
    }
    assert_eq!(started(&mut outbox).len(), 6);
    for id in 0..3 {
        end(&mut outbox, Time(1), id, Outcome::Arrived);
    }
    let steps = outbox.steps();
    assert!(matches!(steps[..], [Step::List { .. }]), "{steps:?}");
    // Those under way are listed too; they have lines.
    let listed = (3..7).map(|n| (format!("http://h{n}:80"), 1));
    outbox.hosts(Time(2), listed.take(2).collect());
    outbox.hosts(Time(2), vec![("http://h6:80".to_owned(), 1)]);
    assert_eq!(
        started(&mut outbox),
        [0_u128; 0],
        "a second answer counts for nothing"
    );
}

#[test]
fn what_could_not_be_stored_is_kept_up_to_a_bound() {
    let mut outbox = empty(SMALL);
    let kept = (0..100_u128).filter(|n| outbox.add_unstored(Time(0), callback(*n, "a", Time(0))));
    assert_eq!(kept.count(), 4 + 2 * SMALL.in_memory);
}

#[test]
fn nothing_is_begun_while_too_much_is_unrecorded() {
    let mut outbox = empty(Bounds {
        unrecorded: 2,
        ..SMALL
    });
    add(&mut outbox, "a", 1..=9);
    started(&mut outbox);
    outbox.attempted(Time(1), CallbackId(1), Outcome::Arrived);
    outbox.attempted(Time(1), CallbackId(2), Outcome::Arrived);
    assert_eq!(started(&mut outbox), [5]);
    outbox.recorded(Time(2), CallbackId(1));
    assert_eq!(started(&mut outbox), [6]);
}
