//! PostgreSQL: a few connections as a role that row-level security holds, and transactions that
//! each begin with a pass.

use super::error::StoreError;
use super::migrate;
use super::pass::{PassKey, Whose};
use super::postgres_tls::Server;
use super::sql::{Row, Value, Wanted};
use crate::id::OrganizationId;
use crate::moment::Moment;
use bytes::BytesMut;
use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type};
use tokio_postgres::{Client, Statement};

/// Connections at most: a server commonly allows a hundred, and a transaction is a few
/// milliseconds.
const CONNECTIONS: usize = 16;
/// Prepared statements kept for each connection; beyond that they are made anew. Filters that
/// meet in a rare way must not fill the server's memory.
const STATEMENTS: usize = 128;
/// Where a role may do more than it should: what follows is a sentence for people.
const TOO_MUCH: &str = "SELECT CASE \
    WHEN r.rolsuper THEN 'is a superuser' \
    WHEN r.rolbypassrls THEN 'bypasses row-level security' \
    WHEN r.rolcreaterole THEN 'may make roles, and so give itself others'' rights' \
    WHEN r.rolreplication THEN 'may copy the whole server' \
    WHEN EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
        WHERE n.nspname IN ('crm', 'crm_private') \
        AND pg_has_role(r.oid, c.relowner, 'MEMBER')) \
        THEN 'owns the tables, or may act as who does' \
    WHEN EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
        WHERE n.nspname = 'crm' AND c.relkind = 'r' AND c.relname <> 'migrations' \
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity)) \
        THEN 'meets tables without row-level security' \
    WHEN EXISTS (SELECT FROM pg_roles other WHERE other.oid <> r.oid \
        AND (other.rolsuper OR other.rolbypassrls) AND pg_has_role(r.oid, other.oid, 'MEMBER')) \
        THEN 'may act as a role that bypasses row-level security' \
    END FROM pg_roles r WHERE r.rolname = session_user";

/// A server.
pub(crate) struct Postgres {
    server: Server,
    passes: PassKey,
    lane: Arc<Lane>,
}

/// Connections that are free.
struct Lane {
    free: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

/// A connection with what was prepared on it.
struct Connection {
    client: Client,
    /// The number of the server's process, for which its passes are made.
    backend: i32,
    statements: HashMap<String, Statement>,
}

impl Connection {
    async fn open(server: &Server) -> Result<Connection, StoreError> {
        let client = connect(server).await?;
        client
            .batch_execute(
                "SET search_path = crm; SET statement_timeout = '15s'; SET lock_timeout = '10s'; \
                 SET idle_in_transaction_session_timeout = '30s'",
            )
            .await?;
        let backend = client
            .query_one("SELECT pg_backend_pid()", &[])
            .await?
            .get(0);
        Ok(Connection {
            client,
            backend,
            statements: HashMap::new(),
        })
    }

    async fn statement(&mut self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).await?;
        if self.statements.len() >= STATEMENTS {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

async fn connect(server: &Server) -> Result<Client, StoreError> {
    let (client, connection) = server.config.connect(server.tls.clone()).await?;
    // Carries bytes until the client is dropped; what goes wrong is told to whoever asks next.
    tokio::spawn(connection);
    Ok(client)
}

impl Postgres {
    pub(crate) async fn open(database: &str, passes: PassKey) -> Result<Postgres, StoreError> {
        let server = Server::parse(database)?;
        let connection = Connection::open(&server).await?;
        let client = &connection.client;
        let row = client.query_one(TOO_MUCH, &[]).await?;
        if let Some(why) = row.get::<_, Option<String>>(0) {
            let name: String = client
                .query_one("SELECT session_user::text", &[])
                .await?
                .get(0);
            return Err(StoreError::NotReady(format!(
                "the role {name} {why}: give the service a role that row-level security holds"
            )));
        }
        migrate::check_postgres(client).await?;
        let probe = Whose::Service(OrganizationId::draw());
        let pass = passes.pass(probe, connection.backend);
        client
            .query_one("SELECT set_config('crm.pass', $1, false)", &[&pass])
            .await?;
        let accepted = client
            .query_one("SELECT crm_private.current_organization() IS NOT NULL", &[])
            .await?;
        client.batch_execute("RESET crm.pass").await?;
        if !accepted.get::<_, bool>(0) {
            return Err(StoreError::NotReady(
                "the key isn't the one this database was migrated with: put its key file back, \
                 or run `ringback-crm migrate` with this one"
                    .to_owned(),
            ));
        }
        let lane = Lane {
            free: Mutex::new(vec![connection]),
            permits: Arc::new(Semaphore::new(CONNECTIONS)),
        };
        Ok(Postgres {
            server,
            passes,
            lane: Arc::new(lane),
        })
    }

    pub(crate) async fn begin(
        &self,
        wanted: Wanted,
        whose: Whose,
    ) -> Result<PostgresTx, StoreError> {
        let permit = Arc::clone(&self.lane.permits).acquire_owned().await;
        let permit = permit.map_err(|_| StoreError::Database("it is closed".to_owned()))?;
        loop {
            let free = self.lane.take();
            let fresh = free.is_none();
            let mut connection = match free {
                Some(connection) => connection,
                None => Connection::open(&self.server).await?,
            };
            // The narrow functions need no pass, and a statement alone no transaction.
            let begun = match whose {
                Whose::Nobody => Ok(()),
                whose => {
                    let pass = self.passes.pass(whose, connection.backend);
                    connection.begin(wanted, &pass).await
                }
            };
            match begun {
                Ok(()) => {
                    return Ok(PostgresTx {
                        connection: Some(connection),
                        open: whose != Whose::Nobody,
                        lane: Some(Arc::clone(&self.lane)),
                        _permit: Some(permit),
                    });
                }
                // The server was restarted since: the next is another connection.
                Err(_) if !fresh && connection.client.is_closed() => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Lane {
    fn take(&self) -> Option<Connection> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(connection) = free.pop() {
            if !connection.client.is_closed() {
                return Some(connection);
            }
        }
        None
    }
}

impl Connection {
    async fn begin(&mut self, wanted: Wanted, pass: &str) -> Result<(), StoreError> {
        // As a value and not in the statement's text, which other sessions of the role can read
        // in pg_stat_activity. Until the end of the transaction.
        let set = self
            .statement("SELECT set_config('crm.pass', $1, true)")
            .await?;
        // Both go out at once, in this order.
        let begin = self.client.batch_execute(match wanted {
            Wanted::Read => "BEGIN READ ONLY",
            Wanted::Told => "BEGIN; SET LOCAL synchronous_commit = off",
            Wanted::Durable => "BEGIN",
        });
        let pass: [&(dyn ToSql + Sync); 1] = [&pass];
        let set = self.client.query_one(&set, &pass);
        tokio::try_join!(begin, set)?;
        Ok(())
    }
}

/// The owner of the tables.
pub(crate) struct Owner {
    server: Server,
    client: Client,
}

impl Owner {
    pub(crate) async fn open(database: &str) -> Result<Owner, StoreError> {
        let server = Server::parse(database)?;
        let client = connect(&server).await?;
        Ok(Owner { server, client })
    }

    pub(crate) fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    pub(crate) async fn begin(&self) -> Result<PostgresTx, StoreError> {
        let connection = Connection::open(&self.server).await?;
        connection.client.batch_execute("BEGIN").await?;
        Ok(PostgresTx {
            connection: Some(connection),
            open: true,
            lane: None,
            _permit: None,
        })
    }
}

/// A transaction. One that is dropped takes its connection with it, and the server undoes it.
pub(crate) struct PostgresTx {
    connection: Option<Connection>,
    /// Whether it is one: a statement alone needs none.
    open: bool,
    lane: Option<Arc<Lane>>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl PostgresTx {
    fn connection(&mut self) -> Result<&mut Connection, StoreError> {
        let connection = self.connection.as_mut();
        connection.ok_or_else(|| StoreError::Database("the transaction is over".to_owned()))
    }

    pub(crate) async fn rows(&mut self, sql: &str, with: &[Value]) -> Result<Vec<Row>, StoreError> {
        let connection = self.connection()?;
        let statement = connection.statement(sql).await?;
        let rows = connection.client.query(&statement, &refer(with)).await?;
        let row = |row: tokio_postgres::Row| {
            let value = |column| {
                Ok(row
                    .try_get::<_, Option<Value>>(column)?
                    .unwrap_or(Value::Null))
            };
            let values: Result<_, tokio_postgres::Error> = (0..row.len()).map(value).collect();
            Ok(Row::new(values?))
        };
        rows.into_iter().map(row).collect()
    }

    pub(crate) async fn change(&mut self, sql: &str, with: &[Value]) -> Result<u64, StoreError> {
        let connection = self.connection()?;
        let statement = connection.statement(sql).await?;
        Ok(connection.client.execute(&statement, &refer(with)).await?)
    }

    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        if self.open {
            self.connection()?.client.batch_execute("COMMIT").await?;
        }
        if let (Some(connection), Some(lane)) = (self.connection.take(), &self.lane) {
            let mut free = lane.free.lock().unwrap_or_else(PoisonError::into_inner);
            free.push(connection);
        }
        Ok(())
    }
}

fn refer(with: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    with.iter().map(|value| value as _).collect()
}

type Fault = Box<dyn Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        match self {
            Value::Null => return Ok(IsNull::Yes),
            Value::Int(number) if *kind == Type::INT4 => {
                i32::try_from(*number)?.to_sql(kind, out)?
            }
            Value::Int(number) if *kind == Type::INT8 => number.to_sql(kind, out)?,
            Value::Text(text) if *kind == Type::TEXT => text.to_sql(kind, out)?,
            Value::Bytes(bytes) if *kind == Type::BYTEA => bytes.to_sql(kind, out)?,
            Value::Time(moment) if *kind == Type::TIMESTAMPTZ => {
                SystemTime::from(*moment).to_sql(kind, out)?
            }
            Value::Id(id) if *kind == Type::UUID => {
                out.extend_from_slice(id.as_bytes());
                IsNull::No
            }
            value => return Err(format!("{value:?} is no {kind}").into()),
        };
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Value, Fault> {
        Ok(match *kind {
            Type::INT4 => Value::Int(i32::from_sql(kind, raw)?.into()),
            Type::INT8 => Value::Int(i64::from_sql(kind, raw)?),
            Type::TEXT => Value::Text(String::from_sql(kind, raw)?),
            Type::BYTEA => Value::Bytes(raw.to_vec()),
            Type::UUID => Value::Id(uuid::Uuid::from_slice(raw)?),
            Type::TIMESTAMPTZ => Value::Time(Moment::from(SystemTime::from_sql(kind, raw)?)),
            _ => return Err(format!("nothing of ours is of the type {kind}").into()),
        })
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
