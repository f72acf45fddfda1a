//! `ringback ladder`: shows what was kept of a call that has ended.

use model::CallSid;
use std::path::Path;
use switch::{Ladder, Line};

/// The ladder of a call, or one sentence that says why there is none. Reads the data folder
/// directly, so it works beside a running server and after it.
pub fn ladder(data: &Path, call: CallSid) -> Result<String, String> {
    let rows = store::read_story(data, call)
        .map_err(|error| format!("the data folder {} can't be read: {error}", data.display()))?;
    if rows.is_empty() {
        return Err(format!(
            "no ladder of {call} is kept in {}: it is written when the call has ended",
            data.display()
        ));
    }
    Ok(render(&rows))
}

/// Rungs of the call and of those it dialled, in the order they happened.
fn render(rows: &[(CallSid, String)]) -> String {
    let mut lines: Vec<Line> = rows
        .iter()
        .filter_map(|(call, row)| Line::from_row(row, *call))
        .collect();
    lines.sort_by_key(|line| line.at);
    let Some(first) = lines.first() else {
        return String::new();
    };
    let mut ladder = Ladder::new(first.at);
    let mut text = format!("From {}\n", first.at.rfc2822());
    for line in &lines {
        text += &ladder.render(line);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_rows_are_shown_from_their_first_moment() {
        // The call's own rungs first, then those of the call it dialled.
        let rows = [
            (CallSid(1), "1000000\tapi\tswitch\tCreate".to_owned()),
            (CallSid(1), "1500000\tswitch\tapp\tx".to_owned()),
            (CallSid(2), "1250000\tswitch\tapp\ty".to_owned()),
        ];
        let text = render(&rows);
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[0].contains("Thu, 01 Jan 1970 00:00:01 +0000"),
            "{text}"
        );
        assert!(lines[1].trim_start().starts_with("0.000"), "{text}");
        assert!(lines[2].trim_start().starts_with("0.250"), "{text}");
        assert!(
            lines[2].contains("CA2") && lines[3].contains("CA1"),
            "{text}"
        );
        assert_eq!(render(&[]), "");
    }

    #[test]
    fn a_folder_without_data_is_told() {
        let folder = tempfile::tempdir().unwrap();
        assert!(ladder(&folder.path().join("none"), CallSid(1)).is_err());
    }
}
