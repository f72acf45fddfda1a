//! Pages of calls: which indexes hold what is asked for, merged into one order.
//!
//! Every index ends with the id, so each part of one is in the order of creation, and SQLite
//! merges such parts as it goes: a page costs its own rows, wherever it begins and however many
//! calls there are. That holds for every single filter, for a party with a state, and for a party
//! with starting times. Of other filters together one drives and the rest is checked row by row;
//! the rarer one drives.

use super::call;
use super::call_column::{ENDED, LIVE, account_id, address, blob, place_of, status_code};
use super::column::micros;
use crate::{CallFilter, CallOrder, Page, PageAsk, Start, StoreError, TimeRange};
use model::{AccountSid, CallRow, CallSid, CallStatus};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// A group of calls up to this size is gathered and put in order, rather than looked for along an
/// index that has the order: a millisecond or two.
const SMALL: i64 = 1_000;

pub fn list(
    connection: &Connection,
    account: AccountSid,
    filter: &CallFilter,
    page: &PageAsk,
) -> Result<Page<CallRow>, StoreError> {
    let Some(account) = account_id(connection, account)? else {
        return Ok(Page {
            rows: Vec::new(),
            more: false,
        });
    };
    let size = page.size as usize;
    let backwards = matches!(page.start, Start::Before(_));
    let ids = Question::new(account, filter).ids(connection, page)?;
    let more = ids.len() > size;
    let rows = ids
        .into_iter()
        .take(size)
        .map(|id| call::by_id(connection, id));
    // One that was deleted a moment ago is simply not there.
    let mut rows = rows
        .filter_map(Result::transpose)
        .collect::<Result<Vec<_>, _>>()?;
    if backwards {
        rows.reverse();
    }
    Ok(Page { rows, more })
}

/// A way to find calls: parts of indexes that together hold them all.
struct Way {
    /// An index and what it is asked for.
    parts: Vec<(&'static str, String)>,
    /// Whether each part is in the order of the list.
    ordered: bool,
}

/// Everything that is asked of one list, its values numbered.
struct Question<'a> {
    filter: &'a CallFilter,
    order: CallOrder,
    values: Vec<Value>,
    account: String,
    called: Option<String>,
    caller: Option<String>,
    parent: Option<String>,
}

impl<'a> Question<'a> {
    fn new(account: i64, filter: &'a CallFilter) -> Question<'a> {
        let mut question = Question {
            filter,
            order: filter.order(),
            values: Vec::new(),
            account: String::new(),
            called: None,
            caller: None,
            parent: None,
        };
        question.account = format!("account = {}", question.value(account));
        let called = filter.to.as_ref().map(address);
        question.called = called.map(|value| format!("called = {}", question.value(value)));
        let caller = filter.from.as_ref().map(address);
        question.caller = caller.map(|value| format!("caller = {}", question.value(value)));
        let parent = filter.parent.map(|sid| blob(sid.0).to_vec());
        question.parent = parent.map(|value| format!("parent = {}", question.value(value)));
        question
    }

    fn value(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("?{}", self.values.len())
    }

    /// The ids of a page and one more, in the order they are read.
    fn ids(mut self, connection: &Connection, page: &PageAsk) -> Result<Vec<i64>, StoreError> {
        let sql = self.sql(connection, page)?;
        let mut statement = connection.prepare_cached(&sql)?;
        let ids = statement.query_map(params_from_iter(self.used(&sql)), |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    fn sql(&mut self, connection: &Connection, page: &PageAsk) -> Result<String, StoreError> {
        let way = self.way(connection)?;
        let beyond = self.beyond(connection, page.start)?;
        let rest = self.rest();
        let skip = match page.start {
            Start::Skip(rows) => i64::try_from(rows).unwrap_or(i64::MAX),
            Start::Top | Start::After(_) | Start::Before(_) => 0,
        };
        let direction = match page.start {
            Start::Before(_) => "ASC",
            _ => "DESC",
        };
        let (bound, skip) = (self.value(i64::from(page.size) + 1), self.value(skip));
        let (columns, order) = match self.order {
            CallOrder::Created => ("id", format!("id {direction}")),
            CallOrder::Started => (
                "id, start_time",
                format!("start_time {direction}, id {direction}"),
            ),
            CallOrder::Ended => (
                "id, end_time",
                format!("end_time {direction}, id {direction}"),
            ),
        };
        let parts = way.parts.iter().map(|(index, asked)| {
            format!("SELECT {columns} FROM call_row INDEXED BY {index} WHERE {asked}{beyond}{rest}")
        });
        let parts = parts.collect::<Vec<_>>().join(" UNION ALL ");
        Ok(format!(
            "{parts} ORDER BY {order} LIMIT {bound} OFFSET {skip}"
        ))
    }

    /// The values up to the last one that a statement names.
    fn used(&self, sql: &str) -> &[Value] {
        let last = (1..=self.values.len()).rev().find(|n| {
            let name = format!("?{n}");
            sql.match_indices(&name)
                .any(|(at, _)| !sql[at + name.len()..].starts_with(|c: char| c.is_ascii_digit()))
        });
        &self.values[..last.unwrap_or(0)]
    }

    /// Which indexes drive.
    fn way(&self, connection: &Connection) -> Result<Way, StoreError> {
        let account = &self.account;
        if let Some(parent) = &self.parent {
            // One call's children are few.
            return Ok(Way {
                parts: vec![("call_by_parent", parent.clone())],
                ordered: self.order == CallOrder::Created,
            });
        }
        let mut ways = Vec::new();
        match self.order {
            CallOrder::Created => {
                if let Some(called) = &self.called {
                    ways.push(self.by_state("called", &format!("{account} AND {called}")));
                }
                if let Some(caller) = &self.caller {
                    ways.push(self.by_state("caller", &format!("{account} AND {caller}")));
                }
                if ways.is_empty() {
                    ways.push(self.by_state("order", account));
                }
            }
            CallOrder::Started => {
                let one = |index, asked: String| Way {
                    parts: vec![(index, format!("{asked} AND start_time IS NOT NULL"))],
                    ordered: true,
                };
                if let Some(called) = &self.called {
                    ways.push(one(
                        "call_by_called_start",
                        format!("{account} AND {called}"),
                    ));
                }
                if let Some(caller) = &self.caller {
                    ways.push(one(
                        "call_by_caller_start",
                        format!("{account} AND {caller}"),
                    ));
                }
                if ways.is_empty() {
                    ways.push(one("call_by_start", account.clone()));
                }
                if self.filter.status.is_some() {
                    ways.push(self.gathered("order", account));
                }
            }
            CallOrder::Ended => {
                ways.push(Way {
                    parts: vec![("call_by_end", format!("{account} AND end_time IS NOT NULL"))],
                    ordered: true,
                });
                if let Some(called) = &self.called {
                    ways.push(self.gathered("called", &format!("{account} AND {called}")));
                }
                if let Some(caller) = &self.caller {
                    ways.push(self.gathered("caller", &format!("{account} AND {caller}")));
                }
                if self.filter.status.is_some() {
                    ways.push(self.gathered("order", account));
                }
            }
        }
        self.rarest(connection, ways)
    }

    /// The part of each state that is asked for.
    fn by_state(&self, key: &str, asked: &str) -> Way {
        let part = |status: CallStatus| {
            let code = status_code(status);
            let (index, side) = match (key, status.is_final()) {
                ("called", false) => ("call_live_by_called", "status < 4"),
                ("called", true) => ("call_ended_by_called", "status >= 4"),
                ("caller", false) => ("call_live_by_caller", "status < 4"),
                ("caller", true) => ("call_ended_by_caller", "status >= 4"),
                (_, false) => ("call_live_in_order", "status < 4"),
                (_, true) => ("call_ended_in_order", "status >= 4"),
            };
            (index, format!("{asked} AND status = {code} AND {side}"))
        };
        let parts = match self.filter.status {
            Some(status) => vec![part(status)],
            // `Initiated` is a word of callbacks; no row has it.
            None => LIVE
                .into_iter()
                .chain(ENDED)
                .filter(|status| *status != CallStatus::Initiated)
                .map(part)
                .collect(),
        };
        Way {
            parts,
            ordered: true,
        }
    }

    /// The same, for a list in another order.
    fn gathered(&self, key: &str, asked: &str) -> Way {
        Way {
            ordered: false,
            ..self.by_state(key, asked)
        }
    }

    /// The way with the fewest calls, counted up to `SMALL`; one that has to be put in order only
    /// if it is small.
    fn rarest(&self, connection: &Connection, mut ways: Vec<Way>) -> Result<Way, StoreError> {
        if ways.len() == 1 {
            return Ok(ways.remove(0));
        }
        let mut best: Option<(i64, Way)> = None;
        for way in ways {
            let count = self.count(connection, &way)?;
            let fits = way.ordered || count < SMALL;
            if fits && best.as_ref().is_none_or(|(least, _)| count < *least) {
                best = Some((count, way));
            }
        }
        best.map(|(_, way)| way)
            .ok_or_else(|| StoreError::Unavailable("no index for this list".to_owned()))
    }

    fn count(&self, connection: &Connection, way: &Way) -> Result<i64, StoreError> {
        let mut left = SMALL;
        for (index, asked) in &way.parts {
            let sql = format!(
                "SELECT count(*) FROM (SELECT 1 FROM call_row INDEXED BY {index}
                 WHERE {asked} LIMIT {left})"
            );
            let mut statement = connection.prepare(&sql)?;
            let values = params_from_iter(self.used(&sql));
            left -= statement.query_row(values, |row| row.get::<_, i64>(0))?;
            if left <= 0 {
                break;
            }
        }
        Ok(SMALL - left)
    }

    /// What is left to be checked of each call, whichever index drives.
    fn rest(&mut self) -> String {
        let mut rest = format!(" AND {}", self.account);
        for asked in [&self.called, &self.caller, &self.parent]
            .into_iter()
            .flatten()
        {
            rest.push_str(" AND ");
            rest.push_str(asked);
        }
        if let Some(status) = self.filter.status {
            rest.push_str(&format!(" AND status = {}", status_code(status)));
        }
        // The range that the order is made of is part of `beyond`.
        if self.order == CallOrder::Started {
            let TimeRange { from, to } = self.filter.end_time;
            for (sign, time) in [(">=", from), ("<", to)] {
                if let Some(time) = time {
                    let value = self.value(micros(time));
                    rest.push_str(&format!(" AND end_time {sign} {value}"));
                }
            }
        }
        rest
    }

    /// Where the page begins, and the range of the order, as one lower and one upper bound: of
    /// two bounds on one side SQLite would take the wrong one.
    fn beyond(&mut self, connection: &Connection, start: Start) -> Result<String, StoreError> {
        let (column, range) = match self.order {
            CallOrder::Created => return self.beyond_id(connection, start),
            CallOrder::Started => ("start_time", self.filter.start_time),
            CallOrder::Ended => ("end_time", self.filter.end_time),
        };
        let mut low = range.from.map_or(0, micros);
        let mut high = range.to.map_or(i64::MAX, |to| micros(to).saturating_sub(1));
        let mut tie = String::new();
        match start {
            Start::Top | Start::Skip(_) => {}
            // Of a call that is gone only the time is known: those of the same microsecond are
            // shown again rather than left out.
            Start::After(key) => {
                high = high.min(micros(key.date));
                let id = call::id_of(connection, CallSid(key.sid))?.unwrap_or(i64::MAX);
                let (time, id) = (self.value(micros(key.date)), self.value(id));
                tie = format!(" AND ({column} < {time} OR id < {id})");
            }
            Start::Before(key) => {
                low = low.max(micros(key.date));
                let id = call::id_of(connection, CallSid(key.sid))?.unwrap_or(0);
                let (time, id) = (self.value(micros(key.date)), self.value(id));
                tie = format!(" AND ({column} > {time} OR id > {id})");
            }
        }
        let (low, high) = (self.value(low), self.value(high));
        Ok(format!(
            " AND {column} >= {low} AND {column} <= {high}{tie}"
        ))
    }

    fn beyond_id(&mut self, connection: &Connection, start: Start) -> Result<String, StoreError> {
        let (sign, key) = match start {
            Start::Top | Start::Skip(_) => return Ok(String::new()),
            Start::After(key) => ("<", key),
            Start::Before(key) => (">", key),
        };
        let found = call::id_of(connection, CallSid(key.sid))?;
        let id = found.unwrap_or_else(|| place_of(key.date, CallSid(key.sid)));
        let id = self.value(id);
        Ok(format!(" AND id {sign} {id}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Durability, Sqlite};
    use model::{Address, Time};

    fn question_plan(connection: &Connection, filter: &CallFilter, start: Start) -> String {
        let page = PageAsk { size: 50, start };
        let mut question = Question::new(1, filter);
        let sql = question.sql(connection, &page).unwrap();
        let values = params_from_iter(question.used(&sql).to_vec());
        let sql = format!("EXPLAIN QUERY PLAN {sql}");
        let mut statement = connection.prepare(&sql).unwrap();
        let lines = statement
            .query_map(values, |row| row.get::<_, String>(3))
            .unwrap();
        lines.collect::<Result<Vec<_>, _>>().unwrap().join("\n")
    }

    /// Every list that must be quick is read along its indexes, from where the page begins, and
    /// nothing is sorted.
    #[test]
    fn pages_are_read_along_indexes() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path(), Durability::Normal).unwrap();
        let connection = store.lister();
        let time = TimeRange {
            from: Some(Time(5)),
            to: Some(Time(9)),
        };
        let party = || Some(Address::parse("+12025550101"));
        let all = CallFilter::default;
        let status = Some(CallStatus::Busy);
        let filters = [
            ("account=? AND status=? AND rowid?", all()),
            (
                "account=? AND called=? AND status=? AND rowid?",
                CallFilter {
                    to: party(),
                    ..all()
                },
            ),
            (
                "account=? AND caller=? AND status=? AND rowid?",
                CallFilter {
                    from: party(),
                    ..all()
                },
            ),
            (
                "parent=? AND rowid?",
                CallFilter {
                    parent: Some(CallSid(1)),
                    ..all()
                },
            ),
            (
                "account=? AND status=? AND rowid?",
                CallFilter { status, ..all() },
            ),
            (
                "account=? AND called=? AND status=? AND rowid?",
                CallFilter {
                    to: party(),
                    status,
                    ..all()
                },
            ),
            (
                "account=? AND caller=? AND status=? AND rowid?",
                CallFilter {
                    from: party(),
                    status,
                    ..all()
                },
            ),
            (
                "account=? AND start_time>? AND start_time<?",
                CallFilter {
                    start_time: time,
                    ..all()
                },
            ),
            (
                "account=? AND end_time>? AND end_time<?",
                CallFilter {
                    end_time: time,
                    ..all()
                },
            ),
            (
                "account=? AND caller=? AND start_time>? AND start_time<?",
                CallFilter {
                    from: party(),
                    start_time: time,
                    ..all()
                },
            ),
            (
                "account=? AND called=? AND start_time>? AND start_time<?",
                CallFilter {
                    to: party(),
                    start_time: time,
                    ..all()
                },
            ),
        ];
        let key = crate::Key {
            date: Time(7),
            sid: 3,
        };
        for (wanted, filter) in filters {
            for (start, sign) in [(Start::After(key), "<"), (Start::Before(key), ">")] {
                let plan = question_plan(&connection, &filter, start);
                let wanted = wanted.replace("rowid?", &format!("rowid{sign}?"));
                assert!(!plan.contains("TEMP B-TREE"), "{filter:?}\n{plan}");
                assert!(!plan.contains("SCAN"), "{filter:?}\n{plan}");
                for line in plan.lines().filter(|line| line.contains("SEARCH")) {
                    assert!(line.contains(&wanted), "{filter:?}\n{plan}");
                }
                assert!(plan.contains("SEARCH"));
            }
        }
    }
}
