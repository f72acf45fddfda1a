//! Why the store can't do what it was asked.

use crate::seal::SealError;
use std::fmt;

/// Why the store can't do what it was asked.
#[derive(Debug)]
pub enum StoreError {
    /// The store can't be opened as it is; the sentence says what to do.
    NotReady(String),
    /// The database failed, or can't be reached.
    Database(String),
    /// A row holds what no row should.
    Damaged(String),
    /// The key doesn't open what is sealed.
    Seal(SealError),
    /// The user's role doesn't allow it.
    NotAllowed,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::NotReady(why) => f.write_str(why),
            StoreError::Database(why) => write!(f, "the database failed: {why}"),
            StoreError::Damaged(why) => write!(f, "the database holds what it shouldn't: {why}"),
            StoreError::Seal(why) => why.fmt(f),
            StoreError::NotAllowed => f.write_str("only owners and admins may do that"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<SealError> for StoreError {
    fn from(error: SealError) -> StoreError {
        StoreError::Seal(error)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        StoreError::Database(error.to_string())
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> StoreError {
        StoreError::Database(match error.as_db_error() {
            Some(said) => format!("{} ({})", said.message(), said.code().code()),
            // The outer sentence alone says only that something went wrong.
            None => match std::error::Error::source(&error) {
                Some(source) => format!("{error}: {source}"),
                None => error.to_string(),
            },
        })
    }
}
