//! Requests as a table, one a line.

use crate::screen::Screen;
use crate::table::list;
use api::Webhook;

/// The rows as they are listed.
pub fn table(screen: &Screen, rows: &[Webhook]) -> String {
    let heads = ["DATE", "SID", "KIND", "TRY", "ANSWER", "TOOK", "REQUEST"];
    list(screen, "requests", rows, heads, cells)
}

fn cells(row: &Webhook) -> [String; 7] {
    let attempt = match row.redirects {
        0 => row.attempt.to_string(),
        hops => format!("{}+{hops}", row.attempt),
    };
    let kind = match &row.replay_of {
        Some(_) => format!("{} (replay)", row.kind),
        None => row.kind.clone(),
    };
    [
        date(&row.date_created),
        row.sid.clone(),
        kind,
        attempt,
        outcome(row),
        if row.from_cache {
            "kept".to_owned()
        } else {
            millis(row.duration_us)
        },
        format!("{} {}", row.method, row.url),
    ]
}

/// `200`, `500 (11200)`, `11205`.
pub fn outcome(row: &Webhook) -> String {
    match (row.status, row.error_code) {
        (Some(status), None) => status.to_string(),
        (Some(status), Some(code)) => format!("{status} ({code})"),
        (None, Some(code)) => code.to_string(),
        (None, None) => "-".to_owned(),
    }
}

/// `2026-07-06 22:05:25.007`, UTC.
pub fn date(iso: &str) -> String {
    iso.replacen('T', " ", 1).trim_end_matches('Z').to_owned()
}

/// `12.3 ms`.
pub fn millis(micros: u64) -> String {
    format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100)
}
