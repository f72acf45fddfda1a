//! Changes that other processes of the service make to the same PostgreSQL.
//!
//! They are asked for, once in a while, and not notified: `NOTIFY` takes one lock for the whole
//! server when a transaction that used it is committed, and would make all organizations wait for
//! each other. A process knows of its own changes at once.

use super::sql::{Wanted, params};
use super::{Engine, Inner, StoreError, pass::Whose};
use crate::id::OrganizationId;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// How late a change of another process is seen at most.
const EVERY: Duration = Duration::from_millis(500);

/// Watches until the store is dropped.
pub(super) async fn watch(inner: Weak<Inner>) {
    loop {
        let Some(inner) = inner.upgrade() else {
            return;
        };
        // A server that can't be reached is asked again; whoever makes a request hears of it.
        if let Ok(counts) = counts(&inner).await {
            for (organization, revision) in counts {
                inner.tell(organization, revision);
            }
        }
        drop(inner);
        tokio::time::sleep(EVERY).await;
    }
}

async fn counts(inner: &Arc<Inner>) -> Result<Vec<(OrganizationId, i64)>, StoreError> {
    let Engine::Postgres(engine) = &inner.engine else {
        return Ok(Vec::new());
    };
    let mut tx = engine.begin(Wanted::Read, Whose::Nobody).await?;
    let sql = "SELECT organization_id, revision FROM crm_private.every_revision()";
    let rows = tx.rows(sql, params![]).await?;
    tx.commit().await?;
    let count = |mut row: super::sql::Row| Ok((row.take()?, row.take()?));
    rows.into_iter().map(count).collect()
}
