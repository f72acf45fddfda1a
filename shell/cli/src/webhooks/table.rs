//! Requests as a table, one a line.

use api::Webhook;

/// The rows below their columns' names; a sentence where there are none.
pub fn table(rows: &[Webhook]) -> String {
    if rows.is_empty() {
        return "No requests.\n".to_owned();
    }
    let mut lines =
        vec![["DATE", "SID", "KIND", "TRY", "ANSWER", "TOOK", "REQUEST"].map(str::to_owned)];
    lines.extend(rows.iter().map(cells));
    let widths: Vec<usize> = (0..6)
        .map(|column| {
            let cells = lines.iter().map(|line| line[column].chars().count());
            cells.max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for line in &lines {
        for (cell, width) in line.iter().zip(&widths) {
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', width + 2 - cell.chars().count()));
        }
        text.push_str(&line[6]);
        text.push('\n');
    }
    text
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
