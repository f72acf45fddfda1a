//! Calls that are over already: brought along from elsewhere, with the dates they had.

use super::call::folded;
use super::sql::{Wanted, params};
use super::{StoreError, Tenant};
use crate::call_log::{CallLog, Direction, Outcome};
use crate::id::CallLogId;

/// A call that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastCall {
    /// What became of it; it is over.
    pub log: CallLog,
    /// Who called.
    pub from: String,
    /// Who was called.
    pub to: String,
    /// The agent's phone.
    pub agent: String,
    /// What was written down about it.
    pub notes: String,
}

impl Tenant {
    /// Adds calls of the past to the log; those that went out are the tenant's user's. The contact
    /// is whoever has the number. Its date is the one it began at.
    pub async fn add_past_calls(&self, calls: &[PastCall]) -> Result<(), StoreError> {
        let mut tx = self.begin(Wanted::Durable).await?;
        let mut reached = None;
        for past in calls {
            let kept = past.log.kept();
            let outbound = kept.direction == Direction::Outbound;
            let other = if outbound { &past.to } else { &past.from };
            let contact = self.contact_of(&mut tx, other).await?;
            let (id, revision) = (CallLogId::draw(), self.next_revision(&mut tx).await?);
            let sql = "INSERT INTO call_logs (id, organization_id, user_id, contact_id, direction, \
                status, stage, from_number, to_number, agent_number, folded, notes, started_at, \
                created_at, updated_at, revision, outcome) VALUES ($1, $2, $3, $4, $5, $6, $7, \
                $8, $9, $10, $11, $12, $13, $13, $13, $14, $15)";
            let with = params![
                id,
                self.organization_id(),
                self.user_id().filter(|_| outbound),
                contact,
                kept.direction.as_str(),
                past.log.status().as_str(),
                past.log.stage().as_str(),
                &past.from,
                &past.to,
                &past.agent,
                folded(&past.from, &past.to, &past.notes),
                &past.notes,
                kept.started_at,
                revision,
                past.log.outcome().map(Outcome::as_str),
            ];
            tx.change(sql, with).await?;
            let missing = || StoreError::Damaged("a new call is not there".to_owned());
            let mut call = self.call_in(&mut tx, id).await?.ok_or_else(missing)?;
            call.log = past.log.clone();
            call.revision = revision;
            self.keep(&mut tx, &call).await?;
            reached = Some(revision);
        }
        tx.commit().await?;
        if let Some(reached) = reached {
            self.tell(reached);
        }
        Ok(())
    }
}
