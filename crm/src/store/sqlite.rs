//! SQLite in one file: one connection writes, a few read.
//!
//! A connection is lent to a transaction and goes to a thread that may wait for each statement.
//! Whatever becomes of the task that asked, the connection comes back, and what it hadn't
//! committed is undone.

use super::error::StoreError;
use super::sql::{Row, Value, Wanted};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement, ToSql};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Connections that read: a page is a few milliseconds, and cores are few.
const READERS: usize = 4;
/// Prepared statements kept for each connection: more than there are, with the usual filters.
const STATEMENTS: usize = 128;
/// How long another process may hold the file (a backup, `sqlite3`) before it is a failure.
const PATIENCE: Duration = Duration::from_secs(10);

/// The file.
pub(crate) struct Sqlite {
    writer: Arc<Lane>,
    readers: Arc<Lane>,
}

/// Connections of one kind.
struct Lane {
    free: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Lane {
    fn new(connections: Vec<Connection>) -> Arc<Lane> {
        Arc::new(Lane {
            permits: Arc::new(Semaphore::new(connections.len())),
            free: Mutex::new(connections),
        })
    }

    async fn lend(self: &Arc<Lane>) -> Result<Lent, StoreError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|_| StoreError::Database("it is closed".to_owned()))?;
        let connection = self
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        Ok(Lent {
            connection,
            lane: Arc::clone(self),
            _permit: permit,
        })
    }
}

/// A connection that comes back by itself.
struct Lent {
    connection: Option<Connection>,
    lane: Arc<Lane>,
    _permit: OwnedSemaphorePermit,
}

impl Lent {
    fn connection(&self) -> Result<&Connection, StoreError> {
        let connection = self.connection.as_ref();
        connection.ok_or_else(|| StoreError::Database("a connection was lost".to_owned()))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        if !connection.is_autocommit() {
            // SQLite undoes it itself when this fails: the disk is gone, or full.
            let _ = connection.execute_batch("ROLLBACK");
        }
        let mut free = self
            .lane
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        free.push(connection);
    }
}

impl Sqlite {
    pub(crate) async fn open(path: &str) -> Result<Sqlite, StoreError> {
        let path = path.strip_prefix("sqlite:").unwrap_or(path).to_owned();
        let opened = tokio::task::spawn_blocking(move || {
            let path = Path::new(&path);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(|error| {
                    StoreError::NotReady(format!("{} can't be made: {error}", folder.display()))
                })?;
            }
            let writer = connect(path)?;
            writer.pragma_update(None, "journal_mode", "WAL")?;
            let mut readers = Vec::new();
            for _ in 0..READERS {
                let reader = connect(path)?;
                reader.pragma_update(None, "query_only", true)?;
                readers.push(reader);
            }
            Ok::<_, StoreError>((writer, readers))
        });
        let (writer, readers) = opened.await.map_err(broken)??;
        Ok(Sqlite {
            writer: Lane::new(vec![writer]),
            readers: Lane::new(readers),
        })
    }

    pub(crate) async fn begin(&self, wanted: Wanted) -> Result<SqliteTx, StoreError> {
        let begin = match wanted {
            // Each statement that reads sees one state; no more is wanted.
            Wanted::Read => {
                let lent = self.readers.lend().await?;
                return Ok(SqliteTx { lent: Some(lent) });
            }
            Wanted::Told => "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE",
            Wanted::Durable => "PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
        };
        let lent = self.writer.lend().await?;
        let mut tx = SqliteTx { lent: Some(lent) };
        tx.batch(begin.to_owned()).await?;
        Ok(tx)
    }
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path).map_err(|error| {
        StoreError::NotReady(format!("{} can't be opened: {error}", path.display()))
    })?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

fn broken(error: tokio::task::JoinError) -> StoreError {
    StoreError::Database(format!("a thread broke: {error}"))
}

/// A transaction, or a connection that reads.
pub(crate) struct SqliteTx {
    lent: Option<Lent>,
}

impl SqliteTx {
    /// Does something where it may wait for the disk.
    async fn run<T: Send + 'static>(
        &mut self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let lost = || StoreError::Database("an earlier statement was given up".to_owned());
        let lent = self.lent.take().ok_or_else(lost)?;
        let done = tokio::task::spawn_blocking(move || {
            let result = lent.connection().and_then(job);
            (lent, result)
        });
        let (lent, result) = done.await.map_err(broken)?;
        self.lent = Some(lent);
        result
    }

    /// Several statements without values.
    pub(crate) async fn batch(&mut self, sql: String) -> Result<(), StoreError> {
        self.run(move |connection| Ok(connection.execute_batch(&sql)?))
            .await
    }

    pub(crate) async fn rows(&mut self, sql: &str, with: &[Value]) -> Result<Vec<Row>, StoreError> {
        let (sql, with) = (sql.to_owned(), with.to_vec());
        self.run(move |connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            bind(&mut statement, &with)?;
            let columns = statement.column_count();
            let mut found = statement.raw_query();
            let mut rows = Vec::new();
            while let Some(row) = found.next()? {
                let value = |column| Ok(read(row.get_ref(column)?));
                let values: Result<_, rusqlite::Error> = (0..columns).map(value).collect();
                rows.push(Row::new(values?));
            }
            Ok(rows)
        })
        .await
    }

    pub(crate) async fn change(&mut self, sql: &str, with: &[Value]) -> Result<u64, StoreError> {
        let (sql, with) = (sql.to_owned(), with.to_vec());
        self.run(move |connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            bind(&mut statement, &with)?;
            Ok(statement.raw_execute()? as u64)
        })
        .await
    }

    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        self.run(|connection| {
            if !connection.is_autocommit() {
                connection.execute_batch("COMMIT")?;
            }
            Ok(())
        })
        .await
    }
}

/// SQLite numbers `$1`, `$2` … by where they stand first, so they are found by name.
fn bind(statement: &mut Statement<'_>, with: &[Value]) -> Result<(), StoreError> {
    for (number, value) in with.iter().enumerate() {
        let name = format!("${}", number + 1);
        if let Some(place) = statement.parameter_index(&name)? {
            statement.raw_bind_parameter(place, value)?;
        }
    }
    Ok(())
}

fn read(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        // Nothing of ours is a fraction.
        ValueRef::Real(number) => Value::Int(number as i64),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Value::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Value::Int(number) => ToSqlOutput::Borrowed(ValueRef::Integer(*number)),
            Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Value::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Value::Id(id) => ToSqlOutput::Owned(id.to_string().into()),
            Value::Time(moment) => ToSqlOutput::Borrowed(ValueRef::Integer(moment.millis())),
        })
    }
}
