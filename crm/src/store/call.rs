//! Calls as rows, and as the interface shows them.

use super::sql::{Row, Tx, params};
use super::{StoreError, Tenant};
use crate::call_log::{CallError, CallLog, Direction, Kept, Leg, Recording, Stage, Status};
use crate::fold::fold;
use crate::id::{CallLogId, ContactId, OpportunityId, UserId};
use crate::moment::Moment;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::json;

/// A row of the call log, with the names it refers to. Serializes as the interface's call log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Which.
    pub id: CallLogId,
    /// What the platform told of it.
    pub log: CallLog,
    /// Who called: the organization's number, or the caller's.
    pub from_number: String,
    /// Who was called: the contact's number, or the organization's.
    pub to_number: String,
    /// The agent's phone.
    pub agent_number: String,
    /// With whom.
    pub contact: Option<CallContact>,
    /// What about.
    pub opportunity: Option<CallOpportunity>,
    /// Who asked for it; none of a call that came in.
    pub user: Option<CallUser>,
    /// What was written down about it.
    pub notes: String,
    /// When the row was written.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
    /// The organization's count of changes when it last changed.
    pub revision: i64,
}

/// A call's contact.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CallContact {
    /// Whom.
    pub id: ContactId,
    /// Their name.
    pub name: String,
    /// Where they work.
    pub company: Option<String>,
}

/// A call's opportunity.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CallOpportunity {
    /// Which.
    pub id: OpportunityId,
    /// What it is about.
    pub title: String,
}

/// A call's user.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CallUser {
    /// Whom.
    pub id: UserId,
    /// Their name.
    pub name: String,
}

/// The columns of a log, in the order in which they are read.
pub(super) const COLUMNS: &str = "l.id, l.from_number, l.to_number, l.agent_number, \
    l.notes, l.created_at, l.updated_at, l.revision, \
    c.id, c.name, c.company, o.id, o.title, u.id, u.name, \
    l.direction, l.started_at, \
    l.call_sid, l.status, l.status_sequence, l.answered_at, l.ended_at, l.duration_seconds, \
    l.child_call_sid, l.child_status, l.child_sequence, l.connected_at, l.child_ended_at, \
    l.talk_seconds, l.recording_sid, l.recording_url, l.recording_duration, \
    l.error_code, l.error_message";

/// Where they come from.
pub(super) const FROM: &str = "FROM call_logs l \
    LEFT JOIN contacts c ON c.organization_id = l.organization_id AND c.id = l.contact_id \
    LEFT JOIN opportunities o \
        ON o.organization_id = l.organization_id AND o.id = l.opportunity_id \
    LEFT JOIN users u ON u.id = l.user_id";

pub(super) fn call(mut row: Row) -> Result<Call, StoreError> {
    let row = &mut row;
    let id = row.take()?;
    let (from_number, to_number, agent_number) = (row.take()?, row.take()?, row.take()?);
    let notes = row.take()?;
    let (created_at, updated_at, revision) = (row.take()?, row.take()?, row.take()?);
    let (contact, name, company) = (row.take()?, row.take::<Option<_>>()?, row.take()?);
    let contact = Option::zip(contact, name).map(|(id, name)| CallContact { id, name, company });
    let (opportunity, title) = (row.take()?, row.take::<Option<_>>()?);
    let opportunity =
        Option::zip(opportunity, title).map(|(id, title)| CallOpportunity { id, title });
    let (user, name) = (row.take()?, row.take::<Option<_>>()?);
    let user = Option::zip(user, name).map(|(id, name)| CallUser { id, name });
    Ok(Call {
        id,
        log: CallLog::from_kept(kept(row)?),
        from_number,
        to_number,
        agent_number,
        contact,
        opportunity,
        user,
        notes,
        created_at,
        updated_at,
        revision,
    })
}

fn kept(row: &mut Row) -> Result<Kept, StoreError> {
    let direction = row.word(Direction::parse)?;
    let started_at = row.take()?;
    let (first, second) = (leg(row)?, leg(row)?);
    let (sid, url, seconds) = (
        row.take()?,
        row.take::<Option<_>>()?,
        row.take::<Option<_>>()?,
    );
    let recording = Option::zip(sid, url).map(|(sid, url)| Recording {
        sid,
        url,
        seconds: seconds.unwrap_or(0),
    });
    let (code, message) = (row.take()?, row.take::<Option<_>>()?);
    Ok(Kept {
        direction,
        started_at,
        first,
        second,
        recording,
        error: message.map(|message| CallError { code, message }),
    })
}

fn leg(row: &mut Row) -> Result<Leg, StoreError> {
    Ok(Leg {
        call_sid: row.take()?,
        status: row.maybe_word(Status::parse)?,
        sequence: row.take()?,
        answered_at: row.take()?,
        ended_at: row.take()?,
        seconds: row.take()?,
    })
}

impl Tenant {
    /// One call.
    pub async fn call(&self, id: CallLogId) -> Result<Option<Call>, StoreError> {
        let mut tx = self.read().await?;
        let found = self.call_in(&mut tx, id).await?;
        tx.commit().await?;
        Ok(found)
    }

    /// The call one of whose legs this is.
    pub async fn call_by_sid(&self, call_sid: &str) -> Result<Option<Call>, StoreError> {
        let mut tx = self.read().await?;
        let sql = format!(
            "SELECT {COLUMNS} {FROM} WHERE l.organization_id = $1 \
             AND (l.call_sid = $2 OR l.child_call_sid = $2)"
        );
        let row = tx
            .row(&sql, params![self.organization_id(), call_sid])
            .await?;
        tx.commit().await?;
        row.map(call).transpose()
    }

    /// The organization's next count of changes. The row stays locked until the transaction is
    /// over, so counts become visible in their order: who has seen one has seen all before it.
    pub(super) async fn next_revision(&self, tx: &mut Tx) -> Result<i64, StoreError> {
        let sql = "UPDATE organization_revisions SET revision = revision + 1 \
            WHERE organization_id = $1 RETURNING revision";
        let row = tx.row(sql, params![self.organization_id()]).await?;
        let missing = || StoreError::Damaged("the organization has no count".to_owned());
        row.ok_or_else(missing)?.take()
    }

    pub(super) async fn id_of(
        &self,
        tx: &mut Tx,
        call_sid: &str,
    ) -> Result<Option<CallLogId>, StoreError> {
        let sql = "SELECT id FROM call_logs WHERE organization_id = $1 AND call_sid = $2";
        let row = tx
            .row(sql, params![self.organization_id(), call_sid])
            .await?;
        row.map(|mut row| row.take()).transpose()
    }

    pub(super) async fn call_in(
        &self,
        tx: &mut Tx,
        id: CallLogId,
    ) -> Result<Option<Call>, StoreError> {
        let sql = format!("SELECT {COLUMNS} {FROM} WHERE l.organization_id = $1 AND l.id = $2");
        let row = tx.row(&sql, params![self.organization_id(), id]).await?;
        row.map(call).transpose()
    }
}

/// What is searched of a log itself; names are searched where they stand.
pub(super) fn folded(from: &str, to: &str, notes: &str) -> String {
    fold(&format!("{from}\n{to}\n{notes}"))
}

impl Call {
    fn leg(leg: &Leg, number: &str) -> serde_json::Value {
        json!({ "callSid": leg.call_sid, "number": number, "status": leg.status })
    }

    /// The other's number: the contact's, or the caller's.
    pub fn other_number(&self) -> &str {
        match self.log.kept().direction {
            Direction::Outbound => &self.to_number,
            Direction::Inbound => &self.from_number,
        }
    }

    /// Whether it isn't over.
    pub fn is_live(&self) -> bool {
        self.log.stage() != Stage::Ended
    }
}

impl Serialize for Call {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kept = self.log.kept();
        let recording = kept.recording.as_ref().map(|recording| {
            json!({
                "sid": recording.sid,
                "durationSeconds": recording.seconds,
                "url": format!("/api/calls/{}/recording", self.id),
            })
        });
        let error = kept.error.as_ref();
        let error = error.map(|error| json!({ "code": error.code, "message": error.message }));
        let mut object = serializer.serialize_struct("Call", 26)?;
        object.serialize_field("id", &self.id)?;
        object.serialize_field("direction", &kept.direction)?;
        object.serialize_field("status", &self.log.status())?;
        object.serialize_field("stage", &self.log.stage())?;
        object.serialize_field("outcome", &self.log.outcome())?;
        object.serialize_field("callSid", &kept.first.call_sid)?;
        // What a user asks for, or what comes in, is nobody's child.
        object.serialize_field("parentCallSid", &None::<String>)?;
        object.serialize_field("fromNumber", &self.from_number)?;
        object.serialize_field("toNumber", &self.to_number)?;
        object.serialize_field("contact", &self.contact)?;
        object.serialize_field("opportunity", &self.opportunity)?;
        object.serialize_field("user", &self.user)?;
        let agent = Call::leg(self.log.agent(), &self.agent_number);
        object.serialize_field("agent", &agent)?;
        let other = Call::leg(self.log.other(), self.other_number());
        object.serialize_field("other", &other)?;
        object.serialize_field("startedAt", &kept.started_at)?;
        object.serialize_field("answeredAt", &self.log.answered_at())?;
        object.serialize_field("connectedAt", &self.log.connected_at())?;
        object.serialize_field("endedAt", &self.log.ended_at())?;
        object.serialize_field("durationSeconds", &self.log.duration_seconds())?;
        object.serialize_field("talkSeconds", &self.log.talk_seconds())?;
        object.serialize_field("recording", &recording)?;
        object.serialize_field("error", &error)?;
        object.serialize_field("notes", &self.notes)?;
        object.serialize_field("createdAt", &self.created_at)?;
        object.serialize_field("updatedAt", &self.updated_at)?;
        object.serialize_field("revision", &self.revision)?;
        object.end()
    }
}
