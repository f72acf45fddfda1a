//! Lists of calls: pages hold, filters meet, orders are kept.

use crate::sample::*;
use crate::suite::{commit, key, sids};
use model::*;
use store::*;

#[test]
fn pages_stay_where_they_are_while_calls_arrive_and_go() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    // Two calls a second: the identifier decides between those of one second.
    let rows = (0..10).map(|n| Write::Call(Box::new(call(100 + n, 50 + n as u64 / 2))));
    commit(store.as_ref(), rows.collect());
    let list = |start| {
        store
            .calls(ACCOUNT, &CallFilter::default(), &PageAsk { size: 4, start })
            .unwrap()
    };
    let one = list(Start::Top);
    assert_eq!((sids(&one), one.more), (vec![109, 108, 107, 106], true));
    // New ones arrive on top, and the whole first page is deleted.
    let deleted = one.rows.iter().map(|row| Write::DeleteCall(row.sid));
    commit(store.as_ref(), vec![Write::Call(Box::new(call(999, 99)))]);
    commit(store.as_ref(), deleted.collect());
    let two = list(Start::After(key(&one.rows[3])));
    assert_eq!((sids(&two), two.more), (vec![105, 104, 103, 102], true));
    let three = list(Start::After(key(&two.rows[3])));
    assert_eq!((sids(&three), three.more), (vec![101, 100], false));
    let back = list(Start::Before(key(&three.rows[0])));
    assert_eq!((sids(&back), back.more), (vec![105, 104, 103, 102], true));
    let back = list(Start::Before(key(&two.rows[0])));
    assert_eq!((sids(&back), back.more), (vec![999], false));
    assert_eq!(sids(&list(Start::Skip(5))), [101, 100]);
    assert_eq!(sids(&list(Start::Skip(50))), [0_u128; 0]);
}

#[test]
fn lists_by_time_are_in_its_order_and_hold_when_a_call_goes() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    // Made in order, started in another, and each two ended at the same moment.
    let rows: Vec<CallRow> = (0..12)
        .map(|n| CallRow {
            start_time: (n != 5).then(|| Time::from_secs(500 + (n * 7) % 12)),
            end_time: Some(Time::from_secs(900 + n / 2)),
            ..ended_call(100 + u128::from(n), 50 + n)
        })
        .collect();
    let writes = rows.iter().cloned().map(|row| Write::Call(Box::new(row)));
    commit(store.as_ref(), writes.collect());
    let span = |from, to| TimeRange {
        from: Some(Time::from_secs(from)),
        to: Some(Time::from_secs(to)),
    };
    let from = Some(Address::Client("alice b".into()));
    let started = CallFilter {
        start_time: span(502, 511),
        from,
        ..CallFilter::default()
    };
    let ended = CallFilter {
        end_time: span(901, 905),
        ..CallFilter::default()
    };
    for (filter, gone) in [(started, false), (ended, true)] {
        let ask = |size, start| {
            let page = PageAsk { size, start };
            store.calls(ACCOUNT, &filter, &page).unwrap()
        };
        let all = ask(50, Start::Top).rows;
        let mut sorted = all.clone();
        sorted.sort_by_key(|row| std::cmp::Reverse(filter.place(row)));
        assert!(all == sorted && all.len() >= 8, "{all:?}");
        // Forth by threes and back again.
        let one = ask(3, Start::Top);
        let two = ask(3, Start::After(filter.place(&one.rows[2])));
        assert_eq!(
            sids(&two),
            all[3..6].iter().map(|r| r.sid.0).collect::<Vec<_>>()
        );
        let back = ask(3, Start::Before(filter.place(&two.rows[0])));
        assert_eq!((&back.rows, back.more), (&one.rows, false));
        if gone {
            commit(store.as_ref(), vec![Write::DeleteCall(one.rows[2].sid)]);
            let again = ask(3, Start::After(filter.place(&one.rows[2])));
            assert!(sids(&again).contains(&two.rows[0].sid.0));
        }
    }
}

#[test]
fn calls_of_one_moment_with_like_identifiers_are_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    let sid = |n: u128| n << 64 | 7;
    let made = (1..=3).map(|n| Write::Call(Box::new(call(sid(n), 60))));
    commit(store.as_ref(), made.collect());
    commit(store.as_ref(), vec![Write::DeleteCall(CallSid(sid(1)))]);
    for n in 2..=3 {
        let row = CallRow {
            status: CallStatus::Busy,
            end_time: Some(Time::from_secs(60 + n as u64)),
            ..call(sid(n), 60)
        };
        // Once at its end and once more, when it is rated.
        let rated = CallRow {
            queue_time_ms: n as u32,
            ..row.clone()
        };
        commit(store.as_ref(), vec![Write::Call(Box::new(row))]);
        commit(store.as_ref(), vec![Write::Call(Box::new(rated.clone()))]);
        assert_eq!(store.call(ACCOUNT, CallSid(sid(n))).unwrap(), Some(rated));
    }
    let list = |start| {
        let page = PageAsk { size: 1, start };
        store.calls(ACCOUNT, &CallFilter::default(), &page).unwrap()
    };
    let one = list(Start::Top);
    let two = list(Start::After(key(&one.rows[0])));
    assert_eq!([sids(&one), sids(&two)], [[sid(3)], [sid(2)]]);
    assert!(one.more && !two.more);
}

#[test]
fn every_filter_together_with_every_other_finds_the_same_as_looking_at_each_call() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    let mut chance = Chance::new(7);
    let party = |n: u64| Address::Number(format!("+1202555010{n}"));
    let words = [
        "queued",
        "ringing",
        "in-progress",
        "completed",
        "busy",
        "canceled",
    ];
    let mut rows: Vec<CallRow> = Vec::new();
    for n in 0..300 {
        let status = CallStatus::parse(words[chance.below(6) as usize]).unwrap();
        let at = 1_000 + n / 3;
        let mut row = call(chance.next_u128() << 10 | u128::from(n), at);
        row.to = party(chance.below(3));
        row.from = party(chance.below(3));
        row.status = status;
        row.parent = chance
            .percent(30)
            .then_some(CallSid(u128::from(chance.below(4))));
        row.start_time = chance
            .percent(80)
            .then(|| Time::from_secs(at + chance.below(9)));
        if status.is_final() {
            row.end_time = Some(Time::from_secs(at + 9 + chance.below(90)));
        }
        rows.push(row);
    }
    // Each comes to the store queued first, so that every index is gone through.
    let queued = rows.iter().map(|row| CallRow {
        status: CallStatus::Queued,
        start_time: None,
        end_time: None,
        ..row.clone()
    });
    commit(
        store.as_ref(),
        queued.map(|row| Write::Call(Box::new(row))).collect(),
    );
    let writes = rows.iter().cloned().map(|row| Write::Call(Box::new(row)));
    commit(store.as_ref(), writes.collect());

    let within = |time: Option<Time>, range: TimeRange| {
        range == TimeRange::default()
            || time.is_some_and(|time| {
                range.from.is_none_or(|from| time >= from) && range.to.is_none_or(|to| time < to)
            })
    };
    let ranges = [
        TimeRange::default(),
        TimeRange {
            from: Some(Time::from_secs(1_020)),
            to: Some(Time::from_secs(1_070)),
        },
        TimeRange {
            from: Some(Time::from_secs(1_050)),
            to: None,
        },
    ];
    let mut found = 0;
    for kind in 0..3_u64 * 3 * 3 * 4 * 3 * 3 {
        let mut digits = kind;
        let mut digit = |base: u64| {
            let digit = digits % base;
            digits /= base;
            digit
        };
        let filter = CallFilter {
            to: [None, Some(party(0)), Some(party(9))][digit(3) as usize].clone(),
            from: [None, Some(party(0)), Some(party(1))][digit(3) as usize].clone(),
            parent: [None, Some(CallSid(1)), Some(CallSid(9))][digit(3) as usize],
            status: [None, Some("queued"), Some("busy"), Some("no-answer")][digit(4) as usize]
                .and_then(CallStatus::parse),
            start_time: ranges[digit(3) as usize],
            end_time: ranges[digit(3) as usize],
        };
        let mut wanted: Vec<&CallRow> = rows
            .iter()
            .filter(|row| {
                filter.to.as_ref().is_none_or(|to| *to == row.to)
                    && filter.from.as_ref().is_none_or(|from| *from == row.from)
                    && filter
                        .parent
                        .is_none_or(|parent| Some(parent) == row.parent)
                    && filter.status.is_none_or(|status| status == row.status)
                    && within(row.start_time, filter.start_time)
                    && within(row.end_time, filter.end_time)
            })
            .collect();
        // Calls of one moment are told apart by the last bits of their identifiers.
        wanted.sort_by_key(|row| {
            let key = filter.place(row);
            (
                std::cmp::Reverse((key.date, row.date_created)),
                std::cmp::Reverse(key.sid & 1_023),
            )
        });
        let mut listed = Vec::new();
        let mut start = Start::Top;
        loop {
            let page = store
                .calls(ACCOUNT, &filter, &PageAsk { size: 20, start })
                .unwrap();
            listed.extend(page.rows);
            match listed.last() {
                Some(last) if page.more => start = Start::After(filter.place(last)),
                _ => break,
            }
        }
        assert_eq!(listed.len(), wanted.len(), "{filter:?}");
        for (listed, wanted) in listed.iter().zip(wanted) {
            assert_eq!(listed, wanted, "{filter:?}");
        }
        found += listed.len();
    }
    assert!(found > 3_000, "{found}");
}
