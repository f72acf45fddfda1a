//! From values to columns and back.

use model::{Method, Time};
use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Error, Row, RowIndex};
use std::str::FromStr;

/// A moment as a column.
pub fn micros(time: Time) -> i64 {
    i64::try_from(time.0).unwrap_or(i64::MAX)
}

/// A moment that may be absent.
pub fn micros_of(time: Option<Time>) -> Option<i64> {
    time.map(micros)
}

/// Reads a moment.
pub fn time(row: &Row<'_>, column: impl RowIndex) -> Result<Time, Error> {
    Ok(Time(row.get::<_, i64>(column)?.max(0) as u64))
}

/// Reads a moment that may be absent.
pub fn time_of(row: &Row<'_>, column: impl RowIndex) -> Result<Option<Time>, Error> {
    Ok(row
        .get::<_, Option<i64>>(column)?
        .map(|micros| Time(micros.max(0) as u64)))
}

/// Reads a text through its parser.
pub fn parsed<T: FromStr>(row: &Row<'_>, column: &str) -> Result<T, Error> {
    word(row, column, |text| text.parse().ok())
}

/// Reads a text that may be absent through its parser.
pub fn parsed_of<T: FromStr>(row: &Row<'_>, column: &str) -> Result<Option<T>, Error> {
    word_of(row, column, |text| text.parse().ok())
}

/// Reads one of a set of words.
pub fn word<T>(row: &Row<'_>, column: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, Error> {
    word_of(row, column, read)?.ok_or_else(|| unreadable(column))
}

/// Reads one of a set of words that may be absent.
pub fn word_of<T>(
    row: &Row<'_>,
    column: impl RowIndex + std::fmt::Display,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Error> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| read(&text).ok_or_else(|| unreadable(column)))
        .transpose()
}

/// Reads an HTTP method.
pub fn method(row: &Row<'_>, column: &str) -> Result<Method, Error> {
    word(row, column, Method::parse)
}

/// Parameters in the form they are sent.
pub fn form(parameters: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish()
}

/// Reads parameters back.
pub fn pairs(form: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(form.as_bytes())
        .into_owned()
        .collect()
}

/// A row that this program can't have written.
pub fn unreadable(column: impl std::fmt::Display) -> Error {
    let what = format!("column {column} holds something else than it should");
    let what = FromSqlError::Other(what.into());
    Error::FromSqlConversionFailure(0, Type::Text, Box::new(what))
}
