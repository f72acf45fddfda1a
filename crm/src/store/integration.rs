//! How an organization reaches the voice platform. Its token is sealed.

use super::sql::params;
use super::{CallKey, StoreError, Tenant};
use crate::moment::Moment;
use crate::phone::PhoneNumber;
use std::fmt;

/// The integration that calls are placed with; the table has room for others.
const VOICE: &str = "twilio-voice";
/// The names under which secrets are sealed.
const TOKEN: &str = "auth-token";
const KEY: &str = "call-key";

/// How an organization reaches the voice platform.
#[derive(Clone, PartialEq, Eq)]
pub struct Integration {
    /// The account.
    pub account_sid: String,
    /// Its token: asks in the account's name, and signs callbacks.
    pub auth_token: String,
    /// The organization's number: who calls the contact, and who is called.
    pub phone_number: PhoneNumber,
    /// The agent's own phone.
    pub agent_phone_number: PhoneNumber,
    /// Where the API is, if not where it usually is.
    pub base_url: Option<String>,
    /// The key for calls that come in, which the number's address carries.
    pub key: CallKey,
    /// When it was set.
    pub updated_at: Moment,
}

impl fmt::Debug for Integration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Integration")
            .field("account_sid", &self.account_sid)
            .field("phone_number", &self.phone_number)
            .field("agent_phone_number", &self.agent_phone_number)
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

/// How an organization shall reach the voice platform.
#[derive(Clone)]
pub struct IntegrationWrite {
    /// The account.
    pub account_sid: String,
    /// Its token; none keeps the one there is.
    pub auth_token: Option<String>,
    /// The organization's number.
    pub phone_number: PhoneNumber,
    /// The agent's own phone.
    pub agent_phone_number: PhoneNumber,
    /// Where the API is, if not where it usually is.
    pub base_url: Option<String>,
}

impl Tenant {
    /// How the organization reaches the voice platform; none where that was never set.
    pub async fn integration(&self) -> Result<Option<Integration>, StoreError> {
        let organization = self.organization_id();
        let mut tx = self.read().await?;
        let sql = "SELECT account_sid, auth_token_sealed, phone_number, agent_phone_number, \
            base_url, call_key_sealed, updated_at FROM organization_integrations \
            WHERE organization_id = $1 AND integration_id = $2";
        let row = tx.row(sql, params![organization, VOICE]).await?;
        tx.commit().await?;
        let Some(mut row) = row else {
            return Ok(None);
        };
        let account_sid = row.take()?;
        let token: Vec<u8> = row.take()?;
        let (phone_number, agent_phone_number) = (row.take()?, row.take()?);
        let base_url = row.take()?;
        let key: Vec<u8> = row.take()?;
        Ok(Some(Integration {
            account_sid,
            auth_token: self.key().open(organization, TOKEN, &token)?,
            phone_number,
            agent_phone_number,
            base_url,
            key: CallKey::from_address(&self.key().open(organization, KEY, &key)?),
            updated_at: row.take()?,
        }))
    }

    /// Sets how the organization reaches the voice platform. None where no token was given and
    /// there is none to keep. Only owners and admins may ([`StoreError::NotAllowed`]); the
    /// database says so too. The key for calls that come in is drawn once and stays.
    pub async fn set_integration(
        &self,
        write: &IntegrationWrite,
    ) -> Result<Option<Integration>, StoreError> {
        if !self.role().is_some_and(|role| role.may_configure()) {
            return Err(StoreError::NotAllowed);
        }
        let organization = self.organization_id();
        let kept = self.integration().await?;
        let kept_token = kept.as_ref().map(|kept| &kept.auth_token);
        let Some(token) = write.auth_token.as_ref().or(kept_token) else {
            return Ok(None);
        };
        let mut tx = self.write().await?;
        let key = match &kept {
            Some(kept) => kept.key.clone(),
            None => {
                let key = CallKey::draw();
                let sql = "INSERT INTO call_keys (key_hash, organization_id, created_at) \
                    VALUES ($1, $2, $3)";
                let with = params![key.hash(), organization, Moment::now()];
                tx.change(sql, with).await?;
                key
            }
        };
        let sql = "INSERT INTO organization_integrations \
            (organization_id, integration_id, account_sid, auth_token_sealed, phone_number, \
             agent_phone_number, base_url, call_key_sealed, updated_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
            ON CONFLICT (organization_id, integration_id) DO UPDATE SET \
            account_sid = excluded.account_sid, auth_token_sealed = excluded.auth_token_sealed, \
            phone_number = excluded.phone_number, \
            agent_phone_number = excluded.agent_phone_number, base_url = excluded.base_url, \
            updated_at = excluded.updated_at";
        let with = params![
            organization,
            VOICE,
            &write.account_sid,
            self.key().seal(organization, TOKEN, token),
            &write.phone_number,
            &write.agent_phone_number,
            write.base_url.clone(),
            self.key().seal(organization, KEY, key.as_str()),
            Moment::now(),
        ];
        tx.change(sql, with).await?;
        tx.commit().await?;
        self.integration().await
    }
}
