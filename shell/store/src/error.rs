//! What can be wrong with the store, told apart by what the asker can do about it.

use std::fmt;

/// Why the store did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// No room on the disk.
    Full,
    /// Another row already has this value; the write was not made.
    Conflict(String),
    /// More writes wait than the queue holds; this one was not taken.
    Busy,
    /// The writer has ended.
    Closed,
    /// Another process has the data folder.
    Locked(String),
    /// The database was written by a newer version of this program.
    Newer {
        /// Version of the schema found.
        found: i64,
        /// Version this program knows.
        known: i64,
    },
    /// The database can't be read or written.
    Unavailable(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Full => f.write_str("the disk is full"),
            StoreError::Conflict(what) => write!(f, "there is already such a row: {what}"),
            StoreError::Busy => f.write_str("too many writes wait for the disk"),
            StoreError::Closed => f.write_str("the store has been closed"),
            StoreError::Locked(path) => {
                write!(f, "another ringback uses the data folder {path}")
            }
            StoreError::Newer { found, known } => write!(
                f,
                "the database has schema {found}, this program knows {known}: use a newer ringback"
            ),
            StoreError::Unavailable(why) => write!(f, "the database can't be used: {why}"),
        }
    }
}

impl std::error::Error for StoreError {}
