//! The journal of the wire: what went to customers' applications and what came back.
//!
//! A row's id is its account's id and a number that rises. Rows that were taken away from the end
//! may give their number to later ones; whoever names a row from outside does so by its `sid`.

use super::call;
use super::call_column::{account_id, blob, blob_of, sid, sid_of};
use super::column::{method, micros, time, unreadable, word};
use crate::{Page, PageAsk, Start, StoreError, Vault, WebhookFilter, WebhookPlaced, Write};
use model::{
    AccountSid, CallSid, Original, Signed, Span, Time, WebhookAnswer, WebhookKind, WebhookRow,
    WebhookSid, WebhookTiming, limit,
};
use rusqlite::types::Value;
use rusqlite::{Connection, Error, OptionalExtension, Row, params, params_from_iter};

/// Bits of an id for the number: a thousand a second for thirty years.
const NUMBER_BITS: u32 = 40;

/// The ids that an account's rows may have: from the first one on, below the second one.
fn ids(account: i64) -> (i64, i64) {
    (account << NUMBER_BITS, (account + 1) << NUMBER_BITS)
}

/// Keeps one, unless its call is gone or has left too many; the oldest of its account make room.
pub fn save(connection: &Connection, vault: &Vault, row: &WebhookRow) -> Result<(), StoreError> {
    let Some(call) = call::id_of(connection, row.call)? else {
        return Ok(());
    };
    if count(connection, call)? >= limit::WEBHOOKS_PER_CALL_MAX as u64 {
        return Ok(());
    }
    let Some(account) = account_id(connection, row.account)? else {
        return Ok(());
    };
    let id = next_id(connection, account)?;
    let answer = row.answer.as_ref();
    let cut = u8::from(row.cut) | u8::from(answer.is_some_and(|answer| answer.cut)) << 1;
    connection
        .prepare_cached(
            // Two of one name, which chance doesn't bring about, shall not take a batch of other
            // rows down with them.
            "INSERT OR IGNORE INTO webhook
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
             ?18, ?19, ?20, ?21, ?22, ?23, ?24)",
        )?
        .execute(params![
            id,
            blob(row.sid.0),
            call,
            row.kind.as_str(),
            micros(row.date),
            row.attempt,
            row.redirects,
            row.method.as_str(),
            answer.map(|answer| answer.status),
            row.error,
            row.url,
            row.token,
            blob_of(row.replay_of.map(|sid| sid.0)),
            row.kept,
            timing(&row.timing),
            lines(&row.headers),
            row.body,
            cut,
            row.signed.as_ref().map(|signed| &signed.text),
            row.signed.as_ref().and_then(|signed| signed.hash),
            row.error_text,
            answer.map(|answer| lines(&answer.headers)),
            answer.map(|answer| &answer.body),
            sealed(vault, row)?,
        ])?;
    Ok(())
}

/// The next id of an account. Now and then the oldest rows go, so that a full journal stays as
/// long as it is.
fn next_id(connection: &Connection, account: i64) -> Result<i64, StoreError> {
    let (first, end) = ids(account);
    let last: Option<i64> = connection
        .prepare_cached("SELECT max(id) FROM webhook WHERE id >= ?1 AND id < ?2")?
        .query_row([first, end], |row| row.get(0))?;
    let id = last.map_or(first, |last| last + 1);
    if id % limit::WEBHOOKS_TRIMMED_AT_ONCE as i64 == 0 {
        let room = (limit::WEBHOOKS_PER_ACCOUNT_MAX - limit::WEBHOOKS_TRIMMED_AT_ONCE) as i64;
        connection
            .prepare_cached("DELETE FROM webhook WHERE id >= ?1 AND id < ?2")?
            .execute([first, id - room])?;
    }
    Ok(id)
}

/// How many a call has left.
pub fn count(connection: &Connection, call: i64) -> Result<u64, StoreError> {
    let count: i64 = connection
        .prepare_cached("SELECT count(*) FROM webhook WHERE call = ?1")?
        .query_row([call], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// Takes those of a call away.
pub fn delete_of_call(connection: &Connection, call: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM webhook WHERE call = ?1")?
        .execute([call])?;
    Ok(())
}

/// Takes one away.
pub fn delete(connection: &Connection, sid: WebhookSid) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM webhook WHERE sid = ?1")?
        .execute([blob(sid.0)])?;
    Ok(())
}

/// Writes that take away the oldest of an account from before a moment, `most` of them.
pub fn expired(
    connection: &Connection,
    account: AccountSid,
    before: Time,
    most: u32,
) -> Result<Vec<Write>, StoreError> {
    let Some(account) = account_id(connection, account)? else {
        return Ok(Vec::new());
    };
    let (first, end) = ids(account);
    let mut statement = connection.prepare_cached(
        "SELECT sid, date FROM webhook WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3",
    )?;
    let found = statement.query_map(params![first, end, most], |row| {
        Ok((WebhookSid(sid(row, 0)?), time(row, 1)?))
    })?;
    let mut writes = Vec::new();
    for found in found {
        let (sid, date) = found?;
        // They lie in their order, but for the length of a request: what stands behind the first
        // one that is young enough goes the next time.
        if date >= before {
            break;
        }
        writes.push(Write::DeleteWebhook(sid));
    }
    Ok(writes)
}

/// One of an account, with what a replay of it sends.
pub fn one(
    connection: &Connection,
    vault: &Vault,
    account: AccountSid,
    sid: WebhookSid,
) -> Result<Option<WebhookRow>, StoreError> {
    let Some(id) = account_id(connection, account)? else {
        return Ok(None);
    };
    let (first, end) = ids(id);
    let mut statement =
        connection.prepare_cached(&format!("{WHOLE} WHERE sid = ?1 AND id >= ?2 AND id < ?3"))?;
    let found = statement
        .query_row(params![blob(sid.0), first, end], |row| {
            Ok((read(row)?, row.get::<_, Option<Vec<u8>>>("original")?))
        })
        .optional()?;
    let Some((mut row, original)) = found else {
        return Ok(None);
    };
    if let Some(sealed) = original.filter(|sealed| !sealed.is_empty()) {
        let opened = vault
            .open_sealed(&account.to_string(), &sealed)
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let (url, body) = opened.split_once('\n').unwrap_or((&opened, ""));
        row.original = Original::Sealed {
            url: url.to_owned(),
            body: body.to_owned(),
        };
    }
    Ok(Some(row))
}

/// Those of an account, newest first; nothing is unsealed.
pub fn list(
    connection: &Connection,
    account: AccountSid,
    filter: &WebhookFilter,
    page: &PageAsk,
) -> Result<Page<WebhookPlaced>, StoreError> {
    let nothing = Page {
        rows: Vec::new(),
        more: false,
    };
    let Some(account) = account_id(connection, account)? else {
        return Ok(nothing);
    };
    let (first, end) = ids(account);
    let mut conditions = vec!["id >= ?1 AND id < ?2".to_owned()];
    let mut values: Vec<Value> = vec![first.into(), end.into()];
    let mut only = |condition: &str, value: Value| {
        values.push(value);
        conditions.push(condition.replace('?', &format!("?{}", values.len())));
    };
    if let Some(sid) = filter.call {
        let Some(call) = call::id_of(connection, sid)? else {
            return Ok(nothing);
        };
        only("call = ?", call.into());
    }
    if let Some(text) = &filter.url {
        only("instr(lower(url), lower(?)) > 0", text.clone().into());
    }
    if let Some(token) = &filter.token {
        only("token = ?", token.clone().into());
    }
    if let Some(kind) = filter.kind {
        only("kind = ?", kind.as_str().to_owned().into());
    }
    if let Some((from, to)) = filter.status {
        only("status >= ?", i64::from(from).into());
        only("status <= ?", i64::from(to).into());
    }
    if let Some(from) = filter.date.from {
        only("date >= ?", micros(from).into());
    }
    if let Some(to) = filter.date.to {
        only("date < ?", micros(to).into());
    }
    let place = |key: crate::Key| Value::from(i64::try_from(key.sid).unwrap_or(i64::MAX));
    let backwards = matches!(page.start, Start::Before(_));
    let mut skip = 0;
    match page.start {
        Start::Top => {}
        Start::Skip(rows) => skip = i64::try_from(rows).unwrap_or(i64::MAX),
        Start::After(key) => only("id < ?", place(key)),
        Start::Before(key) => only("id > ?", place(key)),
    }
    if filter.failed {
        conditions.push("error IS NOT NULL".to_owned());
    }
    let order = if backwards { "ASC" } else { "DESC" };
    let sql = format!(
        "{WHOLE} WHERE {} ORDER BY id {order} LIMIT {} OFFSET {skip}",
        conditions.join(" AND "),
        u64::from(page.size) + 1,
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_map(params_from_iter(values), |row| {
        Ok(WebhookPlaced {
            id: row.get::<_, i64>("id")?.unsigned_abs(),
            row: read(row)?,
        })
    })?;
    let mut rows = found.collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > page.size as usize;
    rows.truncate(page.size as usize);
    if backwards {
        rows.reverse();
    }
    Ok(Page { rows, more })
}

const WHOLE: &str = "SELECT
    (SELECT sid FROM call_account WHERE call_account.id = webhook.id >> 40),
    (SELECT sid FROM call_row WHERE call_row.id = webhook.call),
    * FROM webhook";

fn read(row: &Row<'_>) -> Result<WebhookRow, Error> {
    let cut: u8 = row.get("cut")?;
    let status: Option<u16> = row.get("status")?;
    let answer = match status {
        Some(status) => Some(WebhookAnswer {
            status,
            headers: pairs(&row.get::<_, String>("response_headers")?),
            body: row.get("response_body")?,
            cut: cut & 2 != 0,
        }),
        None => None,
    };
    let signed = match row.get::<_, Option<String>>("signed")? {
        Some(text) => Some(Signed {
            text,
            hash: row.get("signed_hash")?,
        }),
        None => None,
    };
    let original: Option<Vec<u8>> = row.get("original")?;
    Ok(WebhookRow {
        sid: WebhookSid(sid(row, 3)?),
        account: AccountSid(sid(row, 0)?),
        call: CallSid(sid(row, 1)?),
        kind: word(row, "kind", WebhookKind::parse)?,
        date: time(row, "date")?,
        token: row.get("token")?,
        attempt: row.get("attempt")?,
        redirects: row.get("redirects")?,
        replay_of: sid_of(row, 14)?.map(WebhookSid),
        kept: row.get("kept")?,
        method: method(row, "method")?,
        url: row.get("url")?,
        headers: pairs(&row.get::<_, String>("headers")?),
        body: row.get("body")?,
        cut: cut & 1 != 0,
        signed,
        answer,
        timing: read_timing(&row.get::<_, Vec<u8>>("timing")?)
            .ok_or_else(|| unreadable("timing"))?,
        error: row.get("error")?,
        error_text: row.get("error_text")?,
        original: match original {
            None => Original::Shown,
            Some(sealed) if sealed.is_empty() => Original::Gone,
            // Whoever lists rows sees that there is something, and not what.
            Some(_) => Original::Sealed {
                url: String::new(),
                body: String::new(),
            },
        },
    })
}

fn sealed(vault: &Vault, row: &WebhookRow) -> Result<Option<Vec<u8>>, StoreError> {
    match &row.original {
        Original::Shown => Ok(None),
        Original::Gone => Ok(Some(Vec::new())),
        // No address has a line break in it.
        Original::Sealed { url, body } => vault
            .seal(&row.account.to_string(), &format!("{url}\n{body}"))
            .map(Some)
            .map_err(|error| StoreError::Unavailable(error.to_string())),
    }
}

/// Names and values, a line each: neither has a line break in it.
fn lines(headers: &[(String, String)]) -> String {
    let mut text = String::new();
    for (name, value) in headers {
        text.push_str(name);
        text.push_str(": ");
        text.push_str(value);
        text.push('\n');
    }
    text
}

fn pairs(lines: &str) -> Vec<(String, String)> {
    lines
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// What stands for a phase there was none of.
const NONE: u32 = u32::MAX;

fn timing(timing: &WebhookTiming) -> Vec<u8> {
    let phases = [
        timing.queued,
        timing.waited,
        timing.lookup,
        timing.connect,
        timing.tls,
        timing.first_byte,
        Some(timing.whole),
    ];
    phases
        .iter()
        // The longest that can be told is an hour and eleven minutes; a callback that was put off
        // for longer is told as that.
        .map(|phase| phase.map_or(NONE, |span| span.0.min(u64::from(NONE - 1)) as u32))
        .flat_map(u32::to_le_bytes)
        .collect()
}

fn read_timing(bytes: &[u8]) -> Option<WebhookTiming> {
    let mut phases = bytes.as_chunks::<4>().0.iter().map(|bytes| {
        let micros = u32::from_le_bytes(*bytes);
        (micros != NONE).then_some(Span(u64::from(micros)))
    });
    let mut next = || phases.next();
    Some(WebhookTiming {
        queued: next()?,
        waited: next()?,
        lookup: next()?,
        connect: next()?,
        tls: next()?,
        first_byte: next()?,
        whole: next()??,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_phases_read_back() {
        let headers = vec![
            ("a".to_owned(), "b: c".to_owned()),
            ("empty".to_owned(), String::new()),
        ];
        assert_eq!(pairs(&lines(&headers)), headers);
        let told = WebhookTiming {
            queued: Some(Span(u64::MAX)),
            first_byte: Some(Span(0)),
            whole: Span(7),
            ..WebhookTiming::default()
        };
        let read = read_timing(&timing(&told)).unwrap();
        assert_eq!(read.queued, Some(Span(u64::from(NONE) - 1)));
        assert_eq!((read.first_byte, read.whole), (Some(Span(0)), Span(7)));
        assert_eq!((read.waited, read.tls), (None, None));
        assert_eq!(read_timing(&[0; 27]), None);
    }
}
