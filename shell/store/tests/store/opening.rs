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
