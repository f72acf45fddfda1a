//! Pages of the call log, and what changed in it.

use super::call::{COLUMNS, Call, FROM, call};
use super::sql::{Tx, Value, params};
use super::{StoreError, Tenant};
use crate::call_log::{Direction, Outcome, Stage};
use crate::fold::{digits, holding};
use crate::id::{CallLogId, ContactId, UserId};
use crate::moment::Moment;
use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Which calls are wanted: those that meet all that is set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallFilter {
    /// Who called whom.
    pub direction: Option<Direction>,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// How far it has come.
    pub stage: Option<Stage>,
    /// Only those that aren't ended.
    pub live: bool,
    /// With whom.
    pub contact: Option<ContactId>,
    /// Who asked for it.
    pub user: Option<UserId>,
    /// A part of a name, a company, a number or the notes, without regard to capitals and accents.
    pub search: Option<String>,
    /// Written down then or later.
    pub from: Option<Moment>,
    /// Written down before.
    pub to: Option<Moment>,
}

/// Where a page ends: the next begins behind it, whatever was added meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallCursor {
    created_at: Moment,
    id: CallLogId,
}

/// A page of calls. Serializes as the interface's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallPage {
    /// Newest first.
    pub calls: Vec<Call>,
    /// The `cursor` of what follows.
    pub next: Option<CallCursor>,
}

/// What changed since a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Each call that changed, once, as it is now, in the order of the last changes. The last
    /// one's revision is where to go on.
    pub calls: Vec<Call>,
    /// Whether that is all. If not, whoever asked had better fetch anew: too much was missed, or
    /// it comes from another database.
    pub complete: bool,
}

impl fmt::Display for CallCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.created_at.millis(), self.id)
    }
}

/// No cursor of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadCursor;

impl fmt::Display for BadCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no cursor of a page")
    }
}

impl std::error::Error for BadCursor {}

impl FromStr for CallCursor {
    type Err = BadCursor;
    fn from_str(text: &str) -> Result<CallCursor, BadCursor> {
        let (millis, id) = text.split_once('.').ok_or(BadCursor)?;
        let millis: i64 = millis.parse().map_err(|_| BadCursor)?;
        // What neither database's dates reach is no moment of a row.
        if !(0..=253_402_300_799_999).contains(&millis) {
            return Err(BadCursor);
        }
        Ok(CallCursor {
            created_at: Moment::from_millis(millis),
            id: id.parse().map_err(|_| BadCursor)?,
        })
    }
}

impl Serialize for CallCursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Conditions with their values.
struct Conditions {
    sql: String,
    with: Vec<Value>,
}

impl Conditions {
    fn add(&mut self, before: &str, value: Value, behind: &str) {
        self.with.push(value);
        self.sql += &format!(" AND {before} ${}{behind}", self.with.len());
    }

    fn filter(&mut self, filter: &CallFilter) {
        let words = [
            ("l.direction =", filter.direction.map(Direction::as_str)),
            ("l.outcome =", filter.outcome.map(Outcome::as_str)),
            ("l.stage =", filter.stage.map(Stage::as_str)),
        ];
        for (column, word) in words {
            if let Some(word) = word {
                self.add(column, word.into(), "");
            }
        }
        if filter.live {
            // Written out, so that the index of those is used.
            self.sql += " AND l.stage <> 'ended'";
        }
        if let Some(contact) = filter.contact {
            self.add("l.contact_id =", contact.into(), "");
        }
        if let Some(user) = filter.user {
            self.add("l.user_id =", user.into(), "");
        }
        if let Some(from) = filter.from {
            self.add("l.created_at >=", from.into(), "");
        }
        if let Some(to) = filter.to {
            self.add("l.created_at <", to.into(), "");
        }
        let search = filter.search.as_deref().map(str::trim).unwrap_or_default();
        if !search.is_empty() {
            let pattern = holding(&digits(search).unwrap_or(search.to_owned()));
            self.with.push(pattern.into());
            let place = self.with.len();
            self.sql += &format!(
                " AND (l.folded LIKE ${place} ESCAPE '\\' OR c.folded LIKE ${place} ESCAPE '\\' \
                 OR u.folded LIKE ${place} ESCAPE '\\')"
            );
        }
    }

    fn behind(&mut self, after: CallCursor) {
        self.with.push(after.created_at.into());
        self.with.push(after.id.into());
        let place = self.with.len();
        self.sql += &format!(" AND (l.created_at, l.id) < (${}, ${place})", place - 1);
    }
}

impl Tenant {
    /// A page of the call log, newest first, behind `after`.
    pub async fn calls(
        &self,
        filter: &CallFilter,
        limit: u32,
        after: Option<CallCursor>,
    ) -> Result<CallPage, StoreError> {
        let mut conditions = Conditions {
            sql: format!("SELECT {COLUMNS} {FROM} WHERE l.organization_id = $1"),
            with: params![self.organization_id()].to_vec(),
        };
        conditions.filter(filter);
        if let Some(after) = after {
            conditions.behind(after);
        }
        conditions.with.push((i64::from(limit) + 1).into());
        let Conditions { mut sql, with } = conditions;
        sql += &format!(
            " ORDER BY l.created_at DESC, l.id DESC LIMIT ${}",
            with.len()
        );
        let mut tx = self.read().await?;
        let mut calls = calls(&mut tx, &sql, &with).await?;
        tx.commit().await?;
        let more = calls.len() > limit as usize;
        calls.truncate(limit as usize);
        let next = calls.last().filter(|_| more).map(|last| CallCursor {
            created_at: last.created_at,
            id: last.id,
        });
        Ok(CallPage { calls, next })
    }

    /// Every call that isn't ended, oldest first: what has to be asked after when the service
    /// starts.
    pub async fn unfinished(&self) -> Result<Vec<Call>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} {FROM} WHERE l.organization_id = $1 AND l.stage <> 'ended' \
             ORDER BY l.created_at, l.id"
        );
        let mut tx = self.read().await?;
        let calls = calls(&mut tx, &sql, params![self.organization_id()]).await?;
        tx.commit().await?;
        Ok(calls)
    }

    /// The organization's count of changes: where to go on from now.
    pub async fn revision(&self) -> Result<i64, StoreError> {
        let mut tx = self.read().await?;
        let revision = self.revision_in(&mut tx).await?;
        tx.commit().await?;
        Ok(revision)
    }

    async fn revision_in(&self, tx: &mut Tx) -> Result<i64, StoreError> {
        let sql = "SELECT revision FROM organization_revisions WHERE organization_id = $1";
        let row = tx.row(sql, params![self.organization_id()]).await?;
        row.map_or(Ok(0), |mut row| row.take())
    }

    /// The calls that changed after a revision, `limit` at most.
    pub async fn changes_since(&self, revision: i64, limit: u32) -> Result<Changes, StoreError> {
        let mut tx = self.read().await?;
        let reached = self.revision_in(&mut tx).await?;
        let sql = format!(
            "SELECT {COLUMNS} {FROM} WHERE l.organization_id = $1 AND l.revision > $2 \
             ORDER BY l.revision LIMIT $3"
        );
        let with = params![self.organization_id(), revision, i64::from(limit) + 1];
        let mut calls = calls(&mut tx, &sql, with).await?;
        tx.commit().await?;
        let complete = calls.len() <= limit as usize && (0..=reached).contains(&revision);
        calls.truncate(limit as usize);
        Ok(Changes { calls, complete })
    }
}

async fn calls(tx: &mut Tx, sql: &str, with: &[Value]) -> Result<Vec<Call>, StoreError> {
    tx.rows(sql, with).await?.into_iter().map(call).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_is_written() {
        let cursor = CallCursor {
            created_at: Moment::from_millis(1_795_000_000_123),
            id: CallLogId::draw(),
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for text in [
            "",
            "1",
            "1.2",
            "x.y",
            "-1.00000000-0000-0000-0000-000000000000",
        ] {
            assert_eq!(text.parse::<CallCursor>(), Err(BadCursor), "{text}");
        }
    }
}
