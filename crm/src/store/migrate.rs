//! The schema, step by step: forward from nothing, each step once, written down in a table.

use super::error::StoreError;
use super::pass::PassKey;
use super::sql::{Row, Wanted, params};
use super::sqlite::Sqlite;
use crate::moment::Moment;
use crate::seal::{MasterKey, hex};
use ring::digest::{SHA256, digest};
use tokio_postgres::Client;

/// A step of the schema.
struct Step {
    name: &'static str,
    sql: &'static str,
}

macro_rules! steps {
    ($folder:literal: $($name:literal)+) => {
        &[$(Step {
            name: $name,
            sql: include_str!(concat!("../../migrations/", $folder, "/", $name, ".sql")),
        },)+]
    };
}

/// Never changed once released; a new one goes to the end.
const SQLITE: &[Step] = steps!("sqlite": "0001_schema" "0002_call_keys_by_age");
const POSTGRES: &[Step] = steps!("postgres": "0001_schema" "0002_passes" "0003_call_keys_by_age");
/// Who may do what: as this version says, whatever was before.
const POLICIES: &str = include_str!("../../migrations/postgres/policies.sql");

/// Keeps two that migrate at once apart. Any number would do.
const LOCK: i64 = 0x6372_6d5f_6d69_6772;

impl Step {
    /// Spelled the same for good: a step that was taken and reads otherwise now is a mistake.
    fn hash(&self) -> String {
        hex(digest(&SHA256, self.sql.as_bytes()).as_ref())
    }
}

/// The steps that are still to be taken, where these were.
fn left<'a>(
    steps: &'a [Step],
    taken: &[(String, String)],
) -> Result<impl Iterator<Item = &'a Step>, StoreError> {
    for (step, (name, hash)) in steps.iter().zip(taken) {
        if step.name != name || step.hash() != *hash {
            return Err(StoreError::NotReady(format!(
                "the database's step {name} isn't this version's {}: it belongs to another \
                 program, or the step was changed",
                step.name
            )));
        }
    }
    if taken.len() > steps.len() {
        return Err(StoreError::NotReady(
            "the database is of a later version: bring the program up to date".to_owned(),
        ));
    }
    Ok(steps.iter().skip(taken.len()))
}

/// A digest that only the right key has, so that a wrong one is found out at the start and not
/// when the first credentials can't be opened.
fn proof(key: &MasterKey) -> String {
    hex(&key.derive("proof"))
}

fn wrong_key() -> StoreError {
    StoreError::NotReady(
        "the key isn't the one this database was made with: put its key file back, or set CRM_KEY"
            .to_owned(),
    )
}

/// Brings a SQLite file up to date and checks the key; says which steps it took.
pub(super) async fn sqlite(engine: &Sqlite, key: &MasterKey) -> Result<Vec<String>, StoreError> {
    let mut tx = engine.begin(Wanted::Durable).await?;
    tx.batch(
        "CREATE TABLE IF NOT EXISTS migrations \
         (name TEXT PRIMARY KEY, hash TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT; \
         CREATE TABLE IF NOT EXISTS key_proof (proof TEXT NOT NULL) STRICT"
            .to_owned(),
    )
    .await?;
    let pair = |mut row: Row| Ok::<(String, String), StoreError>((row.take()?, row.take()?));
    let rows = tx
        .rows("SELECT name, hash FROM migrations ORDER BY name", params![])
        .await?;
    let taken: Result<Vec<_>, _> = rows.into_iter().map(pair).collect();
    let mut applied = Vec::new();
    for step in left(SQLITE, &taken?)? {
        tx.batch(step.sql.to_owned()).await?;
        let sql = "INSERT INTO migrations (name, hash, applied_at) VALUES ($1, $2, $3)";
        let with = params![step.name, step.hash(), Moment::now()];
        tx.change(sql, with).await?;
        applied.push(step.name.to_owned());
    }
    match tx
        .rows("SELECT proof FROM key_proof", params![])
        .await?
        .pop()
    {
        Some(mut row) => {
            if row.take::<String>()? != proof(key) {
                return Err(wrong_key());
            }
        }
        None => {
            let sql = "INSERT INTO key_proof (proof) VALUES ($1)";
            tx.change(sql, params![proof(key)]).await?;
        }
    }
    tx.commit().await?;
    Ok(applied)
}

/// Brings PostgreSQL up to date as the owner of the tables, gives the service's role its rights,
/// and leaves the key for its passes; says which steps it took.
pub(super) async fn postgres(
    client: &mut Client,
    service_role: &str,
    passes: &PassKey,
) -> Result<Vec<String>, StoreError> {
    let tx = client.transaction().await?;
    // Until the end of the transaction: another one that migrates waits, and finds it done.
    tx.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
        .await?;
    let role = tx
        .query_opt(
            "SELECT rolname = current_user FROM pg_roles WHERE rolname = $1",
            &[&service_role],
        )
        .await?;
    match role.map(|row| row.get::<_, bool>(0)) {
        None => {
            return Err(StoreError::NotReady(format!(
                "there is no role {service_role}: CREATE ROLE {} LOGIN PASSWORD '…'",
                quoted(service_role)
            )));
        }
        Some(true) => {
            return Err(StoreError::NotReady(format!(
                "{service_role} owns the tables: the service needs a role of its own, \
                 or nothing holds it back"
            )));
        }
        Some(false) => {}
    }
    let known = tx
        .query_one("SELECT to_regclass('crm.migrations') IS NOT NULL", &[])
        .await?;
    let mut taken = Vec::new();
    if known.get::<_, bool>(0) {
        let sql = "SELECT name, hash FROM crm.migrations ORDER BY name";
        for row in tx.query(sql, &[]).await? {
            taken.push((row.get::<_, String>(0), row.get::<_, String>(1)));
        }
    }
    let mut applied = Vec::new();
    for step in left(POSTGRES, &taken)? {
        tx.batch_execute(step.sql).await?;
        applied.push(step.name.to_owned());
        if step.name == POSTGRES[0].name {
            tx.batch_execute(
                "CREATE TABLE crm.migrations (name text PRIMARY KEY, hash text NOT NULL, \
                 applied_at timestamptz NOT NULL DEFAULT now())",
            )
            .await?;
        }
        let sql = "INSERT INTO crm.migrations (name, hash) VALUES ($1, $2)";
        tx.execute(sql, &[&step.name, &step.hash()]).await?;
    }
    tx.batch_execute(&POLICIES.replace("{service}", &quoted(service_role)))
        .await?;
    let (inner, outer) = passes.pads();
    tx.execute(
        "INSERT INTO crm_private.pass_key (inner_pad, outer_pad) VALUES ($1, $2) \
         ON CONFLICT (only_one) DO UPDATE SET inner_pad = excluded.inner_pad, \
         outer_pad = excluded.outer_pad",
        &[&inner, &outer],
    )
    .await?;
    tx.commit().await?;
    Ok(applied)
}

/// Checks that the schema is this version's, for the service, which may not change it.
pub(super) async fn check_postgres(client: &Client) -> Result<(), StoreError> {
    let migrate = || {
        StoreError::NotReady(
            "the database isn't ready for this role: run `ringback-crm migrate` as the owner of \
             the tables, with --service-role and the name of this role"
                .to_owned(),
        )
    };
    let rows = client
        .query("SELECT name, hash FROM crm.migrations ORDER BY name", &[])
        .await
        .map_err(|error| match error.code() {
            // No such schema, no such table, or no right to either.
            Some(_) => migrate(),
            None => error.into(),
        })?;
    let taken: Vec<_> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    match left(POSTGRES, &taken)?.next() {
        Some(_) => Err(migrate()),
        None => Ok(()),
    }
}

/// A name of SQL, in quotes.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_step_and_a_later_version_are_refused() {
        let taken = |steps: &[Step]| -> Vec<(String, String)> {
            let pair = |step: &Step| (step.name.to_owned(), step.hash());
            steps.iter().map(pair).collect()
        };
        let all = taken(POSTGRES);
        assert_eq!(left(POSTGRES, &[]).unwrap().count(), POSTGRES.len());
        assert_eq!(left(POSTGRES, &all).unwrap().count(), 0);
        assert_eq!(
            left(POSTGRES, &all[..1]).unwrap().count(),
            POSTGRES.len() - 1
        );
        assert!(left(SQLITE, &all[..1]).is_err());
        assert!(left(&POSTGRES[..1], &all).is_err());
    }
}
