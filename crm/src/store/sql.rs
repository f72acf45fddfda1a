//! One statement for both databases: values, rows, a transaction.
//!
//! Placeholders are `$1`, `$2` …. SQLite keeps identifiers as text and moments as milliseconds;
//! PostgreSQL has types of its own for both.

use super::error::StoreError;
use super::postgres::PostgresTx;
use super::sqlite::SqliteTx;
use crate::id::{CallLogId, ContactId, OpportunityId, OrganizationId, UserId};
use crate::moment::Moment;
use crate::phone::PhoneNumber;
use uuid::Uuid;

/// A value on its way into a statement, or out of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    Id(Uuid),
    Time(Moment),
}

macro_rules! values {
    ($($from:ty, $name:ident => $value:expr;)+) => {$(
        impl From<$from> for Value {
            fn from($name: $from) -> Value {
                $value
            }
        }
    )+};
}

values! {
    i64, number => Value::Int(number);
    u32, number => Value::Int(number.into());
    &str, text => Value::Text(text.to_owned());
    String, text => Value::Text(text);
    &String, text => Value::Text(text.clone());
    &PhoneNumber, number => Value::Text(number.to_string());
    Vec<u8>, bytes => Value::Bytes(bytes);
    Uuid, id => Value::Id(id);
    OrganizationId, id => Value::Id(id.uuid());
    UserId, id => Value::Id(id.uuid());
    ContactId, id => Value::Id(id.uuid());
    OpportunityId, id => Value::Id(id.uuid());
    CallLogId, id => Value::Id(id.uuid());
    Moment, moment => Value::Time(moment);
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// The values of a statement.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$($crate::store::sql::Value::from($value)),*]
    };
}
pub(crate) use params;

/// What can be read from a column.
pub(crate) trait FromValue: Sized {
    fn from_value(value: Value) -> Option<Self>;
}

macro_rules! readable {
    ($($into:ty: $($pattern:pat => $value:expr),+;)+) => {$(
        impl FromValue for $into {
            fn from_value(value: Value) -> Option<$into> {
                match value {
                    $($pattern => $value,)+
                    _ => None,
                }
            }
        }
    )+};
}

readable! {
    i64: Value::Int(number) => Some(number);
    i32: Value::Int(number) => number.try_into().ok();
    u32: Value::Int(number) => number.try_into().ok();
    String: Value::Text(text) => Some(text);
    Vec<u8>: Value::Bytes(bytes) => Some(bytes);
    Uuid: Value::Id(id) => Some(id), Value::Text(text) => Uuid::parse_str(&text).ok();
    Moment: Value::Time(moment) => Some(moment),
        Value::Int(millis) => Some(Moment::from_millis(millis));
    PhoneNumber: Value::Text(text) => PhoneNumber::parse(&text);
}

macro_rules! ids {
    ($($id:ty)+) => {$(
        impl FromValue for $id {
            fn from_value(value: Value) -> Option<$id> {
                Uuid::from_value(value).map(Into::into)
            }
        }
    )+};
}

ids! { OrganizationId UserId ContactId OpportunityId CallLogId }

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Option<Option<T>> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

/// A row, read from its first column to its last.
#[derive(Debug)]
pub(crate) struct Row {
    columns: std::vec::IntoIter<Value>,
    taken: usize,
}

impl Row {
    pub(crate) fn new(columns: Vec<Value>) -> Row {
        Row {
            columns: columns.into_iter(),
            taken: 0,
        }
    }

    /// The next column.
    pub(crate) fn take<T: FromValue>(&mut self) -> Result<T, StoreError> {
        self.taken += 1;
        let value = self.columns.next().and_then(T::from_value);
        value.ok_or_else(|| {
            let kind = std::any::type_name::<T>();
            StoreError::Damaged(format!("column {} is no {kind}", self.taken))
        })
    }

    /// The next column, a word of a list.
    pub(crate) fn word<T>(&mut self, parse: fn(&str) -> Option<T>) -> Result<T, StoreError> {
        let text: String = self.take()?;
        parse(&text).ok_or_else(|| StoreError::Damaged(format!("{text:?} is no word of its list")))
    }

    /// The next column, a word of a list or none.
    pub(crate) fn maybe_word<T>(
        &mut self,
        parse: fn(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        match self.take::<Option<String>>()? {
            None => Ok(None),
            Some(text) => parse(&text)
                .map(Some)
                .ok_or_else(|| StoreError::Damaged(format!("{text:?} is no word of its list"))),
        }
    }
}

/// What a transaction is begun for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Reading.
    Read,
    /// Writing what later news will say again: survives the process, and the disk isn't waited
    /// for. Whatever becomes durable afterwards makes this durable too: both databases write
    /// their logs in order.
    Told,
    /// Writing what nobody else knows: survives a power cut as well.
    Durable,
}

/// A transaction. One that isn't committed is undone.
pub(crate) enum Tx {
    Sqlite(SqliteTx),
    Postgres(PostgresTx),
}

impl Tx {
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self, Tx::Postgres(_))
    }

    /// What to add to a `SELECT` from `l` whose row is about to be changed: it waits for others,
    /// and reads what they committed. SQLite has one writer anyhow.
    pub(crate) fn held(&self) -> &'static str {
        if self.is_postgres() {
            " FOR NO KEY UPDATE OF l"
        } else {
            ""
        }
    }

    pub(crate) async fn rows(&mut self, sql: &str, with: &[Value]) -> Result<Vec<Row>, StoreError> {
        match self {
            Tx::Sqlite(tx) => tx.rows(sql, with).await,
            Tx::Postgres(tx) => tx.rows(sql, with).await,
        }
    }

    /// The first row.
    pub(crate) async fn row(
        &mut self,
        sql: &str,
        with: &[Value],
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, with).await?.into_iter().next())
    }

    /// How many rows were changed.
    pub(crate) async fn change(&mut self, sql: &str, with: &[Value]) -> Result<u64, StoreError> {
        match self {
            Tx::Sqlite(tx) => tx.change(sql, with).await,
            Tx::Postgres(tx) => tx.change(sql, with).await,
        }
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Tx::Sqlite(tx) => tx.commit().await,
            Tx::Postgres(tx) => tx.commit().await,
        }
    }
}
