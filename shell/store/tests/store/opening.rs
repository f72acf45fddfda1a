//! Opening a data folder: once at a time, with its own key, never one from the future.

use crate::sample::*;
use store::*;

#[test]
fn two_processes_do_not_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path(), Durability::Normal);
    let second = Sqlite::open(folder.path(), Durability::Normal);
    assert!(matches!(second, Err(StoreError::Locked(_))));
    drop(first);
    assert!(Sqlite::open(folder.path(), Durability::Full).is_ok());
}

#[test]
fn migrations_run_once_and_a_newer_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ringback.db");
    drop(open(folder.path(), Durability::Normal));
    let version = |value: Option<i64>| {
        let database = rusqlite::Connection::open(&path).unwrap();
        if let Some(value) = value {
            database.pragma_update(None, "user_version", value).unwrap();
        }
        database
            .query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    let known = version(None);
    assert!(known >= 1);
    drop(open(folder.path(), Durability::Normal));
    assert_eq!(version(Some(known + 1)), known + 1);
    let newer = Sqlite::open(folder.path(), Durability::Normal).err();
    assert_eq!(
        newer,
        Some(StoreError::Newer {
            found: known + 1,
            known
        })
    );
}

#[test]
fn tokens_are_not_in_the_file_and_need_their_key() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Normal);
    store
        .commit(&[&Write::Account(Box::new(account()))])
        .unwrap();
    drop(store);
    let account = account();
    let tokens = [
        Some(account.auth_token),
        account.secondary_token,
        account.test.map(|test| test.token),
    ];
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for token in tokens.iter().flatten() {
            let mut pieces = bytes.windows(token.len());
            assert!(!pieces.any(|piece| piece == token.as_bytes()));
        }
    }
    std::fs::remove_file(folder.path().join("secret.key")).unwrap();
    let other = Sqlite::open(folder.path(), Durability::Normal).err();
    assert!(
        matches!(&other, Some(StoreError::Unavailable(why)) if why.contains("key file")),
        "{other:?}"
    );
}

#[test]
fn a_folder_that_cannot_be_used_is_told_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let error = Sqlite::open(&file, Durability::Normal).err().unwrap();
    assert!(
        error.to_string().contains(file.to_str().unwrap()),
        "{error}"
    );
}

#[test]
fn calls_of_the_first_schema_move_over() {
    let folder = tempfile::tempdir().unwrap();
    let database = rusqlite::Connection::open(folder.path().join("ringback.db")).unwrap();
    database
        .execute_batch(include_str!("../../src/migrations/sqlite/0001.sql"))
        .unwrap();
    let sid = |n: u8| format!("CA{n:032x}");
    for (n, called, status, end) in [
        (1, "+12025550101", "queued", None),
        (2, "client:bob", "busy", Some(70_000_000)),
    ] {
        database
            .execute(
                "INSERT INTO call (sid, account, parent, called, caller, status, direction,
                 date_created, date_updated, end_time) VALUES (?1, ?2, ?3, ?4, 'ACME', ?5,
                 'outbound-dial', 60000000, 60000001, ?6)",
                rusqlite::params![sid(n), ACCOUNT.to_string(), sid(9), called, status, end],
            )
            .unwrap();
        let rungs = format!("rung of {n}");
        database
            .execute("INSERT INTO story VALUES (?1, ?2)", [sid(n), rungs])
            .unwrap();
    }
    database.pragma_update(None, "user_version", 1).unwrap();
    drop(database);
    let store = open(folder.path(), Durability::Normal);
    let row = |n| store.call(ACCOUNT, model::CallSid(n)).unwrap().unwrap();
    let wanted = model::CallRow {
        parent: Some(model::CallSid(9)),
        from: model::Address::Name("ACME".into()),
        direction: model::Direction::OutboundDial,
        date_updated: model::Time(60_000_001),
        ..call(1, 60)
    };
    assert_eq!(row(1), wanted);
    assert_eq!(row(2).to, model::Address::Client("bob".into()));
    assert_eq!(row(2).status, model::CallStatus::Busy);
    // A change finds the row that moved, and does not make another.
    let ended = model::CallRow {
        status: model::CallStatus::Failed,
        end_time: Some(model::Time::from_secs(61)),
        ..wanted
    };
    store
        .commit(&[&Write::Call(Box::new(ended.clone()))])
        .unwrap();
    assert_eq!(row(1), ended);
    assert_eq!(store.unfinished_calls().unwrap(), []);
    drop(store);
    let rungs = read_story(folder.path(), model::CallSid(2)).unwrap();
    assert_eq!(rungs, [(model::CallSid(2), "rung of 2".to_owned())]);
    let database = rusqlite::Connection::open(folder.path().join("ringback.db")).unwrap();
    let shown: (String, String, String, i64) = database
        .query_row(
            "SELECT sid, called, status, date_created FROM call WHERE caller = 'ACME'
             ORDER BY sid DESC",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .unwrap();
    assert_eq!(
        shown,
        (sid(2), "client:bob".into(), "busy".into(), 60_000_000)
    );
}

#[test]
fn a_store_that_is_closed_leaves_no_log_of_writes() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("ringback.db-wal");
    let store = open(folder.path(), Durability::Normal);
    let row = Write::Call(Box::new(call(1, 60)));
    store.commit(&[&row]).unwrap();
    assert!(store.call(ACCOUNT, model::CallSid(1)).unwrap().is_some());
    assert!(log.exists());
    drop(store);
    assert!(!log.exists());
}
