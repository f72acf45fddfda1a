//! Whom an organization calls, and what about.

use super::sql::{Row, Tx, Value, params};
use super::{StoreError, Tenant};
use crate::fold::{digits, fold, holding};
use crate::id::{ContactId, OpportunityId};
use crate::moment::Moment;
use crate::phone::PhoneNumber;
use serde::Serialize;

/// Somebody an organization calls. Serializes as the interface's contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// Whom.
    pub id: ContactId,
    /// Their name.
    pub name: String,
    /// Where they work.
    pub company: Option<String>,
    /// Their number.
    pub phone: PhoneNumber,
    /// Their address.
    pub email: Option<String>,
    /// What they are called about.
    pub opportunities: Vec<Opportunity>,
    /// When they were last called, or called.
    pub last_call_at: Option<Moment>,
}

/// A deal with a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Opportunity {
    /// Which.
    pub id: OpportunityId,
    /// What it is about.
    pub title: String,
    /// How far it has come, in the organization's own words.
    pub stage: String,
}

/// A contact as it shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactWrite {
    /// Their name.
    pub name: String,
    /// Where they work.
    pub company: Option<String>,
    /// Their number.
    pub phone: PhoneNumber,
    /// Their address.
    pub email: Option<String>,
}

impl ContactWrite {
    /// The name as it is sorted by.
    fn sorted(&self) -> String {
        fold(&self.name)
    }

    /// Everything that is searched.
    fn folded(&self) -> String {
        let company = self.company.as_deref().unwrap_or_default();
        let email = self.email.as_deref().unwrap_or_default();
        fold(&format!(
            "{}\n{company}\n{email}\n{}",
            self.name, self.phone
        ))
    }
}

/// A page of contacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContactPage {
    /// By name.
    pub contacts: Vec<Contact>,
    /// The `cursor` of what follows.
    pub next: Option<ContactId>,
}

const COLUMNS: &str = "c.id, c.name, c.company, c.phone, c.email, \
    (SELECT max(l.created_at) FROM call_logs l \
     WHERE l.organization_id = c.organization_id AND l.contact_id = c.id)";

fn contact(mut row: Row) -> Result<Contact, StoreError> {
    Ok(Contact {
        id: row.take()?,
        name: row.take()?,
        company: row.take()?,
        phone: row.take()?,
        email: row.take()?,
        opportunities: Vec::new(),
        last_call_at: row.take()?,
    })
}

impl Tenant {
    /// Contacts by name, behind the one that `after` names. `search` looks in names, companies,
    /// numbers and addresses, without regard to capitals and accents.
    pub async fn contacts(
        &self,
        search: Option<&str>,
        limit: u32,
        after: Option<ContactId>,
    ) -> Result<ContactPage, StoreError> {
        let mut sql = format!("SELECT {COLUMNS} FROM contacts c WHERE c.organization_id = $1");
        let mut with: Vec<Value> = vec![self.organization_id().into()];
        let mut tx = self.read().await?;
        if let Some(search) = search.filter(|search| !search.trim().is_empty()) {
            with.push(holding(&digits(search).unwrap_or(search.to_owned())).into());
            sql += &format!(" AND c.folded LIKE ${} ESCAPE '\\'", with.len());
        }
        if let Some(after) = after {
            let place = "SELECT sorted FROM contacts WHERE organization_id = $1 AND id = $2";
            let row = tx
                .row(place, params![self.organization_id(), after])
                .await?;
            let Some(mut row) = row else {
                return Ok(ContactPage {
                    contacts: Vec::new(),
                    next: None,
                });
            };
            with.push(row.take::<String>()?.into());
            with.push(after.into());
            let number = with.len();
            sql += &format!(" AND (c.sorted, c.id) > (${}, ${number})", number - 1);
        }
        with.push((i64::from(limit) + 1).into());
        sql += &format!(" ORDER BY c.sorted, c.id LIMIT ${}", with.len());
        let rows = tx.rows(&sql, &with).await?;
        let contacts: Result<Vec<Contact>, _> = rows.into_iter().map(contact).collect();
        let mut contacts = contacts?;
        let more = contacts.len() > limit as usize;
        contacts.truncate(limit as usize);
        self.add_opportunities(&mut tx, &mut contacts).await?;
        tx.commit().await?;
        let next = contacts.last().filter(|_| more).map(|last| last.id);
        Ok(ContactPage { contacts, next })
    }

    /// One contact.
    pub async fn contact(&self, id: ContactId) -> Result<Option<Contact>, StoreError> {
        let mut tx = self.read().await?;
        let found = self.contact_in(&mut tx, id).await?;
        tx.commit().await?;
        Ok(found)
    }

    async fn contact_in(&self, tx: &mut Tx, id: ContactId) -> Result<Option<Contact>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM contacts c WHERE c.organization_id = $1 AND c.id = $2");
        let Some(row) = tx.row(&sql, params![self.organization_id(), id]).await? else {
            return Ok(None);
        };
        let mut found = [contact(row)?];
        self.add_opportunities(tx, &mut found).await?;
        let [found] = found;
        Ok(Some(found))
    }

    async fn add_opportunities(
        &self,
        tx: &mut Tx,
        contacts: &mut [Contact],
    ) -> Result<(), StoreError> {
        if contacts.is_empty() {
            return Ok(());
        }
        let mut with: Vec<Value> = vec![self.organization_id().into()];
        with.extend(contacts.iter().map(|contact| Value::from(contact.id)));
        let places: Vec<String> = (2..=with.len()).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT contact_id, id, title, stage FROM opportunities \
             WHERE organization_id = $1 AND contact_id IN ({}) ORDER BY created_at, title, id",
            places.join(", ")
        );
        for mut row in tx.rows(&sql, &with).await? {
            let whose: ContactId = row.take()?;
            let opportunity = Opportunity {
                id: row.take()?,
                title: row.take()?,
                stage: row.take()?,
            };
            if let Some(contact) = contacts.iter_mut().find(|contact| contact.id == whose) {
                contact.opportunities.push(opportunity);
            }
        }
        Ok(())
    }

    /// Adds a contact.
    pub async fn add_contact(&self, write: &ContactWrite) -> Result<Contact, StoreError> {
        let id = ContactId::draw();
        let now = Moment::now();
        let mut tx = self.write().await?;
        let sql = "INSERT INTO contacts (id, organization_id, name, company, phone, email, \
            sorted, folded, created_at, updated_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let with = params![
            id,
            self.organization_id(),
            &write.name,
            write.company.clone(),
            &write.phone,
            write.email.clone(),
            write.sorted(),
            write.folded(),
            now,
            now,
        ];
        tx.change(sql, with).await?;
        tx.commit().await?;
        Ok(Contact {
            id,
            name: write.name.clone(),
            company: write.company.clone(),
            phone: write.phone.clone(),
            email: write.email.clone(),
            opportunities: Vec::new(),
            last_call_at: None,
        })
    }

    /// Changes a contact; none where there is no such one.
    pub async fn set_contact(
        &self,
        id: ContactId,
        write: &ContactWrite,
    ) -> Result<Option<Contact>, StoreError> {
        let mut tx = self.write().await?;
        let sql = "UPDATE contacts SET name = $3, company = $4, phone = $5, email = $6, \
            sorted = $7, folded = $8, updated_at = $9 WHERE organization_id = $1 AND id = $2";
        let with = params![
            self.organization_id(),
            id,
            &write.name,
            write.company.clone(),
            &write.phone,
            write.email.clone(),
            write.sorted(),
            write.folded(),
            Moment::now(),
        ];
        tx.change(sql, with).await?;
        let found = self.contact_in(&mut tx, id).await?;
        tx.commit().await?;
        Ok(found)
    }

    /// Adds a deal with a contact; none where there is no such contact.
    pub async fn add_opportunity(
        &self,
        contact: ContactId,
        title: &str,
        stage: &str,
    ) -> Result<Option<Opportunity>, StoreError> {
        let mut tx = self.write().await?;
        if self.contact_in(&mut tx, contact).await?.is_none() {
            tx.commit().await?;
            return Ok(None);
        }
        let id = OpportunityId::draw();
        let sql = "INSERT INTO opportunities \
            (id, organization_id, contact_id, title, stage, created_at) \
            VALUES ($1, $2, $3, $4, $5, $6)";
        let with = params![
            id,
            self.organization_id(),
            contact,
            title,
            stage,
            Moment::now()
        ];
        tx.change(sql, with).await?;
        tx.commit().await?;
        Ok(Some(Opportunity {
            id,
            title: title.to_owned(),
            stage: stage.to_owned(),
        }))
    }
}
