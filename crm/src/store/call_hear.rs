//! Calls change by what the platform tells, and by what people write down.

use super::call::{COLUMNS, Call, FROM, call, folded};
use super::sql::{Tx, Wanted, params};
use super::{StoreError, Tenant};
use crate::call_log::{Event, Outcome, Status};
use crate::id::CallLogId;
use crate::moment::Moment;

/// What a log is after an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The call.
    pub call: Call,
    /// Whether the event changed it.
    pub changed: bool,
}

impl Tenant {
    /// Feeds a log with what the platform told; none where there is no such log. Events may come
    /// twice, in any order, and at once.
    pub async fn hear(&self, id: CallLogId, event: &Event) -> Result<Option<Heard>, StoreError> {
        let wanted = if event.is_last_word() {
            Wanted::Durable
        } else {
            Wanted::Told
        };
        let mut tx = self.begin(wanted).await?;
        let Some(mut call) = self.hold(&mut tx, id).await? else {
            tx.commit().await?;
            return Ok(None);
        };
        let old_sid = call.log.kept().first.call_sid.clone();
        let before = call.log.clone();
        let mut changed = call.log.hear(event);
        let new_sid = call.log.kept().first.call_sid.clone();
        if old_sid.is_none()
            && let Some(sid) = &new_sid
            && self.id_of(&mut tx, sid).await?.is_some()
        {
            // The leg is another log's already: it isn't this one's.
            call.log = before;
            changed = false;
        }
        if changed {
            call.revision = self.next_revision(&mut tx).await?;
            call.updated_at = Moment::now();
            self.keep(&mut tx, &call).await?;
        }
        tx.commit().await?;
        if changed {
            self.tell(call.revision);
        }
        Ok(Some(Heard { call, changed }))
    }

    pub(super) async fn keep(&self, tx: &mut Tx, call: &Call) -> Result<(), StoreError> {
        let sql = "UPDATE call_logs SET status = $3, stage = $4, outcome = $5, call_sid = $6, \
            status_sequence = $7, answered_at = $8, ended_at = $9, duration_seconds = $10, \
            child_call_sid = $11, child_status = $12, child_sequence = $13, connected_at = $14, \
            child_ended_at = $15, talk_seconds = $16, recording_sid = $17, recording_url = $18, \
            recording_duration = $19, error_code = $20, error_message = $21, updated_at = $22, \
            revision = $23 WHERE organization_id = $1 AND id = $2";
        let kept = call.log.kept();
        let (first, second) = (&kept.first, &kept.second);
        let recording = kept.recording.as_ref();
        let with = params![
            self.organization_id(),
            call.id,
            call.log.status().as_str(),
            call.log.stage().as_str(),
            call.log.outcome().map(Outcome::as_str),
            first.call_sid.clone(),
            first.sequence,
            first.answered_at,
            first.ended_at,
            first.seconds,
            second.call_sid.clone(),
            second.status.map(Status::as_str),
            second.sequence,
            second.answered_at,
            second.ended_at,
            second.seconds,
            recording.map(|recording| &recording.sid),
            recording.map(|recording| &recording.url),
            recording.map(|recording| recording.seconds),
            kept.error.as_ref().and_then(|error| error.code),
            kept.error.as_ref().map(|error| &error.message),
            call.updated_at,
            call.revision,
        ];
        tx.change(sql, with).await?;
        Ok(())
    }

    /// Sets what was written down about a call; none where there is no such call.
    pub async fn set_notes(&self, id: CallLogId, notes: &str) -> Result<Option<Call>, StoreError> {
        let mut tx = self.write().await?;
        let Some(mut call) = self.hold(&mut tx, id).await? else {
            tx.commit().await?;
            return Ok(None);
        };
        call.revision = self.next_revision(&mut tx).await?;
        call.updated_at = Moment::now();
        call.notes = notes.to_owned();
        let sql = "UPDATE call_logs SET notes = $3, folded = $4, updated_at = $5, revision = $6 \
            WHERE organization_id = $1 AND id = $2";
        let with = params![
            self.organization_id(),
            id,
            notes,
            folded(&call.from_number, &call.to_number, notes),
            call.updated_at,
            call.revision,
        ];
        tx.change(sql, with).await?;
        tx.commit().await?;
        self.tell(call.revision);
        Ok(Some(call))
    }

    /// A call that is about to be changed, held until the transaction is over: two events at once
    /// must not both build on the old row. The call is held before the count of changes, by
    /// everyone, or two could wait for each other.
    async fn hold(&self, tx: &mut Tx, id: CallLogId) -> Result<Option<Call>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} {FROM} WHERE l.organization_id = $1 AND l.id = $2{}",
            tx.held()
        );
        let row = tx.row(&sql, params![self.organization_id(), id]).await?;
        row.map(call).transpose()
    }
}
