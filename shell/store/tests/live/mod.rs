//! What every test of the store begins with: a store, its writer, a call and a callback.

use model::*;
use std::path::Path;
use std::sync::Arc;
use store::{Directory, Durability, Sqlite, Store, Writer};

pub const ACCOUNT: AccountSid = AccountSid(0xac);

pub fn open(folder: &Path, durability: Durability) -> Arc<Sqlite> {
    Arc::new(Sqlite::open(folder, durability).expect("a data folder that can be used"))
}

pub fn writer(store: &Arc<Sqlite>) -> (Writer, Arc<Directory>) {
    let directory = Directory::load(store.as_ref()).expect("a store that can be read");
    let directory = Arc::new(directory);
    let store: Arc<dyn Store> = Arc::clone(store) as Arc<dyn Store>;
    let writer = Writer::start(store, Arc::clone(&directory), Box::new(|_| {}));
    (writer.expect("a thread"), directory)
}

/// A call made at so many seconds, still in the queue.
pub fn call(sid: u128, at_secs: u64) -> CallRow {
    CallRow {
        to: Address::Number("+12025550101".into()),
        from: Address::Number("+12025550190".into()),
        ..CallRow::new(
            CallSid(sid),
            ACCOUNT,
            Direction::OutboundApi,
            Time::from_secs(at_secs),
        )
    }
}

pub fn callback(id: u128, call: u128) -> Callback {
    Callback {
        id: CallbackId(id),
        account: ACCOUNT,
        call: CallSid(call),
        method: Method::Post,
        url: "https://example.com/status".into(),
        parameters: vec![
            ("CallStatus".into(), "completed".into()),
            ("To".into(), "+1".into()),
        ],
        made: Time::from_secs(10),
    }
}
