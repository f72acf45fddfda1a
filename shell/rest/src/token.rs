//! `PageToken`: the place in a list where a page begins.
//!
//! `PA` for what comes after a row and `PB` for what comes before it, then the row's identifier,
//! then its date: so the place holds when the row itself is deleted between two pages.

use model::Time;
use store::{Key, Start};

/// The token of the page after (`PA`) or before (`PB`) this row.
pub fn write(direction: &str, prefix: &str, key: Key) -> String {
    format!("{direction}{prefix}{:032x}{:016x}", key.sid, key.date.0)
}

/// Where a token leads, if it is one of ours for rows whose identifiers begin like this.
pub fn read(token: &str, prefix: &str) -> Option<Start> {
    let (direction, rest) = token.split_at_checked(2)?;
    let (sid, date) = rest.strip_prefix(prefix)?.split_at_checked(32)?;
    let hexadecimal = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
    if date.len() != 16 || !hexadecimal(sid) || !hexadecimal(date) {
        return None;
    }
    let sid = u128::from_str_radix(sid, 16).ok()?;
    let key = Key {
        date: Time(u64::from_str_radix(date, 16).ok()?),
        sid,
    };
    match direction {
        "PA" => Some(Start::After(key)),
        "PB" => Some(Start::Before(key)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_where_it_was_written() {
        let key = Key {
            date: Time(u64::MAX),
            sid: 7,
        };
        let after = write("PA", "CA", key);
        assert!(after.starts_with("PACA00000000000000000000000000000007"));
        assert_eq!(read(&after, "CA"), Some(Start::After(key)));
        assert_eq!(
            read(&write("PB", "CA", key), "CA"),
            Some(Start::Before(key))
        );
        let short = &after[..after.len() - 1];
        let long = format!("{after}0");
        let other = after.replace("PA", "PX");
        for bad in ["", "P", "PA", "PACA", "éé", short, &long, &other] {
            assert_eq!(read(bad, "CA"), None, "{bad}");
        }
        assert_eq!(read(&after, "RE"), None);
    }
}
