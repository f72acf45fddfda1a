//! What every store must do: rows read back, lists page, filters filter, deleted is gone.

use crate::sample::*;
use model::call::NotificationLevel;
use model::recording::RecordingStatus;
use model::*;
use store::*;

pub fn commit(store: &dyn Store, writes: Vec<Write>) {
    store
        .commit(&writes.iter().collect::<Vec<_>>())
        .expect("a healthy disk");
}

pub fn first(size: u32) -> PageAsk {
    PageAsk {
        size,
        start: Start::Top,
    }
}

pub fn sids(page: &Page<CallRow>) -> Vec<u128> {
    page.rows.iter().map(|row| row.sid.0).collect()
}

pub fn key(row: &CallRow) -> Key {
    Key {
        date: row.date_created,
        sid: row.sid.0,
    }
}

#[test]
fn every_row_reads_back_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    let call_row = ended_call(1, 1_000);
    let (event, note) = (web_event(1, 5), notification(2, 1, 6));
    let sound = recording(3, 1, 7);
    commit(
        store.as_ref(),
        vec![
            Write::Account(Box::new(account())),
            Write::Account(Box::new(subaccount())),
            Write::Key(Box::new(api_key(8))),
            Write::Key(Box::new(api_key(9))),
            Write::Number(Box::new(number(5, "+12025550190"))),
            Write::Call(Box::new(call_row.clone())),
            Write::Recording(Box::new(sound.clone())),
            Write::Notification(Box::new(note.clone())),
            Write::WebEvent(Box::new(event.clone())),
            Write::Callback(Box::new(callback(4, 1))),
        ],
    );
    drop(store);
    let store = open(folder.path(), Durability::Normal);
    assert_eq!(
        store
            .accounts()
            .unwrap()
            .first()
            .map(|a| a.auth_token.len()),
        Some(32)
    );
    assert!(store.accounts().unwrap() == [account(), subaccount()]);
    assert_eq!(store.keys().unwrap(), [api_key(8), api_key(9)]);
    assert_eq!(store.all_numbers().unwrap(), [number(5, "+12025550190")]);
    assert_eq!(store.call(ACCOUNT, CallSid(1)).unwrap(), Some(call_row));
    assert_eq!(store.call(AccountSid(1), CallSid(1)).unwrap(), None);
    assert_eq!(
        store.recording(ACCOUNT, RecordingSid(3)).unwrap(),
        Some(sound)
    );
    let of_call = NotificationFilter {
        call: Some(CallSid(1)),
        level: Some(note.level),
        date: TimeRange {
            from: Some(note.date),
            to: None,
        },
    };
    let notes = store.notifications(ACCOUNT, &of_call, &first(50)).unwrap();
    assert_eq!(notes.rows, std::slice::from_ref(&note));
    let other = match note.level {
        NotificationLevel::Error => NotificationLevel::Warning,
        NotificationLevel::Warning => NotificationLevel::Error,
    };
    let before = TimeRange {
        from: None,
        to: Some(note.date),
    };
    for none in [
        NotificationFilter {
            level: Some(other),
            ..of_call.clone()
        },
        NotificationFilter {
            date: before,
            ..of_call.clone()
        },
        NotificationFilter {
            call: Some(CallSid(2)),
            ..of_call
        },
    ] {
        let found = store.notifications(ACCOUNT, &none, &first(50)).unwrap();
        assert_eq!(found.rows, [], "{none:?}");
    }
    assert_eq!(store.notification(ACCOUNT, note.sid).unwrap(), Some(note));
    assert_eq!(
        store
            .web_events(ACCOUNT, CallSid(1), &first(50))
            .unwrap()
            .rows,
        [event]
    );
    assert_eq!(
        store.pending_callbacks(&callback(1, 1).host(), 9).unwrap(),
        [callback(4, 1)]
    );
}

#[test]
fn a_later_row_replaces_an_earlier_one_and_a_callback_is_promised_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    commit(store.as_ref(), vec![Write::Call(Box::new(call(1, 10)))]);
    assert_eq!(store.unfinished_calls().unwrap().len(), 1);
    let ended = CallRow {
        status: CallStatus::Busy,
        end_time: Some(Time::from_secs(12)),
        duration_secs: Some(0),
        ..call(1, 10)
    };
    commit(
        store.as_ref(),
        vec![
            Write::Call(Box::new(ended.clone())),
            Write::Callback(Box::new(callback(7, 1))),
            Write::Callback(Box::new(callback(6, 1))),
            Write::Callback(Box::new(callback(7, 1))),
        ],
    );
    assert_eq!(store.call(ACCOUNT, CallSid(1)).unwrap(), Some(ended));
    assert_eq!(store.unfinished_calls().unwrap(), []);
    // In the order of the promises, not of their names.
    assert_eq!(
        store.pending_callbacks(&callback(1, 1).host(), 9).unwrap(),
        [callback(7, 1), callback(6, 1)]
    );
    commit(store.as_ref(), vec![Write::CallbackDone(CallbackId(7))]);
    assert_eq!(
        store.pending_callbacks(&callback(1, 1).host(), 9).unwrap(),
        [callback(6, 1)]
    );
}

#[test]
fn callbacks_are_found_by_their_hosts_and_the_oldest_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    let to = |id, host: &str| Callback {
        url: format!("https://name:word@{host}/told?x=1#rc=0"),
        ..callback(id, 1)
    };
    let sent = [(5, "b"), (3, "a"), (4, "b"), (1, "c"), (2, "b")];
    let promised = sent.map(|(id, host)| Write::Callback(Box::new(to(id, host))));
    commit(store.as_ref(), promised.to_vec());
    let host = |name: &str, rows| (format!("https://{name}:443"), rows);
    assert_eq!(
        store.callback_hosts(None, 2).unwrap(),
        [host("a", 1), host("b", 3)]
    );
    assert_eq!(
        store.callback_hosts(Some("https://b:443"), 2).unwrap(),
        [host("c", 1)]
    );
    assert_eq!(
        store.pending_callbacks("https://b:443", 2).unwrap(),
        [to(5, "b"), to(4, "b")]
    );
    assert_eq!(store.pending_callbacks("https://d:443", 2).unwrap(), []);
}

#[test]
fn what_waits_is_kept_sealed_in_order_and_is_not_cut() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    let rows: Vec<_> = (0..2_500_u64)
        .map(|n| call(1 + u128::from(n), 10 + n))
        .collect();
    let plan = |place: u64| waiting(place, &rows[place as usize]);
    let keep = |place: u64| {
        let row = Write::Call(Box::new(rows[place as usize].clone()));
        [row, Write::Waiting(Box::new(plan(place)))]
    };
    // The order of the places counts, not that of the writes.
    let written = (0..2_500).rev().flat_map(keep).collect();
    commit(store.as_ref(), written);
    commit(store.as_ref(), vec![Write::Call(Box::new(call(9_000, 11)))]);
    let unfinished = store.unfinished_calls().unwrap();
    assert_eq!(unfinished, [call(9_000, 11)]);

    let all = |store: &dyn Store| {
        let mut all: Vec<(CallRow, WaitingCall)> = Vec::new();
        loop {
            let after = all.last().map(|(_, waiting)| waiting.place);
            let some = store.waiting_calls(after).unwrap();
            if some.is_empty() {
                return all;
            }
            all.extend(some);
        }
    };
    let expected = |from: u64| (from..2_500).map(|n| (rows[n as usize].clone(), plan(n)));
    assert!(all(store.as_ref()).into_iter().eq(expected(0)));

    // The first one leaves, the second one's plan changes and keeps its place.
    let mut changed = plan(1);
    changed.call.time_limit_secs = 5;
    let writes = vec![Write::Left(0), Write::Waiting(Box::new(changed.clone()))];
    commit(store.as_ref(), writes);
    drop(store);
    let store = open(folder.path(), Durability::Normal);
    let left = all(store.as_ref());
    assert_eq!(left[0].1, changed);
    assert!(left.into_iter().skip(1).eq(expected(2)));
    assert_eq!(store.unfinished_calls().unwrap().len(), 2);

    // Neither the database nor its journal shows a password.
    drop(store);
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(9).any(|piece| piece == b"tell-none"));
    }
}

#[test]
fn filters_choose_calls() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    let foreign = CallRow {
        account: AccountSid(7),
        ..call(3, 10)
    };
    commit(
        store.as_ref(),
        vec![
            Write::Call(Box::new(call(1, 10))),
            Write::Call(Box::new(ended_call(2, 20))),
            Write::Call(Box::new(foreign)),
        ],
    );
    let list = |filter: CallFilter| sids(&store.calls(ACCOUNT, &filter, &first(9)).unwrap());
    let all = CallFilter::default;
    let at = |from: Option<u64>, to: Option<u64>| TimeRange {
        from: from.map(Time::from_secs),
        to: to.map(Time::from_secs),
    };
    assert_eq!(list(all()), [2, 1]);
    let to = Some(Address::Number("+12025550101".into()));
    assert_eq!(list(CallFilter { to, ..all() }), [1]);
    let from = Some(Address::Client("alice b".into()));
    assert_eq!(list(CallFilter { from, ..all() }), [2]);
    assert_eq!(
        list(CallFilter {
            parent: Some(CallSid(99)),
            ..all()
        }),
        [2]
    );
    assert_eq!(
        list(CallFilter {
            status: Some(CallStatus::Queued),
            ..all()
        }),
        [1]
    );
    assert_eq!(
        list(CallFilter {
            start_time: at(Some(21), Some(22)),
            ..all()
        }),
        [2]
    );
    assert_eq!(
        list(CallFilter {
            start_time: at(Some(22), None),
            ..all()
        }),
        [0_u128; 0]
    );
    assert_eq!(
        list(CallFilter {
            end_time: at(None, Some(29)),
            ..all()
        }),
        [0_u128; 0]
    );
    assert_eq!(
        list(CallFilter {
            end_time: at(None, Some(30)),
            ..all()
        }),
        [2]
    );
}

#[test]
fn a_deleted_call_takes_its_events_and_leaves_its_recordings() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    commit(
        store.as_ref(),
        vec![
            Write::Call(Box::new(ended_call(1, 10))),
            Write::Call(Box::new(ended_call(2, 10))),
            Write::WebEvent(Box::new(web_event(1, 11))),
            Write::WebEvent(Box::new(web_event(2, 11))),
            Write::Recording(Box::new(recording(3, 1, 12))),
            Write::Notification(Box::new(notification(4, 1, 13))),
        ],
    );
    commit(
        store.as_ref(),
        vec![
            Write::DeleteCall(CallSid(1)),
            // An answer that comes when the call is gone leaves nothing.
            Write::WebEvent(Box::new(web_event(1, 14))),
        ],
    );
    let status = Some(CallStatus::Completed);
    let (to, from) = (Some(ended_call(1, 10).to), Some(ended_call(1, 10).from));
    let time = TimeRange {
        from: Some(Time(0)),
        to: None,
    };
    let all = CallFilter::default;
    for filter in [
        all(),
        CallFilter { to, ..all() },
        CallFilter { from, ..all() },
        CallFilter { status, ..all() },
        CallFilter {
            parent: Some(CallSid(99)),
            ..all()
        },
        CallFilter {
            start_time: time,
            ..all()
        },
        CallFilter {
            end_time: time,
            ..all()
        },
    ] {
        let left = store.calls(ACCOUNT, &filter, &first(9)).unwrap();
        assert_eq!(sids(&left), [2], "{filter:?}");
    }
    let left = store.journal(ACCOUNT, &first(9)).unwrap();
    assert_eq!(left.rows.len(), 1);
    assert_eq!(store.call(ACCOUNT, CallSid(1)).unwrap(), None);
    assert_eq!(
        store
            .web_events(ACCOUNT, CallSid(1), &first(9))
            .unwrap()
            .rows,
        []
    );
    assert_eq!(
        store
            .web_events(ACCOUNT, CallSid(2), &first(9))
            .unwrap()
            .rows
            .len(),
        1
    );
    assert!(store.recording(ACCOUNT, RecordingSid(3)).unwrap().is_some());
    assert_eq!(
        store
            .notifications(ACCOUNT, &NotificationFilter::default(), &first(9))
            .unwrap()
            .rows
            .len(),
        1
    );
}

#[test]
fn the_journal_is_one_for_all_calls_of_an_account_and_bounded_for_each() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    let foreign = CallRow {
        account: AccountSid(7),
        ..call(3, 10)
    };
    let mut writes = vec![
        Write::Call(Box::new(call(1, 10))),
        Write::Call(Box::new(call(2, 10))),
        Write::Call(Box::new(foreign)),
        Write::WebEvent(Box::new(WebEventRow {
            account: AccountSid(7),
            ..web_event(3, 1)
        })),
    ];
    for at in 0..limit::WEB_EVENTS_PER_CALL_MAX as u64 + 7 {
        writes.push(Write::WebEvent(Box::new(web_event(1, 100 + at))));
        if at % 100 == 0 {
            writes.push(Write::WebEvent(Box::new(web_event(2, 100 + at))));
        }
    }
    commit(store.as_ref(), writes);
    let of_one = store
        .web_events(ACCOUNT, CallSid(1), &first(1_000))
        .unwrap();
    assert_eq!(of_one.rows.len(), limit::WEB_EVENTS_PER_CALL_MAX);
    assert_eq!(of_one.rows[0], web_event(1, 100));

    let all = limit::WEB_EVENTS_PER_CALL_MAX + 6;
    let mut read: Vec<Journaled> = Vec::new();
    let mut start = Start::Top;
    loop {
        let page = store
            .journal(ACCOUNT, &PageAsk { size: 100, start })
            .unwrap();
        read.extend(page.rows);
        match read.last() {
            Some(last) if page.more => start = Start::After(last.place()),
            _ => break,
        }
    }
    assert_eq!(read.len(), all);
    assert!(read.is_sorted_by(|a, b| a.id > b.id), "newest first");
    assert!(read.iter().all(|entry| entry.event.account == ACCOUNT));
    let back = PageAsk {
        size: 3,
        start: Start::Before(read[3].place()),
    };
    assert_eq!(store.journal(ACCOUNT, &back).unwrap().rows, read[..3]);
}

#[test]
fn what_is_too_old_is_found_in_portions() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    let mut writes: Vec<Write> = Vec::new();
    for sid in 1..=40_u64 {
        writes.push(Write::Call(Box::new(ended_call(u128::from(sid), 10 + sid))));
    }
    // One has asked much, one is still alive, one ends late.
    for at in 0..30 {
        writes.push(Write::WebEvent(Box::new(web_event(5, at))));
    }
    writes.push(Write::Call(Box::new(call(100, 1))));
    writes.push(Write::Call(Box::new(CallRow {
        end_time: Some(Time::from_secs(9_000)),
        ..ended_call(101, 2)
    })));
    writes.push(Write::Notification(Box::new(notification(1, 1, 5))));
    writes.push(Write::Notification(Box::new(notification(2, 1, 8_500))));
    writes.push(Write::Recording(Box::new(recording(3, 1, 12))));
    commit(store.as_ref(), writes);
    let before = Time::from_secs(8_000);
    let mut portions = Vec::new();
    loop {
        let portion = store.expired(ACCOUNT, before, 20).unwrap();
        if portion.is_empty() {
            break;
        }
        portions.push(portion.len());
        commit(store.as_ref(), portion);
    }
    // Four before the one with many requests, that one alone, the others.
    assert_eq!(portions, [4, 1, 20, 16]);
    let left = store
        .calls(ACCOUNT, &CallFilter::default(), &first(9))
        .unwrap();
    assert_eq!(sids(&left), [101, 100]);
    assert!(store.journal(ACCOUNT, &first(9)).unwrap().rows.is_empty());
    let notes = store
        .notifications(ACCOUNT, &NotificationFilter::default(), &first(9))
        .unwrap();
    assert_eq!(notes.rows, [notification(2, 1, 8_500)]);
    assert!(store.recording(ACCOUNT, RecordingSid(3)).unwrap().is_some());
}

#[test]
fn a_deleted_recording_stays_deleted_and_is_forgotten_after_forty_days() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    let delete = |sid, at| Write::DeleteRecording {
        recording: RecordingSid(sid),
        at: Time::from_secs(at),
    };
    let late = RecordingRow {
        status: RecordingStatus::Completed,
        ..recording(1, 9, 10)
    };
    commit(
        store.as_ref(),
        vec![
            Write::Recording(Box::new(recording(1, 9, 10))),
            Write::Recording(Box::new(recording(2, 9, 11))),
            Write::Recording(Box::new(recording(3, 8, 12))),
            delete(1, 20),
            Write::Recording(Box::new(late)),
        ],
    );
    let list = |filter: RecordingFilter| {
        let page = store.recordings(ACCOUNT, &filter, &first(9)).unwrap();
        page.rows.iter().map(|row| row.sid.0).collect::<Vec<_>>()
    };
    let all = RecordingFilter::default;
    assert_eq!(list(all()), [3, 2]);
    assert_eq!(
        list(RecordingFilter {
            deleted: true,
            ..all()
        }),
        [3, 2, 1]
    );
    assert_eq!(
        list(RecordingFilter {
            call: Some(CallSid(9)),
            ..all()
        }),
        [2]
    );
    let unfinished = store.unfinished_recordings().unwrap();
    assert_eq!(
        unfinished.iter().map(|row| row.sid.0).collect::<Vec<_>>(),
        [2, 3]
    );
    let paused = |status, sid| {
        let row = recording(sid, 9, 13);
        Write::Recording(Box::new(RecordingRow { status, ..row }))
    };
    commit(
        store.as_ref(),
        vec![
            paused(RecordingStatus::Paused, 4),
            paused(RecordingStatus::Stopped, 5),
        ],
    );
    assert_eq!(store.unfinished_recordings().unwrap().len(), 4);
    commit(store.as_ref(), vec![delete(4, 30), delete(5, 40)]);
    let old = |before, most| {
        let before = Time::from_secs(before);
        let found = store.deleted_recordings(before, most).unwrap();
        found.iter().map(|sid| sid.0).collect::<Vec<_>>()
    };
    assert_eq!(old(20, 9), []);
    assert_eq!(old(31, 9), [1, 4]);
    assert_eq!(old(99, 1), [1]);
    // Only what is deleted is forgotten.
    let forget = |sid| Write::ForgetRecording(RecordingSid(sid));
    commit(
        store.as_ref(),
        vec![forget(1), forget(2), forget(4), forget(5)],
    );
    assert_eq!(old(99, 9), []);
    assert_eq!(
        list(RecordingFilter {
            deleted: true,
            ..all()
        }),
        [3, 2]
    );
}

#[test]
fn numbers_are_found_by_their_digits() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    let rows = [
        (1, "+12025550190"),
        (2, "+13055550190"),
        (3, "+12025550191"),
    ];
    let rows = rows.map(|(sid, digits)| Write::Number(Box::new(number(sid, digits))));
    commit(store.as_ref(), rows.to_vec());
    let list = |phone_number: &str| {
        let filter = NumberFilter {
            phone_number: Some(phone_number.into()),
            ..Default::default()
        };
        let page = store.numbers(ACCOUNT, &filter, &first(9)).unwrap();
        page.rows.iter().map(|row| row.sid.0).collect::<Vec<_>>()
    };
    assert_eq!(list("+1202"), [3, 1]);
    assert_eq!(list("5550190"), [2, 1]);
    assert_eq!(list("+1***5550190"), [2, 1]);
    assert_eq!(list("%"), [3, 2, 1]);
    let twice = store.commit(&[&Write::Number(Box::new(number(9, "+12025550190")))]);
    assert!(matches!(twice, Err(StoreError::Conflict(_))), "{twice:?}");
}

#[test]
fn applications_and_verified_numbers_read_back_list_and_go() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    let verified = [
        caller_id(11, "+13055550011", 5),
        caller_id(12, "+13055550012", 6),
    ];
    commit(
        store.as_ref(),
        vec![
            Write::Number(Box::new(number(5, "+12025550190"))),
            Write::Application(Box::new(application(7, 5))),
            Write::Application(Box::new(application(8, 6))),
            Write::CallerId(Box::new(verified[0].clone())),
            Write::CallerId(Box::new(verified[1].clone())),
        ],
    );
    let renamed = Application {
        friendly_name: "menu".into(),
        voice_url: None,
        ..application(7, 5)
    };
    commit(
        store.as_ref(),
        vec![Write::Application(Box::new(renamed.clone()))],
    );
    let one = |sid| store.application(ACCOUNT, ApplicationSid(sid)).unwrap();
    assert_eq!(one(7), Some(renamed.clone()));
    assert_eq!(
        store.application(AccountSid(1), ApplicationSid(7)).unwrap(),
        None
    );
    let all = store.applications(ACCOUNT, None, &first(50)).unwrap().rows;
    assert_eq!(all, [application(8, 6), renamed.clone()]);
    let named = store.applications(ACCOUNT, Some("menu"), &first(50));
    assert_eq!(named.unwrap().rows, [renamed]);

    let directory = Directory::load(store.as_ref()).unwrap();
    assert!(directory.application(ACCOUNT, ApplicationSid(8)).is_some());
    assert!(
        directory
            .application(AccountSid(1), ApplicationSid(8))
            .is_none()
    );
    assert!(directory.caller_id(ACCOUNT, "+13055550011").is_some());
    assert!(directory.caller_id(AccountSid(1), "+13055550011").is_none());

    let filter = CallerIdFilter {
        phone_number: Some("+13055550012".into()),
        friendly_name: None,
    };
    let found = store.caller_ids(ACCOUNT, &filter, &first(50)).unwrap();
    assert_eq!(found.rows, [verified[1].clone()]);
    commit(
        store.as_ref(),
        vec![
            Write::DeleteApplication(ApplicationSid(7)),
            Write::DeleteCallerId(NumberSid(12)),
        ],
    );
    assert_eq!(one(7), None);
    // The number that it handled is left to its own addresses.
    assert_eq!(store.all_numbers().unwrap()[0].application, None);
    assert_eq!(store.all_caller_ids().unwrap(), [verified[0].clone()]);
    assert_eq!(
        store.caller_id(ACCOUNT, NumberSid(11)).unwrap(),
        Some(verified[0].clone())
    );
}
