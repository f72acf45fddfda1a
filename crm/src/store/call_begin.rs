//! Calls are written down before they are asked for, or when they come in.

use super::call::{COLUMNS, Call, FROM, call, folded};
use super::sql::{Tx, params};
use super::{CallKey, StoreError, Tenant};
use crate::call_log::CallLog;
use crate::id::{CallLogId, ContactId, OpportunityId, UserId};
use crate::moment::Moment;
use crate::phone::PhoneNumber;

/// How often a call that is begun at the same time as another looks again. Once is enough unless
/// the other ends in that moment.
const ATTEMPTS: usize = 3;

/// A call that a user asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCall {
    /// The contact's number.
    pub to: PhoneNumber,
    /// The organization's number.
    pub from: PhoneNumber,
    /// The agent's phone.
    pub agent: PhoneNumber,
    /// With whom; where none is named, the contact of that number, if there is one.
    pub contact: Option<ContactId>,
    /// What about.
    pub opportunity: Option<OpportunityId>,
    /// A request with a key that was used before is the same call.
    pub idempotency_key: Option<String>,
}

/// A call that comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundCall {
    /// The caller's leg.
    pub call_sid: String,
    /// Who calls, in whatever form: it may be hidden.
    pub from: String,
    /// The organization's number.
    pub to: String,
    /// The agent's phone.
    pub agent: PhoneNumber,
}

/// What became of the wish to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// The row is written and durable: now ask the platform, with the key in each address.
    New(Box<Call>, CallKey),
    /// The same wish again (a double click, a repeated request): this is its call.
    Same(Box<Call>),
    /// The user has another call that isn't ended.
    LineBusy(Box<Call>),
    /// There is no such contact.
    NoContact,
    /// There is no such opportunity.
    NoOpportunity,
}

impl Tenant {
    /// Writes down a call that the tenant's user asks for, before the platform is asked: whatever
    /// crashes after that, the call is known. A user has one call at a time, which the database
    /// holds with an index; so two clicks at once make one call.
    pub async fn begin_call(&self, new: &NewCall) -> Result<Begun, StoreError> {
        let Some(user) = self.user_id() else {
            return Err(StoreError::NotAllowed);
        };
        for _ in 0..ATTEMPTS {
            let mut tx = self.write().await?;
            if let Some(begun) = self.begun_before(&mut tx, user, new).await? {
                tx.commit().await?;
                return Ok(begun);
            }
            let contact = match new.contact {
                Some(contact) if !self.has(&mut tx, "contacts", contact.uuid()).await? => {
                    tx.commit().await?;
                    return Ok(Begun::NoContact);
                }
                Some(contact) => Some(contact),
                None => self.contact_of(&mut tx, new.to.as_str()).await?,
            };
            if let Some(opportunity) = new.opportunity
                && !self
                    .has(&mut tx, "opportunities", opportunity.uuid())
                    .await?
            {
                tx.commit().await?;
                return Ok(Begun::NoOpportunity);
            }
            let (id, now) = (CallLogId::draw(), Moment::now());
            let log = CallLog::outbound(now);
            let revision = self.next_revision(&mut tx).await?;
            let sql = "INSERT INTO call_logs (id, organization_id, user_id, contact_id, \
                opportunity_id, direction, status, stage, from_number, to_number, agent_number, \
                folded, idempotency_key, started_at, created_at, updated_at, revision, notes) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $14, \
                $15, '') ON CONFLICT DO NOTHING";
            let with = params![
                id,
                self.organization_id(),
                user,
                contact,
                new.opportunity,
                log.kept().direction.as_str(),
                log.status().as_str(),
                log.stage().as_str(),
                &new.from,
                &new.to,
                &new.agent,
                folded(new.from.as_str(), new.to.as_str(), ""),
                new.idempotency_key.clone(),
                now,
                revision,
            ];
            if tx.change(sql, with).await? == 0 {
                // Another click was quicker; its call is there now.
                continue;
            }
            let key = self.add_key(&mut tx, id).await?;
            let call = self.call_in(&mut tx, id).await?;
            tx.commit().await?;
            self.tell(revision);
            return match call {
                Some(call) => Ok(Begun::New(Box::new(call), key)),
                None => Err(StoreError::Damaged("a new call is not there".to_owned())),
            };
        }
        Err(StoreError::Database(
            "too many calls begin at once".to_owned(),
        ))
    }

    /// What [`Tenant::begin_call`] would find without beginning anything: the call of the same
    /// wish, or one that stands in its way.
    pub async fn begun_already(&self, new: &NewCall) -> Result<Option<Begun>, StoreError> {
        let Some(user) = self.user_id() else {
            return Err(StoreError::NotAllowed);
        };
        let mut tx = self.read().await?;
        let begun = self.begun_before(&mut tx, user, new).await?;
        tx.commit().await?;
        Ok(begun)
    }

    /// The call that stands in the way of a new one, or is the one that is asked for.
    async fn begun_before(
        &self,
        tx: &mut Tx,
        user: UserId,
        new: &NewCall,
    ) -> Result<Option<Begun>, StoreError> {
        let select =
            format!("SELECT {COLUMNS} {FROM} WHERE l.organization_id = $1 AND l.user_id = $2");
        if let Some(key) = &new.idempotency_key {
            let sql = format!("{select} AND l.idempotency_key = $3");
            let with = params![self.organization_id(), user, key];
            if let Some(row) = tx.row(&sql, with).await? {
                return Ok(Some(Begun::Same(Box::new(call(row)?))));
            }
        }
        let sql = format!("{select} AND l.direction = 'outbound' AND l.stage <> 'ended'");
        let row = tx.row(&sql, params![self.organization_id(), user]).await?;
        let Some(other) = row.map(call).transpose()? else {
            return Ok(None);
        };
        let same = other.to_number == new.to.as_str();
        let other = Box::new(other);
        Ok(Some(if same {
            Begun::Same(other)
        } else {
            Begun::LineBusy(other)
        }))
    }

    /// Writes down a call that comes in, and draws a key for its callbacks. One that was written
    /// down before (the platform asked twice) is the same call, with a further key.
    pub async fn begin_inbound(&self, new: &InboundCall) -> Result<(Call, CallKey), StoreError> {
        let mut tx = self.write().await?;
        let now = Moment::now();
        let log = CallLog::inbound(&new.call_sid, now);
        let known = self.id_of(&mut tx, &new.call_sid).await?;
        let mut told = None;
        if known.is_none() {
            let contact = self.contact_of(&mut tx, &new.from).await?;
            let revision = self.next_revision(&mut tx).await?;
            let sql = "INSERT INTO call_logs (id, organization_id, contact_id, direction, \
                call_sid, status, stage, from_number, to_number, agent_number, folded, \
                started_at, created_at, updated_at, revision, notes) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $12, $13, '') \
                ON CONFLICT DO NOTHING";
            let with = params![
                CallLogId::draw(),
                self.organization_id(),
                contact,
                log.kept().direction.as_str(),
                &new.call_sid,
                log.status().as_str(),
                log.stage().as_str(),
                &new.from,
                &new.to,
                &new.agent,
                folded(&new.from, &new.to, ""),
                now,
                revision,
            ];
            if tx.change(sql, with).await? == 1 {
                told = Some(revision);
            }
        }
        let id = match known {
            Some(id) => Some(id),
            None => self.id_of(&mut tx, &new.call_sid).await?,
        };
        let missing = || StoreError::Damaged("a new call is not there".to_owned());
        let id = id.ok_or_else(missing)?;
        let key = self.add_key(&mut tx, id).await?;
        let call = self.call_in(&mut tx, id).await?.ok_or_else(missing)?;
        tx.commit().await?;
        if let Some(revision) = told {
            self.tell(revision);
        }
        Ok((call, key))
    }

    async fn add_key(&self, tx: &mut Tx, id: CallLogId) -> Result<CallKey, StoreError> {
        let key = CallKey::draw();
        let sql = "INSERT INTO call_keys (key_hash, organization_id, call_log_id, created_at) \
            VALUES ($1, $2, $3, $4)";
        let with = params![key.hash(), self.organization_id(), id, Moment::now()];
        tx.change(sql, with).await?;
        Ok(key)
    }

    async fn has(
        &self,
        tx: &mut Tx,
        table: &'static str,
        id: uuid::Uuid,
    ) -> Result<bool, StoreError> {
        let sql = format!("SELECT id FROM {table} WHERE organization_id = $1 AND id = $2");
        Ok(tx
            .row(&sql, params![self.organization_id(), id])
            .await?
            .is_some())
    }

    pub(super) async fn contact_of(
        &self,
        tx: &mut Tx,
        number: &str,
    ) -> Result<Option<ContactId>, StoreError> {
        let sql = "SELECT id FROM contacts WHERE organization_id = $1 AND phone = $2 \
            ORDER BY created_at, id LIMIT 1";
        let row = tx.row(sql, params![self.organization_id(), number]).await?;
        row.map(|mut row| row.take()).transpose()
    }
}
