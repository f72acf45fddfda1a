//! Accounts, keys and numbers in memory, in step with what is durable.
//!
//! The control loop asks here on every call, and a disk is no place to ask while phones ring.

use crate::{Store, StoreError, Write};
use model::{
    Account, AccountSid, ApiKey, Application, ApplicationSid, KeySid, Number, OutgoingCallerId,
};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// All accounts, keys and numbers. Only the writer changes it, after each commit.
#[derive(Default)]
pub struct Directory {
    rows: RwLock<Rows>,
}

#[derive(Default)]
struct Rows {
    accounts: HashMap<AccountSid, Arc<Account>>,
    /// In the order they were made.
    order: Vec<AccountSid>,
    /// Whose test credentials these are.
    tests: HashMap<AccountSid, AccountSid>,
    keys: HashMap<KeySid, Arc<ApiKey>>,
    /// By E.164.
    numbers: HashMap<String, Number>,
    applications: HashMap<ApplicationSid, Application>,
    /// By account and E.164.
    caller_ids: HashMap<(AccountSid, String), OutgoingCallerId>,
}

impl Directory {
    /// Reads what the store holds.
    pub fn load(store: &dyn Store) -> Result<Directory, StoreError> {
        let mut rows = Rows::default();
        for account in store.accounts()? {
            rows.keep_account(&account);
        }
        for key in store.keys()? {
            rows.keys.insert(key.sid, Arc::new(key));
        }
        for number in store.all_numbers()? {
            rows.numbers.insert(number.phone_number.clone(), number);
        }
        for row in store.all_applications()? {
            rows.applications.insert(row.sid, row);
        }
        for row in store.all_caller_ids()? {
            rows.caller_ids
                .insert((row.account, row.phone_number.clone()), row);
        }
        Ok(Directory {
            rows: RwLock::new(rows),
        })
    }

    /// The number with these digits (`+…`), if it is ours.
    pub fn number(&self, phone_number: &str) -> Option<Number> {
        self.read(|rows| rows.numbers.get(phone_number).cloned())
    }

    /// An application of this account.
    pub fn application(&self, account: AccountSid, sid: ApplicationSid) -> Option<Application> {
        let ours = |row: &&Application| row.account == account;
        self.read(|rows| rows.applications.get(&sid).filter(ours).cloned())
    }

    /// A number that this account has verified.
    pub fn caller_id(&self, account: AccountSid, phone_number: &str) -> Option<OutgoingCallerId> {
        let key = (account, phone_number.to_owned());
        self.read(|rows| rows.caller_ids.get(&key).cloned())
    }

    /// An account by its identifier.
    pub fn account(&self, sid: AccountSid) -> Option<Arc<Account>> {
        self.read(|rows| rows.accounts.get(&sid).cloned())
    }

    /// Every account, oldest first.
    pub fn accounts(&self) -> Vec<Arc<Account>> {
        self.read(|rows| {
            let found = rows.order.iter().filter_map(|sid| rows.accounts.get(sid));
            found.cloned().collect()
        })
    }

    /// The account whose test credentials have this identifier.
    pub fn account_on_test(&self, sid: AccountSid) -> Option<Arc<Account>> {
        self.read(|rows| rows.accounts.get(rows.tests.get(&sid)?).cloned())
    }

    /// The account of calls that belong to no owned number: the oldest one.
    pub fn default_account(&self) -> Option<Arc<Account>> {
        self.read(|rows| rows.accounts.get(rows.order.first()?).cloned())
    }

    /// An API key by its identifier.
    pub fn key(&self, sid: KeySid) -> Option<Arc<ApiKey>> {
        self.read(|rows| rows.keys.get(&sid).cloned())
    }

    /// An account's API keys, newest first.
    pub fn keys(&self, account: AccountSid) -> Vec<Arc<ApiKey>> {
        let mut all: Vec<_> = self.read(|rows| {
            let own = rows.keys.values().filter(|key| key.account == account);
            own.cloned().collect()
        });
        all.sort_by_key(|key: &Arc<ApiKey>| std::cmp::Reverse((key.date_created, key.sid)));
        all
    }

    /// Every number, in the order of its digits.
    pub fn numbers(&self) -> Vec<Number> {
        let mut all: Vec<_> = self.read(|rows| rows.numbers.values().cloned().collect());
        all.sort_by(|a: &Number, b| a.phone_number.cmp(&b.phone_number));
        all
    }

    /// Follows writes that are now durable.
    pub(crate) fn follow(&self, writes: &[Write]) {
        let concerned = writes.iter().any(|w| {
            matches!(
                w,
                Write::Account(_)
                    | Write::Key(_)
                    | Write::DeleteKey(_)
                    | Write::Number(_)
                    | Write::DeleteNumber(_)
                    | Write::Application(_)
                    | Write::DeleteApplication(_)
                    | Write::CallerId(_)
                    | Write::DeleteCallerId(_)
            )
        });
        if !concerned {
            return;
        }
        let mut rows = self.rows.write().unwrap_or_else(PoisonError::into_inner);
        for write in writes {
            match write {
                Write::Account(row) => rows.keep_account(row),
                Write::Key(row) => {
                    rows.keys.insert(row.sid, Arc::new((**row).clone()));
                }
                Write::DeleteKey(sid) => {
                    rows.keys.remove(sid);
                }
                Write::Number(row) => {
                    rows.numbers.retain(|_, number| number.sid != row.sid);
                    rows.numbers
                        .insert(row.phone_number.clone(), (**row).clone());
                }
                Write::DeleteNumber(sid) => rows.numbers.retain(|_, number| number.sid != *sid),
                Write::Application(row) => {
                    rows.applications.insert(row.sid, (**row).clone());
                }
                Write::DeleteApplication(sid) => {
                    rows.applications.remove(sid);
                    for number in rows.numbers.values_mut() {
                        number.application.take_if(|handler| handler == sid);
                    }
                }
                Write::CallerId(row) => {
                    let key = (row.account, row.phone_number.clone());
                    rows.caller_ids.insert(key, (**row).clone());
                }
                Write::DeleteCallerId(sid) => rows.caller_ids.retain(|_, row| row.sid != *sid),
                _ => {}
            }
        }
    }

    fn read<T>(&self, ask: impl FnOnce(&Rows) -> T) -> T {
        ask(&self.rows.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Rows {
    fn keep_account(&mut self, row: &Account) {
        let before = self.accounts.insert(row.sid, Arc::new(row.clone()));
        match before {
            None => self.order.push(row.sid),
            Some(before) => {
                if let Some(test) = &before.test {
                    self.tests.remove(&test.sid);
                }
            }
        }
        if let Some(test) = &row.test {
            self.tests.insert(test.sid, row.sid);
        }
    }
}
