//! Builds the one query every list needs: filters, a place to begin, an order, a bound.

use super::column::micros;
use crate::{Key, Page, PageAsk, Start, StoreError, TimeRange};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

/// A list query under construction.
pub struct Select {
    columns: &'static str,
    prefix: &'static str,
    date: &'static str,
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Select {
    /// Rows of `columns` (a whole `SELECT … FROM …`), ordered by `date` and `sid`, newest first;
    /// `prefix` stands before the digits of the identifier.
    pub fn new(columns: &'static str, date: &'static str, prefix: &'static str) -> Select {
        Select {
            columns,
            prefix,
            date,
            conditions: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Only rows for which `condition`, with its `?` replaced by this value, holds.
    pub fn only(&mut self, condition: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        self.conditions
            .push(condition.replace('?', &format!("?{}", self.values.len())));
    }

    /// The same, if there is a value.
    pub fn only_if(&mut self, condition: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.only(condition, value);
        }
    }

    /// Only rows for which this holds.
    pub fn only_where(&mut self, condition: &str) {
        self.conditions.push(condition.to_owned());
    }

    /// Only rows whose `column` lies within.
    pub fn within(&mut self, column: &str, range: TimeRange) {
        self.only_if(&format!("{column} >= ?"), range.from.map(micros));
        self.only_if(&format!("{column} < ?"), range.to.map(micros));
    }

    /// Runs the query: one row more than asked for tells whether there are more.
    pub fn page<T>(
        mut self,
        connection: &Connection,
        ask: &PageAsk,
        read: impl Fn(&Row<'_>) -> Result<T, rusqlite::Error>,
    ) -> Result<Page<T>, StoreError> {
        let backwards = matches!(ask.start, Start::Before(_));
        let mut skip = 0;
        match ask.start {
            Start::Top => {}
            Start::Skip(rows) => skip = i64::try_from(rows).unwrap_or(i64::MAX),
            Start::After(key) => self.beyond("<", key),
            Start::Before(key) => self.beyond(">", key),
        }
        let order = if backwards { "ASC" } else { "DESC" };
        let date = self.date;
        let conditions = self.conditions.join(" AND ");
        let sql = format!(
            "{} WHERE {conditions} ORDER BY {date} {order}, sid {order} LIMIT {} OFFSET {skip}",
            self.columns,
            u64::from(ask.size) + 1,
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let found = statement.query_map(params_from_iter(self.values), |row| read(row))?;
        let mut rows = found.collect::<Result<Vec<T>, _>>()?;
        let more = rows.len() > ask.size as usize;
        rows.truncate(ask.size as usize);
        if backwards {
            rows.reverse();
        }
        Ok(Page { rows, more })
    }

    fn beyond(&mut self, sign: &str, key: Key) {
        self.values.push(micros(key.date).into());
        self.values
            .push(format!("{}{:032x}", self.prefix, key.sid).into());
        let (date, count) = (self.date, self.values.len());
        self.conditions
            .push(format!("({date}, sid) {sign} (?{}, ?{count})", count - 1));
    }
}
