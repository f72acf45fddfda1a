//! Accounts and numbers in memory, in step with what is durable.
//!
//! The control loop asks here on every call, and a disk is no place to ask while phones ring.

use crate::{Store, StoreError, Write};
use model::{Account, AccountSid, Number};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// All accounts and numbers. Only the writer changes it, after each commit.
#[derive(Default)]
pub struct Directory {
    rows: RwLock<Rows>,
}

#[derive(Default)]
struct Rows {
    /// In the order they were made.
    accounts: Vec<Account>,
    /// By E.164.
    numbers: HashMap<String, Number>,
}

impl Directory {
    /// Reads what the store holds.
    pub fn load(store: &dyn Store) -> Result<Directory, StoreError> {
        let numbers = store.all_numbers()?;
        let rows = Rows {
            accounts: store.accounts()?,
            numbers: numbers
                .into_iter()
                .map(|row| (row.phone_number.clone(), row))
                .collect(),
        };
        Ok(Directory {
            rows: RwLock::new(rows),
        })
    }

    /// The number with these digits (`+…`), if it is ours.
    pub fn number(&self, phone_number: &str) -> Option<Number> {
        self.read(|rows| rows.numbers.get(phone_number).cloned())
    }

    /// An account by its identifier.
    pub fn account(&self, sid: AccountSid) -> Option<Account> {
        self.read(|rows| {
            rows.accounts
                .iter()
                .find(|account| account.sid == sid)
                .cloned()
        })
    }

    /// The account of calls that belong to no owned number: the oldest one.
    pub fn default_account(&self) -> Option<Account> {
        self.read(|rows| rows.accounts.first().cloned())
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
                Write::Account(_) | Write::Number(_) | Write::DeleteNumber(_)
            )
        });
        if !concerned {
            return;
        }
        let mut rows = self.rows.write().unwrap_or_else(PoisonError::into_inner);
        for write in writes {
            match write {
                Write::Account(row) => match rows.accounts.iter_mut().find(|a| a.sid == row.sid) {
                    Some(account) => *account = row.clone(),
                    None => rows.accounts.push(row.clone()),
                },
                Write::Number(row) => {
                    rows.numbers.retain(|_, number| number.sid != row.sid);
                    rows.numbers
                        .insert(row.phone_number.clone(), (**row).clone());
                }
                Write::DeleteNumber(sid) => rows.numbers.retain(|_, number| number.sid != *sid),
                _ => {}
            }
        }
    }

    fn read<T>(&self, ask: impl FnOnce(&Rows) -> T) -> T {
        ask(&self.rows.read().unwrap_or_else(PoisonError::into_inner))
    }
}
