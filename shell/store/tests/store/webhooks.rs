//! The journal of the wire: read back, filtered, bounded, and taken away with its call or its age.

use crate::sample::*;
use crate::suite::{commit, first};
use model::*;
use store::*;

fn all(store: &dyn Store, filter: &WebhookFilter) -> Vec<WebhookRow> {
    let page = store.webhooks(ACCOUNT, filter, &first(1_000));
    page.expect("a page")
        .rows
        .into_iter()
        .map(|placed| placed.row)
        .collect()
}

fn ground(store: &dyn Store) {
    let foreign = CallRow {
        account: AccountSid(7),
        ..call(3, 10)
    };
    let calls = [call(1, 10), call(2, 10), foreign];
    commit(
        store,
        calls
            .map(|row| Write::Call(Box::new(row)))
            .into_iter()
            .collect(),
    );
}

fn write(row: WebhookRow) -> Write {
    Write::Webhook(Box::new(row))
}

#[test]
fn a_row_reads_back_whole_and_what_is_sealed_lies_nowhere_in_plain() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    ground(store.as_ref());
    let bare = WebhookRow {
        replay_of: None,
        signed: None,
        answer: None,
        error: None,
        error_text: None,
        cut: false,
        kept: true,
        original: Original::Gone,
        timing: WebhookTiming::default(),
        ..webhook(2, 1, 20)
    };
    let sealed = WebhookRow {
        original: Original::Sealed {
            url: "https://u:opensesame@app.example.com/".into(),
            body: "Password=opensesame\nnext".into(),
        },
        ..webhook(3, 1, 30)
    };
    let rows = [webhook(1, 1, 10), bare, sealed];
    commit(store.as_ref(), rows.iter().cloned().map(write).collect());
    drop(store);
    let store = open(folder.path(), Durability::Normal);
    for row in &rows {
        assert_eq!(store.webhook(ACCOUNT, row.sid).unwrap().as_ref(), Some(row));
        assert_eq!(store.webhook(AccountSid(7), row.sid), Ok(None));
    }
    let listed = all(store.as_ref(), &WebhookFilter::default());
    assert_eq!(listed[1..], [rows[1].clone(), rows[0].clone()]);
    let hidden = Original::Sealed {
        url: String::new(),
        body: String::new(),
    };
    assert_eq!(listed[0].original, hidden);
    drop(store);
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(10).any(|piece| piece == b"opensesame"));
    }
}

#[test]
fn filters_leave_what_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    ground(store.as_ref());
    let fine = WebhookRow {
        kind: WebhookKind::StatusCallback,
        url: "http://OTHER.example.com/status".into(),
        error: None,
        answer: None,
        ..webhook(2, 2, 20)
    };
    let foreign = WebhookRow {
        account: AccountSid(7),
        ..webhook(9, 3, 25)
    };
    let rows = vec![webhook(1, 1, 10), fine, webhook(3, 2, 30), foreign];
    commit(store.as_ref(), rows.into_iter().map(write).collect());
    let sids = |filter: WebhookFilter| -> Vec<u64> {
        let found = all(store.as_ref(), &filter);
        found.iter().map(|row| row.sid.0 as u64).collect()
    };
    let any = WebhookFilter::default;
    assert_eq!(sids(any()), [3, 2, 1]);
    let call = Some(CallSid(2));
    assert_eq!(sids(WebhookFilter { call, ..any() }), [3, 2]);
    for call in [Some(CallSid(3)), Some(CallSid(99))] {
        assert_eq!(sids(WebhookFilter { call, ..any() }), []);
    }
    let url = Some("other.EXAMPLE".to_owned());
    assert_eq!(sids(WebhookFilter { url, ..any() }), [2]);
    let url = Some("%".to_owned());
    assert_eq!(sids(WebhookFilter { url, ..any() }), [3, 1]);
    let kind = Some(WebhookKind::StatusCallback);
    assert_eq!(sids(WebhookFilter { kind, ..any() }), [2]);
    let status = Some((500, 599));
    assert_eq!(sids(WebhookFilter { status, ..any() }), [3, 1]);
    let status = Some((200, 502));
    assert_eq!(sids(WebhookFilter { status, ..any() }), []);
    let token = Some("5f3c".to_owned());
    assert_eq!(sids(WebhookFilter { token, ..any() }), [3, 2, 1]);
    let token = Some("5f3d".to_owned());
    assert_eq!(sids(WebhookFilter { token, ..any() }), []);
    let failed = true;
    assert_eq!(sids(WebhookFilter { failed, ..any() }), [3, 1]);
    let date = TimeRange {
        from: Some(Time::from_secs(20)),
        to: Some(Time::from_secs(30)),
    };
    assert_eq!(sids(WebhookFilter { date, ..any() }), [2]);
    let other = store
        .webhooks(AccountSid(7), &any(), &first(9))
        .unwrap()
        .rows;
    assert_eq!(other.len(), 1);
    let nobody = store.webhooks(AccountSid(8), &any(), &first(9)).unwrap();
    assert!(nobody.rows.is_empty() && !nobody.more);
}

#[test]
fn pages_follow_each_other_in_both_directions() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    ground(store.as_ref());
    let rows = (0..10).map(|n| write(webhook(n, 1, 100 + n)));
    commit(store.as_ref(), rows.collect());
    let page = |start| {
        let ask = PageAsk { size: 4, start };
        store
            .webhooks(ACCOUNT, &WebhookFilter::default(), &ask)
            .unwrap()
    };
    let numbers = |page: &Page<WebhookPlaced>| -> Vec<u64> {
        page.rows.iter().map(|it| it.row.sid.0 as u64).collect()
    };
    let top = page(Start::Top);
    assert_eq!((numbers(&top), top.more), (vec![9, 8, 7, 6], true));
    // What arrives meanwhile moves nothing.
    commit(store.as_ref(), vec![write(webhook(77, 1, 200))]);
    let second = page(Start::After(top.rows[3].place()));
    assert_eq!((numbers(&second), second.more), (vec![5, 4, 3, 2], true));
    let third = page(Start::After(second.rows[3].place()));
    assert_eq!((numbers(&third), third.more), (vec![1, 0], false));
    let back = page(Start::Before(third.rows[0].place()));
    assert_eq!(numbers(&back), [5, 4, 3, 2]);
    assert_eq!(numbers(&page(Start::Skip(8))), [2, 1, 0]);
}

#[test]
fn a_call_leaves_so_many_and_takes_them_along() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    ground(store.as_ref());
    let most = limit::WEBHOOKS_PER_CALL_MAX as u64;
    let rows = (0..most + 9).map(|n| write(webhook(n, 1, 100 + n)));
    commit(store.as_ref(), rows.collect());
    commit(store.as_ref(), vec![write(webhook(7, 2, 9_000))]);
    // One whose call is gone already is not kept.
    commit(store.as_ref(), vec![write(webhook(8, 99, 9_000))]);
    let call = Some(CallSid(1));
    let of_one = WebhookFilter {
        call,
        ..WebhookFilter::default()
    };
    assert_eq!(all(store.as_ref(), &of_one).len() as u64, most);
    commit(store.as_ref(), vec![Write::DeleteCall(CallSid(1))]);
    assert!(all(store.as_ref(), &of_one).is_empty());
    let left = all(store.as_ref(), &WebhookFilter::default());
    assert_eq!(left, [webhook(7, 2, 9_000)]);
}

#[test]
fn an_account_keeps_so_many_and_the_oldest_go() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    let most = limit::WEBHOOKS_PER_ACCOUNT_MAX as u64;
    let per_call = limit::WEBHOOKS_PER_CALL_MAX as u64;
    let sent = most + 3 * per_call;
    let foreign = CallRow {
        account: AccountSid(7),
        ..call(9_999, 10)
    };
    let other = WebhookRow {
        account: AccountSid(7),
        ..webhook(1, 9_999, 10)
    };
    commit(
        store.as_ref(),
        vec![Write::Call(Box::new(foreign)), write(other)],
    );
    for first in (0..sent).step_by(per_call as usize) {
        let of_call = u128::from(first / per_call);
        let mut writes = vec![Write::Call(Box::new(call(of_call, 10)))];
        writes.extend((first..first + per_call).map(|n| write(webhook(n, of_call, 100 + n))));
        commit(store.as_ref(), writes);
    }
    let page = |start| {
        let ask = PageAsk { size: 1, start };
        let found = store.webhooks(ACCOUNT, &WebhookFilter::default(), &ask);
        found.unwrap().rows.first().map(|placed| placed.row.sid)
    };
    let newest = WebhookSid::at(Time::from_secs(100 + sent - 1), sent - 1);
    assert_eq!(page(Start::Top), Some(newest));
    assert_eq!(page(Start::Skip(most)), None);
    let trimmed = limit::WEBHOOKS_TRIMMED_AT_ONCE as u64;
    assert!(page(Start::Skip(most - trimmed - 1)).is_some());
    // Nobody else's went with them.
    let other = store.webhooks(AccountSid(7), &WebhookFilter::default(), &first(9));
    assert_eq!(other.unwrap().rows.len(), 1);
}

#[test]
fn what_is_too_old_goes_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    ground(store.as_ref());
    let rows = (0..9).map(|n| write(webhook(n, 1, 100 + n)));
    commit(store.as_ref(), rows.collect());
    let expired = |before, most| {
        store
            .expired_webhooks(ACCOUNT, Time::from_secs(before), most)
            .unwrap()
    };
    assert_eq!(expired(100, 9), []);
    assert_eq!(expired(105, 3).len(), 3);
    let writes = expired(105, 9);
    assert_eq!(writes.len(), 5);
    assert_eq!(writes[0], Write::DeleteWebhook(webhook(0, 1, 100).sid));
    commit(store.as_ref(), writes);
    assert_eq!(expired(105, 9), []);
    assert_eq!(all(store.as_ref(), &WebhookFilter::default()).len(), 4);
}
